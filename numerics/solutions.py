"""Where every method comes to rest on a configuration, and what it gains there: the methods' derivations, evaluated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from numerics.arithmetic import constants_for
from numerics.closed_form import Evaluation, curvatures, evaluate
from numerics.configuration import Configuration
from theory.errors import UnsupportedError
from theory.methods.method import Method, Solution
from theory.methods.problem import Problem
from theory.mixture import Array, InnerLoop, Number

__all__ = ["Placed", "evaluated_problem", "place", "problem_of"]

#: Distance from the line through two centres, relative to theirs, up to which a solution counts as on it.
_ON_LINE = 1e-9


@dataclass(frozen=True, eq=False)
class Placed:
    """A method's solution among those of NAL and MAML.

    Parameters
    ----------
    method : Method
        The method, with its parameters.
    solution : Solution
        Where it comes to rest.
    tilt : number or None
        Where that is between the easy centre (0) and the hard one (1): for two classes, if it is on the line through
        their centres.
    gain_over_nal, regret_to_maml : number or None
        What its risk is below NAL's and above MAML's; ``None`` where it has no risk.
    """

    method: Method
    solution: Solution
    tilt: Number | None
    gain_over_nal: Number | None
    regret_to_maml: Number | None


def problem_of(evaluation: Evaluation) -> Problem:
    """Return what methods are solved on, in the arithmetic of the evaluation."""
    number = constants_for(evaluation.mixture.covariances)

    def adapted(loop: InnerLoop) -> tuple[Array, Array]:
        if loop == evaluation.inner_loop:
            return evaluation.curvatures, evaluation.population.noise_floors
        mixture = evaluation.mixture
        samples = None if loop.samples is None else np.array([number(loop.samples, 1)])
        size = np.array([loop.step_size])
        return curvatures(mixture.covariances, mixture.noises, size, samples, loop.steps, loop.data)

    return Problem(evaluation, adapted, number)


def place(method: Method, problem: Problem) -> Placed:
    """Solve a method on a configuration and compare it with NAL and MAML.

    Parameters
    ----------
    method : Method
        The method, with its parameters.
    problem : Problem
        The configuration.

    Raises
    ------
    UnsupportedError
        If the method says nothing about such configurations, or not in exact arithmetic.
    """
    if problem.is_exact and not method.linear:
        raise UnsupportedError(f"method {method.name}: it has no exact solution; leave --exact out")
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        solution = _finite(method.solve(problem))
    gain, regret = _gaps(solution, problem.evaluated)
    return Placed(method, solution, _tilt(solution, problem), gain, regret)


def _finite(solution: Solution) -> Solution:
    numbers: list[Any] = [] if solution.theta is None else [*solution.theta]
    numbers += [] if solution.risk is None else [solution.risk]
    if all(np.isfinite(float(value)) for value in numbers):
        return solution
    return Solution.missing("its point of rest or its risk is beyond the range of float64", *solution.notes)


def _gaps(solution: Solution, evaluated: Any) -> tuple[Number | None, Number | None]:
    if solution.risk is None:
        return None, None
    if solution.own_adaptation or solution.theta is None:
        return evaluated.risk_nal - solution.risk, solution.risk - evaluated.risk_maml
    # The universal gap: as squares, so that float64 does not cancel them away.
    distance = solution.theta - evaluated.theta_maml
    regret = (distance * (evaluated.hessian_maml @ distance)).sum() / 2
    return evaluated.gain - regret, regret


def _tilt(solution: Solution, problem: Problem) -> Number | None:
    mixture = problem.mixture
    if solution.theta is None or len(mixture.classes) != 2:
        return None
    hardness = np.trace(mixture.covariances, axis1=-2, axis2=-1)
    easy, hard = mixture.centres if hardness[0] >= hardness[1] else mixture.centres[::-1]
    line, offset = hard - easy, solution.theta - easy
    length = (line * line).sum()
    if float(length) == 0:
        return None
    tilt = (offset * line).sum() / length
    aside = np.abs(np.asarray(offset - tilt * line, dtype=float)).max()
    return tilt if aside <= _ON_LINE * float(length) ** 0.5 * max(1.0, abs(float(tilt))) else None


def evaluated_problem(configuration: Configuration, *, exact: bool = False) -> Problem:
    """Evaluate a configuration and return what methods are solved on.

    Parameters
    ----------
    configuration : Configuration
        The mixture and the inner loop.
    exact : bool
        Whether to compute in rationals.
    """
    inputs = configuration.exact if exact else (configuration.mixture, configuration.inner_loop)
    return problem_of(evaluate(*inputs))
