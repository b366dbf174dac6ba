"""MAML's relatives follow their published rules, sampled data leads where theory says, and a wrong rule elsewhere."""

import importlib.util
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from numerics.adaptation import adapt
from numerics.descent import stochastic_descent
from numerics.measurement import critical_value
from numerics.methods import LEARNERS
from numerics.methods.anil import ANIL
from numerics.methods.fomaml import FOMAML
from numerics.methods.imaml import IMAML
from numerics.methods.maml import MAML
from numerics.methods.meta_sgd import MetaSGD
from numerics.methods.tr_maml import TRMAML, on_simplex
from numerics.sampling import Sampler
from numerics.settling import settle
from numerics.solutions import evaluated_problem, place
from proofs_check.comparison import compare_descent
from theory.errors import UnsupportedError
from theory.methods.batches import SHARED_BY_MAML
from theory.mixture import InnerLoop

_spec = importlib.util.spec_from_file_location("testbeds", Path(__file__).parents[2] / "testbeds.py")
testbeds = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(testbeds)

FRESH = InnerLoop(0.4, 3, 2, "fresh")
REUSED = InnerLoop(0.4, 3, 2, "reused")
#: First and second order are further apart with few samples.
FEW_SAMPLES = InnerLoop(0.5, 3)


@pytest.fixture
def sampler():
    return Sampler(testbeds.T1.mixture, "raw")


def slope(function, theta, step=0.5):
    """Central differences: exact, up to rounding, for functions that are quadratic in theta."""
    return np.stack([(function(theta + h) - function(theta - h)) / (2 * step) for h in step * np.eye(4)], axis=-1)


def loss_on(data, theta):
    return np.square(np.matvec(data.inputs, theta) - data.labels).sum(axis=-1) / (2 * data.samples)


@pytest.mark.parametrize("loop", [FRESH, REUSED], ids=["fresh", "reused"])
def test_on_one_batch_mamls_gradient_is_that_of_the_batchs_loss_after_adaptation(sampler, rng, loop):
    learner = MAML(loop, "all")
    episodes, theta = learner.draw(sampler, rng, (5,)), rng.standard_normal(4)

    expected = slope(lambda point: loss_on(episodes.data[-1], adapt(point, episodes.data, 0.4)), theta)

    np.testing.assert_allclose(learner.gradient(theta, episodes), expected, rtol=1e-8, atol=1e-10)


def test_batches_that_are_not_shared_are_drawn_apart(sampler, rng):
    sets = {shared: MAML(REUSED, shared).draw(sampler, rng, (5,)).data for shared in SHARED_BY_MAML}

    assert {shared: len({id(data) for data in drawn}) for shared, drawn in sets.items()} == {
        "inner+hessian": 1,
        "none": 2,
        "inner+outer": 2,
        "hessian+outer": 2,
        "all": 1,
    }


def check_where_it_leads(learner, method, configuration, seed):
    """Descend by a rule and compare with where a method's derivation says that it ends."""
    descent = stochastic_descent(learner, configuration.mixture, seed=seed, outer_steps=600, sampler="wishart")
    theta = place(method, evaluated_problem(configuration)).solution.theta
    scores = np.abs((descent.theta - theta) / descent.standard_error)
    assert scores.max() < critical_value(len(theta), descent.degrees_of_freedom)


TABLES = [
    ("maml", {"batches": "none"}),
    ("maml", {"batches": "inner+outer"}),
    ("maml", {"batches": "hessian+outer"}),
    ("maml", {"batches": "all"}),
    ("maml", {"step_size": -0.5}),
    ("fomaml", {"batches": "inner+outer"}),
    ("anil", {"head": 2}),
    ("imaml", {"prox": 0.4}),
]


@pytest.mark.parametrize("bed", [testbeds.t0, testbeds.t1], ids=["T0", "T1"])
@pytest.mark.parametrize(("name", "table"), TABLES, ids=str)
def test_sampled_data_leads_where_theory_says(name, table, bed, seed):
    configuration = bed(method={name: table})
    method = configuration.method(name)
    learner = LEARNERS[name].of(method, configuration.inner_loop, configuration.mixture)

    check_where_it_leads(learner, method, configuration, seed)


@dataclass(frozen=True)
class WithoutHessians(MAML):
    def gradient(self, theta, episodes):
        return FOMAML(self.inner_loop).gradient(theta, episodes)


@pytest.mark.parametrize(
    ("broken", "name"),
    [
        (WithoutHessians(FEW_SAMPLES), "maml"),
        (MAML(FEW_SAMPLES, "all"), "maml"),
        (FOMAML(InnerLoop(0.5, 8), "inner+outer"), "fomaml"),
        (ANIL(FEW_SAMPLES, 3), "anil"),
        (IMAML(InnerLoop(0.5, 8), 0.2), "imaml"),
    ],
    ids=["first order", "shared batch", "shared batch, first order", "larger head", "weaker prox"],
)
def test_a_wrong_rule_leads_elsewhere(broken, name, seed):
    configuration = testbeds.t0(samples=broken.inner_loop.samples)
    with pytest.raises(AssertionError):
        check_where_it_leads(broken, configuration.method(name), configuration, seed)


def test_imamls_gradient_is_that_of_the_loss_at_the_proximal_minimum(sampler, rng):
    learner = IMAML(InnerLoop(0.5, 3), 0.7)
    episodes, theta = learner.draw(sampler, rng, (5,)), rng.standard_normal(4)
    (data,) = episodes.data

    def minimum(start):
        # By gradient descent on the proximal loss, to the end.
        point = np.broadcast_to(start, (5, 4))
        for _ in range(3000):
            point = point - 0.05 * (data.gradient(point) + 0.7 * (point - start))
        return point

    expected = slope(lambda start: episodes.tasks.excess(minimum(start)), theta)

    np.testing.assert_allclose(learner.gradient(theta, episodes), expected, rtol=1e-6, atol=1e-8)


def test_meta_sgd_descends_the_loss_after_its_step_in_both(sampler, rng):
    learner = MetaSGD(InnerLoop(0.5, 3), 4)
    state = learner.start(rng.standard_normal((1, 4))) + 0.1 * rng.standard_normal((1, 8))
    episodes = learner.draw(sampler, rng, (1, 6))

    def loss(theta, sizes):
        adapted = theta - sizes * episodes.data[0].gradient(theta)
        return episodes.tasks.excess(adapted).mean(axis=-1)[0]

    theta, sizes = np.split(state[0], 2)
    expected = np.concatenate([slope(lambda t: loss(t, sizes), theta), slope(lambda a: loss(theta, a), sizes)])

    np.testing.assert_allclose((state - learner.advance(state, episodes, 0.3))[0] / 0.3, expected, rtol=1e-9)


def test_tr_maml_weights_an_episode_by_its_class_and_keeps_to_the_simplex(sampler, rng):
    learner = TRMAML(InnerLoop(0.5, 3), 4, (0.3, 0.3, 0.4))
    state = learner.start(rng.standard_normal((1, 4)))
    state[..., 4:] = [0.0, 1.0, 0.0]
    episodes = learner.draw(sampler, rng, (1, 20))
    members = episodes.tasks.classes == 1
    gradients = MAML(InnerLoop(0.5, 3)).gradient(episodes.tasks.localised(state[..., :4]), episodes)

    moved = learner.advance(state, episodes, 0.1)

    expected = (gradients * members[..., None] / 0.3).mean(axis=-2)
    np.testing.assert_allclose((state - moved)[..., :4] / 0.1, expected, rtol=1e-9, atol=1e-12)
    assert moved[..., 4:].sum() == pytest.approx(1)
    assert moved.min(axis=-1, initial=0, where=np.arange(7) >= 4) == 0


def test_the_projection_onto_the_simplex_is_the_nearest_point(rng):
    points = rng.standard_normal((200, 4))
    projected = on_simplex(points)

    assert projected.min() >= 0
    np.testing.assert_allclose(projected.sum(axis=-1), 1)
    # A projection onto a convex set is at no acute angle to any of its corners.
    angles = (points - projected) @ (np.eye(4)[:, None, :] - projected).swapaxes(-1, -2)
    np.testing.assert_array_less(np.diagonal(angles, axis1=-2, axis2=-1), 1e-12)
    np.testing.assert_array_equal(on_simplex(np.array([0.2, 0.8, -5.0])), [0.2, 0.8, 0.0])


@pytest.mark.parametrize("bed", [testbeds.T0, testbeds.T1], ids=["T0", "T1"])
@pytest.mark.parametrize("name", ["meta_sgd", "tr_maml"])
def test_what_is_learned_together_settles_where_theory_says(name, bed, seed):
    comparison = compare_descent(bed, name, seed=seed, outer_steps=400)

    assert comparison.agrees
    assert len(comparison.names) == 2


@dataclass(frozen=True)
class AscendsTooLittle(TRMAML):
    def advance(self, state, episodes, size):
        moved = super().advance(state, episodes, size)
        moved[..., self.dimension :] = state[..., self.dimension :]
        return moved


def test_weights_that_stay_where_they_are_lead_elsewhere(seed):
    problem = evaluated_problem(testbeds.T0)
    theta = place(testbeds.T0.method("tr_maml"), problem).solution.theta
    run = settle(
        AscendsTooLittle(testbeds.T0.inner_loop, 5, (0.5, 0.5)), testbeds.T0.mixture, seed=seed, outer_steps=300
    )

    allowed = critical_value(5, run.degrees_of_freedom) * run.standard_error + run.bias_error
    assert (np.abs(run.theta - theta) > allowed).any()


@pytest.mark.parametrize("name", ["anil", "imaml", "meta_sgd", "tr_maml"])
def test_who_looks_at_whole_data_sets_refuses_projected_ones(name):
    with pytest.raises(UnsupportedError, match=f"sampler 'projected' with learner {name}"):
        compare_descent(testbeds.T0, name, sampler="projected")
