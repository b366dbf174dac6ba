"""Scalar claims, measured: definitions against measurements, conclusions with measured definitions in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, partial
from typing import Any

import numpy as np
import sympy as sp

from proofs_check.simulation.checks import Check, decide, holds_given_sign
from proofs_check.simulation.deviation import Deviation, Settled
from proofs_check.simulation.looking import Site
from proofs_check.simulation.points import Point, choose_points, describe, holds
from proofs_check.simulation.quantities import NotMeasurable, inputs_of, largest_step, measure, settings_of, value_of
from proofs_check.simulation.workbench import Measuring
from proofs_check.verdict import Obligation
from theory.claim import Claim, Layer, Statement
from theory.formula import And, Formula, Relation
from theory.gain import Substituted
from theory.krylov import KrylovMoment
from theory.moments import IsotropicMoment
from theory.symbols import d, m, rho, rho_E, rho_H

__all__ = [
    "Scene",
    "admissible",
    "check_definitions",
    "points_of",
    "scene_at",
    "statement_sites",
    "unmeasured",
    "written_out",
]


@dataclass(frozen=True)
class Scene:
    """A claim's definitions at one point.

    Parameters
    ----------
    claim : Claim
        The claim.
    point : mapping from symbol to Fraction
        Where.
    values : mapping from symbol to value
        What the conclusion is evaluated with: measured where the library has a derivation, else as typed by hand.
    compared : tuple of (symbol, measured, stated)
        Definitions that are both typed and measured.
    """

    claim: Claim
    point: Point
    values: Mapping[sp.Symbol, Any]
    compared: tuple[tuple[sp.Symbol, Any, Any], ...]

    @cached_property
    def place(self) -> str:
        """The point, as text."""
        return describe(self.point)

    @cached_property
    def scale(self) -> float:
        """Size of the measured numbers, for what rounding may do to their differences."""
        sizes = [abs(float(np.ravel(value)[0])) for value in self.values.values() if not isinstance(value, Fraction)]
        return max((size for size in sizes if np.isfinite(size)), default=0.0)

    def value(self, expression: sp.Expr) -> Any:
        """Evaluate an expression in symbols and definitions: exact, or as replicates."""
        return value_of(expression, self.values)


def points_of(claim: Claim, count: int) -> list[Point]:
    """Choose points for a claim, at which tails are light enough to measure as far as its hypotheses allow it.

    Raises
    ------
    NotMeasurable
        If a hypothesis rests on a definition that was not typed by hand.
    """
    points = choose_points(_plain_hypotheses(claim), _base_symbols(claim), count)
    return [_softened(claim, point) for point in points]


def admissible(claim: Claim, point: Point) -> bool:
    """Whether all hypotheses hold at a point."""
    return holds(And(_plain_hypotheses(claim)), point)


def _plain_hypotheses(claim: Claim) -> tuple[Formula, ...]:
    """Return the hypotheses in base symbols: where they use definitions, these are written out as typed."""
    defined = {layer.symbol for layer in claim.layers}
    if not any(hypothesis.symbols & defined for hypothesis in claim.hypotheses):
        return claim.hypotheses
    typed = _typed(claim)
    plain = tuple(hypothesis.map_expressions(lambda side: side.xreplace(typed)) for hypothesis in claim.hypotheses)
    left = sorted(str(symbol) for part in plain for symbol in part.symbols & defined)
    if left:
        raise NotMeasurable(f"a hypothesis rests on {left[0]}, which is only derived")
    return plain


def written_out(claim: Claim, expression: sp.Expr) -> sp.Expr:
    """Write out the definitions in an expression, as far as they were typed by hand."""
    return expression.xreplace(_typed(claim))


def _typed(claim: Claim) -> dict[sp.Symbol, sp.Expr]:
    typed: dict[sp.Symbol, sp.Expr] = {}
    for layer in claim.layers:
        if layer.definition is not None:
            typed[layer.symbol] = sp.sympify(layer.definition).xreplace(typed)
    return typed


def _base_symbols(claim: Claim) -> set[sp.Symbol]:
    defined = {layer.symbol for layer in claim.layers}
    symbols: set[sp.Symbol] = set(_conclusion_symbols(claim))
    for layer in claim.layers:
        if layer.definition is not None:
            symbols |= sp.sympify(layer.definition).free_symbols
        if layer.derivation is not None and _knows(layer):
            symbols |= inputs_of(layer.derivation)
    return symbols - defined


def _conclusion_symbols(claim: Claim) -> frozenset[sp.Symbol]:
    conclusion: Any = claim.conclusion
    if isinstance(conclusion, Statement):
        return conclusion.formula.symbols
    parts = [getattr(conclusion, name, sp.S.Zero) for name in ("expression", "point", "value")]
    variables = getattr(conclusion, "variables", (getattr(conclusion, "variable", sp.S.Zero),))
    return frozenset[sp.Symbol]().union(*(sp.sympify(part).free_symbols for part in (*parts, *variables)))


def _knows(layer: Layer) -> bool:
    assert layer.derivation is not None  # asked of derived layers only
    try:
        inputs_of(layer.derivation)
    except NotMeasurable:
        return False
    return True


def unmeasured(claim: Claim) -> list[Layer]:
    """Return the layers whose derivation nothing here can measure."""
    return [layer for layer in claim.layers if layer.derivation is not None and not _knows(layer)]


def _softened(claim: Claim, point: Point) -> Point:
    """Change a point until tails are light enough to measure, as far as the hypotheses allow it.

    Step sizes are halved where there are several steps, sample sizes doubled where a high moment is wanted.
    """
    for layer in claim.layers:
        if layer.derivation is None or not _knows(layer):
            continue
        if isinstance(layer.derivation, IsotropicMoment | KrylovMoment):
            while point[m] < 4 * layer.derivation.power and admissible(claim, {**point, m: 2 * point[m]}):
                point = {**point, m: 2 * point[m]}
        replaced = dict(layer.derivation.replacements) if isinstance(layer.derivation, Substituted) else {}
        for setting in settings_of(layer.derivation):
            step = setting.step_size
            if setting.steps == 1 or setting.population or step not in point:
                continue
            sizes = [replaced.get(symbol, point.get(symbol, Fraction(1))) for symbol in (d, m)]
            limit = largest_step(float(sizes[0]), float(sizes[1]), setting.steps)
            variance = max(point.get(symbol, Fraction(0)) for symbol in (rho, rho_E, rho_H))
            while point[step] * variance > limit and admissible(claim, {**point, step: point[step] / 2}):
                point = {**point, step: point[step] / 2}
    return point


def scene_at(claim: Claim, point: Point, measuring: Measuring) -> Scene:
    """Measure a claim's definitions at a point.

    Raises
    ------
    NotMeasurable
        If a definition that was not typed by hand cannot be measured either.
    """
    stated: dict[sp.Symbol, Any] = dict(point)
    values: dict[sp.Symbol, Any] = dict(point)
    compared = []
    for layer in claim.layers:
        typed = None if layer.definition is None else sp.sympify(layer.definition)
        measured = None
        if layer.derivation is not None and (typed is None or _knows(layer)):
            measured = measure(layer.derivation, values, measuring)
        if typed is not None:
            stated[layer.symbol] = value_of(typed, stated)
        else:
            stated[layer.symbol] = measured
        if measured is not None:
            values[layer.symbol] = measured
        elif typed is not None:
            values[layer.symbol] = value_of(typed, values)
        if typed is not None and measured is not None:
            compared.append((layer.symbol, measured, stated[layer.symbol]))
    return Scene(claim, point, values, tuple(compared))


def check_definitions(scene: Scene) -> list[Check]:
    """Compare every definition that is both typed and measured."""
    return [
        Check(
            f"{symbol.name} as defined, at {scene.place},",
            Obligation.DERIVATION,
            (Deviation.of_replicates(symbol.name, measured, stated, scale=scene.scale),),
        )
        for symbol, measured, stated in scene.compared
    ]


def statement_sites(claim: Claim, conclusion: Statement, points: Sequence[Point]) -> list[Site]:
    """Return where a formula is decided, with measured definitions in it."""
    words = {part: str(part) for part in (conclusion.formula, *conclusion.formula.relations)}

    def checks(point: Point, measuring: Measuring) -> list[Check]:
        scene = scene_at(claim, point, measuring)
        return [*check_definitions(scene), _formula_check(conclusion.formula, words, scene)]

    return [Site(partial(checks, point)) for point in points]


def _formula_check(formula: Formula, words: Mapping[Formula, str], scene: Scene) -> Check:
    exact: dict[Formula, bool | None] = {}
    compared: dict[Relation, Deviation] = {}
    for relation in dict.fromkeys(formula.relations):
        left, right = scene.value(relation.lhs), scene.value(relation.rhs)
        if isinstance(left, Fraction) and isinstance(right, Fraction):
            exact[relation] = holds(relation, scene.values)
        else:
            compared[relation] = Deviation.of_replicates(words[relation], left, right, scale=scene.scale)
    order = list(compared)

    def verdict(settled: Sequence[Settled]) -> bool | None:
        def truth(part: Formula) -> bool | None:
            if isinstance(part, Relation) and part in compared:
                return holds_given_sign(part.operator, settled[order.index(part)].sign)
            return exact[part] if part in exact else holds(part, scene.values)

        return decide(formula, truth)

    identity = isinstance(formula, Relation) and formula.operator == "==" and bool(compared)
    deviations = tuple(compared.values())
    return Check(
        f"{words[formula]}, at {scene.place},", Obligation.CONCLUSION, deviations, None if identity else verdict
    )
