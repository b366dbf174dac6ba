"""The outer gradient of one episode of MAML, with the data drawn as far as it is looked at: see ``docs/sampler.md``.

Everything is in the eigenbasis of the task's covariance. ``normals`` holds what the episode may use, vector after
vector; with label noise each vector has one more entry, for the noise column of the design.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

__all__ = ["CANCELLED_ONCE", "FAST", "add_one_step", "add_several_steps"]

#: As in numerics.projected: below the first share a direction is orthogonalised again, below the second it is rounding.
_CANCELLED, _RESOLVED = 1e-2, 1e-12
#: One step may lose more: no later direction is made orthogonal to this one, and what is lost is a share of the small.
CANCELLED_ONCE = 1e-4
# Dot products are split over vector lanes, sums may be reordered; infinities and NaN keep their meaning.
FAST = {"contract", "reassoc", "nsz"}


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST)
def add_one_step(
    error: Any,
    deviations: Any,
    noise: float,
    scale: float,
    rows: int,
    normals: Any,
    lengths: Any,
    work: Any,
    total: Any,
) -> bool:
    """Add the gradient after one inner step to a total, in three passes over the coordinates.

    Returns whether it did: it leaves to :func:`add_several_steps` what would lose digits.

    Parameters
    ----------
    error : array, shape (d,)
        Parameters less the task's optimal solution.
    deviations : array, shape (d,)
        Roots of the covariance's eigenvalues.
    noise : float
        Standard deviation of the label noise.
    scale : float
        alpha / m.
    rows : int
        Rows of Bartlett's decomposition that may be drawn, 1 or 2.
    normals : array, shape (2 columns,)
        Standard normals.
    lengths : array, shape (2,)
        Roots of chi-squares with m and m - 1 degrees of freedom.
    work : array, shape (3, d)
        Scratch.
    total : array, shape (d,)
        What is added to.
    """
    size = len(error)
    columns = size + (noise > 0.0)
    first, second = normals[:size], normals[columns : columns + size]
    whitened, row, outer = work[0], work[1], work[2]
    square = noise * noise
    along = -noise * normals[size] if noise > 0.0 else 0.0
    across = -noise * normals[columns + size] if noise > 0.0 and rows == 2 else 0.0
    for i in range(size):
        whitened[i] = deviations[i] * error[i]
        square += whitened[i] * whitened[i]
        along += whitened[i] * first[i]
    if not square > 0.0:
        # At its own optimum, without noise, a task has no gradient before or after adaptation (NaN is passed on).
        for i in range(size):
            total[i] += error[i]
        return True
    length = np.sqrt(square)
    # f = normal + slope w, the part along w replaced by one of the drawn length; f'w = f_dot.
    slope = (lengths[0] - along / length) / length
    f_dot = lengths[0] * length
    squared, parallel, seen = 0.0, 0.0, 0.0
    beside = 0.0
    for i in range(size):
        row[i] = first[i] + slope * whitened[i]
        adapted = error[i] - scale * deviations[i] * row[i] * f_dot
        outer[i] = deviations[i] * deviations[i] * adapted
        vector = deviations[i] * outer[i]
        squared += vector * vector
        parallel += vector * whitened[i]
        seen += vector * row[i]
        if rows == 2:
            across += whitened[i] * second[i]
            beside += vector * second[i]
    parallel /= length
    left = squared - parallel * parallel
    if rows == 1:
        for i in range(size):
            total[i] += outer[i] - scale * deviations[i] * row[i] * seen
        return True
    if not left > CANCELLED_ONCE * CANCELLED_ONCE * squared:
        return False
    rest = np.sqrt(left)
    across /= length
    # The second row, normal - u1 (u1'normal) + u2 (length - u2'normal), as a combination of three vectors.
    radial = (lengths[1] - (beside - parallel * across) / rest) / rest
    tangential = -(across + radial * parallel) / length
    stretch = lengths[1] * rest
    for i in range(size):
        other = second[i] + radial * deviations[i] * outer[i] + tangential * whitened[i]
        product = row[i] * seen + other * stretch
        total[i] += outer[i] - scale * deviations[i] * product
    return True


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST)
def _dot(left: Any, right: Any) -> float:
    total = 0.0
    for i in range(len(left)):
        total += left[i] * right[i]
    return total


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST)
def _take_out(known: Any, count: int, vector: Any) -> None:
    """Take the first directions out of a vector."""
    for k in range(count):
        part = _dot(known[k], vector)
        for i in range(len(vector)):
            vector[i] -= part * known[k, i]


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST)
def _product(
    vector: Any, directions: Any, rows: Any, known: int, limit: int, normals: Any, lengths: Any, out: Any
) -> int:
    """Write W times a vector, drawing one more row where the vector is not in the span of the known directions.

    Returns how many rows are known now; ``limit`` is how many there can be.
    """
    columns = len(vector)
    if known < limit:
        direction = directions[known]
        direction[:] = vector
        size = np.sqrt(_dot(vector, vector))
        _take_out(directions, known, direction)
        length = np.sqrt(_dot(direction, direction))
        if length <= _CANCELLED * size:
            _take_out(directions, known, direction)
            length = np.sqrt(_dot(direction, direction))
        if length > _RESOLVED * size:
            direction /= length
            row = rows[known]
            row[:] = normals[known * columns : (known + 1) * columns]
            _take_out(directions, known + 1, row)
            row += lengths[known] * direction
            known += 1
    out[:] = 0.0 * vector
    for k in range(known):
        part = _dot(rows[k], vector)
        for i in range(columns):
            out[i] += part * rows[k, i]
    return known


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST)
def add_several_steps(
    error: Any,
    deviations: Any,
    noise: float,
    scale: float,
    sets: int,
    uses: int,
    limit: int,
    outer: int,
    normals: Any,
    lengths: Any,
    directions: Any,
    rows: Any,
    known: Any,
    vectors: Any,
    total: Any,
) -> None:
    """Add the gradient after any number of inner steps to a total: adapt, differentiate, and go back through the steps.

    Parameters
    ----------
    error, deviations, noise, scale, total
        As for :func:`add_one_step`.
    sets, uses : int
        Data sets, and inner steps that each of them serves.
    limit : int
        Rows of each data set that may be drawn.
    outer : int
        1 if the outer loss is the population's, 0 if there is nothing but the gradient on the data: NAL on samples.
    normals : array, shape (sets * limit * columns,)
        Standard normals.
    lengths : array, shape (sets, limit)
        Roots of chi-squares.
    directions, rows : array, shape (sets, limit, columns)
        Scratch.
    known : integer array, shape (sets,)
        Scratch.
    vectors : array, shape (3, columns)
        Scratch.
    """
    size, columns = len(error), vectors.shape[1]
    vector, product, state = vectors[0], vectors[1], vectors[2]
    known[:] = 0
    state[:size] = error
    for step in range(sets * uses):
        k = step % sets
        for i in range(size):
            vector[i] = deviations[i] * state[i]
        if columns > size:
            vector[size] = -noise
        share = normals[k * limit * columns : (k + 1) * limit * columns]
        known[k] = _product(vector, directions[k], rows[k], known[k], limit, share, lengths[k], product)
        for i in range(size):
            state[i] -= scale * deviations[i] * product[i]
    if outer == 0:
        # One step of size alpha moved by alpha times the gradient.
        for i in range(size):
            total[i] += error[i] - state[i]
        return
    for i in range(size):
        state[i] *= deviations[i] * deviations[i]
    for step in range(sets * uses - 1, -1, -1):
        k = step % sets
        for i in range(size):
            vector[i] = deviations[i] * state[i]
        if columns > size:
            vector[size] = 0.0
        share = normals[k * limit * columns : (k + 1) * limit * columns]
        known[k] = _product(vector, directions[k], rows[k], known[k], limit, share, lengths[k], product)
        for i in range(size):
            state[i] -= scale * deviations[i] * product[i]
    for i in range(size):
        total[i] += state[i]
