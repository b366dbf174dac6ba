"""Hypothesis strategies for task populations: exact rational mixtures and inner loops with small numbers first."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import cache
from math import ceil, floor

import numpy as np
from hypothesis import strategies as st

from theory.mixture import Array, InnerLoop, Mixture, TaskClass

__all__ = ["covariances", "inner_loops", "mixtures", "rationals"]


@cache
def rationals(
    *, min_value: Fraction | int, max_value: Fraction | int, max_denominator: int = 8
) -> st.SearchStrategy[Fraction]:
    """Rationals with small denominators, simplest first: they shrink towards 0 or 1 and small integers.

    Parameters
    ----------
    min_value, max_value : Fraction or int
        Both included.
    max_denominator : int
        The largest denominator.
    """
    values = {
        Fraction(numerator, denominator)
        for denominator in range(1, max_denominator + 1)
        for numerator in range(ceil(min_value * denominator), floor(max_value * denominator) + 1)
    }
    return st.sampled_from(sorted(values, key=lambda value: (value.denominator, abs(value), value < 0)))


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
    drawn = draw(st.lists(_classes(dimension), min_size=min_classes, max_size=max_classes))
    total = sum(parts for parts, _ in drawn)
    return Mixture(
        tuple(
            replace(task_class, name=f"class{index}", weight=Fraction(parts, total))
            for index, (parts, task_class) in enumerate(drawn)
        )
    )


@st.composite
def _classes(draw: st.DrawFn, dimension: int) -> tuple[int, TaskClass]:
    """Draw a task class and its weight in parts of the whole; drawn together so that shrinking drops whole classes."""
    parts = draw(st.integers(1, 5))
    centre = np.array([draw(rationals(min_value=-2, max_value=2)) for _ in range(dimension)], dtype=object)
    covariance, spread = draw(covariances(dimension=dimension)), draw(_gram(dimension))
    return parts, TaskClass("", 1, covariance, centre, spread, draw(rationals(min_value=0, max_value=1)))


def inner_loops(*, max_steps: int = 2) -> st.SearchStrategy[InnerLoop]:
    """Inner loops with a step size up to 2, up to 8 samples or infinitely many, and up to ``max_steps`` steps."""
    return st.builds(
        InnerLoop,
        rationals(min_value=Fraction(1, 8), max_value=2),
        st.integers(1, 8) | st.none(),
        st.integers(1, max_steps),
        st.sampled_from(("reused", "fresh")),
    )
