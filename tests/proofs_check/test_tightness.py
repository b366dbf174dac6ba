from fractions import Fraction

import pytest
import sympy as sp

from proofs_check.goal import Standing, goals_of
from proofs_check.tightness import tightness
from theory.claim import Claim, Monotonicity, Source, Statement, builtin_claims
from theory.errors import ClaimError
from theory.formula import And, Implies, eq, ge, gt, integer, le, lt

BY_NAME = {claim.name.removeprefix("collins2022."): claim for claim in builtin_claims()}
x, y = sp.symbols("x y")
QUARTER = le(x * (1 - x), sp.Rational(1, 4))


def user_claim(conclusion, *hypotheses):
    conclusion = conclusion if isinstance(conclusion, Monotonicity) else Statement(conclusion)
    return Claim("user.some", "some claim", hypotheses, conclusion, Source("user", "test"))


def sharpest(conclusion, *hypotheses, seed=0):
    return tightness(user_claim(conclusion, *hypotheses), seconds=3, seed=seed)


def test_a_bound_that_is_attained():
    found = sharpest(QUARTER)
    assert (found.measure, found.best, found.point) == ("ratio", "1", {"x": "1/2"})
    assert (found.attained, found.sharp, found.along) == (True, True, ())


def test_the_same_bound_where_its_maximum_is_just_out_of_reach():
    found = sharpest(QUARTER, gt(x, 0), lt(x, sp.Rational(1, 2)))
    assert (found.attained, found.sharp, found.along) == (False, True, ("x -> 1/2",))
    assert 1 - Fraction(1, 10**12) < Fraction(found.best) < 1


def test_a_bound_with_room_left():
    found = sharpest(le(x, 2), ge(x, 0), le(x, 1))
    assert (found.best, found.point, found.attained, found.sharp) == ("1/2", {"x": "1"}, True, False)


def test_a_bound_that_is_too_weak_by_a_factor_is_found_to_be():
    found = sharpest(le(x * (1 - x), sp.Rational(1, 3)))
    assert (found.best, found.attained, found.sharp) == ("3/4", True, False)


@pytest.mark.parametrize(
    ("claim", "along"),
    [
        ((lt(x / (1 + x), 1), ge(x, 1), integer(x)), ("x -> oo",)),
        ((lt(1 / (1 + x**2), 1), gt(x, 0)), ("x -> 0",)),
        ((lt(x, y), gt(x, 0), lt(x, 1), gt(y, x)), None),
        ((lt(1 / (1 + y), 1), gt(x, 0), eq(x * y, 1)), None),
    ],
    ids=["infinity", "an open bound", "another variable", "an equation"],
)
def test_a_bound_that_is_approached(claim, along):
    found = sharpest(*claim)
    assert (found.attained, found.sharp) == (False, True)
    assert 0.999 < found.extreme <= 1
    assert found.along == along or (along is None and found.along)


def test_where_the_right_side_is_not_positive_the_difference_is_measured():
    found = sharpest(ge(x**2 - 2 * x, -1))
    assert (found.measure, found.best, found.point, found.attained) == ("slack", "0", {"x": "1"}, True)
    apart = sharpest(ge(x**2, -1))
    assert (apart.measure, apart.best, apart.sharp) == ("slack", "1", False)


def test_an_inequality_the_other_way_round_is_turned():
    assert sharpest(ge(x**2 + y**2, 2 * x * y)).inequality == "2*x*y <= x**2 + y**2"


def test_a_condition_restricts_the_search():
    found = sharpest(Implies(le(x, sp.Rational(1, 4)), QUARTER), gt(x, 0))
    assert (found.best, found.point) == ("3/4", {"x": "1/4"})


def test_the_point_satisfies_the_hypotheses_and_gives_the_value():
    claim = user_claim(QUARTER, gt(x, 0), lt(x, sp.Rational(1, 3)))
    found = tightness(claim, seconds=3)
    (goal,) = goals_of(claim)
    point = {x: Fraction(found.point["x"])}
    assert goal.standing(point) is Standing.HOLDS
    assert Fraction(found.best) == 4 * point[x] * (1 - point[x])


def test_a_false_bound_shows_a_ratio_above_1():
    assert sharpest(le(x * (1 - x), sp.Rational(1, 5))).extreme > 1


def test_the_same_seed_finds_the_same():
    one, other = (sharpest(le(x * y, x**2 + y**2), gt(x, 0), gt(y, 0), seed=5) for _ in range(2))
    assert (one.best, one.point) == (other.best, other.point)
    assert one.best == "1/2"


@pytest.mark.parametrize(
    "conclusion", [eq(x, x), And((le(x, 1), le(x, 2))), Monotonicity(x, (x,), "nondecreasing")], ids=["==", "and", "up"]
)
def test_what_is_no_inequality_is_refused(conclusion):
    with pytest.raises(ClaimError, match=r"user\.some: tightness is asked of inequalities"):
        sharpest(conclusion)


def test_a_domain_that_is_not_found_is_said_to_be():
    with pytest.raises(ClaimError, match="no simple point"):
        sharpest(le(x, 1), gt(x, 5), lt(x, 4))


def test_the_paper_s_bounds_are_sharp():
    assert tightness(BY_NAME["ratio-capped"], seconds=2).sharp
    nonnegative = tightness(BY_NAME["gain-nonnegative"], seconds=2)
    assert (nonnegative.best, nonnegative.attained) == ("0", True)
