"""What a claim is: a sentence, its hypotheses, its definitions as named layers, a conclusion, and where it is from."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal, Protocol, get_args

import sympy as sp

from theory.admissible import checked_expression, checked_symbol, checked_tuple, refuse_inadmissible
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
    "IsotropicPair",
    "Layer",
    "Limit",
    "MatrixIdentity",
    "MixtureProperty",
    "Monotonicity",
    "PairCondition",
    "PositiveDefinite",
    "ScalarQuantity",
    "Source",
    "Square",
    "Statement",
    "builtin_claims",
    "located",
    "refuse_duplicates",
    "select",
    "shown_place",
]

Expected = Literal["proved", "supported", "refuted"]
SourceKind = Literal["abstract", "paper", "derived here", "user"]

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


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
        Paper or note, and the place in it; may be empty.
    """

    kind: SourceKind
    reference: str = ""

    def __post_init__(self) -> None:
        if self.kind not in get_args(SourceKind):
            raise UnknownNameError.among("kind of source", self.kind, get_args(SourceKind))

    def __str__(self) -> str:
        return f"{self.kind}: {self.reference}" if self.reference else self.kind


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
        checked_symbol(self.symbol, "the name of a layer")
        if self.definition is not None:
            definition = checked_expression(self.definition, f"the definition of layer {self.symbol}")
            object.__setattr__(self, "definition", definition)  # an int becomes an expression
        derives = callable(getattr(self.derivation, "expression", None)) and hasattr(self.derivation, "name")
        if self.derivation is not None and not derives:
            raise ClaimError(
                f"the derivation of layer {self.symbol} is a {type(self.derivation).__name__}, which derives nothing; "
                "give a PairQuantity, a ClassQuantity or a Substituted"
            )


@dataclass(frozen=True, eq=False)
class Claim:
    """A claim about meta-learning, to be judged.

    Parameters
    ----------
    name : str
        Stable and unique, for example ``collins2022.gain-isotropic``: letters, digits, ``.``, ``-`` and ``_``.
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
    location : str
        ``file:line`` where it is stated, for messages; found out when it is left out.

    Raises
    ------
    ClaimError
        If a part is of the wrong kind, an expression is not rational, or a symbol carries assumptions.
    """

    name: str
    sentence: str
    hypotheses: tuple[Formula, ...]
    conclusion: Conclusion
    source: Source = Source("user")
    expected: Expected = "proved"
    layers: tuple[Layer, ...] = ()
    setting: str = ""
    instances: MixtureProperty | None = None
    location: str = field(default="", kw_only=True, repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not _NAME.fullmatch(self.name):
            raise ClaimError(
                f"a claim is named {self.name!r}; use letters, digits, '.', '-' and '_', as in 'mine.small-steps'"
            )
        try:
            self._refuse_unfit_parts()
        except ClaimError as error:
            raise ClaimError(f"{self.name}: {error}") from None
        if not self.location:
            object.__setattr__(self, "location", _stated_at())

    def _refuse_unfit_parts(self) -> None:
        for name in ("sentence", "setting"):
            checked_tuple((getattr(self, name),), str, f"the {name}", "text")
        checked_tuple(self.hypotheses, Formula, "hypotheses", "formula")
        checked_tuple(self.layers, Layer, "layers", "Layer")
        checked_tuple((self.source,), Source, "the source", "Source")
        if isinstance(self.conclusion, Formula):
            raise ClaimError("the conclusion is a formula; wrap it: Statement(...)")
        checked_tuple((self.conclusion,), get_args(Conclusion), "what is concluded", "conclusion, such as Statement")
        if self.instances is not None:
            checked_tuple((self.instances,), MixtureProperty, "instances", "MixtureProperty")
        if self.expected not in get_args(Expected):
            raise ClaimError(f"the expected verdict is {self.expected!r}; use one of {', '.join(get_args(Expected))}")
        for hypothesis in self.hypotheses:
            _refuse_inadmissible(hypothesis, f"the hypothesis {hypothesis}")
        for layer in self.layers:
            if layer.definition is not None:
                refuse_inadmissible(layer.definition, f"layer {layer.symbol}")
        if isinstance(self.conclusion, Statement):
            _refuse_inadmissible(self.conclusion.formula, "the conclusion")
        elif isinstance(self.conclusion, Limit | Monotonicity):
            refuse_inadmissible(self.conclusion.expression, "the conclusion")
        if isinstance(self.conclusion, Limit):
            for expression in (self.conclusion.point, self.conclusion.value):
                refuse_inadmissible(expression, "the conclusion", infinite=True)

    @property
    def kind(self) -> str:
        """identity, inequality, equivalence, limit, monotonicity, expectation, convergence or property."""
        return self.conclusion.kind

    def _repr_latex_(self) -> str:
        from theory.rendering import notebook_latex

        return notebook_latex(self)


def _refuse_inadmissible(formula: Formula, what: str) -> None:
    for relation in formula.relations:
        for side in (relation.lhs, relation.rhs):
            refuse_inadmissible(checked_expression(side, what), what)


def _stated_at() -> str:
    """Return ``file:line`` of the innermost caller that is neither this module nor what dataclasses generate."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__") in (__name__, dataclasses.__name__):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


@dataclass(frozen=True)
class IsotropicPair:
    """Two isotropic classes of different hardness with one inner step on m samples: numbers, or arrays over a grid.

    Parameters
    ----------
    q, p : number
        Weights of the easy and the hard class.
    rho_E, rho_H : number
        Their input variances, the first the larger.
    R2, V_H : number
        Squared distance of the centres, and trace of the hard class's spread.
    alpha, m, d : number
        Step size, samples, dimension.
    """

    q: Number
    p: Number
    rho_E: Number
    rho_H: Number
    R2: Number
    V_H: Number
    alpha: Number
    m: Number
    d: Number


@dataclass(frozen=True)
class PairCondition:
    """A condition in the scalars of an isotropic pair, so that it also takes whole grids of them.

    Parameters
    ----------
    sides : callable
        Takes a pair; returns left side, operator, right side.
    applies : callable
        Takes a pair; returns where the condition says anything.
    """

    sides: Callable[[IsotropicPair], tuple[Number, Operator, Number]]
    applies: Callable[[IsotropicPair], Any] = lambda pair: True


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
    on_pair : PairCondition
        The same on isotropic pairs.
    """

    claim: str
    sentence: str
    sides: Callable[[EvaluatedMixture], tuple[Number, Operator, Number] | None]
    on_pair: PairCondition


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
    refuse_duplicates(claims)
    return tuple(claims)


def refuse_duplicates(claims: Iterable[Claim]) -> None:
    """Refuse claims of which two have one name.

    Raises
    ------
    ClaimError
        If two have; it names where both are stated.
    """
    seen: dict[str, Claim] = {}
    for claim in claims:
        if claim.name in seen:
            raise ClaimError(
                f"two claims are named {claim.name!r}, at {shown_place(seen[claim.name].location)} and at "
                f"{shown_place(claim.location)}; names must be unique"
            )
        seen[claim.name] = claim


def shown_place(location: str | Path) -> str:
    """Write a path, or ``file:line``, as briefly as it can be found from the working folder."""
    with suppress(ValueError):
        return str(Path(location).relative_to(Path.cwd()))
    return str(location)


@contextmanager
def located(claim: Claim) -> Iterator[None]:
    """Say of every refusal inside where the claim is stated."""
    try:
        yield
    except ClaimError as error:
        raise ClaimError(f"{shown_place(claim.location)}: {error}") from None


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
