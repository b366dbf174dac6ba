"""The kernel of replay by itself: which substitutions and which reasons it accepts, on small polynomials."""

from fractions import Fraction
from itertools import product

import pytest
from flint import fmpq_mpoly_ctx
from hypothesis import given
from hypothesis import strategies as st

from proofs_check.replay.coordinates import Coordinates, Known, Step
from proofs_check.replay.polynomials import Failed, read_polynomial

RING = fmpq_mpoly_ctx.get(["x0", "x1", "x2"], "lex")
X, Y, Z = RING.gens()
ONE = RING.constant(1)


def poly(text):
    return read_polynomial(text, RING)


def coordinates(facts, *steps, **options):
    read = [Step(position, poly(top), poly(bottom)) for position, top, bottom in steps]
    return Coordinates([(poly(text), bound) for text, bound in facts], read, **options)


ACCEPTED = [
    ([("x0", ">")], (0, "x0", "1"), True),
    ([("x0", ">=")], (0, "x0", "1"), False),
    ([("x0 - 1", ">=")], (0, "x0 + 1", "1"), False),
    ([("2*x0 - 1", ">")], (0, "x0 + 1/2", "1"), True),
    ([("-x0 + 3", ">=")], (0, "3 - x0", "1"), False),
]
REFUSED = [
    ([], (0, "x0", "1")),
    ([("x0", "!=")], (0, "x0", "1")),
    ([("x0", ">=")], (0, "x0 + 1", "1")),
    ([("x0 - 1", ">=")], (0, "x0 + 2", "1")),
    ([("x0 + 1", ">=")], (0, "x0", "1")),
    ([("x0", ">=")], (0, "-x0", "1")),
    ([("x0", ">=")], (0, "x0^2", "1")),
    ([("x0", ">=")], (0, "x0", "-1")),
    ([("x0", ">=")], (0, "x0", "x1")),
    ([("x0 - x1", "==")], (0, "x2", "1")),
    ([("x1*x0 - x1", "==")], (0, "1", "1")),
]


@pytest.mark.parametrize(("facts", "step", "positive"), ACCEPTED)
def test_a_step_that_a_hypothesis_bears_out_is_accepted(facts, step, positive):
    assert coordinates(facts, step).signs == {0: positive}


@pytest.mark.parametrize(("facts", "step"), REFUSED)
def test_a_step_that_does_not_follow_is_refused(facts, step):
    with pytest.raises(Failed):
        coordinates(facts, step)
    assert coordinates(facts, step, lenient=True).steps == []


def test_an_interval_becomes_a_half_line():
    """0 < x < 1 by x = 1/(1 + t), which needs both bounds."""
    both = [("x0", ">"), ("1 - x0", ">")]
    unit = coordinates(both, (0, "x0", "1"), (0, "1", "x0 + 1"))
    assert unit.decide(unit.image(poly("x0 - x0^2"))) == Known(1, True)
    with pytest.raises(Failed):
        coordinates(both[:1], (0, "x0", "1"), (0, "1", "x0 + 1"))


def test_a_bound_by_another_symbol():
    facts = [("x1", ">"), ("x0 - x1", ">=")]
    above = coordinates(facts, (1, "x1", "1"), (0, "x0 + x1", "1"))
    assert above.decide(above.image(poly("x0^2 - x1^2"))) == Known(1, False)
    assert above.decide(above.image(poly("x0"))) == Known(1, True)


def test_an_equation_is_solved_only_for_what_it_determines():
    line = coordinates([("2*x0 - x1", "==")], (0, "1/2*x1", "1"))
    assert line.image(poly("4*x0^2 - x1^2")).is_zero()


POSITIVE = coordinates([("x0", ">"), ("x1", ">")], (0, "x0", "1"), (1, "x1", "1"))
QUADRATIC = "x0^2 - x0*x1 + x1^2"
FACTORED = {
    "constant": "2",
    "factors": [
        {"factor": "x0 + x1", "exponent": 1, "by": "coefficients"},
        {"factor": "x2", "exponent": 2, "by": None},
    ],
    "whole": None,
}


@pytest.mark.parametrize(
    ("polynomial", "reason", "known"),
    [
        ("x0 + 2*x1", "coefficients", Known(1, True)),
        ("-x0*x1", "coefficients", Known(-1, True)),
        ("x2^2", "coefficients", Known(1, False)),
        ("2*x0*x2^2 + 2*x1*x2^2", FACTORED, Known(1, False)),
        (QUADRATIC, {"square in": 0, "leading": "coefficients", "discriminant": "coefficients"}, Known(1, True)),
        ("x0 - x0", "zero", Known(1, False)),
        ("x0 - x1", None, Known(0, False)),
    ],
)
def test_reasons_that_hold(polynomial, reason, known):
    assert POSITIVE.follow(poly(polynomial), reason) == known


@pytest.mark.parametrize(
    ("polynomial", "reason"),
    [
        ("x0 - x1", "coefficients"),
        ("x2", "coefficients"),
        ("x0", "zero"),
        ("x0 - x1", "hypothesis"),
        ("x0 - x1", "obvious"),
        ("x0 - x1", FACTORED),
        ("2*x0*x2^2 + 3*x1*x2^2", FACTORED),
        ("x0", FACTORED | {"constant": "0", "factors": []}),
        ("x0^2 - 3*x0*x1 + x1^2", {"square in": 0, "leading": "coefficients", "discriminant": "coefficients"}),
        ("-x0^2 + x0*x1", {"square in": 0, "leading": "coefficients", "discriminant": None}),
        ("x0 + x1", {"square in": 0, "leading": "coefficients", "discriminant": "coefficients"}),
        (QUADRATIC, {"square in": 9, "leading": "coefficients", "discriminant": "coefficients"}),
    ],
)
def test_reasons_that_do_not_hold(polynomial, reason):
    with pytest.raises(Failed):
        POSITIVE.follow(poly(polynomial), reason)


def test_a_hypothesis_speaks_for_its_factors():
    known = coordinates([("x0", ">"), ("x0*x1 - x0*x2", ">=")], (0, "x0", "1"))
    assert known.decide(poly("x1 - x2")) == Known(1, False)
    assert known.decide(poly("x2 - x1")) == Known(-1, False)
    unequal = coordinates([("x1 - x2", "!=")])
    assert unequal.decide(poly("x1^2 - 2*x1*x2 + x2^2")) == Known(1, True)


SMALL = st.integers(-2, 2)
VALUES = [Fraction(n, 2) for n in range(1, 7)]


@given(st.lists(st.tuples(SMALL, st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=4))
def test_no_sign_is_ever_wrong(terms):
    """Whatever is said of a polynomial in positive variables holds at every point of a grid."""
    polynomial = sum((c * X**a * Y**b for c, a, b in terms), start=RING.constant(0))
    known = POSITIVE.decide(polynomial)
    for a, b in product(VALUES, VALUES):
        value = sum(c * a**i * b**j for c, i, j in terms)
        assert not known.direction or value * known.direction >= 0
        assert not known.nonzero or value != 0


@pytest.mark.parametrize("text", ["", "x9", "x0 + ", "x0 x1", "1/0", "y", "x0^-1", None])
def test_text_that_is_no_polynomial_is_refused(text):
    with pytest.raises(Failed):
        read_polynomial(text, RING)


@given(st.lists(st.tuples(st.fractions(max_denominator=9), *[st.integers(0, 3)] * 3), max_size=5))
def test_polynomials_are_read_as_they_are_written(terms):
    from flint import fmpq

    polynomial = sum(
        (fmpq(c.numerator, c.denominator) * X**i * Y**j * Z**k for c, i, j, k in terms), start=RING.constant(0)
    )
    assert poly(polynomial.str()) == polynomial
