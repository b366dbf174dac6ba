"""Claims on Robust MAML (Nguyen et al., 2103.08233): its learned step size, and its prioritised task buffer."""

from __future__ import annotations

import sympy as sp

from theory.claim import Claim, Layer, Source, Statement
from theory.claims.collins2022.notation import PAIR, SHARES, risk_maml, share_maml
from theory.formula import Formula, Implies, gt, le, lt, ne
from theory.gain import PairQuantity, Substituted
from theory.symbols import R2, V_E, V_H, alpha, d, m, nu2_E, nu2_H, p, rho_E, rho_H, share

__all__ = ["CLAIMS"]

PAPER = "T. Nguyen et al., Robust MAML: Prioritization task buffer with adaptive learning process, arXiv 2103.08233"
HERE = Source("derived here", "in the mixed linear regression model, for " + PAPER)

replayed, best, risk, risk_best = sp.symbols("lam best_step risk risk_best")
share_hard, share_medium, risk_hard = sp.symbols("omega_hard omega_medium risk_hard")

REPLAYED: tuple[Formula, ...] = (gt(replayed, 0), lt(replayed, 1))
#: Of the hard and the easy class, when a part of every batch is replays of the hard class, or all are of the easy one.
HARD_MASS, MEDIUM_MASS = p + replayed * (1 - p), (1 - replayed) * p

far_E, far_H = (1 - share) ** 2 * R2 + V_E, share**2 * R2 + V_H


def best_step(easy: sp.Expr, hard: sp.Expr) -> sp.Expr:
    """State the best inner step size for mean squared distances of the easy and the hard tasks."""
    return (
        m
        * ((1 - p) * rho_E**2 * easy + p * rho_H**2 * hard)
        / (
            (1 - p) * rho_E**2 * (rho_E * (m + d + 1) * easy + nu2_E * d)
            + p * rho_H**2 * (rho_H * (m + d + 1) * hard + nu2_H * d)
        )
    )


D_E, D_H = sp.symbols("D_E D_H")
BEST_STEP = (
    Layer(D_E, far_E, positive=True),
    Layer(D_H, far_H, positive=True),
    Layer(best, best_step(D_E, D_H), positive=True),
)
SPREAD: tuple[Formula, ...] = (*PAIR, gt(V_E, 0), gt(V_H, 0))

CLAIMS: tuple[Claim, ...] = (
    Claim(
        name="nguyen2021.learned-step",
        sentence="From any point on the line through the centres, the inner step size at which the hypergradient is 0 "
        "has a smaller excess risk than every other: the mean over classes of rho^2 D over that of "
        "rho^3 (1 + (d+1)/m) D + nu2 d rho^2 / m, D being the mean squared distance of the tasks.",
        hypotheses=SPREAD,
        layers=(
            *BEST_STEP,
            Layer(risk, derivation=PairQuantity("risk_at_share")),
            Layer(
                risk_best, derivation=Substituted(PairQuantity("risk_at_share"), ((alpha, best_step(far_E, far_H)),))
            ),
        ),
        conclusion=Statement(Implies(ne(alpha, best), lt(risk_best, risk))),
        source=HERE,
    ),
    Claim(
        name="nguyen2021.learned-step-bounded",
        sentence="The learned step size is below 1/rho_H, with which a full step on a hard task would end.",
        hypotheses=SPREAD,
        layers=BEST_STEP,
        conclusion=Statement(lt(best * rho_H, 1)),
        source=HERE,
    ),
    Claim(
        name="nguyen2021.false-learned-step-stable",
        sentence="The learned step size is below 1/rho_E too, so that it never oversteps on an easy task.",
        hypotheses=SPREAD,
        layers=BEST_STEP,
        conclusion=Statement(lt(best * rho_E, 1)),
        source=HERE,
        expected="refuted",
    ),
    Claim(
        name="nguyen2021.buffer-hard",
        sentence="While hard tasks are the ones replayed, their mass is p + lambda (1 - p), and MAML moves towards "
        "their centre.",
        hypotheses=(*PAIR, *REPLAYED),
        layers=(*SHARES, Layer(share_hard, derivation=Substituted(PairQuantity("share_maml"), ((p, HARD_MASS),)))),
        conclusion=Statement(lt(share_hard, share_maml)),
        source=HERE,
    ),
    Claim(
        name="nguyen2021.buffer-medium",
        sentence="With less than half of the tasks hard and ranked last, replays from the middle leave them the mass "
        "(1 - lambda) p, and MAML moves towards the easy centre, where it would be without them.",
        hypotheses=(*PAIR, *REPLAYED, lt(2 * p, 1)),
        layers=(*SHARES, Layer(share_medium, derivation=Substituted(PairQuantity("share_maml"), ((p, MEDIUM_MASS),)))),
        conclusion=Statement(gt(share_medium, share_maml)),
        source=HERE,
    ),
    Claim(
        name="nguyen2021.false-buffer-better",
        sentence="Replaying hard tasks does not raise the excess risk over all tasks.",
        hypotheses=(*PAIR, *REPLAYED),
        layers=(
            Layer(share_hard, derivation=Substituted(PairQuantity("share_maml"), ((p, HARD_MASS),))),
            Layer(risk_hard, derivation=Substituted(PairQuantity("risk_at_share"), ((share, share_hard),))),
            Layer(risk_maml, derivation=PairQuantity("risk_maml")),
        ),
        conclusion=Statement(le(risk_hard, risk_maml)),
        source=HERE,
        expected="refuted",
    ),
)
