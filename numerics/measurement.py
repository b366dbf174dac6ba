"""Monte Carlo means with honest errors: excess risks, gains and curvatures, measured on sampled tasks and data.

An excess risk after adaptation is a product of many Gaussians: with few inner samples or many inner steps its tails
are so heavy that Student's t, taken at its word, calls a right expectation wrong by ten standard errors. Averaging in
blocks does not help, since the mean keeps its skewness. So every estimate carries the skewness of its mean, and
:func:`critical_value` widens the acceptance region by what that does to the tail of t, up to refusing any decision.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from numerics.adaptation import adapt, draw_data
from numerics.sampling import Floats, Sampler, SamplerKind
from theory.errors import ConfigurationError
from theory.mixture import InnerLoop, Mixture

__all__ = ["Estimate", "critical_value", "curvature", "detectable", "excess_risk", "gain", "rounding_of_risk"]

# Numbers held at a time: 16 MiB, small enough for the cache to help.
_CHUNK = 2**21
# Relative rounding of a few operations, generously.
_EPSILON = 16 * float(np.finfo(float).eps)


@dataclass(frozen=True, eq=False)
class Estimate:
    """A mean over independent samples, with its error.

    Parameters
    ----------
    value : array
        The mean.
    standard_error : array, same shape
        Its standard error, including the rounding of floating point.
    skewness : array, same shape
        Skewness of the mean: of a sample, over the root of their number. Near 0 the error is normal; beyond 0.05 rare
        large samples matter too much for a verdict.
    samples : int
        Independent samples that went into the mean.
    """

    value: Floats
    standard_error: Floats
    skewness: Floats
    samples: int

    @property
    def degrees_of_freedom(self) -> int:
        """Of the t distribution that the error follows, but for its skewness."""
        return self.samples - 1

    @classmethod
    def from_chunks(cls, chunk: Callable[[int], Floats], samples: int, at_once: int) -> Estimate:
        """Average independent samples that are drawn in chunks.

        Parameters
        ----------
        chunk : callable
            Draws a given number n of samples, shape (n, ...).
        samples : int
            How many to draw in all, at least 2.
        at_once : int
            How many to draw at a time.
        """
        if samples < 2:
            raise ConfigurationError(f"samples = {samples}: at least 2 are needed to estimate an error")
        # Powers of differences from a first guess of the mean, so that the central moments lose no digits.
        origin, sums = np.zeros(()), []
        for done in range(0, samples, at_once):
            drawn = chunk(min(at_once, samples - done))
            origin = drawn.mean(axis=0) if done == 0 else origin
            centred = drawn - origin
            sums.append(np.stack([centred.sum(axis=0), (centred**2).sum(axis=0), (centred**3).sum(axis=0)]))
        first, second, third = np.sum(sums, axis=0) / samples
        variance = np.maximum(second - first**2, 0.0)
        cubed = third - 3 * first * second + 2 * first**3
        spread = np.sqrt(variance)
        skewness = np.divide(cubed, spread**3 * np.sqrt(samples), out=np.zeros_like(cubed), where=spread**3 > 0)
        return cls(np.asarray(origin + first), spread / np.sqrt(samples - 1), skewness, samples)

    def with_rounding(self, rounding: Floats | float) -> Estimate:
        """Return the same estimate with an error of floating point added to its standard error.

        Without it, what has no randomness would differ from its expectation "infinitely significantly".

        Parameters
        ----------
        rounding : array or float
            The error, not negative.
        """
        return Estimate(self.value, np.hypot(self.standard_error, rounding), self.skewness, self.samples)

    def score(self, expected: Floats | float) -> Floats:
        """Return how many standard errors the mean is above an expected value.

        Parameters
        ----------
        expected : array or float
            The expected value, broadcast against the mean.
        """
        difference = np.asarray(self.value - expected)
        return np.divide(difference, self.standard_error, out=np.zeros_like(difference), where=difference != 0)

    def critical(self, comparisons: int, false_alarm: float = 1e-6) -> Floats:
        """Return the score beyond which an expectation is called wrong, infinite where no decision is possible.

        Parameters
        ----------
        comparisons : int
            Number of comparisons in the whole run; each entry of an array is one.
        false_alarm : float
            Probability of any false alarm in the whole run.
        """
        return critical_value(comparisons, self.degrees_of_freedom, false_alarm, self.skewness)


def excess_risk(
    mixture: Mixture,
    inner_loop: InnerLoop,
    theta: Floats,
    samples: int,
    rng: np.random.Generator,
    *,
    sampler: SamplerKind = "raw",
) -> Estimate:
    """Measure the excess risk after adaptation: adapt to sampled data, compare with the task's own optimum.

    Parameters
    ----------
    mixture : Mixture
        The task population.
    inner_loop : InnerLoop
        The adaptation.
    theta : array, shape (d,) or (p, d)
        Parameters before adaptation; several share their tasks and data.
    samples : int
        Tasks to sample.
    rng : numpy.random.Generator
        Source of randomness.
    sampler : {"raw", "wishart"}
        How data is drawn.

    Returns
    -------
    Estimate
        Of a number, or of an array of shape (p,).
    """
    source, step_size = Sampler(mixture, sampler), float(inner_loop.step_size)
    parameters = np.atleast_2d(np.asarray(theta, dtype=float))

    def chunk(count: int) -> Floats:
        tasks = source.tasks(rng, (count,))
        data = draw_data(source, rng, tasks, inner_loop)
        risks = [tasks.excess(adapt(row, data, step_size)) for row in parameters]
        return np.stack(risks, axis=-1) if np.ndim(theta) == 2 else risks[0]

    estimate = Estimate.from_chunks(chunk, samples, _at_once(mixture, inner_loop))
    return estimate.with_rounding(rounding_of_risk(mixture, theta, estimate.value))


def gain(
    mixture: Mixture,
    inner_loop: InnerLoop,
    theta: Floats,
    better: Floats,
    samples: int,
    rng: np.random.Generator,
    *,
    sampler: SamplerKind = "raw",
) -> Estimate:
    """Measure the excess risk of one solution less that of a better one, on the same tasks and data.

    The difference is a few per cent of the risks and shares most of their fluctuation, so that pairing saves a factor
    of about 100 in samples.

    Parameters
    ----------
    mixture : Mixture
        The task population.
    inner_loop : InnerLoop
        The adaptation.
    theta, better : array, shape (d,)
        The two solutions.
    samples : int
        Tasks to sample.
    rng : numpy.random.Generator
        Source of randomness.
    sampler : {"raw", "wishart"}
        How data is drawn.
    """
    source, step_size = Sampler(mixture, sampler), float(inner_loop.step_size)

    def chunk(count: int) -> Floats:
        tasks = source.tasks(rng, (count,))
        data = draw_data(source, rng, tasks, inner_loop)
        risk, lower = (tasks.excess(adapt(solution, data, step_size)) for solution in (theta, better))
        return np.stack([risk - lower, risk], axis=-1)

    both = Estimate.from_chunks(chunk, samples, _at_once(mixture, inner_loop))
    difference = Estimate(both.value[0], both.standard_error[0], both.skewness[0], samples)
    # A difference is rounded as coarsely as what is subtracted.
    return difference.with_rounding(rounding_of_risk(mixture, np.stack([theta, better]), both.value[1]))


def curvature(
    mixture: Mixture,
    inner_loop: InnerLoop,
    samples: int,
    rng: np.random.Generator,
    *,
    sampler: SamplerKind = "raw",
) -> Estimate:
    """Measure the Hessian of the expected loss after adaptation: the mean of P' Sigma P, P the inner steps' Jacobian.

    Parameters
    ----------
    mixture : Mixture
        The task population.
    inner_loop : InnerLoop
        The adaptation.
    samples : int
        Tasks to sample.
    rng : numpy.random.Generator
        Source of randomness.
    sampler : {"raw", "wishart"}
        How data is drawn.

    Returns
    -------
    Estimate
        Of an array of shape (d, d).
    """
    source = Sampler(mixture, sampler)
    covariances = mixture.covariances.astype(float)

    def chunk(count: int) -> Floats:
        tasks = source.tasks(rng, (count,))
        jacobian: Floats = np.eye(mixture.dimension)
        for data in draw_data(source, rng, tasks, inner_loop):
            scale = float(inner_loop.step_size) / data.samples
            jacobian = jacobian - scale * (data.inputs.swapaxes(-1, -2) @ (data.inputs @ jacobian))
        return np.asarray(jacobian.swapaxes(-1, -2) @ covariances[tasks.classes] @ jacobian)

    estimate = Estimate.from_chunks(chunk, samples, _at_once(mixture, inner_loop))
    return estimate.with_rounding(_EPSILON * float(np.abs(estimate.value).max()))


def _at_once(mixture: Mixture, inner_loop: InnerLoop) -> int:
    """Return how many samples may be held at a time."""
    rows = (inner_loop.samples or mixture.dimension) * (inner_loop.steps if inner_loop.data == "fresh" else 1)
    return max(1, _CHUNK // ((rows + 4 * mixture.dimension) * (mixture.dimension + 1)))


def rounding_of_risk(mixture: Mixture, theta: Floats, risk: Floats) -> Floats:
    """Bound the error of a measured risk that comes from rounding parameters and optima to floating point.

    Parameters
    ----------
    mixture : Mixture
        The task population.
    theta : array, shape (..., d)
        Parameters before adaptation.
    risk : array
        The risks that were measured.
    """
    largest = np.abs(theta).max() + np.abs(mixture.centres).max() + np.sqrt(np.abs(mixture.spreads).max())
    scale = np.trace(mixture.covariances.astype(float), axis1=-2, axis2=-1).max()
    shift = _EPSILON * float(largest)
    return np.asarray(_EPSILON * risk + shift * np.sqrt(2 * scale * risk) + scale * shift**2)


def critical_value(
    comparisons: int, degrees_of_freedom: float, false_alarm: float = 1e-6, skewness: Floats | float = 0.0
) -> Floats:
    """Return how many standard errors must separate a mean from its expectation to call that wrong.

    Two-sided Student t with Bonferroni's correction: if all expectations are right, the probability that any of the
    comparisons exceeds its critical value is at most ``false_alarm``, dependent or not. Skewness g of the mean
    multiplies the probability that t exceeds x, on the worse side, by ``exp(g x^3 / 3)``: the leading term of the
    Edgeworth expansion of t, in the exponent, where large deviations of self-normalised sums have it. Where that is no
    small correction any more (``g x > 1/3``), no decision is possible and the value is infinite.

    Parameters
    ----------
    comparisons : int
        Number of comparisons in the whole run; each coordinate of a vector is one.
    degrees_of_freedom : float
        Of the standard errors; may be infinite.
    false_alarm : float
        Probability of any false alarm in the whole run.
    skewness : array or float
        Skewness of the mean (:attr:`Estimate.skewness`).

    Returns
    -------
    array, shape of ``skewness``
    """
    # scipy.special, because scipy.stats takes most of a second to import.
    from scipy.special import stdtr, stdtrit

    log_tail = np.log(false_alarm / (2 * comparisons))
    # Where the t distribution is the normal one to double precision.
    freedom = min(float(degrees_of_freedom), 1e15)
    plain = -float(stdtrit(freedom, np.exp(log_tail)))
    tilt = np.abs(np.asarray(skewness, dtype=float))
    last = np.divide(1 / 3, tilt, out=np.full_like(tilt, np.inf), where=tilt > 0)
    farthest = np.minimum(np.maximum(last, plain), 4 * plain)

    def excess(x: Floats) -> Floats:
        return np.asarray(np.log(stdtr(freedom, -x)) + tilt * x**3 / 3 - log_tail)

    # The first x >= plain at which the excess is gone. It falls at first, but with few degrees of freedom it rises
    # again far out: so first a grid from plain to the farthest x, then bisection in the cell where it first vanishes.
    cells = np.linspace(0, 1, 257).reshape(-1, *[1] * tilt.ndim)
    grid = plain + (farthest - plain) * cells
    gone = excess(grid) <= 0
    first = gone.argmax(axis=0)[None]
    undecided = ~gone.any(axis=0) & (tilt > 0)
    low, high = (np.take_along_axis(grid, index, axis=0)[0] for index in (np.maximum(first - 1, 0), first))
    for _ in range(60):
        middle = (low + high) / 2
        inside = excess(middle) > 0
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    return np.where(undecided, np.inf, np.where(tilt > 0, high, plain))


def detectable(
    standard_error: Floats | float, critical: Floats | float, degrees_of_freedom: float, power: float = 0.999
) -> Floats:
    """Return the smallest error that would have been called wrong with the given probability.

    Parameters
    ----------
    standard_error : array or float
        Standard error of the mean.
    critical : array or float
        The critical value, of :func:`critical_value`; where it is infinite, so is the result.
    degrees_of_freedom : float
        Of the standard error; may be infinite.
    power : float
        Probability with which the error would have been caught.
    """
    from scipy.special import nctdtrinc, ndtri

    bound, error = np.asarray(critical, dtype=float), np.asarray(standard_error, dtype=float)
    finite = np.where(np.isfinite(bound), bound, 0.0)
    # Beyond a million degrees of freedom the standard error is as good as known.
    known = degrees_of_freedom > 1e6
    shift = finite + ndtri(power) if known else nctdtrinc(degrees_of_freedom, 1 - power, finite)
    return np.asarray(np.where(np.isfinite(bound), shift, np.inf) * error)
