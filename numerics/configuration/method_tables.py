"""The tables ``[method.NAME]``: what each method's own parameters may be is stated where the method is."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from numerics.configuration.toml_text import plain, shown
from numerics.configuration.values import Refused, count, number
from theory.methods import METHODS, NAMES
from theory.methods.method import Method
from theory.methods.parameters import Choice, Count, Flag, Kind, Real, parameters_of

__all__ = ["built_method", "read_method_tables"]

#: How far from 1 shares may sum; they are then scaled to sum to 1.
SHARE_TOLERANCE = Fraction(1, 10**9)


def read_method_tables(value: object) -> dict[str, dict[str, Any]]:
    """Read the tables by the methods' names, numbers as the decimals that were written.

    Raises
    ------
    Refused
        At the first key at fault.
    """
    if not isinstance(value, Mapping):
        raise Refused()
    tables = {}
    for name, table in value.items():
        if name not in NAMES:
            close = difflib.get_close_matches(str(name), NAMES, n=1)
            raise Refused(
                "no method has that name" + (f", did you mean {close[0]}?" if close else ""),
                at=f".{name}",
                given=shown(table),
                allowed=f"a table of one of the methods {', '.join(NAMES)}",
            )
        tables[str(name)] = _read_table(name, table)
    return tables


def _read_table(name: str, table: object) -> dict[str, Any]:
    known = {item.name: item.metadata["kind"] for item in parameters_of(METHODS[name])}
    if not isinstance(table, Mapping):
        raise Refused(at=f".{name}", given=shown(table), allowed="a table of the method's parameters")
    values = {}
    for key, value in table.items():
        if key not in known:
            close = difflib.get_close_matches(str(key), known, n=1)
            raise Refused(
                "unknown key" + (f", did you mean {close[0]}?" if close else ""),
                at=f".{name}.{key}",
                given=shown(value),
                allowed=f"one of the keys {', '.join(known)}" if known else "absent: the method has no parameters",
            )
        try:
            values[str(key)] = _read(known[key], plain(value))
        except Refused as refused:
            raise Refused(
                refused.reason,
                at=f".{name}.{key}{refused.at}",
                given=shown(value) if refused.given is None else refused.given,
                allowed=known[key].allowed if refused.allowed is None else refused.allowed,
            ) from None
    return values


def _read(kind: Kind, value: object) -> Any:
    if isinstance(kind, Flag):
        if not isinstance(value, bool):
            raise Refused()
        return value
    if isinstance(kind, Choice):
        # A bool equals 0 or 1.
        if isinstance(value, bool) or value not in kind.options:
            raise Refused()
        return value
    if isinstance(kind, Count):
        return count(value, most=kind.most)
    if isinstance(kind, Real):
        exact = number(value)
        if not kind.accepts(Fraction(exact)):
            raise Refused()
        return exact
    if not isinstance(value, list | tuple):
        raise Refused()
    shares = tuple(number(item, at=f"[{i}]") for i, item in enumerate(value))
    if not shares or min(shares) < 0:
        raise Refused()
    if abs(sum(map(Fraction, shares), Fraction(0)) - 1) > SHARE_TOLERANCE:
        raise Refused(f"their sum is {sum(shares):.12g}")
    return shares


def built_method(name: str, table: Mapping[str, Any]) -> Method:
    """Build a method from its table, defaults filled in, numbers as fractions.

    Parameters
    ----------
    name : str
        The method.
    table : mapping
        As :func:`read_method_tables` returns it; may be empty.
    """
    return METHODS[name](**{key: _exact(value) for key, value in table.items()})


def _exact(value: Any) -> Any:
    if isinstance(value, Decimal):
        return Fraction(value)
    if isinstance(value, tuple):
        total = sum(map(Fraction, value), Fraction(0))
        return tuple(Fraction(item) / total for item in value)
    return value
