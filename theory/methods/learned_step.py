"""The inner step size that is best together with the initialisation: minima of ``min over theta of the risk``.

After K steps Q and the noise floor are polynomials of degree 2K in the step size, so that 2K + 1 values of each,
derived by the moment engine, give them at every step size.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from theory.methods.problem import Problem
from theory.mixture import InnerLoop

__all__ = ["RiskAlongSteps", "best_steps"]

Floats = NDArray[np.float64]

_GRID = 400
#: How much the steepest class's error may grow in the inner loop before a step size is out of the question.
_GROWTH = 1e3


@dataclass(frozen=True, eq=False)
class RiskAlongSteps:
    """The classes' adapted risks as functions of the inner step size.

    Parameters
    ----------
    problem : Problem
        The configuration, in floating point.
    largest : float
        Step sizes from 0 to this one are searched.
    curvatures, noise_floors : BarycentricInterpolator
        Q of every class, shape (..., classes, d, d), and its noise floor, shape (..., classes), at any step sizes.
    """

    problem: Problem
    largest: float
    curvatures: Any
    noise_floors: Any

    @classmethod
    def of(cls, problem: Problem) -> RiskAlongSteps:
        """Derive them for the inner loop of a configuration."""
        loop = problem.inner_loop
        spectrum = np.linalg.eigvalsh(problem.mixture.covariances)
        growing = (1 + _GROWTH ** (1 / loop.steps)) / spectrum.max()
        largest = float(min(2 / spectrum.min(), growing)) if spectrum.min() > 0 else float(growing)
        count = 2 * loop.steps + 1
        nodes = largest * (1 - np.cos(np.pi * (np.arange(count) + 0.5) / count)) / 2
        values = [problem.adapted(replace(loop, step_size=float(node))) for node in nodes]
        curvatures, floors = (np.stack([pair[part] for pair in values]) for part in (0, 1))
        return cls(
            problem,
            largest,
            scipy.interpolate.BarycentricInterpolator(nodes, curvatures),
            scipy.interpolate.BarycentricInterpolator(nodes, floors),
        )

    def loop(self, step_size: float) -> InnerLoop:
        """Return the inner loop with another step size."""
        return replace(self.problem.inner_loop, step_size=step_size)

    def initialisations(self, step_sizes: Floats) -> Floats:
        """Return the best initialisation for each step size, shape (..., d)."""
        curvatures, mixture = self.curvatures(step_sizes), self.problem.mixture
        weighted = mixture.weights[:, None, None] * curvatures
        moments = (weighted @ mixture.centres[..., None])[..., 0].sum(axis=-2)
        return np.asarray(np.linalg.solve(weighted.sum(axis=-3), moments[..., None])[..., 0])

    def slope(self, step_sizes: Floats) -> Floats:
        """Return the derivative of the least risk with respect to the step size, shape of ``step_sizes``.

        At the best initialisation the risk does not change with it to first order.
        """
        mixture = self.problem.mixture
        curvatures, floors = self.curvatures.derivative(step_sizes), self.noise_floors.derivative(step_sizes)
        errors = self.initialisations(step_sizes)[..., None, :] - mixture.centres
        forms = (errors * (curvatures @ errors[..., None])[..., 0]).sum(axis=-1)
        scatter = np.trace(curvatures @ mixture.spreads, axis1=-2, axis2=-1)
        return np.asarray(((forms + scatter) / 2 + floors) @ mixture.weights)


def best_steps(along: RiskAlongSteps) -> list[float]:
    """Return the step sizes at which the least risk has a local minimum, first the one downhill of the configured.

    Parameters
    ----------
    along : RiskAlongSteps
        The risks.
    """
    start = float(along.problem.inner_loop.step_size)
    grid = along.largest * np.geomspace(1e-4, 1.0, _GRID)
    slopes = along.slope(grid)
    turning = np.flatnonzero((slopes[:-1] < 0) & (slopes[1:] >= 0))
    found = [
        float(
            scipy.optimize.brentq(
                lambda size: float(along.slope(np.asarray(size))), grid[at], grid[at + 1], xtol=1e-15, rtol=1e-14
            )
        )
        for at in turning
    ]
    uphill = np.sign(float(along.slope(np.asarray(start))))
    return sorted(found, key=lambda size: ((size - start) * uphill > 0, abs(size - start)))
