"""Numbers, counts and arrays as a configuration writes them, kept exactly as decimals.

Decimals rather than floats, so that ``0.9`` means 9/10 in exact arithmetic and a configuration can be written back as
it was read. A Python float stands for the shortest decimal that rounds to it, which is what ``repr`` prints.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from numerics.configuration.toml_text import OutOfRange, plain, shown

if TYPE_CHECKING:
    from typing_extensions import TypeIs

__all__ = ["MAX_COUNT", "Entries", "Matrix", "Refused", "Vector", "count", "is_matrix", "matrix", "number", "vector"]

Vector = tuple[Decimal, ...]
Matrix = tuple[Vector, ...]
#: A number (times the identity, or every coordinate), a list (a diagonal, or a vector) or a matrix.
Entries = Decimal | Vector | Matrix

#: Largest count: above it, float64 no longer tells two neighbouring integers apart.
MAX_COUNT = 2**53
#: Enough for every float64 written out in full (767 digits), and short enough to keep exact arithmetic quick.
MAX_DIGITS = 800


class Refused(ValueError):
    """A value that a configuration may not hold; pydantic collects these, ``messages`` words them.

    Parameters
    ----------
    reason : str
        What is wrong with the value, in a few words; may be empty where "got ..., must be ..." says it all.
    at : str
        Where below the key that is being validated, e.g. ``"[0][1]"``.
    given, allowed : str, optional
        Replace the value and the description of the key in the message.
    """

    def __init__(self, reason: str = "", *, at: str = "", given: str | None = None, allowed: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.at = at
        self.given = given
        self.allowed = allowed


def number(value: object, *, at: str = "") -> Decimal:
    """Read a finite number that float64 can hold.

    Parameters
    ----------
    value : object
        An integer, a decimal or a float; not a bool, not a string.
    at : str
        Where the number stands in an array, as in :class:`Refused`.

    Raises
    ------
    Refused
        If it is anything else.
    """

    def refuse(reason: str) -> Refused:
        return Refused(reason, at=at, given=shown(value), allowed="a finite number") if at else Refused(reason)

    value = plain(value)
    if isinstance(value, OutOfRange):
        raise refuse("its exponent is out of range")
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise refuse("not a number")
    exact = Decimal(float.__repr__(value)) if isinstance(value, float) else Decimal(value)
    if not exact.is_finite():
        raise refuse("not finite")
    rounded = float(exact)
    if math.isinf(rounded):
        raise refuse("float64 overflows: it ends near 1.8e308")
    if exact and not rounded:
        raise refuse("float64 underflows: it starts near 4.9e-324")
    if len(exact.as_tuple().digits) > MAX_DIGITS:
        raise refuse(f"it has {len(exact.as_tuple().digits)} digits, more than {MAX_DIGITS}")
    return exact if exact else exact.copy_abs()


def count(value: object, *, most: int = MAX_COUNT) -> int:
    """Read an integer from 1 to ``most``; 25.0 is not one.

    Raises
    ------
    Refused
        If it is anything else.
    """
    value = plain(value)
    if isinstance(value, bool):
        raise Refused("not an integer")
    if isinstance(value, float | Decimal):
        decimal = Decimal(value)
        whole = decimal.is_finite() and 1 <= decimal <= most and decimal == int(decimal)
        raise Refused(f"not an integer: write {int(decimal)}" if whole else "not an integer")
    if not isinstance(value, int):
        raise Refused("not an integer")
    if value < 1:
        raise Refused()
    if value > most:
        raise Refused(f"more than {most}")
    return value


def vector(value: object, dimension: int | None) -> Decimal | Vector:
    """Read a number or a list of numbers.

    Parameters
    ----------
    value : object
        What the configuration gives.
    dimension : int or None
        The length of the list; None if the configuration's own dimension is at fault, so that any length will do.

    Raises
    ------
    Refused
        If an entry is not a number, or the length disagrees.
    """
    value = plain(value)
    if not isinstance(value, list | tuple):
        return number(value)
    _match_length(value, dimension, "entry", "entries")
    return tuple(number(entry, at=f"[{i}]") for i, entry in enumerate(value))


def matrix(value: object, dimension: int | None) -> Entries:
    """Read a number, a list of numbers or a square list of lists; arguments and errors as for :func:`vector`."""
    value = plain(value)
    rows = [plain(row) for row in value] if isinstance(value, list | tuple) else []
    if not any(isinstance(row, list | tuple) for row in rows):
        return vector(value, dimension)
    length = len(rows) if dimension is None else dimension
    _match_length(rows, length, "row", "rows")
    return tuple(_row(row, length, at=f"[{i}]") for i, row in enumerate(rows))


def _row(row: object, length: int, at: str) -> Vector:
    if not isinstance(row, list | tuple):
        raise Refused("not a row: a matrix is a list of lists", at=at, given=shown(row))
    _match_length(row, length, "entry", "entries", at=at)
    return tuple(number(entry, at=f"{at}[{j}]") for j, entry in enumerate(row))


def is_matrix(entries: Entries) -> TypeIs[Matrix]:
    """Whether the entries are rows."""
    return isinstance(entries, tuple) and isinstance(entries[0], tuple)


def _match_length(items: Sequence[object], length: int | None, one: str, many: str, at: str = "") -> None:
    """Refuse a list that is empty or does not have the length that the dimension asks for."""
    if not items:
        raise Refused("an empty list", at=at, given=shown(items))
    if length is not None and len(items) != length:
        counted = f"{len(items)} {one if len(items) == 1 else many}"
        raise Refused(f"{counted}, but dimension is {length}", at=at, given=shown(items))
