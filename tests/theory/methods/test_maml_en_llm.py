"""MAML-en-LLM: momentum shortens the inner step, and cross-task queries favour the easy tasks."""

import importlib.util
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import sympy as sp

from numerics.solutions import evaluated_problem, place
from theory.errors import ConfigurationError, UnsupportedError
from theory.gain import Setting
from theory.methods.linear import LinearQuantity
from theory.methods.maml_en_llm import MAMLenLLM
from theory.symbols import alpha, d, m, p, rho_E, rho_H

_spec = importlib.util.spec_from_file_location("testbeds", Path(__file__).parents[2] / "testbeds.py")
testbeds = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(testbeds)

B = sp.Symbol("b")


def test_momentum_shortens_one_inner_step():
    shortened = Setting().curvature().map_coefficients(lambda value: value.xreplace({alpha: alpha * (1 - B)}))

    assert MAMLenLLM(momentum=B).drift(Setting()).matrix.same_as(shortened)
    assert not MAMLenLLM(momentum=B).drift(Setting()).matrix.same_as(Setting().curvature())


@pytest.mark.parametrize("data", ["reused", "fresh"])
@pytest.mark.parametrize("steps", [1, 2, 3])
def test_without_momentum_it_is_maml(steps, data):
    problem = evaluated_problem(testbeds.t1(steps=steps, data=data))

    np.testing.assert_allclose(
        place(MAMLenLLM(momentum=0), problem).solution.theta, problem.evaluated.theta_maml, atol=1e-12
    )
    limit = MAMLenLLM(momentum=B).drift(problem.setting).matrix.map_coefficients(lambda value: value.xreplace({B: 0}))
    assert limit.same_as(problem.setting.curvature())


def test_several_steps_gather_momentum():
    """By hand for the population loss: e, then mu, of two heavy-ball steps that begin without momentum."""
    problem = evaluated_problem(testbeds.t1(samples="inf", steps=2))
    matrices, _ = MAMLenLLM(momentum=Fraction(1, 2)).matrices(problem)

    for matrix, covariance in zip(matrices, problem.mixture.covariances, strict=True):
        first = np.eye(4) - 0.25 * covariance
        moment = 0.5 * 0.5 * covariance + 0.5 * covariance @ first
        left = first - 0.5 * moment
        np.testing.assert_allclose(matrix, left.T @ covariance @ left, atol=1e-13)


def test_cross_task_queries_on_the_isotropic_pair():
    """The weights of the derivation on paper: rho_k (1 - 2 alpha rbar + kappa alpha^2 rbar rho_k)."""
    share = LinearQuantity(MAMLenLLM(query="cross", momentum=0), "share").expression()
    mean = (1 - p) * rho_E + p * rho_H
    kappa = 1 + (d + 1) / m
    easy, hard = (
        weight * rho * (1 - 2 * alpha * mean + kappa * alpha**2 * mean * rho)
        for weight, rho in ((1 - p, rho_E), (p, rho_H))
    )

    assert sp.simplify(share - easy / (easy + hard)) == 0


def test_cross_task_queries_undo_the_hard_tilt():
    problem = evaluated_problem(testbeds.T0)
    cross = place(MAMLenLLM(query="cross", momentum=0), problem)
    same = place(MAMLenLLM(query="same", momentum=0), problem)

    assert float(cross.tilt) == pytest.approx(0.12018, abs=1e-5)
    assert cross.tilt < 1 / 6 < same.tilt
    assert float(cross.regret_to_maml) == pytest.approx(0.013860, abs=5e-7)


def test_momentum_moves_maml_towards_nal():
    problem = evaluated_problem(testbeds.T0)
    tilts = [
        place(MAMLenLLM(momentum=Fraction(momentum)), problem).tilt for momentum in ("0", "3/5", "9/10", "999/1000")
    ]

    assert tilts == sorted(tilts, reverse=True)
    assert tilts[-1] == pytest.approx(1 / 6, abs=1e-3)
    assert place(MAMLenLLM(momentum=Fraction(3, 5)), problem).solution.notes == (
        "momentum shortens the first inner step to 0.2",
    )


@pytest.mark.parametrize(
    ("method", "steps", "message"),
    [
        (MAMLenLLM(query="cross"), 2, "maml_en_llm with query = cross: it is derived for one inner step, not for 2"),
        (MAMLenLLM(), 4, "maml_en_llm with momentum: it is derived for up to 3 inner steps, not for 4"),
    ],
)
def test_what_is_not_derived_is_refused(method, steps, message):
    with pytest.raises(UnsupportedError, match=message):
        place(method, evaluated_problem(testbeds.t0(steps=steps)))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"momentum": 1}, "method.maml_en_llm.momentum: got 1; must be a number of at least 0 and below 1"),
        ({"query": "other"}, 'method.maml_en_llm.query: got "other"; must be "same" or "cross"'),
    ],
)
def test_parameters_out_of_range_are_refused(table, message):
    with pytest.raises(ConfigurationError, match=message):
        testbeds.t0(method={"maml_en_llm": table})
