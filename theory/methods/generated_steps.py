"""The excess risk after inner steps whose step size and weight decay are put out by a generator, derived.

With decay an inner step is no longer a function of the error alone: ``e' = (1 - b - a Shat) e - b theta* - a X'z/m``.
The moment engine gives the risk as a polynomial in what the generator is made of, whose coefficients are quadratic
forms in e and theta*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from theory.adaptation import gradient_on_sample, population_excess
from theory.errors import UnsupportedError
from theory.gain import Setting
from theory.methods.problem import Problem
from theory.moments import SAMPLE_COVARIANCE, expectation
from theory.symbols import nu2
from theory.words import IDENTITY, Polynomial, letter, scalar, trace

__all__ = ["GeneratedRisk", "GeneratedStep", "generated_risk"]

Floats = NDArray[np.float64]

#: What a generator is made of: a and b, or a_0 and a_1; and one over the mean of the statistic that it sees.
FIRST, SECOND, INVERSE_MEAN = sp.symbols("g_1 g_2 inverse_mean")
#: Inner steps up to which the expectation is derived and evaluated within a second, by statistic and use of the data.
_REACH = {("class", "reused"): 2, ("class", "fresh"): 3, ("inputs", "reused"): 1, ("inputs", "fresh"): 2}


@dataclass(frozen=True)
class GeneratedStep:
    """An affine map ``e -> propagator e + pull theta* + noise_channel X'z/m``, in the sample covariance."""

    propagator: Polynomial
    pull: Polynomial
    noise_channel: Polynomial


@dataclass(frozen=True)
class GeneratedForm:
    """A risk ``1/2 e' error e + e' crossed theta* + 1/2 theta*' optimum theta* + noise``."""

    error: Polynomial
    crossed: Polynomial
    optimum: Polynomial
    noise: Polynomial


def _output(statistic: str) -> tuple[Polynomial, sp.Expr]:
    """Return the step size and the decay that the generator puts out."""
    if statistic == "class":
        return scalar(FIRST), SECOND
    deviation = trace(letter(SAMPLE_COVARIANCE)) * INVERSE_MEAN - scalar(1)
    return scalar(FIRST) + deviation * SECOND, sp.S.Zero


def _after(step: GeneratedStep, statistic: str) -> GeneratedStep:
    """Take one more inner step on the same sample."""
    size, decay = _output(statistic)
    gradient = gradient_on_sample()
    return GeneratedStep(
        step.propagator * (1 - decay) - size * (gradient.propagator * step.propagator),
        step.pull * (1 - decay) - size * (gradient.propagator * step.pull) - IDENTITY * decay,
        step.noise_channel * (1 - decay) - size * (gradient.propagator * step.noise_channel + gradient.noise_channel),
    )


def _through(step: GeneratedStep, form: GeneratedForm, samples: sp.Expr) -> GeneratedForm:
    """Take the expectation over one sample, and over the label noise, of a risk after an update of the error."""
    error, pull, channel = step.propagator, step.pull, step.noise_channel
    spread_of_noise = letter(SAMPLE_COVARIANCE) * (nu2 / samples)
    bent = pull.transpose() * form.crossed
    parts = (
        error.transpose() * form.error * error,
        error.transpose() * (form.error * pull + form.crossed),
        pull.transpose() * form.error * pull + bent + bent.transpose() + form.optimum,
        trace(form.error * channel * spread_of_noise * channel.transpose()) / 2 + form.noise,
    )
    return GeneratedForm(*(expectation(part, samples) for part in parts))


@cache
def generated_risk(setting: Setting, statistic: str) -> GeneratedForm:
    """Derive the risk after the inner loop.

    Parameters
    ----------
    setting : Setting
        The inner loop, of whose step size nothing is used.
    statistic : {"class", "inputs"}
        What the generator sees.
    """
    nothing = Polynomial({})
    step = GeneratedStep(IDENTITY, nothing, nothing)
    form = GeneratedForm(population_excess(), nothing, nothing, scalar(0))
    if setting.data == "reused":
        for _ in range(setting.steps):
            step = _after(step, statistic)
        return _through(step, form, setting.samples)
    one = _after(step, statistic)
    for _ in range(setting.steps):
        form = _through(one, form, setting.samples)
    return form


@cache
def _by_power(polynomial: Polynomial) -> Mapping[tuple[int, int], Polynomial]:
    """Split a polynomial by the powers of what the generator is made of."""
    gathered: dict[tuple[int, int], dict[object, sp.Expr]] = {}
    for term, value in polynomial.terms.items():
        for powers, coefficient in sp.Poly(value, FIRST, SECOND).terms():
            gathered.setdefault(powers, {})[term] = coefficient
    return {powers: Polynomial(terms, polynomial.kind) for powers, terms in gathered.items()}  # type: ignore[arg-type]


@dataclass(frozen=True, eq=False)
class GeneratedRisk:
    """The risk of a mixture as a function of initialisation and generator.

    A point is the initialisation, then what the generator is made of: two numbers for each class, or two in all.

    Parameters
    ----------
    problem : Problem
        The configuration, in floating point.
    statistic : {"class", "inputs"}
        What the generator sees.
    decays : bool
        Whether it puts out a decay for each class.
    powers : array, shape (terms, 2)
        Powers of the two numbers in every term.
    forms, crossed : array, shape (terms, classes, d, d)
        Coefficients of ``1/2 e' . e`` and of ``e' . c``, e being the error at a class's centre.
    constants : array, shape (terms, classes)
        What does not depend on the initialisation.
    """

    problem: Problem
    statistic: str
    decays: bool
    powers: NDArray[np.intp]
    forms: Floats
    crossed: Floats
    constants: Floats

    @classmethod
    def of(cls, problem: Problem, statistic: str, *, decays: bool = False) -> GeneratedRisk:
        """Derive it for a configuration.

        Raises
        ------
        UnsupportedError
            If there are too many inner steps.
        """
        loop, mixture = problem.inner_loop, problem.mixture
        data = "fresh" if loop.steps == 1 else loop.data
        reach = _REACH[statistic, data]
        if loop.steps > reach:
            raise UnsupportedError(
                f'method alfa: got adaptation.steps = {loop.steps} with statistic = "{statistic}" and {data} data; its '
                f"risk is derived for at most {reach}"
            )
        form = generated_risk(problem.setting, statistic)
        parts = [_by_power(part) for part in (form.error, form.crossed, form.optimum, form.noise)]
        powers = sorted({power for part in parts for power in part})
        mean = float(np.trace(problem.average(mixture.covariances)))
        classes, d = len(mixture.classes), mixture.dimension

        def values(part: Mapping[tuple[int, int], Polynomial], shape: tuple[int, ...]) -> Floats:
            inverse = {INVERSE_MEAN: 1 / mean}
            found = [
                np.broadcast_to(problem.evaluate(part[power], inverse), shape) if power in part else np.zeros(shape)
                for power in powers
            ]
            return np.array(found, dtype=float)

        matrix = (classes, d, d)
        forms, crossed, optimum = (values(part, matrix) for part in parts[:3])
        scatter = forms / 2 - crossed + optimum / 2
        constants = values(parts[3], (classes,)) + np.trace(scatter @ mixture.spreads, axis1=-2, axis2=-1)
        constants += np.einsum("ki,tkij,kj->tk", mixture.centres, optimum, mixture.centres) / 2
        return cls(problem, statistic, decays, np.array(powers), forms, crossed, constants)

    @property
    def _width(self) -> int:
        """How many numbers are learned for each class, or in all."""
        return 2 if self.decays or self.statistic == "inputs" else 1

    def start(self) -> Floats:
        """Return the mean of the centres with the configured step size, the same for all tasks and without decay."""
        mixture = self.problem.mixture
        count = len(mixture.classes) if self.statistic == "class" else 1
        generator = np.tile([float(self.problem.inner_loop.step_size), 0.0][: self._width], count)
        return np.concatenate([mixture.weights @ mixture.centres, generator])

    def parts(self, point: Floats) -> tuple[Floats, dict[str, Floats]]:
        """Return the initialisation, and what the generator is made of by name."""
        d = self.problem.mixture.dimension
        generator = point[d:].reshape(-1, self._width)
        if self.statistic == "class":
            return point[:d], {"step_sizes": generator[:, 0]} | ({"decays": generator[:, 1]} if self.decays else {})
        return point[:d], {"generator": generator[0]}

    def value(self, point: Floats) -> float:
        """Return the excess risk."""
        theta, monomials, _ = self._at(point)
        return float((monomials * self._coefficients(theta)).sum(axis=0) @ self.problem.mixture.weights)

    def gradient(self, point: Floats) -> Floats:
        """Return the gradient of the excess risk in every coordinate of a point."""
        theta, monomials, derivatives = self._at(point)
        mixture = self.problem.mixture
        errors = theta - mixture.centres
        pulls = (self.forms @ errors[..., None] + self.crossed @ mixture.centres[..., None])[..., 0]
        of_theta = np.einsum("k,tk,tki->i", mixture.weights, monomials, pulls)
        of_generator = mixture.weights[:, None] * np.einsum("tk,tks->ks", self._coefficients(theta), derivatives)
        of_generator = of_generator[:, : self._width]
        if self.statistic != "class":
            of_generator = of_generator.sum(axis=0)
        return np.concatenate([of_theta, of_generator.ravel()])

    def _at(self, point: Floats) -> tuple[Floats, Floats, Floats]:
        d, classes = self.problem.mixture.dimension, len(self.problem.mixture.classes)
        outputs = np.zeros((classes, 2))
        outputs[:, : self._width] = point[d:].reshape(-1, self._width)
        powers = self.powers[:, None, :]
        factors = outputs**powers
        lowered = powers * outputs ** np.maximum(powers - 1, 0)
        derivatives = np.stack([lowered[..., 0] * factors[..., 1], factors[..., 0] * lowered[..., 1]], axis=-1)
        return point[:d], factors.prod(axis=-1), derivatives

    def _coefficients(self, theta: Floats) -> Floats:
        """Return the coefficient of every term in the classes' risks, shape (terms, classes)."""
        centres = self.problem.mixture.centres
        errors = theta - centres
        forms = np.einsum("ki,tkij,kj->tk", errors, self.forms, errors) / 2
        return np.asarray(forms + np.einsum("ki,tkij,kj->tk", errors, self.crossed, centres) + self.constants)
