import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from numerics import closed_form
from numerics.arithmetic import rational_inner_loop, rational_mixture
from numerics.closed_form import evaluate, solve_population
from numerics.configuration import Configuration
from proofs_check import strategies
from theory.errors import ConfigurationError, NonUniqueOptimumError
from theory.mixture import InnerLoop, Mixture, TaskClass

CASES = json.loads((Path(__file__).parents[1] / "data" / "evaluate.json").read_text())["cases"]


def brute_forced(case, arithmetic):
    configuration = Configuration.from_mapping(case["configuration"])
    return evaluate(
        *(configuration.exact if arithmetic == "exact" else (configuration.mixture, configuration.inner_loop))
    )


@pytest.mark.parametrize("arithmetic", ["float", "exact"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: str(CASES.index(case)))
def test_the_brute_forced_vectors_are_met(case, arithmetic):
    found, expected = brute_forced(case, arithmetic), case["expected"]
    np.testing.assert_allclose(found.theta_nal.astype(float), expected["theta"]["nal"], rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(found.theta_maml.astype(float), expected["theta"]["maml"], rtol=1e-12, atol=1e-13)
    for value, key in ((found.risk_nal, "nal"), (found.risk_maml, "maml")):
        assert float(value) == pytest.approx(expected["risk"][key], rel=1e-12)
    assert float(found.noise_floor) == pytest.approx(expected["noise_floor"], rel=1e-12, abs=1e-15)
    assert float(found.gain) == pytest.approx(expected["gain"], abs=1e-13)
    assert float(found.ratio) == pytest.approx(expected["ratio"], rel=1e-12)


@settings(max_examples=25)
@given(strategies.mixtures(), strategies.inner_loops())
def test_exact_and_float_evaluations_agree(mixture, inner_loop):
    floating = Mixture(
        tuple(
            TaskClass(
                item.name,
                float(item.weight),
                item.covariance.astype(float),
                item.centre.astype(float),
                item.spread.astype(float),
                float(item.noise),
            )
            for item in mixture.classes
        )
    )
    loop = InnerLoop(float(inner_loop.step_size), inner_loop.samples, inner_loop.steps, inner_loop.data)
    try:
        exact = evaluate(mixture, inner_loop)
    except NonUniqueOptimumError:
        return
    condition = np.linalg.cond(exact.hessian_maml.astype(float))
    if condition > 1e6:
        return
    found = evaluate(floating, loop)
    scale = 1 + float(np.abs(exact.theta_maml).max())
    np.testing.assert_allclose(found.theta_maml, exact.theta_maml.astype(float), atol=1e-12 * condition * scale)
    assert found.risk_nal == pytest.approx(float(exact.risk_nal), rel=1e-9, abs=1e-12)
    assert found.risk_maml == pytest.approx(float(exact.risk_maml), rel=1e-9, abs=1e-12)


@settings(max_examples=25)
@given(strategies.mixtures(), strategies.inner_loops())
def test_the_gain_is_exactly_the_difference_of_the_risks_at_the_optima(mixture, inner_loop):
    try:
        found = evaluate(mixture, inner_loop)
    except NonUniqueOptimumError:
        return
    assert found.gain == found.risk(found.theta_nal) - found.risk(found.theta_maml)
    assert found.risk_nal - found.risk_maml == found.gain


def one_class(covariance, step_size, samples, spread=0.0, noise=0.0, **loop):
    covariance = np.asarray(covariance)
    size = len(covariance)
    zero = covariance[0, 0] * 0
    eye = np.array([[zero + (i == j) for j in range(size)] for i in range(size)])
    task_class = TaskClass("only", zero + 1, covariance, eye[0], eye * spread, zero + noise)
    return evaluate(Mixture((task_class,)), InnerLoop(step_size, samples, **loop))


def test_a_step_that_solves_every_task_leaves_no_unique_optimum():
    with pytest.raises(NonUniqueOptimumError, match=r"MAML's optimum is not unique.*step_size = 0\.4.*finite number"):
        one_class(np.eye(2) * 2.5, 0.4, None)
    exact = np.array([[Fraction(5, 2), Fraction(0)], [Fraction(0), Fraction(1)]])
    with pytest.raises(NonUniqueOptimumError, match="not unique"):
        one_class(exact, Fraction(2, 5), None)


def test_the_same_step_on_a_finite_sample_is_unique():
    assert one_class(np.eye(2) * 2.5, 0.4, 100).risk_maml == pytest.approx(0, abs=1e-15)


def test_a_singular_mean_covariance_has_no_unique_nal_optimum():
    with pytest.raises(NonUniqueOptimumError, match=r"NAL's optimum.*mean covariance of the mixture is singular"):
        one_class(np.diag([1.0, 0.0]), 0.5, 3)


def test_the_ratio_of_two_vanishing_risks_is_undefined():
    assert one_class(np.eye(2), 0.5, 4).ratio is None


def test_the_ratio_over_a_vanishing_risk_is_infinite():
    """Two points in one dimension whose hard class is the only one that MAML still has to serve."""
    classes = [(Fraction(1), Fraction(0)), (Fraction(1, 2), Fraction(1))]
    mixture = Mixture(
        tuple(
            TaskClass(
                str(centre),
                Fraction(1, 2),
                np.array([[rho]]),
                np.array([centre]),
                np.array([[Fraction(0)]]),
                Fraction(0),
            )
            for rho, centre in classes
        )
    )
    found = evaluate(mixture, InnerLoop(Fraction(1), None))
    assert found.risk_maml == 0
    assert found.risk_nal > 0
    assert found.ratio == math.inf


def test_thousands_of_configurations_evaluate_in_one_batch():
    generator = np.random.default_rng(3)
    count, classes, size = 2000, 2, 3
    factors = generator.normal(size=(count, classes, size, size))
    covariances = factors @ factors.swapaxes(-1, -2) / size + np.eye(size) / 10
    weights = generator.dirichlet([1, 1], size=count)
    centres = generator.normal(size=(count, classes, size))
    spreads = np.broadcast_to(np.eye(size) / 4, covariances.shape)
    noises = generator.uniform(size=(count, classes))
    steps, samples = generator.uniform(0.1, 0.9, size=count), generator.integers(1, 30, size=count).astype(float)
    batch = solve_population(weights, covariances, centres, spreads, noises, steps, samples)
    thetas = batch.optimum(batch.curvature)
    risks = batch.risk(thetas)
    assert risks.shape == (count,)
    for index in (0, 17, 1999):
        mixture = Mixture(
            tuple(
                TaskClass(
                    str(k),
                    weights[index, k],
                    covariances[index, k],
                    centres[index, k],
                    spreads[index, k],
                    noises[index, k],
                )
                for k in range(classes)
            )
        )
        single = evaluate(mixture, InnerLoop(steps[index], int(samples[index])))
        np.testing.assert_allclose(thetas[index], single.theta_maml, rtol=1e-10)
        assert risks[index] == pytest.approx(single.risk_maml, rel=1e-10)


def test_results_beyond_float64_are_refused_not_returned():
    with pytest.raises(ConfigurationError, match=r"beyond the range of float64.*evaluate exactly"):
        one_class(np.eye(2) * 1e200, 0.5, 3)


def test_results_beyond_float64_are_refused_where_the_gain_nearly_vanishes_too():
    classes = [
        {"weight": 0.5, "covariance": 1e8, "centre": 1e150},
        {"weight": 0.5, "covariance": 0.5, "centre": -1e160},
    ]
    tables = {"dimension": 1, "adaptation": {"step_size": 1e-3, "samples": 3}, "task_class": classes}
    configuration = Configuration.from_mapping(tables)

    with pytest.raises(ConfigurationError, match="beyond the range of float64"):
        evaluate(configuration.mixture, configuration.inner_loop)


def test_reused_steps_agree_whether_a_class_is_seen_to_be_isotropic_or_not():
    """The scalar and the matrix road meet as a covariance tends to a multiple of the identity."""
    isotropic = one_class(np.eye(2) * 0.7, 0.6, 4, spread=0.3, noise=0.2, steps=3)
    nearly = one_class(np.diag([0.7, 0.7 + 1e-9]), 0.6, 4, spread=0.3, noise=0.2, steps=3)
    assert nearly.risk_maml == pytest.approx(isotropic.risk_maml, rel=1e-7)
    assert nearly.noise_floor == pytest.approx(isotropic.noise_floor, rel=1e-7)


@pytest.mark.parametrize(("covariance", "reach"), [(np.eye(2), 12), (np.diag([1.0, 0.5]), 8)])
def test_more_reused_steps_than_can_be_derived_are_refused(covariance, reach):
    with pytest.raises(ConfigurationError, match=rf"adaptation\.steps: got 400 .*at most {reach}.*fresh"):
        one_class(covariance, 0.1, 4, steps=400)
    assert one_class(covariance, 0.1, 4, spread=0.5, steps=400, data="fresh").risk_maml > 0


def nearly_alike(difference, dense, rng):
    """Two classes whose covariances differ by a small factor, so that MAML has next to nothing to gain."""
    size = 3
    factor = rng.normal(size=(size, size))
    covariance = factor @ factor.T / size + np.eye(size) / 5 if dense else np.eye(size)
    covariance = (covariance + covariance.T) / 2
    classes = (
        TaskClass(name, 0.5, matrix, rng.normal(size=size), np.eye(size) / 10, 0.1)
        for name, matrix in (("one", covariance), ("other", covariance * (1 + difference)))
    )
    return Mixture(tuple(classes)), InnerLoop(float(rng.uniform(0.1, 1)), 20)


@pytest.mark.parametrize("dense", [False, True])
@pytest.mark.parametrize("difference", [1e-2, 1e-6, 1e-10, 1e-14])
def test_a_gain_that_nearly_vanishes_has_twelve_digits(difference, dense, rng):
    mixture, loop = nearly_alike(difference, dense, rng)
    exact = evaluate(rational_mixture(mixture), rational_inner_loop(loop)).gain

    assert abs(Fraction(evaluate(mixture, loop).gain) / Fraction(int(exact.p), int(exact.q)) - 1) < 1e-12


def test_without_a_second_look_it_has_not(rng, monkeypatch):
    monkeypatch.setattr(closed_form, "_nearly_vanishing_gain", lambda mixture, loop, rounded: rounded)
    mixture, loop = nearly_alike(1e-10, True, rng)
    exact = evaluate(rational_mixture(mixture), rational_inner_loop(loop)).gain

    assert abs(Fraction(float(evaluate(mixture, loop).gain)) / Fraction(int(exact.p), int(exact.q)) - 1) > 1e-9


def test_a_gain_that_vanishes_is_zero(rng):
    mixture, loop = nearly_alike(0.0, True, rng)

    assert evaluate(mixture, loop).gain == 0
