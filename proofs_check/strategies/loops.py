"""Inner loops: step sizes inside, on and beyond stability, sample counts from one to infinity."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from proofs_check.strategies.checks import check_choices, check_count, check_flag, check_order, positive_number
from proofs_check.strategies.numbers import DECIMAL, between
from theory.mixture import DataReuse, InnerLoop

__all__ = ["inner_loops", "loops", "sample_counts", "step_sizes"]

_DATA: tuple[DataReuse, ...] = ("reused", "fresh")


def step_sizes(
    *, max_eigenvalue: Any = 2, min_multiple: Any = Fraction(1, 8), max_multiple: Any = 2, exact: bool = True
) -> st.SearchStrategy[Any]:
    """Inner step sizes as multiples of the edge of stability, which is 2 / max_eigenvalue.

    A population gradient step contracts in every direction below that edge. At half of it the steepest direction is
    solved in one step; on it the error keeps its size; beyond it the error grows. The edge itself, and half of it, are
    drawn on purpose where the bounds allow.

    Parameters
    ----------
    max_eigenvalue : number
        Largest eigenvalue of the covariances that are adapted to.
    min_multiple, max_multiple : number
        Bounds, both included, in units of the edge: below 1 for stable steps only.
    exact : bool
        Fractions, or floats.

    Raises
    ------
    hypothesis.errors.InvalidArgument
        If an argument is not allowed.
    """
    edge = 2 / positive_number(max_eigenvalue, "max_eigenvalue")
    low, high = positive_number(min_multiple, "min_multiple"), positive_number(max_multiple, "max_multiple")
    check_order(low, high, "min_multiple", "max_multiple")
    check_flag(exact, "exact")
    marks = [multiple for multiple in (Fraction(1, 2), Fraction(1)) if low <= multiple <= high]
    multiples = between(low, high, tuple(range(1, 9)))
    steps = (st.sampled_from(marks) | multiples if marks else multiples).map(lambda multiple: multiple * edge)
    return steps if exact else steps.map(float)


def sample_counts(
    *, min_samples: int = 1, max_samples: int = 8, allow_infinity: bool = True
) -> st.SearchStrategy[int | None]:
    """Numbers m of samples, the fewest first; ``None`` stands for infinitely many.

    Parameters
    ----------
    min_samples, max_samples : int
        Bounds of the finite ones, both included.
    allow_infinity : bool
        Whether infinitely many, that is the population gradient, are drawn too.

    Raises
    ------
    hypothesis.errors.InvalidArgument
        If an argument is not allowed.
    """
    check_count(min_samples, "min_samples")
    check_count(max_samples, "max_samples")
    check_order(min_samples, max_samples, "min_samples", "max_samples")
    check_flag(allow_infinity, "allow_infinity")
    finite = st.integers(min_samples, max_samples)
    # Both are always drawn: with a choice between them None would be the shorter one, and shrinking would end there.
    return (
        st.tuples(finite, st.booleans()).map(lambda drawn: None if drawn[1] else drawn[0]) if allow_infinity else finite
    )


def inner_loops(
    *,
    min_step_size: Any = Fraction(1, 8),
    max_step_size: Any = 2,
    min_samples: int = 1,
    max_samples: int = 8,
    allow_infinity: bool = True,
    min_steps: int = 1,
    max_steps: int = 2,
    data: Collection[DataReuse] = _DATA,
    exact: bool = True,
) -> st.SearchStrategy[InnerLoop]:
    """Inner loops of few steps on few samples, on many or on infinitely many.

    Parameters
    ----------
    min_step_size, max_step_size : number
        Bounds of the step size, both included; :func:`step_sizes` chooses them by stability instead.
    min_samples, max_samples, allow_infinity
        As in :func:`sample_counts`.
    min_steps, max_steps : int
        Bounds of the number K of steps.
    data : collection of {"reused", "fresh"}
        Whether the steps may share their sample, draw new ones, or both.
    exact : bool
        Step sizes are Fractions, or floats.

    Raises
    ------
    hypothesis.errors.InvalidArgument
        If an argument is not allowed.
    """
    low, high = positive_number(min_step_size, "min_step_size"), positive_number(max_step_size, "max_step_size")
    check_order(low, high, "min_step_size", "max_step_size")
    check_count(min_steps, "min_steps")
    check_count(max_steps, "max_steps")
    check_order(min_steps, max_steps, "min_steps", "max_steps")
    check_choices(data, "data", _DATA)
    check_flag(exact, "exact")
    counts = sample_counts(min_samples=min_samples, max_samples=max_samples, allow_infinity=allow_infinity)
    return loops(low, high, counts, (min_steps, max_steps), data, exact=exact, decimal=False)


def loops(
    low: Fraction,
    high: Fraction,
    counts: st.SearchStrategy[int | None],
    steps: tuple[int, int],
    data: Collection[DataReuse],
    *,
    exact: bool,
    decimal: bool,
) -> st.SearchStrategy[InnerLoop]:
    """Build inner loops of checked arguments, step sizes being short decimals where ``decimal`` says so."""
    sizes = between(low, high, DECIMAL if decimal else tuple(range(1, 9)))
    words = [word for word in _DATA if word in data]
    return st.builds(
        InnerLoop, sizes if exact else sizes.map(float), counts, st.integers(*steps), st.sampled_from(words)
    )
