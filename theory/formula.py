"""First-order statements about rational expressions: relations, and the connectives that join them.

SymPy's own relations evaluate when they can, and a hypothesis that evaluates to ``True`` vanishes without a trace.
These never evaluate by themselves: what was stated is what every prover receives.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any, Literal, NoReturn, Self, TypeAlias

import sympy as sp

from theory.admissible import checked_expression, checked_symbol, checked_tuple
from theory.arithmetic import evaluate
from theory.errors import ClaimError

__all__ = [
    "And",
    "Formula",
    "Iff",
    "Implies",
    "IsInteger",
    "Not",
    "Operator",
    "Or",
    "Relation",
    "compare",
    "eq",
    "ge",
    "gt",
    "integer",
    "le",
    "lt",
    "ne",
]

Operator = Literal["<", "<=", "==", "!=", ">=", ">"]
Expression: TypeAlias = sp.Expr | int | Fraction
Latex: TypeAlias = Callable[[sp.Expr], str]

_COMPARE: dict[Operator, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    ">=": lambda a, b: a >= b,
    ">": lambda a, b: a > b,
}
_NEGATED: dict[Operator, Operator] = {"<": ">=", "<=": ">", "==": "!=", "!=": "==", ">=": "<", ">": "<="}
_LATEX: dict[Operator, str] = {"<": "<", "<=": r"\le", "==": "=", "!=": r"\ne", ">=": r"\ge", ">": ">"}


def compare(lhs: Any, operator: Operator, rhs: Any) -> Any:
    """Compare two values, or two arrays entry by entry."""
    return _COMPARE[operator](lhs, rhs)


class Formula(ABC):
    """A statement that is true or false once its symbols have values."""

    @property
    @abstractmethod
    def parts(self) -> tuple[Formula, ...]:
        """The statements directly below this one."""

    @abstractmethod
    def with_parts(self, parts: tuple[Formula, ...]) -> Formula:
        """Return the same connective over other parts."""

    @abstractmethod
    def holds(self, values: Mapping[sp.Symbol, Any]) -> bool:
        """Decide the statement at exact values.

        Parameters
        ----------
        values : mapping from symbol to number
            Exact rationals; floats give only what floats can.

        Raises
        ------
        ZeroDivisionError
            If an expression of the statement has a pole there.
        """

    @abstractmethod
    def latex(self, render: Latex) -> str:
        """Typeset the statement, expressions by ``render``."""

    @property
    def symbols(self) -> frozenset[sp.Symbol]:
        """Every symbol that occurs."""
        return frozenset(symbol for part in self.parts for symbol in part.symbols)

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Every relation that occurs, from left to right."""
        return tuple(relation for part in self.parts for relation in part.relations)

    def map_expressions(self, function: Callable[[sp.Expr], sp.Expr]) -> Formula:
        """Apply a function to both sides of every relation."""
        return self.with_parts(tuple(part.map_expressions(function) for part in self.parts))

    def __bool__(self) -> NoReturn:
        # `gt(x, 0) and lt(x, 1)` would be `lt(x, 1)`.
        raise TypeError(
            f"the statement {self} has no truth value; join statements with And((a, b)), Or((a, b)), Not(a)"
        )

    def _repr_latex_(self) -> str:
        from theory.rendering import notebook_latex

        return notebook_latex(self)


@dataclass(frozen=True)
class Relation(Formula):
    """A comparison of two expressions, left unevaluated."""

    lhs: sp.Expr
    operator: Operator
    rhs: sp.Expr

    def __post_init__(self) -> None:
        if self.operator not in _COMPARE:
            raise ClaimError(f"{self.operator!r} is no comparison; use one of {', '.join(_COMPARE)}")

    @property
    def parts(self) -> tuple[Formula, ...]:
        return ()

    def with_parts(self, parts: tuple[Formula, ...]) -> Formula:
        return self

    @property
    def symbols(self) -> frozenset[sp.Symbol]:
        return frozenset(self.lhs.free_symbols | self.rhs.free_symbols)

    @property
    def relations(self) -> tuple[Relation, ...]:
        return (self,)

    def map_expressions(self, function: Callable[[sp.Expr], sp.Expr]) -> Relation:
        return Relation(function(self.lhs), self.operator, function(self.rhs))

    def holds(self, values: Mapping[sp.Symbol, Any]) -> bool:
        return bool(_COMPARE[self.operator](evaluate(self.lhs, values), evaluate(self.rhs, values)))

    def negated(self) -> Relation:
        """Return the opposite comparison."""
        return Relation(self.lhs, _NEGATED[self.operator], self.rhs)

    @property
    def sign(self) -> str:
        """The comparison sign in LaTeX."""
        return _LATEX[self.operator]

    def latex(self, render: Latex) -> str:
        return f"{render(self.lhs)} {self.sign} {render(self.rhs)}"

    def __str__(self) -> str:
        return f"{self.lhs} {self.operator} {self.rhs}"


@dataclass(frozen=True)
class IsInteger(Formula):
    """The statement that a symbol takes an integer value. Provers may relax it to the reals, refuters may not."""

    symbol: sp.Symbol

    @property
    def parts(self) -> tuple[Formula, ...]:
        return ()

    def with_parts(self, parts: tuple[Formula, ...]) -> Formula:
        return self

    @property
    def symbols(self) -> frozenset[sp.Symbol]:
        return frozenset({self.symbol})

    def holds(self, values: Mapping[sp.Symbol, Any]) -> bool:
        return bool(values[self.symbol] == int(values[self.symbol]))

    def latex(self, render: Latex) -> str:
        return rf"{render(self.symbol)} \in \mathbb{{Z}}"

    def __str__(self) -> str:
        return f"{self.symbol} is an integer"


class _Connective(Formula):
    """Shared by the connectives: they are dataclasses whose fields are formulas or one tuple of formulas."""

    def __str__(self) -> str:
        return self._joined(
            [f"({part})" if isinstance(part, _Connective) else str(part) for part in self.parts], "text"
        )

    def latex(self, render: Latex) -> str:
        parts = [part.latex(render) for part in self.parts]
        return self._joined(
            [
                rf"\left({text}\right)" if isinstance(part, _Connective) else text
                for part, text in zip(self.parts, parts, strict=True)
            ],
            "latex",
        )

    @abstractmethod
    def _joined(self, parts: list[str], style: Literal["text", "latex"]) -> str:
        """Join the typeset parts by the connective's sign."""


@dataclass(frozen=True)
class _OfMany(_Connective):
    """A connective of any number of formulas."""

    operands: tuple[Formula, ...]

    def __post_init__(self) -> None:
        checked_tuple(self.operands, Formula, f"what {type(self).__name__} joins", "formula")

    @property
    def parts(self) -> tuple[Formula, ...]:
        return self.operands

    def with_parts(self, parts: tuple[Formula, ...]) -> Self:
        return type(self)(parts)


@dataclass(frozen=True)
class _OfFew(_Connective):
    """A connective of as many formulas as it has fields."""

    def __post_init__(self) -> None:
        checked_tuple(self.parts, Formula, f"what {type(self).__name__} is applied to", "formula")

    @property
    def parts(self) -> tuple[Formula, ...]:
        return tuple(getattr(self, field.name) for field in fields(self))

    def with_parts(self, parts: tuple[Formula, ...]) -> Self:
        return type(self)(*parts)


@dataclass(frozen=True)
class And(_OfMany):
    """All of the parts hold."""

    def holds(self, values: Mapping[sp.Symbol, Any]) -> bool:
        return all(part.holds(values) for part in self.operands)

    def _joined(self, parts: list[str], style: Literal["text", "latex"]) -> str:
        return (" and " if style == "text" else r" \land ").join(parts)


@dataclass(frozen=True)
class Or(_OfMany):
    """At least one of the parts holds."""

    def holds(self, values: Mapping[sp.Symbol, Any]) -> bool:
        return any(part.holds(values) for part in self.operands)

    def _joined(self, parts: list[str], style: Literal["text", "latex"]) -> str:
        return (" or " if style == "text" else r" \lor ").join(parts)


@dataclass(frozen=True)
class Not(_OfFew):
    """The part does not hold."""

    operand: Formula

    def holds(self, values: Mapping[sp.Symbol, Any]) -> bool:
        return not self.operand.holds(values)

    def _joined(self, parts: list[str], style: Literal["text", "latex"]) -> str:
        return ("not " if style == "text" else r"\lnot ") + parts[0]


@dataclass(frozen=True)
class Implies(_OfFew):
    """The consequence holds wherever the condition does."""

    condition: Formula
    consequence: Formula

    def holds(self, values: Mapping[sp.Symbol, Any]) -> bool:
        return not self.condition.holds(values) or self.consequence.holds(values)

    def _joined(self, parts: list[str], style: Literal["text", "latex"]) -> str:
        return (" implies " if style == "text" else r" \implies ").join(parts)


@dataclass(frozen=True)
class Iff(_OfFew):
    """Both parts hold or neither does."""

    left: Formula
    right: Formula

    def holds(self, values: Mapping[sp.Symbol, Any]) -> bool:
        return self.left.holds(values) == self.right.holds(values)

    def _joined(self, parts: list[str], style: Literal["text", "latex"]) -> str:
        return (" iff " if style == "text" else r" \iff ").join(parts)


def _relation(lhs: Expression, operator: Operator, rhs: Expression) -> Relation:
    left, right = (checked_expression(side, f"a side of {operator}") for side in (lhs, rhs))
    return Relation(left, operator, right)


def lt(lhs: Expression, rhs: Expression) -> Relation:
    """State ``lhs < rhs``."""
    return _relation(lhs, "<", rhs)


def le(lhs: Expression, rhs: Expression) -> Relation:
    """State ``lhs <= rhs``."""
    return _relation(lhs, "<=", rhs)


def eq(lhs: Expression, rhs: Expression) -> Relation:
    """State ``lhs == rhs``."""
    return _relation(lhs, "==", rhs)


def ne(lhs: Expression, rhs: Expression) -> Relation:
    """State ``lhs != rhs``."""
    return _relation(lhs, "!=", rhs)


def ge(lhs: Expression, rhs: Expression) -> Relation:
    """State ``lhs >= rhs``."""
    return _relation(lhs, ">=", rhs)


def gt(lhs: Expression, rhs: Expression) -> Relation:
    """State ``lhs > rhs``."""
    return _relation(lhs, ">", rhs)


def integer(symbol: sp.Symbol) -> IsInteger:
    """State that a symbol takes an integer value."""
    return IsInteger(checked_symbol(symbol, "what is to be an integer"))
