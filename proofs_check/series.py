"""How rational functions behave as one variable approaches a point: orders of vanishing and leading coefficients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import comb

import sympy as sp
from flint import fmpq, fmpq_mpoly

from proofs_check.compiled import Point
from proofs_check.positivity import coefficients_in
from proofs_check.rational import Quotient, Ring, to_fraction
from proofs_check.view import View

__all__ = ["Approach", "Leading", "LocalLimit", "LocalQuotient"]


@dataclass(frozen=True)
class Leading:
    """The first term of an expansion: ``coefficient t**order``, t being the distance that tends to 0."""

    order: int
    coefficient: Quotient


@dataclass(frozen=True)
class LocalLimit:
    """The limit at fixed rational parameters: a number, or infinite with the sign for t > 0 and for t < 0."""

    value: Fraction | None
    sign_above: int = 0
    sign_below: int = 0

    def __str__(self) -> str:
        if self.value is not None:
            return str(self.value)
        above, below = ("oo" if sign > 0 else "-oo" for sign in (self.sign_above, self.sign_below))
        return above if above == below else f"{above} from above and {below} from below"


class Approach:
    """A variable on its way to a point, ``variable = point + t`` with t tending to 0, or ``1/t`` for infinity.

    Parameters
    ----------
    view : View
        Whose ring and definitions are used; none of its atoms may depend on the variable.
    variable : sympy.Symbol
        What moves.
    point : sympy.Expr
        Where to: free of the variable, or plus or minus ``sympy.oo``.
    """

    def __init__(self, view: View, variable: sp.Symbol, point: sp.Expr) -> None:
        self.view, self.ring = view, view.ring
        self.position = self.ring.position[variable]
        self.infinite = point in (sp.oo, -sp.oo)
        self.direction = -1 if point == -sp.oo else 1
        self.target: Quotient = self.ring.constant(0) if self.infinite else view.read(point)

    def padded(self, point: Point) -> Point:
        """Return a point of the base symbols with a zero for each further variable of the ring."""
        return (*point, *(fmpq(0),) * (len(self.ring.symbols) - len(point)))

    def target_at(self, point: Point) -> fmpq:
        """Return where the variable tends to at fixed parameters; 0 stands for infinity.

        Raises
        ------
        ZeroDivisionError
            If that is undefined there.
        """
        return self.ring.evaluate(self.target, self.padded(point))

    def expansion(self, polynomial: fmpq_mpoly) -> dict[int, Quotient]:
        """Return the nonzero coefficients of the powers of t, by exponent."""
        ring: Ring = self.ring
        parts = {j: ring.polynomial(part) for j, part in coefficients_in(polynomial, self.position).items()}
        if self.infinite:
            return {-j: part if self.direction**j == 1 else ring.negate(part) for j, part in parts.items()}
        found: dict[int, Quotient] = {}
        for k in range(max(parts, default=0) + 1):
            total = ring.constant(0)
            for j, part in parts.items():
                if j >= k:
                    term = ring.multiply(part, ring.power(self.target, j - k))
                    total = ring.add(total, ring.multiply(ring.constant(comb(j, k)), term))
            if not total.is_zero:
                found[k] = total
        return found

    def leading(self, polynomial: fmpq_mpoly) -> Leading:
        """Return the first term of a polynomial that is not zero."""
        terms = self.expansion(polynomial)
        order = min(terms)
        return Leading(order, terms[order])

    def denominator(self, quotient: Quotient) -> Leading:
        """Return the first term of a quotient's denominator."""
        order, coefficient = 0, self.ring.constant(1)
        for factor, exponent in quotient.denominator.items():
            leading = self.leading(self.ring.factors[factor])
            order += exponent * leading.order
            coefficient = self.ring.multiply(coefficient, self.ring.power(leading.coefficient, exponent))
        return Leading(order, coefficient)

    def at_parameters(self, quotient: Quotient) -> LocalQuotient:
        """Prepare a quotient for limits at many rational values of its parameters."""
        return LocalQuotient(self, quotient)


class LocalQuotient:
    """A quotient whose limit is asked for at fixed rational values of everything but the variable.

    Parameters
    ----------
    approach : Approach
        How the variable moves.
    quotient : Quotient
        What tends to a limit.
    """

    def __init__(self, approach: Approach, quotient: Quotient) -> None:
        self.approach, self.quotient = approach, quotient
        self._numerator = coefficients_in(quotient.numerator, approach.position)
        self._factors = {
            factor: coefficients_in(approach.ring.factors[factor], approach.position) for factor in quotient.inverted
        }

    def limit(self, point: Point) -> LocalLimit:
        """Return the limit at a point, which gives a value to each base symbol; the variable's own is not used.

        Raises
        ------
        ZeroDivisionError
            If the expression is undefined all along the way.
        """
        values = self.approach.padded(point)
        target = self.approach.target_at(point)
        orders = {factor: self._leading(parts, values, target) for factor, parts in self._factors.items()}
        order, coefficient = 0, fmpq(1)
        for factor, exponent in self.quotient.denominator.items():
            order += exponent * orders[factor][0]
            coefficient = coefficient * orders[factor][1] ** exponent
        try:
            numerator_order, numerator = self._leading(self._numerator, values, target)
        except ZeroDivisionError:
            return LocalLimit(Fraction(0))
        if numerator_order > order:
            return LocalLimit(Fraction(0))
        if numerator_order == order:
            return LocalLimit(to_fraction(numerator / coefficient))
        sign = 1 if numerator * coefficient > 0 else -1
        return LocalLimit(None, sign, sign * (-1) ** (order - numerator_order))

    def _leading(self, parts: Mapping[int, fmpq_mpoly], values: Point, target: fmpq) -> tuple[int, fmpq]:
        """Return order and coefficient of the first term at fixed parameters."""
        numbers = {j: part(*values) for j, part in parts.items()}
        if self.approach.infinite:
            terms = {-j: value * self.approach.direction**j for j, value in numbers.items()}
        else:
            terms = {
                k: sum((comb(j, k) * value * target ** (j - k) for j, value in numbers.items() if j >= k), fmpq(0))
                for k in range(max(numbers, default=0) + 1)
            }
        orders = [order for order, value in terms.items() if value]
        if not orders:
            raise ZeroDivisionError("identically zero at these parameters")
        return min(orders), terms[min(orders)]
