"""NestedMAML: task weights w, learned so that a step of weighted MAML lowers the loss on clean validation tasks.

An outer step looks ahead, ``theta+ = theta - eta sum_i w_i g_i`` with MAML's gradients g_i; moves each weight against
the validation loss there, ``w_k <- max(0, w_k + gamma <grad F_V(theta+), sum_{i of k} g_i>)``; and then takes the step
with the new weights. There is one weight for each class, scaled so that they average 1 over training tasks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from theory.methods.method import Method, Solution
from theory.methods.parameters import Shares, parameter
from theory.methods.problem import Problem
from theory.mixture import Array

__all__ = ["METHOD", "NestedMAML", "learned_weights"]

#: Singular values below this share of the largest are zero up to round-off.
_SINGULAR = 1e-10


@dataclass(frozen=True)
class NestedMAML(Method):
    """NestedMAML (Killamsetty et al. 2022), its validation tasks drawn from the same classes in other proportions.

    Parameters
    ----------
    validation : tuple of number, optional
        Share of each class in the validation tasks; by default that in the training tasks.
    """

    validation: Any = parameter(
        Shares(), None, "share of each class in the validation tasks; by default as in training"
    )

    name: ClassVar[str] = "nested_maml"
    title: ClassVar[str] = "NestedMAML"
    paper: ClassVar[str] = "Killamsetty et al. 2022, arXiv 2011.06782"
    reweights: ClassVar[str] = "by MAML's curvature, times how much more common its class is among validation tasks"
    conditions: ClassVar[str] = "every class of the validation tasks occurs in training"

    def shares(self, problem: Problem) -> Array:
        """Return the share of each class in the validation tasks, shape (classes,)."""
        if self.validation is None:
            return problem.mixture.weights
        return np.array([problem.number(share) for share in self.validation])

    def solve(self, problem: Problem) -> Solution:
        """Find where the weights and the parameters come to rest.

        With G the gradient of the validation risk and g_k those of the classes, rest needs ``sum_k p_k w_k g_k = 0``
        and ``<G, g_k> <= 0`` for every class that is met, with equality where its weight is positive. The validation
        tasks being of the same classes, ``G = sum_k v_k g_k``, so that ``|G|^2 = sum_k v_k <G, g_k> <= 0``: the
        validation risk is minimal wherever the method rests.
        """
        shares = self.shares(problem)
        missing = [
            task_class.name
            for task_class, share in zip(problem.mixture.classes, shares, strict=True)
            if share > 0 and task_class.weight == 0
        ]
        if missing:
            return Solution.missing(f"class {missing[0]!r} occurs among the validation tasks and never in training")
        curvatures = problem.curvatures()
        mean = (shares[:, None, None] * curvatures).sum(axis=0)
        moment = (shares[:, None] * (curvatures @ problem.mixture.centres[..., None])[..., 0]).sum(axis=0)
        sizes = np.linalg.svd(np.asarray(mean, dtype=float), compute_uv=False)
        if sizes[-1] <= _SINGULAR * sizes[0]:
            return Solution.missing("no unique point of rest: the validation risk has no unique minimum")
        theta = problem.solve(mean, moment)
        weights = learned_weights(problem, curvatures, theta, shares)
        if weights is None:
            note = "the weights are not unique: several of them lead to the same parameters"
            return Solution(theta, problem.risk(theta), notes=(note,))
        return Solution(theta, problem.risk(theta), learned={"weights": weights})


def learned_weights(problem: Problem, curvatures: Array, theta: Array, shares: Array) -> Array | None:
    """Return the weights that hold the parameters at the validation optimum, or ``None`` if several do.

    Parameters
    ----------
    problem : Problem
        The configuration.
    curvatures : array, shape (classes, d, d)
        Q of every class.
    theta, shares : array, shape (d,) and (classes,)
        The validation optimum, and the shares that it is optimal for.
    """
    weights = problem.mixture.weights
    met = np.asarray(weights, dtype=float) > 0
    gradients = (curvatures @ (theta - problem.mixture.centres)[..., None])[..., 0]
    pulls = np.asarray(weights[:, None] * gradients, dtype=float)[met]
    if np.linalg.matrix_rank(pulls, tol=_SINGULAR * max(float(np.abs(pulls).max()), 1e-300)) < met.sum() - 1:
        return None
    ratio: Array = shares * problem.number(0)
    ratio[met] = shares[met] / weights[met]
    return ratio


METHOD = NestedMAML
