"""Asked again with less: which hypotheses a claim needs.

A hypothesis is *unused* where the claim is still proved without it, and *needed* where without it there is an exact
counterexample, or a point at which the claim divides by zero. It may also be that neither is found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from time import perf_counter
from typing import Any, Literal

from proofs_check.attempt import attempt, methods_of, parts_of
from proofs_check.budget import Budget, Deadline, budget_named
from proofs_check.goal import Goal, Standing, conjuncts, goals_of
from proofs_check.hunt import Hunt
from proofs_check.hurried import HurriedSolvers
from proofs_check.limits import LimitProblem, limit_goal
from proofs_check.prover import Prover
from proofs_check.refute import Refuter, as_strings, place
from proofs_check.solvers import Solvers
from proofs_check.vacuity import find_witness
from proofs_check.verdict import Evidence, Outcome
from theory.claim import Claim, Limit, Monotonicity, Statement
from theory.errors import ClaimError
from theory.formula import And, Formula, Implies, Not, Or, Relation

__all__ = ["Ablation", "Dropped", "ablate"]


@dataclass(frozen=True)
class Dropped:
    """A claim without one of its hypotheses.

    Parameters
    ----------
    hypothesis : str
        What was dropped.
    outcome : {"unused", "needed", "undecided"}
        What became of the claim.
    by : str
        Which prover or search found it.
    detail : str
        One sentence.
    counterexample : mapping from str to str, optional
        Where needed: exact values that satisfy all other hypotheses.
    """

    hypothesis: str
    outcome: Literal["unused", "needed", "undecided"]
    by: str
    detail: str
    counterexample: Mapping[str, str] | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON-ready data."""
        found: dict[str, Any] = {
            "hypothesis": self.hypothesis,
            "outcome": self.outcome,
            "by": self.by,
            "detail": self.detail,
        }
        return found if self.counterexample is None else found | {"counterexample": dict(self.counterexample)}


@dataclass(frozen=True)
class Ablation:
    """What each hypothesis of a claim is good for.

    Parameters
    ----------
    claim : str
        Name of the claim.
    hypotheses : tuple of Dropped
        In the claim's order; empty where it has none or ``note`` says why they were not dropped.
    note : str
        Why nothing was dropped, or not every one.
    seconds : float
        Time it took.
    interrupted : bool
        Whether Ctrl-C ended it before every hypothesis was dropped.
    """

    claim: str
    hypotheses: tuple[Dropped, ...]
    note: str
    seconds: float
    interrupted: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON-ready data."""
        return {
            "hypotheses": [dropped.to_json() for dropped in self.hypotheses],
            "note": self.note,
            "seconds": round(self.seconds, 6),
        }


def ablate(
    claim: Claim,
    *,
    budget: str | Budget = "small",
    seed: int = 0,
    seconds: float = 60,
    solvers: Solvers | None = None,
    on_hypothesis: Callable[[Formula], None] | None = None,
) -> Ablation:
    """Drop each hypothesis of a claim in turn, and ask again.

    Parameters
    ----------
    claim : Claim
        A claim in formulas; on others nothing is dropped, which the note says.
    budget : str or Budget
        Limits for each hypothesis.
    seed : int
        Makes the search repeatable.
    seconds : float
        Limit for all of them; those that it does not reach are undecided. What is under way is finished.
    solvers : Solvers, optional
        Who to ask; by default all that are installed, started for this alone.
    on_hypothesis : callable, optional
        Told of every hypothesis before it is dropped.

    Raises
    ------
    ClaimError
        If the hypotheses contradict each other.
    """
    started = perf_counter()
    limits = budget_named(budget) if isinstance(budget, str) else budget
    if not isinstance(claim.conclusion, Statement | Limit | Monotonicity):
        return Ablation(
            claim.name,
            (),
            "hypotheses are dropped where a claim is in formulas; this one is on matrices or mixtures",
            0.0,
        )
    if solvers is None:
        with Solvers() as own:
            return ablate(claim, budget=limits, seed=seed, seconds=seconds, solvers=own, on_hypothesis=on_hypothesis)
    deadline = Deadline.after(seconds)
    work = _Ablator(claim, limits, seed, HurriedSolvers(solvers, deadline))
    if work.is_false():
        note = "the claim is false as it stands, whatever is dropped"
        return Ablation(claim.name, (), note, perf_counter() - started)
    dropped: list[Dropped] = []
    note, interrupted = "" if claim.hypotheses else "there are no hypotheses", False
    try:
        for index, hypothesis in enumerate(claim.hypotheses):
            if on_hypothesis:
                on_hypothesis(hypothesis)
            late = Dropped(str(hypothesis), "undecided", "", f"not tried: the {seconds:g} s for all of them had passed")
            dropped.append(late if deadline.passed else work.without(index))
    except KeyboardInterrupt:
        note, interrupted = f"stopped by Ctrl-C after {len(dropped)} of {len(claim.hypotheses)} hypotheses", True
    return Ablation(claim.name, tuple(dropped), note, perf_counter() - started, interrupted)


class _Ablator:
    """Drops hypotheses of one claim."""

    def __init__(self, claim: Claim, budget: Budget, seed: int, solvers: Solvers) -> None:
        self.claim, self.budget, self.seed, self.solvers = claim, budget, seed, solvers
        goal = limit_goal(claim) if isinstance(claim.conclusion, Limit) else goals_of(claim)[0]
        self.witness = find_witness(goal, claim.name, budget, solvers) or {}

    def is_false(self) -> bool:
        """Whether a quick search refutes the claim with all its hypotheses."""
        if isinstance(self.claim.conclusion, Limit):
            return LimitProblem(self.claim, self.budget, self.seed).scan().outcome is Outcome.REFUTED
        goals = goals_of(self.claim)
        return any(Refuter(goal, self.budget, self.seed).scan().outcome is Outcome.REFUTED for goal in goals)

    def without(self, index: int) -> Dropped:
        """Drop one hypothesis."""
        hypothesis = self.claim.hypotheses[index]
        rest = (*self.claim.hypotheses[:index], *self.claim.hypotheses[index + 1 :])
        weaker = replace(self.claim, hypotheses=rest)
        try:
            judged = self._limit(weaker) if isinstance(weaker.conclusion, Limit) else self._goals(weaker, hypothesis)
        except ClaimError as error:  # such as a limit in a variable that nothing mentions any more
            return Dropped(str(hypothesis), "undecided", "", str(error))
        return replace(judged, hypothesis=str(hypothesis))

    def _limit(self, weaker: Claim) -> Dropped:
        problem = LimitProblem(weaker, self.budget, self.seed)
        scanned = problem.scan()
        if scanned.outcome is Outcome.REFUTED:
            return _needed(scanned)
        proofs = attempt(weaker, self.witness, self.budget, self.seed, self.solvers)
        return _unused(proofs) or _undecided(proofs)

    def _goals(self, weaker: Claim, dropped: Formula) -> Dropped:
        """Search where the hypothesis fails, then try to prove the claim without it, then search longer."""
        regions = [(goal, region) for goal in parts_of(weaker) for region in _regions(goal, dropped, self.claim)]
        refuters = [(goal, Refuter(region, self.budget, self.seed)) for goal, region in regions]
        for goal, refuter in refuters:
            found = refuter.scan()
            if found.outcome is Outcome.REFUTED and self._stands(goal, found):
                return _needed(found)
        proofs = attempt(weaker, self.witness, self.budget, self.seed, self.solvers)
        if unused := _unused(proofs):
            return unused
        for goal, refuter in refuters:
            if (pole := _pole(goal, refuter, self.budget)) is not None:
                return pole
        for goal, refuter in refuters:
            found = refuter.search(Prover(refuter.goal, self.witness, self.solvers, self.budget), ())
            if found.outcome is Outcome.REFUTED and self._stands(goal, found):
                return _needed(found)
        return _undecided(proofs)

    @staticmethod
    def _stands(goal: Goal, found: Evidence) -> bool:
        """Check a counterexample against the weaker claim itself, in the standard library's fractions."""
        values = found.counterexample or {}
        point = {symbol: Fraction(values[str(symbol)]) for symbol in goal.symbols}
        return goal.standing(point) is Standing.VIOLATED


def _needed(found: Evidence) -> Dropped:
    return Dropped("", "needed", found.method, found.detail, found.counterexample)


def _undecided(proofs: list[Evidence]) -> Dropped:
    still_open = [item for item in proofs if item.outcome is not Outcome.PROVED]
    return Dropped("", "undecided", methods_of(still_open), "; ".join(item.detail for item in still_open))


def _unused(proofs: list[Evidence]) -> Dropped | None:
    if any(item.outcome is not Outcome.PROVED for item in proofs):
        return None
    methods = methods_of(proofs)
    return Dropped("", "unused", methods, f"still proved without it, by {methods}")


def _pole(goal: Goal, refuter: Refuter, budget: Budget) -> Dropped | None:
    """Return a point where the weaker claim divides by zero, made simple, if the search has met one."""
    undefined = refuter.hunt.undefined
    if undefined is None:
        return None
    compiled = refuter.compiled
    hunt = Hunt(refuter.space, compiled.admits, lambda point: compiled.fails(point) is None, (), "pole")
    small = hunt.shrunk(undefined, Deadline.after(budget.shrink_seconds))
    if goal.standing(small) is not Standing.UNDEFINED:
        return None
    values = as_strings(small)
    return Dropped("", "needed", "poles", f"{goal.label} divides by zero {place(values)}", values)


def _regions(goal: Goal, dropped: Formula, claim: Claim) -> Iterator[Goal]:
    """Yield the goal where the dropped hypothesis fails: every counterexample to what was true with it is there.

    A monotonicity has two points, and the hypothesis may fail at either.
    """
    yield replace(goal, hypotheses=(*goal.hypotheses, *conjuncts((_denied(dropped),))))
    if isinstance(claim.conclusion, Monotonicity):
        yield goal


def _denied(formula: Formula) -> Formula:
    """Return the denial of a formula, pushed down to its relations, where the search sees bounds."""
    if isinstance(formula, Relation):
        return formula.negated()
    if isinstance(formula, Not):
        return formula.operand
    if isinstance(formula, And | Or):
        parts = tuple(_denied(part) for part in formula.operands)
        return Or(parts) if isinstance(formula, And) else And(parts)
    if isinstance(formula, Implies):
        return And((formula.condition, _denied(formula.consequence)))
    return Not(formula)
