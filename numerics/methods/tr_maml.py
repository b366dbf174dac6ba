"""TR-MAML (Collins, Mokhtari and Shakkottai 2020): descent in theta, projected ascent in the weights of the classes.

Each episode stands for its class by the inverse of the class's probability, so that both gradients are unbiased.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from numerics.adaptation import adapt, pull_back
from numerics.methods.learner import Episodes, Recipe, StatefulLearner
from numerics.sampling import Floats
from theory.methods.method import Method
from theory.mixture import InnerLoop, Mixture

__all__ = ["LEARNER", "TRMAML"]

#: Size of the ascending steps, relative to the descending ones.
_ASCENT = 0.25


@dataclass(frozen=True)
class TRMAML(StatefulLearner):
    """Task-robust MAML.

    Parameters
    ----------
    inner_loop : InnerLoop
        The adaptation to one task.
    coordinates : int
        Number d of parameters.
    probabilities : tuple of float
        Of the classes.
    """

    name: ClassVar[str] = "tr_maml"
    recipe: ClassVar[Recipe] = Recipe(step_size=0.1, outer_steps=1000, batch=8, chains=16)
    coordinates: int
    probabilities: tuple[float, ...]

    @classmethod
    def of(cls, method: Method, inner_loop: InnerLoop, mixture: Mixture) -> Self:
        """Return the rule for the classes of the mixture."""
        return cls(inner_loop, mixture.dimension, tuple(map(float, mixture.weights)))

    @property
    def dimension(self) -> int:
        """Number d of parameters."""
        return self.coordinates

    def start(self, theta: Floats) -> Floats:
        """Return parameters and uniform weights of the classes that occur, shape (..., d + classes).

        Parameters
        ----------
        theta : array, shape (..., d)
            The parameters.
        """
        present = np.array(self.probabilities) > 0
        weights = np.broadcast_to(present / present.sum(), (*theta.shape[:-1], len(present)))
        return np.concatenate([theta, weights], axis=-1)

    def learned(self, state: Floats) -> dict[str, Floats]:
        """Return the weights of the classes, shape (..., classes)."""
        return {"weights": state[..., self.dimension :]}

    def advance(self, state: Floats, episodes: Episodes, size: float) -> Floats:
        """Descend in the parameters, ascend in the weights and project them onto the simplex.

        Parameters
        ----------
        state : array, shape (..., d + classes)
            Parameters and weights.
        episodes : Episodes
            Of shape (..., batch).
        size : float
            The outer step size eta.
        """
        tasks, step_size = episodes.tasks, float(self.inner_loop.step_size)
        theta, weights = state[..., : self.dimension], state[..., self.dimension :]
        adapted = adapt(tasks.localised(theta), episodes.data, step_size)
        gradients = pull_back(tasks.population_gradient(adapted), episodes.data, step_size)
        membership = (tasks.classes[..., None] == np.arange(len(self.probabilities))).astype(float)
        # A class of probability 0 has no members.
        membership /= np.maximum(self.probabilities, np.finfo(float).tiny)
        importance = (membership * weights[..., None, :]).sum(axis=-1)
        risks = (membership * tasks.excess(adapted)[..., None]).mean(axis=-2)
        theta = theta - size * tasks.average(importance[..., None] * gradients)
        return np.concatenate([theta, on_simplex(weights + _ASCENT * size * risks)], axis=-1)


def on_simplex(points: Floats) -> Floats:
    """Project onto the probability simplex (Duchi et al. 2008), along the last axis.

    Parameters
    ----------
    points : array, shape (..., k)
        Any vectors.
    """
    falling = -np.sort(-points, axis=-1)
    excess = np.cumsum(falling, axis=-1) - 1
    counts = np.arange(1, points.shape[-1] + 1)
    kept = (falling * counts > excess).sum(axis=-1, keepdims=True)
    level = np.take_along_axis(excess, kept - 1, axis=-1) / kept
    return np.asarray(np.maximum(points - level, 0.0))


LEARNER = TRMAML
