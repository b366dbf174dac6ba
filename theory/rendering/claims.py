"""Claims as LaTeX: the layers as definitions, and the conclusion as it was typed by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from theory.claim import (
    Claim,
    Expectation,
    Layer,
    Limit,
    MatrixIdentity,
    Monotonicity,
    PositiveDefinite,
    Square,
    Statement,
)
from theory.formula import Formula, Iff, Implies, Relation
from theory.gain import MatrixQuantity, Substituted
from theory.rendering.expressions import expression_latex, polynomial_terms, signed, symbol_latex
from theory.rendering.layout import Equation, Prose, Typeset
from theory.rendering.prose import escaped
from theory.rendering.settings import marked, setting_words
from theory.words import Polynomial

__all__ = ["claim_typeset", "derivation_words", "formula_latex"]


def formula_latex(formula: Formula) -> str:
    """Typeset a formula, such as a hypothesis."""
    return formula.latex(expression_latex)


def claim_typeset(claim: Claim) -> Typeset:
    """Typeset a claim: its layers, then its conclusion; a conclusion without a formula is given by its sentence."""
    layers = claim.layers
    return Typeset(tuple(_layer(layer, _names_of(layers[:i])) for i, layer in enumerate(layers)), _conclusion(claim))


def _names_of(layers: tuple[Layer, ...]) -> dict[sp.Expr, sp.Symbol]:
    """Return the names under which expressions have been defined, written out in hypothesised symbols."""
    expanded: dict[sp.Symbol, sp.Expr] = {}
    for layer in layers:
        if layer.definition is not None:
            expanded[layer.symbol] = layer.definition.xreplace(expanded)
    return {expression: symbol for symbol, expression in expanded.items()}


def derivation_words(derivation: Any) -> str:
    """Describe a derived quantity in words, for example "gain, one inner step on m samples"."""
    quantity = derivation.quantity if isinstance(derivation, Substituted) else derivation
    setting = getattr(quantity, "setting", None)
    inner_loop = f", {setting_words(setting)}" if setting is not None else ""
    return f"{str(quantity.name).replace('_', ' ')}{inner_loop}"


def _layer(layer: Layer, names: Mapping[sp.Expr, sp.Symbol]) -> Equation:
    name = symbol_latex(layer.symbol)
    if layer.definition is not None:
        return Equation(name, "=", layer.definition)
    values = [
        f"{symbol_latex(symbol)} = {expression_latex(names.get(sp.sympify(value), value))}"
        for symbol, value in getattr(layer.derivation, "replacements", ())
    ]
    words = rf"\text{{as derived: {escaped(derivation_words(layer.derivation))}{', at ' if values else ''}}}"
    return Equation(name, "=", (words, *(value + r",\;" for value in values[:-1]), *values[-1:]))


def _conclusion(claim: Claim) -> Equation | Prose:
    conclusion = claim.conclusion
    if isinstance(conclusion, Statement):
        return _statement(conclusion.formula)
    if isinstance(conclusion, Limit):
        return _limit(conclusion)
    if isinstance(conclusion, Monotonicity):
        variables = ",\\, ".join(map(symbol_latex, conclusion.variables))
        words = rf"\text{{ is {conclusion.direction} in }} {variables}"
        return Equation("", "", (expression_latex(conclusion.expression), words))
    if isinstance(conclusion, MatrixIdentity):
        derived = conclusion.derived
        name = _matrix_name(derived) if isinstance(derived, MatrixQuantity) else r"\text{derived}"
        return Equation(name, "=", conclusion.stated)
    if isinstance(conclusion, Expectation):
        word = " ".join(polynomial_terms(conclusion.word))
        return Equation(rf"\mathbb{{E}}\bigl[{word}\bigr]", "=", conclusion.stated)
    if isinstance(conclusion, PositiveDefinite):
        squares = tuple(map(_square, conclusion.squares))
        return Equation(_matrix_name(conclusion.derived), "=", (squares[0][2:], *squares[1:], r"\succ 0"))
    return Prose(escaped(claim.sentence))


def _statement(formula: Formula) -> Equation:
    if isinstance(formula, Relation):
        return Equation(expression_latex(formula.lhs), formula.sign, formula.rhs)
    if isinstance(formula, Iff | Implies):
        left, right = (
            rf"\left({formula_latex(part)}\right)" if part.parts else formula_latex(part) for part in formula.parts
        )
        return Equation("", "", (left, (r"\iff " if isinstance(formula, Iff) else r"\implies ") + right))
    return Equation("", "", (formula_latex(formula),))


def _limit(limit: Limit) -> Equation:
    expression = expression_latex(limit.expression)
    if isinstance(limit.expression, sp.Add):
        expression = rf"\left({expression}\right)"
    moves = rf"{symbol_latex(limit.variable)} \to {expression_latex(limit.point)}"
    return Equation(rf"\lim_{{{moves}}} {expression}", "=", limit.value)


def _matrix_name(quantity: MatrixQuantity) -> str:
    return marked("Q" if quantity.name == "curvature" else "N", quantity.setting)


def _square(square: Square) -> str:
    """Typeset one summand of a certificate: coefficient, traces, factor' core factor."""
    factor = " ".join(polynomial_terms(square.factor))
    traces = " ".join(rf"\operatorname{{tr}}({_power(power)})" for power in square.traces)
    coefficient = "" if square.coefficient == 1 else expression_latex(square.coefficient)
    sides = ("", "") if factor == "I" else (rf"({factor})^{{\top}}", rf"({factor})")
    return signed(" ".join(filter(None, (coefficient, traces, sides[0], _power(square.core), sides[1]))))


def _power(exponent: int) -> str:
    return " ".join(polynomial_terms(Polynomial({(("S",) * exponent, ()): sp.S.One})))
