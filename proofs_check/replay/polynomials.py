"""Polynomials as certificates hold them: read from text, split by one variable, divided."""

from __future__ import annotations

import re
from typing import Any

from flint import fmpq, fmpq_mpoly, fmpq_mpoly_ctx

__all__ = ["Failed", "coefficients", "quotient_of", "read_polynomial"]

_TERM = re.compile(r"([+-]?)([^+-]+)")
_FACTOR = re.compile(r"(?:x(\d+)|(\d+)(?:/(\d+))?)(?:\^(\d+))?")


class Failed(Exception):
    """Why a certificate, a witness or a counterexample does not hold."""


def read_polynomial(text: Any, context: fmpq_mpoly_ctx) -> fmpq_mpoly:
    """Read a polynomial such as ``3/2*x0^2*x4 - 1``; the variables go by their position.

    Raises
    ------
    Failed
        If it is not one.
    """
    if not isinstance(text, str) or not text.strip():
        raise Failed("a polynomial is missing")
    total = context.constant(0)
    compact = text.replace(" ", "")
    terms = list(_TERM.finditer(compact))
    if "".join(term.group() for term in terms) != compact:
        raise Failed(f"{text[:40]!r} is not a polynomial")
    for sign, body in (term.groups() for term in terms):
        product = context.constant(-1 if sign == "-" else 1)
        for part in body.split("*"):
            product = product * _read_factor(part, context)
        total = total + product
    return total


def _read_factor(text: str, context: fmpq_mpoly_ctx) -> fmpq_mpoly:
    match = _FACTOR.fullmatch(text)
    if match is None:
        raise Failed(f"{text[:40]!r} is not part of a polynomial")
    variable, numerator, denominator, exponent = match.groups()
    power = int(exponent or 1)
    if variable is None:
        if int(denominator or 1) == 0:
            raise Failed("a polynomial divides by zero")
        return context.constant(fmpq(int(numerator), int(denominator or 1))) ** power
    if int(variable) >= context.nvars():
        raise Failed(f"there is no variable x{variable}")
    return context.gen(int(variable)) ** power


def coefficients(polynomial: fmpq_mpoly, position: int) -> dict[int, fmpq_mpoly]:
    """Return the coefficients of the powers of one variable, by exponent."""
    gathered: dict[int, dict[tuple[int, ...], fmpq]] = {}
    for monomial, coefficient in polynomial.terms():
        rest = (*monomial[:position], 0, *monomial[position + 1 :])
        gathered.setdefault(int(monomial[position]), {})[rest] = coefficient
    return {exponent: polynomial.context().from_dict(terms) for exponent, terms in gathered.items()}


def quotient_of(dividend: fmpq_mpoly, divisor: fmpq_mpoly) -> fmpq_mpoly | None:
    """Return an exact quotient, or ``None`` where there is none."""
    if divisor.is_zero():
        return None
    quotient, remainder = divmod(dividend, divisor)
    return quotient if remainder.is_zero() else None
