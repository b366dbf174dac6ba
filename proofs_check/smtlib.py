"""SMT-LIB text for a view of a goal, with every division cleared.

A comparison ``n/d < 0`` becomes one of polynomials: ``d`` is left out where its sign is known and multiplied in where
it is not. That ``d`` is not zero is a statement of its own, proved apart from this one and assumed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import prod

import sympy as sp
from flint import fmpq, fmpq_mpoly

from proofs_check.goal import in_context
from proofs_check.rational import Quotient, to_fraction
from proofs_check.view import View
from theory.formula import And, Formula, Iff, Implies, IsInteger, Not, Operator, Or, Relation

__all__ = ["Script", "number"]

_SIGNS = {"<": "<", "<=": "<=", "==": "=", ">=": ">=", ">": ">"}
_CONNECTIVES = {And: "and", Or: "or", Not: "not", Implies: "=>", Iff: "="}
#: Beyond this many terms a polynomial is printed as a sum, not as the product of its factors.
MAX_TERMS = 1_000


class Script:
    """Prints what a view states.

    Parameters
    ----------
    view : View
        Whose hypotheses are asserted.
    signs : mapping from int to {1, -1}
        Factors of the ring whose sign is known in this view.
    """

    def __init__(self, view: View, signs: Mapping[int, int] | None = None) -> None:
        self.view, self.signs = view, signs or {}

    def question(
        self,
        denial: str,
        context: Iterable[Formula] = (),
        nonzero: Iterable[int] = (),
        pins: Mapping[sp.Symbol, Fraction] | None = None,
        integral: bool = False,
    ) -> str:
        """Return declarations, hypotheses, what else is known, and the denial of what is to be shown.

        Parameters
        ----------
        denial : str
            An SMT-LIB formula; when all of this cannot be met, its opposite is proved.
        context : iterable of Formula
            Further assumptions.
        nonzero : iterable of int
            Factors of the ring that are not zero.
        pins : mapping from symbol to Fraction, optional
            Values that symbols must take.
        integral : bool
            Whether the symbols that the hypotheses call integers are integers here too, instead of any real numbers.
            It is a harder question, worth asking where the answer over the reals was not a proof.
        """
        positions = [self.view.ring.position[s] for s in (*self.view.goal.symbols, *sorted(self.view.opaque, key=str))]
        integers = {self.view.ring.position[symbol] for symbol in self.view.goal.integers} if integral else set()
        lines = [f"(set-logic {'QF_NIRA' if integers else 'QF_NRA'})"]
        for i in positions:
            name = self.view.ring.symbols[i]
            if i in integers:
                lines += [f"(declare-const i{i} Int) ; {name}", f"(define-fun x{i} () Real (to_real i{i}))"]
            else:
                lines.append(f"(declare-const x{i} Real) ; {name}")
        nonzero = set(nonzero)
        for formula in (*self.view.assumptions, *context):
            # A hypothesis that divides by zero does not hold, so what it is sure to divide by is not zero.
            for before, relation in in_context(formula):
                nonzero |= frozenset() if before else self.view.difference(relation).inverted
            lines.append(f"(assert {self.formula(formula)})")
        lines += [f"(assert {self.comparison(self.view.ring.factors[i], '!=')})" for i in sorted(nonzero)]
        for symbol, value in (pins or {}).items():
            lines.append(f"(assert (= x{self.view.ring.position[symbol]} {number(value)}))")
        lines.append(f"(assert {denial})")
        return "\n".join(lines)

    def formula(self, formula: Formula) -> str:
        """Print a formula, integrality relaxed to the reals."""
        if isinstance(formula, Relation):
            return self._relation(self.view.difference(formula), formula.operator)
        if isinstance(formula, IsInteger):
            return "true"
        if not formula.parts:
            return "true" if isinstance(formula, And) else "false"
        parts = " ".join(self.formula(part) for part in formula.parts)
        return f"({_CONNECTIVES[type(formula)]} {parts})"

    def comparison(self, polynomial: fmpq_mpoly, operator: Operator, times: Iterable[int] = ()) -> str:
        """Print a polynomial, times some of the ring's factors, compared with zero, by the signs of all factors.

        A solver that is handed the product multiplies it out and loses sight of them; here it may have millions of
        terms.
        """
        others = [(_sum(self.view.ring.factors[number]), 1) for number in times]
        large = len(polynomial) > MAX_TERMS
        if polynomial.is_zero() or (large and not others):
            return (
                f"(not (= {_sum(polynomial)} 0))" if operator == "!=" else f"({_SIGNS[operator]} {_sum(polynomial)} 0)"
            )
        constant, factors = (fmpq(1), [(polynomial, 1)]) if large else polynomial.factor()
        texts = [*((_sum(factor), int(exponent)) for factor, exponent in factors), *others]
        zero = _joined("or", [f"(= {text} 0)" for text, _ in texts], "false")
        negative = _joined("xor", [f"(< {text} 0)" for text, exponent in texts if exponent % 2], "false")
        if constant < 0:
            negative = f"(not {negative})"
        return {
            "==": zero,
            "!=": f"(not {zero})",
            "<": f"(and (not {zero}) {negative})",
            "<=": f"(or {zero} {negative})",
            ">": f"(and (not {zero}) (not {negative}))",
            ">=": f"(or {zero} (not {negative}))",
        }[operator]

    def _relation(self, difference: Quotient, operator: Operator) -> str:
        if operator in ("==", "!="):
            return self.comparison(difference.numerator, operator)
        odd = [number for number, exponent in difference.denominator.items() if exponent % 2]
        sign = prod(self.signs.get(number, 1) for number in odd)
        return self.comparison(difference.numerator * sign, operator, [n for n in odd if n not in self.signs])


def _joined(connective: str, parts: list[str], empty: str) -> str:
    return empty if not parts else parts[0] if len(parts) == 1 else f"({connective} {' '.join(parts)})"


def _sum(polynomial: fmpq_mpoly) -> str:
    terms = [_term(tuple(map(int, monomial)), coefficient) for monomial, coefficient in polynomial.terms()]
    return "0" if not terms else terms[0] if len(terms) == 1 else f"(+ {' '.join(terms)})"


def _term(monomial: tuple[int, ...], coefficient: fmpq) -> str:
    factors = [f"x{i}" for i, exponent in enumerate(monomial) for _ in range(exponent)]
    if coefficient != 1 or not factors:
        factors.insert(0, number(to_fraction(coefficient)))
    return factors[0] if len(factors) == 1 else f"(* {' '.join(factors)})"


def number(value: Fraction) -> str:
    """Print a rational."""
    size = str(abs(value.numerator))
    size = size if value.denominator == 1 else f"(/ {size} {value.denominator})"
    return size if value >= 0 else f"(- {size})"
