"""Claims on concrete mixtures, tried on a line: in one dimension everything follows from the moments of chi-square.

Where inputs are numbers, m of them have the mean square ``S = s c / m`` with ``c`` a chi-square variable with m degrees
of freedom. So optima and risks are sums of moments, computed here from the definitions in the standard library's
fractions: nothing of the derivations in :mod:`theory` or of their evaluation in :mod:`numerics` is used.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from math import prod
from time import perf_counter
from typing import Any, cast

import numpy as np

from numerics.closed_form import evaluate
from proofs_check.instances import Failure, holds, property_of, refutation
from proofs_check.verdict import Evidence, Obligation, Outcome, Tier
from theory.claim import Claim
from theory.mixture import Array, DataReuse, InnerLoop, Mixture, TaskClass

__all__ = ["OnALine", "judge_on_a_line"]

METHOD = "mixtures on a line"


class OnALine:
    """Optima and risks of a mixture in one dimension, an :class:`theory.claim.EvaluatedMixture`.

    Parameters
    ----------
    mixture : Mixture
        In one dimension, in exact fractions.
    inner_loop : InnerLoop
        In exact fractions.

    Raises
    ------
    ZeroDivisionError
        From the optima, where a curvature vanishes on average.
    """

    def __init__(self, mixture: Mixture, inner_loop: InnerLoop) -> None:
        self.mixture, self.inner_loop = mixture, inner_loop

    @cached_property
    def theta_nal(self) -> Array:
        """NAL's optimum, shape (1,)."""
        return self._optimum([_only(item.covariance) for item in self.mixture.classes])

    @cached_property
    def theta_maml(self) -> Array:
        """MAML's optimum, shape (1,)."""
        return self._optimum(self._curvatures)

    @property
    def hessian_nal(self) -> Array:
        """``E Sigma``, shape (1, 1)."""
        return self._average([_only(item.covariance) for item in self.mixture.classes])

    @property
    def hessian_maml(self) -> Array:
        """``E Q``, shape (1, 1)."""
        return self._average(self._curvatures)

    @property
    def risk_nal(self) -> Fraction:
        """Excess risk of NAL's optimum."""
        return self.risk(self.theta_nal)

    @property
    def risk_maml(self) -> Fraction:
        """Excess risk of MAML's optimum."""
        return self.risk(self.theta_maml)

    @property
    def gain(self) -> Fraction:
        """``risk_nal - risk_maml``."""
        return self.risk_nal - self.risk_maml

    @cached_property
    def noise_floor(self) -> Fraction:
        """What label noise adds to every risk."""
        return sum((item.weight * self._noise(item) for item in self.mixture.classes), start=Fraction(0))

    def risk(self, theta: Array) -> Fraction:
        """Excess risk after adaptation from ``theta``, shape (1,)."""
        total = self.noise_floor
        for item, curvature in zip(self.mixture.classes, self._curvatures, strict=True):
            scatter = (_only(theta) - _only(item.centre)) ** 2 + _only(item.spread)
            total += item.weight * curvature * scatter / 2
        return total

    def solve(self, matrix: Array, vector: Array) -> Array:
        """Divide."""
        return np.array([_only(vector) / _only(matrix)], dtype=object)

    def _optimum(self, weights: Sequence[Fraction]) -> Array:
        pairs = list(zip(self.mixture.classes, weights, strict=True))
        moment = sum(item.weight * weight * _only(item.centre) for item, weight in pairs)
        return np.array([Fraction(moment) / _only(self._average(weights))], dtype=object)

    def _average(self, values: Sequence[Fraction]) -> Array:
        total = sum(item.weight * value for item, value in zip(self.mixture.classes, values, strict=True))
        return np.array([[total]], dtype=object)

    @cached_property
    def _curvatures(self) -> list[Fraction]:
        return [self._curvature(item) for item in self.mixture.classes]

    def _curvature(self, item: TaskClass) -> Fraction:
        """``Q``: what the inner loop leaves of a squared error, times the variance of an input."""
        variance, steps = _only(item.covariance), self.inner_loop.steps
        if self.inner_loop.data == "fresh":
            return variance * self._expectation(self._kept(2), variance) ** steps
        return variance * self._expectation(self._kept(2 * steps), variance)

    def _noise(self, item: TaskClass) -> Fraction:
        """Half the variance that label noise gives the adapted parameter, times the variance of an input."""
        samples, steps = self.inner_loop.samples, self.inner_loop.steps
        if samples is None:
            return Fraction(0)
        variance, step = _only(item.covariance), self.inner_loop.step_size
        scale = step**2 * item.noise * variance / samples / 2
        if self.inner_loop.data == "fresh":
            kept = self._expectation(self._kept(2), variance)
            return Fraction(scale * variance * sum(kept**k for k in range(steps)))
        pulled = [Fraction(0)] * steps  # the sum of (1 - alpha S)**k for k < steps
        for k in range(steps):
            for power, coefficient in enumerate(self._kept(k)):
                pulled[power] += coefficient
        return Fraction(scale * self._expectation([Fraction(0), *_product(pulled, pulled)], variance))

    def _kept(self, power: int) -> list[Fraction]:
        """Return the coefficients of ``(1 - alpha S)**power`` in powers of S."""
        coefficients = [Fraction(1)]
        for _ in range(power):
            coefficients = _product(coefficients, [Fraction(1), -self.inner_loop.step_size])
        return coefficients

    def _expectation(self, coefficients: Sequence[Fraction], variance: Fraction) -> Fraction:
        """Return the expectation of a polynomial in the mean square S of the inputs."""
        samples, total = self.inner_loop.samples, Fraction(0)
        for power, coefficient in enumerate(coefficients):
            chi = 1 if samples is None else Fraction(prod(samples + 2 * k for k in range(power)), samples**power)
            total += coefficient * variance**power * chi
        return total


def _only(array: Array) -> Fraction:
    """Return the one entry of an array."""
    return cast(Fraction, np.asarray(array).item())


def _product(a: Sequence[Fraction], b: Sequence[Fraction]) -> list[Fraction]:
    result = [Fraction(0)] * (len(a) + len(b) - 1)
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            result[i + j] += x * y
    return result


def _drawn(generator: random.Random) -> tuple[Mixture, InnerLoop]:
    """Draw a mixture of small fractions."""

    def number(low: int, high: int) -> Fraction:
        return Fraction(generator.randint(low, high), generator.randint(1, 4))

    def array(value: Fraction, *shape: int) -> Array:
        return np.full(shape, value, dtype=object)

    count = generator.randint(1, 3)
    shares = [generator.randint(1, 5) for _ in range(count)]
    classes = tuple(
        TaskClass(
            f"class {i}",
            Fraction(share, sum(shares)),
            array(number(1, 6), 1, 1),
            array(number(-6, 6), 1),
            array(number(0, 3), 1, 1),
            number(0, 3),
        )
        for i, share in enumerate(shares)
    )
    data: DataReuse = generator.choice(("reused", "fresh"))
    samples = generator.choice((None, 1, 2, 3, 5))
    return Mixture(classes), InnerLoop(number(1, 3), samples, generator.randint(1, 3), data)


def judge_on_a_line(claim: Claim, *, examples: int, seed: int) -> tuple[Evidence, ...]:
    """Try a claim on random mixtures in one dimension, evaluated by the moments of chi-square.

    Parameters
    ----------
    claim : Claim
        Any claim; without a statement on concrete mixtures there is no evidence.
    examples : int
        Mixtures to try.
    seed : int
        Seeds the draws.

    Returns
    -------
    tuple of Evidence
        PASSED with the number of mixtures; REFUTED where the closed forms bear the counterexample out, CONTRADICTED
        where they do not.
    """
    stated = property_of(claim)
    if stated is None:
        return ()
    started, tried, generator = perf_counter(), 0, random.Random(seed)
    for _ in range(examples):
        try:
            mixture, inner_loop = stated.restrict(*_drawn(generator))
            lhs, operator, rhs = stated.sides(cast(Any, OnALine(mixture, inner_loop)))
            held = holds(lhs, operator, rhs)
        except ZeroDivisionError:
            continue  # no unique optimum
        except (
            Exception
        ) as error:  # a property may need more than a line: other dimensions, or what only `evaluate` has
            detail = f"not evaluated on a line: {type(error).__name__}: {error}"
            return (_evidence(Outcome.NOT_RUN, detail, started, tried, seed),)
        tried += 1
        if held:
            continue
        closed = stated.sides(evaluate(mixture, inner_loop))
        failure = Failure(mixture, inner_loop, *closed)
        if not holds(*closed):
            return (refutation(failure, METHOD, perf_counter() - started),)
        detail = (
            f"the closed forms and the moments of chi-square disagree: {lhs} {operator} {rhs} is false by the latter"
        )
        return (_evidence(Outcome.CONTRADICTED, detail, started, tried, seed),)
    detail = f"holds exactly on {tried} random rational mixtures in one dimension, by the moments of chi-square"
    return (_evidence(Outcome.PASSED if tried else Outcome.NOT_RUN, detail, started, tried, seed),)


def _evidence(outcome: Outcome, detail: str, started: float, tried: int, seed: int) -> Evidence:
    data = {"mixtures": tried, "seed": seed}
    return Evidence(METHOD, Obligation.CONCLUSION, outcome, Tier.TESTED, perf_counter() - started, detail, data=data)
