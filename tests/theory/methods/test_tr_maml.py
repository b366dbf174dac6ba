"""TR-MAML's saddle point: certified by its dual, and found again by brute force."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import brentq

from numerics.configuration import Configuration
from numerics.solutions import evaluated_problem, place
from theory.errors import UnsupportedError
from theory.methods.tr_maml import TRMAML

_spec = importlib.util.spec_from_file_location("testbeds", Path(__file__).parents[2] / "testbeds.py")
testbeds = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(testbeds)

BEDS = [testbeds.T0, testbeds.T1, *map(testbeds.random_configuration, range(20))]


def class_risks(problem, theta):
    return problem.class_risks(theta, *problem.adapted())


def violation(problem, theta, weights):
    """How far theta and weights are from being a saddle point: a worse class than the average, or a slope."""
    risks = class_risks(problem, theta)
    slopes = problem.curvatures() @ (theta - problem.mixture.centres)[..., None]
    slope = np.abs((weights[:, None] * slopes[..., 0]).sum(axis=0)).max()
    return max(risks.max() - weights @ risks, slope, abs(weights.sum() - 1), -weights.min())


@pytest.mark.parametrize("configuration", BEDS, ids=range(len(BEDS)))
def test_it_is_a_saddle_point(configuration):
    problem = evaluated_problem(configuration)
    solution = place(TRMAML(), problem).solution
    weights = solution.learned["weights"]

    assert violation(problem, solution.theta, weights) < 1e-9
    # The same check sees a theta, and weights, that are slightly off.
    assert violation(problem, solution.theta + 1e-4, weights) > 1e-6
    assert violation(problem, solution.theta, weights[::-1]) > 1e-6


def test_on_two_isotropic_classes_both_are_equally_bad_where_a_root_is():
    problem = evaluated_problem(testbeds.T0)
    easy, hard = problem.mixture.centres
    tilt = brentq(lambda t: np.subtract(*class_risks(problem, easy + t * (hard - easy))), 0, 1)
    placed = place(TRMAML(), problem)

    assert placed.tilt == pytest.approx(tilt, abs=1e-9)
    assert placed.tilt == pytest.approx(0.3624, abs=1e-4)
    np.testing.assert_allclose(placed.solution.learned["weights"], [0.3967, 0.6033], atol=1e-4)


def test_no_point_of_a_grid_has_a_less_bad_worst_class():
    problem = evaluated_problem(testbeds.T1)
    theta = place(TRMAML(), problem).solution.theta
    worst = class_risks(problem, theta).max()
    rng = np.random.default_rng(0)

    others = [class_risks(problem, theta + scale * rng.standard_normal(4)).max() for scale in [1e-3, 0.1, 1] * 300]

    assert min(others) > worst


def two_classes(spread, weights=(0.5, 0.5)):
    classes = [
        {
            "weight": weights[k],
            "covariance": 1.0,
            "centre": [1.0 - 2 * k, 0.0],
            "spread": (spread, 0.0)[k],
            "noise": 0.1,
        }
        for k in (0, 1)
    ]
    table = {"dimension": 2, "adaptation": {"step_size": 0.3, "samples": 6}, "task_class": classes}
    return evaluated_problem(Configuration.from_mapping(table))


def test_a_class_that_is_worse_everywhere_takes_all_the_weight():
    solution = place(TRMAML(), two_classes(spread=9.0)).solution

    np.testing.assert_allclose(solution.theta, [1, 0], atol=1e-9)
    assert solution.learned["weights"].tolist() == [1, 0]
    assert any("without weight, for others are worse off: 'class1'" in note for note in solution.notes)


def test_a_class_that_never_comes_does_not_count():
    solution = place(TRMAML(), two_classes(spread=9.0, weights=(0.0, 1.0))).solution

    np.testing.assert_allclose(solution.theta, [-1, 0], atol=1e-9)
    assert solution.learned["weights"].tolist() == [0, 1]


def test_a_class_that_is_solved_from_anywhere_leaves_no_unique_point():
    # With infinitely many samples a step of 1 solves the easy class of T0, whose variance is 1.
    solution = place(TRMAML(), evaluated_problem(testbeds.t0(samples="inf", step_size=1.0))).solution

    assert not solution.exists
    assert "curvature of a class is singular" in solution.notes[0]


def test_it_has_no_exact_solution():
    with pytest.raises(UnsupportedError, match="leave --exact out"):
        place(TRMAML(), evaluated_problem(testbeds.T0, exact=True))
