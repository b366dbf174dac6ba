"""What goes to the terminal and into JSON: consoles, tables, and numbers in both."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from proofs_check.commands.options import Target

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress
    from rich.table import Table

__all__ = ["console", "counted", "json_number", "progress_bar", "shown_number", "table", "write_json"]

#: Width of tables that go to a file or pipe, where there is no terminal to ask.
_WIDTH = 140
#: Exact rationals longer than this are shown to people by their decimal value.
_LONGEST_FRACTION = 24


def write_json(target: Target, payload: Mapping[str, Any]) -> None:
    """Write a JSON object; NaN and infinities are refused, because JSON has none."""
    target.write(json.dumps(payload, indent=2, allow_nan=False) + "\n")


def json_number(value: Any, *, exact: bool) -> float | str | None:
    """Turn a number into what JSON can hold.

    Parameters
    ----------
    value : number or None
        ``None``, or NaN, where the quantity is undefined.
    exact : bool
        Whether exact values become strings such as ``"3/7"``.

    Returns
    -------
    float, str or None
        Infinities are the strings ``"inf"`` and ``"-inf"`` either way.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, float) and math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return str(value) if exact else float(value)


def shown_number(value: float | str | None) -> str:
    """Write a number of a JSON object for people: six significant digits, fractions while they are short."""
    if value is None:
        return "undefined"
    if isinstance(value, str):
        if len(value) <= _LONGEST_FRACTION:
            return value
        # Decimals, because they take any number of digits and any exponent.
        numerator, _, denominator = value.partition("/")
        return f"~{Decimal(numerator) / Decimal(denominator or 1):.6g} ({len(value)} characters in --json)"
    return f"{value:.6g}"


def counted(number: int, what: str, several: str | None = None) -> str:
    """Write a number with its noun: ``1 claim``, ``2 claims``."""
    return f"{number} {what if number == 1 else several or f'{what}s'}"


def console(*, stderr: bool = False) -> Console:
    """Make a console that colours only on a terminal, honours NO_COLOR and reads no markup into texts."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    # A text that the terminal's encoding lacks is shown escaped; it does not end the command.
    getattr(stream, "reconfigure", lambda **_: None)(errors="backslashreplace")
    made = Console(file=stream, markup=False, highlight=False, emoji=False, soft_wrap=False)
    if not made.is_terminal and "COLUMNS" not in os.environ:
        made.width = _WIDTH
    return made


def table(*columns: str, right: tuple[str, ...] = (), whole: tuple[str, ...] = ()) -> Table:
    """Make a table.

    Parameters
    ----------
    *columns : str
        Headings.
    right : tuple of str
        Columns of numbers, flush right.
    whole : tuple of str
        Columns whose entries, such as names, must not be broken.
    """
    from rich import box
    from rich.table import Table

    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        made.add_column(
            column,
            justify="right" if column in right else "left",
            no_wrap=column in right or column in whole,
            overflow="fold",
        )
    return made


def progress_bar() -> Progress:
    """Make a progress bar on stderr, which shows only where that is a terminal."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=(errors := console(stderr=True)),
        transient=True,
        disable=not errors.is_terminal,
    )
