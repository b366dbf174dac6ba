"""What every learner has in common: it draws episodes, and turns parameters and episodes into outer gradients."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from numerics.adaptation import draw_data
from numerics.sampling import DataSet, Floats, Sampler, Shape, Tasks
from theory.mixture import InnerLoop

__all__ = ["Episodes", "Learner"]


@dataclass(frozen=True, eq=False)
class Episodes:
    """A batch of episodes: a task each, with the data that the learner sees of it.

    Parameters
    ----------
    tasks : Tasks
        The sampled tasks.
    data : tuple of DataSet
        Their data sets, in the order in which the learner uses them.
    """

    tasks: Tasks
    data: tuple[DataSet, ...]

    def __getitem__(self, index: Any) -> Episodes:
        """Select along the batch axes."""
        return Episodes(self.tasks[index], tuple(data_set[index] for data_set in self.data))

    @property
    def nbytes(self) -> int:
        """Memory that the arrays occupy; a data set used several times counts once."""
        return self.tasks.nbytes + sum({id(data_set): data_set.nbytes for data_set in self.data}.values())


@dataclass(frozen=True)
class Learner(ABC):
    """A published update rule, as the stochastic gradient that its outer loop follows.

    Parameters
    ----------
    inner_loop : InnerLoop
        The adaptation to one task.
    """

    name: ClassVar[str]
    inner_loop: InnerLoop

    def draw(self, sampler: Sampler, rng: np.random.Generator, shape: Shape) -> Episodes:
        """Draw independent episodes: by default a task and the data of its inner loop.

        Parameters
        ----------
        sampler : Sampler
            What tasks and data sets are drawn with.
        rng : numpy.random.Generator
            Source of randomness.
        shape : tuple of int
            Batch shape.
        """
        tasks = sampler.tasks(rng, shape)
        return Episodes(tasks, draw_data(sampler, rng, tasks, self.inner_loop))

    @abstractmethod
    def gradient(self, theta: Floats, episodes: Episodes) -> Floats:
        """Return the outer gradient that each episode contributes, shape (..., d).

        Parameters
        ----------
        theta : array, shape (..., d)
            Parameters, broadcast against the episodes.
        episodes : Episodes
            Drawn by :meth:`draw`.
        """
