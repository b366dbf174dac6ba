"""Computes one chunk of a grid: closed forms, conditions, claims and measurements at each of its points."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import sympy as sp

from numerics.closed_form import Evaluation, evaluate
from numerics.isotropic import PAIR_SYMBOLS, PairForms
from numerics.sampling import Floats
from numerics.scheduling import refuse_other_version
from numerics.sweep.claims import chosen_claims, claim_sides, margin
from numerics.sweep.columns import columns, condition_name
from numerics.sweep.design import Points, points_of
from numerics.sweep.grid import Grid, conditions_of, configuration_at, parse_grid
from numerics.sweep.simulation import descend, measure
from theory.claim import Condition, IsotropicPair
from theory.errors import BeyondFloat64Error, NonUniqueOptimumError
from theory.gain import Setting
from theory.symbols import R2, V_E, V_H, alpha, d, m, nu2_E, nu2_H, p, rho_E, rho_H

__all__ = ["Chunk", "compute_chunk"]

_Q = PAIR_SYMBOLS[1]


@dataclass(frozen=True)
class Chunk:
    """A chunk to be computed, by this process or another.

    Parameters
    ----------
    text : str
        The grid file.
    seed : int
        The grid's seed.
    position : int
        Which of its chunks.
    version : str
        Of the library that asks; another one might compute something else.
    compiled : bool
        Whether numba compiles what it can.
    """

    text: str
    seed: int
    position: int
    version: str
    compiled: bool = False


def compute_chunk(chunk: Chunk) -> Floats:
    """Compute every variable at every point of a chunk.

    Parameters
    ----------
    chunk : Chunk
        Which one.

    Returns
    -------
    array, shape (variables, points)
        In the order of :func:`numerics.sweep.columns.columns`; NaN where a quantity is not defined.

    Raises
    ------
    SchedulerError
        If this process runs another version of the library than the one that asks.
    """
    refuse_other_version(chunk.version)
    grid = _grid(chunk.text, chunk.seed)
    points = points_of(grid, grid.span(chunk.position))
    wanted = [column.name for column in columns(grid)]
    found: dict[str, Any] = {}
    with np.errstate(all="ignore"):  # what is beyond float64 shows as infinity, what is undefined as NaN
        if grid.is_pair:
            found |= _on_pairs(points, chunk.compiled)
        if any(name not in found for name in wanted):
            found |= _one_by_one(points, wanted, found)
    return np.stack([np.broadcast_to(found[name], len(points.span)) for name in wanted])


@lru_cache(maxsize=4)
def _grid(text: str, seed: int) -> Grid:
    return parse_grid(text, seed=seed)


# ----------------------------------------------------------------------------- two isotropic classes, all at once


def _on_pairs(points: Points, compiled: bool) -> dict[str, Any]:
    values = _pair_values(points)
    found: dict[str, Any] = {}
    names = points.grid.table.closed_forms
    for setting, where in _settings(points, values[m]):
        here = {symbol: value[where] if np.ndim(value) else value for symbol, value in values.items()}
        if setting.population:
            del here[m]
        for name, result in PairForms(setting, names, compiled=compiled)(here).items():
            found.setdefault(name, np.empty(len(points.span)))[where] = result
    grid = points.grid
    if grid.table.conditions or grid.table.claims:
        ordered = _easy_first(values)
        one_step = points.array(("adaptation", "steps"), grid.tables["adaptation"].get("steps", 1)) == 1
        for condition in conditions_of(grid):
            found |= _condition_on_pairs(condition, ordered, one_step)
        for claim in chosen_claims(grid):
            sides = claim_sides(claim, ordered | {sp.Symbol(k): float(v) for k, v in grid.table.symbols.items()})
            for i, (lhs, operator, rhs) in enumerate(sides, start=1):
                stem = f"claim_{condition_name(claim.name)}{f'_{i}' if len(sides) > 1 else ''}"
                found |= {f"{stem}_lhs": lhs, f"{stem}_rhs": rhs, f"{stem}_margin": margin(lhs, operator, rhs)}
    return found


def _pair_values(points: Points) -> dict[sp.Symbol, Any]:
    """Return the scalars of the pair, the first class in the place of the easy one."""
    tables = points.grid.tables
    first, second = tables["task_class"]
    dimension = points.numbers(("dimension",), tables["dimension"])
    return {
        **_weights(points),
        rho_E: points.numbers(("task_class", 0, "covariance"), first["covariance"]),
        rho_H: points.numbers(("task_class", 1, "covariance"), second["covariance"]),
        alpha: points.numbers(("adaptation", "step_size"), tables["adaptation"]["step_size"]),
        m: points.numbers(("adaptation", "samples"), tables["adaptation"]["samples"]),
        d: dimension,
        R2: _squared_distance(points, dimension),
        V_E: _trace(points, 0, first, dimension),
        V_H: _trace(points, 1, second, dimension),
        nu2_E: points.numbers(("task_class", 0, "noise"), first.get("noise", 0)),
        nu2_H: points.numbers(("task_class", 1, "noise"), second.get("noise", 0)),
    }


def _weights(points: Points) -> dict[sp.Symbol, Any]:
    """Return p and q = 1 - p, the one that is the rest computed from the other."""
    grid = points.grid
    if grid.rest is None:
        first, second = configuration_at(grid, {}).mixture.weights
        return {_Q: float(first), p: float(second)}
    given = 1 - grid.rest
    weight = points.numbers(("task_class", given, "weight"), grid.tables["task_class"][given]["weight"])
    return {p: 1 - weight, _Q: weight} if grid.rest == 1 else {p: weight, _Q: 1 - weight}


def _squared_distance(points: Points, dimension: Any) -> Any:
    classes = points.grid.tables["task_class"]
    centres = []
    for i, table in enumerate(classes):
        fixed = table["centre"]
        is_list = isinstance(fixed, list | tuple)
        centres.append(np.array(fixed, dtype=float) if is_list else points.numbers(("task_class", i, "centre"), fixed))
    lists = [isinstance(table["centre"], list | tuple) for table in classes]
    if not any(lists):
        return dimension * (centres[0] - centres[1]) ** 2
    numbers = (c if is_list else np.asarray(c)[..., None] for c, is_list in zip(centres, lists, strict=True))
    distance = np.asarray((next(numbers) - next(numbers)) ** 2).sum(axis=-1)
    return float(distance) if distance.ndim == 0 else distance


def _trace(points: Points, position: int, table: Mapping[str, Any], dimension: Any) -> Any:
    fixed = table.get("spread", 0)
    if isinstance(fixed, list | tuple):
        rows = np.array(fixed, dtype=float)
        return float(rows.sum() if rows.ndim == 1 else np.trace(rows))
    return dimension * points.numbers(("task_class", position, "spread"), fixed)


def _settings(points: Points, samples: Any) -> Iterator[tuple[Setting, Any]]:
    """Yield each kind of inner loop that occurs, with the points where it does."""
    adaptation = points.grid.tables["adaptation"]
    steps = points.array(("adaptation", "steps"), adaptation.get("steps", 1))
    reuse = points.array(("adaptation", "data"), adaptation.get("data", "reused"))
    infinite = np.isinf(samples)
    for count in np.unique(steps):
        for data in np.unique(reuse):
            for population in (False, True):
                where = np.asarray((steps == count) & (reuse == data) & (infinite == population))
                if where.any():
                    # A slice spares copies where all points are alike, as they are in most grids.
                    yield Setting(int(count), str(data), population), slice(None) if where.all() else where  # type: ignore[arg-type]  # validated


def _easy_first(values: Mapping[sp.Symbol, Any]) -> dict[sp.Symbol, Any]:
    """Return the scalars of the pair with the class of larger variance in the place of the easy one."""
    swapped = np.asarray(values[rho_E] < values[rho_H])
    found = dict(values)
    for easy, hard in ((rho_E, rho_H), (_Q, p), (V_E, V_H), (nu2_E, nu2_H)):
        found[easy] = np.where(swapped, values[hard], values[easy])
        found[hard] = np.where(swapped, values[easy], values[hard])
    return found


def _condition_on_pairs(condition: Condition, values: Mapping[sp.Symbol, Any], one_step: Any) -> dict[str, Any]:
    pair = IsotropicPair(
        **{name: values[symbol] for name, symbol in _PAIR_FIELDS.items()},
    )
    lhs, operator, rhs = condition.on_pair.sides(pair)
    applies = np.asarray(condition.on_pair.applies(pair))
    if condition.claim not in _FOR_EVERY_MIXTURE:
        two_classes = (pair.p > 0) & (pair.q > 0) & (pair.rho_E != pair.rho_H)
        applies = applies & two_classes & np.isfinite(pair.m) & one_step
    lhs, rhs = np.where(applies, lhs, np.nan), np.where(applies, rhs, np.nan)
    return _named_sides(condition.claim, lhs, operator, rhs)


_PAIR_FIELDS = {str(symbol): symbol for symbol in (_Q, p, rho_E, rho_H, R2, V_H, alpha, m, d)}
#: Conditions that compare the classes of any mixture, whatever the inner loop.
_FOR_EVERY_MIXTURE = {"collins2022.same-covariance-no-gain", "collins2022.same-centre-no-gain"}


def _named_sides(claim: str, lhs: Any, operator: Any, rhs: Any) -> dict[str, Any]:
    stem = f"condition_{condition_name(claim)}"
    return {f"{stem}_lhs": lhs, f"{stem}_rhs": rhs, f"{stem}_margin": margin(lhs, operator, rhs)}


# --------------------------------------------------------------------------------- any mixture, point by point


def _one_by_one(points: Points, wanted: list[str], known: Mapping[str, Any]) -> dict[str, Any]:
    grid = points.grid
    missing = [name for name in wanted if name not in known]
    found = {name: np.full(len(points.span), np.nan) for name in missing}
    keys = [axis.location for axis in grid.axes]
    listed = [points.values(key, None) for key in keys]
    evaluations: dict[int, Evaluation] = {}
    for i, index in enumerate(points.span):
        configuration = configuration_at(grid, {key: values[i] for key, values in zip(keys, listed, strict=True)})
        try:
            evaluation = evaluate(configuration.mixture, configuration.inner_loop)
        except (NonUniqueOptimumError, BeyondFloat64Error):
            continue  # float64 has no unique optimum or no risk
        evaluations[index] = evaluation
        _fill(found, i, _at_point(grid, evaluation, index))
    for index, descents in descend(grid, evaluations).items():
        _fill(found, index - points.span.start, descents)
    return found


def _fill(found: Mapping[str, Floats], i: int, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if name in found:
            found[name][i] = np.nan if value is None else value


def _at_point(grid: Grid, evaluation: Evaluation, index: int) -> dict[str, Any]:
    """Compute what a pair does not give at once, but for the descents, which are taken together."""
    found: dict[str, Any] = {
        name: getattr(evaluation, name)
        for name in ("risk_nal", "risk_maml", "noise_floor", "gain", "ratio")
        if name in grid.table.closed_forms
    }
    for condition in conditions_of(grid):
        found |= _condition_at_point(condition, evaluation)
    if grid.table.simulate:
        found |= measure(grid, evaluation, index)
    return found


def _condition_at_point(condition: Condition, evaluation: Evaluation) -> dict[str, Any]:
    sides = condition.sides(evaluation)
    return {} if sides is None else _named_sides(condition.claim, *sides)
