"""NestedMAML (Killamsetty et al. 2022): weights of the classes, learned on validation tasks one step ahead.

The second half of every batch are validation tasks: of the same classes, in the proportions that are cared for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self, cast

import numpy as np

from numerics.adaptation import draw_products
from numerics.arrays import Array, Draws, Shape
from numerics.methods.learner import Episodes, Recipe, StatefulLearner
from numerics.methods.maml import MAML
from numerics.sampling import Floats, Sampler
from numerics.source import Source
from theory.methods.method import Method
from theory.mixture import InnerLoop, Mixture

__all__ = ["LEARNER", "NestedMAML"]


@dataclass(frozen=True, eq=False)
class NestedMAML(StatefulLearner):
    """Weighted MAML whose weights descend the validation loss.

    Parameters
    ----------
    inner_loop : InnerLoop
        The adaptation to one task.
    mixture : Mixture
        The training tasks, of which the number and the frequencies of the classes are used.
    shares : array, shape (classes,)
        How common each class is among validation tasks.
    weight_step : float
        Step size of the weights, as a multiple of the outer step size.
    """

    name: ClassVar[str] = "nested_maml"
    recipe: ClassVar[Recipe] = Recipe(step_size=0.2, outer_steps=250, chains=32)
    mixture: Mixture
    shares: Floats
    weight_step: float = 2.0

    @classmethod
    def of(cls, method: Method, inner_loop: InnerLoop, mixture: Mixture) -> Self:
        """Return the rule with the method's validation tasks."""
        (validation,) = method.values("validation")
        shares = mixture.weights if validation is None else np.array(validation)
        return cls(inner_loop, mixture, shares.astype(float))

    @property
    def dimension(self) -> int:
        """Number d of parameters."""
        return self.mixture.dimension

    def start(self, theta: Array) -> Array:
        """Return the parameters with a weight of 1 for each class, shape (..., d + classes)."""
        return np.concatenate([theta, np.ones((*theta.shape[:-1], len(self.shares)))], axis=-1)

    def learned(self, state: Array) -> dict[str, Array]:
        """Return the weights, shape (..., classes)."""
        return {"weights": state[..., self.dimension :]}

    def draw(self, sampler: Source, rng: Draws, shape: Shape) -> Episodes:
        """Draw training tasks and behind them as many validation tasks, with the data of their inner loops.

        Parameters
        ----------
        sampler : Sampler
            What tasks and data sets are drawn with.
        rng : Draws
            Source of randomness.
        shape : tuple of int
            Shape of the training tasks' batch, which is doubled along its last axis.
        """
        source, generator = cast(Sampler, sampler), cast(np.random.Generator, rng)
        tasks = source.tasks(generator, shape).followed_by(source.tasks(generator, shape, self.shares))
        return Episodes(tasks, draw_products(sampler, rng, tasks, self.inner_loop))

    def advance(self, state: Array, episodes: Episodes, size: float) -> Array:
        """Look ahead, move the weights, and take the step with the new ones.

        Parameters
        ----------
        state : array, shape (..., d + classes)
            Parameters and weights.
        episodes : Episodes
            Of shape (..., 2 batch): training tasks, then validation tasks.
        size : float
            The outer step size eta.
        """
        theta, weights = state[..., : self.dimension], state[..., self.dimension :]
        before = (slice(None),) * (state.ndim - 1)
        count = episodes.tasks.classes.shape[-1] // 2
        training, validation = episodes[(*before, slice(count))], episodes[(*before, slice(count, None))]
        rule = MAML(self.inner_loop)
        gradients = rule.gradient(training.tasks.localised(theta), training)
        # One hot: which class each task is of, over the batch size.
        members = np.eye(len(self.shares))[training.tasks.classes] / count
        of_classes = members.swapaxes(-1, -2) @ gradients
        ahead = theta - size * np.vecmat(weights, of_classes)
        gains = np.matvec(of_classes, rule.mean_gradient(ahead, validation))
        weights = np.maximum(0.0, weights + self.weight_step * size * gains)
        # All weights may have been cut to zero at once; they are then taken to be equal.
        scale = np.vecdot(weights, self.mixture.weights)[..., None]
        weights = np.where(scale > 0, weights / np.where(scale > 0, scale, 1.0), 1.0)
        return np.concatenate([theta - size * np.vecmat(weights, of_classes), weights], axis=-1)


LEARNER = NestedMAML
