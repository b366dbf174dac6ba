"""The loss under attack against integrals and differences, and the draws of adapted parameters with their moments."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import sympy as sp
from scipy.integrate import quad

import theory.methods.adapted_draws as adapted_draws
from numerics.solutions import evaluated_problem, place
from theory.methods.adapted_draws import AffineDraws, affine_draws, attacked_draws
from theory.methods.attacked_loss import (
    DEVIATION,
    MEAN_SIZE,
    NORM,
    RADIUS,
    AttackedLoss,
    MeanAttackedLoss,
    mean_attacked_loss,
)

_spec = importlib.util.spec_from_file_location("testbeds", Path(__file__).parents[2] / "testbeds.py")
testbeds = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(testbeds)
T1, t0, t1 = testbeds.T1, testbeds.t0, testbeds.t1


# the loss under attack


@pytest.mark.parametrize(("s", "t", "radius"), [(1.0, 0.5, 0.3), (0.2, 2.0, 1.5), (0.7, 0.0, 1.0)])
def test_the_mean_loss_under_attack_is_the_integral_over_residuals(s, t, radius):
    derived = float(mean_attacked_loss().subs({DEVIATION: s, NORM: t, RADIUS: radius}))

    def density(size):
        return (s * abs(size) + radius * t) ** 2 / 2 * np.exp(-(size**2) / 2) / (2 * np.pi) ** 0.5

    assert derived == pytest.approx(2 * quad(density, 0, 40)[0], rel=1e-9)


def test_no_move_within_the_radius_makes_a_larger_loss():
    rng = np.random.default_rng(1)
    theta, x, residual, radius = rng.standard_normal(3), rng.standard_normal(3), -0.4, 0.7
    label = x @ theta - residual
    moves = rng.standard_normal((20_000, 3))
    moves *= radius / np.linalg.norm(moves, axis=1, keepdims=True)
    losses = ((x + moves) @ theta - label) ** 2 / 2
    worst = (abs(residual) + radius * np.linalg.norm(theta)) ** 2 / 2
    assert losses.max() <= worst
    assert losses.max() == pytest.approx(worst, rel=1e-3)


def test_the_mean_size_of_a_normal_variable_is_derived_and_not_typed():
    assert mean_attacked_loss().coeff(DEVIATION * NORM * RADIUS) == sp.sqrt(2 / sp.pi)
    assert MeanAttackedLoss().expression().coeff(DEVIATION * NORM * RADIUS) == MEAN_SIZE


def test_gradient_and_hessian_are_those_of_the_loss():
    loss, rng = AttackedLoss.trained(sp.Rational(7, 10), 2), np.random.default_rng(2)
    root = rng.standard_normal((3, 3))
    points, optima = rng.standard_normal((2, 5, 3))
    for smoothing in (0.0, 0.3):
        rest = (root @ root.T, 0.2, smoothing)
        steps = 1e-5 * np.eye(3)

        def differences(function, rest=rest, steps=steps):
            pairs = [
                (function(points + h - optima, points + h, *rest), function(points - h - optima, points - h, *rest))
                for h in steps
            ]
            return np.stack([(ahead - behind) / 2e-5 for ahead, behind in pairs], axis=-1)

        where = (points - optima, points, *rest)
        np.testing.assert_allclose(loss.gradient(*where), differences(loss.value), rtol=1e-6, atol=1e-8)
        np.testing.assert_allclose(loss.hessian(*where), differences(loss.gradient), rtol=1e-6, atol=1e-7)


# the draws


def worst_moment(configuration, theta):
    """Return by how many standard errors the draws' control variates differ from zero at most."""
    worst = 0.0
    for item in affine_draws(evaluated_problem(configuration)):
        errors, points, _ = item.adapted(theta, 0.0)
        for first_order in (False, True):
            controls = item.controls(theta, errors, points, first_order)
            z = controls.mean(axis=0) / np.maximum(controls.std(axis=0), 1e-12) * len(controls) ** 0.5
            worst = max(worst, float(np.abs(z).max()))
    return worst


LOOPS = {
    "one step": t1(),
    "reused": t1(steps=2),
    "fresh": t1(steps=3, data="fresh"),
    "isotropic": t0(steps=3),
    "population": t1(samples="inf", steps=2),
    "one sample": t1(samples=1),
}


@pytest.mark.parametrize("loop", LOOPS)
def test_the_control_variates_have_mean_zero(loop):
    theta = np.random.default_rng(3).standard_normal(LOOPS[loop].mixture.dimension)
    assert worst_moment(LOOPS[loop], theta) < 5


def test_a_wrong_moment_is_noticed(monkeypatch):
    right = adapted_draws._moments

    def wrong(problem):
        means, curvatures, squares = right(problem)
        return means, curvatures, squares + 0.02 * np.eye(4)

    monkeypatch.setattr(adapted_draws, "_moments", wrong)
    assert worst_moment(T1, np.array([0.3, -0.2, 0.5, 0.1])) > 5


def test_the_standard_error_is_the_deviation_over_other_draws(monkeypatch):
    configuration = t1({"r_maml": {"weight": 1}})
    thetas, errors = [], []
    for seed in range(16):
        monkeypatch.setattr(adapted_draws, "_SEED", seed)
        solution = place(configuration.method("r_maml"), evaluated_problem(configuration)).solution
        thetas.append(solution.theta)
        errors.append(solution.error)
    ratio = np.std(thetas, axis=0, ddof=1) / np.mean(errors, axis=0)
    # Chi-square with 15 degrees of freedom: outside with a probability of 2e-6 for each of the four.
    assert (ratio > 0.25).all()
    assert (ratio < 2.0).all()


def test_draws_of_affine_inner_loops_are_those_of_raw_gradient_descent():
    (item, *_) = affine_draws(evaluated_problem(t1(samples="inf", steps=2)))
    assert isinstance(item, AffineDraws)
    theta = np.array([0.3, -0.2, 0.5, 0.1])
    adapted = np.broadcast_to(theta, item.optima.shape)
    for _ in range(2):
        adapted = adapted - 0.5 * (adapted - item.optima) @ item.covariance
    np.testing.assert_allclose(item.adapted(theta, 0.0)[1], adapted, atol=1e-13)


def test_attacked_inner_steps_have_the_jacobian_of_their_map():
    problem = evaluated_problem(t1(samples="inf", steps=2))
    (item, *_) = attacked_draws(problem, AttackedLoss.trained(1, 1), 0.2)
    theta, steps = np.array([0.3, -0.2, 0.5, 0.1]), 1e-6 * np.eye(4)
    slopes = [(item.adapted(theta + h, 0)[1] - item.adapted(theta - h, 0)[1])[0] / 2e-6 for h in steps]
    np.testing.assert_allclose(item.adapted(theta, 0)[2][0], np.stack(slopes, axis=-1), rtol=1e-5, atol=1e-8)
