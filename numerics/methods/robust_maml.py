"""Robust MAML (Nguyen et al. 2021): a learned inner step size, or batches that replay tasks of the one before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self, cast

import numpy as np

from numerics.adaptation import adapt, draw_products
from numerics.arrays import Array, Draws, Shape
from numerics.methods.learner import Episodes, Recipe, StatefulLearner
from numerics.methods.scales import of_step_sizes
from numerics.sampling import Floats, Sampler, Tasks
from numerics.source import Source
from theory.errors import ConfigurationError
from theory.methods.method import Method
from theory.mixture import InnerLoop, Mixture

__all__ = ["LEARNER", "LearnedStep", "RobustMAML", "TaskBuffer"]


@dataclass(frozen=True, eq=False)
class RobustMAML(StatefulLearner):
    """Robust MAML.

    Parameters
    ----------
    inner_loop : InnerLoop
        The adaptation to one task.
    mixture : Mixture
        The task population.
    """

    name: ClassVar[str] = "robust_maml"
    mixture: Mixture

    @classmethod
    def of(cls, method: Method, inner_loop: InnerLoop, mixture: Mixture) -> Self:
        """Return the rule with a learned step size, or the one with a buffer."""
        buffer, batch, replayed, learns = method.values("buffer", "batch", "replayed", "learns_step_size")
        if learns:
            return cast(Self, LearnedStep(inner_loop, mixture))
        return cast(Self, TaskBuffer(inner_loop, mixture, buffer, batch, replayed))

    @property
    def dimension(self) -> int:
        """Number d of parameters."""
        return self.mixture.dimension


@dataclass(frozen=True, eq=False)
class LearnedStep(RobustMAML):
    """MAML that descends its loss in the inner step size too; the configured one is where it starts."""

    @property
    def recipe(self) -> Recipe:
        """How it is run: with small steps, for the loss is steep in the inner step size."""
        return Recipe(0.1, 400, chains=32)

    @property
    def step_of_step(self) -> float:
        """Step size of the inner step size, as a multiple of the outer one."""
        return of_step_sizes(self.mixture, self.inner_loop.steps)

    def start(self, theta: Array) -> Array:
        """Return the parameters with the configured step size, shape (..., d + 1)."""
        size = np.full((*theta.shape[:-1], 1), float(self.inner_loop.step_size))
        return np.concatenate([theta, size], axis=-1)

    def learned(self, state: Array) -> dict[str, Array]:
        """Return the inner step size, shape (..., 1)."""
        return {"step_size": state[..., self.dimension :]}

    def advance(self, state: Array, episodes: Episodes, size: float) -> Array:
        """Take a step of MAML, and one of the inner step size down the same loss.

        Parameters
        ----------
        state : array, shape (..., d + 1)
            Parameters and inner step size.
        episodes : Episodes
            Of shape (..., batch).
        size : float
            The outer step size eta.
        """
        theta, inner = state[..., : self.dimension], state[..., self.dimension :, None]
        tasks, adapted, gradients = episodes.tasks, episodes.tasks.localised(theta), []
        for data in episodes.data:
            gradients.append(data.gradient(adapted))
            adapted = adapted - inner * gradients[-1]
        outer = tasks.population_gradient(adapted)
        slope = np.zeros(outer.shape[:-1])
        for data, gradient in zip(reversed(episodes.data), reversed(gradients), strict=True):
            slope -= np.vecdot(outer, gradient)
            outer = outer - inner * data.hessian_product(outer)
        steps = size * self.step_of_step * slope.mean(axis=-1, keepdims=True)
        return np.concatenate([theta - size * tasks.average(outer), inner[..., 0] - steps], axis=-1)


@dataclass(frozen=True, eq=False)
class TaskBuffer(RobustMAML):
    """MAML on batches of which some tasks are replayed: chosen by the loss after adaptation of their classes.

    The loss of one task is that of its few samples as much as its own. A task is therefore ranked by the average over
    all tasks of its class that were met so far: their losses after adaptation, which are quadratic in the parameters,
    are kept as such, so that they can be taken at any parameters. Of a class the newest tasks are replayed first.

    Parameters
    ----------
    buffer : {"none", "hard", "medium", "easy"}
        Which tasks are replayed.
    batch_size, replayed : int
        Tasks of a batch, and how many of them are replays.
    """

    buffer: str
    batch_size: int
    replayed: int

    @property
    def recipe(self) -> Recipe:
        """How it is run: on batches of the prescribed size."""
        return Recipe(0.2, 200, batch=self.batch_size, chains=16)

    @property
    def _sizes(self) -> tuple[int, ...]:
        """Lengths of the parts of a state: parameters, forms and counts of the classes, replays' classes and optima."""
        d, classes = self.dimension, len(self.mixture.classes)
        return d, classes * (d + 1) ** 2, classes, self.replayed, self.replayed * d

    def start(self, theta: Array) -> Array:
        """Return the parameters, nothing remembered, and replays at the first class's centre, shape (chains, s)."""
        _, forms, counts, replays, _ = self._sizes
        nothing = np.zeros((*theta.shape[:-1], forms + counts + replays))
        optima = np.tile(self.mixture.centres[0], (*theta.shape[:-1], self.replayed))
        return np.concatenate([theta, nothing, optima], axis=-1)

    def learned(self, state: Array) -> dict[str, Array]:
        """Return the classes' shares of the replays, shape (chains, classes), if there are any."""
        if not self.replayed:
            return {}
        classes = self._parts(state)[3].astype(int)
        return {"replays": np.eye(len(self.mixture.classes))[classes].mean(axis=-2)}

    def _parts(self, state: Array) -> list[Floats]:
        return np.split(state, np.cumsum(self._sizes)[:-1], axis=-1)

    def draw(self, sampler: Source, rng: Draws, shape: Shape) -> Episodes:
        """Draw new tasks, and for each replay one candidate of every class, with data of optimal solution zero.

        Of which class a replay is, and its optimal solution, is not known before.

        Parameters
        ----------
        sampler : Sampler
            What tasks and data sets are drawn with.
        rng : Draws
            Source of randomness.
        shape : tuple of int
            Batch shape: the last entry is the size of a batch.

        Raises
        ------
        ConfigurationError
            If that is not the prescribed one.
        """
        if shape != (1,) and shape[-1] != self.batch_size:
            raise ConfigurationError(
                f"batch = {shape[-1]}: must be {self.batch_size}, as method.robust_maml.batch says, or absent"
            )
        source, generator = cast(Sampler, sampler), cast(np.random.Generator, rng)
        new = source.tasks(generator, (*shape[:-1], self.batch_size - self.replayed))
        count = len(self.mixture.classes)
        candidates = np.broadcast_to(np.tile(np.arange(count), self.replayed), (*shape[:-1], self.replayed * count))
        replays = Tasks(candidates, np.zeros((*candidates.shape, self.dimension)), new.covariances)
        tasks = new.followed_by(replays)
        centred = Tasks(tasks.classes, np.zeros_like(tasks.optima), tasks.covariances)
        return Episodes(tasks, draw_products(sampler, rng, centred, self.inner_loop))

    def advance(self, state: Array, episodes: Episodes, size: float) -> Array:
        """Take a step of MAML on new and replayed tasks, and choose what is replayed next.

        Parameters
        ----------
        state : array, shape (chains, s)
            Parameters, what is remembered of the classes, and the replays.
        episodes : Episodes
            Of shape (chains, new tasks and candidates).
        size : float
            The outer step size eta.
        """
        theta, forms, counts, replay_classes, replay_optima = self._parts(state)
        chains, d, classes = len(state), self.dimension, len(self.mixture.classes)
        new = self.batch_size - self.replayed
        slots = new + np.arange(self.replayed) * classes + replay_classes.astype(int)
        picked = np.concatenate([np.broadcast_to(np.arange(new), (chains, new)), slots], axis=-1)
        batch = episodes[np.arange(chains)[:, None], picked]
        optima = np.concatenate([batch.tasks.optima[:, :new], replay_optima.reshape(chains, -1, d)], axis=-2)
        propagated, noise = self._adaptation(batch)
        members = np.eye(classes)[batch.tasks.classes].swapaxes(-1, -2)
        adapted = noise + np.vecmat(theta[:, None] - optima, propagated)
        curved = batch.tasks.covariances.apply(batch.tasks.classes, adapted)
        gradient = np.matvec(propagated, curved).mean(axis=-2)
        # The adapted error as a function of (theta, 1), and its loss as a form in that.
        affine = np.concatenate([propagated, (noise - np.vecmat(optima, propagated))[..., None, :]], axis=-2)
        losses = affine @ batch.tasks.covariances.apply(batch.tasks.classes[..., None], affine).swapaxes(-1, -2)
        forms = forms + (members @ losses.reshape(chains, self.batch_size, -1)).reshape(chains, -1)
        counts = counts + members.sum(axis=-1)
        chosen = self._chosen(theta, forms, counts, batch.tasks.classes)
        rows = np.arange(chains)[:, None]
        kept = [batch.tasks.classes[rows, chosen], optima[rows, chosen].reshape(chains, -1)]
        return np.concatenate([theta - size * gradient, forms, counts, *kept], axis=-1)

    def _adaptation(self, batch: Episodes) -> tuple[Floats, Floats]:
        """Return what the inner loop makes of the unit vectors, shape (..., d, d), and of no error, shape (..., d)."""
        starts = np.concatenate([np.zeros((1, self.dimension)), np.eye(self.dimension)])
        shared = {id(data): data[:, :, None] for data in batch.data}
        ends = adapt(starts, [shared[id(data)] for data in batch.data], float(self.inner_loop.step_size))
        return ends[..., 1:, :] - ends[..., :1, :], ends[..., 0, :]

    def _chosen(self, theta: Floats, forms: Floats, counts: Floats, classes: Array) -> Array:
        """Return which tasks of a batch are replayed in the next one, shape (chains, replayed)."""
        point = np.concatenate([theta, np.ones((len(theta), 1))], axis=-1)[:, None]
        matrices = forms.reshape(*counts.shape, self.dimension + 1, self.dimension + 1)
        losses = np.vecdot(point, np.matvec(matrices, point)) / np.maximum(counts, 1)
        ranks = np.argsort(np.argsort(-losses if self.buffer == "hard" else losses, axis=-1), axis=-1)
        # A stable sort, and the new tasks come first.
        order = np.argsort(np.take_along_axis(ranks, classes, axis=-1), axis=-1, kind="stable")
        first = (self.batch_size - self.replayed) // 2 if self.buffer == "medium" else 0
        return order[:, first : first + self.replayed]


LEARNER = RobustMAML
