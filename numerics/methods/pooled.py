"""Classical fine-tuning (the baseline of Wang et al. 2022): gradient steps on the data of all tasks in one pool.

The pool is a stream without end: a step looks at samples of tasks that are drawn by the pool's shares.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Self

from numerics.arrays import Array, Draws, Shape
from numerics.methods.learner import Episodes, Learner
from numerics.source import Source
from theory.methods.method import Method
from theory.mixture import InnerLoop, Mixture

__all__ = ["LEARNER", "Pooled"]


@dataclass(frozen=True)
class Pooled(Learner):
    """Fine-tuning on one pooled set.

    Parameters
    ----------
    inner_loop : InnerLoop
        The adaptation to come, of which only the number of samples is used.
    shares : tuple of float, optional
        Share of each class in the pool; by default the classes' weights.
    """

    name: ClassVar[str] = "pooled"
    shares: tuple[float, ...] | None = None

    @classmethod
    def of(cls, method: Method, inner_loop: InnerLoop, mixture: Mixture) -> Self:
        """Return the rule with the method's shares."""
        (shares,) = method.values("shares")
        return cls(inner_loop, None if shares is None else tuple(float(share) for share in shares))

    def population(self, mixture: Mixture) -> Mixture:
        """Return the mixture with the pool's shares as weights.

        Parameters
        ----------
        mixture : Mixture
            The task population of the configuration.
        """
        if self.shares is None:
            return mixture
        classes = zip(mixture.classes, self.shares, strict=True)
        return Mixture(tuple(replace(task_class, weight=share) for task_class, share in classes))

    def draw(self, sampler: Source, rng: Draws, shape: Shape) -> Episodes:
        """Draw tasks from the pool, and samples of each.

        Parameters
        ----------
        sampler : Source
            What tasks and data sets are drawn with, from :meth:`population`.
        rng : Draws
            Source of randomness.
        shape : tuple of int
            Batch shape.
        """
        tasks = sampler.tasks(rng, shape)
        return Episodes(tasks, (sampler.products(rng, tasks, self.inner_loop.samples, 1),))

    def gradient(self, theta: Array, episodes: Episodes) -> Array:
        """Return the gradient of the loss on each task's samples, shape (..., d).

        Parameters
        ----------
        theta : array, shape (..., d)
            Parameters in the tasks' coordinates, broadcast against the episodes.
        episodes : Episodes
            Drawn by :meth:`draw`.
        """
        return episodes.data[0].gradient(theta)


LEARNER = Pooled
