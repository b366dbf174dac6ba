"""The outer gradient of a batch whose queries are on other tasks than those adapted to: each on the next of the batch.

Everything depends on two tasks, whose classes are independent; and each task takes part in two gradients of the batch,
as the one adapted to and as the query. See :mod:`theory.methods.outer_gradient`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import sympy as sp

from theory.arithmetic import float_number
from theory.methods.linear import Drift
from theory.methods.outer_gradient import SPREAD, BatchGradient, OuterGradient, mean_of_own, noise_of_step, pulled
from theory.methods.preconditioned import PRECONDITIONER, preconditioned_error
from theory.methods.problem import MEAN_COVARIANCE
from theory.mixture import Array
from theory.moments import COVARIANCE, expectation
from theory.symbols import alpha, m, nu2
from theory.words import IDENTITY, Polynomial, letter

__all__ = ["CrossTask", "cross_task_drift"]

#: The query task's covariance; and two factors of an outer product.
_QUERY, _TURN, _SQUARE = "Q", "Y", "Z"


def cross_task_drift(own: Polynomial, samples: sp.Expr) -> Drift:
    """Derive the mean outer gradient where the query is an independent task.

    Parameters
    ----------
    own : Polynomial
        What one inner step makes of the error of the task that it is taken on.
    samples : sympy.Expr
        The number m of samples.
    """
    # The query task's Hessian and optimum are independent of what the own task's data does.
    query_hessian = letter(MEAN_COVARIANCE)
    matrix = expectation(own.transpose() * query_hessian * own, samples)
    moved = expectation(own.transpose() * query_hessian * (IDENTITY - own), samples)
    # One step's mean is linear in S, hence its average over tasks that in Sbar.
    jacobian = expectation(own, samples).substitute({COVARIANCE: query_hessian})
    return Drift(matrix, jacobian.transpose() * letter(COVARIANCE) - moved)


@cache
def _moved_second_moment(samples: sp.Expr) -> Polynomial:
    """Derive the part of ``E[G G']`` that the inner step makes, for a query task of covariance Q; see above."""
    moved, pull = IDENTITY - preconditioned_error(1).propagator, pulled(letter(_QUERY))
    return expectation(
        pull * (moved * letter(SPREAD) * moved.transpose() + noise_of_step(samples)) * pull.transpose(), samples
    )


@cache
def _crossed_second_moment(samples: sp.Expr) -> Polynomial:
    """Derive the mean of what the query task's error r and the inner step make together, for fixed r and e.

    The engine's letters are symmetric, as ``r e'`` is not: it is ``Y e e'`` for a symmetric Y that takes e to r.
    """
    moved, pull = IDENTITY - preconditioned_error(1).propagator, pulled(letter(_QUERY))
    return expectation(pull * letter(_TURN) * letter(_SQUARE) * moved.transpose() * pull.transpose(), samples)


@cache
def _pulled_move(samples: sp.Expr) -> Polynomial:
    """Derive the mean of what takes the own task's error, by way of the inner step, to a query of covariance Q."""
    own = preconditioned_error(1).propagator
    return expectation(own.transpose() * letter(_QUERY) * (IDENTITY - own), samples)


@dataclass(frozen=True, eq=False)
class CrossTask(OuterGradient):
    """Queries are on the next task of the batch, whose own gradient is therefore correlated; of three tasks or more."""

    def at(self, sizes: Array) -> BatchGradient:
        """Return what follows from step sizes; see the base class."""
        problem = self.problem
        drift = cross_task_drift(preconditioned_error(1).propagator, self.samples)
        slope = problem.average(self.evaluated(drift.matrix, sizes))
        theta = np.linalg.solve(slope, problem.moment(self.evaluated(drift.target, sizes)))
        neighbours = self._neighbours(sizes, theta)
        second = (self._single(sizes, theta) + neighbours + neighbours.T) / self.batch
        return BatchGradient(theta, slope, self._pulls(sizes)[1], second, self, sizes)

    def of_shift(self, sizes: Array, covariance: Array) -> Array:
        """Return what a shift adds to the second moment; see the base class."""
        covariances, (own, pull) = self.problem.mixture.covariances, self._pulls(sizes)
        each = self.through_own(sizes, self.problem.average(covariances @ covariance @ covariances))
        propagators = self.evaluated(mean_of_own(self.samples), sizes)
        mean = self.problem.average(covariances)
        # The query of the one is the task that the other adapts to.
        neighbours = self.problem.average(own.T @ covariances @ covariance @ mean @ propagators)
        shared = pull @ covariance @ pull.T
        return np.asarray(shared + (each + neighbours + neighbours.T - 3 * shared) / self.batch)

    def _pulls(self, sizes: Array) -> tuple[Array, Array]:
        """Return the mean of ``I - D Shat``, and of what takes adapted errors to the outer gradient."""
        own = self.problem.average(self.evaluated(mean_of_own(self.samples), sizes))
        return own, own.T @ self.problem.average(self.problem.mixture.covariances)

    def _single(self, sizes: Array, theta: Array) -> Array:
        """Return the second moment of one task's gradient, whatever the classes of the task and of its query."""
        covariances, (errors, squares) = self.problem.mixture.covariances, self.squares(theta)
        lengths = np.linalg.norm(errors, axis=-1, keepdims=True)
        units = np.divide(errors, lengths, out=np.zeros_like(errors), where=lengths > 0)
        lines = (units[:, :, None] * units[:, None, :])[:, None]
        # Takes the unit vector along the one task's error to the other's error, times the length of the one's.
        outer = errors[None, :, :, None] * units[:, None, None, :]
        turns = outer + outer.swapaxes(-1, -2) - (units @ errors.T)[:, :, None, None] * lines
        turns = turns * lengths[:, :, None, None]
        moved = self._on_pairs(_moved_second_moment(self.samples), sizes, E=squares[:, None])
        both = self._on_pairs(_crossed_second_moment(self.samples), sizes, Y=turns, Z=lines)
        weights = self.problem.mixture.weights
        pairs = np.einsum("k,l,klij->ij", weights, weights, moved - both - both.swapaxes(-1, -2))
        return np.asarray(self.through_own(sizes, self.problem.average(covariances @ squares @ covariances)) + pairs)

    def _neighbours(self, sizes: Array, theta: Array) -> Array:
        """Return ``E[G_i G_j']``, j being the task that i is judged on: given it, both are affine in its error."""
        problem, mixture = self.problem, self.problem.mixture
        covariances, (errors, _) = mixture.covariances, self.squares(theta)
        own, weights = self._pulls(sizes)[0], mixture.weights
        move = self._on_pairs(_pulled_move(self.samples), sizes)
        constant_i, slope_i = -np.einsum("k,klij,kj->li", weights, move, errors), own.T @ covariances
        propagators = self.evaluated(mean_of_own(self.samples), sizes).swapaxes(-1, -2)
        constant_j = propagators @ problem.average(covariances @ errors[..., None])[:, 0]
        slope_j = -self.evaluated(_pulled_move(self.samples), sizes, Q=problem.average(covariances))
        mean_i = constant_i + (slope_i @ errors[..., None])[..., 0]
        mean_j = constant_j + (slope_j @ errors[..., None])[..., 0]
        spread = slope_i @ mixture.spreads @ slope_j.swapaxes(-1, -2)
        return problem.average(mean_i[:, :, None] * mean_j[:, None, :] + spread)

    def _on_pairs(self, polynomial: Polynomial, sizes: Array, **letters: Array) -> Array:
        """Evaluate for every class of the task and every class of its query, shape (classes, classes, d, d)."""
        mixture, loop = self.problem.mixture, self.problem.inner_loop
        shape = (len(mixture.classes), *mixture.covariances.shape)
        arrays = {COVARIANCE: mixture.covariances[:, None], _QUERY: mixture.covariances, PRECONDITIONER: np.diag(sizes)}
        scalars = {alpha: 1.0, nu2: mixture.noises[:, None]}
        if loop.samples is not None:
            scalars[m] = float(loop.samples)
        broadcast = {name: np.broadcast_to(array, shape) for name, array in (arrays | letters).items()}
        return np.asarray(polynomial.evaluate(broadcast, scalars, float_number))
