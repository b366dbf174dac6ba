"""Exact expectations of polynomials in the sample covariance of Gaussian data, for every dimension and sample count.

``Shat = X'X / m`` with m independent rows ``x ~ N(0, S)``. Enumerating the (2N-1)!! pairings of N copies of Shat is
hopeless beyond N = 5. Integration by parts on one leg (Stein's lemma, ``E[x f(x)] = S E[grad f(x)]``) instead turns
the expectation of a term into a sum of terms with one copy fewer. Terms that arise along different paths are merged
before they are expanded, so that each is expanded once: the memoised recursion, run forwards.

Source: ``design/theory.md``, section 2; the lemma is Stein (1981), the sum it computes is Isserlis (1918).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import sympy as sp

from theory.symbols import d, m
from theory.words import Closed, Polynomial, Term, Word, closed_form_of, reduced

__all__ = ["COVARIANCE", "SAMPLE_COVARIANCE", "IsotropicMoment", "expectation"]

SAMPLE_COVARIANCE = "Shat"
COVARIANCE = "S"

#: A contraction's result, the power of 1/m that it costs, and in how many ways it arises.
_Contraction = tuple[Term, int, int]
#: Per symbolic part of the input's coefficients and power of 1/m, a rational amount.
_Amounts = defaultdict[tuple[int, int], int | Fraction]


def expectation(polynomial: Polynomial, samples: sp.Expr, covariance: Word = (COVARIANCE,)) -> Polynomial:
    """Return the expectation over Gaussian data of a polynomial in the sample covariance.

    Parameters
    ----------
    polynomial : Polynomial
        In ``SAMPLE_COVARIANCE`` and any other symmetric letters, which are held fixed. Bilinear forms in it must be
        free of the sample covariance.
    samples : sympy.Expr
        The number m of samples: a symbol, an integer, or ``sympy.oo`` for the population.
    covariance : tuple of str
        The covariance of the data as a word; the empty word is the identity, which makes for far fewer terms.

    Returns
    -------
    Polynomial
        In the covariance and the fixed letters.

    Examples
    --------
    >>> from theory.symbols import m
    >>> from theory.words import letter, trace
    >>> shat, s, b = letter("Shat"), letter("S"), letter("B")
    >>> expectation(shat * b * shat, m).same_as(s * b * s + (s * b * s + trace(b * s) * s) / m)
    True
    """
    inverse_samples = sp.S.One / samples
    symbolic_parts: dict[sp.Expr, int] = {}
    levels: dict[int, dict[Term, _Amounts]] = defaultdict(dict)
    for term, coefficient in polynomial.terms.items():
        amounts = levels[_copies(term)].setdefault(term, defaultdict(int))
        for summand in sp.Add.make_args(sp.expand(coefficient)):
            rational, symbolic = summand.as_coeff_Mul(rational=True)
            part = symbolic_parts.setdefault(symbolic, len(symbolic_parts))
            amounts[part, 0] += rational.p if rational.q == 1 else Fraction(rational.p, rational.q)
    for copies in range(max(levels, default=0), 0, -1):
        below = levels[copies - 1]
        for term, amounts in levels.pop(copies, {}).items():
            for contracted, cost, times in _contractions(term, covariance):
                if cost and inverse_samples == 0:
                    continue
                target = below.setdefault(contracted, defaultdict(int))
                for (part, power), amount in amounts.items():
                    target[part, power + cost] += times * amount
    parts = list(symbolic_parts)

    @cache
    def monomial(part: int, power: int) -> sp.Expr:
        return sp.expand(parts[part] * inverse_samples**power)

    return Polynomial(
        {
            term: sp.Add(*(sp.sympify(amount) * monomial(*key) for key, amount in amounts.items()))
            for term, amounts in levels[0].items()
        },
        polynomial.kind,
    )


@dataclass(frozen=True)
class IsotropicMoment:
    """The multiple of the identity that ``E[Shat^power]`` is when the covariance is the identity."""

    power: int

    @property
    def name(self) -> str:
        """How messages call it."""
        return f"E[Shat^{self.power}] for the identity covariance"

    def expression(self) -> sp.Expr:
        """Derive it, in ``d`` and ``m``."""
        word = Polynomial({((SAMPLE_COVARIANCE,) * self.power, ()): sp.S.One})
        return expectation(word, m, covariance=()).at_scalars({}, d)


def _copies(term: Term) -> int:
    """Count the copies of the sample covariance in a term."""
    return sum(word.count(SAMPLE_COVARIANCE) for word in (term[0], *term[1]))


@cache
def _contractions(term: Term, covariance: Word) -> tuple[_Contraction, ...]:
    """Integrate by parts on the left leg of one sample covariance: of the open word's first, else of a trace's."""
    open_word, closed = term
    if SAMPLE_COVARIANCE in open_word:
        first = open_word.index(SAMPLE_COVARIANCE)
        prefix, rest = open_word[:first], open_word[first + 1 :]
        contracted = Counter(
            ((reduced(prefix + word), tuple(sorted(others))), cost)
            for word, others, cost in _partners(rest, closed, covariance)
        )
    else:
        chosen = next(word for word in closed if SAMPLE_COVARIANCE in word)
        others_than_chosen = _without(closed, chosen)
        first = chosen.index(SAMPLE_COVARIANCE)
        rest = chosen[first + 1 :] + chosen[:first]
        contracted = Counter(
            ((open_word, tuple(sorted((*others, closed_form_of(word))))), cost)
            for word, others, cost in _partners(rest, others_than_chosen, covariance)
        )
    return tuple((contraction, cost, times) for (contraction, cost), times in contracted.items())


def _partners(rest: Word, closed: Closed, covariance: Word) -> Iterator[tuple[Word, Closed, int]]:
    """Contract the left leg of the Shat that stands before ``rest`` with every other leg.

    Yields the word that replaces ``Shat rest``, the closed words, and the power of 1/m. The leg's own partner costs
    nothing: m equal samples cancel the 1/m. Every other leg forces two sample indices to agree, which costs 1/m.
    """
    yield (*covariance, *rest), closed, 0
    for position, name in enumerate(rest):
        if name != SAMPLE_COVARIANCE:
            continue
        between, after = rest[:position], rest[position + 1 :]
        yield (*covariance, *between[::-1], SAMPLE_COVARIANCE, *after), closed, 1
        yield (*covariance, *after), (*closed, closed_form_of((*between, SAMPLE_COVARIANCE))), 1
    for index, word in enumerate(closed):
        others = closed[:index] + closed[index + 1 :]
        for position, name in enumerate(word):
            if name != SAMPLE_COVARIANCE:
                continue
            loop = word[position + 1 :] + word[:position]
            yield (*covariance, *loop, SAMPLE_COVARIANCE, *rest), others, 1
            yield (*covariance, *loop[::-1], SAMPLE_COVARIANCE, *rest), others, 1


def _without(closed: Closed, word: Word) -> Closed:
    """Remove one occurrence of a closed word."""
    position = closed.index(word)
    return closed[:position] + closed[position + 1 :]
