"""What has to be shown of a scalar claim: hypotheses, definitions in order, and one formula that is to follow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction
from functools import cached_property
from typing import Any

import sympy as sp

from theory.arithmetic import evaluate
from theory.claim import Claim, Layer, Monotonicity, Statement
from theory.errors import ClaimError
from theory.formula import And, Formula, Implies, IsInteger, Not, Or, Relation, eq, ge, gt, le

__all__ = [
    "Definition",
    "Goal",
    "Standing",
    "conjuncts",
    "definitions_of",
    "derivation_goal",
    "goals_of",
    "in_context",
]


class Standing(Enum):
    """How a goal stands at one point."""

    HOLDS = "the conclusion holds"
    VIOLATED = "the hypotheses hold and the conclusion does not"
    OUTSIDE = "a hypothesis fails, or is undefined"
    UNDEFINED = "the hypotheses hold and the conclusion divides by zero"


@dataclass(frozen=True)
class Definition:
    """A named expression in base symbols and earlier definitions; ``positive`` is a lemma that it is > 0."""

    symbol: sp.Symbol
    expression: sp.Expr
    positive: bool


@dataclass(frozen=True)
class Goal:
    """Something that is to follow from hypotheses.

    Parameters
    ----------
    hypotheses : tuple of Formula
        All that may be assumed, integrality included. Where one is undefined it does not hold.
    definitions : tuple of Definition
        In order, each in base symbols and earlier ones.
    conclusion : Formula
        What is to follow. It must also be defined wherever the hypotheses hold; its parts are read from left to right,
        so that ``x != 0 and 1/x > y`` is defined everywhere.
    label : str
        What part of the claim it is, for messages.
    """

    hypotheses: tuple[Formula, ...]
    definitions: tuple[Definition, ...]
    conclusion: Formula
    label: str = "the conclusion"

    @cached_property
    def symbols(self) -> tuple[sp.Symbol, ...]:
        """The base symbols, in the order in which hypotheses, definitions and conclusion mention them."""
        defined = {definition.symbol for definition in self.definitions}
        mentioned: dict[sp.Symbol, None] = {}
        groups = [hypothesis.symbols for hypothesis in self.hypotheses]
        groups += [frozenset(definition.expression.free_symbols) for definition in self.definitions]
        for group in [*groups, self.conclusion.symbols]:
            mentioned |= dict.fromkeys(sorted(group - defined, key=str))
        return tuple(mentioned)

    @cached_property
    def integers(self) -> frozenset[sp.Symbol]:
        """The symbols that the hypotheses say are integers."""
        return frozenset(part.symbol for part in conjuncts(self.hypotheses) if isinstance(part, IsInteger))

    def standing(self, point: Mapping[sp.Symbol, Fraction]) -> Standing:
        """Decide, in the standard library's fractions, how the goal stands at a point.

        This is what every counterexample has to pass, whoever found it. It shares no code with the compiled search.
        """
        values = _Values(point, self.definitions)
        try:
            if not all(hypothesis.holds(values) for hypothesis in self.hypotheses):
                return Standing.OUTSIDE
        except ZeroDivisionError:
            return Standing.OUTSIDE
        try:
            return Standing.HOLDS if self.conclusion.holds(values) else Standing.VIOLATED
        except ZeroDivisionError:
            return Standing.UNDEFINED

    def value(self, expression: sp.Expr, point: Mapping[sp.Symbol, Fraction]) -> Fraction:
        """Evaluate an expression in base and defined symbols at a point."""
        return Fraction(evaluate(expression, _Values(point, self.definitions)))


class _Values(dict[sp.Symbol, Any]):
    """Values of base symbols, and of defined ones once they are asked for: an unused one may have a pole."""

    def __init__(self, point: Mapping[sp.Symbol, Fraction], definitions: tuple[Definition, ...]) -> None:
        super().__init__(point)
        self._definitions = {definition.symbol: definition.expression for definition in definitions}

    def __missing__(self, symbol: sp.Symbol) -> Any:
        value = self[symbol] = evaluate(self._definitions[symbol], self)
        return value


def conjuncts(formulas: tuple[Formula, ...]) -> Iterator[Formula]:
    """Take conjunctions apart, at any depth."""
    for formula in formulas:
        if isinstance(formula, And):
            yield from conjuncts(formula.operands)
        else:
            yield formula


def in_context(formula: Formula, context: tuple[Formula, ...] = ()) -> Iterator[tuple[tuple[Formula, ...], Relation]]:
    """Yield every relation with what is known to hold when it is read, left to right as ``Formula.holds`` does."""
    if isinstance(formula, Relation):
        yield context, formula
    elif isinstance(formula, And | Or | Implies):
        for part in formula.parts:
            yield from in_context(part, context)
            # The next part is only read while this one has not decided the whole.
            context = (*context, _negation(part) if isinstance(formula, Or) else part)
    else:
        for part in formula.parts:
            yield from in_context(part, context)


def _negation(formula: Formula) -> Formula:
    return formula.negated() if isinstance(formula, Relation) else Not(formula)


def definitions_of(claim: Claim) -> tuple[Definition, ...]:
    """Return a claim's layers as definitions: as typed by hand, or as derived where nothing was typed.

    Raises
    ------
    ClaimError
        If two layers have one name or one uses a later layer.
    """
    definitions: list[Definition] = []
    names = [str(layer.symbol) for layer in claim.layers]
    for index, layer in enumerate(claim.layers):
        expression = _expression(layer)
        if names.index(str(layer.symbol)) != index:
            raise ClaimError(f"{claim.name}: two layers are named {layer.symbol}; give each its own name")
        later = {str(symbol) for symbol in expression.free_symbols} & set(names[index:])
        if later:
            raise ClaimError(
                f"{claim.name}: layer {layer.symbol} uses {', '.join(sorted(later))}, which is not defined before it"
            )
        definitions.append(Definition(layer.symbol, expression, layer.positive))
    return tuple(definitions)


def _expression(layer: Layer) -> sp.Expr:
    if layer.definition is not None:
        return sp.sympify(layer.definition)
    assert layer.derivation is not None  # Layer sees to it
    return layer.derivation.expression()


def derivation_goal(claim: Claim) -> Goal | None:
    """Return the goal that every layer which is both typed and derived is the same either way, if there are any."""
    equations = [
        eq(layer.symbol, layer.derivation.expression())
        for layer in claim.layers
        if layer.definition is not None and layer.derivation is not None
    ]
    if not equations:
        return None
    names = ", ".join(str(equation.lhs) for equation in equations)
    return Goal(claim.hypotheses, definitions_of(claim), And(tuple(equations)), f"{names} as typed and as derived")


def goals_of(claim: Claim) -> tuple[Goal, ...]:
    """Return what is to be shown for a claim's conclusion: one goal, or one for each variable of a monotonicity.

    Raises
    ------
    TypeError
        If the conclusion is neither a statement nor a monotonicity.
    """
    definitions = definitions_of(claim)
    if isinstance(claim.conclusion, Statement):
        return (Goal(claim.hypotheses, definitions, claim.conclusion.formula),)
    if isinstance(claim.conclusion, Monotonicity):
        return tuple(_increment(claim, claim.conclusion, variable) for variable in claim.conclusion.variables)
    raise TypeError(f"{claim.name}: {type(claim.conclusion).__name__} has no goals in formulas")


def _increment(claim: Claim, conclusion: Monotonicity, variable: sp.Symbol) -> Goal:
    """State monotonicity as a difference: two points of the domain that differ in one variable alone."""
    definitions = definitions_of(claim)
    larger = {variable: _primed(variable, claim)}
    for definition in definitions:
        if definition.expression.free_symbols & larger.keys():
            larger[definition.symbol] = _primed(definition.symbol, claim)
    doubled = list(definitions)
    for definition in definitions:
        if definition.symbol in larger:
            moved = definition.expression.xreplace(larger)
            doubled.append(replace(definition, symbol=larger[definition.symbol], expression=moved))
    moved_hypotheses = [
        _moved(hypothesis, larger) for hypothesis in claim.hypotheses if hypothesis.symbols & larger.keys()
    ]
    hypotheses = (*claim.hypotheses, *moved_hypotheses, gt(larger[variable], variable))
    after = conclusion.expression.xreplace(larger)
    compare = ge if conclusion.direction == "nondecreasing" else le
    label = f"{conclusion.direction} in {variable}"
    return Goal(hypotheses, tuple(doubled), compare(after, conclusion.expression), label)


def _primed(symbol: sp.Symbol, claim: Claim) -> sp.Symbol:
    primed = sp.Symbol(f"{symbol}'")
    taken = {str(s) for hypothesis in claim.hypotheses for s in hypothesis.symbols}
    taken |= {str(layer.symbol) for layer in claim.layers}
    if str(primed) in taken:
        raise ClaimError(f"{claim.name}: the name {primed} is needed for the larger value of {symbol}; rename yours")
    return primed


def _moved(formula: Formula, larger: Mapping[sp.Symbol, sp.Symbol]) -> Formula:
    if isinstance(formula, IsInteger):
        return IsInteger(larger.get(formula.symbol, formula.symbol))
    if isinstance(formula, Relation):
        return formula.map_expressions(lambda expression: expression.xreplace(larger))
    return formula.with_parts(tuple(_moved(part, larger) for part in formula.parts))
