"""The tables of a configuration: which keys there are, what each may hold, and what it is when left out.

A field's description is the end of the sentence "must be ..." in messages, so each is written once, here. The tables
hold exactly what was written; :mod:`numerics.configuration.document` turns them into arrays. A new table is a model of
its own, a field in :class:`ConfigurationTable` and an entry in :data:`TABLES`.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, ValidationInfo, field_validator

from numerics.configuration.definiteness import EXACT_DIMENSION, asymmetric_entry, smallest_eigenvalue
from numerics.configuration.toml_text import shown
from numerics.configuration.values import Entries, Matrix, Refused, Vector, count, is_matrix, matrix, number, vector

__all__ = ["TABLES", "AdaptationTable", "ConfigurationTable", "TaskClassTable", "read_tables"]

#: A covariance of this dimension takes 32 MB as an array and some tens of MB as text.
MAX_DIMENSION = 2000
#: Number of classes times dimension squared: keeps the covariances of a mixture within 128 MB.
MAX_ENTRIES = 4 * MAX_DIMENSION**2
#: How far from 1 the weights may sum, so that 0.333333333 three times will do; they are then scaled to sum to 1.
WEIGHT_TOLERANCE = Fraction(1, 10**9)
#: Names head the rows of tables and stand in one-line messages.
LONGEST_NAME = 100


def _dimension(value: object) -> int:
    return count(value, most=MAX_DIMENSION)


def _samples(value: object) -> int | Literal["inf"]:
    if isinstance(value, str) and value == "inf":
        return "inf"
    if shown(value).strip('"').lower() in ("inf", "infinity"):
        raise Refused('write "inf"')
    return count(value)


def _positive(value: object) -> Decimal:
    exact = number(value)
    if exact <= 0:
        raise Refused()
    return exact


def _nonnegative(value: object) -> Decimal:
    exact = number(value)
    if exact < 0:
        raise Refused()
    return exact


def _name(value: object) -> str:
    if not isinstance(value, str):
        raise Refused("not a string")
    if not value.strip() or not value.isprintable() or len(value) > LONGEST_NAME:
        raise Refused()
    return value


def _centre(value: object, info: ValidationInfo) -> Decimal | Vector:
    return vector(value, _agreed_dimension(info))


def _covariance(value: object, info: ValidationInfo) -> Entries:
    return _bounded_below(matrix(value, _agreed_dimension(info)), definite=True)


def _spread(value: object, info: ValidationInfo) -> Entries:
    return _bounded_below(matrix(value, _agreed_dimension(info)), definite=False)


def _methods(value: object) -> dict[str, dict[str, Any]]:
    # The methods load SymPy, which a configuration without such tables does not need.
    from numerics.configuration.method_tables import read_method_tables

    return read_method_tables(value)


def _bounded_below(entries: Entries, *, definite: bool) -> Entries:
    """Refuse what is not positive definite or, where that is enough, not positive semidefinite."""
    if is_matrix(entries):
        _check_matrix(entries, definite=definite)
        return entries
    for i, entry in enumerate((entries,) if isinstance(entries, Decimal) else entries):
        if entry < 0 or (definite and entry == 0):
            at = "" if isinstance(entries, Decimal) else f"[{i}]"
            raise Refused("not positive" if definite else "negative", at=at, given=shown(entry))
    return entries


def _check_matrix(rows: Matrix, *, definite: bool) -> None:
    pair = asymmetric_entry(rows)
    if pair is not None:
        i, j = pair
        both = f"entry [{i}][{j}] is {shown(rows[i][j])} but entry [{j}][{i}] is {shown(rows[j][i])}"
        raise Refused(f"not symmetric: {both}")
    sign, estimate = smallest_eigenvalue(rows)
    if sign < 0:
        kind = "definite" if definite else "semidefinite"
        # Usually a matrix of lower rank that a program computed and rounded.
        about = f"about {estimate:.3g}" if estimate else "within rounding of 0: add a little to the diagonal"
        raise Refused(f"not positive {kind}: its smallest eigenvalue is negative, {about}")
    if sign == 0 and definite:
        doubt = ", as far as float64 can tell" if len(rows) > EXACT_DIMENSION else ""
        raise Refused(f"not positive definite: its smallest eigenvalue is 0{doubt}")


def _agreed_dimension(info: ValidationInfo) -> int | None:
    context: dict[str, int | None] = info.context or {}
    return context.get("dimension")


class _Table(BaseModel):
    """What all tables share: no unknown keys, no changes after validation."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class AdaptationTable(_Table):
    """``[adaptation]``: the inner loop."""

    step_size: Annotated[Decimal, PlainValidator(_positive), Field(description="a number above 0")]
    samples: Annotated[
        int | Literal["inf"],
        PlainValidator(_samples),
        Field(description='an integer of at least 1, or the string "inf" for the population gradient'),
    ]
    steps: Annotated[int, PlainValidator(count), Field(description="an integer of at least 1")] = 1
    data: Annotated[Literal["reused", "fresh"], Field(description='"reused" or "fresh"')] = "reused"


class TaskClassTable(_Table):
    """``[[task_class]]``: one class of the mixture. An empty name stands for "class0", "class1", ... by position."""

    name: Annotated[
        str,
        PlainValidator(_name),
        Field(description=f"a string of 1 to {LONGEST_NAME} printable characters, not all blank"),
    ] = ""
    weight: Annotated[
        Decimal,
        PlainValidator(_nonnegative),
        Field(description="a number of at least 0 (the weights of all classes sum to 1)"),
    ]
    covariance: Annotated[
        Entries,
        PlainValidator(_covariance),
        Field(
            description="a positive number (times the identity), a list of positive numbers (the diagonal), "
            "one per dimension, or a symmetric positive definite matrix (a list of rows)"
        ),
    ]
    centre: Annotated[
        Decimal | Vector,
        PlainValidator(_centre),
        Field(description="a number (the same in every coordinate) or a list of numbers, one per dimension"),
    ]
    spread: Annotated[
        Entries,
        PlainValidator(_spread),
        Field(
            description="a number of at least 0 (times the identity), a list of numbers of at least 0 (the diagonal), "
            "one per dimension, or a symmetric positive semidefinite matrix (a list of rows)"
        ),
    ] = Decimal(0)
    noise: Annotated[
        Decimal, PlainValidator(_nonnegative), Field(description="a number of at least 0 (a variance)")
    ] = Decimal(0)


class ConfigurationTable(_Table):
    """The whole configuration."""

    dimension: Annotated[int, PlainValidator(_dimension), Field(description=f"an integer from 1 to {MAX_DIMENSION}")]
    adaptation: Annotated[
        AdaptationTable, Field(description="a table, [adaptation], with at least step_size and samples")
    ]
    task_class: Annotated[
        tuple[TaskClassTable, ...],
        Field(
            min_length=1,
            description="one or more [[task_class]] tables, each with at least weight, covariance and centre",
        ),
    ]

    method: Annotated[
        dict[str, dict[str, Any]],
        PlainValidator(_methods),
        Field(description="tables [method.NAME] of the methods' own parameters"),
    ] = {}

    def __hash__(self) -> int:
        # The tables of methods are dictionaries, which have no hash; configurations that differ in them alone are few.
        return hash((self.dimension, self.adaptation, self.task_class))

    @field_validator("task_class", mode="after")
    @classmethod
    def _agree(cls, classes: tuple[TaskClassTable, ...], info: ValidationInfo) -> tuple[TaskClassTable, ...]:
        """Check what no class can tell by itself."""
        dimension = _agreed_dimension(info)
        if dimension is not None and len(classes) * dimension**2 > MAX_ENTRIES:
            most = MAX_ENTRIES // dimension**2
            raise Refused(given=f"{len(classes)} classes", allowed=f"at most {most} classes in dimension {dimension}")
        total = sum((Fraction(task_class.weight) for task_class in classes), Fraction(0))
        if abs(total - 1) > WEIGHT_TOLERANCE:
            weights = shown([task_class.weight for task_class in classes])
            reason = f"their sum is {sum(task_class.weight for task_class in classes):.12g}"
            raise Refused(reason, at="[*].weight", given=weights, allowed="numbers that sum to 1, within 1e-9")
        return _named_apart(classes)


def _named_apart(classes: tuple[TaskClassTable, ...]) -> tuple[TaskClassTable, ...]:
    """Name the nameless by position, and refuse two classes of one name."""
    named = tuple(
        task_class if task_class.name else task_class.model_copy(update={"name": f"class{i}"})
        for i, task_class in enumerate(classes)
    )
    first: dict[str, int] = {}
    for i, task_class in enumerate(named):
        earlier = first.setdefault(task_class.name, i)
        if earlier != i:
            reason = f"task_class[{earlier}] has that name too"
            given = shown(task_class.name)
            raise Refused(reason, at=f"[{i}].name", given=given, allowed="a name that no other class has")
    return named


#: Every table by its place: where it is from the top, without the positions in arrays of tables.
TABLES: Mapping[tuple[str, ...], type[_Table]] = {
    (): ConfigurationTable,
    ("adaptation",): AdaptationTable,
    ("task_class",): TaskClassTable,
}


def read_tables(mapping: Mapping[str, Any]) -> ConfigurationTable:
    """Validate a mapping such as :func:`tomllib.loads` returns.

    Raises
    ------
    pydantic.ValidationError
        With every problem found; :func:`numerics.configuration.messages.explain` words them.
    """
    try:
        dimension: int | None = _dimension(mapping.get("dimension"))
    except Refused:
        dimension = None
    return ConfigurationTable.model_validate(dict(mapping), context={"dimension": dimension})
