"""The zeroing trick: what one step from 0 knows of a task, the best preconditioner, and where the rule rests."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from numerics.solutions import evaluated_problem, place
from theory.errors import ConfigurationError, UnsupportedError
from theory.methods.zeroing import _Features

_spec = importlib.util.spec_from_file_location("testbeds", Path(__file__).parents[2] / "testbeds.py")
testbeds = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(testbeds)


def one_step(seed, **table):
    document = testbeds.random_configuration(seed, method={"zeroing": table}).to_mapping()
    document["adaptation"]["steps"] = 1
    return type(testbeds.T0).from_mapping(document)


def features_of(configuration):
    return _Features(evaluated_problem(configuration))


def solved(configuration):
    solution = place(configuration.method("zeroing"), evaluated_problem(configuration)).solution
    size = configuration.mixture.dimension
    return solution, solution.learned["preconditioner"].reshape(size, size)


BEDS = {"T0": testbeds.T0, "T1": testbeds.T1, **{f"random {seed}": one_step(seed) for seed in (1, 3, 9)}}
#: Where the best symmetric matrix has a negative eigenvalue.
CORNERED = {f"random {seed}": one_step(seed) for seed in (4, 7, 12)}


@pytest.mark.parametrize("samples", [3, "inf"])
def test_the_risk_is_the_mean_over_sampled_tasks_and_data(samples):
    configuration = testbeds.t1(samples=samples)
    mixture, rng, count = configuration.mixture, np.random.default_rng(3), 60_000
    matrix = rng.standard_normal((4, 4)) / 2
    expected, variance = 0.0, 0.0
    for item in mixture.classes:
        optima = rng.multivariate_normal(item.centre, item.spread, count)
        if samples == "inf":
            steps = optima @ item.covariance
        else:
            inputs = rng.multivariate_normal(np.zeros(4), item.covariance, (count, samples))
            labels = np.einsum("tni,ti->tn", inputs, optima) + item.noise**0.5 * rng.standard_normal((count, samples))
            steps = np.einsum("tni,tn->ti", inputs, labels) / samples
        errors = steps @ matrix.T - optima
        risks = np.einsum("ti,ij,tj->t", errors, item.covariance, errors) / 2
        expected += item.weight * risks.mean()
        variance += item.weight**2 * risks.var() / count
    derived = features_of(configuration).risk(matrix)
    assert abs(derived - expected) < 6 * variance**0.5
    # Half the noise would have been noticed, where there is noise in the data.
    if samples == 3:
        quieter = testbeds.t1(samples=samples).to_mapping()
        for item in quieter["task_class"]:
            item["noise"] = 0.0
        assert abs(features_of(type(testbeds.T0).from_mapping(quieter)).risk(matrix) - expected) > 6 * variance**0.5


@pytest.mark.parametrize("bed", BEDS)
def test_the_slope_is_that_of_the_risk(bed):
    features, size = features_of(BEDS[bed]), BEDS[bed].mixture.dimension
    rng = np.random.default_rng(1)
    matrix, direction = rng.standard_normal((2, size, size))
    difference = (features.risk(matrix + direction) - features.risk(matrix - direction)) / 2
    assert np.sum(features.slope(matrix) * direction) == pytest.approx(difference, rel=1e-10)


@pytest.mark.parametrize("bed", BEDS)
def test_descending_the_mean_update_of_the_features_ends_there(bed):
    features, (_, matrix) = features_of(BEDS[bed]), solved(BEDS[bed])
    # A step for M itself has the same point of rest, and none of the slowness of a product.
    curvature = sum(
        weight * np.linalg.norm(covariance, 2) * np.linalg.norm(second, 2)
        for weight, covariance, second in zip(features.weights, features.covariances, features.second, strict=True)
    )
    iterate = np.zeros_like(matrix)
    for _ in range(200_000):
        slope = features.slope(iterate)
        step = (slope + slope.T) / (2 * curvature)
        iterate = iterate - step
        if np.abs(step).max() < 1e-14:
            break
    np.testing.assert_allclose(iterate, matrix, atol=1e-10)
    assert np.linalg.eigvalsh(matrix)[0] > 0


@pytest.mark.parametrize("bed", CORNERED)
def test_where_features_vanish_the_semidefinite_optimum_is_reached(bed):
    features, (solution, matrix) = features_of(CORNERED[bed]), solved(CORNERED[bed])
    assert "some features vanish" in solution.notes[0]
    slope = features.slope(matrix)
    symmetric, scale = (slope + slope.T) / 2, np.abs(slope).max()
    # What it takes to be optimal among semidefinite matrices: both semidefinite, and orthogonal.
    assert np.linalg.eigvalsh(matrix)[0] > -1e-8
    assert np.linalg.eigvalsh(symmetric)[0] > -1e-6 * max(scale, 1.0)
    assert abs(np.sum(symmetric * matrix)) < 1e-7
    # The best symmetric matrix does better, and is no square.
    assert features.risk(features.best()) < solution.risk
    assert np.linalg.eigvalsh(features.best())[0] < 0


@pytest.mark.parametrize("bed", ["T1", "random 1", "random 9"])
def test_the_first_order_rule_rests_near_by(bed):
    document = BEDS[bed].to_mapping() | {"method": {"zeroing": {"first_order": True}}}
    solution, matrix = solved(type(testbeds.T0).from_mapping(document))
    features, (full, other) = features_of(BEDS[bed]), solved(BEDS[bed])
    motion = matrix @ features.slope(matrix).T
    np.testing.assert_allclose(motion + motion.T, 0, atol=1e-9)
    assert np.abs(matrix - other).max() > 1e-3
    assert solution.risk > full.risk


def test_the_numbers_of_the_testbed():
    solution, matrix = solved(testbeds.T0)
    np.testing.assert_allclose(np.diag(matrix), [0.8002, *[0.1049] * 4], atol=1e-4)
    assert solution.risk == pytest.approx(0.12085, abs=1e-5)
    # Both orders rest there where tasks are isotropic and the features do not mix.
    _, first = solved(testbeds.t0({"zeroing": {"first_order": True}}))
    np.testing.assert_allclose(first, matrix, atol=1e-9)


def test_the_best_multiple_of_the_identity_does_no_better_than_the_best_maml():
    features = features_of(testbeds.T0)
    slope = np.trace(features.slope(np.zeros((5, 5))))
    curvature = np.trace(features.slope(np.eye(5))) - slope
    assert features.risk(-slope / curvature * np.eye(5)) == pytest.approx(0.1794, abs=5e-5)
    best = min(
        evaluated_problem(testbeds.t0(step_size=step_size)).evaluated.risk_maml
        for step_size in np.linspace(0.1, 1.0, 91)
    )
    assert best == pytest.approx(0.1487, abs=5e-5)


def test_several_inner_steps_are_refused():
    with pytest.raises(UnsupportedError, match="zeroing: got 2 inner steps; it is derived for steps = 1 only"):
        solved(testbeds.t0(steps=2))


def test_what_the_parameter_may_be_is_said():
    with pytest.raises(ConfigurationError, match=r"method\.zeroing\.first_order: got 1; must be true or false"):
        testbeds.t0({"zeroing": {"first_order": 1}})
