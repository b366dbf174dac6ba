"""MAML-en-LLM: MAML whose inner steps share the outer optimiser's momentum, and whose query may be another task's.

An inner step on task i is ``mu_i <- b mu_i + (1 - b) grad f_i(theta_i; data)``, ``theta_i <- theta_i - alpha mu_i``,
beginning with the outer loop's momentum mu. The outer gradient G is that of the query task's loss at theta_i, taken
back through the inner gradients; then ``mu <- b mu + (1 - b) G`` and ``theta <- theta - eta mu``. Averaging over more
tasks changes nothing in the mean, without Adam.

With ``shared_adam`` both loops share Adam's second moment v as well: the inner step is ``alpha mu_i / sqrt(v)``, the
outer one ``eta mu / sqrt(v)``, with ``v <- b2 v + (1 - b2) G^2`` from the average G over a batch. What is derived is
the limit of b2 -> 1 together with eta -> 0; v is left out of the chain rule, as mu is. The more tasks are averaged, the
smaller v.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any, ClassVar

import sympy as sp

from theory.adaptation import gradient_on_sample, population_excess
from theory.errors import UnsupportedError
from theory.gain import Setting
from theory.methods.cross_task import cross_task_drift
from theory.methods.linear import Drift, LinearMethod
from theory.methods.method import Solution
from theory.methods.parameters import Choice, Count, Flag, Real, parameter
from theory.methods.problem import Problem
from theory.methods.shared_adam import SharedAdam
from theory.mixture import Array
from theory.moments import expectation
from theory.symbols import alpha
from theory.words import IDENTITY, Polynomial

__all__ = ["METHOD", "MAMLenLLM"]

_MOST_STEPS = 3
_NOTHING = Polynomial({})
#: A linear map of the error and the momentum, as two rows of two blocks.
_Blocks = tuple[tuple[Polynomial, Polynomial], tuple[Polynomial, Polynomial]]


@dataclass(frozen=True)
class MAMLenLLM(LinearMethod):
    """Multi-task meta-training of language models (Sinha et al. 2024).

    Parameters
    ----------
    query : {"same", "cross"}
        Whether a task's adapted parameters are judged on that task or on an independent one.
    momentum : number
        Share b of the old gradients in the momentum that inner and outer steps share; 0 for none.
    shared_adam : bool
        Whether inner and outer steps also share Adam's second moment.
    batch : int
        Tasks of an outer step, by whose number Adam's second moment shrinks; without effect otherwise.
    """

    query: Any = parameter(Choice(("same", "cross")), "same", "task whose loss is descended after adaptation")
    momentum: Any = parameter(
        Real("a number of at least 0 and below 1", least=0, below=1),
        Fraction(9, 10),
        "share of the old gradients in the momentum that inner and outer steps have in common",
    )
    shared_adam: Any = parameter(Flag(), False, "whether inner and outer steps also share Adam's second moment")
    batch: Any = parameter(Count(1024), 8, "tasks of an outer step, which shared Adam's second moment depends on")

    name: ClassVar[str] = "maml_en_llm"
    title: ClassVar[str] = "MAML-en-LLM"
    paper: ClassVar[str] = "Sinha et al. 2024, arXiv 2405.11446"
    reweights: ClassVar[str] = (
        "as MAML with the inner step alpha (1 - momentum), which shared Adam scales; towards easy tasks with "
        "query = cross"
    )
    conditions: ClassVar[str] = (
        "always with query = same; of cross-task queries the mean matrix may be indefinite; with shared Adam "
        "gradients must vary in every coordinate, and there may be several points of rest"
    )

    def drift(self, setting: Setting) -> Drift:
        """Derive it: at rest the momentum is zero in the mean and independent of new data, so that it adds nothing.

        Raises
        ------
        UnsupportedError
            For cross-task queries after several inner steps, and for momentum over more than three.
        """
        if self.shared_adam:
            raise UnsupportedError(f"method {self.name} with shared_adam = true: its mean update is not affine")
        b = sp.sympify(self.momentum)
        if self.query == "same":
            if b == 0:
                return Drift.weighting(setting.curvature())
            return Drift.weighting(_curvature(setting, b, population_excess()))
        if setting.steps != 1:
            raise UnsupportedError(
                f"method {self.name} with query = cross: it is derived for one inner step, not for {setting.steps}"
            )
        drift = cross_task_drift(_step(b)[0][0], setting.samples)
        return Drift(setting.with_step_size(drift.matrix), setting.with_step_size(drift.target))

    def matrices(self, problem: Problem) -> tuple[Array, Array]:
        """Return the drift of every class; without momentum and cross-task queries it is MAML's."""
        if self.query == "same" and self.momentum == 0 and not self.shared_adam:
            curvatures = problem.curvatures()
            return curvatures, curvatures
        return super().matrices(problem)

    def solve(self, problem: Problem) -> Solution:
        """Find the point of rest: of a linear method, or of shared Adam."""
        if not self.shared_adam:
            return super().solve(problem)
        return SharedAdam(problem, float(self.momentum), int(self.batch), self.query).solve()

    def notes(self, problem: Problem) -> tuple[str, ...]:
        """Say to what the momentum shortens the inner steps."""
        if self.momentum == 0:
            return ()
        shortened = float(problem.inner_loop.step_size) * (1 - float(self.momentum))
        return (f"momentum shortens the first inner step to {shortened:.3g}",)


@cache
def _step(b: sp.Expr) -> _Blocks:
    """Derive one inner step as a map of error and momentum; label noise has mean zero and is left out."""
    gradient = gradient_on_sample().propagator
    return (
        (IDENTITY - gradient * (alpha * (1 - b)), IDENTITY * (-alpha * b)),
        (gradient * (1 - b), IDENTITY * b),
    )


@cache
def _curvature(setting: Setting, b: sp.Expr, form: Polynomial) -> Polynomial:
    """Derive ``E[P' form P]``, P being what the inner loop makes of the error while the momentum starts at zero."""
    if setting.steps > _MOST_STEPS:
        raise UnsupportedError(
            f"method {MAMLenLLM.name} with momentum: it is derived for up to {_MOST_STEPS} inner steps, not for "
            f"{setting.steps}"
        )
    step = _step(b)
    quadratic: _Blocks = ((form, _NOTHING), (_NOTHING, _NOTHING))
    # From the last step to the first. Fresh data is averaged over step by step, reused data at the end.
    for _ in range(setting.steps):
        quadratic = _product(_product(_transposed(step), quadratic), step)
        if setting.data == "fresh":
            quadratic = _expected(quadratic, setting.samples)
    return setting.with_step_size(expectation(quadratic[0][0], setting.samples))


def _product(left: _Blocks, right: _Blocks) -> _Blocks:
    (a, b), (c, d) = left
    (e, f), (g, h) = right
    return (a * e + b * g, a * f + b * h), (c * e + d * g, c * f + d * h)


def _transposed(blocks: _Blocks) -> _Blocks:
    (a, b), (c, d) = blocks
    return (a.transpose(), c.transpose()), (b.transpose(), d.transpose())


def _expected(blocks: _Blocks, samples: sp.Expr) -> _Blocks:
    (a, b), (c, d) = blocks
    return (expectation(a, samples), expectation(b, samples)), (expectation(c, samples), expectation(d, samples))


METHOD = MAMLenLLM
