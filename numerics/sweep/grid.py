"""The grid file: a configuration in which keys may vary, and a table ``[sweep]`` that says what to compute where."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import cached_property
from os import PathLike, fsdecode
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, ValidationError

from numerics.configuration import Configuration
from numerics.configuration.document import parse_tables, read_text
from numerics.configuration.messages import explain
from numerics.configuration.toml_text import plain, shown
from numerics.configuration.values import Refused, count, number
from numerics.isotropic import PAIR_STEPS
from numerics.scheduling import own_version
from numerics.sweep.axes import Axis, Location, find_axes, key_text
from theory.claims.collins2022 import CONDITIONS
from theory.errors import ConfigurationError, UnknownNameError

__all__ = ["CLOSED_FORMS", "SIMULATIONS", "Grid", "SweepTable", "load_grid", "parse_grid"]

#: Closed forms of every configuration, and those of two isotropic classes only.
CLOSED_FORMS = ("risk_nal", "risk_maml", "noise_floor", "gain", "ratio", "share_nal", "share_maml")
PAIR_ONLY = ("share_nal", "share_maml")
#: What can be measured at each point; each also gives its standard error.
SIMULATIONS = ("risk_nal", "risk_maml", "gain", "descent_nal", "descent_maml")
#: What a class's weight may be, once: 1 minus the others.
REST = "rest"
#: Points computed at a time, saved and lost together: of closed forms, of single evaluations, of simulations.
_CHUNKS = {"pair": 2**16, "general": 2**8, "simulation": 2**4}
#: Points, at most: positions are exact integers in float64 and in every file format.
_MOST_POINTS = 2**48
_MOST_SOBOL = 2**30


def _names(value: object) -> tuple[str, ...]:
    value = plain(value)
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise Refused()
    if len(set(value)) < len(value):
        raise Refused("a name twice")
    return tuple(value)


def _symbols(value: object) -> dict[str, Decimal]:
    if not isinstance(value, Mapping):
        raise Refused()
    return {str(name): number(item, at=f".{name}") for name, item in value.items()}


_Names = Annotated[tuple[str, ...], PlainValidator(_names)]


class SweepTable(BaseModel):
    """``[sweep]``: how points are laid out and what is computed at each."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    design: Annotated[
        Literal["product", "latin-hypercube", "sobol"],
        Field(description='"product", "latin-hypercube" or "sobol"'),
    ] = "product"
    points: Annotated[
        int | None, PlainValidator(count), Field(description="an integer of at least 1, for a sampled design")
    ] = None
    closed_forms: Annotated[_Names, Field(description=f"a list of names among {', '.join(CLOSED_FORMS)}")] = (
        "risk_nal",
        "risk_maml",
        "gain",
        "ratio",
    )
    conditions: Annotated[_Names, Field(description="a list of names or globs of claims that are conditions")] = ()
    claims: Annotated[_Names, Field(description="a list of names or globs of claims in scalars of the pair")] = ()
    symbols: Annotated[
        dict[str, Decimal], PlainValidator(_symbols), Field(description="a table of numbers, by symbol of the claims")
    ] = {}
    simulate: Annotated[_Names, Field(description=f"a list of names among {', '.join(SIMULATIONS)}")] = ()
    tasks: Annotated[int, PlainValidator(count), Field(description="an integer of at least 2")] = 1000
    outer_steps: Annotated[int, PlainValidator(count), Field(description="an integer of at least 2")] = 1000
    chunk: Annotated[
        int | None,
        PlainValidator(lambda value: count(value, most=2**24)),
        Field(description=f"an integer from 1 to {2**24}"),
    ] = None


class _GridTable(BaseModel):
    sweep: Annotated[SweepTable, Field(description="a table")] = SweepTable()


_TABLES: Mapping[tuple[str, ...], type[BaseModel]] = {(): _GridTable, ("sweep",): SweepTable}


@dataclass(frozen=True, eq=False)
class Grid:
    """Points in the space of configurations, and what is to be computed at each.

    Make one with :func:`load_grid` or :func:`parse_grid`.

    Parameters
    ----------
    text : str
        The file as written, which the result repeats.
    tables : mapping
        The configuration with the first value of each axis in its place.
    axes : tuple of Axis
        What varies; the last one fastest.
    table : SweepTable
        The table ``[sweep]``.
    rest : int or None
        The class whose weight is 1 minus the others.
    seed : int
        Source of all randomness.
    """

    text: str
    tables: Mapping[str, Any]
    axes: tuple[Axis, ...]
    table: SweepTable
    rest: int | None
    seed: int

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the axes of the result."""
        return tuple(map(len, self.axes)) if self.table.design == "product" else (self.points,)

    @property
    def points(self) -> int:
        """Number of points."""
        return math.prod(map(len, self.axes)) if self.table.points is None else self.table.points

    @cached_property
    def is_pair(self) -> bool:
        """Whether every point is two isotropic classes with few steps, so that compact closed forms apply."""
        classes, adaptation = self.tables["task_class"], self.tables["adaptation"]
        steps = self._all_values(("adaptation", "steps"), adaptation.get("steps", 1))
        variances = [
            value
            for i, table in enumerate(classes)
            for key in ("covariance", "spread", "centre")
            for value in self._all_values(("task_class", i, key), table.get(key, 0))
            if key == "covariance" or self.axis(("task_class", i, key)) is not None
        ]
        numbers = not any(isinstance(plain(value), list | tuple) for value in variances)
        return len(classes) == 2 and numbers and max(steps) <= PAIR_STEPS

    @property
    def chunk(self) -> int:
        """Points computed at a time."""
        kind = "simulation" if self.table.simulate else "pair" if self.is_pair else "general"
        return self.table.chunk or _CHUNKS[kind]

    @property
    def chunks(self) -> int:
        """Number of chunks."""
        return -(-self.points // self.chunk)

    @cached_property
    def digest(self) -> str:
        """Identifies what the values follow from: the file, the seed and the version of the library."""
        return hashlib.sha256("\0".join((self.text, str(self.seed), own_version())).encode()).hexdigest()

    def axis(self, location: Location) -> Axis | None:
        """Return the axis along which a key varies, if it does."""
        return next((axis for axis in self.axes if axis.location == location), None)

    def span(self, position: int) -> range:
        """Return the points of a chunk."""
        return range(position * self.chunk, min((position + 1) * self.chunk, self.points))

    def _all_values(self, location: Location, fixed: Any) -> tuple[Any, ...]:
        axis = self.axis(location)
        return (fixed,) if axis is None else axis.values


def load_grid(path: str | PathLike[str], *, seed: int = 0) -> Grid:
    """Read a grid file.

    Raises
    ------
    ConfigurationError
        If it cannot be read, or what it describes is no grid of valid configurations.
    UnknownNameError
        If it asks for a claim or closed form that there is not.
    """
    return parse_grid(read_text(path), source=fsdecode(path), seed=seed)


def parse_grid(text: str, *, source: str = "grid", seed: int = 0) -> Grid:
    """Read the text of a grid file; errors as for :func:`load_grid`."""
    tables = parse_tables(text, source)
    given = {"sweep": tables.pop("sweep")} if "sweep" in tables else {}
    try:
        table = _GridTable.model_validate(given).sweep
    except ValidationError as error:
        raise ConfigurationError(explain(error, given, source, _TABLES)) from None
    axes = tuple(find_axes(tables, source, sampled=table.design != "product"))
    _check_design(table, axes, source)
    for axis in axes:
        _place(tables, axis.location, axis.values[0])
    grid = Grid(text, tables, axes, table, _rest_class(tables, source), seed)
    _check_weights(grid, source)
    _check_values(grid, source)
    _check_outputs(grid, source)
    return grid


def _check_design(table: SweepTable, axes: tuple[Axis, ...], source: str) -> None:
    if not axes:
        raise ConfigurationError(
            f"{source}: no key varies; give one or more a list of values, such as samples = [10, 100], or a range, "
            "such as step_size = {start = 0.1, stop = 0.9, num = 9}"
        )
    if table.design == "product":
        if table.points is not None:
            raise ConfigurationError(
                f'{source}: sweep.points: got {table.points} with design = "product"; must be left out: the lengths of '
                "the axes say how many"
            )
    elif table.points is None:
        raise ConfigurationError(f'{source}: sweep.points: missing; must be given with design = "{table.design}"')
    elif table.design == "sobol" and (table.points & (table.points - 1) or table.points > _MOST_SOBOL):
        near = min(_MOST_SOBOL, 2 ** table.points.bit_length())
        raise ConfigurationError(
            f'{source}: sweep.points: got {table.points} with design = "sobol"; must be a power of 2 up to '
            f"{_MOST_SOBOL}, which the sequence needs to be balanced: {near}, for example"
        )
    if math.prod(map(len, axes)) > _MOST_POINTS:
        raise ConfigurationError(
            f"{source}: the product of the axes has {math.prod(map(len, axes)):.3g} points; must be at most "
            f"{_MOST_POINTS:.3g}"
        )
    for key in ("tasks", "outer_steps"):
        if getattr(table, key) < 2:
            raise ConfigurationError(f"{source}: sweep.{key}: got 1; must be an integer of at least 2")


def _place(tables: dict[str, Any], location: Location, value: Any) -> None:
    """Put a value where a key is, lists as the configuration takes them."""
    place: Any = tables
    for part in location[:-1]:
        place = place[part]
    place[location[-1]] = value


def _rest_class(tables: dict[str, Any], source: str) -> int | None:
    """Find the class whose weight is the rest, and give it its weight at the first point."""
    classes = [table for table in tables.get("task_class") or [] if isinstance(table, Mapping)]
    found = [i for i, table in enumerate(classes) if table.get("weight") == REST]
    if len(found) > 1:
        raise ConfigurationError(
            f'{source}: task_class[{found[1]}].weight: got "rest"; must be a number: task_class[{found[0]}] has the '
            "rest"
        )
    return found[0] if found else None


def _check_weights(grid: Grid, source: str) -> None:
    varied = [axis for axis in grid.axes if axis.location[-1] == "weight"]
    if grid.rest is None:
        if varied:
            raise ConfigurationError(
                f"{source}: {key_text(varied[0].location)}: varies, so that the weights cannot always sum to 1; write "
                'weight = "rest" in one of the other classes'
            )
        return
    classes = grid.tables["task_class"]
    largest = Decimal(0)
    for i, table in enumerate(classes):
        if i != grid.rest:
            values = grid._all_values(("task_class", i, "weight"), table.get("weight", 0))
            numeric = [Decimal(str(value)) for value in values if isinstance(value, int | float | Decimal)]
            largest += max(numeric, default=Decimal(0))
    if largest > 1:
        raise ConfigurationError(
            f"{source}: task_class[{grid.rest}].weight: the other weights sum to up to {largest}, so that no rest is "
            "left; must be at most 1 everywhere on the grid"
        )


def configuration_at(grid: Grid, values: Mapping[Location, Any], source: str | None = None) -> Configuration:
    """Return the configuration with some keys at given values, the rest of the weights following."""
    tables = dict(grid.tables)
    tables["adaptation"] = dict(tables["adaptation"]) if isinstance(tables.get("adaptation"), Mapping) else None
    classes = tables.get("task_class")
    if isinstance(classes, list):
        tables["task_class"] = [dict(table) if isinstance(table, Mapping) else table for table in classes]
    for key in [key for key, value in tables.items() if value is None]:
        del tables[key]
    for location, value in values.items():
        _place(tables, location, value)
    if grid.rest is not None:
        others = (table.get("weight") for i, table in enumerate(tables["task_class"]) if i != grid.rest)
        numeric = (Decimal(str(value)) for value in others if isinstance(value, int | float | Decimal))
        tables["task_class"][grid.rest]["weight"] = 1 - sum(numeric, Decimal(0))
    return Configuration.from_mapping(tables, source=source)


def _check_values(grid: Grid, source: str) -> None:
    """Refuse what no configuration may hold, at the first value of each axis and then at each other."""
    configuration_at(grid, {}, source)
    for axis in grid.axes:
        # What is allowed between two allowed numbers is allowed too, so of a range the ends will do.
        is_range = all(isinstance(value, float) for value in axis.values)
        for value in (axis.values[0], axis.values[-1]) if is_range else axis.values:
            configuration_at(grid, {axis.location: value}, source)
    dimension = grid.axis(("dimension",))
    if dimension is not None:
        for i, table in enumerate(grid.tables["task_class"]):
            for key in ("covariance", "centre", "spread"):
                for value in grid._all_values(("task_class", i, key), table.get(key, 0)):
                    if isinstance(plain(value), list | tuple):
                        raise ConfigurationError(
                            f"{source}: task_class[{i}].{key}: got {shown(value)}; must be a number, since dimension "
                            "varies and no list fits all of its values"
                        )


def _check_outputs(grid: Grid, source: str) -> None:
    table = grid.table
    for key, known in (("closed_forms", CLOSED_FORMS), ("simulate", SIMULATIONS)):
        for name in getattr(table, key):
            if name not in known:
                raise UnknownNameError(f"{source}: sweep.{key}: {UnknownNameError.among('name', name, known)}")
    for name in set(table.closed_forms) & set(PAIR_ONLY):
        if not grid.is_pair:
            raise ConfigurationError(
                f"{source}: sweep.closed_forms: got {name!r}, which is for two isotropic classes (covariances that are "
                f"numbers) with at most {PAIR_STEPS} steps only"
            )
    conditions_of(grid, source)
    if table.claims:
        from numerics.sweep.claims import check_claims

        check_claims(grid, source)
    if not (table.closed_forms or table.conditions or table.claims or table.simulate):
        raise ConfigurationError(
            f"{source}: [sweep] asks for nothing; name closed_forms, conditions, claims or simulate"
        )


def conditions_of(grid: Grid, source: str = "grid") -> list[Any]:
    """Return the conditions that are asked for, in their own order."""
    for selector in grid.table.conditions:
        if not any(fnmatchcase(condition.claim, selector) for condition in CONDITIONS):
            known = [condition.claim for condition in CONDITIONS]
            raise UnknownNameError(
                f"{source}: sweep.conditions: {UnknownNameError.among('condition', selector, known)}"
            )
    return [c for c in CONDITIONS if any(fnmatchcase(c.claim, selector) for selector in grid.table.conditions)]
