"""The search for where two sides of an inequality come closest, in exact arithmetic from first to last."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from proofs_check.budget import Deadline
from proofs_check.compiled import CompiledGoal, Point
from proofs_check.goal import Goal, conjuncts
from proofs_check.rational import to_fraction
from proofs_check.shrink import shrink
from proofs_check.space import Family, Range, Space
from proofs_check.view import View, ring_of
from theory.errors import ClaimError
from theory.formula import Relation, eq

__all__ = ["SETTLED", "Measure", "Search"]

#: Simple exact points tried before the numeric search.
SIMPLE = 1_500
#: How far a variable is pushed towards where it may not or cannot arrive: distances, or one over them.
_DISTANCES = tuple(fmpq(1, 10**k) for k in (2, 4, 6, 8))
#: Two sides that come this close, relatively for a ratio, count as meeting in the limit.
SETTLED = fmpq(1, 1000)
#: A push that gains less than this, or where the sides are closer than this already, is none.
NEGLIGIBLE = fmpq(1, 10**9)
#: Factors by which coordinates are changed, one at a time, to climb.
FACTORS = tuple(fmpq(n, d) for n, d in ((1, 2), (2, 1), (7, 8), (9, 8), (63, 64), (65, 64), (1023, 1024), (1025, 1024)))
#: Steps in random directions that are tried where no step along an axis gains.
DIRECTIONS = 200
#: The largest denominator of a coordinate after a step.
ROUNDED = 10**6
#: Denominators of the coordinates of the numeric search.
GRID = 1_000

Measure = Literal["ratio", "slack"]


class Search:
    """Looks for the exact point with the best score: the ratio, or minus the slack.

    Parameters
    ----------
    goal : Goal
        Its hypotheses bound the domain.
    relation : Relation
        ``lhs <= rhs`` or ``lhs < rhs``.
    name : str
        The claim's name, for messages.
    seed : int
        Makes the search repeatable.

    Attributes
    ----------
    measure : {"ratio", "slack"}
        Chosen by :meth:`simple_points`.
    best, value : Point, fmpq
        The best point so far, and its score.
    evaluated : int
        How many points of the domain were scored.
    """

    def __init__(self, goal: Goal, relation: Relation, name: str, seed: int) -> None:
        self.goal, self.seed, self.name = goal, seed, name
        self.space = Space(goal, View(goal, ring_of(goal)))
        self.compiled = CompiledGoal(goal)
        self._lhs, self._rhs = (self.compiled.evaluator(side) for side in (relation.lhs, relation.rhs))
        self._random = random.Random(f"{seed} {name} tightness")
        #: Where both sides are equal; the sharpest points of all, and too thin to be met by chance.
        self.surfaces = self.space.families(_meeting(goal, relation))
        self.borders = list(self._borders())
        self.evaluated = 0
        self.measure: Measure = "ratio"
        self.best: Point = ()
        self.value: fmpq = fmpq(0)

    def _borders(self) -> Iterator[tuple[Family, str]]:
        """Yield the surfaces where a strict hypothesis on several variables would fail, solved for each of them."""
        view = View(self.goal, self.space.ring)
        for hypothesis in conjuncts(self.goal.hypotheses):
            if isinstance(hypothesis, Relation) and hypothesis.operator in ("<", ">") and len(hypothesis.symbols) > 1:
                for family in self.space.families([view.difference(hypothesis).numerator]):
                    yield family, f"where {hypothesis.lhs} = {hypothesis.rhs}"

    def sides(self, point: Point) -> tuple[fmpq, fmpq] | None:
        """Return both sides at a point, or ``None`` outside the hypotheses and at poles."""
        if not self.compiled.admits(point):
            return None
        try:
            found = self._lhs(point), self._rhs(point)
        except ZeroDivisionError:
            return None
        self.evaluated += 1
        return found

    def score(self, point: Point) -> fmpq | None:
        """Return what is to be made as large as possible, exactly."""
        sides = self.sides(point)
        if sides is None:
            return None
        lhs, rhs = sides
        if self.measure == "slack":
            return lhs - rhs
        return lhs / rhs if rhs > 0 else None

    def offer(self, point: Point) -> fmpq | None:
        """Score a point, and keep it if it is the best so far."""
        score = self.score(point)
        if score is not None and (not self.best or score > self.value):
            self.best, self.value = point, score
        return score

    def simple_points(self) -> None:
        """Try simple points, and the surfaces on which both sides meet; choose the measure by what is found."""
        plan: list[tuple[Family, int]] = [(self.space.whole, SIMPLE), *((surface, 12) for surface in self.surfaces)]
        points = [point for family, n in plan for _ in range(n) for point in self.space.draw(family, self._random)]
        found = [(point, sides) for point in dict.fromkeys(points) if (sides := self.sides(point)) is not None]
        if not found:
            raise ClaimError(f"{self.name}: no simple point satisfies the hypotheses, so its tightness is not known")
        one_sided = all(rhs >= 0 for _, (_, rhs) in found) and any(lhs > 0 and rhs > 0 for _, (lhs, rhs) in found)
        self.measure = "ratio" if one_sided else "slack"
        for point, _ in found:
            self.offer(point)

    def numeric(self, deadline: Deadline) -> None:
        """Let differential evolution look in the whole domain, in coordinates between 0 and 1."""
        from scipy.optimize import differential_evolution

        free = [i for i in range(self.space.size) if i not in self.space.whole.positions]
        if not free:
            return

        def loss(unit: NDArray[np.float64]) -> float:
            if deadline.passed:
                return 0.0
            scores = [score for point in self._points(free, unit) if (score := self.offer(point)) is not None]
            return -float(to_fraction(max(scores))) if scores else 1e6

        differential_evolution(
            loss,
            [(0.0, 1.0)] * len(free),
            rng=np.random.default_rng(self.seed),
            maxiter=60,
            popsize=8,
            polish=False,
            callback=lambda intermediate_result: deadline.passed,
        )

    def _points(self, free: Sequence[int], unit: NDArray[np.float64]) -> Iterator[Point]:
        values = [fmpq(1)] * self.space.size
        for position, coordinate in zip(free, unit, strict=True):
            values[position] = _in_range(self.space.ranges[position], round(float(coordinate) * GRID))
        for completed in self.space.whole.complete(values, self.space.others):
            yield tuple(completed)

    @property
    def gap(self) -> fmpq:
        """How far the best value is from the two sides being equal."""
        return abs(self.value - (1 if self.measure == "ratio" else 0))

    def climb(self, deadline: Deadline) -> bool:
        """Take small steps while they gain; return whether none gains any more, along an axis or in any direction."""
        moved = True
        while moved and self.gap and not deadline.passed:
            before = self.value
            for step in self._axes():
                self._try(step)
            if self.value == before:
                for step in self._directions():
                    self._try(step)
            moved = self.value - before > NEGLIGIBLE * abs(before)
        return not moved

    def _axes(self) -> Iterator[dict[int, fmpq]]:
        """Yield changes of one coordinate."""
        for position, stated in enumerate(self.space.ranges):
            value = self.best[position]
            steps = [value + 1, value - 1] if stated.integer else [value * factor for factor in FACTORS]
            yield from ({position: step} for step in steps)

    def _directions(self) -> Iterator[dict[int, fmpq]]:
        """Yield changes of all coordinates at once, of any size."""
        for _ in range(DIRECTIONS):
            scale = self._random.choice((10, 100, 1_000, 10_000))
            yield {
                position: self.best[position] * (1 + fmpq(self._random.randint(-100, 100), 100 * scale))
                for position, stated in enumerate(self.space.ranges)
                if not stated.integer
            }

    def _try(self, changes: Mapping[int, fmpq]) -> None:
        """Score the point with some coordinates changed, rounded so that they do not grow in length."""
        moved = list(self.best)
        for position, value in changes.items():
            near = to_fraction(value).limit_denominator(ROUNDED)
            moved[position] = fmpq(near.numerator, near.denominator)
        for point in self.space.whole.complete(moved, self.space.others):
            self.offer(tuple(point))

    def agrees(self, value: fmpq, deadline: Deadline) -> bool:
        """Whether a search of its own, from the start, ends at a value as well."""
        self.simple_points()
        self.numeric(deadline)
        return self.climb(deadline) and abs(self.value - value) <= NEGLIGIBLE * abs(value)

    def simplify(self) -> None:
        """Replace the best point by a simpler one that is as good."""
        value = self.value
        accepts = partial(self._as_good, value)
        self.best = shrink(self.space, self.best, accepts, self.surfaces, Deadline.after(0.5), in_pairs=False)

    def _as_good(self, value: fmpq, point: Point) -> bool:
        score = self.score(point)
        return score is not None and score >= value

    def push(self) -> tuple[str, ...]:
        """Move variables ever closer to their bounds, or ever further out, while that keeps gaining."""
        along: dict[str, str] = {}
        while (not along or self.gap > NEGLIGIBLE) and (options := [o for o in self._pushes() if o[1] not in along]):
            score, symbol, where, point = max(options, key=lambda option: option[0])
            self.best, self.value, along[symbol] = point, score, where
        return tuple(f"{symbol} -> {where}" for symbol, where in along.items())

    def _pushes(self) -> Iterator[tuple[fmpq, str, str, Point]]:
        """Yield what is gained by pushing one variable, where every step of the way gains."""
        least = min(NEGLIGIBLE * min(fmpq(1), abs(self.value)), self.gap / 2)
        for position, where, path in self._paths():
            points = [self._with(position, value) for value in path]
            scores = [score for point in points if point is not None and (score := self.score(point)) is not None]
            rising = len(scores) == len(path) and all(a < b for a, b in pairwise(scores))
            if rising and scores[-1] - self.value > least and (last := points[-1]):
                yield scores[-1], str(self.goal.symbols[position]), where, last

    def _paths(self) -> Iterator[tuple[int, str, list[fmpq]]]:
        """Yield ways to go: to each variable's own bounds, outwards, and to where a strict hypothesis would fail."""
        for position in range(self.space.size):
            if position not in self.space.whole.positions:
                if self.space.ranges[position].lower is None and not self.space.ranges[position].integer:
                    for sign in (1, -1):  # zero is often where something happens
                        yield position, "0", [sign * distance for distance in _DISTANCES]
                for where, path in _paths(self.space.ranges[position]):
                    yield position, where, path
        for family, where in self.borders:
            position = family.solved[-1][0]
            if self.space.ranges[position].integer:
                continue
            for border in family.complete(self.best, self.space.others):
                for sign in (1, -1):
                    yield position, where, [border[position] + sign * distance for distance in _DISTANCES]

    def _with(self, position: int, value: fmpq) -> Point | None:
        moved = [*self.best[:position], value, *self.best[position + 1 :]]
        return next((tuple(point) for point in self.space.whole.complete(moved, self.space.others)), None)


def _meeting(goal: Goal, relation: Relation) -> list[Any]:
    """Return the irreducible polynomials on which the two sides are equal."""
    view = View(goal, ring_of(goal))
    difference = view.difference(eq(relation.lhs, relation.rhs))
    if difference.is_zero or len(difference.numerator) > 300:
        return []
    _, factors = difference.numerator.factor()
    return [factor for factor, _ in factors]


def _in_range(bounds: Range, step: int) -> fmpq:
    """Map 0..GRID onto a range; what has no bound is reached by ``t/(1 - t)``."""
    t = fmpq(min(max(step, 1), GRID - 1), GRID)
    low, high = bounds.lower, bounds.upper
    if low is not None and high is not None:
        value = low + (high - low) * fmpq(step, GRID)
    elif low is not None:
        value = low + t / (1 - t)
    elif high is not None:
        value = high - t / (1 - t)
    else:
        value = (2 * t - 1) / (t * (1 - t))
    return fmpq(value.floor()) if bounds.integer else value


def _paths(bounds: Range) -> Iterator[tuple[str, list[fmpq]]]:
    """Yield ways to push a variable: to each bound that it has, and outwards where it has none."""
    for end, sign, far in ((bounds.lower, 1, "-oo"), (bounds.upper, -1, "oo")):
        if end is None:
            yield far, [fmpq((-sign / distance).floor()) for distance in _DISTANCES]
        elif not bounds.integer:
            yield str(end), [end + sign * distance for distance in _DISTANCES]
