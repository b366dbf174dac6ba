"""What every learner has in common: it draws episodes, and turns parameters and episodes into outer gradients."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from numerics.adaptation import draw_products
from numerics.arrays import Array, Draws, Shape
from numerics.source import Source
from theory.methods.method import Method
from theory.mixture import InnerLoop, Mixture

__all__ = ["Episodes", "Learner", "Recipe", "StatefulLearner"]


@dataclass(frozen=True, eq=False)
class Episodes:
    """A batch of episodes: a task each, with the data that the learner sees of it.

    Parameters
    ----------
    tasks : TaskBatch
        The sampled tasks.
    data : tuple of Data
        Their data sets, in the order in which the learner uses them.
    """

    # Of the source's own types, which have more to them than a learner uses.
    tasks: Any
    data: tuple[Any, ...]

    def __getitem__(self, index: Any) -> Episodes:
        """Select along the batch axes."""
        # A data set that several steps share stays one: what it has been asked about, it remembers.
        selected = {id(data_set): data_set[index] for data_set in self.data}
        return Episodes(self.tasks[index], tuple(selected[id(data_set)] for data_set in self.data))

    @property
    def nbytes(self) -> int:
        """Memory that the arrays occupy; a data set used several times counts once."""
        return int(self.tasks.nbytes + sum({id(data_set): data_set.nbytes for data_set in self.data}.values()))


@dataclass(frozen=True)
class Learner(ABC):
    """A published update rule, as the stochastic gradient that its outer loop follows.

    Parameters
    ----------
    inner_loop : InnerLoop
        The adaptation to one task.
    """

    name: ClassVar[str]
    #: The outer step size and the episodes per step that the published rule prescribes, if it does.
    outer_step_size: ClassVar[float | None] = None
    batch: ClassVar[int | None] = None
    #: Independent chains, where nobody says otherwise.
    chains: ClassVar[int] = 64
    #: Whether it looks at more of tasks and data than products in the tasks' own coordinates, which is all that the
    #: sampler ``projected`` draws.
    whole_data: ClassVar[bool] = False
    inner_loop: InnerLoop

    @property
    def fewest_outer_steps(self) -> int:
        """Outer steps below which none are planned."""
        return 2000

    @classmethod
    def of(cls, method: Method, inner_loop: InnerLoop, mixture: Mixture) -> Self:
        """Return the update rule of a method with its parameters; by default it has none beside the inner loop.

        Parameters
        ----------
        method : Method
            The method, whose parameters are taken and nothing that it derives.
        inner_loop : InnerLoop
            The adaptation to one task.
        mixture : Mixture
            The task population, for what depends on the number of classes.
        """
        return cls(inner_loop)

    def population(self, mixture: Mixture) -> Mixture:
        """Return the task population that the learner is shown: by default the mixture as it is.

        Parameters
        ----------
        mixture : Mixture
            The task population of the configuration.
        """
        return mixture

    def advance(self, state: Array, episodes: Episodes, size: float) -> Array:
        """Take one outer step.

        Parameters
        ----------
        state : array, shape (..., s)
            What the learner remembers, one for each batch: here the parameters alone.
        episodes : Episodes
            Of shape (..., batch).
        size : float
            The outer step size eta.
        """
        return state - size * self.mean_gradient(state, episodes)

    def draw(self, sampler: Source, rng: Draws, shape: Shape) -> Episodes:
        """Draw independent episodes: by default a task and the data of its inner loop.

        Parameters
        ----------
        sampler : Source
            What tasks and data sets are drawn with.
        rng : Draws
            Source of randomness.
        shape : tuple of int
            Batch shape.
        """
        tasks = sampler.tasks(rng, shape)
        return Episodes(tasks, draw_products(sampler, rng, tasks, self.inner_loop))

    def mean_gradient(self, theta: Array, episodes: Episodes) -> Array:
        """Return the outer gradient averaged over a batch of episodes, shape (..., d).

        Parameters
        ----------
        theta : array, shape (..., d)
            One vector of parameters for each batch.
        episodes : Episodes
            Of shape (..., batch).
        """
        gradients = self.gradient(episodes.tasks.localised(theta), episodes)
        return episodes.tasks.average(gradients)

    @abstractmethod
    def gradient(self, theta: Array, episodes: Episodes) -> Array:
        """Return the outer gradient that each episode contributes, shape (..., d), in its task's coordinates.

        Parameters
        ----------
        theta : array, shape (..., d)
            Parameters in the tasks' coordinates, broadcast against the episodes.
        episodes : Episodes
            Drawn by :meth:`draw`.
        """


@dataclass(frozen=True)
class Recipe:
    """How a stateful learner is run when nobody says otherwise.

    Parameters
    ----------
    step_size : float
        The largest outer step size; it is halved twice.
    outer_steps : int
        Steps with it; twice and four times as many with the smaller ones.
    batch : int
        Episodes per chain and step.
    chains : int
        Independent chains.
    """

    step_size: float = 0.1
    outer_steps: int = 1000
    batch: int = 8
    chains: int = 64


@dataclass(frozen=True)
class StatefulLearner(Learner):
    """A learner that remembers more than its parameters, or whose update is not affine in them.

    Its data sets are drawn whole: ``episodes`` holds :class:`~numerics.sampling.Tasks`, with the tasks' classes, and
    :class:`~numerics.sampling.DataSet`.
    """

    #: Whether its mean update is affine in the state: then a constant outer step size leaves no bias.
    affine: ClassVar[bool] = False
    whole_data: ClassVar[bool] = True

    @property
    def recipe(self) -> Recipe:
        """How it is run when nobody says otherwise."""
        return Recipe()

    @abstractmethod
    def start(self, theta: Array) -> Array:
        """Return the state in which a learner with these parameters starts, shape (..., s).

        Parameters
        ----------
        theta : array, shape (..., d)
            The parameters.
        """

    def parameters(self, state: Array) -> Array:
        """Return the parameters in a state, shape (..., d): by default its first d entries."""
        return state[..., : self.dimension]

    @property
    @abstractmethod
    def dimension(self) -> int:
        """Number d of parameters."""

    def learned(self, state: Array) -> dict[str, Array]:
        """Return what else the learner has learned, by name, each of shape (..., k); nothing by default."""
        return {}

    @abstractmethod
    def advance(self, state: Array, episodes: Episodes, size: float) -> Array:
        """Take one outer step from a state of shape (..., s)."""

    def gradient(self, theta: Array, episodes: Episodes) -> Array:
        """Refuse: a stateful learner follows no gradient of its parameters alone."""
        raise TypeError(f"{self.name} remembers more than its parameters: use advance()")
