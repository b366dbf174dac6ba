"""Rational functions in exact arithmetic: SymPy expressions become python-flint polynomials over known denominators.

Nothing that SymPy simplifies is trusted. The expression is walked node by node, divisions are cleared with numerator
and denominator of our own, and everything that was ever divided by is remembered: a denominator that cancels later
still bounds where the expression is defined.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import sympy as sp
from flint import fmpq, fmpq_mpoly, fmpq_mpoly_ctx

from theory.admissible import refusal
from theory.errors import ClaimError

__all__ = ["Quotient", "Ring", "equal", "to_fraction"]

Exponents = Mapping[int, int]
"""Exponents by number of the ring's factors."""


@dataclass(frozen=True)
class Quotient:
    """A polynomial over a product of powers of the ring's factors.

    Parameters
    ----------
    numerator : fmpq_mpoly
        Over the symbols of the ring.
    denominator : mapping from int to int
        Exponents (> 0) of the irreducible factors, by their number in the ring.
    inverted : frozenset of int
        Every factor that was divided by on the way, cancelled or not: where one vanishes, the expression is undefined.
    """

    numerator: fmpq_mpoly
    denominator: Exponents
    inverted: frozenset[int]

    @property
    def is_zero(self) -> bool:
        """Whether it is zero as a rational function."""
        return self.numerator.is_zero()


class Ring:
    """The rational functions over a list of symbols.

    Parameters
    ----------
    symbols : iterable of sympy.Symbol
        All that may occur.

    Attributes
    ----------
    symbols : tuple of sympy.Symbol
        In the order of the polynomials' variables.
    factors : list of fmpq_mpoly
        The irreducible polynomials that were divided by so far. Numbered, because polynomials cannot be hashed.
    """

    def __init__(self, symbols: Iterable[sp.Symbol]) -> None:
        self.symbols = tuple(symbols)
        # Named by position: what a symbol is called must not matter to a polynomial.
        self.context = fmpq_mpoly_ctx.get([f"x{i}" for i in range(len(self.symbols))], "lex")
        self.position = {symbol: i for i, symbol in enumerate(self.symbols)}
        self.factors: list[fmpq_mpoly] = []
        self._numbers: dict[frozenset[tuple[tuple[int, ...], fmpq]], int] = {}

    def symbol(self, symbol: sp.Symbol) -> Quotient:
        """Return a symbol as a quotient."""
        return self.polynomial(self.context.gen(self.position[symbol]))

    def constant(self, value: Fraction | int) -> Quotient:
        """Return a number as a quotient."""
        value = Fraction(value)
        return self.polynomial(self.context.constant(fmpq(value.numerator, value.denominator)))

    def polynomial(self, numerator: fmpq_mpoly) -> Quotient:
        """Return a polynomial as a quotient."""
        return Quotient(numerator, {}, frozenset())

    def number_of(self, factor: fmpq_mpoly) -> int:
        """Return the number of an irreducible factor, entering it where it is new."""
        key = frozenset(factor.to_dict().items())
        if key not in self._numbers:
            self._numbers[key] = len(self.factors)
            self.factors.append(factor)
        return self._numbers[key]

    def product(self, exponents: Exponents) -> fmpq_mpoly:
        """Multiply powers of factors."""
        result = self.context.constant(1)
        for number, exponent in exponents.items():
            result = result * self.factors[number] ** exponent
        return result

    def add(self, a: Quotient, b: Quotient) -> Quotient:
        """Return ``a + b`` over the least common denominator."""
        numbers = a.denominator.keys() | b.denominator.keys()
        common = {n: max(a.denominator.get(n, 0), b.denominator.get(n, 0)) for n in numbers}
        numerator = self._over(a, common) + self._over(b, common)
        return self._cancelled(numerator, common, a.inverted | b.inverted)

    def _over(self, a: Quotient, common: Exponents) -> fmpq_mpoly:
        missing = {n: e - a.denominator.get(n, 0) for n, e in common.items() if e > a.denominator.get(n, 0)}
        return a.numerator * self.product(missing) if missing else a.numerator

    def multiply(self, a: Quotient, b: Quotient) -> Quotient:
        """Return ``a b``."""
        numbers = a.denominator.keys() | b.denominator.keys()
        denominator = {n: a.denominator.get(n, 0) + b.denominator.get(n, 0) for n in numbers}
        return self._cancelled(a.numerator * b.numerator, denominator, a.inverted | b.inverted)

    def negate(self, a: Quotient) -> Quotient:
        """Return ``-a``."""
        return Quotient(-a.numerator, a.denominator, a.inverted)

    def subtract(self, a: Quotient, b: Quotient) -> Quotient:
        """Return ``a - b``."""
        return self.add(a, self.negate(b))

    def power(self, a: Quotient, exponent: int) -> Quotient:
        """Return ``a`` to an integer power; a negative one divides by every factor of the numerator."""
        if exponent < 0:
            return self.power(self.inverse(a), -exponent)
        denominator = {n: e * exponent for n, e in a.denominator.items()} if exponent else {}
        return Quotient(a.numerator**exponent, denominator, a.inverted)

    def inverse(self, a: Quotient) -> Quotient:
        """Return ``1 / a``.

        Raises
        ------
        ZeroDivisionError
            If ``a`` is zero as a rational function.
        """
        if a.is_zero:
            raise ZeroDivisionError("division by an expression that is zero for all values")
        constant, factors = a.numerator.factor()
        denominator = {self.number_of(factor): int(exponent) for factor, exponent in factors}
        return Quotient(self.product(a.denominator) / constant, denominator, a.inverted | denominator.keys())

    def _cancelled(self, numerator: fmpq_mpoly, denominator: Exponents, inverted: frozenset[int]) -> Quotient:
        """Divide numerator and denominator by the factors that they share."""
        left: dict[int, int] = {}
        for number, exponent in denominator.items():
            while exponent:
                quotient, remainder = divmod(numerator, self.factors[number])
                if not remainder.is_zero():
                    break
                numerator, exponent = quotient, exponent - 1
            if exponent:
                left[number] = exponent
        return Quotient(numerator, left, inverted)

    def convert(self, expression: sp.Expr, values: Mapping[sp.Symbol, Quotient]) -> Quotient:
        """Read a SymPy expression, node by node.

        Parameters
        ----------
        expression : sympy.Expr
            Built of symbols, rational constants, ``+``, ``*`` and integer powers.
        values : mapping from symbol to Quotient
            What each symbol stands for.

        Raises
        ------
        ClaimError
            If the expression is not rational, has an unknown symbol or divides by what is zero everywhere.
        """
        seen: dict[sp.Expr, Quotient] = {}

        def read(node: sp.Expr) -> Quotient:
            if node not in seen:
                seen[node] = compute(node)
            return seen[node]

        def compute(node: sp.Expr) -> Quotient:
            if isinstance(node, sp.Rational):
                return self.constant(Fraction(int(node.p), int(node.q)))
            if isinstance(node, sp.Symbol):
                if node not in values:
                    raise ClaimError(f"unknown symbol {node} in {expression}")
                return values[node]
            if isinstance(node, sp.Pow) and isinstance(node.exp, sp.Integer):
                return self.power(read(node.base), int(node.exp))
            if isinstance(node, sp.Add | sp.Mul):
                combine = self.add if isinstance(node, sp.Add) else self.multiply
                total = read(node.args[0])
                for argument in node.args[1:]:
                    total = combine(total, read(argument))
                return total
            raise ClaimError(refusal(node, expression))

        try:
            return read(expression)
        except ZeroDivisionError as error:
            raise ClaimError(f"{expression}: {error}") from None

    def evaluate(self, a: Quotient, point: Sequence[fmpq]) -> fmpq:
        """Evaluate a quotient, given a value for each variable of the ring.

        Raises
        ------
        ZeroDivisionError
            If anything that was divided by vanishes there, cancelled or not.
        """
        values = {factor: self.factors[factor](*point) for factor in a.inverted}
        if not all(values.values()):
            raise ZeroDivisionError("a denominator vanishes")
        result = a.numerator(*point)
        for factor, exponent in a.denominator.items():
            result = result / values[factor] ** exponent
        return result

    def expression(self, polynomial: fmpq_mpoly) -> sp.Expr:
        """Write a polynomial in SymPy's terms."""
        total = sp.S.Zero
        for monomial, coefficient in polynomial.terms():
            powers = (symbol ** int(exponent) for symbol, exponent in zip(self.symbols, monomial, strict=True))
            total += sp.Rational(int(coefficient.p), int(coefficient.q)) * sp.Mul(*powers)
        return total

    def text(self, polynomial: fmpq_mpoly, most: int = 12) -> str:
        """Write a polynomial in the symbols' own names, no more than its first terms."""
        terms = [self._term(monomial, coefficient) for monomial, coefficient in list(polynomial.terms())[:most]]
        written = " + ".join(terms).replace("+ -", "- ") or "0"
        return f"{written} + ... ({len(polynomial)} terms)" if len(polynomial) > most else written

    def _term(self, monomial: Sequence[int], coefficient: fmpq) -> str:
        powers = "*".join(
            f"{symbol}" if exponent == 1 else f"{symbol}**{exponent}"
            for symbol, exponent in zip(self.symbols, map(int, monomial), strict=True)
            if exponent
        )
        if not powers or abs(coefficient) != 1:
            return f"{coefficient}*{powers}" if powers else str(coefficient)
        return powers if coefficient > 0 else f"-{powers}"


def equal(lhs: sp.Expr, rhs: sp.Expr) -> bool:
    """Whether two rational expressions are the same rational function.

    They may still differ in where they are defined: ``x / x`` equals 1 here.

    Parameters
    ----------
    lhs, rhs : sympy.Expr
        Rational expressions in any symbols.

    Raises
    ------
    ClaimError
        If one of them is not rational.
    """
    ring = Ring(sorted(lhs.free_symbols | rhs.free_symbols, key=str))
    values = {symbol: ring.symbol(symbol) for symbol in ring.symbols}
    return ring.subtract(ring.convert(lhs, values), ring.convert(rhs, values)).is_zero


def to_fraction(value: fmpq) -> Fraction:
    """Return a rational of python-flint as one of the standard library."""
    return Fraction(int(value.p), int(value.q))
