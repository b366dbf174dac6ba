"""Sampled data drawn only as far as gradient descent looks at it: a few random vectors per task instead of m samples.

Gradients and Hessian products of a squared loss are products of vectors with one Wishart matrix, W = G'G, where G is
the standard normal design with one more column for the label noise. In an orthonormal basis that begins with the
directions asked about, Bartlett's decomposition gives W as a sum of independent rows, and the next row may be drawn
after the direction was chosen in view of all earlier products. Exactly in law, for any number of samples, n products
cost n normal vectors and n chi-squares. The proof is in ``docs/sampler.md``.

Every function is one of the array API.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from numerics.arrays import NUMPY, Array, Arrays, Draws, Shape, nbytes
from numerics.population import Population
from theory.mixture import Mixture

__all__ = ["PopulationData", "ProjectedData", "ProjectedSampler", "ProjectedTasks"]

# A direction that is so small a part of the vector it came from is rounding: what is asked about is known already.
_RESOLVED = 1e-12
# A part smaller than this has lost so many digits to cancellation that it is made orthogonal once more.
_CANCELLED = 1e-2


class ProjectedTasks:
    """A batch of sampled tasks, each in the eigenbasis of its class's covariance.

    Parameters
    ----------
    population : Population
        Where they are from.
    classes : integer array, shape (...)
        Which class each belongs to.
    optima : array, shape (..., d)
        Their optimal solutions, in their frames.
    variances, deviations : array, shape (..., d) or (..., 1)
        The variances of their inputs, in their frames, and the roots of these.
    """

    def __init__(
        self, population: Population, classes: Array, optima: Array, variances: Array, deviations: Array
    ) -> None:
        self.population, self.classes, self.optima = population, classes, optima
        self.variances, self.deviations = variances, deviations

    def __getitem__(self, index: Any) -> ProjectedTasks:
        """Select along the batch axes."""
        return ProjectedTasks(
            self.population,
            self.classes[index],
            self.optima[index],
            self.variances[index],
            self.deviations[index],
        )

    @property
    def nbytes(self) -> int:
        """Memory that the arrays occupy."""
        return nbytes(self.classes, self.optima, self.variances, self.deviations)

    def localised(self, theta: Array) -> Array:
        """Return parameters of shape (..., d), one vector for each batch, as the tasks see them: (..., batch, d)."""
        return self.population.rotated(theta, self.classes)

    def average(self, vectors: Array) -> Array:
        """Return the average over each batch of vectors that the tasks gave, in common coordinates, shape (..., d)."""
        return self.population.average(vectors, self.classes)

    def population_gradient(self, theta: Array) -> Array:
        """Return the gradient of each task's population loss, shape (..., d), theta being in its frame."""
        return self.variances * (theta - self.optima)

    def excess(self, theta: Array) -> Array:
        """Return each task's excess risk, shape (...), theta being in its frame."""
        return 0.5 * self.population.arrays.namespace.vecdot(theta - self.optima, self.population_gradient(theta))


class PopulationData:
    """Infinitely many samples: the gradient and the Hessian of the population loss.

    Parameters
    ----------
    tasks : ProjectedTasks
        Whose loss it is.
    """

    def __init__(self, tasks: ProjectedTasks) -> None:
        self._tasks = tasks

    nbytes = 0

    def __getitem__(self, index: Any) -> PopulationData:
        """Select along the batch axes."""
        return PopulationData(self._tasks[index])

    def gradient(self, theta: Array) -> Array:
        """Return the gradient, shape (..., d)."""
        return self._tasks.population_gradient(theta)

    def hessian_product(self, vectors: Array) -> Array:
        """Return the Hessian times vectors, shape (..., d)."""
        return self._tasks.variances * vectors

    def expected_excess(self, theta: Array, step_size: float) -> Array:
        """Return the excess risk after one more step, shape (...): nothing is left to be expected over."""
        return self._tasks.excess(theta - step_size * self.gradient(theta))


class ProjectedData:
    """A batch of data sets, one per task, of which only what was asked about has been drawn.

    It remembers: asked again it gives the same answer, and answers to different questions have the joint law that those
    of one data set have.

    Parameters
    ----------
    tasks : ProjectedTasks
        Whose data it is.
    samples : int or array, broadcast against the data sets
        Number m of samples; where they differ, rows that a data set has not are zeros.
    normals : sequence of arrays, each of shape (..., columns)
        Standard normal vectors, one for each row of Bartlett's decomposition that may be needed.
    lengths : sequence of arrays, each of shape (...)
        Roots of chi-squares with m, m - 1, ... degrees of freedom, one for each row.
    """

    def __init__(
        self, tasks: ProjectedTasks, samples: int | Array, normals: Sequence[Array], lengths: Sequence[Array]
    ) -> None:
        self._tasks, self.samples, self.normals, self.lengths = tasks, samples, normals, lengths
        # What divides vectors, and what no rank can exceed.
        self._divisor = samples if isinstance(samples, int) else samples[..., None]
        self._most = samples if isinstance(samples, int) else int(samples.max())
        population, self._namespace = tasks.population, tasks.population.arrays.namespace
        self._noise: Array = None
        if population.noise is not None:
            self._noise = population.lookup(population.noise, tasks.classes)
        self._directions: list[Array] = []
        self._rows: list[Array] = []
        #: Rows drawn so far for each task; ``None`` while that is the same number for all, as it nearly always is.
        self._drawn: Array | None = None

    @property
    def nbytes(self) -> int:
        """Memory that the arrays occupy."""
        return nbytes(*self.normals, *self.lengths)

    def __getitem__(self, index: Any) -> ProjectedData:
        """Select along the batch axes; nothing of the selection has been asked about."""
        return ProjectedData(
            self._tasks[index],
            self.samples,
            [array[index] for array in self.normals],
            [array[index] for array in self.lengths],
        )

    def gradient(self, theta: Array) -> Array:
        """Return the gradient of the empirical loss, shape (..., d).

        Parameters
        ----------
        theta : array, shape (..., d)
            Parameters in the tasks' frames, broadcast against the data sets.
        """
        return self._product(self._residual(theta - self._tasks.optima))

    def _residual(self, error: Array) -> Array:
        """Return what W is multiplied with in the gradient, for an error of the parameters."""
        vector = self._tasks.deviations * error
        return vector if self._noise is None else self._augmented(vector, -self._noise)

    def hessian_product(self, vectors: Array) -> Array:
        """Return the Hessian of the empirical loss times vectors, shape (..., d).

        Parameters
        ----------
        vectors : array, shape (..., d)
            Vectors in the tasks' frames, one for each data set.
        """
        vectors = self._tasks.deviations * vectors
        return self._product(vectors if self._noise is None else self._augmented(vectors, 0 * self._noise))

    def expected_excess(self, theta: Array, step_size: float) -> Array:
        """Return the excess risk after one more gradient step, expected over all that has not been drawn, shape (...).

        Given what is known, the rest of W is a Wishart matrix M on the complement P of the known directions, with n
        degrees of freedom left: ``E[M v] = n v`` and ``Cov(M v) = n (|v|^2 P + v v')`` for v in that complement.

        Parameters
        ----------
        theta : array, shape (..., d)
            Parameters before the step in the tasks' frames, broadcast against the data sets.
        step_size : float
            The step size alpha.
        """
        tasks = self._tasks
        vector = self._residual(theta - tasks.optima)
        unknown = self._orthogonal(vector)
        drawn = tasks.population.arrays.asarray(float(len(self._rows))) if self._drawn is None else self._drawn
        left = self._namespace.clip(self.samples - drawn, min=0.0)
        product = left[..., None] * unknown
        for row in self._rows:
            product = product + row * self._dot(row, vector)[..., None]
        mean = theta - step_size / self._divisor * tasks.deviations * self._of_inputs(product)
        spread = self._trace_of_complement() * self._dot(unknown, unknown) + self._squared_form(unknown)
        return tasks.excess(mean) + 0.5 * (step_size / self.samples) ** 2 * left * spread

    def _trace_of_complement(self) -> Array:
        """Return the trace of the squared covariance on the complement of the known directions, shape (...)."""
        squares = self._tasks.variances**2
        trace = self._namespace.sum(squares, axis=-1) * (self._tasks.optima.shape[-1] / squares.shape[-1])
        return trace - sum(self._squared_form(direction) for direction in self._directions)

    def _squared_form(self, vector: Array) -> Array:
        """Return ``v' Sigma^2 v`` for the part of a vector that belongs to the inputs, shape (...)."""
        scaled = self._tasks.variances * self._of_inputs(vector)
        return self._dot(scaled, scaled)

    def _of_inputs(self, vector: Array) -> Array:
        return vector if self._noise is None else vector[..., :-1]

    def _augmented(self, vectors: Array, last: Array) -> Array:
        return self._namespace.concat([vectors, last[..., None]], axis=-1)

    def _product(self, vector: Array) -> Array:
        """Return the first d coordinates of W times a vector, back in the scale of the inputs, over m."""
        self._ask_about(vector)
        # Where nothing was drawn, for want of a direction, the product is zero (or not a number, as the vector is).
        total: Array = None if self._rows else 0 * vector
        for row in self._rows:
            term = row * self._dot(row, vector)[..., None]
            total = term if total is None else total + term
        return self._tasks.deviations * self._of_inputs(total) / self._divisor

    def _dot(self, left: Array, right: Array) -> Array:
        return self._namespace.vecdot(left, right)

    def _ask_about(self, vector: Array) -> None:
        """Draw the row of W that a vector needs, unless the vector lies in the span of earlier ones."""
        if self._drawn is None and len(self._rows) == min(self._most, vector.shape[-1]):
            return  # nothing is left to be drawn: W has no larger rank
        namespace = self._namespace
        size = self._dot(vector, vector) ** 0.5
        direction, length = vector, size
        if self._directions:
            direction = self._orthogonal(vector)
            length = self._dot(direction, direction) ** 0.5
        new = None
        intact = length > _CANCELLED * size
        if not namespace.all(intact):
            # Where nothing was cancelled nothing is changed, so that a task's rounding is no other task's business.
            direction = namespace.where(intact[..., None], direction, self._orthogonal(direction))
            length = namespace.where(intact, length, self._dot(direction, direction) ** 0.5)
            new = length > _RESOLVED * size
            if not namespace.any(new):
                return
            # What is not new is left at zero, and with it the row.
            length = namespace.where(new, length, namespace.inf)
        direction = direction / length[..., None]
        self._directions.append(direction)
        normal, root = self._next(new)
        self._rows.append(self._orthogonal(normal) + root[..., None] * direction)

    def _orthogonal(self, vector: Array) -> Array:
        """Take the known directions out of a vector."""
        for known in self._directions:
            vector = vector - known * self._dot(known, vector)[..., None]
        return vector

    def _next(self, new: Array | None) -> tuple[Array, Array]:
        """Return each task's next normal vector and length, and zeros for tasks that need none (not ``new``)."""
        namespace, position = self._namespace, len(self._rows)
        if self._drawn is None:
            if position == len(self.normals):
                raise ValueError(f"more than {position} products were asked of data that was drawn for so many")
            if new is None or namespace.all(new):
                return self.normals[position], self.lengths[position]
            self._drawn = namespace.full_like(self.lengths[0], float(position))
        if new is None:
            new = namespace.ones_like(self._drawn, dtype=namespace.bool)
        drawn = self._drawn
        normal = namespace.zeros_like(self.normals[0])
        root = namespace.zeros_like(self.lengths[0])
        for rank, (vector, length) in enumerate(zip(self.normals, self.lengths, strict=True)):
            chosen = new & (drawn == rank)
            normal = namespace.where(chosen[..., None], vector, normal)
            root = namespace.where(chosen, length, root)
        self._drawn = drawn + namespace.astype(new, drawn.dtype)
        return normal, root


class ProjectedSampler:
    """Draws tasks, and data sets as far as they will be asked about.

    Parameters
    ----------
    mixture : Mixture
        The task population, in floating point.
    arrays : Arrays
        Where to compute.
    """

    def __init__(self, mixture: Mixture, arrays: Arrays = NUMPY) -> None:
        self.mixture, self.arrays = mixture, arrays
        self.population = Population(mixture, arrays)

    def draws(self, seed: np.random.SeedSequence) -> Draws:
        """Return a stream of random numbers on the device.

        Parameters
        ----------
        seed : numpy.random.SeedSequence
            Its seed.
        """
        return self.arrays.draws(seed)

    def classes(self, rng: Draws, shape: Shape) -> Array:
        """Draw classes by their weights, as integers.

        Parameters
        ----------
        rng : Draws
            Source of randomness.
        shape : tuple of int
            Batch shape.
        """
        namespace, weights = self.arrays.namespace, self.population.cumulative_weights
        if len(self.mixture.classes) == 1:
            return namespace.zeros(shape, dtype=namespace.int64, device=self.arrays.device)
        # Scaled by the last sum, so that weights which add up to 1 - 1e-16 leave no gap.
        return namespace.searchsorted(weights[:-1], rng.random(shape) * weights[-1], side="right")

    def tasks(self, rng: Draws, shape: Shape) -> ProjectedTasks:
        """Draw tasks: a class by its weight, then a Gaussian optimal solution.

        Parameters
        ----------
        rng : Draws
            Source of randomness.
        shape : tuple of int
            Batch shape.
        """
        population, classes = self.population, self.classes(rng, shape)
        optima = population.lookup(population.centres, classes)
        if population.spread is not None:
            normals = rng.standard_normal((*shape, self.mixture.dimension))
            optima = optima + self._scaled(normals, classes)
        variances, deviations = (
            population.lookup(table, classes) for table in (population.eigenvalues, population.roots)
        )
        return ProjectedTasks(population, classes, optima, variances, deviations)

    def _scaled(self, normals: Array, classes: Array) -> Array:
        namespace, roots = self.arrays.namespace, self.population.spread
        if roots.ndim == 2:
            return self.population.lookup(roots, classes) * normals
        # Class by class, for a matrix per task would take d times the memory.
        return sum(
            namespace.where((classes == k)[..., None], normals @ roots[k, ...].T, 0.0) for k in range(roots.shape[0])
        )

    def products(
        self, rng: Draws, tasks: ProjectedTasks, samples: int | None, count: int
    ) -> ProjectedData | PopulationData:
        """Draw what is needed of one data set for each task to take a number of products with it.

        Parameters
        ----------
        rng : Draws
            Source of randomness.
        tasks : ProjectedTasks
            The tasks whose data is drawn.
        samples : int or None
            Number m of samples; ``None`` means infinitely many: the population loss, without randomness.
        count : int
            How many gradients and Hessian products will be asked for.
        """
        if samples is None:
            return PopulationData(tasks)
        columns = self.population.columns
        rows = min(count, samples, columns)
        normals = rng.standard_normal((rows, *tasks.classes.shape, columns))
        lengths = [rng.chisquare(samples - row, tasks.classes.shape) ** 0.5 for row in range(rows)]
        return ProjectedData(tasks, samples, [normals[row, ...] for row in range(rows)], lengths)
