"""Limits: proved for all parameters, or refuted at exact ones."""

import json
from dataclasses import replace
from fractions import Fraction

import pytest
import sympy as sp
from flint import fmpq
from hypothesis import assume, given
from hypothesis import strategies as st

from proofs_check.budget import budget_named
from proofs_check.goal import Goal
from proofs_check.limit_proof import Counter, LimitProof
from proofs_check.limits import LimitProblem
from proofs_check.prover import Prover
from proofs_check.replay.evidence import Checker
from proofs_check.replay.polynomials import Failed
from proofs_check.scalar import judge_scalar
from proofs_check.series import Approach
from proofs_check.solvers import Solvers
from proofs_check.verdict import Obligation, Outcome, Tier
from proofs_check.view import View, ring_of
from theory.claim import Claim, Layer, Limit, Source, builtin_claims
from theory.errors import ClaimError
from theory.formula import And, eq, ge, gt, integer, lt, ne

x, y, z, m, s = sp.symbols("x y z m s")
# What is asserted must not hang on how busy the machine is.
PATIENT = replace(
    budget_named("small"), certificate_seconds=60, solver_seconds=60, search_seconds=120, shrink_seconds=60
)
CLAIMS = {claim.name.removeprefix("collins2022."): claim for claim in builtin_claims()}


def claim(limit, *hypotheses, layers=()):
    return Claim("user.limit", "A limit.", hypotheses, limit, Source("user", "tests"), layers=layers)


def conclusion_of(evidence):
    return [item for item in evidence if item.obligation is Obligation.CONCLUSION]


def judged(stated, solvers):
    return conclusion_of(judge_scalar(stated, budget=PATIENT, seed=0, solvers=solvers))


TRUE = {
    "continuous": claim(Limit(x * y + 1, x, sp.Integer(2), 2 * y + 1)),
    "cancelled": claim(Limit((x**2 - y**2) / (x - y), x, y, 2 * y)),
    "at infinity": claim(Limit((x * y + 1) / (x + y**2), x, sp.oo, y)),
    "at minus infinity": claim(Limit(x**3 / (1 + x**2), x, -sp.oo, -sp.oo)),
    "vanishing": claim(Limit(y / (x + y), x, sp.oo, sp.S.Zero), gt(y, 0)),
    "diverging on one side": claim(Limit(y / x, x, sp.S.Zero, sp.oo), gt(y, 0), gt(x, 0)),
    "diverging on both sides": claim(Limit(y / x**2, x, sp.S.Zero, sp.oo), gt(y, 0)),
    "diverging downwards": claim(Limit(y / x, x, sp.S.Zero, -sp.oo), gt(y, 0), lt(x, 0)),
    "through layers": claim(Limit(s / x, x, sp.S.Zero, y), layers=(Layer(s, x * y + x**2),)),
    "at a quotient": claim(Limit(x * y, x, 1 / y, sp.S.One), gt(y, 0)),
    "under an equation": claim(Limit(y * z + x, x, sp.S.Zero, sp.S.One), eq(y, 1 / z), gt(z, 0)),
    "in a count": claim(Limit(1 + y / m, m, sp.oo, sp.S.One), integer(m), ge(m, 1)),
    "where a denominator is known not to vanish": claim(
        Limit((y * x + x**2) / (y * x), x, sp.S.Zero, sp.S.One), ne(y, 0)
    ),
    "in cases": claim(Limit(x * y / (x**2 + y**2), x, sp.S.Zero, sp.S.Zero)),
    "in cases within cases": claim(
        Limit(x * y * z / (x**2 + y**2 + z**2), x, sp.S.Zero, sp.S.Zero), ge(y, 0), ge(z, 0)
    ),
    "in cases of either sign": claim(Limit(x * y / (x + y), x, y, y / 2)),
    "where only the way there keeps off a pole": claim(Limit(x / (x + 1), x, y, y / (y + 1)), gt(x, 0)),
}

FALSE = {
    "continuous": claim(Limit(x * y + 1, x, sp.Integer(2), 2 * y)),
    "cancelled": claim(Limit((x**2 - y**2) / (x - y), x, y, y)),
    "at infinity": claim(Limit((x * y + 1) / (x + y**2), x, sp.oo, 1 / y), gt(y, 0)),
    "at minus infinity": claim(Limit(x**3 / (1 + x**2), x, -sp.oo, sp.oo)),
    "vanishing": claim(Limit(y / (x + y), x, sp.oo, sp.S.One), gt(y, 0)),
    "diverging on one side": claim(Limit(y / x, x, sp.S.Zero, sp.oo), gt(y, 0), lt(x, 0)),
    "diverging on both sides": claim(Limit(y / x, x, sp.S.Zero, sp.oo), gt(y, 0)),
    "diverging downwards": claim(Limit(y / x, x, sp.S.Zero, -sp.oo), lt(x, 0)),
    "through layers": claim(Limit(s / x, x, sp.S.Zero, y), layers=(Layer(s, x * y + x),)),
    "at a quotient": claim(Limit(x * y, x, 1 / y, sp.Integer(2)), gt(y, 0)),
    "under an equation": claim(Limit(y * z + x, x, sp.S.Zero, sp.S.One), eq(y, 2 / z), gt(z, 0)),
    "in a count": claim(Limit(1 + y / m, m, sp.oo, 1 + y), integer(m), ge(m, 1)),
    "where a denominator is known not to vanish": claim(
        Limit((y * x + x**2) / (y * x + x**2 * z), x, sp.S.Zero, y), ne(y, 0)
    ),
    "in cases": claim(Limit(x**2 / (x**2 + y**2), x, sp.S.Zero, sp.S.Zero)),
    "in cases within cases": claim(
        Limit(x**2 * (y + z + 1) / (x**2 + y**2 + z**2), x, sp.S.Zero, sp.S.Zero), ge(y, 0), ge(z, 0)
    ),
    "in cases of either sign": claim(Limit(x**2 / (x + y), x, y, y / 3)),
    "where only the way there keeps off a pole": claim(Limit(x / (x + 1), x, y, y / (y + 2)), gt(x, 0)),
}


@pytest.mark.parametrize("name", TRUE)
def test_a_true_limit_is_proved_exactly(name, solvers):
    first, second = judged(TRUE[name], solvers)
    assert (first.outcome, first.tier, second.outcome) == (Outcome.PROVED, Tier.EXACT, Outcome.PASSED)


@pytest.mark.parametrize("name", FALSE)
def test_its_broken_version_is_refuted_at_exact_parameters(name, solvers):
    (evidence,) = judged(FALSE[name], solvers)
    assert evidence.outcome is Outcome.REFUTED
    assert evidence.data["limit"] != evidence.data["stated"]
    assert "x" not in evidence.counterexample
    assert all(Fraction(value) is not None for value in evidence.counterexample.values())


@pytest.mark.parametrize("name", FALSE)
def test_the_broken_version_is_not_proved_either(name, solvers):
    problem = LimitProblem(FALSE[name], PATIENT, 0)
    prover = Prover(problem.goal, problem.witness() or {}, solvers, PATIENT)
    assert problem.prove(prover).outcome is Outcome.UNDECIDED


@pytest.mark.parametrize("name", TRUE)
def test_the_proof_is_replayed_without_searching(name, solvers):
    evidence = judged(TRUE[name], solvers)[0]
    item = replace(evidence, data=json.loads(json.dumps(dict(evidence.data))))
    Checker(TRUE[name]).check(item)
    with pytest.raises(Failed):
        Checker(FALSE[name]).check(item)


CASES = [name for name in TRUE if name.startswith("in cases")]


@pytest.mark.parametrize("name", CASES)
def test_no_case_may_be_left_out(name, solvers):
    evidence = judged(TRUE[name], solvers)[0]
    assert "in cases by the signs of" in evidence.detail
    for index in range(len(evidence.data["cases"])):
        cases = [case for i, case in enumerate(evidence.data["cases"]) if i != index]
        with pytest.raises(Failed):
            Checker(TRUE[name]).check(replace(evidence, data={**evidence.data, "cases": cases}))
    for index, entry in enumerate(evidence.data["coordinates"]):
        if entry["context"]:
            coordinates = [item for i, item in enumerate(evidence.data["coordinates"]) if i != index]
            with pytest.raises(Failed):
                Checker(TRUE[name]).check(replace(evidence, data={**evidence.data, "coordinates": coordinates}))


def test_the_counterexample_to_a_case_lies_in_it(solvers):
    (evidence,) = judged(FALSE["in cases"], solvers)
    assert evidence.counterexample == {"y": "0"}


@pytest.mark.parametrize(("name", "facts"), [("in cases", "y == 0"), ("in cases within cases", "y == 0 and z == 0")])
def test_a_case_that_goes_wrong_is_named_and_occurs(name, facts):
    problem = LimitProblem(FALSE[name], PATIENT, 0)
    with pytest.raises(Counter, match=facts) as caught:
        LimitProof(problem, Prover(problem.goal, problem.witness(), Solvers(()), PATIENT)).run()
    assert problem.occurs(caught.value.facts, caught.value.coefficient)


def test_a_case_that_the_hypotheses_exclude_does_not_occur():
    problem = LimitProblem(TRUE["vanishing"], PATIENT, 0)
    assert problem.occurs((gt(y, 1),), None)
    assert not problem.occurs((lt(y, 0),), None)
    assert not problem.occurs((eq(y, 2),), problem.view.read(y - 2).numerator)


def test_true_and_false_come_in_pairs():
    assert TRUE.keys() == FALSE.keys()


def test_the_exception_of_claim_12_is_found_where_the_leading_coefficient_vanishes(solvers):
    """With m infinite the ratio tends to 1 as rho_H tends to rho_E, except on alpha rho_E = 1."""
    stated = CLAIMS["ratio-vanishes-with-hardness-population"]
    without = tuple(h for h in stated.hypotheses if str(h) != "alpha*rho_E != 1")
    assert len(without) == len(stated.hypotheses) - 1
    (evidence,) = judged(replace(stated, hypotheses=without), solvers)
    assert evidence.outcome is Outcome.REFUTED
    point = {name: Fraction(value) for name, value in evidence.counterexample.items()}
    assert point["alpha"] * point["rho_E"] == 1
    stated_limit = 1 + (1 - point["p"]) ** 2 * point["R2"] / point["V_H"]
    assert Fraction(evidence.data["limit"]) == stated_limit != 1


def test_a_limit_that_is_undefined_somewhere_is_undecided_and_says_where(solvers):
    evidence = judged(claim(Limit((x + 1) / (x * y + 1), x, sp.oo, 1 / y)), solvers)
    assert {item.outcome for item in evidence} == {Outcome.UNDECIDED}
    assert "undefined at y = 0" in evidence[-1].detail


def test_nothing_near_the_point_is_no_proof(solvers):
    evidence = judge_scalar(claim(Limit(x, x, sp.S.Zero, sp.S.Zero), gt(x, 1)), budget=PATIENT, seed=0, solvers=solvers)
    assert evidence[0].obligation is Obligation.SATISFIABLE
    assert evidence[0].outcome is Outcome.UNDECIDED


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        (Limit(x, x, x + 1, y), "the point x \\+ 1 of a limit must be free of x"),
        (Limit(x, x, y, s), "the value s of a limit must be free of x"),
        (Limit(y, x, sp.S.Zero, y), "x occurs nowhere"),
    ],
)
def test_limits_that_say_nothing_are_refused(limit, message):
    layers = (Layer(s, 2 * x),) if limit.value == s else ()
    with pytest.raises(ClaimError, match=message):
        LimitProblem(claim(limit, gt(y, 0), layers=layers), PATIENT, 0)


coefficients = st.lists(st.integers(-2, 2), min_size=1, max_size=4)


@given(coefficients, coefficients, st.fractions(-2, 2, max_denominator=2) | st.sampled_from([sp.oo, -sp.oo]))
def test_local_limits_agree_with_values_close_to_the_point(above, below, point):
    numerator = sum((c * x**i for i, c in enumerate(above)), start=sp.S.Zero)
    denominator = sum((c * x**i for i, c in enumerate(below)), start=sp.S.Zero)
    assume(denominator != 0)
    expression = sp.Mul(numerator, sp.Pow(denominator, -1, evaluate=False), evaluate=False)
    goal = Goal((), (), And((eq(x, x),)))
    view = View(goal, ring_of(goal))
    target = sp.Rational(point.numerator, point.denominator) if isinstance(point, Fraction) else point
    found = Approach(view, x, target).at_parameters(view.read(expression)).limit((fmpq(0),))
    tiny = Fraction(1, 10**12)
    for side, sign in ((1, found.sign_above), (-1, found.sign_below)):
        at = Fraction(point) + side * tiny if isinstance(point, Fraction) else (1 if point == sp.oo else -1) / tiny
        value = sum(c * at**i for i, c in enumerate(above)) / Fraction(sum(c * at**i for i, c in enumerate(below)))
        if found.value is not None:
            assert abs(value - found.value) < Fraction(1, 10**9)
        elif isinstance(point, Fraction) or side == 1:
            assert value * sign > 10**9
