"""Hypothesis strategies for task populations: exact rational mixtures and inner loops with small numbers first."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import strategies as st

from theory.mixture import Array, InnerLoop, Mixture, TaskClass

__all__ = ["covariances", "inner_loops", "mixtures", "rationals"]


def rationals(
    *, min_value: Fraction | int, max_value: Fraction | int, max_denominator: int = 8
) -> st.SearchStrategy[Fraction]:
    """Rationals with small denominators, which shrink towards small integers."""
    return st.fractions(min_value=min_value, max_value=max_value, max_denominator=max_denominator)


@st.composite
def _gram(draw: st.DrawFn, dimension: int) -> Array:
    """Draw a symmetric positive semidefinite matrix ``L L'`` with L lower triangular."""
    lower = np.full((dimension, dimension), Fraction(0), dtype=object)
    for row in range(dimension):
        for column in range(row + 1):
            lower[row, column] = draw(rationals(min_value=-1, max_value=1, max_denominator=4))
    gram: Array = lower @ lower.T
    return gram


@st.composite
def covariances(draw: st.DrawFn, *, dimension: int) -> Array:
    """Symmetric positive definite matrices of exact rationals: isotropic, diagonal or dense.

    Parameters
    ----------
    dimension : int
        Number of rows.
    """
    variances = rationals(min_value=Fraction(1, 8), max_value=2)
    shape = draw(st.sampled_from(("isotropic", "diagonal", "dense")))
    diagonal = [draw(variances)] * dimension if shape != "diagonal" else [draw(variances) for _ in range(dimension)]
    matrix = np.full((dimension, dimension), Fraction(0), dtype=object)
    for index, value in enumerate(diagonal):
        matrix[index, index] = value
    return matrix + draw(_gram(dimension)) if shape == "dense" else matrix


@st.composite
def mixtures(
    draw: st.DrawFn,
    *,
    min_dimension: int = 1,
    max_dimension: int = 3,
    min_classes: int = 1,
    max_classes: int = 3,
) -> Mixture:
    """Mixtures of task classes in exact rationals.

    Parameters
    ----------
    min_dimension, max_dimension : int
        Number of coordinates.
    min_classes, max_classes : int
        Number of task classes.
    """
    dimension = draw(st.integers(min_dimension, max_dimension))
    parts = draw(st.lists(st.integers(1, 5), min_size=min_classes, max_size=max_classes))
    coordinate = rationals(min_value=-2, max_value=2)
    return Mixture(
        tuple(
            TaskClass(
                f"class{index}",
                Fraction(part, sum(parts)),
                draw(covariances(dimension=dimension)),
                np.array([draw(coordinate) for _ in range(dimension)], dtype=object),
                draw(_gram(dimension)),
                draw(rationals(min_value=0, max_value=1)),
            )
            for index, part in enumerate(parts)
        )
    )


def inner_loops(*, max_steps: int = 2) -> st.SearchStrategy[InnerLoop]:
    """Inner loops with a step size up to 2, up to 8 samples or infinitely many, and up to ``max_steps`` steps."""
    return st.builds(
        InnerLoop,
        rationals(min_value=Fraction(1, 8), max_value=2),
        st.integers(1, 8) | st.none(),
        st.integers(1, max_steps),
        st.sampled_from(("reused", "fresh")),
    )
