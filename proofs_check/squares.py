"""Sums of squares: a semidefinite program proposes one, rational arithmetic makes it exact.

A polynomial cannot be negative where it equals a sum of ``times * weight * root**2`` with positive weights, each
``times`` being a product of coordinates that are nonnegative there. Finding one means finding positive semidefinite
matrices (Gram matrices) whose entries add up to the given coefficients. The program is solved in floating point; its
solution is rounded, moved exactly onto the linear equations and factored as L D L' in rationals, so nothing of the
floating point has to be believed. Where the polynomial has zeros, every Gram matrix is singular and rounding would
leave the cone: then the common kernel is read off, made rational, and taken out of the basis (facial reduction). A
polynomial whose only zeros are irrational may thus be left open.

After Peyrl and Parrilo, Computing sum of squares decompositions with rational coefficients (2008), and Permenter and
Parrilo, Partial facial reduction (2018).
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mpoly, fmpq_mpoly_ctx

from proofs_check.budget import Deadline
from proofs_check.gram import Block, Equations, Summand, exponents_of, factored, reduced

__all__ = ["SumOfSquares", "sum_of_squares"]

#: Polynomials of more terms than this are left alone.
MAX_TERMS = 200
#: Monomials that may enter a basis before those are dropped that cannot occur, and after.
MAX_CANDIDATES, MAX_BASIS = 250, 60
#: Unknowns of the program: entries of all Gram matrices.
MAX_UNKNOWNS = 2_500
#: Points at which a polynomial must have one sign before a sum of squares is looked for.
SAMPLES = 60
#: Entries of a Gram matrix are rounded to multiples of one over these, the simplest first.
DENOMINATORS = (1, 2, 12, 60, 2**10, 2**20, 2**34)
#: How often a kernel is taken out of the bases.
MAX_REDUCTIONS = 4


@dataclass(frozen=True)
class SumOfSquares:
    """``direction * multiplier * polynomial`` equals the sum of the summands.

    Parameters
    ----------
    direction : {1, -1}
        The polynomial's sign.
    multiplier : fmpq_mpoly
        Nonnegative in the coordinates and not zero: where it vanishes the polynomial keeps its sign by continuity.
    summands : tuple of Summand
        At least one.
    """

    direction: int
    multiplier: fmpq_mpoly
    summands: tuple[Summand, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as a certificate that :mod:`proofs_check.replay` checks."""
        summands = [[s.times.str(), str(s.weight), s.root.str()] for s in self.summands]
        return {"direction": self.direction, "multiplier": self.multiplier.str(), "sum of squares": summands}


def sum_of_squares(
    polynomial: fmpq_mpoly, signs: Mapping[int, bool], seconds: float, *, multiply: bool = True
) -> SumOfSquares | None:
    """Write a polynomial or its negative as a sum of squares, or give up.

    Parameters
    ----------
    polynomial : fmpq_mpoly
        Not zero.
    signs : mapping from int to bool
        Positions of the variables that are nonnegative; ``True`` where they are positive. All others are free.
    seconds : float
        How long it may take.
    multiply : bool
        Whether to try a multiple where the polynomial itself is no such sum: by the sum of the nonnegative variables
        and of the squares of the free ones.
    """
    deadline = Deadline.after_work(seconds)
    variables = [i for i, degree in enumerate(polynomial.degrees()) if degree > 0]
    if len(polynomial) > MAX_TERMS or not variables:
        return None
    direction = _direction(polynomial, variables, signs)
    if not direction:
        return None
    one = polynomial.context().constant(1)
    for multiplier in (one, _multiplier(polynomial, variables, signs)) if multiply else (one,):
        wanted = polynomial * multiplier * direction
        if len(wanted) > MAX_TERMS:
            break
        found = _Program(wanted, variables, signs, deadline).solve()
        if found is not None:
            return SumOfSquares(direction, multiplier, found)
    return None


def _direction(polynomial: fmpq_mpoly, variables: Sequence[int], signs: Mapping[int, bool]) -> int:
    """Return the one sign that the polynomial has at points drawn at random, or 0 where it has both."""
    generator = random.Random(0)
    point = [fmpq(0)] * polynomial.context().nvars()
    seen = 0
    for _ in range(SAMPLES):
        for i in variables:
            value = fmpq(generator.randint(1, 12), generator.randint(1, 12))
            point[i] = value if i in signs else value * generator.choice((-1, 1))
        value = polynomial(*point)
        here = (value > 0) - (value < 0)
        if here * seen < 0:
            return 0
        seen = seen or here
    return seen


def _multiplier(polynomial: fmpq_mpoly, variables: Sequence[int], signs: Mapping[int, bool]) -> fmpq_mpoly:
    context = polynomial.context()
    parts = [context.gen(i) if i in signs else context.gen(i) ** 2 for i in variables]
    homogeneous = len({sum(map(int, monomial)) for monomial, _ in polynomial.terms()}) == 1
    return sum(parts, start=context.constant(0 if homogeneous else 1))


class _Program:
    """The semidefinite program of one polynomial.

    Parameters
    ----------
    wanted : fmpq_mpoly
        What is to be a sum of squares.
    variables : sequence of int
        Positions that occur.
    signs : mapping from int to bool
        Which of them are nonnegative, or positive.
    deadline : Deadline
        When to give up.
    """

    def __init__(
        self, wanted: fmpq_mpoly, variables: Sequence[int], signs: Mapping[int, bool], deadline: Deadline
    ) -> None:
        self.wanted, self.deadline = wanted, deadline
        self.context: fmpq_mpoly_ctx = wanted.context()
        self.coefficients = {exponents_of(monomial): coefficient for monomial, coefficient in wanted.terms()}
        self.scale = max(abs(coefficient) for coefficient in self.coefficients.values())
        self.blocks = _pruned(_candidates(wanted, variables, signs), self.coefficients.keys())

    def solve(self) -> tuple[Summand, ...] | None:
        """Solve, round and factor, reducing the bases until that succeeds."""
        blocks = [_nonvanishing_last(self.context, block) for block in self.blocks]
        for _ in range(MAX_REDUCTIONS):
            sizes = [len(block.basis) for block in blocks]
            unknowns = sum(n * (n + 1) // 2 for n in sizes)
            if not blocks or max(sizes) > MAX_BASIS or unknowns > MAX_UNKNOWNS or self.deadline.passed:
                return None
            equations = Equations(blocks, self.coefficients)
            solution = equations.optimum(float(self.scale), self.deadline)
            if solution is None:
                return None
            for denominator in DENOMINATORS:
                if self.deadline.passed:
                    return None
                exact = equations.projected([fmpq(round(v * denominator), denominator) for v in solution])
                if exact is None:
                    return None
                summands = factored(blocks, exact)
                if summands is not None:
                    return summands
            smaller = reduced(blocks, solution)
            if smaller is None:
                return None
            blocks = smaller
        return None


def _candidates(wanted: fmpq_mpoly, variables: Sequence[int], signs: Mapping[int, bool]) -> list[Block]:
    """Return a block for each product of nonnegative variables, with every monomial that the degrees allow."""
    context = wanted.context()
    exponents = np.array([exponents_of(monomial) for monomial, _ in wanted.terms()])
    low, high, totals = exponents.min(axis=0), exponents.max(axis=0), exponents.sum(axis=1)
    nonnegative = [i for i in variables if i in signs]
    blocks: list[Block] = []
    left = MAX_CANDIDATES
    for size in range(len(nonnegative) + 1):
        for chosen in combinations(nonnegative, size):
            odd = np.array([int(i in chosen) for i in range(context.nvars())])
            ranges = [range(int(-(-max(0, low[i] - odd[i]) // 2)), int((high[i] - odd[i]) // 2) + 1) for i in variables]
            if np.prod([float(len(r)) for r in ranges]) > 100 * MAX_CANDIDATES:
                return []
            basis = []
            for halves in product(*ranges):
                if totals.min() <= odd.sum() + 2 * sum(halves) <= totals.max():
                    powers = dict(zip(variables, halves, strict=True))
                    exponent = tuple(powers.get(i, 0) for i in range(context.nvars()))
                    basis.append(context.from_dict({exponent: 1}))
            left -= len(basis)
            if left < 0:
                return []
            if basis:
                blocks.append(Block(context.from_dict({tuple(map(int, odd)): 1}), tuple(basis)))
    return blocks


def _pruned(blocks: list[Block], support: Iterable[tuple[int, ...]]) -> list[Block]:
    """Drop monomials whose square occurs nowhere else: its coefficient, 0, would have to be a sum of squares.

    What remains lies in the Newton polytope, as it has to.
    """
    wanted = set(support)
    while True:
        mixed = set(wanted)
        for block in blocks:
            mixed |= {exponents_of(m) for i, j, whole in block.entries() if i != j for m in whole.monoms()}
        smaller = []
        for block in blocks:
            kept = (b for b in block.basis if exponents_of((block.times * b * b).monoms()[0]) in mixed)
            smaller.append(Block(block.times, tuple(kept)))
        smaller = [block for block in smaller if block.basis]
        if [len(block.basis) for block in smaller] == [len(block.basis) for block in blocks]:
            return blocks
        blocks = smaller


def _nonvanishing_last(context: fmpq_mpoly_ctx, block: Block) -> Block:
    """Put the simplest monomial last: the last square of a factorization is that of a basis element alone."""
    return Block(block.times, tuple(sorted(block.basis, key=lambda b: -sum(exponents_of(b.monoms()[0])))))
