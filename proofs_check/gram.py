"""Gram matrices: a polynomial as ``basis' G basis``, G solved for in floating point and made exact in rationals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

import clarabel
import numpy as np
from flint import fmpq, fmpq_mat, fmpq_mpoly
from scipy import sparse

from proofs_check.budget import Deadline

__all__ = ["Block", "Equations", "Summand", "exponents_of", "factored", "reduced"]

#: Relative size below which an eigenvalue counts as zero, and below which no smallest eigenvalue may lie.
ZERO, NEGATIVE = 1e-4, -1e-6


@dataclass(frozen=True)
class Summand:
    """``times * weight * root**2``, with ``weight > 0`` and ``times`` a product of nonnegative coordinates."""

    times: fmpq_mpoly
    weight: fmpq
    root: fmpq_mpoly


@dataclass(frozen=True)
class Block:
    """One Gram matrix: ``times * basis' G basis``."""

    times: fmpq_mpoly
    basis: tuple[fmpq_mpoly, ...]

    def entries(self) -> Iterator[tuple[int, int, fmpq_mpoly]]:
        """Yield what each entry of the upper triangle, column by column, is multiplied with."""
        for j, right in enumerate(self.basis):
            for i, left in enumerate(self.basis[: j + 1]):
                yield i, j, self.times * left * right * (1 if i == j else 2)


def exponents_of(monomial: Iterable[Any]) -> tuple[int, ...]:
    """Return a monomial's exponents as Python's integers."""
    return tuple(map(int, monomial))


class Equations:
    """The linear equations on the entries of the Gram matrices: one for each monomial.

    Parameters
    ----------
    blocks : list of Block
        Whose entries are the unknowns, in the order of :meth:`Block.entries`.
    coefficients : mapping from exponents to fmpq
        What they have to add up to.
    """

    def __init__(self, blocks: list[Block], coefficients: Mapping[tuple[int, ...], fmpq]) -> None:
        self.blocks = blocks
        self.columns = [
            {exponents_of(m): c for m, c in whole.terms()} for block in blocks for _, _, whole in block.entries()
        ]
        rows = dict.fromkeys([*coefficients, *(monomial for column in self.columns for monomial in column)])
        self.number = {monomial: i for i, monomial in enumerate(rows)}
        self.right = [coefficients.get(monomial, fmpq(0)) for monomial in rows]
        self._normal: fmpq_mat | None = None

    def optimum(self, scale: float, deadline: Deadline) -> list[float] | None:
        """Return Gram matrices whose smallest eigenvalue is as large as can be, in floating point, or ``None``."""
        unknowns, rows = len(self.columns), len(self.right)
        triples = [(self.number[m], k, float(c)) for k, column in enumerate(self.columns) for m, c in column.items()]
        row, cones, k = rows, [clarabel.ZeroConeT(rows)], 0
        for block in self.blocks:
            for i, j, _ in block.entries():
                weight = 1.0 if i == j else float(np.sqrt(2))
                triples.append((row, k, -weight))
                if i == j:
                    triples.append((row, unknowns, 1.0))
                row, k = row + 1, k + 1
            cones.append(clarabel.PSDTriangleConeT(len(block.basis)))
        places = ([i for i, _, _ in triples], [j for _, j, _ in triples])
        matrix = sparse.csc_matrix(([v for _, _, v in triples], places), shape=(row, unknowns + 1))
        right = np.zeros(row)
        right[:rows] = [float(value) / scale for value in self.right]
        objective = np.zeros(unknowns + 1)
        objective[-1] = -1
        settings = clarabel.DefaultSettings()
        settings.verbose, settings.max_threads, settings.time_limit = False, 1, max(deadline.left, 0.01)
        square = sparse.csc_matrix((unknowns + 1, unknowns + 1))
        solution = clarabel.DefaultSolver(square, objective, matrix, right, cones, settings).solve()
        values = np.array(solution.x)
        solved = {clarabel.SolverStatus.Solved, clarabel.SolverStatus.AlmostSolved}
        if solution.status not in solved or not np.isfinite(values).all() or values[-1] < NEGATIVE:
            return None
        return [float(value) * scale for value in values[:-1]]

    def projected(self, values: list[fmpq]) -> list[fmpq] | None:
        """Return the nearest solution of the equations, exactly; ``None`` where they have none."""
        missing = list(self.right)
        for value, column in zip(values, self.columns, strict=True):
            for monomial, coefficient in column.items():
                missing[self.number[monomial]] -= value * coefficient
        if not any(missing):
            return values
        multipliers = self._solved(missing)
        if multipliers is None:
            return None
        return [
            value + sum((c * multipliers[self.number[m]] for m, c in column.items()), start=fmpq(0))
            for value, column in zip(values, self.columns, strict=True)
        ]

    def _solved(self, missing: list[fmpq]) -> list[fmpq] | None:
        """Solve the normal equations, which may be dependent."""
        size = len(missing)
        if self._normal is None:
            table = [[fmpq(0)] * size for _ in range(size)]
            for column in self.columns:
                for (a, x), (b, y) in product(column.items(), repeat=2):
                    table[self.number[a]][self.number[b]] += x * y
            self._normal = fmpq_mat(table)
        augmented = [[*(self._normal[i, j] for j in range(size)), missing[i]] for i in range(size)]
        reduced, rank = fmpq_mat(augmented).rref()
        solution = [fmpq(0)] * size
        for i in range(rank):
            pivot = next(j for j in range(size + 1) if reduced[i, j])
            if pivot == size:
                return None
            solution[pivot] = reduced[i, size]
        return solution


def _matrices(blocks: list[Block], values: Sequence[Any]) -> Iterator[list[list[Any]]]:
    """Yield the full symmetric matrix of each block."""
    position = 0
    for block in blocks:
        size = len(block.basis)
        matrix: list[list[Any]] = [[0] * size for _ in range(size)]
        for j in range(size):
            for i in range(j + 1):
                matrix[i][j] = matrix[j][i] = values[position]
                position += 1
        yield matrix


def factored(blocks: list[Block], values: list[fmpq]) -> tuple[Summand, ...] | None:
    """Factor every Gram matrix as L D L' and return the squares, or ``None`` where one is not semidefinite."""
    summands: list[Summand] = []
    for block, matrix in zip(blocks, _matrices(blocks, values), strict=True):
        size = len(block.basis)
        for k in range(size):
            pivot, row = matrix[k][k], matrix[k]
            if pivot < 0 or (pivot == 0 and any(row[k + 1 :])):
                return None
            if pivot == 0:
                continue
            root = block.basis[k]
            for j in range(k + 1, size):
                share = row[j] / pivot
                if not share:
                    continue
                root = root + block.basis[j] * share
                for i in range(j, size):
                    matrix[j][i] -= share * row[i]
            summands.append(Summand(block.times, pivot, root))
    return tuple(summands)


def reduced(blocks: list[Block], values: Sequence[float]) -> list[Block] | None:
    """Take the common kernel of all solutions out of the bases; ``None`` where there is none, or no rational one."""
    smaller, changed = [], False
    for block, matrix in zip(blocks, _matrices(blocks, values), strict=True):
        eigenvalues, vectors = np.linalg.eigh(np.array(matrix, dtype=float))
        kernel = vectors[:, eigenvalues < ZERO * max(eigenvalues[-1], 1e-9)].T
        if not len(kernel):
            smaller.append(block)
            continue
        rows = _rational_echelon(kernel)
        if rows is None:
            return None
        changed = True
        basis = []
        for j, element in enumerate(block.basis):
            if j not in rows:
                parts = (block.basis[pivot] * row[j] for pivot, row in rows.items() if row[j])
                basis.append(element - sum(parts, start=element * 0))
        if basis:
            smaller.append(Block(block.times, tuple(basis)))
    return smaller if changed else None


def _rational_echelon(kernel: np.ndarray[Any, Any]) -> dict[int, list[fmpq]] | None:
    """Return a rational basis of a space in echelon form, by pivot; ``None`` where it does not look rational."""
    work = kernel.copy()
    pivots: list[int] = []
    for i in range(len(work)):
        free = [j for j in range(work.shape[1]) if j not in pivots]
        pivot = max(free, key=lambda j: float(np.abs(work[i:, j]).max()))
        best = i + int(np.abs(work[i:, pivot]).argmax())
        work[[i, best]] = work[[best, i]]
        work[i] = work[i] / work[i, pivot]
        for k in range(len(work)):
            if k != i:
                work[k] = work[k] - work[k, pivot] * work[i]
        pivots.append(pivot)
    rows: dict[int, list[fmpq]] = {}
    for pivot, row in zip(pivots, work, strict=True):
        exact = [Fraction(float(value)).limit_denominator(60) for value in row]
        if max(abs(float(e) - float(v)) for e, v in zip(exact, row, strict=True)) > 1e-3:
            return None
        rows[pivot] = [fmpq(e.numerator, e.denominator) for e in exact]
    return rows
