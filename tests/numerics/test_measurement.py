"""Monte Carlo means: right, as often wrong as they say, as sharp as they say, and silent where tails are too heavy."""

import numpy as np
import pytest
from scipy import stats

from numerics import measurement
from numerics.measurement import Estimate, critical_value, curvature, detectable, excess_risk, gain
from numerics.sampling import streams
from theory.errors import ConfigurationError
from theory.mixture import InnerLoop

NULLS = 2500


def risk_in_one_dimension(mixture, inner_loop, theta):
    """Excess risk after one step, d = 1: the tests' own formula, typed from the note."""
    alpha, m = inner_loop.step_size, inner_loop.samples
    total = 0.0
    for task_class in mixture.classes:
        rho = task_class.covariance[0, 0]
        distance = (theta - task_class.centre[0]) ** 2 + task_class.spread[0, 0]
        kept = rho * ((1 - alpha * rho) ** 2 + 2 * (alpha * rho) ** 2 / m)
        total += task_class.weight * (kept * distance + alpha**2 * task_class.noise * rho**2 / m) / 2
    return total


# --- estimates -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at_once", [7, 100, 1000])
def test_chunks_do_not_matter(at_once):
    sample = np.random.default_rng(1).gamma(2.0, size=(1000, 2)) + 1e3
    position = 0

    def chunk(count):
        nonlocal position
        position += count
        return sample[position - count : position]

    estimate = Estimate.from_chunks(chunk, 1000, at_once)

    np.testing.assert_allclose(estimate.value, sample.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(estimate.standard_error, stats.sem(sample), rtol=1e-9)
    np.testing.assert_allclose(estimate.skewness, stats.skew(sample) / np.sqrt(1000), rtol=1e-7)
    assert estimate.samples == 1000
    assert estimate.degrees_of_freedom == 999


def test_what_has_no_randomness_is_compared_up_to_rounding():
    estimate = Estimate.from_chunks(lambda n: np.full(n, 0.1), 100, 100).with_rounding(1e-16)

    assert abs(estimate.score(0.1 + 1e-16)) < 2
    assert estimate.score(0.1 + 1e-12) < -1000
    assert estimate.critical(1) == pytest.approx(critical_value(1, 99))


def test_a_single_sample_has_no_error():
    with pytest.raises(ConfigurationError, match="samples = 1: at least 2"):
        Estimate.from_chunks(np.ones, 1, 1)


# --- critical values and power ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("freedom", [5, 63, 10_000, np.inf])
@pytest.mark.parametrize("comparisons", [1, 1000])
def test_critical_values_are_bonferronis(freedom, comparisons):
    critical = critical_value(comparisons, freedom)

    assert 2 * comparisons * stats.t(freedom).sf(critical) == pytest.approx(1e-6, rel=1e-6)


def test_skewness_widens_until_no_decision_is_possible():
    plain, little, more, much = critical_value(100, 1000, skewness=np.array([0.0, 0.01, -0.03, 0.2]))

    assert plain == pytest.approx(critical_value(100, 1000))
    assert plain < little < more < np.inf == much
    assert stats.t(1000).logsf(little) + 0.01 * little**3 / 3 == pytest.approx(np.log(1e-6 / 200))


def test_false_alarms_and_misses_are_as_frequent_as_promised(rng):
    samples = rng.standard_normal((20_000, 16))
    means, errors = samples.mean(axis=1), samples.std(axis=1, ddof=1) / 4
    critical = critical_value(1, 15, false_alarm=0.01)
    planted = detectable(1 / 4, critical, 15)

    alarms = int(np.sum(np.abs(means / errors) > critical))
    misses = int(np.sum(np.abs((means + planted) / errors) <= critical))

    assert stats.binomtest(alarms, 20_000, 0.01).pvalue > 1e-6
    assert stats.binomtest(misses, 20_000, 0.001).pvalue > 1e-6


def test_power_for_known_errors_and_for_no_decision():
    assert detectable(2.0, 6.0, np.inf) == pytest.approx(2 * (6 + stats.norm.ppf(0.999)))
    assert detectable(2.0, 6.0, 10**5) == pytest.approx(detectable(2.0, 6.0, np.inf), rel=1e-3)
    assert detectable(2.0, np.inf, 63) == np.inf


# --- measured risks --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sampler", ["raw", "wishart"])
def test_measured_risks_are_calibrated_and_planted_errors_are_caught(configured, seed, sampler):
    configuration = configured(1, adaptation={"samples": 10})
    mixture, inner_loop = configuration.mixture, configuration.inner_loop
    true = risk_in_one_dimension(mixture, inner_loop, 0.2)

    estimates = [
        excess_risk(mixture, inner_loop, np.array([0.2]), 1000, rng, sampler=sampler) for rng in streams(seed, NULLS)
    ]

    critical = critical_value(1, 999, 0.01, np.array([estimate.skewness for estimate in estimates]))
    scores = np.array([estimate.score(true) for estimate in estimates])
    alarms = int(np.sum(np.abs(scores) > critical))
    assert stats.binomtest(alarms, NULLS, 0.01).pvalue > 1e-6
    # The error that is promised to be caught, from the width and the critical value that are typical.
    width, typical = np.median([estimate.standard_error for estimate in estimates]), np.median(critical)
    planted = detectable(width, typical, 999)
    for wrong in (true - planted, true + planted):
        misses = sum(abs(e.score(wrong)) <= c for e, c in zip(estimates, critical, strict=True))
        assert misses < 0.01 * NULLS


def test_heavy_tails_end_in_no_decision_where_plain_t_raises_false_alarms(configured, seed):
    # One sample and two steps: the risk is a polynomial of degree ten in a Gaussian.
    classes = {"covariance": 1.0, "noise": 0.0}
    mixture = configured(1, first=classes, second=classes).mixture
    inner_loop, theta = InnerLoop(0.5, 1, 2), np.array([0.0])
    # E (1 - a g^2)^4, from the moments 1, 3, 15, 105 of a standard normal
    kept = 1 - 4 * 0.5 + 6 * 3 * 0.25 - 4 * 15 * 0.125 + 105 * 0.0625
    true = sum(c.weight * kept * (c.centre[0] ** 2 + c.spread[0, 0]) / 2 for c in mixture.classes)

    estimates = [excess_risk(mixture, inner_loop, theta, 2000, rng, sampler="wishart") for rng in streams(seed, 1000)]

    scores = np.abs([estimate.score(true) for estimate in estimates])
    skewness = np.array([estimate.skewness for estimate in estimates])
    assert np.mean(scores > critical_value(1, 1999, 0.01)) > 0.05
    assert np.mean(scores > critical_value(1, 1999, 0.01, skewness)) < 0.01


@pytest.mark.parametrize("samples", [3, 25])
def test_several_parameters_share_their_data(configured, seed, samples):
    configuration = configured(2, adaptation={"samples": samples})
    mixture, inner_loop = configuration.mixture, configuration.inner_loop
    thetas = np.array([[0.0, 0.0], [0.5, -0.5]])

    together = excess_risk(mixture, inner_loop, thetas, 500, np.random.default_rng(seed))
    alone = [excess_risk(mixture, inner_loop, theta, 500, np.random.default_rng(seed)) for theta in thetas]

    np.testing.assert_allclose(together.value, [estimate.value for estimate in alone])
    np.testing.assert_allclose(together.standard_error, [estimate.standard_error for estimate in alone])


def test_memory_is_bounded_by_chunks(configured, seed, monkeypatch):
    mixture = configured(2).mixture
    monkeypatch.setattr(measurement, "_CHUNK", 1)

    estimate = excess_risk(mixture, InnerLoop(0.5, 4), np.zeros(2), 300, np.random.default_rng(seed))

    assert estimate.samples == 300
    assert estimate.value > 0


def test_a_gain_is_the_difference_of_risks_on_common_data(configured, seed):
    configuration = configured(2)
    mixture, inner_loop = configuration.mixture, configuration.inner_loop
    theta, better = np.array([0.1, 0.2]), np.array([0.0, 0.3])

    difference = gain(mixture, inner_loop, theta, better, 5000, np.random.default_rng(seed))

    risks = excess_risk(mixture, inner_loop, np.stack([theta, better]), 5000, np.random.default_rng(seed))
    assert difference.value == pytest.approx(risks.value[0] - risks.value[1])
    assert difference.standard_error < 0.5 * np.hypot(*risks.standard_error)
    assert difference.samples == 5000


def test_the_gain_over_itself_is_zero(configured, rng):
    configuration = configured(2)
    theta = np.array([0.1, 0.2])

    same = gain(configuration.mixture, configuration.inner_loop, theta, theta, 100, rng)

    assert same.value == same.score(0.0) == 0.0


@pytest.mark.parametrize("sampler", ["raw", "wishart"])
def test_without_label_noise_the_risk_is_visibly_lower(configured, rng, sampler):
    given = configured(1, first={"noise": 2}, second={"noise": 2})
    silent = configured(1, first={"noise": 0}, second={"noise": 0})
    true = risk_in_one_dimension(given.mixture, given.inner_loop, 0.2)

    right, wrong = (
        excess_risk(c.mixture, c.inner_loop, np.array([0.2]), 50_000, rng, sampler=sampler) for c in (given, silent)
    )

    assert abs(right.score(true)) < right.critical(2)
    assert wrong.score(true) < -wrong.critical(2)


def test_a_deterministic_risk_is_exact_up_to_rounding(configured, rng):
    same = {"spread": 0, "centre": [1.0, -1.0], "covariance": [1.0, 0.5]}
    mixture = configured(2, first=same, second=same).mixture

    estimate = excess_risk(mixture, InnerLoop(0.5, None, 2), np.zeros(2), 100, rng)

    expected = (0.5**4 + 0.5 * 0.75**4) / 2
    assert estimate.value == pytest.approx(expected, rel=1e-14)
    assert abs(estimate.score(expected)) < 6
    assert estimate.standard_error < 1e-13


# --- measured curvatures ---------------------------------------------------------------------------------------------


def curvature_after_one_step(mixture, inner_loop, trace_term=True):
    alpha, m, identity = inner_loop.step_size, inner_loop.samples, np.eye(mixture.dimension)
    return sum(
        c.weight
        * (
            (identity - alpha * c.covariance) @ c.covariance @ (identity - alpha * c.covariance)
            + alpha**2 / m * trace_term * np.trace(c.covariance @ c.covariance) * c.covariance
            + alpha**2 / m * np.linalg.matrix_power(c.covariance, 3)
        )
        for c in mixture.classes
    )


@pytest.mark.parametrize("sampler", ["raw", "wishart"])
@pytest.mark.parametrize("samples", [4, 12])
def test_curvature_after_one_step(configured, rng, sampler, samples):
    configuration = configured(3, adaptation={"samples": samples})
    mixture, inner_loop = configuration.mixture, configuration.inner_loop

    estimate = curvature(mixture, inner_loop, 100_000, rng, sampler=sampler)

    scores = np.abs(estimate.score(curvature_after_one_step(mixture, inner_loop)))
    assert np.all(scores < estimate.critical(9))
    assert np.all(np.isfinite(estimate.critical(9)))
    dropped = curvature_after_one_step(mixture, inner_loop, trace_term=False)
    assert np.any(np.abs(estimate.score(dropped)) > estimate.critical(9))


def test_curvature_of_the_population_loss_has_no_error_but_rounding(configured, rng):
    mixture = configured(2, first={"covariance": 0.5}, second={"covariance": 0.5}).mixture

    estimate = curvature(mixture, InnerLoop(0.5, None, 3), 50, rng)

    np.testing.assert_allclose(estimate.value, 0.5 * 0.75**6 * np.eye(2), atol=1e-15)
    assert np.all(estimate.standard_error < 1e-14)


def test_a_little_skewness_widens_a_critical_value_little_even_with_few_degrees_of_freedom():
    """Far out the tail of t is so heavy that the correction outgrows it; the nearest solution is what counts."""
    values = critical_value(30, 63, 1e-8, np.array([0.0, 0.01, 0.02, 0.03]))
    assert np.isfinite(values).all()
    assert (np.diff(values) > 0).all()
    assert critical_value(30, 63, 1e-8, 0.01) == pytest.approx(values[1])
    assert np.isinf(critical_value(30, 63, 1e-8, 0.2))
