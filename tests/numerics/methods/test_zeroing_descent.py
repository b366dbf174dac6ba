"""The zeroing trick's own rule: gradients of the features through the inner step or past it, and where it ends."""

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
    return LEARNERS["zeroing"].of(configuration.method("zeroing"), configuration.inner_loop, configuration.mixture)


@pytest.fixture
def stepped(rng):
    """Return a learner, its features before and after a step of size 1, and the tasks and data of the step."""

    def build(first_order):
        configuration = testbeds.t1({"zeroing": {"first_order": first_order}})
        learner = learner_of(configuration)
        episodes = learner.draw(Sampler(configuration.mixture, "raw"), rng, (1, 6))
        features = rng.standard_normal((4, 4)) / 3
        after = learner.advance(features.reshape(1, 16), episodes, 1.0).reshape(4, 4)
        return (features - after) * learner.scale, features, episodes

    return build


def task_losses(features, heads_of, episodes):
    (data,) = episodes.data
    heads = heads_of(np.vecmat(data.labels, data.inputs)[0] / 8)
    return episodes.tasks.excess(heads @ features).mean()


def slope(function, features, step=1e-5):
    slopes = np.zeros_like(features)
    for i, j in np.ndindex(features.shape):
        shift = np.zeros_like(features)
        shift[i, j] = step
        slopes[i, j] = (function(features + shift) - function(features - shift)) / (2 * step)
    return slopes


def test_the_full_step_is_the_gradient_through_the_inner_step(stepped):
    moved, features, episodes = stepped(False)

    def objective(point):
        return task_losses(point, lambda directions: 0.5 * directions @ point.T, episodes)

    np.testing.assert_allclose(moved, slope(objective, features), rtol=1e-6, atol=1e-8)


def test_the_first_order_step_holds_the_adapted_head_fixed(stepped):
    moved, features, episodes = stepped(True)

    def objective(point):
        return task_losses(point, lambda directions: 0.5 * directions @ features.T, episodes)

    np.testing.assert_allclose(moved, slope(objective, features), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("bed", [testbeds.t0, testbeds.t1], ids=["T0", "T1"])
def test_it_ends_at_the_derived_preconditioner(bed, seed):
    comparison = compare_descent(bed(), "zeroing", seed=seed)
    assert comparison.names == ("preconditioner",)
    assert comparison.agrees
    assert comparison.detectable.max() < 0.3


def test_the_first_order_rule_ends_at_its_own(seed):
    assert compare_descent(testbeds.t1({"zeroing": {"first_order": True}}), "zeroing", seed=seed).agrees


def test_forgetting_the_label_noise_is_caught(seed):
    document = testbeds.T0.to_mapping()
    for item in document["task_class"]:
        item["noise"] = 4.0
    noisy = type(testbeds.T0).from_mapping(document)
    run = settle(learner_of(noisy), noisy.mixture, seed=seed)
    value, error, bias = run.learned["preconditioner"]
    quiet = place(testbeds.T0.method("zeroing"), evaluated_problem(testbeds.T0)).solution.learned["preconditioner"]
    right = place(noisy.method("zeroing"), evaluated_problem(noisy)).solution.learned["preconditioner"]
    assert np.any(np.abs(value - quiet) > 14 * error + bias)
    assert np.all(np.abs(value - right) <= 14 * error + bias)
