"""A goal at one depth of its definitions: which ones are atoms that are merely positive, and which are expanded.

A claim is often easy over its definitions and hopeless once they are multiplied out. So it is shown to the provers
layer by layer: first with every definition that is known to be positive kept as an atom, then with fewer of them, and
at last with none. A proof over atoms is a proof; a counterexample over atoms is not, because it may give them values
that their definitions never take.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cached_property

import sympy as sp
from flint import fmpq, fmpq_mpoly

from proofs_check.goal import Definition, Goal, in_context
from proofs_check.rational import Quotient, Ring, to_fraction
from theory.formula import Formula, IsInteger, Relation, gt

__all__ = ["View", "ring_of", "views"]


def ring_of(goal: Goal) -> Ring:
    """Return the ring of everything that a view of the goal may contain."""
    return Ring((*goal.symbols, *(definition.symbol for definition in goal.definitions)))


class View:
    """A goal with some of its definitions kept as positive atoms.

    Parameters
    ----------
    goal : Goal
        What is viewed.
    ring : Ring
        From :func:`ring_of`, shared by all views of the goal.
    opaque : iterable of sympy.Symbol
        Definitions to keep as atoms. That they are positive must have been proved.
    """

    def __init__(self, goal: Goal, ring: Ring, opaque: Iterable[sp.Symbol] = ()) -> None:
        self.goal, self.ring, self.opaque = goal, ring, frozenset(opaque)
        self.values: dict[sp.Symbol, Quotient] = {symbol: ring.symbol(symbol) for symbol in goal.symbols}
        for definition in goal.definitions:
            keep = definition.symbol in self.opaque
            self.values[definition.symbol] = (
                ring.symbol(definition.symbol) if keep else ring.convert(definition.expression, self.values)
            )
        self._differences: dict[Relation, Quotient] = {}

    def read(self, expression: sp.Expr) -> Quotient:
        """Return an expression as a quotient over base symbols and atoms."""
        return self.ring.convert(expression, self.values)

    def difference(self, relation: Relation) -> Quotient:
        """Return the left side of a relation minus its right side."""
        if relation not in self._differences:
            self._differences[relation] = self.ring.subtract(self.read(relation.lhs), self.read(relation.rhs))
        return self._differences[relation]

    def divisors_of(self, definition: Definition) -> frozenset[int]:
        """Return every factor that a definition divides by."""
        return self.read(definition.expression).inverted

    def substitute(self, polynomial: fmpq_mpoly) -> Quotient:
        """Return a polynomial over another view's atoms with those atoms that this view expands put in."""
        ring = self.ring
        total = ring.constant(0)
        for monomial, coefficient in polynomial.terms():
            term = ring.constant(to_fraction(coefficient))
            for position, exponent in enumerate(monomial):
                if exponent:
                    term = ring.multiply(term, ring.power(self.values[ring.symbols[position]], int(exponent)))
            total = ring.add(total, term)
        return total

    def evaluate(self, polynomial: fmpq_mpoly, point: Mapping[sp.Symbol, Fraction]) -> fmpq:
        """Evaluate a polynomial over base symbols and atoms at a point, which gives values to the base symbols.

        Raises
        ------
        ZeroDivisionError
            If an atom that occurs is undefined there.
        """
        values = []
        for symbol, degree in zip(self.ring.symbols, polynomial.degrees(), strict=True):
            value = self.goal.value(symbol, point) if degree else Fraction(0)
            values.append(fmpq(value.numerator, value.denominator))
        return polynomial(*values)

    @cached_property
    def assumptions(self) -> tuple[Formula, ...]:
        """The hypotheses over the reals, and that every atom is positive."""
        stated = (hypothesis for hypothesis in self.goal.hypotheses if not isinstance(hypothesis, IsInteger))
        return (*stated, *(gt(d.symbol, 0) for d in self.goal.definitions if d.symbol in self.opaque))

    @cached_property
    def divisors(self) -> tuple[tuple[tuple[Formula, ...], int], ...]:
        """Every factor that the conclusion divides by, with the context in which it is read, without repetition."""
        found: dict[tuple[tuple[Formula, ...], int], None] = {}
        for context, relation in in_context(self.goal.conclusion):
            found |= dict.fromkeys((context, number) for number in sorted(self.difference(relation).inverted))
        return tuple(found)

    @cached_property
    def signature(self) -> frozenset[int]:
        """The atoms that the conclusion really contains, by position in the ring: equal ones, equal views."""
        positions = {self.ring.position[symbol] for symbol in self.opaque}
        used: set[int] = set()
        for _, relation in in_context(self.goal.conclusion):
            difference = self.difference(relation)
            for polynomial in (difference.numerator, *(self.ring.factors[n] for n in difference.inverted)):
                used |= {i for i, degree in enumerate(polynomial.degrees()) if degree > 0}
        return frozenset(positions & used)

    def __str__(self) -> str:
        if not self.opaque:
            return "with every definition expanded"
        return f"over {', '.join(str(self.ring.symbols[i]) for i in sorted(self.signature))} as positive atoms"


def views(concrete: View, positive: Iterable[sp.Symbol]) -> list[View]:
    """Return the views of a goal, from the most atoms to none, leaving out those that look the same.

    Between all atoms and none, definitions that are mere products of others are expanded, which costs no terms and
    shows what factors they share.

    Parameters
    ----------
    concrete : View
        The goal with every definition expanded.
    positive : iterable of sympy.Symbol
        Definitions that were proved positive.
    """
    positive = frozenset(positive)
    products = {d.symbol for d in concrete.goal.definitions if _is_product(d.expression)}
    found: list[View] = []
    for opaque in (positive, positive - products):
        view = View(concrete.goal, concrete.ring, opaque)
        if view.signature and all(view.signature != other.signature for other in found):
            found.append(view)
    return [*found, concrete]


def _is_product(expression: sp.Expr) -> bool:
    factors = expression.args if isinstance(expression, sp.Mul) else (expression,)
    bases = (factor.base if isinstance(factor, sp.Pow) else factor for factor in factors)
    return all(isinstance(base, sp.Symbol | sp.Rational) for base in bases)
