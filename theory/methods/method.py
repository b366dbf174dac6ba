"""What a method is to this library: its update rule's mean, where that comes to rest, and what is risked there."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

import sympy as sp

from theory.errors import ConfigurationError
from theory.methods.parameters import Real, Shares, parameters_of
from theory.methods.problem import Problem
from theory.mixture import Array, Mixture, Number
from theory.words import Polynomial

__all__ = ["Method", "Solution"]

#: How formulas write parameters whose names are longer than a symbol.
_SYMBOLS = {"step_size": "eta"}


@dataclass(frozen=True, eq=False)
class Solution:
    """Where a method comes to rest on one configuration.

    Parameters
    ----------
    theta : array, shape (d,), or None
        The initialisation it arrives at; ``None`` where there is none, and where it has more than one to offer.
    risk : number or None
        Excess risk at test time, after the method's own adaptation.
    exists, stable : bool
        Whether there is a point of rest, and whether the method's mean update moves towards it for small steps.
    notes : tuple of str
        What fails, with the condition, and what a reader must know: sentences without a full stop.
    branches : tuple of array, each of shape (d,)
        All points of rest, stable ones first, where there are several.
    own_adaptation : bool
        Whether ``risk`` is that of another adaptation than the configuration's inner loop.
    learned : mapping from name to array, each of shape (k,)
        What the method learns beside ``theta``: a step size, weights, one initialisation for each code.
    error : array, shape (d,), optional
        Standard error of each coordinate of ``theta``, where an average over draws leaves one.
    """

    theta: Array | None
    risk: Number | None
    exists: bool = True
    stable: bool = True
    notes: tuple[str, ...] = ()
    branches: tuple[Array, ...] = ()
    own_adaptation: bool = False
    learned: Mapping[str, Array] = field(default_factory=dict)
    error: Array | None = None

    @classmethod
    def missing(cls, *notes: str) -> Solution:
        """Say that there is no point of rest, and why."""
        return cls(None, None, exists=False, stable=False, notes=notes)


@dataclass(frozen=True)
class Method(ABC):
    """A published learner. Its fields, made by :func:`~theory.methods.parameters.parameter`, are its parameters.

    Attributes
    ----------
    name : str
        Its public name: of the module, in commands, reports and ``[method.NAME]`` tables.
    title : str
        What papers call it.
    paper : str
        Authors, year and arXiv number.
    reweights : str
        By what it weights a task, in a few words: what sets it apart in this model.
    conditions : str
        When its point of rest exists, is unique and attracts, in a few words.
    linear : bool
        Whether its mean update is affine in theta.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    paper: ClassVar[str]
    reweights: ClassVar[str]
    conditions: ClassVar[str]
    linear: ClassVar[bool] = False

    def values(self, *names: str) -> tuple[Any, ...]:
        """Return parameters by name: what a simulation may take over from a method."""
        return tuple(getattr(self, name) for name in names)

    def check(self, mixture: Mixture) -> None:
        """Refuse parameters that do not fit the mixture.

        Raises
        ------
        ConfigurationError
            Naming the key, what was given and what is allowed.
        """
        for item in parameters_of(self):
            shares = getattr(self, item.name)
            if isinstance(item.metadata["kind"], Shares) and shares is not None and len(shares) != len(mixture.classes):
                raise ConfigurationError(
                    f"method.{self.name}.{item.name}: got {len(shares)} shares; must be one for each of the "
                    f"{len(mixture.classes)} classes"
                )

    def equations(self) -> tuple[tuple[str, sp.Expr | Polynomial], ...]:
        """Return what is derived for this method as left sides in LaTeX and right sides, the main one last.

        Empty, as by default, where nothing but numbers can be had.
        """
        return ()

    @classmethod
    def in_symbols(cls) -> Self:
        """Return the method with a symbol for every real number that does not depend on the configuration."""
        numbers = (
            item for item in parameters_of(cls) if isinstance(item.metadata["kind"], Real) and item.default is not None
        )
        return cls(**{item.name: sp.Symbol(_SYMBOLS.get(item.name, item.name)) for item in numbers})

    @abstractmethod
    def solve(self, problem: Problem) -> Solution:
        """Find where the method comes to rest.

        Parameters
        ----------
        problem : Problem
            The configuration.

        Raises
        ------
        UnsupportedError
            If the method says nothing about such configurations.
        """
