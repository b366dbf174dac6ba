"""The kinds of conclusion that a claim can have, each saying what it states and nothing about how to check it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol, get_args

import sympy as sp

from theory.admissible import checked_expression, checked_symbol, checked_tuple
from theory.errors import ClaimError, UnknownNameError
from theory.formula import Formula, Iff, Operator, Relation
from theory.gain import MatrixQuantity
from theory.methods import NAMES
from theory.mixture import Array, InnerLoop, Mixture, Number
from theory.words import Polynomial

__all__ = [
    "Conclusion",
    "Convergence",
    "EvaluatedMixture",
    "Expectation",
    "Limit",
    "MatrixIdentity",
    "MixtureProperty",
    "Monotonicity",
    "PositiveDefinite",
    "Square",
    "Statement",
]


Direction = Literal["nondecreasing", "nonincreasing"]


class EvaluatedMixture(Protocol):
    """A mixture with its derived optima and risks at hand, in exact or floating arithmetic."""

    @property
    def mixture(self) -> Mixture:
        """The mixture."""

    @property
    def inner_loop(self) -> InnerLoop:
        """The adaptation."""

    @property
    def theta_nal(self) -> Array:
        """NAL's optimum, shape (d,)."""

    @property
    def theta_maml(self) -> Array:
        """MAML's optimum, shape (d,)."""

    @property
    def risk_nal(self) -> Number:
        """Excess risk of NAL's optimum."""

    @property
    def risk_maml(self) -> Number:
        """Excess risk of MAML's optimum."""

    @property
    def gain(self) -> Number:
        """``risk_nal - risk_maml``."""

    @property
    def noise_floor(self) -> Number:
        """What label noise adds to every risk."""

    @property
    def hessian_nal(self) -> Array:
        """``E Sigma``, shape (d, d)."""

    @property
    def hessian_maml(self) -> Array:
        """``E Q``, shape (d, d)."""

    def risk(self, theta: Array) -> Number:
        """Excess risk after adaptation from ``theta``."""

    def solve(self, matrix: Array, vector: Array) -> Array:
        """Solve a linear system in the arithmetic of the mixture."""


@dataclass(frozen=True)
class Statement:
    """A conclusion that is a formula: an identity, an inequality, an equivalence, or any combination."""

    formula: Formula

    def __post_init__(self) -> None:
        checked_tuple((self.formula,), Formula, "what a Statement states", "formula")

    @property
    def kind(self) -> str:
        """The word for it."""
        if isinstance(self.formula, Iff):
            return "equivalence"
        if isinstance(self.formula, Relation):
            return "identity" if self.formula.operator == "==" else "inequality"
        return "formula"


@dataclass(frozen=True)
class Limit:
    """``expression`` tends to ``value`` as ``variable`` tends to ``point``.

    Parameters
    ----------
    expression : sympy.Expr
        In hypothesised symbols and layers.
    variable : sympy.Symbol
        What moves.
    point : sympy.Expr
        Where to: an expression free of the variable, or ``sympy.oo``.
    value : sympy.Expr
        The limit, or ``sympy.oo``.
    """

    expression: sp.Expr
    variable: sp.Symbol
    point: sp.Expr
    value: sp.Expr
    kind = "limit"

    def __post_init__(self) -> None:
        for name in ("expression", "point", "value"):
            checked = checked_expression(getattr(self, name), f"the {name} of a Limit", infinite=name != "expression")
            object.__setattr__(self, name, checked)  # an int becomes an expression
        checked_symbol(self.variable, "the variable of a Limit")


@dataclass(frozen=True)
class Monotonicity:
    """``expression`` is nondecreasing, or nonincreasing, in each of ``variables`` over the hypothesised domain."""

    expression: sp.Expr
    variables: tuple[sp.Symbol, ...]
    direction: Direction
    kind = "monotonicity"

    def __post_init__(self) -> None:
        checked_expression(self.expression, "the expression of a Monotonicity")
        checked_tuple(self.variables, sp.Symbol, "the variables of a Monotonicity", "symbol")
        if not self.variables:
            raise ClaimError("a Monotonicity has no variables; name at least one symbol, as in (rho_E,)")
        if self.direction not in get_args(Direction):
            raise UnknownNameError.among("direction", self.direction, get_args(Direction))


@dataclass(frozen=True)
class MatrixIdentity:
    """A derived matrix, vector or scalar equals a hand-typed one, for every dimension and all symmetric matrices.

    Parameters
    ----------
    derived : MatrixQuantity or callable returning Polynomial
        Derived when first needed.
    stated : Polynomial
        Typed by hand.
    """

    derived: MatrixQuantity | Callable[[], Polynomial]
    stated: Polynomial
    kind = "identity"

    def __post_init__(self) -> None:
        _refuse_no_polynomial(self.stated, "what a MatrixIdentity states")
        if not isinstance(self.derived, MatrixQuantity) and not callable(self.derived):
            raise ClaimError(
                f"what a MatrixIdentity derives is a {type(self.derived).__name__}; give a MatrixQuantity or a "
                "function that returns a polynomial"
            )

    def derive(self) -> Polynomial:
        """Run the derivation.

        Raises
        ------
        ClaimError
            If a function of the claim's own raises, or returns something else than a polynomial.
        """
        if isinstance(self.derived, MatrixQuantity):
            return self.derived.polynomial()
        try:
            derived = self.derived()
        except Exception as error:
            raise ClaimError(f"what is to be derived cannot be: {type(error).__name__}: {error}") from None
        _refuse_no_polynomial(derived, "what the function of a MatrixIdentity returns")
        return derived


@dataclass(frozen=True)
class Expectation:
    """The expectation of ``word`` over Gaussian data is ``stated``, for every dimension and sample count.

    Parameters
    ----------
    word : Polynomial
        In the sample covariance ``Shat`` and fixed letters.
    stated : Polynomial
        In ``S`` and the fixed letters, typed by hand.
    """

    word: Polynomial
    stated: Polynomial
    kind = "expectation"

    def __post_init__(self) -> None:
        _refuse_no_polynomial(self.word, "the word of an Expectation")
        _refuse_no_polynomial(self.stated, "what an Expectation states")


@dataclass(frozen=True)
class Square:
    """One summand of a certificate of positive definiteness: ``coefficient tr(core)... factor' core factor``.

    Parameters
    ----------
    coefficient : sympy.Expr
        Nonnegative under the hypotheses; ``positive`` says that it is > 0.
    traces : tuple of int
        Powers of S whose traces multiply the coefficient, each positive because S is positive definite.
    factor : Polynomial
        Any polynomial in S.
    core : int
        Power of S in the middle, at least 1.
    """

    coefficient: sp.Expr
    traces: tuple[int, ...]
    factor: Polynomial
    core: int


@dataclass(frozen=True)
class PositiveDefinite:
    """A derived matrix is positive definite, because it is the sum of the given squares.

    At least one square must have the identity as its factor and a coefficient that is > 0 under the hypotheses.
    """

    derived: MatrixQuantity
    squares: tuple[Square, ...]
    kind = "inequality"

    def __post_init__(self) -> None:
        checked_tuple((self.derived,), MatrixQuantity, "what is positive definite", "MatrixQuantity")
        checked_tuple(self.squares, Square, "the squares of a PositiveDefinite", "Square")


@dataclass(frozen=True)
class MixtureProperty:
    """A comparison of two numbers or arrays that holds for every mixture of a family.

    Parameters
    ----------
    sides : callable
        Takes an evaluated mixture; returns the left side, the operator and the right side, typed by hand.
    restrict : callable
        Maps any mixture and inner loop to one that meets the hypotheses.
    """

    sides: Callable[[EvaluatedMixture], tuple[Any, Operator, Any]]
    restrict: Callable[[Mixture, InnerLoop], tuple[Mixture, InnerLoop]] = lambda mixture, inner_loop: (
        mixture,
        inner_loop,
    )
    kind = "property"

    def __post_init__(self) -> None:
        _refuse_uncallable(self.sides, "the sides of a MixtureProperty")
        _refuse_uncallable(self.restrict, "the restriction of a MixtureProperty")


@dataclass(frozen=True)
class Convergence:
    """Descent by a learner's own update reaches ``optimum``, for every mixture of a family.

    Parameters
    ----------
    learner : str
        Public name of the method.
    optimum : callable
        Takes an evaluated mixture; returns the claimed optimum, typed by hand, shape (d,).
    restrict : callable
        As in :class:`MixtureProperty`.
    """

    learner: str
    optimum: Callable[[EvaluatedMixture], Array]
    restrict: Callable[[Mixture, InnerLoop], tuple[Mixture, InnerLoop]] = lambda mixture, inner_loop: (
        mixture,
        inner_loop,
    )
    kind = "convergence"

    def __post_init__(self) -> None:
        if self.learner not in NAMES:
            raise UnknownNameError.among("learner", self.learner, NAMES)
        _refuse_uncallable(self.optimum, "the optimum of a Convergence")
        _refuse_uncallable(self.restrict, "the restriction of a Convergence")


def _refuse_no_polynomial(value: Any, what: str) -> None:
    if not isinstance(value, Polynomial):
        raise ClaimError(f"{what} is a {type(value).__name__}; build it from letter(), vector(), trace() and scalar()")


def _refuse_uncallable(value: Any, what: str) -> None:
    if not callable(value):
        raise ClaimError(f"{what} is a {type(value).__name__}; give a function of an evaluated mixture")


Conclusion = (
    Statement | Limit | Monotonicity | MatrixIdentity | Expectation | PositiveDefinite | MixtureProperty | Convergence
)
