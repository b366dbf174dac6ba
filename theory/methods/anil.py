"""ANIL, almost no inner loop: MAML whose inner loop adapts the head alone, the first coordinates of theta.

``theta_i' = theta - alpha P grad f_i(theta)`` with the projection P on the head; the outer step descends the loss at
theta_i' in all coordinates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import sympy as sp

from theory.errors import ConfigurationError, UnknownNameError
from theory.gain import Setting
from theory.methods.linear import Drift, LinearMethod
from theory.methods.parameters import Count, parameter
from theory.methods.preconditioned import PRECONDITIONER, evaluated_risk, preconditioned_risk
from theory.methods.problem import Problem
from theory.mixture import Array, Mixture
from theory.moments import COVARIANCE
from theory.symbols import d, rho
from theory.words import Polynomial, Word

__all__ = ["ANIL", "METHOD", "PartWeight", "head_size"]

head_size = sp.Symbol("d_h")


@dataclass(frozen=True)
class ANIL(LinearMethod):
    """Almost no inner loop (Raghu et al. 2020).

    Parameters
    ----------
    head : int
        Number of coordinates that are adapted, the first ones.
    """

    head: Any = parameter(Count(), 1, "coordinates that the inner loop adapts, the first ones")

    name: ClassVar[str] = "anil"
    title: ClassVar[str] = "ANIL (almost no inner loop)"
    paper: ClassVar[str] = "Raghu, Raghu, Bengio, Vinyals 2020, arXiv 1909.09157"
    reweights: ClassVar[str] = "by MAML's curvature in the head, by about the covariance elsewhere"
    conditions: ClassVar[str] = "always, for finitely many samples"

    scalar: ClassVar[bool] = False

    def check(self, mixture: Mixture) -> None:
        """Refuse a head that is larger than theta.

        Raises
        ------
        ConfigurationError
            Naming the key, what was given and what is allowed.
        """
        if self.head > mixture.dimension:
            raise ConfigurationError(
                f"method.anil.head: got {self.head}; must be at most the dimension {mixture.dimension}"
            )

    def drift(self, setting: Setting) -> Drift:
        """Derive it, in the letters S and P: the gradient of the adapted risk ``1/2 e' Q e`` is ``Q e``."""
        return Drift.weighting(preconditioned_risk(setting).curvature)

    def matrices(self, problem: Problem) -> tuple[Array, Array]:
        """Return the curvature after adapting the head, for every class."""
        curvatures, _ = self._adapted(problem)
        return curvatures, curvatures

    def equations(self) -> tuple[tuple[str, sp.Expr | Polynomial], ...]:
        """Return the drift, and what it is for an isotropic class in the body and in the head."""
        body, head = PartWeight("body").expression(), PartWeight("head").expression()
        return (
            ("M", self.drift(Setting()).matrix),
            (r"w_{\mathrm{body}}(\rho)", body),
            (r"w_{\mathrm{head}}(\rho)", head),
        )

    def notes(self, problem: Problem) -> tuple[str, ...]:
        """Say whose adaptation the risk is of."""
        if self.head == problem.mixture.dimension:
            return ()
        return ("the risk is that of adapting all coordinates at test time, as for every other method",)

    def _adapted(self, problem: Problem) -> tuple[Array, Array]:
        projection = np.diag([problem.number(int(k < self.head)) for k in range(problem.mixture.dimension)])
        return evaluated_risk(problem, projection, problem.setting, problem.inner_loop.step_size)


@dataclass(frozen=True)
class PartWeight:
    """The weight that ANIL gives to an isotropic class in the head, or in the body.

    Parameters
    ----------
    part : {"head", "body"}
        In which coordinates.
    setting : Setting
        The inner loop.
    """

    part: Literal["head", "body"]
    setting: Setting = Setting()

    def __post_init__(self) -> None:
        if self.part not in ("head", "body"):
            raise UnknownNameError.among("part of theta", self.part, ("head", "body"))

    @property
    def name(self) -> str:
        """How messages call it."""
        return f"ANIL's weight in the {self.part}"

    def expression(self) -> sp.Expr:
        """Derive it, in ``rho``, ``d``, ``m``, the step size and the size ``d_h`` of the head."""

        def trace_of(word: Word) -> sp.Expr:
            size = head_size if PRECONDITIONER in word else d
            return size * rho ** word.count(COVARIANCE)

        values = {COVARIANCE: rho, PRECONDITIONER: sp.Integer(self.part == "head")}
        return preconditioned_risk(self.setting).curvature.at_eigenvalues(values, trace_of)


METHOD = ANIL
