"""ALFA: the derived risk against MAML's and against raw data, its gradient, and where its descent ends."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize

from numerics.adaptation import draw_data
from numerics.sampling import Sampler
from numerics.solutions import evaluated_problem, place
from theory.errors import ConfigurationError, UnsupportedError
from theory.methods.generated_steps import GeneratedRisk

_spec = importlib.util.spec_from_file_location("testbeds", Path(__file__).parents[2] / "testbeds.py")
testbeds = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(testbeds)

T0, T1, t0, t1 = testbeds.T0, testbeds.T1, testbeds.t0, testbeds.t1
DECAYS = {"alfa": {"weight_decay": True}}
INPUTS = {"alfa": {"statistic": "inputs"}}


def placed(configuration):
    return place(configuration.method("alfa"), evaluated_problem(configuration))


@pytest.mark.parametrize(
    "configured",
    [T0, T1, t1(steps=2), t1(steps=3, data="fresh"), t1(samples="inf")],
    ids=["T0", "T1", "K2", "K3", "population"],
)
@pytest.mark.parametrize("decays", [False, True])
def test_the_configured_step_size_for_all_gives_the_risk_of_maml(configured, decays):
    problem = evaluated_problem(configured)
    risk = GeneratedRisk.of(problem, "class", decays=decays)
    point = risk.start()
    point[: configured.mixture.dimension] = problem.evaluated.theta_maml
    assert risk.value(point) == pytest.approx(problem.evaluated.risk_maml, rel=1e-12)


def simulated(configured, theta, step_of, decay_of, tasks=400_000):
    """The mean excess risk on raw data after inner steps written out, and its standard error."""
    rng, source = np.random.default_rng(1), Sampler(configured.mixture)
    drawn = source.tasks(rng, (tasks,))
    point = np.broadcast_to(theta, drawn.optima.shape)
    for data in draw_data(source, rng, drawn, configured.inner_loop):
        size, decay = step_of(drawn.classes, data)[:, None], decay_of(drawn.classes)[:, None]
        point = (1 - decay) * point - size * data.gradient(point)
    excess = drawn.excess(point)
    return excess.mean(), excess.std() / np.sqrt(tasks)


@pytest.mark.parametrize("loop", [{}, {"steps": 2}, {"steps": 2, "data": "fresh"}], ids=["one", "reused", "fresh"])
def test_the_derived_risk_of_each_class_s_own_steps_is_that_of_raw_data(loop):
    configured = t1(**loop)
    risk = GeneratedRisk.of(evaluated_problem(configured), "class", decays=True)
    theta, sizes, decays = np.array([0.4, -0.2, 0.3, 0.1]), np.array([0.3, 0.5, 0.2]), np.array([0.2, -0.1, 0.4])
    point = np.concatenate([theta, np.stack([sizes, decays], axis=-1).ravel()])
    mean, error = simulated(
        configured, theta, lambda classes, data: sizes[classes], lambda classes: decays[classes], tasks=150_000
    )
    assert abs(risk.value(point) - mean) < 5 * error
    point[-1] += 0.1  # another decay is noticed
    assert abs(risk.value(point) - mean) > 5 * error


def test_the_derived_risk_of_steps_by_the_inputs_is_that_of_raw_data():
    risk = GeneratedRisk.of(evaluated_problem(T1), "inputs")
    theta, mean_input = np.array([0.4, -0.2, 0.3, 0.1]), np.trace(T1.mixture.covariances, axis1=1, axis2=2)
    mean_input = T1.mixture.weights @ mean_input

    def size(classes, data):
        return 0.5 - 0.3 * ((data.inputs**2).sum(axis=(-2, -1)) / data.samples / mean_input - 1)

    mean, error = simulated(T1, theta, size, lambda classes: np.zeros(classes.shape), tasks=150_000)
    assert abs(risk.value(np.append(theta, [0.5, -0.3])) - mean) < 5 * error
    assert abs(risk.value(np.append(theta, [0.5, 0.3])) - mean) > 5 * error


@pytest.mark.parametrize(("statistic", "decays"), [("class", True), ("class", False), ("inputs", False)])
def test_the_gradient_is_that_of_the_risk(statistic, decays):
    risk = GeneratedRisk.of(evaluated_problem(T1), statistic, decays=decays)
    point = risk.start() + 0.1 * np.arange(len(risk.start()))
    differences = [(risk.value(point + h) - risk.value(point - h)) / 2e-6 for h in 1e-6 * np.eye(len(point))]
    np.testing.assert_allclose(risk.gradient(point), differences, atol=1e-7)


@pytest.mark.parametrize(
    "configured", [T0, T1, t0(DECAYS), t0(INPUTS), t1(INPUTS)], ids=["T0", "T1", "decays", "inputs", "T1-inputs"]
)
def test_no_point_nearby_is_better(configured):
    method, problem = configured.method("alfa"), evaluated_problem(configured)
    solution = placed(configured).solution
    risk = GeneratedRisk.of(problem, method.statistic, decays=method.decays)
    generator = np.stack(list(solution.learned.values()), axis=-1).ravel()
    point = np.concatenate([solution.theta, generator])
    found = minimize(risk.value, point + 0.01, jac=risk.gradient, method="BFGS", options={"gtol": 1e-12})
    assert solution.risk == pytest.approx(risk.value(point), rel=1e-12)
    assert found.fun >= solution.risk - 1e-13
    assert solution.risk < problem.evaluated.risk_maml


def test_the_numbers_of_the_note():
    solution = placed(t0(DECAYS)).solution
    assert solution.risk == pytest.approx(0.02780, abs=5e-5)
    assert solution.learned["decays"][1] == pytest.approx(1.9, abs=0.01)


def test_what_it_has_no_moments_for_is_refused():
    with pytest.raises(UnsupportedError, match=r'adaptation\.steps = 2 with statistic = "inputs" and reused data'):
        GeneratedRisk.of(evaluated_problem(t0(steps=2)), "inputs")


def test_several_inner_steps_are_refused():
    with pytest.raises(UnsupportedError, match=r"adaptation\.steps = 2; must be 1"):
        placed(t0(steps=2))


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"statistic": "gradient"}, '"class" or "inputs"'),
        ({"weight_decay": "yes"}, "true or false"),
        ({"statistic": "inputs", "weight_decay": True}, "must be false or absent there"),
    ],
)
def test_parameters_that_do_not_fit_are_refused(table, words):
    with pytest.raises(ConfigurationError, match=words):
        t0({"alfa": table}).method("alfa")
