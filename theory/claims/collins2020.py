"""Claims on TR-MAML with two isotropic classes: the saddle point on the segment between their centres."""

from __future__ import annotations

import sympy as sp

from theory.claim import Claim, Layer, Monotonicity, Source, Statement
from theory.claims.collins2022.notation import COUNTS
from theory.formula import Formula, Implies, eq, ge, gt, lt
from theory.gain import PairQuantity, Substituted
from theory.symbols import R2, V_E, V_H, alpha, p, rho_E, rho_H

PAPER = "L. Collins, A. Mokhtari, S. Shakkottai, Task-Robust Model-Agnostic Meta-Learning, arXiv 2002.04766"
HERE = Source("derived here", "in the model of mixed linear regressions; the method is that of " + PAPER)

tilt, q_E, q_H, w_H, share, share_maml, lead, V_needed = sp.symbols("t q_E q_H w_H omega omega_MAML lead V_needed")
#: The point at ``c_E + t (c_H - c_E)``, between the centres.
BETWEEN: tuple[Formula, ...] = (
    *(gt(alpha, 0), gt(rho_H, 0), gt(rho_E, rho_H), gt(p, 0), lt(p, 1), gt(R2, 0), ge(V_E, 0), ge(V_H, 0)),
    *(gt(tilt, 0), lt(tilt, 1), *COUNTS),
)
CURVATURES = (
    Layer(q_E, derivation=PairQuantity("curvature_easy"), positive=True),
    Layer(q_H, derivation=PairQuantity("curvature_hard"), positive=True),
)
#: The easy tasks' spread under which both classes are equally bad there, without label noise.
EQUALLY_BAD = q_H / q_E * ((1 - tilt) ** 2 * R2 + V_H) - tilt**2 * R2

CLAIMS: tuple[Claim, ...] = (
    Claim(
        name="collins2020.one-crossing",
        sentence="From the easy centre to the hard one the easy class's lead over the hard one only shrinks: at most "
        "one point makes both classes equally bad.",
        hypotheses=BETWEEN,
        layers=(
            *CURVATURES,
            Layer(lead, q_H * ((1 - tilt) ** 2 * R2 + V_H) / 2 - q_E * (tilt**2 * R2 + V_E) / 2),
        ),
        conclusion=Monotonicity(lead, (tilt,), "nonincreasing"),
        source=HERE,
    ),
    Claim(
        name="collins2020.dual-weights",
        sentence="A point at t between the centres is MAML's optimum under the weights w_E q_E t = w_H q_H (1 - t).",
        hypotheses=BETWEEN,
        layers=(
            *CURVATURES,
            Layer(w_H, q_E * tilt / (q_E * tilt + q_H * (1 - tilt))),
            Layer(share, derivation=Substituted(PairQuantity("share_maml"), ((p, w_H),))),
        ),
        conclusion=Statement(eq(share, 1 - tilt)),
        source=HERE,
    ),
    Claim(
        name="collins2020.false-robustness-favours-hard",
        sentence="Where it makes both classes equally bad TR-MAML is nearer to the hard centre than MAML.",
        hypotheses=tuple(h for h in BETWEEN if V_E not in h.symbols),
        layers=(
            *CURVATURES,
            Layer(share_maml, derivation=PairQuantity("share_maml")),
            Layer(V_needed, EQUALLY_BAD),
        ),
        conclusion=Statement(Implies(ge(V_needed, 0), ge(share_maml, 1 - tilt))),
        source=HERE,
        expected="refuted",
    ),
)
