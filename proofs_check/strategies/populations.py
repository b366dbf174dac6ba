"""Mixtures of task classes, the paper's pair of an easy and a hard one, and whole configurations."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from numerics.configuration import Configuration
from proofs_check.strategies.checks import check_count, check_decimal, check_flag, check_order, positive_number
from proofs_check.strategies.loops import loops, sample_counts
from proofs_check.strategies.matrices import MAX_EIGENVALUE, MIN_EIGENVALUE, Spectrum, in_floats, spd, spreads
from proofs_check.strategies.numbers import DECIMAL, between
from theory.mixture import Array, InnerLoop, Mixture, TaskClass

__all__ = ["configurations", "isotropic_pairs", "mixtures"]

#: A configuration's weights are parts of this, so that they are decimals that sum to 1.
_PARTS = 20
_SMALL = tuple(range(1, 9))


def mixtures(
    *,
    min_dimension: int = 1,
    max_dimension: int = 3,
    min_classes: int = 1,
    max_classes: int = 3,
    min_eigenvalue: Any = MIN_EIGENVALUE,
    max_eigenvalue: Any = MAX_EIGENVALUE,
    min_condition: Any = 1,
    max_condition: Any = None,
    exact: bool = True,
) -> st.SearchStrategy[Mixture]:
    """Mixtures of task classes.

    Parameters
    ----------
    min_dimension, max_dimension : int
        Number of coordinates.
    min_classes, max_classes : int
        Number of task classes.
    min_eigenvalue, max_eigenvalue, min_condition, max_condition : number
        Of every covariance, as in :func:`covariances`.
    exact : bool
        Numbers are Fractions and the weights sum to 1 exactly; otherwise float64.

    Returns
    -------
    SearchStrategy of Mixture
        They shrink towards one class in one coordinate.

    Raises
    ------
    hypothesis.errors.InvalidArgument
        If an argument is not allowed.
    """
    _check_sizes(min_dimension, max_dimension, min_classes, max_classes)
    check_flag(exact, "exact")
    spectrum = Spectrum(min_eigenvalue, max_eigenvalue, min_condition, max_condition, min_dimension)
    drawn = _mixtures((min_dimension, max_dimension), (min_classes, max_classes), spectrum, decimal=False)
    return drawn if exact else drawn.map(_mixture_in_floats)


def isotropic_pairs(
    *,
    min_dimension: int = 1,
    max_dimension: int = 3,
    min_variance: Any = MIN_EIGENVALUE,
    max_variance: Any = MAX_EIGENVALUE,
    exact: bool = True,
) -> st.SearchStrategy[Mixture]:
    """Isotropic pairs, the paper's mixtures: a class "easy" with the steeper loss, and a class "hard".

    Parameters
    ----------
    min_dimension, max_dimension : int
        Number of coordinates.
    min_variance, max_variance : number
        Bounds of both input variances, which differ: rho_E > rho_H.
    exact : bool
        Numbers are Fractions, or float64.

    Raises
    ------
    hypothesis.errors.InvalidArgument
        If an argument is not allowed.
    """
    _check_sizes(min_dimension, max_dimension, 2, 2)
    check_flag(exact, "exact")
    low, high = positive_number(min_variance, "min_variance"), positive_number(max_variance, "max_variance")
    if low >= high:
        raise InvalidArgument(f"min_variance={low} must be below max_variance={high}: the two classes differ")
    drawn = _pairs((min_dimension, max_dimension), low, high)
    return drawn if exact else drawn.map(_mixture_in_floats)


def configurations(
    *,
    min_dimension: int = 1,
    max_dimension: int = 3,
    min_classes: int = 1,
    max_classes: int = 3,
    min_eigenvalue: Any = MIN_EIGENVALUE,
    max_eigenvalue: Any = MAX_EIGENVALUE,
    min_condition: Any = 1,
    max_condition: Any = None,
    min_step_size: Any = Fraction(1, 8),
    max_step_size: Any = 2,
    min_samples: int = 1,
    max_samples: int = 8,
    allow_infinity: bool = True,
    max_steps: int = 2,
) -> st.SearchStrategy[Configuration]:
    """Whole configurations as a TOML file describes them: every number is a decimal.

    Parameters
    ----------
    min_dimension, max_dimension, min_classes, max_classes
        As in :func:`mixtures`.
    min_eigenvalue, max_eigenvalue, min_condition, max_condition : number
        Of every covariance, as in :func:`covariances`; decimals, so that the bounds themselves can be written.
    min_step_size, max_step_size, min_samples, max_samples, allow_infinity, max_steps
        As in :func:`inner_loops`.

    Returns
    -------
    SearchStrategy of Configuration
        ``mixture`` and ``inner_loop`` are in float64, ``exact`` holds both in Fractions.

    Raises
    ------
    hypothesis.errors.InvalidArgument
        If an argument is not allowed.
    """
    _check_sizes(min_dimension, max_dimension, min_classes, max_classes)
    if max_classes > _PARTS:
        raise InvalidArgument(f"max_classes={max_classes!r} must be at most {_PARTS}, for weights that are decimals")
    spectrum = Spectrum(min_eigenvalue, max_eigenvalue, min_condition, max_condition, min_dimension)
    low, high = positive_number(min_step_size, "min_step_size"), positive_number(max_step_size, "max_step_size")
    check_decimal(spectrum.low, "min_eigenvalue")
    check_decimal(spectrum.high, "max_eigenvalue")
    check_decimal(spectrum.least, "min_condition")
    check_decimal(low, "min_step_size")
    check_decimal(high, "max_step_size")
    check_order(low, high, "min_step_size", "max_step_size")
    check_count(max_steps, "max_steps")
    counts = sample_counts(min_samples=min_samples, max_samples=max_samples, allow_infinity=allow_infinity)
    populations = _mixtures((min_dimension, max_dimension), (min_classes, max_classes), spectrum, decimal=True)
    adaptations = loops(low, high, counts, (1, max_steps), ("reused", "fresh"), exact=True, decimal=True)
    return st.builds(_configuration, populations, adaptations)


def _check_sizes(min_dimension: Any, max_dimension: Any, min_classes: Any, max_classes: Any) -> None:
    check_count(min_dimension, "min_dimension")
    check_count(max_dimension, "max_dimension")
    check_order(min_dimension, max_dimension, "min_dimension", "max_dimension")
    check_count(min_classes, "min_classes")
    check_count(max_classes, "max_classes")
    check_order(min_classes, max_classes, "min_classes", "max_classes")


@st.composite
def _mixtures(
    draw: st.DrawFn, dimensions: tuple[int, int], classes: tuple[int, int], spectrum: Spectrum, *, decimal: bool
) -> Mixture:
    dimension = draw(st.integers(*dimensions))
    drawn = draw(
        st.lists(
            _classes(dimension, dimensions[1], spectrum, decimal=decimal), min_size=classes[0], max_size=classes[1]
        )
    )
    weights = _decimal_weights if decimal else _weights
    return Mixture(
        tuple(
            replace(task_class, name=f"class{index}", weight=weight)
            for index, ((_, task_class), weight) in enumerate(
                zip(drawn, weights([parts for parts, _ in drawn]), strict=True)
            )
        )
    )


def _weights(parts: list[int]) -> list[Fraction]:
    return [Fraction(part, sum(parts)) for part in parts]


def _decimal_weights(parts: list[int]) -> list[Fraction]:
    """Return twentieths close to what the parts say: the last class takes what is left."""
    shares = [max(1, _PARTS * part // sum(parts)) for part in parts[:-1]]
    while sum(shares) >= _PARTS:
        shares[shares.index(max(shares))] -= 1
    return [Fraction(share, _PARTS) for share in (*shares, _PARTS - sum(shares))]


@st.composite
def _classes(draw: st.DrawFn, dimension: int, room: int, spectrum: Spectrum, *, decimal: bool) -> tuple[int, TaskClass]:
    """Draw a task class and its weight in parts of the whole; drawn together so that shrinking drops whole classes."""
    denominators = DECIMAL if decimal else _SMALL
    parts = draw(st.integers(1, 5))
    coordinates = between(Fraction(-2), Fraction(2), denominators)
    centre = np.array([draw(coordinates) for _ in range(room)][:dimension], dtype=object)
    covariance = draw(spd(dimension, room, spectrum, decimal=decimal))
    spread = draw(spreads(dimension, room, decimal=decimal))
    return parts, TaskClass("", 1, covariance, centre, spread, draw(between(Fraction(0), Fraction(1), denominators)))


@st.composite
def _pairs(draw: st.DrawFn, dimensions: tuple[int, int], low: Fraction, high: Fraction) -> Mixture:
    dimension = draw(st.integers(*dimensions))
    hard = draw(between(low, high, _SMALL).filter(lambda value: value < high))
    easy = draw(between(hard, high, _SMALL).filter(lambda value: value > hard))
    share = draw(between(Fraction(0), Fraction(1), _SMALL, ends=False).filter(lambda value: 0 < value < 1))
    unit, coordinates = between(Fraction(0), Fraction(1), _SMALL), between(Fraction(-2), Fraction(2), _SMALL)

    def isotropic(name: str, weight: Fraction, variance: Fraction) -> TaskClass:
        centre = np.array([draw(coordinates) for _ in range(dimensions[1])][:dimension], dtype=object)
        covariance, spread = _multiple(variance, dimension), _multiple(draw(unit), dimension)
        return TaskClass(name, weight, covariance, centre, spread, draw(unit))

    return Mixture((isotropic("easy", 1 - share, easy), isotropic("hard", share, hard)))


def _multiple(value: Fraction, dimension: int) -> Array:
    """Return a multiple of the identity."""
    matrix = np.full((dimension, dimension), Fraction(0), dtype=object)
    np.fill_diagonal(matrix, value)
    return matrix


def _mixture_in_floats(mixture: Mixture) -> Mixture:
    return Mixture(
        tuple(
            TaskClass(
                item.name,
                float(item.weight),
                in_floats(item.covariance),
                in_floats(item.centre),
                in_floats(item.spread),
                float(item.noise),
            )
            for item in mixture.classes
        )
    )


def _configuration(mixture: Mixture, inner_loop: InnerLoop) -> Configuration:
    """Write a mixture of short decimals down as a configuration."""

    def decimal(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            return [decimal(item) for item in value]
        return Decimal(value.numerator) / Decimal(value.denominator)

    return Configuration.from_mapping(
        {
            "dimension": mixture.dimension,
            "adaptation": {
                "step_size": decimal(inner_loop.step_size),
                "samples": "inf" if inner_loop.samples is None else inner_loop.samples,
                "steps": inner_loop.steps,
                "data": inner_loop.data,
            },
            "task_class": [
                {
                    "name": item.name,
                    "weight": decimal(item.weight),
                    "covariance": decimal(item.covariance),
                    "centre": decimal(item.centre),
                    "spread": decimal(item.spread),
                    "noise": decimal(item.noise),
                }
                for item in mixture.classes
            ],
        }
    )
