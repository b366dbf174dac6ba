"""The rule of MAML-en-LLM with shared Adam: a step by hand on drawn data, and where it ends."""

import importlib.util
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from numerics.methods import LEARNERS
from numerics.methods.maml_en_llm import SharedAdam
from numerics.sampling import Sampler
from numerics.settling import settle
from numerics.solutions import evaluated_problem, place
from proofs_check.comparison import compare_descent
from theory.errors import ConfigurationError, UnsupportedError

_spec = importlib.util.spec_from_file_location("testbeds", Path(__file__).parents[2] / "testbeds.py")
testbeds = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(testbeds)


def adam(bed, table=None, **adaptation):
    return bed({"maml_en_llm": {"shared_adam": True, **(table or {})}}, **adaptation)


def learner_of(configuration):
    return LEARNERS["maml_en_llm"].of(
        configuration.method("maml_en_llm"), configuration.inner_loop, configuration.mixture
    )


@pytest.mark.parametrize("query", ["same", "cross"])
def test_a_step_is_the_published_one(query, rng):
    """The outer gradient is that of the queries' loss, moment and scale held fixed; v sees the batch's average."""
    configuration = adam(testbeds.t1, {"query": query, "batch": 3, "momentum": 0.6})
    learner, size = learner_of(configuration), 0.02
    episodes = learner.draw(Sampler(configuration.mixture, "raw"), rng, (1, 3))
    theta, moment, seen, weight = rng.standard_normal(4), rng.standard_normal(4), rng.uniform(0.5, 2, 4), 0.7
    scale = np.sqrt(seen / weight)
    tasks, data = episodes.tasks[0], episodes.data[0]

    def loss(point):
        total = 0.0
        for i in range(3):
            inputs, labels = data.inputs[0, i], data.labels[0, i]
            gradient = inputs.T @ (inputs @ point - labels) / 8
            adapted = point - 0.5 * (0.6 * moment + 0.4 * gradient) / scale
            judge = (i + 1) % 3 if query == "cross" else i
            error = adapted - tasks.optima[judge]
            total += error @ configuration.mixture.covariances[tasks.classes[judge]] @ error / 2
        return total / 3

    gradient = np.array([(loss(theta + h) - loss(theta - h)) / 2e-5 for h in 1e-5 * np.eye(4)])
    moment_after = 0.6 * moment + 0.4 * gradient
    seen_after, weight_after = 0.996 * seen + 0.004 * gradient**2, 0.996 * weight + 0.004
    theta_after = theta - size * moment_after / np.sqrt(seen_after / weight_after)

    state = learner.advance(np.concatenate([theta, moment, seen, [weight]])[None], episodes, size)[0]

    np.testing.assert_allclose(state, [*theta_after, *moment_after, *seen_after, weight_after], rtol=1e-6, atol=1e-8)


def test_it_starts_without_momentum_and_with_a_scale_of_one():
    learner = learner_of(adam(testbeds.t0))
    state = learner.start(np.ones((3, 5)))

    assert state.shape == (3, 16)
    np.testing.assert_allclose(learner.parameters(state), 1)
    np.testing.assert_allclose(learner.learned(state)["step_sizes"], 0.05)


def test_in_the_long_run_the_start_of_the_second_moment_is_forgotten(rng):
    """A second moment that is seen in every step is what v comes to, from its start on."""
    learner = learner_of(adam(testbeds.t0, {"batch": 2}))
    episodes = learner.draw(Sampler(testbeds.T0.mixture), rng, (1, 2))
    state = learner.start(np.zeros((1, 5)))
    fixed = replace(learner, momentum=0.0, inner_loop=replace(learner.inner_loop, step_size=1e-15))
    # So long that the start is forgotten beside the smallest of gradients.
    for _ in range(12_000):
        state = fixed.advance(state, episodes, 0.02)
        state[:, :5] = 0.0
    gradient = episodes.tasks.average(episodes.tasks.population_gradient(np.zeros((1, 1, 5))))

    np.testing.assert_allclose(fixed._scale(state), np.abs(gradient), rtol=1e-6)


@pytest.mark.parametrize(
    "configuration",
    [adam(testbeds.t0), adam(testbeds.t1, {"query": "cross"}), adam(testbeds.t1, {"momentum": 0, "batch": 3})],
    ids=["T0", "T1 cross", "T1 without momentum"],
)
def test_it_ends_where_the_derivation_says(configuration, seed):
    comparison = compare_descent(configuration, "maml_en_llm", seed=seed)

    assert comparison.names == ("theta", "step_sizes")
    assert comparison.converged
    assert comparison.agrees, comparison
    assert comparison.detectable[: configuration.mixture.dimension].max() < 0.1


def test_raw_data_leads_to_the_same_point(seed):
    comparison = compare_descent(
        adam(testbeds.t0, samples=3), "maml_en_llm", seed=seed, sampler="raw", outer_steps=1000
    )
    assert comparison.agrees


@dataclass(frozen=True)
class UnscaledInside(SharedAdam):
    """Divides outer steps only by the scale."""

    def _gradients(self, theta, moment, episodes, step):
        return super()._gradients(theta, moment, episodes, float(self.inner_loop.step_size))


@dataclass(frozen=True)
class SquaresOfTasks(SharedAdam):
    """Watches the squares of the tasks' gradients, as if each were a batch of its own."""

    def _scale(self, state):
        return super()._scale(state) * np.sqrt(self.batch_size)


@dataclass(frozen=True)
class OwnQueries(SharedAdam):
    """Judges every task on itself."""

    def _judges(self, episodes):
        return episodes.tasks


@pytest.mark.parametrize("broken", [UnscaledInside, SquaresOfTasks, OwnQueries])
def test_a_rule_that_is_wrong_in_one_place_is_noticed(broken, seed):
    configuration = adam(testbeds.t0, {"query": "cross"})
    right = learner_of(configuration)
    wrong = broken(right.inner_loop, right.coordinates, right.query, right.momentum, right.batch_size)
    solution = place(configuration.method("maml_en_llm"), evaluated_problem(configuration)).solution

    run = settle(wrong, configuration.mixture, seed=seed, outer_steps=1000)

    beyond = np.abs(run.theta - solution.theta) - run.bias_error
    assert (beyond / run.standard_error).max() > 7


def test_another_batch_than_that_of_the_method_is_refused():
    with pytest.raises(ConfigurationError, match="batch = 4: must be 8, as method"):
        compare_descent(adam(testbeds.t0), "maml_en_llm", batch=4)


def test_descent_on_the_population_is_refused():
    with pytest.raises(UnsupportedError, match="shared_adam = true: its mean update is not affine"):
        compare_descent(adam(testbeds.t0), "maml_en_llm", method="gd")
