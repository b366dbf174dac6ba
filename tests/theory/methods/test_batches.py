"""The weight table of MAML and FOMAML: which batches are shared, and training step sizes of their own."""

import importlib.util
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import sympy as sp

from numerics.solutions import evaluated_problem, place
from theory.errors import UnsupportedError
from theory.gain import Setting
from theory.methods.batches import SHARED_BY_FOMAML, SHARED_BY_MAML, shared_weight
from theory.methods.fomaml import FOMAML
from theory.methods.linear import LinearQuantity
from theory.methods.maml import MAML
from theory.symbols import alpha, d, m, rho

_spec = importlib.util.spec_from_file_location("testbeds", Path(__file__).parents[2] / "testbeds.py")
testbeds = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(testbeds)

KAPPA = 1 + (d + 1) / m
CUBIC = 1 + 3 * (d + 1) / m + (d**2 + 3 * d + 4) / m**2
x = alpha * rho
#: Typed from the table: the weight of an isotropic task after one step.
TABLE = {
    "inner+hessian": rho * ((1 - x) ** 2 + x**2 * (d + 1) / m),
    "none": rho * (1 - x) ** 2,
    "inner+outer": rho * (1 - x) * (1 - KAPPA * x),
    "hessian+outer": rho * (1 - x) * (1 - KAPPA * x),
    "all": rho * (1 - 2 * x * KAPPA + x**2 * CUBIC),
}
LOOPS = [Setting(steps, data) for steps in (1, 2, 3) for data in ("reused", "fresh")]


@pytest.mark.parametrize("shared", TABLE)
def test_the_weight_table(shared):
    weight, _ = MAML(batches=shared).at_variance(Setting(), rho)

    assert sp.expand(weight - TABLE[shared]) == 0


def test_fomamls_weights():
    assert sp.expand(FOMAML().at_variance(Setting(2, "fresh"), rho)[0] - rho * (1 - x) ** 2) == 0
    assert sp.expand(FOMAML(batches="inner+outer").at_variance(Setting(), rho)[0] - rho * (1 - KAPPA * x)) == 0


@pytest.mark.parametrize("setting", LOOPS, ids=str)
def test_the_objectives_own_batches_give_the_curvature_of_the_adapted_risk(setting):
    assert shared_weight(setting, SHARED_BY_MAML["inner+hessian"]).same_as(setting.curvature())


def sampled_weight(covariance, shared, loop, rng, draws):
    """Average ``J' O P`` over raw data, drawn batch by batch as the names say."""
    dimension, steps = len(covariance), loop.steps if loop.data == "fresh" else 1
    root = np.linalg.cholesky(covariance).T

    def batch():
        inputs = rng.standard_normal((draws, loop.samples, dimension)) @ root
        return inputs.swapaxes(1, 2) @ inputs / loop.samples

    size, identity = float(loop.step_size), np.eye(dimension)
    jacobian, propagator = identity, identity
    for _ in range(steps):
        inner = batch()
        hessian = inner if shared in ("inner+hessian", "all") else batch()
        power = loop.steps if loop.data == "reused" else 1
        propagator = np.linalg.matrix_power(identity - size * inner, power) @ propagator
        jacobian = jacobian @ np.linalg.matrix_power(identity - size * hessian, power)
    outer = {"inner+outer": inner, "all": inner, "hessian+outer": hessian}.get(shared, covariance)
    terms = jacobian @ outer @ propagator
    return terms.mean(axis=0), terms.std(axis=0) / draws**0.5


@pytest.mark.parametrize("data", ["reused", "fresh"])
@pytest.mark.parametrize("shared", SHARED_BY_MAML)
def test_raw_data_has_the_derived_mean_and_no_other(shared, data):
    configuration = testbeds.t1(samples=4, steps=2, data=data, step_size=0.6)
    problem = evaluated_problem(configuration)
    covariance = problem.mixture.covariances[0]
    sampled, error = sampled_weight(covariance, shared, problem.inner_loop, np.random.default_rng(3), 100_000)

    scores = {name: np.abs(MAML(batches=name).matrices(problem)[0][0] - sampled).max() / error.max() for name in TABLE}

    # In expectation it does not matter which of the two factors shares the outer batch.
    same = {"inner+outer", "hessian+outer"} if shared in ("inner+outer", "hessian+outer") else {shared}
    assert {name for name, score in scores.items() if score < 6} == same


@pytest.mark.parametrize("setting", [*LOOPS, Setting(2, population=True)], ids=str)
@pytest.mark.parametrize("shared", SHARED_BY_MAML)
def test_step_by_step_is_the_same_as_the_polynomial(shared, setting):
    samples = "inf" if setting.population else 5
    problem = evaluated_problem(testbeds.t1(steps=setting.steps, data=setting.data, samples=samples))
    method = MAML(batches=shared)

    expected = problem.evaluate(method.drift(problem.setting).matrix)

    np.testing.assert_allclose(method.matrices(problem)[0], expected, rtol=1e-11, atol=1e-13)


def test_a_training_step_of_zero_is_nal_and_negative_ones_go_further():
    problem = evaluated_problem(testbeds.T0)
    tilts = {size: place(MAML(step_size=Fraction(size, 10)), problem).tilt for size in (-10, -3, 0, 5)}

    assert tilts[0] == pytest.approx(1 / 6)
    assert tilts[-10] < tilts[-3] < tilts[0]
    assert tilts[5] == pytest.approx(place(MAML(), problem).tilt, abs=1e-15)
    assert place(MAML(step_size=Fraction(1, 2)), problem).regret_to_maml == pytest.approx(0, abs=1e-15)


def test_a_training_step_may_be_a_symbol():
    own = sp.Symbol("alpha_t")
    weight = LinearQuantity(MAML(step_size=own), "weight_easy").expression()

    assert alpha not in weight.free_symbols
    assert sp.expand(weight.xreplace({own: alpha}) - LinearQuantity(MAML(), "weight_easy").expression()) == 0


def test_a_shared_batch_turns_fomamls_weight_negative_before_its_own_does():
    problem = evaluated_problem(testbeds.t0(step_size=0.7))
    assert place(FOMAML(), problem).solution.notes == ()
    solution = place(FOMAML(batches="inner+outer"), problem).solution

    assert any("negative weight" in note for note in solution.notes)
    assert solution.exists


def test_fomaml_diverges_once_the_mean_weight_is_negative():
    # T0: at alpha = 1.1 the easy class's weight is -0.1, at 1.2 it is -0.2, against 0.156 and 0.152 of the hard one's.
    assert place(FOMAML(), evaluated_problem(testbeds.t0(step_size=1.1))).tilt == pytest.approx(2.786, abs=1e-3)
    unstable = place(FOMAML(), evaluated_problem(testbeds.t0(step_size=1.2))).solution
    assert not unstable.stable


def test_out_of_reach_is_said_with_a_way_out():
    problem = evaluated_problem(testbeds.t0(steps=7))
    with pytest.raises(UnsupportedError, match=r'adaptation\.steps: got 7 .*data = "fresh"'):
        MAML(batches="all").matrices(problem)


def test_every_choice_is_a_row():
    assert set(SHARED_BY_MAML) == set(TABLE)
    assert set(SHARED_BY_FOMAML) == {"none", "inner+outer"}
