"""Stochastic descents of many configurations at once: small ones cost calls of NumPy, which a batch of them shares.

Each descent draws from streams of its own and is averaged by itself, so that it finds what it finds alone, but for the
rounding of the units in which it is computed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from numerics.chains import ArrayWalk
from numerics.descent import PreparedDescent, StochasticDescent
from numerics.engine import DEFAULT_ENGINE, Engine, SamplerName
from numerics.methods import MAML, NAL, Learner
from numerics.projected import ProjectedSampler
from numerics.sampling import Floats
from numerics.stacked import StackedPopulation, kind, stack_episodes
from theory.errors import DivergenceError, NonUniqueOptimumError
from theory.mixture import InnerLoop, Mixture

__all__ = ["Outcome", "stochastic_descents"]

#: A descent, or why there is none.
Outcome = StochasticDescent | DivergenceError | NonUniqueOptimumError

# Update rules that use nothing of the inner loop but its step size and data.
_LINEAR = (MAML, NAL)
# More than this many together are no faster: their arrays leave the cache.
_MOST_TOGETHER = 32


def stochastic_descents(
    configurations: Iterable[tuple[Learner, Mixture, int]],
    *,
    outer_steps: int,
    chains: int | None = None,
    batch: int = 8,
    sampler: SamplerName = "projected",
    engine: Engine = DEFAULT_ENGINE,
) -> list[Outcome]:
    """Descend on several configurations, those that fit together as one computation on arrays.

    Together go MAML or NAL, on NumPy's arrays and projected data, of the same dimension, inner steps and reuse, and of
    the same kind: isotropic, diagonal or dense covariances; with or without noise; finitely or infinitely many samples.
    Weights, classes, covariances, centres, step sizes and numbers of samples may differ. All others, and those large
    enough to gain nothing, are descended one by one.

    Parameters
    ----------
    configurations : iterable of (Learner, Mixture, int)
        The update rule with its inner loop, the task population, and the seed of each.
    outer_steps, chains, batch, sampler, engine
        As for :func:`numerics.descent.stochastic_descent`; the same for all.

    Returns
    -------
    list of StochasticDescent, DivergenceError or NonUniqueOptimumError
        In the same order: where a descent went, or why it went nowhere, which does not keep the others from it.

    Raises
    ------
    ConfigurationError
        If an argument is out of range, or more memory is needed than the engine may use.
    UnsupportedError
        If the engine cannot compute this.
    """
    outcomes: dict[int, Outcome] = {}
    waiting = _Waiting(engine.memory * 3 // 4, outcomes)
    for position, (learner, mixture, seed) in enumerate(configurations):
        try:
            prepared = PreparedDescent(
                learner,
                mixture,
                outer_steps=outer_steps,
                chains=chains,
                batch=batch,
                seed=seed,
                sampler=sampler,
                engine=engine,
            )
        except (DivergenceError, NonUniqueOptimumError) as refusal:
            outcomes[position] = refusal
        else:
            waiting.add(position, prepared)
    waiting.finish()
    return [outcomes[position] for position in range(len(outcomes))]


class _Waiting:
    """Descents that wait for others to go with, as long as memory allows."""

    def __init__(self, memory: int, outcomes: dict[int, Outcome]) -> None:
        self._memory, self._outcomes = memory, outcomes
        self._groups: dict[Any, list[tuple[int, PreparedDescent]]] = {}

    def add(self, position: int, prepared: PreparedDescent) -> None:
        """Have a descent wait, or take it at once where it stays alone."""
        key = _together(prepared)
        if key is None:
            self._outcomes[position] = _outcome(prepared, _alone(prepared))
            return
        self._groups.setdefault(key, []).append((position, prepared))
        if len(self._groups[key]) == _MOST_TOGETHER:
            self._descend(key)
        while self._held() > self._memory:
            self._descend(max(self._groups, key=lambda group: len(self._groups[group])))

    def finish(self) -> None:
        """Take all that still wait."""
        for key in list(self._groups):
            self._descend(key)

    def _held(self) -> int:
        waiting = [prepared for members in self._groups.values() for _, prepared in members]
        return sum(prepared.nbytes + _walk(prepared).bytes_held for prepared in waiting)

    def _descend(self, key: Any) -> None:
        members = self._groups.pop(key)
        errors = _all_at_once([prepared for _, prepared in members])
        for (position, prepared), error in zip(members, errors, strict=True):
            self._outcomes[position] = _outcome(prepared, error)


def _outcome(prepared: PreparedDescent, error: DivergenceError | None) -> Outcome:
    return prepared.conclude(interrupted=False) if error is None else error


def _walk(prepared: PreparedDescent) -> ArrayWalk:
    walk = prepared.chains.walk
    assert isinstance(walk, ArrayWalk)  # what _together asks for
    return walk


def _together(prepared: PreparedDescent) -> Any:
    """Return what two descents must have in common to be computed together; ``None`` for one that stays alone."""
    walk, learner, source = prepared.chains.walk, prepared.learner, prepared.source
    if not (
        isinstance(walk, ArrayWalk)
        and float(learner.inner_loop.step_size) > 0  # units are its root
        and type(learner) in _LINEAR
        and type(source) is ProjectedSampler
        and source.arrays.namespace is np
        and len(walk.groups) == 1  # so many episodes that several groups hold them fill the cache by themselves
    ):
        return None
    # What is filled up would change sums in their last digits, and who is in a group shall change nothing. The block
    # decides which random numbers are drawn together, and so which ones each step gets.
    return _in_common_units(learner), kind(source.population), walk.block


def _in_common_units(learner: Learner) -> Learner:
    loop = learner.inner_loop
    finite = None if loop.samples is None else 1  # the data knows how many
    return replace(learner, inner_loop=InnerLoop(1.0, finite, loop.steps, loop.data))


def _alone(prepared: PreparedDescent) -> DivergenceError | None:
    try:
        with np.errstate(over="ignore", invalid="ignore"):  # what overflows is what diverges
            for _ in prepared.chains.blocks(prepared.step_sizes):
                prepared.require_bounded()
    except DivergenceError as error:
        return error
    return None


def _all_at_once(descents: Sequence[PreparedDescent]) -> list[DivergenceError | None]:
    """Take all steps of descents that fit together; return, for each, why it was given up, if it was."""
    learner = _in_common_units(descents[0].learner)
    errors: list[DivergenceError | None] = [None] * len(descents)
    going = list(range(len(descents)))
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is what diverges
        while going and descents[going[0]].chains.done < descents[going[0]].outer_steps:
            _next_block(learner, [descents[number] for number in going])
            for number in list(going):
                try:
                    descents[number].require_bounded()
                except DivergenceError as error:
                    errors[number] = error
                    going.remove(number)
    return errors


def _next_block(learner: Learner, descents: Sequence[PreparedDescent]) -> None:
    inner = np.array([float(descent.learner.inner_loop.step_size) for descent in descents])
    chains = [descent.chains for descent in descents]
    done, block = chains[0].done, _walk(descents[0]).block
    # In units in which the loss is alpha times as large, so is its gradient.
    sizes = np.stack([descent.step_sizes[done : done + block] for descent in descents], axis=1) / inner
    population = StackedPopulation([_population(descent) for descent in descents], inner)
    episodes = stack_episodes([_walk(descent).draw(0, len(sizes)) for descent in descents], population)
    theta: Floats = np.stack([chain.positions for chain in chains])
    # Each one's path in one piece, as when it is alone: the order of sums depends on that.
    path = np.empty((len(chains), len(sizes), *theta.shape[1:]))
    for step, size in enumerate(sizes):
        theta = theta - size[:, None, None] * learner.mean_gradient(theta, episodes[step, ...])
        path[:, step] = theta
    for number, chain in enumerate(chains):
        chain.record(path[number])


def _population(descent: PreparedDescent) -> Any:
    source = descent.source
    assert isinstance(source, ProjectedSampler)  # what _together asks for
    return source.population
