"""Counterexamples to a goal: zero loci and poles first, then models from the solvers, then Hypothesis.

Whoever finds one, it counts only after :meth:`proofs_check.goal.Goal.standing` has confirmed it in the standard
library's fractions: all hypotheses hold, integrality included, and the conclusion is defined and false.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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
from theory.formula import Relation

__all__ = ["Refuter", "as_strings", "place", "sides_at"]

#: A difference with more terms than this is not factored, and a factor with more is no surface to search on.
MAX_FACTORED, MAX_TERMS = 2_000, 300


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
    view : View, optional
        The goal fully expanded, where that is at hand.
    """

    def __init__(
        self,
        goal: Goal,
        budget: Budget,
        seed: int,
        obligation: Obligation = Obligation.CONCLUSION,
        view: View | None = None,
    ) -> None:
        started = perf_counter()
        self.goal, self.budget, self.obligation = goal, budget, obligation
        self.compiled = CompiledGoal(goal)
        self.view = view = view or View(goal, ring_of(goal))
        self.space = Space(goal, view)
        surfaces = self.space.families(_loci(view))
        self.hunt = Hunt(self.space, self.compiled.admits, self.compiled.fails, surfaces, f"{seed} {goal.label}")
        self._preparation = perf_counter() - started

    def scan(self) -> Evidence:
        """Test the goal on and near its zero loci and poles and at simple points: refuted, or passed."""
        started = perf_counter() - self._preparation
        point = self.hunt.scan(self.budget.samples, Deadline.after_work(self.budget.search_seconds))
        if point is not None:
            return self.refutation("loci search", point, started)
        if not self.hunt.tested:
            detail = f"{self.goal.label}: none of the points drawn satisfies the hypotheses"
            return self._evidence("exact points", Outcome.NOT_RUN, detail, started)
        if self.hunt.undefined is not None:
            where = place(as_strings(self.compiled.values(self.hunt.undefined)))
            detail = f"{self.goal.label} divides by zero {where}, which the hypotheses allow; add one that excludes it"
            return self._evidence("exact points", Outcome.UNDECIDED, detail, started)
        surfaces = f", on and beside {len(self.hunt.surfaces)} zero loci and poles" if self.hunt.surfaces else ""
        detail = f"{self.goal.label}: holds at {self.hunt.tested} exact points{surfaces}"
        return self._evidence("exact points", Outcome.PASSED, detail, started)

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
        point = self._from_models(prover, models, deadline)
        if point is not None:
            return self.refutation("solver model", point, started)
        point = self.hunt.with_hypothesis(self.budget.examples, deadline)
        if point is not None:
            return self.refutation("Hypothesis", point, started)
        within = f"{self.budget.search_seconds:g} s" if deadline.passed else f"{self.budget.examples} examples"
        tested = f"{self.hunt.tested} points that satisfy the hypotheses"
        detail = f"{self.goal.label}: no counterexample found within {within} ({tested})"
        return self._evidence("search", Outcome.UNDECIDED, detail, started)

    def _from_models(
        self, prover: Prover, models: Iterable[Mapping[sp.Symbol, Fraction]], deadline: Deadline
    ) -> Point | None:
        def ask(pins: Pins) -> dict[sp.Symbol, Fraction] | None:
            return prover.model(pins, min(deadline.left, self.budget.solver_seconds))

        return self.hunt.first(map(self.compiled.point, rational_points(self.goal, models, ask, deadline)))

    def refutation(self, method: str, point: Point, started: float) -> Evidence:
        """Shrink a counterexample and check it again, by code that shares nothing with the search.

        Parameters
        ----------
        method : str
            What found it.
        point : Point
            Where the goal fails.
        started : float
            When the search began, on :func:`time.perf_counter`.

        Returns
        -------
        Evidence
            REFUTED, or CONTRADICTED where the check does not confirm what the search found.
        """
        small = self.hunt.shrunk(point, Deadline.after_work(self.budget.shrink_seconds))
        values = as_strings(small)
        where = place(values)
        if self.goal.standing(small) is not Standing.VIOLATED:
            detail = f"{self.goal.label}: the search and the re-check disagree {where}; one of them is wrong"
            return self._evidence(method, Outcome.CONTRADICTED, detail, started)
        sides = "; ".join(
            f"{_short(relation.lhs)} = {lhs} and {_short(relation.rhs)} = {rhs}"
            for relation, lhs, rhs in sides_at(self.goal, small)
        )
        detail = f"{self.goal.label} fails {where}{f', where {sides}' if sides else ''}"
        seconds = perf_counter() - started
        return Evidence(method, self.obligation, Outcome.REFUTED, Tier.EXACT, seconds, detail, values)

    def _evidence(self, method: str, outcome: Outcome, detail: str, started: float) -> Evidence:
        data = {"points": self.hunt.tested}
        return Evidence(method, self.obligation, outcome, Tier.TESTED, perf_counter() - started, detail, data=data)


def sides_at(goal: Goal, point: Mapping[sp.Symbol, Fraction]) -> Iterator[tuple[Relation, Fraction, Fraction]]:
    """Yield the relations of a goal's conclusion that are defined at a point, with the values of both sides."""
    for _, relation in in_context(goal.conclusion):
        try:
            yield relation, goal.value(relation.lhs, point), goal.value(relation.rhs, point)
        except ZeroDivisionError:
            continue  # not read there, because what stands before it has decided the whole


def _loci(view: View) -> Iterator[fmpq_mpoly]:
    """Yield the irreducible polynomials on which a relation of the conclusion changes or has a pole."""
    seen: set[str] = set()
    for _, relation in in_context(view.goal.conclusion):
        difference = view.difference(relation)
        factors = difference.numerator.factor()[1] if 0 < len(difference.numerator) <= MAX_FACTORED else []
        poles = [view.ring.factors[number] for number in sorted(difference.inverted)]
        for polynomial in (*(factor for factor, _ in factors), *poles):
            if len(polynomial) <= MAX_TERMS and polynomial.str() not in seen:
                seen.add(polynomial.str())
                yield polynomial


def _short(expression: sp.Expr) -> str:
    text = str(expression)
    return text if len(text) <= 60 else f"{text[:57]}..."


def place(values: Mapping[str, str]) -> str:
    """Say where a point is, for messages."""
    return f"at {', '.join(f'{name} = {value}' for name, value in values.items())}" if values else "for all values"


def as_strings(point: Mapping[sp.Symbol, Fraction]) -> dict[str, str]:
    """Return a point as the evidence carries it: exact values by name."""
    return {str(symbol): str(value) for symbol, value in point.items()}
