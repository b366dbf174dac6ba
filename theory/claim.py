"""What a claim is: a sentence, its hypotheses, its definitions as named layers, a conclusion, and where it is from."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal, Protocol

import sympy as sp

from theory.conclusion import (
    Conclusion,
    Convergence,
    EvaluatedMixture,
    Expectation,
    Limit,
    MatrixIdentity,
    MixtureProperty,
    Monotonicity,
    PositiveDefinite,
    Square,
    Statement,
)
from theory.errors import ClaimError, UnknownNameError
from theory.formula import Formula, Operator
from theory.mixture import Number

__all__ = [
    "Claim",
    "Conclusion",
    "Condition",
    "Convergence",
    "EvaluatedMixture",
    "Expectation",
    "Layer",
    "Limit",
    "MatrixIdentity",
    "MixtureProperty",
    "Monotonicity",
    "PositiveDefinite",
    "ScalarQuantity",
    "Source",
    "Square",
    "Statement",
    "builtin_claims",
    "select",
]

Expected = Literal["proved", "supported", "refuted"]


class ScalarQuantity(Protocol):
    """A quantity that the library derives; see :class:`theory.gain.PairQuantity`."""

    @property
    def name(self) -> Any:
        """Which quantity."""

    def expression(self) -> sp.Expr:
        """Derive it."""


@dataclass(frozen=True)
class Source:
    """Where a claim is from.

    Parameters
    ----------
    kind : {"abstract", "paper", "derived here", "user"}
        ``abstract``: stated in the abstract of ``reference``; ``derived here``: found by this project.
    reference : str
        Paper or note, and the place in it.
    """

    kind: Literal["abstract", "paper", "derived here", "user"]
    reference: str


@dataclass(frozen=True)
class Layer:
    """A named definition that later layers and the conclusion use.

    Parameters
    ----------
    symbol : sympy.Symbol
        The name.
    definition : sympy.Expr or None
        The hand-typed definition, in hypothesised symbols and earlier layers. ``None`` leaves the layer to its
        derivation.
    derivation : ScalarQuantity or None
        What the library derives under that name. Where both are given they are checked to be equal.
    positive : bool
        A lemma: the layer is > 0 under the hypotheses. It is proved before it is used.
    """

    symbol: sp.Symbol
    definition: sp.Expr | None = None
    derivation: ScalarQuantity | None = None
    positive: bool = False

    def __post_init__(self) -> None:
        if self.definition is None and self.derivation is None:
            raise ClaimError(f"layer {self.symbol} has neither a definition nor a derivation; give at least one")


@dataclass(frozen=True, eq=False)
class Claim:
    """A claim about meta-learning, to be judged.

    Parameters
    ----------
    name : str
        Stable and unique, for example ``collins2022.gain-isotropic``.
    sentence : str
        The claim in one plain sentence.
    hypotheses : tuple of Formula
        All of them, domains included: no symbol carries an assumption of its own.
    conclusion : Conclusion
        What is claimed.
    source : Source
        Where it is from.
    expected : {"proved", "supported", "refuted"}
        The verdict it ought to get. ``proved`` also satisfies ``supported``.
    layers : tuple of Layer
        Definitions, each in terms of hypothesised symbols and earlier layers.
    setting : str
        What is assumed in words where symbols cannot say it, for example "S is symmetric positive definite".
    instances : MixtureProperty or None
        The same claim on concrete mixtures, checked in exact arithmetic as a second opinion.
    """

    name: str
    sentence: str
    hypotheses: tuple[Formula, ...]
    conclusion: Conclusion
    source: Source
    expected: Expected = "proved"
    layers: tuple[Layer, ...] = ()
    setting: str = ""
    instances: MixtureProperty | None = None

    @property
    def kind(self) -> str:
        """identity, inequality, equivalence, limit, monotonicity, expectation, convergence or property."""
        return self.conclusion.kind

    def _repr_latex_(self) -> str:
        from theory.rendering import notebook_latex

        return notebook_latex(self)


@dataclass(frozen=True)
class Condition:
    """A condition of the paper, evaluated on one configuration.

    Parameters
    ----------
    claim : str
        Name of the claim whose condition it is.
    sentence : str
        What it means where it holds.
    sides : callable
        Takes an evaluated mixture; returns left side, operator, right side, or ``None`` where it does not apply.
    """

    claim: str
    sentence: str
    sides: Callable[[EvaluatedMixture], tuple[Number, Operator, Number] | None]


def builtin_claims() -> tuple[Claim, ...]:
    """Return every claim of ``theory/claims``, in the order of file and statement.

    Raises
    ------
    ClaimError
        If two claims have the same name.
    """
    package = importlib.import_module("theory.claims")
    modules = [
        importlib.import_module(f"theory.claims.{module.name}")
        for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda module: module.name)
    ]
    claims = [claim for module in modules for claim in getattr(module, "CLAIMS", ())]
    _refuse_duplicates(claims)
    return tuple(claims)


def _refuse_duplicates(claims: Iterable[Claim]) -> None:
    seen: set[str] = set()
    for claim in claims:
        if claim.name in seen:
            raise ClaimError(f"two claims are named {claim.name!r}; names must be unique")
        seen.add(claim.name)


def select(claims: Iterable[Claim], selectors: Iterable[str]) -> tuple[Claim, ...]:
    """Pick claims by name or glob.

    Parameters
    ----------
    claims : iterable of Claim
        What to pick from.
    selectors : iterable of str
        Names or globs such as ``collins2022.gain-*``; none selects everything.

    Raises
    ------
    UnknownNameError
        If a selector matches nothing.
    """
    claims, selectors = tuple(claims), tuple(selectors)
    for selector in selectors:
        if not any(fnmatchcase(claim.name, selector) for claim in claims):
            raise UnknownNameError.among("claim", selector, [claim.name for claim in claims])
    return tuple(_matching(claims, selectors)) if selectors else claims


def _matching(claims: Iterable[Claim], selectors: tuple[str, ...]) -> Iterator[Claim]:
    return (claim for claim in claims if any(fnmatchcase(claim.name, selector) for selector in selectors))
