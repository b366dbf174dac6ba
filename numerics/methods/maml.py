"""MAML, model-agnostic meta-learning (Finn, Abbeel and Levine 2017): descend the loss after adaptation.

The inner steps are gradient steps on the empirical loss of the task's sampled data; the outer gradient is that of the
population loss at the adapted parameters, taken back through every inner step by the chain rule (second order terms
included). Where the outer loss shares a batch, it is that batch's empirical loss.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Self

from numerics.adaptation import adapt, draw_products, pull_back
from numerics.arrays import Array, Draws, Shape
from numerics.methods.learner import Episodes, Learner
from numerics.source import Source
from theory.methods.method import Method
from theory.mixture import InnerLoop, Mixture

__all__ = ["LEARNER", "MAML"]

_HESSIANS_APART = ("none", "inner+outer", "hessian+outer")


@dataclass(frozen=True)
class MAML(Learner):
    """Model-agnostic meta-learning with the exact (second-order) gradient.

    Parameters
    ----------
    inner_loop : InnerLoop
        The adaptation to one task, in training.
    batches : str
        Which of the inner loop, its Hessians and the outer loss look at the same data.
    """

    name: ClassVar[str] = "maml"
    batches: str = "inner+hessian"

    @classmethod
    def of(cls, method: Method, inner_loop: InnerLoop, mixture: Mixture) -> Self:
        """Return the rule with the method's own step size, if it has one, and sharing of batches."""
        step_size, batches = method.values("step_size", "batches")
        return cls(inner_loop if step_size is None else replace(inner_loop, step_size=float(step_size)), batches)

    def draw(self, sampler: Source, rng: Draws, shape: Shape) -> Episodes:
        """Draw tasks, and the data of their inner loops, twice where the Hessians are on data of their own.

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
        sets = 2 if self.batches in _HESSIANS_APART else 1
        # The outer loss is one more use of the data that it shares.
        spare = 1 if self.batches.endswith("outer") or self.batches == "all" else 0
        drawn = [draw_products(sampler, rng, tasks, self.inner_loop, spare) for _ in range(sets)]
        return Episodes(tasks, tuple(data_set for data in drawn for data_set in data))

    def gradient(self, theta: Array, episodes: Episodes) -> Array:
        """Return the gradient of each episode's outer loss after adaptation, shape (..., d).

        Parameters
        ----------
        theta : array, shape (..., d)
            Parameters in the tasks' coordinates, broadcast against the episodes.
        episodes : Episodes
            Drawn by :meth:`draw`.
        """
        step_size, steps = float(self.inner_loop.step_size), self.inner_loop.steps
        inner, hessian = episodes.data[:steps], episodes.data[-steps:]
        adapted = adapt(theta, inner, step_size)
        if self.batches in ("inner+outer", "all"):
            gradient = inner[-1].gradient(adapted)
        elif self.batches == "hessian+outer":
            gradient = hessian[-1].gradient(adapted)
        else:
            gradient = episodes.tasks.population_gradient(adapted)
        return pull_back(gradient, hessian, step_size)


LEARNER = MAML
