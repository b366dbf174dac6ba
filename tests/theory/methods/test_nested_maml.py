"""NestedMAML rests at the validation optimum, by its conditions of rest, its mean update, the numbers of the note."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from numerics.solutions import evaluated_problem, place
from theory.errors import LandscapeError

_spec = importlib.util.spec_from_file_location("testbeds", Path(__file__).parents[2] / "testbeds.py")
testbeds = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(testbeds)
T1, random_configuration, t0, t1 = testbeds.T1, testbeds.random_configuration, testbeds.t0, testbeds.t1


def placed(configuration):
    return place(configuration.method("nested_maml"), evaluated_problem(configuration))


def gradients_at(problem, theta):
    return (problem.curvatures() @ (theta - problem.mixture.centres)[..., None])[..., 0]


def mean_update(problem, shares, steps=12_000, size=0.6):
    """Follow the mean look-ahead rule, weights averaging 1, with exact gradients."""
    weights, frequencies = np.ones(len(shares)), problem.mixture.weights
    theta = frequencies @ problem.mixture.centres
    for _ in range(steps):
        gradients = gradients_at(problem, theta)
        ahead = theta - size * (weights * frequencies) @ gradients
        validation = shares @ gradients_at(problem, ahead)
        weights = np.maximum(0, weights + size * frequencies * (gradients @ validation))
        weights = weights / (weights @ frequencies)
        theta = theta - size * (weights * frequencies) @ gradients
    return theta, weights


@pytest.mark.parametrize(
    ("validation", "tilt"), [([1, 0], 0.0), ([0.8, 0.2], 0.0854), ([0.3, 0.7], 0.4658)], ids=["clean", "few", "many"]
)
def test_the_shares_of_the_note_lead_to_its_numbers(validation, tilt):
    solution = placed(t0({"nested_maml": {"validation": validation}}))
    assert solution.tilt == pytest.approx(tilt, abs=1e-4)
    np.testing.assert_allclose(solution.solution.learned["weights"], np.array(validation) / 0.5, rtol=1e-12)


@pytest.mark.parametrize("configuration", [t0, t1])
def test_the_mean_update_goes_where_the_derivation_says(configuration):
    shares = np.array([0.3, 0.7]) if configuration is t0 else np.array([0.2, 0.3, 0.5])
    configured = configuration({"nested_maml": {"validation": shares.tolist()}})
    solution = placed(configured).solution
    theta, weights = mean_update(evaluated_problem(configured), shares)
    np.testing.assert_allclose(theta, solution.theta, atol=1e-10)
    np.testing.assert_allclose(weights, solution.learned["weights"], atol=1e-9)


def stationary(problem, theta, weights, shares, tolerance=1e-12):
    gradients = gradients_at(problem, theta)
    balance = np.abs((problem.mixture.weights * weights) @ gradients).max()
    pulls = gradients @ (shares @ gradients)
    return balance < tolerance and (np.abs(pulls[weights > 0]) < tolerance).all() and (pulls < tolerance).all()


def test_weights_and_parameters_meet_the_conditions_of_rest_and_others_do_not():
    shares = np.array([0.5, 0.5, 0.0])
    configured = t1({"nested_maml": {"validation": shares.tolist()}})
    problem, solution = evaluated_problem(configured), placed(configured).solution
    weights = solution.learned["weights"]
    assert stationary(problem, solution.theta, weights, shares)
    assert not stationary(problem, solution.theta, weights + np.array([0.01, 0, 0]), shares)
    assert not stationary(problem, problem.evaluated.theta_maml, np.ones(3), shares)


def test_without_validation_shares_it_is_maml():
    assert placed(T1).regret_to_maml == pytest.approx(0, abs=1e-20)


def test_several_weights_are_said_not_to_be_unique():
    configured = random_configuration(14)  # four classes in two dimensions
    solution = placed(configured).solution
    assert "weights" not in solution.learned
    assert "not unique" in solution.notes[0]


def test_a_class_that_is_never_met_has_no_weight_to_learn():
    tables = t0({"nested_maml": {"validation": [0.5, 0.5]}})
    problem = evaluated_problem(tables)
    easy, hard = problem.mixture.classes
    object.__setattr__(easy, "weight", 1.0)
    object.__setattr__(hard, "weight", 0.0)
    solution = tables.method("nested_maml").solve(problem)
    assert not solution.exists
    assert solution.notes == (f"class {hard.name!r} occurs among the validation tasks and never in training",)


@pytest.mark.parametrize(
    ("validation", "words"),
    [([0.5, 0.25, 0.25], "one for each of the 2 classes"), ([0.5, 0.6], "sum to 1"), ([1.5, -0.5], "at least 0")],
)
def test_shares_that_do_not_fit_are_refused(validation, words):
    with pytest.raises(LandscapeError, match=words):
        t0({"nested_maml": {"validation": validation}}).method("nested_maml")
