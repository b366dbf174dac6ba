"""The update rules are the gradients that they claim to be, and the inner loop is gradient descent on sampled data."""

from dataclasses import dataclass

import numpy as np
import pytest

from numerics.adaptation import adapt, draw_data, pull_back
from numerics.methods import LEARNERS, MAML, NAL
from numerics.methods.learner import StatefulLearner
from numerics.sampling import Sampler
from theory.methods import METHODS
from theory.mixture import InnerLoop

INNER_LOOPS = [
    InnerLoop(0.7, 4),
    InnerLoop(0.7, 2, 3, "reused"),
    InnerLoop(0.7, 2, 3, "fresh"),
    InnerLoop(0.7, None, 2),
]


def slope(function, theta, step=0.5):
    """Central differences: exact, up to rounding, for functions that are quadratic in theta."""
    steps = step * np.eye(theta.shape[-1])
    return np.stack([(function(theta + h) - function(theta - h)) / (2 * step) for h in steps], axis=-1)


@pytest.fixture(params=["raw", "wishart"])
def sampler(request, configured):
    return Sampler(configured(3).mixture, request.param)


def test_the_inner_gradient_is_that_of_the_empirical_loss(sampler, rng):
    data = sampler.data(rng, sampler.tasks(rng, (6,)), 4)
    theta = rng.standard_normal(3)

    def empirical_loss(point):
        return np.square(data.inputs @ point - data.labels).sum(axis=-1) / 8

    np.testing.assert_allclose(data.gradient(theta), slope(empirical_loss, theta), rtol=1e-10, atol=1e-12)


def test_adaptation_takes_the_published_steps_one_by_one(sampler, rng):
    tasks = sampler.tasks(rng, (1,))
    first, second = draw_data(sampler, rng, tasks, InnerLoop(0.3, 5, 2, "fresh"))
    theta = rng.standard_normal(3)

    expected = theta
    for data in (first, second):
        design, labels = data.inputs[0], data.labels[0]
        expected = expected - 0.3 * design.T @ (design @ expected - labels) / 5

    np.testing.assert_allclose(adapt(theta, (first, second), 0.3)[0], expected, rtol=1e-12)


def test_reused_data_is_the_same_at_every_step_and_fresh_data_is_not(sampler, rng):
    tasks = sampler.tasks(rng, (2,))

    reused = draw_data(sampler, rng, tasks, InnerLoop(0.3, 5, 3, "reused"))
    fresh = draw_data(sampler, rng, tasks, InnerLoop(0.3, 5, 3, "fresh"))

    assert len({id(data) for data in reused}) == 1
    assert len(fresh) == 3
    assert not np.any(fresh[0].inputs == fresh[1].inputs, where=fresh[0].inputs != 0)


def check_mamls_gradient(sampler, rng, learner):
    episodes = learner.draw(sampler, rng, (5,))
    theta = rng.standard_normal(3)

    def adapted_loss(point):
        return episodes.tasks.excess(adapt(point, episodes.data, learner.inner_loop.step_size))

    np.testing.assert_allclose(learner.gradient(theta, episodes), slope(adapted_loss, theta), rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("inner_loop", INNER_LOOPS, ids=str)
def test_mamls_gradient_is_that_of_the_loss_after_adaptation(sampler, rng, inner_loop):
    check_mamls_gradient(sampler, rng, MAML(inner_loop))


@dataclass(frozen=True)
class FirstOrder(MAML):
    def gradient(self, theta, episodes):
        return episodes.tasks.population_gradient(adapt(theta, episodes.data, self.inner_loop.step_size))


@dataclass(frozen=True)
class WrongOrder(MAML):
    def gradient(self, theta, episodes):
        adapted = adapt(theta, episodes.data, self.inner_loop.step_size)
        outer = episodes.tasks.population_gradient(adapted)
        return pull_back(outer, episodes.data[::-1], self.inner_loop.step_size)


@dataclass(frozen=True)
class OneStepTooFew(MAML):
    def gradient(self, theta, episodes):
        adapted = adapt(theta, episodes.data, self.inner_loop.step_size)
        return pull_back(episodes.tasks.population_gradient(adapted), episodes.data[1:], self.inner_loop.step_size)


@pytest.mark.parametrize("broken", [FirstOrder, WrongOrder, OneStepTooFew])
def test_a_broken_chain_rule_is_caught(sampler, rng, broken):
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        check_mamls_gradient(sampler, rng, broken(InnerLoop(0.7, 2, 3, "fresh")))


def test_nals_gradient_is_that_of_the_loss_before_adaptation(sampler, rng):
    learner = NAL(InnerLoop(0.7, 4))
    episodes = learner.draw(sampler, rng, (5,))
    theta = rng.standard_normal(3)

    np.testing.assert_allclose(learner.gradient(theta, episodes), slope(episodes.tasks.excess, theta), atol=1e-10)
    assert episodes.data == ()


def test_nal_on_samples_descends_their_empirical_loss(sampler, rng):
    learner = NAL(InnerLoop(0.7, 4), samples=6)
    episodes = learner.draw(sampler, rng, (5,))
    theta = rng.standard_normal(3)

    (data,) = episodes.data
    assert data.samples == 6
    np.testing.assert_array_equal(learner.gradient(theta, episodes), data.gradient(theta))


@pytest.mark.parametrize("name", [name for name in LEARNERS if not issubclass(LEARNERS[name], StatefulLearner)])
def test_chains_broadcast_against_their_batches(sampler, rng, name):
    learner = LEARNERS[name].of(METHODS[name](), InnerLoop(0.7, 2, 2, "fresh"), sampler.mixture)
    episodes = learner.draw(sampler, rng, (4, 5))
    theta = rng.standard_normal((4, 3))

    gradients = learner.gradient(theta[:, None, :], episodes)

    one_by_one = [[learner.gradient(theta[c], episodes[c, b]) for b in range(5)] for c in range(4)]
    np.testing.assert_allclose(gradients, one_by_one, rtol=1e-12, atol=1e-14)


def test_every_method_has_a_rule_and_every_rule_a_method_of_its_name():
    assert (LEARNERS["nal"], LEARNERS["maml"]) == (NAL, MAML)
    assert list(LEARNERS) == list(METHODS) == [rule.name for rule in LEARNERS.values()]
    assert list(METHODS) == [method.name for method in METHODS.values()]


def test_there_is_no_rule_of_another_name():
    assert "no-such" not in LEARNERS
    assert "no-such" not in METHODS


def test_a_reused_data_set_is_counted_once(sampler, rng):
    once, thrice = (MAML(InnerLoop(0.7, 4, steps)).draw(sampler, rng, (5,)) for steps in (1, 3))

    assert once.nbytes == thrice.nbytes > 0
