"""Claims on ALFA (Baik et al., 2011.00209): inner step sizes that a generator makes for each task."""

from __future__ import annotations

import sympy as sp

from theory.claim import Claim, Layer, Limit, Source, Statement
from theory.claims.collins2022.notation import CLASS, PAIR, risk_maml
from theory.formula import Implies, gt, le, lt, ne
from theory.gain import ClassQuantity, PairQuantity, Setting, Substituted
from theory.symbols import R2, V_E, V_H, V, alpha, d, m, nu2, nu2_E, nu2_H, p, rho, rho_E, rho_H, share

__all__ = ["CLAIMS"]

PAPER = "S. Baik et al., Meta-Learning with Adaptive Hyperparameters, arXiv 2011.00209"
HERE = Source("derived here", "in the mixed linear regression model, for " + PAPER)

own, risk, risk_own = sp.symbols("own_step risk risk_own")
easy_own, hard_own = sp.symbols("easy_own hard_own")

#: Of one class whose tasks are V away in mean square.
OWN_STEP = m * V / (rho * V * (m + d + 1) + nu2 * d)
RISK_OWN = Layer(risk_own, derivation=Substituted(ClassQuantity("risk_at_centre"), ((alpha, OWN_STEP),)))
far_E, far_H = (1 - share) ** 2 * R2 + V_E, share**2 * R2 + V_H


def with_own_step(symbol: sp.Symbol, variance: sp.Symbol, distance: sp.Expr, noise: sp.Symbol) -> Layer:
    """Derive a class's risk from a common start, with the step size that is its own."""
    step = m * distance / (variance * distance * (m + d + 1) + noise * d)
    values = ((alpha, step), (rho, variance), (V, distance), (nu2, noise))
    return Layer(symbol, derivation=Substituted(ClassQuantity("risk_at_centre"), values))


OWN = (with_own_step(easy_own, rho_E, far_E, nu2_E), with_own_step(hard_own, rho_H, far_H, nu2_H))

CLAIMS: tuple[Claim, ...] = (
    Claim(
        name="baik2020.own-step",
        sentence="A class whose tasks are V away in mean square is adapted to best with the step size "
        "m V / (rho (m + d + 1) V + nu2 d).",
        hypotheses=(*CLASS, gt(V, 0)),
        layers=(Layer(own, OWN_STEP), Layer(risk, derivation=ClassQuantity("risk_at_centre")), RISK_OWN),
        conclusion=Statement(Implies(ne(alpha, own), lt(risk_own, risk))),
        source=HERE,
    ),
    Claim(
        name="baik2020.any-start",
        sentence="With a step size of its own for each class, many samples make the excess risk vanish from any start.",
        hypotheses=(*(h for h in CLASS if alpha not in h.symbols), gt(V, 0)),
        layers=(RISK_OWN,),
        conclusion=Limit(risk_own, m, sp.oo, sp.S.Zero),
        source=HERE,
    ),
    Claim(
        name="baik2020.shared-step-keeps-risk",
        sentence="With one step size for two classes of different hardness it does not, from the best start even.",
        hypotheses=(*(h for h in PAIR if m not in h.symbols), gt(V_E, 0), gt(V_H, 0)),
        layers=(Layer(risk_maml, derivation=PairQuantity("risk_maml", Setting(population=True))),),
        conclusion=Statement(gt(risk_maml, 0)),
        source=HERE,
    ),
    Claim(
        name="baik2020.false-random-start",
        sentence="ALFA from any start on the line through the centres is at least as good as MAML from its own.",
        hypotheses=(*PAIR, gt(V_E, 0), gt(V_H, 0)),
        layers=(*OWN, Layer(risk_maml, derivation=PairQuantity("risk_maml"))),
        conclusion=Statement(le((1 - p) * easy_own + p * hard_own, risk_maml)),
        source=HERE,
        expected="refuted",
    ),
)
