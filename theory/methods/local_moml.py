"""LocalMOML: in every round, the sampled tasks take steps of MOML on copies of theta, which are then averaged.

A round begins with ``phi = theta`` and the memory ``u`` where the inner loop from theta ends. Each of its H local steps
is ``u <- (1 - beta) u + beta phi'``, phi' being where the inner loop from phi ends on new data, and then
``phi <- phi - eta J' grad f(u)`` with J the Jacobian of that inner loop; theta becomes the average of the phi.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

import sympy as sp

from theory.adaptation import population_excess
from theory.gain import Setting
from theory.methods.linear import Drift, LinearMethod, mean_propagator
from theory.methods.moml import BETA
from theory.methods.parameters import Count, Real, parameter
from theory.methods.problem import Problem
from theory.mixture import Array
from theory.words import IDENTITY

__all__ = ["METHOD", "LocalMOML"]


@dataclass(frozen=True)
class LocalMOML(LinearMethod):
    """Memory-based MAML in rounds of local steps (Wang, Yuan, Ying and Yang 2021).

    Parameters
    ----------
    beta : number
        Share of the newest adapted parameters in the memory.
    step_size : number
        Size eta of the local steps.
    local_steps : int
        Local steps H of a round.
    """

    beta: Any = parameter(BETA, Fraction(1, 5), "share of the newest adapted parameters in a task's memory")
    step_size: Any = parameter(Real("a number above 0", above=0), Fraction(1, 10), "size of the local steps")
    local_steps: Any = parameter(Count(64), 2, "local steps on each task before the average is taken")

    name: ClassVar[str] = "local_moml"
    title: ClassVar[str] = "LocalMOML"
    paper: ClassVar[str] = "Wang, Yuan, Ying, Yang 2021, arXiv 2106.04911"
    reweights: ClassVar[str] = "by how far H steps of MOML go: from MOML (H = 1) to the plain average"
    conditions: ClassVar[str] = "local step size below 2 / largest curvature after adaptation"

    def drift(self, setting: Setting) -> Drift:
        """Derive it: what a round makes, in the mean, of the error with which it begins."""
        left = self._after_round(
            IDENTITY,
            mean_propagator(setting),
            population_excess(),
            setting.curvature(),
            sp.sympify(self.beta),
            sp.sympify(self.step_size),
            operator.mul,
        )
        return Drift.weighting(IDENTITY - left)

    def matrices(self, problem: Problem) -> tuple[Array, Array]:
        """Return the drift of every class, step by step in numbers."""
        identity = problem.evaluate(IDENTITY)
        left = self._after_round(
            identity,
            problem.evaluate(mean_propagator(problem.setting)),
            problem.mixture.covariances,
            problem.curvatures(),
            problem.number(self.beta),
            problem.number(self.step_size),
            operator.matmul,
        )
        matrix: Array = identity - left
        return matrix, matrix

    def _after_round(
        self,
        identity: Any,
        propagator: Any,
        hessian: Any,
        curvature: Any,
        beta: Any,
        size: Any,
        times: Callable[[Any, Any], Any],
    ) -> Any:
        """Take the mean errors of phi and of the memory through the local steps.

        Only the newest part of the memory shares its data with the Jacobian. The mean propagator is symmetric.
        """
        error, memory = identity, propagator
        unshared = times(propagator, hessian)
        for _ in range(self.local_steps):
            gradient = times(unshared, memory) * (1 - beta) + times(curvature, error) * beta
            memory = memory * (1 - beta) + times(propagator, error) * beta
            error = error - gradient * size
        return error


METHOD = LocalMOML
