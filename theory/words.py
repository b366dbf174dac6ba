"""Polynomials in symmetric matrices whose products do not commute, with traces and bilinear forms as scalars.

A *word* is a product of letters. A letter is the name of a symmetric matrix (``"S"``), of its inverse (``"S^-1"``) or
of a vector (``"|c"``). A term is an open word times closed words, which are scalars: traces, and bilinear forms
``u' W v``. Equal polynomials have equal normal forms for every dimension, because traces are taken up to rotation and
transposition, bilinear forms up to transposition, and a letter next to its inverse cancels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

import numpy as np
import sympy as sp

from theory.arithmetic import evaluate, exact_number

__all__ = ["IDENTITY", "Closed", "Polynomial", "Term", "Word", "bilinear", "letter", "scalar", "trace", "vector"]

Word = tuple[str, ...]
#: Closed words in canonical order. One that begins with a vector is a bilinear form, any other one is a trace.
Closed = tuple[Word, ...]
Term = tuple[Word, Closed]

VECTOR_MARK = "|"
INVERSE_MARK = "^-1"


def _inverse_name(name: str) -> str:
    return name.removesuffix(INVERSE_MARK) if name.endswith(INVERSE_MARK) else name + INVERSE_MARK


def _is_vector(name: str) -> bool:
    return name.startswith(VECTOR_MARK)


@cache
def reduced(word: Word) -> Word:
    """Return the word with every letter that stands beside its inverse cancelled."""
    stack: list[str] = []
    for name in word:
        if stack and stack[-1] == _inverse_name(name):
            stack.pop()
        else:
            stack.append(name)
    return tuple(stack)


@cache
def closed_form_of(word: Word) -> Word:
    """Return the representative of a closed word: transposition and, for a trace, rotation leave it as it is."""
    word = reduced(word)
    if word and _is_vector(word[0]):
        return min(word, word[::-1])
    while len(word) > 1 and word[0] == _inverse_name(word[-1]):
        word = word[1:-1]
    doubled, mirrored, length = word + word, word[::-1] + word[::-1], len(word)
    rotations = [doubled[i : i + length] for i in range(length)] + [mirrored[i : i + length] for i in range(length)]
    return min(rotations, default=())


def _expanded(coefficient: sp.Expr) -> sp.Expr:
    """Expand a coefficient; most are products of powers, which SymPy takes long to find expanded."""
    factors = coefficient.args if isinstance(coefficient, sp.Mul) else (coefficient,)
    bases = (f.base if isinstance(f, sp.Pow) and isinstance(f.exp, sp.Integer) else f for f in factors)
    return coefficient if all(isinstance(base, sp.Symbol | sp.Rational) for base in bases) else sp.expand(coefficient)


class Polynomial:
    """A polynomial in noncommuting symmetric matrices, possibly times a vector, or a scalar made of closed words.

    Parameters
    ----------
    terms : mapping from (open word, closed words) to coefficient
        Coefficients are SymPy expressions in commuting symbols.
    kind : {"matrix", "vector", "scalar"}
        What the open words stand for. A scalar has empty open words that do *not* mean the identity.

    Notes
    -----
    ``+``, ``-``, ``*`` and ``**`` are those of matrices; numbers and SymPy scalars multiply every term. Two
    polynomials are compared by :meth:`same_as`, in normal form, which settles equality for every dimension.
    """

    __slots__ = ("kind", "terms")

    def __init__(self, terms: Mapping[Term, sp.Expr], kind: str = "matrix") -> None:
        self.kind = kind
        self.terms: dict[Term, sp.Expr] = {key: value for key, value in terms.items() if value != 0}

    @classmethod
    def collect(cls, items: Iterable[tuple[Word, Iterable[Word], sp.Expr]], kind: str) -> Polynomial:
        """Bring a sum of (open word, closed words, coefficient) to normal form."""
        gathered: dict[Term, list[sp.Expr]] = {}
        for word, closed, coefficient in items:
            key = (reduced(word), tuple(sorted(closed_form_of(item) for item in closed)))
            gathered.setdefault(key, []).append(coefficient)
        return cls({key: _expanded(sp.Add(*values)) for key, values in gathered.items()}, kind)

    def _items(self) -> Iterable[tuple[Word, Closed, sp.Expr]]:
        return ((word, closed, coefficient) for (word, closed), coefficient in self.terms.items())

    def __add__(self, other: Polynomial | sp.Expr | int) -> Polynomial:
        other = _lift(other, self.kind)
        if other.kind != self.kind:
            raise TypeError(f"cannot add a {other.kind} to a {self.kind}")
        return Polynomial.collect([*self._items(), *other._items()], self.kind)

    __radd__ = __add__

    def __neg__(self) -> Polynomial:
        return Polynomial({key: -value for key, value in self.terms.items()}, self.kind)

    def __sub__(self, other: Polynomial | sp.Expr | int) -> Polynomial:
        return self + (-_lift(other, self.kind))

    def __rsub__(self, other: sp.Expr | int) -> Polynomial:
        return _lift(other, self.kind) - self

    def __mul__(self, other: Polynomial | sp.Expr | int) -> Polynomial:
        if not isinstance(other, Polynomial):
            other = scalar(other)
        if self.kind == "vector" and other.kind != "scalar":
            raise TypeError(f"a vector times a {other.kind} is not defined; use bilinear()")
        kind = other.kind if self.kind == "scalar" else self.kind if other.kind == "scalar" else other.kind
        return Polynomial.collect(
            [
                (left + right, left_closed + right_closed, a * b)
                for left, left_closed, a in self._items()
                for right, right_closed, b in other._items()
            ],
            kind,
        )

    def __rmul__(self, other: sp.Expr | int) -> Polynomial:
        return scalar(other).__mul__(self)

    def __truediv__(self, other: sp.Expr | int) -> Polynomial:
        return self.__mul__(sp.S.One / sp.sympify(other))

    def __pow__(self, exponent: int) -> Polynomial:
        if exponent < 0:
            raise ValueError("only powers >= 0; write the inverse as a letter of its own")
        power = scalar(1) if self.kind == "scalar" else IDENTITY
        for _ in range(exponent):
            power = power * self
        return power

    def transpose(self) -> Polynomial:
        """Return the transposed matrix polynomial: every open word is read backwards."""
        return Polynomial.collect([(word[::-1], closed, value) for word, closed, value in self._items()], self.kind)

    def substitute(self, images: Mapping[str, Polynomial]) -> Polynomial:
        """Replace letters by polynomials, in open and closed words alike.

        Parameters
        ----------
        images : mapping from letter to Polynomial
            A vector letter takes a vector polynomial. Where a bilinear form begins with it, that side is transposed.
        """
        total = Polynomial({}, self.kind)
        for word, closed, coefficient in self._items():
            factor = scalar(coefficient)
            for item in closed:
                factor = factor * _substitute_closed(item, images)
            total = total + (factor if self.kind == "scalar" else factor * _product(word, images))
        return total

    def map_coefficients(self, function: Callable[[sp.Expr], sp.Expr]) -> Polynomial:
        """Apply a function to every coefficient."""
        return Polynomial.collect([(w, c, function(value)) for w, c, value in self._items()], self.kind)

    def coefficient(self, symbol: sp.Symbol, power: int) -> Polynomial:
        """Return the polynomial that multiplies ``symbol**power``."""
        return self.map_coefficients(lambda value: sp.expand(value).coeff(symbol, power))

    def same_as(self, other: Polynomial) -> bool:
        """Whether both have the same normal form, hence agree for every dimension and all matrices."""
        return not (self - other).terms

    @property
    def letters(self) -> frozenset[str]:
        """Every letter that occurs."""
        return frozenset(name for word, closed in self.terms for item in (word, *closed) for name in item)

    @property
    def symbols(self) -> frozenset[sp.Symbol]:
        """Every commuting symbol that occurs in a coefficient."""
        return frozenset(symbol for value in self.terms.values() for symbol in value.free_symbols)

    def at_scalars(self, values: Mapping[str, sp.Expr], dimension: sp.Expr) -> sp.Expr:
        """Return the multiple of the identity that results when each letter is a multiple of the identity.

        Parameters
        ----------
        values : mapping from letter to SymPy expression
            For example ``{"S": rho}`` for Sigma = rho I.
        dimension : SymPy expression
            The trace of the identity.
        """
        return self.at_eigenvalues(values, lambda word: dimension * sp.Mul(*(values[name] for name in word)))

    def at_eigenvalues(self, values: Mapping[str, sp.Expr], trace_of: Callable[[Word], sp.Expr]) -> sp.Expr:
        """Return one eigenvalue of the polynomial when all its matrices commute.

        Parameters
        ----------
        values : mapping from letter to SymPy expression
            The eigenvalue of each letter in the common eigendirection asked for.
        trace_of : callable from word to SymPy expression
            The trace of a product of letters, for example a power sum or a sum over the eigenvalues.
        """
        return sp.expand(
            sp.Add(
                *(
                    coefficient
                    * sp.Mul(*(values[name] for name in word))
                    * sp.Mul(*(trace_of(item) for item in closed))
                    for word, closed, coefficient in self._items()
                )
            )
        )

    def evaluate(
        self,
        arrays: Mapping[str, Any],
        scalars: Mapping[sp.Symbol, Any],
        number: Callable[[int, int], Any] = exact_number,
    ) -> Any:
        """Evaluate at given matrices and vectors.

        Parameters
        ----------
        arrays : mapping from letter to array
            Matrices of shape (..., d, d), vectors of shape (..., d); ``float64`` or ``object`` holding Fractions.
        scalars : mapping from symbol to number
            Values of the symbols in the coefficients.
        number : callable
            Constants of the arithmetic in use, see :func:`theory.arithmetic.evaluate`.

        Returns
        -------
        array or number
            Shape (..., d, d) for a matrix, (..., d) for a vector, (...) for a scalar.
        """
        return _Evaluation(arrays, scalars, number).of(self)

    def __repr__(self) -> str:
        return f"Polynomial({self.kind}, {len(self.terms)} terms in {', '.join(sorted(self.letters))})"

    def _repr_latex_(self) -> str:
        from theory.rendering import notebook_latex

        return notebook_latex(self)


def letter(name: str) -> Polynomial:
    """Return the symmetric matrix of that name as a polynomial; ``"S^-1"`` is the inverse of ``"S"``."""
    return Polynomial({((name,), ()): sp.S.One})


def vector(name: str) -> Polynomial:
    """Return the vector of that name as a polynomial."""
    return Polynomial({((VECTOR_MARK + name,), ()): sp.S.One}, "vector")


def scalar(value: sp.Expr | int) -> Polynomial:
    """Return a commuting scalar as a polynomial without letters."""
    return Polynomial({((), ()): sp.sympify(value)}, "scalar")


IDENTITY = Polynomial({((), ()): sp.S.One})


def _lift(value: Polynomial | sp.Expr | int, kind: str) -> Polynomial:
    """Read a number beside a matrix as a multiple of the identity, as mathematicians write ``1 - alpha S``."""
    if isinstance(value, Polynomial):
        return value
    if kind == "vector" and value != 0:
        raise TypeError("cannot add a number to a vector")
    return Polynomial({((), ()): sp.sympify(value)}, kind)


def trace(matrix: Polynomial) -> Polynomial:
    """Return the trace of a matrix polynomial, a scalar."""
    items = [((), (*closed, word), value) for (word, closed), value in matrix.terms.items()]
    return Polynomial.collect(items, "scalar")


def bilinear(left: Polynomial, matrix: Polynomial, right: Polynomial) -> Polynomial:
    """Return the scalar ``left' matrix right`` of two vector polynomials and a matrix polynomial."""
    items = [
        ((), (*c1, *c2, *c3, w1[::-1] + w2 + w3), a * b * c)
        for (w1, c1), a in left.terms.items()
        for (w2, c2), b in matrix.terms.items()
        for (w3, c3), c in right.terms.items()
    ]
    return Polynomial.collect(items, "scalar")


def _image(name: str, images: Mapping[str, Polynomial]) -> Polynomial:
    return images.get(name) or Polynomial({((name,), ()): sp.S.One}, "vector" if _is_vector(name) else "matrix")


def _product(word: Word, images: Mapping[str, Polynomial]) -> Polynomial:
    product = IDENTITY
    for name in word:
        product = product * _image(name, images)
    return product


def _substitute_closed(word: Word, images: Mapping[str, Polynomial]) -> Polynomial:
    if word and _is_vector(word[0]):
        return bilinear(_image(word[0], images), _product(word[1:-1], images), _image(word[-1], images))
    return trace(_product(word, images))


class _Evaluation:
    """Evaluates words at given arrays, remembering every prefix it has multiplied out."""

    def __init__(
        self, arrays: Mapping[str, Any], scalars: Mapping[sp.Symbol, Any], number: Callable[[int, int], Any]
    ) -> None:
        self.arrays, self.scalars, self.number = arrays, scalars, number
        example = next(array for name, array in arrays.items() if not _is_vector(name))
        identity = np.zeros(example.shape, dtype=example.dtype) + number(0, 1)
        identity[..., range(example.shape[-1]), range(example.shape[-1])] = number(1, 1)
        self.products: dict[Word, Any] = {(): identity}

    def product(self, word: Word) -> Any:
        """Return the product of a word of matrices, shape (..., d, d)."""
        if word not in self.products:
            last = self.arrays[word[-1]]
            self.products[word] = last if len(word) == 1 else self.product(word[:-1]) @ last
        return self.products[word]

    def applied(self, word: Word) -> Any:
        """Return a word of matrices applied to the vector it ends in, shape (..., d)."""
        return (self.product(word[:-1]) @ self.arrays[word[-1]][..., None])[..., 0]

    def closed(self, word: Word) -> Any:
        if word and _is_vector(word[0]):
            return (self.arrays[word[0]] * self.applied(word[1:])).sum(axis=-1)
        return np.trace(self.product(word), axis1=-2, axis2=-1)

    def of(self, polynomial: Polynomial) -> Any:
        total: Any = None
        for (word, closed), coefficient in polynomial.terms.items():
            value = evaluate(coefficient, self.scalars, self.number)
            for item in closed:
                value = value * self.closed(item)
            if polynomial.kind == "matrix":
                value = np.asarray(value)[..., None, None] * self.product(word)
            elif polynomial.kind == "vector":
                value = np.asarray(value)[..., None] * self.applied(word)
            total = value if total is None else total + value
        return self.number(0, 1) * self._zero(polynomial.kind) if total is None else total

    def _zero(self, kind: str) -> Any:
        zero = self.products[()]
        return {"matrix": zero, "vector": zero[..., 0], "scalar": zero[..., 0, 0]}[kind]
