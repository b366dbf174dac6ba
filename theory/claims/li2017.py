"""Claims on Meta-SGD: what step size a coordinate learns, for tasks of one isotropic class."""

from __future__ import annotations

import sympy as sp

from theory.claim import Claim, Layer, Source, Statement
from theory.claims.collins2022.notation import COUNTS
from theory.formula import Formula, eq, ge, gt, lt
from theory.methods.meta_sgd import BestStep, D_j, D_total
from theory.symbols import m, nu2, rho

PAPER = "Z. Li, F. Zhou, F. Chen, H. Li, Meta-SGD: Learning to Learn Quickly for Few-Shot Learning, arXiv 1707.09835"
HERE = Source("derived here", "in the model of mixed linear regressions; the method is that of " + PAPER)

best, other, D_k = sp.symbols("a_j a_k D_k")
#: Second moments of the error in two coordinates, of which all others only enter through their sum.
SPREAD: tuple[Formula, ...] = (gt(rho, 0), ge(nu2, 0), gt(D_j, 0), gt(D_k, 0), ge(D_total, D_j + D_k), *COUNTS[:2])


def _stated(spread: sp.Expr) -> sp.Expr:
    return m * spread / (rho * ((m + 1) * spread + D_total) + nu2)


CLAIMS: tuple[Claim, ...] = (
    Claim(
        name="li2017.best-step",
        sentence="The step size of a coordinate in which errors have the second moment D_j, and D in all, is "
        "m D_j / (rho ((m + 1) D_j + D) + nu2).",
        hypotheses=SPREAD,
        layers=(Layer(best, derivation=BestStep()),),
        conclusion=Statement(eq(best, _stated(D_j))),
        source=HERE,
    ),
    Claim(
        name="li2017.larger-where-tasks-differ",
        sentence="A coordinate in which tasks differ more learns the larger step size.",
        hypotheses=(*SPREAD, gt(D_j, D_k)),
        layers=(Layer(best, _stated(D_j), BestStep()), Layer(other, _stated(D_k))),
        conclusion=Statement(gt(best, other)),
        source=HERE,
    ),
    Claim(
        name="li2017.below-newton",
        sentence="No coordinate learns the full step 1/rho from finitely many samples.",
        hypotheses=SPREAD,
        layers=(Layer(best, _stated(D_j), BestStep()),),
        conclusion=Statement(lt(best, 1 / rho)),
        source=HERE,
    ),
    Claim(
        name="li2017.false-one-step-size-is-enough",
        sentence="For a class of one isotropic covariance a single step size is the best for all coordinates.",
        hypotheses=SPREAD,
        layers=(Layer(best, _stated(D_j), BestStep()), Layer(other, _stated(D_k))),
        conclusion=Statement(eq(best, other)),
        source=HERE,
        expected="refuted",
    ),
)
