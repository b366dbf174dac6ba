"""A broken claim beside its original: what of it is new and has to be asked, and whether it differs at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import sympy as sp

from proofs_check.goal import Goal, definitions_of, goals_of
from proofs_check.mutants import Mutant
from proofs_check.rational import equal
from theory.claim import (
    Claim,
    Convergence,
    Expectation,
    Limit,
    MatrixIdentity,
    Monotonicity,
    PositiveDefinite,
    Statement,
)
from theory.formula import And, Formula, eq, ge, gt
from theory.words import IDENTITY, Polynomial

__all__ = ["Question", "same_claim"]

_DERIVED = "as typed and as derived"


class Question:
    """A mutant beside its original: what of it is new, and so has to be asked.

    Parameters
    ----------
    original : Claim
        The claim before it was broken.
    mutant : Mutant
        The broken claim.
    """

    def __init__(self, original: Claim, mutant: Mutant) -> None:
        self.original, self.mutant, self.claim = original, mutant, mutant.claim
        self.false = original.expected == "refuted"
        self.limit_changed = isinstance(self.claim.conclusion, Limit) and _limit_key(self.claim) != _limit_key(original)
        known = set(_goals(original))
        goals = [goal for goal in _goals(self.claim) if goal not in known]
        if mutant.operator.endswith("hypothesis"):
            goals.reverse()  # what is derived seldom needs a hypothesis, and what is concluded from it does
        # The conclusion of a claim that is false anyway has nothing to lose.
        self.goals = tuple(goal for goal in goals if not self.false or goal.label.endswith(_DERIVED))

    @property
    def touches_nothing(self) -> bool:
        """Whether nothing that has to be shown depends on what was broken."""
        return not (self.goals or self.limit_changed or self.on_mixtures or self.on_matrices)

    @property
    def on_mixtures(self) -> bool:
        """Whether it is what the claim says of concrete mixtures that was broken."""
        return isinstance(self.claim.conclusion, Convergence) or self.claim.instances is not self.original.instances

    @property
    def on_matrices(self) -> bool:
        """Whether it is a claim on matrices of any dimension that was broken."""
        matrix = isinstance(self.claim.conclusion, MatrixIdentity | Expectation | PositiveDefinite)
        return matrix and self.claim.instances is self.original.instances


def _limit_key(claim: Claim) -> object:
    used = _trimmed(Goal(claim.hypotheses, definitions_of(claim), _limit_formula(claim)))
    return claim.conclusion, used


def _limit_formula(claim: Claim) -> Formula:
    limit = claim.conclusion
    assert isinstance(limit, Limit)
    symbols = (limit.expression, limit.point, limit.value)
    # Never judged: it only says which definitions the limit needs.
    return eq(sp.Add(*(symbol for part in symbols for symbol in sp.sympify(part).free_symbols)), 0)


def _goals(claim: Claim) -> Iterator[Goal]:
    """Yield what is to be shown of numbers, one derived definition at a time, with no definition too many."""
    if isinstance(claim.conclusion, PositiveDefinite):
        yield _signs(claim, claim.conclusion)
    if not isinstance(claim.conclusion, Statement | Limit | Monotonicity):
        return
    definitions = definitions_of(claim)
    for layer in claim.layers:
        if layer.definition is not None and layer.derivation is not None:
            equation = eq(layer.symbol, layer.derivation.expression())
            yield _trimmed(Goal(claim.hypotheses, definitions, equation, f"{layer.symbol} {_DERIVED}"))
    if not isinstance(claim.conclusion, Limit):
        yield from (_trimmed(goal) for goal in goals_of(claim))


def _signs(claim: Claim, certificate: PositiveDefinite) -> Goal:
    """State that every square has a nonnegative coefficient, and the definite ones a positive sum."""
    nonnegative = (ge(square.coefficient, 0) for square in certificate.squares)
    definite = (square.coefficient for square in certificate.squares if square.factor.same_as(IDENTITY))
    signs = And((*nonnegative, gt(sp.Add(*definite), 0)))
    return _trimmed(Goal(claim.hypotheses, (), signs, "coefficients of the squares"))


def _trimmed(goal: Goal) -> Goal:
    """Leave out what the conclusion has nothing to do with: definitions, and hypotheses on other symbols alone.

    The goal stays as true as it was, because the hypotheses that are left out can be met by themselves: those of the
    original claim can, and a mutant's are not stronger.
    """
    needed = set(goal.conclusion.symbols)
    hypotheses: set[int] = set()
    definitions: set[int] = set()
    grown = True
    while grown:
        grown = False
        for index, definition in enumerate(goal.definitions):
            if index not in definitions and definition.symbol in needed:
                needed |= definition.expression.free_symbols
                definitions.add(index)
                grown = True
        for index, hypothesis in enumerate(goal.hypotheses):
            if index not in hypotheses and hypothesis.symbols & needed:
                needed |= hypothesis.symbols
                hypotheses.add(index)
                grown = True
    return replace(
        goal,
        hypotheses=tuple(goal.hypotheses[index] for index in sorted(hypotheses)),
        definitions=tuple(goal.definitions[index] for index in sorted(definitions)),
    )


def same_claim(original: Claim, broken: Claim) -> bool:
    """Whether two claims of one shape say the same: the same rational functions in the same places.

    Parameters
    ----------
    original, broken : Claim
        A claim and a mutant of it.
    """
    if original.hypotheses != broken.hypotheses or original.instances is not broken.instances:
        return False
    if isinstance(original.conclusion, Convergence):
        return False
    if len(original.layers) != len(broken.layers):
        return False
    pairs = zip(original.layers, broken.layers, strict=True)
    same = all(a is b or _equal(a.definition, b.definition) for a, b in pairs)
    return same and _same_conclusion(original.conclusion, broken.conclusion)


def _equal(a: Any, b: Any) -> bool:
    return bool(a == b) or equal(sp.sympify(a), sp.sympify(b))


def _same_conclusion(a: Any, b: Any) -> bool:
    if a is b:
        return True
    if isinstance(a, Statement):
        return _same_formula(a.formula, b.formula)
    if isinstance(a, Limit):
        infinite = {a.value, b.value} & {sp.oo, -sp.oo}
        value = a.value == b.value if infinite else _equal(a.value, b.value)
        return value and _equal(a.expression, b.expression)
    if isinstance(a, MatrixIdentity | Expectation):
        return _same_polynomial(a.stated, b.stated)
    if isinstance(a, PositiveDefinite):
        return len(a.squares) == len(b.squares) and all(
            _equal(x.coefficient, y.coefficient) and x == replace(y, coefficient=x.coefficient)
            for x, y in zip(a.squares, b.squares, strict=True)
        )
    return False


def _same_formula(a: Formula, b: Formula) -> bool:
    if a.map_expressions(lambda _: sp.S.Zero) != b.map_expressions(lambda _: sp.S.Zero):
        return False
    return all(_equal(x.lhs - x.rhs, y.lhs - y.rhs) for x, y in zip(a.relations, b.relations, strict=True))


def _same_polynomial(a: Polynomial, b: Polynomial) -> bool:
    terms = {**a.terms, **b.terms}
    return a.kind == b.kind and all(
        _equal(a.terms.get(term, sp.S.Zero), b.terms.get(term, sp.S.Zero)) for term in terms
    )
