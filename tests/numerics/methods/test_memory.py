"""The published rules of methods with a memory: one update's mean is the derived drift, and descents end where it does.

The means are taken over raw data. Every comparison has a false-alarm probability of 1e-6, and must notice rules and
derivations that are wrong in one place.
"""

import importlib.util
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from numerics.measurement import Estimate
from numerics.methods import LEARNERS
from numerics.methods.learner import StatefulLearner
from numerics.methods.local_moml import LocalMOML
from numerics.methods.maml_en_llm import MAMLenLLM
from numerics.methods.moml import MOML
from numerics.sampling import Sampler
from numerics.solutions import evaluated_problem
from proofs_check.comparison import compare_descent
from theory.errors import ConfigurationError
from theory.methods.linear import mean_propagator

_spec = importlib.util.spec_from_file_location("testbeds", Path(__file__).parents[2] / "testbeds.py")
testbeds = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(testbeds)

BATCHES, BATCH = 2_000, 8
THETA = np.array([0.6, -0.4, 0.9, 0.2])
#: Method, its table, and keys of the inner loop.
CASES = [
    ("pooled", {"shares": [0.6, 0.0, 0.4]}, {}),
    ("mamf", {"epochs": 3, "step_size": 0.3}, {}),
    ("moml", {"beta": 0.3}, {}),
    ("moml", {"beta": 0.3}, {"steps": 2, "data": "reused"}),
    ("moml", {"beta": 0.3, "hessian_batch": "independent"}, {"steps": 2, "data": "fresh"}),
    ("moml", {"beta": 0.3, "first_order": True}, {}),
    ("moml", {"beta": 1}, {"samples": 3}),
    ("local_moml", {"beta": 0.3, "step_size": 0.3, "local_steps": 3}, {}),
    ("local_moml", {"beta": 0.6, "step_size": 0.2, "local_steps": 2}, {"steps": 2, "data": "reused"}),
    ("local_moml", {"beta": 0.6, "step_size": 0.2, "local_steps": 2}, {"samples": "inf"}),
    ("maml_en_llm", {"momentum": 0.6}, {}),
    ("maml_en_llm", {"momentum": 0.4}, {"steps": 2, "data": "reused"}),
    ("maml_en_llm", {"momentum": 0.4}, {"steps": 3, "data": "fresh"}),
    ("maml_en_llm", {"momentum": 0.4, "query": "cross"}, {}),
    ("maml_en_llm", {"momentum": 0, "query": "cross"}, {"samples": 3}),
]


def learner_of(configuration, name):
    return LEARNERS[name].of(configuration.method(name), configuration.inner_loop, configuration.mixture)


def state_at_rest(rule, problem):
    """Return the state in which a memory has settled while the parameters stayed at THETA."""
    if not isinstance(rule, MOML):
        return rule.start(THETA)
    propagators = problem.evaluate(mean_propagator(problem.setting)).repeat(2, axis=0)
    memories = rule.optima + np.matvec(propagators, THETA - rule.optima)
    return np.concatenate([THETA, memories.ravel()])


def mean_gradients(rule, configuration, rng):
    """Sample outer gradients at THETA from raw data, one for each batch, shape (batches, d)."""
    source = Sampler(rule.population(configuration.mixture), "raw")
    episodes = rule.draw(source, rng, (BATCHES, BATCH))
    if not isinstance(rule, StatefulLearner):
        return rule.mean_gradient(np.tile(THETA, (BATCHES, 1)), episodes)
    state = np.tile(state_at_rest(rule, evaluated_problem(configuration)), (BATCHES, 1))
    moved = THETA - rule.parameters(rule.advance(state, episodes, 1.0))
    return moved / (1 - rule.momentum if isinstance(rule, MAMLenLLM) else 1)


def derived_gradient(configuration, name):
    problem, method = evaluated_problem(configuration), configuration.method(name)
    matrices, targets = method.matrices(problem)
    weights = method.drawn(problem)
    return problem.average(matrices, weights) @ THETA - problem.moment(targets, weights)


def disagreement(sampled, expected):
    """Return by how many times the allowed deviation the mean of sampled gradients differs from the derived one."""
    estimate = Estimate.from_chunks(lambda _: sampled, BATCHES, BATCHES)
    return float(np.max(np.abs(estimate.score(expected)) / estimate.critical(sampled.shape[-1])))


@pytest.mark.parametrize(("name", "table", "adaptation"), CASES)
def test_the_mean_of_an_update_is_the_derived_drift(name, table, adaptation, rng):
    configuration = testbeds.t1(method={name: table}, **adaptation)
    sampled = mean_gradients(learner_of(configuration, name), configuration, rng)

    assert disagreement(sampled, derived_gradient(configuration, name)) <= 1


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("pooled", {"shares": [0.6, 0.0, 0.4]}, {}),
        ("mamf", {"epochs": 3, "step_size": 0.3}, {"epochs": 4, "step_size": 0.3}),
        ("moml", {"beta": 1}, {"beta": 0.3}),
        ("moml", {"beta": 1}, {"beta": 1, "hessian_batch": "independent"}),
        ("moml", {"beta": 1}, {"beta": 1, "first_order": True}),
        ("local_moml", {"beta": 1, "local_steps": 5}, {"beta": 0.3, "local_steps": 5}),
        ("maml_en_llm", {"momentum": 0.6}, {"momentum": 0}),
        ("maml_en_llm", {"momentum": 0.4, "query": "cross"}, {"momentum": 0.4}),
    ],
)
def test_the_drift_of_other_parameters_is_told_apart(name, right, wrong, rng):
    configurations = [testbeds.t1(method={name: table}, samples=2) for table in (right, wrong)]
    sampled = mean_gradients(learner_of(configurations[0], name), configurations[0], rng)

    assert disagreement(sampled, derived_gradient(configurations[0], name)) <= 1
    assert disagreement(sampled, derived_gradient(configurations[1], name)) > 1


@dataclass(frozen=True, eq=False)
class OnOtherData(MOML):
    """Takes the Jacobian on the data of another visit of the batch."""

    def advance(self, state, episodes, size):
        swapped = replace(episodes, data=(*episodes.data, episodes.data[0][:, ::-1]))
        return super().advance(state, swapped, size)


@dataclass(frozen=True, eq=False)
class Forgetful(MOML):
    """Judges tasks at what they remembered before the visit."""

    def advance(self, state, episodes, size):
        return MOML.advance(replace(self, beta=1e-12), state, episodes, size)


@pytest.mark.parametrize("broken", [OnOtherData, Forgetful])
def test_a_memory_that_is_used_wrongly_is_caught(broken, rng):
    configuration = testbeds.t1(method={"moml": {"beta": 1}}, samples=2)
    rule = broken.of(configuration.method("moml"), configuration.inner_loop, configuration.mixture)

    assert disagreement(mean_gradients(rule, configuration, rng), derived_gradient(configuration, "moml")) > 1


@dataclass(frozen=True)
class ShortRound(LocalMOML):
    """Leaves out a local step."""

    def gradient(self, theta, episodes):
        first, *rest = episodes.data
        return super().gradient(theta, replace(episodes, data=(first, *rest[::-1][1:])))


def test_a_round_that_is_one_step_short_is_caught(rng):
    configuration = testbeds.t1(method={"local_moml": {"step_size": 0.3}})
    rule = ShortRound.of(configuration.method("local_moml"), configuration.inner_loop, configuration.mixture)

    assert disagreement(mean_gradients(rule, configuration, rng), derived_gradient(configuration, "local_moml")) > 1


def test_memories_are_renewed_for_visited_tasks_only(rng):
    configuration = testbeds.t1(method={"moml": {"beta": 0.25}})
    rule = learner_of(configuration, "moml")
    episodes = rule.draw(Sampler(configuration.mixture), rng, (1, 1))
    before = rng.standard_normal((1, 7 * 4))

    after = rule.advance(before, episodes, 0.1)

    visited = int(episodes.tasks.members[0, 0])
    changed = np.any((after != before).reshape(7, 4), axis=-1)
    assert changed.tolist() == [True, *(task == visited for task in range(6))]
    data = episodes.data[0][0, 0]
    newest = before[0, :4] - 0.5 * data.inputs.T @ (data.inputs @ before[0, :4] - data.labels) / data.samples
    old = before.reshape(7, 4)[1 + visited]
    np.testing.assert_allclose(after.reshape(7, 4)[1 + visited], 0.75 * old + 0.25 * newest, rtol=1e-12)


def test_the_task_set_has_the_means_and_the_spread_of_the_mixture():
    configuration = testbeds.T1
    optima = learner_of(configuration, "moml").optima.reshape(3, 2, 4)

    np.testing.assert_allclose(optima.mean(axis=1), configuration.mixture.centres)
    scatter = ((optima - configuration.mixture.centres[:, None]) ** 2).sum(axis=-1)
    np.testing.assert_allclose(scatter, np.tile([[0.09], [0.25], [0.16]], 2))


def test_a_cross_task_query_needs_another_task(rng):
    configuration = testbeds.t1(method={"maml_en_llm": {"query": "cross"}})

    with pytest.raises(
        ConfigurationError, match="batch = 1: must be at least 2, since a query is that of another task"
    ):
        compare_descent(configuration, "maml_en_llm", batch=1)


@pytest.mark.parametrize("name", ["moml", "maml_en_llm"])
def test_data_that_is_not_drawn_whole_is_refused(name, rng):
    from numerics.projected import ProjectedSampler

    rule = learner_of(testbeds.T1, name)
    with pytest.raises(TypeError, match=f"{name} needs whole data sets"):
        rule.draw(ProjectedSampler(testbeds.T1.mixture), rng, (2,))


DESCENTS = [
    ("pooled", {"shares": [0.3, 0.7]}, {"shares": [0.3, 0.6, 0.1]}),
    ("mamf", {"epochs": 5, "step_size": 0.2}, {"epochs": 5, "step_size": 0.2}),
    ("moml", {"beta": 0.3}, {"beta": 0.3}),
    ("local_moml", {"beta": 0.3}, {"beta": 0.3}),
    ("maml_en_llm", {"momentum": 0.6}, {"momentum": 0, "query": "cross"}),
]


@pytest.mark.parametrize(("name", "first", "second"), DESCENTS)
def test_descents_end_at_the_derived_solution(name, first, second, seed):
    for configuration in (testbeds.t0(method={name: first}), testbeds.t1(method={name: second})):
        comparison = compare_descent(configuration, name, seed=seed)
        assert comparison.agrees, comparison
        assert comparison.detectable.max() < 0.08
