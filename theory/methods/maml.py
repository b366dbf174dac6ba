"""MAML: ``theta <- theta - eta J_i' grad f_i(theta_i')``, J_i being the Jacobian of the inner loop on a task's data.

It may train with an inner step size of its own, also a negative one (Bernacchia 2021), and share its batches otherwise
than the definition of the objective does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import sympy as sp

from theory.gain import Setting
from theory.methods.batches import SHARED_BY_MAML, evaluated_weight, shared_weight
from theory.methods.linear import Drift, LinearMethod
from theory.methods.parameters import Choice, Real, parameter
from theory.methods.problem import Problem
from theory.mixture import Array

__all__ = ["MAML", "METHOD"]

_OWN = "inner+hessian"


@dataclass(frozen=True)
class MAML(LinearMethod):
    """Model-agnostic meta-learning with the exact gradient.

    Parameters
    ----------
    step_size : number or None
        Inner step size in training, where it is not that of the test.
    batches : str
        Which of the inner loop, its Hessians and the outer loss look at the same data.
    """

    step_size: Any = parameter(Real("a number"), None, "inner step size in training; that of [adaptation] if not given")
    batches: Any = parameter(
        Choice(tuple(SHARED_BY_MAML)), _OWN, "which of inner loop, its Hessians and outer loss see the same data"
    )

    name: ClassVar[str] = "maml"
    title: ClassVar[str] = "MAML"
    paper: ClassVar[str] = "Finn, Abbeel, Levine 2017, arXiv 1703.03400"
    reweights: ClassVar[str] = "by the curvature of the risk after adaptation"
    conditions: ClassVar[str] = "always, for finitely many samples; other batches may turn weights negative"

    def drift(self, setting: Setting) -> Drift:
        """Derive it: the gradient of the adapted risk ``1/2 e' Q e`` is ``Q e``; other batches average otherwise."""
        weight = setting.curvature() if self.batches == _OWN else shared_weight(setting, SHARED_BY_MAML[self.batches])
        if self.step_size is not None:
            trained = {setting.step_size: sp.sympify(self.step_size)}
            weight = weight.map_coefficients(lambda value: value.xreplace(trained))
        return Drift.weighting(weight)

    def matrices(self, problem: Problem) -> tuple[Array, Array]:
        """Return the weight of every class, step by step where the steps are on fresh data."""
        loop = problem.inner_loop
        if self.step_size is not None:
            loop = replace(loop, step_size=problem.number(self.step_size))
        if self.batches == _OWN or loop.samples is None:
            weights = problem.curvatures(loop)
        else:
            weights = evaluated_weight(problem, SHARED_BY_MAML[self.batches], loop.step_size)
        return weights, weights


METHOD = MAML
