"""FOMAML, first-order MAML: ``theta <- theta - eta grad f_i(theta_i')``, the Jacobian of the inner loop left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from theory.gain import Setting
from theory.methods.batches import SHARED_BY_FOMAML, evaluated_weight, shared_weight
from theory.methods.linear import Drift, LinearMethod
from theory.methods.parameters import Choice, parameter
from theory.methods.problem import Problem
from theory.mixture import Array

__all__ = ["FOMAML", "METHOD"]


@dataclass(frozen=True)
class FOMAML(LinearMethod):
    """First-order MAML (Finn, Abbeel and Levine 2017; Nichol, Achiam and Schulman 2018).

    Parameters
    ----------
    batches : str
        Whether the inner loop and the outer loss look at the same data.
    """

    batches: Any = parameter(
        Choice(tuple(SHARED_BY_FOMAML)), "none", "whether inner loop and outer loss see the same data"
    )

    name: ClassVar[str] = "fomaml"
    title: ClassVar[str] = "FOMAML (first-order MAML)"
    paper: ClassVar[str] = "Finn, Abbeel, Levine 2017, arXiv 1703.03400"
    reweights: ClassVar[str] = "by the covariance, shrunk once by the mean inner loop"
    conditions: ClassVar[str] = "positive weights: alpha times every eigenvalue below 1"

    def drift(self, setting: Setting) -> Drift:
        """Derive it: the outer gradient is the Hessian of the outer loss times the adapted error, over the data."""
        return Drift.weighting(shared_weight(setting, SHARED_BY_FOMAML[self.batches]))

    def matrices(self, problem: Problem) -> tuple[Array, Array]:
        """Return the weight of every class, step by step where the steps are on fresh data."""
        weights = evaluated_weight(problem, SHARED_BY_FOMAML[self.batches], problem.inner_loop.step_size)
        return weights, weights


METHOD = FOMAML
