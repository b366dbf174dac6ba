"""How large a step a stochastic descent can take, and where it leads: estimated from sampled episodes.

The outer gradient of a linear learner is ``G theta - b`` on each episode, with ``G`` and ``b`` random. Sampling both
shows the mean iteration (its fixed point, its curvatures) and, through the second moments of ``G``, when the
fluctuations stay bounded. This is a pilot run of the simulation: it evaluates the update rule and knows no theory.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.methods import Learner
from numerics.sampling import Floats, Sampler
from theory.errors import DivergenceError, NonUniqueOptimumError

__all__ = ["Linearisation", "linearise"]

# Episodes of a pilot: as many as keep its d x d matrices, and products of each with another, cheap.
_PILOT_WORK = 2**23
_FEWEST_EPISODES, _MOST_EPISODES = 64, 8192
# Bytes of their data held at a time.
_PILOT_BYTES = 2**26
_POWER_STEPS = 200
_POWER_TOLERANCE = 1e-3
# A direction whose curvature is this small a share of the largest is flat: no descent settles in it.
_FLAT = 1e-12


@dataclass(frozen=True, eq=False)
class Linearisation:
    """Sampled outer gradients ``G theta - b`` of a linear learner, one per episode.

    Parameters
    ----------
    jacobians : array, shape (episodes, d, d)
        The matrices G.
    offsets : array, shape (episodes, d)
        The vectors b.
    optima : array, shape (episodes, d)
        The optimal solutions of the episodes' tasks.

    Raises
    ------
    NonUniqueOptimumError
        If the mean of G is singular.
    DivergenceError
        If the mean of G has an eigenvalue with negative real part: the mean iteration then leaves its fixed point
        whatever the step size.
    """

    jacobians: Floats
    offsets: Floats
    optima: Floats

    def __post_init__(self) -> None:
        largest = np.abs(self.curvatures).max()
        if np.abs(self.curvatures).min() <= _FLAT * largest:
            raise NonUniqueOptimumError(
                "the simulated objective has a flat direction (smallest curvature "
                f"{np.abs(self.curvatures).min():.3g}, largest {largest:.3g}): it has no unique optimum for a descent "
                "to reach; use a finite number of samples, or a step size alpha for which no eigenvalue of every "
                "class's covariance is 1/alpha"
            )
        if self.curvatures.real.min() <= 0:
            raise DivergenceError(
                f"no step size is stable: the mean update has the curvature {self.curvatures.real.min():.3g} < 0 in "
                "one direction and moves away from its fixed point; use a smaller inner step size"
            )

    @cached_property
    def mean_matrix(self) -> Floats:
        """Mean of G, shape (d, d)."""
        return np.asarray(self.jacobians.mean(axis=0), dtype=np.float64)

    @cached_property
    def curvatures(self) -> NDArray[Any]:
        """Eigenvalues of the mean of G, shape (d,); complex where that is not symmetric."""
        return np.linalg.eigvals(self.mean_matrix)

    @cached_property
    def condition(self) -> float:
        """Largest over smallest modulus of the curvatures."""
        return float(np.abs(self.curvatures).max() / np.abs(self.curvatures).min())

    @cached_property
    def fixed_point(self) -> Floats:
        """Where the mean of the sampled gradients vanishes, shape (d,)."""
        return np.linalg.solve(self.mean_matrix, self.offsets.mean(axis=0))

    @cached_property
    def task_scale(self) -> float:
        """Root mean square distance, per coordinate, of the tasks' optimal solutions from the fixed point."""
        return float(np.sqrt(np.mean((self.optima - self.fixed_point) ** 2)))

    @cached_property
    def mean_limit(self) -> float:
        """Step size below which the mean iteration contracts (2 / largest curvature where these are real)."""
        return float(np.min(2 * self.curvatures.real / np.abs(self.curvatures) ** 2))

    def mean_square_limit(self, batch: int) -> float:
        """Step size below which the variance of the iterates stays bounded.

        With H the mean of G, the covariance M of the iterates obeys ``M <- M - eta L(M) + eta^2 C(M) + noise``, where
        ``L(M) = H M + M H'`` and ``C(M) = E[Gbar M Gbar']`` over batch means Gbar. It is stable if and only if eta is
        below 1 / (spectral radius of L^-1 C), which power iteration finds, both maps being positive.

        Parameters
        ----------
        batch : int
            Episodes that each outer step averages over.
        """
        mean, (episodes, dimension, _) = self.mean_matrix, self.jacobians.shape
        # (a, episode, b), so that E[G M G'] is two plain matrix products
        rows = np.ascontiguousarray(self.jacobians.transpose(1, 0, 2)).reshape(-1, dimension)
        across = rows.reshape(dimension, -1)
        eigenvalues, vectors = np.linalg.eig(mean)
        inverse = np.linalg.inv(vectors)
        sums = eigenvalues[:, None] + eigenvalues.conj()[None, :]
        covariance, radius = np.eye(dimension), 0.0
        for _ in range(_POWER_STEPS):
            second_moment = (rows @ covariance).reshape(dimension, -1) @ across.T / episodes
            image = second_moment / batch + (1 - 1 / batch) * mean @ covariance @ mean.T
            image = (vectors @ ((inverse @ image @ inverse.conj().T) / sums) @ vectors.conj().T).real
            previous, radius = radius, float(np.linalg.norm(image))
            covariance = image / radius
            if abs(radius - previous) <= _POWER_TOLERANCE * radius:
                break
        return min(1 / radius, self.mean_limit)

    @cached_property
    def largest_jacobian(self) -> float:
        """Largest spectral norm of a sampled G: how far the tail of single episodes was seen to reach."""
        sizes = np.linalg.norm(self.jacobians, axis=(-2, -1))
        # The Frobenius norm finds the candidates; spectral norms of thousands of matrices would take a second.
        candidates = self.jacobians[np.argsort(sizes)[-_FEWEST_EPISODES:]]
        return float(np.linalg.norm(candidates, ord=2, axis=(-2, -1)).max())

    def standard_error(self, episodes: float) -> Floats:
        """Predict the standard error of an average over iterates that saw so many episodes, shape (d,).

        Parameters
        ----------
        episodes : float
            Episodes seen while averaging, over all chains.
        """
        gradients = np.matvec(self.jacobians, self.fixed_point) - self.offsets
        errors = np.linalg.solve(self.mean_matrix, gradients.T)
        return np.asarray(np.sqrt(np.mean(errors**2, axis=1) / episodes), dtype=np.float64)

    def transient(self, start_error: Floats, log_contractions: Floats) -> Floats:
        """Bound what remains of an initial error after the mean iteration contracted it, per coordinate, shape (d,).

        Parameters
        ----------
        start_error : array, shape (d,)
            Distance of the start from the fixed point.
        log_contractions : array, shape (d,)
            Logarithm of the contraction along the direction of each of :attr:`curvatures`.
        """
        _, vectors = np.linalg.eig(self.mean_matrix)
        components = np.linalg.solve(vectors, start_error.astype(vectors.dtype))
        # Of a step size far beyond stability nothing is asked but that this is large: 1e130 rather than an overflow.
        growth = np.exp(np.minimum(log_contractions, 300.0))
        return np.asarray(np.abs(vectors) @ (growth * np.abs(components)), dtype=np.float64)


def linearise(
    learner: Learner, sampler: Sampler, rng: np.random.Generator, episodes: int | None = None
) -> Linearisation:
    """Sample the outer gradient of a linear learner as an affine function of the parameters.

    Parameters
    ----------
    learner : Learner
        The update rule; its gradient must be affine in the parameters.
    sampler : Sampler
        What its tasks and data are drawn with.
    rng : numpy.random.Generator
        Source of randomness.
    episodes : int, optional
        How many episodes; by default between 64 and 8192, fewer in high dimension.
    """
    dimension = sampler.mixture.dimension
    if episodes is None:
        episodes = int(np.clip(_PILOT_WORK // dimension**3, _FEWEST_EPISODES, _MOST_EPISODES))
    at_once = max(1, _PILOT_BYTES // learner.draw(sampler, rng, (1,)).nbytes)
    parts = []
    for done in range(0, episodes, at_once):
        drawn = learner.draw(sampler, rng, (min(at_once, episodes - done),))
        at_origin = learner.gradient(np.zeros(dimension), drawn)
        columns = [learner.gradient(direction, drawn) - at_origin for direction in np.eye(dimension)]
        parts.append((np.stack(columns, axis=-1), -at_origin, drawn.tasks.optima))
    return Linearisation(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))
