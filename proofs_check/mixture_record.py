"""Exact mixtures as JSON-ready data: every number a string such as ``"3/7"``."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from numerics.configuration.definiteness import asymmetric_entry, smallest_eigenvalue
from theory.errors import ConfigurationError
from theory.mixture import Array, InnerLoop, Mixture, TaskClass

__all__ = ["as_record", "from_record"]


def as_record(mixture: Mixture, inner_loop: InnerLoop) -> dict[str, Any]:
    """Return a mixture and an inner loop as JSON-ready data."""
    return {
        "inner_loop": {
            "step_size": str(inner_loop.step_size),
            "samples": inner_loop.samples,
            "steps": inner_loop.steps,
            "data": inner_loop.data,
        },
        "classes": [
            {
                "name": item.name,
                "weight": str(item.weight),
                "covariance": _plain(item.covariance),
                "centre": _plain(item.centre),
                "spread": _plain(item.spread),
                "noise": str(item.noise),
            }
            for item in mixture.classes
        ],
    }


def _plain(array: Array) -> Any:
    return [_plain(item) for item in array] if isinstance(array, np.ndarray) else str(array)


def from_record(record: Mapping[str, Any]) -> tuple[Mixture, InnerLoop]:
    """Read a mixture and an inner loop, in exact fractions.

    Raises
    ------
    ConfigurationError
        If it is none, for example because a covariance is not positive definite.
    """
    try:
        loop = record["inner_loop"]
        inner_loop = InnerLoop(Fraction(loop["step_size"]), loop["samples"], loop["steps"], loop["data"])
        classes = tuple(
            TaskClass(
                item["name"],
                Fraction(item["weight"]),
                _array(item["covariance"]),
                _array(item["centre"]),
                _array(item["spread"]),
                Fraction(item["noise"]),
            )
            for item in record["classes"]
        )
    except (AttributeError, KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise ConfigurationError(f"the recorded mixture cannot be read: {error!r}") from None
    _check(classes, inner_loop)
    return Mixture(classes), inner_loop


def _array(nested: Any) -> Array:
    array = np.array(nested, dtype=object)
    return np.array([Fraction(text) for text in array.ravel()], dtype=object).reshape(array.shape)


def _check(classes: tuple[TaskClass, ...], inner_loop: InnerLoop) -> None:
    samples, counts = inner_loop.samples, [inner_loop.steps, inner_loop.samples or 1]
    allowed = [
        (inner_loop.step_size > 0, "the step size is not positive"),
        (all(isinstance(count, int) and count > 0 for count in counts), "steps and samples are not counts"),
        (samples != 0 and inner_loop.data in ("reused", "fresh"), "the inner loop's data are not known"),
        (sum(item.weight for item in classes) == 1, "the weights do not sum to 1"),
    ]
    for item in classes:
        size = len(item.centre)
        square = item.covariance.shape == item.spread.shape == (size, size) and size == len(classes[0].centre)
        allowed += [
            (item.weight >= 0 and item.noise >= 0, f"{item.name}: weight or noise is negative"),
            (square, f"{item.name}: the sizes do not agree"),
            (square and _sign(item.covariance) == 1, f"{item.name}: the covariance is not positive definite"),
            (square and _sign(item.spread) >= 0, f"{item.name}: the spread is not positive semidefinite"),
        ]
    for holds, message in allowed:
        if not holds:
            raise ConfigurationError(f"the recorded mixture is none: {message}")


def _sign(array: Array) -> int:
    """Return the sign of a matrix's smallest eigenvalue, or -1 where it is not symmetric."""
    matrix = tuple(tuple(row) for row in array)
    return -1 if asymmetric_entry(matrix) is not None else smallest_eigenvalue(matrix)[0]
