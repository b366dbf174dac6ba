"""Rationals between two bounds, the simplest first."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from math import ceil, floor
from typing import Any

from hypothesis import strategies as st

from proofs_check.strategies.checks import check_count, check_order, exact_number, is_decimal

__all__ = ["DECIMAL", "between", "rationals"]

#: Denominators of short decimals, as configurations hold them.
DECIMAL = (1, 2, 4, 5, 8, 10)
#: More numbers than this are not listed one by one.
_LISTED = 4_000


def rationals(*, min_value: Any, max_value: Any, max_denominator: int = 8) -> st.SearchStrategy[Fraction]:
    """Rationals with small denominators: they shrink towards 0 or 1 and small integers.

    Parameters
    ----------
    min_value, max_value : number
        Bounds, both included, and drawn themselves whatever their denominators.
    max_denominator : int
        The largest denominator of everything between.

    Raises
    ------
    hypothesis.errors.InvalidArgument
        If a bound is not a finite number, there is nothing between them, or the denominator is no count.
    """
    low, high = exact_number(min_value, "min_value"), exact_number(max_value, "max_value")
    check_order(low, high, "min_value", "max_value")
    check_count(max_denominator, "max_denominator")
    return between(low, high, tuple(range(1, max_denominator + 1)))


@cache
def between(
    low: Fraction, high: Fraction, denominators: tuple[int, ...], *, ends: bool = True
) -> st.SearchStrategy[Fraction]:
    """Rationals of these denominators between two bounds, which are drawn themselves where ``ends`` says so.

    With the denominators of decimals, a bound that is none is not drawn; one of the two has to be.
    """
    ranges = {q: (ceil(low * q), floor(high * q)) for q in denominators if ceil(low * q) <= floor(high * q)}
    drawable = {bound for bound in (low, high) if denominators != DECIMAL or is_decimal(bound)}
    bounds = drawable if ends or not ranges else set()
    if sum(last - first + 1 for first, last in ranges.values()) <= _LISTED:
        inside = {Fraction(n, q) for q, (first, last) in ranges.items() for n in range(first, last + 1)}
        return st.sampled_from(sorted(inside | bounds, key=_simplicity))
    drawn = st.sampled_from(sorted(ranges)).flatmap(lambda q: st.integers(*ranges[q]).map(lambda n: Fraction(n, q)))
    return drawn | st.sampled_from(sorted(bounds, key=_simplicity)) if bounds else drawn


def _simplicity(value: Fraction) -> tuple[int, Fraction, bool]:
    return (value.denominator, abs(value), value < 0)
