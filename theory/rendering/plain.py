"""Claims in plain text, for terminals: what LaTeX says, in the spelling in which claims are typed."""

from __future__ import annotations

from itertools import groupby

import sympy as sp

from theory.claim import (
    Claim,
    Expectation,
    Layer,
    Limit,
    MatrixIdentity,
    Monotonicity,
    PositiveDefinite,
    Statement,
)
from theory.gain import MatrixQuantity
from theory.rendering.claims import derivation_words
from theory.rendering.settings import setting_words
from theory.words import INVERSE_MARK, VECTOR_MARK, Closed, Polynomial, Word

__all__ = ["plain_conclusion", "plain_layer", "plain_polynomial"]

#: Terms shown of a polynomial; the longest have hundreds.
_MOST_TERMS = 24


def plain_conclusion(claim: Claim) -> str:
    """Write what a claim concludes; one without a formula is given by its sentence."""
    conclusion = claim.conclusion
    if isinstance(conclusion, Statement):
        return str(conclusion.formula)
    if isinstance(conclusion, Limit):
        return f"{conclusion.expression} -> {conclusion.value} as {conclusion.variable} -> {conclusion.point}"
    if isinstance(conclusion, Monotonicity):
        return f"{conclusion.expression} is {conclusion.direction} in {', '.join(map(str, conclusion.variables))}"
    if isinstance(conclusion, MatrixIdentity):
        derived = conclusion.derived
        name = _matrix_words(derived) if isinstance(derived, MatrixQuantity) else "what the library derives"
        return f"{name} = {plain_polynomial(conclusion.stated)}"
    if isinstance(conclusion, Expectation):
        return f"E[{plain_polynomial(conclusion.word)}] = {plain_polynomial(conclusion.stated)}"
    if isinstance(conclusion, PositiveDefinite):
        return f"{_matrix_words(conclusion.derived)} is positive definite, a sum of {len(conclusion.squares)} squares"
    return claim.sentence


def plain_layer(layer: Layer) -> str:
    """Write a definition, and where it is compared with a derivation, which one."""
    lemma = " > 0" if layer.positive else ""
    derived = "" if layer.derivation is None else derivation_words(layer.derivation)
    replacements = ", ".join(f"{symbol} = {value}" for symbol, value in getattr(layer.derivation, "replacements", ()))
    derived += f", at {replacements}" if replacements else ""
    if layer.definition is None:
        return f"{layer.symbol} := as derived: {derived}"
    return f"{layer.symbol} := {layer.definition}{lemma}" + (
        f"  (to equal what is derived: {derived})" if derived else ""
    )


def plain_polynomial(polynomial: Polynomial) -> str:
    """Write a matrix polynomial, for example ``S - 2*alpha S^2 + (1/m) tr(S^2) S``."""
    terms = [
        _term(coefficient, word, closed, polynomial.kind) for (word, closed), coefficient in polynomial.terms.items()
    ]
    if not terms:
        return "0"
    shown = " ".join(terms[:_MOST_TERMS]).removeprefix("+ ")
    return shown if len(terms) <= _MOST_TERMS else f"{shown} + ... ({len(terms)} terms)"


def _term(coefficient: sp.Expr, word: Word, closed: Closed, kind: str) -> str:
    sign = "-" if coefficient.could_extract_minus_sign() else "+"
    coefficient = -coefficient if sign == "-" else coefficient
    factor = f"({coefficient})" if isinstance(coefficient, sp.Add) else str(coefficient)
    matrix = _word(word) or ("I" if kind == "matrix" else "")
    product = " ".join([*map(_closed, closed), *([matrix] if matrix else [])])
    return f"{sign} " + (product if factor == "1" and product else f"{factor} {product}".strip())


def _word(word: Word) -> str:
    runs = ((_letter(name), len(list(run))) for name, run in groupby(word))
    return " ".join(name if times == 1 else f"{name}^{times}" for name, times in runs)


def _letter(name: str) -> str:
    return name.removeprefix(VECTOR_MARK).replace(INVERSE_MARK, "^-1")


def _closed(word: Word) -> str:
    if word and word[0].startswith(VECTOR_MARK):
        return f"({_letter(word[0])}' {_word(word[1:])})"
    return f"tr({_word(word)})" if word else "d"


def _matrix_words(quantity: MatrixQuantity) -> str:
    name = "Q" if quantity.name == "curvature" else "noise floor"
    return f"{name} ({setting_words(quantity.setting)})"
