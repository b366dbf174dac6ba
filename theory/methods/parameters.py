"""The parameters that methods have beside the inner loop: what each may be, in code and in words.

A method is a dataclass whose fields are made by :func:`parameter`. A configuration's ``[method.NAME]`` table is read
against them, and a derivation may put a symbol in a number's place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import Field, dataclass, field, fields
from fractions import Fraction
from typing import Any

__all__ = ["Choice", "Count", "Flag", "Kind", "Real", "Shares", "parameter", "parameters_of"]


@dataclass(frozen=True)
class Real:
    """A number between two bounds, which are allowed themselves unless they are said to be open.

    Parameters
    ----------
    allowed : str
        The end of the sentence "must be ...".
    above, least : Fraction or int, optional
        The number must be larger than the one, and no smaller than the other.
    below, most : Fraction or int, optional
        Likewise from above.
    """

    allowed: str
    above: Fraction | int | None = None
    least: Fraction | int | None = None
    below: Fraction | int | None = None
    most: Fraction | int | None = None

    def accepts(self, value: Fraction) -> bool:
        """Whether a number is within the bounds."""
        return (
            (self.above is None or value > self.above)
            and (self.least is None or value >= self.least)
            and (self.below is None or value < self.below)
            and (self.most is None or value <= self.most)
        )


@dataclass(frozen=True)
class Count:
    """A whole number from 1 to ``most``."""

    most: int = 2**53

    @property
    def allowed(self) -> str:
        """The end of the sentence "must be ..."."""
        return "an integer of at least 1" if self.most == 2**53 else f"an integer from 1 to {self.most}"


@dataclass(frozen=True)
class Choice:
    """One of several strings or whole numbers."""

    options: tuple[str | int, ...]

    @property
    def allowed(self) -> str:
        """The end of the sentence "must be ..."."""
        *others, last = [f'"{option}"' if isinstance(option, str) else str(option) for option in self.options]
        return f"{', '.join(others)} or {last}"


@dataclass(frozen=True)
class Flag:
    """True or false."""

    allowed: str = "true or false"


@dataclass(frozen=True)
class Shares:
    """One probability for each class of the mixture, summing to 1."""

    allowed: str = "a list of numbers of at least 0, one per class, that sum to 1"


Kind = Real | Count | Choice | Flag | Shares


def parameter(kind: Kind, default: Any, meaning: str) -> Any:
    """Declare a parameter of a method.

    Parameters
    ----------
    kind : Real, Count, Choice, Flag or Shares
        What it may be.
    default : object
        Its value where a configuration is silent; ``None`` where that depends on the configuration.
    meaning : str
        What it is, in the words of the documentation.
    """
    return field(default=default, metadata={"kind": kind, "meaning": meaning})


def parameters_of(method: Any) -> Sequence[Field[Any]]:
    """Return the parameters of a method, or of its class, in the order of declaration."""
    return [item for item in fields(method) if "kind" in item.metadata]
