"""The look-ahead rule of NestedMAML, step by step on drawn data, and where it ends."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from numerics.methods import LEARNERS, MAML
from numerics.sampling import Sampler
from numerics.settling import settle
from proofs_check.comparison import compare_descent

_spec = importlib.util.spec_from_file_location("testbeds", Path(__file__).parents[2] / "testbeds.py")
testbeds = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(testbeds)
T0, t0, t1 = testbeds.T0, testbeds.t0, testbeds.t1


def rule_of(configured):
    return LEARNERS["nested_maml"].of(configured.method("nested_maml"), configured.inner_loop, configured.mixture)


def test_one_step_is_the_published_one_written_out():
    configured = t1({"nested_maml": {"validation": [0.2, 0.3, 0.5]}})
    rule, rng = rule_of(configured), np.random.default_rng(1)
    source, count, size = Sampler(configured.mixture), 5, 0.1
    episodes = rule.draw(source, rng, (1, count))
    weights = np.array([0.5, 1.0, 1.5])
    weights = weights / (weights @ configured.mixture.weights)
    theta = rng.standard_normal(4)
    classes, maml = episodes.tasks.classes[0], MAML(configured.inner_loop)

    def gradient(point, task):
        return maml.gradient(point, episodes[0, task])

    training = [gradient(theta, i) for i in range(count)]
    ahead = theta - size / count * sum(weights[classes[i]] * training[i] for i in range(count))
    validation = sum(gradient(ahead, count + i) for i in range(count)) / count
    moved = weights.copy()
    for i in range(count):
        moved[classes[i]] += rule.weight_step * size / count * validation @ training[i]
    moved = np.maximum(0, moved)
    moved = moved / (moved @ configured.mixture.weights)
    expected = theta - size / count * sum(moved[classes[i]] * training[i] for i in range(count))

    state = rule.advance(np.concatenate([theta, weights])[None], episodes, size)[0]

    np.testing.assert_allclose(rule.parameters(state), expected, rtol=1e-12)
    np.testing.assert_allclose(rule.learned(state)["weights"], moved, rtol=1e-12)


def test_validation_tasks_come_in_their_own_shares():
    configured = t0({"nested_maml": {"validation": [1, 0]}})
    drawn = rule_of(configured).draw(Sampler(configured.mixture), np.random.default_rng(2), (400,))
    training, validation = np.split(drawn.tasks.classes, 2)
    assert 150 < training.sum() < 250
    assert not validation.any()


def test_weights_cut_to_zero_together_start_anew():
    rule = rule_of(T0)
    episodes = rule.draw(Sampler(T0.mixture), np.random.default_rng(3), (1, 4))
    state = np.concatenate([[np.zeros(5)], [[0.0, 0.0]]], axis=-1)
    silent = rule.advance(state, episodes, 0.0)
    np.testing.assert_array_equal(rule.learned(silent)["weights"], [[1.0, 1.0]])


@pytest.mark.parametrize(
    "configured",
    [t0({"nested_maml": {"validation": [0.8, 0.2]}}), t1({"nested_maml": {"validation": [0.5, 0.25, 0.25]}})],
    ids=["T0", "T1"],
)
def test_the_published_rule_ends_where_the_derivation_says(configured):
    comparison = compare_descent(configured, "nested_maml", seed=5)
    assert comparison.names == ("theta", "weights")
    assert comparison.agrees


def test_training_tasks_in_the_place_of_validation_tasks_are_noticed():
    configured = t0({"nested_maml": {"validation": [0, 1]}})
    broken = rule_of(T0)  # validates on the training mixture
    run = settle(broken, configured.mixture, seed=5)
    derived = configured.mixture.centres[1]
    z = np.maximum(0, np.abs(run.theta - derived) - run.bias_error) / run.standard_error
    assert z.max() > 20
