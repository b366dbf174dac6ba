"""The derived optima, risks and gain of a mixture, evaluated in float64 or in exact rationals by the same code.

``theory`` derives the adapted risk of one task class as a polynomial in its covariance; this module evaluates it on
arrays and averages over the classes. Every function takes any number of leading batch axes in float64.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from numerics.arithmetic import (
    as_rationals,
    constants_for,
    is_exact,
    rational_inner_loop,
    rational_mixture,
    solve,
)
from theory import arithmetic
from theory.adaptation import adapted_error, adapted_risk, isotropic_risk, population_excess, step_on_form
from theory.errors import BeyondFloat64Error, ConfigurationError, NonUniqueOptimumError
from theory.mixture import Array, InnerLoop, Mixture, Number, are_isotropic
from theory.moments import COVARIANCE, SAMPLE_COVARIANCE
from theory.symbols import alpha, d, m, nu2, rho
from theory.words import letter

__all__ = ["Evaluation", "curvatures", "evaluate", "solve_population"]

#: Reused steps up to which the expectation is derived within seconds, for isotropic and for general covariances.
ISOTROPIC_REACH, GENERAL_REACH = 12, 8
#: A risk this far below the scale of the problem is zero up to round-off in float64.
_ROUND_OFF = 1e-14
_EPSILON = float(np.finfo(float).eps)
#: Rounding errors of the optima over their distance, up to which the gain, its square, keeps twelve digits.
_DISTINCT = 4e-13
#: Where a gain that nearly vanishes is evaluated exactly, which takes up to a few tenths of a second there.
_EXACT_DIMENSION, _EXACT_STEPS = 10, 3


def curvatures(
    covariances: Array, noises: Array, step_size: Array, samples: Array | None, steps: int, data: str
) -> tuple[Array, Array]:
    """Evaluate Q and the noise floor of every class.

    Parameters
    ----------
    covariances : array, shape (..., classes, d, d)
        Input covariances.
    noises : array, shape (..., classes)
        Label noise variances.
    step_size : array, shape (..., 1)
        The inner step size, one per configuration.
    samples : array, shape (..., 1), or None
        The number of samples, one per configuration; ``None`` for infinity.
    steps : int
        Number of inner steps.
    data : {"reused", "fresh"}
        Whether the steps share their sample.

    Returns
    -------
    curvature : array, shape (..., classes, d, d)
        The matrix Q of each class.
    noise_floor : array, shape (..., classes)
        What label noise adds to each class's risk.
    """
    number = constants_for(covariances)
    if samples is None:
        return _population_curvature(covariances, step_size, steps), noises * number(0, 1)
    scalars = {alpha: step_size, nu2: noises, m: samples}
    arrays = {COVARIANCE: covariances}
    if data == "reused" and steps > 1:
        return _reused(covariances, noises, scalars, steps)
    step = step_on_form()
    form = population_excess().evaluate(arrays, scalars, number)
    noise_floor = noises * number(0, 1)
    for _ in range(steps):
        arrays["B"] = form
        form = step.curvature.evaluate(arrays, scalars, number)
        noise_floor = noise_floor + step.noise_floor.evaluate(arrays, scalars, number)
    return form, noise_floor


def _reused(covariances: Array, noises: Array, scalars: dict[Any, Any], steps: int) -> tuple[Array, Array]:
    """Evaluate Q and the noise floor after several steps on one sample, in scalars where every class is isotropic."""
    number = constants_for(covariances)
    identity = np.eye(covariances.shape[-1], dtype=int)
    variances = covariances[..., 0, 0]
    if are_isotropic(covariances):
        _require_reach(steps, ISOTROPIC_REACH, "")
        risk = isotropic_risk(steps)
        dimension = np.asarray(number(len(identity), 1))
        values = scalars | {rho: variances, d: dimension}
        factor = np.asarray(arithmetic.evaluate(risk.curvature, values, number))
        floor = arithmetic.evaluate(risk.noise_floor, values, number)
        return factor[..., None, None] * identity, floor + noises * number(0, 1)
    _require_reach(steps, GENERAL_REACH, " and covariances that are not multiples of the identity")
    general, arrays = adapted_risk(steps, "reused"), {COVARIANCE: covariances}
    return (
        general.curvature.evaluate(arrays, scalars, number),
        general.noise_floor.evaluate(arrays, scalars, number) + noises * number(0, 1),
    )


def _require_reach(steps: int, reach: int, where: str) -> None:
    if steps > reach:
        raise ConfigurationError(
            f'adaptation.steps: got {steps} with data = "reused"{where}; must be at most {reach}: the exact '
            'expectation has a number of terms that grows quickly with the steps; take fewer steps or data = "fresh"'
        )


def _population_curvature(covariances: Array, step_size: Array, steps: int) -> Array:
    """Evaluate Q for the population gradient by its factors: expanded, float64 would cancel where Q nearly vanishes."""
    propagator = adapted_error(1).propagator.substitute({SAMPLE_COVARIANCE: letter(COVARIANCE)})
    step = propagator.evaluate({COVARIANCE: covariances}, {alpha: step_size}, constants_for(covariances))
    form = covariances
    for _ in range(steps):
        form = step @ form @ step
    return form


def _form(vector: Array, matrix: Array) -> Array:
    """Return ``vector' matrix vector`` over any batch axes."""
    value: Array = (vector * (matrix @ vector[..., None])[..., 0]).sum(axis=-1)
    return value


@dataclass(frozen=True, eq=False)
class Population:
    """The arrays of a mixture with its curvatures, from which optima and risks follow.

    Parameters
    ----------
    weights, noise_floors : array, shape (..., classes)
        Class probabilities, and what label noise adds to each class's risk.
    covariances, curvature : array, shape (..., classes, d, d)
        Sigma and Q of each class.
    centres : array, shape (..., classes, d)
        Means of the optimal solutions.
    spreads : array, shape (..., classes, d, d)
        Covariances of the optimal solutions.
    """

    weights: Array
    covariances: Array
    centres: Array
    spreads: Array
    curvature: Array
    noise_floors: Array

    def average(self, matrices: Array) -> Array:
        """Average class matrices over tasks, shape (..., d, d)."""
        mean: Array = (self.weights[..., None, None] * matrices).sum(axis=-3)
        return mean

    def moment(self, matrices: Array) -> Array:
        """Return ``E[M theta*]`` for class matrices M, shape (..., d)."""
        mean: Array = (self.weights[..., None] * (matrices @ self.centres[..., None])[..., 0]).sum(axis=-2)
        return mean

    def optimum(self, matrices: Array) -> Array:
        """Return the minimiser of ``E (theta - theta*)' M (theta - theta*)`` for class matrices M, shape (..., d)."""
        return solve(self.average(matrices), self.moment(matrices))

    @property
    def noise_floor(self) -> Array:
        """What label noise adds to the risk, whatever the initialisation, shape (...)."""
        floor: Array = (self.weights * self.noise_floors).sum(axis=-1)
        return floor

    def risk(self, theta: Array) -> Array:
        """Return the excess risk after adaptation from ``theta`` (..., d), shape (...)."""
        scatter = np.trace(self.curvature @ self.spreads, axis1=-2, axis2=-1)
        forms = _form(theta[..., None, :] - self.centres, self.curvature)
        total: Array = (self.weights * (forms + scatter)).sum(axis=-1) / 2 + self.noise_floor
        return total


def solve_population(
    weights: Array,
    covariances: Array,
    centres: Array,
    spreads: Array,
    noises: Array,
    step_size: Array,
    samples: Array | None,
    steps: int = 1,
    data: str = "reused",
) -> Population:
    """Attach the derived curvatures to arrays of class parameters; shapes as in :class:`Population`.

    Parameters
    ----------
    step_size, samples : array, shape (...)
        One per configuration; ``samples`` may be ``None`` for infinity.
    """
    per_class = None if samples is None else np.asarray(samples)[..., None]
    curvature, floors = curvatures(covariances, noises, np.asarray(step_size)[..., None], per_class, steps, data)
    return Population(weights, covariances, centres, spreads, curvature, floors)


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Optima and excess risks of one mixture.

    Parameters
    ----------
    mixture, inner_loop
        What was evaluated.
    population : Population
        Its arrays and curvatures.
    theta_nal, theta_maml : array, shape (d,)
        The optima of NAL and of MAML.
    risk_nal, risk_maml : number
        Excess risk after adaptation from either.
    noise_floor : number
        The part of both risks that label noise causes.
    gain : number
        ``risk_nal - risk_maml``.
    ratio : number or None
        ``risk_nal / risk_maml``; ``math.inf`` where only the denominator is zero, ``None`` where both are.
    """

    mixture: Mixture
    inner_loop: InnerLoop
    population: Population
    theta_nal: Array
    theta_maml: Array
    risk_nal: Number
    risk_maml: Number
    noise_floor: Number
    gain: Number
    ratio: Number | None

    @property
    def hessian_nal(self) -> Array:
        """``E Sigma``, shape (d, d)."""
        return self.population.average(self.population.covariances)

    @property
    def hessian_maml(self) -> Array:
        """``E Q``, shape (d, d)."""
        return self.population.average(self.population.curvature)

    @property
    def curvatures(self) -> Array:
        """Q of each class, shape (classes, d, d)."""
        return self.population.curvature

    def risk(self, theta: Array) -> Number:
        """Return the excess risk after adaptation from ``theta``, shape (d,)."""
        return self.population.risk(theta)

    def solve(self, matrix: Array, vector: Array) -> Array:
        """Solve a linear system in the arithmetic of the mixture."""
        return solve(matrix, vector)


def evaluate(mixture: Mixture, inner_loop: InnerLoop) -> Evaluation:
    """Evaluate the derived optima, risks, gain and ratio of a mixture.

    Parameters
    ----------
    mixture : Mixture
        In float64, or in Fractions for exact results.
    inner_loop : InnerLoop
        The adaptation; its step size in the same arithmetic.

    Returns
    -------
    Evaluation
        Numbers are floats, or flint rationals where the mixture is exact.

    Raises
    ------
    NonUniqueOptimumError
        If an objective has more than one minimiser.
    BeyondFloat64Error
        If a result is beyond the range of float64.
    """
    exact = is_exact(mixture.classes[0].covariance)
    if exact:
        mixture, inner_loop = rational_mixture(mixture), rational_inner_loop(inner_loop)
    with np.errstate(over="ignore", invalid="ignore"):  # overflow is found in what results
        return _evaluate(mixture, inner_loop, exact)


def _evaluate(mixture: Mixture, inner_loop: InnerLoop, exact: bool) -> Evaluation:
    population = solve_population(
        mixture.weights,
        mixture.covariances,
        mixture.centres,
        mixture.spreads,
        mixture.noises,
        np.asarray(inner_loop.step_size),
        None if inner_loop.samples is None else _count(inner_loop.samples, exact),
        inner_loop.steps,
        inner_loop.data,
    )
    theta_nal, nal_error = _unique_optimum(population, population.covariances, "NAL", inner_loop)
    theta_maml, maml_error = _unique_optimum(population, population.curvature, "MAML", inner_loop)
    risk_maml = population.risk(theta_maml)
    # The difference of the risks, written as the square that it is so that float64 does not cancel it away.
    hessian = population.average(population.curvature)
    gain = _form(theta_nal - theta_maml, hessian) / 2
    if not exact and not np.isfinite([risk_maml, gain, population.noise_floor]).all():
        raise _overflow()
    if not exact and nal_error + maml_error > _DISTINCT * np.abs(theta_nal - theta_maml).max():
        gain = _nearly_vanishing_gain(mixture, inner_loop, gain)
    risk_nal = risk_maml + gain
    zero = 0 if exact else _ROUND_OFF * _scale(population)
    return Evaluation(
        mixture,
        inner_loop,
        population,
        theta_nal,
        theta_maml,
        risk_nal,
        risk_maml,
        population.noise_floor,
        gain,
        _ratio(risk_nal, risk_maml, zero),
    )


def _nearly_vanishing_gain(mixture: Mixture, inner_loop: InnerLoop, rounded: Any) -> Any:
    """Evaluate a gain of which float64 has lost digits: two optima that are nearly the same have been subtracted.

    Two isotropic classes have a form without it; else exact arithmetic decides where it is quick.
    """
    from numerics.isotropic import isotropic_gain

    gain = isotropic_gain(mixture, inner_loop)
    if gain is not None:
        return gain
    if mixture.dimension > _EXACT_DIMENSION or inner_loop.steps > _EXACT_STEPS:
        return rounded
    return float(evaluate(rational_mixture(mixture), rational_inner_loop(inner_loop)).gain)


def _count(samples: int, exact: bool) -> Array:
    return as_rationals(np.asarray(samples)) if exact else np.asarray(float(samples))


def _scale(population: Population) -> float:
    """Return the risk that would result if no centre were subtracted: what round-off is relative to."""
    squares = (population.centres**2).sum(axis=-1) + np.trace(population.spreads, axis1=-2, axis2=-1)
    return float((population.weights * np.trace(population.covariances, axis1=-2, axis2=-1) * squares).sum())


def _ratio(risk_nal: Any, risk_maml: Any, zero: Any) -> Any:
    if risk_maml > zero:
        return risk_nal / risk_maml
    return math.inf if risk_nal > zero else None


def _unique_optimum(
    population: Population, matrices: Array, learner: str, inner_loop: InnerLoop
) -> tuple[Array, float]:
    """Return an optimum, and about how large its rounding error is in float64."""
    hessian, condition = population.average(matrices), 0.0
    if not is_exact(hessian):
        if not np.isfinite(hessian).all():
            raise _overflow()
        eigenvalues = np.linalg.eigvalsh(hessian)
        scale = max(float(np.abs(population.average(population.covariances)).max()), float(eigenvalues[-1]))
        unique = eigenvalues[0] > _ROUND_OFF**2 * scale if inner_loop.samples is None else eigenvalues[0] > 0
        if not unique:
            raise _not_unique(learner, inner_loop)
        condition = float(eigenvalues[-1] / eigenvalues[0])
    try:
        optimum = population.optimum(matrices)
    except np.linalg.LinAlgError:
        raise _not_unique(learner, inner_loop) from None
    return optimum, 8 * _EPSILON * condition * float(np.abs(population.centres).max()) if condition else 0.0


def _overflow() -> BeyondFloat64Error:
    return BeyondFloat64Error(
        "the optima or risks of this configuration are beyond the range of float64 (about 1e308); "
        "scale the covariances, centres or step size down, or evaluate exactly"
    )


def _not_unique(learner: str, inner_loop: InnerLoop) -> NonUniqueOptimumError:
    if learner == "NAL":
        return NonUniqueOptimumError(
            "NAL's optimum is not unique: the mean covariance of the mixture is singular; "
            "every direction needs a class with positive weight that has variance in it"
        )
    return NonUniqueOptimumError(
        f'MAML\'s optimum is not unique: with samples = "inf" and step_size = {float(inner_loop.step_size):g}, '
        f"1/step_size is an eigenvalue of every class's covariance in a common direction, so the inner loop solves "
        "every task in that direction from anywhere; change step_size, or give a finite number of samples"
    )
