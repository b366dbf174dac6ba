"""Meta-SGD (Li et al. 2017): theta and the step sizes of its one inner step both descend the loss after the step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np

from numerics.methods.learner import Episodes, Recipe, StatefulLearner
from numerics.sampling import Floats
from theory.methods.method import Method
from theory.mixture import InnerLoop, Mixture

__all__ = ["LEARNER", "MetaSGD"]


@dataclass(frozen=True)
class MetaSGD(StatefulLearner):
    """Meta-SGD with a step size for each coordinate.

    Parameters
    ----------
    inner_loop : InnerLoop
        Of one step; its step size is what learning starts from.
    coordinates : int
        Number d of parameters.
    """

    name: ClassVar[str] = "meta_sgd"
    recipe: ClassVar[Recipe] = Recipe(step_size=0.1, outer_steps=1000, batch=8, chains=16)
    coordinates: int

    @classmethod
    def of(cls, method: Method, inner_loop: InnerLoop, mixture: Mixture) -> Self:
        """Return the rule, whose inner loop is a single step."""
        return cls(replace(inner_loop, steps=1), mixture.dimension)

    @property
    def dimension(self) -> int:
        """Number d of parameters."""
        return self.coordinates

    def start(self, theta: Floats) -> Floats:
        """Return parameters and step sizes, shape (..., 2 d).

        Parameters
        ----------
        theta : array, shape (..., d)
            The parameters.
        """
        return np.concatenate([theta, np.full_like(theta, float(self.inner_loop.step_size))], axis=-1)

    def learned(self, state: Floats) -> dict[str, Floats]:
        """Return the step sizes, shape (..., d)."""
        return {"step_sizes": state[..., self.coordinates :]}

    def advance(self, state: Floats, episodes: Episodes, size: float) -> Floats:
        """Descend in parameters and step sizes.

        Parameters
        ----------
        state : array, shape (..., 2 d)
            Parameters and step sizes.
        episodes : Episodes
            Of shape (..., batch).
        size : float
            The outer step size eta.
        """
        tasks, (data,) = episodes.tasks, episodes.data
        theta, sizes = (tasks.localised(part) for part in np.split(state, 2, axis=-1))
        inner = data.gradient(theta)
        outer = tasks.population_gradient(theta - sizes * inner)
        gradient = np.concatenate([outer - data.hessian_product(sizes * outer), -inner * outer], axis=-1)
        return np.asarray(state - size * tasks.average(gradient))


LEARNER = MetaSGD
