"""Estimators for exploration: the points that they draw, and what they do where there is little to estimate."""

import math

import numpy as np
import pytest
from scipy import stats

from numerics.closed_form import evaluate
from numerics.exploration import ESTIMATORS, Question, explore, points
from numerics.measurement import critical_value
from theory.errors import BeyondFloat64Error, ConfigurationError, NonUniqueOptimumError, UnsupportedError
from theory.mixture import InnerLoop

FALSE_ALARM = 1e-6
ONLY = {"weight": 1.0}, {"weight": 0.0}
STILL = {"spread": 0.0}


def question_of(configuration):
    evaluation = evaluate(configuration.mixture, configuration.inner_loop)
    return Question(configuration.mixture, configuration.inner_loop, evaluation.theta_nal, evaluation.theta_maml)


# --- points ----------------------------------------------------------------------------------------------------------


def test_coordinates_become_the_laws_that_they_are_asked_for(rng):
    drawn = points.Coordinates(rng.random((20_000, 9)))

    laws = [
        (drawn.random((20_000,)), stats.uniform.cdf),
        (drawn.standard_normal((20_000, 2))[:, 1], stats.norm.cdf),
        (drawn.standard_normal((2, 20_000, 2))[1, :, 0], stats.norm.cdf),
        (drawn.chisquare(1, (20_000,)), stats.chi2(1).cdf),
        (drawn.chisquare(7, (20_000,)), stats.chi2(7).cdf),
    ]

    assert drawn.used == 9
    assert min(stats.kstest(values, law).pvalue for values, law in laws) > FALSE_ALARM / len(laws)


def test_no_coordinate_is_used_twice():
    given = np.random.default_rng(1).random((4, 8))
    drawn = points.Coordinates(given)
    used = [drawn.random((4,))[:, None], stats.norm.cdf(drawn.standard_normal((4, 3)))]
    several = stats.norm.cdf(drawn.standard_normal((2, 4, 2)))

    np.testing.assert_allclose(np.concatenate([*used, several[0], several[1]], axis=1), given)


def test_every_sobol_point_is_inside_the_cube_and_uniform(seed):
    drawn = np.array([points.SobolPoints(2, np.random.default_rng([seed, n])).draws(4)._points for n in range(1000)])

    assert ((drawn > 0) & (drawn < 1)).all()
    for point in range(4):
        for coordinate in range(2):
            assert stats.kstest(drawn[:, point, coordinate], "uniform").pvalue > FALSE_ALARM / 8


def test_more_coordinates_than_there_are_points_of_leave_an_estimator_out(configured, seed, monkeypatch):
    configuration = configured(2)
    monkeypatch.setattr(points, "MOST_COORDINATES", 8)

    found = explore(configuration.mixture, configuration.inner_loop, samples=1024, seed=seed)

    assert [result.estimator for result in found.results] == [name for name in ESTIMATORS if name != "sobol"]
    assert found.notes[0].startswith("sobol: left out (Sobol points of ")
    with pytest.raises(UnsupportedError, match="direction numbers for 8 at most"):
        points.SobolPoints(9, np.random.default_rng(seed))


# --- where there is little to estimate -------------------------------------------------------------------------------


def test_a_gain_that_vanishes_has_no_relative_error(configured, seed):
    same = {"centre": [0.5, 1.0]}
    configuration = configured(2, {"samples": 9}, same, same)

    found = explore(configuration.mixture, configuration.inner_loop, samples=2048, seed=seed)

    for result in found.results:
        needed = result.samples_for(found.closed_form)
        assert np.isfinite(needed[:2]).all()
        assert np.isnan(needed[2])
        assert result.estimate.value[2] == pytest.approx(0, abs=1e-14)
        assert found.agrees(result)


def test_what_has_no_randomness_has_no_variance_to_reduce(configured, seed):
    configuration = configured(2, {"samples": "inf"}, STILL | ONLY[0], STILL | ONLY[1])

    found = explore(configuration.mixture, configuration.inner_loop, samples=2048, seed=seed)

    for result in found.results:
        assert (result.variance == 0).all()
        assert np.isnan(found.reduction(result)).all()
        assert found.agrees(result)
    assert math.isnan(found.pairing)


def test_the_same_seed_repeats_the_run_and_memory_does_not_matter(configured, monkeypatch):
    configuration = configured(2)
    one, again, other = (
        explore(configuration.mixture, configuration.inner_loop, samples=2048, seed=seed) for seed in (3, 3, 4)
    )

    for first, second, third in zip(one.results, again.results, other.results, strict=True):
        np.testing.assert_array_equal(first.estimate.value, second.estimate.value)
        assert (first.estimate.value != third.estimate.value).all()


@pytest.mark.parametrize("at_once", [1, 7, 100])
def test_chunks_give_estimates_of_the_same_law(configured, seed, monkeypatch, at_once):
    configuration = configured(2)
    monkeypatch.setattr(Question, "at_once", at_once)

    found = explore(configuration.mixture, configuration.inner_loop, samples=1024, seed=seed)

    assert all(found.agrees(result) for result in found.results)
    assert [result.samples for result in found.results] == [1024] * len(ESTIMATORS)


def test_memory_is_bounded(configured):
    wide = configured(2, {"samples": 10**9, "steps": 3, "data": "fresh"})
    question = question_of(wide)

    assert question.at_once * 2 * 3 * 3 * 2 * 8 < 2**26


def test_what_cannot_be_estimated_is_refused(configured):
    configuration = configured(2)

    with pytest.raises(ConfigurationError, match="samples = 1023: at least 1024 are needed"):
        explore(configuration.mixture, configuration.inner_loop, samples=1023)
    with pytest.raises(NonUniqueOptimumError):
        explore(configured(1, None, {"covariance": 1.0}, {"covariance": 1.0}).mixture, InnerLoop(1.0, None))
    huge = configured(2, None, {"centre": 1e60}, {"centre": -1e60})
    with pytest.raises(BeyondFloat64Error, match="third powers"):
        explore(huge.mixture, huge.inner_loop, samples=1024)


@pytest.mark.parametrize("stopped", ["plain", "controls"])
def test_ctrl_c_keeps_the_estimators_that_were_finished(configured, stopped):
    configuration = configured(2)

    def progress(name, count):
        if name == stopped:
            raise KeyboardInterrupt

    def run():
        return explore(configuration.mixture, configuration.inner_loop, samples=1024, progress=progress)

    if stopped == "plain":
        with pytest.raises(KeyboardInterrupt):
            run()
    else:
        found = run()
        assert found.interrupted
        assert [result.estimator for result in found.results] == ["plain", "noise-out"]
        assert found.notes == ("controls and what comes after it: left out (stopped by Ctrl-C)",)


def test_a_wrong_closed_form_is_noticed(configured, seed):
    configuration = configured(2)
    found = explore(configuration.mixture, configuration.inner_loop, samples=2**14, seed=seed)
    wrong = type(found)(**{**vars(found), "closed_form": found.closed_form * 1.05})

    assert not all(wrong.agrees(result) for result in wrong.results)
    assert critical_value(18, 2**14 - 1) < 6
