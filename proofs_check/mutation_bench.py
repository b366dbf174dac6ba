"""What the rungs share when a broken claim is put to them: limits, processes, measurements, and what they answer."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal

import sympy as sp

from proofs_check.budget import Budget, budget_named
from proofs_check.goal import Goal, Standing
from proofs_check.matrix import judge_matrix
from proofs_check.mutation_question import Question
from proofs_check.refute import as_strings
from proofs_check.simulate import Workbench, simulate_claim
from proofs_check.solvers import Solvers
from proofs_check.verdict import Evidence
from proofs_check.verify import FALSE_ALARM
from theory.claim import Claim

__all__ = ["BUDGET", "NOTICEABLE", "PATIENT", "Bench", "Reaction", "confirmed"]

#: Nobody reads these counterexamples, so they need not be simple, and most are found at once.
BUDGET = replace(
    budget_named("small"),
    name="mutation",
    certificate_seconds=0.5,
    solver_seconds=1,
    second_opinion_seconds=0.5,
    search_seconds=2,
    shrink_seconds=0,
    samples=300,
    examples=200,
)
#: For what nobody could settle at once.
PATIENT = replace(BUDGET, name="patient", solver_seconds=4, search_seconds=10, samples=3000, examples=1000)
#: A relative change of a stated value that measurements alone ought to notice, and how many times the budget's tasks
#: they may take where they have not.
NOTICEABLE = 0.02
_PROLONGED = 64


@dataclass(frozen=True)
class Reaction:
    """What a rung makes of a broken claim.

    Parameters
    ----------
    kind : {"refuted", "proved", "missed", "not run", "failed"}
        ``proved``: it proves what it was asked of the broken claim; ``missed``: it neither proves nor refutes it;
        ``failed``: it found something that it could not confirm itself.
    detail : str
        One sentence.
    """

    kind: Literal["refuted", "proved", "missed", "not run", "failed"]
    detail: str


@dataclass
class Bench:
    """What the rungs share from one mutant to the next.

    Parameters
    ----------
    solvers : Solvers
        Running solvers.
    budget : Budget
        Limits.
    seed : int
        Source of all randomness.
    workbench : Workbench
        Measurements: a mutant does not change what is measured.
    """

    solvers: Solvers
    budget: Budget = BUDGET
    seed: int = 0
    workbench: Workbench = field(default_factory=Workbench)
    _measured: dict[str, tuple[Evidence, ...]] = field(default_factory=dict)
    _matrices: tuple[Question, tuple[Evidence, ...]] | None = None

    def simulated(self, claim: Claim, *, prolonged: bool = False) -> tuple[Evidence, ...]:
        """Measure a claim, with more tasks than the budget says where the measurement is to be prolonged."""
        return simulate_claim(
            claim,
            budget=self.budget,
            seed=self.seed,
            false_alarm=FALSE_ALARM,
            workbench=self.workbench,
            tasks=_PROLONGED * self.budget.tasks if prolonged else None,
            precision=0 if prolonged else None,
        )

    def measured(self, original: Claim) -> tuple[Evidence, ...]:
        """Measure a claim as it was before it was broken, once."""
        if original.name not in self._measured:
            self._measured[original.name] = self.simulated(original)
        return self._measured[original.name]

    def on_matrices(self, question: Question) -> tuple[Evidence, ...]:
        """Judge a claim on matrices, once for all rungs."""
        if self._matrices is None or self._matrices[0] is not question:
            self._matrices = question, judge_matrix(question.claim, budget=self.budget, seed=self.seed)
        return self._matrices[1]


def confirmed(goal: Goal, point: dict[sp.Symbol, Fraction]) -> Reaction:
    """Check a point again, in the standard library's fractions, and say what is wrong there."""
    where = ", ".join(f"{name} = {value}" for name, value in as_strings(point).items())
    standing = goal.standing(point)
    if standing is Standing.VIOLATED:
        return Reaction("refuted", f"{goal.label} fails at {where}")
    if standing is Standing.UNDEFINED:
        return Reaction("refuted", f"{goal.label} divides by zero at {where}, which the hypotheses allow")
    return Reaction("missed", f"{goal.label}: {where} is no counterexample on re-checking")
