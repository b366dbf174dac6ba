"""Control variates: quantities that go along with the outcomes, and whose expectations are known exactly.

They are corrections of an average by what is known of its sample: ``mean(y) - (mean(c) - E c)' b``, right for every b
that does not depend on the sample. The best b is the regression of y on c, about *their* means; it is estimated on
tasks of its own, since one that was fitted to the sample it corrects would bias the result.
"""

from __future__ import annotations

import numpy as np

from numerics.adaptation import adapt, draw_products
from numerics.arrays import Draws, Floats
from numerics.exploration.question import Question, outcomes

__all__ = ["coefficients", "controlled", "expected_controls"]

# Solutions closer than this, relative to their size, give differences that have lost ten digits.
_DISTINCT = 1e-6


def controlled(question: Question, rng: Draws, count: int) -> tuple[Floats, Floats]:
    """Draw tasks and data, and return outcomes, shape (tasks, 3), and controls, shape (tasks, controls).

    For MAML's solution, and for what NAL's adds to it (where they differ): the risk before adaptation; the risk after
    as many steps on infinitely many samples; and how the first gradient deviates from the population's, along the error
    and along the direction in which the risk after adaptation is steepest. Then, which class the task belongs to.

    Parameters
    ----------
    question : Question
        What is estimated.
    rng : Draws
        Source of randomness.
    count : int
        How many tasks.
    """
    step_size, steps = question.step_size, question.inner_loop.steps
    tasks, starts = question.draw(rng, count)
    data = draw_products(question.source, rng, tasks, question.inner_loop)
    contraction = 1 - step_size * tasks.variances
    adapted, columns = [], []
    for start in starts:
        first = data[0].gradient(start)
        adapted.append(adapt(start - step_size * first, data[1:], step_size))
        error = start - tasks.optima
        slope = tasks.population_gradient(start)
        deviation = first - slope
        columns.append(
            [
                tasks.excess(start),
                tasks.excess(tasks.optima + contraction**steps * error),
                np.vecdot(error, deviation),
                np.vecdot(contraction ** (2 * steps - 1) * slope, deviation),
            ]
        )
    nal, maml = adapted
    sides = tasks.population_gradient(nal) + tasks.population_gradient(maml)
    of_nal, of_maml = np.array(columns)
    classes = [tasks.classes == k for k in range(1, len(question.mixture.classes))]
    return (
        outcomes((tasks.excess(nal), tasks.excess(maml)), 0.5 * np.vecdot(nal - maml, sides)),
        np.stack([*of_maml, *_differences(question, of_nal, of_maml), *classes], axis=-1),
    )


def _differences(question: Question, of_nal: Floats, of_maml: Floats) -> Floats:
    """Return what NAL's solution adds to the controls of MAML's; nothing where that would be rounding."""
    nal, maml = question.solutions
    size = max(np.abs(maml).max(), np.abs(question.mixture.centres.astype(float)).max())
    return of_nal - of_maml if np.abs(nal - maml).max() > _DISTINCT * size else of_nal[:0]


def expected_controls(question: Question) -> Floats:
    """Return the exact expectations of the controls, shape (controls,).

    Parameters
    ----------
    question : Question
        What is estimated.
    """
    mixture = question.mixture
    weights, centres = mixture.weights.astype(float), mixture.centres.astype(float)
    covariances, spreads = mixture.covariances.astype(float), mixture.spreads.astype(float)
    contraction = np.eye(mixture.dimension) - question.step_size * covariances
    steps = np.linalg.matrix_power(contraction, question.inner_loop.steps)
    expected = []
    for theta in question.solutions:
        error = theta - centres
        moments = error[:, :, None] * error[:, None, :] + spreads
        risks = [
            0.5 * weights @ (form * moments).sum(axis=(-1, -2)) for form in (covariances, steps @ covariances @ steps)
        ]
        expected.append([*risks, 0.0, 0.0])
    of_nal, of_maml = np.array(expected)
    return np.concatenate([of_maml, _differences(question, of_nal, of_maml), weights[1:] / weights.sum()])


def coefficients(outcomes: Floats, controls: Floats) -> Floats:
    """Return the coefficients of the regression of outcomes on controls, shape (controls, 3).

    Parameters
    ----------
    outcomes : array, shape (tasks, 3)
        What is to be corrected.
    controls : array, shape (tasks, controls)
        What it is corrected with.
    """
    centred = controls - controls.mean(axis=0)
    scales = np.sqrt((centred**2).mean(axis=0))
    # Controls that do not vary, or only by rounding, explain nothing.
    scales = np.where(scales > 1e-12 * np.abs(controls).max(axis=0, initial=0.0), scales, np.inf)
    solution = np.linalg.lstsq(centred / scales, outcomes - outcomes.mean(axis=0), rcond=1e-10)[0]
    return np.asarray(solution / scales[:, None])
