"""Claims on *MAML is a Noisy Contrastive Learner in Classification* (Kao, Chiu, Chen, 2106.15367): the zeroing trick.

Two isotropic classes whose centres are ``(x, 0)`` and ``(y, z)`` in a plane through 0, which is what zeroing starts
every task from.
"""

from __future__ import annotations

import sympy as sp

from theory.claim import Claim, Layer, Source, Statement
from theory.claims.collins2022.notation import CLASS, COUNTS, floor, share_maml, w_E, w_H
from theory.formula import Formula, Iff, Or, eq, ge, gt, le, lt
from theory.gain import ClassQuantity, Substituted
from theory.methods.zeroing import PreconditionerEntry
from theory.symbols import V_E, V_H, V, alpha, d, m, nu2, p, rho, rho_E, rho_H

__all__ = ["CLAIMS"]

PAPER = "C.-H. Kao, W.-C. Chiu, P.-Y. Chen, MAML is a Noisy Contrastive Learner in Classification, arXiv 2106.15367"
HERE = Source("derived here", "in the model of square linear features; " + PAPER)

square, x, y, z, eta, start = sp.symbols("T x y z eta theta_0")
T_E, T_H, N_E, N_H = sp.symbols("T_E T_H N_E N_H")
risk_zero, risk_maml, gap, entry, curvature, interference = sp.symbols("risk_zero risk_MAML gap M_j q interference")

#: Any real numbers.
CENTRES: tuple[Formula, ...] = (ge(x**2, 0), ge(y**2, 0), ge(z**2, 0))
#: Whatever the inner loop: each class's curvature times its probability.
WEIGHTS: tuple[Formula, ...] = (gt(w_E, 0), gt(w_H, 0), ge(V_E, 0), ge(V_H, 0), ge(floor, 0), *CENTRES)
#: The squared distance of the centres, and that of MAML's initialisation from 0.
APART = (x - y) ** 2 + z**2
LENGTH = (share_maml * x + (1 - share_maml) * y) ** 2 + ((1 - share_maml) * z) ** 2
SHARE = Layer(share_maml, w_E / (w_E + w_H))
#: Risks from 0 and from MAML's optimum; that the latter is what is derived is judged among the claims of collins2022.
FROM_ZERO: tuple[Layer, ...] = (
    Layer(risk_zero, (w_E * (x**2 + V_E) + w_H * (y**2 + z**2 + V_H)) / 2 + floor),
    Layer(risk_maml, (w_E * ((1 - share_maml) ** 2 * APART + V_E) + w_H * (share_maml**2 * APART + V_H)) / 2 + floor),
)

CLAIMS: tuple[Claim, ...] = (
    Claim(
        name="kao2021.zeroed-step",
        sentence="With features that are a multiple of the identity, the zeroed step is MAML's step from 0.",
        hypotheses=(*CLASS, ge(square, 0)),
        layers=(
            Layer(
                risk_zero,
                rho * square / 2
                - alpha * rho**2 * square
                + alpha**2 * (rho**3 * (1 + (d + 1) / m) * square + nu2 * d * rho**2 / m) / 2,
                Substituted(ClassQuantity("risk_at_centre"), ((V, square),)),
            ),
        ),
        conclusion=Statement(
            eq(
                risk_zero,
                rho * ((1 - alpha * rho) ** 2 + alpha**2 * rho**2 * (d + 1) / m) * square / 2
                + alpha**2 * rho**2 * d * nu2 / (2 * m),
            )
        ),
        source=HERE,
    ),
    Claim(
        name="kao2021.price-of-zero",
        sentence="Starting at 0 costs half the squared length of MAML's initialisation in the mean curvature.",
        hypotheses=WEIGHTS,
        layers=(SHARE, *FROM_ZERO),
        conclusion=Statement(eq(risk_zero - risk_maml, (w_E + w_H) * LENGTH / 2)),
        source=HERE,
    ),
    Claim(
        name="kao2021.zeroing-costs-unless",
        sentence="With the same step, zeroing never does better than MAML, and as well exactly where MAML's own "
        "initialisation is 0.",
        hypotheses=WEIGHTS,
        layers=(SHARE, Layer(gap, (w_E + w_H) * LENGTH / 2)),
        conclusion=Statement(Iff(le(gap, 0), eq(LENGTH, 0))),
        source=HERE,
    ),
    Claim(
        name="kao2021.symmetric-labels",
        sentence="Where every class is centred at 0, as if labels were as likely with either sign, zeroing costs "
        "nothing.",
        hypotheses=(*WEIGHTS, eq(x, 0), eq(y, 0), eq(z, 0)),
        layers=(SHARE, *FROM_ZERO),
        conclusion=Statement(eq(risk_zero, risk_maml)),
        source=Source("paper", PAPER + " (the initial last layer is interference; its labels are symmetric)"),
    ),
    Claim(
        name="kao2021.interference",
        sentence="Under symmetric labels a last layer that is not zeroed leaves interference after an outer step, "
        "unless it started at 0 or the step removes it at once.",
        hypotheses=(*CLASS, gt(eta, 0), ge(start**2, 0)),
        layers=(
            Layer(
                curvature,
                rho * ((1 - alpha * rho) ** 2 + alpha**2 * rho**2 * (d + 1) / m),
                ClassQuantity("curvature"),
                positive=True,
            ),
            Layer(interference, curvature * ((1 - eta * curvature) * start) ** 2 / 2),
        ),
        conclusion=Statement(Iff(eq(interference, 0), Or((eq(start, 0), eq(eta * curvature, 1))))),
        source=Source("paper", PAPER + " (zeroing removes the interference)"),
    ),
    Claim(
        name="kao2021.preconditioner",
        sentence="What is learned is, in a direction that both classes have, the signal's share of what a step's "
        "direction holds of signal, sampling error and noise.",
        hypotheses=(
            *(gt(p, 0), lt(p, 1), gt(rho_E, 0), gt(rho_H, 0), ge(nu2, 0), *COUNTS),
            *(gt(T_E, 0), gt(T_H, 0), ge(N_E, T_E), ge(N_H, T_H)),
        ),
        layers=(
            Layer(
                entry,
                ((1 - p) * rho_E**2 * T_E + p * rho_H**2 * T_H)
                / (
                    (1 - p) * (rho_E**3 * ((1 + 1 / m) * T_E + N_E / m) + nu2 * rho_E**2 / m)
                    + p * (rho_H**3 * ((1 + 1 / m) * T_H + N_H / m) + nu2 * rho_H**2 / m)
                ),
                PreconditionerEntry(),
            ),
        ),
        conclusion=Statement(gt(entry, 0)),
        source=HERE,
    ),
    Claim(
        name="kao2021.false-zeroing-never-hurts",
        sentence="Zeroing the last layer never does worse than MAML with the same step, whatever the centres.",
        hypotheses=WEIGHTS,
        layers=(SHARE, *FROM_ZERO),
        conclusion=Statement(le(risk_zero, risk_maml)),
        source=HERE,
        expected="refuted",
    ),
)
