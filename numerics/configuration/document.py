"""A validated configuration, and the ways to get one: from a file, from text, from a mapping."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from os import PathLike, fsdecode
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import ValidationError

from numerics.configuration.messages import explain
from numerics.configuration.tables import ConfigurationTable, TaskClassTable, read_tables
from numerics.configuration.toml_text import shown, toml_float, value_text
from numerics.configuration.values import Entries, Vector, is_matrix
from theory.errors import ConfigurationError, UnknownNameError
from theory.mixture import Array, InnerLoop, Mixture, Number, TaskClass

if TYPE_CHECKING:
    from theory.methods.method import Method

__all__ = ["Configuration", "load", "parse_tables", "read_text"]

#: Room for a full matrix of the largest dimension; also where reading a device that never ends stops.
MAX_BYTES = 128 * 2**20

#: Turns a number as written into the kind wanted: ``float`` or :class:`~fractions.Fraction`.
Scalar = Callable[[Any], Number]


@dataclass(frozen=True, repr=False)
class Configuration:
    """A mixture of task classes and an inner loop, as a TOML file describes them.

    Make one with :func:`load`, :meth:`parse` or :meth:`from_mapping`. Two configurations are equal if they say the
    same, key by key, defaults filled in.

    Parameters
    ----------
    tables : ConfigurationTable
        What was written, validated; numbers are decimals, as written.
    """

    tables: ConfigurationTable

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any], *, source: str | None = None) -> Configuration:
        """Validate a mapping with the keys of the TOML file.

        Parameters
        ----------
        mapping : mapping
            Numbers may be int, float, :class:`~decimal.Decimal` or NumPy's, lists also tuples or NumPy arrays. A float
            stands for the decimal that ``repr`` prints: 0.1 is 1/10.
        source : str, optional
            What messages call the configuration, such as the name of the file.

        Raises
        ------
        ConfigurationError
            Naming every key at fault (the first few of many), what was given and what is allowed.
        """
        if not isinstance(mapping, Mapping):
            prefix = f"{source}: " if source else ""
            raise ConfigurationError(f"{prefix}the configuration: got {shown(mapping)}; must be a table (a mapping)")
        try:
            configuration = cls(read_tables(mapping))
        except ValidationError as error:
            # Not chained: pydantic's own wording repeats the whole input.
            raise ConfigurationError(explain(error, mapping, source)) from None
        try:
            for name in configuration.tables.method:
                configuration.method(name)
        except ConfigurationError as error:
            raise ConfigurationError(f"{source}: {error}" if source else str(error)) from None
        return configuration

    @classmethod
    def parse(cls, text: str, *, source: str = "configuration") -> Configuration:
        """Read the text of a TOML file; decimals are read exactly as written.

        Raises
        ------
        ConfigurationError
            If the text is not TOML (with line and column), or as :meth:`from_mapping` does.
        """
        return cls.from_mapping(parse_tables(text, source), source=source)

    @cached_property
    def mixture(self) -> Mixture:
        """The mixture in float64; each number is the float64 nearest to what was written."""
        return self._mixture(float, np.dtype(np.float64))

    @cached_property
    def inner_loop(self) -> InnerLoop:
        """The inner loop, its step size a float."""
        return self._inner_loop(float)

    @cached_property
    def exact(self) -> tuple[Mixture, InnerLoop]:
        """The mixture and the inner loop in Fractions: 0.9 is 9/10, and the weights sum to 1 exactly."""
        return self._mixture(Fraction, np.dtype(object)), self._inner_loop(Fraction)

    def method(self, name: str) -> Method:
        """Return a method with the parameters of its table ``[method.NAME]``, defaults filled in.

        Parameters
        ----------
        name : str
            Public name of the method.

        Raises
        ------
        UnknownNameError
            If there is no method of that name.
        ConfigurationError
            If its parameters do not fit the mixture.
        """
        from numerics.configuration.method_tables import built_method
        from theory.methods import NAMES

        if name not in NAMES:
            raise UnknownNameError.among("method", name, NAMES)
        method = built_method(name, self.tables.method.get(name, {}))
        method.check(self.mixture)
        return method

    def to_mapping(self) -> dict[str, Any]:
        """Write the configuration as :meth:`from_mapping` reads it, defaults filled in.

        Numbers are int or float; where no float's ``repr`` is the number that was written, they stay decimals.
        """
        adaptation, classes = self.tables.adaptation, self.tables.task_class
        return {
            "dimension": self.tables.dimension,
            "adaptation": {key: _plain(value) for key, value in adaptation},
            "task_class": [{key: _plain(value) for key, value in task_class} for task_class in classes],
            **({"method": _plain(self.tables.method)} if self.tables.method else {}),
        }

    def to_toml(self) -> str:
        """Write the configuration as TOML, defaults filled in; :meth:`parse` reads it back equal."""
        lines = [f"dimension = {self.tables.dimension}", "", "[adaptation]", *_assignments(self.tables.adaptation)]
        for task_class in self.tables.task_class:
            lines += ["", "[[task_class]]", *_assignments(task_class)]
        for name, table in self.tables.method.items():
            lines += ["", f"[method.{name}]", *_assignments(table.items())]
        return "\n".join(lines) + "\n"

    def __repr__(self) -> str:
        return f"Configuration.from_mapping({self.to_mapping()!r})"

    def _mixture(self, scalar: Scalar, dtype: np.dtype[Any]) -> Mixture:
        classes = self.tables.task_class
        total = sum((Fraction(task_class.weight) for task_class in classes), Fraction(0))

        def task_class(table: TaskClassTable) -> TaskClass:
            return TaskClass(
                name=table.name,
                weight=scalar(Fraction(table.weight) / total),
                covariance=_square(table.covariance, self.tables.dimension, scalar, dtype),
                centre=_vector(table.centre, self.tables.dimension, scalar, dtype),
                spread=_square(table.spread, self.tables.dimension, scalar, dtype),
                noise=scalar(table.noise),
            )

        return Mixture(tuple(task_class(table) for table in classes))

    def _inner_loop(self, scalar: Scalar) -> InnerLoop:
        table = self.tables.adaptation
        samples = None if table.samples == "inf" else table.samples
        return InnerLoop(scalar(table.step_size), samples, table.steps, table.data)


def load(path: str | PathLike[str]) -> Configuration:
    """Read a configuration from a TOML file.

    Raises
    ------
    ConfigurationError
        If the file cannot be read, is not UTF-8 text or not TOML, or describes no valid configuration; the message
        begins with the name of the file.
    """
    return Configuration.parse(read_text(path), source=fsdecode(path))


def parse_tables(text: str, source: str) -> dict[str, Any]:
    """Read TOML into nested tables, decimals exactly as written and nothing validated yet.

    Parameters
    ----------
    text : str
        The text of the file.
    source : str
        What messages call it.

    Raises
    ------
    ConfigurationError
        If the text is not TOML, with line and column, or is empty.
    """
    try:
        tables = tomllib.loads(text, parse_float=toml_float)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{source} is not valid TOML: {_place_first(str(error), text)}") from None
    except RecursionError:
        raise ConfigurationError(f"{source} is not a configuration: it nests arrays or tables too deeply") from None
    except ValueError:
        # The only one that tomllib lets through: Python refuses to read integers of thousands of digits.
        raise ConfigurationError(f"{source} is not a configuration: it holds an integer of too many digits") from None
    if not tables:
        needed = "needs dimension, [adaptation] and at least one [[task_class]]"
        raise ConfigurationError(f"{source} is empty: a configuration {needed}")
    return tables


def read_text(path: str | PathLike[str]) -> str:
    """Read the text of a TOML file.

    Raises
    ------
    ConfigurationError
        If the file cannot be read, is too large, or is not UTF-8 text; the message begins with its name.
    """
    source = fsdecode(path)
    try:
        with open(source, "rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigurationError(f"cannot read {source}: {error.strerror or error}") from None
    except ValueError as error:
        raise ConfigurationError(f"cannot read {shown(source)}: {error}") from None
    if len(content) > MAX_BYTES:
        raise ConfigurationError(f"{source} is too large for a configuration: more than {MAX_BYTES // 2**20} MiB")
    if b"\0" in content:
        raise ConfigurationError(f"{source} is a binary file: a configuration is TOML text")
    try:
        # A byte order mark, which some editors write, is not part of the text.
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        where = f"byte 0x{content[error.start]:02x} at position {error.start}"
        raise ConfigurationError(f"{source} is not UTF-8 text ({where}): a configuration is TOML text") from None


def _assignments(table: Iterable[tuple[str, Any]]) -> Iterator[str]:
    """Write the keys of a table, one assignment each."""
    return (f"{key} = {value_text(value)}" for key, value in table)


def _plain(value: Any) -> Any:
    """Turn what a table holds into what JSON could hold too, unless a number would not survive as a float."""
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if not isinstance(value, Decimal):
        return value
    if value.as_tuple().exponent == 0:
        return int(value)
    return float(value) if Decimal(repr(float(value))) == value else value


def _place_first(message: str, text: str) -> str:
    """Reword tomllib's "Invalid value (at line 3, column 5)" as "line 3, column 5: Invalid value"."""
    end = f"line {text.count(chr(10)) + 1}, column {len(text) - text.rfind(chr(10))} (the end)"
    placed = re.fullmatch(r"(?s)(.*) \(at (.*)\)", message.replace("(at end of document)", f"(at {end})"))
    return f"{placed[2]}: {placed[1]}" if placed else message


def _vector(entries: Decimal | Vector, dimension: int, scalar: Scalar, dtype: np.dtype[Any]) -> Array:
    """Expand a number or a list to an array of shape (dimension,)."""
    vector = np.empty(dimension, dtype=dtype)
    vector[:] = scalar(entries) if isinstance(entries, Decimal) else [scalar(entry) for entry in entries]
    vector.setflags(write=False)
    return vector


def _square(entries: Entries, dimension: int, scalar: Scalar, dtype: np.dtype[Any]) -> Array:
    """Expand a number (times the identity), a list (the diagonal) or a matrix to shape (dimension, dimension)."""
    matrix = np.full((dimension, dimension), scalar(Decimal(0)), dtype=dtype)
    if is_matrix(entries):
        matrix[:, :] = [[scalar(entry) for entry in row] for row in entries]
    else:
        np.fill_diagonal(matrix, _vector(entries, dimension, scalar, dtype))
    # Read-only: a configuration hands the same arrays to everyone who asks.
    matrix.setflags(write=False)
    return matrix
