"""Symmetric positive definite matrices with chosen eigenvalues, exact because their bases are rational."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from proofs_check.strategies.checks import (
    check_count,
    check_flag,
    check_order,
    exact_number,
    is_decimal,
    positive_number,
)
from proofs_check.strategies.numbers import DECIMAL, between
from theory.mixture import Array

__all__ = ["MAX_EIGENVALUE", "MIN_EIGENVALUE", "Spectrum", "covariances", "in_floats", "spd", "spreads"]

MIN_EIGENVALUE, MAX_EIGENVALUE = Fraction(1, 8), Fraction(2)
#: Cosine and sine of rotations with rational entries, by Pythagorean triples; the first has short decimals.
_ROTATIONS = tuple((Fraction(a, c), Fraction(b, c)) for a, b, c in ((3, 4, 5), (4, 3, 5), (5, 12, 13), (15, 8, 17)))
#: Denominators of eigenvalues that are not to be written as decimals.
_SMALL = tuple(range(1, 9))


class Spectrum:
    """Which eigenvalues are allowed: checked once, where a strategy is made.

    Parameters
    ----------
    min_eigenvalue, max_eigenvalue : number
        Bounds of every eigenvalue, above 0.
    min_condition, max_condition : number or None
        Bounds of the largest eigenvalue over the smallest.
    dimensions : tuple of int
        Those that are to be drawn.
    """

    def __init__(
        self, min_eigenvalue: Any, max_eigenvalue: Any, min_condition: Any, max_condition: Any, *dimensions: int
    ) -> None:
        self.low = positive_number(min_eigenvalue, "min_eigenvalue")
        self.high = positive_number(max_eigenvalue, "max_eigenvalue")
        check_order(self.low, self.high, "min_eigenvalue", "max_eigenvalue")
        widest = self.high / self.low
        self.least = exact_number(min_condition, "min_condition")
        self.most = widest if max_condition is None else exact_number(max_condition, "max_condition")
        for value, name in ((self.least, "min_condition"), (self.most, "max_condition")):
            if value < 1:
                raise InvalidArgument(f"{name}={value} must be at least 1")
        check_order(self.least, self.most, "min_condition", "max_condition")
        if self.least > widest:
            raise InvalidArgument(
                f"min_condition={min_condition!r} must be at most max_eigenvalue / min_eigenvalue = {widest}"
            )
        if self.least > 1 and 1 in dimensions:
            raise InvalidArgument(
                f"min_condition={min_condition!r} must be 1 in dimension 1, where the condition number is always 1"
            )

    def draw(self, draw: st.DrawFn, dimension: int, room: int, denominators: tuple[int, ...]) -> list[Fraction]:
        """Draw eigenvalues: all alike, some repeated, all free, or as far apart as is allowed, with the least one.

        As many numbers are drawn as ``room`` has dimensions, whether they are used or not, so that shrinking can lower
        the dimension alone and finds every other number in its place.
        """
        shapes = ("alike", "repeated", "free", "extreme") if self.least == 1 else ("repeated", "free", "extreme")
        shape = draw(st.sampled_from(shapes))
        smallest = draw(between(self.low, self.high / (1 if shape == "alike" else self.least), denominators))
        if shape == "extreme":
            smallest = self.low
        if room == 1:
            return [smallest]
        ceiling = min(self.high, smallest * self.most)
        largest = draw(between(smallest * (1 if shape == "alike" else self.least), ceiling, denominators))
        if shape == "extreme" and (denominators != DECIMAL or is_decimal(ceiling)):
            largest = ceiling
        inner = between(smallest, largest, denominators) if shape == "free" else st.sampled_from([smallest, largest])
        values = [smallest, largest, *(draw(inner) for _ in range(room - 2))][:dimension]
        first = draw(st.integers(0, room - 1)) % dimension
        return [smallest] * dimension if shape == "alike" else values[first:] + values[:first]


def covariances(
    *,
    dimension: int,
    min_eigenvalue: Any = MIN_EIGENVALUE,
    max_eigenvalue: Any = MAX_EIGENVALUE,
    min_condition: Any = 1,
    max_condition: Any = None,
    exact: bool = True,
) -> st.SearchStrategy[Array]:
    """Symmetric positive definite matrices: multiples of the identity, diagonal or rotated, with chosen eigenvalues.

    Parameters
    ----------
    dimension : int
        Number d of rows.
    min_eigenvalue, max_eigenvalue : number
        Bounds of every eigenvalue, above 0; both are drawn, so that a tiny lower one gives nearly singular matrices.
    min_condition : number
        Least ratio of the largest to the smallest eigenvalue; 1 in one dimension.
    max_condition : number, optional
        Largest such ratio; by default what the bounds allow.
    exact : bool
        Entries are Fractions and the eigenvalues exactly within bounds; otherwise float64, and within rounding.

    Returns
    -------
    SearchStrategy of array, shape (d, d)
        They shrink towards the identity.

    Raises
    ------
    hypothesis.errors.InvalidArgument
        If an argument is not allowed, or the bounds exclude each other.
    """
    check_count(dimension, "dimension")
    check_flag(exact, "exact")
    spectrum = Spectrum(min_eigenvalue, max_eigenvalue, min_condition, max_condition, dimension)
    matrices = spd(dimension, dimension, spectrum, decimal=False)
    return matrices if exact else matrices.map(in_floats)


@st.composite
def spd(draw: st.DrawFn, dimension: int, room: int, spectrum: Spectrum, *, decimal: bool) -> Array:
    """Draw a matrix with a spectrum, its entries short decimals where ``decimal`` says so (and the bounds are)."""
    matrix = np.full((dimension, dimension), Fraction(0), dtype=object)
    np.fill_diagonal(matrix, spectrum.draw(draw, dimension, room, DECIMAL if decimal else _SMALL))
    planes = [(i, j) for j in range(room) for i in range(j)]
    turns = st.tuples(st.sampled_from(planes or [(0, 0)]), st.sampled_from(_ROTATIONS[: 2 if decimal else None]))
    for (i, j), (cosine, sine) in draw(st.lists(turns, max_size=room - 1)):
        if j < dimension:
            rotation = np.full((dimension, dimension), Fraction(0), dtype=object)
            np.fill_diagonal(rotation, Fraction(1))
            rotation[i, i] = rotation[j, j] = cosine
            rotation[i, j], rotation[j, i] = -sine, sine
            matrix = rotation @ matrix @ rotation.T
    return matrix


@st.composite
def spreads(draw: st.DrawFn, dimension: int, room: int, *, decimal: bool) -> Array:
    """Draw a symmetric positive semidefinite matrix ``L L'`` with L lower triangular; it shrinks towards 0."""
    entries = between(Fraction(-1), Fraction(1), (1, 2, 5, 10) if decimal else (1, 2, 3, 4))
    lower = np.full((room, room), Fraction(0), dtype=object)
    for row in range(room):
        for column in range(row + 1):
            lower[row, column] = draw(entries)
    gram: Array = (lower @ lower.T)[:dimension, :dimension]
    return gram


def in_floats(array: Array) -> Array:
    """Return an array of Fractions in float64; what was symmetric stays so."""
    return array.astype(np.float64)
