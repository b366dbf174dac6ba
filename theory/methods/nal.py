"""NAL, non-adaptive learning: ``theta <- theta - eta grad f_i(theta)``, the average task's loss descended as it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from theory.adaptation import population_excess
from theory.gain import Setting
from theory.methods.linear import Drift, LinearMethod

__all__ = ["METHOD", "NAL"]


@dataclass(frozen=True)
class NAL(LinearMethod):
    """Non-adaptive learning, the baseline."""

    name: ClassVar[str] = "nal"
    title: ClassVar[str] = "NAL (non-adaptive learning)"
    paper: ClassVar[str] = "Collins, Mokhtari, Shakkottai 2020, arXiv 2010.14672"
    reweights: ClassVar[str] = "by the input covariance"
    conditions: ClassVar[str] = "the mean covariance is nonsingular"

    def drift(self, setting: Setting) -> Drift:
        """Derive it: the gradient of a task's population loss is its Hessian times the error."""
        return Drift.weighting(population_excess())


METHOD = NAL
