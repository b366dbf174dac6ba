"""The inner loop, derived: what K gradient steps on the empirical loss make of the excess risk at the start.

From the empirical loss ``||X theta - y||^2 / (2m)`` alone: SymPy differentiates it, the update rule is iterated on the
error ``e = theta - theta*`` and on the channel through which label noise enters, and the moment engine takes the
expectation over the data. The result is a quadratic form in the initial error, ``1/2 e' Q e + noise floor``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

import sympy as sp

from theory.mixture import DataReuse
from theory.moments import COVARIANCE, SAMPLE_COVARIANCE, expectation
from theory.symbols import alpha, d, m, nu2, rho
from theory.words import IDENTITY, Polynomial, letter, scalar, trace

__all__ = [
    "AdaptedRisk",
    "ErrorQuantity",
    "ErrorUpdate",
    "IsotropicRisk",
    "adapted_error",
    "adapted_risk",
    "gradient_on_sample",
    "isotropic_risk",
    "population_excess",
    "step_on_form",
    "through_sample",
]


@dataclass(frozen=True)
class ErrorUpdate:
    """An affine map of the error: ``e -> propagator e + noise_channel X'z/m``.

    Parameters
    ----------
    propagator, noise_channel : Polynomial
        Matrix polynomials in the sample covariance.
    """

    propagator: Polynomial
    noise_channel: Polynomial


@dataclass(frozen=True)
class AdaptedRisk:
    """The expected excess risk after adaptation, ``1/2 e' curvature e + noise_floor``, e being the initial error.

    Parameters
    ----------
    curvature : Polynomial
        The matrix Q, in the letter ``S`` (the input covariance).
    noise_floor : Polynomial
        What label noise adds, a scalar polynomial in ``S``.
    """

    curvature: Polynomial
    noise_floor: Polynomial


@cache
def gradient_on_sample() -> ErrorUpdate:
    """Return the gradient of the empirical loss as an affine map of the error.

    SymPy differentiates ``||X theta - y||^2 / (2m)`` with ``y = X theta* + z``; the matrix that multiplies the error
    and the one that multiplies the noise are read off the derivative.
    """
    samples, dimension = sp.symbols("m d", integer=True, positive=True)
    inputs = sp.MatrixSymbol("X", samples, dimension)
    noise = sp.MatrixSymbol("z", samples, 1)
    optimum = sp.MatrixSymbol("theta_star", dimension, 1)
    parameter = sp.MatrixSymbol("theta", dimension, 1)
    error = sp.MatrixSymbol("e", dimension, 1)
    residual = inputs * parameter - (inputs * optimum + noise)
    loss = (residual.T * residual) / (2 * samples)
    gradient = loss.diff(parameter).subs(parameter, optimum + error).expand().doit()
    readings = {
        inputs.T * inputs * error: ("propagator", letter(SAMPLE_COVARIANCE) * samples),
        inputs.T * noise: ("noise_channel", IDENTITY * samples),
    }
    parts = {"propagator": Polynomial({}), "noise_channel": Polynomial({})}
    for summand in gradient.args:
        coefficient, product = summand.as_coeff_mmul()
        role, polynomial = readings[product]
        parts[role] = parts[role] + polynomial * coefficient
    return ErrorUpdate(**parts)


@cache
def adapted_error(steps: int) -> ErrorUpdate:
    """Return the error after ``steps`` inner steps on the same sample, ``theta <- theta - alpha gradient``.

    Parameters
    ----------
    steps : int
        Number of inner steps, >= 0.
    """
    gradient = gradient_on_sample()
    current = ErrorUpdate(IDENTITY, Polynomial({}))
    for _ in range(steps):
        current = ErrorUpdate(
            current.propagator - alpha * gradient.propagator * current.propagator,
            current.noise_channel - alpha * (gradient.propagator * current.noise_channel + gradient.noise_channel),
        )
    return current


@dataclass(frozen=True)
class ErrorQuantity:
    """A derived part of what inner steps on one sample make of the error, called to derive it.

    It says what it is, so that it can also be measured; a function would only say how to derive it.

    Parameters
    ----------
    name : {"propagator", "noise_channel"}
        Which part of :class:`ErrorUpdate`.
    steps : int
        Number of inner steps.
    """

    name: Literal["propagator", "noise_channel"]
    steps: int

    def __call__(self) -> Polynomial:
        """Derive it, in the sample covariance."""
        update = adapted_error(self.steps)
        return update.propagator if self.name == "propagator" else update.noise_channel


@cache
def population_excess() -> Polynomial:
    """Return the matrix B of the population excess risk ``1/2 e' B e``.

    The empirical loss is an average of independent copies of the population loss's integrand, so its expectation is
    the population loss; the part that depends on e is ``1/2 e' E[X'X/m] e``.
    """
    return expectation(letter(SAMPLE_COVARIANCE), m)


def _before_expectation(update: ErrorUpdate, form: Polynomial, samples: sp.Expr) -> AdaptedRisk:
    """Average ``1/2 e' form e`` after an update of the error over the label noise, given the inputs.

    The noise has mean zero and is independent of the inputs, so cross terms vanish, and ``X'z/m`` has covariance
    ``nu2 X'X / m^2 = nu2 Shat / m`` given the inputs.
    """
    curvature = update.propagator.transpose() * form * update.propagator
    spread_of_noise = letter(SAMPLE_COVARIANCE) * (nu2 / samples)
    noise = trace(form * update.noise_channel * spread_of_noise * update.noise_channel.transpose()) / 2
    return AdaptedRisk(curvature, noise)


def through_sample(update: ErrorUpdate, form: Polynomial, samples: sp.Expr) -> AdaptedRisk:
    """Derive the expectation over one sample of ``1/2 e' form e`` after an update of the error.

    Parameters
    ----------
    update : ErrorUpdate
        What the sample makes of the error.
    form : Polynomial
        In letters that do not depend on the sample.
    samples : sympy.Expr
        As for :func:`adapted_risk`.
    """
    integrand = _before_expectation(update, form, samples)
    return AdaptedRisk(expectation(integrand.curvature, samples), expectation(integrand.noise_floor, samples))


@cache
def adapted_risk(steps: int = 1, data: DataReuse = "reused", samples: sp.Expr = m) -> AdaptedRisk:
    """Derive the expected excess risk after the inner loop.

    Parameters
    ----------
    steps : int
        Number K of inner steps, >= 1.
    data : {"reused", "fresh"}
        Whether the steps share one sample or draw a new one each.
    samples : sympy.Expr
        The number m of samples: the symbol, an integer, or ``sympy.oo`` for the population gradient.

    Returns
    -------
    AdaptedRisk
        Q and the noise floor, in the symbols ``alpha``, ``m``, ``nu2`` and the letter ``S``.
    """
    if data == "reused":
        return through_sample(adapted_error(steps), population_excess(), samples)
    # The last step is averaged first: earlier samples do not know of it.
    form, noise_floor = population_excess(), scalar(0)
    for _ in range(steps):
        step = through_sample(adapted_error(1), form, samples)
        form, noise_floor = step.curvature, noise_floor + step.noise_floor
    return AdaptedRisk(form, noise_floor)


@dataclass(frozen=True)
class IsotropicRisk:
    """The adapted risk of an isotropic class, Sigma = rho I, in scalars.

    Parameters
    ----------
    curvature, noise_floor : sympy.Expr
        The multiple of the identity that Q is, and what label noise adds; in ``rho``, ``alpha``, ``m``, ``d``, ``nu2``.
    """

    curvature: sp.Expr
    noise_floor: sp.Expr


@cache
def isotropic_risk(steps: int = 1, data: DataReuse = "reused", samples: sp.Expr = m) -> IsotropicRisk:
    """Derive the adapted risk of an isotropic class; parameters as in :func:`adapted_risk`.

    With reused samples ``Shat = rho What``, What being the sample covariance of standard normal data: its words are
    powers and traces of powers only, so that many more steps are within reach than for a general covariance.
    """
    if data == "fresh":
        general = adapted_risk(steps, data, samples)
        values = {COVARIANCE: rho}
        return IsotropicRisk(general.curvature.at_scalars(values, d), general.noise_floor.at_scalars(values, d))
    scaled = {SAMPLE_COVARIANCE: letter(SAMPLE_COVARIANCE) * rho, COVARIANCE: IDENTITY * rho}
    integrand = _before_expectation(adapted_error(steps), population_excess(), samples)
    curvature, noise_floor = (
        expectation(part.substitute(scaled), samples, covariance=()).at_scalars({}, d)
        for part in (integrand.curvature, integrand.noise_floor)
    )
    return IsotropicRisk(curvature, noise_floor)


@cache
def step_on_form(samples: sp.Expr = m) -> AdaptedRisk:
    """Derive what one inner step on fresh data makes of ``1/2 e' B e`` for an arbitrary symmetric matrix B.

    Iterating it numerically, starting from B = Sigma, gives K fresh steps for any K at the cost of K small products.
    """
    return through_sample(adapted_error(1), letter("B"), samples)
