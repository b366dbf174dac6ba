"""ST-MAML: an initialisation for each code, the code read off the task's support set before adaptation.

``theta_z <- theta_z - eta J_i' grad f_i(theta_z')`` for the tasks i that the encoder gives the code z, J_i being the
Jacobian of the inner loop. The encoder and the inner loop see the same support data, so that a code's tasks do not have
their classes' curvature, but the curvature given their code.

Left out: the penalty that keeps codes close to a prior, the sampling of codes, and what labels say of the class.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import scipy
import sympy as sp

from theory.gain import Setting
from theory.methods.conditioned import ConditionedCurvature
from theory.methods.encoding import CELLS, Encoder, names_of_codes
from theory.methods.method import Method, Solution
from theory.methods.parameters import Choice, parameter
from theory.methods.problem import Problem
from theory.mixture import Array
from theory.moments import SAMPLE_COVARIANCE, expectation
from theory.symbols import alpha, d, rho
from theory.words import Polynomial, letter, scalar, trace

__all__ = ["METHOD", "STMAML", "CurvatureGivenSize"]

#: A code given less often has no initialisation that float64 could tell.
_NEVER = 1e-12
#: Levels between which the quadrature over a continuum of codes changes panels, and its nodes in each.
_LEVELS, _PANEL_NODES = (1e-13, 1e-6, 1e-3, 0.03, 0.2, 0.5, 0.8, 0.97, 1 - 1e-3, 1 - 1e-6, 1 - 1e-13), 6


@dataclass(frozen=True)
class STMAML(Method):
    """Stochastic-task MAML (Wang et al. 2021), reduced to a deterministic encoder of the support inputs.

    Parameters
    ----------
    codes : 2 or "continuous"
        One initialisation for harder and one for easier tasks, or one for each size of the support inputs.
    """

    codes: Any = parameter(Choice((2, "continuous")), 2, "initialisations: two, or one for each size of the inputs")

    name: ClassVar[str] = "st_maml"
    title: ClassVar[str] = "ST-MAML (tailored initialisation)"
    paper: ClassVar[str] = "Wang, Grigsby, Sekhon, Qi 2021, arXiv 2109.13305"
    reweights: ClassVar[str] = "as MAML does, among the tasks of one code"
    conditions: ClassVar[str] = "always, for codes that are given at all"

    def solve(self, problem: Problem) -> Solution:
        """Find each code's initialisation, and the risk when every task starts from its own."""
        mixture, loop = problem.mixture, problem.inner_loop
        encoder = Encoder.of(mixture, loop)
        edges = encoder.edges(self.codes)
        weighted = mixture.weights[:, None, None, None] * _parts(problem, edges)
        learned, notes, saved = {}, [], 0.0
        for name, mass, matrices in zip(
            names_of_codes(len(edges) + 1), encoder.masses(edges), weighted.swapaxes(0, 1), strict=True
        ):
            if mass < _NEVER:
                notes.append(f"the code {name!r} is given to no task, and has no initialisation")
                continue
            learned[name] = _optimum(matrices, mixture.centres)
            saved += _distance(matrices, mixture.centres, learned[name])
        if len(edges) == 0:
            notes.append("the inputs never tell the classes apart, so that all tasks get one code")
        if self.codes == "continuous" and loop.samples is not None:
            saved = self._continuum(problem)
            notes.append(f"the risk is that of the continuum; the codes shown are {CELLS} cells, equally likely")
        within = (weighted.sum(axis=1) * mixture.spreads).sum() / 2
        return Solution(
            None,
            float(problem.evaluated.noise_floor + within + saved),
            notes=tuple(notes),
            own_adaptation=True,
            learned=learned,
        )

    def equations(self) -> tuple[tuple[str, sp.Expr | Polynomial], ...]:
        """Return the curvature of an isotropic class given the sum s of squares of its support inputs."""
        size = sp.Symbol("s")
        curvature = sp.expand(CurvatureGivenSize(size).expression())
        return (("q(s)", sp.collect(curvature, size, func=sp.factor)),)

    def _continuum(self, problem: Problem) -> float:
        """Integrate the risk that is left between the classes over all sizes of the support inputs."""
        mixture = problem.mixture
        classes = _conditioned(problem)
        sizes, lengths = _quadrature([curvature for curvature, _ in classes])
        densities = np.zeros((len(sizes), *mixture.covariances.shape))
        for k, (curvature, vectors) in enumerate(classes):
            densities[:, k] = mixture.weights[k] * _rotated(curvature.density(sizes), vectors)
        total = 0.0
        for matrices, length in zip(densities, lengths, strict=True):
            if np.abs(matrices).max() * length > np.finfo(float).tiny / np.finfo(float).eps:
                total += length * _distance(matrices, mixture.centres, _optimum(matrices, mixture.centres))
        return total


def _conditioned(problem: Problem) -> list[tuple[ConditionedCurvature, Array]]:
    """Return each class's curvature by the size of its inputs, in its principal components, and these."""
    decomposed = (np.linalg.eigh(covariance) for covariance in problem.mixture.covariances.astype(float))
    return [(ConditionedCurvature(values, problem.inner_loop), vectors) for values, vectors in decomposed]


def _parts(problem: Problem, edges: Array) -> Array:
    """Return the part of each class's curvature that comes from data of each code, shape (classes, codes, d, d)."""
    mixture, curvatures = problem.mixture, problem.curvatures()
    parts = np.zeros((len(mixture.classes), len(edges) + 1, mixture.dimension, mixture.dimension))
    if problem.inner_loop.samples is None:
        variances = np.trace(mixture.covariances, axis1=-2, axis2=-1) / mixture.dimension
        parts[range(len(variances)), np.searchsorted(edges, variances)] = curvatures
        return parts
    for k, (curvature, vectors) in enumerate(_conditioned(problem)):
        below = _rotated(curvature.below(edges * curvature.inputs * mixture.dimension), vectors)
        parts[k] = np.diff(below, axis=0, prepend=np.zeros((1, *curvatures.shape[1:])), append=curvatures[None, k])
    return parts


def _rotated(eigenvalues: Array, vectors: Array) -> Array:
    """Return matrices of shape (..., d, d) with these eigenvalues and eigenvectors."""
    matrices: Array = (vectors * eigenvalues[..., None, :]) @ vectors.T
    return matrices


def _optimum(matrices: Array, centres: Array) -> Array:
    """Return the parameters nearest to the centres in the given norms, shape (d,)."""
    scale = np.abs(matrices).max()
    target = (matrices @ centres[..., None])[..., 0].sum(axis=0)
    return np.asarray(np.linalg.solve(matrices.sum(axis=0) / scale, target / scale))


def _distance(matrices: Array, centres: Array, theta: Array) -> float:
    """Return half the summed squared distances from the centres in these norms."""
    offsets = theta - centres
    return float(np.einsum("ki,kij,kj->", offsets, matrices, offsets) / 2)


def _quadrature(curvatures: Sequence[ConditionedCurvature]) -> tuple[Array, Array]:
    """Return sizes and weights of a rule that resolves the distribution of every class's inputs."""
    panels = []
    for curvature in curvatures:
        # A gamma distribution with the mean and the variance of the size says where the panels had best be.
        mean = curvature.inputs * curvature.eigenvalues.sum()
        variance = 2 * curvature.inputs * (curvature.eigenvalues**2).sum()
        panels.append(scipy.stats.gamma.ppf(_LEVELS, mean**2 / variance, scale=variance / mean))
    breaks = np.log(np.unique(panels))
    nodes, weights = np.polynomial.legendre.leggauss(_PANEL_NODES)
    halves, middles = np.diff(breaks)[:, None] / 2, (breaks[1:] + breaks[:-1])[:, None] / 2
    sizes = np.exp(middles + halves * nodes).ravel()
    return sizes, (halves * weights).ravel() * sizes


@dataclass(frozen=True)
class CurvatureGivenSize:
    """The curvature of an isotropic class given the sum ``s`` of squares of its support inputs, reused in all steps.

    Direction and size of Gaussian inputs are independent: each power of the sample covariance has its expectation
    times ``s`` to that power over the expectation of the latter, and comes with as many factors alpha.

    Parameters
    ----------
    size : sympy.Symbol
        The sum of squares.
    setting : Setting
        The inner loop, with the symbol alpha.
    """

    size: sp.Symbol
    setting: Setting = Setting()

    @property
    def name(self) -> str:
        """How messages call it."""
        return f"curvature given {self.size}"

    def expression(self) -> sp.Expr:
        """Derive it, in ``rho``, ``alpha``, ``m``, ``d`` and the size."""
        samples, total = self.setting.samples, sp.S.Zero
        for power, coefficient in enumerate(sp.Poly(self.setting.isotropic().curvature, alpha).all_coeffs()[::-1]):
            pooled = scalar(1)
            for _ in range(power):
                pooled = pooled * trace(letter(SAMPLE_COVARIANCE))
            moment = expectation(pooled, samples).at_scalars({"S": rho}, d)
            total += coefficient * (alpha * self.size / samples) ** power / moment
        return total


METHOD = STMAML
