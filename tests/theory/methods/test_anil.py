"""ANIL's weights, against MAML's where the head is everything, and against raw data elsewhere."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import sympy as sp

from numerics.solutions import evaluated_problem, place
from theory.errors import ConfigurationError, UnknownNameError, UnsupportedError
from theory.gain import Setting
from theory.methods.anil import ANIL, PartWeight, head_size
from theory.methods.linear import LinearQuantity
from theory.methods.preconditioned import evaluated_risk, preconditioned_risk
from theory.symbols import alpha, d, m, rho

_spec = importlib.util.spec_from_file_location("testbeds", Path(__file__).parents[2] / "testbeds.py")
testbeds = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(testbeds)


@pytest.mark.parametrize("data", ["reused", "fresh"])
@pytest.mark.parametrize("steps", [1, 2])
def test_with_all_coordinates_in_the_head_it_is_maml(steps, data):
    configuration = testbeds.t1(steps=steps, data=data)
    problem = evaluated_problem(configuration)
    curvatures, floors = evaluated_risk(problem, np.eye(4), problem.setting, problem.inner_loop.step_size)

    np.testing.assert_allclose(curvatures, problem.adapted()[0], rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(floors, problem.adapted()[1], rtol=1e-11)
    assert place(ANIL(head=4), problem).regret_to_maml == pytest.approx(0, abs=1e-20)


def test_head_and_body_of_an_isotropic_class():
    x = alpha * rho
    assert sp.expand(PartWeight("head").expression() - rho * ((1 - x) ** 2 + x**2 * (head_size + 1) / m)) == 0
    assert sp.expand(PartWeight("body").expression() - rho * (1 + x**2 * head_size / m)) == 0
    assert d not in PartWeight("body").expression().free_symbols


def sampled_curvature(covariance, head, loop, rng, draws):
    dimension = len(covariance)
    inputs = rng.standard_normal((loop.steps, draws, loop.samples, dimension)) @ np.linalg.cholesky(covariance).T
    hessians = inputs.swapaxes(-1, -2) @ inputs / loop.samples
    moved = np.eye(dimension)
    for step in range(loop.steps):
        hessian = hessians[0 if loop.data == "reused" else step]
        moved = moved - float(loop.step_size) * head[:, None] * (hessian @ moved)
    terms = moved.swapaxes(-1, -2) @ covariance @ moved
    return terms.mean(axis=0), terms.std(axis=0) / draws**0.5


@pytest.mark.parametrize("data", ["reused", "fresh"])
def test_raw_data_has_the_derived_mean(data):
    problem = evaluated_problem(testbeds.t1(samples=4, steps=2, data=data, step_size=0.6))
    rng, covariance = np.random.default_rng(5), problem.mixture.covariances[0]
    sampled, error = sampled_curvature(covariance, np.array([1, 1, 0, 0]), problem.inner_loop, rng, 100_000)

    def score(head):
        return np.abs(ANIL(head=head).matrices(problem)[0][0] - sampled).max() / error.max()

    assert score(2) < 6
    assert min(score(1), score(3)) > 20


def test_fresh_steps_compose_in_symbols_as_in_numbers():
    problem = evaluated_problem(testbeds.t1(steps=3, data="fresh"))
    projection = np.diag([1.0, 0, 0, 0])
    risk = preconditioned_risk(Setting(3, "fresh"))
    curvatures, floors = evaluated_risk(problem, projection, problem.setting, problem.inner_loop.step_size)

    np.testing.assert_allclose(problem.evaluate(risk.curvature, P=projection), curvatures, rtol=1e-11, atol=1e-14)
    np.testing.assert_allclose(problem.evaluate(risk.noise_floor, P=projection), floors, rtol=1e-11)


def test_a_head_larger_than_theta_is_refused():
    with pytest.raises(ConfigurationError, match=r"method.anil.head: got 6; must be at most the dimension 5"):
        testbeds.t0(method={"anil": {"head": 6}}).method("anil")


def test_what_it_has_not_is_said():
    with pytest.raises(UnsupportedError, match="weights coordinates differently"):
        LinearQuantity(ANIL(), "share")
    with pytest.raises(UnknownNameError, match="head"):
        PartWeight("heat")
    with pytest.raises(UnsupportedError, match=r"adaptation\.steps: got 4"):
        ANIL().matrices(evaluated_problem(testbeds.t1(steps=4)))
