"""iMAML's weights: the population's in symbols and exactly, finite samples against moments, limits and raw data."""

import importlib.util
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import sympy as sp
from scipy import integrate, stats

from numerics.configuration import Configuration
from numerics.solutions import evaluated_problem, place
from theory.errors import ConfigurationError, UnsupportedError
from theory.gain import Setting
from theory.methods.imaml import IMAML
from theory.methods.linear import LinearQuantity
from theory.methods.resolvent import mean_square_resolvent, mean_trace
from theory.symbols import rho

_spec = importlib.util.spec_from_file_location("testbeds", Path(__file__).parents[2] / "testbeds.py")
testbeds = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(testbeds)

SHAPES = [(1, 1), (1, 6), (2, 2), (3, 3), (4, 8), (5, 3), (8, 19), (10, 4), (10, 12), (30, 100), (6, 2000)]


@pytest.mark.parametrize(("d", "n"), SHAPES)
def test_means_over_eigenvalues_have_the_moments_of_the_wishart_law(d, n):
    known = [
        1,
        1,
        1 + (d + 1) / n,
        1 + 3 * (d + 1) / n + (d * d + 3 * d + 4) / n**2,
        1 + 6 * (d + 1) / n + (6 * d**2 + 17 * d + 21) / n**2 + (d**3 + 6 * d**2 + 21 * d + 20) / n**3,
    ]

    for power, value in enumerate(known):
        assert mean_trace(lambda w, k=power: w**k, d, n) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(("d", "n"), [shape for shape in SHAPES if shape[1] > shape[0] + 1])
def test_means_of_inverses(d, n):
    assert mean_trace(lambda w: 1 / w, d, n) == pytest.approx(n / (n - d - 1), rel=1e-11)


@pytest.mark.parametrize("shift", [1e-6, 1e-3, 0.3, 5.0])
def test_a_single_coordinate_is_an_integral_over_chi_square(shift):
    # W = chi^2_3 / 3 in one dimension.
    def integrand(u):
        return 2 * u * stats.chi2.pdf(u * u, 3) * (u * u / 3 + shift) ** -2

    edges = [0, shift**0.5, 10 * shift**0.5 + 1, 12]
    value = sum(integrate.quad(integrand, a, b, epsrel=1e-12)[0] for a, b in pairwise(edges))

    assert mean_trace(lambda w: (w + shift) ** -2, 1, 3) == pytest.approx(value, rel=1e-9)


def raw_means(shifts, samples, draws, rng):
    inputs = rng.standard_normal((draws, samples, len(shifts)))
    inverse = np.linalg.inv(inputs.swapaxes(1, 2) @ inputs / samples + np.diag(shifts))
    diagonal = np.square(inverse).sum(axis=-1)
    return diagonal.mean(axis=0), diagonal.std(axis=0) / draws**0.5


@pytest.mark.parametrize(("shifts", "samples"), [((0.8, 1.5, 3.0), 6), ((0.3, 1.0, 4.0), 2), ((2.0, 2.0), 5)])
def test_estimated_resolvents_agree_with_raw_data_within_their_errors(shifts, samples):
    means, deviations = mean_square_resolvent(shifts, samples)
    raw, error = raw_means(shifts, samples, 100_000, np.random.default_rng(7))
    total = np.hypot(error, deviations.std(axis=0) / len(deviations) ** 0.5)

    assert np.abs((means - raw) / total).max() < 5.5
    assert np.abs((means * 1.05 - raw) / total).max() > 5.5


def test_control_variates_take_away_most_of_the_variance():
    shifts = (0.8, 1.5, 3.0)
    _, deviations = mean_square_resolvent(shifts, 6)
    _, raw_error = raw_means(shifts, 6, len(deviations), np.random.default_rng(8))

    assert (deviations.std(axis=0) / len(deviations) ** 0.5 < raw_error / 2).all()


def test_equal_shifts_need_no_draws():
    means, deviations = mean_square_resolvent((1.5,) * 4, 6)

    np.testing.assert_allclose(means, mean_trace(lambda w: (w + 1.5) ** -2, 4, 6), rtol=1e-13)
    assert not deviations.any()


def test_the_populations_weight_in_symbols():
    prox = sp.Symbol("prox")
    weight, target = IMAML(prox).at_variance(Setting(population=True), rho)

    assert sp.simplify(weight - prox**2 * rho / (rho + prox) ** 2) == 0
    assert weight == target


def test_the_population_is_exact_in_rationals():
    configuration = testbeds.t0(samples="inf", method={"imaml": {"prox": 0.5}})
    exact = place(configuration.method("imaml"), evaluated_problem(configuration, exact=True))

    # Weights 1/9 and 5/98 times 2: t = (10/49) / (10/49 + 4/9) up to the common factor 1/4.
    weights = [Fraction(1, 4) * r / (r + Fraction(1, 2)) ** 2 for r in (Fraction(1), Fraction(1, 5))]
    assert Fraction(str(exact.tilt)) == weights[1] / sum(weights)
    assert float(exact.tilt) == pytest.approx(
        place(configuration.method("imaml"), evaluated_problem(configuration)).tilt
    )


def test_many_samples_are_the_population():
    many, population = (
        place(IMAML(), evaluated_problem(testbeds.t1(samples=samples))).solution.theta for samples in (10**6, "inf")
    )

    np.testing.assert_allclose(many, population, atol=1e-4)


def test_at_eight_samples_the_populations_formula_is_far_off():
    finite, population = (
        place(IMAML(), evaluated_problem(testbeds.t0(samples=samples))).tilt for samples in (8, "inf")
    )

    assert abs(finite - population) > 0.02


def test_a_strong_proximal_term_is_nal():
    problem = evaluated_problem(testbeds.T1)

    np.testing.assert_allclose(
        place(IMAML(Fraction(10**7)), problem).solution.theta, problem.evaluated.theta_nal, atol=1e-5
    )


@pytest.mark.parametrize("samples", [2, 8])
def test_the_weights_are_means_of_z_s_z_over_raw_data(samples):
    problem = evaluated_problem(testbeds.t1(samples=samples))
    covariance, rng, draws = problem.mixture.covariances[0], np.random.default_rng(9), 100_000
    inputs = rng.standard_normal((draws, samples, 4)) @ np.linalg.cholesky(covariance).T
    shrinkage = np.linalg.inv(inputs.swapaxes(1, 2) @ inputs / samples + np.eye(4))
    terms = shrinkage @ covariance @ shrinkage
    sampled, error = terms.mean(axis=0), terms.std(axis=0) / draws**0.5

    def away(prox):
        return np.abs(IMAML(prox).matrices(problem)[0][0] - sampled).max()

    # The estimate's own error comes on top of that of the raw data.
    assert away(Fraction(1)) < 6 * error.max() + 0.01 * sampled.max()
    assert away(Fraction(3, 4)) > 0.03 * sampled.max()


def test_the_statistical_error_is_stated_where_there_is_one():
    dense = place(IMAML(), evaluated_problem(testbeds.T1)).solution.notes
    isotropic = place(IMAML(), evaluated_problem(testbeds.T0)).solution.notes

    assert any("standard error of up to" in note for note in dense)
    assert not any("standard error" in note for note in isotropic)


def test_the_answer_is_the_same_every_time():
    mean_square_resolvent.cache_clear()
    first = place(IMAML(), evaluated_problem(testbeds.T1)).solution.theta
    mean_square_resolvent.cache_clear()

    assert (place(IMAML(), evaluated_problem(testbeds.T1)).solution.theta == first).all()


def test_finite_samples_have_no_formula_and_no_exact_solution():
    with pytest.raises(UnsupportedError, match="no formula but a number"):
        LinearQuantity(IMAML(), "share").expression()
    with pytest.raises(UnsupportedError, match="leave --exact out"):
        place(IMAML(), evaluated_problem(testbeds.T0, exact=True))


def test_the_proximal_term_must_be_positive():
    with pytest.raises(ConfigurationError, match=r"method.imaml.prox.*must be a number above 0"):
        Configuration.from_mapping(
            {
                "dimension": 1,
                "adaptation": {"step_size": 0.1, "samples": 3},
                "task_class": [{"weight": 1, "covariance": 1.0, "centre": [0], "spread": 0, "noise": 0}],
                "method": {"imaml": {"prox": 0}},
            }
        )
