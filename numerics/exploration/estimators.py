"""The estimators, by name: what is averaged, over which points, and corrected by what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from numerics.arrays import Floats, generator
from numerics.exploration.controls import coefficients, controlled, expected_controls
from numerics.exploration.integrands import Integrand, given_inputs, given_projections, sampled
from numerics.exploration.points import SobolPoints, coordinates_of
from numerics.exploration.question import Question
from numerics.measurement import Estimate

__all__ = ["ESTIMATORS", "FEWEST_SAMPLES", "Estimator", "Progress"]

#: Samples below which no estimator has enough of them to say how wrong it is.
FEWEST_SAMPLES = 1024

#: Called with the number of tasks since the last call.
Progress = Callable[[int], None]

# The part of the samples that coefficients are estimated on.
_PILOT, _LARGEST_PILOT = 8, 2**16
# Independent scramblings: enough for an error, few enough to leave each of them many points.
_SCRAMBLINGS = 64

_Average = Callable[[Question, int, np.random.SeedSequence, Progress], tuple[Estimate, int]]


@dataclass(frozen=True)
class Estimator:
    """A way to estimate both risks and the gain.

    Parameters
    ----------
    name : str
        Its name.
    description : str
        What it does, in words.
    average : callable
        Takes the question, the number of tasks that it may use, the seed and a report of progress; returns estimates
        of the three outcomes, and how many tasks they took.
    """

    name: str
    description: str
    average: _Average


def _independently(integrand: Integrand) -> _Average:
    def average(
        question: Question, samples: int, seed: np.random.SeedSequence, progress: Progress
    ) -> tuple[Estimate, int]:
        rng = generator(seed)

        def chunk(count: int) -> Floats:
            drawn = integrand(question, rng, count)
            progress(count)
            return drawn

        return Estimate.from_chunks(chunk, samples, question.at_once), samples

    return average


def _corrected(
    question: Question, samples: int, seed: np.random.SeedSequence, progress: Progress
) -> tuple[Estimate, int]:
    rng, pilot = generator(seed), min(samples // _PILOT, _LARGEST_PILOT)
    parts = []
    for done in range(0, pilot, question.at_once):
        parts.append(controlled(question, rng, min(question.at_once, pilot - done)))
        progress(len(parts[-1][0]))
    slopes = coefficients(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))
    expected = expected_controls(question)

    def chunk(count: int) -> Floats:
        drawn, controls = controlled(question, rng, count)
        progress(count)
        return np.asarray(drawn - (controls - expected) @ slopes)

    return Estimate.from_chunks(chunk, samples - pilot, question.at_once), samples


def _over_sobol_points(integrand: Integrand) -> _Average:
    def average(
        question: Question, samples: int, seed: np.random.SeedSequence, progress: Progress
    ) -> tuple[Estimate, int]:
        coordinates = coordinates_of(lambda draws: integrand(question, draws, 1))
        points = _power_of_two(samples // _SCRAMBLINGS)
        at_once = min(points, _power_of_two(question.at_once))
        scramblings = iter(seed.spawn(_SCRAMBLINGS))

        def scrambled_mean(_: int) -> Floats:
            sequence, total = SobolPoints(coordinates, generator(next(scramblings))), np.zeros(3)
            for _ in range(points // at_once):
                total += integrand(question, sequence.draws(at_once), at_once).sum(axis=0)
                progress(at_once)
            return total[None] / points

        return Estimate.from_chunks(scrambled_mean, _SCRAMBLINGS, 1), _SCRAMBLINGS * points

    return average


def _power_of_two(number: int) -> int:
    """Return the largest power of two that is not above a number."""
    return int(2 ** (number.bit_length() - 1))


#: Name -> estimator; the first is what the others are compared with.
ESTIMATORS = {
    estimator.name: estimator
    for estimator in (
        Estimator("plain", "sampled tasks and data", _independently(sampled)),
        Estimator("noise-out", "the label noise integrated out, given tasks and inputs", _independently(given_inputs)),
        Estimator("controls", "sampled, corrected by control variates of known mean", _corrected),
        Estimator(
            "projections",
            "the last step's data integrated out, given what earlier steps saw",
            _independently(given_projections),
        ),
        Estimator("sobol", "sampled, at scrambled Sobol points", _over_sobol_points(sampled)),
        Estimator(
            "sobol-projections",
            "the last step's data integrated out, at scrambled Sobol points",
            _over_sobol_points(given_projections),
        ),
    )
}
