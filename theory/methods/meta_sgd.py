"""Meta-SGD: one inner step with a step size for each coordinate, learned together with theta.

``theta_i' = theta - a * g_i`` coordinate by coordinate, g_i being the gradient on the task's sample; both theta and a
descend the loss at ``theta_i'``. That loss, averaged, is a quadratic in a for given theta and in theta for given a.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import numpy as np
import scipy
import sympy as sp

from theory.gain import Setting
from theory.methods.method import Method, Solution
from theory.methods.preconditioned import evaluated_risk
from theory.methods.problem import Problem
from theory.mixture import Array
from theory.moments import COVARIANCE, SAMPLE_COVARIANCE, expectation
from theory.symbols import m, nu2, rho
from theory.words import Polynomial, letter

__all__ = ["METHOD", "BestStep", "D_j", "D_total", "MetaSGD", "mean_square_of_gradient"]

D_j, D_total = sp.symbols("D_j D_total")

_SPREAD = "D"
#: What the equations may leave over at a solution, and how far they may lead away from where the descent ended.
_RESIDUAL, _NEAR = 1e-11, 1e-3
_SINGULAR = 1e-13


@cache
def mean_square_of_gradient(samples: sp.Expr) -> Polynomial:
    """Derive ``E[g g']`` for a task whose error has the second moment D, in the letters S and D.

    The gradient on the sample is ``Shat e - X'z/m``; the noise is independent of the error, and ``X'z/m`` has the
    covariance ``nu2 Shat / m`` given the inputs.
    """
    shat = letter(SAMPLE_COVARIANCE)
    return expectation(shat * letter(_SPREAD) * shat + shat * (nu2 / samples), samples)


@dataclass(frozen=True)
class BestStep:
    """The best step size of one coordinate for tasks of one isotropic class, theta being given.

    In ``rho``, ``m``, ``nu2`` and the second moments of the error: ``D_j`` in the coordinate, ``D_total`` in all.
    """

    name: ClassVar[str] = "best step size of a coordinate"

    def expression(self) -> sp.Expr:
        """Derive it from ``E[(e_j - a g_j)^2]``, S being a multiple of the identity."""
        shat, spread, step = letter(SAMPLE_COVARIANCE), letter(_SPREAD), sp.Symbol("a")
        crossed = expectation(shat * spread, m)
        risk = spread - 2 * step * crossed + step**2 * mean_square_of_gradient(m)
        values = {COVARIANCE: rho, _SPREAD: D_j}
        coordinate = risk.at_eigenvalues(values, lambda word: rho ** word.count(COVARIANCE) * D_total)
        (best,) = sp.solve(sp.diff(coordinate, step), step)
        return best


@dataclass(frozen=True)
class MetaSGD(Method):
    """Meta-SGD with a diagonal of step sizes (Li et al. 2017)."""

    name: ClassVar[str] = "meta_sgd"
    title: ClassVar[str] = "Meta-SGD"
    paper: ClassVar[str] = "Li, Zhou, Chen, Li 2017, arXiv 1707.09835"
    reweights: ClassVar[str] = "by the curvature after a step of learned sizes, one for each coordinate"
    conditions: ClassVar[str] = "tasks differ in every coordinate; may have several points of rest"

    def solve(self, problem: Problem) -> Solution:
        """Find where the descents in both end: by descending from two starts, then by the equations they obey."""
        ends: list[Array] = []
        for start in _starts(problem):
            end = _descend(problem, start)
            if end is not None and not any(np.allclose(end, other, rtol=1e-6, atol=1e-9) for other in ends):
                ends.append(end)
        if not ends:
            return Solution.missing(
                "no unique point of rest was found: where there is nothing to adapt a step size is left open"
            )
        risks = [_adapted(problem, sizes)[2] for sizes in ends]
        order = np.argsort(risks)
        branches = tuple(_adapted(problem, ends[i])[0] for i in order)
        notes = [] if problem.inner_loop.steps == 1 else ["its inner loop is a single step"]
        if len(ends) > 1:
            listed = ", ".join(f"{risks[i]:.4g}" for i in order)
            notes.append(f"several points of rest, of risks {listed}; the first one is given")
        return Solution(
            branches[0],
            risks[order[0]],
            notes=tuple(notes),
            branches=branches if len(branches) > 1 else (),
            own_adaptation=True,
            learned={"step_sizes": ends[order[0]]},
        )


def _starts(problem: Problem) -> list[Array]:
    """Return step sizes to descend from: the configured one, from which the rule starts, and none."""
    ones = np.ones(problem.mixture.dimension)
    return [ones * float(problem.inner_loop.step_size), ones * 0.0]


def _adapted(problem: Problem, sizes: Array) -> tuple[Array, Array, float]:
    """Return the best initialisation for given step sizes, each class's second moment of the error there, the risk."""
    mixture = problem.mixture
    setting = Setting(population=problem.inner_loop.samples is None)
    curvatures, floors = evaluated_risk(problem, np.diag(sizes), setting, 1.0)
    theta = np.linalg.solve(problem.average(curvatures), problem.moment(curvatures))
    errors = theta - mixture.centres
    spreads = errors[:, :, None] * errors[:, None, :] + mixture.spreads
    return theta, spreads, float(mixture.weights @ problem.class_risks(theta, curvatures, floors))


def _slope(problem: Problem, sizes: Array, spreads: Array) -> tuple[Array, Array]:
    """Derive the slope of the risk along the step sizes, and how it changes with them for fixed errors.

    With ``u = S e`` the loss is ``1/2 (e - a g)' S (e - a g)``, whose derivative along ``a_j`` has the mean
    ``sum_l S_jl E[g_j g_l] a_l - E[g_j u_j]``.
    """
    samples = sp.oo if problem.inner_loop.samples is None else problem.setting.samples
    squares = problem.evaluate(mean_square_of_gradient(samples), D=spreads)
    covariances = problem.mixture.covariances
    pulls = np.diagonal(covariances @ spreads @ covariances, axis1=-2, axis2=-1)
    system = problem.average(covariances * squares)
    return system @ sizes - problem.mixture.weights @ pulls, system


def _descend(problem: Problem, start: Array) -> Array | None:
    """Return the step sizes where the descent from a start ends; ``None`` where that is not determined."""

    def risk_and_slope(sizes: Array) -> tuple[float, Array]:
        # Theta is at its best for the step sizes, so that moving with them changes nothing to first order.
        _, spreads, risk = _adapted(problem, sizes)
        return risk, _slope(problem, sizes, spreads)[0]

    try:
        descended = scipy.optimize.minimize(risk_and_slope, start, jac=True, method="BFGS", options={"gtol": 1e-9}).x
        found = scipy.optimize.root(lambda sizes: risk_and_slope(sizes)[1], descended, tol=1e-13).x
        slope, system = _slope(problem, found, _adapted(problem, found)[1])
    except np.linalg.LinAlgError:
        return None
    values = np.linalg.svd(system, compute_uv=False)
    size = max(1.0, float(np.abs(found).max()))
    determined = values[-1] > _SINGULAR * values[0] and np.abs(slope).max() <= _RESIDUAL * values[0] * size
    return found if determined and np.abs(found - descended).max() <= _NEAR * size else None


METHOD = MetaSGD
