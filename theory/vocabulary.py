"""The symbols that a claim speaks of: their domains as hypotheses, and that there is none that it never introduced."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from theory.admissible import suggestion
from theory.claim import Claim, Layer
from theory.conclusion import Limit, Monotonicity, Statement
from theory.errors import ClaimError, UnknownNameError
from theory.formula import Formula, ge, gt, integer, lt
from theory.symbols import NOTATION, Domain

__all__ = ["domains", "refuse_unknown_symbols"]


def domains(*symbols: sp.Symbol) -> tuple[Formula, ...]:
    """Return the domains of symbols of the notation as formulas, for a claim's hypotheses.

    Parameters
    ----------
    *symbols : sympy.Symbol
        Of the notation; see :data:`theory.symbols.NOTATION`.

    Returns
    -------
    tuple of Formula
        In the order of the symbols, for example ``alpha > 0``, ``p > 0``, ``p < 1``, ``m >= 1``, ``m is an integer``;
        none for a symbol that may be any real number.

    Raises
    ------
    UnknownNameError
        If a symbol is not of the notation.
    """
    known = {entry.symbol: entry.domain for entry in NOTATION}
    for symbol in symbols:
        if symbol not in known:
            raise UnknownNameError.among("symbol of the notation", str(symbol), map(str, known))
    return tuple(formula for symbol in symbols for formula in _domain(symbol, known[symbol]))


def _domain(symbol: sp.Symbol, domain: Domain) -> tuple[Formula, ...]:
    return {
        Domain.REAL: (),
        Domain.NONNEGATIVE: (ge(symbol, 0),),
        Domain.POSITIVE: (gt(symbol, 0),),
        Domain.PROBABILITY: (gt(symbol, 0), lt(symbol, 1)),
        Domain.COUNT: (ge(symbol, 1), integer(symbol)),
    }[domain]


def refuse_unknown_symbols(claim: Claim) -> None:
    """Refuse a claim that uses a symbol which neither its hypotheses nor its layers nor the notation know.

    A misspelt symbol would otherwise be one more variable, of which nothing is assumed.

    Raises
    ------
    ClaimError
        If it does; the message suggests what was probably meant.
    """
    hypothesised = {symbol for hypothesis in claim.hypotheses for symbol in hypothesis.symbols}
    known = hypothesised | {entry.symbol for entry in NOTATION}
    for layer in claim.layers:
        _refuse(claim, f"layer {layer.symbol}", _symbols_of(layer), known)
        known.add(layer.symbol)
    _refuse(claim, "the conclusion", _concluded(claim), known)


def _symbols_of(layer: Layer) -> Iterator[sp.Symbol]:
    if layer.definition is not None:
        yield from layer.definition.free_symbols
    # What a derivation contains by itself is of the notation; what its setting and replacements bring may not be.
    for symbol, value in getattr(layer.derivation, "replacements", ()):
        yield from {symbol} | sp.sympify(value).free_symbols
    setting = getattr(getattr(layer.derivation, "quantity", layer.derivation), "setting", None)
    if setting is not None:
        yield setting.step_size


def _concluded(claim: Claim) -> Iterator[sp.Symbol]:
    conclusion = claim.conclusion
    if isinstance(conclusion, Statement):
        yield from conclusion.formula.symbols
    elif isinstance(conclusion, Monotonicity):
        yield from {*conclusion.variables, *conclusion.expression.free_symbols}
    elif isinstance(conclusion, Limit):
        parts = (conclusion.expression, conclusion.variable, conclusion.point, conclusion.value)
        yield from {symbol for part in parts for symbol in part.free_symbols}


def _refuse(claim: Claim, what: str, used: Iterator[sp.Symbol], known: set[sp.Symbol]) -> None:
    unknown = sorted({str(symbol) for symbol in used if symbol not in known})
    if not unknown:
        return
    name = unknown[0]
    if name in {str(layer.symbol) for layer in claim.layers}:
        raise ClaimError(f"{claim.name}: {what} uses {name}, which is not defined before it; move its layer up")
    asked = suggestion(name, map(str, known))
    raise ClaimError(
        f"{claim.name}: {what} uses the symbol {name}, which no hypothesis, earlier layer or notation knows; "
        f"{asked + ' if not, ' if asked else ''}state what is assumed of it, such as gt({name}, 0), or of any real "
        f"number ge({name}**2, 0)"
    )
