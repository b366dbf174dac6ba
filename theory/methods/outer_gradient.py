"""The outer gradient of a batch of tasks after one inner step with a step size for each coordinate: mean and spread.

An inner step with the step sizes D and a shift s that all tasks share leads from the error e to ``e - D g - s``, where
``g = Shat e - X'z/m``. The gradient of the query's loss there, taken back through g, is
``(I - Shat D) Q (...)`` with the query task's covariance Q. On average over a batch it is affine in the shift; what is
derived here is its mean and its second moment, for queries on the task that was adapted to.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import numpy as np
import sympy as sp

from theory.gain import Setting
from theory.methods.preconditioned import PRECONDITIONER, evaluated_risk, preconditioned_error, through_data
from theory.methods.problem import Problem
from theory.mixture import Array
from theory.moments import COVARIANCE, SAMPLE_COVARIANCE, expectation
from theory.symbols import alpha, d, m, nu2, rho
from theory.words import Polynomial, letter

__all__ = [
    "SPREAD",
    "BatchGradient",
    "OuterGradient",
    "OuterSecondMoment",
    "SameTask",
    "mean_of_own",
    "noise_of_step",
    "own_second_moment",
    "pulled",
]

#: The letter that stands for the second moment of a task's error before adaptation.
SPREAD = "E"


@cache
def own_second_moment(samples: sp.Expr) -> Polynomial:
    """Derive ``E[G G']`` for one task whose query is its own, without a shift.

    Label noise is independent of the error, and ``X'z/m`` has the covariance ``nu2 Shat / m`` given the inputs.

    Parameters
    ----------
    samples : sympy.Expr
        The number m of samples, as for :func:`theory.moments.expectation`.

    Returns
    -------
    Polynomial
        In the letters S; P, which stands for D; and E, the second moment of the error before adaptation.
    """
    own, pull = preconditioned_error(1).propagator, pulled(letter(COVARIANCE))
    return expectation(
        pull * (own * letter(SPREAD) * own.transpose() + noise_of_step(samples)) * pull.transpose(), samples
    )


@cache
def mean_of_own(samples: sp.Expr) -> Polynomial:
    """Derive the mean of what the step makes of an error, ``I - D Shat``; parameters as above."""
    return expectation(preconditioned_error(1).propagator, samples)


def pulled(query: Polynomial) -> Polynomial:
    """Return what takes an error after adaptation to the outer gradient."""
    return preconditioned_error(1).propagator.transpose() * query


def noise_of_step(samples: sp.Expr) -> Polynomial:
    """Return the covariance, given the inputs, of what label noise adds to the adapted error."""
    channel = preconditioned_error(1).noise_channel
    covariance: Polynomial = letter(SAMPLE_COVARIANCE) * (nu2 / samples)
    return channel * covariance * channel.transpose()


@dataclass(frozen=True)
class OuterSecondMoment:
    """The mean square of one task's outer gradient in one dimension, without a shift, the query being its own.

    Parameters
    ----------
    step : sympy.Expr
        The step size D.
    variance, noise : sympy.Expr
        Input variance, and variance of the label noise.
    spread : sympy.Expr
        Second moment of the error before adaptation.
    """

    step: sp.Expr
    spread: sp.Expr
    variance: sp.Expr = rho
    noise: sp.Expr = nu2

    name: ClassVar[str] = "mean square of the outer gradient"

    def expression(self) -> sp.Expr:
        """Derive it, in ``m`` and the symbols given."""
        values = {COVARIANCE: self.variance, PRECONDITIONER: self.step, SPREAD: self.spread}
        derived = own_second_moment(m).at_scalars(values, d)
        return sp.expand(derived.xreplace({alpha: sp.S.One, d: sp.S.One, nu2: self.noise}))


@dataclass(frozen=True, eq=False)
class BatchGradient:
    """The average outer gradient of a batch at the initialisation where its mean vanishes, for given step sizes.

    Parameters
    ----------
    theta : array, shape (d,)
        That initialisation, the shift being zero.
    slope : array, shape (d, d)
        How the mean changes with theta.
    pull : array, shape (d, d)
        How the mean changes with the adapted parameters: against a shift of them.
    second_moment : array, shape (d, d)
        ``E[G G']`` without a shift.
    """

    theta: Array
    slope: Array
    pull: Array
    second_moment: Array
    _gradient: OuterGradient
    _sizes: Array

    def of_shift(self, covariance: Array) -> Array:
        """Return what a shift of mean zero adds to the second moment, shape (d, d).

        Parameters
        ----------
        covariance : array, shape (d, d)
            Of the shift, which is independent of the batch.
        """
        return self._gradient.of_shift(self._sizes, covariance)


@dataclass(frozen=True, eq=False)
class OuterGradient(ABC):
    """The outer gradients of one configuration.

    Parameters
    ----------
    problem : Problem
        The configuration; its step size is not used.
    batch : int
        Tasks of a batch.
    """

    problem: Problem
    batch: int

    @property
    def samples(self) -> sp.Expr:
        """The number m of samples: the symbol, or infinity."""
        return self.problem.setting.samples

    @abstractmethod
    def at(self, sizes: Array) -> BatchGradient:
        """Return what follows from step sizes D, shape (d,).

        Raises
        ------
        LinAlgError
            If no initialisation is the only one where the mean vanishes.
        """

    @abstractmethod
    def of_shift(self, sizes: Array, covariance: Array) -> Array:
        """Return what a shift of this covariance adds to the second moment, shape (d, d)."""

    def evaluated(self, polynomial: Polynomial, sizes: Array, **letters: Array) -> Array:
        """Evaluate a polynomial for every class, shape (classes, d, d)."""
        return self.problem.evaluate(polynomial, {alpha: 1.0}, P=np.diag(sizes), **letters)

    def through_own(self, sizes: Array, form: Array) -> Array:
        """Return the mean over tasks of ``(I - Shat D) form (I - D Shat)``, shape (d, d)."""
        through = through_data(Setting(population=self.problem.inner_loop.samples is None)).curvature
        return self.problem.average(self.evaluated(through, sizes, B=form))

    def squares(self, theta: Array) -> tuple[Array, Array]:
        """Return mean and second moment of every class's error, shape (classes, d) and (classes, d, d)."""
        mixture = self.problem.mixture
        errors = theta - mixture.centres
        return errors, errors[:, :, None] * errors[:, None, :] + mixture.spreads


@dataclass(frozen=True, eq=False)
class SameTask(OuterGradient):
    """Queries are on the task that was adapted to: the gradients of a batch are independent."""

    def at(self, sizes: Array) -> BatchGradient:
        """Return what follows from step sizes; see the base class."""
        problem = self.problem
        setting = Setting(population=problem.inner_loop.samples is None)
        curvatures, _ = evaluated_risk(problem, np.diag(sizes), setting, 1.0)
        slope = problem.average(curvatures)
        theta = np.linalg.solve(slope, problem.moment(curvatures))
        spread = self.evaluated(own_second_moment(self.samples), sizes, E=self.squares(theta)[1])
        second = problem.average(spread) / self.batch
        return BatchGradient(theta, slope, self._pull(sizes), second, self, sizes)

    def of_shift(self, sizes: Array, covariance: Array) -> Array:
        """Return what a shift adds to the second moment; see the base class."""
        covariances, pull = self.problem.mixture.covariances, self._pull(sizes)
        each = self.through_own(sizes, covariances @ covariance @ covariances)
        shared = pull @ covariance @ pull.T
        return np.asarray(shared + (each - shared) / self.batch)

    def _pull(self, sizes: Array) -> Array:
        propagators = self.evaluated(mean_of_own(self.samples), sizes).swapaxes(-1, -2)
        return self.problem.average(propagators @ self.problem.mixture.covariances)
