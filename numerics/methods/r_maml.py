"""R-MAML (Wang et al. 2021): MAML's step for an outer loss that is partly that of attacked query points.

The attacker knows the adapted parameters and moves each query point, by ``radius`` at most, in the direction that makes
its loss largest: along them, towards the side on which its residual is. The step is taken as if the points were there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Self, cast

import numpy as np

from numerics.adaptation import adapt, draw_products, pull_back
from numerics.arrays import Array, Draws, Shape
from numerics.methods.learner import Episodes, Recipe, StatefulLearner
from numerics.sampling import DataSet, Floats, Sampler, Tasks
from numerics.source import Source
from theory.errors import UnsupportedError
from theory.methods.method import Method
from theory.mixture import InnerLoop, Mixture

__all__ = ["LEARNER", "RMAML", "attacked"]

#: Query points of a task.
_QUERY = 4


@dataclass(frozen=True, eq=False)
class RMAML(StatefulLearner):
    """Adversarial training in the outer loop.

    Parameters
    ----------
    inner_loop : InnerLoop
        The adaptation to one task.
    queries : Sampler
        What draws query points: one by one, whatever draws the data of the inner loop, for each of them is attacked.
    radius, weight : float
        How far an attacker moves a point, and the weight of the attacked loss.
    inner : bool
        Whether inner steps are down the attacked loss too, of the tasks' populations.
    first_order : bool
        Whether outer gradients are not taken back through the inner steps.
    """

    name: ClassVar[str] = "r_maml"
    queries: Sampler
    radius: float
    weight: float
    inner: bool
    first_order: bool

    @classmethod
    def of(cls, method: Method, inner_loop: InnerLoop, mixture: Mixture) -> Self:
        """Return the rule with the method's attack."""
        radius, weight, inner, first_order = method.values("radius", "weight", "inner", "first_order")
        if inner and inner_loop.samples is not None:
            raise UnsupportedError(
                f"learner {cls.name} with inner = true: it attacks the inner loss of populations only"
            )
        return cls(inner_loop, Sampler(mixture, "raw"), float(radius), float(weight), bool(inner), bool(first_order))

    @property
    def dimension(self) -> int:
        """Number d of parameters."""
        return self.queries.mixture.dimension

    @property
    def recipe(self) -> Recipe:
        """How it is run: with smaller steps where the attack makes the loss steeper."""
        return Recipe(0.2 / (1 + self.weight * (1 + self.radius) ** 2), 600, chains=32)

    def start(self, theta: Array) -> Array:
        """Return the parameters, which are all that it remembers."""
        return theta

    def draw(self, sampler: Source, rng: Draws, shape: Shape) -> Episodes:
        """Draw tasks, the data of their inner loops, and their query points.

        Parameters
        ----------
        sampler : Source
            What tasks and the data of inner loops are drawn with.
        rng : Draws
            Source of randomness.
        shape : tuple of int
            Batch shape.
        """
        tasks = sampler.tasks(rng, shape)
        query = self.queries.data(cast(np.random.Generator, rng), tasks, _QUERY)
        return Episodes(tasks, (*draw_products(sampler, rng, tasks, self.inner_loop), query))

    def advance(self, state: Array, episodes: Episodes, size: float) -> Array:
        """Adapt to every task, attack its query points, and step down the loss of both.

        Parameters
        ----------
        state : array, shape (..., d)
            The parameters.
        episodes : Episodes
            Of shape (..., batch).
        size : float
            The outer step size eta.
        """
        *support, query = episodes.data
        step_size = float(self.inner_loop.step_size)
        adapted = episodes.tasks.localised(state)
        if self.inner:
            noises = self.queries.mixture.noises.astype(float)[episodes.tasks.classes]
            support = [
                AttackedPopulation(episodes.tasks, noises, self.radius, self.weight)
                for _ in range(self.inner_loop.steps)
            ]
        adapted = adapt(adapted, support, step_size)
        gradients = query.gradient(adapted) + self.weight * attacked(query, adapted, self.radius).gradient(adapted)
        if not self.first_order:
            gradients = pull_back(gradients, support, step_size)
        return state - size * episodes.tasks.average(gradients)


class AttackedPopulation:
    """Infinitely many attacked samples of each task: their loss plus a multiple of what an attack makes of it, scaled.

    The scale is such that without an attack it is the loss. Residuals r are normal with the variance ``s^2`` that the
    error e and the label noise make, so that ``E (|r| + radius t)^2 = s^2 + 2 radius sqrt(2/pi) s t + radius^2 t^2``.

    Parameters
    ----------
    tasks : Tasks
        The tasks.
    noises : array, shape (...)
        Variances of their label noise.
    radius, weight : float
        How far an attacker moves a point, and the weight of the attacked loss.
    """

    def __init__(self, tasks: Tasks, noises: Floats, radius: float, weight: float) -> None:
        self.tasks, self.noises = tasks, noises
        self.product = math.sqrt(2 / math.pi) * radius * weight / (1 + weight)
        self.norm = radius**2 * weight / (1 + weight)
        self._theta: Any = None

    def gradient(self, theta: Floats) -> Floats:
        """Return the gradient, shape (..., d); Hessian products are taken where it was asked for last."""
        self._theta = theta
        pulled, s, t, per_s, per_t = self._at(theta)
        return np.asarray(pulled + self.product * (pulled * (t * per_s) + theta * (s * per_t)) + self.norm * theta)

    def hessian_product(self, vectors: Floats) -> Floats:
        """Return the Hessian times vectors, shape (..., d)."""
        theta = self._theta
        pulled, s, t, per_s, per_t = self._at(theta)
        turned = self.tasks.covariances.apply(self.tasks.classes, vectors)
        rise, growth = (np.vecdot(part, vectors)[..., None] for part in (pulled, theta))
        rise, growth = rise * per_s, growth * per_t
        bent = turned * (t * per_s) + pulled * (growth * per_s - t * rise * per_s**2)
        bent = bent + vectors * (s * per_t) + theta * (rise * per_t - s * growth * per_t**2)
        return np.asarray(turned + self.product * bent + self.norm * vectors)

    def _at(self, theta: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        """Return the clean gradient, the deviation s of the residuals, the norm t of the parameters, 1/s and 1/t."""
        pulled = self.tasks.population_gradient(theta)
        s = np.sqrt(np.vecdot(theta - self.tasks.optima, pulled) + self.noises)[..., None]
        t = np.linalg.norm(theta, axis=-1, keepdims=True)
        return pulled, s, t, _inverse(s), _inverse(t)


def _inverse(sizes: Floats) -> Floats:
    """Return 1 over sizes, and 0 where nothing has a size: an attack has no direction there."""
    return np.divide(1.0, sizes, out=np.zeros_like(sizes), where=sizes > 0)


def attacked(data: DataSet, theta: Floats, radius: float) -> DataSet:
    """Move each input to where the loss at given parameters is largest.

    Parameters
    ----------
    data : DataSet
        Samples as they were drawn.
    theta : array, shape (..., d)
        The parameters that the attacker knows, one for each data set.
    radius : float
        How far an input is moved, in its Euclidean norm.
    """
    sides = np.sign(np.matvec(data.inputs, theta) - data.labels)
    directions = theta * _inverse(np.linalg.norm(theta, axis=-1, keepdims=True))
    return DataSet(data.inputs + radius * sides[..., None] * directions[..., None, :], data.labels, data.samples)


LEARNER = RMAML
