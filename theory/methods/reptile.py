"""Reptile: ``theta <- theta + eta (theta_i' - theta)``, towards where the inner loop ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from theory.gain import Setting
from theory.methods.linear import Drift, LinearMethod, mean_propagator
from theory.words import IDENTITY

__all__ = ["METHOD", "Reptile"]


@dataclass(frozen=True)
class Reptile(LinearMethod):
    """Reptile (Nichol, Achiam and Schulman 2018)."""

    name: ClassVar[str] = "reptile"
    title: ClassVar[str] = "Reptile"
    paper: ClassVar[str] = "Nichol, Achiam, Schulman 2018, arXiv 1803.02999"
    reweights: ClassVar[str] = "by how far the inner loop moves"
    conditions: ClassVar[str] = "positive weights: alpha times every eigenvalue below 2 where K is even"

    def drift(self, setting: Setting) -> Drift:
        """Derive it: the inner loop moves the error by itself less what the mean propagator leaves of it."""
        return Drift.weighting(IDENTITY - mean_propagator(setting))


METHOD = Reptile
