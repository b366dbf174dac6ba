"""The inner loop, run on sampled data: gradient steps on the empirical loss, and the chain rule back through them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from numerics.arrays import Array, Draws
from numerics.sampling import DataSet, Sampler, Tasks
from numerics.source import Data, Source, TaskBatch
from theory.mixture import InnerLoop

__all__ = ["adapt", "draw_data", "draw_products", "pull_back"]

_Data = TypeVar("_Data", bound=Data)


def draw_data(sampler: Sampler, rng: np.random.Generator, tasks: Tasks, inner_loop: InnerLoop) -> tuple[DataSet, ...]:
    """Draw the data set of each inner step: the same one at every step, or a new one each time.

    Parameters
    ----------
    sampler : Sampler
        What draws a data set.
    rng : numpy.random.Generator
        Source of randomness.
    tasks : Tasks
        The tasks whose data is drawn.
    inner_loop : InnerLoop
        Says how many samples and steps, and whether the data is reused.
    """
    return _per_step(lambda _: sampler.data(rng, tasks, inner_loop.samples), inner_loop)


def draw_products(
    source: Source, rng: Draws, tasks: TaskBatch, inner_loop: InnerLoop, spare: int = 0
) -> tuple[Data, ...]:
    """Draw the data of each inner step as far as one gradient and one Hessian product per step look at it.

    Parameters
    ----------
    source : Source
        What draws the data.
    rng : Draws
        Source of randomness.
    tasks : TaskBatch
        The tasks whose data is drawn.
    inner_loop : InnerLoop
        Says how many samples and steps, and whether the data is reused.
    spare : int
        Further products that may be asked of each data set.
    """
    return _per_step(lambda uses: source.products(rng, tasks, inner_loop.samples, 2 * uses + spare), inner_loop)


def _per_step(draw: Callable[[int], _Data], inner_loop: InnerLoop) -> tuple[_Data, ...]:
    """Call ``draw`` with the number of steps that its data will serve, and return the data of each step."""
    if inner_loop.data == "reused":
        return (draw(inner_loop.steps),) * inner_loop.steps
    return tuple(draw(1) for _ in range(inner_loop.steps))


def adapt(theta: Array, data: Sequence[Data], step_size: float | Array) -> Array:
    """Return the adapted parameters: one gradient step on the empirical loss of each data set in turn.

    Parameters
    ----------
    theta : array, shape (..., d)
        Where adaptation starts, broadcast against the data sets.
    data : sequence of Data
        The data of each step, in order.
    step_size : float or array, shape (..., d)
        The step size alpha, or one for each coordinate.
    """
    for data_set in data:
        theta = theta - step_size * data_set.gradient(theta)
    return theta


def pull_back(gradient: Array, data: Sequence[Data], step_size: float | Array) -> Array:
    """Return a gradient with respect to adapted parameters as one with respect to those before the adaptation.

    Each step's Jacobian is I - diag(alpha) times the Hessian of its empirical loss; the chain rule applies their
    transposes in reverse order.

    Parameters
    ----------
    gradient : array, shape (..., d)
        Gradient with respect to the adapted parameters.
    data : sequence of Data
        The data of each step, in the order in which :func:`adapt` took them.
    step_size : float or array, shape (..., d)
        The step size alpha, or one for each coordinate.
    """
    for data_set in reversed(data):
        gradient = gradient - data_set.hessian_product(step_size * gradient)
    return gradient
