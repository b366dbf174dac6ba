"""What a claim asks for: goals, their definitions, and how they stand at a point."""

from fractions import Fraction

import pytest
import sympy as sp

from proofs_check.goal import Definition, Goal, Standing, definitions_of, derivation_goal, goals_of, in_context
from theory.claim import Claim, Layer, Monotonicity, Source, Statement
from theory.errors import ClaimError
from theory.formula import And, Iff, Implies, Not, Or, eq, ge, gt, integer, lt, ne

x, y, n, s, t = sp.symbols("x y n s t")


class Derived:
    name = "twice"

    def expression(self):
        return 2 * x


def claim(hypotheses, conclusion, layers=()):
    return Claim("user.sample", "A sample.", hypotheses, conclusion, Source("user", "tests"), layers=layers)


def test_symbols_come_in_the_order_in_which_they_are_mentioned():
    goal = Goal((gt(y, 0), gt(x, y)), (Definition(s, x + n, False),), eq(s, t))
    assert goal.symbols == (y, x, n, t)


@pytest.mark.parametrize(
    ("point", "standing"),
    [
        ({x: 2, n: 1}, Standing.HOLDS),
        ({x: 1, n: 1}, Standing.VIOLATED),
        ({x: -1, n: 1}, Standing.OUTSIDE),
        ({x: 1, n: Fraction(1, 2)}, Standing.OUTSIDE),
        ({x: 3, n: 3}, Standing.UNDEFINED),
        ({x: 0, n: 1}, Standing.OUTSIDE),
    ],
)
def test_a_point_is_judged_with_integrality_and_poles(point, standing):
    goal = Goal((gt(1 / x, 0), integer(n)), (Definition(s, 1 / (x - 3), False),), gt(s * (x - 3) * x, n))
    assert goal.standing({symbol: Fraction(value) for symbol, value in point.items()}) is standing


def test_an_unused_definition_may_have_a_pole():
    goal = Goal((), (Definition(s, 1 / x, False),), Or((eq(x, 0), gt(s * s, 0))))
    assert goal.standing({x: Fraction(0)}) is Standing.HOLDS


@pytest.mark.parametrize(
    ("formula", "contexts"),
    [
        (And((gt(x, 0), gt(y, 0))), [(), (gt(x, 0),)]),
        (Or((gt(x, 0), gt(y, 0))), [(), (gt(x, 0).negated(),)]),
        (Implies(gt(x, 0), gt(y, 0)), [(), (gt(x, 0),)]),
        (Iff(gt(x, 0), gt(y, 0)), [(), ()]),
        (Not(gt(x, 0)), [()]),
        (Implies(Iff(gt(x, 0), gt(y, 0)), gt(s, 0)), [(), (), (Iff(gt(x, 0), gt(y, 0)),)]),
        (Or((Not(gt(x, 0)), gt(y, 0))), [(), (Not(Not(gt(x, 0))),)]),
    ],
)
def test_a_relation_is_read_in_the_context_of_what_stands_before_it(formula, contexts):
    assert [context for context, _ in in_context(formula)] == contexts


def test_typed_and_derived_layers_give_one_goal_and_derived_ones_none():
    layers = (Layer(s, x + x, Derived()), Layer(t, derivation=Derived()))
    goal = derivation_goal(claim((), Statement(eq(s, t)), layers))
    assert [str(part) for part in goal.conclusion.parts] == ["s == 2*x"]
    assert [definition.expression for definition in definitions_of(claim((), Statement(eq(s, t)), layers))] == [
        2 * x
    ] * 2
    assert derivation_goal(claim((), Statement(eq(s, t)), layers[1:])) is None


def test_monotonicity_doubles_what_depends_on_the_variable_and_nothing_else():
    layers = (Layer(s, x + y), Layer(t, 2 * y))
    hypotheses = (gt(x, 0), lt(y, s), integer(x), ne(y, 0))
    (goal,) = goals_of(claim(hypotheses, Monotonicity(s * t, (x,), "nondecreasing"), layers))
    assert [str(item) for item in goal.hypotheses] == [
        *(str(item) for item in hypotheses),
        "x' > 0",
        "y < s'",
        "x' is an integer",
        "x' > x",
    ]
    assert [f"{item.symbol} = {item.expression}" for item in goal.definitions] == [
        "s = x + y",
        "t = 2*y",
        "s' = x' + y",
    ]
    assert str(goal.conclusion) == "s'*t >= s*t"


def test_each_variable_of_a_monotonicity_is_a_goal():
    goals = goals_of(claim((), Monotonicity(x - y, (x, y), "nonincreasing")))
    assert [str(goal.conclusion) for goal in goals] == ["x' - y <= x - y", "x - y' <= x - y"]


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ((Layer(s, x), Layer(s, y)), "two layers are named s"),
        ((Layer(s, t), Layer(t, x)), "layer s uses t, which is not defined before it"),
        ((Layer(s, s + 1),), "layer s uses s"),
    ],
)
def test_layers_that_define_nothing_are_refused(layers, message):
    with pytest.raises(ClaimError, match=message):
        definitions_of(claim((), Statement(ge(s, 0)), layers))


def test_a_name_that_monotonicity_needs_is_refused():
    taken = claim((gt(sp.Symbol("x'"), 0),), Monotonicity(x, (x,), "nondecreasing"))
    with pytest.raises(ClaimError, match="rename"):
        goals_of(taken)
