"""The inner loop, run on sampled data: gradient steps on the empirical loss, and the chain rule back through them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from numerics.sampling import DataSet, Floats, Sampler, Tasks
from theory.mixture import InnerLoop

__all__ = ["adapt", "draw_data", "pull_back"]


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
    if inner_loop.data == "reused":
        return (sampler.data(rng, tasks, inner_loop.samples),) * inner_loop.steps
    return tuple(sampler.data(rng, tasks, inner_loop.samples) for _ in range(inner_loop.steps))


def adapt(theta: Floats, data: Sequence[DataSet], step_size: float) -> Floats:
    """Return the adapted parameters: one gradient step on the empirical loss of each data set in turn.

    Parameters
    ----------
    theta : array, shape (..., d)
        Where adaptation starts, broadcast against the data sets.
    data : sequence of DataSet
        The data of each step, in order.
    step_size : float
        The step size alpha.
    """
    for data_set in data:
        theta = theta - step_size * data_set.gradient(theta)
    return theta


def pull_back(gradient: Floats, data: Sequence[DataSet], step_size: float) -> Floats:
    """Return a gradient with respect to adapted parameters as one with respect to those before the adaptation.

    Each step's Jacobian is I - alpha times the Hessian of its empirical loss, which is symmetric; the chain rule
    applies them in reverse order.

    Parameters
    ----------
    gradient : array, shape (..., d)
        Gradient with respect to the adapted parameters.
    data : sequence of DataSet
        The data of each step, in the order in which :func:`adapt` took them.
    step_size : float
        The step size alpha.
    """
    for data_set in reversed(data):
        gradient = gradient - step_size * data_set.hessian_product(gradient)
    return gradient
