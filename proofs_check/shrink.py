"""Counterexamples made small: the same failure with numbers that a reader can check by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import combinations

from flint import fmpq

from proofs_check.budget import Deadline
from proofs_check.compiled import Point
from proofs_check.rational import to_fraction
from proofs_check.space import Family, Range, Space, cost

__all__ = ["shrink"]

#: How many simple values are tried when two coordinates change at once.
PAIRED = 6


def shrink(
    space: Space,
    point: Point,
    accepts: Callable[[Point], bool],
    families: Iterable[Family],
    deadline: Deadline,
    *,
    in_pairs: bool = True,
) -> Point:
    """Return the simplest point found that is still accepted.

    Coordinates are replaced by simpler values one at a time, then two at a time, until nothing more can be replaced.
    On a surface that no single coordinate can leave, the point moves along the surface: the other coordinates change
    and one of them follows.

    Parameters
    ----------
    space : Space
        The domain.
    point : Point
        Accepted, to begin with.
    accepts : callable
        Whether a point still shows what is to be shown.
    families : iterable of Family
        Surfaces to move along; those that the point is not on are ignored.
    deadline : Deadline
        When to stop and return the simplest point so far.
    in_pairs : bool
        Whether to replace two coordinates at a time where no single one can be replaced.
    """
    families = [space.whole, *(family for family in families if _on(space, family, point))]
    best = point
    while not deadline.passed:
        before = best
        for family in families:
            best = _shrink_along(space, family, best, accepts, deadline, in_pairs)
        if best == before:
            break
    return best


def _on(space: Space, family: Family, point: Point) -> bool:
    return any(tuple(found) == point for found in family.complete(point, space.others))


def _simplicity(space: Space, point: Sequence[fmpq]) -> tuple[int, ...]:
    costs = [cost(point[i]) for i in space.priority]
    return (sum(costs), *costs)


def _shrink_along(
    space: Space, family: Family, point: Point, accepts: Callable[[Point], bool], deadline: Deadline, in_pairs: bool
) -> Point:
    best, simplicity = point, _simplicity(space, point)

    def improves(values: Sequence[fmpq]) -> bool:
        nonlocal best, simplicity
        for completed in family.complete(values, space.others):
            candidate = tuple(completed)
            if _simplicity(space, candidate) < simplicity and accepts(candidate):
                best, simplicity = candidate, _simplicity(space, candidate)
                return True
        return False

    free = [i for i in space.priority if i not in family.positions]
    moved = True
    while moved and not deadline.passed:
        moved = any([any(improves(_changed(best, {i: v})) for v in _simpler(space.ranges[i], best[i])) for i in free])
    for i, j in combinations(free, 2) if in_pairs else ():
        if deadline.passed:
            break
        for first in space.ranges[i].pool[:PAIRED]:
            for second in space.ranges[j].pool[:PAIRED]:
                improves(_changed(best, {i: first, j: second}))
    return best


def _changed(point: Sequence[fmpq], changes: dict[int, fmpq]) -> list[fmpq]:
    return [changes.get(i, value) for i, value in enumerate(point)]


def _simpler(range_: Range, value: fmpq) -> Iterator[fmpq]:
    """Yield allowed values that are simpler, the simplest first."""
    limit = cost(value)
    exact = to_fraction(value)
    rounded = (exact.limit_denominator(denominator) for denominator in (1, 2, 3, 4, 6, 8, 10, 16, 100, 1000))
    near = {fmpq(fraction.numerator, fraction.denominator) for fraction in rounded} | {
        fmpq(value.floor()),
        fmpq(value.ceil()),
        *_between(exact),
    }
    for candidate in sorted({*range_.pool, *near}, key=cost):
        if cost(candidate) >= limit:
            return
        if range_.admits(candidate):
            yield candidate


def _between(value: Fraction) -> list[fmpq]:
    """Return powers of ten on the way from zero to a value: what is large or close need not be ragged."""
    powers = [Fraction(10) ** k for k in range(-6, 7)]
    return [fmpq(int(power.numerator), int(power.denominator)) for power in powers if power <= abs(value) * 10]
