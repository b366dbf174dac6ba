"""ALFA: inner steps ``theta' = (1 - b) theta - a g`` whose step size a and weight decay b a generator puts out.

The published generator is a small network that sees each layer's mean parameter and gradient. Here it is reduced to
what it may tell from them: with ``statistic = "class"`` it knows the class of a task and has an a for each, and with
``weight_decay = true`` a b too; with ``"inputs"`` it sees how large the inputs are and puts out
``a = a_1 + a_2 (tr(Shat) / tr(E Sigma) - 1)``. It puts out the same at every inner step. Generator and initialisation
descend the same loss, that after adaptation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import scipy

from theory.errors import ConfigurationError, UnsupportedError
from theory.methods.generated_steps import GeneratedRisk
from theory.methods.method import Method, Solution
from theory.methods.parameters import Choice, Flag, parameter
from theory.methods.problem import Problem
from theory.mixture import Mixture

__all__ = ["ALFA", "METHOD"]

#: How long the mean update is followed before its end is solved for, in units of 1 / outer step size.
_TIME = 4000.0
#: A slope that counts as none, relative to the risk.
_FLAT = 1e-10


@dataclass(frozen=True)
class ALFA(Method):
    """ALFA (Baik et al. 2020) together with a learned initialisation.

    Parameters
    ----------
    statistic : {"class", "inputs"}
        What the generator sees.
    weight_decay : bool
        Whether it puts out a weight decay for each class; not where it sees inputs only.
    """

    statistic: Any = parameter(Choice(("class", "inputs")), "class", "what the generator of step sizes sees of a task")
    weight_decay: Any = parameter(Flag(), False, "whether it puts out a weight decay for each class too")

    name: ClassVar[str] = "alfa"
    title: ClassVar[str] = "ALFA"
    paper: ClassVar[str] = "Baik et al. 2020, arXiv 2011.00209"
    reweights: ClassVar[str] = "by the curvature of the risk after an adaptation of its own for each task"
    conditions: ClassVar[str] = "one inner step; several points of rest are possible"

    @property
    def decays(self) -> bool:
        """Whether there is a weight decay."""
        return bool(self.weight_decay)

    def check(self, mixture: Mixture) -> None:
        """Refuse weight decay where the generator sees inputs only; see :meth:`Method.check`."""
        super().check(mixture)
        if self.weight_decay and self.statistic == "inputs":
            raise ConfigurationError(
                'method.alfa.weight_decay: got true with statistic = "inputs"; must be false or absent there'
            )

    def solve(self, problem: Problem) -> Solution:
        """Follow the mean update from the mean of the centres and the configured step size, and solve for its end.

        The derived risk is a polynomial in all that is learned, and descended by the method: wherever it goes down to
        is a local minimum. Over several inner steps that descent is so slow, where the risk is flat in the step sizes,
        that no simulation has confirmed its end: they are refused.
        """
        if problem.inner_loop.steps > 1:
            raise UnsupportedError(
                f"method alfa: got adaptation.steps = {problem.inner_loop.steps}; must be 1: where its descent ends "
                "over several inner steps has not been confirmed by simulation"
            )
        risk = GeneratedRisk.of(problem, self.statistic, decays=self.decays)
        start = risk.start()
        flow = scipy.integrate.solve_ivp(
            lambda _, point: -risk.gradient(point), (0, _TIME), start, method="LSODA", rtol=1e-6
        )
        end = flow.y[:, -1]
        found = scipy.optimize.root(risk.gradient, end, tol=1e-13).x
        # Where the risk is nearly flat, a root finder may run away along it.
        near = np.linalg.norm(found - end) <= 0.3 * np.linalg.norm(end) and risk.value(found) <= risk.value(end)
        point = found if near else end
        slope, scale = float(np.abs(risk.gradient(point)).max()), risk.value(start)
        notes = ["several points of rest are possible: this is the one that the mean of the centres leads to"]
        if slope > _FLAT * scale:
            notes.append(f"not at rest: along a nearly flat valley of the risk a slope of {slope:.2g} is left")
        theta, learned = risk.parts(point)
        return Solution(theta, risk.value(point), notes=tuple(notes), own_adaptation=True, learned=learned)


METHOD = ALFA
