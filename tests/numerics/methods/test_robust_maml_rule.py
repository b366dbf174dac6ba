"""The rules of Robust MAML, step by step on drawn data, and where they end."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from numerics.adaptation import adapt
from numerics.methods import LEARNERS
from numerics.sampling import Sampler
from proofs_check.comparison import compare_descent
from theory.errors import ConfigurationError

_spec = importlib.util.spec_from_file_location("testbeds", Path(__file__).parents[2] / "testbeds.py")
testbeds = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(testbeds)

T0, T1, t0, t1 = testbeds.T0, testbeds.T1, testbeds.t0, testbeds.t1


def rule_of(configured):
    return LEARNERS["robust_maml"].of(configured.method("robust_maml"), configured.inner_loop, configured.mixture)


@pytest.mark.parametrize("loop", [{}, {"steps": 3}, {"steps": 2, "data": "fresh"}], ids=["one", "reused", "fresh"])
def test_both_gradients_are_those_of_the_loss_after_adaptation(loop):
    configured = t1(**loop)
    rule, rng = rule_of(configured), np.random.default_rng(1)
    episodes = rule.draw(Sampler(configured.mixture), rng, (1, 6))
    theta, inner, size = rng.standard_normal(4), 0.4, 0.01

    def loss(point):
        ends = adapt(point[:4], episodes.data, point[4])
        return episodes.tasks.excess(ends).mean()

    point = np.append(theta, inner)
    slopes = [(loss(point + h) - loss(point - h)) / 2e-5 for h in 1e-5 * np.eye(5)]
    state = rule.advance(point[None], episodes, size)[0]
    np.testing.assert_allclose((point - state)[:4] / size, slopes[:4], rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose((point - state)[4] / size / rule.step_of_step, slopes[4], rtol=1e-6)


def test_a_batch_with_replays_takes_the_step_of_maml_on_all_its_tasks():
    configured = t1({"robust_maml": {"buffer": "hard", "share": 0.5, "batch": 6}})
    rule, rng = rule_of(configured), np.random.default_rng(2)
    source = Sampler(configured.mixture)
    theta, size = rng.standard_normal((2, 4)), 0.1
    state = rule.start(theta)
    for _ in range(3):
        episodes = rule.draw(source, rng, (2, 6))
        before = rule._parts(state)
        state = rule.advance(state, episodes, size)
    theta, replays, optima = before[0][0], before[3][0].astype(int), before[4][0].reshape(3, 4)
    picked = [0, 1, 2, *(3 + 3 * slot + replays[slot] for slot in range(3))]
    batch = episodes[0, np.array(picked)]
    solutions = np.concatenate([batch.tasks.optima[:3], optima])
    # The data is that of tasks at the origin: shift the start instead.
    ends = adapt(theta - solutions, batch.data, 0.5)
    gradients = batch.tasks.covariances.apply(batch.tasks.classes, ends)
    for data in batch.data:
        gradients = gradients - 0.5 * data.hessian_product(gradients)
    np.testing.assert_allclose(rule.parameters(state)[0], theta - size * gradients.mean(axis=0), rtol=1e-10)


def test_what_is_remembered_of_a_class_is_its_average_loss_after_adaptation():
    configured = t0({"robust_maml": {"buffer": "easy", "share": 0.25}})
    rule, rng = rule_of(configured), np.random.default_rng(3)
    source = Sampler(configured.mixture, "wishart")
    state = rule.start(np.zeros((64, 5)))
    for _ in range(60):
        state = rule.advance(state, rule.draw(source, rng, (64, 16)), 0.0)
    _, forms, counts, _, _ = rule._parts(state)
    point = np.array([0.5, 0, 0, 0, 0, 1])
    losses = (point @ forms.reshape(64, 2, 6, 6) @ point).sum(axis=0) / counts.sum(axis=0) / 2
    tasks = source.tasks(rng, (200_000,))
    excess = tasks.excess(adapt(point[:5], [source.data(rng, tasks, 8)], 0.5))
    for k in range(2):
        assert losses[k] == pytest.approx(excess[tasks.classes == k].mean(), rel=0.03)


def chosen(buffer, losses):
    """Which tasks of a batch are replayed next, for two classes of given average losses."""
    rule = rule_of(t0({"robust_maml": {"buffer": buffer, "share": 0.25, "batch": 8}}))
    forms = np.zeros((1, 2, 6, 6))
    forms[0, :, 5, 5] = losses
    classes = np.array([[0, 1, 0, 1, 0, 0, 1, 1]])
    return rule._chosen(np.zeros((1, 5)), forms.reshape(1, -1), np.ones((1, 2)), classes)[0].tolist()


def test_the_newest_tasks_of_the_class_that_is_due_are_replayed():
    assert chosen("hard", [1.0, 2.0]) == [1, 3]
    assert chosen("hard", [2.0, 1.0]) == [0, 2]
    assert chosen("easy", [1.0, 2.0]) == [0, 2]
    assert chosen("medium", [1.0, 2.0]) == [5, 1]


@pytest.mark.parametrize("configured", [T0, T1], ids=["T0", "T1"])
def test_the_learned_step_size_ends_where_the_derivation_says(configured):
    comparison = compare_descent(configured, "robust_maml", seed=1)
    assert comparison.names == ("theta", "step_size")
    assert comparison.agrees


@pytest.mark.parametrize("configured", [t0, t1], ids=["T0", "T1"])
def test_the_hard_buffer_ends_where_the_derivation_says(configured):
    table = {"buffer": "hard", "share": 0.25, "batch": 8}
    comparison = compare_descent(configured({"robust_maml": table}), "robust_maml", seed=1, outer_steps=120)
    assert comparison.names == ("theta", "replays")
    assert comparison.agrees


def test_replays_from_the_wrong_end_are_noticed():
    right = t0({"robust_maml": {"buffer": "hard", "share": 0.125, "batch": 8}})
    wrong = t0({"robust_maml": {"buffer": "easy", "share": 0.125, "batch": 8}})
    comparison = compare_descent(wrong, "robust_maml", seed=1, outer_steps=60)
    derived = compare_descent(right, "robust_maml", seed=1, outer_steps=60).theta_closed_form
    assert not replace(comparison, theta_closed_form=derived).agrees


def test_another_batch_than_the_prescribed_one_is_refused():
    configured = t0({"robust_maml": {"buffer": "hard"}})
    with pytest.raises(ConfigurationError, match="batch = 8: must be 16"):
        compare_descent(configured, "robust_maml", batch=8)
