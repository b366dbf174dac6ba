"""What the strategies refuse: each message names the argument, what was given and what is allowed."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from typing import Any

from hypothesis.errors import InvalidArgument

__all__ = [
    "check_choices",
    "check_count",
    "check_decimal",
    "check_flag",
    "check_order",
    "exact_number",
    "is_decimal",
    "positive_number",
]


def exact_number(value: Any, name: str) -> Fraction:
    """Read a finite number exactly; a float stands for the decimal that its repr prints.

    Raises
    ------
    InvalidArgument
        If it is none.
    """
    if isinstance(value, float) and isfinite(value):
        return Fraction(repr(float(value)))
    if isinstance(value, int | Fraction) and not isinstance(value, bool):
        return Fraction(value)
    if isinstance(value, Decimal) and value.is_finite():
        return Fraction(value)
    raise InvalidArgument(f"{name}={value!r} must be a finite number: an int, Fraction, Decimal or float")


def positive_number(value: Any, name: str) -> Fraction:
    """Read a finite number above 0 exactly."""
    number = exact_number(value, name)
    if number <= 0:
        raise InvalidArgument(f"{name}={value!r} must be above 0")
    return number


def check_count(value: Any, name: str, *, least: int = 1) -> None:
    """Refuse what is not a whole number of at least ``least``."""
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise InvalidArgument(f"{name}={value!r} must be an integer of at least {least}")


def is_decimal(value: Fraction) -> bool:
    """Whether a number has finitely many decimals: its denominator divides a power of ten."""
    return pow(10, value.denominator.bit_length(), value.denominator) == 0


def check_decimal(value: Fraction, name: str) -> None:
    """Refuse what a TOML file cannot hold exactly."""
    if not is_decimal(value):
        raise InvalidArgument(f"{name}={value} must have finitely many decimals, as every number of a configuration")


def check_flag(value: Any, name: str) -> None:
    """Refuse what is neither True nor False."""
    if not isinstance(value, bool):
        raise InvalidArgument(f"{name}={value!r} must be True or False")


def check_order(low: Any, high: Any, low_name: str, high_name: str) -> None:
    """Refuse bounds that leave nothing between them."""
    if low > high:
        raise InvalidArgument(f"{low_name}={low} must be at most {high_name}={high}")


def check_choices(values: Any, name: str, known: Collection[str]) -> None:
    """Refuse what is not a nonempty collection of known words."""
    allowed = " or ".join(map(repr, known))
    if isinstance(values, str) or not isinstance(values, Collection) or not values or not set(values) <= set(known):
        raise InvalidArgument(f"{name}={values!r} must be a nonempty list of {allowed}")
