"""The solvers' rung: z3 and cvc5 are asked whether the denial of a goal can be met."""

from __future__ import annotations

from time import perf_counter

from proofs_check.prover import Prover, Questioned
from proofs_check.solvers import Answer, Solvers
from proofs_check.verdict import Evidence, Obligation, Outcome, Tier

__all__ = ["ask_solvers", "missing_solvers"]


def ask_solvers(prover: Prover, obligation: Obligation = Obligation.CONCLUSION) -> tuple[Evidence, Questioned]:
    """Have the solvers prove a goal: proved, or undecided with what ran out.

    Parameters
    ----------
    prover : Prover
        Of the goal.
    obligation : Obligation
        What the evidence is about.

    Returns
    -------
    Evidence
        Tier ``SOLVERS`` where two agree on everything that no certificate covers, ``SOLVER`` where one stands alone.
    Questioned
        The answers, with models that may be counterexamples.
    """
    started = perf_counter()
    asked = prover.question()
    label, names = prover.goal.label, " and ".join(prover.solvers.names)

    def evidence(method: str, outcome: Outcome, tier: Tier, detail: str, **data: object) -> Evidence:
        return Evidence(method, obligation, outcome, tier, perf_counter() - started, f"{label}: {detail}", data=data)

    if not prover.solvers.names:
        return evidence("smt", Outcome.NOT_RUN, Tier.SOLVER, "there is no solver to ask"), asked
    if asked.conflict:
        detail = f"one of the solvers is wrong: {asked.conflict}"
        return evidence(names, Outcome.CONTRADICTED, Tier.SOLVERS, detail), asked
    answers = {name: answer.status for name, answer in asked.answers.items()}
    if asked.proof is not None:
        by = [name for name, status in answers.items() if status == "unsat"]
        helpers = sorted(asked.proof.backing.provers - {*by, "flint"})
        method = " and ".join(by) + (f" with {' and '.join(helpers)}" if helpers else "")
        silent = [_silence(answer, prover) for answer in asked.answers.values() if answer.status != "unsat"]
        detail = "; ".join([f"the denial cannot be met, {asked.proof.view}", *silent])
        view = str(asked.proof.view)
        return evidence(method, Outcome.PROVED, asked.proof.backing.tier, detail, view=view, answers=answers), asked
    return evidence(names, Outcome.UNDECIDED, Tier.SOLVER, _why_not(prover, asked), answers=answers), asked


def missing_solvers(solvers: Solvers) -> tuple[Evidence, ...]:
    """Return one piece of evidence for each solver that cannot be asked, saying why."""
    return tuple(
        Evidence(name, Obligation.CONCLUSION, Outcome.NOT_RUN, Tier.SOLVER, 0.0, why)
        for name, why in solvers.missing.items()
    )


def _silence(answer: Answer, prover: Prover) -> str:
    return f"{answer.solver} is undecided after {prover.budget.solver_seconds:g} s ({answer.reason or answer.status})"


def _why_not(prover: Prover, asked: Questioned) -> str:
    if any(answer.status == "unsat" for answer in asked.answers.values()):
        return "true where it is defined, but that it is defined could not be proved"
    if asked.models:
        return "the solvers see a way to meet the denial over the reals"
    return "; ".join(_silence(answer, prover) for answer in asked.answers.values())
