"""What is estimated: the excess risks of NAL's and MAML's optimum and their difference, on the same tasks and data."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from numerics.adaptation import draw_products
from numerics.arrays import Draws, Floats
from numerics.projected import ProjectedSampler, ProjectedTasks
from theory.mixture import InnerLoop, Mixture

__all__ = ["OUTCOMES", "Question", "outcomes"]

#: The columns of what an integrand returns.
OUTCOMES = ("risk_nal", "risk_maml", "gain")

# Numbers held at a time: 16 MiB, small enough for the cache to help.
_CHUNK = 2**21
# What the work on a task takes, in units of what was drawn of it.
_TEMPORARIES = 8


@dataclass(frozen=True, eq=False)
class Question:
    """Two solutions of one configuration, to be compared after adaptation.

    Parameters
    ----------
    mixture : Mixture
        The task population, in floating point.
    inner_loop : InnerLoop
        The adaptation.
    theta_nal, theta_maml : array, shape (d,)
        The solutions.
    """

    mixture: Mixture
    inner_loop: InnerLoop
    theta_nal: Floats
    theta_maml: Floats

    @property
    def solutions(self) -> tuple[Floats, Floats]:
        """Both solutions, NAL's first."""
        return self.theta_nal, self.theta_maml

    @property
    def step_size(self) -> float:
        """The inner step size alpha."""
        return float(self.inner_loop.step_size)

    @cached_property
    def source(self) -> ProjectedSampler:
        """What tasks are drawn with, and data as far as it is looked at."""
        return ProjectedSampler(self.mixture)

    @cached_property
    def at_once(self) -> int:
        """How many tasks may be held at a time, with whole data sets as their triangular factors."""
        dimension, rng = self.mixture.dimension, np.random.default_rng(0)
        tasks = self.source.tasks(rng, (1,))
        drawn = draw_products(self.source, rng, tasks, self.inner_loop)
        numbers = (tasks.nbytes + sum(data.nbytes for data in drawn)) // 8
        rows = min(self.inner_loop.samples or dimension, dimension)
        return max(1, _CHUNK // max(_TEMPORARIES * numbers, 3 * len(drawn) * rows * dimension, dimension**2))

    def draw(self, rng: Draws, count: int) -> tuple[ProjectedTasks, list[Floats]]:
        """Draw tasks, and return them with both solutions in their frames.

        Parameters
        ----------
        rng : Draws
            Source of randomness.
        count : int
            How many tasks.
        """
        tasks = self.source.tasks(rng, (count,))
        return tasks, [tasks.localised(theta) for theta in self.solutions]


def outcomes(risks: tuple[Floats, Floats], gain: Floats | None = None) -> Floats:
    """Return both risks and the gain, shape (tasks, 3).

    Parameters
    ----------
    risks : pair of arrays, shape (tasks,)
        Each task's excess risk after adaptation from NAL's and from MAML's solution, on the same data.
    gain : array, shape (tasks,), optional
        Their difference, where it is known with fewer cancelled digits.
    """
    nal, maml = np.broadcast_arrays(*risks)
    return np.stack([nal, maml, nal - maml if gain is None else gain], axis=-1)
