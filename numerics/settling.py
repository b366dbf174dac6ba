"""Descent of a learner whose update is not affine: its bias is of the order of the outer step size, and extrapolated.

With a constant outer step size eta the average of the iterates is ``theta + c eta + O(eta^2)``. Three runs at eta,
eta / 2 and eta / 4, each going on where the one before ended, give two extrapolations to eta = 0; the finer one is
returned, and how far the two are apart stands for what is left of the bias. Where the mean update is affine after all,
only the learner has a memory, the average has no such bias and nothing is extrapolated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from numerics.chains import ArrayWalk
from numerics.engine import DEFAULT_ENGINE
from numerics.measurement import critical_value
from numerics.methods.learner import Recipe, StatefulLearner
from numerics.sampling import Floats, Sampler, SamplerKind
from theory.errors import ConfigurationError, DivergenceError
from theory.mixture import Mixture

__all__ = ["Settled", "settle"]

_LEVELS = 3
_DIVERGED = 1e6
Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Settled:
    """Where a stateful learner settled.

    Parameters
    ----------
    theta : array, shape (d,)
        Its parameters, extrapolated to a vanishing outer step size.
    standard_error, bias_error : array, shape (d,)
        Statistical error of ``theta``, from the spread of the chains; and what may be left of the bias.
    learned : mapping from name to (value, standard error, bias error), arrays of shape (k,)
        What else was learned.
    step_sizes : tuple of float
        Outer step sizes of the three runs.
    outer_steps : tuple of int
        Steps of each.
    chains, batch : int
        Independent chains, and episodes per chain and step.
    seed : int
        Source of all randomness.
    sampler : {"raw", "wishart"}
        How data was drawn.
    chain_averages : array, shape (chains, d)
        The extrapolated parameters of each chain: where there are several points of rest, chains end at different ones.
    drift, allowed_drift : float
        By how many standard errors the last two quarters of the finest run differ at most, and by how many they may: a
        run that still moves has not settled. Exceeded by chance with a probability of at most 1e-6.
    interrupted : bool
        Whether the runs were cut short; what they had is here, with a bias error that says how far it had come.
    """

    theta: Floats
    standard_error: Floats
    bias_error: Floats
    learned: Mapping[str, tuple[Floats, Floats, Floats]]
    step_sizes: tuple[float, ...]
    outer_steps: tuple[int, ...]
    chains: int
    batch: int
    seed: int
    sampler: SamplerKind
    chain_averages: Floats
    drift: float
    allowed_drift: float
    interrupted: bool = False

    @property
    def converged(self) -> bool:
        """Whether all runs were taken to their end and nothing moved any more."""
        return not self.interrupted and self.drift <= self.allowed_drift

    @property
    def degrees_of_freedom(self) -> int:
        """Of the t distribution that the statistical error follows."""
        return self.chains - 1


def settle(
    learner: StatefulLearner,
    mixture: Mixture,
    *,
    start: Floats | None = None,
    step_size: float | None = None,
    outer_steps: int | None = None,
    chains: int | None = None,
    batch: int | None = None,
    seed: int = 0,
    sampler: SamplerKind = "wishart",
    progress: Progress | None = None,
) -> Settled:
    """Run a stateful learner at three outer step sizes and extrapolate to none.

    An interrupt (Ctrl-C) ends it early: what it had is returned, flagged ``interrupted``.

    Parameters
    ----------
    learner : StatefulLearner
        The update rule.
    mixture : Mixture
        The task population.
    start : array, shape (d,) or (chains, d), optional
        Parameters that the chains start from; by default the mean of the classes' centres.
    step_size, outer_steps, chains, batch : optional
        The largest outer step size, steps taken with it, chains and episodes per step; by default the learner's recipe.
    seed : int
        Source of all randomness.
    sampler : {"raw", "wishart"}
        How data sets are drawn.
    progress : callable, optional
        Called with the number of steps done and to do.

    Raises
    ------
    DivergenceError
        If the iterates grow without bound.
    ConfigurationError
        If an argument is out of range.
    """
    mixture = learner.population(mixture)
    recipe: Recipe = learner.recipe
    eta = recipe.step_size if step_size is None else step_size
    steps = recipe.outer_steps if outer_steps is None else outer_steps
    count = recipe.chains if chains is None else chains
    tasks = recipe.batch if batch is None else batch
    for name, value, least in (("outer_steps", steps, 4), ("chains", count, 4), ("batch", tasks, 1)):
        if value < least:
            raise ConfigurationError(f"{name} = {value}: must be at least {least}")
    if not (np.isfinite(eta) and eta > 0):
        raise ConfigurationError(f"step_size = {eta}: must be finite and above 0")
    begin = mixture.weights @ mixture.centres if start is None else np.asarray(start, dtype=float)
    state = learner.start(np.array(np.broadcast_to(begin, (count, mixture.dimension))))
    source = Sampler(mixture, sampler)
    scale = 1.0 + float(np.abs(mixture.centres).max()) + float(np.abs(state).max())
    plan = [(eta / 2**level, steps * 2**level) for level in range(_LEVELS)]
    # What is known of each chain's point of rest, better and better: at first no more than where it begins.
    known, averages, drift = [_readout(learner, state)], list[Floats](), np.inf
    taken, total, interrupted = [0] * _LEVELS, sum(length for _, length in plan), False
    try:
        for level, child in enumerate(np.random.SeedSequence(seed).spawn(_LEVELS)):
            walk, size, length = ArrayWalk(learner, source, count, tasks, child, DEFAULT_ENGINE), *plan[level]
            # The first half is burn-in; the third and the fourth quarter also tell whether it was long enough.
            bounds = (length // 2, length * 3 // 4, length)
            quarters = np.zeros((2, *known[0].shape))
            while (at := taken[level]) < length:
                with np.errstate(over="ignore", invalid="ignore"):
                    path = walk.advance(state, np.full(min(walk.block, length - at), size))
                state, taken[level] = path[-1], at + len(path)
                if not np.abs(state).max() <= _DIVERGED * scale:
                    raise DivergenceError(
                        f"{learner.name} diverged within {sum(taken)} steps at the outer step size {size:.4g}; "
                        "give a smaller one"
                    )
                for quarter, (first, last) in zip(quarters, pairwise(bounds), strict=True):
                    quarter += _readout(learner, path[max(0, first - at) : max(0, last - at)]).sum(axis=0)
                if progress is not None:
                    progress(sum(taken), total)
            averages.append(quarters.sum(axis=0) / (bounds[2] - bounds[0]))
            known.append(_extrapolated(averages, affine=learner.affine))
            drift = _largest_t(quarters[1] / (bounds[2] - bounds[1]) - quarters[0] / (bounds[1] - bounds[0]))
    except KeyboardInterrupt:
        interrupted = True
        if not averages:
            known.append(_readout(learner, state))
    coarse, fine = known[-2:]
    if learner.affine and len(averages) == _LEVELS:
        coarse = fine  # nothing was extrapolated, and the start is forgotten
    value = fine.mean(axis=0)
    error = fine.std(axis=0, ddof=1) / np.sqrt(count)
    # The two extrapolations differ by chance too; what chance explains is in the standard error already.
    bias = np.abs(value - coarse.mean(axis=0))
    parts = _split(learner, state, value, error, bias)
    theta = parts.pop("")
    return Settled(
        *theta,
        learned=parts,
        step_sizes=tuple(size for size, _ in plan),
        outer_steps=tuple(taken),
        chains=count,
        batch=tasks,
        seed=seed,
        sampler=sampler,
        chain_averages=fine[:, : mixture.dimension],
        drift=drift,
        allowed_drift=float(critical_value(fine.shape[1], count - 1)),
        interrupted=interrupted,
    )


def _extrapolated(averages: Sequence[Floats], *, affine: bool) -> Floats:
    """Return the best that averages at halved step sizes say of a vanishing one, chain by chain."""
    if len(averages) == 1:
        return averages[0]
    if not affine:
        return 2 * averages[-1] - averages[-2]
    # There is no bias to extrapolate, only a start to forget, which the first run has done.
    later = range(1, len(averages))
    return np.asarray(sum(2**k * averages[k] for k in later) / sum(2**k for k in later))


def _largest_t(differences: Floats) -> float:
    """Return the largest mean of these over the chains, shape (chains, k), in standard errors."""
    errors = differences.std(axis=0, ddof=1) / np.sqrt(len(differences))
    rounding = np.finfo(float).eps * (1 + np.abs(differences).max())
    return float((np.abs(differences.mean(axis=0)) / np.maximum(errors, rounding)).max())


def _readout(learner: StatefulLearner, state: Floats) -> Floats:
    """Lay parameters and all that was learned side by side, shape (..., d + k)."""
    return np.concatenate([learner.parameters(state), *learner.learned(state).values()], axis=-1)


def _split(learner: StatefulLearner, state: Floats, *values: Floats) -> dict[str, tuple[Floats, Floats, Floats]]:
    """Undo the laying side by side: parameters under the empty name, then what was learned by its names."""
    shapes = {"": learner.parameters(state), **learner.learned(state)}
    ends = np.cumsum([part.shape[-1] for part in shapes.values()])[:-1]
    columns = [np.split(value, ends) for value in values]
    return {name: (columns[0][i], columns[1][i], columns[2][i]) for i, name in enumerate(shapes)}
