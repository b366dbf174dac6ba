"""Claims in the scalars of the isotropic pair, evaluated at every point: both sides, and by how much they hold."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy as sp

from numerics.isotropic import PAIR_SYMBOLS
from numerics.sampling import Floats
from theory import arithmetic
from theory.errors import ConfigurationError, UnknownNameError
from theory.formula import And, Formula, Iff, Implies, IsInteger, Not, Operator, Or, Relation, compare

if TYPE_CHECKING:
    from numerics.sweep.grid import Grid
    from theory.claim import Claim

__all__ = ["check_claims", "chosen_claims", "claim_sides", "margin"]


def chosen_claims(grid: Grid) -> list[Any]:
    """Return the claims that a grid asks for, in the order of the library."""
    if not grid.table.claims:
        return []
    return [claim for claim in _scalar_claims() if any(fnmatchcase(claim.name, name) for name in grid.table.claims)]


def check_claims(grid: Grid, source: str) -> None:
    """Refuse claims that there are not, that have no two sides to compare on a pair, or whose symbols have no value."""
    names = [claim.name for claim in _scalar_claims()]
    for selector in grid.table.claims:
        if not any(fnmatchcase(name, selector) for name in names):
            raise UnknownNameError(
                f"{source}: sweep.claims: {UnknownNameError.among('claim in scalars of the pair', selector, names)}"
            )
    _check_setting(grid, source)
    for claim in chosen_claims(grid):
        missing = sorted(map(str, _free_symbols(claim) - set(_known(grid))))
        if missing:
            raise ConfigurationError(
                f"{source}: sweep.claims: {claim.name} is about {', '.join(missing)} too; give numbers for them, such "
                f"as symbols = {{{missing[0]} = 1}} in [sweep]"
            )


def _check_setting(grid: Grid, source: str) -> None:
    adaptation = grid.tables["adaptation"]
    steps, samples = grid.axis(("adaptation", "steps")), grid.axis(("adaptation", "samples"))
    one_step = steps is None and adaptation.get("steps", 1) == 1
    finite = "inf" not in (samples.values if samples else (adaptation["samples"],))
    if not (grid.is_pair and one_step and finite):
        raise ConfigurationError(
            f"{source}: sweep.claims: claims in scalars are about two isotropic classes (covariances that are "
            "numbers), one step and finitely many samples, and this grid has others"
        )


def claim_sides(claim: Claim, values: Mapping[sp.Symbol, Any]) -> list[tuple[Any, Operator, Any]]:
    """Evaluate both sides of each comparison in a claim's conclusion.

    Parameters
    ----------
    claim : Claim
        A statement in scalars.
    values : mapping from symbol to number or array
        Of every symbol that its hypotheses are about.

    Returns
    -------
    list of (left side, operator, right side)
        NaN where the hypotheses do not hold.
    """
    known = dict(values)
    for layer in claim.layers:
        definition = layer.definition
        if definition is None:
            assert layer.derivation is not None
            definition = layer.derivation.expression()
        known[layer.symbol] = arithmetic.evaluate(definition, known, arithmetic.float_number)
    admitted = _all([_holds(hypothesis, known) for hypothesis in claim.hypotheses])
    return [
        (
            np.where(admitted, arithmetic.evaluate(relation.lhs, known, arithmetic.float_number), np.nan),
            relation.operator,
            np.where(admitted, arithmetic.evaluate(relation.rhs, known, arithmetic.float_number), np.nan),
        )
        for relation in _statement(claim).relations
    ]


def margin(lhs: Any, operator: Operator, rhs: Any) -> Floats:
    """Return by how much a comparison holds: negative where it does not, and at most 0 for an equation."""
    difference = np.asarray(rhs - lhs, dtype=np.float64)
    by_operator: Mapping[Operator, Callable[[], Floats]] = {
        "<": lambda: difference,
        "<=": lambda: difference,
        ">": lambda: -difference,
        ">=": lambda: -difference,
        "==": lambda: -np.abs(difference),
        "!=": lambda: np.abs(difference),
    }
    return by_operator[operator]()


def _holds(formula: Formula, values: Mapping[sp.Symbol, Any]) -> Any:
    """Decide a formula at every point at once."""
    parts = [_holds(part, values) for part in formula.parts]
    match formula:
        case Relation(lhs, operator, rhs):
            sides = (arithmetic.evaluate(side, values, arithmetic.float_number) for side in (lhs, rhs))
            return compare(next(sides), operator, next(sides))
        case IsInteger(symbol):
            return values[symbol] == np.rint(values[symbol])
        case And():
            return _all(parts)
        case Or():
            return np.logical_not(_all([np.logical_not(part) for part in parts]))
        case Not():
            return np.logical_not(parts[0])
        case Implies():
            return np.logical_or(np.logical_not(parts[0]), parts[1])
        case Iff():
            return np.equal(parts[0], parts[1])
    raise TypeError(f"{type(formula).__name__} cannot be decided on arrays")


def _all(parts: Sequence[Any]) -> Any:
    """Return where all of them hold; numbers, which hold everywhere or nowhere, may be among the arrays."""
    everywhere: Any = True
    for part in parts:
        everywhere = np.logical_and(everywhere, part)
    return everywhere


def _scalar_claims() -> list[Any]:
    """Return the claims that compare scalars of the isotropic pair."""
    from theory.claim import Statement, builtin_claims
    from theory.symbols import rho_E, rho_H

    return [
        claim
        for claim in builtin_claims()
        if isinstance(claim.conclusion, Statement) and {rho_E, rho_H} <= _free_symbols(claim)
    ]


def _statement(claim: Claim) -> Formula:
    from theory.claim import Statement

    assert isinstance(claim.conclusion, Statement)
    return claim.conclusion.formula


def _free_symbols(claim: Claim) -> set[sp.Symbol]:
    """Return the symbols that a claim is about, those that its layers define left out."""
    used = {symbol for hypothesis in claim.hypotheses for symbol in hypothesis.symbols} | set(_statement(claim).symbols)
    for layer in claim.layers:
        if layer.definition is not None:
            used |= layer.definition.free_symbols
        elif layer.derivation is not None:
            used |= layer.derivation.expression().free_symbols
    return used - {layer.symbol for layer in claim.layers}


def _known(grid: Grid) -> dict[sp.Symbol, float]:
    """Return the symbols with a value: those of the pair, and those that the grid file gives."""
    given = {sp.Symbol(name): float(value) for name, value in grid.table.symbols.items()}
    return dict.fromkeys(PAIR_SYMBOLS, math.nan) | given
