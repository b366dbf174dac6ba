"""Whether a symmetric matrix of decimals is positive definite, semidefinite or neither, decided exactly.

Rounding cannot settle the cases that matter most: a spread of lower rank is legitimate and has an eigenvalue that is
exactly zero, and a matrix with one of -1e-30 is not a covariance. So float64 decides only what lies clear of its own
rounding errors, and the rest goes to exact arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from numerics.configuration.values import Matrix

__all__ = ["EXACT_DIMENSION", "asymmetric_entry", "smallest_eigenvalue"]

#: Largest dimension decided exactly when float64 cannot tell; the characteristic polynomial takes about a second there.
EXACT_DIMENSION = 150


def asymmetric_entry(matrix: Matrix) -> tuple[int, int] | None:
    """Find the first (i, j) with matrix[i][j] != matrix[j][i], or None if the matrix is symmetric."""
    pairs: Iterator[tuple[int, int]] = ((i, j) for i in range(len(matrix)) for j in range(i))
    return next(((j, i) for i, j in pairs if matrix[i][j] != matrix[j][i]), None)


def smallest_eigenvalue(matrix: Matrix) -> tuple[int, float]:
    """Tell the sign of the smallest eigenvalue, and about how large it is.

    Parameters
    ----------
    matrix : tuple of tuples of Decimal, shape (d, d)
        Symmetric.

    Returns
    -------
    sign : {1, 0, -1}
        Positive definite, semidefinite and singular, or neither. Exact up to dimension ``EXACT_DIMENSION``; above, 0
        is also the answer for an eigenvalue that float64 cannot tell from zero.
    estimate : float
        The eigenvalue in float64; 0.0 where float64 cannot tell it from zero, whatever its sign.
    """
    scale = max(abs(float(entry)) for row in matrix for entry in row)
    if scale == 0:
        return 0, 0.0
    scaled = np.array([[float(entry) / scale for entry in row] for row in matrix])
    smallest = float(np.linalg.eigvalsh(scaled)[0])
    # Rounding the entries and the backward error of the eigenvalues (Weyl) move them by a small multiple of this.
    clear = 16 * len(matrix) * np.finfo(float).eps * float(np.linalg.norm(scaled))
    if abs(smallest) > clear:
        return (1 if smallest > 0 else -1), smallest * scale
    return (_exact_sign(matrix) if len(matrix) <= EXACT_DIMENSION else 0), 0.0


def _exact_sign(matrix: Matrix) -> int:
    """Read the sign off the characteristic polynomial.

    All roots of det(t I - A) = sum_k c_k t^k are real, so by Descartes' rule of signs none is negative exactly if
    (-1)^(d-k) c_k >= 0 for every k; zero is a root exactly if c_0 = 0.
    """
    from flint import fmpq, fmpq_mat

    dimension = len(matrix)
    fractions = [Fraction(entry) for row in matrix for entry in row]
    exact = fmpq_mat(dimension, dimension, [fmpq(entry.numerator, entry.denominator) for entry in fractions])
    coefficients = exact.charpoly().coeffs()
    if any((-1) ** (dimension - k) * coefficient < 0 for k, coefficient in enumerate(coefficients)):
        return -1
    return 1 if coefficients[0] != 0 else 0
