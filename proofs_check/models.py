"""From a solver's model to rational points: irrational values are rounded, or pinned and asked for again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import product

import sympy as sp

from proofs_check.budget import Deadline
from proofs_check.goal import Goal

__all__ = ["Pins", "rational_points"]

Pins = dict[sp.Symbol, Fraction]
"""Values that a model must take."""
Ask = Callable[[Pins], dict[sp.Symbol, Fraction] | None]

#: Denominators that a model's values are rounded to.
DENOMINATORS = (1, 2, 4, 10, 100, 10_000, 10**8)
#: Integers that a symbol is pinned to, and how many combinations of them are asked for.
SMALL_INTEGERS = (1, 2, 3, 0, 5, 10, 30, 100)
MAX_COMBINATIONS = 24


def rational_points(
    goal: Goal, models: Iterable[Mapping[sp.Symbol, Fraction]], ask: Ask, deadline: Deadline
) -> Iterator[dict[sp.Symbol, Fraction]]:
    """Yield candidates for an exact point, from models over the reals.

    Parameters
    ----------
    goal : Goal
        Tells which symbols are integers.
    models : iterable of mapping
        Models that are known already, possibly rounded.
    ask : callable
        Returns a model in which some symbols have given values, or ``None``.
    deadline : Deadline
        When to stop.
    """
    models = list(models)
    for model in models:
        yield from _rounded(model)
    integers = sorted(goal.integers, key=goal.symbols.index)
    for values in list(product(SMALL_INTEGERS, repeat=len(integers)))[:MAX_COMBINATIONS]:
        if deadline.passed:
            return
        pins = {symbol: Fraction(value) for symbol, value in zip(integers, values, strict=True)}
        found = ask(pins)
        while found is not None:
            yield from _rounded(found)
            # Pin one more symbol to a simple value nearby, so that the others may become rational.
            symbol = next((s for s in goal.symbols if s not in pins), None)
            if symbol is None or deadline.passed:
                break
            pins, found = _pinned(pins, symbol, found[symbol], ask)
        if not integers:
            return


def _pinned(pins: Pins, symbol: sp.Symbol, near: Fraction, ask: Ask) -> tuple[Pins, dict[sp.Symbol, Fraction] | None]:
    for denominator in (1, 2, 10, 1000):
        candidate = {**pins, symbol: near.limit_denominator(denominator)}
        model = ask(candidate)
        if model is not None:
            return candidate, model
    return pins, None


def _rounded(model: Mapping[sp.Symbol, Fraction]) -> Iterator[dict[sp.Symbol, Fraction]]:
    yield dict(model)
    for denominator in DENOMINATORS:
        yield {symbol: value.limit_denominator(denominator) for symbol, value in model.items()}
