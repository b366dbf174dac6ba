"""Break a claim on purpose, in every small way there is: the raw material for measuring who would notice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import sympy as sp

from theory.claim import (
    Claim,
    Convergence,
    EvaluatedMixture,
    Expectation,
    Limit,
    MatrixIdentity,
    MixtureProperty,
    Monotonicity,
    PositiveDefinite,
    Statement,
)
from theory.formula import And, Formula, Implies, IsInteger, Operator, Or, Relation
from theory.mixture import Array
from theory.words import Polynomial, Term

__all__ = ["OPERATORS", "Mutant", "expression_mutants", "formula_mutants", "mutants", "polynomial_mutants"]

#: The kinds of breakage.
OPERATORS = (
    "sign",
    "constant",
    "exponent",
    "dropped term",
    "dropped letter",
    "swapped symbols",
    "flipped relation",
    "moved boundary",
    "swapped connective",
    "dropped hypothesis",
    "weakened hypothesis",
    "wrong limit",
    "flipped direction",
)

#: Symbols that are easily mistaken for each other.
_CONFUSABLE = (
    ("rho_E", "rho_H"),
    ("V_E", "V_H"),
    ("nu2_E", "nu2_H"),
    ("s_E", "s_H"),
    ("w_E", "w_H"),
    ("v_E", "v_H"),
    ("omega_NAL", "omega_MAML"),
    ("risk_NAL", "risk_MAML"),
    ("d", "m"),
)
_FLIPPED: dict[Operator, Operator] = {"<": ">", "<=": ">=", "==": "!=", "!=": "==", ">=": "<=", ">": "<"}
_BOUNDARY: dict[Operator, Operator] = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}


@dataclass(frozen=True, eq=False)
class Mutant:
    """A claim with one thing broken.

    Parameters
    ----------
    claim : Claim
        The broken claim, under the original's name.
    operator : str
        The kind of breakage, one of :data:`OPERATORS`.
    part : str
        Which part of the claim was broken.
    broken : object
        What stands there now; ``None`` where nothing does.
    """

    claim: Claim
    operator: str
    part: str
    broken: Any = None

    @property
    def where(self) -> str:
        """The part and what stands there now, as text."""
        return self.part if self.broken is None else f"{self.part}: {self.broken}"


def mutants(claim: Claim) -> Iterator[Mutant]:
    """Yield every mutant of a claim, each once, in a fixed order."""
    seen: set[tuple[str, Any]] = set()
    for mutant in _mutants(claim):
        key = (mutant.part, mutant.broken)
        if key not in seen:
            seen.add(key)
            yield mutant


def _mutants(claim: Claim) -> Iterator[Mutant]:
    for index, layer in enumerate(claim.layers):
        if layer.definition is not None:
            for operator, expression in expression_mutants(sp.sympify(layer.definition)):
                layers = _with(claim.layers, index, replace(layer, definition=expression))
                yield Mutant(replace(claim, layers=layers), operator, f"definition of {layer.symbol}", expression)
    yield from _hypothesis_mutants(claim)
    conclusion = claim.conclusion
    if isinstance(conclusion, Statement):
        for operator, formula in formula_mutants(conclusion.formula):
            yield Mutant(replace(claim, conclusion=Statement(formula)), operator, "conclusion", formula)
    elif isinstance(conclusion, Limit):
        yield from _limit_mutants(claim, conclusion)
    elif isinstance(conclusion, Monotonicity):
        other: Literal["nondecreasing", "nonincreasing"] = (
            "nonincreasing" if conclusion.direction == "nondecreasing" else "nondecreasing"
        )
        for variable in conclusion.variables:
            flipped = Monotonicity(conclusion.expression, (variable,), other)
            yield Mutant(replace(claim, conclusion=flipped), "flipped direction", f"{other} in {variable}")
    elif isinstance(conclusion, MatrixIdentity | Expectation):
        for operator, where, stated in polynomial_mutants(conclusion.stated):
            yield Mutant(replace(claim, conclusion=replace(conclusion, stated=stated)), operator, f"stated: {where}")
    elif isinstance(conclusion, PositiveDefinite):
        yield from _certificate_mutants(claim, conclusion)
    elif isinstance(conclusion, Convergence):
        yield from _optimum_mutants(claim, conclusion)
    if claim.instances is not None:
        yield from _instance_mutants(claim, claim.instances)


def _with(items: tuple[Any, ...], index: int, *replacements: Any) -> tuple[Any, ...]:
    return (*items[:index], *replacements, *items[index + 1 :])


def _hypothesis_mutants(claim: Claim) -> Iterator[Mutant]:
    for index, hypothesis in enumerate(claim.hypotheses):
        if isinstance(hypothesis, IsInteger):
            continue  # provers relax it: what is left is the domain's boundary, which is broken below
        dropped = replace(claim, hypotheses=_with(claim.hypotheses, index))
        yield Mutant(dropped, "dropped hypothesis", f"without {hypothesis}")
        for weaker in _weakened(hypothesis):
            weakened = replace(claim, hypotheses=_with(claim.hypotheses, index, weaker))
            yield Mutant(weakened, "weakened hypothesis", f"{weaker} instead of {hypothesis}")


def _weakened(formula: Formula) -> Iterator[Formula]:
    """Yield the formula with one boundary more that belongs to it."""
    if isinstance(formula, Relation):
        if formula.operator in ("<", ">"):
            yield Relation(formula.lhs, _BOUNDARY[formula.operator], formula.rhs)
    elif isinstance(formula, And | Or):
        for index, part in enumerate(formula.parts):
            for weaker in _weakened(part):
                yield formula.with_parts(_with(formula.parts, index, weaker))


def _limit_mutants(claim: Claim, conclusion: Limit) -> Iterator[Mutant]:
    if conclusion.value == sp.oo:
        wrong = [("wrong limit", value) for value in (sp.S.Zero, sp.S.One, -sp.oo)]
    else:
        wrong = [
            ("wrong limit", conclusion.value + 1),
            ("wrong limit", sp.oo),
            *expression_mutants(conclusion.value),
        ]
    for operator, value in wrong:
        yield Mutant(replace(claim, conclusion=replace(conclusion, value=value)), operator, "limit", value)
    for operator, expression in expression_mutants(conclusion.expression):
        broken = replace(conclusion, expression=expression)
        yield Mutant(replace(claim, conclusion=broken), operator, "what tends to the limit", expression)


def _certificate_mutants(claim: Claim, conclusion: PositiveDefinite) -> Iterator[Mutant]:
    for index, square in enumerate(conclusion.squares):
        part = f"square {index}"
        dropped = replace(conclusion, squares=_with(conclusion.squares, index))
        yield Mutant(replace(claim, conclusion=dropped), "dropped term", f"without {part}")
        for operator, coefficient in expression_mutants(square.coefficient):
            squares = _with(conclusion.squares, index, replace(square, coefficient=coefficient))
            broken = replace(conclusion, squares=squares)
            yield Mutant(replace(claim, conclusion=broken), operator, f"coefficient of {part}", coefficient)


def _optimum_mutants(claim: Claim, conclusion: Convergence) -> Iterator[Mutant]:
    changes: tuple[tuple[str, str, Callable[[Array], Array]], ...] = (
        ("sign", "minus the optimum", lambda optimum: -optimum),
        ("constant", "twice the optimum", lambda optimum: optimum * 2),
        ("constant", "the optimum plus 1 in every coordinate", lambda optimum: optimum + 1),
    )
    for operator, words, change in changes:

        def optimum(evaluated: EvaluatedMixture, change: Callable[[Array], Array] = change) -> Array:
            return change(conclusion.optimum(evaluated))

        yield Mutant(replace(claim, conclusion=replace(conclusion, optimum=optimum)), operator, words)
    other = "nal" if conclusion.learner == "maml" else "maml"
    swapped = replace(conclusion, learner=other)
    yield Mutant(replace(claim, conclusion=swapped), "swapped symbols", f"descent of {other}")


def _instance_mutants(claim: Claim, stated: MixtureProperty) -> Iterator[Mutant]:
    """Break what a claim says of concrete mixtures. Only the sides' values can be broken, not how they come about."""
    values: list[tuple[str, str, Callable[[Any], Any]]] = [
        ("constant", "right side twice", lambda value: value * 2),
        ("constant", "right side plus 1", lambda value: value + 1),
    ]
    for operator, words, change in values:

        def changed(evaluated: EvaluatedMixture, change: Callable[[Any], Any] = change) -> tuple[Any, Operator, Any]:
            lhs, relation, rhs = stated.sides(evaluated)
            return lhs, relation, change(rhs)

        yield Mutant(replace(claim, instances=replace(stated, sides=changed)), operator, f"on mixtures: {words}")

    def flipped(evaluated: EvaluatedMixture) -> tuple[Any, Operator, Any]:
        lhs, relation, rhs = stated.sides(evaluated)
        return lhs, _FLIPPED[relation], rhs

    broken = replace(claim, instances=replace(stated, sides=flipped))
    yield Mutant(broken, "flipped relation", "on mixtures: the opposite comparison")


def formula_mutants(formula: Formula) -> Iterator[tuple[str, Formula]]:
    """Yield every formula that differs in one relation's sign, one connective or one place of one expression."""
    if isinstance(formula, Relation):
        yield "flipped relation", Relation(formula.lhs, _FLIPPED[formula.operator], formula.rhs)
        if formula.operator in _BOUNDARY:
            yield "moved boundary", Relation(formula.lhs, _BOUNDARY[formula.operator], formula.rhs)
        for operator, lhs in expression_mutants(formula.lhs):
            yield operator, Relation(lhs, formula.operator, formula.rhs)
        for operator, rhs in expression_mutants(formula.rhs):
            yield operator, Relation(formula.lhs, formula.operator, rhs)
        return
    if isinstance(formula, And):
        yield "swapped connective", Or(formula.operands)
    elif isinstance(formula, Or):
        yield "swapped connective", And(formula.operands)
    elif isinstance(formula, Implies):
        yield "swapped connective", Implies(formula.consequence, formula.condition)
    for index, part in enumerate(formula.parts):
        for operator, broken in formula_mutants(part):
            yield operator, formula.with_parts(_with(formula.parts, index, broken))


def expression_mutants(expression: sp.Expr) -> Iterator[tuple[str, sp.Expr]]:
    """Yield every expression that differs from the given one in one place.

    Parameters
    ----------
    expression : sympy.Expr
        Rational; mutants that SymPy writes like the original, or that have no finite value, are left out.
    """
    seen = {expression}
    for operator, mutant in _places(expression):
        if mutant not in seen and not mutant.has(sp.zoo, sp.nan, sp.oo):
            seen.add(mutant)
            yield operator, mutant
    names = {symbol.name: symbol for symbol in expression.free_symbols}
    for first, second in _CONFUSABLE:
        if first in names and second in names:
            swapped = expression.xreplace({names[first]: names[second], names[second]: names[first]})
            if swapped not in seen:
                seen.add(swapped)
                yield "swapped symbols", swapped


def _places(node: sp.Expr) -> Iterator[tuple[str, sp.Expr]]:
    """Yield mutants of a node and, rebuilt around them, of everything below it."""
    if isinstance(node, sp.Rational):
        yield "constant", node + 1
        yield "constant", node - 1
        yield "sign", -node
        return
    if isinstance(node, sp.Symbol):
        yield "sign", -node
        return
    arguments = list(node.args)
    if isinstance(node, sp.Add):
        for index in range(len(arguments)):
            rest = arguments[:index] + arguments[index + 1 :]
            yield "dropped term", sp.Add(*rest)
            yield "sign", sp.Add(*rest, -arguments[index])
    if isinstance(node, sp.Pow):
        for exponent in (node.exp + 1, node.exp - 1):
            yield "exponent", node.base**exponent
        for operator, base in _places(node.base):
            yield operator, base**node.exp
        return
    for index, argument in enumerate(arguments):
        for operator, broken in _places(argument):
            if isinstance(node, sp.Add) and operator == "sign" and broken == -argument:
                continue  # yielded above
            yield operator, node.func(*arguments[:index], broken, *arguments[index + 1 :])


def polynomial_mutants(stated: Polynomial) -> Iterator[tuple[str, str, Polynomial]]:
    """Yield every polynomial that lacks a term or has one wrong coefficient or one letter too few."""
    for term, coefficient in stated.terms.items():
        rest = {key: value for key, value in stated.terms.items() if key != term}
        yield "dropped term", f"without {_named(term)}", Polynomial(rest, stated.kind)
        for operator, broken in expression_mutants(coefficient):
            yield operator, f"{broken} times {_named(term)}", Polynomial(rest | {term: broken}, stated.kind)
        word, closed = term
        if stated.kind == "matrix" and word:
            shortened = Polynomial.collect([(word[:-1], closed, coefficient)], stated.kind)
            yield "dropped letter", f"{_named(term)} shortened", Polynomial(rest, stated.kind) + shortened
    if not stated.terms:
        yield "constant", "1 instead of 0", _one(stated.kind)


def _one(kind: str) -> Polynomial:
    """Return something that is not zero: the number 1, the identity, or a vector of its own name."""
    return Polynomial({((("|c",) if kind == "vector" else ()), ()): sp.S.One}, kind)


def _named(term: Term) -> str:
    word, closed = term
    return " ".join([*(f"tr({' '.join(item)})" for item in closed), *word]) or "1"
