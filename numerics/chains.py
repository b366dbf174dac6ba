"""Many independent chains of stochastic descent, advanced together; what is kept are averages, not paths.

Memory is bounded whatever the number of steps, chains and samples: small problems draw the episodes of several steps at
once, which amortises the cost of a NumPy call, and large ones draw the chains' episodes in groups.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from numerics.convergence import Tail
from numerics.methods import Learner
from numerics.sampling import Floats, Sampler, streams

__all__ = ["Chains", "log_spaced"]

# Episodes held at a time: 1 MiB of several steps, which stays in the cache, or 64 MiB of a group of chains.
_BLOCK_BYTES, _BLOCK_STEPS = 2**20, 256
_GROUP_BYTES = 2**26
_SEGMENTS = 64
_TRAJECTORY_POINTS = 100


def log_spaced(steps: int) -> NDArray[np.intp]:
    """Return about a hundred step numbers from 0 to ``steps``, evenly spaced in their logarithm."""
    return np.unique(np.concatenate([[0.0], np.geomspace(1, steps, _TRAJECTORY_POINTS)]).round().astype(np.intp))


class Chains:
    """Independent chains of one learner.

    Parameters
    ----------
    learner : Learner
        The update rule.
    sampler : Sampler
        What tasks and data are drawn with.
    starts : array, shape (chains, d)
        Where each chain begins.
    batch : int
        Episodes per chain and step.
    outer_steps : int
        Steps to take.
    seed : numpy.random.SeedSequence
        Source of all randomness.

    Attributes
    ----------
    done : int
        Steps taken.
    positions : array, shape (chains, d)
        Where the chains are.
    """

    def __init__(
        self,
        learner: Learner,
        sampler: Sampler,
        starts: Floats,
        batch: int,
        outer_steps: int,
        seed: np.random.SeedSequence,
    ) -> None:
        chains, dimension = starts.shape
        self._learner, self._sampler, self._batch, self._outer_steps = learner, sampler, batch, outer_steps
        probe = learner.draw(sampler, np.random.default_rng(0), (1,))
        bytes_per_chain = max(1, probe.nbytes * batch)
        group = int(np.clip(_GROUP_BYTES // bytes_per_chain, 1, chains))
        self._groups = [slice(first, min(first + group, chains)) for first in range(0, chains, group)]
        self._streams = streams(seed, len(self._groups))
        self._block = int(np.clip(_BLOCK_BYTES // (bytes_per_chain * chains), 1, _BLOCK_STEPS))
        # Sums over equal stretches of the run: any later cut into burn-in and quarters can be made from them.
        self._segments = min(_SEGMENTS, outer_steps)
        self._sums = np.zeros((self._segments, chains, dimension))
        self._trajectory_steps = log_spaced(outer_steps)
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
            sizes = step_sizes[self.done : self.done + self._block]
            path = np.empty((len(sizes), *self.positions.shape))
            for group, rng in zip(self._groups, self._streams, strict=True):
                self._descend(path[:, group], self.positions[group], sizes, rng)
            self._record(path)
            yield self.done

    def _descend(self, path: Floats, positions: Floats, sizes: Floats, rng: np.random.Generator) -> None:
        episodes = self._learner.draw(self._sampler, rng, (len(sizes), len(positions), self._batch))
        for step, size in enumerate(sizes):
            gradients = self._learner.gradient(positions[:, None, :], episodes[step])
            positions = positions - (size / self._batch) * np.add.reduce(gradients, axis=1)
            path[step] = positions

    def _record(self, path: Floats) -> None:
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
