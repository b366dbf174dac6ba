"""Has a stochastic descent converged? How many steps to plan, what is left of the start, and a diagnosis in words.

Chains start in two groups, on opposite sides of the pilot's fixed point, so that a transient that is left shows as a
difference between the groups while most of it cancels from their common mean.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.measurement import Estimate, critical_value
from numerics.sampling import Floats
from numerics.stability import Linearisation
from theory.errors import ConfigurationError

__all__ = ["CONSTANT", "Diagnosis", "Schedule", "Tail", "plan_outer_steps", "resolution"]

_PLANNED_TRANSIENT = 0.1
_TOLERATED_TRANSIENT = 0.5
# Sample skewness is normal with variance 6 / n: seven standard deviations are no accident.
_SUSPECT_SKEWNESS = 7.0
# Distances below this share of the tasks' own scale are of no interest, so no descent is prolonged to resolve them.
_RESOLUTION = 1e-9


@dataclass(frozen=True)
class Schedule:
    """Step sizes of the outer loop: ``eta (1 + t / delay)^-power`` at step t, constant where power is 0.

    Parameters
    ----------
    power : float
        Exponent of the decay, in [0, 1): at 1 and beyond, slow directions may never forget the start.
    delay : float
        Steps before the decay sets in, positive.

    Raises
    ------
    ConfigurationError
        If either is out of range.
    """

    power: float = 0.0
    delay: float = 100.0

    def __post_init__(self) -> None:
        if not (0 <= self.power < 1 and self.delay > 0):
            raise ConfigurationError(
                f"schedule: power = {self.power}, delay = {self.delay}; power must be in [0, 1) and delay positive"
            )

    def factors(self, first: int, count: int) -> Floats:
        """Return what multiplies eta at steps first, ..., first + count - 1, shape (count,)."""
        return np.asarray((1 + np.arange(first, first + count) / self.delay) ** -self.power, dtype=np.float64)

    def log_contractions(self, step_size: float, curvatures: NDArray[np.number], steps: int) -> Floats:
        """Return the logarithm of the product of ``|1 - eta_t lambda|`` over the steps, for each curvature lambda."""
        with np.errstate(divide="ignore"):  # a direction may be contracted to nothing
            if self.power == 0:
                return np.asarray(steps * np.log(np.abs(1 - step_size * curvatures)), dtype=np.float64)
            sizes = step_size * self.factors(0, steps)
            return np.array([np.log(np.abs(1 - sizes * curvature)).sum() for curvature in curvatures])


CONSTANT = Schedule()


def resolution(pilot: Linearisation) -> float:
    """Return the distance below which nothing is resolved: a small share of the tasks' scale."""
    return _RESOLUTION * max(pilot.task_scale, float(np.abs(pilot.fixed_point).max()), float(np.finfo(float).tiny))


def plan_outer_steps(
    pilot: Linearisation,
    start_error: Floats,
    step_size: float,
    schedule: Schedule,
    episodes_per_step: int,
    cap: int,
    *,
    fewest: int,
) -> int:
    """Return how many outer steps make the transient negligible against the error that the tail average will have.

    Parameters
    ----------
    pilot : Linearisation
        The sampled mean iteration.
    start_error : array, shape (d,)
        Distance of the starts from the fixed point.
    step_size : float
        The step size eta.
    schedule : Schedule
        Its decay.
    episodes_per_step : int
        Episodes of one outer step, over all chains.
    cap, fewest : int
        Never plan more, nor fewer.
    """
    steps = min(fewest, cap)
    while steps < cap:
        burn_in = steps // 2
        error = pilot.standard_error(episodes_per_step * (steps - burn_in))
        left = pilot.transient(start_error, schedule.log_contractions(step_size, pilot.curvatures, burn_in))
        if np.all(left <= _PLANNED_TRANSIENT * np.maximum(error, resolution(pilot))):
            break
        steps = min(cap, int(1.2 * steps))
    return steps


@dataclass(frozen=True, eq=False)
class Tail:
    """The part of a descent after the burn-in, as averages over its two halves.

    Parameters
    ----------
    third, fourth : array, shape (chains, d)
        Averages over the third and the fourth quarter of the outer steps, for each chain.
    burn_in : int
        Outer steps before the third quarter.
    """

    third: Floats
    fourth: Floats
    burn_in: int

    @property
    def averages(self) -> Floats:
        """Average over the tail, for each chain, shape (chains, d)."""
        # Plain mean of two averages that may differ by one segment in length: just as unbiased.
        return (self.third + self.fourth) / 2


@dataclass(frozen=True)
class Diagnosis:
    """Whether a descent converged, and why that is said.

    Parameters
    ----------
    converged : bool
        Whether every check passed.
    text : str
        The checks that failed, with the remedy, or the evidence that it converged.
    """

    converged: bool
    text: str

    @classmethod
    def of(
        cls,
        tail: Tail,
        first_group: NDArray[np.bool_],
        estimate: Estimate,
        pilot: Linearisation,
        start_error: Floats,
        step_size: float,
        largest_stable: float,
        schedule: Schedule,
    ) -> Diagnosis:
        """Diagnose a finished descent.

        Parameters
        ----------
        tail : Tail
            What is averaged.
        first_group : boolean array, shape (chains,)
            Which chains began at the first of the two starts.
        estimate : Estimate
            The average over chains.
        pilot : Linearisation
            The sampled mean iteration.
        start_error : array, shape (d,)
            Distance of the starts from the pilot's fixed point.
        step_size, largest_stable : float
            The step size, and the largest that is stable in mean square.
        schedule : Schedule
            Decay of the step size.
        """
        finest = resolution(pilot)
        left = pilot.transient(start_error, schedule.log_contractions(step_size, pilot.curvatures, tail.burn_in))
        predicted = float(np.max(left / np.maximum(estimate.standard_error, finest)))
        drift = _largest_score(tail.fourth - tail.third, finest)
        apart = _two_sample_score(tail.averages[first_group], tail.averages[~first_group], finest)
        # Two families of d comparisons each, at the false-alarm probability of a whole run.
        critical = critical_value(2 * len(left), estimate.degrees_of_freedom - 1)
        failures = []
        if schedule.power == 0 and step_size >= largest_stable:
            failures.append(
                f"the step size {step_size:.4g} is not below {largest_stable:.4g}, the largest for which the variance "
                "of the iterates is bounded, so that averages and errors mean little: take a smaller step size"
            )
        if predicted > _TOLERATED_TRANSIENT:
            failures.append(
                f"the start is not forgotten: up to {predicted:.3g} standard errors of it may be left after "
                f"{tail.burn_in} steps of burn-in with curvatures from {np.abs(pilot.curvatures).min():.3g} to "
                f"{np.abs(pilot.curvatures).max():.3g}: take more outer steps"
            )
        if drift > critical:
            failures.append(f"the averages still drift, by {drift:.3g} standard errors: take more outer steps")
        if apart > critical:
            failures.append(f"chains from two starts are {apart:.3g} standard errors apart: take more outer steps")
        lopsided = float(np.abs(estimate.skewness).max()) * estimate.samples / np.sqrt(6)
        if lopsided > _SUSPECT_SKEWNESS:
            failures.append(
                "the averages of the chains have too heavy a tail for their standard error to mean what it says: take "
                "a smaller step size, more tasks per step or more outer steps"
            )
        if failures:
            return cls(False, "not converged: " + "; ".join(failures))
        return cls(
            True,
            f"converged: chains from two starts {2 * np.linalg.norm(start_error):.3g} apart now agree within "
            f"{apart:.2g} standard errors, third and fourth quarter within {drift:.2g} (critical value "
            f"{critical:.2g}); at most {predicted:.1g} standard errors of the starts are left",
        )


def _largest_score(differences: Floats, finest: float) -> float:
    chains = len(differences)
    errors = np.hypot(differences.std(axis=0, ddof=1) / np.sqrt(chains), finest)
    return float(np.max(np.abs(differences.mean(axis=0)) / errors))


def _two_sample_score(first: Floats, second: Floats, finest: float) -> float:
    pooled = (first.var(axis=0) * len(first) + second.var(axis=0) * len(second)) / (len(first) + len(second) - 2)
    errors = np.hypot(np.sqrt(pooled * (1 / len(first) + 1 / len(second))), finest)
    return float(np.max(np.abs(first.mean(axis=0) - second.mean(axis=0)) / errors))
