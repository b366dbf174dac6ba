"""What pydantic found wrong with a configuration, as one message: which key, what was given, what is allowed."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from numerics.configuration.tables import TABLES
from numerics.configuration.toml_text import key_text, shown
from numerics.configuration.values import Refused

__all__ = ["explain"]

#: How many problems one message lists.
MOST_LISTED = 5

Location = tuple[int | str, ...]


def explain(
    error: ValidationError,
    mapping: Mapping[str, Any],
    source: str | None,
    tables: Mapping[tuple[str, ...], type[BaseModel]] = TABLES,
    at: Location = (),
) -> str:
    """Word all problems of a configuration as one message, a line for each of the first few.

    Parameters
    ----------
    error : ValidationError
        From :func:`numerics.configuration.tables.read_tables`.
    mapping : mapping
        What was validated, to call task classes by the names they were given.
    source : str or None
        The file, put in front.
    tables : mapping from place to table
        Whose descriptions say what is allowed; those of a configuration by default.
    at : tuple
        Where in the file the mapping stands, if not at its top.
    """
    details = [_Detail(detail, mapping, tables, at) for detail in error.errors(include_url=False)]
    # A misspelt required key is one mistake, not an unknown key and a missing one.
    meant = {detail.meant for detail in details if detail.meant is not None}
    lines = [detail.line() for detail in details if not (detail.kind == "missing" and detail.location in meant)]
    prefix = f"{source}: " if source else ""
    if len(lines) == 1:
        return prefix + lines[0]
    listed = [f"  {line}" for line in lines[:MOST_LISTED]]
    if len(lines) > MOST_LISTED:
        listed.append(f"  and {len(lines) - MOST_LISTED} more")
    return "\n".join([f"{prefix}{len(lines)} problems in the configuration", *listed])


class _Detail:
    """One of pydantic's complaints."""

    def __init__(
        self,
        detail: Any,
        mapping: Mapping[str, Any],
        tables: Mapping[tuple[str, ...], type[BaseModel]],
        at: Location,
    ) -> None:
        self.kind: str = detail["type"]
        self.location: Location = detail["loc"]
        self.input: object = detail["input"]
        self.cause: object = detail.get("ctx", {}).get("error")
        self.mapping, self.tables, self.at = mapping, tables, at
        self.meant = self._meant()

    def line(self) -> str:
        """Word the complaint: key, what was given, what is allowed."""
        if self.kind == "missing":
            return f"{self._key()}: missing; must be {self._allowed()}"
        if self.kind == "extra_forbidden":
            return f"{self._key()}: unknown key{self._hint()}; {self._known_keys()}"
        if self.kind in ("invalid_key", "string_unicode"):
            # Pydantic locates the one by its key and the other, which no message could spell, by its table.
            table = self._table() if self.kind == "invalid_key" else self.location
            return f"{_key(table)}: the key {shown(self.input)} is not a string of Unicode text"
        cause = self.cause if isinstance(self.cause, Refused) else Refused()
        given = cause.given if cause.given is not None else shown(self.input)
        allowed = cause.allowed if cause.allowed is not None else self._allowed()
        reason = f" ({cause.reason})" if cause.reason else ""
        return f"{self._key(cause.at)}: got {given}{reason}; must be {allowed}"

    def _key(self, below: str = "") -> str:
        """Write the key in TOML notation, with the name of the task class it belongs to."""
        match self.location:
            case ("task_class", int(position), *_):
                return f"{_key(self.location)}{below}{self._class_name(position)}"
            case _:
                return f"{_key((*self.at, *self.location))}{below}"

    def _class_name(self, position: int) -> str:
        classes = self.mapping.get("task_class")
        table = classes[position] if isinstance(classes, list | tuple) and position < len(classes) else None
        name = table.get("name") if isinstance(table, Mapping) else None
        return f" (class {shown(name)})" if isinstance(name, str) else ""

    def _table(self) -> Location:
        """Tell where the table is that the last key of the location is in."""
        return self.location[:-1]

    def _allowed(self) -> str:
        """Read what the field at the location allows off its description."""
        *table, field = _names(self.location)
        return self.tables[tuple(table)].model_fields[field].description or ""

    def _meant(self) -> Location | None:
        """Guess which key of the same table an unknown one stands for."""
        if self.kind != "extra_forbidden":
            return None
        known = self.tables[_names(self._table())].model_fields
        close = difflib.get_close_matches(str(self.location[-1]).lower(), known, n=1)
        return (*self._table(), close[0]) if close else None

    def _hint(self) -> str:
        if self.meant is not None:
            return f", did you mean {key_text(str(self.meant[-1]))}?"
        homes = [place for place, table in self.tables.items() if self.location[-1] in table.model_fields]
        return f" here, it belongs {_heading(homes[0])}" if homes else ""

    def _known_keys(self) -> str:
        names = _names(self._table())
        return f"the keys {_heading((*_names(self.at), *names))} are {', '.join(self.tables[names].model_fields)}"


def _names(location: Location) -> tuple[str, ...]:
    """Leave out the positions in arrays."""
    return tuple(part for part in location if isinstance(part, str))


def _key(location: Iterable[int | str]) -> str:
    """Write a location in TOML notation, such as ``task_class[1].covariance``."""
    key = ""
    for part in location:
        key += f"[{part}]" if isinstance(part, int) else f"{'.' if key else ''}{key_text(part)}"
    return key or "the configuration"


def _heading(names: tuple[str, ...]) -> str:
    """Say where in a file the keys of a table stand."""
    if not names:
        return "at the top, above the first [table]"
    return "in [[task_class]]" if names == ("task_class",) else f"in [{'.'.join(names)}]"
