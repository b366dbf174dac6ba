"""The zeroing trick (Kao, Chiu and Chen 2021): one inner step on a last layer that is 0, then a step of the features.

Parameters are ``B'w`` with square features B, which start as the identity. Before every task w is set to 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from numerics.adaptation import draw_products
from numerics.arrays import Array, Draws, Shape
from numerics.methods.learner import Episodes, Recipe, StatefulLearner
from numerics.source import Source
from theory.methods.method import Method
from theory.mixture import InnerLoop, Mixture

__all__ = ["LEARNER", "Zeroing"]


@dataclass(frozen=True)
class Zeroing(StatefulLearner):
    """Features under a zeroed last layer.

    Parameters
    ----------
    inner_loop : InnerLoop
        The adaptation to one task, of one step.
    first_order : bool
        Whether the outer gradient leaves out what passes through the inner step.
    coordinates : int
        Number d of parameters, and of features.
    scale : float
        Size of the objective's curvature in the features, in whose inverse outer steps are measured: the inner step
        size times the mean square of a task's gradient at 0, the steeper classes counting for more.
    """

    name: ClassVar[str] = "zeroing"
    recipe: ClassVar[Recipe] = Recipe(step_size=0.45, outer_steps=450, batch=24, chains=16)
    first_order: bool
    coordinates: int
    scale: float

    @classmethod
    def of(cls, method: Method, inner_loop: InnerLoop, mixture: Mixture) -> Self:
        """Return the rule with the method's order."""
        (first_order,) = method.values("first_order")
        covariances, spreads, noises = mixture.covariances, mixture.spreads, mixture.noises
        gradients = (covariances @ mixture.centres[..., None])[..., 0]
        squares = (gradients**2).sum(axis=-1) + np.trace(covariances @ spreads @ covariances, axis1=-2, axis2=-1)
        if inner_loop.samples is not None:
            labels = (gradients * mixture.centres).sum(axis=-1) + np.trace(covariances @ spreads, axis1=-2, axis2=-1)
            squares += np.trace(covariances, axis1=-2, axis2=-1) * (labels + noises) / inner_loop.samples
        # Root mean square over classes: the steep class among flat ones is what makes large steps run away.
        scale = float(inner_loop.step_size) * float(mixture.weights @ squares**2) ** 0.5
        return cls(inner_loop, bool(first_order), mixture.dimension, scale or 1.0)

    @property
    def dimension(self) -> int:
        """Number d of parameters."""
        return self.coordinates

    def draw(self, sampler: Source, rng: Draws, shape: Shape) -> Episodes:
        """Draw tasks and the data of the inner step; parameters as for a learner without memory."""
        tasks = sampler.tasks(rng, shape)
        return Episodes(tasks, draw_products(sampler, rng, tasks, self.inner_loop))

    def start(self, theta: Array) -> Array:
        """Start with the parameters themselves as features, shape (..., d^2)."""
        return np.array(np.broadcast_to(np.eye(self.coordinates).ravel(), (*theta.shape[:-1], self.coordinates**2)))

    def parameters(self, state: Array) -> Array:
        """Return what a task starts from: 0."""
        return np.zeros((*state.shape[:-1], self.coordinates))

    def learned(self, state: Array) -> dict[str, Array]:
        """Return the preconditioner ``alpha B'B``, row by row."""
        features = self._features(state)
        matrix = float(self.inner_loop.step_size) * features.swapaxes(-1, -2) @ features
        return {"preconditioner": matrix.reshape(state.shape)}

    def advance(self, state: Array, episodes: Episodes, size: float) -> Array:
        """Take one outer step; see :class:`StatefulLearner`."""
        features, step_size = self._features(state), float(self.inner_loop.step_size)
        (data,) = episodes.data
        directions = -data.gradient(np.zeros(self.coordinates))
        heads = step_size * directions @ features.swapaxes(-1, -2)
        gradients = episodes.tasks.population_gradient(heads @ features)
        moves = heads.swapaxes(-1, -2) @ gradients
        if not self.first_order:
            # The head was alpha B h: the gradient with respect to it, B g, meets h.
            moves = moves + step_size * (features @ gradients.swapaxes(-1, -2)) @ directions
        return np.asarray(state - size / self.scale * moves.reshape(state.shape) / gradients.shape[-2])

    def _features(self, state: Array) -> Array:
        return state.reshape(*state.shape[:-1], self.coordinates, self.coordinates)


LEARNER = Zeroing
