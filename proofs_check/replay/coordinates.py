"""Positivity certificates, checked by code that shares nothing with the search for them.

A certificate says which substitutions lead to coordinates that are nonnegative, or positive, wherever the hypotheses
hold, and why a polynomial has a sign in them. Both are checked here from the polynomials alone. A substitution
``x = N(t)/D(t)``, linear in ``t`` above and below, is inverted: the new coordinate is
``t = (n0 - d0 x)/(d1 x - n1)``, and its sign has to follow from the hypotheses. A sign has to follow from coefficients
that all agree, from the signs of factors whose product is the polynomial, from a completed square, or from a sum of
squares that a nonnegative multiple of it is equal to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from operator import sub
from typing import Any, NamedTuple

from flint import fmpq_mpoly

from proofs_check.replay.polynomials import Failed, coefficients, quotient_of, read_polynomial

__all__ = ["Coordinates", "Fact", "Known", "Step", "product_of"]

#: Polynomials of more terms than this are not compared with every hypothesis.
MAX_COMPARED = 60
#: How many squares may be completed inside each other where a certificate leaves the reason open.
MAX_SQUARES = 2
#: Where it does, no square is completed that takes more products of terms than this.
MAX_PRODUCTS = 20_000

Fact = tuple[fmpq_mpoly, str]
"""A polynomial compared with zero by ``>``, ``>=``, ``==`` or ``!=``, which holds."""


class Known(NamedTuple):
    """What is known of a polynomial: never negative (1), never positive (-1) or open (0); and whether never zero."""

    direction: int
    nonzero: bool

    def meets(self, operator: str) -> bool:
        """Whether it implies a comparison with zero."""
        wanted = {">": (1, True), ">=": (1, False), "<": (-1, True), "<=": (-1, False), "!=": (0, True)}
        direction, nonzero = wanted.get(operator, (2, True))
        return direction in (0, self.direction) and (self.nonzero or not nonzero)


OPEN = Known(0, False)


def product_of(signs: Iterable[tuple[Known, int]]) -> Known:
    """Return the sign of a product of powers."""
    direction, nonzero = 1, True
    for known, exponent in signs:
        direction *= known.direction if exponent % 2 else 1
        nonzero = nonzero and known.nonzero
    return Known(direction, nonzero)


@dataclass(frozen=True)
class Step:
    """A recorded substitution: the variable at ``position`` becomes ``top / bottom``."""

    position: int
    top: fmpq_mpoly
    bottom: fmpq_mpoly

    @cached_property
    def is_trivial(self) -> bool:
        """Whether the variable stays what it is, and only its sign is learnt."""
        context = self.top.context()
        return bool(self.bottom == context.constant(1) and self.top == context.gen(self.position))

    def apply(self, polynomial: fmpq_mpoly) -> fmpq_mpoly:
        """Substitute, and multiply by the denominator as often as it takes to clear it."""
        degree = polynomial.degrees()[self.position]
        if degree <= 0 or self.is_trivial:
            return polynomial
        parts = coefficients(polynomial, self.position)
        total = polynomial.context().constant(0)
        for exponent, part in parts.items():
            total = total + part * self.top**exponent * self.bottom ** (degree - exponent)
        return total


class Coordinates:
    """Coordinates in which hypotheses are mere signs, each step towards them checked.

    Parameters
    ----------
    facts : iterable of Fact
        The hypotheses, in the original variables.
    steps : iterable of Step
        As recorded.
    lenient : bool
        Leave out steps that these facts do not bear out, instead of failing.

    Raises
    ------
    Failed
        If a step does not follow from the facts.
    """

    def __init__(self, facts: Iterable[Fact], steps: Iterable[Step], *, lenient: bool = False) -> None:
        self.facts = list(facts)
        self.steps: list[Step] = []
        self.signs: dict[int, bool] = {}  # position -> whether the coordinate is positive, not merely nonnegative
        for step in steps:
            try:
                self._take(step)
            except Failed:
                if not lenient:
                    raise

    def _take(self, step: Step) -> None:
        """Check one step and change coordinates."""
        if step.position in self.signs:  # this stays true of the variable that is replaced
            generator = step.top.context().gen(step.position)
            self.facts.append((generator, ">" if self.signs[step.position] else ">="))
        signs = dict(self.signs)
        signs.pop(step.position, None)
        moved = self.facts if step.is_trivial else [(step.apply(fact), bound) for fact, bound in self.facts]
        if self._solves_equation(step, moved):
            positive = self.sign(step.bottom)
        else:
            signs[step.position] = self._coordinate(step).nonzero
            positive = _by_coefficients(step.bottom, signs)
        if positive != (1, True):
            raise Failed("a substitution divides by what may vanish or be negative")
        self.facts, self.signs = moved, signs
        self.steps.append(step)

    def _solves_equation(self, step: Step, moved: list[Fact]) -> bool:
        """Whether the step is an equation among the hypotheses, solved for a variable that then is gone."""
        if step.top.degrees()[step.position] > 0 or step.bottom.degrees()[step.position] > 0:
            return False
        return any(
            bound == "=="
            and before.degrees()[step.position] == 1
            and after.is_zero()
            and self.sign(coefficients(before, step.position)[1]).nonzero
            for (before, bound), (after, _) in zip(self.facts, moved, strict=True)
        )

    def _coordinate(self, step: Step) -> Known:
        """Return the sign of the new coordinate, written in the old ones."""
        top, bottom = (coefficients(part, step.position) for part in (step.top, step.bottom))
        if not {*top, *bottom} <= {0, 1}:
            raise Failed("a substitution is not linear in the new coordinate")
        zero, x = step.top.context().constant(0), step.top.context().gen(step.position)
        above = self.sign(top.get(0, zero) - bottom.get(0, zero) * x, self.signs)
        below = self.sign(bottom.get(1, zero) * x - top.get(1, zero), self.signs)
        if not below.nonzero or above.direction * below.direction != 1:
            raise Failed(f"that the new coordinate x{step.position} is nonnegative does not follow from the hypotheses")
        return Known(1, above.nonzero)

    def with_positive(self, positions: Iterable[int]) -> Coordinates:
        """Return these coordinates with further variables known to be positive, none of which was replaced."""
        wider = copy(self)
        wider.signs = self.signs | dict.fromkeys(positions, True)
        return wider

    def image(self, polynomial: fmpq_mpoly) -> fmpq_mpoly:
        """Return a polynomial in these coordinates, times something positive."""
        for step in self.steps:
            polynomial = step.apply(polynomial)
        return polynomial

    def vanishes(self, polynomial: fmpq_mpoly) -> bool:
        """Whether a polynomial is zero wherever the hypotheses hold, as far as their equations show it."""
        return bool(self.image(polynomial).is_zero())

    def sign(self, polynomial: fmpq_mpoly, signs: Mapping[int, bool] | None = None) -> Known:
        """Return what coefficients and hypotheses say of a polynomial in these coordinates, without taking it apart."""
        signs = self.signs if signs is None else signs
        found = _by_coefficients(polynomial, signs)
        if (not found.direction or not found.nonzero) and len(polynomial) <= MAX_COMPARED:
            degrees = polynomial.degrees()
            for fact, bound in self.facts:
                if bound != "==" and len(fact) <= MAX_COMPARED:
                    direction, nonzero = self._by_fact(polynomial, degrees, fact, bound, signs)
                    found = Known(found.direction or direction, found.nonzero or nonzero)
        return found

    @staticmethod
    def _by_fact(
        polynomial: fmpq_mpoly, degrees: tuple[int, ...], fact: fmpq_mpoly, bound: str, signs: Mapping[int, bool]
    ) -> Known:
        """Compare with a hypothesis of which the polynomial is a factor, or the other way round."""
        known = {">": Known(1, True), ">=": Known(1, False), "!=": Known(0, True)}[bound]
        differences = set(map(sub, fact.degrees(), degrees))
        if min(differences) >= 0 and (rest := quotient_of(fact, polynomial)) is not None:
            others = _by_coefficients(rest, signs)
            usable = others.direction if others.nonzero or known.nonzero else 0
            return Known(known.direction * usable, known.nonzero)
        if max(differences) <= 0 and (rest := quotient_of(polynomial, fact)) is not None:
            others = _by_coefficients(rest, signs)
            return Known(known.direction * others.direction, known.nonzero and others.nonzero)
        return OPEN

    def decide(self, polynomial: fmpq_mpoly, squares: int = MAX_SQUARES) -> Known:
        """Return the sign of a polynomial in these coordinates where the certificate gives no reason for it."""
        if polynomial.is_zero():
            return Known(1, False)
        found = self.sign(polynomial)
        if found.direction and found.nonzero:
            return found
        constant, factors = polynomial.factor()
        parts = [(self._decide_factor(factor, squares), int(exponent)) for factor, exponent in factors]
        whole = product_of([(Known(1 if constant > 0 else -1, True), 1), *parts])
        return Known(whole.direction or found.direction, whole.nonzero or found.nonzero)

    def _decide_factor(self, factor: fmpq_mpoly, squares: int) -> Known:
        found = self.sign(factor)
        if (found.direction and found.nonzero) or not squares:
            return found
        for position, degree in enumerate(factor.degrees()):
            if degree != 2:
                continue
            a, b, c = _quadratic(factor, position)
            if len(a) * len(c) + len(b) ** 2 > MAX_PRODUCTS:
                continue
            leading = self.decide(a, squares - 1)
            if leading.direction and leading.direction == self._last(leading, c, squares - 1).direction:
                rest = self.decide(4 * a * c - b * b, squares - 1)
                if rest.direction == 1:
                    return Known(leading.direction, (leading.nonzero and rest.nonzero) or found.nonzero)
        return found

    def _last(self, leading: Known, c: fmpq_mpoly, squares: int) -> Known:
        """Return the sign of what is left of a quadratic where its leading coefficient vanishes, if it may."""
        return leading if leading.nonzero else self.decide(c, squares)

    def follow(self, polynomial: fmpq_mpoly, reason: Any) -> Known:
        """Return the sign of a polynomial in these coordinates for the reason recorded, and for no other.

        Raises
        ------
        Failed
            If the reason is not one, or not for this polynomial.
        """
        if reason is None:
            return OPEN
        if reason == "zero" and polynomial.is_zero():
            return Known(1, False)
        if reason == "coefficients":
            if not _by_coefficients(polynomial, self.signs).direction:
                raise Failed("the coefficients do not all have one sign")
            return self.sign(polynomial)
        if reason == "hypothesis":
            found = self.decide(polynomial, squares=0)
            if found == OPEN:
                raise Failed("a sign does not follow from the hypotheses")
            return found
        if isinstance(reason, Mapping) and "factors" in reason:
            return self._follow_factors(polynomial, reason)
        if isinstance(reason, Mapping) and "square in" in reason:
            return self._follow_square(polynomial, reason)
        if isinstance(reason, Mapping) and "sum of squares" in reason:
            return self._follow_sum(polynomial, reason)
        raise Failed("a reason for a sign is not one that can be checked")

    def _follow_factors(self, polynomial: fmpq_mpoly, reason: Mapping[str, Any]) -> Known:
        context = polynomial.context()
        product = read_polynomial(reason["constant"], context)
        if not product.is_constant() or product.is_zero():
            raise Failed("a constant factor is none")
        constant = Known(1 if product.leading_coefficient() > 0 else -1, True)
        parts = []
        for item in reason["factors"]:
            factor, exponent = read_polynomial(item["factor"], context), int(item["exponent"])
            product = product * factor**exponent
            parts.append((self.follow(factor, item["by"]), exponent))
        if product != polynomial:
            raise Failed("the factors do not multiply to the polynomial")
        whole = product_of([(constant, 1), *parts])
        plain = self.follow(polynomial, reason.get("whole"))
        return Known(whole.direction or plain.direction, whole.nonzero)

    def _follow_square(self, polynomial: fmpq_mpoly, reason: Mapping[str, Any]) -> Known:
        position = int(reason["square in"])
        if not 0 <= position < len(polynomial.degrees()) or polynomial.degrees()[position] != 2:
            raise Failed("a square cannot be completed: the polynomial is not quadratic there")
        a, b, c = _quadratic(polynomial, position)
        leading, rest = self.follow(a, reason["leading"]), self.follow(4 * a * c - b * b, reason["discriminant"])
        last = self._last(leading, c, MAX_SQUARES)
        if not leading.direction or last.direction != leading.direction or rest.direction != 1:
            raise Failed("a completed square does not give the sign")
        return Known(leading.direction, leading.nonzero and rest.nonzero)

    def _follow_sum(self, polynomial: fmpq_mpoly, reason: Mapping[str, Any]) -> Known:
        """Check ``direction * multiplier * polynomial`` against the squares, each times what is nonnegative.

        Where the multiplier vanishes the sign follows by continuity: nothing is used but the signs of coordinates, each
        of which ranges over a half line, or over all numbers.
        """
        context, direction = polynomial.context(), reason["direction"]
        multiplier = read_polynomial(reason["multiplier"], context)
        if direction not in (1, -1) or _by_coefficients(multiplier, self.signs).direction != 1:
            raise Failed("a sum of squares is of a multiple that may change the sign")
        total, nonzero = context.constant(0), False
        for texts in reason["sum of squares"]:
            times, weight, root = (read_polynomial(text, context) for text in texts)
            factor = _by_coefficients(times, self.signs)
            if factor.direction != 1 or not weight.is_constant() or not weight.leading_coefficient() > 0:
                raise Failed("a square is multiplied by what may be negative")
            total = total + times * weight * root**2
            nonzero = nonzero or (factor.nonzero and _by_coefficients(root, self.signs).nonzero)
        if total != direction * multiplier * polynomial:
            raise Failed("the squares do not add up to the polynomial")
        return Known(direction, nonzero or self.sign(polynomial).nonzero)


def _quadratic(polynomial: fmpq_mpoly, position: int) -> tuple[fmpq_mpoly, fmpq_mpoly, fmpq_mpoly]:
    parts, zero = coefficients(polynomial, position), polynomial.context().constant(0)
    return parts[2], parts.get(1, zero), parts.get(0, zero)


def _by_coefficients(polynomial: fmpq_mpoly, signs: Mapping[int, bool]) -> Known:
    """Read the sign off the terms: all have one sign where odd powers are of nonnegative coordinates only."""
    directions, nonzero = set(), False
    for monomial, coefficient in polynomial.terms():
        if any(exponent % 2 and i not in signs for i, exponent in enumerate(monomial)):
            return OPEN
        directions.add(1 if coefficient > 0 else -1)
        nonzero = nonzero or all(signs.get(i, False) for i, exponent in enumerate(monomial) if exponent)
    return Known(directions.pop(), nonzero) if len(directions) == 1 else OPEN
