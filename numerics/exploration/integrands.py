"""What is averaged: each task's outcomes, with more or less of its randomness integrated out."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import numpy as np

from numerics.adaptation import adapt, draw_data, draw_products
from numerics.arrays import Draws, Floats
from numerics.exploration.question import Question, outcomes
from numerics.sampling import DataSet, Sampler, Tasks
from numerics.source import Data

__all__ = ["Integrand", "given_inputs", "given_projections", "sampled"]

#: Draws a number of tasks and returns their outcomes, shape (tasks, 3).
Integrand = Callable[[Question, Draws, int], Floats]


def sampled(question: Question, rng: Draws, count: int) -> Floats:
    """Return outcomes of sampled tasks and data, nothing being integrated out, shape (tasks, 3).

    Parameters
    ----------
    question : Question
        What is estimated.
    rng : Draws
        Source of randomness.
    count : int
        How many tasks.
    """
    tasks, starts = question.draw(rng, count)
    data = draw_products(question.source, rng, tasks, question.inner_loop)
    nal, maml = (adapt(start, data, question.step_size) for start in starts)
    # The difference of two squares as a product: the solutions may be so close that their risks agree in most digits.
    sides = tasks.population_gradient(nal) + tasks.population_gradient(maml)
    return outcomes((tasks.excess(nal), tasks.excess(maml)), 0.5 * np.vecdot(nal - maml, sides))


def given_projections(question: Question, rng: Draws, count: int) -> Floats:
    """Return outcomes expected over the data of the last inner step, given what earlier steps looked at: (tasks, 3).

    Parameters as for :func:`sampled`.
    """
    loop, step_size = question.inner_loop, question.step_size
    tasks, starts = question.draw(rng, count)
    before: tuple[Data, ...]
    if loop.data == "reused":
        last = question.source.products(rng, tasks, loop.samples, 2 * (loop.steps - 1))
        before = (last,) * (loop.steps - 1)
    else:
        before = tuple(question.source.products(rng, tasks, loop.samples, 2) for _ in range(loop.steps - 1))
        last = question.source.products(rng, tasks, loop.samples, 0)
    # Both are moved before either is averaged, so that both averages are given the same.
    nal, maml = [adapt(start, before, step_size) for start in starts]
    return outcomes((last.expected_excess(nal, step_size), last.expected_excess(maml, step_size)))


def given_inputs(question: Question, rng: Draws, count: int) -> Floats:
    """Return outcomes expected over the label noise, given each task and its inputs, shape (tasks, 3).

    Parameters as for :func:`sampled`; the draws are NumPy's, for inputs are drawn whole, as triangular factors.
    """
    generator = cast(np.random.Generator, rng)
    loop, step_size = question.inner_loop, question.step_size
    sampler = Sampler(question.mixture, "wishart")
    tasks = sampler.tasks(generator, (count,))
    data = draw_data(sampler, generator, tasks, loop)
    nal, maml = ((theta - tasks.optima)[:, None] for theta in question.solutions)
    # Without noise an inner step multiplies the error of the parameters by I - alpha S.
    for data_set in data:
        nal, maml = (_step(error, data_set, step_size) for error in (nal, maml))
    noise = question.mixture.noises.astype(float)[tasks.classes]
    floor = 0.0 if loop.samples is None else noise * _squares(_noise_map(data, step_size), tasks)
    sides = tasks.covariances.apply(tasks.classes, (nal + maml)[:, 0])
    return outcomes(
        (floor + _squares(nal, tasks), floor + _squares(maml, tasks)), 0.5 * np.vecdot((nal - maml)[:, 0], sides)
    )


def _step(rows: Floats, data_set: DataSet, step_size: float) -> Floats:
    """Return row vectors of each task, shape (tasks, rows, d), times I - alpha S."""
    scale = step_size / data_set.samples
    return np.asarray(rows - scale * (rows @ data_set.inputs.swapaxes(-1, -2)) @ data_set.inputs)


def _noise_map(data: tuple[DataSet, ...], step_size: float) -> Floats:
    """Return the matrix, shape (tasks, noises, d), whose transpose takes standardised label noise to adapted errors."""
    fresh = len({id(data_set) for data_set in data}) == len(data)
    total: Floats | None = None
    for data_set in data:
        new = step_size / data_set.samples * data_set.inputs
        if total is None:
            total = new
        elif fresh:
            total = np.concatenate([_step(total, data_set, step_size), new], axis=-2)
        else:
            total = _step(total, data_set, step_size) + new
    assert total is not None  # an inner loop has at least one step
    return total


def _squares(rows: Floats, tasks: Tasks) -> Floats:
    """Return half the sum of ``r' Sigma r`` over the rows r of each task, shape (tasks,)."""
    return np.asarray(0.5 * (rows * tasks.covariances.apply(tasks.classes[:, None], rows)).sum(axis=(-1, -2)))
