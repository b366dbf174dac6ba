"""Monotonicity and limits, measured: paired differences between points, and extrapolation from three of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import sympy as sp

from proofs_check.simulation.checks import Check
from proofs_check.simulation.deviation import Deviation, Settled
from proofs_check.simulation.looking import Site
from proofs_check.simulation.points import Point
from proofs_check.simulation.quantities import NotMeasurable, value_of
from proofs_check.simulation.scalars import admissible, check_definitions, scene_at, written_out
from proofs_check.simulation.workbench import Measuring
from proofs_check.verdict import Obligation
from theory.claim import Claim, Limit, Monotonicity

__all__ = ["PLACES", "limit_sites", "monotonicity_sites"]

#: Points at which a trend is measured: each takes several measurements of its own.
PLACES = 2
# The first of three steps towards a limit, in units of the default distance from it; the next ones halve it.
_NEAR = Fraction(1, 32)
# Towards infinity: multiples of the default.
_FAR = (Fraction(2**12), Fraction(2**13), Fraction(2**14))
# How many times the last correction of the extrapolation its error may be: enough for an expansion in square roots.
_CAUTION = 8


def monotonicity_sites(claim: Claim, conclusion: Monotonicity, points: Sequence[Point]) -> list[Site]:
    """Return where the expression is compared at points that differ in one variable, on the same random numbers.

    Raises
    ------
    NotMeasurable
        If no two points that satisfy the hypotheses do.
    """
    above = [{variable: _above(claim, point, variable) for variable in conclusion.variables} for point in points]
    pairs = [{variable: higher for variable, higher in row.items() if higher is not None} for row in above]
    if not any(pairs):
        raise NotMeasurable("no two points that satisfy the hypotheses differ in one of the variables alone")
    return [Site(partial(_compared, claim, conclusion, *row)) for row in zip(points, pairs, strict=True)]


def _above(claim: Claim, point: Point, variable: sp.Symbol) -> Point | None:
    value = point[variable]
    for larger in (2 * value, value * 3 / 2, value * 5 / 4, value + Fraction(1, 2), value + 1, (value + 1) / 2):
        if larger > value and admissible(claim, moved := {**point, variable: larger}):
            return moved
    return None


def _compared(
    claim: Claim, conclusion: Monotonicity, point: Point, pairs: dict[sp.Symbol, Point], measuring: Measuring
) -> list[Check]:
    scene, wanted = scene_at(claim, point, measuring), 1 if conclusion.direction == "nondecreasing" else -1
    checks = check_definitions(scene)
    for variable, higher in pairs.items():
        above = scene_at(claim, higher, measuring)
        label = f"{conclusion.expression} {conclusion.direction} in {variable}"
        label += f" from {point[variable]} to {higher[variable]}, at {scene.place},"
        before, after = scene.value(conclusion.expression), above.value(conclusion.expression)
        checks.append(_ordered(label, after, before, wanted, max(scene.scale, above.scale)))
    return checks


def _ordered(label: str, after: Any, before: Any, wanted: int, scale: float) -> Check:
    if isinstance(after, Fraction) and isinstance(before, Fraction):
        exact = (after - before) * wanted >= 0
        return Check(label, Obligation.CONCLUSION, (), lambda _: exact)
    deviation = Deviation.of_replicates("the larger", after, before, scale=scale)

    def verdict(settled: Sequence[Settled]) -> bool | None:
        return None if settled[0].sign == 0 else settled[0].sign == wanted

    return Check(label, Obligation.CONCLUSION, (deviation,), verdict)


def limit_sites(claim: Claim, conclusion: Limit, points: Sequence[Point]) -> list[Site]:
    """Return where an expression is extrapolated from three points on the way to the limit, or seen to grow.

    Raises
    ------
    NotMeasurable
        If no three points on the way satisfy the hypotheses.
    """
    paths = [_path(claim, conclusion, point) for point in points]
    if not any(paths):
        raise NotMeasurable(
            f"no three points on the way of {conclusion.variable} to {conclusion.point} satisfy the hypotheses"
        )
    return [Site(partial(_followed, claim, conclusion, *row)) for row in zip(points, paths, strict=True)]


def _followed(
    claim: Claim, conclusion: Limit, point: Point, path: Sequence[Fraction], measuring: Measuring
) -> list[Check]:
    scene = scene_at(claim, point, measuring)
    checks = check_definitions(scene)
    if path:
        # The points of a path share their random numbers, and differ little: most of the error cancels.
        three = [scene_at(claim, {**point, conclusion.variable: value}, measuring) for value in path]
        values = [_floats(item.value(conclusion.expression)) for item in three]
        label = f"{conclusion.expression} -> {conclusion.value} as {conclusion.variable} -> {conclusion.point}"
        label += f", seen at {', '.join(map(str, path))}, else at {scene.place},"
        scale = max(item.scale for item in three)
        if conclusion.value in (sp.oo, -sp.oo):
            checks.append(_growth(label, values, 1 if conclusion.value == sp.oo else -1, scale))
        else:
            checks.append(_extrapolation(label, values, _floats(three[-1].value(conclusion.value)), scale))
    return checks


def _path(claim: Claim, conclusion: Limit, point: Point) -> list[Fraction]:
    for path in _paths(claim, conclusion, point):
        if all(admissible(claim, {**point, conclusion.variable: value}) for value in path):
            return path
    return []


def _paths(claim: Claim, conclusion: Limit, point: Point) -> Iterator[list[Fraction]]:
    start = point[conclusion.variable]
    if conclusion.point in (sp.oo, -sp.oo):
        sign = 1 if conclusion.point == sp.oo else -1
        yield [sign * abs(start or Fraction(1)) * multiple for multiple in _FAR]
        return
    towards = written_out(claim, sp.sympify(conclusion.point))
    target = value_of(towards, point) if towards.free_symbols <= point.keys() else None
    if not isinstance(target, Fraction):
        return
    distance = (start - target) * _NEAR or _NEAR
    for sign in (1, -1):
        yield [target + sign * distance / 2**halvings for halvings in range(3)]


def _floats(value: Any) -> Any:
    return float(value) if isinstance(value, Fraction) else value


def _extrapolation(label: str, values: list[Any], stated: Any, scale: float) -> Check:
    """Compare Richardson's extrapolation, which takes out the first two orders in the distance, with the limit."""
    first, second, third = values
    better = (8 * third - 6 * second + first) / 3
    good = 2 * third - second
    discretisation = _CAUTION * abs(float(np.ravel(better - good)[0]))
    deviation = Deviation.of_replicates("the extrapolation", better, stated, scale=scale)
    deviation = replace(deviation, systematic=deviation.systematic + discretisation)
    return Check(label, Obligation.CONCLUSION, (deviation,))


def _growth(label: str, values: list[Any], sign: int, scale: float) -> Check:
    """See whether increments last: towards a finite limit they would halve with the distance, or shrink faster."""
    first, second, third = (sign * np.asarray(value) for value in values)
    deviations = tuple(
        Deviation.of_replicates(f"its last increment, and {words},", third - second, lower, scale=scale)
        for words, lower in (("zero", 0.0), ("three quarters of the one before", 0.75 * (second - first)))
    )

    def verdict(settled: Sequence[Settled]) -> bool | None:
        signs = [item.sign for item in settled]
        return False if -1 in signs else True if signs == [1, 1] else None

    return Check(label, Obligation.CONCLUSION, deviations, verdict)
