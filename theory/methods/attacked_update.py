"""The mean outer gradient of a loss under attack, over draws of tasks and data, and where it vanishes near by.

It has kinks: where a class's tasks have neither spread nor label noise, at its centre, and where its adapted parameters
are always 0. They are rounded off, less and less; a point of rest that ends at one is put there.

What is left of the draws' variance is taken off by control variates, quantities that vary as the gradients do and whose
means are known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy

from theory.methods.adapted_draws import AffineDraws, TaskDraws
from theory.methods.attacked_loss import AttackedLoss
from theory.mixture import Array

__all__ = ["AttackedUpdate", "Rest", "inverse_within"]

#: Errors and parameters below this share of the solutions' size are at a kink, or may be.
_AT_KINK, _NEAR_KINK = 1e-6, 0.1
#: Step of differences, relative to the solutions' size.
_DIFFERENCE = 1e-5
#: Draws for each control variate whose coefficient is estimated from them.
_DRAWS_PER_CONTROL = 8
_ITERATIONS = 30


@dataclass(frozen=True, eq=False)
class Rest:
    """A point of rest.

    Parameters
    ----------
    theta, error : array, shape (d,)
        Where it is, and the standard error that the draws leave in each coordinate.
    kinks : tuple of str
        Which classes hold it at a kink, in words.
    """

    theta: Array
    error: Array
    kinks: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class AttackedUpdate:
    """The mean over tasks and their data of the gradient of a loss after adaptation.

    Parameters
    ----------
    classes : sequence of TaskDraws
        The adapted parameters.
    loss : AttackedLoss
        The loss.
    basis : array, shape (d, k)
        Orthonormal columns that span where points of rest are, by symmetry.
    first_order : bool
        Whether gradients are not taken back through the inner loop.
    """

    classes: Sequence[TaskDraws]
    loss: AttackedLoss
    basis: Array
    first_order: bool = False

    @cached_property
    def scale(self) -> float:
        """The size of the tasks' solutions."""
        squares = [item.weight * np.square(item.optima).sum(axis=1).mean() for item in self.classes]
        return float(np.sqrt(sum(squares))) or 1.0

    @property
    def exact(self) -> bool:
        """Whether there is nothing to draw."""
        return all(item.exact for item in self.classes)

    def value(self, theta: Array, smoothing: float = 0.0) -> float:
        """Return the mean loss on the draws.

        Parameters
        ----------
        theta : array, shape (d,)
            The initialisation.
        smoothing : float
            How far kinks are rounded off, see :meth:`AttackedLoss.value`.
        """
        total = 0.0
        for item in self.classes:
            errors, points, _ = item.adapted(theta, smoothing)
            values = self.loss.value(errors, points, item.covariance, item.noise, smoothing)
            total += item.weight * float(values.mean())
        return total

    def gradient(self, theta: Array, smoothing: float = 0.0) -> Array:
        """Return the mean gradient on the draws, shape (d,); parameters as for :meth:`value`."""
        means = [item.weight * self._gradients(item, theta, smoothing)[0].mean(axis=0) for item in self.classes]
        return np.asarray(sum(means))

    def jacobian(self, theta: Array, smoothing: float) -> Array:
        """Return the derivative of :meth:`gradient`, shape (d, d)."""
        total = np.zeros((len(theta), len(theta)))
        if not all(isinstance(item, AffineDraws) for item in self.classes):
            for j, step in enumerate(_DIFFERENCE * self.scale * np.eye(len(theta))):
                ahead, behind = (self.gradient(theta + sign * step, smoothing) for sign in (1, -1))
                total[:, j] = (ahead - behind) / (2 * step[j])
            return total
        for item in self.classes:
            errors, points, jacobians = item.adapted(theta, smoothing)
            bent = self.loss.hessian(errors, points, item.covariance, item.noise, smoothing) @ jacobians
            forms = bent if self.first_order else jacobians.swapaxes(1, 2) @ bent
            total += item.weight * forms.mean(axis=0)
        return total

    def may_be_held(self, theta: Array) -> bool:
        """Whether a kink may be near, or nothing rounds off kinks by averaging.

        Parameters
        ----------
        theta : array, shape (d,)
            The initialisation, as found with kinks rounded off.
        """
        near = _NEAR_KINK * self.scale
        for item in self.classes:
            errors, _, _ = item.adapted(theta, near)
            if item.settles and np.abs(errors).max() <= near:
                return True
        return any(item.exact for item in self.classes)

    def held(self, theta: Array) -> tuple[Array, Array, tuple[str, ...]]:
        """Put parameters that are close to kinks there.

        Returns
        -------
        theta : array, shape (d,)
        free : array, shape (d, k)
            Orthonormal columns that span the directions along which the kinks are left.
        kinks : tuple of str
            Which kinks, in words.
        """
        near, rows, values, words = _AT_KINK * self.scale, [], [], []
        for item in self.classes:
            if not isinstance(item, AffineDraws):
                continue
            errors, points, jacobians = item.adapted(theta, near)
            of_both = (
                (item.settles, errors, "solved in full"),
                (item.exact, points, "given up: what adapts to them is 0"),
            )
            for possible, vectors, what in of_both:
                if possible and np.abs(vectors).max() <= near:
                    # One draw is as good as all where it is exact; otherwise all of them have the same null space.
                    rows.append(jacobians.reshape(-1, len(theta))[: 4 * len(theta)])
                    values.append((np.matvec(jacobians, theta) - vectors).reshape(-1)[: 4 * len(theta)])
                    words.append(f"at a kink: the tasks of class {item.name!r} are {what}")
        if not rows or self.basis.shape[1] == 0:
            return theta, self.basis, tuple(words)
        within, wanted = np.concatenate(rows) @ self.basis, np.concatenate(values)
        moved = np.linalg.lstsq(within, wanted - np.concatenate(rows) @ theta)[0]
        return (
            theta + self.basis @ moved,
            np.asarray(self.basis @ scipy.linalg.null_space(within, rcond=1e-10)),
            tuple(words),
        )

    def corrected(
        self, theta: Array, free: Array, smoothing: float, coarse: AttackedUpdate | None = None
    ) -> tuple[Array, Array]:
        """Take Newton's steps along the free directions with the control variates' mean gradient.

        Parameters
        ----------
        theta : array, shape (d,)
            A point of rest on the draws.
        free : array, shape (d, k)
            Orthonormal columns that span the directions in which it may move.
        smoothing : float
            How far kinks are rounded off in second derivatives.
        coarse : AttackedUpdate, optional
            The same on fewer draws, from which second derivatives are taken.

        Returns
        -------
        theta, error : array, shape (d,)
            Where the steps end, and the standard error there; with the last step, where they have not converged.
        """
        error, inverse = np.zeros_like(theta), None
        for _ in range(_ITERATIONS):
            slope, covariance = self._estimated(theta)
            # On many draws one Jacobian will do: the correction is small.
            if self.exact or inverse is None:
                inverse = inverse_within(free, (coarse or self).jacobian(theta, smoothing))
            step = -inverse @ slope
            error = np.sqrt(np.maximum(np.diag(inverse @ covariance @ inverse.T), 0.0))
            theta = theta + step
            if np.abs(step).max() <= max(1e-14 * self.scale, 1e-3 * float(error.max())):
                return theta, error
        return theta, np.hypot(error, step)

    def _gradients(self, item: TaskDraws, theta: Array, smoothing: float) -> tuple[Array, Array, Array]:
        """Return the gradient of a class's loss on every draw, and the adapted errors and parameters."""
        errors, points, jacobians = item.adapted(theta, smoothing)
        gradients = self.loss.gradient(errors, points, item.covariance, item.noise, smoothing)
        return gradients if self.first_order else np.vecmat(gradients, jacobians), errors, points

    def _estimated(self, theta: Array) -> tuple[Array, Array]:
        """Return the mean gradient with the control variates taken off, shape (d,), and its covariance."""
        total, covariance = np.zeros(len(theta)), np.zeros((len(theta), len(theta)))
        for item in self.classes:
            gradients, errors, points = self._gradients(item, theta, 0.0)
            if item.exact:
                total += item.weight * gradients[0]
                continue
            controls = item.controls(theta, errors, points, self.first_order)
            # As many of them as the draws can tell the coefficients of; any choice leaves the mean as it is.
            controls = controls[:, : len(controls) // _DRAWS_PER_CONTROL]
            regressors = np.column_stack([np.ones(len(controls)), controls])
            solution = np.linalg.lstsq(regressors.T @ regressors, regressors.T @ gradients)[0]
            left = gradients - regressors @ solution
            total += item.weight * solution[0]
            covariance += item.weight**2 * (left.T @ left) / (len(left) - regressors.shape[1]) / len(left)
        return total, covariance


def inverse_within(basis: Array, matrix: Array) -> Array:
    """Return the inverse of a matrix on a subspace, and 0 across it, shape (d, d).

    Parameters
    ----------
    basis : array, shape (d, k)
        Orthonormal columns that span the subspace.
    matrix : array, shape (d, d)
        The matrix.
    """
    return np.asarray(basis @ np.linalg.pinv(basis.T @ matrix @ basis, rcond=1e-15) @ basis.T)
