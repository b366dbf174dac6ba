"""The curvature of the adapted risk on the event that the support inputs have a given size: by tilting the data.

Let s be the sum of squares of N inputs ``x ~ N(0, S)`` and Q(Shat) a function of their sample covariance. The weight
``exp(-u s)`` makes them normal again, with covariance ``S_u = (1/S + 2u)^-1``, and costs a factor
``det(1 + 2uS)^(-N/2)``. So the engine's expectation of Q over data of covariance S_u is, up to that factor, the Laplace
transform of ``E[Q; s]`` in s, for complex u as well. It is inverted by the trapezoidal rule along a parabola through
the saddle point, which converges geometrically (Trefethen and Weideman, SIAM Review 2014).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import scipy

from theory.adaptation import adapted_error, isotropic_risk, step_on_form
from theory.arithmetic import evaluate, float_number
from theory.methods.encoding import support_inputs
from theory.mixture import Array, InnerLoop
from theory.moments import COVARIANCE, expectation
from theory.symbols import alpha, d, m, rho
from theory.words import Polynomial, letter

__all__ = ["ConditionedCurvature"]

_FORM = "B"
#: Nodes on half of the parabola, and the exponent at which the integrand is given up.
_NODES, _SPAN = 64, 38.0
#: Squared mean over variance of the size, from which on both of its tails are inverted by themselves.
_NARROW = 16


@dataclass(frozen=True, eq=False)
class ConditionedCurvature:
    """The eigenvalues of ``E[(I - alpha Shat)^K S (I - alpha Shat)^K]``, of all data or of data of a given size.

    The size is symmetric under a change of sign of any principal component, so S and these matrices commute.

    Parameters
    ----------
    eigenvalues : array, shape (d,)
        Of the class's covariance S.
    inner_loop : InnerLoop
        On finitely many samples.
    """

    eigenvalues: Array
    inner_loop: InnerLoop

    @property
    def inputs(self) -> int:
        """Number N of inputs whose squares are summed, over all inner steps."""
        return support_inputs(self.inner_loop) or 0

    def density(self, sizes: Array) -> Array:
        """Return ``E[Q; s = size]``, the expectation times the density of the size, shape (sizes, d)."""
        vertices = np.array([self._saddle(size, poles=0) for size in sizes])
        return self._integral(sizes, vertices, self._bend(vertices, poles=0), poles=0)

    def below(self, sizes: Array) -> Array:
        """Return ``E[Q; s <= size]``, shape (sizes, d)."""
        mean, variance = self.inputs * self.eigenvalues.sum(), 2 * self.inputs * (self.eigenvalues**2).sum()
        if mean * mean < _NARROW * variance:
            vertices = np.array([self._saddle(size, poles=1) for size in sizes])
            return self._integral(sizes, vertices, self._bend(vertices, poles=1), poles=1)
        # The distribution function has a pole at 0, from which the path keeps a distance; left of it is the upper tail.
        vertices, distance, low = (
            np.array([self._saddle(size, poles=0) for size in sizes]),
            variance**-0.5,
            sizes <= mean,
        )
        vertices = np.where(low, np.maximum(vertices, distance), np.minimum(vertices, -distance))
        part = self._integral(sizes, vertices, self._bend(vertices, poles=0), poles=1)
        return np.where(low[:, None], part, self.whole() + part)

    def whole(self) -> Array:
        """Return ``E[Q]``, shape (d,)."""
        return np.asarray(self._tilted(np.zeros(())).real)

    def _saddle(self, size: float, poles: int) -> float:
        """Return where ``exp(u size)`` times the transform is least on the real line right of its singularities."""
        edge = 0.0 if poles else -1 / (2 * self.eigenvalues.max())
        precisions, inputs = (1 / self.eigenvalues).tolist(), self.inputs

        def slope(u: float) -> Any:
            return size - sum(inputs / (precision + 2 * u) for precision in precisions) - (poles / u if poles else 0.0)

        # No nearer to the edge than one singularity puts it, no further from 0 than all of them there would.
        low = edge + min(1.0, self.inputs / 2) / (2 * size)
        high = (self.inputs * len(self.eigenvalues) / 2 + 2) / size
        # The path may pass beside the saddle: what it is chosen for is speed, not value.
        return float(scipy.optimize.brentq(slope, low, high, rtol=1e-3))

    def _bend(self, vertices: Array, poles: int) -> Array:
        """Return the bends of the paths of steepest descent there, to their third order."""
        stretched = self.eigenvalues / (1 + 2 * vertices[:, None] * self.eigenvalues)
        second = 2 * self.inputs * (stretched**2).sum(axis=1) + poles / vertices**2
        third = 8 * self.inputs * (stretched**3).sum(axis=1) + 2 * poles / vertices**3
        return np.asarray(third / (6 * second))

    def _integral(self, sizes: Array, vertices: Array, bends: Array, poles: int) -> Array:
        """Integrate ``exp(u size)`` times the transform, over u where it has a pole, along the parabolas."""
        spacings = (_SPAN / (sizes * bends)) ** 0.5 / _NODES
        nodes = np.arange(_NODES)[:, None] * spacings
        paths = vertices + 1j * nodes - bends * nodes**2
        logs = paths * sizes - self.inputs / 2 * np.log1p(2 * paths[..., None] * self.eigenvalues).sum(axis=-1)
        weights = np.exp(logs) * (1 + 2j * bends * nodes) / paths**poles
        weights[0] /= 2
        return np.asarray(np.einsum("ns,nsd->sd", weights, self._tilted(paths)).real * (spacings / np.pi)[:, None])

    def _tilted(self, tilts: Array) -> Array:
        """Return the eigenvalues of E[Q] over data of covariance S_u, S itself as it is, shape (..., d)."""
        loop, stretch = self.inner_loop, 1 + 2 * tilts[..., None] * self.eigenvalues
        step_size = float(loop.step_size)
        if loop.data == "reused" and np.ptp(self.eigenvalues) == 0:
            # Data of another scale is data with another step size.
            scalars: dict[Any, Any] = {rho: self.eigenvalues, d: len(self.eigenvalues), alpha: step_size / stretch}
            curvature = isotropic_risk(loop.steps).curvature
            return np.asarray(evaluate(curvature, scalars | {m: loop.samples}, float_number) + 0 * stretch)
        values = {COVARIANCE: self.eigenvalues / stretch, _FORM: self.eigenvalues + 0 * stretch}
        scalars = {alpha: step_size, m: float(loop.samples or 0)}
        if loop.data == "reused":
            return _diagonal(_reused_form(loop.steps), values, scalars)
        for _ in range(loop.steps):
            values[_FORM] = _diagonal(step_on_form().curvature, values, scalars)
        return np.asarray(values[_FORM])


@cache
def _reused_form(steps: int) -> Polynomial:
    """Derive what steps on one sample make of a quadratic form that knows nothing of the data."""
    propagator = adapted_error(steps).propagator
    return expectation(propagator.transpose() * letter(_FORM) * propagator, m)


def _diagonal(polynomial: Polynomial, values: dict[str, Array], scalars: dict[Any, Any]) -> Array:
    """Evaluate a matrix polynomial at diagonal matrices, given by their diagonals of shape (..., d)."""
    products: dict[tuple[str, ...], Any] = {(): 1.0}

    def product(word: tuple[str, ...]) -> Any:
        if word not in products:
            products[word] = product(word[:-1]) * values[word[-1]]
        return products[word]

    total: Any = 0.0
    for (word, closed), coefficient in polynomial.terms.items():
        factor = evaluate(coefficient, scalars, float_number)
        for item in closed:
            # Diagonal matrices commute, so that one order of the letters stands for all.
            factor = factor * product(tuple(sorted(item))).sum(axis=-1, keepdims=True)
        total = total + factor * product(tuple(sorted(word)))
    return np.asarray(total)
