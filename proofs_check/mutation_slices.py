"""The solvers and a broken claim: asked of the whole of it, and where they give up, of slices with few variables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

import sympy as sp

from proofs_check.budget import Deadline
from proofs_check.goal import Goal
from proofs_check.models import Pins, rational_points
from proofs_check.mutation_bench import Bench, Reaction, confirmed
from proofs_check.prover import as_point
from proofs_check.smtlib import Script
from proofs_check.vacuity import find_witness
from proofs_check.view import View, ring_of
from theory.errors import ClaimError
from theory.formula import Implies

__all__ = ["ask_anywhere"]

#: Variables that are left free on a slice.
_FREE = 3


def ask_anywhere(goal: Goal, bench: Bench) -> Reaction:
    """Ask for a counterexample anywhere; where the solvers give up, on slices with few variables."""
    whole = _Slice(goal, {})
    found = whole.ask(bench)
    if found.kind != "missed":
        return found
    for part in _slices(goal, bench):
        on_slice = part.ask(bench)
        if on_slice.kind == "refuted":
            return on_slice
    return found


def _slices(goal: Goal, bench: Bench) -> Iterator[_Slice]:
    """Yield the goal with all but a few of its symbols fixed at a simple point that satisfies the hypotheses."""
    # Where the condition of an implication fails there is no counterexample to be had.
    known = (goal.conclusion.condition,) if isinstance(goal.conclusion, Implies) else ()
    start = replace(goal, hypotheses=(*goal.hypotheses, *known))
    witness = find_witness(start, goal.label, bench.budget, bench.solvers)
    if witness is None:
        return
    symbols = goal.symbols
    for first in range(0, len(symbols), _FREE - 1):
        free = {symbols[(first + i) % len(symbols)] for i in range(_FREE)}
        yield _Slice(goal, {symbol: value for symbol, value in witness.items() if symbol not in free})


class _Slice:
    """A goal in which some symbols have fixed values.

    Parameters
    ----------
    goal : Goal
        The whole goal: a counterexample has to refute this one.
    fixed : mapping from symbol to Fraction
        The fixed values.
    """

    def __init__(self, goal: Goal, fixed: Mapping[sp.Symbol, Fraction]) -> None:
        self.whole, self.fixed = goal, dict(fixed)
        values = {symbol: sp.Rational(value.numerator, value.denominator) for symbol, value in fixed.items()}

        def cut(expression: sp.Expr) -> sp.Expr:
            return expression.xreplace(values)

        self.goal = goal
        if values:
            hypotheses = (h.map_expressions(cut) for h in goal.hypotheses if h.symbols - values.keys())
            definitions = (replace(item, expression=cut(item.expression)) for item in goal.definitions)
            conclusion = goal.conclusion.map_expressions(cut)
            self.goal = Goal(tuple(hypotheses), tuple(definitions), conclusion, goal.label)

    def ask(self, bench: Bench) -> Reaction:
        """Ask whether the denial can be met, and whether what is divided by can vanish."""
        try:
            view = View(self.goal, ring_of(self.goal))
            divisors = sorted({factor for context, factor in view.divisors if not context})
        except ClaimError as singular:
            return Reaction("missed", f"{self.goal.label}: {singular}")
        script = Script(view)
        found = self._model(view, bench, f"(not {script.formula(self.goal.conclusion)})", divisors)
        if found.kind == "refuted" or not divisors:
            return found
        zero = " ".join(script.comparison(view.ring.factors[factor], "==") for factor in divisors)
        undefined = self._model(view, bench, f"(or {zero} false)", [])
        if undefined.kind == "refuted" or found.kind != "proved":
            return undefined if undefined.kind == "refuted" else found
        return found if undefined.kind == "proved" else replace(undefined, detail=f"{undefined.detail} being defined")

    def _model(self, view: View, bench: Bench, denial: str, nonzero: list[int]) -> Reaction:
        script = Script(view)

        def ask(pins: Pins) -> dict[sp.Symbol, Fraction] | None:
            answers = bench.solvers.ask(script.question(denial, nonzero=nonzero, pins=pins), seconds, patience=0)
            answer = next((answer for answer in answers.values() if answer.status == "sat"), None)
            return None if answer is None else as_point(self.goal, view.ring, answer.model, {})

        seconds, patience = bench.budget.solver_seconds, bench.budget.second_opinion_seconds
        answers = bench.solvers.ask(script.question(denial, nonzero=nonzero), seconds, patience)
        models = [as_point(self.goal, view.ring, a.model, {}) for a in answers.values() if a.status == "sat"]
        label = self.goal.label
        if models:
            for point in rational_points(self.goal, models, ask, Deadline.after(bench.budget.search_seconds)):
                checked = confirmed(self.whole, {**self.fixed, **point})
                if checked.kind == "refuted":
                    return checked
            return Reaction("missed", f"{label}: false for real numbers, but no exact point was confirmed")
        unsat = [name for name, answer in answers.items() if answer.status == "unsat"]
        if unsat:
            return Reaction("proved", f"{label}: {' and '.join(unsat)} cannot meet its denial")
        reasons = {answer.reason for answer in answers.values() if answer.reason.startswith("not asked")}
        return Reaction("missed", f"{label}: {reasons.pop() if reasons else f'no answer within {seconds:g} s'}")
