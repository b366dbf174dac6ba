"""Stateful learners: the bias of a finite outer step size is extrapolated away, errors are stated, faults caught."""

import importlib.util
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from numerics import chains
from numerics.methods.learner import Recipe, StatefulLearner
from numerics.settling import settle
from theory.errors import ConfigurationError, DivergenceError
from theory.mixture import InnerLoop, Mixture, TaskClass

_spec = importlib.util.spec_from_file_location("testbeds", Path(__file__).parents[1] / "testbeds.py")
testbeds = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(testbeds)

#: One class whose tasks differ: an update that is bent has a bias of the order of the step size.
LOOP = InnerLoop(0.5, 4)
MIXTURE = Mixture((TaskClass("only", 1.0, np.eye(2), np.array([1.0, -0.5]), 0.5 * np.eye(2), 0.0),))


@dataclass(frozen=True)
class Bent(StatefulLearner):
    """Descends exp(theta) - theta exp(theta*) coordinatewise on average, and counts its steps."""

    recipe = Recipe(step_size=0.2, outer_steps=400, batch=2, chains=64)
    name = "bent"
    inner_loop: InnerLoop = LOOP
    dimension = 2

    def start(self, theta):
        return np.concatenate([theta, np.zeros((len(theta), 1))], axis=-1)

    def draw(self, sampler, rng, shape):
        from numerics.methods.learner import Episodes

        return Episodes(sampler.tasks(rng, shape), ())

    def learned(self, state):
        return {"average": state[..., 2:]}

    def advance(self, state, episodes, size):
        theta = state[..., :2]
        optima = episodes.tasks.optima.mean(axis=-2)
        gradient = np.exp(theta / 2) - np.exp(optima / 2)
        average = state[..., 2:] + size * (theta.sum(axis=-1, keepdims=True) - state[..., 2:])
        return np.concatenate([theta - size * gradient, average], axis=-1)


def expected():
    # E exp(x / 2) for a mean over two tasks: variance 1/4 per coordinate.
    return 2 * np.log(np.exp(MIXTURE.centres[0] / 2 + 0.25 / 8))


def test_the_bias_of_a_finite_step_is_extrapolated_away():
    run = settle(Bent(), MIXTURE, seed=3)

    allowed = 6 * run.standard_error + run.bias_error
    assert np.all(np.abs(run.theta - expected()) <= allowed)
    assert allowed.max() < 0.05
    value, error, bias = run.learned["average"]
    assert np.all(np.abs(value - expected().sum()) <= 6 * error + bias)
    assert run.step_sizes == (0.2, 0.1, 0.05)
    assert run.outer_steps == (400, 800, 1600)


def test_a_wrong_expectation_is_caught():
    run = settle(Bent(), MIXTURE, seed=3)

    assert np.any(np.abs(run.theta - expected() - 0.1) > 6 * run.standard_error + run.bias_error)


def interrupted(monkeypatch, after):
    monkeypatch.setattr(chains, "_BLOCK_STEPS", 1)

    def interrupt(done, total):
        if done == after:
            raise KeyboardInterrupt

    return settle(Bent(), MIXTURE, seed=3, progress=interrupt)


@pytest.mark.parametrize(("after", "taken"), [(400, (400, 0, 0)), (900, (400, 500, 0)), (1300, (400, 800, 100))])
def test_an_interrupt_keeps_what_there_is(monkeypatch, after, taken):
    run = interrupted(monkeypatch, after)

    assert (run.interrupted, run.converged, run.outer_steps) == (True, False, taken)
    assert np.all(np.abs(run.theta - expected()) <= 6 * run.standard_error + run.bias_error + 0.05)
    assert all(np.isfinite(part).all() for part in run.learned["average"])


def test_an_interrupt_before_there_is_an_average_keeps_where_the_chains_are(monkeypatch):
    run = interrupted(monkeypatch, 1)

    assert (run.interrupted, run.converged, run.outer_steps) == (True, False, (1, 0, 0))
    np.testing.assert_allclose(run.bias_error, np.abs(run.theta - MIXTURE.centres[0]))
    assert run.bias_error.min() > 0


def test_the_same_seed_repeats_the_run_and_another_does_not():
    first, again, other = (settle(Bent(), MIXTURE, seed=seed, outer_steps=40) for seed in (1, 1, 2))

    np.testing.assert_array_equal(first.theta, again.theta)
    assert np.any(first.theta != other.theta)


@dataclass(frozen=True)
class Runaway(Bent):
    def advance(self, state, episodes, size):
        return 2 * state + 1


def test_a_run_that_diverges_is_stopped():
    with pytest.raises(DivergenceError, match=r"bent diverged within .* steps at the outer step size 0.2"):
        settle(Runaway(), MIXTURE)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"outer_steps": 3}, "outer_steps = 3: must be at least 4"),
        ({"chains": 1}, "chains = 1: must be at least 4"),
        ({"batch": 0}, "batch = 0: must be at least 1"),
        ({"step_size": 0.0}, "step_size = 0.0: must be finite and above 0"),
        ({"step_size": float("nan")}, "step_size = nan: must be finite and above 0"),
    ],
)
def test_arguments_out_of_range_are_refused(options, message):
    with pytest.raises(ConfigurationError, match=message):
        settle(Bent(), MIXTURE, **options)


def test_progress_is_told_to_the_end():
    told = []
    settle(Bent(), MIXTURE, outer_steps=40, progress=lambda done, total: told.append((done, total)))

    assert told[-1] == (280, 280)


def test_a_run_that_still_moves_has_not_converged():
    settled, moving = (
        settle(Bent(), MIXTURE, seed=3, start=[9.0, 9.0], outer_steps=steps, step_size=size)
        for steps, size in ((400, 0.2), (40, 0.01))
    )

    assert settled.converged
    assert not moving.converged
    assert moving.drift > moving.allowed_drift > 3
