"""The outer loop, written once: stochastic descent on sampled tasks.

It runs many independent chains with a constant (or decaying) step size and averages the second half of their steps
(Polyak and Ruppert). For a linear learner that average has no bias once the start is forgotten, so that the spread
between chains is the whole error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast, get_args

import numpy as np
from numpy.typing import NDArray

from numerics.chains import Chains
from numerics.convergence import CONSTANT, Diagnosis, Schedule, plan_outer_steps
from numerics.engine import DEFAULT_ENGINE, Engine, SamplerName
from numerics.gradient_descent import check_range, divergence
from numerics.measurement import Estimate
from numerics.methods import Learner
from numerics.sampling import Floats, Sampler, SamplerKind, streams
from numerics.stability import Linearisation, linearise
from theory.errors import DivergenceError
from theory.mixture import Mixture

__all__ = ["PreparedDescent", "StochasticDescent", "stochastic_descent"]

Progress = Callable[[int, int], None]

# Share of the largest stable step size taken by default: half would already double the variance of the average.
_DEFAULT_SHARE = 0.4
_STEP_CAP = 500_000
_DIVERGED = 1e6
_EPSILON = float(np.finfo(float).eps)


@dataclass(frozen=True, eq=False)
class StochasticDescent:
    """Where stochastic descent on sampled tasks went.

    Parameters
    ----------
    theta : array, shape (d,)
        Mean over the chains of the average over each one's tail.
    standard_error : array, shape (d,)
        Its standard error; the error over it follows Student's t with :attr:`degrees_of_freedom`.
    learner : str
        Name of the update rule.
    sampler : {"raw", "wishart", "projected", "radial"}
        How data was drawn; the pilot run draws whole data sets also for the last two.
    engine : Engine
        How it was computed.
    chains, batch : int
        Independent chains, and episodes per chain and outer step.
    outer_steps : int
        Steps that each chain took.
    step_size : float
        The step size of the first step.
    largest_stable_step_size : float
        Below it the variance of the iterates is bounded (mean-square stability); estimated from sampled episodes.
    largest_mean_stable_step_size : float
        Below it their mean converges; estimated likewise, never less.
    seed : int
        What all randomness came from.
    converged, interrupted : bool
        Whether every check of the diagnosis passed; whether the run was cut short by an interrupt.
    diagnosis : str
        The checks that failed, with the remedy, or the evidence that it converged.
    trajectory_steps : integer array, shape (points,)
        Outer steps at which the trajectory was recorded.
    trajectory : array, shape (points, 2, d)
        There, the mean over the chains of each of the two starts.
    chain_averages : array, shape (chains, d)
        Average over each chain's tail.
    """

    theta: Floats
    standard_error: Floats
    learner: str
    sampler: SamplerName
    engine: Engine
    chains: int
    batch: int
    outer_steps: int
    step_size: float
    largest_stable_step_size: float
    largest_mean_stable_step_size: float
    seed: int
    converged: bool
    interrupted: bool
    diagnosis: str
    trajectory_steps: NDArray[np.intp]
    trajectory: Floats
    chain_averages: Floats

    @property
    def degrees_of_freedom(self) -> int:
        """Of the t distribution that the error of :attr:`theta` follows."""
        return self.chains - 1


def stochastic_descent(
    learner: Learner,
    mixture: Mixture,
    *,
    outer_steps: int | None = None,
    chains: int | None = None,
    batch: int = 8,
    step_size: float | None = None,
    schedule: Schedule = CONSTANT,
    start: Floats | None = None,
    seed: int = 0,
    sampler: SamplerName = "raw",
    engine: Engine = DEFAULT_ENGINE,
    progress: Progress | None = None,
) -> StochasticDescent:
    """Descend along a learner's stochastic gradients on sampled tasks and data.

    An interrupt (Ctrl-C) ends the descent early: what it had is returned, flagged ``interrupted``.

    Parameters
    ----------
    learner : Learner
        The update rule, linear.
    mixture : Mixture
        The task population.
    outer_steps : int, optional
        Steps of each chain, of which the first half is burn-in; by default as many as a pilot run says are needed to
        forget the start, at most half a million.
    chains : int, optional
        Independent chains, at least 4; half of them begin at each of two starts. By default as many as suit the
        learner.
    batch : int
        Episodes per chain and step.
    step_size : float, optional
        The step size; by default 0.4 of the largest that is stable in mean square, less where tails are heavy,
        estimated by the pilot run.
    schedule : Schedule
        Decay of the step size; constant by default.
    start : array, shape (d,), optional
        Where half of the chains begin, the others beginning at its mirror image in the pilot's estimate; by default in
        a random direction from that estimate, at the distance of a typical task.
    seed : int
        Source of all randomness.
    sampler : {"raw", "wishart", "projected", "radial"}
        How data is drawn.
    engine : Engine
        How it is computed.
    progress : callable, optional
        Called with the number of steps done and to do.

    Raises
    ------
    DivergenceError
        If the iterates grow without bound.
    NonUniqueOptimumError
        If the simulated objective has no unique optimum.
    ConfigurationError
        If an argument is out of range, or more memory is needed than the engine may use.
    UnsupportedError
        If the engine cannot compute this.
    """
    run = PreparedDescent(
        learner,
        mixture,
        outer_steps=outer_steps,
        chains=chains,
        batch=batch,
        step_size=step_size,
        schedule=schedule,
        start=start,
        seed=seed,
        sampler=sampler,
        engine=engine,
    )
    interrupted = False
    try:
        # What overflows is what diverges, and is caught here.
        with np.errstate(over="ignore", invalid="ignore"):
            for done in run.chains.blocks(run.step_sizes):
                run.require_bounded()
                if progress is not None:
                    progress(done, run.outer_steps)
    except KeyboardInterrupt:
        interrupted = True
    return run.conclude(interrupted=interrupted)


class PreparedDescent:
    """A stochastic descent whose step size, steps and starts are chosen, before its first step.

    Parameters and errors are those of :func:`stochastic_descent`.

    Attributes
    ----------
    chains : Chains
        The chains, which take the steps.
    learner : Learner
        The update rule.
    source : Source
        What tasks and data are drawn with.
    outer_steps : int
        Steps to take.
    step_sizes : array, shape (outer_steps,)
        The size of each.
    """

    def __init__(
        self,
        learner: Learner,
        mixture: Mixture,
        *,
        outer_steps: int | None = None,
        chains: int | None = None,
        batch: int = 8,
        step_size: float | None = None,
        schedule: Schedule = CONSTANT,
        start: Floats | None = None,
        seed: int = 0,
        sampler: SamplerName = "raw",
        engine: Engine = DEFAULT_ENGINE,
    ) -> None:
        chains = learner.chains if chains is None else chains
        check_range("chains", chains, 3)
        check_range("batch", batch, 0)
        mixture = learner.population(mixture)
        self.learner, self.source = learner, engine.source(mixture, sampler)
        self._batch, self._schedule, self._seed, self._sampler, self._engine = batch, schedule, seed, sampler, engine
        pilot_seed, start_seed, chain_seed = np.random.SeedSequence(seed).spawn(3)
        # Of every episode the pilot asks for the whole Jacobian.
        whole = Sampler(mixture, cast(SamplerKind, sampler) if sampler in get_args(SamplerKind) else "wishart")
        self._pilot = pilot = linearise(learner, whole, streams(pilot_seed, 1)[0])
        self._largest_stable = pilot.mean_square_limit(batch)
        self._chosen = step_size is None
        if step_size is None:
            # Bounded variance is not enough: with few samples or many inner steps, single episodes throw the iterates
            # so far that rare bursts dominate their averages. So none seen in the pilot run may do more than contract.
            eta = min(_DEFAULT_SHARE * self._largest_stable, batch / pilot.largest_jacobian)
        else:
            eta = float(step_size)
        check_range("step_size", eta, 0)
        self._step_size = eta
        self._offset = offset = _offset(pilot, start, streams(start_seed, 1)[0])
        steps = outer_steps
        if steps is None:
            steps = plan_outer_steps(
                pilot, offset, eta, schedule, chains * batch, _STEP_CAP, fewest=learner.fewest_outer_steps
            )
        check_range("outer_steps", steps, 3)
        self.outer_steps = steps
        self.step_sizes = eta * schedule.factors(0, steps)
        self._first_group = np.arange(chains) < chains // 2
        starts = pilot.fixed_point + np.where(self._first_group[:, None], offset, -offset)
        self.chains = Chains(learner, self.source, starts, batch, steps, chain_seed, engine)
        self._farthest = _DIVERGED * (pilot.task_scale + float(np.abs(offset).max()))

    @property
    def nbytes(self) -> int:
        """Memory that what the pilot run saw occupies."""
        return self._pilot.jacobians.nbytes

    def require_bounded(self) -> None:
        """Raise :class:`DivergenceError` if the chains have left every bound."""
        if not np.abs(self.chains.positions - self._pilot.fixed_point).max() <= self._farthest:
            limits = f"{self._largest_stable:.4g} ({self._pilot.mean_limit:.4g} for the mean of the iterates alone)"
            raise DivergenceError(divergence(self.chains.done, self._step_size, limits, chosen=self._chosen))

    def conclude(self, *, interrupted: bool) -> StochasticDescent:
        """Average what the chains have done.

        Parameters
        ----------
        interrupted : bool
            Whether they were cut short.
        """
        run, pilot = self.chains, self._pilot
        tail = run.tail()
        averages = run.positions if tail is None else tail.averages
        # An iterate is rounded at every step, and a flat direction adds these roundings up.
        rounding = _EPSILON * pilot.condition * float(np.abs(averages).max())
        estimate = Estimate.from_chunks(lambda _: averages, len(averages), len(averages)).with_rounding(rounding)
        if tail is None:
            diagnosis = Diagnosis(False, "not converged: interrupted before there was anything to average")
        else:
            diagnosis = Diagnosis.of(
                tail,
                self._first_group,
                estimate,
                pilot,
                self._offset,
                self._step_size,
                self._largest_stable,
                self._schedule,
            )
        trajectory_steps, positions = run.trajectory()
        groups = [positions[:, group].mean(axis=1) for group in (self._first_group, ~self._first_group)]
        return StochasticDescent(
            theta=estimate.value,
            standard_error=estimate.standard_error,
            learner=self.learner.name,
            sampler=self._sampler,
            engine=self._engine,
            chains=len(averages),
            batch=self._batch,
            outer_steps=run.done,
            step_size=self._step_size,
            largest_stable_step_size=self._largest_stable,
            largest_mean_stable_step_size=pilot.mean_limit,
            seed=self._seed,
            converged=diagnosis.converged,
            interrupted=interrupted,
            diagnosis=diagnosis.text,
            trajectory_steps=trajectory_steps,
            trajectory=np.stack(groups, axis=1),
            chain_averages=averages,
        )


def _offset(pilot: Linearisation, start: Floats | None, rng: np.random.Generator) -> Floats:
    if start is not None:
        return np.asarray(start, dtype=float) - pilot.fixed_point
    scale = pilot.task_scale or max(1.0, float(np.abs(pilot.fixed_point).max()))
    return scale * rng.standard_normal(len(pilot.fixed_point))
