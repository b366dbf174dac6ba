"""Evaluation of rational expressions in whatever arithmetic their values bring: floats, exact rationals, arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import sympy as sp

__all__ = ["evaluate", "exact_number", "float_number"]


def exact_number(numerator: int, denominator: int) -> Any:
    """Return the constant ``numerator / denominator`` as an exact rational."""
    return Fraction(numerator, denominator)


def float_number(numerator: int, denominator: int) -> Any:
    """Return the constant ``numerator / denominator`` as a float."""
    return numerator / denominator


def evaluate(
    expression: sp.Expr, values: Mapping[sp.Symbol, Any], number: Callable[[int, int], Any] = exact_number
) -> Any:
    """Evaluate a rational expression at given values, in the arithmetic of those values.

    Parameters
    ----------
    expression : sympy.Expr
        Built of symbols, rational constants, ``+``, ``*`` and integer powers.
    values : mapping from symbol to value
        Fractions, floats or arrays; anything with ``+``, ``*``, ``/`` and integer powers.
    number : callable
        Makes a constant of the same arithmetic from a numerator and a denominator.

    Returns
    -------
    value
        In the arithmetic of ``values``.

    Raises
    ------
    KeyError
        If a symbol of the expression has no value.
    TypeError
        If the expression is not rational.
    ZeroDivisionError
        If exact arithmetic meets a pole.
    """
    if isinstance(expression, sp.Rational):
        return number(int(expression.p), int(expression.q))
    if isinstance(expression, sp.Symbol):
        return values[expression]
    if isinstance(expression, sp.Add | sp.Mul):
        parts = [evaluate(argument, values, number) for argument in expression.args]
        total = parts[0]
        for part in parts[1:]:
            total = total + part if isinstance(expression, sp.Add) else total * part
        return total
    if isinstance(expression, sp.Pow) and isinstance(expression.exp, sp.Integer):
        base = evaluate(expression.base, values, number)
        exponent = int(expression.exp)
        return base**exponent if exponent >= 0 else number(1, 1) / base ** (-exponent)
    raise TypeError(f"{expression} is not a rational expression: {type(expression).__name__} is not allowed")
