"""Gradient descent on a known quadratic, by its matrix: no sampling, and a certificate of how close it came."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.arrays import Floats
from numerics.chains import log_spaced
from theory.errors import ConfigurationError, DivergenceError, NonUniqueOptimumError

__all__ = ["GradientDescent", "check_range", "divergence", "gradient_descent"]

_DIVERGED = 1e6
# Steps between two certificates.
_UNCHECKED = 32
_EPSILON = float(np.finfo(float).eps)


@dataclass(frozen=True, eq=False)
class GradientDescent:
    """Where gradient descent on a known objective went.

    Parameters
    ----------
    theta : array, shape (d,)
        The last iterate.
    error_bound : float
        Certified bound on its distance from the exact solution.
    outer_steps : int
        Steps taken.
    step_size, largest_stable_step_size : float
        The step size, and the one that it must stay below.
    converged : bool
        Whether the bound reached the tolerance, or all that floating point allows.
    diagnosis : str
        How close the descent came.
    trajectory_steps : integer array, shape (points,)
        Steps at which the trajectory was recorded.
    trajectory : array, shape (points, d)
        The iterates there.
    """

    theta: Floats
    error_bound: float
    outer_steps: int
    step_size: float
    largest_stable_step_size: float
    converged: bool
    diagnosis: str
    trajectory_steps: NDArray[np.intp]
    trajectory: Floats


def gradient_descent(
    mean_matrix: Floats,
    offset: Floats,
    *,
    step_size: float | None = None,
    start: Floats | None = None,
    tolerance: float = 1e-12,
    outer_steps: int = 1_000_000,
) -> GradientDescent:
    """Descend with the gradient ``H theta - b`` until the distance from its zero is certified to be small.

    Parameters
    ----------
    mean_matrix : array, shape (d, d)
        The matrix H: Hessian of the objective, or mean of an update's Jacobian (then not necessarily symmetric).
    offset : array, shape (d,)
        The vector b.
    step_size : float, optional
        The step size; by default the one that contracts a symmetric H fastest.
    start : array, shape (d,), optional
        Where the descent starts; by default at 0.
    tolerance : float
        Distance at which to stop, relative to the largest coordinate (at least 1).
    outer_steps : int
        Steps at most.

    Raises
    ------
    NonUniqueOptimumError
        If H is singular.
    DivergenceError
        If the iterates grow without bound, or do so for every step size.
    ConfigurationError
        If an argument is out of range.
    """
    matrix, target = np.asarray(mean_matrix, dtype=float), np.asarray(offset, dtype=float)
    curvatures = np.linalg.eigvals(matrix)
    smallest = float(np.linalg.svd(matrix, compute_uv=False)[-1])
    if smallest <= 8 * _EPSILON * np.abs(curvatures).max():
        raise NonUniqueOptimumError(
            f"the objective has a flat direction (curvatures from {np.abs(curvatures).min():.3g} to "
            f"{np.abs(curvatures).max():.3g}): it has no unique optimum for a descent to reach"
        )
    largest_stable = float(np.min(2 * curvatures.real / np.abs(curvatures) ** 2))
    if largest_stable <= 0:
        lowest = float(curvatures.real.min())
        raise DivergenceError(f"no step size is stable: the objective has the curvature {lowest:.3g} < 0")
    if step_size is None:
        fastest = 2 / float(curvatures.real.max() + curvatures.real.min())
        step_size = fastest if fastest < largest_stable else largest_stable / 2
    check_range("step_size", step_size, 0)
    check_range("outer_steps", outer_steps, 0)
    theta = np.zeros_like(target) if start is None else np.asarray(start, dtype=float)
    steepest = _DIVERGED * max(1.0, float(np.linalg.norm(matrix @ theta - target)))
    wanted = log_spaced(outer_steps)
    magnitude = np.abs(matrix)
    recorded, step = [], 0
    while True:
        gradient = matrix @ theta - target
        slope = float(np.linalg.norm(gradient))
        # The rounding of the gradient counts too, so that the certificate holds for the exact H and b.
        rounding = _EPSILON * len(theta) * float(np.linalg.norm(magnitude @ np.abs(theta) + np.abs(target)))
        bound = (slope + rounding) / smallest
        settled = slope <= rounding or bound <= tolerance * max(1.0, float(np.abs(theta).max()))
        finished = settled or step == outer_steps
        if finished or step in wanted:
            recorded.append((step, theta))
        if finished:
            break
        if not slope <= steepest:
            raise DivergenceError(divergence(step, step_size, f"{largest_stable:.4g} (2 / largest curvature)"))
        # A certificate costs as much as four steps, so that several are taken before the next one.
        until = min(step + _UNCHECKED, int(wanted[np.searchsorted(wanted, step, side="right")]))
        with np.errstate(over="ignore", invalid="ignore"):  # what overflows is what diverges
            for _ in range(until - step):
                theta = theta - step_size * (matrix @ theta - target)
        step = until
    text = f"within {bound:.2g} of the exact solution after {step} steps, by the gradient that is left"
    if not settled:
        text = f"not converged: {text}; take more outer steps, or a step size further below {largest_stable:.4g}"
    steps, points = zip(*recorded, strict=True)
    return GradientDescent(
        theta, bound, step, step_size, largest_stable, settled, text, np.array(steps), np.array(points)
    )


def check_range(name: str, value: float, above: float) -> None:
    """Refuse a number that is not finite and above another.

    Parameters
    ----------
    name : str
        What it is called.
    value, above : float
        The number, and what it must be above.
    """
    if not (np.isfinite(value) and value > above):
        raise ConfigurationError(f"{name} = {value}: must be finite and above {above}")


def divergence(step: int, step_size: float, limits: str, *, chosen: bool = False) -> str:
    """Say that a descent diverged, and the remedy.

    Parameters
    ----------
    step : int
        By which step it had.
    step_size : float
        Its step size.
    limits : str
        The largest stable one, in words.
    chosen : bool
        Whether the step size was chosen by the library.
    """
    # A step size chosen here diverges only where the tails are too heavy for the pilot run to have seen them.
    remedy = "give a smaller step size, or more tasks per step" if chosen else "give a smaller step size, or none"
    return (
        f"the descent diverged within {step} steps: its step size is {step_size:.4g}, the largest stable one is "
        f"{limits}; {remedy}"
    )
