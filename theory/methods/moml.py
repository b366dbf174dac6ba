"""MOML, memory-based MAML: each task remembers a moving average of its adapted parameters, and is judged there.

When task i is visited, ``u_i <- (1 - beta) u_i + beta theta_i'``, theta_i' being where its inner loop ends; then
``theta <- theta - eta J_i' grad f_i(u_i)`` with J_i the Jacobian of the inner loop.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

import sympy as sp

from theory.adaptation import population_excess
from theory.gain import Setting
from theory.methods.linear import Drift, LinearMethod, mean_propagator
from theory.methods.parameters import Choice, Flag, Real, parameter
from theory.methods.problem import Problem
from theory.mixture import Array
from theory.words import Polynomial

__all__ = ["BETA", "METHOD", "MOML", "unshared_curvature"]

#: What the share of the newest adapted parameters in a memory may be.
BETA = Real("a number above 0 and at most 1", above=0, most=1)


def unshared_curvature(setting: Setting) -> Polynomial:
    """Derive the mean outer matrix where Jacobian and adapted parameters come from independent data."""
    propagator = mean_propagator(setting)
    return propagator.transpose() * population_excess() * propagator


@dataclass(frozen=True)
class MOML(LinearMethod):
    """Memory-based MAML (Wang, Yuan, Ying and Yang 2021) on a finite set of tasks.

    Parameters
    ----------
    beta : number
        Share of the newest adapted parameters in the memory.
    hessian_batch : {"reused", "independent"}
        Whether the Jacobian is computed on the data of the inner loop or on other data.
    first_order : bool
        Whether the Jacobian is left out, as the published code does.
    """

    beta: Any = parameter(BETA, Fraction(1, 5), "share of the newest adapted parameters in a task's memory")
    hessian_batch: Any = parameter(
        Choice(("reused", "independent")), "reused", "data of the outer gradient's Jacobian: the inner loop's, or other"
    )
    first_order: Any = parameter(Flag(), False, "whether the Jacobian is left out, as the published code does")

    name: ClassVar[str] = "moml"
    title: ClassVar[str] = "MOML (memory-based MAML)"
    paper: ClassVar[str] = "Wang, Yuan, Ying, Yang 2021, arXiv 2106.04911"
    reweights: ClassVar[str] = "as MAML with m / beta samples (K = 1), with infinitely many on an independent batch"
    conditions: ClassVar[str] = "always, with the Jacobian and finitely many samples of one batch"

    def drift(self, setting: Setting) -> Drift:
        """Derive it: the memory is where theta adapts to in the mean; only its newest part shares the Jacobian's data.

        A task's memory less its optimum is, at rest, the mean propagator times the error: the old part, whatever its
        age, is independent of the data that the Jacobian is computed on, the new part is not.
        """
        if self.first_order:
            return Drift.weighting(population_excess() * mean_propagator(setting))
        apart = unshared_curvature(setting)
        if self.hessian_batch == "independent":
            return Drift.weighting(apart)
        beta = sp.sympify(self.beta)
        return Drift.weighting(apart * (1 - beta) + setting.curvature() * beta)

    def matrices(self, problem: Problem) -> tuple[Array, Array]:
        """Return the drift of every class, MAML's part of it as MAML has it."""
        if self.first_order or self.hessian_batch == "independent":
            return super().matrices(problem)
        beta = problem.number(self.beta)
        matrix = problem.evaluate(unshared_curvature(problem.setting)) * (1 - beta) + problem.curvatures() * beta
        return matrix, matrix

    def notes(self, problem: Problem) -> tuple[str, ...]:
        """Say where the memory's share does not matter."""
        if self.first_order or self.hessian_batch == "independent" or problem.inner_loop.samples is None:
            return ("the point of rest does not depend on beta: no data is used twice",)
        return ()


METHOD = MOML
