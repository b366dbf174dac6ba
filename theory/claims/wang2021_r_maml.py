"""Claims on R-MAML (Wang et al., 2102.10454): what an attack in the outer loss does, and whether that is enough.

Infinitely many samples, isotropic tasks without label noise. ``k`` is the mean size of a standard normal variable, the
square root of 2/pi = 0.7979: where only ``0 < k < 1`` is assumed the claim holds for any such k, and a false claim is
refuted for a k between 3/4 and 5/6. Of one task, lengths are in units of the solution's, and the root of the input
variance is ``r``; with two, both have unit variance and one coordinate.
"""

from __future__ import annotations

import sympy as sp

from theory.claim import Claim, Layer, Source, Statement
from theory.formula import And, Formula, Iff, Implies, eq, ge, gt, le, lt, ne
from theory.methods.attacked_loss import DEVIATION, MEAN_SIZE, NORM, RADIUS, MeanAttackedLoss
from theory.symbols import alpha

__all__ = ["CLAIMS"]

PAPER = "R. Wang et al., On Fast Adversarial Robustness Adaptation in Model-Agnostic Meta-Learning, arXiv 2102.10454"
HERE = Source("derived here", "in the mixed linear regression model, for " + PAPER)
ABSTRACT = Source("abstract", PAPER + ", abstract (robustness in the meta-update is sufficient)")

s, t, k, radius = DEVIATION, NORM, MEAN_SIZE, RADIUS
r, weight, c, x, error, length, start = sp.symbols("r gamma c x e l theta")
attacked, loss, bend, best, least = sp.symbols("R_adv L D c_star L_star")
c_1, c_2, y = sp.symbols("c_1 c_2 y")

TASK: tuple[Formula, ...] = (gt(k, 0), lt(k, 1), gt(r, 0), ge(radius, 0), gt(weight, 0))
PINNED: tuple[Formula, ...] = (gt(4 * k, 3), lt(6 * k, 5))


def after_attack(deviation: sp.Expr, norm: sp.Expr) -> sp.Expr:
    """State the clean loss plus ``gamma`` times the attacked one, at a residual's deviation and a norm."""
    return (1 + weight) * deviation**2 / 2 + weight * radius * k * deviation * norm + weight * radius**2 * norm**2 / 2


def at_share(share: sp.Expr) -> sp.Expr:
    """State it at a share of the solution, between 0 and 1."""
    return after_attack(r * (1 - share), share)


#: Twice the coefficient of the square in the share.
BEND = Layer(bend, (1 + weight) * r**2 - 2 * weight * radius * k * r + weight * radius**2, positive=True)
BEST = Layer(best, ((1 + weight) * r**2 - weight * radius * k * r) / bend)


def over_both(first: sp.Expr, second: sp.Expr) -> sp.Expr:
    """State the mean loss of two tasks at adapted parameters above the first and below the second solution."""
    return (after_attack(first - c_1, first) + after_attack(c_2 - second, second)) / 2


#: What an attacked inner step adds to the gradient, of the length of a step on the clean loss.
share_of_attack = weight * radius / (1 + weight)
adapted_1, adapted_2, loss_out, loss_both, start_out = sp.symbols("u_1 u_2 L_out L_both theta_out")
TWO_TASKS: tuple[Layer, ...] = (
    Layer(
        start_out,
        (
            (1 + weight) * (1 - alpha) * (c_1 + c_2)
            - weight * radius * k * (1 - 2 * alpha) * (c_2 - c_1)
            - weight * radius**2 * alpha * (c_1 + c_2)
        )
        / (2 * (1 - alpha) * (1 + weight + weight * radius**2)),
    ),
    Layer(loss_out, over_both((1 - alpha) * start_out + alpha * c_1, (1 - alpha) * start_out + alpha * c_2)),
    Layer(adapted_1, y - alpha * (y - c_1 + share_of_attack * (k * (2 * y - c_1) + radius * y))),
    Layer(adapted_2, y - alpha * (y - c_2 - share_of_attack * (k * (2 * y - c_2) - radius * y))),
    Layer(loss_both, over_both(adapted_1, adapted_2)),
)
BETWEEN: tuple[Formula, ...] = (
    *PINNED,
    *(gt(radius, 0), gt(weight, 0), gt(alpha, 0), lt(alpha, 1)),
    *(gt(c_1, 0), gt(y, c_1), lt(y, c_2)),
)
#: Without a start that is compared.
APART: tuple[Formula, ...] = (*BETWEEN[:-2], lt(c_1, c_2))

#: What attacked inner steps multiply a start by, and add to it; the curvature of the outer loss, and its minimum.
P_1, P_2, q_1, q_2, H_1, H_2, start_both = sp.symbols("P_1 P_2 q_1 q_2 H_1 H_2 theta_both")
robust_out, robust_both = sp.symbols("R_out R_both")
crossed = weight * radius * k
BOTH: tuple[Layer, ...] = (
    Layer(P_1, 1 - alpha * (1 + share_of_attack * (2 * k + radius))),
    Layer(P_2, 1 - alpha * (1 - share_of_attack * (2 * k - radius))),
    Layer(q_1, alpha * c_1 * (1 + share_of_attack * k)),
    Layer(q_2, alpha * c_2 * (1 - share_of_attack * k)),
    Layer(H_1, 1 + weight + 2 * crossed + weight * radius**2, positive=True),
    Layer(H_2, 1 + weight - 2 * crossed + weight * radius**2, positive=True),
    Layer(
        start_both,
        (P_1 * (c_1 * (1 + weight + crossed) - H_1 * q_1) + P_2 * (c_2 * (1 + weight - crossed) - H_2 * q_2))
        / (P_1**2 * H_1 + P_2**2 * H_2),
    ),
)


def robust_over_both(first: sp.Expr, second: sp.Expr) -> sp.Expr:
    """State the mean attacked loss of two tasks, as :func:`over_both`."""
    return ((first - c_1 + k * radius * first) ** 2 + (c_2 - second + k * radius * second) ** 2) / 4 + (
        1 - k**2
    ) * radius**2 * (first**2 + second**2) / 4


CLAIMS: tuple[Claim, ...] = (
    Claim(
        name="wang2021_r_maml.attacked-loss",
        sentence="With residuals of deviation s and parameters of norm t, inputs that are moved by up to a radius have "
        "the mean loss (s^2 + 2 radius k s t + radius^2 t^2) / 2.",
        hypotheses=(ge(s, 0), ge(t, 0), ge(radius, 0), gt(k, 0), lt(k, 1)),
        layers=(Layer(attacked, s**2 / 2 + radius * k * s * t + radius**2 * t**2 / 2, MeanAttackedLoss()),),
        conclusion=Statement(And((ge(attacked, s**2 / 2), le(2 * attacked, (s + radius * t) ** 2)))),
        source=HERE,
    ),
    Claim(
        name="wang2021_r_maml.outer-suffices-for-one-task",
        sentence="With one task and a step size that is not 1/rho, whatever an attacked inner step leads to, a start "
        "of R-MAML_out leads to as well, and only one: attacking the inner loss adds nothing.",
        hypotheses=(gt(alpha, 0), gt(r, 0), ge(c**2, 0), ge(start**2, 0), ne(alpha * r**2, 1)),
        conclusion=Statement(
            Iff(
                eq(start - alpha * r**2 * (start - 1), c),
                eq(start, (c - alpha * r**2) / (1 - alpha * r**2)),
            )
        ),
        source=ABSTRACT,
    ),
    Claim(
        name="wang2021_r_maml.no-shrinkage-below",
        sentence="An attack of radius up to k r leaves a single task's solution the best adapted parameters, in any "
        "dimension: e is their distance from it, and l their length, at least 1 - e.",
        hypotheses=(*TASK, le(radius, k * r), gt(error, 0), ge(length, 0), ge(length, 1 - error)),
        layers=(Layer(loss, after_attack(r * error, length)),),
        conclusion=Statement(gt(loss, weight * radius**2 / 2)),
        source=HERE,
    ),
    Claim(
        name="wang2021_r_maml.shrinkage-above",
        sentence="A larger radius makes it better to stop short of the solution, by any small enough share x.",
        hypotheses=(*TASK, gt(radius, k * r), gt(x, 0), le(x, 1)),
        layers=(BEND,),
        conclusion=Statement(
            Implies(lt(x * bend, 2 * weight * radius * (radius - k * r)), lt(at_share(1 - x), at_share(sp.S.One)))
        ),
        source=HERE,
    ),
    Claim(
        name="wang2021_r_maml.best-share",
        sentence="Where it lies between 0 and 1, the best share of the solution is ((1+gamma) r^2 - gamma radius k r) "
        "over (1+gamma) r^2 - 2 gamma radius k r + gamma radius^2.",
        hypotheses=(*TASK, ge(c, 0), le(c, 1)),
        layers=(BEND, BEST, Layer(least, at_share(best))),
        conclusion=Statement(Implies(And((ge(best, 0), le(best, 1), ne(c, best))), lt(least, at_share(c)))),
        source=HERE,
    ),
    Claim(
        name="wang2021_r_maml.false-any-attack-shrinks",
        sentence="An attack of a radius below 3 r/4 too makes it better to stop short of the solution, by any share x "
        "below gamma radius^2 over the curvature.",
        hypotheses=(*PINNED, *TASK, gt(radius, 0), lt(4 * radius, 3 * r), gt(x, 0), le(x, 1)),
        layers=(BEND,),
        conclusion=Statement(Implies(lt(x * bend, weight * radius**2), lt(at_share(1 - x), at_share(sp.S.One)))),
        source=HERE,
        expected="refuted",
    ),
    Claim(
        name="wang2021_r_maml.outer-optimum-of-two-tasks",
        sentence="Between two tasks, R-MAML_out has its least mean loss at the stated start.",
        hypotheses=BETWEEN,
        layers=(*TWO_TASKS[:2], Layer(loss, over_both((1 - alpha) * y + alpha * c_1, (1 - alpha) * y + alpha * c_2))),
        conclusion=Statement(
            Implies(And((gt(start_out, c_1), lt(start_out, c_2), ne(y, start_out))), lt(loss_out, loss))
        ),
        source=HERE,
    ),
    Claim(
        name="wang2021_r_maml.false-outer-suffices-for-two-tasks",
        sentence="With two tasks as well, and the same step size, no start of R-MAML_both leads to a smaller mean of "
        "the clean and the attacked loss than the best one of R-MAML_out.",
        hypotheses=BETWEEN,
        layers=TWO_TASKS,
        conclusion=Statement(
            Implies(
                And((gt(start_out, c_1), lt(start_out, c_2), gt(adapted_1, c_1), lt(adapted_2, c_2), gt(adapted_2, 0))),
                le(loss_out, loss_both),
            )
        ),
        source=HERE,
        expected="refuted",
    ),
    Claim(
        name="wang2021_r_maml.both-optimum-of-two-tasks",
        sentence="Among starts from which both tasks' adapted parameters stay on the same sides of their solutions, "
        "R-MAML_both has its least mean loss at the stated one.",
        hypotheses=(*BETWEEN, ne(alpha * (1 + share_of_attack * (2 * k + radius)), 1)),
        layers=(
            *BOTH,
            Layer(loss_both, over_both(P_1 * start_both + q_1, P_2 * start_both + q_2)),
            Layer(loss, over_both(P_1 * y + q_1, P_2 * y + q_2)),
        ),
        conclusion=Statement(Implies(ne(y, start_both), lt(loss_both, loss))),
        source=HERE,
    ),
    Claim(
        name="wang2021_r_maml.false-robust-loss-of-both",
        sentence="With the same step size, the attacked loss alone is no smaller at the start of R-MAML_both than at "
        "that of R-MAML_out.",
        hypotheses=APART,
        layers=(
            TWO_TASKS[0],
            *BOTH,
            Layer(
                robust_out,
                robust_over_both((1 - alpha) * start_out + alpha * c_1, (1 - alpha) * start_out + alpha * c_2),
            ),
            Layer(adapted_1, P_1 * start_both + q_1),
            Layer(adapted_2, P_2 * start_both + q_2),
            Layer(robust_both, robust_over_both(adapted_1, adapted_2)),
        ),
        conclusion=Statement(
            Implies(
                And(
                    (
                        *(gt(start_out, c_1), lt(start_out, c_2), gt(start_both, c_1), lt(start_both, c_2)),
                        *(gt(adapted_1, c_1), lt(adapted_2, c_2), gt(adapted_2, 0)),
                    )
                ),
                ge(robust_both, robust_out),
            )
        ),
        source=HERE,
        expected="refuted",
    ),
)
