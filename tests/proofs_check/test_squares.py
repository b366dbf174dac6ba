"""Sums of squares: found where there is one, exact, never for a polynomial that is negative somewhere, replayed."""

import json
from copy import deepcopy
from dataclasses import replace

import pytest
import sympy as sp
from flint import fmpq, fmpq_mpoly_ctx
from hypothesis import given
from hypothesis import strategies as st

from proofs_check import squares
from proofs_check.budget import budget_named
from proofs_check.exact import prove_exactly
from proofs_check.goal import Goal
from proofs_check.prover import Prover
from proofs_check.replay.coordinates import Coordinates, Known, Step
from proofs_check.replay.polynomials import Failed
from proofs_check.replay.proof import ProofCheck
from proofs_check.solvers import Solvers
from proofs_check.squares import SumOfSquares, sum_of_squares
from proofs_check.verdict import Outcome, Tier
from theory.formula import eq, ge, gt, ne

RING = fmpq_mpoly_ctx.get(["x0", "x1", "x2", "x3"], "lex")
X, Y, Z, W = RING.gens()
ONE = RING.constant(1)
NONNEGATIVE, POSITIVE = {0: False, 1: False, 2: False}, {0: True, 1: True, 2: True}
SECONDS = 60  # what is asserted must not hang on how busy the machine is
PATIENT = replace(budget_named("small"), certificate_seconds=SECONDS)

MOTZKIN = X**4 * Y**2 + X**2 * Y**4 + 1 - 3 * X**2 * Y**2
SCHUR = X * (X - Y) * (X - Z) + Y * (Y - X) * (Y - Z) + Z * (Z - X) * (Z - Y)
CAUCHY = (X**2 + Y**2 + 1) * (Z**2 + W**2 + 1) - (X * Z + Y * W + 1) ** 2
NESBITT = 2 * (X * (X + Y) * (X + Z) + Y * (Y + Z) * (Y + X) + Z * (Z + X) * (Z + Y)) - 3 * (X + Y) * (Y + Z) * (Z + X)

#: Each with the signs of its variables, and something so small that without it the polynomial is negative somewhere.
SUMS = {
    "three squares": (X**2 + Y**2 + Z**2 - X * Y - Y * Z - Z * X, {}),
    "Motzkin's polynomial times x^2 + y^2": (MOTZKIN * (X**2 + Y**2), {}),
    "no zeros": (X**4 + Y**4 + 1 - X * Y, {}),
    "two zeros": (X**4 + Y**4 - X * Y + fmpq(1, 8), {}),
    "irrational zeros": (X**4 - 4 * X**2 + 4 + Y**2, {}),
    "AM-GM of four": (X**4 + Y**4 + Z**4 + W**4 - 4 * X * Y * Z * W, {}),
    "AM-GM of three positive numbers": (X**3 + Y**3 + Z**3 - 3 * X * Y * Z, NONNEGATIVE),
    "Cauchy and Schwarz": (CAUCHY, {}),
    "Nesbitt": (NESBITT, POSITIVE),
}
#: Nonnegative, and no sums of squares themselves.
MULTIPLES = {
    "Motzkin": (MOTZKIN, {}),
    "Schur": (SCHUR, NONNEGATIVE),
    "Choi and Lam": (W**4 + X**2 * Y**2 + Y**2 * Z**2 + Z**2 * X**2 - 4 * X * Y * Z * W, {}),
}


def adds_up(found, polynomial):
    total = sum((s.times * s.weight * s.root**2 for s in found.summands), start=RING.constant(0))
    assert total == found.direction * found.multiplier * polynomial
    assert all(summand.weight > 0 for summand in found.summands)
    return True


@pytest.mark.parametrize("name", SUMS)
def test_a_sum_of_squares_is_found_and_adds_up_exactly(name):
    polynomial, signs = SUMS[name]
    found = sum_of_squares(polynomial, signs, SECONDS)
    assert adds_up(found, polynomial)
    assert found.multiplier == ONE


@pytest.mark.parametrize("name", SUMS)
def test_the_sign_of_the_negative_is_found_too(name):
    polynomial, signs = SUMS[name]
    found = sum_of_squares(-polynomial, signs, SECONDS)
    assert found.direction == -1
    assert adds_up(found, -polynomial)


@pytest.mark.parametrize("name", [name for name in SUMS if name != "no zeros"])
def test_a_little_less_is_not_proved(name):
    """All of these have zeros, at which this is negative; so little that floating point sees no difference."""
    polynomial, signs = SUMS[name]
    assert sum_of_squares(polynomial - fmpq(1, 10**12), signs, SECONDS) is None


@pytest.mark.parametrize("name", MULTIPLES)
def test_what_is_nonnegative_and_no_sum_of_squares_needs_a_multiple(name):
    polynomial, signs = MULTIPLES[name]
    assert sum_of_squares(polynomial, signs, SECONDS, multiply=False) is None
    found = sum_of_squares(polynomial, signs, SECONDS)
    assert adds_up(found, polynomial)
    assert found.multiplier != ONE


def test_what_is_nonnegative_and_no_such_multiple_is_left_open():
    """Near 0 Motzkin's form leads, also after a multiplication by 1 + x^2 + y^2 + z^2, and it is no sum of squares."""
    motzkin = X**4 * Y**2 + X**2 * Y**4 + Z**6 - 3 * X**2 * Y**2 * Z**2
    assert sum_of_squares(motzkin, {}, SECONDS) is not None
    assert sum_of_squares(motzkin + X**8 + Y**8 + Z**8, {}, SECONDS) is None


def test_the_signs_of_variables_are_needed():
    assert sum_of_squares(SUMS["AM-GM of three positive numbers"][0], {}, SECONDS) is None
    assert sum_of_squares(SCHUR, {0: False, 1: False}, SECONDS) is None


@pytest.mark.parametrize("limit", ["MAX_TERMS", "MAX_CANDIDATES", "MAX_BASIS", "MAX_UNKNOWNS", "MAX_REDUCTIONS"])
def test_size_is_limited(limit, monkeypatch):
    monkeypatch.setattr(squares, limit, 1 if limit != "MAX_REDUCTIONS" else 0)
    assert sum_of_squares(*SUMS["AM-GM of four"], SECONDS) is None


def test_time_is_limited():
    assert sum_of_squares(*SUMS["AM-GM of four"], 0) is None


small = st.integers(-3, 3)
quadratics = st.lists(st.tuples(small, small, small, small), min_size=1, max_size=3)


@given(quadratics)
def test_sums_of_random_squares_are_found(rows):
    """With a little of every square, so that they have no zeros; irrational ones would leave nothing to be found."""
    little = (X**2 + Y**4 + X**2 * Y**2 + 1) / 100
    polynomial = sum(((a * X + b * Y**2 + c * X * Y + d) ** 2 for a, b, c, d in rows), start=little)
    assert adds_up(sum_of_squares(polynomial, {}, SECONDS), polynomial)


@given(
    st.lists(st.tuples(small, st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=6),
    st.lists(st.tuples(st.fractions(-3, 3, max_denominator=4), st.fractions(0, 3, max_denominator=4)), min_size=5),
)
def test_no_sum_of_squares_is_contradicted_by_a_point(terms, points):
    polynomial = sum((c * X**i * Y**j for c, i, j in terms), start=RING.constant(0))
    found = None if polynomial.is_zero() else sum_of_squares(polynomial, {1: False}, SECONDS)
    for x, y in points if found else ():
        value = polynomial(*(fmpq(v.numerator, v.denominator) for v in (x, y, x * 0, x * 0)))
        assert value * found.direction >= 0


# --- As a certificate of a goal, and replayed

x, y, z = sp.symbols("x y z")
RING_INEQUALITY = ge(x**2 + y**2 + z**2, x * y + y * z + z * x)
POSITIVES = (gt(x, 0), gt(y, 0), gt(z, 0))
GOALS = {
    "over the reals": Goal((), (), RING_INEQUALITY),
    "a factor of even degree four": Goal((), (), ge(x**4 + y**4 + z**4, x * y * z * (x + y + z))),
    "strictly": Goal((), (), gt(x**4 + y**4 + 1, x * y)),
    "Motzkin": Goal((), (), ge(x**4 * y**2 + x**2 * y**4 + 1, 3 * x**2 * y**2)),
    "Schur": Goal(POSITIVES, (), ge(x * (x - y) * (x - z) + y * (y - x) * (y - z) + z * (z - x) * (z - y), 0)),
    "a quotient": Goal(POSITIVES, (), ge(x / (y + z) + y / (z + x) + z / (x + y), sp.Rational(3, 2))),
    "in slacks": Goal((gt(y, 1), gt(x, y), gt(z, 0)), (), ge(x**3 + y**3 + z**3, 3 * x * y * z)),
    "times a factor": Goal((gt(x, 0),), (), ge(x * (y**4 + z**4 + 1), x * y * z)),
    "negated": Goal((), (), gt(0, x * y - x**4 - y**4 - 1)),
}
FALSE = {
    "over the reals": Goal((), (), ge(x**2 + y**2 + z**2 - sp.Rational(1, 10**9), x * y + y * z + z * x)),
    "strictly": Goal((), (), gt(x**2 + y**2 + z**2, x * y + y * z + z * x)),
    "strictly, with a hypothesis that does not help": Goal((ne(x, 0),), (), gt(x**2 + y**2 - 2 * x * y, 0)),
    "Schur without signs": Goal((gt(x, 0),), (), GOALS["Schur"].conclusion),
    "as an equation": Goal((), (), eq(x**2 + y**2 + z**2, x * y + y * z + z * x)),
}


def proved(goal):
    return prove_exactly(Prover(goal, {}, Solvers(()), PATIENT))


@pytest.mark.parametrize("name", GOALS)
def test_a_goal_is_proved_exactly_and_the_certificate_replayed(name):
    evidence = proved(GOALS[name])
    assert (evidence.outcome, evidence.tier, evidence.method) == (Outcome.PROVED, Tier.EXACT, "flint (sum of squares)")
    ProofCheck(GOALS[name], json.loads(json.dumps(dict(evidence.data)))).check()


@pytest.mark.parametrize("name", FALSE)
def test_what_is_false_is_not_proved(name):
    assert proved(FALSE[name]).outcome is Outcome.UNDECIDED


def sums_in(record):
    """Yield every sum of squares inside a record."""
    if isinstance(record, dict):
        if "sum of squares" in record:
            yield record
        for part in record.values():
            yield from sums_in(part)
    elif isinstance(record, list):
        for part in record:
            yield from sums_in(part)


TAMPERED = {
    "a square left out": lambda s: s["sum of squares"].pop(),
    "a weight made negative": lambda s: s["sum of squares"][0].__setitem__(1, "-" + s["sum of squares"][0][1]),
    "another weight": lambda s: s["sum of squares"][0].__setitem__(1, "7/3"),
    "a weight that is not a number": lambda s: s["sum of squares"][0].__setitem__(1, "x0^2"),
    "another root": lambda s: s["sum of squares"][-1].__setitem__(2, "x0 + 1"),
    "times what may be negative": lambda s: s["sum of squares"][0].__setitem__(0, "x0 - x1"),
    "the other direction": lambda s: s.__setitem__("direction", -s["direction"]),
    "no direction": lambda s: s.__setitem__("direction", 0),
    "another multiplier": lambda s: s.__setitem__("multiplier", "2"),
    "a multiplier of zero": lambda s: s.__setitem__("multiplier", "x0 - x0"),
    "a multiplier that changes sign": lambda s: s.__setitem__("multiplier", "x0 - x1"),
}


@pytest.mark.parametrize("name", TAMPERED)
@pytest.mark.parametrize("goal", ["strictly", "Schur"])
def test_a_tampered_sum_of_squares_is_refused(name, goal):
    record = json.loads(json.dumps(dict(proved(GOALS[goal]).data)))
    tampered = deepcopy(record)
    (found,) = sums_in(tampered)
    TAMPERED[name](found)
    with pytest.raises(Failed):
        ProofCheck(GOALS[goal], tampered).check()


def test_a_certificate_does_not_prove_another_goal():
    """The squares of a weak inequality do not prove the strict one, nor the same one without its hypotheses."""
    weak = Goal((), (), ge(x**4 + y**4 + sp.Rational(1, 8), x * y))
    record = dict(proved(weak).data)
    with pytest.raises(Failed):
        ProofCheck(Goal((), (), gt(x**4 + y**4 + sp.Rational(1, 8), x * y)), record).check()
    schur = GOALS["Schur"]
    with pytest.raises(Failed):
        ProofCheck(Goal((gt(x, 0),), (), schur.conclusion), dict(proved(schur).data)).check()


def test_a_multiplier_that_cancels_everything_proves_nothing():
    """0 * (-1) = 0 would be a sum of squares; so would a multiple by what only looks nonnegative."""
    line = Coordinates([], [])
    empty = {"direction": 1, "multiplier": "0", "sum of squares": []}
    with pytest.raises(Failed):
        line.follow(-ONE, empty)
    odd = {"direction": 1, "multiplier": "x0", "sum of squares": [["1", "1", "x0"]]}
    with pytest.raises(Failed):
        line.follow(X, odd)
    half = Coordinates([(X, ">=")], [Step(0, X, ONE)])
    assert half.follow(X, odd) == Known(1, False)


def test_the_record_reads_back():
    found = sum_of_squares(*SUMS["three squares"], SECONDS)
    assert isinstance(found, SumOfSquares)
    assert Coordinates([], []).follow(SUMS["three squares"][0], found.to_json()) == Known(1, False)
