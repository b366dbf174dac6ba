"""NAL, non-adaptive learning: descend the average task's loss, with no thought of the adaptation to come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from numerics.methods.learner import Episodes, Learner
from numerics.sampling import Floats, Sampler, Shape

__all__ = ["NAL"]


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

    def draw(self, sampler: Sampler, rng: np.random.Generator, shape: Shape) -> Episodes:
        """Draw tasks, and data only where the outer gradient is computed on samples.

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
        return Episodes(tasks, () if self.samples is None else (sampler.data(rng, tasks, self.samples),))

    def gradient(self, theta: Floats, episodes: Episodes) -> Floats:
        """Return the gradient of each task's loss, of the population or of its sample, shape (..., d).

        Parameters
        ----------
        theta : array, shape (..., d)
            Parameters, broadcast against the episodes.
        episodes : Episodes
            Drawn by :meth:`draw`.
        """
        if not episodes.data:
            return episodes.tasks.population_gradient(theta)
        return episodes.data[0].gradient(theta)
