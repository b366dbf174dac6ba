"""Hypotheses that might save a false claim: signs of factors, poles and symbols, comparisons, strictness.

A claim that fails usually fails on one side of a surface, or on it: where a factor of the difference of its sides has
the wrong sign, or a denominator vanishes. Those factors, and simple comparisons that a text forgets to mention, are
what a missing hypothesis is looked for among.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from itertools import combinations

import sympy as sp
from flint import fmpq_mpoly

from proofs_check.goal import Goal, conjuncts
from proofs_check.rational import Ring, to_fraction
from proofs_check.view import View
from theory.claim import Claim, Monotonicity
from theory.formula import And, Formula, Operator, Relation
from theory.symbols import NOTATION, Domain

__all__ = ["Candidate", "candidates", "slopes"]

#: Factors with more terms than this make no readable hypothesis.
MOST_TERMS = 8
#: Pairs of symbols that are compared, at most.
MOST_PAIRS = 60
_UNITS = {entry.symbol: entry.unit for entry in NOTATION}
_DOMAINS = {entry.symbol: entry.domain for entry in NOTATION}


@dataclass(frozen=True)
class Candidate:
    """A hypothesis that might be missing: comparisons of expressions in base symbols with zero, all of them.

    Parameters
    ----------
    parts : tuple of (sympy.Expr, operator)
        Each says ``expression operator 0``.
    """

    parts: tuple[tuple[sp.Expr, Operator], ...]

    @property
    def formula(self) -> Formula:
        """The hypothesis as one would write it."""
        written = tuple(_written(expression, operator) for expression, operator in self.parts)
        return written[0] if len(written) == 1 else And(written)

    @property
    def complexity(self) -> int:
        """How long it is to read: nodes of its expressions."""
        return sum(int(sp.count_ops(expression)) + 2 for expression, _ in self.parts)

    @property
    def is_pair(self) -> bool:
        """Whether these are two hypotheses, on two things."""
        return len({frozenset(expression.free_symbols) for expression, _ in self.parts}) > 1

    @property
    def is_equation(self) -> bool:
        """Whether it says that something is zero."""
        return all(operator == "==" for _, operator in self.parts)

    def __and__(self, other: Candidate) -> Candidate:
        return Candidate((*self.parts, *other.parts))


def candidates(claim: Claim, goal: Goal, ring: Ring, loci: Iterable[fmpq_mpoly]) -> Iterator[Candidate]:
    """Yield hypotheses worth trying, each once.

    Parameters
    ----------
    claim : Claim
        What is to be saved.
    goal : Goal
        One of its goals.
    ring : Ring
        Of the polynomials.
    loci : iterable of fmpq_mpoly
        Zero loci and poles of the goal, irreducible.
    """
    own = [symbol for symbol in goal.symbols if "'" not in str(symbol)]
    given = {
        _key(hypothesis.lhs - hypothesis.rhs, hypothesis.operator)
        for hypothesis in conjuncts(claim.hypotheses)
        if isinstance(hypothesis, Relation)
    }
    seen = set(given)
    for expression, operators in _offered(claim, own, ring, loci):
        for operator in operators:
            written = _beside(expression, operator, given)
            if (key := _key(expression, written)) not in seen:
                seen.add(key)
                yield Candidate(((expression, written),))
    for symbol in own:
        if _DOMAINS.get(symbol) is Domain.PROBABILITY and not {_key(symbol, ">"), _key(symbol - 1, "<")} & given:
            yield Candidate(((symbol, ">"), (symbol - 1, "<")))


def _offered(
    claim: Claim, own: list[sp.Symbol], ring: Ring, loci: Iterable[fmpq_mpoly]
) -> Iterator[tuple[sp.Expr, list[Operator]]]:
    """Yield expressions with the comparisons to zero that make sense."""
    for locus in loci:
        expression = _expression(ring, locus) if len(locus) <= MOST_TERMS else sp.S.Zero
        if expression.free_symbols and expression.free_symbols <= set(own) and not isinstance(expression, sp.Symbol):
            yield expression, [*_SIGNS, "=="]
    for symbol in own:
        domain = _DOMAINS.get(symbol, Domain.REAL)
        yield symbol, _SIGNS if domain is Domain.REAL else [">", "<=", "!="] if domain is Domain.NONNEGATIVE else [">"]
        if domain is Domain.PROBABILITY:
            yield symbol - 1, ["<"]
        elif _UNITS.get(symbol, "1") == "1":
            yield symbol - 1, [">", ">="] if domain is Domain.COUNT else ["<", "<=", ">", ">=", "!=", "=="]
    pairs = [(a, b) for a, b in combinations(own, 2) if _UNITS.get(a, "") == _UNITS.get(b, "")]
    yield from ((a - b, _SIGNS) for a, b in pairs[:MOST_PAIRS])
    for hypothesis in conjuncts(claim.hypotheses):
        if isinstance(hypothesis, Relation) and (strict := _STRICT.get(hypothesis.operator)):
            yield hypothesis.lhs - hypothesis.rhs, [strict]


def _beside(expression: sp.Expr, operator: Operator, given: Set[tuple[sp.Expr, str]]) -> Operator:
    """Write a comparison as one would beside what is given: next to ``x >= 0``, ``x <= 0`` says that ``x == 0``."""
    other = _OTHER_WAY.get(operator)
    if other and _key(expression, other) in given:
        return "=="
    if operator == "!=":
        return next((strict for weak, strict in _STRICT.items() if _key(expression, weak) in given), operator)
    return operator


_SIGNS: list[Operator] = [">", "<", ">=", "<=", "!="]
_OTHER_WAY: dict[Operator, Operator] = {">=": "<=", "<=": ">="}
_STRICT: dict[Operator, Operator] = {">=": ">", "<=": "<"}
_TURNED: dict[Operator, Operator] = {">": "<", "<": ">", ">=": "<=", "<=": ">=", "!=": "!=", "==": "=="}


def slopes(claim: Claim, view: View) -> Iterator[fmpq_mpoly]:
    """Yield the factors of an expression's derivative in each variable that it is to be monotone in."""
    stated = claim.conclusion
    if not isinstance(stated, Monotonicity):
        return
    quotient = view.read(stated.expression)
    bottom = view.ring.product(quotient.denominator)
    for variable in stated.variables:
        position = view.ring.position[variable]
        slope = quotient.numerator.derivative(position) * bottom - quotient.numerator * bottom.derivative(position)
        if not slope.is_zero():
            yield from (factor for factor, _ in slope.factor()[1])


def _key(expression: sp.Expr, operator: Operator) -> tuple[sp.Expr, str]:
    """Return the same key for ``x - y > 0`` and ``y - x < 0``."""
    expanded = sp.expand(expression)
    turned = sp.expand(-expanded)
    return (expanded, operator) if str(expanded) <= str(turned) else (turned, _TURNED[operator])


def _expression(ring: Ring, polynomial: fmpq_mpoly) -> sp.Expr:
    terms = []
    for exponents, coefficient in polynomial.terms():
        value = to_fraction(coefficient)
        powers = (symbol ** int(e) for symbol, e in zip(ring.symbols, exponents, strict=True) if e)
        terms.append(sp.Mul(sp.Rational(value.numerator, value.denominator), *powers))
    return sp.Add(*terms)


def _written(expression: sp.Expr, operator: Operator) -> Relation:
    """Write ``expression operator 0`` without minus signs, the longer side on the left."""
    terms = sp.Add.make_args(sp.expand(expression))
    negative = [term for term in terms if term.could_extract_minus_sign()]
    left = sp.factor(sp.Add(*(term for term in terms if term not in negative)))
    right = sp.factor(-sp.Add(*negative))
    shorter = len(terms) - 2 * len(negative)  # below 0 where the right side is the longer one
    if left == 0 or (right.free_symbols and (shorter < 0 or (shorter == 0 and str(right) < str(left)))):
        return Relation(right, _TURNED[operator], left)
    return Relation(left, operator, right)
