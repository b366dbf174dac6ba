"""Whether hypotheses can be met at all: a claim about nothing is an error, not a success."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from time import perf_counter

import sympy as sp

from proofs_check.budget import Budget, Deadline
from proofs_check.compiled import CompiledGoal, Point
from proofs_check.goal import Goal, definitions_of
from proofs_check.hunt import Hunt
from proofs_check.models import Pins, rational_points
from proofs_check.prover import as_point
from proofs_check.refute import as_strings, place
from proofs_check.smtlib import Script
from proofs_check.solvers import Solvers
from proofs_check.space import Space
from proofs_check.verdict import Evidence, Obligation, Outcome, Tier
from proofs_check.view import View, ring_of
from theory.claim import Claim, located
from theory.errors import ClaimError
from theory.formula import And

__all__ = ["find_witness", "refuse_vacuous", "witness_evidence"]


def find_witness(
    goal: Goal, name: str, budget: Budget, solvers: Solvers, view: View | None = None
) -> dict[sp.Symbol, Fraction] | None:
    """Return a simple exact point that satisfies a goal's hypotheses, or ``None`` where none was found.

    Parameters
    ----------
    goal : Goal
        Whose hypotheses are to be met; a point at which its conclusion is defined is preferred.
    name : str
        The claim's name, for messages.
    budget : Budget
        Limits.
    solvers : Solvers
        Asked where simple points do not satisfy the hypotheses.
    view : View, optional
        The goal fully expanded, where that is at hand.

    Raises
    ------
    ClaimError
        If a solver proves that nothing satisfies the hypotheses.
    """
    compiled, view = CompiledGoal(goal), view or View(goal, ring_of(goal))
    space = Space(goal, view)
    deadline = Deadline.after_work(budget.search_seconds)

    def defined(point: Point) -> bool:
        return compiled.fails(point) is not None

    hunt = Hunt(space, compiled.admits, defined, (), f"witness {goal.label}")
    found = hunt.scan(budget.samples, deadline) or hunt.undefined
    if found is None:
        return _by_solvers(goal, view, compiled, name, budget, solvers)
    return hunt.shrunk(found, Deadline.after_work(budget.shrink_seconds), in_pairs=False)


def _by_solvers(
    goal: Goal, view: View, compiled: CompiledGoal, name: str, budget: Budget, solvers: Solvers
) -> dict[sp.Symbol, Fraction] | None:
    script = Script(view)

    def ask(pins: Pins, *, integral: bool = False) -> dict[sp.Symbol, Fraction] | None:
        question = script.question("true", pins=pins, integral=integral)
        answers = solvers.ask(question, budget.solver_seconds, patience=0).values()
        refusing = [answer.solver for answer in answers if answer.status == "unsat"]
        if refusing and not pins:
            hypotheses = "; ".join(str(hypothesis) for hypothesis in goal.hypotheses)
            raise ClaimError(
                f"{name}: the hypotheses contradict each other, so the claim is about nothing "
                f"({refusing[0]}); weaken one of: {hypotheses}"
            )
        model = next((answer.model for answer in answers if answer.status == "sat"), None)
        return None if model is None else as_point(goal, view.ring, model, {})

    model = ask({})
    if goal.integers:
        model = ask({}, integral=True) or model
    points = rational_points(goal, [] if model is None else [model], ask, Deadline.after(budget.search_seconds))
    return next((point for point in points if compiled.admits(compiled.point(point))), None)


def refuse_vacuous(claims: Iterable[Claim], budget: Budget) -> None:
    """Refuse claims whose hypotheses contradict each other, before anything is made of them.

    Parameters
    ----------
    claims : iterable of Claim
        Those without hypotheses in symbols are passed over.
    budget : Budget
        Limits; where they run out a claim is let through.

    Raises
    ------
    ClaimError
        If a solver proves that nothing satisfies the hypotheses.
    """
    with Solvers() as solvers:
        for claim in claims:
            used = {symbol for hypothesis in claim.hypotheses for symbol in hypothesis.symbols}
            if used:
                with located(claim):
                    layers = definitions_of(claim) if used & {layer.symbol for layer in claim.layers} else ()
                    find_witness(Goal(claim.hypotheses, layers, And(())), claim.name, budget, solvers)


def witness_evidence(witness: Mapping[sp.Symbol, Fraction] | None, started: float) -> Evidence:
    """Return what the search for a witness found: proved, or undecided."""
    seconds = perf_counter() - started
    if witness is None:
        detail = "no rational point was found that satisfies all hypotheses, nor a proof that there is none"
        return Evidence("witness", Obligation.SATISFIABLE, Outcome.UNDECIDED, Tier.TESTED, seconds, detail)
    values = as_strings(witness)
    detail = f"the hypotheses hold {place(values)}"
    data = {"witness": values}
    return Evidence("witness", Obligation.SATISFIABLE, Outcome.PROVED, Tier.EXACT, seconds, detail, data=data)
