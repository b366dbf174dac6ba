"""Equations laid out on a page: one row where it fits, else broken between terms, else with parts given names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import sympy as sp

from theory.rendering.expressions import expression_latex, expression_terms, polynomial_terms
from theory.words import Polynomial

__all__ = ["Equation", "Prose", "Typeset", "aligned_rows", "inline_latex", "width"]

#: Widest row, in widths of a typical letter: what fits 16 cm at 11 points, less the margin of error of :func:`width`.
ROW = 70.0
_INDENT = 4.0

_TOKEN = re.compile(r"\\[a-zA-Z]+|\\.|[{}^_&]|\s+|.", re.DOTALL)
_INVISIBLE = {r"\left", r"\right", r"\bigl", r"\bigr", r"\mathbb", "&"}
_UPRIGHT = {r"\mathrm", r"\text", r"\operatorname"}
_WIDE = {"+", "-", "=", "<", ">", r"\le", r"\ge", r"\ne", r"\to", r"\quad", r"\land", r"\lor", r"\succ"}
_VERY_WIDE = {r"\implies", r"\iff", r"\qquad", r"\lim"}


@dataclass(frozen=True)
class Equation:
    """A left side, a relation sign and a right side, still to be laid out.

    Parameters
    ----------
    lhs : str
        LaTeX of the left side; may be empty.
    relation : str
        LaTeX of the sign between the sides; may be empty.
    rhs : sympy.Expr, Polynomial or tuple of str
        The right side; strings are LaTeX terms between which a row may end.
    """

    lhs: str
    relation: str
    rhs: sp.Expr | Polynomial | tuple[str, ...]

    @property
    def terms(self) -> list[str]:
        """The right side as LaTeX terms between which a row may end."""
        if isinstance(self.rhs, Polynomial):
            return polynomial_terms(self.rhs)
        return list(self.rhs) if isinstance(self.rhs, tuple) else expression_terms(self.rhs)


@dataclass(frozen=True)
class Prose:
    """What can only be said in words.

    Parameters
    ----------
    latex : str
        The words, special characters escaped.
    """

    latex: str


@dataclass(frozen=True)
class Typeset:
    """A formula and the definitions that it rests on.

    Parameters
    ----------
    definitions : tuple of Equation
        In order, each using only what is before it.
    main : Equation or Prose
        The formula itself.
    """

    definitions: tuple[Equation, ...]
    main: Equation | Prose


def inline_latex(equation: Equation) -> str:
    """Write an equation in one go, without ``$``; TeX may break it between terms."""
    return " ".join(filter(None, (equation.lhs, equation.relation, *equation.terms)))


def aligned_rows(equations: tuple[Equation, ...]) -> list[str]:
    """Lay equations out as the rows of an ``aligned`` or ``align*`` environment.

    Where even a single term is too wide, its widest sums are named and defined on rows of their own.
    """
    counter = iter(range(1, 1000))
    named = [part for equation in equations for part in _with_names(equation, counter)]
    return [row for equation in named for row in _rows(equation)]


def _rows(equation: Equation) -> Iterator[str]:
    head = " ".join(filter(None, (equation.lhs, "&" + equation.relation)))
    terms = equation.terms
    indent = ""
    if equation.lhs and width(head) + width(terms[0]) > ROW:
        yield "&" + equation.lhs
        head, indent = rf"&\quad {equation.relation}", r"\quad "
    row = [head, terms[0]]
    for position, term in enumerate(terms[1:], start=1):
        if width(" ".join([*row, _bracket(terms[position:])])) > ROW - _INDENT:
            yield " ".join(filter(None, row))
            row = [rf"&\quad {indent}{{}}{term}"]
        else:
            row.append(term)
    yield " ".join(filter(None, row))


def _bracket(terms: list[str]) -> str:
    """Return the first of the terms, up to the one that closes a bracket that it opens."""
    if not (r"\bigl(" in terms[0] and r"\bigr)" not in terms[0]):
        return terms[0]
    last = next(position for position, term in enumerate(terms) if r"\bigr)" in term)
    return " ".join(terms[: last + 1])


def _with_names(equation: Equation, counter: Iterator[int]) -> Iterator[Equation]:
    """Name the widest sums inside the terms that are wider than a row, and define each before it is used."""
    expression = equation.rhs
    if isinstance(expression, sp.Expr):
        while max(map(width, expression_terms(expression))) > ROW - _INDENT:
            inside = {part for part in sp.preorder_traversal(expression) if isinstance(part, sp.Add)} - {expression}
            if not inside:
                break
            widest = max(inside, key=lambda part: (width(expression_latex(part)), str(part)))
            name = sp.Symbol(f"A_{next(counter)}")
            yield from _with_names(Equation(expression_latex(name), "=", widest), counter)
            expression = expression.xreplace({widest: name})
    yield Equation(equation.lhs, equation.relation, expression)


def width(latex: str) -> float:
    """Estimate how wide LaTeX comes out, in widths of a typical letter."""
    return _measure(_TOKEN.findall(latex), [0])


def _measure(tokens: list[str], at: list[int], space: float = 0.0) -> float:
    """Measure up to the brace that closes the current group; ``at`` holds the position and is advanced."""
    total = 0.0
    while at[0] < len(tokens):
        token = tokens[at[0]]
        at[0] += 1
        if token == "}":
            break
        if token == "{":
            total += _measure(tokens, at)
        elif token in ("^", "_"):
            total += 0.7 * _argument(tokens, at)
        elif token in (r"\frac", r"\tfrac"):
            total += 0.5 + max(_argument(tokens, at), _argument(tokens, at))
        elif token in _UPRIGHT:
            total += 0.75 * _argument(tokens, at, space=1.0)
        elif token in _VERY_WIDE:
            total += 5
        elif token in _WIDE:
            total += 2.4
        elif token.isspace():
            total += space
        elif token not in _INVISIBLE:
            total += 0.8 if token in "()[],.|" else 1.15
    return total


def _argument(tokens: list[str], at: list[int], space: float = 0.0) -> float:
    """Measure one argument: a group in braces or a single token."""
    token = tokens[at[0]] if at[0] < len(tokens) else "}"
    at[0] += 1
    return _measure(tokens, at, space) if token == "{" else 1.15
