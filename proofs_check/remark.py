r"""A refutation as a LaTeX remark, ready for the paper that makes the claim, or takes care not to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

import sympy as sp

from proofs_check.refutation import OtherLimit, Refutation, TwoPoints, sides_at
from theory.rendering import (
    Equation,
    Typeset,
    claim_typeset,
    escaped,
    expression_latex,
    formula_latex,
    render_typeset,
    symbol_latex,
)

__all__ = ["remark"]

#: Operations up to which an expression that is only derived is written out: two or three rows.
_WRITTEN_OUT = 60


def remark(refutation: Refutation) -> str:
    r"""Typeset a refutation.

    Parameters
    ----------
    refutation : Refutation
        From :func:`proofs_check.refutation.refutation_of`.

    Returns
    -------
    str
        A ``remark`` environment; the first line, a comment, says what the preamble has to have.
    """
    goal, point = refutation.goal, refutation.point
    told = _behind_the_conclusion(refutation)
    telling = _values({symbol: value for symbol, value in point.items() if symbol in told})
    idle = _values({symbol: value for symbol, value in point.items() if symbol not in told})
    hypotheses = ", ".join(f"${formula_latex(hypothesis)}$" for hypothesis in goal.hypotheses)
    lines = [
        r"% needs \usepackage{amsmath} and \newtheorem{remark}{Remark}",
        r"\begin{remark}[Counterexample]",
        f"The claim ``{escaped(refutation.claim.sentence)}'' is false"
        + (f" under its hypotheses {hypotheses}." if hypotheses else "."),
        f"Take {telling}{f' (and {idle}, on which nothing depends)' if idle else ''}." if telling else "",
        *_definitions(refutation, told),
        _finding(refutation),
        r"\end{remark}",
    ]
    return "\n".join(filter(None, lines)) + "\n"


def _behind_the_conclusion(refutation: Refutation) -> set[sp.Symbol]:
    """Return the symbols that what fails depends on, definitions included."""
    told = set(refutation.goal.conclusion.symbols)
    for definition in reversed(refutation.goal.definitions):
        if definition.symbol in told:
            told |= definition.expression.free_symbols
    return told


def _definitions(refutation: Refutation, told: set[sp.Symbol]) -> Iterator[str]:
    """Yield a display of the definitions behind the conclusion; what is long and only derived is described in words."""
    claim = refutation.claim
    derived = {definition.symbol: definition.expression for definition in refutation.goal.definitions}
    equations = tuple(
        Equation(symbol_latex(layer.symbol), "=", derived[layer.symbol])
        if layer.definition is None and sp.count_ops(derived[layer.symbol]) <= _WRITTEN_OUT
        else equation
        for layer, equation in zip(claim.layers, claim_typeset(claim).definitions, strict=True)
        if layer.symbol in told
    )
    if equations:
        yield "Here\n" + render_typeset(Typeset(equations[:-1], equations[-1]), "align").rstrip()


def _finding(refutation: Refutation) -> str:
    """Say what both sides are, and which comparison that contradicts."""
    motion, goal, point = refutation.motion, refutation.goal, refutation.point
    if isinstance(motion, TwoPoints):
        name, expression = symbol_latex(motion.variable), expression_latex(motion.stated.expression)
        values = [
            goal.value(motion.stated.expression, {**point, motion.variable: value})
            for value in (motion.smaller, motion.larger)
        ]
        verb = "falls" if values[1] < values[0] else "rises"
        return (
            f"The quantity ${expression}$ {verb} from ${_number(values[0])}$ at ${name} = {_number(motion.smaller)}$ "
            f"to ${_number(values[1])}$ at ${name} = {_number(motion.larger)}$; it is not {motion.stated.direction}."
        )
    if isinstance(motion, OtherLimit):
        variable, expression = symbol_latex(motion.stated.variable), expression_latex(motion.stated.expression)
        side = "" if motion.target is None else "^{+}" if motion.direction > 0 else "^{-}"
        target = expression_latex(motion.stated.point)
        target = target + side if len(target) == 1 else f"({target}){side}" if side else target
        return (
            rf"The limit of ${expression}$ as ${variable} \to {target}$ is ${_limit(motion.true)}$, not "
            f"${_limit(motion.claimed)}$."
        )
    sides = {
        expression_latex(side): value
        for relation, lhs, rhs in sides_at(goal, point)
        for side, value in ((relation.lhs, lhs), (relation.rhs, rhs))
        if side.free_symbols and (side not in point)
    }
    found = ", ".join(f"${side} = {_number(value)}$" for side, value in sides.items())
    return f"{f'Then {found}, and it' if found else 'There it'} is false that ${formula_latex(goal.conclusion)}$."


def _values(point: Mapping[sp.Symbol, Fraction]) -> str:
    return ", ".join(f"${symbol_latex(symbol)} = {_number(value)}$" for symbol, value in point.items())


def _number(value: Fraction) -> str:
    return expression_latex(sp.Rational(value.numerator, value.denominator))


def _limit(value: str) -> str:
    return expression_latex({"oo": sp.oo, "-oo": -sp.oo}[value]) if "oo" in value else _number(Fraction(value))
