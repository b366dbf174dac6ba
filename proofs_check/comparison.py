"""One learner's descent, set against the closed form of the optimum that it ought to reach."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from numerics.closed_form import Evaluation, evaluate
from numerics.configuration import Configuration
from numerics.descent import gradient_descent, stochastic_descent
from numerics.engine import DEFAULT_ENGINE, Engine, SamplerName
from numerics.measurement import critical_value, detectable
from numerics.methods import LEARNERS
from numerics.sampling import Floats
from theory.errors import UnknownNameError

__all__ = ["Comparison", "Method", "compare_descent"]

Method = Literal["sgd", "gd"]


@dataclass(frozen=True, eq=False)
class Comparison:
    """Where a descent went, where it ought to have gone, and whether the difference is explained.

    Parameters
    ----------
    learner : str
        Whose update rule was followed.
    method : {"sgd", "gd"}
        On sampled tasks and data, or on the population objective.
    theta, theta_closed_form : array, shape (d,)
        Where the descent went, and the closed form.
    standard_error : array, shape (d,)
        Of ``theta``: statistical for ``sgd``; for ``gd`` the certified bound on the last iterate's distance from the
        exact solution. Never 0.
    critical_value : float
        The largest ``z_max`` that counts as agreement. For ``sgd`` it is exceeded by chance with a probability of at
        most 1e-6; for ``gd`` it is 1, for the bound is certain.
    detectable : array, shape (d,)
        The smallest error of the closed form that would have been noticed, for ``sgd`` with a probability of 99.9 %.
    outer_steps : int
        Steps taken, per chain.
    step_size, largest_stable_step_size : float
        The outer step size, and the one that it must stay below.
    seed : int
        Source of all randomness; ``gd`` has none.
    chains, batch, sampler, engine
        Of stochastic descent; ``None`` for ``gd``.
    converged, interrupted : bool
        Whether the descent converged, by its own diagnosis; whether Ctrl-C ended it early.
    diagnosis : str
        That diagnosis in words.
    """

    learner: str
    method: Method
    theta: Floats
    theta_closed_form: Floats
    standard_error: Floats
    critical_value: float
    detectable: Floats
    outer_steps: int
    step_size: float
    largest_stable_step_size: float
    seed: int
    chains: int | None
    batch: int | None
    sampler: SamplerName | None
    engine: Engine | None
    converged: bool
    interrupted: bool
    diagnosis: str

    @property
    def z(self) -> Floats:
        """Difference from the closed form in standard errors, shape (d,)."""
        return np.asarray((self.theta - self.theta_closed_form) / self.standard_error)

    @property
    def z_max(self) -> float:
        """The largest difference in standard errors, of all coordinates."""
        return float(np.abs(self.z).max())

    @property
    def agrees(self) -> bool:
        """Whether the difference is no larger than the errors explain."""
        return self.z_max <= self.critical_value


def compare_descent(
    configuration: Configuration,
    learner: str,
    *,
    method: Method = "sgd",
    outer_steps: int | None = None,
    outer_step_size: float | None = None,
    seed: int = 0,
    chains: int = 64,
    batch: int = 8,
    sampler: SamplerName = "projected",
    engine: Engine = DEFAULT_ENGINE,
    progress: Callable[[int, int], None] | None = None,
) -> Comparison:
    """Run a learner's descent and compare where it went with the closed form.

    Parameters
    ----------
    configuration : Configuration
        The mixture and the inner loop.
    learner : str
        Name of the update rule.
    method : {"sgd", "gd"}
        Stochastic descent on sampled tasks and data, or gradient descent on the population objective.
    outer_steps : int, optional
        Steps of each chain; for ``gd`` the most to take. By default as many as convergence needs.
    outer_step_size : float, optional
        By default one that is stable.
    seed, chains, batch, sampler, engine, progress
        As for :func:`numerics.descent.stochastic_descent`; without effect on ``gd``.

    Raises
    ------
    UnknownNameError
        If there is no learner of that name.
    DivergenceError
        If the iterates grow without bound.
    NonUniqueOptimumError
        If there is no unique optimum to reach.
    UnsupportedError
        If the engine has no such sampler.
    """
    if learner not in LEARNERS:
        raise UnknownNameError.among("learner", learner, LEARNERS)
    evaluation = evaluate(configuration.mixture, configuration.inner_loop)
    steps: dict[str, Any] = {} if outer_steps is None else {"outer_steps": outer_steps}
    if method == "gd":
        return _population_descent(evaluation, learner, outer_step_size, seed, steps)
    descent = stochastic_descent(
        LEARNERS[learner](configuration.inner_loop),
        configuration.mixture,
        step_size=outer_step_size,
        seed=seed,
        chains=chains,
        batch=batch,
        sampler=sampler,
        engine=engine,
        progress=progress,
        **steps,
    )
    critical = float(critical_value(len(descent.theta), descent.degrees_of_freedom))
    return Comparison(
        learner=learner,
        method="sgd",
        theta=descent.theta,
        theta_closed_form=_closed_form(evaluation, learner),
        standard_error=descent.standard_error,
        critical_value=critical,
        detectable=detectable(descent.standard_error, critical, descent.degrees_of_freedom),
        outer_steps=descent.outer_steps,
        step_size=descent.step_size,
        largest_stable_step_size=descent.largest_stable_step_size,
        seed=seed,
        chains=chains,
        batch=batch,
        sampler=sampler,
        engine=engine,
        converged=descent.converged,
        interrupted=descent.interrupted,
        diagnosis=descent.diagnosis,
    )


def _population_descent(
    evaluation: Evaluation, learner: str, step_size: float | None, seed: int, steps: dict[str, Any]
) -> Comparison:
    population = evaluation.population
    matrices = population.covariances if learner == "nal" else population.curvature
    descent = gradient_descent(population.average(matrices), population.moment(matrices), step_size=step_size, **steps)
    # Floating point resolves no less than this, also where the descent starts at the optimum.
    resolved = float(np.finfo(float).eps) * max(1.0, float(np.abs(descent.theta).max()))
    bound = np.full_like(descent.theta, max(descent.error_bound, resolved))
    return Comparison(
        learner=learner,
        method="gd",
        theta=descent.theta,
        theta_closed_form=_closed_form(evaluation, learner),
        standard_error=bound,
        critical_value=1.0,
        detectable=2 * bound,
        outer_steps=descent.outer_steps,
        step_size=descent.step_size,
        largest_stable_step_size=descent.largest_stable_step_size,
        seed=seed,
        chains=None,
        batch=None,
        sampler=None,
        engine=None,
        converged=descent.converged,
        interrupted=False,
        diagnosis=descent.diagnosis,
    )


def _closed_form(evaluation: Evaluation, learner: str) -> Floats:
    return evaluation.theta_nal if learner == "nal" else evaluation.theta_maml
