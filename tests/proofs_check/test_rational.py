"""SymPy expressions become exact rational functions, and remember what they divided by."""

from fractions import Fraction

import pytest
import sympy as sp
from flint import fmpq
from hypothesis import assume, given
from hypothesis import strategies as st

from proofs_check.rational import Ring, equal, to_fraction
from theory.arithmetic import evaluate
from theory.errors import ClaimError

x, y, z = sp.symbols("x y z")


def read(expression, *symbols):
    ring = Ring(symbols or (x, y, z))
    return ring, ring.convert(expression, {symbol: ring.symbol(symbol) for symbol in ring.symbols})


def unevaluated(*factors):
    return sp.Mul(*factors, evaluate=False)


def divided_by(expression):
    ring, quotient = read(expression)
    return {ring.text(ring.factors[number]) for number in quotient.inverted}


@pytest.mark.parametrize(
    ("lhs", "rhs"),
    [
        ((x + y) ** 2, x**2 + 2 * x * y + y**2),
        (1 / x + 1 / y, (x + y) / (x * y)),
        ((x**2 - y**2) / (x - y), x + y),
        (1 / (1 / x + 1 / y), x * y / (x + y)),
        (x / (1 + 1 / (1 + 1 / x)), (x**2 + x) / (2 * x + 1)),
        (sp.Rational(1, 3) * x + x / 6, x / 2),
        (sp.Integer(2), sp.Integer(4) / 2),
    ],
)
def test_the_same_rational_function_written_differently_is_equal(lhs, rhs):
    assert equal(lhs, rhs)


@pytest.mark.parametrize(
    ("lhs", "rhs"),
    [
        ((x + y) ** 2, x**2 + 2 * x * y - y**2),
        ((x + y) ** 2, x**2 + x * y + y**2),
        ((x + y) ** 2, x**2 + y**2),
        (1 / x + 1 / y, 1 / (x + y)),
        (x, y),
        (x, x + sp.Rational(1, 10**30)),
    ],
)
def test_a_broken_identity_is_not_equal(lhs, rhs):
    assert not equal(lhs, rhs)


def test_equality_is_settled_where_sympy_needs_expansion():
    huge = (x + y + z + 1) ** 12
    assert equal(huge * (x - 1), (x - 1) * (x + y + z + 1) ** 12)
    assert not equal(huge, huge + x**5 * y)


@pytest.mark.parametrize(
    ("expression", "factors"),
    [
        (x + y, set()),
        (1 / x, {"x"}),
        (unevaluated(x, sp.Pow(x, -1, evaluate=False)), {"x"}),
        (unevaluated(x**2 - y**2, sp.Pow(x - y, -1)), {"x - y"}),
        (1 / (x * y**2), {"x", "y"}),
        (1 / (x**2 - y**2), {"x - y", "x + y"}),
        (1 / (1 / x), set()),  # SymPy has simplified this one before anyone can see it
        (1 / (1 / x + 1 / y), {"x", "y", "x + y"}),
        (unevaluated(sp.S.Zero, sp.Pow(z, -1, evaluate=False)), {"z"}),
    ],
)
def test_everything_divided_by_is_remembered_even_where_it_cancels(expression, factors):
    assert divided_by(expression) == factors


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (sp.Float("0.9") * x, "contains the float 0.9"),
        (sp.sqrt(x), r"sqrt\(x\) is not a rational expression: Pow"),
        (sp.sin(x), "sin is not allowed"),
        (x + sp.Symbol("unknown"), "unknown symbol unknown"),
        (x / sp.S.Zero, "divides by zero"),
        (1 / sp.Add(x, -x, evaluate=False), "zero for all values"),
        (sp.oo + x, "Infinity is not allowed"),
    ],
)
def test_what_is_not_a_rational_function_is_refused(expression, message):
    with pytest.raises(ClaimError, match=message):
        read(expression)


def rational_expressions():
    atoms = st.sampled_from([x, y, z]) | st.fractions(-4, 4, max_denominator=5).map(
        lambda f: sp.Rational(f.numerator, f.denominator)
    )
    return st.recursive(
        atoms,
        lambda inner: st.one_of(
            st.tuples(inner, inner).map(lambda pair: pair[0] + pair[1]),
            st.tuples(inner, inner).map(lambda pair: pair[0] * pair[1]),
            st.tuples(inner, st.integers(-2, 3)).map(lambda pair: pair[0] ** pair[1]),
        ),
        max_leaves=8,
    ).filter(lambda expression: not expression.has(sp.zoo, sp.nan))


values = st.fractions(-5, 5, max_denominator=6)


@given(rational_expressions(), st.tuples(values, values, values))
def test_a_quotient_evaluates_as_the_expression_does(expression, point):
    try:
        ring, quotient = read(expression)
    except ClaimError as error:
        assume("zero for all values" not in str(error))
        raise
    at = [fmpq(value.numerator, value.denominator) for value in point]
    try:
        direct = Fraction(evaluate(expression, dict(zip((x, y, z), point, strict=True))))
    except ZeroDivisionError:
        with pytest.raises(ZeroDivisionError):
            ring.evaluate(quotient, at)
        return
    assert to_fraction(ring.evaluate(quotient, at)) == direct


def test_a_polynomial_is_written_in_its_own_symbols():
    ring, quotient = read(x**2 * y - 2 * y + z / 3 - x)
    assert ring.text(quotient.numerator) == "x**2*y - x - 2*y + 1/3*z"
    long = read((x + y + z + 1) ** 4)
    assert long[0].text(long[1].numerator).endswith("... (35 terms)")
