"""The missing hypothesis: what would save a claim that is false, or undefined, as it stands.

Candidates are tried on exact points first: a hypothesis is worth a proof if it excludes everything that is known to go
wrong and leaves some of what goes right. What is reported was then proved with it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, combinations
from time import perf_counter
from typing import Any

import numpy as np
import sympy as sp
from flint import fmpq
from numpy.typing import NDArray

from proofs_check.attempt import attempt, methods_of, parts_of
from proofs_check.budget import Budget, Deadline, budget_named
from proofs_check.candidates import Candidate, candidates, slopes
from proofs_check.compiled import CompiledGoal, Point
from proofs_check.goal import Goal, Standing, definitions_of, goals_of
from proofs_check.hunt import Hunt
from proofs_check.hurried import HurriedSolvers
from proofs_check.limits import LimitProblem, limit_goal
from proofs_check.refute import MAX_FACTORED, Refuter, as_strings
from proofs_check.solvers import Solvers
from proofs_check.vacuity import find_witness
from proofs_check.verdict import Outcome
from proofs_check.view import View
from theory.claim import Claim, Limit, Monotonicity, Statement
from theory.errors import ClaimError
from theory.formula import And, Formula, compare

__all__ = ["Repair", "Repairs", "repairs"]

#: Exact points drawn for the first sieve, and from each surface on which the claim may fail.
POINTS, ON_SURFACE = 300, 20
#: How many repairs are reported, and of how many hypotheses pairs are made where no single one is enough.
MOST, PAIRED = 3, 100

_Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Repair:
    """A hypothesis with which a claim is proved.

    Parameters
    ----------
    hypothesis : Formula
        What to add.
    by : str
        Who proves the claim then.
    witness : mapping from str to str
        An exact point that satisfies all hypotheses, so that something is left of the claim.
    """

    hypothesis: Formula
    by: str
    witness: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON-ready data."""
        return {"hypothesis": str(self.hypothesis), "by": self.by, "witness": dict(self.witness)}


@dataclass(frozen=True)
class Repairs:
    """What would save a claim.

    Parameters
    ----------
    claim : str
        Its name.
    found : tuple of Repair
        The weakest first, as far as the points tried can tell.
    tried : int
        For how many hypotheses a proof was looked for.
    note : str
        Why nothing was found, or looked for.
    seconds : float
        Time it took.
    """

    claim: str
    found: tuple[Repair, ...]
    tried: int
    note: str
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON-ready data."""
        return {
            "found": [repair.to_json() for repair in self.found],
            "tried": self.tried,
            "note": self.note,
            "seconds": round(self.seconds, 6),
        }


def repairs(
    claim: Claim,
    *,
    budget: str | Budget = "small",
    seed: int = 0,
    seconds: float = 10,
    solvers: Solvers | None = None,
    on_candidate: Callable[[Formula], None] | None = None,
) -> Repairs:
    """Look for one hypothesis, or two, with which a false or undefined claim is proved.

    Parameters
    ----------
    claim : Claim
        In formulas; of others the note says that nothing was looked for.
    budget : str or Budget
        Limits of each proof.
    seed : int
        Makes the search repeatable.
    seconds : float
        Limit for all of it; a proof that is under way is finished.
    solvers : Solvers, optional
        Who to ask; by default all that are installed, started for this alone.
    on_candidate : callable, optional
        Told of every hypothesis before a proof with it is looked for.

    Raises
    ------
    ClaimError
        If the hypotheses contradict each other.
    """
    started = perf_counter()
    limits = budget_named(budget) if isinstance(budget, str) else budget
    if not isinstance(claim.conclusion, Statement | Limit | Monotonicity):
        note = "a missing hypothesis is looked for where a claim is in formulas; this one is on matrices or mixtures"
        return Repairs(claim.name, (), 0, note, 0.0)
    if solvers is None:
        with Solvers() as own:
            return repairs(claim, budget=limits, seed=seed, seconds=seconds, solvers=own, on_candidate=on_candidate)
    deadline = Deadline.after(seconds)
    solvers = HurriedSolvers(solvers, deadline)
    sieve = _Sieve(claim, limits, seed)
    if not (sieve.right or sieve.wrong):  # raises where the hypotheses contradict each other
        find_witness(Goal(claim.hypotheses, definitions_of(claim), And(())), claim.name, limits, solvers)
    if not sieve.wrong:
        note = "no point is known at which the claim fails or is undefined, so nothing shows what is missing"
        return Repairs(claim.name, (), 0, note, perf_counter() - started)
    found: list[Repair] = []
    kept: list[tuple[_Mask, int]] = []
    tried = 0
    for candidate, right in chain(sieve.singles(), sieve.pairs()):
        if deadline.passed or len(found) == MOST or (found and candidate.is_pair):
            break
        if sieve.is_large and not candidate.is_equation:
            continue
        # Stronger than what is proved already, and no simpler: of no use to anybody.
        if any(not (right & ~mask).any() and candidate.complexity >= cost for mask, cost in kept):
            continue
        hypothesis = candidate.formula
        if on_candidate:
            on_candidate(hypothesis)
        tried += 1
        repair = _proved_with(claim, hypothesis, limits, seed, solvers)
        if repair is not None:
            found.append(repair)
            kept.append((right, candidate.complexity))
    note = "" if found else _nothing(tried, seconds, timed_out=deadline.passed)
    return Repairs(claim.name, tuple(found), tried, note, perf_counter() - started)


def _nothing(tried: int, seconds: float, *, timed_out: bool) -> str:
    within = f" within {seconds:g} s" if timed_out else ""
    if not tried:
        return f"none of the hypotheses that were considered excludes every counterexample and leaves something{within}"
    return f"with none of the {tried} hypotheses tried could the claim be proved{within}"


def _proved_with(claim: Claim, hypothesis: Formula, budget: Budget, seed: int, solvers: Solvers) -> Repair | None:
    """Prove a claim with one more hypothesis, after a quick look for a counterexample."""
    stronger = replace(claim, hypotheses=(*claim.hypotheses, hypothesis))
    try:
        goal = limit_goal(stronger) if isinstance(claim.conclusion, Limit) else goals_of(stronger)[0]
        witness = find_witness(goal, claim.name, budget, solvers)
        if witness is None or _fails(stronger, budget, seed):
            return None
        proofs = attempt(stronger, witness, budget, seed, solvers)
    except ClaimError:  # contradicts the other hypotheses, or leaves nothing that comes close to a limit's point
        return None
    if any(item.outcome is not Outcome.PROVED for item in proofs):
        return None
    own = {symbol: value for symbol, value in witness.items() if "'" not in str(symbol)}
    return Repair(hypothesis, methods_of(proofs), as_strings(own))


def _fails(claim: Claim, budget: Budget, seed: int) -> bool:
    quick = replace(budget, samples=budget.samples // 2, search_seconds=1, shrink_seconds=0)
    if isinstance(claim.conclusion, Limit):
        return LimitProblem(claim, quick, seed).scan().outcome is not Outcome.PASSED
    return any(Refuter(goal, quick, seed).scan().outcome is not Outcome.PASSED for goal in parts_of(claim))


class _Sieve:
    """Exact points at which a claim goes right and wrong, and the candidates that tell them apart."""

    def __init__(self, claim: Claim, budget: Budget, seed: int) -> None:
        self.claim = claim
        self.right: list[tuple[Goal, Point]] = []
        self.wrong: list[tuple[Goal, Point]] = []
        self.is_large = False
        self._candidates: list[Candidate] = []
        self._compiled: dict[tuple[int, sp.Expr], tuple[Callable[[Point], fmpq], ...]] = {}
        self._goals: dict[int, CompiledGoal] = {}
        known: set[tuple[tuple[sp.Expr, str], ...]] = set()
        for goal, hunt, view in _hunts(claim, budget, seed):
            differences = [view.difference(relation) for relation in goal.conclusion.relations]
            #: Where the difference cannot be factored, proofs take minutes; equations make it smaller first.
            self.is_large = self.is_large or any(len(item.numerator) > MAX_FACTORED for item in differences)
            for point in _points(hunt, seed):
                standing = hunt.standing(point)
                if standing is Standing.HOLDS:
                    self.right.append((goal, point))
                elif standing is not Standing.OUTSIDE:
                    self.wrong.append((goal, point))
            loci = {family.locus.str(): family.locus for family in hunt.surfaces if family.locus is not None}
            for candidate in candidates(claim, goal, view.ring, [*loci.values(), *slopes(claim, view)]):
                if candidate.parts not in known:
                    known.add(candidate.parts)
                    self._candidates.append(candidate)

    def singles(self) -> Iterator[tuple[Candidate, _Mask]]:
        """Yield what excludes every wrong point and keeps some right ones, the weakest and simplest first."""
        yield from self._ordered([(c, right) for c, right, wrong in self._judged if right.any() and not wrong.any()])

    def pairs(self) -> Iterator[tuple[Candidate, _Mask]]:
        """Yield two hypotheses at a time that do so together, and neither alone."""
        useful = [item for item in self._judged if item[1].any() and item[2].any() and not item[2].all()]
        useful.sort(key=lambda item: (item[2].sum(), -item[1].sum(), item[0].complexity))
        yield from self._ordered(
            [
                (a & b, right)
                for (a, right_a, wrong_a), (b, right_b, wrong_b) in combinations(useful[:PAIRED], 2)
                if a.parts[0][0] != b.parts[0][0]  # x >= 0 and x <= 0 is no hypothesis to add
                and not (wrong_a & wrong_b).any()
                and (right := right_a & right_b).any()
            ]
        )

    @cached_property
    def _judged(self) -> list[tuple[Candidate, _Mask, _Mask]]:
        """Every candidate with the right and the wrong points at which it holds."""
        offered = [candidate for candidate in self._candidates if not self._restates(candidate)]
        return [(c, self._mask(c, self.right), self._mask(c, self.wrong)) for c in offered]

    @staticmethod
    def _ordered(found: list[tuple[Candidate, _Mask]]) -> list[tuple[Candidate, _Mask]]:
        return sorted(found, key=lambda item: (-int(item[1].sum()), item[0].complexity, str(item[0].formula)))

    def _restates(self, candidate: Candidate) -> bool:
        """Whether a candidate is the conclusion itself, which saves nothing."""
        if not isinstance(self.claim.conclusion, Statement):
            return False
        relations = self.claim.conclusion.formula.relations
        (expression, _), *more = candidate.parts
        return not more and any(
            sp.expand(relation.lhs - relation.rhs - sign * expression) == 0
            for relation in relations
            for sign in (1, -1)
        )

    def _mask(self, candidate: Candidate, points: list[tuple[Goal, Point]]) -> _Mask:
        return np.array([self._admits(candidate, goal, point) for goal, point in points], dtype=bool)

    def _admits(self, candidate: Candidate, goal: Goal, point: Point) -> bool:
        """Whether a candidate holds at a point; at both of them for a monotonicity."""
        for expression, operator in candidate.parts:
            for evaluator in self._evaluators(expression, goal):
                if not compare(evaluator(point), operator, 0):
                    return False
        return True

    def _evaluators(self, expression: sp.Expr, goal: Goal) -> tuple[Callable[[Point], fmpq], ...]:
        key = (id(goal), expression)
        if key not in self._compiled:
            compiled = self._goals.setdefault(id(goal), CompiledGoal(goal))
            moved = {s: sp.Symbol(f"{s}'") for s in expression.free_symbols if sp.Symbol(f"{s}'") in goal.symbols}
            forms = [expression, *([expression.xreplace(moved)] if moved else [])]
            self._compiled[key] = tuple(compiled.evaluator(form) for form in forms)
        return self._compiled[key]


def _hunts(claim: Claim, budget: Budget, seed: int) -> Iterator[tuple[Goal, Hunt, View]]:
    if isinstance(claim.conclusion, Limit):
        problem = LimitProblem(claim, budget, seed)
        yield problem.goal, problem.hunt, problem.view
        return
    for goal in goals_of(claim):
        refuter = Refuter(goal, budget, seed)
        yield goal, refuter.hunt, refuter.view


def _points(hunt: Hunt, seed: int) -> list[Point]:
    """Draw simple points, on the surfaces and off them, each once."""
    generator = random.Random(f"{seed} repair")
    space = hunt.space
    plan = [(space.whole, POINTS), *((surface, ON_SURFACE) for surface in hunt.surfaces)]
    drawn = [
        point
        for family, draws in plan
        for point in (*space.grid(family, POINTS), *(p for _ in range(draws) for p in space.draw(family, generator)))
    ]
    return list({tuple(map(str, point)): point for point in drawn}.values())
