"""One linear algebra for floats and exact rationals: arrays of ``float64``, or of ``object`` with flint rationals."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat

from theory.arithmetic import float_number
from theory.mixture import Array, InnerLoop, Mixture, TaskClass

__all__ = [
    "as_rationals",
    "constants_for",
    "is_exact",
    "rational_inner_loop",
    "rational_mixture",
    "solve",
]


def is_exact(array: Array) -> bool:
    """Whether an array holds exact rationals."""
    return bool(array.dtype == object)


def constants_for(array: Array) -> Callable[[int, int], Any]:
    """Return the maker of constants in the arithmetic of an array."""
    return (lambda numerator, denominator: fmpq(numerator, denominator)) if is_exact(array) else float_number


def _rational(value: Any) -> fmpq:
    if isinstance(value, fmpq):
        return value
    exact = Fraction(value)
    return fmpq(exact.numerator, exact.denominator)


def as_rationals(array: Array) -> Array:
    """Convert numbers of any kind to flint rationals, floats by their exact binary value."""
    # A NumPy function makes a bare number of an array without axes; here an array stays one.
    return np.asarray(np.frompyfunc(_rational, 1, 1)(np.asarray(array, dtype=object)), dtype=object)


def rational_mixture(mixture: Mixture) -> Mixture:
    """Return the same mixture in flint rationals."""
    return Mixture(
        tuple(
            TaskClass(
                task_class.name,
                _rational(task_class.weight),
                as_rationals(task_class.covariance),
                as_rationals(task_class.centre),
                as_rationals(task_class.spread),
                _rational(task_class.noise),
            )
            for task_class in mixture.classes
        )
    )


def rational_inner_loop(inner_loop: InnerLoop) -> InnerLoop:
    """Return the same inner loop with a flint rational step size."""
    return InnerLoop(_rational(inner_loop.step_size), inner_loop.samples, inner_loop.steps, inner_loop.data)


def solve(matrix: Array, vector: Array) -> Array:
    """Solve ``matrix x = vector``.

    Parameters
    ----------
    matrix : array, shape (..., d, d)
        Exact matrices come one at a time, floating ones in any batch.
    vector : array, shape (..., d)
        Right-hand sides.

    Raises
    ------
    numpy.linalg.LinAlgError
        If the matrix is singular.
    """
    if not is_exact(matrix):
        solution: Array = np.linalg.solve(matrix, vector[..., None])[..., 0]
        return solution
    left, right = as_rationals(matrix), as_rationals(vector)
    try:
        solved = fmpq_mat(left.tolist()).solve(fmpq_mat([[value] for value in right]))
    except ZeroDivisionError:
        raise np.linalg.LinAlgError("singular matrix") from None
    return np.array([solved[i, 0] for i in range(len(right))], dtype=object)
