"""Classical fine-tuning: gradient steps on the data of all tasks in one pool, of which each class has a share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from theory.adaptation import population_excess
from theory.gain import Setting
from theory.methods.linear import Drift, LinearMethod
from theory.methods.parameters import Shares, parameter

__all__ = ["METHOD", "Pooled"]


@dataclass(frozen=True)
class Pooled(LinearMethod):
    """Fine-tuning on one pooled set, to which Wang et al. (2022) compare MAMF.

    Parameters
    ----------
    shares : tuple of numbers, optional
        Share of each class in the pooled data; by default the classes' weights, which makes it NAL.
    """

    shares: Any = parameter(Shares(), None, "share of each class in the pooled data; by default the classes' weights")

    name: ClassVar[str] = "pooled"
    title: ClassVar[str] = "pooled fine-tuning"
    paper: ClassVar[str] = "Wang et al. 2022, arXiv 2203.04904"
    reweights: ClassVar[str] = "by the input covariance, classes by how much data they have"
    conditions: ClassVar[str] = "the mean covariance of the pool is nonsingular"

    def class_weights(self, weights: Sequence[Any]) -> Sequence[Any]:
        """Return the shares of the pool, where they differ from the mixture's weights."""
        return weights if self.shares is None else self.shares

    def drift(self, setting: Setting) -> Drift:
        """Derive it: the gradient of a sample is, in the mean, that of the loss of the class it comes from."""
        return Drift.weighting(population_excess())


METHOD = Pooled
