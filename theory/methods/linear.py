"""What all linear methods share: the point of rest of an affine mean update, its stability, its weights, its gap.

The mean outer update of a linear method is ``-eta sum_k p_k (A_k theta - B_k c_k)``, A_k and B_k depending on the class
only. It rests at ``theta = (sum p A)^-1 sum p B c``, whatever the outer step size, and is drawn there by small steps
exactly when every eigenvalue of ``sum p A`` has a positive real part.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Literal, get_args

import numpy as np
import sympy as sp

from theory.adaptation import adapted_error
from theory.errors import UnknownNameError, UnsupportedError
from theory.gain import Setting, derive_pair
from theory.methods.method import Method, Solution
from theory.methods.problem import MEAN_COVARIANCE, Problem
from theory.mixture import Array
from theory.moments import COVARIANCE, expectation
from theory.symbols import d, p, rho, rho_E, rho_H, share
from theory.words import Polynomial

__all__ = ["Drift", "LinearMethod", "LinearQuantity", "mean_propagator"]

QuantityName = Literal["share", "weight_easy", "weight_hard", "risk", "gain_over_nal", "regret_to_maml"]

_MEAN_VARIANCE = sp.Symbol("rhobar")
#: A mean matrix whose smallest singular value is this small a share of the largest is singular in floating point.
_SINGULAR = 1e-13


@dataclass(frozen=True)
class Drift:
    """The mean outer gradient of one class, ``matrix theta - target theta*``.

    Parameters
    ----------
    matrix, target : Polynomial
        In the letters ``S``, the class's covariance, and ``Sbar``, its average over tasks. Where both are the same, the
        method only re-weights the tasks.
    """

    matrix: Polynomial
    target: Polynomial

    @classmethod
    def weighting(cls, matrix: Polynomial) -> Drift:
        """Return the drift of a method that gives a task this weight."""
        return cls(matrix, matrix)


@dataclass(frozen=True)
class LinearMethod(Method):
    """A method whose mean update is affine in theta: it only has to state its drift."""

    linear: ClassVar[bool] = True
    #: Whether matrix and target of an isotropic class are multiples of the identity.
    scalar: ClassVar[bool] = True

    @abstractmethod
    def drift(self, setting: Setting) -> Drift:
        """Derive the mean outer gradient of one class from the update rule.

        Parameters
        ----------
        setting : Setting
            The inner loop, in symbols.
        """

    def matrices(self, problem: Problem) -> tuple[Array, Array]:
        """Evaluate the drift for every class of a mixture, matrix and target, both of shape (classes, d, d).

        A method overrides it where there is a quicker way than evaluating the polynomials.
        """
        drift = self.drift(problem.setting)
        matrix = problem.evaluate(drift.matrix)
        return matrix, matrix if drift.target.same_as(drift.matrix) else problem.evaluate(drift.target)

    def class_weights(self, weights: Sequence[Any]) -> Sequence[Any]:
        """Return the probabilities with which the method draws the classes: by default those of the mixture.

        Parameters
        ----------
        weights : sequence
            The mixture's, numbers or symbols.
        """
        return weights

    def drawn(self, problem: Problem) -> Array:
        """Return :meth:`class_weights` on a mixture, in its arithmetic, shape (classes,)."""
        return np.array([problem.number(weight) for weight in self.class_weights(list(problem.mixture.weights))])

    def solve(self, problem: Problem) -> Solution:
        """Find the point of rest, and say what of existence, stability and positive weights fails."""
        (matrices, targets), weights = self.matrices(problem), self.drawn(problem)
        mean, moment = problem.average(matrices, weights), problem.moment(targets, weights)
        floats = np.asarray(mean, dtype=float)
        if not np.isfinite(floats).all():
            return Solution.missing("the mean update is beyond the range of float64")
        sizes = np.linalg.svd(floats, compute_uv=False)
        scale = float(np.abs(np.asarray(problem.average(abs(matrices), weights), dtype=float)).max())
        if sizes[-1] <= _SINGULAR * max(float(sizes[0]), scale):
            return Solution.missing(
                "no unique point of rest: the mean matrix of the update is singular (smallest singular value "
                f"{sizes[-1]:.3g})"
            )
        theta = problem.solve(mean, moment)
        slowest = float(np.linalg.eigvals(floats).real.min())
        notes = [*self.notes(problem), *_negative_weights(problem, matrices, weights)]
        if slowest <= 0:
            notes.append(
                f"unstable for every outer step size: the mean matrix has an eigenvalue of real part {slowest:.3g}, "
                "which must be positive"
            )
        return Solution(theta, problem.risk(theta), stable=slowest > 0, notes=tuple(notes))

    def at_variance(self, setting: Setting, variance: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
        """Derive the multiples of the identity that matrix and target are for an isotropic class.

        Parameters
        ----------
        setting : Setting
            The inner loop, in symbols.
        variance : sympy.Expr
            The class's input variance.
        """
        drift = self.drift(setting)
        values = {COVARIANCE: variance, MEAN_COVARIANCE: (1 - p) * rho_E + p * rho_H}
        return drift.matrix.at_scalars(values, d), drift.target.at_scalars(values, d)

    def equations(self) -> tuple[tuple[str, sp.Expr | Polynomial], ...]:
        """Return the drift, what it is for an isotropic class, and the share of the easy centre of a pair."""
        drift = self.drift(Setting())
        weighting = drift.target.same_as(drift.matrix)
        matrices = (("M", drift.matrix),) if weighting else (("A", drift.matrix), ("B", drift.target))
        values = {COVARIANCE: rho, MEAN_COVARIANCE: _MEAN_VARIANCE}
        easy, hard = sp.symbols("w_E w_H")
        if not weighting:
            return matrices
        share = (1 - p) * easy / ((1 - p) * easy + p * hard)
        return (*matrices, (r"w(\rho)", drift.matrix.at_scalars(values, d)), (r"\omega", share))

    def notes(self, problem: Problem) -> tuple[str, ...]:
        """Say what a reader of the solution must know; nothing by default."""
        return ()


def _negative_weights(problem: Problem, matrices: Array, weights: Array) -> list[str]:
    notes = []
    classes = zip(problem.mixture.classes, weights, np.asarray(matrices, dtype=float), strict=True)
    for task_class, weight, matrix in classes:
        lowest = float(np.linalg.eigvalsh((matrix + matrix.T) / 2)[0])
        if lowest < 0 and weight > 0:
            notes.append(
                f"class {task_class.name!r} has a negative weight ({lowest:.3g} in its lowest direction): the point of "
                "rest may lie outside the centres"
            )
    return notes


@cache
def mean_propagator(setting: Setting) -> Polynomial:
    """Derive the mean of the matrix that takes a task's error through the inner loop."""
    if setting.data == "fresh":
        one = expectation(adapted_error(1).propagator, setting.samples)
        propagator = one**setting.steps
    else:
        propagator = expectation(adapted_error(setting.steps).propagator, setting.samples)
    return setting.with_step_size(propagator)


@dataclass(frozen=True)
class LinearQuantity:
    """A derived quantity of a linear method on the isotropic pair.

    ``share`` is the share of the easy centre in its point of rest, ``weight_*`` the multiple of the identity that its
    matrix is for a class; ``risk`` the excess risk there under the setting's adaptation, which is gained over NAL's
    optimum and regretted against MAML's.

    Parameters
    ----------
    method : LinearMethod
        The method; its parameters may be symbols.
    quantity : str
        Which of its quantities.
    setting : Setting
        The inner loop, at training and at test time.
    """

    method: LinearMethod
    quantity: QuantityName
    setting: Setting = Setting()

    def __post_init__(self) -> None:
        if self.quantity not in get_args(QuantityName):
            raise UnknownNameError.among("quantity of a linear method", self.quantity, get_args(QuantityName))
        if not self.method.scalar:
            raise UnsupportedError(f"{self.method.name} has no {self.quantity}: it weights coordinates differently")

    @property
    def name(self) -> str:
        """How messages call it."""
        return f"{self.quantity} of {self.method.name}"

    def expression(self) -> sp.Expr:
        """Derive it, in the symbols of the pair, ``d``, ``m``, the step size and those of the method."""
        easy, hard = (self.method.at_variance(self.setting, variance) for variance in (rho_E, rho_H))
        if self.quantity.startswith("weight"):
            return (easy if self.quantity == "weight_easy" else hard)[0]
        # With c_E at 0 and c_H at 1, theta is at 1 - share.
        easy_weight, hard_weight = self.method.class_weights((1 - p, p))
        position = hard_weight * hard[1] / (easy_weight * easy[0] + hard_weight * hard[0])
        if self.quantity == "share":
            return 1 - position
        pair = derive_pair(self.setting)
        risk = pair["risk_at_share"].xreplace({share: 1 - position})
        return {
            "risk": risk,
            "gain_over_nal": pair["risk_nal"] - risk,
            "regret_to_maml": risk - pair["risk_maml"],
        }[self.quantity]
