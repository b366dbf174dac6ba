"""TR-MAML, task-robust MAML: descend the adapted risk of the worst class instead of the average one.

``min over theta of max over w in the simplex of sum_k w_k F_k(theta)``, F_k being the adapted risk of class k. Each F_k
is a convex quadratic, so that minimum and maximum can be exchanged: theta is MAML's optimum under those weights of the
classes that make its risk largest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import scipy

from theory.methods.method import Method, Solution
from theory.methods.problem import Problem
from theory.mixture import Array

__all__ = ["METHOD", "TRMAML"]

#: Weights below it are taken for zero before the equations of the other classes are solved.
_IDLE = 1e-5
#: How far the worst risk may be above the averaged one, which bounds it from below, relative to it.
_GAP = 1e-9
#: A curvature whose smallest eigenvalue is this small a share of the largest is singular in floating point.
_SINGULAR = 1e-13


@dataclass(frozen=True)
class TRMAML(Method):
    """Task-robust MAML (Collins, Mokhtari and Shakkottai 2020), over the classes of the mixture."""

    name: ClassVar[str] = "tr_maml"
    title: ClassVar[str] = "TR-MAML (task-robust MAML)"
    paper: ClassVar[str] = "Collins, Mokhtari, Shakkottai 2020, arXiv 2002.04766"
    reweights: ClassVar[str] = "by MAML's curvature, the classes so that the worst of them are equally bad"
    conditions: ClassVar[str] = "every class's curvature after adaptation is nonsingular"

    def solve(self, problem: Problem) -> Solution:
        """Find the saddle point: the dual, concave in the weights, then the equations of the classes that count."""
        curvatures, floors = (np.asarray(part, dtype=float) for part in problem.adapted())
        present = np.asarray(problem.mixture.weights, dtype=float) > 0
        eigenvalues = np.linalg.eigvalsh(curvatures[present])
        if (eigenvalues[:, 0] <= _SINGULAR * eigenvalues[:, -1]).any():
            return Solution.missing("no unique point of rest: after adaptation the curvature of a class is singular")
        moments = (curvatures @ problem.mixture.centres[..., None])[..., 0]

        def optimum(weights: Array) -> Array:
            return np.asarray(np.linalg.solve(np.tensordot(weights, curvatures, 1), weights @ moments))

        def risks(weights: Array) -> Array:
            return problem.class_risks(optimum(weights), curvatures, floors)

        weights = _equalised(risks, _largest_average(risks, present))
        theta = optimum(weights)
        values = problem.class_risks(theta, curvatures, floors)
        worst = float(values[present].max())
        gap = worst - float(weights @ values)
        idle = [repr(c.name) for c, w in zip(problem.mixture.classes, weights, strict=True) if w == 0 < c.weight]
        notes = [f"the worst class's risk is {worst:.4g}"]
        if idle:
            notes.append(f"without weight, for others are worse off: {', '.join(idle)}")
        if gap > _GAP * worst:
            notes.append(f"found numerically: the worst class's risk may be {gap:.2g} above the least possible one")
        return Solution(theta, problem.risk(theta), notes=tuple(notes), learned={"weights": weights})


def _largest_average(risks: Callable[[Array], Array], present: Array) -> Array:
    """Maximise ``min over theta of sum_k w_k F_k(theta)``, whose gradient is the classes' risks, over the simplex."""
    start = present / present.sum()
    # In units of the risk, so that the tolerance means the same for every configuration.
    scale = float(risks(start)[present].max()) or 1.0
    found = scipy.optimize.minimize(
        lambda weights: -float(weights @ risks(weights)) / scale,
        start,
        jac=lambda weights: -risks(weights) / scale,
        method="SLSQP",
        bounds=[(0, float(here)) for here in present],
        constraints={"type": "eq", "fun": lambda weights: weights.sum() - 1, "jac": np.ones_like},
        options={"ftol": 1e-15, "maxiter": 500},
    )
    kept = np.where(found.x > _IDLE, found.x, 0.0)
    return np.asarray(kept / kept.sum())


def _equalised(risks: Callable[[Array], Array], weights: Array) -> Array:
    """Solve for weights of the active classes under which their risks are equal, to full precision."""
    active = np.flatnonzero(weights)
    if len(active) == 1:
        return weights
    scale = float(risks(weights)[active].max())

    def spread(weights_of_active: Array) -> Array:
        values = risks(_placed(weights_of_active, active, len(weights)))[active] / scale
        return np.append(np.diff(values), weights_of_active.sum() - 1)

    found = scipy.optimize.root(spread, weights[active], tol=1e-14)
    refined = _placed(found.x, active, len(weights))
    # Where the active classes' weights are not unique, what the maximisation found is kept.
    return refined if np.abs(spread(found.x)).max() < 1e-10 and refined.min() >= 0 else weights


def _placed(values: Array, where: Array, size: int) -> Array:
    weights = np.zeros(size)
    weights[where] = values
    return weights


METHOD = TRMAML
