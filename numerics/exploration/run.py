"""Every estimator on the same budget: what it found, and how much less its variance is than that of the plain one."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from numerics.arrays import Floats
from numerics.closed_form import evaluate
from numerics.exploration.estimators import ESTIMATORS, FEWEST_SAMPLES
from numerics.exploration.question import OUTCOMES, Question
from numerics.measurement import Estimate, rounding_of_risk
from theory.errors import BeyondFloat64Error, ConfigurationError, UnsupportedError
from theory.mixture import InnerLoop, Mixture

__all__ = ["RELATIVE_ERROR", "Exploration", "Result", "explore"]

#: The relative error for which the number of samples is reported.
RELATIVE_ERROR = 1e-4
_FALSE_ALARM = 1e-6


@dataclass(frozen=True, eq=False)
class Result:
    """What one estimator found; arrays are of both risks and the gain, shape (3,).

    Parameters
    ----------
    estimator : str
        Its name.
    estimate : Estimate
        Means with their errors, those of floating point included.
    rounding : float
        What floating point may add to any of the means.
    variance : array
        Of the mean, times the number of samples; 0 where no randomness is left beyond rounding.
    samples : int
        Tasks that it took.
    seconds : float
        Time that it took.
    """

    estimator: str
    estimate: Estimate
    rounding: float
    variance: Floats
    samples: int
    seconds: float

    def samples_for(self, values: Floats) -> Floats:
        """Return how many samples have a relative error of :data:`RELATIVE_ERROR`.

        NaN where that error would be less than what floating point resolves, as it is where a value vanishes.

        Parameters
        ----------
        values : array
            The values that the error is relative to.
        """
        needed, error = np.full(len(OUTCOMES), math.nan), RELATIVE_ERROR * np.abs(values)
        np.divide(self.variance, error**2, out=needed, where=error > self.rounding)
        return np.asarray(np.ceil(np.maximum(needed, 1)))


@dataclass(frozen=True, eq=False)
class Exploration:
    """Estimates of one configuration by several estimators.

    Parameters
    ----------
    closed_form : array, shape (3,)
        Both risks and the gain, as derived.
    results : tuple of Result
        One for each estimator, the plain one first.
    pairing : float
        The variance of a gain from independent tasks and data for either solution, over that of the plain estimator,
        which gives both the same; NaN where the gain has no variance.
    seed : int
        Source of all randomness.
    notes : tuple of str
        Which estimators there are no results of, and why.
    interrupted : bool
        Whether Ctrl-C ended it early.
    """

    closed_form: Floats
    results: tuple[Result, ...]
    pairing: float
    seed: int
    notes: tuple[str, ...]
    interrupted: bool

    def reduction(self, result: Result) -> Floats:
        """Return the variance of the plain estimator over that of another, NaN where either is 0.

        Parameters
        ----------
        result : Result
            Of the other.
        """
        return _ratio(self.results[0].variance, result.variance)

    def deviation(self, result: Result) -> Floats:
        """Return the difference from the closed form in standard errors.

        Parameters
        ----------
        result : Result
            What is compared.
        """
        return result.estimate.score(self.closed_form)

    def critical(self, result: Result) -> Floats:
        """Return the deviations beyond which the closed form is called wrong.

        By chance that happens to any of all that is compared here with a probability of at most 1e-6. Infinite where
        tails are so heavy that no decision is possible.

        Parameters
        ----------
        result : Result
            What is compared.
        """
        return result.estimate.critical(len(OUTCOMES) * len(ESTIMATORS), _FALSE_ALARM)

    def agrees(self, result: Result) -> bool:
        """Whether no deviation is beyond its critical value.

        Parameters
        ----------
        result : Result
            What is compared.
        """
        return bool(np.all(np.abs(self.deviation(result)) <= self.critical(result)))


def explore(
    mixture: Mixture,
    inner_loop: InnerLoop,
    *,
    samples: int = 2**16,
    seed: int = 0,
    progress: Callable[[str, int], None] | None = None,
) -> Exploration:
    """Estimate the excess risks of NAL's and MAML's optimum and their difference, by every estimator.

    An interrupt (Ctrl-C) keeps the estimators that were finished, where the plain one was.

    Parameters
    ----------
    mixture : Mixture
        The task population, in floating point.
    inner_loop : InnerLoop
        The adaptation.
    samples : int
        Tasks that each estimator may use.
    seed : int
        Source of all randomness.
    progress : callable, optional
        Called with the estimator's name and the number of tasks since the last call.

    Raises
    ------
    ConfigurationError
        If there are too few samples.
    NonUniqueOptimumError
        If an optimum is not unique.
    BeyondFloat64Error
        If a result is beyond the range of float64.
    """
    if samples < FEWEST_SAMPLES:
        raise ConfigurationError(f"samples = {samples}: at least {FEWEST_SAMPLES} are needed")
    evaluation = evaluate(mixture, inner_loop)
    question = Question(mixture, inner_loop, evaluation.theta_nal, evaluation.theta_maml)
    seeds = np.random.SeedSequence(seed).spawn(len(ESTIMATORS))
    results: list[Result] = []
    notes, interrupted = [], False
    for name, sequence in zip(ESTIMATORS, seeds, strict=True):
        try:
            results.append(_result(name, question, samples, sequence, progress))
        except UnsupportedError as error:
            notes.append(f"{name}: left out ({error})")
        except KeyboardInterrupt:
            if not results:
                raise
            notes.append(f"{name} and what comes after it: left out (stopped by Ctrl-C)")
            interrupted = True
            break
    risks_and_gain = results[0].variance
    pairing = _ratio(risks_and_gain[:1] + risks_and_gain[1:2], risks_and_gain[2:])
    return Exploration(
        np.array([evaluation.risk_nal, evaluation.risk_maml, evaluation.gain], dtype=float),
        tuple(results),
        float(pairing[0]),
        seed,
        tuple(notes),
        interrupted,
    )


def _result(
    name: str,
    question: Question,
    samples: int,
    seed: np.random.SeedSequence,
    progress: Callable[[str, int], None] | None,
) -> Result:
    def report(count: int) -> None:
        if progress is not None:
            progress(name, count)

    started = perf_counter()
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is found in what results
        estimate, used = ESTIMATORS[name].average(question, samples, seed, report)
        value, error = estimate.value, estimate.standard_error
        if not np.isfinite([value, error, estimate.skewness]).all():
            raise BeyondFloat64Error(
                "the sampled risks of this configuration, or their third powers, are beyond the range of float64 "
                "(about 1e308); scale the covariances, centres or step size down"
            )
        rounding = float(rounding_of_risk(question.mixture, np.stack(question.solutions), value[:2].max()))
    variance = np.where(error > rounding, used * error**2, 0.0)
    return Result(name, estimate.with_rounding(rounding), rounding, variance, used, perf_counter() - started)


def _ratio(numerator: Floats, denominator: Floats) -> Floats:
    ratio = np.full(len(numerator), math.nan)
    np.divide(numerator, denominator, out=ratio, where=(numerator > 0) & (denominator > 0))
    return ratio
