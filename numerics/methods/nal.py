"""NAL, non-adaptive learning: descend the average task's loss, with no thought of the adaptation to come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from numerics.arrays import Array, Draws, Shape
from numerics.methods.learner import Episodes, Learner
from numerics.source import Source

__all__ = ["LEARNER", "NAL"]


@dataclass(frozen=True)
class NAL(Learner):
    """Non-adaptive learning.

    Parameters
    ----------
    inner_loop : InnerLoop
        The adaptation to come, which NAL ignores.
    samples : int, optional
        Samples of each task that the outer gradient is computed on; without it, the task's population loss is used.
    """

    name: ClassVar[str] = "nal"
    samples: int | None = None

    def draw(self, sampler: Source, rng: Draws, shape: Shape) -> Episodes:
        """Draw tasks, and data only where the outer gradient is computed on samples.

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
        return Episodes(tasks, () if self.samples is None else (sampler.products(rng, tasks, self.samples, 1),))

    def gradient(self, theta: Array, episodes: Episodes) -> Array:
        """Return the gradient of each task's loss, of the population or of its sample, shape (..., d).

        Parameters
        ----------
        theta : array, shape (..., d)
            Parameters in the tasks' coordinates, broadcast against the episodes.
        episodes : Episodes
            Drawn by :meth:`draw`.
        """
        if not episodes.data:
            return episodes.tasks.population_gradient(theta)
        return episodes.data[0].gradient(theta)


LEARNER = NAL
