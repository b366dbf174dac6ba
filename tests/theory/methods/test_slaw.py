"""SLAW: what makes a loss vary, every point of rest of the weighted losses, the pitchfork, and both regimes."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize

from numerics.solutions import evaluated_problem, place
from theory.errors import ConfigurationError, UnsupportedError
from theory.methods.slaw import _Field

_spec = importlib.util.spec_from_file_location("testbeds", Path(__file__).parents[2] / "testbeds.py")
testbeds = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(testbeds)


def solved(configuration):
    return place(configuration.method("slaw"), evaluated_problem(configuration)).solution


def pair(deviation, variances=(1.0, 0.2), spread=0.0, method=None):
    """Build T0's centres with one task, or many, per class."""
    document = testbeds.t0(method).to_mapping()
    for item, variance in zip(document["task_class"], variances, strict=True):
        item |= {"covariance": variance, "noise": deviation**2, "spread": spread}
    return type(testbeds.T0).from_mapping(document)


def tilts(solution):
    return [(1 - point[0]) / 2 for point in solution.branches or (solution.theta,)]


BEDS = {"T0": testbeds.T0, "T1": testbeds.T1, **{f"random {s}": testbeds.random_configuration(s) for s in range(6)}}


@pytest.mark.parametrize("batch", [2, 20])
def test_the_deviation_is_that_of_sampled_losses(batch):
    mixture, rng, count = testbeds.T1.mixture, np.random.default_rng(1), 400_000 // batch
    theta = np.array([0.3, -0.2, 0.5, 0.1])
    derived = _Field(evaluated_problem(testbeds.T1), batch).deviations(theta)
    for k, item in enumerate(mixture.classes):
        optima = rng.multivariate_normal(item.centre, item.spread, count)
        inputs = rng.multivariate_normal(np.zeros(4), item.covariance, (count, batch))
        residuals = np.einsum("tni,ti->tn", inputs, theta - optima)
        residuals -= item.noise**0.5 * rng.standard_normal((count, batch))
        losses = (residuals**2).mean(axis=1) / 2
        squares = (losses - losses.mean()) ** 2
        assert abs(squares.mean() - derived[k] ** 2) < 6 * squares.std() / count**0.5
        # The minibatch alone would not have done.
        mean = losses.mean()
        assert abs(squares.mean() - 2 * mean**2 / batch) > 6 * squares.std() / count**0.5


@pytest.mark.parametrize("bed", BEDS)
def test_the_jacobian_is_that_of_the_update(bed):
    field = _Field(evaluated_problem(BEDS[bed]), 20)
    theta = np.random.default_rng(0).standard_normal(BEDS[bed].mixture.dimension)
    steps = 1e-6 * np.eye(len(theta))
    differences = np.stack([(field(theta + step) - field(theta - step)) / 2e-6 for step in steps], axis=-1)
    np.testing.assert_allclose(field.slope(theta), differences, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("bed", BEDS)
def test_following_the_mean_update_ends_at_a_stable_point_of_rest(bed):
    field, solution = _Field(evaluated_problem(BEDS[bed]), 20), solved(BEDS[bed])
    theta = field.mean_centre
    for _ in range(100_000):
        weights = field.weights / field.deviations(theta)
        step = field(theta) / weights.sum()
        theta = theta - 0.5 * step
        if np.abs(step).max() < 1e-14:
            break
    np.testing.assert_allclose(theta, solution.theta, atol=1e-9)


@pytest.mark.parametrize("seed", range(8))
def test_brute_force_finds_no_other_stable_point_of_rest(seed):
    configuration = testbeds.random_configuration(seed)
    field, solution = _Field(evaluated_problem(configuration), 20), solved(configuration)
    rests = solution.branches or (solution.theta,)
    rng = np.random.default_rng(seed)
    shares = rng.dirichlet(np.full(len(field.weights), 0.5), 40)
    for theta in field.mixed(shares):
        for _ in range(20_000):
            weights = field.weights / field.deviations(theta)
            step = field(theta) / weights.sum()
            theta = theta - step / 1.3
            if np.abs(step).max() < 1e-11:
                break
        if np.abs(step).max() < 1e-11:
            assert min(np.abs(theta - rest).max() for rest in rests) < 1e-5


@pytest.mark.parametrize(("deviation", "expected"), [(2, 0.1517), (1, 0.1145), (0.6, 0.0667)])
def test_minibatch_noise_leads_to_the_root_of_the_cubic(deviation, expected):
    (tilt,) = tilts(solved(pair(deviation)))
    assert tilt == pytest.approx(expected, abs=6e-5)
    reach, noise = 0.2 * 4, deviation**2
    roots = np.roots([2 * reach, -3 * reach, reach + noise * 1.2, -noise * 0.2])
    (real,) = roots[np.abs(roots.imag) < 1e-12].real
    assert tilt == pytest.approx(real, abs=1e-10)


def test_little_noise_leaves_two_stable_ends_and_an_unstable_middle():
    solution = solved(pair(0.3))
    np.testing.assert_allclose(tilts(solution), [0.0210, 0.8415, 0.6375], atol=6e-5)
    assert "2 stable points of rest" in solution.notes[0]
    np.testing.assert_allclose(solution.theta, solution.branches[0])


@pytest.mark.parametrize(("deviation", "offset"), [(0.6, 0.8), (0.9, 0.19**0.5), (1.01, 0.0)])
def test_equally_hard_tasks_part_in_a_pitchfork(deviation, offset):
    solution = solved(pair(deviation, (1.0, 1.0)))
    expected = [offset, 0.0, -offset] if offset else [0.0]
    np.testing.assert_allclose(
        sorted((point[0] for point in solution.branches), reverse=True) or [0.0], expected, atol=1e-9
    )


def test_much_noise_leads_to_nal():
    problem = evaluated_problem(pair(100))
    np.testing.assert_allclose(solved(pair(100)).theta, problem.evaluated.theta_nal, atol=1e-3)


def test_large_minibatches_of_tasks_that_vary_a_little_lead_to_the_geometric_median():
    document = testbeds.t0({"slaw": {"batch": 10**12}}).to_mapping()
    centres = np.array([[1.0, 0, 0, 0, 0], [-1.0, 0.5, 0, 0, 0], [0.2, -1.0, 0, 0, 0]])
    document["task_class"] = [
        {**document["task_class"][0], "name": name, "weight": 1 / 3, "covariance": variance, "centre": centre.tolist()}
        | {"spread": 1e-6, "noise": 0.25}
        for name, variance, centre in zip("abc", (1.0, 0.2, 0.5), centres, strict=True)
    ]
    document["task_class"][2]["weight"] = 1 - 2 / 3
    solution = solved(type(testbeds.T0).from_mapping(document))
    median = minimize(
        lambda theta: np.linalg.norm(theta - centres, axis=1).sum(), centres.mean(axis=0), method="Nelder-Mead",
        options={"xatol": 1e-9, "fatol": 1e-14, "maxiter": 20_000, "maxfev": 40_000},
    ).x  # fmt: skip
    np.testing.assert_allclose(solution.theta, median, atol=1e-4)


def test_weights_are_the_inverse_deviations_and_average_to_one():
    solution = solved(testbeds.T1)
    deviations = _Field(evaluated_problem(testbeds.T1), 20).deviations(solution.theta)
    np.testing.assert_allclose(solution.learned["weights"] * deviations, (solution.learned["weights"] * deviations)[0])
    assert solution.learned["weights"].mean() == pytest.approx(1)


def test_a_class_that_never_occurs_changes_nothing():
    document = testbeds.T0.to_mapping()
    document["task_class"] = [
        *document["task_class"],
        {**document["task_class"][0], "name": "absent", "weight": 0.0, "noise": 0.0, "spread": 0.0},
    ]
    np.testing.assert_allclose(
        solved(type(testbeds.T0).from_mapping(document)).theta, solved(testbeds.T0).theta, atol=1e-12
    )


def test_a_loss_that_is_constant_somewhere_is_refused():
    with pytest.raises(UnsupportedError, match=r"slaw: class '[^']*' has neither label noise nor spread"):
        solved(pair(0.0))


def test_what_the_minibatch_may_be_is_said():
    with pytest.raises(ConfigurationError, match=r"method\.slaw\.batch: got 0; must be an integer of at least 1"):
        testbeds.t0({"slaw": {"batch": 0}})
