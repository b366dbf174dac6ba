from fractions import Fraction

import numpy as np
import pytest
from flint import fmpq

from numerics import isotropic
from numerics.isotropic import PAIR_OUTPUTS, PairForms
from theory.arithmetic import evaluate, float_number
from theory.errors import MissingExtraError, UnknownNameError
from theory.factored import q
from theory.gain import PairQuantity, Setting
from theory.symbols import R2, V_E, V_H, alpha, d, m, nu2_E, nu2_H, p, rho_E, rho_H

SETTINGS = [
    Setting(),
    Setting(population=True),
    Setting(steps=2),
    Setting(steps=2, data="fresh"),
    Setting(steps=3),
    Setting(steps=3, population=True),
]

#: Points that exact arithmetic looks at in each test.
COUNT = 6


def points(rng, count, setting):
    weight = rng.uniform(0.05, 0.95, count)
    values = {
        p: weight,
        q: 1 - weight,
        rho_E: rng.uniform(0.5, 1.5, count),
        rho_H: rng.uniform(0.05, 0.5, count),
        alpha: rng.uniform(0.1, 1.0, count),
        m: rng.integers(1, 1000, count).astype(float),
        d: 10.0,
        R2: rng.uniform(1, 10, count),
        V_E: 0.4,
        V_H: rng.uniform(0, 0.1, count),
        nu2_E: 0.01,
        nu2_H: 0.3,
    }
    if setting.population:
        del values[m]
    return values


def exactly(name, setting, values, i):
    """Evaluate the derived expression, as it is, in exact rationals."""
    rationals = {
        symbol: fmpq(*Fraction(float(value[i] if np.ndim(value) else value)).as_integer_ratio())
        for symbol, value in values.items()
        if symbol != q
    }
    found = evaluate(PairQuantity(name, setting).expression(), rationals, lambda a, b: fmpq(a, b))
    return Fraction(int(found.p), int(found.q))


def worst_error(found, name, setting, values, count):
    errors = []
    for i in range(count):
        expected = exactly(name, setting, values, i)
        error = abs(Fraction(float(found[name][i])) - expected)
        errors.append(float(error / abs(expected)) if expected else float(error))
    return max(errors)


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_every_closed_form_has_twelve_digits(setting, rng):
    values = points(rng, COUNT, setting)
    found = PairForms(setting, PAIR_OUTPUTS)(values)

    for name in PAIR_OUTPUTS:
        assert worst_error(found, name, setting, values, COUNT) < 1e-12, name


def equal_variances(values):
    values[rho_H] = np.nextafter(values[rho_E], 0)


def equal_shrinkages(values):
    kappa = 1 + (values[d] + 1) / values.get(m, np.inf)
    values[alpha] = 2 / (kappa * (values[rho_E] + values[rho_H]))


def full_steps(values):
    values[alpha] = 1 / values[rho_E]
    if m in values:
        values[m] = np.full_like(values[alpha], 1e6)


@pytest.mark.parametrize("approach", [equal_variances, equal_shrinkages, full_steps])
@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_it_has_twelve_digits_too_where_the_gain_or_the_risk_nearly_vanishes(setting, approach, rng):
    values = points(rng, COUNT, setting)
    approach(values)
    found = PairForms(setting, PAIR_OUTPUTS)(values)

    for name in PAIR_OUTPUTS:
        assert worst_error(found, name, setting, values, COUNT) < 1e-12, name


def test_the_difference_of_the_risks_would_not_do(rng):
    """The check can fail: what is derived, evaluated as it stands, has lost most digits of the gain."""
    setting, values = Setting(), points(rng, COUNT, Setting())
    equal_shrinkages(values)
    naive = {"gain": evaluate(PairQuantity("gain", setting).expression(), values, float_number)}

    assert worst_error(naive, "gain", setting, values, COUNT) > 1e-3


def test_without_a_second_look_digits_are_lost(rng, monkeypatch):
    monkeypatch.setattr(PairForms, "_evaluate_again", lambda *arguments: None)
    setting, values = Setting(), points(rng, COUNT, Setting())
    equal_shrinkages(values)

    assert worst_error(PairForms(setting, ["gain"])(values), "gain", setting, values, COUNT) > 1e-3


@pytest.mark.parametrize("setting", SETTINGS[:3], ids=str)
def test_compiled_code_gives_the_same_bits(setting, rng):
    values = points(rng, 5000, setting)
    plain = PairForms(setting, PAIR_OUTPUTS)(values)
    compiled = PairForms(setting, PAIR_OUTPUTS, compiled=True)(values)

    for name in PAIR_OUTPUTS:
        np.testing.assert_array_equal(plain[name], compiled[name])


def test_points_do_not_depend_on_their_block(rng):
    values = points(rng, 10_000, Setting())
    together = PairForms(Setting(), ["gain", "ratio"])(values)
    alone = PairForms(Setting(), ["gain", "ratio"])(
        {symbol: value[7000:7010] if np.ndim(value) else value for symbol, value in values.items()}
    )

    for name in together:
        np.testing.assert_array_equal(together[name][7000:7010], alone[name])


def test_where_no_optimum_is_unique_nothing_is_returned(rng):
    values = points(rng, 3, Setting(population=True))
    values[alpha], values[rho_E], values[rho_H] = np.full(3, 0.5), np.full(3, 2.0), np.array([2.0, 1.0, 0.5])
    found = PairForms(Setting(population=True), ["share_maml", "share_nal"])(values)

    np.testing.assert_array_equal(np.isnan(found["share_maml"]), [True, False, False])
    assert np.isfinite(found["share_nal"]).all()


def test_an_unknown_closed_form_is_refused():
    with pytest.raises(UnknownNameError, match=r"unknown closed form of the pair 'gian': did you mean 'gain'"):
        PairForms(Setting(), ["gian"])


def test_a_missing_compiler_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "numba", None)
    isotropic._code.cache_clear()

    with pytest.raises(MissingExtraError, match=r"a compiled grid needs numba.*maml-landscape\[fast\]"):
        PairForms(Setting(), ["gain"], compiled=True)(points(np.random.default_rng(0), 2, Setting()))
    isotropic._code.cache_clear()
