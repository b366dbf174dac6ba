"""MAML: ``theta <- theta - eta J_i' grad f_i(theta_i')``, J_i being the Jacobian of the inner loop on a task's data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from theory.gain import Setting
from theory.methods.linear import Drift, LinearMethod
from theory.methods.problem import Problem
from theory.mixture import Array

__all__ = ["MAML", "METHOD"]


@dataclass(frozen=True)
class MAML(LinearMethod):
    """Model-agnostic meta-learning with the exact gradient."""

    name: ClassVar[str] = "maml"
    title: ClassVar[str] = "MAML"
    paper: ClassVar[str] = "Finn, Abbeel, Levine 2017, arXiv 1703.03400"
    reweights: ClassVar[str] = "by the curvature of the risk after adaptation"
    conditions: ClassVar[str] = "always, for finitely many samples"

    def drift(self, setting: Setting) -> Drift:
        """Derive it: the gradient of the adapted risk ``1/2 e' Q e`` is ``Q e``."""
        return Drift.weighting(setting.curvature())

    def matrices(self, problem: Problem) -> tuple[Array, Array]:
        """Return Q of every class, step by step where the steps are on fresh data."""
        curvatures = problem.curvatures()
        return curvatures, curvatures


METHOD = MAML
