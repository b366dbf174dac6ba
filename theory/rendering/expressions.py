"""One expression as LaTeX: symbols as the notation has them, scalars by SymPy's printer, matrix polynomials grouped.

Everything comes out as *terms*, each with its sign, between which a layout may break a line.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import reduce
from itertools import groupby

import sympy as sp
from sympy.core.alphabets import greeks
from sympy.printing.latex import LatexPrinter

from theory.symbols import alpha, latex_names, m
from theory.words import INVERSE_MARK, VECTOR_MARK, Closed, Polynomial, Word

__all__ = ["expression_latex", "expression_terms", "letter_latex", "polynomial_terms", "signed", "symbol_latex"]

_GREEK = {name: rf"\{name}" for name in greeks} | {"lam": r"\lambda", "lamda": r"\lambda", "omicron": "o"}
_GREEK |= {
    name.capitalize(): rf"\{name.capitalize()}"
    for name in ("gamma", "delta", "theta", "lambda", "xi", "pi", "sigma", "upsilon", "phi", "psi", "omega")
}
_LETTERS = {
    "S": r"\Sigma",
    "Shat": r"\hat{\Sigma}",
    "Sbar": r"\bar{\Sigma}",
    "Qbar": r"\bar{Q}",
    "bhat": r"\hat{b}",
    "theta*": r"\theta^*",
    "theta_star": r"\theta^*",
}


def symbol_latex(symbol: sp.Symbol) -> str:
    """Typeset a symbol: as the notation has it, else by its name, words upright and the rest after ``_`` lowered.

    Parameters
    ----------
    symbol : sympy.Symbol
        A name with a backslash in it is taken to be LaTeX already.
    """
    known = latex_names().get(symbol)
    return known if known is not None else _name_latex(symbol.name)


def _name_latex(name: str) -> str:
    if "\\" in name:
        return name
    base, *below = [part for part in name.split("_") if part] or ["?"]
    text = _part_latex(base)
    return text + "_{" + ",".join(map(_part_latex, below)) + "}" if below else text


def _part_latex(part: str) -> str:
    if part in _GREEK:
        return _GREEK[part]
    head = part.rstrip("0123456789")
    if head and head != part:
        return _part_latex(head) + "_{" + part[len(head) :] + "}"
    upright = "".join(character for character in part if character.isascii() and character.isalnum())
    return part if len(part) == 1 and upright else rf"\mathrm{{{upright or '?'}}}"


class _Printer(LatexPrinter):  # type: ignore[misc]  # SymPy is untyped
    """SymPy's printer with this project's notation: powers of R^2 merge, and sums read as papers write them."""

    def _print_Symbol(self, expr: sp.Symbol, style: str = "plain") -> str:
        return symbol_latex(expr)

    def _print_Pow(self, expr: sp.Pow) -> str:
        """Write (R^2)^3 as R^6: a second superscript on the same letter is an error in LaTeX."""
        if isinstance(expr.base, sp.Symbol) and isinstance(expr.exp, sp.Integer) and expr.exp > 1:
            name = symbol_latex(expr.base)
            if name.endswith("^2"):
                return f"{name[:-2]}^{{{2 * expr.exp}}}"
        return str(super()._print_Pow(expr))

    def _as_ordered_terms(self, expr: sp.Expr, order: str | None = None) -> list[sp.Expr]:
        """Order a sum by rising powers of the step size, a number before fractions, a positive term first."""
        terms = list(super()._as_ordered_terms(expr, order=order))
        fractions = any(sp.fraction(term)[1].free_symbols for term in terms)
        terms.sort(key=lambda term: (not (fractions and term.is_Number), term.as_powers_dict().get(alpha, 0)))
        positive = next((term for term in terms if not term.could_extract_minus_sign()), None)
        if positive is not None:
            terms.remove(positive)
            terms.insert(0, positive)
        return terms


_PRINTER = _Printer()


def expression_latex(expression: sp.Expr) -> str:
    """Typeset a scalar expression as it stands, without rearranging it."""
    return str(_PRINTER.doprint(sp.sympify(expression)))


def expression_terms(expression: sp.Expr) -> list[str]:
    """Typeset a scalar expression as signed terms, the first one without a plus sign."""
    terms = _PRINTER._as_ordered_terms(expression) if isinstance(expression, sp.Add) else [expression]
    return _without_leading_plus([signed(expression_latex(term)) for term in terms])


def signed(text: str) -> str:
    """Put a plus sign before what has no sign."""
    return f"- {text[1:].lstrip()}" if text.startswith("-") else f"+ {text}"


def _without_leading_plus(terms: list[str]) -> list[str]:
    return [terms[0].removeprefix("+ "), *terms[1:]] if terms else ["0"]


def letter_latex(name: str) -> str:
    """Typeset the name of a matrix or vector, such as ``"S^-1"``, ``"|theta_nal"`` or ``"E[S2 theta*]"``."""
    name = name.removeprefix(VECTOR_MARK)
    if name.endswith(INVERSE_MARK):
        return letter_latex(name.removesuffix(INVERSE_MARK)) + "^{-1}"
    if name.startswith("E[") and name.endswith("]"):
        return r"\mathbb{E}[" + " ".join(map(letter_latex, name[2:-1].split())) + "]"
    if name in _LETTERS:
        return _LETTERS[name]
    if name[:-1] in _LETTERS and name[-1].isdigit():
        return f"{_LETTERS[name[:-1]]}^{{{name[-1]}}}"
    return _name_latex(name)


def _word_latex(word: Word) -> str:
    return " ".join(_power_latex(letter_latex(name), len(list(run))) for name, run in groupby(word))


def _power_latex(base: str, exponent: int) -> str:
    if exponent == 1:
        return base
    if base.endswith("^{-1}"):
        return f"{base.removesuffix('^{-1}')}^{{-{exponent}}}"
    return f"{base}^{{{exponent}}}"


def _closed_latex(closed: Closed) -> str:
    """Typeset a product of traces and bilinear forms."""
    return " ".join(_one_closed_latex(word, times) for word, times in Counter(closed).items())


def _one_closed_latex(word: Word, times: int) -> str:
    if not word:
        return _power_latex("d", times)
    if word[0].startswith(VECTOR_MARK):
        first, last = letter_latex(word[0]), letter_latex(word[-1])
        text = " ".join(filter(None, (_transposed(first), _word_latex(word[1:-1]), last)))
        return text if times == 1 else rf"\bigl({text}\bigr)^{{{times}}}"
    return _power_latex(rf"\operatorname{{tr}}({_word_latex(word)})", times)


def _transposed(vector: str) -> str:
    return vector.removesuffix("^*") + r"^{*\top}" if vector.endswith("^*") else rf"{vector}^{{\top}}"


def polynomial_terms(polynomial: Polynomial) -> list[str]:
    """Typeset a matrix polynomial as signed terms, grouped by what multiplies the words: ``alpha^2/m ( ... )``.

    A group of several words spans several terms, its bracket opening in the first and closing in the last.
    """
    groups: dict[sp.Expr, list[tuple[sp.Rational, Word, Closed]]] = defaultdict(list)
    for (word, closed), coefficient in polynomial.terms.items():
        for summand in sp.Add.make_args(sp.expand(coefficient)):
            rational, symbolic = summand.as_coeff_Mul(rational=True)
            groups[symbolic].append((rational, word, closed))
    ordered = sorted(groups, key=_group_order)
    return _without_leading_plus([term for part in ordered for term in _group(part, groups[part], polynomial.kind)])


def _group_order(part: sp.Expr) -> tuple[int, int, str]:
    powers = part.as_powers_dict()
    return int(powers.get(alpha, 0)), -int(powers.get(m, 0)), str(part)


def _group(part: sp.Expr, items: list[tuple[sp.Rational, Word, Closed]], kind: str) -> Iterator[str]:
    items = sorted(items, key=lambda item: (sum(map(len, item[2])), item[1:]))
    common = reduce(sp.gcd, (abs(rational) for rational, _, _ in items)) * sp.sign(items[0][0])
    if part == 1 and len(items) > 1:
        for rational, word, closed in items:
            yield _times(expression_latex(rational), _product(word, closed, kind))
        return
    factor = expression_latex(common * part)
    texts = [_times(expression_latex(r / common), _product(word, closed, kind)) for r, word, closed in items]
    if len(texts) == 1:
        yield _times(factor, _product(*items[0][1:], kind))
        return
    yield signed(factor + r"\bigl(" + texts[0].removeprefix("+ "))
    yield from texts[1:-1]
    yield texts[-1] + r"\bigr)"


def _product(word: Word, closed: Closed, kind: str) -> str:
    matrix = _word_latex(word) or ("I" if kind == "matrix" else "")
    return " ".join(filter(None, (_closed_latex(closed), matrix)))


def _times(factor: str, product: str) -> str:
    """Write ``factor product``, leaving out a factor 1 before a product."""
    if product and factor in ("1", "-1"):
        factor = factor.removesuffix("1")
    return signed(" ".join(filter(None, (factor, product))))
