"""FOMAML, first-order MAML: ``theta <- theta - eta grad f_i(theta_i')``, the Jacobian of the inner loop left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from theory.gain import Setting
from theory.methods.linear import Drift, LinearMethod, mean_propagator, outer_hessian

__all__ = ["FOMAML", "METHOD"]


@dataclass(frozen=True)
class FOMAML(LinearMethod):
    """First-order MAML (Finn, Abbeel and Levine 2017; Nichol, Achiam and Schulman 2018)."""

    name: ClassVar[str] = "fomaml"
    title: ClassVar[str] = "FOMAML (first-order MAML)"
    paper: ClassVar[str] = "Finn, Abbeel, Levine 2017, arXiv 1703.03400"
    reweights: ClassVar[str] = "by the covariance, shrunk once by the mean inner loop"
    conditions: ClassVar[str] = "positive weights: alpha times every eigenvalue below 1"

    def drift(self, setting: Setting) -> Drift:
        """Derive it: the outer gradient is the population Hessian times the adapted error, averaged over the data."""
        return Drift.weighting(outer_hessian() * mean_propagator(setting))


METHOD = FOMAML
