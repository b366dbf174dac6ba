"""Where counterexamples are looked for: simple values of each symbol, and the surfaces on which false claims fail.

A claim such as "the gain is positive" fails on a surface, which random points miss. So a family of points may *solve*
for some symbols: all the others are drawn, and these follow from a polynomial equation, exactly. Equations among the
hypotheses are solved in every family; the zero loci and poles of a claim each give families of their own.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from math import gcd

from flint import fmpq, fmpq_mpoly, fmpq_poly

from proofs_check.compiled import Point
from proofs_check.goal import Goal, conjuncts
from proofs_check.positivity import Substitution, coefficients_in
from proofs_check.view import View
from theory.formula import Relation

__all__ = ["Family", "Range", "Space", "cost"]

#: Simple values are the reduced fractions whose numerator and denominator are at most this.
HEIGHT = 6
#: Far out, and close to a bound.
FAR, CLOSE = 1000, fmpq(1, 1000)


def cost(value: fmpq) -> int:
    """Return how complicated a number is to read: 0 before 1 before 2 before 1/2 before -1/2 before 3."""
    if value == 0:
        return 1
    return 4 * max(abs(int(value.p)), int(value.q)) + 2 * (value.q != 1) + (value < 0)


def _simple_values() -> list[fmpq]:
    fractions = [fmpq(n, d) for d in range(1, HEIGHT + 1) for n in range(1, HEIGHT + 1) if gcd(n, d) == 1]
    signed = [fmpq(0), *fractions, *(-value for value in fractions)]
    return sorted([*signed, *(fmpq(sign * n) for n in range(HEIGHT + 1, 13) for sign in (1, -1))], key=cost)


_SIMPLE = _simple_values()


@dataclass(frozen=True)
class Range:
    """What the hypotheses say of one symbol alone.

    Parameters
    ----------
    lower, upper : fmpq or None
        Bounds.
    open_lower, open_upper : bool
        Whether the bound itself is excluded.
    integer : bool
        Whether it takes integer values.
    """

    lower: fmpq | None = None
    upper: fmpq | None = None
    open_lower: bool = False
    open_upper: bool = False
    integer: bool = False

    def admits(self, value: fmpq) -> bool:
        """Whether a value is allowed."""
        if self.integer and value.q != 1:
            return False
        if self.lower is not None and (value < self.lower or (self.open_lower and value == self.lower)):
            return False
        return self.upper is None or not (value > self.upper or (self.open_upper and value == self.upper))

    def with_bound(self, value: fmpq, above: bool, strict: bool) -> Range:
        """Return the range cut at a value, which bounds it from above or from below."""
        if above:
            if self.upper is None or value < self.upper or (value == self.upper and strict):
                return replace(self, upper=value, open_upper=strict)
        elif self.lower is None or value > self.lower or (value == self.lower and strict):
            return replace(self, lower=value, open_lower=strict)
        return self

    @cached_property
    def pool(self) -> tuple[fmpq, ...]:
        """Allowed values worth trying, the simplest first, the extreme ones last."""
        low = self.lower if self.lower is not None else fmpq(0)
        high = self.upper if self.upper is not None else low + FAR
        middle = [low + (high - low) * fmpq(k, 4) for k in (2, 1, 3)]
        shifted = [low + value for value in _SIMPLE[:8]] if low != 0 else []
        extreme = [low + CLOSE, high - CLOSE, high, low + 100, -high if self.lower is None else high]
        return tuple(value for value in dict.fromkeys([*_SIMPLE, *shifted, *middle, *extreme]) if self.admits(value))


@dataclass(frozen=True)
class Family:
    """Points of which some coordinates are drawn and the others follow.

    Parameters
    ----------
    solved : tuple of (position, polynomial)
        Symbols to solve for. No polynomial contains a symbol that an entry before it solves for, so the last entry is
        solved first.
    locus : fmpq_mpoly or None
        What vanishes all over it; ``None`` for the whole domain.
    """

    solved: tuple[tuple[int, fmpq_mpoly], ...] = ()
    locus: fmpq_mpoly | None = None

    @cached_property
    def positions(self) -> frozenset[int]:
        """The symbols solved for."""
        return frozenset(position for position, _ in self.solved)

    @cached_property
    def _coefficients(self) -> tuple[tuple[int, dict[int, fmpq_mpoly]], ...]:
        return tuple((position, coefficients_in(p, position)) for position, p in reversed(self.solved))

    def complete(self, values: Sequence[fmpq], others: int) -> Iterator[list[fmpq]]:
        """Yield the points with these values of the free symbols; the others' entries are overwritten.

        Parameters
        ----------
        values : sequence of fmpq
            One for each symbol.
        others : int
            How many further variables the ring has; no polynomial here contains them.
        """
        points = [list(values)]
        for position, coefficients in self._coefficients:
            found = []
            for point in points:
                at = (*point, *(fmpq(0),) * others)
                roots = _roots({exponent: c(*at) for exponent, c in coefficients.items()})
                found += [[*point[:position], root, *point[position + 1 :]] for root in roots]
            points = found
        yield from points


def _roots(coefficients: dict[int, fmpq]) -> list[fmpq]:
    """Return the rational roots of a polynomial that is given by its coefficients."""
    if coefficients.keys() <= {0, 1}:
        slope = coefficients.get(1, fmpq(0))
        return [-coefficients.get(0, fmpq(0)) / slope] if slope else []
    degree = max(coefficients)
    polynomial = fmpq_poly([coefficients.get(i, fmpq(0)) for i in range(degree + 1)])
    return [root for root, _ in polynomial.roots()] if polynomial.degree() > 0 else []


class Space:
    """The domain of a goal: ranges of its symbols and families of points.

    Parameters
    ----------
    goal : Goal
        Whose hypotheses bound it.
    view : View
        The goal with every definition expanded.
    """

    def __init__(self, goal: Goal, view: View) -> None:
        self.goal, self.ring = goal, view.ring
        self.size, self.others = len(goal.symbols), len(view.ring.symbols) - len(goal.symbols)
        self.ranges = [Range(integer=symbol in goal.integers) for symbol in goal.symbols]
        self._eliminated: list[Substitution] = []
        equations: list[tuple[int, fmpq_mpoly]] = []
        for hypothesis in conjuncts(goal.hypotheses):
            if not isinstance(hypothesis, Relation):
                continue
            difference = view.difference(hypothesis)
            if hypothesis.operator == "==":
                equations += self._solve(difference.numerator)
            elif hypothesis.operator != "!=" and not difference.denominator:
                self._bound(difference.numerator, hypothesis.operator)
        self.whole = Family(tuple(equations))
        #: Symbols that more hypotheses speak of come first where simplicity is a matter of taste.
        mentions = [sum(symbol in h.symbols for h in goal.hypotheses) for symbol in goal.symbols]
        self.priority = sorted(range(self.size), key=lambda i: -mentions[i])

    def _bound(self, polynomial: fmpq_mpoly, operator: str) -> None:
        """Cut one symbol's range where a hypothesis bounds it by a constant."""
        used = [i for i, degree in enumerate(polynomial.degrees()) if degree]
        if len(used) != 1 or polynomial.total_degree() != 1:
            return
        parts = coefficients_in(polynomial, used[0])
        slope, offset = parts[1].leading_coefficient(), parts[0].leading_coefficient() if 0 in parts else fmpq(0)
        above = (slope > 0) == (operator in ("<", "<="))
        self.ranges[used[0]] = self.ranges[used[0]].with_bound(-offset / slope, above, operator in ("<", ">"))

    def _solve(self, polynomial: fmpq_mpoly) -> list[tuple[int, fmpq_mpoly]]:
        """Solve an equation among the hypotheses for a symbol that it contains to the first power."""
        for step in self._eliminated:
            polynomial = step.apply(polynomial)
        degrees = polynomial.degrees()
        for position in range(self.size):
            if degrees[position] == 1 and not self.ranges[position].integer:
                parts = coefficients_in(polynomial, position)
                zero = self.ring.context.constant(0)
                self._eliminated.append(Substitution(position, -parts.get(0, zero), parts[1]))
                return [(position, polynomial)]
        return []

    def families(self, polynomials: Iterable[fmpq_mpoly]) -> list[Family]:
        """Return the families of points on the zero loci of polynomials, one for each symbol to solve for."""
        found = []
        for polynomial in polynomials:
            for step in self._eliminated:
                polynomial = step.apply(polynomial)
            for position, degree in enumerate(polynomial.degrees()[: self.size]):
                if degree and position not in self.whole.positions:
                    found.append(Family((*self.whole.solved, (position, polynomial)), polynomial))
        return found

    def grid(self, family: Family, most: int) -> Iterator[Point]:
        """Yield points of a family whose free coordinates take their simplest values, in all combinations.

        Parameters
        ----------
        family : Family
            Which points.
        most : int
            At most so many combinations; the fewer coordinates are free, the more values each takes.
        """
        free = [i for i in range(self.size) if i not in family.positions]
        each = int((most + 0.5) ** (1 / len(free))) if free else 1
        for choice in product(*(self.ranges[i].pool[:each] for i in free)):
            values = [fmpq(0)] * self.size
            for position, value in zip(free, choice, strict=True):
                values[position] = value
            yield from map(tuple, family.complete(values, self.others))

    def draw(self, family: Family, rng: random.Random) -> Iterator[Point]:
        """Draw points of a family, simple ones most often, and points beside them."""
        values = [self._value(self.ranges[i].pool, rng) for i in range(self.size)]
        for point in family.complete(values, self.others):
            yield tuple(point)
            if family.locus is not None:
                yield from self._beside(family, point, rng)

    def _beside(self, family: Family, point: Sequence[fmpq], rng: random.Random) -> Iterator[Point]:
        """Move the symbol that was solved for a little to either side."""
        position = family.solved[-1][0]
        value = point[position]
        if self.ranges[position].integer:
            near = [fmpq(value.floor()), fmpq(value.ceil()), value + 1, value - 1]
        else:
            step = fmpq(1, rng.choice((2, 8, 64, 1024)))
            near = [value * (1 + step), value * (1 - step), value + step, value - step]
        for moved in near:
            moved_values = [*point[:position], moved, *point[position + 1 :]]
            for completed in self.whole.complete(moved_values, self.others):
                yield tuple(completed)

    @staticmethod
    def _value(pool: Sequence[fmpq], rng: random.Random) -> fmpq:
        if not pool:
            return fmpq(1)
        # Squaring a uniform number prefers the front of the pool, where the simple values are.
        return pool[int(len(pool) * rng.random() ** 2)]
