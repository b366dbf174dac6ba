"""What a claim may be made of: rational expressions in symbols without assumptions, and formulas of them.

Each refusal names the part, what was given and what to write instead. Whatever SymPy or Python would have evaluated
before the claim was stated is refused here, because a prover would then judge something else than what was meant.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np
import sympy as sp
from sympy.logic.boolalg import Boolean

from theory.errors import ClaimError

__all__ = ["checked_expression", "checked_symbol", "checked_tuple", "refusal", "refuse_inadmissible", "suggestion"]

_RELATIONS = "lt, le, eq, ne, ge, gt of theory"
_ROOT = "; for the square root of x name a symbol r and assume ge(r, 0), eq(r**2, x)"


def checked_expression(value: Any, what: str, *, infinite: bool = False) -> sp.Expr:
    """Return a value as a SymPy expression, refusing what is none; cheap, since it does not look inside.

    Parameters
    ----------
    value : sympy.Expr, int or fractions.Fraction
        What was given.
    what : str
        What it was to be, as the message calls it.
    infinite : bool
        Whether ``sympy.oo`` is allowed.

    Raises
    ------
    ClaimError
        If it is not an expression.
    """
    if _is_evaluated_comparison(value):
        raise ClaimError(
            f"{what} is {value!r}, a comparison that Python or SymPy made on the spot; state it with {_RELATIONS}"
        )
    if isinstance(value, str):
        raise ClaimError(f"{what} is the text {value!r}; build it from symbols, as in alpha * rho_E")
    if isinstance(value, float | sp.Float):
        raise ClaimError(f"{what} is the float {value}; write it exactly, for example sympy.Rational('{value}')")
    if not infinite and value in (sp.oo, -sp.oo):
        raise ClaimError(f"{what} is infinite; only the point and the value of a Limit may be")
    try:
        expression = sp.sympify(value, strict=True)
    except sp.SympifyError:
        expression = None
    if not isinstance(expression, sp.Expr):
        raise ClaimError(
            f"{what} is a {type(value).__name__}, {_short(value)}; give an expression of symbols and rational numbers"
        )
    return expression


def _is_evaluated_comparison(value: Any) -> bool:
    """Whether it is a truth value, or one of SymPy's relations; a symbol, for SymPy, is a Boolean too."""
    return isinstance(value, bool | np.bool_) or (isinstance(value, Boolean) and not isinstance(value, sp.Expr))


def checked_symbol(value: Any, what: str) -> sp.Symbol:
    """Return a symbol, refusing anything else and symbols that carry assumptions.

    Raises
    ------
    ClaimError
        If it is not a plain symbol.
    """
    if not isinstance(value, sp.Symbol):
        raise ClaimError(f"{what} is {_short(value)}, a {type(value).__name__}; give a symbol, as in sympy.Symbol('x')")
    refuse_inadmissible(value, what)
    return value


def checked_tuple(value: Any, kind: type | tuple[type, ...], what: str, name: str) -> None:
    """Refuse anything but a tuple whose entries are all of a kind.

    Parameters
    ----------
    value : tuple
        What was given.
    kind : type or tuple of type
        What each entry has to be.
    what, name : str
        What the tuple is, and what one entry is called.

    Raises
    ------
    ClaimError
        If it is something else; a comparison that was evaluated is named as such.
    """
    if isinstance(value, kind) and kind is not tuple:
        raise ClaimError(f"{what} is one {name} and not a tuple of them; add a comma: ({_short(value)},)")
    if not isinstance(value, tuple):
        raise ClaimError(f"{what} is a {type(value).__name__}; give a tuple, as in (first, second)")
    for number, entry in enumerate(value, start=1):
        if not isinstance(entry, kind):
            place = f"entry {number} of {what}"
            if _is_evaluated_comparison(entry):
                checked_expression(entry, place)
            raise ClaimError(f"{place} is a {type(entry).__name__}, {_short(entry)}, and no {name}")


def refuse_inadmissible(expression: sp.Expr, what: str, *, infinite: bool = False) -> None:
    """Refuse an expression that is not rational, or whose symbols carry assumptions.

    Parameters
    ----------
    expression : sympy.Expr
        What was given.
    what : str
        What it is, as the message calls it.
    infinite : bool
        Whether it may be ``sympy.oo`` as a whole.

    Raises
    ------
    ClaimError
        If it is.
    """
    if infinite and expression in (sp.oo, -sp.oo):
        return
    node = _inadmissible_node(expression)
    if node is not None:
        raise ClaimError(f"{what}: {refusal(node, expression)}")


@lru_cache(maxsize=4096)
def _inadmissible_node(node: sp.Basic) -> sp.Basic | None:
    """Return the first node that may not occur; cached, because claims share their definitions."""
    if type(node) is sp.Symbol:
        return None if node.assumptions0 == {"commutative": True} else node
    if isinstance(node, sp.Rational):
        return None
    if isinstance(node, sp.Add | sp.Mul) or (isinstance(node, sp.Pow) and isinstance(node.exp, sp.Integer)):
        return next(filter(None, map(_inadmissible_node, node.args)), None)
    return node


def refusal(node: sp.Basic, expression: sp.Expr) -> str:
    """Say why a node cannot be part of an expression of a claim, and what to write instead."""
    if isinstance(node, sp.Float):
        return f"{expression} contains the float {node}; write it exactly, for example Rational('{node}')"
    if node in (sp.zoo, sp.nan):
        return f"{expression} divides by zero"
    if type(node) is sp.Symbol:
        carried = ", ".join(f"{key}={value}" for key, value in sorted(_assumptions(node).items()))
        return (
            f"the symbol {node} carries the assumption {carried}, and is another symbol than the plain {node}; write "
            f"Symbol('{node}') and state what is assumed as a hypothesis, for example gt({node}, 0)"
        )
    root = _ROOT if isinstance(node, sp.Pow) and isinstance(node.exp, sp.Rational) else ""
    return (
        f"{expression} is not a rational expression: {type(node).__name__} is not allowed, only symbols, rational "
        f"constants, +, * and integer powers{root}"
    )


def _assumptions(symbol: sp.Symbol) -> dict[str, bool]:
    """Return what was said of a symbol when it was made, without what SymPy concludes from that."""
    stated = getattr(symbol, "_assumptions_orig", None) or symbol.assumptions0
    return {key: value for key, value in stated.items() if key != "commutative" or not value}


def suggestion(name: str, known: Iterable[str]) -> str:
    """Name what was probably meant, as a question, or nothing where nothing is like it."""
    # Only a refusal needs it, and every start of the command imports this package.
    from difflib import get_close_matches

    names = sorted(set(known))
    close = [other for other in names if other.casefold() == name.casefold()] or get_close_matches(name, names)
    return f"did you mean {' or '.join(close)}?" if close else ""


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
