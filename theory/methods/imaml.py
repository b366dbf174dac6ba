"""iMAML, implicit MAML: the inner loop minimises the task's loss plus ``lambda/2 |phi - theta|^2`` to the end.

With the sample covariance Shat that minimum is ``phi - theta* = Z (theta - theta*)`` plus noise,
``Z = lambda (Shat + lambda)^-1``. The outer gradient goes back through the minimum by the implicit function theorem,
which multiplies it by ``(1 + Shat/lambda)^-1 = Z``: the weight of a task is the mean of ``Z S Z``.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np
import sympy as sp

from theory.adaptation import population_excess
from theory.errors import UnsupportedError
from theory.gain import Setting
from theory.methods.linear import Drift, LinearMethod
from theory.methods.parameters import Real, parameter
from theory.methods.problem import Problem
from theory.methods.resolvent import mean_square_resolvent
from theory.mixture import Array
from theory.moments import COVARIANCE
from theory.symbols import d, rho
from theory.words import Polynomial, letter

__all__ = ["IMAML", "METHOD"]

#: The letter that stands for Z of the population's loss.
_SHRINKAGE = "Z"


@dataclass(frozen=True)
class IMAML(LinearMethod):
    """Implicit MAML (Rajeswaran et al. 2019).

    Parameters
    ----------
    prox : number
        The strength lambda of the proximal term.
    """

    prox: Any = parameter(Real("a number above 0", above=0), Fraction(1), "strength lambda of the proximal term")

    name: ClassVar[str] = "imaml"
    title: ClassVar[str] = "iMAML (implicit MAML)"
    paper: ClassVar[str] = "Rajeswaran, Finn, Kakade, Levine 2019, arXiv 1909.04630"
    reweights: ClassVar[str] = "by the curvature of the risk after proximal adaptation"
    conditions: ClassVar[str] = "always, where the mean covariance is nonsingular"

    def drift(self, setting: Setting) -> Drift:
        """Derive it for the population gradient, in the letters S and Z.

        Raises
        ------
        UnsupportedError
            For finitely many samples, where the mean of a resolvent is no polynomial.
        """
        if not setting.population:
            raise UnsupportedError("imaml: for finitely many samples its weights are no formula but a number")
        shrinkage = letter(_SHRINKAGE)
        return Drift.weighting(shrinkage * population_excess() * shrinkage)

    def at_variance(self, setting: Setting, variance: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
        """Derive the weight of an isotropic class for the population gradient; see :meth:`drift`."""
        error, start = sp.symbols("error start")
        slope = sp.diff(variance * error**2 / 2 + sp.sympify(self.prox) * (error - start) ** 2 / 2, error)
        (minimum,) = sp.solve(slope, error)
        values = {COVARIANCE: variance, _SHRINKAGE: sp.cancel(minimum / start)}
        weight = self.drift(setting).matrix.at_scalars(values, d)
        return weight, weight

    def equations(self) -> tuple[tuple[str, sp.Expr | Polynomial], ...]:
        """Return the weight of an isotropic class for the population gradient."""
        weight = sp.factor(self.at_variance(Setting(population=True), rho)[0])
        return ((r"\lim_{m \to \infty} w(\rho)", weight),)

    def matrices(self, problem: Problem) -> tuple[Array, Array]:
        """Return the mean of Z S Z for every class.

        Raises
        ------
        UnsupportedError
            For finitely many samples in exact arithmetic.
        """
        if problem.inner_loop.samples is None:
            weights = problem.evaluate(self.drift(problem.setting).matrix, Z=self._population_shrinkage(problem))
        else:
            weights = self._weights(problem)[0]
        return weights, weights

    def notes(self, problem: Problem) -> tuple[str, ...]:
        """Say what is adapted at test time, and how large the statistical error of the solution is."""
        notes = ["the risk is that of the configured inner loop at test time, as for every other method"]
        if problem.inner_loop.samples is not None:
            _, deviations = self._weights(problem)
            error = self._error(problem, deviations)
            if error > 0:
                notes.append(
                    f"means over covariances that are no multiple of the identity are estimated, which leaves theta a "
                    f"standard error of up to {error:.1g}"
                )
        return tuple(notes)

    def _population_shrinkage(self, problem: Problem) -> Array:
        size, strength = problem.mixture.dimension, problem.number(self.prox)
        identity = np.diag([problem.number(1)] * size)
        return np.stack(
            [
                np.stack([strength * problem.solve(s + strength * identity, column) for column in identity], axis=-1)
                for s in problem.mixture.covariances
            ]
        )

    def _weights(self, problem: Problem) -> tuple[Array, list[tuple[Array, Array]]]:
        """Return the mean of Z S Z for every class, and how single draws of it deviate, with their eigenvectors.

        With ``Shat = S^(1/2) W S^(1/2)``, W being of white data, ``Z S Z = lambda^2 S^(-1/2) (W + lambda/S)^-2
        S^(-1/2)``. In the eigenbasis of S, reflections of single coordinates leave W's law as it is, so that the mean
        is diagonal there.
        """
        if problem.is_exact:
            raise UnsupportedError("method imaml: no exact solution for finitely many samples; leave --exact out")
        strength, samples = float(self.prox), problem.inner_loop.samples
        weights, deviations = [], []
        for covariance in problem.mixture.covariances:
            variances, vectors = np.linalg.eigh(covariance)
            # Along the others a task's inputs are 0 and it has no weight.
            seen = variances > 0
            means, deviation = mean_square_resolvent(tuple(strength / variances[seen]), samples)
            scale = strength**2 / variances[seen]
            vectors = vectors[:, seen]
            weights.append((vectors * (scale * means)) @ vectors.T)
            deviations.append((vectors, scale * deviation))
        return np.stack(weights), deviations

    def _error(self, problem: Problem, deviations: list[tuple[Array, Array]]) -> float:
        """Return the largest standard error of a coordinate of theta, to first order; draws are shared by classes."""
        mixture = problem.mixture
        weights = self._weights(problem)[0]
        mean = problem.average(weights)
        theta = problem.solve(mean, problem.moment(weights))
        moved = np.zeros((len(deviations[0][1]), mixture.dimension))
        for probability, centre, (vectors, deviation) in zip(mixture.weights, mixture.centres, deviations, strict=True):
            moved = moved + probability * (deviation * (vectors.T @ (centre - theta))) @ vectors.T
        errors = np.linalg.solve(mean, moved.T).std(axis=1) / len(moved) ** 0.5
        return float(errors.max())


METHOD = IMAML
