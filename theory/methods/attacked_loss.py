"""The squared loss under attack: each input is moved, by at most a radius, to where the loss is largest; derived.

Moving an input by delta moves its residual r by ``<delta, theta>``, which ranges over ``[-radius t, radius t]`` with
``t = |theta|``. The loss ``r^2 / 2`` is convex in r and largest at an end: ``(|r| + radius t)^2 / 2``. Over inputs and
label noise r is normal with some variance ``s^2``, so that the mean depends on s and t alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import sympy as sp

from theory.mixture import Array

__all__ = ["DEVIATION", "MEAN_SIZE", "NORM", "RADIUS", "AttackedLoss", "MeanAttackedLoss", "mean_attacked_loss"]

#: Largest move of an input; deviation of the residual; norm of the parameters.
RADIUS, DEVIATION, NORM = sp.symbols("radius s t")
#: Mean size of a standard normal variable, the square root of 2/pi, where a formula is to be rational.
MEAN_SIZE = sp.Symbol("k")


@cache
def _size_moment(power: int) -> sp.Expr:
    """Derive the mean of a power of the size of a standard normal variable."""
    size = sp.Symbol("size", positive=True)
    density = 2 * sp.exp(-(size**2) / 2) / sp.sqrt(2 * sp.pi)
    return sp.simplify(sp.integrate(size**power * density, (size, 0, sp.oo)))


@cache
def mean_attacked_loss(mean_size: sp.Expr | None = None) -> sp.Expr:
    """Derive the mean loss of attacked inputs, in the symbols ``radius``, ``s`` and ``t``.

    Parameters
    ----------
    mean_size : sympy.Expr, optional
        What stands for the mean size of a standard normal variable; by default it is derived too.
    """
    size = sp.Symbol("size")
    attacked = sp.Poly((DEVIATION * size + RADIUS * NORM) ** 2 / 2, size)
    moments = {power: _size_moment(power) for (power,) in attacked.monoms()}
    moments[1] = moments[1] if mean_size is None else mean_size
    return sp.expand(sp.Add(*(coefficient * moments[power] for (power,), coefficient in attacked.terms())))


@dataclass(frozen=True)
class MeanAttackedLoss:
    """The mean loss of attacked inputs, in ``radius``, ``s``, ``t`` and ``k``, the mean size of a standard normal."""

    @property
    def name(self) -> str:
        """How messages call it."""
        return "mean loss under attack"

    def expression(self) -> sp.Expr:
        """Derive it."""
        return mean_attacked_loss(MEAN_SIZE)


@dataclass(frozen=True)
class AttackedLoss:
    """The mean loss ``residual s^2 / 2 + product s t + norm t^2 / 2`` of one task, as a function of the parameters.

    Parameters
    ----------
    residual, product, norm : float
        Its coefficients, at least 0.
    """

    residual: float
    product: float
    norm: float

    @classmethod
    def trained(cls, radius: Any, weight: Any) -> AttackedLoss:
        """Return the clean loss plus ``weight`` times the attacked one.

        Parameters
        ----------
        radius, weight : number
            At least 0.
        """
        return cls._of(DEVIATION**2 / 2 + sp.sympify(weight) * mean_attacked_loss(), radius)

    @classmethod
    def attacked(cls, radius: Any) -> AttackedLoss:
        """Return the attacked loss alone."""
        return cls._of(mean_attacked_loss(), radius)

    @classmethod
    def _of(cls, loss: sp.Expr, radius: Any) -> AttackedLoss:
        form = sp.Poly(loss.xreplace({RADIUS: sp.sympify(radius)}), DEVIATION, NORM)
        squares = 2 * form.coeff_monomial(DEVIATION**2), 2 * form.coeff_monomial(NORM**2)
        return cls(float(squares[0]), float(form.coeff_monomial(DEVIATION * NORM)), float(squares[1]))

    def value(self, errors: Array, points: Array, covariance: Array, noise: float, smoothing: float = 0.0) -> Array:
        """Return the loss at parameters, shape (n,).

        Parameters
        ----------
        errors, points : array, shape (n, d)
            The parameters less the task's solution, and the parameters.
        covariance : array, shape (d, d)
            Covariance of the inputs.
        noise : float
            Variance of the label noise.
        smoothing : float
            What rounds off the kinks where the parameters or all residuals vanish, as one more parameter and as more
            label noise would: the loss remains convex.
        """
        s, t = self._sizes(errors, points, covariance, noise, smoothing)
        return np.asarray(self.residual * s**2 / 2 + self.product * s * t + self.norm * t**2 / 2)

    def gradient(self, errors: Array, points: Array, covariance: Array, noise: float, smoothing: float = 0.0) -> Array:
        """Return the gradient, shape (n, d); of the norm of nothing it is 0. Parameters as for :meth:`value`."""
        of_errors, of_points = self._factors(*self._sizes(errors, points, covariance, noise, smoothing))
        return np.asarray(of_errors[:, None] * (errors @ covariance) + of_points[:, None] * points)

    def hessian(self, errors: Array, points: Array, covariance: Array, noise: float, smoothing: float = 0.0) -> Array:
        """Return the second derivatives, shape (n, d, d); parameters as for :meth:`value`."""
        s, t = self._sizes(errors, points, covariance, noise, smoothing)
        of_errors, of_points = self._factors(s, t)
        pulled, (inverse_s, inverse_t) = errors @ covariance, (_inverse(s), _inverse(t))
        # s t has the second derivatives of s, of t, and the products of their first ones.
        rise, turn = pulled * inverse_s[:, None], points * inverse_t[:, None]
        crossed = rise[:, :, None] * turn[:, None, :]
        bent = crossed + crossed.swapaxes(-1, -2)
        bent -= (t * inverse_s)[:, None, None] * rise[:, :, None] * rise[:, None, :]
        bent -= (s * inverse_t)[:, None, None] * turn[:, :, None] * turn[:, None, :]
        straight = of_errors[:, None, None] * covariance + of_points[:, None, None] * np.eye(len(covariance))
        return np.asarray(straight + self.product * bent)

    def _factors(self, s: Array, t: Array) -> tuple[Array, Array]:
        """Return what multiplies the covariance times the error, and the parameters, in the gradient."""
        return self.residual + self.product * t * _inverse(s), self.norm + self.product * s * _inverse(t)

    @staticmethod
    def _sizes(errors: Array, points: Array, covariance: Array, noise: float, smoothing: float) -> tuple[Array, Array]:
        more_noise = smoothing**2 * np.trace(covariance) / len(covariance)
        squares = np.vecdot(errors, errors @ covariance) + noise + more_noise
        return np.sqrt(squares), np.sqrt(np.vecdot(points, points) + smoothing**2)


def _inverse(sizes: Array) -> Array:
    return np.asarray(np.divide(1.0, sizes, out=np.zeros_like(sizes), where=sizes > 0))
