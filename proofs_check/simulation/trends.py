"""Monotonicity and limits, measured: paired differences between points, and extrapolation from three of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp

from proofs_check.simulation.checks import Check
from proofs_check.simulation.deviation import Deviation, Settled
from proofs_check.simulation.quantities import NotMeasurable
from proofs_check.simulation.scalars import Scene, admissible, moved
from proofs_check.simulation.workbench import Measuring
from proofs_check.verdict import Obligation
from theory.claim import Claim, Limit, Monotonicity

__all__ = ["PLACES", "check_limit", "check_monotonicity"]

#: Points at which a trend is measured: each takes several measurements of its own.
PLACES = 2
# The first of three steps towards a limit, in units of the default distance from it; the next ones halve it.
_NEAR = Fraction(1, 32)
_FEWEST_TASKS = 8192
# Towards infinity: multiples of the default.
_FAR = (Fraction(2**12), Fraction(2**13), Fraction(2**14))
# How many times the last correction of the extrapolation its error may be: enough for an expansion in square roots.
_CAUTION = 8


def check_monotonicity(conclusion: Monotonicity, scenes: Sequence[Scene], measuring: Measuring) -> list[Check]:
    """Compare the expression at two points that differ in one variable, on the same random numbers.

    Raises
    ------
    NotMeasurable
        If no such pair satisfies the hypotheses.
    """
    wanted = 1 if conclusion.direction == "nondecreasing" else -1
    checks = []
    for variable in conclusion.variables:
        for scene in scenes:
            above = _above(scene, variable, measuring)
            if above is not None:
                label = f"{conclusion.expression} {conclusion.direction} in {variable}"
                label += f" from {scene.point[variable]} to {above.point[variable]}, at {scene.place},"
                before, after = scene.value(conclusion.expression), above.value(conclusion.expression)
                checks.append(_ordered(label, after, before, wanted, max(scene.scale, above.scale)))
    if not checks:
        raise NotMeasurable("no two points that satisfy the hypotheses differ in one of the variables alone")
    return checks


def _above(scene: Scene, variable: sp.Symbol, measuring: Measuring) -> Scene | None:
    value = scene.point[variable]
    for larger in (2 * value, value * 3 / 2, value * 5 / 4, value + Fraction(1, 2), value + 1, (value + 1) / 2):
        if larger > value and (found := moved(scene, {variable: larger}, measuring)):
            return found
    return None


def _ordered(label: str, after: Any, before: Any, wanted: int, scale: float) -> Check:
    if isinstance(after, Fraction) and isinstance(before, Fraction):
        exact = (after - before) * wanted >= 0
        return Check(label, Obligation.CONCLUSION, (), lambda _: exact)
    deviation = Deviation.of_replicates("the larger", after, before, scale=scale)

    def verdict(settled: Sequence[Settled]) -> bool | None:
        return None if settled[0].sign == 0 else settled[0].sign == wanted

    return Check(label, Obligation.CONCLUSION, (deviation,), verdict)


def check_limit(claim: Claim, conclusion: Limit, scenes: Sequence[Scene], measuring: Measuring) -> list[Check]:
    """Extrapolate from three points on the way to the limit, or see the expression grow where that is claimed.

    Raises
    ------
    NotMeasurable
        If no three points on the way satisfy the hypotheses.
    """
    checks = []
    # The points of a path share their random numbers, and differ little: most of the error cancels.
    paired = replace(measuring, tasks=max(measuring.tasks // 4, _FEWEST_TASKS))
    for scene in scenes:
        path = _path(claim, conclusion, scene)
        if path is None:
            continue
        three = [found for value in path if (found := moved(scene, {conclusion.variable: value}, paired))]
        values = [_floats(item.value(conclusion.expression)) for item in three]
        label = f"{conclusion.expression} -> {conclusion.value} as {conclusion.variable} -> {conclusion.point}"
        label += f", seen at {', '.join(map(str, path))}, else at {scene.place},"
        scale = max(item.scale for item in three)
        if conclusion.value in (sp.oo, -sp.oo):
            checks.append(_growth(label, values, 1 if conclusion.value == sp.oo else -1, scale))
        else:
            checks.append(_extrapolation(label, values, _floats(three[-1].value(conclusion.value)), scale))
    if not checks:
        raise NotMeasurable(
            f"no three points on the way of {conclusion.variable} to {conclusion.point} satisfy the hypotheses"
        )
    return checks


def _path(claim: Claim, conclusion: Limit, scene: Scene) -> list[Fraction] | None:
    for path in _paths(conclusion, scene):
        if all(admissible(claim, {**scene.point, conclusion.variable: value}) for value in path):
            return path
    return None


def _paths(conclusion: Limit, scene: Scene) -> Iterator[list[Fraction]]:
    start = scene.point[conclusion.variable]
    if conclusion.point in (sp.oo, -sp.oo):
        sign = 1 if conclusion.point == sp.oo else -1
        yield [sign * abs(start or Fraction(1)) * multiple for multiple in _FAR]
        return
    target = scene.value(sp.sympify(conclusion.point))
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
    # Bias of a known kind: what is left of the distance to the limit.
    deviation = replace(deviation, bias=deviation.bias + discretisation)
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
