"""The search for one exact point with a property: on surfaces first, then wherever Hypothesis looks."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

import sympy as sp
from flint import fmpq

from proofs_check.budget import Deadline
from proofs_check.compiled import Point
from proofs_check.goal import Standing
from proofs_check.rational import to_fraction
from proofs_check.shrink import shrink
from proofs_check.space import Family, Space

if TYPE_CHECKING:  # importing Hypothesis takes longer than most proofs
    from hypothesis.strategies import SearchStrategy

__all__ = ["Choice", "Hunt"]

Choice: TypeAlias = tuple[Family, *tuple[Fraction, ...]]
"""A family of points and a value for each coordinate; those that the family solves for are overwritten."""

#: Draws from each surface; each gives up to five points, on it and beside it.
DRAWS_PER_SURFACE = 12
#: Combinations of simple values that are tried on each surface before anything is drawn.
GRID = 64
#: Hypothesis knows no time limit, so it is asked in portions.
PORTION = 250
#: So many points are remembered; after that a repeated one counts again, and a hunt of hours does not fill the memory.
REMEMBERED = 1_000_000


class Hunt:
    """Looks for a point that the hypotheses admit and that has a property.

    Parameters
    ----------
    space : Space
        Where to look.
    admits : callable
        Whether the hypotheses hold at a point.
    has_property : callable
        Asked of admitted points only. ``None`` says that the question is undefined there.
    surfaces : sequence of Family
        Where to look first, and along which to shrink.
    seed : int or str
        Makes the search repeatable.

    Attributes
    ----------
    undefined : Point or None
        An admitted point where the question is undefined.
    asked : int
        How many points were looked at, repeated ones and those that the hypotheses exclude included.
    """

    def __init__(
        self,
        space: Space,
        admits: Callable[[Point], bool],
        has_property: Callable[[Point], bool | None],
        surfaces: Sequence[Family],
        seed: int | str,
    ) -> None:
        self.space, self.surfaces = space, tuple(surfaces)
        self._admits, self._has_property = admits, has_property
        self._random = random.Random(f"{seed}")
        self._tested: set[tuple[str, ...]] = set()
        self._forgotten = 0
        self.asked = 0
        self.undefined: Point | None = None

    def accepts(self, point: Point) -> bool:
        """Whether a point is what is looked for."""
        self.asked += 1
        if not self._admits(point):
            return False
        self._tested.add(tuple(map(str, point)))  # python-flint's own hash is slower than all the rest
        if len(self._tested) == REMEMBERED:
            self._forgotten += REMEMBERED
            self._tested.clear()
        answer = self._has_property(point)
        if answer is None and self.undefined is None:
            self.undefined = point
        return bool(answer)

    def standing(self, point: Point) -> Standing:
        """Say how a point stands: outside the hypotheses, with the property (violated), without, or undefined."""
        if not self._admits(point):
            return Standing.OUTSIDE
        answer = self._has_property(point)
        return Standing.UNDEFINED if answer is None else Standing.VIOLATED if answer else Standing.HOLDS

    @property
    def tested(self) -> int:
        """How many different admitted points were asked."""
        return self._forgotten + len(self._tested)

    def first(self, points: Iterable[Point], deadline: Deadline | None = None) -> Point | None:
        """Return the first accepted one of some points, if it is found in time."""
        for point in points:
            if self.accepts(point):
                return point
            if deadline is not None and deadline.passed:
                break
        return None

    def scan(self, samples: int, deadline: Deadline) -> Point | None:
        """Try simple points, then each surface, then more points.

        Parameters
        ----------
        samples : int
            How many points to draw from the whole domain.
        deadline : Deadline
            When to stop early.
        """
        early = samples // 4
        plan = [(self.space.whole, early), *((surface, DRAWS_PER_SURFACE) for surface in self.surfaces)]
        for family, draws in plan:
            found = self.first(self.space.grid(family, GRID), deadline)
            if found is None and not deadline.passed:
                found = self._drawn(family, draws, deadline)
            if found is not None or deadline.passed:
                return found
        return self._drawn(self.space.whole, samples - early, deadline)

    def _drawn(self, family: Family, draws: int, deadline: Deadline) -> Point | None:
        for _ in range(draws):
            found = self.first(self.space.draw(family, self._random), deadline)
            if found is not None or deadline.passed:
                return found
        return None

    def with_hypothesis(self, examples: int, deadline: Deadline) -> Point | None:
        """Let Hypothesis choose the surface and the coordinates.

        Parameters
        ----------
        examples : int
            How many choices it may make.
        deadline : Deadline
            When to stop early.
        """
        if any(r.lower is not None and r.upper is not None and r.lower > r.upper for r in self.space.ranges):
            return None  # the hypotheses contradict each other: there is nothing to choose from
        from hypothesis import Phase, find, settings
        from hypothesis.errors import NoSuchExample

        found: list[Point] = []

        def succeeds(choice: Choice) -> bool:
            if deadline.passed:
                return False
            point = self.first(self.points(choice))
            found.extend([] if point is None else [point])
            return point is not None

        # Its own shrinking knows nothing of surfaces; ours does.
        limits = settings(max_examples=min(PORTION, examples), phases=[Phase.generate], database=None, deadline=None)
        for _ in range(0, examples, PORTION):
            if deadline.passed:
                break
            try:
                find(self.choices(), succeeds, settings=limits, random=self._random)
            except NoSuchExample:
                continue
            break
        return found[0] if found else None

    def choices(self) -> SearchStrategy[Choice]:
        """Return what Hypothesis draws: a surface, or the whole domain, and coordinates; :meth:`points` reads it."""
        from hypothesis.strategies import fractions, integers, sampled_from, tuples

        def coordinate(position: int) -> SearchStrategy[Fraction]:
            bounds = self.space.ranges[position]
            low = None if bounds.lower is None else to_fraction(bounds.lower)
            high = None if bounds.upper is None else to_fraction(bounds.upper)
            if bounds.integer:
                return integers(None if low is None else int(low), None if high is None else int(high)).map(Fraction)
            return sampled_from([to_fraction(v) for v in bounds.pool] or [Fraction(1)]) | fractions(
                low, high, max_denominator=10_000
            )

        families = (self.space.whole, *self.surfaces)
        return tuples(sampled_from(families), *(coordinate(i) for i in range(self.space.size)))

    def points(self, choice: Choice) -> Iterator[Point]:
        """Yield the points that a choice stands for: none, one, or one for each root of what is solved for."""
        family, *values = choice
        return map(tuple, family.complete([fmpq(v.numerator, v.denominator) for v in values], self.space.others))

    def shrunk(self, point: Point, deadline: Deadline, *, in_pairs: bool = True) -> dict[sp.Symbol, Fraction]:
        """Return an accepted point made simple, as fractions by symbol; see :func:`proofs_check.shrink.shrink`."""
        small = shrink(self.space, point, self.accepts, self.surfaces, deadline, in_pairs=in_pairs)
        return {symbol: to_fraction(value) for symbol, value in zip(self.space.goal.symbols, small, strict=True)}
