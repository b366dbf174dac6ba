"""ST-MAML (Wang et al. 2021): MAML's step for the initialisation that belongs to the task's code.

The code is read off the support inputs of the same episode, before the inner loop runs on them. Each initialisation
follows the mean gradient of those tasks of the batch that have its code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from numerics.adaptation import adapt, draw_products, pull_back
from numerics.arrays import Array, Draws, Shape
from numerics.methods.learner import Episodes, Recipe, StatefulLearner
from numerics.source import Source
from theory.methods.encoding import Encoder, names_of_codes
from theory.methods.method import Method
from theory.mixture import InnerLoop, Mixture

__all__ = ["LEARNER", "STMAML"]

#: A code given less often is learned too slowly to be told from where it starts.
_SELDOM = 0.05


@dataclass(frozen=True, eq=False)
class STMAML(StatefulLearner):
    """One initialisation for each code.

    Parameters
    ----------
    inner_loop : InnerLoop
        The adaptation to one task.
    edges : array, shape (codes - 1,)
        Mean squares of the support inputs at which the encoder changes the code.
    frequent : tuple of bool
        Which codes are given often enough to be measured.
    coordinates : int
        Number d of coordinates of an initialisation.
    """

    name: ClassVar[str] = "st_maml"
    recipe: ClassVar[Recipe] = Recipe(step_size=0.2, outer_steps=150, batch=16, chains=32)
    edges: Array
    frequent: tuple[bool, ...]
    coordinates: int

    @classmethod
    def of(cls, method: Method, inner_loop: InnerLoop, mixture: Mixture) -> Self:
        """Return the rule with the encoder that the method states for the mixture."""
        encoder = Encoder.of(mixture, inner_loop)
        edges = encoder.edges(*method.values("codes"))
        frequent = tuple(bool(mass >= _SELDOM) for mass in encoder.masses(edges))
        return cls(inner_loop, edges, frequent, mixture.dimension)

    @property
    def dimension(self) -> int:
        """Number d of parameters."""
        return self.coordinates

    def draw(self, sampler: Source, rng: Draws, shape: Shape) -> Episodes:
        """Draw tasks and the support data of the inner loop; parameters as for a learner without memory."""
        tasks = sampler.tasks(rng, shape)
        return Episodes(tasks, draw_products(sampler, rng, tasks, self.inner_loop))

    def start(self, theta: Array) -> Array:
        """Start every code at the same parameters, shape (..., codes d)."""
        return np.concatenate([theta] * len(self.frequent), axis=-1)

    def learned(self, state: Array) -> dict[str, Array]:
        """Return the initialisation of each code that is given often enough."""
        thetas = self._split(state)
        names = names_of_codes(len(self.frequent))
        return {name: thetas[..., code, :] for code, name in enumerate(names) if self.frequent[code]}

    def advance(self, state: Array, episodes: Episodes, size: float) -> Array:
        """Take one outer step; see :class:`StatefulLearner`."""
        thetas, codes = self._split(state), self.codes(episodes)
        step_size = float(self.inner_loop.step_size)
        theta = np.take_along_axis(thetas, codes[..., None], axis=-2)
        adapted = adapt(theta, episodes.data, step_size)
        gradients = pull_back(episodes.tasks.population_gradient(adapted), episodes.data, step_size)
        members = (codes[..., None, :] == np.arange(len(self.frequent))[:, None]).astype(float)
        shares = members / np.maximum(1.0, members.sum(axis=-1, keepdims=True))
        moved = thetas - size * (shares @ gradients)
        return np.asarray(moved.reshape(state.shape))

    def codes(self, episodes: Episodes) -> Array:
        """Return the code of each task, an integer array of the tasks' shape, as the encoder reads it off the data."""
        seen = {id(data_set): data_set for data_set in episodes.data}.values()
        squares = [(data_set.inputs**2).sum(axis=(-2, -1)) / data_set.samples for data_set in seen]
        return np.searchsorted(self.edges, np.mean(squares, axis=0) / self.coordinates)

    def _split(self, state: Array) -> Array:
        """Return the parameters of every code, shape (..., codes, d)."""
        return state.reshape(*state.shape[:-1], len(self.frequent), self.coordinates)


LEARNER = STMAML
