"""ANIL, almost no inner loop (Raghu et al. 2020): MAML whose inner loop adapts the first coordinates of theta alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from numerics.adaptation import adapt, pull_back
from numerics.arrays import Array
from numerics.methods.learner import Episodes, Learner
from theory.methods.method import Method
from theory.mixture import InnerLoop, Mixture

__all__ = ["ANIL", "LEARNER"]


@dataclass(frozen=True)
class ANIL(Learner):
    """Almost no inner loop.

    Parameters
    ----------
    inner_loop : InnerLoop
        The adaptation to one task.
    head : int
        Number of coordinates that it adapts.
    """

    name: ClassVar[str] = "anil"
    #: The head is made of common coordinates, which projected data does not have.
    whole_data: ClassVar[bool] = True
    head: int

    @classmethod
    def of(cls, method: Method, inner_loop: InnerLoop, mixture: Mixture) -> Self:
        """Return the rule with the method's size of the head."""
        (head,) = method.values("head")
        return cls(inner_loop, int(head))

    def gradient(self, theta: Array, episodes: Episodes) -> Array:
        """Return the gradient of each episode's population loss after adapting the head, shape (..., d).

        Parameters
        ----------
        theta : array, shape (..., d)
            Parameters, broadcast against the episodes.
        episodes : Episodes
            Drawn by :meth:`draw`.
        """
        step_sizes = float(self.inner_loop.step_size) * (np.arange(theta.shape[-1]) < self.head)
        adapted = adapt(theta, episodes.data, step_sizes)
        return pull_back(episodes.tasks.population_gradient(adapted), episodes.data, step_sizes)


LEARNER = ANIL
