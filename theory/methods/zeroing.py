"""The zeroing trick: features are meta-learned under a last layer that is set to zero before every task.

A task's parameters are ``theta = B'w``. Before each task ``w = 0``; one inner step on w alone gives
``theta' = alpha B'B h``, with ``h = X'y/m``; then ``B <- B - eta grad_B f_i(theta')``, all the gradient or only the
part that does not pass through the inner step. What is learned is the preconditioner ``M = alpha B'B``, and what a task
starts from is 0, whatever the tasks.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import clarabel
import numpy as np
import scipy
import sympy as sp

from theory.adaptation import gradient_on_sample
from theory.errors import UnsupportedError
from theory.methods.method import Method, Solution
from theory.methods.parameters import Flag, parameter
from theory.methods.problem import Problem
from theory.mixture import Array
from theory.moments import COVARIANCE, SAMPLE_COVARIANCE, expectation
from theory.symbols import d, m, nu2, p, rho_E, rho_H
from theory.words import Polynomial, Word, letter

__all__ = ["METHOD", "PreconditionerEntry", "Zeroing", "step_moments"]

#: The letter for E[theta* theta*'] in one class.
SECOND_MOMENT = "T"
#: How far, relative to the size of its parts, the mean update may be from 0 where the method is said to rest.
_AT_REST = 1e-9
#: To what share the interior point method is to solve.
_PRECISE = 1e-11


@cache
def step_moments(samples: sp.Expr) -> tuple[Polynomial, Polynomial]:
    """Derive ``E[h h']`` and ``E[h theta*']``, h being the direction of the first inner step from theta = 0.

    Parameters
    ----------
    samples : sympy.Expr
        The number m of samples: a symbol, or infinity.
    """
    gradient, tasks = gradient_on_sample(), letter(SECOND_MOMENT)
    # The error at theta = 0 is -theta*, and the step goes against the gradient; X'z/m has covariance nu2 Shat / m.
    signal, noise = gradient.propagator, gradient.noise_channel
    spread_of_noise = letter(SAMPLE_COVARIANCE) * (nu2 / samples)
    second = signal * tasks * signal.transpose() + noise * spread_of_noise * noise.transpose()
    return expectation(second, samples), expectation(signal, samples) * tasks


@dataclass(frozen=True)
class Zeroing(Method):
    """MAML on features and a last layer that is zeroed (Kao, Chiu and Chen 2021).

    Parameters
    ----------
    first_order : bool
        Whether the outer gradient leaves out what passes through the inner step.
    """

    first_order: Any = parameter(Flag(), False, "leave out of the outer gradient what passes through the inner step")

    name: ClassVar[str] = "zeroing"
    title: ClassVar[str] = "Zeroing trick (MAML as a contrastive learner)"
    paper: ClassVar[str] = "Kao, Chiu, Chen 2021, arXiv 2106.15367"
    reweights: ClassVar[str] = "not at all: every task starts at 0, and only the step is learned"
    conditions: ClassVar[str] = "one inner step"

    def solve(self, problem: Problem) -> Solution:
        """Find the preconditioner, and the risk of one step with it from 0."""
        if problem.inner_loop.steps != 1:
            raise UnsupportedError(
                f"method zeroing: got {problem.inner_loop.steps} inner steps; it is derived for steps = 1 only"
            )
        features = _Features(problem)
        matrix, notes = features.best(), []
        floor = float(np.linalg.eigvalsh(matrix)[0])
        if floor < -_AT_REST * np.abs(matrix).max():
            matrix = features.best_semidefinite()
            notes.append("the best symmetric preconditioner is not semidefinite: some features vanish")
        if self.first_order:
            rest = features.first_order(matrix)
            if rest is None:
                return Solution.missing("no point of rest of the first-order rule was found near that of the full one")
            matrix = rest
        return Solution(
            None,
            features.risk(matrix),
            notes=tuple(notes),
            own_adaptation=True,
            learned={"preconditioner": matrix.ravel()},
        )

    def equations(self) -> tuple[tuple[str, sp.Expr | Polynomial], ...]:
        """Return E[h h'], and the preconditioner in a direction that both classes of the isotropic pair have."""
        second, _ = step_moments(m)
        return (("C", second), ("M_{jj}", PreconditionerEntry().expression()))


class _Features:
    """The mean update of the features, in terms of the preconditioner M."""

    def __init__(self, problem: Problem) -> None:
        mixture = problem.mixture
        tasks = mixture.centres[:, :, None] * mixture.centres[:, None, :] + mixture.spreads
        second, cross = step_moments(problem.setting.samples)
        self.weights, self.covariances, self.tasks = mixture.weights, mixture.covariances, tasks
        self.second = problem.evaluate(second, T=tasks)
        self.cross = problem.evaluate(cross, T=tasks)

    def mean(self, matrices: Array) -> Array:
        """Average over classes."""
        return np.asarray(np.einsum("k,kij->ij", self.weights, matrices))

    def slope(self, matrix: Array) -> Array:
        """Return E[S (theta' - theta*) h'], the slope of the risk in the entries of any M."""
        return self.mean(self.covariances @ (matrix @ self.second - self.cross.swapaxes(-1, -2)))

    def risk(self, matrix: Array) -> float:
        """Return the excess risk ``E |M h - theta*|^2_S / 2``."""
        errors = matrix @ self.second @ matrix.T - 2 * matrix @ self.cross + self.tasks
        return float(np.einsum("k,kij,kji->", self.weights, self.covariances, errors) / 2)

    def best(self) -> Array:
        """Return the symmetric M at which the symmetric part of the slope vanishes."""
        size = len(self.covariances[0])
        identity = np.eye(size)
        # vec(S M C) = (S kron C) vec(M) for rows laid one after the other, and both matrices symmetric.
        system = np.einsum("k,kij,kab->iajb", self.weights, self.covariances, self.second).reshape(size**2, size**2)
        swap = np.einsum("ij,ab->iabj", identity, identity).reshape(size**2, size**2)
        target = -self.slope(np.zeros((size, size)))
        symmetric = system + swap @ system @ swap
        solution = np.linalg.lstsq(symmetric, (target + target.T).ravel(), rcond=None)[0].reshape(size, size)
        return np.asarray(solution + solution.T) / 2

    def best_semidefinite(self) -> Array:
        """Return the best M among the positive semidefinite ones: the risk is convex in M."""
        size = len(self.covariances[0])
        # The upper triangle, column by column, off-diagonal entries times sqrt 2: lengths are those of the matrices.
        rows, columns = np.triu_indices(size)
        order = np.lexsort((rows, columns))
        rows, columns = rows[order], columns[order]
        basis = np.zeros((len(rows), size, size))
        basis[range(len(rows)), rows, columns] = basis[range(len(rows)), columns, rows] = 1 / np.sqrt(2)
        basis[rows == columns] *= np.sqrt(2)
        base = self.slope(np.zeros((size, size)))
        linear = np.einsum("aij,ij->a", basis, base)
        quadratic = np.array([np.einsum("aij,ij->a", basis, self.slope(element) - base) for element in basis])
        settings = clarabel.DefaultSettings()
        settings.verbose = False
        settings.tol_feas = settings.tol_gap_abs = settings.tol_gap_rel = _PRECISE
        found = clarabel.DefaultSolver(
            scipy.sparse.csc_matrix(np.triu(quadratic + quadratic.T) / 2),
            linear,
            scipy.sparse.csc_matrix(-np.eye(len(rows))),
            np.zeros(len(rows)),
            [clarabel.PSDTriangleConeT(size)],
            settings,
        ).solve()
        return np.asarray(np.einsum("a,aij->ij", found.x, basis))

    def first_order(self, start: Array) -> Array | None:
        """Return M at which ``B'B`` is at rest while B moves by the part ``B h g'`` of the gradient."""
        size = len(start)
        upper = np.triu_indices(size)

        def unfolded(entries: Array) -> Array:
            matrix = np.zeros((size, size))
            matrix[upper] = entries
            return np.asarray(matrix + np.triu(matrix, 1).T)

        def motion(matrix: Array) -> Array:
            product = matrix @ self.slope(matrix).T
            return np.asarray(product + product.T)

        found = scipy.optimize.root(lambda entries: motion(unfolded(entries))[upper], start[upper], tol=1e-12)
        matrix = unfolded(found.x)
        scale = np.abs(self.second).max() * np.abs(matrix).max() ** 2
        at_rest = np.abs(motion(matrix)).max() <= _AT_REST * scale
        return matrix if at_rest and np.linalg.eigvalsh(matrix)[0] > 0 else None


@dataclass(frozen=True)
class PreconditionerEntry:
    """The preconditioner in one direction of the isotropic pair, where both classes' ``E[theta* theta*']`` have it.

    In the symbols of the pair, and ``T_E``, ``T_H`` for the mean squares of ``theta*`` in that direction, ``N_E``,
    ``N_H`` for those in all directions together. The label noise is ``nu2``, the same in both classes.
    """

    name: ClassVar[str] = "preconditioner entry"

    def expression(self) -> sp.Expr:
        """Derive it: the slope of the risk in this entry is affine, ``E[S C m - S E[h theta*']]``."""
        slope, curvature = sp.S.Zero, sp.S.Zero
        for weight, variance, suffix in ((1 - p, rho_E, "E"), (p, rho_H, "H")):
            along, everywhere = sp.symbols(f"T_{suffix} N_{suffix}")
            values = {COVARIANCE: variance, SECOND_MOMENT: along}

            def trace_of(word: Word, variance: sp.Expr = variance, everywhere: sp.Expr = everywhere) -> sp.Expr:
                return variance ** word.count(COVARIANCE) * (everywhere if SECOND_MOMENT in word else d)

            second, cross = (moment.at_eigenvalues(values, trace_of) for moment in step_moments(m))
            curvature += weight * variance * second
            slope += weight * variance * cross
        return slope / curvature


METHOD = Zeroing
