"""One attempt at everything that a claim in formulas says, for questions that ask about many variants of a claim."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import sympy as sp

from proofs_check.budget import Budget
from proofs_check.exact import prove_exactly
from proofs_check.goal import Goal, derivation_goal, goals_of
from proofs_check.limits import LimitProblem
from proofs_check.prover import Prover
from proofs_check.smt import ask_solvers
from proofs_check.solvers import Solvers
from proofs_check.verdict import Evidence, Outcome
from theory.claim import Claim, Limit

__all__ = ["attempt", "methods_of", "parts_of"]


def parts_of(claim: Claim) -> list[Goal]:
    """Return every goal of a statement or monotonicity: conclusions, and that definitions are the derived ones."""
    derivation = derivation_goal(claim)
    return [*goals_of(claim), *([] if derivation is None else [derivation])]


def attempt(
    claim: Claim, witness: Mapping[sp.Symbol, Fraction], budget: Budget, seed: int, solvers: Solvers
) -> list[Evidence]:
    """Try to prove every part of a claim, by certificates, else by the solvers.

    Parameters
    ----------
    claim : Claim
        With a statement, a limit or a monotonicity.
    witness : mapping from symbol to Fraction
        A point that satisfies the hypotheses.
    budget : Budget
        Limits.
    seed : int
        As everywhere; proofs do not depend on it.
    solvers : Solvers
        Who to ask.

    Returns
    -------
    list of Evidence
        One for each part. The claim is proved if all of them are; the first part that is not ends the attempt.
    """
    found: list[Evidence] = []
    if isinstance(claim.conclusion, Limit):
        problem = LimitProblem(claim, budget, seed)
        found.append(problem.prove(Prover(problem.goal, witness, solvers, budget)))
        derivation = derivation_goal(claim)
        goals = [] if derivation is None else [derivation]
    else:
        goals = parts_of(claim)
    for goal in goals:
        if found and found[-1].outcome is not Outcome.PROVED:
            break
        prover = Prover(goal, witness, solvers, budget)
        exact = prove_exactly(prover)
        found.append(exact if exact.outcome is Outcome.PROVED else ask_solvers(prover)[0])
    return found


def methods_of(proofs: list[Evidence]) -> str:
    """Name who proved, or failed to prove, the parts."""
    return " and ".join(dict.fromkeys(item.method for item in proofs))
