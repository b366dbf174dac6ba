"""The outer gradients of many episodes of MAML side by side: the loops that the compiler vectorises run over tasks.

One after the other, as in :mod:`numerics.compiled.episode`, a task in few dimensions has too few coordinates to fill a
vector register. What one task would lose digits in is left to that module.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from numerics.compiled.episode import CANCELLED_ONCE, FAST

__all__ = ["KEPT", "MOST_ABREAST", "WORK", "gradients_abreast", "start_errors"]

#: Tasks side by side, at most.
MOST_ABREAST = 32
# Numbers of each task, kept in one array at fixed distances, so that the compiler sees that they do not overlap.
_SQUARE, _ALONG, _ACROSS, _SLOPE, _MOVED, _FIRST_LENGTH, _SECOND_LENGTH = (MOST_ABREAST * k for k in range(7))
_SQUARED, _PARALLEL, _SEEN, _BESIDE = (MOST_ABREAST * k for k in range(7, 11))
_BY_ROW, _BY_SECOND, _BY_VECTOR, _BY_WHITENED = (MOST_ABREAST * k for k in range(11, 15))
#: Where it says 1 for each task that has a gradient, 0 where digits would be lost.
KEPT = 15 * MOST_ABREAST
#: Length of the scratch.
WORK = 16 * MOST_ABREAST


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST)
def start_errors(labels: Any, starts: Any, roots: Any, spread: Any, normals: Any, errors: Any, deviations: Any) -> None:
    """Draw the tasks' optima: write parameters less optimum, and the deviations of the inputs, of each task.

    Parameters
    ----------
    labels : integer array, shape (width,)
        Each task's class.
    starts : array, shape (d, classes)
        Parameters less each class's centre.
    roots : array, shape (d or 1, classes)
        Roots of the covariances' eigenvalues.
    spread : array, shape (classes, d, 1), (classes, d, d) or (0, 0, 0)
        Roots of the covariances of the optima: diagonals, matrices, or none.
    normals : array, shape (d, width)
        Standard normals, not looked at without spread.
    errors : array, shape (d, width)
        Written to.
    deviations : array, shape (d or 1, width)
        Written to.
    """
    size, width = errors.shape
    for i in range(len(roots)):
        for t in range(width):
            deviations[i, t] = roots[i, labels[t]]
    for i in range(size):
        for t in range(width):
            errors[i, t] = starts[i, labels[t]]
    if len(spread) == 0:
        return
    if spread.shape[2] == 1:
        for i in range(size):
            for t in range(width):
                errors[i, t] -= spread[labels[t], i, 0] * normals[i, t]
        return
    for i in range(size):
        for j in range(size):
            for t in range(width):
                errors[i, t] -= spread[labels[t], i, j] * normals[j, t]


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST)
def gradients_abreast(
    errors: Any,
    deviations: Any,
    noises: Any,
    scale: float,
    first: Any,
    second: Any,
    lengths: Any,
    work: Any,
    gradients: Any,
) -> int:
    """Write the gradient of each task after one inner step on two or more samples.

    The algebra is that of :func:`numerics.compiled.episode.add_one_step`, with one more index.

    Parameters
    ----------
    errors : array, shape (d, width)
        Parameters less each task's optimal solution.
    deviations : array, shape (d or 1, width)
        Roots of the eigenvalues of the tasks' covariances.
    noises : array, shape (width,)
        Standard deviations of the label noise.
    scale : float
        alpha / m.
    first, second : array, shape (columns, width)
        Standard normals.
    lengths : array, shape (2, width)
        Roots of chi-squares with m and m - 1 degrees of freedom.
    work : array, shape (WORK,)
        Scratch; from KEPT on, what it says there.
    gradients : array, shape (d, width)
        Written to; zeros where digits would be lost.

    Returns
    -------
    int
        How many tasks were left out.
    """
    size, width = errors.shape
    stride = 1 if len(deviations) > 1 else 0
    labelled = len(first) > size
    for t in range(width):
        work[_FIRST_LENGTH + t] = lengths[0, t]
        work[_SECOND_LENGTH + t] = lengths[1, t]
        work[_SQUARE + t] = noises[t] * noises[t]
        work[_ALONG + t] = -noises[t] * first[size, t] if labelled else 0.0
        work[_ACROSS + t] = -noises[t] * second[size, t] if labelled else 0.0
    for i in range(size):
        for t in range(width):
            whitened = deviations[i * stride, t] * errors[i, t]
            work[_SQUARE + t] += whitened * whitened
            work[_ALONG + t] += whitened * first[i, t]
            work[_ACROSS + t] += whitened * second[i, t]
    for t in range(width):
        length = np.sqrt(work[_SQUARE + t])
        root = work[_FIRST_LENGTH + t]
        work[_SLOPE + t] = (root - work[_ALONG + t] / length) / length
        work[_MOVED + t] = scale * root * length
        work[_SQUARED + t] = 0.0
        work[_PARALLEL + t] = 0.0
        work[_SEEN + t] = 0.0
        work[_BESIDE + t] = 0.0
    for i in range(size):
        for t in range(width):
            deviation = deviations[i * stride, t]
            whitened = deviation * errors[i, t]
            row = first[i, t] + work[_SLOPE + t] * whitened
            variance = deviation * deviation
            vector = variance * (whitened - variance * row * work[_MOVED + t])
            work[_SQUARED + t] += vector * vector
            work[_PARALLEL + t] += vector * whitened
            work[_SEEN + t] += vector * row
            work[_BESIDE + t] += vector * second[i, t]
    for t in range(width):
        length = np.sqrt(work[_SQUARE + t])
        parallel, squared = work[_PARALLEL + t] / length, work[_SQUARED + t]
        left = squared - parallel * parallel
        good = (work[_SQUARE + t] > 0.0) & (left > CANCELLED_ONCE * CANCELLED_ONCE * squared)
        rest = np.sqrt(left)
        sideways = work[_ACROSS + t] / length
        radial = (work[_SECOND_LENGTH + t] - (work[_BESIDE + t] - parallel * sideways) / rest) / rest
        stretch = scale * work[_SECOND_LENGTH + t] * rest
        # W times the vector, as a combination of the first row, the second normal, the vector and w.
        work[_BY_ROW + t] = scale * work[_SEEN + t]
        work[_BY_SECOND + t] = stretch
        work[_BY_VECTOR + t] = stretch * radial
        work[_BY_WHITENED + t] = -stretch * (sideways + radial * parallel) / length
        work[KEPT + t] = 1.0 if good else 0.0
    for i in range(size):
        for t in range(width):
            deviation = deviations[i * stride, t]
            whitened = deviation * errors[i, t]
            row = first[i, t] + work[_SLOPE + t] * whitened
            variance = deviation * deviation
            outer = whitened - variance * row * work[_MOVED + t]
            product = work[_BY_ROW + t] * row + work[_BY_SECOND + t] * second[i, t]
            product += work[_BY_VECTOR + t] * variance * outer + work[_BY_WHITENED + t] * whitened
            gradient = deviation * (outer - product)
            gradients[i, t] = gradient if work[KEPT + t] > 0.0 else 0.0
    left_out = 0
    for t in range(width):
        left_out += 0 if work[KEPT + t] > 0.0 else 1
    return left_out
