"""Three-valued decisions, and points that meet hypotheses."""

from fractions import Fraction
from itertools import product

import pytest
import sympy as sp

from proofs_check.simulation.checks import decide, holds_given_sign, percent
from proofs_check.simulation.points import POINTS, choose_points, describe
from proofs_check.simulation.quantities import NotMeasurable, inputs_of, largest_step
from theory.claim import builtin_claims
from theory.formula import And, Iff, Implies, Not, Or, eq, ge, gt, integer, lt, ne
from theory.gain import ClassQuantity, PairQuantity, Setting, Substituted
from theory.symbols import V_E, V_H, V, alpha, d, m, nu2, p, rho, share

x, y, z = sp.symbols("x y z")
A, B = gt(x, 0), gt(y, 0)
VALUES = (True, False, None)
CONNECTIVES = (And((A, B)), Or((A, B)), Implies(A, B), Iff(A, B), Not(A))


@pytest.mark.parametrize("formula", CONNECTIVES, ids=str)
@pytest.mark.parametrize(("first", "second"), list(product(VALUES, VALUES)))
def test_a_formula_is_decided_exactly_where_every_completion_agrees(formula, first, second):
    completions = {
        formula.holds({x: Fraction(1 if left else -1), y: Fraction(1 if right else -1)})
        for left in ([True, False] if first is None else [first])
        for right in ([True, False] if second is None else [second])
    }
    expected = completions.pop() if len(completions) == 1 else None
    assert decide(formula, lambda part: first if part == A else second) is expected


@pytest.mark.parametrize(
    ("operator", "below", "above"),
    [
        ("<", True, False),
        ("<=", True, False),
        (">", False, True),
        (">=", False, True),
        ("==", False, False),
        ("!=", True, True),
    ],
)
def test_a_relation_is_decided_by_a_definite_sign_only(operator, below, above):
    assert [holds_given_sign(operator, sign) for sign in (-1, 0, 1)] == [below, None, above]


def test_a_formula_of_another_kind_is_refused():
    class Strange:
        parts = (A,)

    with pytest.raises(TypeError, match="Strange"):
        decide(Strange(), lambda part: True)


@pytest.mark.parametrize(
    "claim", [claim for claim in builtin_claims() if claim.hypotheses], ids=lambda claim: claim.name
)
def test_every_claim_has_points_at_which_its_hypotheses_hold(claim):
    points = choose_points(claim.hypotheses, ())
    assert points
    assert len({describe(point) for point in points}) == len(points)
    for point in points:
        assert all(hypothesis.holds(point) for hypothesis in claim.hypotheses)


def test_defaults_are_kept_where_they_do():
    assert choose_points((gt(rho, 0),), {d, m}, count=1) == [{rho: Fraction(1), d: Fraction(2), m: Fraction(10)}]


@pytest.mark.parametrize(
    "hypotheses",
    [
        (eq(x + y, 10), gt(x, 0), gt(y, 0)),
        (integer(x), gt(x, 1), lt(x, 4)),
        (gt(x * y, 3), lt(x, 0)),
        (ne(x, sp.Rational(1, 2)), ge(x, 0), lt(x, 1)),
        (Or((lt(p, 0), gt(alpha * rho, 3))),),
        (eq(3 * x, 2 * alpha), gt(alpha, 1)),
    ],
    ids=str,
)
def test_the_search_finds_what_the_defaults_miss(hypotheses):
    points = choose_points(hypotheses, ())
    assert points
    assert all(hypothesis.holds(point) for point in points for hypothesis in hypotheses)
    assert choose_points(hypotheses, ()) == points


@pytest.mark.parametrize(
    "hypotheses", [(gt(x, 0), lt(x, 0)), (eq(x**2, 2),), (lt(sp.Integer(1), sp.Integer(0)),)], ids=str
)
def test_no_point_is_made_up_where_there_is_none(hypotheses):
    assert choose_points(hypotheses, (), attempts=200) == []
    assert POINTS == 4


def test_a_measurement_needs_what_its_quantity_is_made_of():
    assert inputs_of(ClassQuantity("curvature", Setting(population=True))) == {rho, nu2, d, alpha}
    assert inputs_of(ClassQuantity("risk_at_centre")) >= {V, m}
    assert share in inputs_of(PairQuantity("risk_at_share"))
    moved = inputs_of(Substituted(PairQuantity("gain"), ((V_E, x + V_H), (alpha, sp.Integer(1)))))
    assert {x, V_H} <= moved
    assert not {V_E, alpha} & moved
    with pytest.raises(NotMeasurable, match="object is only derived"):
        inputs_of(object())


def test_several_steps_are_measured_with_small_step_sizes_only():
    assert largest_step(3, 8, 1) == float("inf")
    assert largest_step(1, 1, 4) < largest_step(1, 8, 4) < largest_step(1, 8, 2) < 1


def test_relative_errors_are_written_in_per_cent():
    assert [percent(value) for value in (0.0123, 1.5, 1e-13)] == ["1.2 %", "1.5e+02 %", "round-off"]
