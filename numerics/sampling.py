"""Tasks and their data, drawn from a mixture: the only source of randomness of every simulation.

Two samplers share one interface. ``raw`` draws the inputs and the label noise as the definitions say. ``wishart`` draws
a shorter data set with the same law of everything that gradient descent on squared errors can see: with the QR
factorisation ``X = Q F`` of the inputs, ``F'F = X'X`` and ``F'Q'z = X'z``; the rows of the triangular ``F`` are drawn
directly (Bartlett 1933), and ``Q'z``, being a rotation of the label noise z, is Gaussian and independent of ``F``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from numerics.arrays import NUMPY, Floats, Shape, generator
from theory.errors import UnknownNameError
from theory.mixture import Mixture

__all__ = ["DataSet", "Floats", "Sampler", "SamplerKind", "Shape", "Tasks", "streams"]

SamplerKind = Literal["raw", "wishart"]


def streams(seed: int | np.random.SeedSequence, count: int) -> list[np.random.Generator]:
    """Return independent random streams that depend on nothing but the seed and their position.

    Parameters
    ----------
    seed : int or numpy.random.SeedSequence
        What the streams are spawned from.
    count : int
        How many streams.
    """
    sequence = seed if isinstance(seed, np.random.SeedSequence) else np.random.SeedSequence(seed)
    return [generator(child) for child in sequence.spawn(count)]


class _Symmetric:
    """A symmetric matrix per class, applied to vectors by class; coordinatewise where all of them are diagonal."""

    def __init__(self, matrices: Floats) -> None:
        diagonals = np.diagonal(matrices, axis1=-2, axis2=-1)
        self.matrices = matrices
        self.diagonals = diagonals.copy() if np.array_equal(matrices, _diagonal_matrices(diagonals)) else None

    def apply(self, classes: NDArray[np.intp], vectors: Floats) -> Floats:
        if self.diagonals is not None:
            return self.diagonals[classes] * vectors
        # Class by class, for a matrix per task would take d times the memory.
        product = np.empty(np.broadcast_shapes((*classes.shape, vectors.shape[-1]), vectors.shape))
        vectors = np.broadcast_to(vectors, product.shape)
        for number, matrix in enumerate(self.matrices):
            members = np.broadcast_to(classes == number, product.shape[:-1])
            product[members] = vectors[members] @ matrix
        return product

    def square_root(self) -> _Symmetric:
        if self.diagonals is not None:
            return _Symmetric(_diagonal_matrices(np.sqrt(self.diagonals)))
        eigenvalues, vectors = np.linalg.eigh(self.matrices)
        # A semidefinite matrix may come with eigenvalues of -1e-17; configurations refuse truly negative ones.
        roots = np.sqrt(np.maximum(eigenvalues, 0.0))
        return _Symmetric((vectors * roots[..., None, :]) @ vectors.swapaxes(-1, -2))


def _floats(array: Any) -> Floats:
    # NumPy's stubs give no type to matvec and its kin.
    return np.asarray(array, dtype=np.float64)


def _diagonal_matrices(diagonals: Floats) -> Floats:
    return diagonals[..., None] * np.eye(diagonals.shape[-1])


@dataclass(frozen=True, eq=False)
class Tasks:
    """A batch of sampled tasks.

    Parameters
    ----------
    classes : integer array, shape (...)
        Which class of the mixture each task belongs to.
    optima : array, shape (..., d)
        The tasks' optimal solutions theta*.
    covariances : _Symmetric
        The classes' input covariances.
    """

    classes: NDArray[np.intp]
    optima: Floats
    covariances: _Symmetric

    def __getitem__(self, index: Any) -> Tasks:
        """Select along the batch axes."""
        return Tasks(self.classes[index], self.optima[index], self.covariances)

    def followed_by(self, others: Tasks) -> Tasks:
        """Return these tasks and behind them others of the same mixture, along the last batch axis."""
        classes = np.concatenate([self.classes, others.classes], axis=-1)
        return Tasks(classes, np.concatenate([self.optima, others.optima], axis=-2), self.covariances)

    @property
    def nbytes(self) -> int:
        """Memory that the arrays occupy."""
        return self.classes.nbytes + self.optima.nbytes

    def localised(self, theta: Floats) -> Floats:
        """Return parameters as every task of a batch sees them: all use common coordinates.

        Parameters
        ----------
        theta : array, shape (..., d)
            One vector for each batch.
        """
        return theta[..., None, :]

    def average(self, vectors: Floats) -> Floats:
        """Return the average over the batch, shape (..., d).

        Parameters
        ----------
        vectors : array, shape (..., batch, d)
            One for each task.
        """
        return _floats(np.add.reduce(vectors, axis=-2) / vectors.shape[-2])

    def population_gradient(self, theta: Floats) -> Floats:
        """Return the gradient of each task's population loss, shape (..., d).

        Parameters
        ----------
        theta : array, shape (..., d)
            Parameters, broadcast against the tasks.
        """
        return self.covariances.apply(self.classes, theta - self.optima)

    def excess(self, theta: Floats) -> Floats:
        """Return each task's excess risk, its population loss less the least it can be, shape (...).

        Parameters
        ----------
        theta : array, shape (..., d)
            Parameters, broadcast against the tasks.
        """
        return _floats(0.5 * np.vecdot(theta - self.optima, self.population_gradient(theta)))


@dataclass(frozen=True, eq=False)
class DataSet:
    """A batch of data sets, one per task, seen through the gradient of their empirical loss.

    Parameters
    ----------
    inputs : array, shape (..., rows, d)
        The inputs X, or a shorter matrix with the same X'X.
    labels : array, shape (..., rows)
        The labels y, or shorter ones with the same X'y.
    samples : int
        Number m of samples that the rows stand for: the loss is ``|X theta - y|^2 / (2 m)``.
    """

    inputs: Floats
    labels: Floats
    samples: int

    def __getitem__(self, index: Any) -> DataSet:
        """Select along the batch axes."""
        return DataSet(self.inputs[index], self.labels[index], self.samples)

    @property
    def nbytes(self) -> int:
        """Memory that the arrays occupy."""
        return self.inputs.nbytes + self.labels.nbytes

    def gradient(self, theta: Floats) -> Floats:
        """Return the gradient of the empirical loss, shape (..., d).

        Parameters
        ----------
        theta : array, shape (..., d)
            Parameters, broadcast against the data sets.
        """
        residuals = np.matvec(self.inputs, theta) - self.labels
        return _floats(np.vecmat(residuals, self.inputs) / self.samples)

    def loss(self, theta: Floats) -> Floats:
        """Return the empirical loss, shape (...).

        Parameters
        ----------
        theta : array, shape (..., d)
            Parameters, broadcast against the data sets.
        """
        residuals = np.matvec(self.inputs, theta) - self.labels
        return _floats(np.vecdot(residuals, residuals) / (2 * self.samples))

    def hessian_product(self, vectors: Floats) -> Floats:
        """Return the Hessian of the empirical loss times vectors, shape (..., d).

        Parameters
        ----------
        vectors : array, shape (..., d)
            Vectors, broadcast against the data sets.
        """
        return _floats(np.vecmat(np.matvec(self.inputs, vectors), self.inputs) / self.samples)


class Sampler:
    """Draws tasks and data sets from a mixture; whatever depends only on the class is computed once, here.

    Parameters
    ----------
    mixture : Mixture
        The task population, in floating point.
    kind : {"raw", "wishart"}
        How data sets are drawn: sample by sample, or by the shorter data set with the same law.

    Raises
    ------
    UnknownNameError
        If there is no such sampler.
    """

    def __init__(self, mixture: Mixture, kind: SamplerKind = "raw") -> None:
        if kind not in get_args(SamplerKind):
            raise UnknownNameError.among("sampler", kind, [*get_args(SamplerKind), "projected", "radial"])
        self.mixture, self.arrays = mixture, NUMPY
        self.kind = kind
        self._cumulative_weights = np.cumsum(mixture.weights.astype(float))
        self._centres = mixture.centres.astype(float)
        self._spread_roots = _Symmetric(mixture.spreads.astype(float)).square_root()
        self._covariances = _Symmetric(mixture.covariances.astype(float))
        # Inputs are x = L g with Sigma = L L' and g standard normal: a matrix of them as rows is G L'.
        self._factors = _floats(np.linalg.cholesky(self._covariances.matrices).swapaxes(-1, -2).copy())
        self._noise_deviations = np.sqrt(mixture.noises.astype(float))

    def tasks(self, rng: np.random.Generator, shape: Shape, shares: Floats | None = None) -> Tasks:
        """Draw tasks: a class by its weight, then a Gaussian optimal solution.

        Parameters
        ----------
        rng : numpy.random.Generator
            Source of randomness.
        shape : tuple of int
            Batch shape.
        shares : array, shape (classes,), optional
            Probabilities of the classes, by default the mixture's weights.
        """
        cumulative = self._cumulative_weights if shares is None else np.cumsum(shares)
        # Scaled by the last sum, so that weights which add up to 1 - 1e-16 leave no gap.
        levels = rng.random(shape) * cumulative[-1]
        return self.tasks_of(rng, np.minimum(np.searchsorted(cumulative, levels, side="right"), len(cumulative) - 1))

    def tasks_of(self, rng: np.random.Generator, classes: NDArray[np.intp]) -> Tasks:
        """Draw a task of each of the given classes.

        Parameters
        ----------
        rng : numpy.random.Generator
            Source of randomness.
        classes : integer array, shape (...)
            Positions of the classes in the mixture.
        """
        normals = rng.standard_normal((*classes.shape, self.mixture.dimension))
        return Tasks(classes, self._centres[classes] + self._spread_roots.apply(classes, normals), self._covariances)

    def data(self, rng: np.random.Generator, tasks: Tasks, samples: int | None) -> DataSet:
        """Draw one data set for each task, independent of all others.

        Parameters
        ----------
        rng : numpy.random.Generator
            Source of randomness.
        tasks : Tasks
            The tasks whose data is drawn.
        samples : int or None
            Number m of samples; ``None`` means infinitely many: the population loss, without randomness.
        """
        if samples is None:
            # X = L' with a divisor of 1 has X'X = Sigma: the empirical loss is the excess population loss.
            inputs = self._factors[tasks.classes]
            return DataSet(inputs, np.matvec(inputs, tasks.optima), samples=1)
        batch, dimension = tasks.classes.shape, self.mixture.dimension
        if self.kind == "wishart":
            inputs = triangular_factor(rng, batch, samples, dimension)
        else:
            inputs = rng.standard_normal((*batch, samples, dimension))
        inputs = self._coloured(inputs, tasks.classes)
        labels = np.matvec(inputs, tasks.optima)
        if np.any(self._noise_deviations):
            labels += self._noise_deviations[tasks.classes][..., None] * rng.standard_normal(labels.shape)
        return DataSet(inputs, labels, samples)

    def data_with_loss(self, rng: np.random.Generator, tasks: Tasks, samples: int) -> DataSet:
        """Draw one data set for each task whose loss, and not only its gradients, has the law of raw data.

        Parameters
        ----------
        rng, tasks, samples
            As for :meth:`data`.
        """
        data = self.data(rng, tasks, samples)
        left = samples - data.inputs.shape[-2]
        if left == 0:
            return data
        # The label noise outside the span of the inputs, in one row that no parameter acts on.
        noise = self._noise_deviations[tasks.classes] * np.sqrt(rng.chisquare(left, tasks.classes.shape))
        inputs = np.concatenate([data.inputs, np.zeros((*tasks.classes.shape, 1, self.mixture.dimension))], axis=-2)
        return DataSet(inputs, np.concatenate([data.labels, noise[..., None]], axis=-1), samples)

    def draws(self, seed: np.random.SeedSequence) -> np.random.Generator:
        """Return a stream of random numbers.

        Parameters
        ----------
        seed : numpy.random.SeedSequence
            Its seed.
        """
        return generator(seed)

    def products(self, rng: np.random.Generator, tasks: Tasks, samples: int | None, count: int) -> DataSet:
        """Draw one data set for each task, whole, however many products with it will be taken.

        Parameters
        ----------
        rng, tasks, samples
            As for :meth:`data`.
        count : int
            How many gradients and Hessian products will be asked for.
        """
        return self.data(rng, tasks, samples)

    def _coloured(self, standard: Floats, classes: NDArray[np.intp]) -> Floats:
        if self._covariances.diagonals is None:
            # In place and class by class: see _Symmetric.apply.
            for number, factor in enumerate(self._factors):
                members = classes == number
                standard[members] = standard[members] @ factor
            return standard
        standard *= np.diagonal(self._factors, axis1=-2, axis2=-1)[classes][..., None, :]
        return standard


def triangular_factor(rng: np.random.Generator, batch: Shape, samples: int, dimension: int) -> Floats:
    """Draw F of the QR factorisation of standard normal (samples x dimension) matrices, by Bartlett's decomposition.

    Row i has zeros, then the root of a chi-square with ``samples - i`` degrees of freedom, then standard normals. With
    fewer samples than dimensions there are only ``samples`` rows and ``F'F`` is singular, as the Wishart matrix is.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    batch : tuple of int
        Batch shape.
    samples, dimension : int
        Shape of the matrices that are factorised.

    Returns
    -------
    array, shape (*batch, min(samples, dimension), dimension)
    """
    factor = np.zeros((*batch, min(samples, dimension), dimension))
    for row in range(factor.shape[-2]):
        factor[..., row, row] = np.sqrt(rng.chisquare(samples - row, size=batch))
        factor[..., row, row + 1 :] = rng.standard_normal((*batch, dimension - row - 1))
    return factor
