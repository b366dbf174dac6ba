"""The exact rung: identities by polynomial arithmetic, inequalities and equivalences by certificates of positivity."""

from __future__ import annotations

from time import perf_counter

from proofs_check.prover import Prover
from proofs_check.verdict import Evidence, Obligation, Outcome, Tier
from theory.formula import And, Formula, Relation

__all__ = ["is_identity", "prove_exactly"]


def is_identity(formula: Formula) -> bool:
    """Whether a formula is an equation, or several at once."""
    if isinstance(formula, And):
        return bool(formula.operands) and all(is_identity(part) for part in formula.operands)
    return isinstance(formula, Relation) and formula.operator == "=="


def prove_exactly(prover: Prover, obligation: Obligation = Obligation.CONCLUSION) -> Evidence:
    """Prove a goal in exact arithmetic: proved, or undecided.

    Parameters
    ----------
    prover : Prover
        Of the goal.
    obligation : Obligation
        What the evidence is about.

    Returns
    -------
    Evidence
        The tier is that of the weakest side condition: a denominator or a lemma for which only a solver vouches makes
        it that solver's proof.
    """
    started = perf_counter()
    goal = prover.goal
    identity = is_identity(goal.conclusion)
    # An identity holds once everything is expanded or not at all; over atoms it would only look false.
    proof = prover.certify(prover.views[-1:] if identity else None)
    how = "sum of squares" if proof and proof.certificate and proof.certificate.squares else "positivity"
    method = "flint" if identity else f"flint ({how})"
    if proof is not None and proof.certificate is not None:
        solvers = " and ".join(sorted(proof.backing.provers - {"flint"}))
        method += f" with {solvers}" if solvers else ""
        by = "as rational functions, by a zero test" if identity else f"by a certificate, {proof.view}"
        data = {
            "view": str(proof.view),
            "atoms": [str(d.symbol) for d in goal.definitions if d.symbol in proof.view.opaque],
            "coordinates": prover.certifier(proof.view).coordinates(),
            "certificate": proof.certificate.record,
        }
        detail = f"{goal.label}: proved {by}; {_side_conditions(proof.view.divisors)}{_lemmas(prover)}"
        return Evidence(
            method, obligation, Outcome.PROVED, proof.backing.tier, perf_counter() - started, detail, data=data
        )
    detail = f"{goal.label}: {_why_not(prover, identity)}{_lemmas(prover)}"
    return Evidence(method, obligation, Outcome.UNDECIDED, Tier.EXACT, perf_counter() - started, detail)


def _side_conditions(divisors: tuple[object, ...]) -> str:
    if not divisors:
        return "nothing is divided by"
    return f"{len(divisors)} denominator{'s' if len(divisors) > 1 else ''} proved nonzero"


def _lemmas(prover: Prover) -> str:
    return "".join(f"; {symbol} > 0 could not be proved and was not used" for symbol in prover.unproved_lemmas)


def _why_not(prover: Prover, identity: bool) -> str:
    view = prover.views[-1]
    certifier = prover.certifier(view)
    if certifier.prove(prover.goal.conclusion, sums=True) is None:
        seconds = f"{prover.budget.certificate_seconds:g} s"
        if not identity:
            return f"no certificate found in {seconds}"
        equations = any(chart.reduces for chart in certifier.charts(()))
        also = f", and the equations among the hypotheses did not make them equal in {seconds}" if equations else ""
        return f"the two sides are different rational functions{also}"
    ring = view.ring
    for context, factor in view.divisors:
        found = prover.sign_of_factor(view, factor, context)
        if found is None or not found[0].strict:
            return f"true where it is defined, but {ring.text(ring.factors[factor])} could not be proved nonzero"
    return "no proof"
