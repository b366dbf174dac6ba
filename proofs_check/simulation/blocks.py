"""Means over blocks of simulated tasks that grow from look to look, with what is known of the population taken out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from numerics.sampling import Floats, Shape, streams
from numerics.sequential import GROWTH, samples_at
from proofs_check.simulation.deviation import jackknife

__all__ = ["BLOCKS", "FIRST_TASKS", "Draw", "GrowingBlocks"]

#: Blocks of the jackknife: as many as keep Student's t close to normal, and the skewness of the mean well known.
BLOCKS = 512
#: Tasks at the first look: enough for most comparisons to be decided there.
FIRST_TASKS = 4096
_PILOT = 1024
# Share of the pilot's variance below which a combination of controls is no more than rounding.
_SAME = 1e-10
# Input numbers drawn at a time: 1 MiB, which stays in the cache.
_AT_ONCE = 2**17

#: Takes a random stream and a batch shape; returns outcomes (..., k) and controls (..., c).
Draw = Callable[[np.random.Generator, Shape], tuple[Floats, Floats]]


class GrowingBlocks:
    """Averages over blocks of tasks, more of them at every look, less what control variates explain.

    The controls are sample variances less the variances they estimate: their mean is zero by the definition of the
    population. Their coefficients come from a pilot run of its own, so that the averages remain unbiased.

    Every round of drawing has random streams of its own, which depend on the seed, the stream and the round only: a
    look finds the same tasks whenever it is taken, and a run that goes on adds to what an earlier one has drawn.

    Parameters
    ----------
    draw : callable
        Takes a random stream and a batch shape; returns outcomes (..., k) and controls (..., c).
    seed, stream : int
        What the random numbers depend on, so that measurements that differ in their parameters alone stay paired.
    numbers : int
        Random numbers that one task takes.
    blocks : int
        Number of blocks.
    first : int
        Tasks at the first look, a multiple of ``blocks``.
    """

    def __init__(
        self, draw: Draw, seed: int, stream: int, numbers: int, blocks: int = BLOCKS, first: int = FIRST_TASKS
    ) -> None:
        self._draw, self._seed, self._stream, self._numbers = draw, seed, stream, numbers
        self._blocks, self._first = blocks, first // blocks
        outcomes, controls = draw(self._streams(0, 1)[0], (_PILOT,))
        # By the normal equations, since some controls may be the same or zero, and few digits will do.
        inverse = np.linalg.pinv(controls.T @ controls, rcond=_SAME, hermitian=True)
        self._coefficients = inverse @ (controls.T @ (outcomes - outcomes.mean(axis=0)))
        # At every look so far: means over each block, and what becomes of them without each block in turn.
        self._means: list[Floats] = []
        self._replicates: list[Floats] = []

    def means(self, look: int) -> Floats:
        """Return the mean of each block over all tasks up to a look, shape (blocks, k)."""
        while len(self._means) <= look:
            drawn = self._round(len(self._means))
            # Blocks of all looks before are a GROWTH-th of these.
            before = self._means[-1] if self._means else drawn
            self._means.append(drawn + (before - drawn) / GROWTH)
        return self._means[look]

    def replicates(self, look: int) -> Floats:
        """Return the mean over all blocks, then that without each block in turn, shape (1 + blocks, k)."""
        while len(self._replicates) <= look:
            self._replicates.append(jackknife(self.means(len(self._replicates))))
        return self._replicates[look]

    def _round(self, look: int) -> Floats:
        """Average the tasks that a look adds, block by block."""
        before = samples_at(look - 1, self._first) if look else 0
        size = samples_at(look, self._first) - before
        rows = max(1, _AT_ONCE // (size * self._numbers))
        portions = range(0, self._blocks, rows)
        parts = []
        for first, rng in zip(portions, self._streams(look + 1, len(portions)), strict=True):
            outcomes, controls = self._draw(rng, (min(rows, self._blocks - first), size))
            parts.append((outcomes - controls @ self._coefficients).mean(axis=1))
        return np.concatenate(parts)

    def _streams(self, part: int, count: int) -> list[np.random.Generator]:
        return streams(np.random.SeedSequence(self._seed, spawn_key=(self._stream, part)), count)
