"""LocalMOML (Wang, Yuan, Ying and Yang 2021): rounds of local steps with a memory, on copies that are then averaged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from numerics.adaptation import adapt, draw_products, pull_back
from numerics.arrays import Array, Draws, Shape
from numerics.methods.learner import Episodes, Learner
from numerics.source import Source
from theory.methods.method import Method
from theory.mixture import InnerLoop, Mixture

__all__ = ["LEARNER", "LocalMOML"]


@dataclass(frozen=True)
class LocalMOML(Learner):
    """Memory-based MAML in rounds; an outer step is one round of all sampled tasks.

    Parameters
    ----------
    inner_loop : InnerLoop
        The adaptation to one task.
    beta : float
        Share of the newest adapted parameters in the memory.
    step_size : float
        Size of the local steps.
    local_steps : int
        Local steps of a round.
    """

    name: ClassVar[str] = "local_moml"
    outer_step_size: ClassVar[float | None] = 1.0
    # A round is many steps one after the other: few rounds of many chains.
    batch: ClassVar[int | None] = 4
    chains: ClassVar[int] = 128
    beta: float
    step_size: float
    local_steps: int

    @classmethod
    def of(cls, method: Method, inner_loop: InnerLoop, mixture: Mixture) -> Self:
        """Return the rule with the method's memory and local steps."""
        beta, step_size, local_steps = method.values("beta", "step_size", "local_steps")
        return cls(inner_loop, float(beta), float(step_size), int(local_steps))

    @property
    def fewest_outer_steps(self) -> int:
        """Rounds below which none are planned: the fewer, the longer they are."""
        return max(200, 2000 // (self.inner_loop.steps * (1 + self.local_steps)))

    def draw(self, sampler: Source, rng: Draws, shape: Shape) -> Episodes:
        """Draw tasks, and the data of the inner loop that begins a round and of that of each local step.

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
        loops = [draw_products(sampler, rng, tasks, self.inner_loop) for _ in range(1 + self.local_steps)]
        return Episodes(tasks, tuple(data_set for loop in loops for data_set in loop))

    def gradient(self, theta: Array, episodes: Episodes) -> Array:
        """Return the parameters less each task's copy after the round, shape (..., d).

        Parameters
        ----------
        theta : array, shape (..., d)
            Parameters in the tasks' coordinates, broadcast against the episodes.
        episodes : Episodes
            Drawn by :meth:`draw`.
        """
        alpha, steps = float(self.inner_loop.step_size), self.inner_loop.steps
        first, *loops = (episodes.data[k : k + steps] for k in range(0, len(episodes.data), steps))
        copy, memory = theta, adapt(theta, first, alpha)
        for data in loops:
            memory = (1 - self.beta) * memory + self.beta * adapt(copy, data, alpha)
            gradient = pull_back(episodes.tasks.population_gradient(memory), data, alpha)
            copy = copy - self.step_size * gradient
        return theta - copy


LEARNER = LocalMOML
