"""MOML (Wang, Yuan, Ying and Yang 2021): every task remembers where it adapted to, and its gradient is taken there.

The tasks are a finite set, each drawn again and again: two of each class, on either side of its centre, so that the
mean of the set is that of the mixture.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from numerics.adaptation import adapt, draw_data, pull_back
from numerics.arrays import Array, Draws, Shape
from numerics.methods.learner import Episodes, Recipe, StatefulLearner
from numerics.sampling import Floats, Sampler, Tasks
from numerics.source import Source
from theory.methods.method import Method
from theory.mixture import InnerLoop, Mixture

__all__ = ["LEARNER", "MOML"]

_SIDES = np.array([1.0, -1.0])


@dataclass(frozen=True, eq=False)
class Visits(Tasks):
    """Visits to tasks of a finite set.

    Parameters
    ----------
    members : integer array, shape (...)
        Position of the visited task in the set.
    """

    members: NDArray[np.intp]

    def __getitem__(self, index: Any) -> Visits:
        """Select along the batch axes."""
        return replace(self, classes=self.classes[index], optima=self.optima[index], members=self.members[index])

    @property
    def nbytes(self) -> int:
        """Memory that the arrays occupy."""
        return super().nbytes + self.members.nbytes


@dataclass(frozen=True, eq=False)
class MOML(StatefulLearner):
    """Memory-based MAML. Its state is theta, followed by the memory of every task of the set.

    Parameters
    ----------
    inner_loop : InnerLoop
        The adaptation to one task.
    beta : float
        Share of the newest adapted parameters in the memory.
    hessian_batch : {"reused", "independent"}
        Whether the Jacobian is computed on the data of the inner loop or on other data.
    first_order : bool
        Whether the Jacobian is left out.
    optima : array, shape (tasks, d)
        The tasks' optimal solutions, those of one class next to each other, as many of each.
    """

    name: ClassVar[str] = "moml"
    recipe: ClassVar[Recipe] = Recipe(step_size=0.2, outer_steps=300, batch=4)
    affine: ClassVar[bool] = True
    beta: float
    hessian_batch: str
    first_order: bool
    optima: Floats

    @classmethod
    def of(cls, method: Method, inner_loop: InnerLoop, mixture: Mixture) -> Self:
        """Return the rule with the method's memory, on a set of tasks that has the mixture's mean in every class."""
        beta, hessian_batch, first_order = method.values("beta", "hessian_batch", "first_order")
        deviations = np.sqrt(np.trace(mixture.spreads.astype(float), axis1=-2, axis2=-1) / mixture.dimension)
        offsets = _SIDES[:, None] * deviations[:, None, None]
        optima = (mixture.centres.astype(float)[:, None, :] + offsets).reshape(-1, mixture.dimension)
        return cls(inner_loop, float(beta), str(hessian_batch), bool(first_order), optima)

    @property
    def dimension(self) -> int:
        """Number d of parameters."""
        return int(self.optima.shape[-1])

    def start(self, theta: Array) -> Array:
        """Return the state before any visit, where every memory is theta itself, shape (..., (1 + tasks) d).

        Parameters
        ----------
        theta : array, shape (..., d)
            The parameters.
        """
        return np.tile(theta, 1 + len(self.optima))

    def draw(self, sampler: Source, rng: Draws, shape: Shape) -> Episodes:
        """Draw visits, a class by its weight and then one of its tasks, and the data of each.

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
        drawn = sampler.tasks(rng, shape)
        members = drawn.classes * len(_SIDES) + rng.integers(len(_SIDES), size=shape)
        visits = Visits(drawn.classes, self.optima[members], drawn.covariances, members)
        data = draw_data(sampler, rng, visits, self.inner_loop)
        if self.hessian_batch == "independent":
            data += draw_data(sampler, rng, visits, self.inner_loop)
        return Episodes(visits, data)

    def advance(self, state: Array, episodes: Episodes, size: float) -> Array:
        """Renew the memories of the visited tasks, and step along the mean of their gradients there.

        Parameters
        ----------
        state : array, shape (..., (1 + tasks) d)
            Parameters and memories.
        episodes : Episodes
            Drawn by :meth:`draw`, of shape (..., batch). Of a task visited twice, the later memory is kept.
        size : float
            The outer step size.
        """
        visits, steps, alpha = episodes.tasks, self.inner_loop.steps, float(self.inner_loop.step_size)
        vectors = state.reshape(*state.shape[:-1], -1, self.dimension).copy()
        theta, memories = vectors[..., 0, :], vectors[..., 1:, :]
        members = visits.members[..., None]
        adapted = adapt(theta[..., None, :], episodes.data[:steps], alpha)
        renewed = (1 - self.beta) * np.take_along_axis(memories, members, axis=-2) + self.beta * adapted
        gradients = visits.population_gradient(renewed)
        if not self.first_order:
            gradients = pull_back(gradients, episodes.data[-steps:], alpha)
        np.put_along_axis(memories, members, renewed, axis=-2)
        theta -= size * visits.average(gradients)
        return vectors.reshape(state.shape)


LEARNER = MOML
