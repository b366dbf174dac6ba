"""SLAW: losses weighted by the inverse of their standard deviation, which is watched as training goes on.

There is one loss for each class, on a minibatch of a task drawn from it. Moving averages of each loss and of its square
give its standard deviation ``s_k``; the step is ``theta <- theta - eta sum_k p_k w_k grad L_k`` with ``w_k`` in
proportion to ``1 / s_k``. Rests are where ``sum_k p_k S_k (theta - c_k) / s_k(theta) = 0``: as many as there may be.

Two things make a loss vary: the minibatch, by which ``s_k`` is in proportion to the loss itself, and what a class's
tasks differ by, by which it is in proportion to the gradient where they differ little and the minibatch is large.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Any, ClassVar

import numpy as np
import scipy
import sympy as sp

from theory.arithmetic import evaluate, float_number
from theory.errors import UnsupportedError
from theory.methods.method import Method, Solution
from theory.methods.parameters import Count, parameter
from theory.methods.problem import Problem
from theory.mixture import Array
from theory.moments import SAMPLE_COVARIANCE, expectation
from theory.symbols import V, d, m, nu2, rho
from theory.words import Polynomial, letter, trace

__all__ = ["METHOD", "SLAW", "LossVariance", "loss_second_moment", "squares_of_form"]

#: Points of rest nearer to each other than this, relative to the centres' distance, are one.
_SAME = 1e-6
#: Positions between two classes' weights that are looked at for a change of sign.
_SCAN = 512
#: Random mixes of more than two classes' weights from which points of rest are searched.
_STARTS = 16


def _form_squared(covariance: str, samples: sp.Expr) -> Polynomial:
    """Derive the second moment of the quadratic form ``tr(A Shat)`` of Gaussian data."""
    form = trace(letter("A") * letter(SAMPLE_COVARIANCE))
    return expectation(form * form, samples, covariance=(covariance,))


@cache
def loss_second_moment(samples: sp.Expr = m) -> sp.Expr:
    """Derive ``E[L^2] / f^2`` for a minibatch loss L of one task, f being its population loss, label noise included.

    A residual is the product of the vector (error, -1) with normal (input, label noise): the loss is ``tr(A Shat) / 2``
    with a matrix A of rank one, for which the trace of any power of ``A S`` is that power of the trace.
    """
    trace_of_one = sp.Symbol("two_f")
    second = _form_squared("S", samples).at_eigenvalues({}, lambda word: trace_of_one ** (len(word) // 2))
    return sp.expand(second / trace_of_one**2)


@cache
def squares_of_form() -> Polynomial:
    """Derive the variance of ``delta' A delta`` for ``delta ~ N(0, V)``, a scalar polynomial in A and V."""
    mean = expectation(trace(letter("A") * letter(SAMPLE_COVARIANCE)), sp.S.One, covariance=("V",))
    return _form_squared("V", sp.S.One) - mean * mean


@dataclass(frozen=True)
class SLAW(Method):
    """Scaled loss approximate weighting (Crawshaw and Košecká 2021).

    Parameters
    ----------
    batch : int
        Samples of the minibatch on which each loss is computed.
    """

    batch: Any = parameter(Count(), 20, "samples of the minibatch that each loss is computed on")

    name: ClassVar[str] = "slaw"
    title: ClassVar[str] = "SLAW (scaled loss approximate weighting)"
    paper: ClassVar[str] = "Crawshaw, Košecká 2021, arXiv 2109.08218"
    reweights: ClassVar[str] = "by the covariance over the standard deviation of the loss"
    conditions: ClassVar[str] = "noise or spread in every class; several points of rest where centres are far apart"

    def solve(self, problem: Problem) -> Solution:
        """Find all points of rest, and the one that is reached from the mean of the centres."""
        for item in problem.mixture.classes:
            if item.weight > 0 and item.noise == 0 and not np.any(item.spread):
                raise UnsupportedError(
                    f"method slaw: class {item.name!r} has neither label noise nor spread; its loss would be constant "
                    "at its centre, and its weight without bound; give it some noise or spread"
                )
        field = _Field(problem, int(self.batch))
        rests = field.rests()
        stable = [theta for theta in rests if field.is_stable(theta)]
        if not stable:
            return Solution.missing(f"no stable point of rest was found ({len(rests)} in all)")
        theta = field.reached(stable)
        notes = []
        if len(stable) > 1:
            notes.append(
                f"{len(stable)} stable points of rest: where it ends depends on where it starts; shown is the one that "
                "is reached from the mean of the centres"
            )
        if len(field.weights) > 2:
            notes.append("points of rest were searched for from many starts; there may be more of them")
        unstable = [point for point in rests if not field.is_stable(point)]
        weights = 1 / field.deviations(theta)
        return Solution(
            theta,
            problem.risk(theta),
            notes=tuple(notes),
            branches=(*stable, *unstable) if len(rests) > 1 else (),
            learned={"weights": len(weights) * weights / weights.sum()},
        )

    def equations(self) -> tuple[tuple[str, sp.Expr | Polynomial], ...]:
        """Return the variance of an isotropic class's loss, at the squared distance delta^2 from its centre."""
        return ((r"s^2(\delta)", LossVariance(sp.Symbol("delta") ** 2, sp.Symbol("b")).expression()),)


class _Field:
    """The mean update ``sum_k p_k S_k (theta - c_k) / s_k(theta)`` over the classes that occur."""

    def __init__(self, problem: Problem, batch: int) -> None:
        mixture = problem.mixture
        occurs = mixture.weights > 0
        self.weights, self.centres = mixture.weights[occurs], mixture.centres[occurs]
        self.covariances, spreads = mixture.covariances[occurs], mixture.spreads[occurs]
        self.mean_centre = self.weights @ self.centres
        # Twice a loss at the class's centre, and the variance of that over tasks; what grows away from there.
        self.floors = np.trace(self.covariances @ spreads, axis1=-2, axis2=-1) + mixture.noises[occurs]
        arrays = {"A": self.covariances, "V": spreads}
        self.variances = np.asarray(squares_of_form().evaluate(arrays, {}, float_number))
        self.slopes = self.covariances @ spreads @ self.covariances
        self.second = float(evaluate(loss_second_moment(), {m: float(batch)}, float_number))
        self.scale = 1.0 + float(np.abs(self.centres).max())

    def deviations(self, theta: Array) -> Array:
        """Return the standard deviation of each loss, shape (classes,)."""
        return np.sqrt(self._parts(theta)[1])

    def __call__(self, theta: Array) -> Array:
        """Return the mean update, shape (d,)."""
        gradients, squares, _ = self._parts(theta)
        return np.asarray((self.weights / np.sqrt(squares)) @ gradients)

    def slope(self, theta: Array) -> Array:
        """Return its Jacobian, shape (d, d)."""
        gradients, squares, rises = self._parts(theta)
        scaled = self.weights / np.sqrt(squares)
        fixed = np.einsum("k,kij->ij", scaled, self.covariances)
        return np.asarray(fixed - np.einsum("k,ki,kj->ij", scaled / (2 * squares), gradients, rises))

    def _parts(self, theta: Array) -> tuple[Array, Array, Array]:
        """Return each loss's gradient, its variance, and the gradient of that."""
        errors = theta - self.centres
        gradients = np.einsum("kij,kj->ki", self.covariances, errors)
        pulled = np.einsum("kij,kj->ki", self.slopes, errors)
        losses = (np.vecdot(errors, gradients) + self.floors) / 2
        # Over tasks, the variance of half a quadratic form around a mean that is not zero.
        spread = self.variances / 4 + np.vecdot(errors, pulled)
        squares = self.second * (losses**2 + spread) - losses**2
        rises = 2 * (self.second - 1) * losses[:, None] * gradients + 2 * self.second * pulled
        return gradients, squares, rises

    def mixed(self, shares: Array) -> Array:
        """Return the minimiser of the losses weighted by these shares, shape (..., d): all rests are of this form."""
        matrices = np.einsum("...k,kij->...ij", shares, self.covariances)
        moments = np.einsum("...k,kij,kj->...i", shares, self.covariances, self.centres)
        return np.asarray(np.linalg.solve(matrices, moments[..., None])[..., 0])

    def rests(self) -> list[Array]:
        """Return the points of rest that there are, for two classes all of them."""
        count = len(self.weights)
        if count == 1:
            return [self.centres[0]]
        found = self._between_two() if count == 2 else [self._from(start) for start in self._starts(count)]
        distinct: list[Array] = []
        for theta in found:
            if theta is not None and all(np.abs(theta - other).max() > _SAME * self.scale for other in distinct):
                distinct.append(theta)
        return distinct

    def _between_two(self) -> list[Array]:
        """Scan the share of the second class for where the weights that it leads to are those it stands for."""

        def excess(share: float) -> float:
            shares = self.weights / self.deviations(self.mixed(np.array([1 - share, share])))
            return float(shares[1] / shares.sum() - share)

        # Dense at both ends, where a class may have all but no weight.
        grid = (1 - np.cos(np.linspace(0.0, np.pi, _SCAN))) / 2
        values = [excess(share) for share in grid]
        rests = []
        for low, high, left, right in zip(grid, grid[1:], values, values[1:], strict=False):
            if left == 0 or left * right < 0:
                share = low if left == 0 else scipy.optimize.brentq(excess, low, high, xtol=1e-15, rtol=1e-14)
                rests.append(self.mixed(np.array([1 - share, share])))
        return rests

    def _starts(self, count: int) -> Array:
        pairs = [np.eye(count)[[i, j]].mean(axis=0) for i, j in combinations(range(min(count, 8)), 2)]
        mixes = np.random.default_rng(0).dirichlet(np.full(count, 0.7), _STARTS)
        return self.mixed(np.vstack([np.eye(count) * 0.98 + 0.02 / count, self.weights, *pairs, mixes]))

    def _from(self, start: Array) -> Array | None:
        found = scipy.optimize.root(self, start, jac=self.slope, tol=1e-13)
        gradients, squares, _ = self._parts(found.x)
        size = np.abs(gradients * (self.weights / np.sqrt(squares))[:, None]).sum()
        return np.asarray(found.x) if np.abs(self(found.x)).max() <= 1e-9 * size + 1e-300 else None

    def is_stable(self, theta: Array) -> bool:
        """Whether small steps lead to this point of rest from near by."""
        return bool(np.linalg.eigvals(self.slope(theta)).real.min() > 0)

    def reached(self, stable: list[Array]) -> Array:
        """Return the stable point of rest to which small steps lead from the mean of the centres."""
        if len(stable) == 1:
            return stable[0]

        def flow(_: float, theta: Array) -> Array:
            update = self(theta)
            return np.asarray(-update / (self.weights / self.deviations(theta)).sum())

        smallest = float(np.linalg.eigvalsh(self.covariances).min())
        end = scipy.integrate.solve_ivp(
            flow, (0.0, 50 / smallest), self.mean_centre, method="LSODA", rtol=1e-8, atol=1e-10
        ).y[:, -1]
        return min(stable, key=lambda theta: float(np.linalg.norm(theta - end)))


@dataclass(frozen=True)
class LossVariance:
    """The variance of a class's minibatch loss, for an isotropic class whose tasks vary alike in every direction.

    In ``rho``, ``nu2``, ``d``, the total variance ``V`` of its tasks, and the symbols given.

    Parameters
    ----------
    distance : sympy.Expr
        Squared distance of the parameters from the class's centre.
    batch : sympy.Symbol
        Samples of the minibatch.
    """

    distance: sp.Expr
    batch: sp.Symbol

    @property
    def name(self) -> str:
        """How messages call it."""
        return "variance of the minibatch loss"

    def expression(self) -> sp.Expr:
        """Derive it: the minibatch given the task, then over tasks."""
        values = {"A": rho, "V": V / d}
        constant = squares_of_form().at_eigenvalues(values, lambda word: d * sp.Mul(*(values[name] for name in word)))
        # Half the form in the task's deviation, and its product with the error at the class's centre.
        spread = constant / 4 + self.distance * values["A"] ** 2 * values["V"]
        mean = (rho * (self.distance + V) + nu2) / 2
        return loss_second_moment(self.batch) * (mean**2 + spread) - mean**2


METHOD = SLAW
