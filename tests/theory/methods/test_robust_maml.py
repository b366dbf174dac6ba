"""Robust MAML: the learned step size against a grid, the buffer against a simulated one and against convex solvers."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize

from numerics.solutions import evaluated_problem, place
from theory.errors import ConfigurationError
from theory.methods.buffer import Buffer, replayed_shares
from theory.methods.learned_step import RiskAlongSteps, best_steps

_spec = importlib.util.spec_from_file_location("testbeds", Path(__file__).parents[2] / "testbeds.py")
testbeds = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(testbeds)

T0, T1, t0, t1 = testbeds.T0, testbeds.T1, testbeds.t0, testbeds.t1


def placed(configuration):
    return place(configuration.method("robust_maml"), evaluated_problem(configuration))


def least_risk(problem, step_size):
    """The least excess risk with this step size, by the derived Q of that step size itself."""
    curvatures, floors = problem.adapted(replace(problem.inner_loop, step_size=step_size))
    mixture = problem.mixture
    weighted = mixture.weights[:, None, None] * curvatures
    moment = (weighted @ mixture.centres[..., None])[..., 0].sum(axis=0)
    theta = np.linalg.solve(weighted.sum(axis=0), moment)
    return mixture.weights @ problem.class_risks(theta, curvatures, floors), theta


def test_the_step_size_of_the_note():
    (size,) = placed(T0).solution.learned["step_size"]
    assert size == pytest.approx(0.5519, abs=5e-5)


@pytest.mark.parametrize(
    "configured",
    [T0, T1, t1(steps=2), t1(steps=3, data="fresh"), t0(steps=3), t0(samples="inf")],
    ids=["T0", "T1", "reused", "fresh", "three", "population"],
)
def test_no_step_size_nearby_is_better(configured):
    problem, solution = evaluated_problem(configured), placed(configured).solution
    (size,) = solution.learned["step_size"]
    risk, theta = least_risk(problem, size)
    assert solution.risk == pytest.approx(risk, rel=1e-12)
    np.testing.assert_allclose(solution.theta, theta, atol=1e-9)
    assert all(least_risk(problem, size * (1 + h))[0] > risk for h in (-0.01, -1e-4, 1e-4, 0.01))
    assert solution.risk <= problem.evaluated.risk_maml


def test_a_slope_without_the_noise_floor_is_noticed():
    problem = evaluated_problem(T1)
    along = RiskAlongSteps.of(problem)
    silent = replace(along, noise_floors=along.noise_floors.__class__([0.0, 1.0, 2.0], np.zeros((3, 3))))
    (size,) = best_steps(silent)
    risk, _ = least_risk(problem, size)
    assert least_risk(problem, size * 0.99)[0] < risk


def test_tasks_that_are_all_alike_have_no_best_step_size():
    tables = {
        "dimension": 2,
        "adaptation": {"step_size": 0.5, "samples": 4},
        "task_class": [{"weight": 1.0, "covariance": 1.0, "centre": [1, 0]}],
    }
    solution = placed(type(T0).from_mapping(tables)).solution
    assert not solution.exists
    assert "nothing to adapt to" in solution.notes[0]


@pytest.mark.parametrize(("share", "tilt"), [(0.125, 0.3245), (0.25, 0.3624), (0.5, 0.3624), (0.75, 0.3624)])
def test_the_hard_buffer_goes_to_the_minimax_point_and_stops_there(share, tilt):
    assert placed(t0({"robust_maml": {"buffer": "hard", "share": share}})).tilt == pytest.approx(tilt, abs=5e-5)


@pytest.mark.parametrize("share", [0.125, 0.25, 0.5])
@pytest.mark.parametrize("configured", [t0, t1])
def test_the_hard_buffer_minimises_average_and_worst_class_together(configured, share):
    configuration = configured({"robust_maml": {"buffer": "hard", "share": share}})
    problem, solution = evaluated_problem(configuration), placed(configuration).solution
    curvatures, floors = problem.adapted()

    def objective(theta):
        risks = problem.class_risks(theta, curvatures, floors)
        return (1 - share) * problem.mixture.weights @ risks + share * risks.max()

    options = {"xatol": 1e-10, "fatol": 1e-14, "maxiter": 20_000, "maxfev": 20_000}
    found = minimize(objective, solution.theta + 0.05, method="Nelder-Mead", options=options)
    assert objective(solution.theta) <= found.fun + 1e-12
    assert objective(problem.evaluated.theta_maml) > objective(solution.theta) + 1e-5


def test_the_easy_buffer_has_a_branch_for_each_class_that_stays_the_easiest():
    solution = placed(t0({"robust_maml": {"buffer": "easy", "share": 0.25}})).solution
    tilts = sorted((1 - theta[0]) / 2 for theta in solution.branches)
    assert tilts == pytest.approx([0.1832, 0.3838], abs=1e-4)
    assert "2 points of rest" in solution.notes[0]
    only = placed(t0({"robust_maml": {"buffer": "easy", "share": 0.125}}))
    assert only.tilt == pytest.approx(0.2252, abs=5e-5)


def simulated_shares(frequencies, batch, replayed, first, rounds=20_000):
    """Run the buffer itself, on classes that are already in the order of their ranking."""
    rng, kept, total = np.random.default_rng(0), np.zeros(replayed, int), np.zeros(len(frequencies))
    for at in range(rounds):
        new = rng.choice(len(frequencies), batch - replayed, p=frequencies)
        kept = np.sort(np.concatenate([new, kept]))[first : first + replayed]
        if at >= rounds // 10:
            total += np.bincount(kept, minlength=len(frequencies)) / replayed
    return total / (rounds - rounds // 10)


@pytest.mark.parametrize("first", [0, 6], ids=["end", "middle"])
def test_the_shares_of_the_replays_are_those_of_a_buffer_that_is_run(first):
    frequencies = np.array([0.35, 0.3, 0.35])
    derived = replayed_shares(frequencies, 16, 4, first)
    np.testing.assert_allclose(derived, simulated_shares(frequencies, 16, 4, first), atol=0.015)
    assert derived.sum() == pytest.approx(1)
    assert np.abs(derived - simulated_shares(frequencies, 16, 4, 12, rounds=4000)).max() > 0.3


def test_the_medium_buffer_takes_the_part_replayed_off_rare_outliers():
    frequencies = np.array([0.45, 0.35, 0.2])
    np.testing.assert_allclose(replayed_shares(frequencies, 256, 128, 64)[2], 0, atol=1e-6)


def test_every_point_of_rest_keeps_the_ranking_that_leads_to_it():
    problem = evaluated_problem(T1)
    for kind in ("medium", "easy"):
        buffer = Buffer(problem, kind, 16, 4)
        for rest in buffer.rests():
            np.testing.assert_allclose(rest.theta, buffer.optimum(rest.masses))
            assert rest.masses.sum() == pytest.approx(1)
            assert rest.replays.min() > -1e-9


def test_without_replays_it_is_maml():
    assert placed(t0({"robust_maml": {"buffer": "hard", "share": 0}})).regret_to_maml == 0
    fixed = placed(t0({"robust_maml": {"learn_step_size": False}}))
    assert fixed.regret_to_maml == 0


def test_a_share_that_makes_no_whole_number_of_tasks_is_said_to_be_rounded():
    solution = placed(t0({"robust_maml": {"buffer": "hard", "share": 0.1}})).solution
    assert solution.notes == ("of 16 tasks 2 are replayed, the nearest whole number to the share",)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"buffer": "hardest"}, '"none", "hard", "medium" or "easy"'),
        ({"share": 1}, "at least 0 and below 1"),
        ({"learn_step_size": 1}, "true or false"),
        ({"buffer": "easy", "learn_step_size": True}, 'got true with buffer = "easy"; must be false or absent'),
    ],
)
def test_parameters_that_do_not_fit_are_refused(table, words):
    with pytest.raises(ConfigurationError, match=words):
        t0({"robust_maml": table}).method("robust_maml")
