"""Meta-SGD: no nearby initialisation or step sizes are better, and one shared step size is worse."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import sympy as sp
from scipy.optimize import minimize_scalar

from numerics.configuration import Configuration
from numerics.solutions import evaluated_problem, place
from theory.gain import Setting
from theory.methods.meta_sgd import BestStep, D_j, D_total, MetaSGD, mean_square_of_gradient
from theory.methods.preconditioned import evaluated_risk
from theory.symbols import m, nu2, rho

_spec = importlib.util.spec_from_file_location("testbeds", Path(__file__).parents[2] / "testbeds.py")
testbeds = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(testbeds)

BEDS = [testbeds.T0, testbeds.T1, *map(testbeds.random_configuration, range(20))]


def risk(problem, theta, sizes):
    adapted = evaluated_risk(problem, np.diag(sizes), Setting(), 1.0)
    return float(problem.mixture.weights @ problem.class_risks(theta, *adapted))


def slope(problem, theta, sizes, step=1e-5):
    """Central differences of the risk in theta and step sizes."""
    point, moves = np.concatenate([theta, sizes]), step * np.eye(2 * len(theta))
    return np.array(
        [(risk(problem, *np.split(point + h, 2)) - risk(problem, *np.split(point - h, 2))) / (2 * step) for h in moves]
    )


@pytest.mark.parametrize("configuration", BEDS, ids=range(len(BEDS)))
def test_the_risk_has_no_slope_there_and_rises_around(configuration):
    problem = evaluated_problem(configuration)
    solution = place(MetaSGD(), problem).solution
    theta, sizes = solution.theta, solution.learned["step_sizes"]

    assert np.abs(slope(problem, theta, sizes)).max() < 1e-8
    assert np.abs(slope(problem, theta, sizes + 1e-3)).max() > 1e-6
    assert solution.risk == pytest.approx(risk(problem, theta, sizes), rel=1e-12)
    rng = np.random.default_rng(1)
    for _ in range(20):
        away = 1e-2 * rng.standard_normal((2, len(theta)))
        assert risk(problem, theta + away[0], sizes + away[1]) > solution.risk


def test_the_numbers_of_the_first_testbed():
    solution = place(MetaSGD(), evaluated_problem(testbeds.T0)).solution

    np.testing.assert_allclose(solution.learned["step_sizes"], [0.8155, *[0.1357] * 4], atol=1e-4)


def test_it_beats_every_shared_step_size():
    problem = evaluated_problem(testbeds.T1)

    def shared(size):
        return evaluated_problem(testbeds.t1(step_size=size)).evaluated.risk_maml

    best = minimize_scalar(shared, bounds=(0.05, 2), method="bounded")

    assert place(MetaSGD(), problem).solution.risk < best.fun - 1e-3


def test_the_mean_square_of_a_gradient_is_that_of_raw_data():
    problem = evaluated_problem(testbeds.t1(samples=3))
    mixture, rng, draws = problem.mixture, np.random.default_rng(2), 200_000
    covariance, noise = mixture.covariances[0], 4.0
    errors = rng.standard_normal((draws, 4)) * [1, 0.5, 2, 0.1]
    inputs = rng.standard_normal((draws, 3, 4)) @ np.linalg.cholesky(covariance).T
    residuals = np.matvec(inputs, errors) - noise**0.5 * rng.standard_normal((draws, 3))
    gradients = np.vecmat(residuals, inputs) / 3
    products = gradients[:, :, None] * gradients[:, None, :]
    spread = np.diag([1, 0.25, 4, 0.01])

    def score(scalars):
        derived = problem.evaluate(mean_square_of_gradient(m), scalars, D=spread)[0]
        return np.abs((products.mean(axis=0) - derived) / (products.std(axis=0) / draws**0.5)).max()

    assert score({nu2: noise}) < 6
    assert score({nu2: 0.8 * noise}) > 10


def test_the_best_step_of_one_class():
    expected = m * D_j / (rho * ((m + 1) * D_j + D_total) + nu2)

    assert sp.simplify(BestStep().expression() - expected) == 0


def test_one_class_without_spread_has_nothing_to_adapt():
    only = {"weight": 1.0, "covariance": 1.0, "centre": [1.0, 0.0], "spread": 0.0, "noise": 0.0}
    table = {"dimension": 2, "adaptation": {"step_size": 0.3, "samples": 6}, "task_class": [only]}

    solution = place(MetaSGD(), evaluated_problem(Configuration.from_mapping(table))).solution

    assert not solution.exists
    assert "nothing to adapt" in solution.notes[0]


def test_more_steps_are_not_taken_and_that_is_said():
    once, twice = (place(MetaSGD(), evaluated_problem(testbeds.t1(steps=k))).solution for k in (1, 2))

    np.testing.assert_allclose(once.theta, twice.theta, atol=1e-9)
    assert twice.notes == ("its inner loop is a single step",)


def test_infinitely_many_samples():
    solution = place(MetaSGD(), evaluated_problem(testbeds.t1(samples="inf"))).solution
    many = place(MetaSGD(), evaluated_problem(testbeds.t1(samples=10**7))).solution

    np.testing.assert_allclose(solution.theta, many.theta, atol=1e-4)
    assert solution.risk == pytest.approx(many.risk, abs=1e-5)
