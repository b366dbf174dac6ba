"""Claims made ready for Coq: what is derived keeps the shape in which it was derived, under names of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import sympy as sp

from proofs_check.coq.printing import monomials
from proofs_check.goal import Definition, Goal, definitions_of
from proofs_check.rational import Quotient
from proofs_check.view import View, ring_of
from theory.claim import Claim, Layer, ScalarQuantity
from theory.formula import And, eq
from theory.gain import PairQuantity, Substituted

__all__ = ["derivation_goal", "shaped", "twins_of"]

#: Marks the parts of a derivation that are named only so that they are not multiplied out.
_PART, _DERIVED = "Q", "derived"


@dataclass(frozen=True)
class _Part:
    """A named subexpression of derived expressions."""

    symbol: sp.Symbol
    expression: sp.Expr


def _curvatures(quantity: ScalarQuantity) -> Iterator[tuple[str, sp.Expr]]:
    """Yield the curvatures of both classes, which the derived quantities of a pair are made of."""
    if isinstance(quantity, Substituted):
        replacements = {symbol: sp.sympify(value) for symbol, value in quantity.replacements}
        for name, expression in _curvatures(quantity.quantity):
            yield name, expression.xreplace(replacements)
    elif isinstance(quantity, PairQuantity):
        for name, letter in (("curvature_easy", "E"), ("curvature_hard", "H")):
            yield letter, PairQuantity(name, quantity.setting).expression()  # type: ignore[arg-type]


class _Parts:
    """The parts named so far in one claim."""

    def __init__(self, claim: Claim) -> None:
        self.taken = {str(s) for h in claim.hypotheses for s in h.symbols} | {str(x.symbol) for x in claim.layers}
        self.named: list[_Part] = []

    def shape(self, quantity: ScalarQuantity) -> tuple[list[_Part], sp.Expr]:
        """Return a derived expression over parts, and the parts that are new."""
        expression, new = quantity.expression(), []
        for letter, curvature in _curvatures(quantity):
            if not isinstance(curvature, sp.Add) or any(part.expression == curvature for part in self.named):
                continue
            if expression.has(curvature):
                part = _Part(self.name(f"{_PART}_{letter}"), curvature)
                self.named.append(part)
                new.append(part)
        return new, self.over_parts(expression)

    def over_parts(self, expression: sp.Expr) -> sp.Expr:
        """Write a derived expression over the parts, the latest and hence largest first."""
        for part in reversed(self.named):
            expression = expression.xreplace({part.expression: part.symbol})
        return expression

    def name(self, wanted: str) -> sp.Symbol:
        """Return a symbol that the claim does not use."""
        while wanted in self.taken:
            wanted += "_"
        self.taken.add(wanted)
        return sp.Symbol(wanted)


def shaped(claim: Claim) -> tuple[Claim, frozenset[str]]:
    """Return a claim whose derived-only layers are typed out over named parts, and the parts' names."""
    parts, layers = _Parts(claim), list[Layer]()
    for layer in claim.layers:
        if layer.definition is not None or layer.derivation is None:
            layers.append(layer)
            continue
        new, expression = parts.shape(layer.derivation)
        layers += [Layer(part.symbol, part.expression) for part in new]
        layers.append(Layer(layer.symbol, expression, positive=layer.positive))
    return replace(claim, layers=tuple(layers)), frozenset(str(part.symbol) for part in parts.named)


def derivation_goal(claim: Claim) -> tuple[Goal, Mapping[sp.Symbol, sp.Expr], frozenset[str]] | None:
    """Return the goal that every layer that is both typed and derived is the same either way.

    Returns
    -------
    tuple or None
        The goal, for each derived definition the typed layer that it equals, and the names of the parts; ``None``
        where no layer is both.
    """
    typed, parts = definitions_of(claim), _Parts(claim)
    derived: list[Definition] = []
    twins: dict[sp.Symbol, sp.Expr] = {}
    names: set[str] = set()
    for layer in claim.layers:
        if layer.definition is None or layer.derivation is None:
            continue
        new, expression = parts.shape(layer.derivation)
        derived += [Definition(part.symbol, part.expression, False) for part in new]
        names |= {str(part.symbol) for part in new}
        symbol = parts.name(f"{layer.symbol}_{_DERIVED}")
        derived.append(Definition(symbol, expression, False))
        twins[symbol] = layer.symbol
        parts.named.append(_Part(symbol, layer.derivation.expression()))
    if not twins:
        return None
    equations = tuple(eq(layer, symbol) for symbol, layer in twins.items())
    conclusion = equations[0] if len(equations) == 1 else And(equations)
    goal = Goal(claim.hypotheses, (*typed, *derived), conclusion, "every definition as typed equals the derived one")
    return goal, twins, frozenset(names)


def twins_of(goal: Goal, parts: frozenset[str]) -> dict[sp.Symbol, sp.Expr]:
    """Find, for each part, a positive definition that it is a multiple of by a single term."""
    ring = ring_of(goal)
    view, found = View(goal, ring), dict[sp.Symbol, sp.Expr]()
    for index, definition in enumerate(goal.definitions):
        if str(definition.symbol).rstrip("'") not in parts:
            continue
        for atom in goal.definitions[:index]:
            if not atom.positive or len(view.values[atom.symbol].numerator) < 2:
                continue
            ratio = ring.multiply(view.values[definition.symbol], ring.inverse(view.values[atom.symbol]))
            term = _single_term(ratio, ring.symbols)
            if term is not None:
                found[definition.symbol] = term * atom.symbol
                break
    return found


def _single_term(quotient: Quotient, symbols: tuple[sp.Symbol, ...]) -> sp.Expr | None:
    terms = list(monomials(quotient.numerator))
    if quotient.denominator or len(terms) != 1:
        return None
    ((exponents, coefficient),) = terms
    powers = (symbol**exponent for symbol, exponent in zip(symbols, exponents, strict=True))
    return sp.Mul(sp.Rational(coefficient.numerator, coefficient.denominator), *powers)
