"""Expressions, polynomials and formulas as Coq terms over the reals, node by node and unevaluated."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cache
from importlib.resources import files

import sympy as sp
from flint import fmpq_mpoly

from proofs_check.rational import Quotient, Ring, to_fraction
from theory.errors import ClaimError
from theory.formula import And, Formula, Iff, Implies, IsInteger, Not, Or, Relation

__all__ = ["Names", "as_comment", "as_expression", "identifier", "monomials", "number"]

#: Words that a bound variable must not have for a name: keywords, and what the statements themselves mention.
_RESERVED = frozenset(
    {"R", "Z", "as", "at", "cofix", "else", "end", "exists", "exists2", "fix", "for", "forall", "fun", "if", "IF"}
    | {"SProp", "by", "of", "nil", "cons", "pair", "I", "S", "O", "R0", "R1", "pow", "Rmin", "Rmax"}
    | {"in", "let", "match", "mod", "Prop", "return", "Set", "then", "Type", "using", "where", "with", "IZR", "Rabs"}
)


def number(value: Fraction | int) -> str:
    """Write a rational constant."""
    value = Fraction(value)
    text = str(value.numerator) if value.denominator == 1 else f"{value.numerator} / {value.denominator}"
    return text if value >= 0 and value.denominator == 1 else f"({text})"


#: Names that proofs give to hypotheses and facts.
_IN_PROOFS = re.compile(r"[ABCDEHNQTVX]\d+|[CDEZ]|[EP]_.*")


@cache
def _library_names() -> frozenset[str]:
    """Return what the lemmas, definitions and tactics of this package are called."""
    library = files("proofs_check.coq").joinpath("library")
    texts = [path.read_text(encoding="utf-8") for path in library.iterdir()]
    named = re.compile(r"^(?:Lemma|Definition|Fixpoint|Ltac|Class|#\[global\] Instance) (\w+)", re.MULTILINE)
    return frozenset(name for text in texts for name in named.findall(text))


def identifier(name: str) -> str:
    """Turn any name, such as a claim's, into one that Coq accepts: no keyword, no lemma's, Greek spelled out."""
    plain = re.sub(r"[^A-Za-z0-9_']", "_", "".join(map(_spelled, name)))
    if not re.match(r"[A-Za-z_]", plain) or plain == "_" or plain in _RESERVED | _library_names():
        plain = f"x_{plain}"
    return plain


def _spelled(letter: str) -> str:
    """Write a Greek letter out."""
    found = re.fullmatch(r"GREEK (SMALL|CAPITAL) LETTER (?:FINAL )?(\w+)", unicodedata.name(letter, ""))
    if found is None:
        return letter
    return found[2].lower() if found[1] == "SMALL" else found[2].capitalize()


def as_comment(text: str) -> str:
    """Make a text safe inside a Coq comment: no nested comment, no open string."""
    return text.replace("(*", "( *").replace("*)", "* )").replace('"', "''")


class Names:
    """Coq names for symbols, one for each and never one for two.

    Parameters
    ----------
    symbols : iterable of sympy.Symbol
        In the order in which they get their names.
    """

    def __init__(self, symbols: Iterable[sp.Symbol]) -> None:
        self._names: dict[sp.Symbol, str] = {}
        for symbol in symbols:
            self.add(symbol)

    def add(self, symbol: sp.Symbol) -> None:
        """Enter a symbol, where it is new."""
        if symbol in self._names:
            return
        name = identifier(str(symbol))
        if _IN_PROOFS.fullmatch(name):
            name += "_"
        while name in self._names.values():
            name += "_"
        self._names[symbol] = name

    def fresh(self, wanted: str) -> str:
        """Return a name that no symbol has, and that none gets from now on."""
        symbol = sp.Dummy(wanted)
        name = wanted
        while name in self._names.values():
            name += "_"
        self._names[symbol] = name
        return name

    def __getitem__(self, symbol: sp.Symbol) -> str:
        if symbol not in self._names:
            raise ClaimError(f"{symbol} is neither a hypothesised symbol nor a layer; state its domain or define it")
        return self._names[symbol]

    def expression(self, expression: sp.Expr) -> str:
        """Write a rational expression."""
        return self._write(expression, 0)

    def operand(self, expression: sp.Expr) -> str:
        """Write a rational expression that something is subtracted from or added to: sums in parentheses."""
        return self._write(expression, 1)

    def _write(self, node: sp.Expr, level: int) -> str:
        """Write a node; ``level``: 0 in a sum, 1 in a product, 2 as base of a power or behind a division sign."""
        if isinstance(node, sp.Rational):
            return number(Fraction(int(node.p), int(node.q)))
        if isinstance(node, sp.Symbol):
            return self[node]
        if isinstance(node, sp.Add):
            text = self._sum(node)
            return f"({text})" if level else text
        if isinstance(node, sp.Mul):
            text = self._product(node)
            return f"({text})" if level > 1 else text
        if isinstance(node, sp.Pow) and isinstance(node.exp, sp.Integer):
            exponent = int(node.exp)
            text = self._power(node.base, abs(exponent))
            if exponent < 0:
                text = f"1 / {text}"
            return f"({text})" if level > 1 else text
        raise ClaimError(f"{node} cannot be written in Coq: only symbols, rationals, +, * and integer powers can")

    def _power(self, base: sp.Expr, exponent: int) -> str:
        text = self._write(base, 2)
        return text if exponent == 1 else f"{text} ^ {exponent}"

    def _sum(self, node: sp.Add) -> str:
        text = ""
        for term in node.args:
            negative = term.could_extract_minus_sign() and not isinstance(term, sp.Add)
            written = self._write(-term if negative else term, 1)
            text += (f" - {written}" if text else f"- {written}") if negative else f"{' + ' if text else ''}{written}"
        return text

    def _product(self, node: sp.Mul) -> str:
        above = [a for a in node.args if not (isinstance(a, sp.Pow) and a.exp.is_negative)]
        below = [a for a in node.args if isinstance(a, sp.Pow) and a.exp.is_negative]
        if not all(isinstance(a.exp, sp.Integer) for a in below):
            raise ClaimError(f"{node} cannot be written in Coq: only symbols, rationals, +, * and integer powers can")
        text = " * ".join(self._write(a, 1) for a in above) or "1"
        return text + "".join(f" / {self._power(a.base, -int(a.exp))}" for a in below)

    def formula(self, formula: Formula) -> str:
        """Write a formula; comparisons always by ``<`` or ``<=``, so that no abbreviation is in the way."""
        if isinstance(formula, Relation):
            lhs, rhs = self.expression(formula.lhs), self.expression(formula.rhs)
            sides, sign = (
                ((rhs, lhs), formula.operator.replace(">", "<"))
                if ">" in formula.operator
                else (
                    (lhs, rhs),
                    {"==": "=", "!=": "<>"}.get(formula.operator, formula.operator),
                )
            )
            return f"{sides[0]} {sign} {sides[1]}"
        if isinstance(formula, IsInteger):
            bound = "k"
            while bound in self._names.values():
                bound += "_"
            return f"exists {bound} : Z, {self[formula.symbol]} = IZR {bound}"
        if isinstance(formula, Not):
            return f"~ ({self.formula(formula.operand)})"
        signs = {And: " /\\ ", Or: " \\/ ", Implies: " -> ", Iff: " <-> "}
        return signs[type(formula)].join(self._part(part) for part in formula.parts)

    def _part(self, formula: Formula) -> str:
        text = self.formula(formula)
        return text if isinstance(formula, Relation) else f"({text})"


def monomials(polynomial: fmpq_mpoly) -> Iterator[tuple[tuple[int, ...], Fraction]]:
    """Yield exponents and coefficient of each term, highest first in every run alike."""
    terms = [(tuple(map(int, exponents)), to_fraction(c)) for exponents, c in polynomial.to_dict().items()]
    yield from sorted(terms, reverse=True)


def as_expression(ring: Ring, quotient: Quotient) -> sp.Expr:
    """Return a quotient as an expression in the symbols of its ring, its denominator in factors."""

    def polynomial(value: fmpq_mpoly) -> sp.Expr:
        terms = (sp.Rational(c.numerator, c.denominator) * _product(ring.symbols, e) for e, c in monomials(value))
        return sp.Add(*terms)

    below = (polynomial(ring.factors[n]) ** -exponent for n, exponent in quotient.denominator.items())
    return sp.Mul(polynomial(quotient.numerator), *below)


def _product(symbols: Sequence[sp.Symbol], exponents: Sequence[int]) -> sp.Expr:
    return sp.Mul(*(symbol**exponent for symbol, exponent in zip(symbols, exponents, strict=True) if exponent))


def monomial(exponents: Sequence[int], coefficient: Fraction, names: Sequence[str]) -> str:
    """Write one term of a polynomial; even powers are written as powers of squares, whose sign is evident."""
    parts = [] if coefficient == 1 else [number(coefficient)]
    for name, exponent in zip(names, exponents, strict=True):
        if exponent:
            parts.append(power(name, exponent))
    return " * ".join(parts) or "1"


def power(base: str, exponent: int) -> str:
    """Write a power of an atomic term."""
    if exponent == 1:
        return base
    half, odd = divmod(exponent, 2)
    even = f"{base} ^ 2" if half == 1 else f"({base} ^ 2) ^ {half}"
    return f"{even} * {base}" if odd else even
