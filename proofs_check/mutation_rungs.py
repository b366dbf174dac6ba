"""Each rung of the ladder, asked by itself whether it notices that a claim was broken.

A rung notices by a refutation of its own: an exact or a measured counterexample, or a proof of the negation. That it
merely fails to prove the broken claim is not enough.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction

import sympy as sp

from proofs_check.budget import Deadline
from proofs_check.exact import is_identity, prove_exactly
from proofs_check.goal import Goal, Standing, conjuncts
from proofs_check.instances import judge_instances
from proofs_check.judging import obligations_of
from proofs_check.limit_proof import Counter, LimitProof, Open
from proofs_check.limits import LimitProblem
from proofs_check.line import judge_on_a_line
from proofs_check.mutation_bench import NOTICEABLE, Bench, Reaction, confirmed
from proofs_check.mutation_question import Question
from proofs_check.mutation_slices import ask_anywhere
from proofs_check.prover import Prover
from proofs_check.refute import Refuter
from proofs_check.smt import ask_solvers
from proofs_check.solvers import Solvers
from proofs_check.vacuity import find_witness
from proofs_check.verdict import Evidence, Obligation, Outcome, conclude
from proofs_check.view import View, ring_of
from theory.errors import LandscapeError
from theory.formula import Relation

__all__ = ["RUNGS", "largest_change", "prove"]

#: The exact rung asks no solver.
_NOBODY = Solvers(())
_DIFFERENT = "the hypotheses have interior points, and the two sides are different rational functions"


def _contradicted(evidence: tuple[Evidence, ...]) -> frozenset[Obligation]:
    return frozenset(item.obligation for item in evidence if item.outcome in (Outcome.CONTRADICTED, Outcome.REFUTED))


def _first_refuted(question: Question, ask: Callable[[Goal], Reaction]) -> Reaction:
    """Ask of every goal that is new until one is refuted; the whole is proved only where all are."""
    reactions = []
    for goal in question.goals:
        reaction = ask(goal)
        if reaction.kind == "refuted":
            return reaction
        reactions.append(reaction)
    if not reactions:
        return Reaction("not run", "nothing that this rung could settle was broken")
    return next((reaction for reaction in reactions if reaction.kind == "missed"), reactions[0])


def exact(question: Question, bench: Bench) -> Reaction:
    """Ask polynomial arithmetic: different normal forms, or a certificate that the claim is false everywhere."""
    if question.on_matrices:
        found = _of_evidence(question, bench, lambda item: item.method.startswith("normal form"), differs=True)
        if found.kind == "refuted" or not question.goals:
            return found
    found = _first_refuted(question, lambda goal: _exactly(goal, bench))
    if found.kind == "refuted" or not question.limit_changed:
        return found
    return _limit_exactly(LimitProblem(question.claim, bench.budget, bench.seed), bench)


def _exactly(goal: Goal, bench: Bench) -> Reaction:
    if is_identity(goal.conclusion):
        if any(isinstance(part, Relation) and part.operator == "==" for part in conjuncts(goal.hypotheses)):
            return Reaction("missed", "the hypotheses are equations, so different functions may agree where they hold")
        view = View(goal, ring_of(goal))
        if not all(view.difference(relation).is_zero for relation in goal.conclusion.relations):
            return Reaction("refuted", f"{goal.label}: {_DIFFERENT}")
        if _certified(goal, bench):
            return Reaction("proved", f"{goal.label}: the same rational functions, defined everywhere")
        return Reaction("missed", f"{goal.label}: the same rational functions, wherever they are defined")
    if isinstance(goal.conclusion, Relation):
        opposite = Goal(goal.hypotheses, goal.definitions, goal.conclusion.negated(), goal.label)
        if _certified(opposite, bench):
            return Reaction("refuted", f"{goal.label}: a certificate shows the opposite, wherever the hypotheses hold")
    return Reaction("missed", f"{goal.label}: no certificate of the opposite")


def _certified(goal: Goal, bench: Bench) -> bool:
    witness = find_witness(goal, goal.label, bench.budget, _NOBODY)
    return witness is not None and Prover(goal, witness, _NOBODY, bench.budget).certify() is not None


def _limit_exactly(problem: LimitProblem, bench: Bench) -> Reaction:
    """Refute a limit by a case of its parameters that can occur, in which orders of vanishing give another one."""
    witness = problem.witness()
    if witness is None:
        return Reaction("missed", f"{problem}: no parameters were found near which to look")
    try:
        _, how = LimitProof(problem, Prover(problem.goal, witness, _NOBODY, bench.budget)).run()
    except Counter as counter:
        if problem.occurs(counter.facts, counter.coefficient):
            return Reaction("refuted", f"{problem}: {counter}")
        return Reaction("missed", f"{problem}: {counter}, which may not occur")
    except Open as reason:
        return Reaction("missed", f"{problem}: {reason}")
    return Reaction("proved", f"{problem}: {how}")


def search(question: Question, bench: Bench) -> Reaction:
    """Look for an exact point where the claim is false, or where it divides by zero; of mixtures, for one on a line."""
    if question.on_mixtures:
        (evidence,) = judge_on_a_line(question.claim, examples=bench.budget.mixtures, seed=bench.seed)
        return _of(evidence)
    if question.on_matrices:
        found = _of_evidence(question, bench, lambda item: item.method == "exact samples")
        if found.kind == "refuted" or not question.goals:
            return found
    found = _first_refuted(question, lambda goal: _searched(goal, bench))
    if found.kind == "refuted" or not question.limit_changed:
        return found
    return _limit_searched(LimitProblem(question.claim, bench.budget, bench.seed))


def _limit_searched(problem: LimitProblem) -> Reaction:
    scanned = problem.scan()
    point = problem.hunt.undefined
    if scanned.outcome is Outcome.REFUTED or point is None:
        return _of(scanned)
    # No limit exists where the expression has no value, however close the variable comes to its point.
    near = list(_near(problem, problem.compiled.values(point)))
    if near and all(_undefined(problem.goal, problem.limit.expression, values) for values in near):
        return Reaction("refuted", scanned.detail)
    return _of(scanned)


def _near(problem: LimitProblem, parameters: Mapping[sp.Symbol, Fraction]) -> Iterator[dict[sp.Symbol, Fraction]]:
    """Yield admissible points whose variable is close to where it tends to."""
    limit, infinite = problem.limit, problem.limit.point in (sp.oo, -sp.oo)
    target = Fraction(0) if infinite else problem.goal.value(limit.point, parameters)
    for exponent in (4, 7, 10):
        for sign in (1, -1):
            distance = sign * Fraction(10) ** (exponent if infinite else -exponent)
            values = {**parameters, limit.variable: target + distance}
            if problem.goal.standing(values) is not Standing.OUTSIDE:
                yield values


def _undefined(goal: Goal, expression: sp.Expr, values: Mapping[sp.Symbol, Fraction]) -> bool:
    try:
        goal.value(expression, values)
    except ZeroDivisionError:
        return True
    return False


def _searched(goal: Goal, bench: Bench) -> Reaction:
    refuter = Refuter(goal, bench.budget, bench.seed)
    scanned = refuter.scan()
    if scanned.outcome is Outcome.REFUTED:
        return _of(scanned)
    hunt = refuter.hunt
    point = hunt.undefined
    if point is None and not is_identity(goal.conclusion):  # two different functions differ almost everywhere
        point = hunt.with_hypothesis(bench.budget.examples, Deadline.after(bench.budget.search_seconds / 2))
    return _of(scanned) if point is None else confirmed(goal, refuter.compiled.values(point))


def solvers(question: Question, bench: Bench) -> Reaction:
    """Ask z3 and cvc5 for a point where the claim is false; integers and exact arithmetic are insisted on."""
    return _first_refuted(question, lambda goal: ask_anywhere(goal, bench))


def instances(question: Question, bench: Bench) -> Reaction:
    """Try exact rational mixtures."""
    if not question.on_mixtures:
        return Reaction("not run", "what the claim says of concrete mixtures was not broken")
    (evidence,) = judge_instances(question.claim, examples=bench.budget.mixtures, seed=bench.seed)
    return _of(evidence)


def simulation(question: Question, bench: Bench) -> Reaction:
    """Compare with measurements on raw data, prolonged where a number was changed that they ought to tell apart."""
    if question.mutant.operator in ("dropped hypothesis", "weakened hypothesis") and not question.goals:
        return Reaction("not run", "the claim is not measured where the hypothesis is broken")
    anyway = _contradicted(bench.measured(question.original))
    large = (largest_change(question, bench) or 0) >= NOTICEABLE
    evidence: tuple[Evidence, ...] = ()
    for prolonged in (False, True) if large else (False,):
        try:
            evidence = bench.simulated(question.claim, prolonged=prolonged)
        except (ArithmeticError, LandscapeError) as reason:
            return Reaction("not run", f"not measured: {reason}")
        for item in evidence:
            spared = question.false and item.obligation is not Obligation.DERIVATION
            if item.outcome is Outcome.CONTRADICTED and item.obligation not in anyway and not spared:
                return _of(item)
    return _of(next((item for item in evidence if item.outcome is not Outcome.CONTRADICTED), evidence[0]), never=True)


def _of(item: Evidence, *, never: bool = False) -> Reaction:
    if item.outcome in (Outcome.REFUTED, Outcome.CONTRADICTED) and not never:
        return Reaction("refuted", item.detail)
    if item.outcome is Outcome.NOT_RUN:
        return Reaction("not run", item.detail)
    return Reaction("missed", item.detail)


def _of_evidence(
    question: Question, bench: Bench, mine: Callable[[Evidence], bool], *, differs: bool = False
) -> Reaction:
    """Read what a rung for matrices found: different normal forms differ in some dimension."""
    chosen = [item for item in bench.on_matrices(question) if mine(item)]
    for item in chosen:
        if item.outcome is Outcome.REFUTED or (differs and item.outcome is Outcome.UNDECIDED):
            return Reaction("refuted", item.detail)
    if differs and chosen and all(item.outcome is Outcome.PROVED for item in chosen):
        return Reaction("proved", chosen[0].detail)
    return Reaction("missed", chosen[0].detail) if chosen else Reaction("not run", "this rung has nothing to say of it")


#: The rungs that are asked, by name. They share no code but for the reading of the claim.
RUNGS: dict[str, Callable[[Question, Bench], Reaction]] = {
    "exact": exact,
    "search": search,
    "solvers": solvers,
    "instances": instances,
    "simulation": simulation,
}


def prove(question: Question, bench: Bench) -> str:
    """Return by what a broken claim is proved all the same, or nothing: some breakages only weaken a claim."""
    claim = question.claim
    if question.on_mixtures:
        return ""
    if question.on_matrices:
        verdict = conclude(claim.name, bench.on_matrices(question), obligations_of(claim))
        return verdict.because if verdict.outcome == "proved" else ""
    methods = []
    for goal in question.goals:
        witness = find_witness(goal, claim.name, bench.budget, bench.solvers) or {}
        prover = Prover(goal, witness, bench.solvers, bench.budget)
        proof = prove_exactly(prover)
        if proof.outcome is not Outcome.PROVED:
            proof = ask_solvers(prover)[0]
        if proof.outcome is not Outcome.PROVED:
            return ""
        methods.append(proof.method)
    if question.limit_changed:
        problem = LimitProblem(claim, bench.budget, bench.seed)
        proof = problem.prove(Prover(problem.goal, problem.witness() or {}, bench.solvers, bench.budget))
        if proof.outcome is not Outcome.PROVED:
            return ""
        methods.append(proof.method)
    return " and ".join(dict.fromkeys(methods))


def largest_change(question: Question, bench: Bench) -> float | None:
    """Return by how much the breakage changes a stated value, relatively, at the points that are simulated.

    Returns
    -------
    float or None
        ``None`` where what was broken is not an identity between numbers.
    """
    points = [point for item in bench.measured(question.original)[:1] for point in item.data.get("points", ())]
    changes = []
    for goal in question.goals:
        for point in points if is_identity(goal.conclusion) else ():
            values = {sp.Symbol(name): Fraction(value) for name, value in point.items()}
            for relation in goal.conclusion.relations:
                try:
                    sides = goal.value(relation.lhs, values), goal.value(relation.rhs, values)
                except (KeyError, ZeroDivisionError):
                    continue
                size = max(map(abs, sides))
                changes.append(float(abs(sides[0] - sides[1]) / size) if size else 0.0)
    return max(changes, default=None)
