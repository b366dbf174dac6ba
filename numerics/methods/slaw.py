"""SLAW (Crawshaw and Košecká 2021): minibatch losses weighted by the inverse of the deviation that is watched.

One loss for each class, on a minibatch of a task that is drawn from the class at every step. Moving averages of each
loss and of its square give its deviation. They move by ``eta / 10`` per step, which is the published 1 % for the outer
step size 0.1, so that both the lag and the noise of the weights vanish with the outer step size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from numerics.arrays import Array, Draws, Shape
from numerics.methods.learner import Episodes, Recipe, StatefulLearner
from theory.methods.method import Method
from theory.mixture import InnerLoop, Mixture

__all__ = ["LEARNER", "SLAW"]

#: How fast the moving averages move, in units of the outer step size.
_RATE = 0.1


@dataclass(frozen=True, eq=False)
class SLAW(StatefulLearner):
    """Losses of the classes, weighted by their deviations.

    Parameters
    ----------
    inner_loop : InnerLoop
        The adaptation to come, which SLAW ignores.
    weights : array, shape (classes,)
        Share of each class among the tasks.
    batch_size : int
        Samples of the minibatch of each class.
    coordinates : int
        Number d of parameters.
    """

    name: ClassVar[str] = "slaw"
    recipe: ClassVar[Recipe] = Recipe(step_size=0.2, outer_steps=600, batch=1, chains=32)
    weights: Array
    batch_size: int
    coordinates: int

    @classmethod
    def of(cls, method: Method, inner_loop: InnerLoop, mixture: Mixture) -> Self:
        """Return the rule with the method's minibatch."""
        (batch,) = method.values("batch")
        return cls(inner_loop, mixture.weights.astype(float), int(batch), mixture.dimension)

    @property
    def dimension(self) -> int:
        """Number d of parameters."""
        return self.coordinates

    def draw(self, sampler: Any, rng: Draws, shape: Shape) -> Episodes:
        """Draw, for each episode, a task of every class and a minibatch of it, shape (..., classes).

        The sampler is one that draws whole data sets, as every learner with a state has it.
        """
        classes = np.broadcast_to(np.arange(len(self.weights)), (*shape, len(self.weights)))
        tasks = sampler.tasks_of(rng, classes)
        return Episodes(tasks, (sampler.data_with_loss(rng, tasks, self.batch_size),))

    def start(self, theta: Array) -> Array:
        """Start with moving averages of a loss of mean 0 and deviation 1: equal weights, shape (..., d + 2 classes)."""
        averages = np.broadcast_to(np.repeat([0.0, 1.0], len(self.weights)), (*theta.shape[:-1], 2 * len(self.weights)))
        return np.concatenate([theta, averages], axis=-1)

    def advance(self, state: Array, episodes: Episodes, size: float) -> Array:
        """Take one outer step; see :class:`StatefulLearner`."""
        theta, means, squares = np.split(state, [self.coordinates, self.coordinates + len(self.weights)], axis=-1)
        (data,) = episodes.data
        losses = data.loss(theta[..., None, None, :]).mean(axis=-2)
        rate = min(_RATE * size, 1.0)
        means = means + rate * (losses - means)
        squares = squares + rate * (losses**2 - squares)
        inverses = 1 / np.sqrt(squares - means**2)
        weights = inverses * (len(self.weights) / inverses.sum(axis=-1, keepdims=True))
        gradients = data.gradient(theta[..., None, None, :]).mean(axis=-3)
        step = ((weights * self.weights)[..., None, :] @ gradients)[..., 0, :]
        return np.concatenate([theta - size * step, means, squares], axis=-1)


LEARNER = SLAW
