"""R-MAML: the minimum against others found by brute force, kinks, attacked inner steps, what is refused."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize

from numerics.solutions import evaluated_problem, place
from theory.errors import ConfigurationError, UnsupportedError
from theory.methods.attacked_loss import AttackedLoss
from theory.methods.attacked_rests import symmetric_subspace

_spec = importlib.util.spec_from_file_location("testbeds", Path(__file__).parents[2] / "testbeds.py")
testbeds = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(testbeds)
T0, T1, random_configuration, t0, t1 = (
    testbeds.T0,
    testbeds.T1,
    testbeds.random_configuration,
    testbeds.t0,
    testbeds.t1,
)
Configuration = type(T0)
MEAN = (2 / np.pi) ** 0.5


def placed(configuration):
    return place(configuration.method("r_maml"), evaluated_problem(configuration))


def solved(configuration):
    return placed(configuration).solution


def of_classes(dimension, classes, table, **adaptation):
    """Build a configuration of classes (weight, covariance, centre, spread, noise)."""
    keys = ("weight", "covariance", "centre", "spread", "noise")
    return Configuration.from_mapping(
        {
            "dimension": dimension,
            "adaptation": {"step_size": 0.3, "samples": "inf"} | adaptation,
            "task_class": [dict(zip(keys, item, strict=False)) for item in classes],
            "method": {"r_maml": table},
        }
    )


# the minimum


@pytest.mark.parametrize("weight", [0.2, 1, 5])
@pytest.mark.parametrize("radius", [0.3, 0.79, 0.8, 1, 2, 5])
@pytest.mark.parametrize("variance", [1.0, 0.4])
def test_one_task_is_solved_up_to_a_threshold_and_then_shrinks(variance, radius, weight):
    configuration = of_classes(3, [(1.0, variance, [2.0, 0, 1.0])], {"radius": radius, "weight": weight})
    solution = solved(configuration)
    root, centre = variance**0.5, np.array([2.0, 0, 1.0])
    crossed = weight * radius * root * MEAN
    share = 1.0
    if radius > MEAN * root:
        square = (1 + weight) * variance
        share = np.clip((square - crossed) / (square - 2 * crossed + weight * radius**2), 0, 1)
    adapted = solution.theta - 0.3 * variance * (solution.theta - centre)
    np.testing.assert_allclose(adapted, share * centre, atol=1e-13)
    assert any("solved in full" in note for note in solution.notes) == (share == 1)
    assert any("given up" in note for note in solution.notes) == (share == 0)


def mean_loss(theta, configuration, radius, weight):
    """The objective where nothing varies, written out class by class."""
    total, step = 0.0, float(configuration.inner_loop.step_size)
    for item in configuration.mixture.classes:
        adapted = theta
        for _ in range(configuration.inner_loop.steps):
            adapted = adapted - step * item.covariance @ (adapted - item.centre)
        error = adapted - item.centre
        s, t = (error @ item.covariance @ error + item.noise) ** 0.5, np.linalg.norm(adapted)
        robust = (s**2 + 2 * radius * MEAN * s * t + radius**2 * t**2) / 2
        total += item.weight * (s**2 / 2 + weight * robust)
    return total


@pytest.mark.parametrize("steps", [1, 2])
def test_the_exact_minimum_is_that_of_a_direct_search(steps):
    table = {"radius": 1.2, "weight": 1}
    classes = [
        (0.3, [[1.0, 0.3], [0.3, 0.5]], [1.0, 0.5], 0, 0.1),
        (0.7, [[0.4, -0.1], [-0.1, 0.9]], [-0.5, 2], 0, 0),
    ]
    configuration = of_classes(2, classes, table, steps=steps)
    found = minimize(
        mean_loss, [0.1, 0.1], args=(configuration, 1.2, 1), method="Nelder-Mead",
        options={"xatol": 1e-10, "fatol": 1e-15, "maxiter": 4000, "maxfev": 8000},
    )  # fmt: skip
    solution = solved(configuration)
    np.testing.assert_allclose(solution.theta, found.x, atol=1e-7)
    assert solution.error is None


def sampled_minimum(configuration, radius, weight, tasks, seed):
    """Minimise the objective on tasks and raw data that are drawn here."""
    mixture, loop, rng = configuration.mixture, configuration.inner_loop, np.random.default_rng(seed)
    maps = []
    for item in mixture.classes:
        count = round(tasks * item.weight)
        optima = rng.multivariate_normal(item.centre, item.spread, count)
        propagator, moved = np.eye(mixture.dimension)[None], np.zeros((count, mixture.dimension))
        for step in range(loop.steps):
            if step == 0 or loop.data == "fresh":
                inputs = rng.multivariate_normal(np.zeros(mixture.dimension), item.covariance, (count, loop.samples))
                noise = item.noise**0.5 * rng.standard_normal((count, loop.samples))
                hessian = np.einsum("nmi,nmj->nij", inputs, inputs) / loop.samples
                push = np.einsum("nmi,nm->ni", inputs, noise) / loop.samples
            propagator = propagator - loop.step_size * hessian @ propagator
            moved = moved - loop.step_size * (np.einsum("nij,nj->ni", hessian, moved) - push)
        maps.append((item, propagator, moved, optima))

    def value_and_slope(theta):
        value, slope = 0.0, np.zeros_like(theta)
        for item, propagator, moved, optima in maps:
            errors = np.einsum("nij,nj->ni", propagator, theta - optima) + moved
            points, pulled = errors + optima, errors @ item.covariance
            s = (np.einsum("ni,ni->n", errors, pulled) + item.noise) ** 0.5
            # In one dimension a search may end exactly where a draw's adapted parameters are 0.
            t = np.maximum(np.linalg.norm(points, axis=1), 1e-300)
            value += item.weight * np.mean(
                (1 + weight) * s**2 / 2 + weight * (radius * MEAN * s * t + radius**2 * t**2 / 2)
            )
            outer = (1 + weight + weight * radius * MEAN * t / s)[:, None] * pulled
            outer = outer + weight * (radius * MEAN * s / t + radius**2)[:, None] * points
            slope += item.weight * np.einsum("ni,nij->j", outer, propagator) / len(outer)
        return value, slope

    return minimize(value_and_slope, mixture.weights @ mixture.centres, jac=True, tol=1e-9).x


SAMPLED = {
    "T1, reused": t1({"r_maml": {"weight": 1}}, steps=2),
    "T0": t0({"r_maml": {"weight": 1}}),
    "one dimension": of_classes(
        1, [(0.4, 1.0, 1.0, 0.1, 0.2), (0.6, 0.3, -0.5, 0.3, 0.1)], {"weight": 1}, samples=5, data="fresh", steps=2
    ),
}


@pytest.mark.parametrize("bed", SAMPLED)
def test_the_minimum_is_that_of_an_objective_on_raw_data(bed):
    configuration = SAMPLED[bed]
    found = np.array([sampled_minimum(configuration, 1.0, 1.0, 4000, seed) for seed in range(16)])
    solution = solved(configuration)
    spread = np.hypot(found.std(axis=0, ddof=1) / 4, solution.error)
    # Student's t with 15 degrees of freedom: 7.9 is exceeded with a probability of 1e-6.
    assert (np.abs(found.mean(axis=0) - solution.theta) < 7.9 * spread + 1e-12).all()
    maml = evaluated_problem(configuration).evaluated.theta_maml
    assert (np.abs(found.mean(axis=0) - maml) > 10 * spread).any()


@pytest.mark.parametrize("wrong", ["product", "norm"])
def test_a_loss_without_one_of_its_terms_is_noticed(wrong, monkeypatch):
    configuration = SAMPLED["T0"]
    found = np.array([sampled_minimum(configuration, 1.0, 1.0, 4000, seed)[0] for seed in range(8)])
    whole = AttackedLoss.trained(1, 1)
    monkeypatch.setattr(AttackedLoss, "trained", lambda *_: replace(whole, **{wrong: 0.0}))
    assert abs(found.mean() - solved(configuration).theta[0]) > 20 * found.std(ddof=1) / 8**0.5


@pytest.mark.parametrize("table", [{"radius": 0}, {"weight": 0}, {"radius": 0, "inner": True}])
def test_without_an_attack_it_is_maml(table):
    found = placed(t1({"r_maml": table}, samples="inf"))
    assert found.regret_to_maml == 0


def test_a_point_of_rest_on_the_line_of_centres_is_on_it_exactly():
    solution = placed(T0)
    assert symmetric_subspace(T0.mixture).shape == (5, 1)
    assert symmetric_subspace(T1.mixture).shape == (4, 4)
    np.testing.assert_array_equal(solution.solution.theta[1:], 0)
    assert 0.272 < solution.tilt < 0.5


def test_few_samples_leave_the_solution_of_a_single_task_where_it_is():
    solution = solved(of_classes(2, [(1.0, 1.0, [1.0, 0])], {"radius": 0.5, "weight": 1}, samples=5))
    np.testing.assert_allclose(solution.theta, [1.0, 0], atol=1e-14)
    assert solution.notes == ("at a kink: the tasks of class 'class0' are solved in full",)
    assert solution.error is None


def test_the_robust_loss_is_smaller_than_mamls():
    attacked, maml = t1({"r_maml": {"weight": 1}}), t1({"r_maml": {"weight": 1e-9}})
    assert solved(attacked).learned["robust_loss"] < solved(maml).learned["robust_loss"] - 0.1
    assert solved(attacked).risk > solved(maml).risk


# attacked inner steps, and outer gradients that are not taken back


def test_without_an_attack_first_order_is_fomaml():
    configuration = t1({"r_maml": {"first_order": True, "weight": 0}})
    fomaml = place(configuration.method("fomaml"), evaluated_problem(configuration)).solution
    np.testing.assert_allclose(solved(configuration).theta, fomaml.theta, atol=1e-10)


def test_first_order_says_where_it_is_unstable():
    solution = solved(t0({"r_maml": {"first_order": True}}, step_size=1.2))
    assert solution.notes == ("no stable point of rest was found",)


def both(theta, configuration, radius, weight):
    """The objective of attacked inner steps on the population, by numerical gradients of the inner loss."""
    total, step = 0.0, float(configuration.inner_loop.step_size)
    for item in configuration.mixture.classes:

        def loss(point, item=item):
            error = point - item.centre
            s, t = (error @ item.covariance @ error + item.noise) ** 0.5, np.linalg.norm(point)
            return s**2 / 2 + weight * (s**2 + 2 * radius * MEAN * s * t + radius**2 * t**2) / 2

        slope = np.array([(loss(theta + h) - loss(theta - h)) / 2e-5 for h in 1e-5 * np.eye(len(theta))])
        total += item.weight * loss(theta - step / (1 + weight) * slope)
    return total


TWO = [(0.5, 1.0, [1.0, 0.2], 0, 0.1), (0.5, 0.5, [0.1, 1.5], 0, 0.2)]


def test_attacked_inner_steps_rest_at_minima_and_no_other_is_found():
    table = {"radius": 1, "weight": 1, "inner": True}
    configuration = of_classes(2, TWO, table)
    solution, rng = solved(configuration), np.random.default_rng(4)
    rests = solution.branches or (solution.theta,)
    starts = 1.5 * rng.standard_normal((12, 2))
    ends = [
        minimize(both, start, args=(configuration, 1, 1), method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-13})
        for start in starts
    ]
    # Where a search stops at 0 the objective jumps; it has no derivative there.
    inside = [end for end in ends if np.linalg.norm(end.x) > 0.1]
    assert len(inside) >= 6
    for end in inside:
        assert min(np.abs(end.x - rest).max() for rest in rests) < 1e-4


def test_attacked_inner_steps_and_plain_ones_differ():
    plain, attacked = (solved(of_classes(2, TWO, {"weight": 1, "inner": inner})) for inner in (False, True))
    assert np.abs(plain.theta - attacked.theta).max() > 0.05


@pytest.mark.parametrize(
    ("configuration", "words"),
    [
        (t0({"r_maml": {"inner": True}}), "inner: got true with adaptation.samples = 8; must be false"),
        (
            of_classes(1, [(1.0, 1.0, 1.0)], {"inner": True}),
            "inner: got true with class 'class0', which has neither label noise nor spread",
        ),
        (
            of_classes(300, [(1.0, 1.0, 1.0)], {}, samples=5),
            "got dimension = 300 with 1 classes whose tasks or data vary; must be at most 181",
        ),
    ],
)
def test_what_it_says_nothing_about_is_refused(configuration, words):
    with pytest.raises(UnsupportedError, match=words):
        solved(configuration)


def test_near_0_attacked_inner_steps_have_no_point_of_rest_that_can_be_told():
    classes = [(0.5, 1.0, [0.0, 0], 0.3, 0.1), (0.5, 0.5, [0.0, 0], 0.1, 0.1)]
    solution = solved(of_classes(2, classes, {"weight": 1, "inner": True}))
    assert not solution.exists
    assert "attacked inner steps jump at 0" in solution.notes[0]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"radius": -1}, r"method\.r_maml\.radius: got -1; must be a number of at least 0"),
        ({"weight": -0.1}, r"method\.r_maml\.weight: got -0\.1; must be a number of at least 0"),
        ({"inner": 1}, r"method\.r_maml\.inner: got 1; must be true or false"),
        ({"epsilon": 1}, r"method\.r_maml\.epsilon: got 1 \(unknown key\); must be one of the keys radius, weight"),
    ],
)
def test_what_the_keys_may_be_is_said(table, words):
    with pytest.raises(ConfigurationError, match=words):
        t0({"r_maml": table})


def test_a_class_that_never_occurs_changes_nothing():
    document = t0().to_mapping()
    absent = {**document["task_class"][0], "name": "absent", "weight": 0.0, "noise": 0.0, "spread": 0.0}
    with_absent = Configuration.from_mapping(document | {"task_class": [*document["task_class"], absent]})
    np.testing.assert_array_equal(solved(with_absent).theta, solved(T0).theta)
