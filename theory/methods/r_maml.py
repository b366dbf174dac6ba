"""R-MAML: MAML whose outer loss is the clean one plus a multiple of the loss under attack.

The outer loss of task i is ``f_i(theta_i') + weight R_i(theta_i')``, R_i being the mean loss of inputs that an attacker
has moved by up to ``radius``. With the published R-MAML_out the inner steps are MAML's; the adapted parameters are then
affine in theta, and the objective is convex. With R-MAML_both the inner steps too descend such a sum, here over
``1 + weight``, so that without an attack they are MAML's steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np
import sympy as sp

from theory.errors import UnsupportedError
from theory.methods.adapted_draws import TaskDraws, affine_draws, attacked_draws
from theory.methods.attacked_loss import AttackedLoss, mean_attacked_loss
from theory.methods.attacked_rests import minimum, stable_rests, symmetric_subspace
from theory.methods.attacked_update import AttackedUpdate, Rest
from theory.methods.method import Method, Solution
from theory.methods.parameters import Flag, Real, parameter
from theory.methods.problem import Problem
from theory.mixture import Array
from theory.words import Polynomial

__all__ = ["METHOD", "RMAML"]

#: Nearer to 0 than this share of the solutions' size, where attacked inner steps jump, small steps are too large.
_NEAR_JUMP = 0.1
#: Standard errors below this share of the solutions' size are round-off.
_ROUND_OFF = 1e-13
#: Points at random, of the size of the tasks' solutions, from which points of rest are searched.
_STARTS, _SEED = 8, 0


@dataclass(frozen=True)
class RMAML(Method):
    """Robust adaptation by adversarial training (Wang et al. 2021).

    Parameters
    ----------
    radius : number
        How far an attacker moves an input at most, in its Euclidean norm.
    weight : number
        Weight of the attacked loss beside the clean one.
    inner : bool
        Whether inner steps descend the attacked loss too.
    first_order : bool
        Whether outer gradients are not taken back through the inner steps, as in the published code.
    """

    radius: Any = parameter(
        Real("a number of at least 0", least=0), Fraction(1), "how far an attacker moves an input at most"
    )
    weight: Any = parameter(
        Real("a number of at least 0", least=0), Fraction(1, 5), "weight of the attacked loss beside the clean one"
    )
    inner: Any = parameter(
        Flag(), False, 'whether inner steps descend the attacked loss too (R-MAML_both; only with samples = "inf")'
    )
    first_order: Any = parameter(
        Flag(), False, "whether outer gradients are not taken back through the inner steps, as in the published code"
    )

    name: ClassVar[str] = "r_maml"
    title: ClassVar[str] = "R-MAML (robust adaptation)"
    paper: ClassVar[str] = "Wang et al. 2021, arXiv 2102.10454"
    reweights: ClassVar[str] = "by MAML's curvature, and towards parameters that are small after adaptation"
    conditions: ClassVar[str] = (
        "always; inner = true: noise or spread in every class; it and first_order may have several points of rest"
    )

    def solve(self, problem: Problem) -> Solution:
        """Find the minimum of the objective, or all points of rest where it is not known to be convex.

        Raises
        ------
        UnsupportedError
            If inner steps are attacked on finitely many samples, or where all residuals of a class may vanish; if there
            are too many dimensions to draw from.
        """
        if self.inner:
            self._refuse(problem)
        maml = np.asarray(problem.evaluated.theta_maml, dtype=float)
        convex = not (self.inner or self.first_order)
        if (self.radius == 0 or self.weight == 0) and not self.first_order:
            return Solution(maml, problem.risk(maml))
        standard = affine_draws(problem)
        loss = AttackedLoss.trained(self.radius, self.weight)
        update = AttackedUpdate(
            self._draws(problem, loss) if self.inner else standard,
            loss,
            symmetric_subspace(problem.mixture),
            bool(self.first_order),
        )
        rests = [minimum(update, maml)] if convex else stable_rests(update, *_starts(problem, maml))
        if not rests:
            return Solution.missing("no stable point of rest was found")
        away = [rest for rest in rests if np.linalg.norm(rest.theta) >= _NEAR_JUMP * update.scale]
        if self.inner and (not away or away[0] is not rests[0]):
            return Solution.missing(
                f"the point of rest that small steps lead to is within {_NEAR_JUMP:g} of 0, in units of the solutions' "
                "size: attacked inner steps jump at 0, and its neighbourhood is not resolved"
            )
        rests = away if self.inner else rests
        return self._solution(
            problem, rests, AttackedUpdate(standard, AttackedLoss.attacked(self.radius), update.basis)
        )

    def _refuse(self, problem: Problem) -> None:
        samples = problem.inner_loop.samples
        if samples is not None:
            raise UnsupportedError(
                f"method.r_maml.inner: got true with adaptation.samples = {samples}; must be false, or "
                'adaptation.samples "inf": attacks on single support points have no mean update that is known'
            )
        for item in problem.mixture.classes:
            if item.weight > 0 and item.noise == 0 and not np.any(item.spread):
                raise UnsupportedError(
                    f"method.r_maml.inner: got true with class {item.name!r}, which has neither label noise nor "
                    "spread; must be false, or give it some: an attacked inner step jumps where all residuals vanish"
                )

    def _draws(self, problem: Problem, loss: AttackedLoss) -> list[TaskDraws]:
        """Return inner steps on the attacked loss, of the length of MAML's."""
        return [*attacked_draws(problem, loss, float(problem.inner_loop.step_size) / (1 + float(self.weight)))]

    def _solution(self, problem: Problem, rests: list[Rest], attacked: AttackedUpdate) -> Solution:
        first, notes = rests[0], [*rests[0].kinks]
        if len(rests) > 1:
            notes.append(
                f"{len(rests)} stable points of rest: shown is the one that is reached from the mean of the centres"
            )
        if self.inner or self.first_order:
            notes.append("points of rest were searched for from many starts; there may be more of them")
        error = float(first.error.max())
        drawn = error > _ROUND_OFF * attacked.scale
        if drawn:
            notes.append(f"averages over draws leave theta a standard error of up to {error:.1g}")
        return Solution(
            first.theta,
            problem.risk(first.theta),
            notes=tuple(notes),
            branches=tuple(rest.theta for rest in rests) if len(rests) > 1 else (),
            learned={"robust_loss": np.array([attacked.value(first.theta)])},
            error=first.error if drawn else None,
        )

    def equations(self) -> tuple[tuple[str, sp.Expr | Polynomial], ...]:
        """Return the mean loss under attack, s^2 being the mean square of the residuals and t the norm of theta'."""
        return (("R(s, t)", mean_attacked_loss()),)


def _starts(problem: Problem, maml: Array) -> tuple[Array, list[Array]]:
    """Return where small steps begin, and where else points of rest are searched from."""
    mixture = problem.mixture
    size = float(np.sqrt(np.square(mixture.centres).sum(axis=1).max()))
    random = size * np.random.default_rng(_SEED).standard_normal((_STARTS, mixture.dimension))
    return mixture.weights @ mixture.centres, [maml, *mixture.centres, *random]


METHOD = RMAML
