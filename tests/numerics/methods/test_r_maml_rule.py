"""The rule of R-MAML, step by step on drawn data: its attacks, its gradients, and where it ends."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import proofs_check.comparison
from numerics.adaptation import adapt
from numerics.methods import LEARNERS
from numerics.methods.r_maml import AttackedPopulation, attacked
from numerics.sampling import DataSet, Sampler
from numerics.settling import settle
from numerics.solutions import evaluated_problem, place
from proofs_check.comparison import compare_descent
from theory.errors import UnsupportedError

_spec = importlib.util.spec_from_file_location("testbeds", Path(__file__).parents[2] / "testbeds.py")
testbeds = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(testbeds)
T0, t0, t1, random_configuration = testbeds.T0, testbeds.t0, testbeds.t1, testbeds.random_configuration

ATTACK = {"radius": 0.8, "weight": 0.7}


def rule_of(configured):
    return LEARNERS["r_maml"].of(configured.method("r_maml"), configured.inner_loop, configured.mixture)


def worst_case_loss(theta, query, radius, weight):
    """The clean loss of query points and a multiple of its largest value within the radius, averaged."""
    residuals = np.abs(np.matvec(query.inputs, theta) - query.labels)
    lengths = np.linalg.norm(theta, axis=-1, keepdims=True)
    return ((residuals**2 + weight * (residuals + radius * lengths) ** 2) / 2).mean()


@pytest.mark.parametrize("loop", [{}, {"steps": 3}, {"steps": 2, "data": "fresh"}, {"samples": "inf"}])
def test_a_step_is_down_the_attacked_loss_after_adaptation(loop):
    configured = t1({"r_maml": ATTACK}, **loop)
    rule, rng = rule_of(configured), np.random.default_rng(1)
    episodes = rule.draw(Sampler(configured.mixture), rng, (1, 6))
    *support, query = episodes.data
    theta, size = rng.standard_normal(4), 0.01

    def loss(point):
        return worst_case_loss(adapt(point, support, 0.5), query, 0.8, 0.7)

    slopes = [(loss(theta + h) - loss(theta - h)) / 2e-6 for h in 1e-6 * np.eye(4)]
    state = rule.advance(theta[None], episodes, size)[0]
    np.testing.assert_allclose((theta - state) / size, slopes, rtol=1e-6, atol=1e-8)


def test_first_order_steps_are_down_the_slope_at_the_adapted_parameters():
    configured = t1({"r_maml": ATTACK | {"first_order": True}})
    rule, rng = rule_of(configured), np.random.default_rng(2)
    episodes = rule.draw(Sampler(configured.mixture), rng, (1, 6))
    *support, query = episodes.data
    theta, size = rng.standard_normal(4), 0.01
    ends = adapt(theta, support, 0.5)
    shifts = 1e-6 * np.eye(4)
    slopes = [
        (worst_case_loss(ends + h, query, 0.8, 0.7) - worst_case_loss(ends - h, query, 0.8, 0.7)) / 2e-6 for h in shifts
    ]
    state = rule.advance(theta[None], episodes, size)[0]
    np.testing.assert_allclose((theta - state) / size, slopes, rtol=1e-6, atol=1e-8)


def test_no_other_move_of_a_point_makes_its_loss_larger():
    rng = np.random.default_rng(3)
    data = DataSet(rng.standard_normal((6, 4, 3)), rng.standard_normal((6, 4)), 4)
    theta = rng.standard_normal((6, 3))
    moved = attacked(data, theta, 0.5)
    np.testing.assert_allclose(np.linalg.norm(moved.inputs - data.inputs, axis=-1), 0.5)
    for _ in range(500):
        others = rng.standard_normal(data.inputs.shape)
        others *= 0.5 / np.linalg.norm(others, axis=-1, keepdims=True)
        assert (DataSet(data.inputs + others, data.labels, 4).loss(theta) <= moved.loss(theta)).all()


def test_parameters_of_0_are_not_attacked():
    data = DataSet(np.ones((1, 2, 3)), np.ones((1, 2)), 2)
    np.testing.assert_array_equal(attacked(data, np.zeros((1, 3)), 0.5).inputs, data.inputs)


def test_query_points_are_single_samples_whatever_the_sampler():
    rule, rng = rule_of(T0), np.random.default_rng(4)
    query = rule.draw(Sampler(T0.mixture, "wishart"), rng, (2000,)).data[-1]
    first = query.inputs[:, 0, 0]
    # The triangular factor of the other sampler has a positive diagonal.
    assert abs(first.mean()) < 6 * first.std() / 2000**0.5
    assert query.inputs.shape == (2000, query.samples, 5)


# attacked inner steps


def population(configured, rng, count):
    source = Sampler(configured.mixture, "raw")
    tasks = source.tasks(rng, (count,))
    noises = configured.mixture.noises[tasks.classes]
    return source, tasks, AttackedPopulation(tasks, noises, 0.8, 0.7)


def test_the_gradient_of_an_attacked_population_is_the_mean_of_attacked_samples():
    rng = np.random.default_rng(5)
    source, tasks, attack = population(t1(), rng, 4)
    theta = rng.standard_normal((4, 4))
    drawn = []
    for _ in range(200):
        data = source.data(rng, tasks, 1000)
        drawn.append((data.gradient(theta) + 0.7 * attacked(data, theta, 0.8).gradient(theta)) / 1.7)
    error = np.std(drawn, axis=0, ddof=1) / 200**0.5
    found = attack.gradient(theta)
    assert (np.abs(found - np.mean(drawn, axis=0)) < 6 * error).all()
    # The clean gradient would not have done.
    assert (np.abs(tasks.population_gradient(theta) - np.mean(drawn, axis=0)) > 20 * error).any()


def test_hessian_products_are_derivatives_of_the_gradient():
    rng = np.random.default_rng(6)
    _, _, attack = population(t1(), rng, 5)
    theta, vectors = rng.standard_normal((2, 5, 4))
    ahead, behind = (attack.gradient(theta + h * vectors) for h in (1e-6, -1e-6))
    attack.gradient(theta)
    np.testing.assert_allclose(attack.hessian_product(vectors), (ahead - behind) / 2e-6, rtol=1e-6, atol=1e-8)


def test_a_step_goes_back_through_attacked_inner_steps():
    configured = t1({"r_maml": ATTACK | {"inner": True}}, samples="inf", steps=2)
    rule, rng = rule_of(configured), np.random.default_rng(7)
    episodes = rule.draw(Sampler(configured.mixture), rng, (1, 6))
    theta, size = rng.standard_normal(4), 0.01
    attack = AttackedPopulation(episodes.tasks, configured.mixture.noises[episodes.tasks.classes], 0.8, 0.7)

    def loss(point):
        ends = np.broadcast_to(point, (1, 6, 4))
        for _ in range(2):
            ends = ends - 0.5 * attack.gradient(ends)
        return worst_case_loss(ends, episodes.data[-1], 0.8, 0.7)

    slopes = [(loss(theta + h) - loss(theta - h)) / 2e-6 for h in 1e-6 * np.eye(4)]
    state = rule.advance(theta[None], episodes, size)[0]
    np.testing.assert_allclose((theta - state) / size, slopes, rtol=1e-5, atol=1e-7)


def test_attacked_inner_steps_on_few_samples_are_refused():
    with pytest.raises(UnsupportedError, match="attacks the inner loss of populations only"):
        rule_of(t0({"r_maml": {"inner": True}}))


# where it ends

BEDS = {
    "T0": t0({"r_maml": {"weight": 1}}),
    "T1, by default": t1(),
    "T1, reused": t1({"r_maml": {"weight": 1}}, steps=2),
    "T1, first order": t1({"r_maml": {"weight": 1, "first_order": True}}),
    "T1, attacked inner steps": t1({"r_maml": {"inner": True}}, samples="inf"),
    "two dimensions": random_configuration(11, method={"r_maml": {"weight": 1}}),
}


@pytest.mark.parametrize("bed", BEDS)
def test_the_published_rule_ends_where_the_derivation_says(bed):
    comparison = compare_descent(BEDS[bed], "r_maml", seed=5)
    assert comparison.names == ("theta",)
    assert comparison.converged
    assert comparison.agrees


def differs(run, theta):
    """By how many standard errors a run differs from a point, beyond what may be its bias."""
    return (np.maximum(0, np.abs(run.theta - theta) - run.bias_error) / run.standard_error).max()


@pytest.mark.parametrize(
    "change", [{"radius": -1.0}, {"first_order": True}, {"weight": 0.0}], ids=["wrong side", "not back", "no attack"]
)
def test_a_broken_rule_is_noticed(change):
    configured = BEDS["T1, by default"] if "radius" in change else BEDS["T0"]
    theta = place(configured.method("r_maml"), evaluated_problem(configured)).solution.theta
    broken = replace(rule_of(configured), **change)
    assert differs(settle(broken, configured.mixture, seed=5), theta) > 8


def test_an_attack_of_every_point_on_the_same_side_is_noticed(monkeypatch):
    configured = BEDS["T0"]
    theta = place(configured.method("r_maml"), evaluated_problem(configured)).solution.theta
    monkeypatch.setattr(
        "numerics.methods.r_maml.attacked",
        lambda data, point, radius: DataSet(
            data.inputs + radius * (point / np.linalg.norm(point, axis=-1, keepdims=True))[..., None, :],
            data.labels,
            data.samples,
        ),
    )
    assert differs(settle(rule_of(configured), configured.mixture, seed=5), theta) > 8


def test_the_error_of_the_derivation_is_part_of_the_comparison(monkeypatch):
    configured = BEDS["two dimensions"]
    solution = place(configured.method("r_maml"), evaluated_problem(configured)).solution
    assert solution.error is not None
    assert 0 < solution.error.max() < 1e-3
    found = {}
    for scale in (0.0, 100.0):
        stated = replace(solution, error=scale * solution.error)
        placed = replace(place(configured.method("maml"), evaluated_problem(configured)), solution=stated)
        monkeypatch.setattr(proofs_check.comparison, "place", lambda *_, placed=placed: placed)
        found[scale] = compare_descent(configured, "r_maml", seed=5, outer_steps=40).standard_error
    np.testing.assert_allclose(found[100.0], np.hypot(found[0.0], 100 * solution.error))
