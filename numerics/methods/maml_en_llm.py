"""MAML-en-LLM (Sinha et al. 2024): MAML whose inner steps share the outer momentum, its query that of another task.

With cross-task queries, the parameters adapted to one task of a batch are judged on the next one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from numerics.adaptation import draw_data
from numerics.arrays import Array, Draws, Shape
from numerics.methods.learner import Episodes, Recipe, StatefulLearner
from numerics.sampling import Sampler
from numerics.source import Source
from theory.errors import ConfigurationError
from theory.methods.method import Method
from theory.mixture import InnerLoop, Mixture

__all__ = ["LEARNER", "MAMLenLLM"]


@dataclass(frozen=True)
class MAMLenLLM(StatefulLearner):
    """Meta-training with momentum shared by both loops. Its state is theta, followed by the momentum.

    Parameters
    ----------
    inner_loop : InnerLoop
        The adaptation to one task.
    coordinates : int
        Number d of parameters.
    query : {"same", "cross"}
        Whether adapted parameters are judged on their own task or on another one.
    momentum : float
        Share of the old gradients in the momentum.
    """

    name: ClassVar[str] = "maml_en_llm"
    recipe: ClassVar[Recipe] = Recipe(step_size=0.2, outer_steps=300, batch=4)
    affine: ClassVar[bool] = True
    coordinates: int
    query: str
    momentum: float

    @classmethod
    def of(cls, method: Method, inner_loop: InnerLoop, mixture: Mixture) -> Self:
        """Return the rule with the method's momentum and queries."""
        query, momentum = method.values("query", "momentum")
        return cls(inner_loop, mixture.dimension, str(query), float(momentum))

    @property
    def dimension(self) -> int:
        """Number d of parameters."""
        return self.coordinates

    def start(self, theta: Array) -> Array:
        """Return the state without momentum, shape (..., 2 d).

        Parameters
        ----------
        theta : array, shape (..., d)
            The parameters.
        """
        return np.concatenate([theta, np.zeros_like(theta)], axis=-1)

    def draw(self, sampler: Source, rng: Draws, shape: Shape) -> Episodes:
        """Draw tasks and the data of their inner loops, whole.

        Parameters
        ----------
        sampler : Sampler
            What tasks and data sets are drawn with.
        rng : Draws
            Source of randomness.
        shape : tuple of int
            Batch shape.
        """
        if not isinstance(sampler, Sampler) or not isinstance(rng, np.random.Generator):
            raise TypeError(f"{self.name} needs whole data sets, drawn by a Sampler")
        tasks = sampler.tasks(rng, shape)
        return Episodes(tasks, draw_data(sampler, rng, tasks, self.inner_loop))

    def advance(self, state: Array, episodes: Episodes, size: float) -> Array:
        """Adapt to every task of the batch, take the queries' gradients back, and step along the momentum.

        Parameters
        ----------
        state : array, shape (..., 2 d)
            Parameters and momentum.
        episodes : Episodes
            Drawn by :meth:`draw`, of shape (..., batch).
        size : float
            The outer step size.
        """
        theta, moment = state[..., : self.dimension], state[..., self.dimension :]
        gradient = episodes.tasks.average(self._gradients(theta[..., None, :], moment[..., None, :], episodes))
        moment = self.momentum * moment + (1 - self.momentum) * gradient
        return np.concatenate([theta - size * moment, moment], axis=-1)

    def _gradients(self, theta: Array, moment: Array, episodes: Episodes) -> Array:
        """Return each episode's outer gradient with respect to theta, the outer momentum held fixed."""
        alpha, kept, new = float(self.inner_loop.step_size), self.momentum, 1 - self.momentum
        for data in episodes.data:
            moment = kept * moment + new * data.gradient(theta)
            theta = theta - alpha * moment
        by_theta = self._judges(episodes).population_gradient(theta)
        by_moment = np.zeros_like(by_theta)
        for data in reversed(episodes.data):
            by_moment = by_moment - alpha * by_theta
            by_theta = by_theta + new * data.hessian_product(by_moment)
            by_moment = kept * by_moment
        return by_theta

    def _judges(self, episodes: Episodes) -> Array:
        """Return the tasks that adapted parameters are judged on."""
        tasks = episodes.tasks
        if self.query == "same":
            return tasks
        batch = tasks.classes.shape[-1]
        if batch < 2:
            raise ConfigurationError(f"batch = {batch}: must be at least 2, since a query is that of another task")
        neighbours = (slice(None),) * (tasks.classes.ndim - 1) + (np.roll(np.arange(batch), -1),)
        return tasks[neighbours]


LEARNER = MAMLenLLM
