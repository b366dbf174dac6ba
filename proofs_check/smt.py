"""The solvers' rung: z3 and cvc5 are asked whether the denial of a goal can be met."""

from __future__ import annotations

from time import perf_counter

from proofs_check.prover import Prover, Questioned, as_point
from proofs_check.solvers import Answer, Solvers
from proofs_check.verdict import Evidence, Obligation, Outcome, Tier

__all__ = ["ask_solvers", "irrational_denial", "missing_solvers"]


def ask_solvers(prover: Prover, seconds: float | None = None) -> tuple[Evidence, Questioned]:
    """Have the solvers prove a goal: proved, or undecided with what ran out.

    Parameters
    ----------
    prover : Prover
        Of the goal.
    seconds : float, optional
        Limit for all questions together; by default each has the budget's.

    Returns
    -------
    Evidence
        Tier ``SOLVERS`` where two agree on everything that no certificate covers, ``SOLVER`` where one stands alone.
    Questioned
        The answers, with models that may be counterexamples.
    """
    started = perf_counter()
    limit = prover.budget.solver_seconds if seconds is None else seconds
    asked = prover.question(seconds=seconds)
    label, names = prover.goal.label, " and ".join(prover.solvers.names)

    def evidence(method: str, outcome: Outcome, tier: Tier, detail: str, **data: object) -> Evidence:
        return Evidence(
            method, Obligation.CONCLUSION, outcome, tier, perf_counter() - started, f"{label}: {detail}", data=data
        )

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
        silent = [_silence(answer, limit) for answer in asked.answers.values() if answer.status != "unsat"]
        domain = "over the integers, " if asked.integral else ""
        detail = "; ".join([f"the denial cannot be met, {domain}{asked.proof.view}", *silent])
        view = str(asked.proof.view)
        return evidence(method, Outcome.PROVED, asked.proof.backing.tier, detail, view=view, answers=answers), asked
    return evidence(names, Outcome.UNDECIDED, Tier.SOLVER, _why_not(asked, limit), answers=answers), asked


def irrational_denial(prover: Prover) -> Evidence | None:
    """Say so where solvers deny a goal at values of which no rational ones were found.

    Such a denial is no counterexample, since nobody can check it again in exact arithmetic; but what it denies is not
    supported by tests at rational points, which cannot see it.

    Parameters
    ----------
    prover : Prover
        Of a goal for which the search for a rational counterexample has ended without one.
    """
    started = perf_counter()
    answers = prover.denial_where_defined(prover.budget.solver_seconds)
    denying = [answer for answer in answers.values() if answer.status == "sat"]
    if not denying or any(answer.status == "unsat" for answer in answers.values()):
        return None
    names = " and ".join(answer.solver for answer in denying)
    near = as_point(prover.goal, prover.ring, denying[0].model, prover.witness)
    where = ", ".join(f"{symbol} ~ {float(value):.6g}" for symbol, value in near.items())
    detail = f"{prover.goal.label} can be denied, near {where}; no rational values that deny it were found"
    tier = Tier.SOLVERS if len(denying) > 1 else Tier.SOLVER
    return Evidence(names, Obligation.CONCLUSION, Outcome.CONTRADICTED, tier, perf_counter() - started, detail)


def missing_solvers(solvers: Solvers) -> tuple[Evidence, ...]:
    """Return one piece of evidence for each solver that cannot be asked, saying why."""
    return tuple(
        Evidence(name, Obligation.CONCLUSION, Outcome.NOT_RUN, Tier.SOLVER, 0.0, why)
        for name, why in solvers.missing.items()
    )


def _silence(answer: Answer, limit: float) -> str:
    if answer.reason.startswith("not asked"):
        return f"{answer.solver} was {answer.reason}"
    return f"{answer.solver} is undecided within {limit:g} s ({answer.reason or answer.status})"


def _why_not(asked: Questioned, limit: float) -> str:
    if any(answer.status == "unsat" for answer in asked.answers.values()):
        return "true where it is defined, but that it is defined could not be proved"
    if any(answer.status == "sat" for answer in asked.answers.values()):
        return f"the solvers see a way to meet the denial{'' if asked.integral else ' over the reals'}"
    return "; ".join(_silence(answer, limit) for answer in asked.answers.values())
