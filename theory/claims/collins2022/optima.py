"""Claims 2 to 6: the optima, the risk decomposition, when there is nothing to gain, and small steps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sympy as sp

from theory.claim import (
    Claim,
    Convergence,
    EvaluatedMixture,
    Layer,
    Limit,
    MatrixIdentity,
    MixtureProperty,
    PositiveDefinite,
    Square,
    Statement,
)
from theory.claims.collins2022.inner_loop import ONE, SYMMETRIC, S
from theory.claims.collins2022.notation import (
    CLASS,
    DERIVED_HERE,
    GAIN,
    PAIR,
    SHARES,
    abstract,
    gain,
    share_maml,
    share_nal,
    v_E,
    v_H,
)
from theory.formula import Iff, Operator, eq, ge, gt
from theory.gain import ClassQuantity, MatrixQuantity, Objective, PairQuantity, Setting, small_step_gain
from theory.mixture import Array, InnerLoop, Mixture, Number
from theory.symbols import R2, alpha, m, p, rho, rho_E, rho_H
from theory.words import bilinear, letter, vector

ANY_MIXTURE = "any mixture of task classes, in any dimension; E averages over tasks"
NONSINGULAR = ANY_MIXTURE + "; H = E[Q] and Sbar = E[S] are nonsingular"

MAML, NAL = Objective("H", "E[Q theta*]", sp.Symbol("c_MAML")), Objective("Sbar", "E[S theta*]", sp.Symbol("c_NAL"))
H, SBAR, THETA, DIRECTION = letter("H"), letter("Sbar"), vector("theta"), vector("u")
THETA_MAML = letter("H^-1") * vector("E[Q theta*]")
THETA_NAL = letter("Sbar^-1") * vector("E[S theta*]")
MEAN = vector("E[theta*]")

q_eigenvalue = sp.Symbol("q_eigenvalue")


def weighted_optimum(evaluated: EvaluatedMixture, matrices: list[Array]) -> Array:
    """State E[M]^-1 E[M theta*] for class matrices M."""
    classes = evaluated.mixture.classes
    hessian = sum(item.weight * matrix for item, matrix in zip(classes, matrices, strict=True))
    moment = sum(item.weight * (matrix @ item.centre) for item, matrix in zip(classes, matrices, strict=True))
    return evaluated.solve(hessian, moment)


def nal_optimum(evaluated: EvaluatedMixture) -> Array:
    """State NAL's optimum: tasks weighted by their covariance."""
    return weighted_optimum(evaluated, [item.covariance for item in evaluated.mixture.classes])


def maml_optimum(evaluated: EvaluatedMixture) -> Array:
    """State MAML's optimum for one inner step: tasks weighted by what one step leaves of their covariance."""
    step, matrices = evaluated.inner_loop.step_size, []
    for item in evaluated.mixture.classes:
        sigma = item.covariance
        square = sigma @ sigma
        left = sigma - 2 * step * square + step * step * (square @ sigma)
        if evaluated.inner_loop.samples is not None:
            left = left + (square.trace() * sigma + square @ sigma) * (step * step / evaluated.inner_loop.samples)
        matrices.append(left)
    return weighted_optimum(evaluated, matrices)


def _squared(vector_: Array, matrix: Array) -> Number:
    return vector_ @ (matrix @ vector_)


def one_step(mixture: Mixture, inner_loop: InnerLoop) -> tuple[Mixture, InnerLoop]:
    """Restrict to one inner step on a finite sample."""
    return mixture, replace(inner_loop, steps=1, samples=inner_loop.samples or 3)


def same_covariance(mixture: Mixture, inner_loop: InnerLoop) -> tuple[Mixture, InnerLoop]:
    """Restrict to classes of one covariance, on a finite sample so that the optimum is unique."""
    first = mixture.classes[0].covariance
    classes = tuple(replace(item, covariance=first) for item in mixture.classes)
    return Mixture(classes), replace(inner_loop, samples=inner_loop.samples or 3)


def same_centre(mixture: Mixture, inner_loop: InnerLoop) -> tuple[Mixture, InnerLoop]:
    """Restrict to classes of one centre, on a finite sample so that the optimum is unique."""
    first = mixture.classes[0].centre
    classes = tuple(replace(item, centre=first) for item in mixture.classes)
    return Mixture(classes), replace(inner_loop, samples=inner_loop.samples or 3)


def finite_sample(mixture: Mixture, inner_loop: InnerLoop) -> tuple[Mixture, InnerLoop]:
    """Restrict to a finite sample, so that the optimum is unique."""
    return mixture, replace(inner_loop, samples=inner_loop.samples or 3)


def _risk_decomposed(evaluated: EvaluatedMixture) -> tuple[Any, Operator, Any]:
    start = evaluated.mixture.classes[0].centre + 1
    offset = start - evaluated.theta_maml
    stated = evaluated.risk(evaluated.theta_maml) + _squared(offset, evaluated.hessian_maml) / 2
    return evaluated.risk(start), "==", stated


def _gain_squared(evaluated: EvaluatedMixture) -> tuple[Any, Operator, Any]:
    difference = evaluated.risk(evaluated.theta_nal) - evaluated.risk(evaluated.theta_maml)
    offset = evaluated.theta_nal - evaluated.theta_maml
    return difference, "==", _squared(offset, evaluated.hessian_maml) / 2


def _no_gain(evaluated: EvaluatedMixture) -> tuple[Any, Operator, Any]:
    return evaluated.risk(evaluated.theta_nal), "==", evaluated.risk(evaluated.theta_maml)


#: Theta_NAL = share_NAL c_E + (1 - share_NAL) c_H, so E[Sigma^2 (theta* - theta_NAL)] lies along c_E - c_H.
_second_order_pull = (1 - p) * rho_E**2 * (1 - share_nal) - p * rho_H**2 * share_nal
_pull = vector("E[S2 theta*]") - letter("E[S2]") * THETA_NAL

CLAIMS: tuple[Claim, ...] = (
    Claim(
        name="collins2022.curvature-positive-definite",
        sentence="After one inner step on a finite sample every class's curvature Q is positive definite, so MAML's "
        "optimum exists and is unique.",
        hypotheses=(gt(alpha, 0), gt(m, 0)),
        setting=SYMMETRIC + "; S is positive definite",
        conclusion=PositiveDefinite(
            MatrixQuantity("curvature"),
            (
                Square(sp.S.One, (), ONE - alpha * S, 1),
                Square(alpha**2 / m, (2,), ONE, 1),
                Square(alpha**2 / m, (), ONE, 3),
            ),
        ),
        source=DERIVED_HERE,
    ),
    Claim(
        name="collins2022.population-curvature-singular-iff",
        sentence="For the population gradient an eigenvalue of Q vanishes exactly when 1/alpha is the eigenvalue of S.",
        hypotheses=CLASS,
        layers=(
            Layer(q_eigenvalue, rho * (1 - alpha * rho) ** 2, ClassQuantity("curvature", Setting(population=True))),
        ),
        conclusion=Statement(Iff(eq(q_eigenvalue, 0), eq(rho, 1 / alpha))),
        source=DERIVED_HERE,
    ),
    Claim(
        name="collins2022.nal-optimum",
        sentence="NAL's objective is stationary at E[S]^-1 E[S theta*], and nowhere else when E[S] is nonsingular.",
        hypotheses=(),
        setting=NONSINGULAR,
        conclusion=MatrixIdentity(lambda: NAL.slope(THETA, DIRECTION), bilinear(DIRECTION, SBAR, THETA - THETA_NAL)),
        source=DERIVED_HERE,
        instances=MixtureProperty(lambda e: (e.theta_nal, "==", nal_optimum(e)), finite_sample),
    ),
    Claim(
        name="collins2022.maml-optimum",
        sentence="MAML's objective is stationary at E[Q]^-1 E[Q theta*], and nowhere else when E[Q] is nonsingular.",
        hypotheses=(),
        setting=NONSINGULAR,
        conclusion=MatrixIdentity(lambda: MAML.slope(THETA, DIRECTION), bilinear(DIRECTION, H, THETA - THETA_MAML)),
        source=DERIVED_HERE,
        instances=MixtureProperty(lambda e: (e.theta_maml, "==", maml_optimum(e)), one_step),
    ),
    Claim(
        name="collins2022.nal-descent",
        sentence="Stochastic gradient descent on single tasks reaches E[S]^-1 E[S theta*].",
        hypotheses=(),
        setting=ANY_MIXTURE,
        conclusion=Convergence("nal", nal_optimum, one_step),
        source=DERIVED_HERE,
        expected="supported",
    ),
    Claim(
        name="collins2022.maml-descent",
        sentence="MAML's stochastic gradient descent with one inner step reaches E[Q]^-1 E[Q theta*].",
        hypotheses=(),
        setting=ANY_MIXTURE,
        conclusion=Convergence("maml", maml_optimum, one_step),
        source=DERIVED_HERE,
        expected="supported",
    ),
    Claim(
        name="collins2022.risk-decomposition",
        sentence="The excess risk at theta is the risk at MAML's optimum plus half the squared distance to it in E[Q].",
        hypotheses=(),
        setting=NONSINGULAR,
        conclusion=MatrixIdentity(
            lambda: MAML.value(THETA) - MAML.value(THETA_MAML),
            bilinear(THETA - THETA_MAML, H, THETA - THETA_MAML) / 2,
        ),
        source=DERIVED_HERE,
        instances=MixtureProperty(_risk_decomposed, finite_sample),
    ),
    Claim(
        name="collins2022.gain-squared-distance",
        sentence="The gain is half the squared distance between the two optima in E[Q], hence zero where they agree "
        "and nowhere else when E[Q] is positive definite.",
        hypotheses=(),
        setting=NONSINGULAR,
        conclusion=MatrixIdentity(
            lambda: MAML.value(NAL.stationary_point()) - MAML.value(MAML.stationary_point()),
            bilinear(THETA_NAL - THETA_MAML, H, THETA_NAL - THETA_MAML) / 2,
        ),
        source=DERIVED_HERE,
        instances=MixtureProperty(_gain_squared, finite_sample),
    ),
    Claim(
        name="collins2022.gain-nonnegative",
        sentence="MAML never does worse than NAL.",
        hypotheses=PAIR,
        layers=GAIN,
        conclusion=Statement(ge(gain, 0)),
        source=DERIVED_HERE,
        instances=MixtureProperty(
            lambda e: (e.risk(e.theta_nal), ">=", e.risk(e.theta_maml)),
            finite_sample,
        ),
    ),
    Claim(
        name="collins2022.same-covariance-no-gain",
        sentence="If every class has the same covariance, MAML gains nothing over NAL, whatever the geography.",
        hypotheses=(),
        setting=NONSINGULAR + "; S, hence Q, is the same for every task, so E[S theta*] = Sbar E[theta*], "
        "E[Q theta*] = H E[theta*]",
        conclusion=MatrixIdentity(
            lambda: (MAML.stationary_point() - NAL.stationary_point()).substitute(
                {"|E[Q theta*]": H * MEAN, "|E[S theta*]": SBAR * MEAN}
            ),
            THETA * 0,
        ),
        source=abstract("i: only if the tasks differ in hardness"),
        instances=MixtureProperty(_no_gain, same_covariance),
    ),
    Claim(
        name="collins2022.same-centre-no-gain",
        sentence="If every class has the same centre, MAML gains nothing over NAL, whatever the hardness.",
        hypotheses=(),
        setting=NONSINGULAR + "; theta* has mean c in every class, so E[S theta*] = Sbar c, E[Q theta*] = H c",
        conclusion=MatrixIdentity(
            lambda: (MAML.stationary_point() - NAL.stationary_point()).substitute(
                {"|E[Q theta*]": H * vector("c"), "|E[S theta*]": SBAR * vector("c")}
            ),
            THETA * 0,
        ),
        source=abstract("ii: only if the centres of hard and easy tasks are far apart"),
        instances=MixtureProperty(_no_gain, same_centre),
    ),
    Claim(
        name="collins2022.small-steps-optimum",
        sentence="As the inner step size tends to 0, MAML's optimum tends to NAL's.",
        hypotheses=PAIR,
        layers=SHARES,
        conclusion=Limit(share_maml - share_nal, alpha, sp.S.Zero, sp.S.Zero),
        source=DERIVED_HERE,
    ),
    Claim(
        name="collins2022.small-steps-gain",
        sentence="For small inner steps the gain is alpha^2 times a constant, for two isotropic classes.",
        hypotheses=PAIR,
        layers=(*SHARES, Layer(gain, derivation=PairQuantity("gain"))),
        conclusion=Limit(gain / alpha**2, alpha, sp.S.Zero, 2 * R2 * _second_order_pull**2 / (v_E + v_H)),
        source=DERIVED_HERE,
    ),
    Claim(
        name="collins2022.small-steps-gain-matrix",
        sentence="For small inner steps the gain is 2 alpha^2 ||E[S^2 (theta* - theta_NAL)]||^2 in E[S]^-1.",
        hypotheses=(),
        setting=NONSINGULAR,
        conclusion=MatrixIdentity(small_step_gain, 2 * bilinear(_pull, letter("Sbar^-1"), _pull)),
        source=DERIVED_HERE,
    ),
)
