"""Certificates of sign: they settle what they should, and never assert a sign that a point contradicts."""

from fractions import Fraction
from itertools import pairwise

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from proofs_check import positivity
from proofs_check.certify import Certifier
from proofs_check.goal import Definition, Goal
from proofs_check.positivity import Substitution
from proofs_check.view import View, ring_of
from theory.formula import And, Iff, Implies, Not, Or, eq, ge, gt, le, lt, ne

x, y, z, p, m, q = sp.symbols("x y z p m q")
SECONDS = 20


def certifier(conclusion, *hypotheses, definitions=(), opaque=()):
    goal = Goal(hypotheses, definitions, conclusion)
    return Certifier(View(goal, ring_of(goal), opaque), SECONDS)


def certified(conclusion, *hypotheses, **view):
    return certifier(conclusion, *hypotheses, **view).prove(conclusion) is not None


POSITIVE = (gt(x, 0), gt(y, 0))

TRUE = {
    "sum of positives": (gt(x + y, 0), *POSITIVE),
    "slack of a lower bound": (ge(x * y - y**2, 0), gt(y, 0), ge(x, y)),
    "strict slack": (gt(x**2 - y**2, 0), gt(y, 0), gt(x, y)),
    "probability": (gt(p * (1 - p), 0), gt(p, 0), lt(p, 1)),
    "closed interval": (ge(p * (2 - p), 0), ge(p, 0), lt(p, 1)),
    "integer bound": (ge(m**2, m), ge(m, 1)),
    "upper bound only": (gt(5 - x, 0), lt(x, 3)),
    "bound by a quotient": (lt(x * y, 2), gt(y, 0), gt(x, 0), lt(x * (y + 1), 2)),
    "square": (ge(x**2 - 2 * x * y + y**2, 0),),
    "completed square": (gt(x**2 - x + 1, 0),),
    "completed square with parameters": (gt(1 - 2 * x * y + (1 + p) * x**2 * y**2, 0), gt(p, 0), gt(y, 0)),
    "square in a square": (gt(x**4 + y**2 - 2 * x**2 * y + z**2 + 1, 0),),
    "cubic on a half line": (ge(x**3 + y**3 + 1, 3 * x * y), ge(x, 0), ge(y, 0)),
    "equation used": (eq(x * y, 1), gt(y, 0), eq(x, 1 / y)),
    "equation with a bound": (gt(y, 0), gt(x, 0), eq(y, x + 1)),
    "inequation": (ne((x - 1) ** 2 * (x**2 + 1), 0), ne(x, 1)),
    "quotient": (gt(x / (x + y), 0), *POSITIVE),
    "either of two": (gt(x + y, 0), ge(x, 0), ge(y, 0), Or((gt(x, 0), gt(y, 0)))),
    "equivalence of inequalities": (Iff(lt(x / (x + y), x / (x + z)), gt(y, z)), *POSITIVE, gt(z, 0)),
    "equivalence of zero sets": (Iff(eq((x - y) ** 2 * z / x, 0), Or((eq(z, 0), eq(x, y)))), gt(x, 0)),
    "implication": (Implies(ge(x, 2), gt(x**2, 3)),),
    "consequence": (Implies(ge(x - y - z, 0), ge(x - y, 0)), ge(z, 0), gt(y, 0)),
    "negation": (Not(lt(x + y, 0)), *POSITIVE),
    "conjunction": (And((gt(x, 0), le(-y, 0))), *POSITIVE),
}

FALSE = {
    "sum of positives": (gt(x + y, 1), *POSITIVE),
    "slack of a lower bound": (ge(x * y - y**2, 0), ge(x, y)),
    "strict slack": (gt(x**2 - y**2, 0), gt(y, 0), ge(x, y)),
    "probability": (gt(p * (1 - p), 0), gt(p, 0), le(p, 1)),
    "closed interval": (gt(p * (2 - p), 0), ge(p, 0), lt(p, 1)),
    "integer bound": (gt(m**2, m), ge(m, 1)),
    "upper bound only": (gt(5 - x, 0), le(x, 5)),
    "bound by a quotient": (lt(x * y, 1), gt(y, 0), gt(x, 0), lt(x * (y + 1), 2)),
    "square": (gt(x**2 - 2 * x * y + y**2, 0),),
    "completed square": (gt(x**2 - 2 * x + 1, 0),),
    "completed square with parameters": (gt(1 - 2 * x * y + (1 + p) * x**2 * y**2, 0), ge(p, 0), gt(y, 0)),
    "square in a square": (gt(x**4 + y**2 - 2 * x**2 * y + z**2, 0),),
    "cubic on a half line": (ge(x**3 + y**3 + 1, 3 * x * y), ge(x, 0)),
    "equation used": (eq(x * y, 2), gt(y, 0), eq(x, 1 / y)),
    "equation with a bound": (gt(y, 1), ge(x, 0), eq(y, x + 1)),
    "inequation": (ne((x - 1) ** 2 * (x**2 - 1), 0), ne(x, 1)),
    "quotient": (gt(x / (x - y), 0), *POSITIVE),
    "either of two": (gt(x + y, 0), ge(x, 0), ge(y, 0)),
    "equivalence of inequalities": (Iff(lt(x / (x + y), x / (x + z)), gt(y, z)), gt(x, 0)),
    "equivalence of zero sets": (Iff(eq((x - y) ** 2 * z / x, 0), Or((eq(z, 0), eq(x, -y)))), gt(x, 0)),
    "implication": (Implies(ge(x, 2), gt(x**2, 4)),),
    "consequence": (Implies(ge(x - y - z, 0), ge(x - y, 0)), gt(y, 0)),
    "negation": (Not(lt(x - y, 0)), *POSITIVE),
    "conjunction": (And((gt(x, 0), le(y, 0))), *POSITIVE),
}


@pytest.mark.parametrize("name", TRUE)
def test_a_true_formula_is_certified(name):
    assert certified(*TRUE[name])


@pytest.mark.parametrize("name", FALSE)
def test_its_broken_version_is_not(name):
    assert not certified(*FALSE[name])


def test_true_and_false_come_in_pairs():
    assert TRUE.keys() == FALSE.keys()


def test_a_pole_of_one_part_does_not_hide_a_zero_of_another():
    assert not certified(Iff(Or((eq(x, 0), eq(1 / x, 0))), eq(y**2 + 1, 0)))
    assert certified(Iff(Or((eq(x, 0), eq(1 / x, 0))), eq(x**2, 0)))


def test_an_atom_is_known_to_be_positive_and_nothing_else():
    definitions = (Definition(q, 1 - p, True),)
    hypotheses = (gt(p, 0), lt(p, 1))
    assert certified(gt(p * q, 0), *hypotheses, definitions=definitions, opaque=(q,))
    assert not certified(lt(q, 1), *hypotheses, definitions=definitions, opaque=(q,))
    assert certified(lt(q, 1), *hypotheses, definitions=definitions)


def test_a_certificate_names_its_chart_and_its_factors():
    conclusion = gt(x**2 - y**2, 0)
    record = certifier(conclusion, gt(y, 0), gt(x, y)).prove(conclusion).record
    assert record["symbols"] == ["y", "x"]
    assert len(record["charts"][0]) == 2
    assert record["certificate"]["numerator"] == "coefficients"


coefficients = st.integers(-3, 3)
polynomials = st.lists(
    st.tuples(coefficients, st.integers(0, 2), st.integers(0, 2), st.integers(0, 1)), min_size=1, max_size=4
).map(lambda terms: sum((c * x**i * y**j * z**k for c, i, j, k in terms), start=sp.S.Zero))
relations = st.tuples(polynomials, st.sampled_from([gt, ge, lt, le, ne, eq]), st.integers(-2, 2)).map(
    lambda parts: parts[1](parts[0], parts[2])
)
bounds = st.tuples(st.sampled_from([x, y, z, x - y, z - x]), st.sampled_from([gt, ge, lt, le])).map(
    lambda parts: parts[1](parts[0], 0)
)
values = st.fractions(-3, 3, max_denominator=3)


@given(
    st.lists(bounds | relations, max_size=3),
    relations,
    st.lists(st.tuples(values, values, values), min_size=5, max_size=30),
)
def test_no_certificate_is_contradicted_by_a_point(hypotheses, conclusion, points):
    if not certified(conclusion, *hypotheses):
        return
    for point in points:
        at = {symbol: Fraction(value) for symbol, value in zip((x, y, z), point, strict=True)}
        if all(hypothesis.holds(at) for hypothesis in hypotheses):
            assert conclusion.holds(at)


def coordinates_of(conclusion, *hypotheses):
    found = certifier(conclusion, *hypotheses)
    return found.charts(())[0], found.view.difference(conclusion).numerator


def test_without_equations_what_is_not_zero_is_not_rewritten_to_see_that_it_is_not(monkeypatch):
    symbols = sp.symbols("a0:9")
    bounds = [gt(symbols[0], 0), *(gt(later, sooner) for sooner, later in pairwise(symbols))]
    chart, difference = coordinates_of(eq(sp.Add(*symbols) ** 6, 1), *bounds)
    assert not chart.reduces
    monkeypatch.setattr(Substitution, "apply", lambda step, polynomial: pytest.fail("rewritten"))
    assert not chart.vanishes(difference)
    assert chart.vanishes(difference - difference)


def test_a_substitution_that_would_take_too_long_is_not_made(monkeypatch):
    chart, difference = coordinates_of(eq(x**2, z), eq(x, 1 + y), eq(z, (1 + y) ** 2))
    assert chart.reduces
    assert chart.vanishes(difference)
    monkeypatch.setattr(positivity, "MAX_WORK", 1)
    assert not chart.vanishes(difference)
    assert chart.sign(difference) == positivity.UNKNOWN


@given(st.integers(0, 6), st.integers(1, 3), st.integers(1, 3))
def test_the_work_of_a_substitution_bounds_the_terms_that_it_makes(exponent, above, below):
    chart, difference = coordinates_of(gt((x + y) ** exponent + x * z, 1), gt(y, 0))
    ring = chart.context
    sides = (
        sum((ring.gen(i) ** (i + k) for i in range(3) for k in range(n)), start=ring.constant(1))
        for n in (above, below)
    )
    step = Substitution(0, *sides)
    untouched = sum(int(monomial[0]) == 0 for monomial in difference.monoms())
    assert len(step.apply(difference)) <= step.products(difference) + untouched
    assert step.products(ring.gen(1)) == 0
