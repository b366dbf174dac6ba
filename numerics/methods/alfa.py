"""ALFA (Baik et al. 2020): a generator of inner step sizes and weight decays, learned with the initialisation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from numerics.arrays import Array
from numerics.methods.learner import Episodes, Recipe, StatefulLearner
from numerics.methods.scales import of_class_gradients, of_step_sizes
from numerics.sampling import Floats
from theory.methods.method import Method
from theory.mixture import InnerLoop, Mixture

__all__ = ["ALFA", "LEARNER"]


@dataclass(frozen=True, eq=False)
class ALFA(StatefulLearner):
    """MAML whose inner steps are taken with the step size and the weight decay that a generator puts out.

    Parameters
    ----------
    inner_loop : InnerLoop
        The adaptation to one task, whose step size the generator puts out at first.
    mixture : Mixture
        The task population.
    statistic : {"class", "inputs"}
        What the generator sees: the class of a task, or how large its inputs are.
    weight_decay : bool
        Whether it puts out a decay for each class too; else that is 0.
    """

    name: ClassVar[str] = "alfa"
    mixture: Mixture
    statistic: str
    weight_decay: bool

    @classmethod
    def of(cls, method: Method, inner_loop: InnerLoop, mixture: Mixture) -> Self:
        """Return the rule with what the method's generator sees."""
        return cls(inner_loop, mixture, *method.values("statistic", "decays"))

    @property
    def dimension(self) -> int:
        """Number d of parameters."""
        return self.mixture.dimension

    @property
    def recipe(self) -> Recipe:
        """How it is run: the loss is steep in the step sizes, and decays are slow to find."""
        return Recipe(0.1, 2000 if self.weight_decay else 400, chains=32)

    @property
    def _outputs(self) -> int:
        """How many pairs of numbers the generator is made of."""
        return len(self.mixture.classes) if self.statistic == "class" else 1

    @property
    def _scales(self) -> Floats:
        """Step sizes of the generator's numbers, as multiples of the outer one, shape (pairs, 2)."""
        mixture = self.mixture
        of_step = of_step_sizes(mixture, self.inner_loop.steps)
        if self.statistic == "inputs":
            return np.full((1, 2), 2 * of_step)
        lengths = (mixture.centres**2).sum(axis=-1) + np.trace(mixture.spreads, axis1=-2, axis2=-1)
        mean = float(mixture.weights @ lengths)
        of_decay = self.weight_decay * 0.5 / (mean if mean > 0 else 1.0)
        # A class's numbers move only with its own tasks, and too far where those are steep.
        squares = of_class_gradients(mixture)
        steepness = np.maximum(1.0, squares / max(float(mixture.weights @ squares), 1e-300))
        paces = 1.0 / np.maximum(mixture.weights, 0.1) / steepness
        return np.stack([of_step * paces, of_decay * paces], axis=-1)

    def start(self, theta: Array) -> Array:
        """Return the parameters with a generator that puts out the configured step size, and no decay."""
        generator = np.tile([float(self.inner_loop.step_size), 0.0], self._outputs)
        return np.concatenate([theta, np.broadcast_to(generator, (*theta.shape[:-1], len(generator)))], axis=-1)

    def learned(self, state: Array) -> dict[str, Array]:
        """Return step sizes and decays of the classes, or the two numbers that the generator is made of."""
        generator = state[..., self.dimension :]
        if self.statistic == "class":
            decays = {"decays": generator[..., 1::2]} if self.weight_decay else {}
            return {"step_sizes": generator[..., ::2]} | decays
        return {"generator": generator}

    def _deviation(self, data: Any) -> Floats:
        """Return how much larger than on average the inputs of a data set are, relatively, shape (..., batch)."""
        mean = float(self.mixture.weights @ np.trace(self.mixture.covariances, axis1=-2, axis2=-1))
        return np.asarray((data.inputs**2).sum(axis=(-2, -1)) / data.samples / mean - 1)

    def advance(self, state: Array, episodes: Episodes, size: float) -> Array:
        """Descend the loss after adaptation in the parameters and in the generator.

        Parameters
        ----------
        state : array, shape (..., d + s)
            Parameters, then the numbers that the generator is made of.
        episodes : Episodes
            Of shape (..., batch).
        size : float
            The outer step size eta.
        """
        theta, generator = state[..., : self.dimension], state[..., self.dimension :]
        pairs = generator.reshape(*generator.shape[:-1], -1, 2)
        by_class = self.statistic == "class"
        members = np.eye(self._outputs)[episodes.tasks.classes if by_class else np.zeros_like(episodes.tasks.classes)]
        first, second = (members @ pairs)[..., :1], (members @ pairs)[..., 1:]
        adapted, passed = episodes.tasks.localised(theta), []
        for data in episodes.data:
            gradient, deviation = data.gradient(adapted), self._deviation(data)[..., None]
            step, decay = (first, second) if by_class else (first + second * deviation, 0.0)
            passed.append((data, adapted, gradient, deviation, step, decay))
            adapted = (1 - decay) * adapted - step * gradient
        outer = episodes.tasks.population_gradient(adapted)
        slopes = np.zeros((*outer.shape[:-1], 2))
        for data, before, gradient, deviation, step, decay in reversed(passed):
            of_step = -np.vecdot(outer, gradient)
            slopes[..., 0] += of_step
            slopes[..., 1] += -np.vecdot(outer, before) if by_class else of_step * deviation[..., 0]
            outer = (1 - decay) * outer - step * data.hessian_product(outer)
        of_generator = (members.swapaxes(-1, -2) @ slopes) / members.shape[-2]
        moved = generator - size * (self._scales * of_generator).reshape(generator.shape)
        return np.concatenate([theta - size * episodes.tasks.average(outer), moved], axis=-1)


LEARNER = ALFA
