"""What every learner has in common: it draws episodes, and turns parameters and episodes into outer gradients."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from numerics.adaptation import draw_products
from numerics.arrays import Array, Draws, Shape
from numerics.source import Source
from theory.mixture import InnerLoop

__all__ = ["Episodes", "Learner"]


@dataclass(frozen=True, eq=False)
class Episodes:
    """A batch of episodes: a task each, with the data that the learner sees of it.

    Parameters
    ----------
    tasks : TaskBatch
        The sampled tasks.
    data : tuple of Data
        Their data sets, in the order in which the learner uses them.
    """

    # Of the source's own types, which have more to them than a learner uses.
    tasks: Any
    data: tuple[Any, ...]

    def __getitem__(self, index: Any) -> Episodes:
        """Select along the batch axes."""
        # A data set that several steps share stays one: what it has been asked about, it remembers.
        selected = {id(data_set): data_set[index] for data_set in self.data}
        return Episodes(self.tasks[index], tuple(selected[id(data_set)] for data_set in self.data))

    @property
    def nbytes(self) -> int:
        """Memory that the arrays occupy; a data set used several times counts once."""
        return int(self.tasks.nbytes + sum({id(data_set): data_set.nbytes for data_set in self.data}.values()))


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

    def draw(self, sampler: Source, rng: Draws, shape: Shape) -> Episodes:
        """Draw independent episodes: by default a task and the data of its inner loop.

        Parameters
        ----------
        sampler : Source
            What tasks and data sets are drawn with.
        rng : Draws
            Source of randomness.
        shape : tuple of int
            Batch shape.
        """
        tasks = sampler.tasks(rng, shape)
        return Episodes(tasks, draw_products(sampler, rng, tasks, self.inner_loop))

    def mean_gradient(self, theta: Array, episodes: Episodes) -> Array:
        """Return the outer gradient averaged over a batch of episodes, shape (..., d).

        Parameters
        ----------
        theta : array, shape (..., d)
            One vector of parameters for each batch.
        episodes : Episodes
            Of shape (..., batch).
        """
        gradients = self.gradient(episodes.tasks.localised(theta), episodes)
        return episodes.tasks.average(gradients)

    @abstractmethod
    def gradient(self, theta: Array, episodes: Episodes) -> Array:
        """Return the outer gradient that each episode contributes, shape (..., d), in its task's coordinates.

        Parameters
        ----------
        theta : array, shape (..., d)
            Parameters in the tasks' coordinates, broadcast against the episodes.
        episodes : Episodes
            Drawn by :meth:`draw`.
        """
