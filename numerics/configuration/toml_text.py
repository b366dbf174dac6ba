"""Values as TOML text: floats read exactly, values written back, and a short form of anything for messages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

import numpy as np

__all__ = ["OutOfRange", "key_text", "number_text", "plain", "shown", "toml_float", "value_text"]

#: TOML promises 64-bit integers only; larger whole numbers are written as floats, which this library reads exactly.
MAX_TOML_INTEGER = 2**63 - 1

#: How much of a value a message shows.
SHOWN_ITEMS = 6
SHOWN_CHARACTERS = 60
SHOWN_DEPTH = 2


class OutOfRange(str):
    """The text of a TOML number whose exponent not even :class:`~decimal.Decimal` can hold; always refused."""

    __slots__ = ()


def toml_float(text: str) -> Decimal | OutOfRange:
    """Read a TOML float exactly: the ``parse_float`` of :func:`tomllib.loads`."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return OutOfRange(text)


def plain(value: object) -> object:
    """Turn NumPy arrays and scalars, welcome in mappings built by programs, into what TOML would have given."""
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


def number_text(value: Decimal) -> str:
    """Write a finite decimal so that TOML reads the same decimal."""
    text = str(value)
    is_integer = text.lstrip("-").isdigit()
    return f"{text}.0" if is_integer and abs(value) > MAX_TOML_INTEGER else text


def string_text(value: str) -> str:
    """Write a basic TOML string, in double quotes, on one line and in printable characters."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else _escape(ord(c)) for c in escaped) + '"'


def _escape(code: int) -> str:
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def key_text(key: str) -> str:
    """Write a TOML key, quoted where it has to be."""
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _shortened(string_text(key))


def value_text(value: object) -> str:
    """Write a value on the right of a key; a matrix takes a line for each row."""
    match value:
        case str():
            return string_text(value)
        case bool():
            return "true" if value else "false"
        case Decimal():
            return number_text(value)
        case (tuple(), *_):
            rows = "".join(f"    {value_text(row)},\n" for row in value)
            return f"[\n{rows}]"
        case tuple():
            return "[" + ", ".join(value_text(item) for item in value) + "]"
        case _:
            return str(value)


def shown(value: object, depth: int = SHOWN_DEPTH) -> str:
    """Show any value the way TOML would write it, cut to a length that fits a message."""
    value = plain(value)
    if isinstance(value, OutOfRange):
        return _shortened(str(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        # Not repr: Python refuses to print integers of more than 4300 digits.
        return _shortened(str(Decimal(value)))
    if isinstance(value, float):
        return float.__repr__(value)
    if isinstance(value, Decimal):
        return _shortened(str(value)).replace("Infinity", "inf").replace("NaN", "nan")
    if isinstance(value, str):
        ends = value if len(value) < 4 * SHOWN_CHARACTERS else value[:SHOWN_CHARACTERS] + value[-SHOWN_CHARACTERS:]
        return _shortened(string_text(ends))
    if isinstance(value, list | tuple):
        return _shown_list(value, depth)
    if isinstance(value, Mapping):
        return "an empty table" if not value else "a table"
    if value is None:
        return "nothing (None)"
    return _shortened(f"{value!r} ({type(value).__name__})")


def _shown_list(items: Sequence[object], depth: int) -> str:
    if depth == 0:
        return "[...]"
    parts = [shown(item, depth - 1) for item in items[:SHOWN_ITEMS]]
    if len(items) > SHOWN_ITEMS:
        parts.append("...")
    # A matrix of a few rows is worth more room than a number: the reader looks for the entry at fault.
    return _shortened("[" + ", ".join(parts) + "]", SHOWN_CHARACTERS * depth)


def _shortened(text: str, most: int = SHOWN_CHARACTERS) -> str:
    """Cut the middle out of a long text, so that both its beginning and its end can be recognised."""
    if len(text) <= most:
        return text
    half = (most - 5) // 2
    return f"{text[:half]} ... {text[-half:]}"
