"""SLAW's own rule: losses of every class, moving averages, weights, and the points of rest where chains end."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from numerics.methods import LEARNERS
from numerics.sampling import Sampler
from numerics.settling import settle
from numerics.solutions import evaluated_problem, place
from proofs_check.comparison import compare_descent

_spec = importlib.util.spec_from_file_location("testbeds", Path(__file__).parents[2] / "testbeds.py")
testbeds = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(testbeds)


def learner_of(configuration):
    return LEARNERS["slaw"].of(configuration.method("slaw"), configuration.inner_loop, configuration.mixture)


def test_a_step_weights_gradients_by_the_deviations_that_were_watched(rng):
    learner = learner_of(testbeds.T1)
    episodes = learner.draw(Sampler(testbeds.T1.mixture, "raw"), rng, (1, 1))
    theta, means, squares = rng.standard_normal(4), np.array([1.0, 2.0, 0.5]), np.array([2.0, 4.5, 1.0])
    state = learner.advance(np.concatenate([theta, means, squares])[None], episodes, 0.1)[0]

    inputs, labels = episodes.data[0].inputs[0, 0], episodes.data[0].labels[0, 0]
    losses = np.array([np.mean((inputs[k] @ theta - labels[k]) ** 2) / 2 for k in range(3)])
    means, squares = 0.99 * means + 0.01 * losses, 0.99 * squares + 0.01 * losses**2
    weights = 1 / np.sqrt(squares - means**2)
    weights *= 3 / weights.sum()
    gradients = [inputs[k].T @ (inputs[k] @ theta - labels[k]) / 20 for k in range(3)]
    step = sum(p * w * g for p, w, g in zip(testbeds.T1.mixture.weights, weights, gradients, strict=True))
    np.testing.assert_allclose(state, np.concatenate([theta - 0.1 * step, means, squares]), rtol=1e-12)


def test_both_samplers_draw_losses_of_one_law(rng):
    learner, theta, count = learner_of(testbeds.T1), np.array([0.3, -0.2, 0.5, 0.1]), 20_000
    moments = {}
    for kind in ("raw", "wishart"):
        episodes = learner.draw(Sampler(testbeds.T1.mixture, kind), rng, (count,))
        assert np.array_equal(episodes.tasks.classes[0], [0, 1, 2])
        losses = episodes.data[0].loss(theta)
        powers = np.stack([losses, losses**2])
        moments[kind] = powers.mean(axis=1), powers.std(axis=1) / count**0.5
    difference = moments["raw"][0] - moments["wishart"][0]
    assert np.all(np.abs(difference) < 6 * np.hypot(moments["raw"][1], moments["wishart"][1]))
    # Without the label noise that the shorter data set leaves out, the losses would be too small.
    short = Sampler(testbeds.T1.mixture, "wishart")
    tasks = learner.draw(short, rng, (count,)).tasks
    assert np.any(short.data(rng, tasks, 20).loss(theta).mean(axis=0) < moments["raw"][0][0] - 6 * moments["raw"][1][0])


@pytest.mark.parametrize("bed", [testbeds.T0, testbeds.T1], ids=["T0", "T1"])
def test_it_ends_at_the_derived_point_of_rest(bed, seed):
    comparison = compare_descent(bed, "slaw", seed=seed)
    assert comparison.agrees
    assert comparison.detectable.max() < 0.4


def bistable():
    document = testbeds.T0.to_mapping()
    for item in document["task_class"]:
        item |= {"covariance": 1.0, "noise": 0.25, "spread": 0.0}
    return type(testbeds.T0).from_mapping(document)


def test_chains_that_part_are_compared_each_with_its_own_point_of_rest(seed):
    configuration = bistable()
    run = settle(learner_of(configuration), configuration.mixture, seed=seed)
    ends = np.sign(run.chain_averages[:, 0])
    # From the middle chains go to either end, and the mean of all is near to neither.
    assert -0.9 < ends.mean() < 0.9
    rests = place(configuration.method("slaw"), evaluated_problem(configuration)).solution.branches
    assert np.abs(run.theta - np.array(rests)[:2]).max(axis=1).min() > 0.05
    assert compare_descent(configuration, "slaw", seed=seed).agrees


def test_weights_by_the_loss_alone_are_caught(seed):
    # With tasks that vary, the deviation is not in proportion to the loss.
    document = testbeds.T0.to_mapping()
    for item in document["task_class"]:
        item |= {"noise": 0.04, "spread": 0.15}
    document["method"] = {"slaw": {"batch": 500}}
    configuration = type(testbeds.T0).from_mapping(document)
    right = place(configuration.method("slaw"), evaluated_problem(configuration)).solution.theta
    document["method"] = {"slaw": {"batch": 1}}
    other = type(testbeds.T0).from_mapping(document)
    wrong = place(other.method("slaw"), evaluated_problem(other)).solution.theta
    run = settle(learner_of(configuration), configuration.mixture, seed=seed)
    allowed = 7 * run.standard_error + run.bias_error
    assert np.all(np.abs(run.theta - right) <= allowed)
    assert np.any(np.abs(run.theta - wrong) > allowed)
