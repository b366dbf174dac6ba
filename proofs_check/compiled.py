"""Goals compiled to straight-line Python over python-flint's rationals: many thousand exact points per second."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import sympy as sp
from flint import fmpq

from proofs_check.goal import Goal
from proofs_check.rational import to_fraction
from theory.formula import And, Formula, Iff, Implies, IsInteger, Not, Or, Relation

__all__ = ["CompiledGoal", "Point", "Test"]

Point = tuple[fmpq, ...]
"""Values of a goal's base symbols, in their order."""
Test = Callable[[Point], bool]


class CompiledGoal:
    """Decides a goal's hypotheses and conclusion at exact points.

    Parameters
    ----------
    goal : Goal
        What to compile. Relations are compiled one by one, each with the definitions that it needs, so that a pole of
        one is not a pole of another.
    """

    def __init__(self, goal: Goal) -> None:
        self.goal = goal
        self._definitions = {definition.symbol: definition.expression for definition in goal.definitions}
        self._hypotheses = [self._test(hypothesis) for hypothesis in goal.hypotheses]
        self._conclusion = self._test(goal.conclusion)

    def admits(self, point: Point) -> bool:
        """Whether all hypotheses hold."""
        try:
            return all(hypothesis(point) for hypothesis in self._hypotheses)
        except ZeroDivisionError:
            return False

    def fails(self, point: Point) -> bool | None:
        """Whether the conclusion is false; ``None`` where it is undefined."""
        try:
            return not self._conclusion(point)
        except ZeroDivisionError:
            return None

    def point(self, values: Mapping[sp.Symbol, Fraction]) -> Point:
        """Read a mapping as a point."""
        return tuple(fmpq(values[s].numerator, values[s].denominator) for s in self.goal.symbols)

    def values(self, point: Point) -> dict[sp.Symbol, Fraction]:
        """Return a point as a mapping to fractions."""
        return {symbol: to_fraction(value) for symbol, value in zip(self.goal.symbols, point, strict=True)}

    def evaluator(self, expression: sp.Expr) -> Callable[[Point], fmpq]:
        """Compile an expression in base and defined symbols; the function raises ZeroDivisionError at poles."""
        function: Callable[[Point], fmpq] = _function(self.goal.symbols, self._definitions, [expression], "{0}")
        return function

    def _test(self, formula: Formula) -> Test:
        if isinstance(formula, Relation):
            sides = [formula.lhs, formula.rhs]
            test: Test = _function(self.goal.symbols, self._definitions, sides, f"{{0}} {formula.operator} {{1}}")
            return test
        if isinstance(formula, IsInteger):
            position = self.goal.symbols.index(formula.symbol)
            return lambda point: bool(point[position].q == 1)
        return _connect(formula, [self._test(part) for part in formula.parts])


def _connect(formula: Formula, parts: Sequence[Test]) -> Test:
    """Join compiled parts, reading them from left to right as far as needed."""
    if isinstance(formula, And):
        return lambda point: all(part(point) for part in parts)
    if isinstance(formula, Or):
        return lambda point: any(part(point) for part in parts)
    if isinstance(formula, Not):
        return lambda point: not parts[0](point)
    if isinstance(formula, Implies):
        return lambda point: not parts[0](point) or parts[1](point)
    if isinstance(formula, Iff):
        return lambda point: parts[0](point) == parts[1](point)
    raise TypeError(f"no way to compile a {type(formula).__name__}")


def _function(
    symbols: Sequence[sp.Symbol], definitions: Mapping[sp.Symbol, sp.Expr], roots: Sequence[sp.Expr], result: str
) -> Any:
    """Write and compile a function of a point: one assignment per distinct subexpression, then the result.

    Only names and operators that are made up here reach the source text; numbers are passed in as objects.
    """
    lines: list[str] = []
    constants: dict[str, fmpq] = {}
    names: dict[sp.Expr, str] = {symbol: f"x{i}" for i, symbol in enumerate(symbols)}

    def name_of(node: sp.Expr) -> str:
        if node not in names:
            if node in definitions:
                names[node] = name_of(definitions[node])
            elif isinstance(node, sp.Rational):
                names[node] = f"c{len(constants)}"
                constants[names[node]] = fmpq(int(node.p), int(node.q))
            else:
                code = _operation(node, name_of)
                names[node] = f"t{len(lines)}"
                lines.append(f"{names[node]} = {code}")
        return names[node]

    answer = result.format(*(name_of(root) for root in roots))
    unpack = [f"({', '.join(f'x{i}' for i in range(len(symbols)))},) = point"] if symbols else []
    body = "\n    ".join([*unpack, *lines, f"return {answer}"])
    scope: dict[str, Any] = dict(constants)
    exec(_code(f"def function(point):\n    {body}\n"), scope)
    return scope["function"]


@cache
def _code(source: str) -> Any:
    return compile(source, "<compiled goal>", "exec")


def _operation(node: sp.Expr, name_of: Callable[[sp.Expr], str]) -> str:
    if isinstance(node, sp.Add | sp.Mul):
        return (" + " if isinstance(node, sp.Add) else " * ").join(name_of(argument) for argument in node.args)
    if isinstance(node, sp.Pow) and isinstance(node.exp, sp.Integer):
        return f"{name_of(node.base)} ** {int(node.exp)}"
    raise TypeError(f"{node} is not a rational expression")
