"""The axes of a grid: keys of a configuration that take several values, listed or as a range."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, PlainValidator, ValidationError

from numerics.configuration.messages import explain
from numerics.configuration.toml_text import plain, shown, value_text
from numerics.configuration.values import Refused, count, number
from numerics.sampling import Floats
from theory.errors import ConfigurationError

__all__ = ["Axis", "Location", "find_axes", "key_text"]

Location = tuple[str | int, ...]

#: Keys whose value is a single number or word, so that a list of them can only mean several values.
_SINGLE = {"dimension", "step_size", "samples", "steps", "data", "weight", "noise"}
_INTEGERS = {"dimension", "samples", "steps"}


@dataclass(frozen=True, eq=False)
class Axis:
    """One key that varies.

    Parameters
    ----------
    name : str
        What the dimension of the result is called.
    location : tuple
        Where the key is in the configuration.
    values : tuple
        Its values in order: numbers, strings, or whatever the key takes; the two ends of a range to sample from.
    scale : {"linear", "log"}
        How values of a range lie, or are drawn, between its ends.
    sampled : bool
        Whether it is a range to sample from, which only designs other than the product do.
    """

    name: str
    location: Location
    values: tuple[Any, ...]
    scale: Literal["linear", "log"] = "linear"
    sampled: bool = False

    def __len__(self) -> int:
        return len(self.values)

    @property
    def integer(self) -> bool:
        """Whether only integers are allowed."""
        return self.location[-1] in _INTEGERS

    @cached_property
    def numbers(self) -> Floats | None:
        """The values as floats, infinitely many samples as infinity; ``None`` where they are not all numbers."""
        if any((isinstance(value, str) and value != "inf") or isinstance(value, tuple) for value in self.values):
            return None
        return np.array([float(value) for value in self.values])

    @property
    def labels(self) -> list[str]:
        """The values as text."""
        return [value if isinstance(value, str) else value_text(value).replace("\n", "") for value in self.values]

    def spread(self, levels: Floats) -> NDArray[Any]:
        """Return the values (of a range), or positions among the values (of a list), at levels in [0, 1)."""
        if not self.sampled:
            return np.minimum((levels * len(self.values)).astype(np.intp), len(self.values) - 1)
        low, high = (float(value) for value in self.values)
        if self.integer:
            # Every integer gets the same share of the levels (of their logarithm), the ends too.
            low, high = low - 0.5, high + 0.5
        values = low * (high / low) ** levels if self.scale == "log" else low + (high - low) * levels
        if self.integer:
            values = np.rint(values)
        return np.clip(values, float(self.values[0]), float(self.values[1]))


class _Range(BaseModel):
    """``{start = ..., stop = ..., num = ..., scale = "log"}`` or ``{values = [...]}``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    values: Annotated[tuple[Any, ...] | None, Field(description="a list of one value or more, none of them twice")] = (
        None
    )
    start: Annotated[Decimal | None, PlainValidator(number), Field(description="a finite number")] = None
    stop: Annotated[Decimal | None, PlainValidator(number), Field(description="a finite number")] = None
    num: Annotated[
        int | None,
        PlainValidator(lambda value: count(value, most=10**9)),
        Field(description="an integer of at least 2"),
    ] = None
    scale: Annotated[Literal["linear", "log"], Field(description='"linear" or "log"')] = "linear"


def find_axes(tables: Mapping[str, Any], source: str, *, sampled: bool) -> list[Axis]:
    """Find the keys that vary, in the order of the file.

    Parameters
    ----------
    tables : mapping
        A configuration in which values may be lists or ranges.
    source : str
        What messages call the file.
    sampled : bool
        Whether ranges are sampled from, so that they have no ``num``.

    Raises
    ------
    ConfigurationError
        If a range is contradictory or empty, or two axes would have one name.
    """
    found: dict[str, Axis] = {}
    for location, value in _varied(tables):
        axis = _axis(_axis_name(tables, location), location, value, source, sampled)
        if axis.name in found:
            raise ConfigurationError(
                f"{source}: {key_text(location)} and {key_text(found[axis.name].location)} would both be called "
                f"{axis.name} in the result; give the classes names that differ in their letters and digits"
            )
        found[axis.name] = axis
    return list(found.values())


def key_text(location: Location) -> str:
    """Write a location in TOML notation."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).lstrip(".")


def _varied(tables: Mapping[str, Any]) -> Iterator[tuple[Location, Any]]:
    """Yield every value that is a list or a range where the key takes none."""
    adaptation, classes = tables.get("adaptation"), tables.get("task_class")
    places: list[tuple[Location, Mapping[str, Any]]] = [((), tables)]
    if isinstance(adaptation, Mapping):
        places.append((("adaptation",), adaptation))
    if isinstance(classes, list | tuple):
        places += [(("task_class", i), table) for i, table in enumerate(classes) if isinstance(table, Mapping)]
    for place, table in places:
        for key, value in table.items():
            if not place and key in ("adaptation", "task_class"):
                continue
            if isinstance(value, Mapping) or (key in _SINGLE and isinstance(plain(value), list | tuple)):
                yield (*place, key), value


def _axis_name(tables: Mapping[str, Any], location: Location) -> str:
    match location:
        case ("task_class", int(position), str(key)):
            name = tables["task_class"][position].get("name")
            letters = name if isinstance(name, str) and name else f"class{position}"
            return f"{''.join(c if c.isalnum() else '_' for c in letters)}_{key}"
        case _:
            return str(location[-1])


def _axis(name: str, location: Location, value: Any, source: str, sampled: bool) -> Axis:
    given = value if isinstance(value, Mapping) else {"values": value}
    try:
        spec = _Range.model_validate(dict(given))
    except ValidationError as error:
        raise ConfigurationError(explain(error, given, source, {(): _Range}, location)) from None

    def refuse(what: str, allowed: str) -> ConfigurationError:
        return ConfigurationError(f"{source}: {key_text(location)}: got {what}; must be {allowed}")

    range_keys = {key for key in ("start", "stop", "num", "scale") if key in given}
    if spec.values is not None:
        if range_keys:
            raise refuse(f"values and {', '.join(sorted(range_keys))}", "either values or start and stop")
        return Axis(name, location, _listed(spec.values, refuse))
    if spec.start is None or spec.stop is None:
        raise refuse(_shown_range(given), "a list of values, or a range with start and stop")
    if spec.start >= spec.stop:
        raise refuse(f"start = {spec.start}, stop = {spec.stop}, an empty range", "a start below the stop")
    if spec.scale == "log" and spec.start <= 0:
        raise refuse(f'start = {spec.start} with scale = "log"', "a start above 0")
    if sampled:
        if spec.num is not None:
            raise refuse(f"num = {spec.num} in a sampled design", "a range without num: [sweep] points says how many")
        whole = location[-1] in _INTEGERS and spec.start == int(spec.start) and spec.stop == int(spec.stop)
        ends = (int(spec.start), int(spec.stop)) if whole else (spec.start, spec.stop)
        return Axis(name, location, ends, spec.scale, sampled=True)
    if spec.num == 1:
        raise ConfigurationError(f"{source}: {key_text(location)}.num: got 1; must be an integer of at least 2")
    if spec.num is None:
        raise refuse(_shown_range(given), "a range with num, the number of values")
    return Axis(name, location, _spaced(spec, location[-1] in _INTEGERS, refuse), spec.scale)


def _shown_range(given: Mapping[str, Any]) -> str:
    return "a range with " + (" and ".join(f"{key} = {shown(value)}" for key, value in given.items()) or "no keys")


def _listed(values: tuple[Any, ...], refuse: Any) -> tuple[Any, ...]:
    if not values:
        raise refuse("an empty list", "a list of one value or more")
    found = tuple(_frozen(value) for value in values)
    seen: set[Any] = set()
    for value in found:
        if value in seen:
            raise refuse(f"{shown(value)} twice", "values of which none is listed twice")
        seen.add(value)
    return found


def _frozen(value: Any) -> Any:
    """Turn lists into tuples, and numbers into what a configuration holds; what is wrong is refused with its key."""
    value = plain(value)
    if isinstance(value, list | tuple):
        return tuple(_frozen(item) for item in value)
    if isinstance(value, float | Decimal) and not isinstance(value, bool):
        try:
            return number(value)
        except Refused:
            return value
    return value if isinstance(value, str | int | bool) else shown(value)


def _spaced(spec: _Range, integer: bool, refuse: Any) -> tuple[Any, ...]:
    assert spec.start is not None
    assert spec.stop is not None
    assert spec.num is not None
    space = np.geomspace if spec.scale == "log" else np.linspace
    values = space(float(spec.start), float(spec.stop), spec.num)
    if not integer:
        return tuple(values.tolist())
    whole = tuple(int(value) for value in np.rint(values))
    if len(set(whole)) < len(whole):
        given = f"{spec.num} values from {spec.start} to {spec.stop} ({len(set(whole))} different integers)"
        raise refuse(given, "a range of as many integers: take a smaller num")
    return whole
