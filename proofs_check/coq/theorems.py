"""Claims as Coq theorems: the statement from the claim's layers, the proof from certificates or a counterexample."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

import sympy as sp

from proofs_check.coq.layers import derivation_goal, shaped, twins_of
from proofs_check.coq.layout import WIDTH, Theorem, indented, premises, wrapped
from proofs_check.coq.limits import Unprovable, limit_theorem
from proofs_check.coq.printing import Names, as_comment, identifier, number
from proofs_check.coq.scripts import Writer, flat
from proofs_check.goal import Goal, Standing, goals_of
from theory.claim import (
    Claim,
    Convergence,
    Expectation,
    Limit,
    MatrixIdentity,
    MixtureProperty,
    Monotonicity,
    PositiveDefinite,
    Statement,
)
from theory.formula import Formula

__all__ = ["Export", "Theorem", "as_comment_block", "comment", "derivation_theorem", "export"]

_MATRICES = "it is an identity of noncommutative polynomials, which the exact rung expands; Coq has no tactic for those"
_WHY_NOT: Mapping[type, str] = {
    Limit: "it is a limit, of which no epsilon proof is generated; the exact rung settles it",
    MatrixIdentity: _MATRICES,
    Expectation: _MATRICES,
    PositiveDefinite: _MATRICES,
    MixtureProperty: "it is checked on concrete mixtures only",
    Convergence: "it is about a random process that is only simulated",
}


@dataclass(frozen=True)
class Export:
    """What Coq is given of one claim.

    Parameters
    ----------
    claim : Claim
        The claim.
    theorems : tuple of Theorem
        All of them together are the claim, or its negation; empty where there is none.
    refutes : bool
        Whether they are the negation.
    reason : str
        Where there are none: why.
    point : mapping from str to Fraction, optional
        The counterexample of a negation.
    """

    claim: Claim
    theorems: tuple[Theorem, ...] = ()
    refutes: bool = False
    reason: str = ""
    point: Mapping[str, Fraction] | None = None


def export(claim: Claim, counterexample: Mapping[str, Fraction] | None = None) -> Export:
    """Write a claim as theorems, or its negation where there is a counterexample.

    Parameters
    ----------
    claim : Claim
        Any claim.
    counterexample : mapping from str to Fraction, optional
        Values by symbol name at which the claim fails.
    """
    if counterexample is not None:
        return _negation(claim, counterexample)
    if isinstance(claim.conclusion, Statement | Monotonicity):
        return _affirmation(claim)
    if isinstance(claim.conclusion, Limit):
        try:
            return Export(claim, (limit_theorem(claim),))
        except Unprovable as reason:
            return Export(claim, reason=f"not exported: {reason}")
    return Export(claim, reason=f"not exported: {_WHY_NOT[type(claim.conclusion)]}")


def _affirmation(claim: Claim) -> Export:
    theorems: list[Theorem] = []
    ready, parts = shaped(claim)
    goals = goals_of(ready)
    for goal in goals:
        name = claim.name if len(goals) == 1 else f"{claim.name}_{goal.label.replace(' ', '_')}"
        theorem = _theorem(name, goal, twins_of(goal, parts))
        if theorem is None:
            return Export(claim, reason=f"not exported: no certificate found for {goal.label}")
        theorems.append(theorem)
    return Export(claim, tuple(theorems))


def derivation_theorem(name: str, claim: Claim, hypotheses: tuple[Formula, ...]) -> Theorem | None:
    """Write the theorem that a claim's typed layers equal the derived ones; ``None`` where no proof is found.

    Parameters
    ----------
    name : str
        Of the theorem.
    claim : Claim
        Whose layers are meant.
    hypotheses : tuple of Formula
        What is to be assumed.
    """
    found = derivation_goal(replace(claim, hypotheses=hypotheses))
    if found is None:
        return None
    goal, twins, parts = found
    return _theorem(name, goal, {**twins_of(goal, parts), **twins})


def _names(goal: Goal) -> Names:
    return Names((*goal.symbols, *(definition.symbol for definition in goal.definitions)))


def _theorem(name: str, goal: Goal, twins: Mapping[sp.Symbol, sp.Expr]) -> Theorem | None:
    names = _names(goal)
    writer = Writer(goal, twins, names)
    script = writer.write()
    if script is None:
        return None
    introduced = [names[s] for s in (*goal.symbols, *(d.symbol for d in goal.definitions))]
    introduced += [hypothesis for hypothesis, _ in writer.hypotheses]
    lines = ["Proof.", *wrapped(f"  intros {' '.join(introduced)}."), *indented(script), "Qed."]
    return Theorem(identifier(name), _statement(goal, names, integers=False), "\n".join(lines))


def _statement(goal: Goal, names: Names, *, integers: bool) -> str:
    lines = [f"  forall {' '.join(names[s] for s in goal.symbols)} : R,"] if goal.symbols else []
    lines += [f"  let {names[d.symbol]} := {names.expression(d.expression)} in" for d in goal.definitions]
    lines += premises(goal.hypotheses, names, integers=integers)
    lines.append(f"  {names.formula(goal.conclusion)}")
    return "\n".join(line for long in lines for line in wrapped(long))


class _Values(Names):
    """Names that are numbers for the base symbols."""

    def __init__(self, goal: Goal, point: Mapping[sp.Symbol, Fraction]) -> None:
        super().__init__((*goal.symbols, *(d.symbol for d in goal.definitions)))
        self.point = point

    def __getitem__(self, symbol: sp.Symbol) -> str:
        return number(self.point[symbol]) if symbol in self.point else super().__getitem__(symbol)


def _negation(claim: Claim, counterexample: Mapping[str, Fraction]) -> Export:
    if not isinstance(claim.conclusion, Statement | Monotonicity):
        return Export(claim, reason=f"not exported: {_WHY_NOT[type(claim.conclusion)]}")
    for goal in goals_of(shaped(claim)[0]):
        point = {s: counterexample[str(s)] for s in goal.symbols if str(s) in counterexample}
        if len(point) == len(goal.symbols) and goal.standing(point) is Standing.VIOLATED:
            theorem = _refutation(f"not_{claim.name}", goal, point)
            return Export(claim, (theorem,), refutes=True, point={str(s): value for s, value in point.items()})
    return Export(claim, reason="not exported: the counterexample given does not violate the claim")


def _refutation(name: str, goal: Goal, point: Mapping[sp.Symbol, Fraction]) -> Theorem:
    """State that not for all values the conclusion follows, integrality included; the proof is the one point."""
    names, values = _names(goal), _Values(goal, point)
    body = _statement(goal, names, integers=True)
    defined = [names[d.symbol] for d in goal.definitions]
    at_point = [f"  {values[d.symbol]} = {values.expression(d.expression)} ->" for d in goal.definitions]
    at_point += premises(goal.hypotheses, values, integers=True)
    at_point.append(f"  {values.formula(goal.conclusion)}")
    bound = f"forall {' '.join(defined)} : R," if defined else ""
    arguments = " ".join(values[s] for s in goal.symbols)
    proof = ["Proof.", "  intro C.", f"  assert (D : {bound}"]
    proof += [line for long in at_point for line in wrapped("  " + long)]
    proof.append("  ).")
    equations = [f"E{i}" for i in range(len(defined))]
    opened = f"intros {' '.join([*defined, *equations])}; subst; " if defined else ""
    proof.append(f"  {{ {opened}exact (C {arguments}). }}")
    for definition in goal.definitions:
        value = goal.value(definition.symbol, point)
        proof.append(f"  specialize (D {number(value)}).")
    proof += ["  specialize (D ltac:(number_equation))."] * len(defined)
    proof += ["  specialize (D ltac:(number_premise))."] * len(flat(goal.hypotheses, integers=True))
    proof += ["  number_contradiction D.", "Qed."]
    lines = [line for long in proof for line in (wrapped(long) if len(long) > WIDTH else [long])]
    return Theorem(identifier(name), f"  ~ (\n{body}\n  )", "\n".join(lines))


def comment(claim: Claim, export_: Export) -> str:
    """Say in a comment what the claim is, and how what follows stands to it."""
    lines = [f"{claim.name}", claim.sentence]
    if claim.setting:
        lines.append(f"Setting: {claim.setting}.")
    if claim.hypotheses:
        lines.append("Hypotheses: " + "; ".join(map(str, claim.hypotheses)) + ".")
    lines.append(f"Source: {claim.source}.")
    if export_.point is not None:
        lines.append("False: " + ", ".join(f"{name} = {value}" for name, value in export_.point.items()) + ".")
    elif export_.theorems and len(flat(claim.hypotheses, integers=True)) > len(flat(claim.hypotheses, integers=False)):
        lines.append("Proved for all real values of the counts, of which the integers are some: a stronger theorem.")
    if not export_.theorems:
        lines.append(export_.reason[0].upper() + export_.reason[1:] + ".")
    return as_comment_block(lines)


def as_comment_block(paragraphs: Iterable[str]) -> str:
    """Write a Coq comment, one or more lines for each paragraph."""
    wrapped = [
        line for text in paragraphs for line in textwrap.wrap(as_comment(text), WIDTH - 4, break_on_hyphens=False)
    ]
    return "(* " + "\n   ".join(wrapped) + " *)"
