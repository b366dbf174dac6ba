"""MAMF (Wang et al. 2022): E plain gradient steps on each sampled task in turn, on one and the same theta.

An outer step is one visit to one task, and goes all the way to where the E steps end. The steps are on fresh data each,
or on the population loss where the configuration has infinitely many samples.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from numerics.adaptation import adapt
from numerics.arrays import Array, Draws, Shape
from numerics.methods.learner import Episodes, Learner
from numerics.source import Source
from theory.methods.method import Method
from theory.mixture import InnerLoop, Mixture

__all__ = ["LEARNER", "MAMF"]


@dataclass(frozen=True)
class MAMF(Learner):
    """Multitask fine-tuning, task after task.

    Parameters
    ----------
    inner_loop : InnerLoop
        The adaptation to come, of which only the number of samples is used.
    epochs : int
        Steps E on each task.
    step_size : float
        Their size.
    """

    name: ClassVar[str] = "mamf"
    outer_step_size: ClassVar[float | None] = 1.0
    batch: ClassVar[int | None] = 1
    # A visit takes many steps one after the other, and forgets much of where it began: few visits of many chains.
    chains: ClassVar[int] = 256
    epochs: int
    step_size: float

    @classmethod
    def of(cls, method: Method, inner_loop: InnerLoop, mixture: Mixture) -> Self:
        """Return the rule with the method's number and size of steps."""
        epochs, step_size = method.values("epochs", "step_size")
        return cls(inner_loop, int(epochs), float(step_size))

    @property
    def fewest_outer_steps(self) -> int:
        """Visits below which none are planned: the fewer, the longer they are."""
        return max(200, 4000 // (2 + self.epochs))

    def draw(self, sampler: Source, rng: Draws, shape: Shape) -> Episodes:
        """Draw tasks, and the data of each of the E steps.

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
        samples = self.inner_loop.samples
        return Episodes(tasks, tuple(sampler.products(rng, tasks, samples, 1) for _ in range(self.epochs)))

    def gradient(self, theta: Array, episodes: Episodes) -> Array:
        """Return the parameters less those after the visit, shape (..., d).

        Parameters
        ----------
        theta : array, shape (..., d)
            Parameters in the tasks' coordinates, broadcast against the episodes.
        episodes : Episodes
            Drawn by :meth:`draw`.
        """
        return theta - adapt(theta, episodes.data, self.step_size)


LEARNER = MAMF
