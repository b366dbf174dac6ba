"""Multitask fine-tuning, task after task or pooled: where both end, by hand and in known numbers."""

import importlib.util
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from numerics.configuration import Configuration
from numerics.solutions import evaluated_problem, place
from theory.errors import ConfigurationError
from theory.methods.mamf import MAMF
from theory.methods.pooled import Pooled

_spec = importlib.util.spec_from_file_location("testbeds", Path(__file__).parents[2] / "testbeds.py")
testbeds = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(testbeds)

T0_EXACT = evaluated_problem(testbeds.T0, exact=True)


@pytest.mark.parametrize(
    ("step_size", "epochs", "tilt"), [("0.05", 1, 0.1667), ("0.2", 1, 0.1667), ("0.2", 5, 0.2154), ("0.2", 40, 0.4459)]
)
def test_a_longer_visit_moves_mamf_from_nal_to_the_average(step_size, epochs, tilt):
    placed = place(MAMF(epochs, Fraction(step_size)), T0_EXACT)

    assert float(placed.tilt) == pytest.approx(tilt, abs=5e-5)


def test_a_visit_is_as_many_plain_steps_as_there_are_epochs():
    """By hand on T1: the error that E = 3 steps leave, class by class."""
    method, problem = MAMF(3, Fraction(3, 10)), evaluated_problem(testbeds.T1)
    matrices, targets = method.matrices(problem)
    mixture = problem.mixture

    for matrix, covariance in zip(matrices, mixture.covariances, strict=True):
        step = np.eye(4) - 0.3 * covariance
        np.testing.assert_allclose(matrix, np.eye(4) - step @ step @ step, atol=1e-14)
    assert targets is matrices
    np.testing.assert_allclose(matrices, problem.evaluate(method.drift(problem.setting).matrix), atol=1e-13)


def test_one_short_step_on_each_task_is_nal_and_endless_ones_are_the_plain_average():
    problem = evaluated_problem(testbeds.T1)
    average = problem.mixture.weights @ problem.mixture.centres

    np.testing.assert_allclose(place(MAMF(1, 0.01), problem).solution.theta, problem.evaluated.theta_nal, atol=1e-12)
    distances = [np.abs(place(MAMF(epochs, 1.0), problem).solution.theta - average).max() for epochs in (4, 16, 64)]
    assert distances[0] > distances[1] > distances[2]
    assert distances[2] < 1e-2


def test_steps_too_long_for_a_class_weigh_it_negatively():
    # 1 - (1 - 3)^2 = -3 for the easy class.
    (note,) = place(MAMF(2, 3), evaluated_problem(testbeds.T0)).solution.notes[:1]

    assert "negative weight (-3" in note


def test_pooled_data_counts_by_its_shares():
    shares = (Fraction(4, 5), Fraction(1, 5))
    placed = place(Pooled(shares), T0_EXACT)

    # By hand: 0.2 rho_H / (0.8 rho_E + 0.2 rho_H) with rho = 1 and 1/5.
    assert str(placed.tilt) == "1/21"
    assert str(place(Pooled(), T0_EXACT).tilt) == "1/6"


def test_a_class_without_data_leaves_the_other_one_alone():
    placed = place(Pooled((Fraction(1), Fraction(0))), T0_EXACT)

    assert placed.tilt == 0
    assert placed.solution.notes == ()


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"mamf": {"epochs": 0}}, r"method.mamf.epochs: got 0; must be an integer from 1 to 64"),
        ({"mamf": {"step_size": -1}}, r"method.mamf.step_size: got -1; must be a number above 0"),
        ({"pooled": {"shares": [0.5, 0.2]}}, r"method.pooled.shares: got .*their sum is 0.7"),
        ({"pooled": {"shares": 1}}, r"method.pooled.shares: got 1; must be a list of numbers"),
    ],
)
def test_parameters_out_of_range_are_refused(table, message):
    with pytest.raises(ConfigurationError, match=message):
        testbeds.t0(method=table)


def test_shares_of_other_classes_than_the_mixtures_are_refused():
    with pytest.raises(ConfigurationError, match="got 3 shares; must be one for each of the 2 classes"):
        assert isinstance(testbeds.t0(method={"pooled": {"shares": [0.5, 0.25, 0.25]}}), Configuration)
