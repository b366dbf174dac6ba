"""FOMAML, first-order MAML (Finn, Abbeel and Levine 2017): the outer gradient is that at the adapted parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from numerics.adaptation import adapt
from numerics.arrays import Array
from numerics.methods.learner import Episodes, Learner

__all__ = ["FOMAML", "LEARNER"]


@dataclass(frozen=True)
class FOMAML(Learner):
    """First-order MAML.

    Parameters
    ----------
    inner_loop : InnerLoop
        The adaptation to one task.
    """

    name: ClassVar[str] = "fomaml"

    def gradient(self, theta: Array, episodes: Episodes) -> Array:
        """Return the gradient of each episode's population loss at the adapted parameters, shape (..., d).

        Parameters
        ----------
        theta : array, shape (..., d)
            Parameters in the tasks' coordinates, broadcast against the episodes.
        episodes : Episodes
            Drawn by :meth:`draw`.
        """
        return episodes.tasks.population_gradient(adapt(theta, episodes.data, float(self.inner_loop.step_size)))


LEARNER = FOMAML
