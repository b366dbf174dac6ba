"""Ten thousand true nulls and thousands of planted errors go through the machinery, and it keeps what it promises.

Each repeat of a trial stands for a run of its own, which stops at its first rejection, the worst moment there is. Seeds
are fixed: a calibration is about the method, and its numbers are the same on every run. The bounds are exact binomial
ones, which a method that keeps its promise exceeds with a probability of 1e-9.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from scipy import stats

from numerics.adaptation import adapt, draw_data
from numerics.closed_form import evaluate
from numerics.measurement import critical_value
from numerics.sampling import Sampler, streams
from numerics.sequential import GROWTH, samples_at
from proofs_check.simulation.checks import Check
from proofs_check.simulation.deviation import POWER, Deviation, jackknife
from proofs_check.simulation.looking import Site, look_until_settled
from proofs_check.simulation.workbench import Measuring, Workbench
from theory.mixture import InnerLoop, Mixture, TaskClass

REPEATS, LOOKS = 2_000, 4
LEVELS = (0.05, 0.01)
MIXTURE = Mixture(
    (
        TaskClass("easy", 0.5, np.eye(1), np.zeros(1), 0.5 * np.eye(1), 0.25),
        TaskClass("hard", 0.5, 0.25 * np.eye(1), np.ones(1), 0.25 * np.eye(1), 0.25),
    )
)
LOOP = InnerLoop(0.5, 10)


def most(repeats, probability):
    """Return the number that a binomial count exceeds with a probability of 1e-9."""
    return int(stats.binom.isf(1e-9, repeats, probability))


def mean(means):
    return means[..., 0]


def ratio(means):
    return means[..., 1] / means[..., 0]


def squared(means):
    return means[..., 0] ** 2


def exponential(rng, shape):
    return rng.exponential((1.0, 2.0), (*shape, 2))


def normal(rng, shape):
    return rng.standard_normal((*shape, 1))


def cubed(rng, shape):
    return 1 + rng.standard_normal((*shape, 1)) ** 3


def risks(rng, shape):
    """Draw excess risks after adaptation from 0.2: products of Gaussians."""
    source = Sampler(MIXTURE)
    tasks = source.tasks(rng, shape)
    data = draw_data(source, rng, tasks, LOOP)
    return tasks.excess(adapt(np.array([0.2]), data, float(LOOP.step_size)))[..., None]


@dataclass(frozen=True)
class Trial:
    """Repeated measurements of a function of means, whose true value is known."""

    draw: object
    value: object
    true: float
    blocks: int
    size: int
    repeats: int = REPEATS

    def looks(self):
        """Yield jackknife replicates, shape (repeats, 1 + blocks), as the blocks grow from look to look."""
        means = None
        for look, rng in enumerate(streams(2022, LOOKS)):
            new = samples_at(look, self.size) - (samples_at(look - 1, self.size) if look else 0)
            portions = np.array_split(np.arange(self.repeats), max(1, self.repeats * self.blocks * new // 2**21))
            drawn = np.concatenate([self.draw(rng, (len(part), self.blocks, new)).mean(axis=2) for part in portions])
            means = drawn if means is None else drawn + (means - drawn) / GROWTH
            yield self.value(np.moveaxis(jackknife(np.moveaxis(means, 1, 0)), 0, 1))


TRIALS = {
    "normal": Trial(normal, mean, 0.0, 256, 1),
    "few degrees of freedom": Trial(normal, mean, 0.0, 16, 1),
    "exponential": Trial(exponential, mean, 1.0, 64, 1),
    "ratio of exponentials": Trial(exponential, ratio, 2.0, 64, 2),
    "square at its minimum": Trial(normal, squared, 0.0, 64, 1),
    "cubes of normals": Trial(cubed, mean, 1.0, 64, 2),
    "adapted risks": Trial(risks, mean, float(evaluate(MIXTURE, LOOP).risk(np.array([0.2]))), 64, 1, 1_000),
}


@cache
def replicates(name):
    return list(TRIALS[name].looks())


def judged(found, stated, level):
    """Let every repeat look again and again, until it rejects: each is a claim of its own, at a level of its own."""

    def site(repeat):
        def checks(measuring):
            deviation = Deviation.of_replicates("it", found[measuring.look][repeat], stated[repeat])
            return [Check("it", f"repeat {repeat}", (deviation,))]

        return Site(checks, first=1)

    count = len(stated)
    return look_until_settled(
        [site(repeat) for repeat in range(count)],
        Measuring(Workbench(), 0),
        tasks=samples_at(LOOKS - 1, 1),
        precision=0,
        false_alarm=level * count,  # undoes Bonferroni's division
    )


def rejected(items):
    return sum(item.verdict is False for item in items)


def nulls(trial):
    return np.full(trial.repeats, trial.true)


@cache
def true_nulls(name, level):
    return judged(replicates(name), nulls(TRIALS[name]), level)


def naive(found, true, level):
    """Count the repeats that a test at the same level at every look rejects at some look."""
    alarms = np.zeros(len(found[0]), dtype=bool)
    for row in found:
        differences = row - true
        blocks = differences.shape[1] - 1
        errors = np.sqrt((blocks - 1) * differences[:, 1:].var(axis=1))
        alarms |= np.abs(differences[:, 0]) > critical_value(1, blocks - 1, level) * errors
    return int(alarms.sum())


def test_there_are_as_many_true_nulls_as_promised():
    assert sum(trial.repeats for trial in TRIALS.values()) >= 10_000


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", TRIALS)
def test_whoever_stops_at_the_first_rejection_raises_no_more_alarms_than_allowed(name, level):
    trial = TRIALS[name]
    items = true_nulls(name, level)
    assert rejected(items) <= most(trial.repeats, level)
    # Not because nothing is ever decided: most could have rejected, and looked until the end.
    assert sum(item.settled[0].decidable for item in items) > 0.25 * trial.repeats
    assert {item.settled[0].look for item in items if item.verdict is None} == {LOOKS - 1}


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", [name for name in TRIALS if name != "square at its minimum"])
def test_a_test_at_the_same_level_at_every_look_raises_more(name, level):
    trial = TRIALS[name]
    assert naive(replicates(name), trial.true, level) > most(trial.repeats, level)


@pytest.mark.parametrize("level", LEVELS)
def test_so_does_this_machinery_where_each_look_spends_all_of_the_budget(monkeypatch, level):
    monkeypatch.setattr("proofs_check.simulation.deviation.share", lambda look: 1.0)
    trial = TRIALS["normal"]
    assert rejected(judged(replicates("normal"), nulls(trial), level)) > most(trial.repeats, level)


@pytest.mark.parametrize("name", TRIALS)
def test_an_error_of_the_size_that_the_last_look_states_is_caught_and_half_of_it_is_often_missed(name):
    trial, level = TRIALS[name], LEVELS[-1]
    last = [item.settled[0] for item in true_nulls(name, level)]
    reached = [repeat for repeat, one in enumerate(last) if one.decidable and one.look == LOOKS - 1]
    found = [row[reached] for row in replicates(name)]
    sides = np.resize([1.0, -1.0], len(reached))
    sizes = sides * [last[repeat].detectable for repeat in reached]
    allowed = most(len(reached), 1 - POWER)
    assert len(reached) - rejected(judged(found, trial.true + sizes, level)) <= allowed
    assert len(reached) - rejected(judged(found, trial.true + sizes / 2, level)) > allowed


def test_prolonging_a_run_takes_no_rejection_back():
    """Whoever rejects at one of the first two looks does so whatever comes after them."""
    name, level = "ratio of exponentials", LEVELS[0]
    found, trial = replicates(name), TRIALS[name]
    short = judged([*found[:2], *[found[1]] * (LOOKS - 2)], nulls(trial), level)
    stopped = [repeat for repeat, item in enumerate(short) if item.verdict is False and item.settled[0].look < 2]
    assert stopped
    assert all(true_nulls(name, level)[repeat].settled == short[repeat].settled for repeat in stopped)
