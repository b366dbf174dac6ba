"""The outer loop, written once: gradient descent on a known quadratic, stochastic descent on sampled tasks.

Stochastic descent runs many independent chains with a constant (or decaying) step size and averages the second half of
their steps (Polyak and Ruppert). For a linear learner that average has no bias once the start is forgotten, so that the
spread between chains is the whole error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.chains import Chains, log_spaced
from numerics.convergence import CONSTANT, Diagnosis, Schedule, plan_outer_steps
from numerics.engine import DEFAULT_ENGINE, Engine, SamplerName
from numerics.measurement import Estimate
from numerics.methods import Learner
from numerics.sampling import Floats, Sampler, streams
from numerics.stability import Linearisation, linearise
from theory.errors import ConfigurationError, DivergenceError, NonUniqueOptimumError
from theory.mixture import Mixture

__all__ = ["GradientDescent", "StochasticDescent", "gradient_descent", "stochastic_descent"]

Progress = Callable[[int, int], None]

# Share of the largest stable step size taken by default: half would already double the variance of the average.
_DEFAULT_SHARE = 0.4
_STEP_CAP = 500_000
_DIVERGED = 1e6
_EPSILON = float(np.finfo(float).eps)


@dataclass(frozen=True, eq=False)
class GradientDescent:
    """Where gradient descent on a known objective went.

    Parameters
    ----------
    theta : array, shape (d,)
        The last iterate.
    error_bound : float
        Certified bound on its distance from the exact solution.
    outer_steps : int
        Steps taken.
    step_size, largest_stable_step_size : float
        The step size, and the one that it must stay below.
    converged : bool
        Whether the bound reached the tolerance, or all that floating point allows.
    diagnosis : str
        How close the descent came.
    trajectory_steps : integer array, shape (points,)
        Steps at which the trajectory was recorded.
    trajectory : array, shape (points, d)
        The iterates there.
    """

    theta: Floats
    error_bound: float
    outer_steps: int
    step_size: float
    largest_stable_step_size: float
    converged: bool
    diagnosis: str
    trajectory_steps: NDArray[np.intp]
    trajectory: Floats


def gradient_descent(
    mean_matrix: Floats,
    offset: Floats,
    *,
    step_size: float | None = None,
    start: Floats | None = None,
    tolerance: float = 1e-12,
    outer_steps: int = 1_000_000,
) -> GradientDescent:
    """Descend with the gradient ``H theta - b`` until the distance from its zero is certified to be small.

    Parameters
    ----------
    mean_matrix : array, shape (d, d)
        The matrix H: Hessian of the objective, or mean of an update's Jacobian (then not necessarily symmetric).
    offset : array, shape (d,)
        The vector b.
    step_size : float, optional
        The step size; by default the one that contracts a symmetric H fastest.
    start : array, shape (d,), optional
        Where the descent starts; by default at 0.
    tolerance : float
        Distance at which to stop, relative to the largest coordinate (at least 1).
    outer_steps : int
        Steps at most.

    Raises
    ------
    NonUniqueOptimumError
        If H is singular.
    DivergenceError
        If the iterates grow without bound, or do so for every step size.
    ConfigurationError
        If an argument is out of range.
    """
    matrix, target = np.asarray(mean_matrix, dtype=float), np.asarray(offset, dtype=float)
    curvatures = np.linalg.eigvals(matrix)
    smallest = float(np.linalg.svd(matrix, compute_uv=False)[-1])
    if smallest <= 8 * _EPSILON * np.abs(curvatures).max():
        raise NonUniqueOptimumError(
            f"the objective has a flat direction (curvatures from {np.abs(curvatures).min():.3g} to "
            f"{np.abs(curvatures).max():.3g}): it has no unique optimum for a descent to reach"
        )
    largest_stable = float(np.min(2 * curvatures.real / np.abs(curvatures) ** 2))
    if largest_stable <= 0:
        lowest = float(curvatures.real.min())
        raise DivergenceError(f"no step size is stable: the objective has the curvature {lowest:.3g} < 0")
    if step_size is None:
        fastest = 2 / float(curvatures.real.max() + curvatures.real.min())
        step_size = fastest if fastest < largest_stable else largest_stable / 2
    _check_range("step_size", step_size, 0)
    _check_range("outer_steps", outer_steps, 0)
    theta = np.zeros_like(target) if start is None else np.asarray(start, dtype=float)
    steepest = _DIVERGED * max(1.0, float(np.linalg.norm(matrix @ theta - target)))
    wanted = set(log_spaced(outer_steps).tolist())
    recorded, step = [], 0
    while True:
        gradient = matrix @ theta - target
        slope = float(np.linalg.norm(gradient))
        # The rounding of the gradient counts too, so that the certificate holds for the exact H and b.
        rounding = _EPSILON * len(theta) * float(np.linalg.norm(np.abs(matrix) @ np.abs(theta) + np.abs(target)))
        bound = (slope + rounding) / smallest
        settled = slope <= rounding or bound <= tolerance * max(1.0, float(np.abs(theta).max()))
        finished = settled or step == outer_steps
        if finished or step in wanted:
            recorded.append((step, theta))
        if finished:
            break
        if not slope <= steepest:
            raise DivergenceError(_divergence(step, step_size, f"{largest_stable:.4g} (2 / largest curvature)"))
        theta = theta - step_size * gradient
        step += 1
    text = f"within {bound:.2g} of the exact solution after {step} steps, by the gradient that is left"
    if not settled:
        text = f"not converged: {text}; take more outer steps, or a step size further below {largest_stable:.4g}"
    steps, points = zip(*recorded, strict=True)
    return GradientDescent(
        theta, bound, step, step_size, largest_stable, settled, text, np.array(steps), np.array(points)
    )


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
    sampler : {"raw", "wishart", "projected"}
        How data was drawn; the pilot run draws whole data sets also for ``projected``.
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
    sampler : {"raw", "wishart", "projected"}
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
    chains = learner.chains if chains is None else chains
    _check_range("chains", chains, 3)
    _check_range("batch", batch, 0)
    mixture = learner.population(mixture)
    source = engine.source(mixture, sampler)
    pilot_seed, start_seed, chain_seed = np.random.SeedSequence(seed).spawn(3)
    # Of every episode the pilot asks for the whole Jacobian.
    whole = Sampler(mixture, "wishart" if sampler == "projected" else sampler)
    pilot = linearise(learner, whole, streams(pilot_seed, 1)[0])
    largest_stable = pilot.mean_square_limit(batch)
    if step_size is None:
        # Bounded variance is not enough: with few samples or many inner steps, single episodes throw the iterates so
        # far that rare bursts dominate their averages. So none seen in the pilot run may do more than contract.
        eta = min(_DEFAULT_SHARE * largest_stable, batch / pilot.largest_jacobian)
    else:
        eta = float(step_size)
    _check_range("step_size", eta, 0)
    offset = _offset(pilot, start, streams(start_seed, 1)[0])
    steps = outer_steps
    if steps is None:
        steps = plan_outer_steps(
            pilot, offset, eta, schedule, chains * batch, _STEP_CAP, fewest=learner.fewest_outer_steps
        )
    _check_range("outer_steps", steps, 3)
    first_group = np.arange(chains) < chains // 2
    starts = pilot.fixed_point + np.where(first_group[:, None], offset, -offset)
    run = Chains(learner, source, starts, batch, steps, chain_seed, engine)
    farthest = _DIVERGED * (pilot.task_scale + float(np.abs(offset).max()))
    interrupted = False
    try:
        # What overflows is what diverges, and is caught here.
        with np.errstate(over="ignore", invalid="ignore"):
            for done in run.blocks(eta * schedule.factors(0, steps)):
                if not np.abs(run.positions - pilot.fixed_point).max() <= farthest:
                    limits = f"{largest_stable:.4g} ({pilot.mean_limit:.4g} for the mean of the iterates alone)"
                    raise DivergenceError(_divergence(done, eta, limits, chosen=step_size is None))
                if progress is not None:
                    progress(done, steps)
    except KeyboardInterrupt:
        interrupted = True
    tail = run.tail()
    averages = run.positions if tail is None else tail.averages
    # An iterate is rounded at every step, and a flat direction adds these roundings up.
    rounding = _EPSILON * pilot.condition * float(np.abs(averages).max())
    estimate = Estimate.from_chunks(lambda _: averages, chains, chains).with_rounding(rounding)
    if tail is None:
        diagnosis = Diagnosis(False, "not converged: interrupted before there was anything to average")
    else:
        diagnosis = Diagnosis.of(tail, first_group, estimate, pilot, offset, eta, largest_stable, schedule)
    trajectory_steps, positions = run.trajectory()
    groups = [positions[:, group].mean(axis=1) for group in (first_group, ~first_group)]
    return StochasticDescent(
        theta=estimate.value,
        standard_error=estimate.standard_error,
        learner=learner.name,
        sampler=sampler,
        engine=engine,
        chains=chains,
        batch=batch,
        outer_steps=run.done,
        step_size=eta,
        largest_stable_step_size=largest_stable,
        largest_mean_stable_step_size=pilot.mean_limit,
        seed=seed,
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


def _check_range(name: str, value: float, above: float) -> None:
    if not (np.isfinite(value) and value > above):
        raise ConfigurationError(f"{name} = {value}: must be finite and above {above}")


def _divergence(step: int, step_size: float, limits: str, *, chosen: bool = False) -> str:
    # A step size chosen here diverges only where the tails are too heavy for the pilot run to have seen them.
    remedy = "give a smaller step size, or more tasks per step" if chosen else "give a smaller step size, or none"
    return (
        f"the descent diverged within {step} steps: its step size is {step_size:.4g}, the largest stable one is "
        f"{limits}; {remedy}"
    )
