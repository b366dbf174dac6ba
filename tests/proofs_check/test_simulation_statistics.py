"""What the simulation promises of its errors: few false alarms, the stated power, no decision where tails forbid one.

Seeds are fixed: a calibration is about the method, and the numbers it yields are the same on every run.
"""

from dataclasses import replace

import numpy as np
import pytest
import sympy as sp

from numerics.sampling import streams
from proofs_check.budget import budget_named
from proofs_check.simulate import simulate_claim
from proofs_check.simulation.deviation import Deviation, jackknife, settle
from proofs_check.simulation.workbench import controlled_blocks
from proofs_check.verdict import Outcome
from theory.claim import Statement, builtin_claims

CLAIMS = {claim.name.removeprefix("collins2022."): claim for claim in builtin_claims()}
REPEATS, BLOCKS, LEVEL = 600, 128, 0.05
# Five standard deviations above the expected number of false alarms.
MOST_ALARMS = REPEATS * LEVEL + 5 * np.sqrt(REPEATS * LEVEL)


@pytest.fixture
def rng():
    return np.random.default_rng(20101467)


def settled(deviations):
    # Every repeat stands for a run of its own: Bonferroni's division by their number is undone.
    return settle(deviations, LEVEL * len(deviations))


def block_means(rng, *, tasks=32):
    """Means over blocks of two skewed quantities, 1 and 2 on average."""
    return rng.exponential((1.0, 2.0), (BLOCKS, tasks, 2)).mean(axis=1)


def ratio(rng):
    means = jackknife(block_means(rng))
    return means[:, 1] / means[:, 0]


def test_a_mean_is_compared_by_students_t(rng):
    means = block_means(rng)[:, 0]
    deviation = Deviation.of_replicates("mean", jackknife(means), 1.0)
    assert deviation.difference == pytest.approx(means.mean() - 1)
    assert deviation.standard_error == pytest.approx(means.std(ddof=1) / np.sqrt(BLOCKS))
    third = ((means - means.mean()) ** 3).mean() / means.std() ** 3
    assert deviation.skewness == pytest.approx(third / np.sqrt(BLOCKS))
    assert deviation.bias == pytest.approx(0, abs=1e-12)


def test_a_nonlinear_function_of_means_raises_no_more_alarms_than_stated(rng):
    found = settled([Deviation.of_replicates("ratio", ratio(rng), 2.0) for _ in range(REPEATS)])
    assert 0 < sum(item.sign != 0 for item in found) <= MOST_ALARMS


def test_an_error_of_the_stated_size_is_caught_with_the_stated_power(rng):
    deviations = [Deviation.of_replicates("ratio", ratio(rng), 2.0) for _ in range(REPEATS)]
    sizes = [item.detectable for item in settled(deviations)]
    shifted = [Deviation.of_replicates("ratio", ratio(rng), 2.0 - size) for size in sizes]
    # One in a thousand is missed, and the sizes themselves are estimates.
    assert sum(item.sign != 1 for item in settled(shifted)) <= 10


def test_half_of_that_error_is_often_missed(rng):
    deviations = [Deviation.of_replicates("ratio", ratio(rng), 2.0) for _ in range(REPEATS)]
    sizes = [item.detectable / 2 for item in settled(deviations)]
    shifted = [Deviation.of_replicates("ratio", ratio(rng), 2.0 - size) for size in sizes]
    assert sum(item.sign != 1 for item in settled(shifted)) > 10


def test_a_quantity_at_its_minimum_raises_no_alarm_although_its_estimate_is_biased(rng):
    squares = [jackknife(rng.normal(size=BLOCKS)) ** 2 for _ in range(REPEATS)]
    found = settled([Deviation.of_replicates("square", square, 0.0) for square in squares])
    assert sum(item.sign != 0 for item in found) <= REPEATS * LEVEL


def test_heavy_tails_are_no_ground_for_a_decision(rng):
    means = rng.lognormal(0, 2.5, (BLOCKS, 8)).mean(axis=1)
    (found,) = settle([Deviation.of_replicates("mean", jackknife(means), 0.0)], 1e-8)
    assert not found.decidable
    assert found.sign == 0
    assert found.relative is None


def test_more_comparisons_need_more_evidence(rng):
    deviation = Deviation.of_replicates("ratio", ratio(rng), 2.0)
    alone, among = settle([deviation], 1e-6)[0], settle([deviation] * 100, 1e-6)[0]
    assert alone.tolerance < among.tolerance
    assert alone.detectable < among.detectable


def test_what_has_no_randomness_is_equal_up_to_rounding_only():
    same, other = (Deviation.of_replicates("constant", 1.0, 1.0 + error) for error in (1e-14, 1e-9))
    assert [item.sign for item in settle([same, other], 1e-6)] == [0, -1]
    assert settle([], 1e-6) == []


def test_a_pole_is_no_ground_for_a_decision():
    (found,) = settle([Deviation.of_replicates("pole", np.full(9, np.nan), 1.0)], 1e-6)
    assert not found.decidable


def test_symmetric_matrices_are_compared_once_per_pair_of_entries(rng):
    replicates = jackknife(rng.normal(size=(BLOCKS, 3, 3)))
    labels = [item.label for item in Deviation.of_entries("Q", replicates, np.zeros((3, 3)), symmetric=True)]
    assert labels == ["Q[1, 1]", "Q[1, 2]", "Q[1, 3]", "Q[2, 2]", "Q[2, 3]", "Q[3, 3]"]


@pytest.mark.parametrize("controlled", [True, False])
def test_control_variates_sharpen_a_mean_and_leave_it_where_it_is(controlled):
    def draw(rng, shape):
        normal = rng.standard_normal(shape)
        outcomes = normal + 0.1 * rng.standard_normal(shape) ** 2
        return outcomes[..., None], (normal if controlled else 0 * normal)[..., None]

    means = controlled_blocks(draw, 7, 0, 64 * 128, 10, 64)
    deviation = Deviation.of_replicates("mean", jackknife(means)[:, 0], 0.1)
    # Without them the standard error is that of the normal part.
    assert deviation.standard_error == pytest.approx((0.141 if controlled else 1.01) / np.sqrt(64 * 128), rel=0.3)
    assert settle([deviation], 1e-3)[0].sign == 0


def test_measurements_that_differ_in_a_parameter_stay_paired():
    def draws(factor):
        return controlled_blocks(
            lambda rng, shape: (factor * rng.standard_normal((*shape, 1)), np.zeros((*shape, 1))), 7, 0, 4096, 10, 64
        )

    np.testing.assert_allclose(draws(2.0), 2 * draws(1.0))
    assert not np.allclose(draws(1.0)[:, 0], streams(7, 1)[0].standard_normal(64))


SEEDS = range(24)
CHEAP = ("hard-tilt-iff", "noise-floor-one-step", "moment-isotropic-2")


def outcomes(claim, seed, level=LEVEL):
    return simulate_claim(claim, budget=budget_named("small"), seed=seed, false_alarm=level, tasks=4096)


def test_true_claims_are_contradicted_no_more_often_than_allowed():
    alarms = sum(
        any(item.outcome is Outcome.CONTRADICTED for item in outcomes(CLAIMS[name], seed))
        for name in CHEAP
        for seed in SEEDS
    )
    expected = len(CHEAP) * len(SEEDS) * LEVEL
    assert alarms <= expected + 5 * np.sqrt(expected)


def test_a_planted_error_of_the_size_stated_is_caught():
    claim = CLAIMS["moment-isotropic-2"]
    (found,) = outcomes(claim, 99)
    # One comparison of several has this power; some margin, because the next sample's differs a little.
    size = sp.Rational(round(1.25 * found.data["detectable_relative"]["best"], 6))
    formula = claim.conclusion.formula
    planted = replace(claim, conclusion=Statement(replace(formula, rhs=formula.rhs * (1 + size))))
    assert all(outcomes(planted, seed)[0].outcome is Outcome.CONTRADICTED for seed in SEEDS)
