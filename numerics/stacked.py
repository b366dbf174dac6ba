"""Episodes of several configurations as one batch: of one dimension and number of steps, all else may differ.

Each configuration's episodes are drawn by its own source from its own stream, exactly as when it is alone, and laid
side by side along an axis of their own. A common inner step size of 1 is a choice of units: inputs and labels times
sqrt(alpha) make the same loss alpha times as large, so that a step of size 1 moves the parameters by as much.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from numerics.arrays import NUMPY, Array, Floats
from numerics.methods import Episodes
from numerics.population import Population
from numerics.projected import PopulationData, ProjectedData, ProjectedTasks

__all__ = ["StackedPopulation", "kind", "stack_episodes"]


def kind(population: Population) -> tuple[int, int, bool, bool]:
    """Return what populations have in common whose arrays have the same shapes, so that none has to be filled up.

    Parameters
    ----------
    population : Population
        Which one: its dimension, whether it is isotropic or diagonal, and whether there is noise.
    """
    return population.dimension, population.eigenvalues.shape[-1], population.frames is None, population.noise is None


class StackedPopulation(Population):
    """The populations of several configurations, in units in which each one's inner step size is 1.

    Parameters
    ----------
    populations : sequence of Population
        One for each configuration, on NumPy's arrays, of the same :func:`kind`.
    step_sizes : array, shape (configurations,)
        Their inner step sizes.
    """

    def __init__(self, populations: Sequence[Population], step_sizes: Floats) -> None:
        self.arrays, self.dimension = NUMPY, populations[0].dimension
        self.units = np.sqrt(step_sizes)[:, None, None, None]
        most = max(len(population.centres) for population in populations)
        self._first = (most * np.arange(len(populations)))[:, None, None]
        # What tells how many classes there are; nothing here is drawn from them.
        self.centres = np.zeros((most, self.dimension))
        self.noise: Array = None
        if populations[0].noise is not None:
            self.noise = np.zeros(len(populations) * most)
            for first, unit, population in zip(self._first.flat, np.sqrt(step_sizes), populations, strict=True):
                self.noise[first : first + len(population.noise)] = unit * population.noise
        self._columns: Array = None
        if populations[0].frames is not None:
            frames = np.zeros((len(populations), most, self.dimension, self.dimension))
            for filled, population in zip(frames, populations, strict=True):
                filled[: len(population.frames)] = population.frames
            self._columns = frames.transpose(0, 2, 1, 3).reshape(len(populations), self.dimension, -1)

    def lookup(self, table: Array, classes: Array) -> Array:
        """Return the entry of each task's class, of its configuration, shape (..., configurations, chains, batch)."""
        return table[classes + self._first]


def stack_episodes(episodes: Sequence[Episodes], population: StackedPopulation) -> Episodes:
    """Lay episodes of several configurations side by side, shape (steps, configurations, chains, batch).

    Parameters
    ----------
    episodes : sequence of Episodes
        Of each configuration, of shape (steps, chains, batch), drawn by its projected sampler; all with data of
        finitely many samples or all with the population's.
    population : StackedPopulation
        The configurations.
    """
    units = population.units
    batches = [one.tasks for one in episodes]
    tasks = ProjectedTasks(
        population,
        _side_by_side([batch.classes for batch in batches]),
        _side_by_side([batch.optima for batch in batches]),
        units**2 * _side_by_side([batch.variances for batch in batches]),
        units * _side_by_side([batch.deviations for batch in batches]),
    )
    # A data set that several steps share stays one: what it has been asked about, it remembers.
    stacked: dict[int, ProjectedData | PopulationData] = {}
    for position, first in enumerate(episodes[0].data):
        if id(first) not in stacked:
            stacked[id(first)] = _stack_data(tasks, [one.data[position] for one in episodes])
    return Episodes(tasks, tuple(stacked[id(first)] for first in episodes[0].data))


def _stack_data(
    tasks: ProjectedTasks, data: Sequence[ProjectedData | PopulationData]
) -> ProjectedData | PopulationData:
    drawn = [one for one in data if isinstance(one, ProjectedData)]
    if not drawn:
        return PopulationData(tasks)
    samples = np.array([one.samples for one in drawn])[:, None, None]
    rows = max(len(one.lengths) for one in drawn)
    normals, lengths = (
        [_side_by_side([_row(arrays, row) for arrays in table]) for row in range(rows)]
        for table in ([one.normals for one in drawn], [one.lengths for one in drawn])
    )
    return ProjectedData(tasks, samples, normals, lengths)


def _row(arrays: Sequence[Floats], row: int) -> Floats:
    """Return one row of what was drawn, zeros where a sample is too small to have it."""
    return arrays[row] if row < len(arrays) else np.zeros_like(arrays[0])


def _side_by_side(arrays: Sequence[Array]) -> Array:
    return np.stack(arrays, axis=1)
