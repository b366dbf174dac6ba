"""Many independent chains of stochastic descent, advanced together; what is kept are averages, not paths.

Memory is bounded whatever the number of steps, chains and samples: small problems draw the episodes of several steps at
once, which amortises the cost of a NumPy call, and large ones draw the chains' episodes in groups.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from numerics.convergence import Tail
from numerics.engine import DEFAULT_ENGINE, Engine
from numerics.methods import Episodes, Learner
from numerics.radial import RadialLearner, RadialSampler, radial_program
from numerics.sampling import Floats
from numerics.source import Source
from theory.errors import ConfigurationError

__all__ = ["Chains", "Walk", "log_spaced"]

# Episodes held at a time: 1 MiB of several steps, or half of one of a group of chains; both stay in the cache.
_BLOCK_BYTES, _BLOCK_STEPS = 2**20, 256
_GROUP_BYTES = 2**19
# What a step takes in all, in units of its episodes, generously; a test measures it.
_TEMPORARIES = 6
_SEGMENTS = 64
_TRAJECTORY_POINTS = 100


def log_spaced(steps: int) -> NDArray[np.intp]:
    """Return about a hundred step numbers from 0 to ``steps``, evenly spaced in their logarithm."""
    return np.unique(np.concatenate([[0.0], np.geomspace(1, steps, _TRAJECTORY_POINTS)]).round().astype(np.intp))


class Walk(Protocol):
    """What takes the steps of all chains."""

    #: How many steps to take at a time.
    block: int

    def advance(self, positions: Floats, sizes: Floats) -> Floats:
        """Take steps of the given sizes, shape (steps,), from positions of shape (chains, d).

        Returns
        -------
        array, shape (steps, chains, d)
            The positions after each step.
        """


class ArrayWalk:
    """Steps by operations on whole arrays, for any learner and any source of tasks and data.

    Parameters
    ----------
    learner : Learner
        The update rule.
    source : Source
        What tasks and data are drawn with.
    chains, batch : int
        Chains, and episodes per chain and step.
    seed : numpy.random.SeedSequence
        Source of all randomness.
    engine : Engine
        Its threads, and its limit of memory.
    """

    def __init__(
        self, learner: Learner, source: Source, chains: int, batch: int, seed: np.random.SeedSequence, engine: Engine
    ) -> None:
        self._learner, self._source, self._batch = learner, source, batch
        probe = learner.draw(source, source.draws(np.random.SeedSequence(0)), (1,))
        bytes_per_chain = max(1, probe.nbytes * batch)
        # The other quarter is for the record.
        allowed = engine.memory * 3 // 4
        if _TEMPORARIES * bytes_per_chain > allowed:
            raise ConfigurationError(
                f"batch = {batch}: one step of one chain takes about {_TEMPORARIES * bytes_per_chain / 2**30:.3g} GiB, "
                f"more than three quarters of the {engine.memory / 2**30:.3g} GiB allowed; use fewer tasks per step, "
                "or sampler 'projected'"
            )
        group = int(np.clip(_GROUP_BYTES // bytes_per_chain, 1, chains))
        #: Chains whose episodes are drawn together, each with a stream of its own.
        self.groups = [slice(first, min(first + group, chains)) for first in range(0, chains, group)]
        self._streams = [source.draws(child) for child in seed.spawn(len(self.groups))]
        # Groups, and with them the streams, do not depend on how many are computed at a time.
        together = allowed // (_TEMPORARIES * max(_GROUP_BYTES, bytes_per_chain))
        self._workers = int(np.clip(together, 1, min(engine.workers, len(self.groups))))
        #: Memory that the steps take at most.
        self.bytes_held = _TEMPORARIES * max(_GROUP_BYTES, bytes_per_chain) * self._workers
        self.block = int(np.clip(_BLOCK_BYTES // (bytes_per_chain * chains), 1, _BLOCK_STEPS))

    def advance(self, positions: Floats, sizes: Floats) -> Floats:
        """Take steps of the given sizes; see :class:`Walk`."""
        path = np.empty((len(sizes), *positions.shape))

        def descend(number: int) -> None:
            group = self.groups[number]
            path[:, group] = self._descend(positions[group], sizes, self.draw(number, len(sizes)))

        if self._workers == 1:
            for number in range(len(self.groups)):
                descend(number)
        else:
            with ThreadPoolExecutor(self._workers) as pool:
                list(pool.map(descend, range(len(self.groups))))
        return path

    def draw(self, number: int, steps: int) -> Episodes:
        """Draw the episodes of a group's next steps, of shape (steps, chains of the group, batch).

        Parameters
        ----------
        number : int
            Which of :attr:`groups`.
        steps : int
            How many steps.
        """
        group = self.groups[number]
        shape = (steps, group.stop - group.start, self._batch)
        return self._learner.draw(self._source, self._streams[number], shape)

    def _descend(self, positions: Floats, sizes: Floats, episodes: Episodes) -> Floats:
        arrays = self._source.arrays
        theta, path = arrays.asarray(positions), []
        for step, size in enumerate(sizes.tolist()):
            theta = self._learner.advance(theta, episodes[step, ...], size)
            path.append(theta)
        return arrays.to_numpy(arrays.namespace.stack(path))


def walk_of(
    learner: Learner, source: Source, chains: int, batch: int, seed: np.random.SeedSequence, engine: Engine
) -> Walk:
    """Return what takes the steps, by the engine's code; parameters as for :class:`Chains`."""
    if isinstance(source, RadialSampler):
        learner = RadialLearner(learner.inner_loop, radial_program(learner), source)
    if engine.name != "compiled":
        return ArrayWalk(learner, source, chains, batch, seed, engine)
    # Compiling takes seconds, and importing the compiler a third of one.
    if isinstance(learner, RadialLearner):
        from numerics.compiled.radial import CompiledRadialWalk

        return CompiledRadialWalk(learner, chains, batch, seed, engine)
    from numerics.compiled.walk import CompiledWalk

    return CompiledWalk(learner, source, chains, batch, seed, engine)


class Chains:
    """Independent chains of one learner.

    Parameters
    ----------
    learner : Learner
        The update rule.
    sampler : Source
        What tasks and data are drawn with.
    starts : array, shape (chains, d)
        Where each chain begins.
    batch : int
        Episodes per chain and step.
    outer_steps : int
        Steps to take.
    seed : numpy.random.SeedSequence
        Source of all randomness.
    engine : Engine
        How the steps are computed.

    Raises
    ------
    ConfigurationError
        If it takes more memory than the engine may use.
    UnsupportedError
        If the engine cannot compute this.

    Attributes
    ----------
    done : int
        Steps taken.
    positions : array, shape (chains, d)
        Where the chains are.
    walk : Walk
        What takes the steps.
    """

    def __init__(
        self,
        learner: Learner,
        sampler: Source,
        starts: Floats,
        batch: int,
        outer_steps: int,
        seed: np.random.SeedSequence,
        engine: Engine = DEFAULT_ENGINE,
    ) -> None:
        chains, dimension = starts.shape
        self._outer_steps = outer_steps
        self.walk = walk_of(learner, sampler, chains, batch, seed, engine)
        # Sums over equal stretches of the run: any later cut into burn-in and quarters can be made from them.
        self._segments = min(_SEGMENTS, outer_steps)
        self._trajectory_steps = log_spaced(outer_steps)
        record = 8 * (self._segments + len(self._trajectory_steps)) * starts.size
        if record > engine.memory // 4:
            raise ConfigurationError(
                f"chains = {chains}: their record in {dimension} dimensions takes {record / 2**30:.3g} GiB, more than "
                f"a quarter of the {engine.memory / 2**30:.3g} GiB allowed; use fewer chains"
            )
        self._sums = np.zeros((self._segments, chains, dimension))
        self._snapshots = [starts]
        self.done = 0
        self.positions = starts

    def blocks(self, step_sizes: Floats) -> Iterator[int]:
        """Take all steps, yielding the number done after each block of them.

        Parameters
        ----------
        step_sizes : array, shape (outer_steps,)
            Step size of each step.
        """
        while self.done < self._outer_steps:
            self.record(self.walk.advance(self.positions, step_sizes[self.done : self.done + self.walk.block]))
            yield self.done

    def record(self, path: Floats) -> None:
        """Keep what is needed of the next steps.

        Parameters
        ----------
        path : array, shape (steps, chains, d)
            The positions after each of them.
        """
        last = self.done + len(path)
        segments = np.arange(self.done, last) * self._segments // self._outer_steps
        first_rows = np.flatnonzero(np.diff(segments, prepend=-1))
        self._sums[segments[first_rows]] += np.add.reduceat(path, first_rows, axis=0)
        passed = self._trajectory_steps[(self._trajectory_steps > self.done) & (self._trajectory_steps <= last)]
        self._snapshots.extend(path[passed - self.done - 1])
        self.positions, self.done = path[-1], last

    def tail(self) -> Tail | None:
        """Return the averages over the last half of the steps done, or ``None`` if they are too few to be halved."""
        complete = self.done * self._segments // self._outer_steps
        if complete < 4:
            return None
        bounds = -(-np.arange(self._segments + 1) * self._outer_steps // self._segments)
        burn_in = complete // 2
        middle = (burn_in + complete) // 2
        third = self._sums[burn_in:middle].sum(axis=0) / (bounds[middle] - bounds[burn_in])
        fourth = self._sums[middle:complete].sum(axis=0) / (bounds[complete] - bounds[middle])
        return Tail(third, fourth, int(bounds[burn_in]))

    def trajectory(self) -> tuple[NDArray[np.intp], Floats]:
        """Return the recorded steps, shape (points,), and the chains' positions there, shape (points, chains, d)."""
        return self._trajectory_steps[: len(self._snapshots)], np.array(self._snapshots)
