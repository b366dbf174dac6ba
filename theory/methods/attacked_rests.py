"""The points of rest of a mean outer gradient under attack: one minimum where it is convex, else all that are found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import scipy

from theory.methods.adapted_draws import TaskDraws
from theory.methods.attacked_update import AttackedUpdate, Rest, inverse_within
from theory.mixture import Array, Mixture

__all__ = ["minimum", "stable_rests", "symmetric_subspace"]

#: How far kinks are rounded off, in units of the solutions' size: first, and further where one may be near.
_ROUNDED, _SHARP = (1e-1, 1e-2), tuple(10.0**-k for k in range(3, 10))
#: Directions that stand out of a subspace by less than this share are in it.
_SAME_SPAN = 1e-10
#: Points of rest nearer to each other than this, in units of the solutions' size, are one.
_SAME = 1e-3
#: How far rounding off kinks may move a point of rest, in the same units.
_NEAR = 0.05
#: Farther away than this, in the same units, nothing is looked for.
_FAR = 1e6
#: Draws of a class that tell where to search, and how long small steps are followed, in units of the slowest decay.
_FEW, _LONG = 512, 30.0
_ITERATIONS = 60


def minimum(update: AttackedUpdate, start: Array) -> Rest:
    """Find the minimum of a convex mean loss.

    Parameters
    ----------
    update : AttackedUpdate
        Its gradient, with inner loops that are not attacked.
    start : array, shape (d,)
        Where to begin.
    """
    theta, smoothing = update.basis @ (update.basis.T @ start), 0.0
    for rounding in (*_ROUNDED, *_SHARP):
        if rounding in _SHARP and not update.may_be_held(theta):
            break
        smoothing = rounding * update.scale
        theta = _descended(update, theta, smoothing)
    theta, free, kinks = update.held(theta)
    return Rest(*update.corrected(theta, free, smoothing), kinks)


def _descended(update: AttackedUpdate, theta: Array, smoothing: float) -> Array:
    """Take Newton's steps to the minimum of the rounded loss, each halved until it descends enough."""
    value = update.value(theta, smoothing)
    for _ in range(_ITERATIONS):
        slope = update.gradient(theta, smoothing)
        step = -inverse_within(update.basis, update.jacobian(theta, smoothing)) @ slope
        promised, size = float(slope @ step), 1.0
        if -promised <= 1e-15 * (abs(value) + 1e-300):
            return theta
        while (ahead := update.value(theta + size * step, smoothing)) > value + 1e-4 * size * promised:
            size /= 2
            if size < 1e-9:
                return theta
        theta, value = theta + size * step, ahead
    return theta


def stable_rests(update: AttackedUpdate, start: Array, others: Sequence[Array]) -> list[Rest]:
    """Find points of rest of a mean update that need not be the gradient of a convex loss.

    Parameters
    ----------
    update : AttackedUpdate
        The update.
    start : array, shape (d,)
        Where small steps begin.
    others : sequence of array, each of shape (d,)
        Where else to search from.

    Returns
    -------
    list of Rest
        The stable ones that were found, first the one that small steps from ``start`` lead to.
    """
    # Few of the draws tell about where to look.
    few, smoothing = replace(update, classes=[_thinned(item) for item in update.classes]), _ROUNDED[-1] * update.scale
    begin, *starts = (update.basis @ (update.basis.T @ point) for point in (start, *others))
    reached = _followed(few, begin, smoothing)
    ends = [reached, *(_root(few, point, smoothing) for point in starts)]
    near = [end for end in ends if np.abs(end).max() < _FAR * update.scale]
    rests: list[Rest] = []
    for end in _distinct(near, _NEAR * update.scale):
        rest = _sharpened(update, few, end)
        if rest is not None and all(np.abs(rest.theta - other.theta).max() > _SAME * update.scale for other in rests):
            rests.append(rest)
    return sorted(rests, key=lambda rest: float(np.linalg.norm(rest.theta - reached)))


def _thinned(item: TaskDraws) -> TaskDraws:
    shortened = {
        name: value[:_FEW] for name, value in vars(item).items() if name in ("optima", "propagators", "offsets")
    }
    return replace(item, **shortened)


def _followed(update: AttackedUpdate, start: Array, smoothing: float) -> Array:
    """Follow the mean update in small steps."""
    curvature = np.abs(np.linalg.eigvals(update.jacobian(start, update.scale)).real)
    longest = _LONG / max(float(curvature.min()), 1e-6 * float(curvature.max()))
    flow = scipy.integrate.solve_ivp(
        lambda _, theta: -update.basis @ (update.basis.T @ update.gradient(theta, smoothing)),
        (0.0, longest), start, method="LSODA", rtol=1e-6, atol=1e-8 * update.scale,
    )  # fmt: skip
    return np.asarray(flow.y[:, -1])


def _root(update: AttackedUpdate, start: Array, smoothing: float) -> Array:
    """Solve for a point of rest from a start, without a thought of stability."""
    basis = update.basis
    if basis.shape[1] == 0:
        return start
    found = scipy.optimize.root(lambda x: basis.T @ update.gradient(basis @ x, smoothing), basis.T @ start, tol=1e-8)
    return np.asarray(basis @ found.x) if found.success else np.full_like(start, np.inf)


def _sharpened(update: AttackedUpdate, few: AttackedUpdate, theta: Array) -> Rest | None:
    """Refine a point of rest, first on few draws; ``None`` where there is none, or it repels."""
    # Where it may be at a kink, all draws tell.
    coarse, smoothing = update if update.may_be_held(theta) else few, 0.0
    for rounding in (*_ROUNDED[1:], *_SHARP):
        if rounding in _SHARP and not coarse.may_be_held(theta):
            break
        smoothing = rounding * update.scale
        theta = _solved(coarse, theta, smoothing)
    if np.linalg.eigvals(coarse.jacobian(theta, smoothing)).real.min() <= 0:
        return None
    theta, free, kinks = update.held(theta)
    rest, error = update.corrected(theta, free, smoothing, coarse)
    moved = max(float(np.abs(rest - theta).max()), float(error.max()))
    return Rest(rest, error, kinks) if moved <= _NEAR * update.scale else None


def _solved(update: AttackedUpdate, theta: Array, smoothing: float) -> Array:
    """Take Newton's steps to where the mean gradient vanishes, each halved until that is smaller."""
    slope = update.basis.T @ update.gradient(theta, smoothing)
    for _ in range(_ITERATIONS):
        step = -inverse_within(update.basis, update.jacobian(theta, smoothing)) @ update.basis @ slope
        if np.abs(step).max() <= 1e-12 * update.scale:
            break
        size, ahead = 1.0, update.basis.T @ update.gradient(theta + step, smoothing)
        while np.linalg.norm(ahead) > np.linalg.norm(slope):
            size /= 2
            if size < 1e-6:
                return theta
            ahead = update.basis.T @ update.gradient(theta + size * step, smoothing)
        theta, slope = theta + size * step, ahead
    return theta


def _distinct(points: Sequence[Array], distance: float) -> list[Array]:
    """Return those points that are farther than this from all before them."""
    kept: list[Array] = []
    for point in points:
        if all(np.abs(point - other).max() > distance for other in kept):
            kept.append(point)
    return kept


def symmetric_subspace(mixture: Mixture) -> Array:
    """Return an orthonormal basis of the smallest subspace that holds the centres and that all covariances keep.

    Turning round all directions across it leaves the law of tasks and data as it is: a point of rest that is unique
    lies in the subspace, and the mean update from within it stays there.

    Parameters
    ----------
    mixture : Mixture
        The task population.

    Returns
    -------
    array, shape (d, k)
    """
    matrices = np.concatenate([mixture.covariances, mixture.spreads]).astype(float)
    basis = _orthonormal(mixture.centres.T.astype(float))
    while True:
        images = [matrix @ basis / (np.linalg.norm(matrix, 2) or 1.0) for matrix in matrices]
        grown = _orthonormal(np.concatenate([basis, *images], axis=1))
        if grown.shape[1] == basis.shape[1]:
            return basis
        basis = grown


def _orthonormal(columns: Array) -> Array:
    vectors, sizes, _ = np.linalg.svd(columns, full_matrices=False)
    return np.asarray(vectors[:, sizes > _SAME_SPAN * sizes.max(initial=1e-300)])
