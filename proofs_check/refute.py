"""Counterexamples to a goal: zero loci and poles first, then models from the solvers, then Hypothesis.

Whoever finds one, it counts only after :meth:`proofs_check.goal.Goal.standing` has confirmed it in the standard
library's fractions: all hypotheses hold, integrality included, and the conclusion is defined and false.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from time import perf_counter

import sympy as sp
from flint import fmpq_mpoly

from proofs_check.budget import Budget, Deadline
from proofs_check.compiled import CompiledGoal, Point
from proofs_check.goal import Goal, Standing, in_context
from proofs_check.hunt import Hunt
from proofs_check.models import Pins, rational_points
from proofs_check.prover import Prover
from proofs_check.space import Space
from proofs_check.verdict import Evidence, Obligation, Outcome, Tier
from proofs_check.view import View, ring_of

__all__ = ["Refuter", "as_strings"]

#: A surface with more terms than this is left to the solvers.
MAX_TERMS = 300


@dataclass(frozen=True)
class _Found:
    point: dict[sp.Symbol, Fraction]
    by: str


class Refuter:
    """Looks for a counterexample to one goal.

    Parameters
    ----------
    goal : Goal
        What to refute.
    budget : Budget
        Limits.
    seed : int
        Makes the search repeatable.
    obligation : Obligation
        What the evidence is about.
    """

    def __init__(self, goal: Goal, budget: Budget, seed: int, obligation: Obligation = Obligation.CONCLUSION) -> None:
        self.goal, self.budget, self.obligation = goal, budget, obligation
        self.compiled = CompiledGoal(goal)
        view = View(goal, ring_of(goal))
        self.space = Space(goal, view)
        surfaces = self.space.families(_loci(view))
        self.hunt = Hunt(self.space, self.compiled.admits, self.compiled.fails, surfaces, f"{seed} {goal.label}")
        self.seconds = 0.0

    def scan(self) -> Evidence:
        """Test the goal on and near its zero loci and poles and at simple points: refuted, or passed."""
        started = perf_counter()
        deadline = Deadline.after(self.budget.search_seconds)
        point = self.hunt.scan(self.budget.samples, deadline)
        found = None if point is None else self._confirmed(point, "search on zero loci and simple values")
        self.seconds = perf_counter() - started
        if found is not None:
            return self._refutation(found)
        surfaces = f", on and beside {len(self.hunt.surfaces)} zero loci and poles" if self.hunt.surfaces else ""
        if not self.hunt.tested:
            detail = f"{self.goal.label}: none of the points drawn satisfies the hypotheses"
            return self._evidence("exact points", Outcome.NOT_RUN, detail)
        detail = f"{self.goal.label}: holds at {self.hunt.tested} exact points{surfaces}{self._undefined()}"
        return self._evidence("exact points", Outcome.PASSED, detail)

    def search(self, prover: Prover, models: Iterable[Mapping[sp.Symbol, Fraction]]) -> Evidence:
        """Look deeper, where neither a scan nor a proof has settled the goal: refuted, or undecided.

        Parameters
        ----------
        prover : Prover
            Of the same goal; its solvers are asked for models.
        models : iterable of mapping
            Models that they have given already, over the reals and possibly rounded.
        """
        started = perf_counter()
        deadline = Deadline.after(self.budget.search_seconds)
        found = self._from_models(prover, models, deadline) or self._from_hypothesis(deadline)
        self.seconds = perf_counter() - started
        if found is not None:
            return self._refutation(found)
        limit = (
            f"within {self.budget.search_seconds:g} s"
            if deadline.passed
            else f"among {self.budget.examples} examples of Hypothesis"
        )
        tested = f"{self.hunt.tested} points that satisfy the hypotheses"
        detail = f"{self.goal.label}: no counterexample found {limit} ({tested}){self._undefined()}"
        return self._evidence("search", Outcome.UNDECIDED, detail)

    def _from_models(
        self, prover: Prover, models: Iterable[Mapping[sp.Symbol, Fraction]], deadline: Deadline
    ) -> _Found | None:
        def ask(pins: Pins) -> dict[sp.Symbol, Fraction] | None:
            return prover.model(pins, min(deadline.left, self.budget.solver_seconds))

        for values in rational_points(self.goal, models, ask, deadline):
            point = self.compiled.point(values)
            if self.hunt.accepts(point) and (found := self._confirmed(point, "solver model")):
                return found
        return None

    def _from_hypothesis(self, deadline: Deadline) -> _Found | None:
        point = self.hunt.with_hypothesis(self.budget.examples, deadline)
        return None if point is None else self._confirmed(point, "Hypothesis")

    def _confirmed(self, point: Point, by: str) -> _Found | None:
        """Shrink a counterexample and check it again, by code that shares nothing with the search."""
        small = self.hunt.shrunk(point, Deadline.after(self.budget.shrink_seconds))
        if self.goal.standing(small) is not Standing.VIOLATED:
            raise AssertionError(f"{self.goal.label}: {as_strings(small)} is no counterexample on re-checking")
        return _Found(small, by)

    def _refutation(self, found: _Found) -> Evidence:
        point = as_strings(found.point)
        where = ", ".join(f"{name} = {value}" for name, value in point.items())
        detail = f"{self.goal.label} fails at {where}{self._sides(found.point)}"
        return Evidence(found.by, self.obligation, Outcome.REFUTED, Tier.EXACT, self.seconds, detail, point)

    def _sides(self, point: dict[sp.Symbol, Fraction]) -> str:
        """Say what the relations of the conclusion compare there."""
        values = []
        for _, relation in in_context(self.goal.conclusion):
            try:
                lhs, rhs = self.goal.value(relation.lhs, point), self.goal.value(relation.rhs, point)
            except ZeroDivisionError:
                continue  # not read there, because what stands before it has decided the whole
            values.append(f"{_short(relation.lhs)} = {lhs} and {_short(relation.rhs)} = {rhs}")
        return f", where {'; '.join(values)}" if values else ""

    def _undefined(self) -> str:
        if self.hunt.undefined is None:
            return ""
        values = as_strings(self.compiled.values(self.hunt.undefined))
        where = ", ".join(f"{name} = {value}" for name, value in values.items())
        return f"; it divides by zero at {where}, which the hypotheses allow"

    def _evidence(self, method: str, outcome: Outcome, detail: str) -> Evidence:
        data = {"points": self.hunt.tested}
        return Evidence(method, self.obligation, outcome, Tier.TESTED, self.seconds, detail, data=data)


def _loci(view: View) -> Iterator[fmpq_mpoly]:
    """Yield the irreducible polynomials on which a relation of the conclusion changes or has a pole."""
    seen: set[str] = set()
    for _, relation in in_context(view.goal.conclusion):
        difference = view.difference(relation)
        if difference.is_zero:
            continue
        _, factors = difference.numerator.factor()
        poles = [view.ring.factors[number] for number in sorted(difference.inverted)]
        for polynomial in (*(factor for factor, _ in factors), *poles):
            if len(polynomial) <= MAX_TERMS and polynomial.str() not in seen:
                seen.add(polynomial.str())
                yield polynomial


def _short(expression: sp.Expr) -> str:
    text = str(expression)
    return text if len(text) <= 60 else f"{text[:57]}..."


def as_strings(point: Mapping[sp.Symbol, Fraction]) -> dict[str, str]:
    """Return a point as the evidence carries it: exact values by name."""
    return {str(symbol): str(value) for symbol, value in point.items()}
