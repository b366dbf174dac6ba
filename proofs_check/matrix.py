"""The rungs for claims on matrices of any dimension: normal forms, certificates, and exact rational samples."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from fractions import Fraction
from time import perf_counter
from typing import Any

import numpy as np
import sympy as sp
from flint import fmpq_mat

from numerics.arithmetic import as_rationals, constants_for
from proofs_check.budget import Budget
from proofs_check.rational import equal
from proofs_check.scalar import judge_scalar
from proofs_check.verdict import Evidence, Obligation, Outcome, Tier
from theory.claim import Claim, Expectation, MatrixIdentity, PositiveDefinite, Square, Statement
from theory.formula import And, ge, gt
from theory.mixture import Array
from theory.moments import COVARIANCE, expectation
from theory.symbols import NOTATION, Domain, m
from theory.words import IDENTITY, INVERSE_MARK, VECTOR_MARK, Polynomial, Term, letter, scalar, trace

__all__ = ["coefficients_claim", "different_terms", "judge_matrix", "sampled_matrices", "sides_of", "summand"]

_COUNTS = {entry.symbol for entry in NOTATION if entry.domain is Domain.COUNT}
#: Letters that stand for positive definite matrices; a covariance, and averages of covariances or curvatures.
DEFINITE = {COVARIANCE, "Sbar", "H"}


def judge_matrix(claim: Claim, *, budget: Budget, seed: int) -> tuple[Evidence, ...]:
    """Judge a claim whose conclusion is about matrices of every dimension.

    Parameters
    ----------
    claim : Claim
        With a MatrixIdentity, Expectation or PositiveDefinite conclusion.
    budget : Budget
        Limits of the scalar provers that certificates need.
    seed : int
        Seeds the exact samples.
    """
    conclusion = claim.conclusion
    started = perf_counter()
    derived, stated = sides_of(claim)
    derivation = perf_counter() - started
    if isinstance(conclusion, PositiveDefinite):
        return (
            *_identity_evidence(derived, stated, seed, "the sum of squares equals the derived matrix", derivation),
            *_coefficients_evidence(claim, conclusion, budget, seed),
        )
    return _identity_evidence(derived, stated, seed, "stated equals derived", derivation)


def sides_of(claim: Claim) -> tuple[Polynomial, Polynomial]:
    """Return what is derived and what is stated, a certificate of definiteness being stated as its sum of squares.

    Raises
    ------
    TypeError
        If the claim is not on matrices.
    """
    conclusion = claim.conclusion
    if isinstance(conclusion, PositiveDefinite):
        certified = sum((summand(square) for square in conclusion.squares), start=Polynomial({}))
        return conclusion.derived.polynomial(), certified
    if isinstance(conclusion, Expectation):
        return expectation(conclusion.word, m), conclusion.stated
    if isinstance(conclusion, MatrixIdentity):
        return conclusion.derive(), conclusion.stated
    raise TypeError(f"{claim.name}: {claim.kind} is not a claim on matrices")


def different_terms(derived: Polynomial, stated: Polynomial) -> list[Term]:
    """Return the terms whose coefficients are different rational functions: none where the two are equal."""
    zero = sp.S.Zero
    terms = {**derived.terms, **stated.terms}
    return [term for term in terms if not equal(derived.terms.get(term, zero), stated.terms.get(term, zero))]


def _identity_evidence(
    derived: Polynomial, stated: Polynomial, seed: int, what: str, seconds: float = 0.0
) -> tuple[Evidence, ...]:
    """Compare normal forms, which settles every dimension, and then exact samples as a second opinion."""
    started = perf_counter()
    terms = {**derived.terms, **stated.terms}
    different = different_terms(derived, stated)
    seconds += perf_counter() - started
    started = perf_counter()
    points = list(_samples(derived, stated, seed))
    witness = next((point for point in points if point.differs()), None)
    sampled = perf_counter() - started
    sizes = f"{len(points)} random exact rational points of sizes 1 to 4"
    if not different:
        first = Evidence(
            "normal form (flint)",
            Obligation.CONCLUSION,
            Outcome.PROVED,
            Tier.EXACT,
            seconds,
            f"{what}: all {len(terms)} terms agree in the free algebra, for every dimension",
        )
    else:
        first = Evidence(
            "normal form (flint)",
            Obligation.CONCLUSION,
            Outcome.UNDECIDED,
            Tier.EXACT,
            seconds,
            f"{what}: {len(different)} of {len(terms)} terms differ in the free algebra",
        )
    if witness is None:
        return first, Evidence(
            "exact samples",
            Obligation.CONCLUSION,
            Outcome.PASSED,
            Tier.TESTED,
            sampled,
            f"{what} at {sizes}",
            data={"points": len(points), "seed": seed},
        )
    return first, Evidence(
        "exact samples",
        Obligation.CONCLUSION,
        Outcome.REFUTED,
        Tier.EXACT,
        sampled,
        f"{what}: fails, stated {witness.text(witness.stated)} but derived {witness.text(witness.derived)}",
        counterexample=witness.as_strings(),
    )


class _Point:
    """Exact values of all letters and symbols, and both sides there."""

    def __init__(
        self, derived: Polynomial, stated: Polynomial, arrays: Mapping[str, Array], scalars: Mapping[Any, Any]
    ) -> None:
        self.arrays, self.scalars = arrays, scalars
        number = constants_for(np.empty(0, dtype=object))
        self.derived = derived.evaluate(arrays, scalars, number)
        self.stated = stated.evaluate(arrays, scalars, number)

    def differs(self) -> bool:
        return bool(np.any(np.asarray(self.derived != self.stated)))

    @staticmethod
    def text(value: Any) -> str:
        """Write a number, vector or matrix of exact rationals as nested lists."""
        if isinstance(value, np.ndarray) and value.ndim:
            return f"[{', '.join(_Point.text(item) for item in value)}]"
        return str(value)

    def as_strings(self) -> dict[str, str]:
        values = {name.removeprefix(VECTOR_MARK): self.text(array) for name, array in self.arrays.items()}
        values |= {str(symbol): str(value) for symbol, value in self.scalars.items()}
        return values | {"stated": self.text(self.stated), "derived": self.text(self.derived)}


def _samples(derived: Polynomial, stated: Polynomial, seed: int, per_size: int = 6) -> Iterator[_Point]:
    """Yield points of growing size with small numbers, so that the first that differs is a simple one."""
    generator = random.Random(seed)
    letters = sorted(derived.letters | stated.letters | {COVARIANCE})
    symbols = sorted(derived.symbols | stated.symbols, key=str)
    for size in (1, 2, 3, 4):
        for attempt in range(per_size):
            bound = 1 + attempt
            arrays = sampled_matrices(letters, size, bound, generator)
            scalars = {
                symbol: as_rationals(np.asarray(_number(generator, bound, whole=symbol in _COUNTS))).item()
                for symbol in symbols
            }
            yield _Point(derived, stated, arrays, scalars)


def _number(generator: random.Random, bound: int, *, whole: bool) -> Fraction:
    return Fraction(generator.randint(1, 1 + bound), 1 if whole else generator.randint(1, bound))


def sampled_matrices(letters: list[str], size: int, bound: int, generator: random.Random) -> dict[str, Array]:
    """Draw an exact rational matrix or vector for every letter.

    Parameters
    ----------
    letters : list of str
        Covariances come out positive definite, other matrices symmetric, inverses as inverses.
    size : int
        Number of rows.
    bound : int
        How large numerators and denominators may get.
    generator : random.Random
        The source of randomness.
    """
    arrays: dict[str, Array] = {}
    bases = dict.fromkeys(name.removesuffix(INVERSE_MARK) for name in letters)
    for name in bases:
        if name.startswith(VECTOR_MARK):
            arrays[name] = as_rationals(np.array([generator.randint(-bound, bound) for _ in range(size)]))
            continue
        half = np.array([[generator.randint(-bound, bound) for _ in range(size)] for _ in range(size)])
        definite = half @ half.T + generator.randint(1, bound) * np.eye(size, dtype=int)
        symmetric = definite if name in DEFINITE or name + INVERSE_MARK in letters else half + half.T
        arrays[name] = as_rationals(symmetric) / as_rationals(np.asarray(generator.randint(1, bound))).item()
    for name in letters:
        if name.endswith(INVERSE_MARK):
            inverse = fmpq_mat(arrays[name.removesuffix(INVERSE_MARK)].tolist()).inv()
            arrays[name] = np.array([[inverse[i, j] for j in range(size)] for i in range(size)], dtype=object)
    return arrays


def summand(square: Square) -> Polynomial:
    """Write out one square of a certificate."""
    power = letter(COVARIANCE)
    traces = scalar(square.coefficient)
    for exponent in square.traces:
        traces = traces * trace(power**exponent)
    middle: Polynomial = square.factor.transpose() * power**square.core * square.factor
    return traces * middle


def coefficients_claim(claim: Claim, conclusion: PositiveDefinite) -> Claim | None:
    """State that every square has a nonnegative coefficient and the definite ones a positive sum, if there are any."""
    nonnegative = tuple(ge(square.coefficient, 0) for square in conclusion.squares)
    definite = [square for square in conclusion.squares if square.factor.same_as(IDENTITY)]
    if not definite:
        return None
    strict = gt(sp.Add(*(square.coefficient for square in definite)), 0)
    return Claim(
        name=f"{claim.name}.coefficients-of-the-squares",
        sentence="Every coefficient is nonnegative and the definite squares have a positive sum.",
        hypotheses=claim.hypotheses,
        conclusion=Statement(And((*nonnegative, strict))),
        source=claim.source,
    )


def _coefficients_evidence(
    claim: Claim, conclusion: PositiveDefinite, budget: Budget, seed: int
) -> tuple[Evidence, ...]:
    """Prove that every square has a nonnegative coefficient, and one without a factor a positive one."""
    positivity = coefficients_claim(claim, conclusion)
    if positivity is None:
        return (
            Evidence(
                "certificate",
                Obligation.POSITIVITY,
                Outcome.UNDECIDED,
                Tier.EXACT,
                0.0,
                "no square has the identity as its factor, so the sum is only semidefinite",
            ),
        )
    return tuple(
        Evidence(
            item.method,
            Obligation.POSITIVITY if item.obligation is Obligation.CONCLUSION else item.obligation,
            item.outcome,
            item.tier,
            item.seconds,
            f"coefficients of the squares: {item.detail}",
            item.counterexample,
            item.data,
        )
        for item in judge_scalar(positivity, budget=budget, seed=seed)
    )
