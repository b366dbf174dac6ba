"""Where to measure: a few points with small rational coordinates at which all hypotheses of a claim hold.

Each symbol of the notation has sensible defaults; a claim whose hypotheses ask for something else gets the nearest
thing that a local search finds, one symbol of a violated hypothesis changed at a time.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

import sympy as sp

from proofs_check.goal import conjuncts
from theory.formula import Formula, IsInteger, Relation
from theory.symbols import NOTATION, Domain

__all__ = ["Point", "choose_points", "describe"]

Point = dict[sp.Symbol, Fraction]

#: One row per default point. The hard class attracts MAML in the first and the third, the easy one in the second; in
#: the last the centres coincide. Sample sizes keep the tails of what one step does to the risk light.
_DEFAULTS: dict[str, tuple[str, str, str, str]] = {
    "d": ("2", "3", "1", "2"),
    "m": ("10", "12", "16", "10"),
    "K": ("2", "3", "1", "2"),
    "alpha": ("1/2", "3/5", "1/4", "2/5"),
    "p": ("1/2", "3/4", "2/3", "1/3"),
    "rho": ("1", "3/4", "2", "1/2"),
    "rho_E": ("1", "2", "2", "1"),
    "rho_H": ("1/5", "1", "1/2", "1/4"),
    "R2": ("4", "1", "2", "0"),
    "V": ("1/2", "1/5", "1/4", "1/3"),
    "V_E": ("1/2", "1/5", "1/4", "1/3"),
    "V_H": ("1/4", "1/2", "1/8", "1/2"),
    "nu2": ("1/4", "1/2", "1/8", "1/3"),
    "nu2_E": ("1/10", "1/4", "1/8", "1/3"),
    "nu2_H": ("1/5", "1/8", "1/4", "1/2"),
    "lam": ("1", "1/2", "3/2", "2"),
    "share": ("1/3", "3/4", "1/2", "1/5"),
}
_OWN = ("1/2", "1/4", "2", "3/4")
POINTS = len(_OWN)
_COUNTS = tuple(map(Fraction, (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 30, 50)))
_UNIT = tuple(map(Fraction, ("1/2", "1/3", "2/3", "1/4", "3/4", "1/5", "4/5", "1/10", "9/10")))
_AMOUNTS = (
    *_UNIT,
    *map(Fraction, ["1/20", "1/100", "1", "3/2", "5/4", "2", "5/2", "3", "4", "5", "8", "10", "20", "100"]),
)
_TRIES = 3000


def choose_points(
    hypotheses: Sequence[Formula], symbols: Iterable[sp.Symbol], count: int = POINTS, attempts: int = _TRIES
) -> list[Point]:
    """Choose points that satisfy all hypotheses, the default ones where they do.

    Parameters
    ----------
    hypotheses : sequence of Formula
        What has to hold, exactly.
    symbols : iterable of sympy.Symbol
        Symbols that need a value besides those of the hypotheses.
    count : int
        How many points, at most as many as there are defaults.
    attempts : int
        Steps of the search for one point.

    Returns
    -------
    list of dict
        Different points, fewer than asked for where the search failed. The choice is always the same.
    """
    parts = tuple(conjuncts(tuple(hypotheses)))
    names = sorted({*symbols, *(symbol for part in parts for symbol in part.symbols)}, key=_name)
    integers = {part.symbol for part in parts if isinstance(part, IsInteger)}
    found: list[Point] = []
    for row in range(min(count, POINTS)):
        start = {symbol: _default(symbol, row, symbol in integers) for symbol in names}
        point = _search(start, parts, integers, random.Random(row), attempts)
        if point is not None and point not in found:
            found.append(point)
    return found


def describe(point: Mapping[sp.Symbol, Fraction]) -> str:
    """Write a point as text."""
    return ", ".join(f"{name} = {value}" for name, value in sorted((key.name, value) for key, value in point.items()))


def _name(symbol: sp.Symbol) -> str:
    name: str = symbol.name
    return name


def _domains() -> dict[str, Domain]:
    return {entry.symbol.name: entry.domain for entry in NOTATION}


def _default(symbol: sp.Symbol, row: int, integer: bool) -> Fraction:
    value = Fraction(_DEFAULTS.get(symbol.name, _OWN)[row])
    return Fraction(row + 1) if integer and value.denominator != 1 else value


def holds(formula: Formula, point: Mapping[sp.Symbol, Fraction]) -> bool:
    """Decide a formula exactly; where it is undefined it does not hold."""
    try:
        return formula.holds(point)
    except ZeroDivisionError:
        return False


def _search(
    point: Point, hypotheses: Sequence[Formula], integers: set[sp.Symbol], rng: random.Random, attempts: int
) -> Point | None:
    domains = _domains()
    for _ in range(attempts):
        violated = [part for part in hypotheses if not holds(part, point)]
        if not violated:
            return point
        chosen = rng.choice(violated)
        involved = sorted(chosen.symbols, key=_name)
        if not involved:
            return None
        # A claim's own symbols are moved first, so that the measurements at the default points remain of use.
        own = [symbol for symbol in involved if symbol.name not in domains]
        symbol = rng.choice(own if own and rng.random() < 0.8 else involved)
        candidates = [_root(chosen, symbol, point)] if rng.random() < 0.5 else []
        candidates += [_random(symbol, domains.get(symbol.name), symbol in integers, rng)]
        moved = next(value for value in candidates if value is not None)
        point = {**point, symbol: moved}
    return None


def _random(symbol: sp.Symbol, domain: Domain | None, integer: bool, rng: random.Random) -> Fraction:
    if integer or domain is Domain.COUNT:
        return rng.choice(_COUNTS)
    if domain is Domain.PROBABILITY:
        return rng.choice(_UNIT)
    value = rng.choice(_AMOUNTS)
    if domain is Domain.POSITIVE:
        return value
    if domain is Domain.NONNEGATIVE:
        return rng.choice((Fraction(0), value, value))
    return rng.choice((value, value, value, -value, Fraction(0)))


def _root(formula: Formula, symbol: sp.Symbol, point: Point) -> Fraction | None:
    """Return the value of a symbol at which both sides of an equation agree, where it enters linearly."""
    if not (isinstance(formula, Relation) and formula.operator == "=="):
        return None
    others = {key: sp.Rational(value.numerator, value.denominator) for key, value in point.items() if key != symbol}
    numerator = sp.numer(sp.together((formula.lhs - formula.rhs).xreplace(others)))
    polynomial = sp.Poly(numerator, symbol)
    if polynomial.degree() != 1:
        return None
    slope, constant = polynomial.all_coeffs()
    root = -constant / slope
    return Fraction(int(root.p), int(root.q)) if isinstance(root, sp.Rational) else None
