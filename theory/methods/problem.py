"""What a method is solved on: a configuration with the derived optima and curvatures of NAL and MAML at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp

from theory.arithmetic import exact_number
from theory.conclusion import EvaluatedMixture
from theory.gain import Setting
from theory.mixture import Array, InnerLoop, Mixture, Number
from theory.moments import COVARIANCE
from theory.symbols import alpha, m, nu2
from theory.words import Polynomial

__all__ = ["MEAN_COVARIANCE", "Problem"]

#: The letter that stands for the average of the input covariances over tasks.
MEAN_COVARIANCE = "Sbar"


class Problem:
    """A mixture and an inner loop, in floating point or exact, and the averages over tasks that drifts are made of.

    Parameters
    ----------
    evaluated : EvaluatedMixture
        The configuration with its derived optima and risks.
    adapted : callable
        Takes an inner loop, whose step size may be of any sign; returns Q of every class after it, shape
        (classes, d, d), and what label noise adds to each class's risk, shape (classes,).
    number : callable
        Constants of the arithmetic in use, see :func:`theory.arithmetic.evaluate`.
    """

    def __init__(
        self,
        evaluated: EvaluatedMixture,
        adapted: Callable[[InnerLoop], tuple[Array, Array]],
        number: Callable[[int, int], Any] = exact_number,
    ) -> None:
        self.evaluated = evaluated
        self._adapted, self._number = adapted, number

    @property
    def mixture(self) -> Mixture:
        """The mixture."""
        return self.evaluated.mixture

    @property
    def inner_loop(self) -> InnerLoop:
        """The adaptation at test time, which is also that of training unless a method says otherwise."""
        return self.evaluated.inner_loop

    @property
    def setting(self) -> Setting:
        """The inner loop without its numbers: what derivations in symbols take."""
        loop = self.inner_loop
        return Setting(loop.steps, loop.data, loop.samples is None)

    @property
    def is_exact(self) -> bool:
        """Whether numbers are exact rationals."""
        return bool(self.mixture.covariances.dtype == object)

    def average(self, matrices: Array, weights: Array | None = None) -> Array:
        """Average class matrices over tasks, shape (d, d); over classes of other weights where these are given."""
        weights = self.mixture.weights if weights is None else weights
        mean: Array = (weights[:, None, None] * matrices).sum(axis=0)
        return mean

    def moment(self, matrices: Array, weights: Array | None = None) -> Array:
        """Return ``E[M theta*]`` for class matrices M, shape (d,); weights as for :meth:`average`."""
        weights = self.mixture.weights if weights is None else weights
        applied = (matrices @ self.mixture.centres[..., None])[..., 0]
        mean: Array = (weights[:, None] * applied).sum(axis=0)
        return mean

    def evaluate(
        self, polynomial: Polynomial, scalars: Mapping[sp.Symbol, Any] | None = None, **letters: Array
    ) -> Array:
        """Evaluate a polynomial in the covariances S and Sbar for every class.

        Parameters
        ----------
        polynomial : Polynomial
            In the letters ``S`` and ``Sbar`` and those given; in ``alpha``, ``m``, ``nu2`` and the symbols given.
        scalars : mapping from symbol to number or array of shape (classes,), optional
            Values of further symbols; they take precedence.
        letters : array
            Values of further letters, broadcast against (classes, d, d).
        """
        covariances, loop = self.mixture.covariances, self.inner_loop
        shared = np.broadcast_to(self.average(covariances), covariances.shape)
        values: dict[sp.Symbol, Any] = {alpha: self.number(loop.step_size), nu2: self.mixture.noises}
        if loop.samples is not None:
            values[m] = self.number(loop.samples)
        arrays = {COVARIANCE: covariances, MEAN_COVARIANCE: shared}
        arrays |= {name: np.broadcast_to(value, covariances.shape) for name, value in letters.items()}
        result: Array = polynomial.evaluate(arrays, values | dict(scalars or {}), self._number)
        return np.asarray(result)

    def curvatures(self, inner_loop: InnerLoop | None = None) -> Array:
        """Return Q of every class after an inner loop, by default the configuration's, shape (classes, d, d)."""
        return self.adapted(inner_loop)[0]

    def adapted(self, inner_loop: InnerLoop | None = None) -> tuple[Array, Array]:
        """Return Q of every class after an inner loop, by default the configuration's, and its noise floor.

        Returns
        -------
        curvatures, noise_floors : array, shape (classes, d, d) and (classes,)
        """
        return self._adapted(inner_loop or self.inner_loop)

    def class_risks(self, theta: Array, curvatures: Array, noise_floors: Array) -> Array:
        """Return the excess risk of each class from ``theta``, shape (d,), with what :meth:`adapted` returns."""
        errors = theta - self.mixture.centres
        forms = (errors * (curvatures @ errors[..., None])[..., 0]).sum(axis=-1)
        scatter = np.trace(curvatures @ self.mixture.spreads, axis1=-2, axis2=-1)
        risks: Array = (forms + scatter) / 2 + noise_floors
        return risks

    def risk(self, theta: Array) -> Number:
        """Return the excess risk after the configuration's adaptation from ``theta``, shape (d,)."""
        return self.evaluated.risk(theta)

    def solve(self, matrix: Array, vector: Array) -> Array:
        """Solve a linear system."""
        return self.evaluated.solve(matrix, vector)

    def number(self, value: Number) -> Number:
        """Return a whole number or a fraction in the arithmetic of the mixture; what is in it already stays."""
        if isinstance(value, int | Fraction):
            return self._number(value.numerator, value.denominator)
        return value
