"""Counterexamples for the committed file: small rationals in an order that never changes, so that the file does not."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from random import Random

import sympy as sp

from proofs_check.goal import Goal, Standing, goals_of
from theory.claim import Claim, Monotonicity, Statement

__all__ = ["first_counterexample"]

_COUNTS = tuple(map(Fraction, (1, 2, 3, 5)))
_VALUES = tuple(map(Fraction, ("1", "1/2", "2", "1/4", "3", "0", "3/4", "4", "1/3")))
_TRIES = 4_000


def first_counterexample(claim: Claim) -> Mapping[str, Fraction] | None:
    """Return values at which a claim fails, the same in every run; ``None`` where few thousand points show none.

    Parameters
    ----------
    claim : Claim
        Only statements and monotonicities have any.
    """
    if not isinstance(claim.conclusion, Statement | Monotonicity):
        return None
    for goal in goals_of(claim):
        point = _scan(goal)
        if point is not None:
            return {str(symbol): value for symbol, value in point.items()}
    return None


def _scan(goal: Goal) -> Mapping[sp.Symbol, Fraction] | None:
    draw = Random(0)
    for _ in range(_TRIES):
        point = {s: draw.choice(_COUNTS if s in goal.integers else _VALUES) for s in goal.symbols}
        if goal.standing(point) is Standing.VIOLATED:
            return point
    return None
