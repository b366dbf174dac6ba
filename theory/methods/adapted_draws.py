"""What the inner loop makes of parameters, on draws of tasks and their data, and the moments that are known of it.

Where neither tasks of a class nor their data vary there is one draw for each class, and averages are exact; otherwise a
fixed number is drawn, the same for the same configuration.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cache

import numpy as np

from theory.adaptation import adapted_error, step_on_form, through_sample
from theory.arithmetic import float_number
from theory.errors import UnsupportedError
from theory.gain import Setting
from theory.methods.attacked_loss import AttackedLoss
from theory.methods.linear import mean_propagator
from theory.methods.problem import Problem
from theory.methods.resolvent import bartlett_factors
from theory.mixture import Array, are_isotropic
from theory.moments import SAMPLE_COVARIANCE
from theory.symbols import alpha
from theory.words import IDENTITY, Polynomial

__all__ = ["AffineDraws", "AttackedDraws", "TaskDraws", "affine_draws", "attacked_draws"]

_SEED = 20_210_210
#: Draws of all classes, the fewest of one, and entries of the Jacobians that they may take.
_DRAWS, _FEWEST, _ENTRIES = 2**15, 2**8, 2**23
#: Likewise where inner steps are attacked, in which case only the tasks vary.
_TASKS = 2**12


@dataclass(frozen=True, eq=False)
class TaskDraws(ABC):
    """Tasks drawn from one class.

    Parameters
    ----------
    name : str
        What messages call the class.
    weight, noise : float
        Probability of the class, and variance of its label noise.
    covariance : array, shape (d, d)
        Covariance of its inputs.
    centre : array, shape (d,)
        Mean of its tasks' solutions.
    spread : array, shape (d, d)
        Covariance of its tasks' solutions.
    optima : array, shape (n, d)
        The tasks' solutions.
    exact : bool
        Whether there is nothing to draw: n is 1.
    """

    name: str
    weight: float
    noise: float
    covariance: Array
    centre: Array
    spread: Array
    optima: Array
    exact: bool

    @property
    def settles(self) -> bool:
        """Whether all its residuals vanish at once somewhere: it has neither spread nor label noise."""
        return self.noise == 0 and not np.any(self.spread)

    @abstractmethod
    def adapted(self, theta: Array, smoothing: float) -> tuple[Array, Array, Array]:
        """Return the parameters after the inner loop.

        Parameters
        ----------
        theta : array, shape (d,)
            The initialisation.
        smoothing : float
            How far kinks are rounded off, see :meth:`AttackedLoss.value`.

        Returns
        -------
        errors, points : array, shape (n, d)
            The adapted parameters less the tasks' solutions, and they themselves.
        jacobians : array, shape (n, d, d)
            Their derivatives with respect to the initialisation.
        """

    @abstractmethod
    def controls(self, theta: Array, errors: Array, points: Array, first_order: bool) -> Array:
        """Return quantities of mean zero that vary as the gradients of a loss do, shape (n, k).

        Parameters
        ----------
        theta, errors, points
            As for :meth:`adapted`.
        first_order : bool
            Whether gradients are not taken back through the inner loop.
        """


@dataclass(frozen=True, eq=False)
class AffineDraws(TaskDraws):
    """Inner loops on the squared loss: the adapted parameters are ``P theta + offset``.

    Parameters
    ----------
    propagators : array, shape (n, d, d)
        What the error is multiplied by, one for each draw.
    offsets : array, shape (n, d)
        The rest of the adapted parameters.
    mean, curvature, square : array, shape (d, d)
        The expectations of ``P``, of ``P' S P`` and of ``P'P``.
    """

    propagators: Array
    offsets: Array
    mean: Array
    curvature: Array
    square: Array

    def adapted(self, theta: Array, smoothing: float) -> tuple[Array, Array, Array]:
        """Return the parameters after the inner loop, which has no kinks; see :class:`TaskDraws`."""
        points = self.propagators @ theta + self.offsets
        return points - self.optima, points, self.propagators

    def controls(self, theta: Array, errors: Array, points: Array, first_order: bool) -> Array:
        """Return how the gradients of s^2 and t^2, and the tasks, differ from what the moment engine expects."""
        offset, pulled = theta - self.centre, errors @ self.covariance
        if first_order:
            drifted = self.mean @ offset
            parts = pulled - self.covariance @ drifted, points - drifted - self.centre
        else:
            expected = self.square @ offset + self.mean.T @ self.centre
            of_errors, of_points = (np.vecmat(vectors, self.propagators) for vectors in (pulled, points))
            parts = of_errors - self.curvature @ offset, of_points - expected
        return np.column_stack([*parts, self.optima - self.centre])


@dataclass(frozen=True, eq=False)
class AttackedDraws(TaskDraws):
    """Inner loops on the population's loss under attack.

    Parameters
    ----------
    loss : AttackedLoss
        What inner steps descend.
    step_size : float
        Their size.
    steps : int
        Their number.
    """

    loss: AttackedLoss
    step_size: float
    steps: int

    def adapted(self, theta: Array, smoothing: float) -> tuple[Array, Array, Array]:
        """Return the parameters after the inner loop; see :class:`TaskDraws`."""
        points = np.broadcast_to(theta, self.optima.shape)
        jacobians = np.broadcast_to(np.eye(len(theta)), (*points.shape, len(theta)))
        for _ in range(self.steps):
            where = (points - self.optima, points, self.covariance, self.noise, smoothing)
            jacobians = jacobians - self.step_size * self.loss.hessian(*where) @ jacobians
            points = points - self.step_size * self.loss.gradient(*where)
        return points - self.optima, points, jacobians

    def controls(self, theta: Array, errors: Array, points: Array, first_order: bool) -> Array:
        """Return the tasks' deviations from their centre, and the products of these less their expectations."""
        deviations = self.optima - self.centre
        rows, columns = np.triu_indices(len(theta))
        products = deviations[:, rows] * deviations[:, columns] - self.spread[rows, columns]
        return np.column_stack([deviations, products])


def affine_draws(problem: Problem) -> list[AffineDraws]:
    """Draw tasks of every class that occurs, and what their data makes of the inner loop.

    Parameters
    ----------
    problem : Problem
        The configuration, in floating point.
    """
    means, curvatures, squares = _moments(problem)
    sampled = problem.inner_loop.samples is not None
    found = []
    for k, count, rng in _streams(problem, _DRAWS, sampled):
        tasks = _tasks(problem, k, count, rng)
        optima = tasks[-2]
        propagators, moved = _inner_loops(problem, k, count, rng)
        offsets = optima - np.matvec(propagators, optima) + moved
        found.append(AffineDraws(*tasks, propagators, offsets, means[k], curvatures[k], squares[k]))
    return found


def attacked_draws(problem: Problem, loss: AttackedLoss, step_size: float) -> list[AttackedDraws]:
    """Draw tasks of every class that occurs, for inner steps on their populations' loss under attack.

    Parameters
    ----------
    problem : Problem
        The configuration, in floating point.
    loss : AttackedLoss
        What inner steps descend.
    step_size : float
        Their size.
    """
    return [
        AttackedDraws(*_tasks(problem, k, count, rng), loss, step_size, problem.inner_loop.steps)
        for k, count, rng in _streams(problem, _TASKS, False)
    ]


def _streams(problem: Problem, draws: int, sampled: bool) -> list[tuple[int, int, np.random.Generator]]:
    """Return each class that occurs, how often it is drawn, and with which random numbers."""
    classes, dimension = problem.mixture.classes, problem.mixture.dimension
    present = [k for k, item in enumerate(classes) if item.weight > 0]
    varying = [k for k in present if sampled or np.any(classes[k].spread)]
    each = min(draws, _ENTRIES // dimension**2) // max(1, len(varying))
    if each < _FEWEST:
        most = math.isqrt(_ENTRIES // (_FEWEST * len(varying)))
        raise UnsupportedError(
            f"method r_maml: got dimension = {dimension} with {len(varying)} classes whose tasks or data vary; must be "
            f'at most {most}, for it averages over draws; with samples = "inf" and no spread it may be any'
        )
    counts = [each if k in varying else 1 for k in present]
    return [(k, count, np.random.default_rng([_SEED, k])) for k, count in zip(present, counts, strict=True)]


def _tasks(
    problem: Problem, k: int, count: int, rng: np.random.Generator
) -> tuple[str, float, float, Array, Array, Array, Array, bool]:
    """Draw tasks of a class: what :class:`TaskDraws` is made of."""
    item = problem.mixture.classes[k]
    values, vectors = np.linalg.eigh(item.spread)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    optima = item.centre + rng.standard_normal((count, len(root))) @ root.T
    numbers = item.name, float(item.weight), float(item.noise)
    return *numbers, item.covariance, item.centre, item.spread, optima, count == 1


def _inner_loops(problem: Problem, k: int, count: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Draw the propagators of a class's inner loops, and how far label noise moves the parameters."""
    loop, dimension, step = problem.inner_loop, problem.mixture.dimension, adapted_error(1)
    propagators = np.broadcast_to(np.eye(dimension), (count, dimension, dimension))
    moved, samples = np.zeros((count, dimension)), None
    for _ in range(loop.steps):
        if samples is None or (loop.data == "fresh" and loop.samples is not None):
            samples, noise = _data(problem, k, count, rng)
            parts = (step.propagator, step.noise_channel)
            values = {alpha: float(loop.step_size)}
            one, channel = (part.evaluate({SAMPLE_COVARIANCE: samples}, values, float_number) for part in parts)
        propagators = one @ propagators
        moved = np.matvec(one, moved) + np.matvec(channel, noise)
    return propagators, moved


def _data(problem: Problem, k: int, count: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Draw the sample covariance, and the mean product of inputs and label noise, of data sets of a class."""
    item, samples = problem.mixture.classes[k], problem.inner_loop.samples
    if samples is None:
        return item.covariance[None], np.zeros((1, len(item.covariance)))
    factors = bartlett_factors(rng, problem.mixture.dimension, samples, count)
    factors = factors @ np.linalg.cholesky(item.covariance).T
    noise = float(item.noise) ** 0.5 * rng.standard_normal((count, factors.shape[1]))
    return factors.swapaxes(1, 2) @ factors / samples, np.vecmat(noise, factors) / samples


@cache
def _square_after_reuse(setting: Setting) -> Polynomial:
    return through_sample(adapted_error(setting.steps), IDENTITY, setting.samples).curvature


def _moments(problem: Problem) -> tuple[Array, Array, Array]:
    """Return the expectations of P, P'SP and P'P of every class, each of shape (classes, d, d)."""
    means, curvatures = problem.evaluate(mean_propagator(problem.setting)), problem.curvatures()
    covariances, setting = problem.mixture.covariances, problem.setting
    if are_isotropic(covariances):
        return means, curvatures, curvatures / covariances[:, :1, :1]
    if setting.data == "reused" and not setting.population:
        return means, curvatures, problem.evaluate(_square_after_reuse(setting))
    form = np.broadcast_to(np.eye(covariances.shape[-1]), covariances.shape)
    for _ in range(setting.steps):
        form = problem.evaluate(step_on_form(setting.samples).curvature, B=form)
    return means, curvatures, form
