"""Where the points of a grid are: the product of the axes, a Latin hypercube or a Sobol' sequence."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.sampling import Floats
from numerics.sweep.axes import Axis, Location
from numerics.sweep.grid import Grid

__all__ = ["Points", "points_of"]


@dataclass(frozen=True, eq=False)
class Points:
    """Some points of a grid.

    Parameters
    ----------
    grid : Grid
        Whose points they are.
    span : range
        Which, counted with the last axis fastest.
    coordinates : mapping from axis name to array, shape (points,)
        Values of a range that was sampled from, positions among the values of any other axis.
    """

    grid: Grid
    span: range
    coordinates: Mapping[str, NDArray[Any]]

    def numbers(self, location: Location, fixed: Any = None) -> Floats | float:
        """Return a key that holds a number: an array where it varies, else a float."""
        axis = self.grid.axis(location)
        if axis is None:
            return float(fixed)
        return _numbers(axis, self.coordinates[axis.name])

    def values(self, location: Location, fixed: Any) -> list[Any]:
        """Return a key at every point as the configuration takes it."""
        axis = self.grid.axis(location)
        if axis is None:
            return [fixed] * len(self.span)
        coordinates = self.coordinates[axis.name]
        if axis.sampled:
            return [int(value) for value in coordinates] if axis.integer else coordinates.tolist()
        return [axis.values[position] for position in coordinates]

    def array(self, location: Location, fixed: Any) -> NDArray[Any]:
        """Return a key that holds a number or a word: an array over the points where it varies, else a single entry."""
        axis = self.grid.axis(location)
        if axis is None:
            return np.asarray(fixed)
        coordinates = self.coordinates[axis.name]
        return coordinates if axis.sampled else np.array(axis.values)[coordinates]

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return the value of every axis at every point: floats, or text where an axis is not one of numbers."""
        found: dict[str, NDArray[Any]] = {}
        for axis in self.grid.axes:
            coordinates = self.coordinates[axis.name]
            numeric = axis.numbers is not None
            found[axis.name] = _numbers(axis, coordinates) if numeric else np.array(axis.labels)[coordinates]
        return found


def points_of(grid: Grid, span: range) -> Points:
    """Return some points of a grid; the same whoever asks, and with whatever others they are asked for.

    Parameters
    ----------
    grid : Grid
        The grid.
    span : range
        Which points.
    """
    if grid.table.design == "product":
        positions = np.unravel_index(np.arange(span.start, span.stop), grid.shape)
        return Points(grid, span, dict(zip((axis.name for axis in grid.axes), positions, strict=True)))
    levels = _levels(grid, span)
    return Points(grid, span, {axis.name: axis.spread(levels[:, k]) for k, axis in enumerate(grid.axes)})


def _numbers(axis: Axis, coordinates: NDArray[Any]) -> Floats:
    numbers = axis.numbers
    assert numbers is not None
    return np.asarray(coordinates if axis.sampled else numbers[coordinates], dtype=np.float64)


def _levels(grid: Grid, span: range) -> Floats:
    """Return points in the unit cube, one coordinate per axis."""
    if grid.table.design == "latin-hypercube":
        return _hypercube(len(grid.axes), grid.points, grid.seed)[span.start : span.stop]
    from scipy.stats import qmc

    sequence = qmc.Sobol(len(grid.axes), scramble=True, rng=grid.seed)
    if span.start:  # it takes no 0
        sequence.fast_forward(span.start)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a chunk need not be balanced, the whole is
        return np.asarray(sequence.random(len(span)), dtype=np.float64)


@lru_cache(maxsize=1)
def _hypercube(dimensions: int, points: int, seed: int) -> Floats:
    """Return the whole hypercube: no part of it can be had without the rest."""
    from scipy.stats import qmc

    return np.asarray(qmc.LatinHypercube(dimensions, rng=seed).random(points), dtype=np.float64)
