"""Chains remember what the averages need, however their steps are cut into blocks and their number into groups."""

from dataclasses import dataclass

import numpy as np
import pytest

from numerics import chains as chains_module
from numerics.chains import Chains, log_spaced
from numerics.methods import Learner
from numerics.sampling import Sampler
from theory.mixture import InnerLoop


@dataclass(frozen=True)
class Marching(Learner):
    """Moves by the step size at every step, whatever the episode: its averages are known."""

    name = "marching"

    def gradient(self, theta, episodes):
        return np.zeros_like(theta) - np.ones_like(episodes.tasks.optima)


@pytest.mark.parametrize("steps", [4, 7, 64, 100, 1000])
@pytest.mark.parametrize("bytes_held", [1, 2**20])
def test_quarters_are_averages_over_the_last_half(configured, monkeypatch, steps, bytes_held):
    monkeypatch.setattr(chains_module, "_BLOCK_BYTES", bytes_held)
    monkeypatch.setattr(chains_module, "_GROUP_BYTES", bytes_held)
    starts = np.arange(6.0).reshape(3, 2)
    run = Chains(
        Marching(InnerLoop(0.5, 4)), Sampler(configured(2).mixture), starts, 2, steps, np.random.SeedSequence(1)
    )

    for done in run.blocks(np.ones(steps)):
        assert run.done == done

    tail = run.tail()
    path = starts + np.arange(1, steps + 1)[:, None, None]
    # Quarters of segments: of equal length only where the segments are.
    middles = range(tail.burn_in + 1, steps)
    halves = [(path[tail.burn_in : middle].mean(axis=0), path[middle:].mean(axis=0)) for middle in middles]
    assert abs(tail.burn_in - steps / 2) <= 1
    assert any(np.allclose(tail.third, third) and np.allclose(tail.fourth, fourth) for third, fourth in halves)
    assert abs(np.mean(tail.fourth - tail.third) - steps / 4) <= 1
    recorded, positions = run.trajectory()
    np.testing.assert_array_equal(recorded, log_spaced(steps))
    np.testing.assert_array_equal(positions, np.concatenate([starts[None], path])[recorded])


@pytest.mark.parametrize("steps", [1, 5, 1000])
def test_steps_are_recorded_from_the_first_to_the_last(steps):
    recorded = log_spaced(steps)

    assert recorded[0] == 0
    assert recorded[-1] == steps
    assert np.all(np.diff(recorded) > 0)
    assert len(recorded) <= 101


def test_there_are_no_quarters_of_nothing(configured):
    run = Chains(
        Marching(InnerLoop(0.5, 4)), Sampler(configured(2).mixture), np.zeros((3, 2)), 2, 100, np.random.SeedSequence(1)
    )

    assert run.tail() is None
