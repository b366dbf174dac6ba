"""Methods with a memory for each task: what the memory does to MAML's weights, in identities and by hand."""

import importlib.util
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import sympy as sp

from numerics.solutions import evaluated_problem, place
from theory.errors import ConfigurationError
from theory.gain import Setting
from theory.methods.local_moml import LocalMOML
from theory.methods.moml import MOML
from theory.symbols import m

_spec = importlib.util.spec_from_file_location("testbeds", Path(__file__).parents[2] / "testbeds.py")
testbeds = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(testbeds)

BETA, ETA = sp.symbols("beta eta")
SETTINGS = [Setting(steps, data) for steps in (1, 2) for data in ("reused", "fresh")]
T0, T1 = evaluated_problem(testbeds.T0), evaluated_problem(testbeds.T1)
#: Where MAML with infinitely many samples comes to rest.
UNBIASED = evaluated_problem(testbeds.t1(samples="inf")).evaluated.theta_maml


def theta(method, problem=T1):
    return place(method, problem).solution.theta


def test_a_memory_is_worth_as_many_more_samples():
    """For one inner step and any covariance, MOML weights as MAML with m / beta samples does."""
    more_samples = Setting().curvature().map_coefficients(lambda value: value.xreplace({m: m / BETA}))

    assert MOML(beta=BETA).drift(Setting()).matrix.same_as(more_samples)
    assert not MOML(beta=BETA).drift(Setting()).matrix.same_as(Setting().curvature())


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_no_memory_is_maml(setting):
    assert MOML(beta=1).drift(setting).matrix.same_as(setting.curvature())


@pytest.mark.parametrize("data", ["reused", "fresh"])
@pytest.mark.parametrize("steps", [1, 2, 3])
def test_numbers_agree_with_the_polynomials(steps, data):
    problem = evaluated_problem(testbeds.t1(steps=steps, data=data))
    for method in (MOML(), MOML(hessian_batch="independent"), MOML(first_order=True), LocalMOML(local_steps=2)):
        matrices, _ = method.matrices(problem)
        np.testing.assert_allclose(matrices, problem.evaluate(method.drift(problem.setting).matrix), atol=1e-13)


def test_bias_is_of_the_order_of_beta_and_none_with_an_independent_batch():
    biases = [np.linalg.norm(theta(MOML(beta=beta)) - UNBIASED) for beta in (1, 0.1, 0.01)]

    np.testing.assert_allclose(theta(MOML(beta=1)), T1.evaluated.theta_maml, atol=1e-12)
    assert biases[0] > 0.05
    assert biases[1] / biases[2] == pytest.approx(10, rel=0.1)
    for beta in (1, 0.1):
        np.testing.assert_allclose(theta(MOML(beta=beta, hessian_batch="independent")), UNBIASED, atol=1e-12)


def test_without_the_jacobian_moml_is_fomaml():
    np.testing.assert_allclose(theta(MOML(first_order=True)), theta(testbeds.T1.method("fomaml")), atol=1e-12)


def test_where_beta_does_not_matter_the_solution_says_so():
    assert place(MOML(), T1).solution.notes == ()
    for method in (MOML(hessian_batch="independent"), MOML(first_order=True)):
        assert place(method, T1).solution.notes == ("the point of rest does not depend on beta: no data is used twice",)


def test_one_local_step_is_moml_whatever_its_size():
    for size in (Fraction(1, 100), Fraction(1, 2)):
        local = LocalMOML(beta=Fraction(3, 10), step_size=size, local_steps=1)
        np.testing.assert_allclose(theta(local), theta(MOML(beta=Fraction(3, 10))), atol=1e-12)


def block_power(covariance, curvature, beta, size, rounds, alpha=0.5):
    """Write the mean local step out as one matrix of the errors of phi and of the memory, for one inner step."""
    identity = np.eye(len(covariance))
    shrunk = identity - alpha * covariance
    step = np.block(
        [
            [identity - size * beta * curvature, -size * (1 - beta) * shrunk @ covariance],
            [beta * shrunk, (1 - beta) * identity],
        ]
    )
    begin = np.vstack([identity, shrunk])
    return identity - (np.linalg.matrix_power(step, rounds) @ begin)[: len(covariance)]


@pytest.mark.parametrize("rounds", [1, 5, 20])
def test_a_round_is_a_power_of_its_step(rounds):
    matrices, _ = LocalMOML(beta=0.3, step_size=0.3, local_steps=rounds).matrices(T1)

    expected = [
        block_power(covariance, curvature, 0.3, 0.3, rounds)
        for covariance, curvature in zip(T1.mixture.covariances, T1.curvatures(), strict=True)
    ]
    np.testing.assert_allclose(matrices, expected, atol=1e-13)


def test_long_rounds_drift_towards_the_plain_average():
    average = T0.mixture.weights @ T0.mixture.centres
    distances = [
        np.linalg.norm(theta(LocalMOML(step_size=0.5, local_steps=steps), T0) - average) for steps in (1, 16, 64)
    ]

    assert distances[0] > distances[1] > distances[2]
    assert distances[2] < 0.2 * distances[0]


def moved_by_a_round(rho, beta=Fraction(1, 5), size=Fraction(1, 10), alpha=Fraction(1, 2)):
    """Take three local steps by hand, for an isotropic class in five dimensions and eight samples."""
    shrunk = 1 - alpha * rho
    curvature = rho * (shrunk**2 + (alpha * rho) ** 2 * Fraction(6, 8))
    error, memory = Fraction(1), shrunk
    for _ in range(3):
        gradient = (1 - beta) * shrunk * rho * memory + beta * curvature * error
        error, memory = error - size * gradient, (1 - beta) * memory + beta * shrunk * error
    return 1 - error


def test_exact_rounds_are_those_taken_by_hand():
    easy, hard = moved_by_a_round(Fraction(1)), moved_by_a_round(Fraction(1, 5))
    placed = place(LocalMOML(local_steps=3), evaluated_problem(testbeds.T0, exact=True))

    assert str(placed.tilt) == str(hard / (easy + hard))


def test_the_hard_tilt_depends_on_the_memory():
    """With two samples MAML moves towards the easy tasks; with a long memory of such samples it does not."""
    problem = evaluated_problem(testbeds.t0(samples=2))
    nal = place(testbeds.T0.method("nal"), problem).tilt

    assert place(MOML(beta=1), problem).tilt < nal < place(MOML(beta=0.1), problem).tilt


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"moml": {"beta": 0}}, "method.moml.beta: got 0; must be a number above 0 and at most 1"),
        ({"moml": {"beta": 1.5}}, "method.moml.beta: got 1.5; must be a number above 0 and at most 1"),
        (
            {"moml": {"hessian_batch": "fresh"}},
            'method.moml.hessian_batch: got "fresh"; must be "reused" or "independent"',
        ),
        ({"moml": {"first_order": 1}}, "method.moml.first_order: got 1; must be true or false"),
        ({"local_moml": {"local_steps": 65}}, r"local_steps: got 65 \(more than 64\); must be an integer from 1 to 64"),
        ({"local_moml": {"betas": 0.5}}, "did you mean beta"),
    ],
)
def test_parameters_out_of_range_are_refused(table, message):
    with pytest.raises(ConfigurationError, match=message):
        testbeds.t0(method=table)


def test_the_first_step_of_a_round_needs_no_memory_of_others():
    """Only what the parameters say enters: with beta = 1 the memory is the newest adapted parameters alone."""
    local = replace(LocalMOML(local_steps=4, step_size=ETA), beta=1)
    step = Setting().curvature() * ETA
    left = local.drift(Setting()).matrix

    once = LocalMOML(local_steps=1, step_size=ETA, beta=1).drift(Setting()).matrix
    assert once.same_as(step)
    assert left.same_as(1 - (1 - step) ** 4)
