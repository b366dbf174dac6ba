"""Means of functions of white Wishart matrices: the resolvents of the sample covariance.

``W = X'X / m`` with standard normal entries. For the mean of ``sum_i f(w_i)`` there is a formula without sampling: the
joint density of the eigenvalues is a product of one-dimensional weights and of all differences, whose integral is a
Pfaffian (de Bruijn 1955); its logarithmic derivative along f is the mean. What is left are double integrals over smooth
functions, which composite Gauss-Legendre quadrature in the singular values takes to near machine precision.

With a shift that is no multiple of the identity the mean is estimated from draws of W. Control variates, whose means
are known from that formula and from the moments of W, take away most of its variance.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.polynomial import legendre

from theory.mixture import Array

__all__ = ["bartlett_factors", "mean_square_resolvent", "mean_trace"]

_NODES, _PANELS = 16, 32
#: Halvings of the first panel towards 0, where a resolvent with a small shift varies fast.
_HALVINGS = 24
#: Beyond the edge of the spectrum by so much the density of the singular values is below double precision.
_MARGIN = 9.0
#: Draws for an estimate, and the entries of W that they may take.
_DRAWS, _ENTRIES = 2048, 2**22
_SEED = 20_190_909


def mean_trace(function: Callable[[Array], Array], dimension: int, samples: int) -> float:
    """Return ``E[tr f(W)] / d``.

    Parameters
    ----------
    function : callable
        The function f, of an array of eigenvalues w >= 0; smooth.
    dimension, samples : int
        Size d of W, and the number m of samples.
    """
    rank, larger = min(dimension, samples), max(dimension, samples)
    squares, system, first, weights, cumulate = _ensemble(rank, larger)
    values = function(squares / samples)
    slope = first * values[:, None]
    changed = _skew(slope, first, weights, cumulate)
    changed = changed - changed.T
    if rank % 2:
        border = weights @ slope
        changed = np.block([[changed, border[:, None]], [-border[None, :], np.zeros((1, 1))]])
    total = float(np.trace(np.linalg.solve(system, changed))) / 2
    at_zero = float(function(np.zeros(1))[0]) if rank < dimension else 0.0
    return (total + (dimension - rank) * at_zero) / dimension


@lru_cache(maxsize=16)
def mean_square_resolvent(shifts: tuple[float, ...], samples: int) -> tuple[Array, Array]:
    """Return the diagonal of ``E[(W + diag(shifts))^-2]``.

    Parameters
    ----------
    shifts : tuple of float
        Positive, one for each coordinate.
    samples : int
        Number m of samples.

    Returns
    -------
    means : array, shape (d,)
    deviations : array, shape (draws, d)
        Of single draws from it, after the control variates; zero where no draws were needed.
    """
    values = np.array(shifts)
    dimension, shared = len(values), float(np.exp(np.log(values).mean()))
    exact = mean_trace(lambda w: (w + shared) ** -2, dimension, samples)
    draws = min(_DRAWS, max(256, _ENTRIES // dimension**2))
    if np.ptp(values) <= 1e-14 * shared:
        return np.full(dimension, exact), np.zeros((draws, dimension))
    wishart = _draws(dimension, samples, draws)
    wanted, control = (
        np.square(np.linalg.inv(wishart + np.diag(shift))).sum(axis=-1)
        for shift in (values, np.full(dimension, shared))
    )
    diagonal, squares = np.diagonal(wishart, axis1=1, axis2=2), np.square(wishart)
    square_means = (1 + np.eye(dimension)) / samples + np.eye(dimension)
    known = np.concatenate([control - exact, diagonal - 1], axis=1)
    means, deviations = np.empty(dimension), np.empty((draws, dimension))
    for j in range(dimension):
        regressors = np.column_stack([np.ones(draws), known, squares[:, j] - square_means[j]])
        solution = np.linalg.lstsq(regressors.T @ regressors, regressors.T @ wanted[:, j])[0]
        means[j] = solution[0]
        deviations[:, j] = wanted[:, j] - regressors @ solution
    return means, deviations


@lru_cache(maxsize=4)
def _draws(dimension: int, samples: int, count: int) -> Array:
    """Draw white Wishart matrices over m; the same ones for the same arguments."""
    factor = bartlett_factors(np.random.default_rng(_SEED), dimension, samples, count)
    product: Array = factor.swapaxes(1, 2) @ factor / samples
    return product


def bartlett_factors(rng: np.random.Generator, dimension: int, samples: int, count: int) -> Array:
    """Draw triangular F such that F'F has the law of X'X, X being of white data, by Bartlett's decomposition.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    dimension, samples, count : int
        Columns and rows of X, and how many to draw.

    Returns
    -------
    array, shape (count, min(samples, dimension), dimension)
    """
    rows = min(samples, dimension)
    factor = np.triu(rng.standard_normal((count, rows, dimension)), 1)
    factor[:, range(rows), range(rows)] = np.sqrt(rng.chisquare(samples - np.arange(rows), (count, rows)))
    return factor


@lru_cache(maxsize=16)
def _ensemble(rank: int, larger: int) -> tuple[Array, ...]:
    """Lay out the quadrature, and the matrix whose Pfaffian normalises the density.

    Returns
    -------
    squares : array, shape (nodes,)
        The eigenvalues of X'X at the nodes.
    system : array, shape (rank, rank), bordered to an even size
    functions : array, shape (nodes, rank)
        Polynomials of the eigenvalue times the weight function.
    weights : array, shape (nodes,)
        Of the quadrature.
    cumulate : array
        What integrates from a panel's beginning to each of its nodes.
    """
    centre, radius = larger**0.5, rank**0.5 + _MARGIN
    low, high = max(0.0, centre - radius), centre + radius
    edges = np.linspace(low, high, _PANELS + 1)
    halved = edges[1] - (edges[1] - low) * (1 - 0.5 ** np.arange(_HALVINGS, 0, -1))
    edges = np.concatenate([edges[:1], np.sort(halved), edges[1:]]) if low == 0 else edges
    points, one_panel = legendre.leggauss(_NODES)
    half = np.diff(edges) / 2
    nodes = (edges[:-1, None] + half[:, None] * (points + 1)).ravel()
    weights = (half[:, None] * one_panel).ravel()
    squares = nodes**2
    with np.errstate(divide="ignore"):
        logarithm = (larger - rank) * np.log(nodes) - squares / 2
    density = np.exp(logarithm - logarithm.max())
    root = np.sqrt(weights)
    functions = _orthonormal(squares, density * root, rank) / root[:, None]
    integral_of_lagrange = legendre.legint(np.eye(_NODES), axis=0, lbnd=-1)
    to_modes = np.linalg.inv(legendre.legvander(points, _NODES - 1))
    within = legendre.legvander(points, _NODES) @ integral_of_lagrange @ to_modes
    cumulate = half[:, None, None] * within
    system = _skew(functions, functions, weights, cumulate)
    integrals = weights @ functions
    if rank % 2:
        system = np.block([[system, integrals[:, None]], [-integrals[None, :], np.zeros((1, 1))]])
    return squares, system, functions, weights, cumulate


def _orthonormal(squares: Array, first: Array, count: int) -> Array:
    """Multiply a function by polynomials of the eigenvalue that make it orthonormal: Lanczos, with all kept orthogonal.

    The matrix whose Pfaffian is taken then stays well conditioned.
    """
    basis = np.zeros((len(squares), count))
    current = first
    for column in range(count):
        for _ in range(2):
            current = current - basis @ (basis.T @ current)
        basis[:, column] = current / np.linalg.norm(current)
        current = squares * basis[:, column]
    return basis


def _skew(left: Array, right: Array, weights: Array, cumulate: Array) -> Array:
    """Return the double integrals of ``sign(y - x) left_i(x) right_j(y)``, shape (rank, rank)."""
    panels = left.reshape(len(cumulate), _NODES, -1)
    within = cumulate @ panels
    whole = np.einsum("pn,pnk->pk", weights.reshape(len(cumulate), _NODES), panels)
    before = np.cumsum(whole, axis=0) - whole
    below = (before[:, None, :] + within).reshape(left.shape)
    total: Array = (2 * below - whole.sum(axis=0)).T @ (weights[:, None] * right)
    return total
