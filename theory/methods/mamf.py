"""MAMF, multitask fine-tuning: E plain gradient steps on each sampled task in turn, on one and the same theta."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

import sympy as sp

from theory.adaptation import population_excess
from theory.gain import Setting
from theory.methods.linear import Drift, LinearMethod
from theory.methods.parameters import Count, Real, parameter
from theory.methods.problem import Problem
from theory.mixture import Array
from theory.words import IDENTITY

__all__ = ["MAMF", "METHOD"]


@dataclass(frozen=True)
class MAMF(LinearMethod):
    """Model-agnostic multitask fine-tuning (Wang et al. 2022).

    Parameters
    ----------
    epochs : int
        Gradient steps E on each task.
    step_size : number
        Their step size eta.
    """

    epochs: Any = parameter(Count(64), 5, "gradient steps E on each task before the next one")
    step_size: Any = parameter(Real("a number above 0", above=0), Fraction(1, 10), "their step size")

    name: ClassVar[str] = "mamf"
    title: ClassVar[str] = "MAMF (multitask fine-tuning)"
    paper: ClassVar[str] = "Wang et al. 2022, arXiv 2203.04904"
    reweights: ClassVar[str] = "by how far E steps on the task go, from NAL (E = 1) to the plain average"
    conditions: ClassVar[str] = "step size below 2 / largest eigenvalue"

    def drift(self, setting: Setting) -> Drift:
        """Derive it: a sweep over one task takes the error e to (I - eta S)^E e."""
        step = IDENTITY - population_excess() * sp.sympify(self.step_size)
        return Drift.weighting(IDENTITY - step**self.epochs)

    def matrices(self, problem: Problem) -> tuple[Array, Array]:
        """Return the same in numbers: many steps make long polynomials."""
        identity, covariances = problem.evaluate(IDENTITY), problem.mixture.covariances
        step = identity - covariances * problem.number(self.step_size)
        left = identity
        for _ in range(self.epochs):
            left = left @ step
        matrix: Array = identity - left
        return matrix, matrix


METHOD = MAMF
