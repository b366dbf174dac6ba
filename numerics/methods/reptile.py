"""Reptile (Nichol, Achiam and Schulman 2018): the outer step goes towards where the inner loop ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from numerics.adaptation import adapt
from numerics.arrays import Array
from numerics.methods.learner import Episodes, Learner

__all__ = ["LEARNER", "Reptile"]


@dataclass(frozen=True)
class Reptile(Learner):
    """Reptile.

    Parameters
    ----------
    inner_loop : InnerLoop
        The adaptation to one task.
    """

    name: ClassVar[str] = "reptile"

    def gradient(self, theta: Array, episodes: Episodes) -> Array:
        """Return the parameters less the adapted ones, shape (..., d).

        Parameters
        ----------
        theta : array, shape (..., d)
            Parameters in the tasks' coordinates, broadcast against the episodes.
        episodes : Episodes
            Drawn by :meth:`draw`.
        """
        return theta - adapt(theta, episodes.data, float(self.inner_loop.step_size))


LEARNER = Reptile
