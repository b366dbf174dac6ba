import pytest
import sympy as sp

from theory.factored import Summaries, factors, floor_E, floor_H, q, rounding, s_E, s_H, slope, summaries
from theory.gain import PairQuantity, Setting
from theory.symbols import alpha, d, m, nu2, p, rho, rho_E, rho_H

SETTINGS = [
    Setting(),
    Setting(population=True),
    Setting(steps=2),
    Setting(steps=3),
    Setting(steps=2, data="fresh"),
    Setting(steps=3, population=True),
]


def is_zero(expression):
    return sp.cancel(sp.together(expression)) == 0


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_the_factors_are_those_of_the_derived_risk(setting):
    found, risk = factors(setting), setting.isotropic()

    assert is_zero(rho * found.shrinkage - risk.curvature)
    assert is_zero(found.floor * nu2 - risk.noise_floor)


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_the_slope_times_the_difference_of_variances_is_the_difference_of_shrinkages(setting):
    found = factors(setting)
    difference = found.shrinkage.xreplace({rho: rho_E}) - found.shrinkage.xreplace({rho: rho_H})

    assert is_zero(found.slope * (rho_E - rho_H) - difference)
    assert not is_zero(found.slope * (rho_E - rho_H) + difference)


def with_factors(expression, setting):
    """Put the factors in the place of their symbols, and 1 - p in that of q."""
    found = factors(setting)
    return expression.xreplace(
        {
            s_E: found.shrinkage.xreplace({rho: rho_E}),
            s_H: found.shrinkage.xreplace({rho: rho_H}),
            slope: found.slope,
            floor_E: found.floor.xreplace({rho: rho_E}),
            floor_H: found.floor.xreplace({rho: rho_H}),
            q: 1 - p,
        }
    )


@pytest.mark.parametrize("name", Summaries.__dataclass_fields__)
def test_the_summaries_are_the_derived_quantities_of_the_pair(name):
    setting = Setting()
    derived = PairQuantity(name, setting).expression()

    assert is_zero(with_factors(getattr(summaries(), name), setting) - derived)


@pytest.mark.parametrize("name", ["share_nal", "share_maml", "noise_floor", "risk_maml"])
def test_a_summary_is_built_of_positive_terms_only(name):
    numbers = getattr(summaries(), name).atoms(sp.Rational)

    assert all(number >= 0 for number in numbers if number != -1), numbers
    assert rounding(getattr(summaries(), name)).subs({alpha: 1}) is not None


def test_only_the_difference_of_the_variances_is_subtracted_in_the_gain():
    subtractions = [node for node in sp.preorder_traversal(summaries().gain) if node.is_Add and -rho_H in node.args]

    assert subtractions == [rho_E - rho_H]
    assert not any(node.has(s_E) and -s_H in node.args for node in sp.preorder_traversal(summaries().gain))


@pytest.mark.parametrize(
    ("expression", "point", "bound"),
    [
        (alpha * rho - 1, {alpha: 1, rho: 1}, 2),
        ((alpha * rho - 1) ** 2, {alpha: 2, rho: 1}, 2 * 1 * 3),
        (rho * (alpha - 1) * (d - 2), {rho: 3, alpha: 2, d: 5}, 3 * (3 * 3 + 7 * 1)),
        (2 * alpha / m - rho, {alpha: 1, m: 2, rho: 4}, 5),
        (alpha + rho, {alpha: 1, rho: 2}, 3),
    ],
)
def test_the_bound_on_rounding_errors(expression, point, bound):
    assert rounding(expression).subs(point) == bound
