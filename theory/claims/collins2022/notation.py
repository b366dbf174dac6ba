"""The hypotheses and named definitions that the claims on the paper's mixture share, typed by hand."""

from __future__ import annotations

import sympy as sp

from theory.claim import Layer, Source
from theory.formula import Formula, ge, gt, integer, lt
from theory.gain import PairQuantity
from theory.symbols import R2, V_E, V_H, alpha, d, m, nu2, nu2_E, nu2_H, p, rho, rho_E, rho_H

PAPER = "L. Collins, A. Mokhtari, S. Shakkottai, How Does the Task Landscape Affect MAML Performance?, arXiv 2010.14672"
DERIVED_HERE = Source("derived here", "in the model of " + PAPER)


def abstract(point: str) -> Source:
    """Cite a point of the paper's abstract."""
    return Source("abstract", f"{PAPER}, abstract ({point})")


COUNTS: tuple[Formula, ...] = (ge(m, 1), integer(m), ge(d, 1), integer(d))
CLASS: tuple[Formula, ...] = (gt(alpha, 0), gt(rho, 0), ge(nu2, 0), *COUNTS)
PAIR: tuple[Formula, ...] = (
    gt(alpha, 0),
    gt(rho_H, 0),
    gt(rho_E, rho_H),
    gt(p, 0),
    lt(p, 1),
    ge(R2, 0),
    ge(V_E, 0),
    ge(V_H, 0),
    ge(nu2_E, 0),
    ge(nu2_H, 0),
    *COUNTS,
)

q, kappa, s_E, s_H, w_E, w_H, v_E, v_H = sp.symbols("q kappa s_E s_H w_E w_H v_E v_H")
share_maml, share_nal, floor = sp.symbols("omega_MAML omega_NAL N")
risk_maml, risk_nal, gain, ratio = sp.symbols("risk_MAML risk_NAL gain ratio")

#: One inner step on m samples: what each class's curvature shrinks by, and the weights of MAML and of NAL.
WEIGHTS: tuple[Layer, ...] = (
    Layer(q, 1 - p, positive=True),
    Layer(kappa, 1 + (d + 1) / m),
    Layer(s_E, 1 - 2 * alpha * rho_E + kappa * alpha**2 * rho_E**2, positive=True),
    Layer(s_H, 1 - 2 * alpha * rho_H + kappa * alpha**2 * rho_H**2, positive=True),
    Layer(w_E, q * rho_E * s_E, positive=True),
    Layer(w_H, p * rho_H * s_H, positive=True),
    Layer(v_E, q * rho_E, positive=True),
    Layer(v_H, p * rho_H, positive=True),
)

SHARES: tuple[Layer, ...] = (
    *WEIGHTS,
    Layer(share_maml, w_E / (w_E + w_H), PairQuantity("share_maml")),
    Layer(share_nal, v_E / (v_E + v_H), PairQuantity("share_nal")),
)

GAIN: tuple[Layer, ...] = (
    *SHARES,
    Layer(gain, (w_E + w_H) * (share_nal - share_maml) ** 2 * R2 / 2, PairQuantity("gain")),
)


def risk_at(share: sp.Expr) -> sp.Expr:
    """State the excess risk at a share of the easy centre."""
    return (w_E * ((1 - share) ** 2 * R2 + V_E) + w_H * (share**2 * R2 + V_H)) / 2 + floor


NOISE_FLOOR = Layer(
    floor,
    alpha**2 * d * (q * nu2_E * rho_E**2 + p * nu2_H * rho_H**2) / (2 * m),
    PairQuantity("noise_floor"),
)

RISKS: tuple[Layer, ...] = (
    *SHARES,
    NOISE_FLOOR,
    Layer(risk_nal, risk_at(share_nal), PairQuantity("risk_nal")),
    Layer(risk_maml, risk_at(share_maml), PairQuantity("risk_maml")),
)

RATIO: tuple[Layer, ...] = (*RISKS, Layer(ratio, risk_nal / risk_maml, PairQuantity("ratio")))
