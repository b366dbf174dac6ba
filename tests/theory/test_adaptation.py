import importlib.util
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import sympy as sp

from theory import adaptation
from theory.adaptation import (
    ErrorQuantity,
    adapted_error,
    adapted_risk,
    gradient_on_sample,
    isotropic_risk,
    population_excess,
    step_on_form,
)
from theory.symbols import alpha, d, m, nu2, rho
from theory.words import IDENTITY, letter

_spec = importlib.util.spec_from_file_location("pairings", Path(__file__).with_name("pairings.py"))
oracle = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(oracle)

S, SHAT = letter("S"), letter("Shat")
SIGMA = [[Fraction(2), Fraction(1, 2)], [Fraction(1, 2), Fraction(1)]]
ONE = [[Fraction(1), Fraction(0)], [Fraction(0), Fraction(1)]]


def brute_force(coefficients, sandwiched, samples):
    """E[p(Shat) B p(Shat)] for a polynomial p given by its coefficients, term by term over all pairings."""
    total = np.zeros((2, 2), dtype=object)
    for i, left in enumerate(coefficients):
        for j, right in enumerate(coefficients):
            fixed = [ONE] * i + [sandwiched] + [ONE] * j
            total = total + left * right * np.array(oracle.expected_product(fixed, SIGMA, samples), dtype=object)
    return total


def propagator_coefficients(steps, step):
    """(1 - step x)^steps."""
    return [sp.binomial(steps, j) * (-step) ** j for j in range(steps + 1)]


def fractions_of(values):
    return [Fraction(int(value.p), int(value.q)) for value in map(sp.Rational, values)]


def test_the_gradient_is_read_off_the_differentiated_loss():
    gradient = gradient_on_sample()
    assert gradient.propagator.same_as(SHAT)
    assert gradient.noise_channel.same_as(IDENTITY * -1)


def test_a_step_with_its_sign_flipped_gives_another_risk(monkeypatch):
    """What is derived depends on the update rule: ascend instead of descend and Q changes."""
    right = adapted_risk(1)
    flipped = adaptation.ErrorUpdate(SHAT * -1, IDENTITY)
    monkeypatch.setattr(adaptation, "gradient_on_sample", lambda: flipped)
    for function in (adapted_error, adapted_risk):
        function.cache_clear()
    wrong = adapted_risk(1)
    monkeypatch.undo()
    for function in (adapted_error, adapted_risk):
        function.cache_clear()
    assert not wrong.curvature.same_as(right.curvature)
    assert adapted_risk(1).curvature.same_as(right.curvature)


@pytest.mark.parametrize("steps", [1, 2])
@pytest.mark.parametrize("samples", [1, 4])
def test_reused_curvature_equals_brute_force(steps, samples):
    step = Fraction(3, 7)
    derived = adapted_risk(steps, "reused").curvature.evaluate(
        {"S": np.array(SIGMA, dtype=object)}, {alpha: step, m: Fraction(samples)}
    )
    coefficients = fractions_of(propagator_coefficients(steps, sp.Rational(3, 7)))
    np.testing.assert_array_equal(derived, brute_force(coefficients, SIGMA, samples))


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_fresh_curvature_equals_one_step_brute_forced_over_and_over(steps):
    step, samples, form = Fraction(3, 7), 2, SIGMA
    for _ in range(steps):
        form = brute_force([Fraction(1), -step], form, samples).tolist()
    values = {alpha: step, m: Fraction(samples)}
    derived = adapted_risk(steps, "fresh").curvature.evaluate({"S": np.array(SIGMA, dtype=object)}, values)
    np.testing.assert_array_equal(derived, np.array(form, dtype=object))


def test_reused_noise_floor_equals_brute_force():
    """For K = 2: alpha^2 nu2/(2m) E tr(Sigma P Shat P) with P = 2 - alpha Shat."""
    step, samples, noise = Fraction(2, 5), 3, Fraction(1, 2)
    total = Fraction(0)
    for i, left in enumerate([Fraction(2), -step]):
        for j, right in enumerate([Fraction(2), -step]):
            product = oracle.expected_product([SIGMA, *[ONE] * (i + j + 1)], SIGMA, samples)
            total += left * right * oracle.trace(product)
    derived = adapted_risk(2, "reused").noise_floor.evaluate(
        {"S": np.array(SIGMA, dtype=object)}, {alpha: step, m: Fraction(samples), nu2: noise}
    )
    assert derived == step**2 * noise / (2 * samples) * total


def test_one_step_is_the_same_reused_or_fresh():
    reused, fresh = adapted_risk(1, "reused"), adapted_risk(1, "fresh")
    assert reused.curvature.same_as(fresh.curvature)
    assert reused.noise_floor.same_as(fresh.noise_floor)


@pytest.mark.parametrize("data", ["reused", "fresh"])
def test_infinitely_many_samples_carry_no_noise(data):
    assert not adapted_risk(3, data, sp.oo).noise_floor.terms


def test_large_samples_tend_to_the_population():
    finite = adapted_risk(2, "reused").curvature.map_coefficients(lambda value: sp.limit(value, m, sp.oo))
    assert finite.same_as(adapted_risk(2, "reused", sp.oo).curvature)


def test_the_step_on_any_form_specialises_to_the_population_excess():
    assert step_on_form(m).curvature.substitute({"B": population_excess()}).same_as(adapted_risk(1).curvature)


@pytest.mark.parametrize("data", ["reused", "fresh"])
@pytest.mark.parametrize("steps", [1, 2, 3])
def test_the_isotropic_derivation_is_the_general_one_at_a_multiple_of_the_identity(steps, data):
    scalars, general = isotropic_risk(steps, data), adapted_risk(steps, data)
    for name in ("curvature", "noise_floor"):
        assert sp.expand(getattr(scalars, name) - getattr(general, name).at_scalars({"S": rho}, d)) == 0


def test_one_step_is_what_is_derived_unless_more_are_asked_for():
    assert adapted_risk().curvature.same_as(adapted_risk(1).curvature)
    assert isotropic_risk() == isotropic_risk(1)


def test_a_quantity_of_the_error_is_the_part_that_it_names():
    update = adapted_error(2)
    assert ErrorQuantity("propagator", 2)().same_as(update.propagator)
    assert ErrorQuantity("noise_channel", 2)().same_as(update.noise_channel)
    assert not update.propagator.same_as(update.noise_channel)


def test_label_noise_moves_the_parameter_the_way_the_labels_move():
    """theta <- theta - a X'(X theta - y)/m: what is added to the labels is added to the parameter as a X'z/m."""
    assert ErrorQuantity("noise_channel", 1)().same_as(IDENTITY * alpha)
