"""Chains of compiled descent, one after the other or on several threads, each with a stream of its own.

A chain's path depends on its seed and on nothing else: not on the other chains, nor on how many threads there are, nor
on how the steps are cut into blocks.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.arrays import Floats
from numerics.compiled.random import seeded
from numerics.engine import Engine
from theory.errors import ConfigurationError

__all__ = ["CompiledChains"]

_BLOCK_BYTES, _BLOCK_STEPS = 2**22, 256


class CompiledChains(ABC):
    """The steps of all chains, compiled.

    Parameters
    ----------
    chains, dimension : int
        Chains, and parameters of each.
    numbers : int
        Numbers that a thread needs as scratch.
    seed : numpy.random.SeedSequence
        Source of all randomness.
    engine : Engine
        Its threads, and its limit of memory.

    Raises
    ------
    ConfigurationError
        If the scratch of a thread does not fit into the memory.
    """

    def __init__(self, chains: int, dimension: int, numbers: int, seed: np.random.SeedSequence, engine: Engine) -> None:
        self._workers = min(engine.workers, chains)
        scratch = 8 * self._workers * numbers
        if scratch > engine.memory // 4:
            raise ConfigurationError(
                f"workers = {self._workers}: their scratch takes {scratch / 2**30:.3g} GiB, more than a quarter of the "
                f"{engine.memory / 2**30:.3g} GiB allowed; use fewer"
            )
        self._states = np.stack([seeded(child) for child in seed.spawn(chains)])
        self.block = int(np.clip(_BLOCK_BYTES // (8 * dimension * chains), 1, _BLOCK_STEPS))

    def advance(self, positions: Floats, sizes: Floats) -> Floats:
        """Take steps of the given sizes; see :class:`numerics.chains.Walk`."""
        path = np.empty((len(sizes), *positions.shape))

        def descend(chain: int) -> None:
            self.descend(np.array(positions[chain]), sizes, self._states[chain], path[:, chain])

        if self._workers == 1:
            for chain in range(len(positions)):
                descend(chain)
        else:
            with ThreadPoolExecutor(self._workers) as pool:
                list(pool.map(descend, range(len(positions))))
        return path

    @abstractmethod
    def descend(self, theta: Floats, sizes: Floats, state: NDArray[np.uint64], path: Any) -> None:
        """Take the steps of one chain.

        Parameters
        ----------
        theta : array, shape (d,)
            Where it is; written to.
        sizes : array, shape (steps,)
            Size of each step.
        state : array
            Its stream; written to.
        path : array, shape (steps, d)
            Where it is after each step; written to.
        """
