"""Claims on *ST-MAML* (Wang, Grigsby, Sekhon, Qi, 2109.13305): what an initialisation for each code is good for.

Two isotropic classes and two codes. ``w_Ez`` is the part of the easy class's curvature, times its probability, that
comes from data of code z, likewise ``w_Hz``; both parts add up to MAML's weights.
"""

from __future__ import annotations

import sympy as sp

from theory.claim import Claim, Layer, Source, Statement
from theory.formula import And, Formula, Iff, eq, ge, gt, integer, le
from theory.gain import ClassQuantity
from theory.methods.st_maml import CurvatureGivenSize
from theory.symbols import R2, alpha, d, m, rho

__all__ = ["CLAIMS"]

PAPER = "Z. Wang, J. Grigsby, A. Sekhon, Y. Qi, ST-MAML, arXiv 2109.13305"
HERE = Source("derived here", "in the model of a deterministic code; " + PAPER)

w_E1, w_H1, w_E2, w_H2, size = sp.symbols("w_E1 w_H1 w_E2 w_H2 s")
given_size, curvature = sp.symbols("q_s q")
together, apart, oracle, hard_together, hard_apart = sp.symbols(
    "between_MAML between_codes between_oracle H_MAML H_codes"
)

CLASS: tuple[Formula, ...] = (gt(alpha, 0), gt(rho, 0), gt(size, 0), ge(m, 1), integer(m), ge(d, 1), integer(d))
WEIGHTS: tuple[Formula, ...] = (gt(w_E1, 0), gt(w_H1, 0), gt(w_E2, 0), gt(w_H2, 0), gt(R2, 0))

GIVEN_SIZE = Layer(
    given_size,
    rho * (1 - 2 * alpha * size / (m * d) + (1 + (d + 1) / m) * alpha**2 * size**2 / (m * d * (m * d + 2))),
    CurvatureGivenSize(size),
)


def between(easy: sp.Expr, hard: sp.Expr) -> sp.Expr:
    """State the risk that is left between the classes at the best common initialisation."""
    return easy * hard * R2 / (2 * (easy + hard))


def hard_share(easy: sp.Expr, hard: sp.Expr) -> sp.Expr:
    """State what the hard class contributes to it."""
    return hard * (easy / (easy + hard)) ** 2 * R2 / 2


BETWEEN: tuple[Layer, ...] = (
    Layer(together, between(w_E1 + w_E2, w_H1 + w_H2)),
    Layer(apart, between(w_E1, w_H1) + between(w_E2, w_H2)),
)

CLAIMS: tuple[Claim, ...] = (
    Claim(
        name="wang2021.curvature-given-size",
        sentence="Given the sum of squares of the support inputs, an isotropic class's curvature is rho times a "
        "nonnegative quadratic in it: encoder and inner loop see the same data.",
        hypotheses=CLASS,
        layers=(GIVEN_SIZE,),
        conclusion=Statement(ge(given_size, 0)),
        source=HERE,
    ),
    Claim(
        name="wang2021.codes-never-hurt",
        sentence="One initialisation for each of two codes never does worse than MAML's common one.",
        hypotheses=WEIGHTS,
        layers=BETWEEN,
        conclusion=Statement(le(apart, together)),
        source=HERE,
    ),
    Claim(
        name="wang2021.gain-of-codes",
        sentence="What two codes gain is the square of how much they tip the balance of the classes' weights: nothing "
        "exactly when both leave it as it is.",
        hypotheses=WEIGHTS,
        layers=BETWEEN,
        conclusion=Statement(
            eq(
                together - apart,
                (w_E1 * w_H2 - w_E2 * w_H1) ** 2
                * R2
                / (2 * (w_E1 + w_H1) * (w_E2 + w_H2) * (w_E1 + w_E2 + w_H1 + w_H2)),
            )
        ),
        source=HERE,
    ),
    Claim(
        name="wang2021.oracle-bound",
        sentence="Two codes are never better than the oracle that knows the class, and as good only where a code "
        "leaves a class no weight.",
        hypotheses=(ge(w_E1, 0), ge(w_H2, 0), gt(w_H1, 0), gt(w_E2, 0), gt(R2, 0)),
        layers=(BETWEEN[1],),
        conclusion=Statement(And((ge(apart, 0), Iff(eq(apart, 0), And((eq(w_E1, 0), eq(w_H2, 0))))))),
        source=HERE,
    ),
    Claim(
        name="wang2021.false-unconditional-curvature",
        sentence="The tasks of a code have the curvature that their class has without the encoder.",
        hypotheses=CLASS,
        layers=(
            GIVEN_SIZE,
            Layer(
                curvature,
                rho * (1 - 2 * alpha * rho + (1 + (d + 1) / m) * alpha**2 * rho**2),
                ClassQuantity("curvature"),
            ),
        ),
        conclusion=Statement(eq(given_size, curvature)),
        source=HERE,
        expected="refuted",
    ),
    Claim(
        name="wang2021.false-every-class-gains",
        sentence="With an initialisation for each code, the hard class does at least as well as under MAML.",
        hypotheses=WEIGHTS,
        layers=(
            Layer(hard_together, hard_share(w_E1 + w_E2, w_H1 + w_H2)),
            Layer(hard_apart, hard_share(w_E1, w_H1) + hard_share(w_E2, w_H2)),
        ),
        conclusion=Statement(le(hard_apart, hard_together)),
        source=HERE,
        expected="refuted",
    ),
)
