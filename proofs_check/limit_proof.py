"""Proofs of limits for all parameter values, in cases where a leading coefficient may vanish for some of them.

Numerator and denominator are expanded about the point. Where no leading coefficient of a denominator can vanish, their
orders decide. Where one can, the parameters fall into those for which it is positive, negative and zero; in the last
case the next coefficient leads. What the hypotheses say of the moving variable holds weakly at its point, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

import sympy as sp
from flint import fmpq_mpoly

from proofs_check.goal import conjuncts
from proofs_check.positivity import Sign
from proofs_check.prover import Backing, Prover
from proofs_check.rational import Quotient
from proofs_check.series import Approach, Leading
from proofs_check.view import View
from theory.claim import Limit
from theory.formula import Formula, Relation, eq, ge, gt, lt

__all__ = ["Counter", "LimitProof", "Open", "Splits"]

Facts = tuple[Formula, ...]
Splits = Mapping[tuple[str, ...], fmpq_mpoly]
"""Which polynomial's sign the cases under given facts differ in."""

#: Cases inside cases, at most.
MAX_DEPTH = 5
#: Polynomials of more terms are no case distinction.
MAX_TERMS = 20


class Open(Exception):
    """Why a proof did not go through."""


class Counter(Open):
    """A case in which the limit is another one, or does not exist: ``coefficient`` is what ought to vanish there.

    Parameters
    ----------
    reason : str
        What is wrong.
    facts : tuple of Formula
        The case. Nothing says yet that it can occur.
    coefficient : fmpq_mpoly, optional
        It is wrong where this is not zero; by default everywhere.
    """

    def __init__(self, reason: str, facts: Facts, coefficient: fmpq_mpoly | None = None) -> None:
        super().__init__(reason)
        self.facts, self.coefficient = facts, coefficient


class _Unsettled(Exception):
    """A coefficient that might vanish."""

    def __init__(self, coefficient: fmpq_mpoly) -> None:
        self.coefficient = coefficient


class _Stated(Protocol):
    """What is to be proved, as :class:`proofs_check.limits.LimitProblem` has it."""

    limit: Limit
    view: View
    approach: Approach
    infinite: bool

    @property
    def difference(self) -> Quotient:
        """What tends to 0 if a finite limit is right, and to the same infinity if an infinite one is."""


class LimitProof:
    """One attempt at a proof.

    Parameters
    ----------
    problem : LimitProblem
        What is to be proved.
    prover : Prover
        Of the problem's goal, for signs.
    splits : mapping, optional
        The case distinctions of an earlier proof, which are made again; by default they are looked for.

    Attributes
    ----------
    splits : dict
        The case distinctions that were made.
    """

    def __init__(self, problem: _Stated, prover: Prover, splits: Splits | None = None) -> None:
        self.problem, self.prover, self.given = problem, prover, splits
        self.view, self.ring, self.approach = problem.view, problem.view.ring, problem.approach
        self.splits: dict[tuple[str, ...], fmpq_mpoly] = {}

    def run(self) -> tuple[Backing, str]:
        """Return who vouches for the proof, and how it went.

        Raises
        ------
        Open
            If it did not go through; Counter, where it is plain why.
        """
        backing = self._in_case((), MAX_DEPTH)
        how = "the sign of the leading coefficient" if self.problem.infinite else "leading coefficients"
        cases = f", in cases by the signs of {', '.join(self._distinctions())}" if self.splits else ""
        values = "" if self.problem.infinite else ", for all values of the parameters"
        return backing, f"by orders of vanishing and {how}{values}{cases}"

    def _distinctions(self) -> list[str]:
        return list(dict.fromkeys(self.ring.text(polynomial) for polynomial in self.splits.values()))

    def _in_case(self, facts: Facts, depth: int) -> Backing:
        """Prove the limit under further facts, in cases of its own where that is needed."""
        try:
            return self._directly(facts)
        except _Unsettled as doubt:
            near = (*facts, *(fact for fact in self._near_the_point() if fact not in facts))
            if near != facts:
                return self._in_case(near, depth)
            polynomial = self._distinction(doubt.coefficient, facts) if depth else None
            if polynomial is None:
                text = self.ring.text(doubt.coefficient)
                raise Open(f"{text} could not be proved nonzero{_where(facts)}") from None
        self.splits[tuple(map(str, facts))] = polynomial
        total, expression = Backing.exact(), self.ring.expression(polynomial)
        known = self._sign(polynomial, facts)
        # The case in which it vanishes comes last: it is the one that may go wrong.
        for direction, fact in ((1, gt(expression, 0)), (-1, lt(expression, 0)), (0, eq(expression, 0))):
            if not direction or known.direction in (0, direction):
                total = total & self._in_case((*facts, fact), depth - 1)
        return total

    def _directly(self, facts: Facts) -> Backing:
        """Compare orders of vanishing; every leading coefficient that is divided by must not vanish."""
        ring, difference, backing = self.ring, self.problem.difference, Backing.exact()
        leading = {}
        for factor in sorted(difference.inverted | self.approach.target.inverted):
            leading[factor] = self._leading(ring.factors[factor], facts)
            backing = backing & self._nonzero(leading[factor].coefficient.numerator, facts)
        bottom = sum(exponent * leading[factor].order for factor, exponent in difference.denominator.items())
        expansion = self.approach.expansion(difference.numerator)
        terms = {order: term for order, term in expansion.items() if not self._vanishes(term, facts)}
        if not self.problem.infinite:
            too_large = [order for order in terms if order <= bottom]
            if too_large:
                reason = f"the leading coefficients do not give the stated value{_where(facts)}"
                raise Counter(reason, facts, terms[min(too_large)].numerator)
            return backing
        top = min(terms, default=0)
        if not terms or top >= bottom:
            raise Counter(f"the expression stays bounded{_where(facts)}", facts)
        ratio = terms[top]
        for factor, exponent in difference.denominator.items():
            ratio = ring.multiply(ratio, ring.inverse(ring.power(leading[factor].coefficient, exponent)))
        return backing & self._infinite(ratio, bottom - top, facts)

    def _infinite(self, ratio: Quotient, order: int, facts: Facts) -> Backing:
        """Prove that an expression whose leading coefficient is ``ratio`` tends to the stated infinity."""
        ring, limit = self.ring, self.problem.limit
        if order % 2 and not self.approach.infinite:
            side = ring.subtract(ring.symbol(limit.variable), self.approach.target)
            ratio = ring.multiply(ratio, side)
        polynomial = ratio.numerator * ring.product({f: 1 for f, e in ratio.denominator.items() if e % 2})
        found = self.prover.sign(self.view, polynomial, facts)
        if found is None or not found[0].strict or found[0].direction != (1 if limit.value == sp.oo else -1):
            raise Open(f"the sign of {ring.text(polynomial)} could not be proved{_where(facts)}")
        return found[1]

    def _leading(self, polynomial: fmpq_mpoly, facts: Facts) -> Leading:
        """Return the first term that does not vanish identically under the facts."""
        terms = self.approach.expansion(polynomial)
        for order in sorted(terms):
            if not self._vanishes(terms[order], facts):
                return Leading(order, terms[order])
        raise Counter(f"it is undefined all the way{_where(facts)}", facts)

    def _vanishes(self, coefficient: Quotient, facts: Facts) -> bool:
        """Whether a coefficient is zero wherever the hypotheses hold, some of which may be equations."""
        charts = self.prover.certifier(self.view).charts(facts)
        return all(chart.vanishes(coefficient.numerator) for chart in charts)

    def _nonzero(self, coefficient: fmpq_mpoly, facts: Facts) -> Backing:
        found = self.prover.sign(self.view, coefficient, facts)
        if found is None or not found[0].strict:
            raise _Unsettled(coefficient)
        return found[1]

    def _sign(self, polynomial: fmpq_mpoly, facts: Facts) -> Sign:
        return self.prover.certifier(self.view).sign(polynomial, facts)

    def _near_the_point(self) -> Iterator[Formula]:
        """Yield what follows for the parameters alone: a comparison that holds on the way holds weakly at its end."""
        if self.approach.infinite or self.approach.target.denominator:
            return
        for relation in conjuncts(self.view.assumptions):
            if not isinstance(relation, Relation) or relation.operator in ("==", "!="):
                continue
            difference = self.view.difference(relation)
            moving = difference.numerator.degrees()[self.approach.position] > 0
            if moving and not difference.inverted:
                end = self.approach.expansion(difference.numerator).get(0, self.ring.constant(0)).numerator
                if not end.is_constant():
                    expression = self.ring.expression(end)
                    yield ge(expression, 0) if relation.operator in (">", ">=") else ge(-expression, 0)

    def _distinction(self, coefficient: fmpq_mpoly, facts: Facts) -> fmpq_mpoly | None:
        """Choose a polynomial whose sign to distinguish: one factor, or a symbol in a factor that is never negative."""
        if self.given is not None:
            return self.given.get(tuple(map(str, facts)))
        for factor, _ in coefficient.factor()[1]:
            known = self._sign(factor, facts)
            if known.strict:
                continue
            symbols: list[fmpq_mpoly] = [
                self.ring.context.gen(i) for i, degree in enumerate(factor.degrees()) if degree > 0
            ]
            candidates: tuple[fmpq_mpoly, ...] = (*(symbols if known.direction else ()), factor, *symbols)
            for candidate in candidates:
                if len(candidate) <= MAX_TERMS and not self._decided(candidate, facts):
                    return candidate
        return None

    def _decided(self, polynomial: fmpq_mpoly, facts: Facts) -> bool:
        """Whether facts or hypotheses say of a polynomial what a distinction would."""
        expression = self.ring.expression(polynomial)
        asked = any(fact in facts for fact in (gt(expression, 0), lt(expression, 0), eq(expression, 0)))
        return asked or self._sign(polynomial, facts).strict


def _where(facts: Facts) -> str:
    return f" where {' and '.join(map(str, facts))}" if facts else ""
