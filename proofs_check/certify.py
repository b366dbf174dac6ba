"""Formulas proved by certificates alone: every relation comes down to the sign of a polynomial.

An equivalence ``a < b iff c < d`` is proved by showing that ``b - a`` is a positive multiple of ``d - c``; one between
zero sets by showing that both sides have the same factors, up to factors that never vanish.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product as all_choices
from typing import Any

from flint import fmpq, fmpq_mpoly

from proofs_check.budget import Deadline
from proofs_check.goal import conjuncts
from proofs_check.positivity import MAX_SQUARES, Bounded, Chart, Sign
from proofs_check.rational import Quotient
from proofs_check.view import View
from theory.formula import And, Formula, Iff, Implies, Not, Operator, Or, Relation

__all__ = ["Certificate", "Certifier"]

#: Disjunctions among the hypotheses are split into at most this many cases; further ones are not used.
MAX_CASES = 8
#: A numerator is not multiplied by its denominator, to find their common sign, beyond this many products of terms.
MAX_PRODUCTS = 50_000
#: Hypotheses with more negative terms than this are not combined with a conclusion.
MAX_MULTIPLIERS = 40


@dataclass(frozen=True)
class Certificate:
    """Why a formula follows, in terms that exact arithmetic checks again. ``record`` is ready for JSON."""

    record: Any

    @property
    def squares(self) -> bool:
        """Whether it rests on a square, completed or in a sum."""
        return _mentions(self.record, {"square in", "sum of squares"})


def _mentions(record: Any, keys: set[str]) -> bool:
    if isinstance(record, Mapping):
        return bool(keys & record.keys()) or any(_mentions(part, keys) for part in record.values())
    return isinstance(record, list) and any(_mentions(part, keys) for part in record)


class Certifier:
    """Proves signs and formulas in one view, under its assumptions and whatever the context adds.

    Parameters
    ----------
    view : View
        Where to prove.
    seconds : float
        How long one sign or one formula may take.
    """

    def __init__(self, view: View, seconds: float) -> None:
        self.view, self.seconds = view, seconds
        self._deadline = Deadline.after_work(seconds)
        self._sums: float = 0
        self._charts: dict[tuple[Formula, ...], list[Chart]] = {}
        self._proofs: dict[tuple[Formula, bool], Certificate | None] = {}

    def sign(self, polynomial: fmpq_mpoly, context: tuple[Formula, ...] = ()) -> Sign:
        """Return what can be certified of a polynomial's sign under the hypotheses and the context."""
        self._deadline = Deadline.after_work(self.seconds)
        return self._sign(polynomial, context)

    def _sign(
        self, polynomial: fmpq_mpoly, context: tuple[Formula, ...], squares: int = MAX_SQUARES, sums: float = 0
    ) -> Sign:
        signs = [chart.sign(polynomial, squares, sums) for chart in self.charts(context)]
        directions = {sign.direction for sign in signs}
        reason = signs[0].reason if len(signs) == 1 else {"cases": [sign.reason for sign in signs]}
        direction = directions.pop() if len(directions) == 1 else 0
        return Sign(direction, all(sign.strict for sign in signs), reason)

    def plain_sign(self, polynomial: fmpq_mpoly) -> Sign:
        """Return what the hypotheses say of a polynomial's sign without completing a square."""
        self._deadline = Deadline.after_work(self.seconds)
        return self._sign(polynomial, (), squares=0)

    def prove(self, formula: Formula, *, sums: bool = False) -> Certificate | None:
        """Prove a formula wherever it is defined, or give up.

        Parameters
        ----------
        formula : Formula
            What is to follow from the assumptions.
        sums : bool
            Whether to look for sums of squares too, which takes up to as long again for each polynomial.
        """
        if (formula, sums) not in self._proofs:
            self._deadline, self._sums = Deadline.after_work(self.seconds), self.seconds if sums else 0
            self._proofs[formula, sums] = self._prove(formula, ())
        return self._proofs[formula, sums]

    def _prove(self, formula: Formula, context: tuple[Formula, ...]) -> Certificate | None:
        if isinstance(formula, Relation):
            return self._prove_relation(formula, context)
        if isinstance(formula, And):
            return _all(self._prove(part, context) for part in formula.operands)
        if isinstance(formula, Or):
            return _any(self._prove(part, context) for part in formula.operands)
        if isinstance(formula, Implies):
            return self._prove(formula.consequence, (*context, formula.condition))
        if isinstance(formula, Not):
            opposite = _negated(formula.operand)
            return None if opposite is None else self._prove(opposite, context)
        if isinstance(formula, Iff):
            both = (Implies(formula.left, formula.right), Implies(formula.right, formula.left))
            return self._prove_equivalence(formula, context) or _all(self._prove(part, context) for part in both)
        return None

    def charts(self, context: tuple[Formula, ...]) -> list[Chart]:
        """Return one chart for each case into which the assumptions fall."""
        if context not in self._charts:
            cases = self._cases(context)
            self._charts[context] = [
                Chart(self.view.ring.context, case, lambda: self._deadline.passed) for case in cases
            ]
        return self._charts[context]

    def coordinates(self) -> list[dict[str, Any]]:
        """Return the charts of every context so far, ready for JSON, so that they can be checked without a search."""
        names = [str(symbol) for symbol in self.view.ring.symbols]
        self.charts(())
        return [
            {
                "context": [str(formula) for formula in context],
                "cases": [
                    [[names[step.position], step.numerator.str(), step.denominator.str()] for step in chart.steps]
                    for chart in charts
                ],
            }
            for context, charts in self._charts.items()
        ]

    def _cases(self, context: tuple[Formula, ...]) -> list[list[Bounded]]:
        fixed: list[Bounded] = []
        splits: list[list[list[Bounded]]] = []
        assumed = list(conjuncts(self.view.assumptions))
        for formula in conjuncts((*assumed, *context)):
            # The signs of what a further assumption divides by follow from the hypotheses, not from itself.
            signs_known = formula not in assumed
            if isinstance(formula, Not):
                formula = _negated(formula.operand) or formula
            if isinstance(formula, Relation):
                fixed += self._literals(formula, signs_known)
            elif isinstance(formula, Or) and all(isinstance(part, Relation) for part in formula.operands):
                split = [self._literals(part, signs_known) for part in formula.relations]
                cases = len(split)
                for other in splits:
                    cases *= len(other)
                if cases <= MAX_CASES:
                    splits.append(split)
        return [[*fixed, *(literal for part in choice for literal in part)] for choice in all_choices(*splits)]

    def _literals(self, relation: Relation, signs_known: bool) -> list[Bounded]:
        """State a hypothesis in polynomials: it holds, so it is defined, so none of its denominators vanishes."""
        difference = self.view.difference(relation)
        literals: list[Bounded] = [(self.view.ring.factors[number], "!=") for number in sorted(difference.inverted)]
        operator = relation.operator
        if operator in ("==", "!="):
            return [(difference.numerator, "==" if operator == "==" else "!="), *literals]
        polynomial, odd = difference.numerator, self._odd_part(difference.denominator)
        known = self._sign(odd, ()).direction if signs_known else 0
        polynomial = polynomial * (known or odd)
        flipped = -polynomial if operator in ("<", "<=") else polynomial
        return [(flipped, ">" if operator in ("<", ">") else ">="), *literals]

    def _odd_part(self, denominator: Mapping[int, int]) -> fmpq_mpoly:
        return self.view.ring.product({number: 1 for number, exponent in denominator.items() if exponent % 2})

    def _sign_of_quotient(self, quotient: Quotient, context: tuple[Formula, ...], sums: float = 0) -> Sign:
        """Return the sign of a quotient where it is defined: a denominator is never zero there."""
        numerator = self._sign(quotient.numerator, context, sums=sums)
        odd = self._odd_part(quotient.denominator)
        denominator = self._sign(odd, context)
        if quotient.denominator and not numerator.direction and len(quotient.numerator) * len(odd) <= MAX_PRODUCTS:
            # Together they may have a sign that neither has alone.
            together = self._sign(quotient.numerator * odd, context)
            return Sign(together.direction, numerator.strict, together.reason)
        reason = {"numerator": numerator.reason, "denominator": denominator.reason}
        return Sign(numerator.direction * denominator.direction, numerator.strict, reason)

    def _prove_relation(self, relation: Relation, context: tuple[Formula, ...]) -> Certificate | None:
        difference = self.view.difference(relation)
        if difference.is_zero:
            return Certificate("identity") if relation.operator in ("==", "<=", ">=") else None
        if relation.operator == "==":
            zero = all(chart.vanishes(difference.numerator) for chart in self.charts(context))
            return Certificate("identity under the hypotheses") if zero else None
        by_consequence = self._prove_by_consequence(relation, context) if context else None
        if by_consequence is not None:
            return by_consequence
        sign = self._sign_of_quotient(difference, context)
        if self._sums and not sign.meets(relation.operator):
            sign = self._sign_of_quotient(difference, context, self._sums)
        return Certificate(self._record(sign, context)) if sign.meets(relation.operator) else None

    def _prove_by_consequence(self, relation: Relation, context: tuple[Formula, ...]) -> Certificate | None:
        """Prove ``p >= 0`` from ``h >= 0`` by monomials u > 0 and v >= 0 for which ``u p - v h`` is nonnegative.

        They are chosen so that a negative term of one cancels against a negative term of the other.
        """
        goals = self._literals(relation, signs_known=True)
        if len(goals) == 0 or goals[0][1] not in (">", ">="):
            return None
        (goal, bound), given = goals[0], [f for f in conjuncts(context) if isinstance(f, Relation)]
        for literal, known_bound in (self._literals(formula, signs_known=True)[0] for formula in given):
            if known_bound not in (">", ">=") or (bound == ">" and known_bound == ">="):
                continue
            for u, v in _multipliers(goal, literal):
                if not self._sign(u, ()).meets(">") or not self._sign(v, ()).meets(bound):
                    continue
                rest = self._sign(u * goal - v * literal, (), squares=0)
                if rest.direction == 1:
                    names = {"u": u.str(), "v": v.str(), "hypothesis": literal.str()}
                    return Certificate(self._record(rest, ()) | names)
        return None

    def _record(self, sign: Sign, context: tuple[Formula, ...]) -> dict[str, Any]:
        names = [str(symbol) for symbol in self.view.ring.symbols]
        charts = [chart.describe(names) for chart in self.charts(context)]
        return {"symbols": names, "charts": charts, "certificate": sign.reason}

    def _prove_equivalence(self, formula: Iff, context: tuple[Formula, ...]) -> Certificate | None:
        left, right = self._as_one(formula.left), self._as_one(formula.right)
        if left is None or right is None or left[1] != right[1] or left[0].is_zero or right[0].is_zero:
            return None
        if left[1] in ("==", "!="):
            shared = self._vanishing(left[0], context)
            same = shared == self._vanishing(right[0], context)
            return Certificate({"both vanish exactly with": sorted(shared)}) if same else None
        ratio = self.view.ring.multiply(left[0], self.view.ring.inverse(right[0]))
        sign = self._sign_of_quotient(ratio, context)
        positive = sign.meets(">") and self._sign_of_quotient(self.view.ring.inverse(ratio), context).strict
        return Certificate(self._record(sign, context)) if positive else None

    def _as_one(self, formula: Formula) -> tuple[Quotient, Operator] | None:
        """Read a formula as one comparison with zero by ``>``, ``>=``, ``==`` or ``!=``, where it is one."""
        if isinstance(formula, Relation):
            difference = self.view.difference(formula)
            if formula.operator in ("<", "<="):
                return self.view.ring.negate(difference), ">" if formula.operator == "<" else ">="
            return difference, formula.operator
        if isinstance(formula, And | Or):
            operator: Operator = "!=" if isinstance(formula, And) else "=="
            parts = [self._as_one(part) for part in formula.operands]
            whole = self.view.ring.constant(1).numerator
            for part in parts:
                if part is None or part[1] != operator:
                    return None
                whole = whole * part[0].numerator  # without the denominators, which would cancel zeros of other parts
            return self.view.ring.polynomial(whole), operator
        if isinstance(formula, Not):
            opposite = _negated(formula.operand)
            return None if opposite is None else self._as_one(opposite)
        return None

    def _vanishing(self, quotient: Quotient, context: tuple[Formula, ...]) -> set[str]:
        """Return the factors of a numerator that may vanish."""
        _, factors = quotient.numerator.factor()
        return {factor.str() for factor, _ in factors if not self._sign(factor, context).strict}


def _multipliers(goal: fmpq_mpoly, literal: fmpq_mpoly) -> Iterator[tuple[fmpq_mpoly, fmpq_mpoly]]:
    """Yield monomials that make a negative term of the goal equal to one of the hypothesis, the simplest first."""
    context = goal.context()
    ours = next(((monomial, c) for monomial, c in goal.terms() if c < 0), None)
    theirs = [(monomial, c) for monomial, c in literal.terms() if c < 0]
    if ours is None or len(theirs) > MAX_MULTIPLIERS:
        return
    pivot = ours[0]

    def distance(term: tuple[Sequence[int], fmpq]) -> int:
        return sum(abs(a - b) for a, b in zip(pivot, term[0], strict=True))

    for monomial, coefficient in sorted(theirs, key=distance):
        common = [max(a, b) for a, b in zip(ours[0], monomial, strict=True)]
        u = [c - a for c, a in zip(common, ours[0], strict=True)]
        v = [c - b for c, b in zip(common, monomial, strict=True)]
        yield context.from_dict({tuple(u): 1}), context.from_dict({tuple(v): ours[1] / coefficient})


def _negated(formula: Formula) -> Formula | None:
    if isinstance(formula, Relation):
        return formula.negated()
    if isinstance(formula, Not):
        return formula.operand
    if isinstance(formula, And | Or):
        parts = tuple(Not(part) for part in formula.operands)
        return Or(parts) if isinstance(formula, And) else And(parts)
    if isinstance(formula, Implies):
        return And((formula.condition, Not(formula.consequence)))
    return None


def _all(parts: Iterable[Certificate | None]) -> Certificate | None:
    records = []
    for part in parts:
        if part is None:
            return None
        records.append(part.record)
    return Certificate({"all of": records})


def _any(parts: Iterable[Certificate | None]) -> Certificate | None:
    return next((part for part in parts if part is not None), None)
