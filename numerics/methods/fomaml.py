"""FOMAML, first-order MAML (Finn, Abbeel and Levine 2017): the outer gradient is that at the adapted parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from numerics.adaptation import adapt, draw_products
from numerics.arrays import Array, Draws, Shape
from numerics.methods.learner import Episodes, Learner
from numerics.source import Source
from theory.methods.method import Method
from theory.mixture import InnerLoop, Mixture

__all__ = ["FOMAML", "LEARNER"]


@dataclass(frozen=True)
class FOMAML(Learner):
    """First-order MAML.

    Parameters
    ----------
    inner_loop : InnerLoop
        The adaptation to one task.
    batches : str
        Whether the inner loop and the outer loss look at the same data.
    """

    name: ClassVar[str] = "fomaml"
    batches: str = "none"

    @classmethod
    def of(cls, method: Method, inner_loop: InnerLoop, mixture: Mixture) -> Self:
        """Return the rule with the method's sharing of batches."""
        (batches,) = method.values("batches")
        return cls(inner_loop, batches)

    def draw(self, sampler: Source, rng: Draws, shape: Shape) -> Episodes:
        """Draw tasks, and the data of their inner loops.

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

    def gradient(self, theta: Array, episodes: Episodes) -> Array:
        """Return the gradient of each episode's outer loss at the adapted parameters, shape (..., d).

        Parameters
        ----------
        theta : array, shape (..., d)
            Parameters in the tasks' coordinates, broadcast against the episodes.
        episodes : Episodes
            Drawn by :meth:`draw`.
        """
        adapted = adapt(theta, episodes.data, float(self.inner_loop.step_size))
        if self.batches == "inner+outer":
            return episodes.data[-1].gradient(adapted)
        return episodes.tasks.population_gradient(adapted)


LEARNER = FOMAML
