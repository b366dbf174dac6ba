"""Compiled goals decide every point as the plain evaluation in fractions does."""

from fractions import Fraction

import pytest
import sympy as sp
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from proofs_check.compiled import CompiledGoal
from proofs_check.goal import Definition, Goal, Standing, goals_of
from theory.claim import Monotonicity, Statement, builtin_claims
from theory.formula import And, Iff, Implies, Not, Or, eq, ge, gt, integer, le, lt, ne

x, y, n, s = sp.symbols("x y n s")
GOALS = {
    f"{claim.name} {index}": goal
    for claim in builtin_claims()
    if isinstance(claim.conclusion, Statement | Monotonicity)
    for index, goal in enumerate(goals_of(claim))
}
FORMULAS = [
    gt(s / (x - y), n),
    And((ne(x, y), lt(1 / (x - y), 2))),
    Or((eq(x, y), ge(1 / (x - y), 2))),
    Implies(gt(x, 0), gt(y / x, s)),
    Iff(le(x, y), gt(x, 1)),
    Not(eq(s, n)),
    And((Not(gt(x, 0)), Or((gt(y, 0), integer(n))))),
    eq(sp.Integer(1), sp.Rational(1, 2)),
    gt(x**-2, sp.Rational(1, 3)),
]
small = st.fractions(-3, 3, max_denominator=3)


def compared(goal, values):
    """Return how the compiled goal stands at a point, in the words of the plain one."""
    compiled = CompiledGoal(goal)
    point = compiled.point(values)
    if not compiled.admits(point):
        return Standing.OUTSIDE
    return {True: Standing.VIOLATED, False: Standing.HOLDS, None: Standing.UNDEFINED}[compiled.fails(point)]


@given(st.sampled_from(FORMULAS), st.sampled_from(FORMULAS), st.tuples(small, small, small))
def test_both_ways_agree_on_every_connective_and_pole(hypothesis, conclusion, point):
    goal = Goal((hypothesis,), (Definition(s, 1 / (x + y), False),), And((conclusion, eq(x + y + n, x + y + n))))
    values = dict(zip((x, y, n), point, strict=True))
    values |= {symbol: Fraction(1) for symbol in goal.symbols if symbol not in values}
    assert compared(goal, values) is goal.standing(values)


@given(st.sampled_from(sorted(GOALS)), st.data())
def test_both_ways_agree_on_the_claims_of_the_ledger(name, data):
    goal = GOALS[name]
    positive = st.fractions(Fraction(1, 3), 3, max_denominator=3) | st.integers(1, 3).map(Fraction)
    values = {
        symbol: data.draw(st.integers(1, 3).map(Fraction) if symbol in goal.integers else positive)
        for symbol in goal.symbols
    }
    assert compared(goal, values) is goal.standing(values)


def test_points_and_values_are_two_forms_of_the_same():
    goal = Goal((gt(x, 0),), (), gt(y, x))
    compiled = CompiledGoal(goal)
    values = {x: Fraction(1, 3), y: Fraction(-2)}
    assert compiled.point(values) == (fmpq(1, 3), fmpq(-2))
    assert compiled.values(compiled.point(values)) == values


def test_names_are_only_names():
    """A symbol may be called anything: what it is called never reaches the compiled source."""
    odd = sp.Symbol("__import__('os').abort()")
    goal = Goal((gt(odd, 0),), (), gt(odd + 1, 1))
    assert compared(goal, {odd: Fraction(1)}) is Standing.HOLDS


def test_what_is_not_rational_is_not_compiled():
    with pytest.raises(TypeError, match="not a rational expression"):
        CompiledGoal(Goal((), (), gt(sp.sin(x), 0)))
