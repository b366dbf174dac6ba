"""Scrambled Sobol points in the place of random numbers: spread evenly over the cube, and each uniform in it.

Scrambling (Owen 1997; here a random linear map and a random shift, Matousek 1998) makes every single point uniform, so
that an average over the points is unbiased whatever is averaged. Points of one scrambling depend on each other, so that
errors come from several independent scramblings.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from numerics.arrays import Draws, Floats, Shape
from theory.errors import UnsupportedError

__all__ = ["Coordinates", "SobolPoints", "coordinates_of"]

#: As many coordinates as direction numbers are known for.
MOST_COORDINATES = 21_201
_BITS = 53


class Coordinates:
    """Draws one batch from given points: every random number of a task is the next coordinate of that task's point.

    Parameters
    ----------
    points : array, shape (tasks, coordinates)
        Points in the unit cube.
    """

    def __init__(self, points: Floats) -> None:
        self._points, self.used = points, 0

    def random(self, size: Shape, /) -> Floats:
        """Return uniform numbers, one for each task: shape (tasks,)."""
        return self._take(1).reshape(size)

    def standard_normal(self, size: Shape, /) -> Floats:
        """Return standard normal vectors, shape (..., tasks, d)."""
        from scipy.special import ndtri

        *several, tasks, columns = size
        taken = self._take(math.prod(several) * columns).reshape(tasks, math.prod(several), columns)
        return np.asarray(ndtri(taken.swapaxes(0, 1)).reshape(size))

    def chisquare(self, df: float, size: Shape, /) -> Floats:
        """Return chi-squares with ``df`` degrees of freedom, one for each task: shape (tasks,)."""
        from scipy.special import gammaincinv

        return np.asarray(2 * gammaincinv(df / 2, self._take(1))).reshape(size)

    def _take(self, count: int) -> Floats:
        taken = self._points[:, self.used : self.used + count]
        self.used += count
        return taken


class SobolPoints:
    """One scrambled Sobol sequence.

    Parameters
    ----------
    coordinates : int
        Of each point.
    rng : numpy.random.Generator
        Scrambles it.

    Raises
    ------
    UnsupportedError
        If there are no Sobol points of so many coordinates.
    """

    def __init__(self, coordinates: int, rng: np.random.Generator) -> None:
        # scipy.stats takes most of a second to import.
        from scipy.stats import qmc

        if coordinates > MOST_COORDINATES:
            raise UnsupportedError(
                f"Sobol points of {coordinates} coordinates: there are direction numbers for {MOST_COORDINATES} at most"
            )
        self._sequence: Any = qmc.Sobol(max(coordinates, 1), scramble=True, bits=_BITS, rng=rng)

    def draws(self, count: int) -> Draws:
        """Return the next points, as a source of random numbers for that many tasks.

        Parameters
        ----------
        count : int
            How many points: a power of two, as all before it.
        """
        points = self._sequence.random(count)
        # Into the middle of their cells: no coordinate is 0 or 1, whose normal quantiles are infinite.
        return Coordinates(np.clip(points + 0.5**54, 0.5**54, 1 - 0.5**53))


def coordinates_of(draw: Callable[[Draws], object]) -> int:
    """Return how many random numbers are drawn for one task.

    Parameters
    ----------
    draw : callable
        Draws for one task from what it is given.
    """
    probe = Coordinates(np.full((1, MOST_COORDINATES + 1), 0.5))
    try:
        draw(probe)
    except ValueError:  # it asked for more than the probe has
        if probe.used <= MOST_COORDINATES:
            raise
    return probe.used
