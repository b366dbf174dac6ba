"""MAML-en-LLM (Sinha et al. 2024): MAML whose inner steps share the outer momentum, its query that of another task.

With cross-task queries, the parameters adapted to one task of a batch are judged on the next one. With shared Adam both
loops also divide by the root of Adam's second moment. It moves by ``eta / 5`` per step, which is Adam's usual 1 - 0.999
for the outer step size 0.005, so that both its lag and its noise vanish with the outer step size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self, cast

import numpy as np

from numerics.adaptation import draw_data
from numerics.arrays import Array, Draws, Shape
from numerics.methods.learner import Episodes, Recipe, StatefulLearner
from numerics.sampling import Sampler
from numerics.source import Source
from theory.errors import ConfigurationError
from theory.methods.method import Method
from theory.mixture import InnerLoop, Mixture

__all__ = ["LEARNER", "MAMLenLLM", "SharedAdam"]

#: How fast the second moment moves, in units of the outer step size; and how much its start, 1, counts among the rest.
_RATE, _START = 0.2, 0.05


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
        """Return the rule with the method's momentum and queries, or the one that shares both of Adam's moments."""
        query, momentum, shared, batch = method.values("query", "momentum", "shared_adam", "batch")
        if shared:
            return cast(Self, SharedAdam(inner_loop, mixture.dimension, str(query), float(momentum), int(batch)))
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
        step = float(self.inner_loop.step_size)
        gradient = episodes.tasks.average(self._gradients(theta[..., None, :], moment[..., None, :], episodes, step))
        moment = self.momentum * moment + (1 - self.momentum) * gradient
        return np.concatenate([theta - size * moment, moment], axis=-1)

    def _gradients(self, theta: Array, moment: Array, episodes: Episodes, step: float | Array) -> Array:
        """Return each episode's outer gradient with respect to theta, outer momentum and inner step size held fixed."""
        kept, new = self.momentum, 1 - self.momentum
        for data in episodes.data:
            moment = kept * moment + new * data.gradient(theta)
            theta = theta - step * moment
        by_theta = self._judges(episodes).population_gradient(theta)
        by_moment = np.zeros_like(by_theta)
        for data in reversed(episodes.data):
            by_moment = by_moment - step * by_theta
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


@dataclass(frozen=True)
class SharedAdam(MAMLenLLM):
    """The same with Adam: both loops divide by the root of the outer gradient's second moment, each coordinate its own.

    Its state is theta, the momentum, a moving average of squared gradients, and the weight of what that has seen, by
    which it is divided: Adam's correction for the start.

    Parameters
    ----------
    batch_size : int
        Tasks of an outer step.
    """

    affine: ClassVar[bool] = False
    batch_size: int

    @property
    def recipe(self) -> Recipe:  # type: ignore[override]
        """How it is run: on batches of the prescribed size, for the second moment depends on it."""
        return Recipe(step_size=0.02, outer_steps=2000, batch=self.batch_size, chains=32)

    def start(self, theta: Array) -> Array:
        """Return the state without momentum whose second moment is 1, shape (..., 3 d + 1); see :class:`MAMLenLLM`."""
        begun = np.full((*theta.shape[:-1], self.dimension + 1), _START)
        return np.concatenate([super().start(theta), begun], axis=-1)

    def learned(self, state: Array) -> dict[str, Array]:
        """Return the step size with which gradients enter the inner step, coordinate by coordinate, shape (..., d)."""
        size = float(self.inner_loop.step_size) * (1 - self.momentum)
        return {"step_sizes": size / self._scale(state)}

    def draw(self, sampler: Source, rng: Draws, shape: Shape) -> Episodes:
        """Draw tasks and data, refusing batches of another size; see :class:`MAMLenLLM`."""
        if shape != (1,) and shape[-1] != self.batch_size:
            raise ConfigurationError(
                f"batch = {shape[-1]}: must be {self.batch_size}, as method.maml_en_llm.batch says, or absent"
            )
        return super().draw(sampler, rng, shape)

    def advance(self, state: Array, episodes: Episodes, size: float) -> Array:
        """Take a step as without Adam, with inner and outer steps divided by the scale; see :class:`MAMLenLLM`."""
        theta, moment, square, weight = np.split(state, [self.dimension * part for part in (1, 2, 3)], axis=-1)
        step = (float(self.inner_loop.step_size) / self._scale(state))[..., None, :]
        gradient = episodes.tasks.average(self._gradients(theta[..., None, :], moment[..., None, :], episodes, step))
        moment = self.momentum * moment + (1 - self.momentum) * gradient
        rate = min(_RATE * size, 1.0)
        square, weight = square + rate * (gradient**2 - square), weight + rate * (1 - weight)
        return np.concatenate([theta - size * moment / np.sqrt(square / weight), moment, square, weight], axis=-1)

    def _scale(self, state: Array) -> Array:
        """Return the root of the second moment in a state, shape (..., d)."""
        return np.sqrt(state[..., 2 * self.dimension : 3 * self.dimension] / state[..., 3 * self.dimension :])


LEARNER = MAMLenLLM
