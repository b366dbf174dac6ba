"""The scalar rungs of the ladder: exact points, exact proofs, the solvers, and the search for a counterexample."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from time import perf_counter

import sympy as sp

from proofs_check.budget import Budget
from proofs_check.exact import is_identity, prove_exactly
from proofs_check.goal import Goal, derivation_goal, goals_of
from proofs_check.limits import LimitProblem
from proofs_check.prover import Backing, Prover, Questioned
from proofs_check.refute import Refuter
from proofs_check.smt import ask_solvers, irrational_denial, missing_solvers
from proofs_check.solvers import Solvers
from proofs_check.vacuity import find_witness, witness_evidence
from proofs_check.verdict import Evidence, Obligation, Outcome
from proofs_check.view import View, ring_of
from theory.claim import Claim, Limit

__all__ = ["judge_scalar"]


def judge_scalar(claim: Claim, *, budget: Budget, seed: int, solvers: Solvers | None = None) -> tuple[Evidence, ...]:
    """Judge a claim whose conclusion is a statement, a limit or a monotonicity.

    Parameters
    ----------
    claim : Claim
        What is to be judged.
    budget : Budget
        Limits of the rungs.
    seed : int
        Makes the search for counterexamples repeatable.
    solvers : Solvers, optional
        Who to ask; by default all that are installed, started for this claim alone. A run over many claims is faster
        with solvers that it keeps.

    Returns
    -------
    tuple of Evidence
        In the order in which it was found. Once something is refuted, nothing further is tried.

    Raises
    ------
    ClaimError
        If the hypotheses contradict each other, or the claim is not made of rational expressions.
    """
    if solvers is None:
        with Solvers() as own:
            return judge_scalar(claim, budget=budget, seed=seed, solvers=own)
    return tuple(_Judge(claim, budget, seed, solvers).evidence())


class _Judge:
    """Runs the rungs for one claim."""

    def __init__(self, claim: Claim, budget: Budget, seed: int, solvers: Solvers) -> None:
        self.claim, self.budget, self.seed, self.solvers = claim, budget, seed, solvers
        self.lemmas: dict[sp.Symbol, Backing] = {}

    def evidence(self) -> Iterator[Evidence]:
        """Yield the evidence, the cheapest first, until something is refuted."""
        yield from missing_solvers(self.solvers)
        if isinstance(self.claim.conclusion, Limit):
            yield from self._limit(LimitProblem(self.claim, self.budget, self.seed))
        else:
            yield from self._formulas([_Part(self, goal) for goal in goals_of(self.claim)])

    def prover(self, goal: Goal, witness: dict[sp.Symbol, Fraction], view: View | None = None) -> Prover:
        """Return a prover that knows the lemmas proved so far."""
        prover = Prover(goal, witness, self.solvers, self.budget, self.lemmas, view)
        if goal.hypotheses == self.claim.hypotheses:
            self.lemmas |= prover.lemmas
        return prover

    def _limit(self, problem: LimitProblem) -> Iterator[Evidence]:
        started = perf_counter()
        witness = problem.witness()
        if witness is None:
            # Nothing comes close to the point. Where nothing satisfies the hypotheses either, this raises.
            find_witness(problem.goal, self.claim.name, self.budget, self.solvers, problem.view)
        yield witness_evidence(witness, started)
        derivation = list(self._derivation(witness or {}))
        yield from derivation
        if _refuted(derivation):
            return
        scanned = problem.scan()
        if scanned.outcome is not Outcome.REFUTED:
            proof = problem.prove(self.prover(problem.goal, witness or {}, problem.view))
            yield proof
            if not _proved(proof) and scanned.outcome is not Outcome.UNDECIDED:
                scanned = problem.search()
        yield scanned

    def _derivation(self, witness: dict[sp.Symbol, Fraction]) -> Iterator[Evidence]:
        """Compare what was typed with what is derived."""
        goal = derivation_goal(self.claim)
        if goal is None:
            return
        view = View(goal, ring_of(goal))
        scanned = None
        if not all(view.difference(relation).is_zero for relation in goal.conclusion.relations):
            # Different functions, which may still agree where the hypotheses hold; a point will tell at once.
            scanned = Refuter(goal, self.budget, self.seed, Obligation.DERIVATION, view).scan()
            if scanned.outcome is Outcome.REFUTED:
                yield scanned
                return
        proof = prove_exactly(self.prover(goal, witness, view), Obligation.DERIVATION)
        yield proof
        if not _proved(proof):
            yield scanned or Refuter(goal, self.budget, self.seed, Obligation.DERIVATION, view).scan()

    def _formulas(self, parts: list[_Part]) -> Iterator[Evidence]:
        started = perf_counter()
        witnesses = [part.witness for part in parts]
        yield witness_evidence(next((w for w in witnesses if w is None), witnesses[0]), started)
        derivation = list(self._derivation(witnesses[0] or {}))
        yield from derivation
        if _refuted(derivation):
            return
        scanned = [part.scanned for part in parts]
        if _refuted(scanned):
            yield _combined(scanned)
            return
        yield _combined([part.exact for part in parts])
        if not all(part.settled_as_identity for part in parts):
            yield _combined([part.asked[0] for part in parts])
        searched = [
            part.searched for part in parts if not part.proofs and part.scanned.outcome is not Outcome.UNDECIDED
        ]
        if searched:
            yield _combined(searched)
            if _refuted(searched):
                return
        elif all(part.proofs for part in parts) and not any(
            all(_proved(rung(part)) for part in parts) for rung in (_exact, _asked)
        ):
            # Each part is proved, but no rung proved them all: together they do.
            yield _combined([min(part.proofs, key=lambda item: item.tier) for part in parts])
        yield _combined(scanned)


class _Part:
    """One goal of a claim, and what each rung says of it, found when first asked for."""

    def __init__(self, judge: _Judge, goal: Goal) -> None:
        self.judge, self.goal = judge, goal
        self.view = View(goal, ring_of(goal))

    @cached_property
    def witness(self) -> dict[sp.Symbol, Fraction] | None:
        """A point that satisfies the hypotheses."""
        return find_witness(self.goal, self.judge.claim.name, self.judge.budget, self.judge.solvers, self.view)

    @cached_property
    def refuter(self) -> Refuter:
        """Looks for counterexamples."""
        return Refuter(self.goal, self.judge.budget, self.judge.seed, view=self.view)

    @cached_property
    def prover(self) -> Prover:
        """Looks for proofs."""
        return self.judge.prover(self.goal, self.witness or {}, self.view)

    @cached_property
    def scanned(self) -> Evidence:
        """Exact points."""
        return self.refuter.scan()

    @cached_property
    def exact(self) -> Evidence:
        """The exact rung."""
        return prove_exactly(self.prover)

    @cached_property
    def asked(self) -> tuple[Evidence, Questioned]:
        """The solvers' rung. What is proved exactly waits for them only as long as for a second opinion."""
        budget = self.judge.budget
        return ask_solvers(self.prover, budget.second_opinion_seconds if _proved(self.exact) else budget.solver_seconds)

    @property
    def settled_as_identity(self) -> bool:
        """Whether this is an identity that was proved: nothing of it is left for a solver to reason about."""
        return is_identity(self.goal.conclusion) and _proved(self.exact)

    @property
    def proofs(self) -> list[Evidence]:
        """The proofs found."""
        rungs = [self.exact] if self.settled_as_identity else [self.exact, self.asked[0]]
        return [item for item in rungs if _proved(item)]

    @cached_property
    def searched(self) -> Evidence:
        """The deeper search for a counterexample."""
        found = self.refuter.search(self.prover, self.asked[1].models)
        if found.outcome is Outcome.UNDECIDED and self.asked[1].models:
            return irrational_denial(self.prover) or found
        return found


def _exact(part: _Part) -> Evidence:
    return part.exact


def _asked(part: _Part) -> Evidence:
    return part.exact if part.settled_as_identity else part.asked[0]


def _proved(item: Evidence) -> bool:
    return item.outcome is Outcome.PROVED


def _refuted(items: Sequence[Evidence]) -> bool:
    return any(item.outcome is Outcome.REFUTED for item in items)


def _combined(items: Sequence[Evidence]) -> Evidence:
    """Say in one piece of evidence what a rung found for all parts of a claim: no more than for the worst of them."""
    worst = [Outcome.REFUTED, Outcome.CONTRADICTED, Outcome.UNDECIDED, Outcome.NOT_RUN, Outcome.PASSED, Outcome.PROVED]
    chosen = min(items, key=lambda item: worst.index(item.outcome))
    seconds = sum(item.seconds for item in items)
    alike = [item for item in items if item.outcome is chosen.outcome]
    if len(items) == 1 or chosen.outcome is Outcome.REFUTED:
        return replace(chosen, seconds=seconds)
    methods = " and ".join(dict.fromkeys(item.method for item in alike))
    details = "; ".join(item.detail for item in alike)
    data = {"parts": [dict(item.data) for item in alike]}
    tier = max(item.tier for item in alike)
    return replace(chosen, method=methods, tier=tier, seconds=seconds, detail=details, data=data)
