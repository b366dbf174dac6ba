"""One learner's descent, set against the closed form of the optimum that it ought to reach."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from numerics.configuration import Configuration
from numerics.descent import stochastic_descent
from numerics.engine import DEFAULT_ENGINE, Engine, SamplerName
from numerics.gradient_descent import gradient_descent
from numerics.measurement import critical_value, detectable
from numerics.methods import LEARNERS
from numerics.methods.learner import Learner, StatefulLearner
from numerics.sampling import Floats, SamplerKind
from numerics.settling import Settled, settle
from numerics.solutions import evaluated_problem, place
from theory.errors import LandscapeError, NonUniqueOptimumError, UnknownNameError, UnsupportedError
from theory.methods.linear import LinearMethod
from theory.methods.method import Method, Solution
from theory.methods.problem import Problem

__all__ = ["Comparison", "Descent", "compare_descent"]

Descent = Literal["sgd", "gd"]

#: Episodes per step of a learner whose rule prescribes nothing else.
_BATCH = 8


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
        Of the difference: statistical for ``sgd``, with that of a closed form that is itself an average over draws; for
        ``gd`` the certified bound on the last iterate's distance from the exact solution. Never 0.
    critical_value : float
        The largest ``z_max`` that counts as agreement. For ``sgd`` it is exceeded by chance with a probability of at
        most 1e-6; for ``gd`` it is 1, for the bound is certain.
    detectable : array, shape (d,)
        The smallest error of the closed form that would have been noticed, for ``sgd`` with a probability of 99.9 %.
    outer_steps : int
        Steps taken, per chain.
    step_size, largest_stable_step_size : float
        The outer step size, and the one that it must stay below; ``None`` where that is not known.
    seed : int
        Source of all randomness; ``gd`` has none.
    chains, batch, sampler, engine
        Of stochastic descent; ``None`` for ``gd``.
    converged, interrupted : bool
        Whether the descent converged, by its own diagnosis; whether Ctrl-C ended it early.
    diagnosis : str
        That diagnosis in words.
    bias_error : array, shape (d,), optional
        Of a learner whose update is not affine: what may be left of the bias that its outer step size causes.
    names : tuple of str
        What ``theta`` is made of: the parameters, and whatever else such a learner learns.
    """

    learner: str
    method: Descent
    theta: Floats
    theta_closed_form: Floats
    standard_error: Floats
    critical_value: float
    detectable: Floats
    outer_steps: int
    step_size: float
    largest_stable_step_size: float | None
    seed: int
    chains: int | None
    batch: int | None
    sampler: SamplerName | None
    engine: Engine | None
    converged: bool
    interrupted: bool
    diagnosis: str
    bias_error: Floats | None = None
    names: tuple[str, ...] = ("theta",)

    @property
    def z(self) -> Floats:
        """Difference from the closed form beyond the bias error, in standard errors, shape (d,)."""
        difference = self.theta - self.theta_closed_form
        if self.bias_error is not None:
            difference = np.sign(difference) * np.maximum(0.0, np.abs(difference) - self.bias_error)
        return np.asarray(difference / self.standard_error)

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
    method: Descent = "sgd",
    outer_steps: int | None = None,
    outer_step_size: float | None = None,
    seed: int = 0,
    chains: int | None = None,
    batch: int | None = None,
    sampler: SamplerName | None = None,
    engine: Engine = DEFAULT_ENGINE,
    false_alarm: float = 1e-6,
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
    false_alarm : float
        Probability with which right closed forms may be called wrong.

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
    parametrised = configuration.method(learner)
    problem = evaluated_problem(configuration)
    solution = place(parametrised, problem).solution
    rule = LEARNERS[learner].of(parametrised, configuration.inner_loop, configuration.mixture)
    steps: dict[str, Any] = {} if outer_steps is None else {"outer_steps": outer_steps}
    if method == "gd":
        return _population_descent(parametrised, problem, solution, outer_step_size, seed, steps)
    if rule.whole_data:
        sampler = _whole(sampler, rule)
    if isinstance(rule, StatefulLearner):
        if engine.name != DEFAULT_ENGINE.name or engine.device != DEFAULT_ENGINE.device:
            raise UnsupportedError(f"learner {learner}: it runs with engine 'numpy' on the cpu only")
        options = steps | {"step_size": outer_step_size, "chains": chains, "batch": batch}
        return _settled(rule, solution, configuration, options, sampler, seed, false_alarm, progress)
    descent = stochastic_descent(
        rule,
        configuration.mixture,
        step_size=rule.outer_step_size if outer_step_size is None else outer_step_size,
        seed=seed,
        chains=chains,
        batch=batch or rule.batch or _BATCH,
        sampler=sampler or "projected",
        engine=engine,
        progress=progress,
        **steps,
    )
    critical = float(critical_value(len(descent.theta), descent.degrees_of_freedom, false_alarm))
    return Comparison(
        learner=learner,
        method="sgd",
        theta=descent.theta,
        theta_closed_form=_reached(solution, learner),
        standard_error=descent.standard_error,
        critical_value=critical,
        detectable=detectable(descent.standard_error, critical, descent.degrees_of_freedom),
        outer_steps=descent.outer_steps,
        step_size=descent.step_size,
        largest_stable_step_size=descent.largest_stable_step_size,
        seed=seed,
        chains=descent.chains,
        batch=descent.batch,
        sampler=descent.sampler,
        engine=engine,
        converged=descent.converged,
        interrupted=descent.interrupted,
        diagnosis=descent.diagnosis,
    )


def _settled(
    rule: StatefulLearner,
    solution: Solution,
    configuration: Configuration,
    options: dict[str, Any],
    sampler: SamplerName | None,
    seed: int,
    false_alarm: float,
    progress: Callable[[int, int], None] | None,
) -> Comparison:
    run = settle(rule, configuration.mixture, seed=seed, sampler=_whole(sampler, rule), progress=progress, **options)
    names = [name for name in run.learned if name in solution.learned]
    compared = [run.learned[name] for name in names]
    closed = [np.asarray(solution.learned[name], dtype=float) for name in names]
    theta = _nearest(solution, run)
    if theta is not None:
        value, error, bias = theta[1]
        # What is derived may itself be an average over draws, which are independent of the simulation's.
        own = 0.0 if solution.error is None else np.asarray(solution.error, dtype=float)
        closed.insert(0, theta[0])
        compared.insert(0, (value, np.hypot(error, own), bias))
    elif not names:
        raise _nowhere(solution, rule.name)
    value, error, bias = (np.concatenate(parts) for parts in zip(*compared, strict=True))
    critical = float(critical_value(len(value), run.degrees_of_freedom, false_alarm))
    return Comparison(
        learner=rule.name,
        method="sgd",
        theta=value,
        theta_closed_form=np.concatenate(closed),
        standard_error=np.maximum(error, _resolved(value)),
        bias_error=bias,
        critical_value=critical,
        detectable=detectable(error, critical, run.degrees_of_freedom) + 2 * bias,
        outer_steps=sum(run.outer_steps),
        step_size=run.step_sizes[0],
        largest_stable_step_size=None,
        seed=seed,
        chains=run.chains,
        batch=run.batch,
        sampler=run.sampler,
        engine=DEFAULT_ENGINE,
        converged=run.converged,
        interrupted=run.interrupted,
        diagnosis=_diagnosis(rule, run, float(bias.max())),
        names=("theta",) * (theta is not None) + tuple(names),
    )


def _diagnosis(rule: StatefulLearner, run: Settled, bias: float) -> str:
    sizes = [f"{size:.4g}" for size in run.step_sizes]
    if rule.affine:
        text = f"averaged over runs at the outer step sizes {', '.join(sizes[1:])}, which leave no bias"
    else:
        text = f"extrapolated to a vanishing outer step size from {', '.join(sizes)}; what may be left of the bias: "
        text += f"{bias:.2g}"
    if run.converged:
        return text
    if run.interrupted:
        return (
            f"not converged: interrupted after {sum(run.outer_steps)} outer steps of {len(sizes)} runs; take them all"
        )
    return (
        f"not converged: the last two quarters of the finest run are {run.drift:.1f} standard errors apart "
        f"({run.allowed_drift:.1f} allowed); take more outer steps; {text}"
    )


def _whole(sampler: SamplerName | None, rule: Learner) -> SamplerKind:
    """Return how the data of a learner that looks at whole data sets is drawn."""
    if sampler == "projected" or sampler == "radial":
        raise UnsupportedError(
            f"sampler {sampler!r} with learner {rule.name}: it looks at whole data sets; use 'wishart' or 'raw'"
        )
    return sampler or "wishart"


def _nearest(solution: Solution, run: Settled) -> tuple[Floats, tuple[Floats, Floats, Floats]] | None:
    """Return the point of rest that a run is compared with, and value, standard error and bias error of the run.

    Where there are several points of rest, each chain is compared with the one that it ended nearest to; they are put
    together at the one where most of them ended.
    """
    if len(solution.branches) < 2:
        if solution.theta is None:
            return None
        return np.asarray(solution.theta, dtype=float), (run.theta, run.standard_error, run.bias_error)
    points = np.array(solution.branches, dtype=float)
    nearest = np.linalg.norm(run.chain_averages[:, None] - points, axis=-1).argmin(axis=1)
    point = points[np.bincount(nearest).argmax()]
    offsets = run.chain_averages - points[nearest]
    error = offsets.std(axis=0, ddof=1) / np.sqrt(run.chains)
    return point, (point + offsets.mean(axis=0), error, run.bias_error)


def _nowhere(solution: Solution, learner: str) -> LandscapeError:
    why = "; ".join(solution.notes) or "it has no point of rest on this configuration"
    return NonUniqueOptimumError(f"learner {learner}: {why}")


def _reached(solution: Solution, learner: str) -> Floats:
    if solution.theta is None:
        raise _nowhere(solution, learner)
    return np.asarray(solution.theta, dtype=float)


def _resolved(theta: Floats) -> float:
    """Return what floating point resolves, also where a descent starts at the optimum."""
    return float(np.finfo(float).eps) * max(1.0, float(np.abs(theta).max()))


def _population_descent(
    method: Method, problem: Problem, solution: Solution, step_size: float | None, seed: int, steps: dict[str, Any]
) -> Comparison:
    if not isinstance(method, LinearMethod):
        raise UnsupportedError(f"method gd with learner {method.name}: its mean update is not affine; use --method sgd")
    (matrices, targets), weights = method.matrices(problem), method.drawn(problem)
    mean, moment = problem.average(matrices, weights), problem.moment(targets, weights)
    descent = gradient_descent(mean, moment, step_size=step_size, **steps)
    bound = np.full_like(descent.theta, max(descent.error_bound, _resolved(descent.theta)))
    return Comparison(
        learner=method.name,
        method="gd",
        theta=descent.theta,
        theta_closed_form=_reached(solution, method.name),
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
