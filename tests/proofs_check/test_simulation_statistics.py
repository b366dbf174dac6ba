"""What the simulation promises of its errors: few false alarms, the stated power, no decision where tails forbid one.

Seeds are fixed: a calibration is about the method, and the numbers it yields are the same on every run.
"""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import sympy as sp

from numerics.measurement import critical_value
from numerics.sequential import GROWTH
from proofs_check.budget import budget_named
from proofs_check.simulate import simulate_claim
from proofs_check.simulation.blocks import GrowingBlocks
from proofs_check.simulation.deviation import Deviation, jackknife, settle
from proofs_check.verdict import Outcome
from theory.claim import Statement, builtin_claims

CLAIMS = {claim.name.removeprefix("collins2022."): claim for claim in builtin_claims()}
BLOCKS, LEVEL = 128, 0.05


@pytest.fixture
def rng():
    return np.random.default_rng(20101467)


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


def test_a_later_look_needs_more_evidence_for_its_share_is_smaller(rng):
    deviation = Deviation.of_replicates("ratio", ratio(rng), 2.0)
    first, third = (settle([deviation], 1e-6, look=look)[0] for look in (0, 2))
    assert first.tolerance < third.tolerance
    assert third.tolerance == settle([deviation], 1e-6 / 6)[0].tolerance
    among = settle([deviation], 1e-6, look=2, comparisons=100)[0]
    assert among.tolerance == settle([deviation], 1e-6 / 600)[0].tolerance


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

    means = GrowingBlocks(draw, 7, 0, 10, 64, 64 * 32).means(1)
    deviation = Deviation.of_replicates("mean", jackknife(means)[:, 0], 0.1)
    # Without them the standard error is that of the normal part.
    assert deviation.standard_error == pytest.approx((0.141 if controlled else 1.01) / np.sqrt(64 * 128), rel=0.3)
    assert settle([deviation], 1e-3)[0].sign == 0


def draws(factor=1.0, seed=7, stream=0, first=4096):
    return GrowingBlocks(
        lambda rng, shape: (factor * rng.standard_normal((*shape, 1)), np.zeros((*shape, 1))),
        seed,
        stream,
        10,
        64,
        first,
    )


def test_measurements_that_differ_in_a_parameter_stay_paired():
    np.testing.assert_allclose(draws(2.0).means(1), 2 * draws(1.0).means(1))


def test_a_look_sees_the_same_tasks_whenever_it_is_taken():
    grown, at_once = draws(), draws()
    looks = [grown.means(look).copy() for look in range(3)]
    np.testing.assert_array_equal(at_once.means(2), looks[2])
    np.testing.assert_array_equal(at_once.means(0), looks[0])
    np.testing.assert_array_equal(grown.replicates(1), jackknife(looks[1]))


def test_rounds_streams_and_seeds_have_random_numbers_of_their_own():
    def rounds(blocks):
        means = [blocks.means(look)[:, 0] for look in range(3)]
        return [means[0], *((GROWTH * after - before) for before, after in pairwise(means))]

    parts = [part for args in ({}, {"seed": 8}, {"stream": 1}) for part in rounds(draws(**args))]
    correlations = np.corrcoef(parts) - np.eye(len(parts))
    assert np.abs(correlations).max() < critical_value(len(parts) ** 2, np.inf, 1e-6) / np.sqrt(64)


def test_later_looks_average_all_tasks_so_far():
    """Errors halve from look to look, and what is averaged is what was drawn."""
    drawn = []

    def draw(rng, shape):
        drawn.append(rng.standard_normal((*shape, 1)))
        return drawn[-1], np.zeros((*shape, 1))

    blocks = GrowingBlocks(draw, 7, 0, 10, 64, 4096)
    pilot = len(drawn)
    errors = [blocks.means(look).std() for look in range(3)]
    for before, after in pairwise(errors):
        assert after == pytest.approx(before / np.sqrt(GROWTH), rel=0.3)
    everything = np.concatenate([item.reshape(-1) for item in drawn[pilot:]])
    assert everything.size == 4096 * GROWTH**2
    assert blocks.means(2).mean() == pytest.approx(everything.mean())


SEEDS = range(24)
CHEAP = ("hard-tilt-iff", "noise-floor-one-step", "moment-isotropic-2")


def outcomes(claim, seed, level=LEVEL):
    return simulate_claim(claim, budget=budget_named("small"), seed=seed, false_alarm=level, precision=0)


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
