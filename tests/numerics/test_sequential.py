"""Looks at a growing sample: what they spend, when they are taken, and what a mixture boundary would cost instead."""

from fractions import Fraction

import numpy as np
import pytest
from scipy import stats

from numerics.sequential import GROWTH, looks_within, samples_at, share, spent
from theory.errors import ConfigurationError


def test_however_many_looks_spend_no_more_than_all_of_it():
    shares = [Fraction(share(look)).limit_denominator(10**7) for look in range(1000)]
    assert sum(shares[:3]) == Fraction(1, 2) + Fraction(1, 6) + Fraction(1, 12)
    for looks in (0, 1, 2, 17, 1000):
        assert sum(shares[:looks]) == Fraction(looks, looks + 1) < 1
        assert spent(looks) == pytest.approx(looks / (looks + 1))


def test_looks_are_taken_when_the_sample_has_grown():
    assert [samples_at(look, 10) for look in range(3)] == [10, 10 * GROWTH, 10 * GROWTH**2]
    for samples in (1, 10, 39, 40, 41, 159, 160, 10**6):
        looks = looks_within(samples, 10)
        assert looks == 1 or samples_at(looks - 1, 10) <= samples
        assert samples_at(looks, 10) > samples


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: share(-1), "look = -1"),
        (lambda: share(0.5), "look = 0.5"),
        (lambda: spent(-2), "looks = -2"),
        (lambda: samples_at(-3, 10), "look = -3"),
        (lambda: samples_at(0, 0), "first = 0"),
        (lambda: looks_within(0, 10), "samples = 0"),
        (lambda: looks_within(True, 10), "samples = True"),
        (lambda: looks_within(float("nan"), 10), "samples = nan"),
    ],
)
def test_counts_that_make_no_sense_are_refused(call, message):
    with pytest.raises(ConfigurationError, match=f"{message}: a whole number, at least"):
        call()


def test_a_mixture_boundary_would_be_wider_even_where_it_is_tuned_to_the_look():
    """The normal mixture of Robbins: ``sqrt((1 + 1/c) (log(1 + c) - 2 log level))`` standard errors at variance c."""
    level, variances = 1e-8, np.geomspace(0.1, 1e5, 10_000)
    mixture = np.sqrt((1 + 1 / variances) * (np.log1p(variances) - 2 * np.log(level))).min()
    here = [stats.norm.isf(level * share(look) / 2) for look in range(20)]
    assert max(here[:8]) < mixture < here[-1]
