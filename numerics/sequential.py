"""Looking at a sample while it grows, without paying for the looks with false alarms.

Whoever looks again and again, and stops at the first significant deviation, finds one sooner or later. So each look
spends its own share of the false-alarm budget: look k, counted from 0, the part ``share(k) = 1 / ((k + 1) (k + 2))`` of
it. All shares, of however many looks, add up to no more than 1. By the union bound the budget therefore holds at
whichever look one stops, for whatever reason, and a run that was stopped may be prolonged later: the acceptance regions
of all looks form a confidence sequence over them.

From look to look the sample grows :data:`GROWTH` times. A test at every single sample would need a mixture boundary; at
a false-alarm probability of 1e-8, one that is tuned to the very look where it is read is still wider than that of any
of the first eight looks here, and it asks for a known variance, for Gaussian data, or for patience until the variance
is as good as known. Here any critical value that holds for one look will do, such as that of
:func:`numerics.measurement.critical_value`, which knows skewness and few degrees of freedom.

References
----------
Lan, DeMets: Discrete sequential boundaries for clinical trials, Biometrika 70 (1983): spending.
Robbins: Statistical methods related to the law of the iterated logarithm, Annals of Mathematical Statistics 41 (1970):
the normal mixture.
Howard, Ramdas, McAuliffe, Sekhon: Time-uniform, nonparametric, nonasymptotic confidence sequences, Annals of Statistics
49 (2021): geometric epochs whose shares sum to 1 ("stitching").
Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas: Time-uniform central limit theory and asymptotic confidence sequences,
Annals of Statistics 52 (2024): the mixture with an estimated variance.
"""

from __future__ import annotations

from theory.errors import ConfigurationError

__all__ = ["GROWTH", "looks_within", "samples_at", "share", "spent"]

#: How many times as many samples the next look sees. With four, errors halve from look to look, so that a few
#: looks go a long way.
GROWTH = 4


def share(look: int) -> float:
    """Return the part of the false-alarm budget that a look may spend.

    Parameters
    ----------
    look : int
        Number of the look, from 0.

    Raises
    ------
    ConfigurationError
        If it is negative.
    """
    return 1 / ((_counted("look", look, 0) + 1) * (look + 2))


def spent(looks: int) -> float:
    """Return the part of the false-alarm budget that is gone after a number of looks: the sum of their shares.

    Parameters
    ----------
    looks : int
        How many looks were taken.

    Raises
    ------
    ConfigurationError
        If it is negative.
    """
    return _counted("looks", looks, 0) / (looks + 1)


def samples_at(look: int, first: int) -> int:
    """Return how many samples have been drawn at a look, :data:`GROWTH` times as many as at the one before.

    Parameters
    ----------
    look : int
        Number of the look, from 0.
    first : int
        Samples at look 0, at least 1.

    Raises
    ------
    ConfigurationError
        If either is out of range.
    """
    return int(_counted("first", first, 1) * GROWTH ** _counted("look", look, 0))


def looks_within(samples: int, first: int) -> int:
    """Return how many looks a number of samples allows, at least one.

    Parameters
    ----------
    samples : int
        Most samples that may be drawn, at least 1; where these are fewer than ``first``, the first look is taken all
        the same.
    first : int
        Samples at look 0, at least 1.

    Raises
    ------
    ConfigurationError
        If either is out of range.
    """
    _counted("samples", samples, 1)
    looks = 1
    while samples_at(looks, first) <= samples:
        looks += 1
    return looks


def _counted(name: str, value: int, least: int) -> int:
    if not (isinstance(value, int) and value >= least) or isinstance(value, bool):
        raise ConfigurationError(f"{name} = {value!r}: a whole number, at least {least}, is needed")
    return value
