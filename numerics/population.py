"""The classes of a mixture as a simulation needs them: in coordinates in which their covariances are diagonal.

Each task is held in the eigenbasis of its class's covariance, so that parameters are rotated once per class and not
once per task. Every function is one of the array API.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from numerics.arrays import NUMPY, Array, Arrays
from theory.mixture import Mixture

__all__ = ["Population"]


class Population:
    """The classes of a mixture, each in the eigenbasis of its covariance; computed once, and copied to a device.

    Parameters
    ----------
    mixture : Mixture
        The task population, in floating point.
    arrays : Arrays
        Where to compute.

    Attributes
    ----------
    eigenvalues, roots : array, shape (classes, d), or (classes, 1) where every covariance is isotropic
        Of the covariances, and their square roots.
    spread : array, shape (classes, d) or (classes, d, d), or None
        Roots of the covariances of the tasks' optima in their frames; ``None`` where no class has any spread.
    noise : array, shape (classes,), or None
        Standard deviations of the label noise; ``None`` where no class has any.
    """

    def __init__(self, mixture: Mixture, arrays: Arrays = NUMPY) -> None:
        self.arrays, self.dimension = arrays, mixture.dimension
        covariances = mixture.covariances.astype(float)
        centres, spreads = mixture.centres.astype(float), mixture.spreads.astype(float)
        eigenvalues = np.diagonal(covariances, axis1=-2, axis2=-1).copy()
        frames = None
        if np.any(covariances != eigenvalues[..., None] * np.eye(self.dimension)):
            eigenvalues, frames = np.linalg.eigh(covariances)
            transposed = frames.swapaxes(-1, -2)
            centres, spreads = (transposed @ centres[..., None])[..., 0], transposed @ spreads @ frames
        if np.all(eigenvalues == eigenvalues[:, :1]):
            eigenvalues = eigenvalues[:, :1]
        put = arrays.asarray
        self.cumulative_weights = put(np.cumsum(mixture.weights.astype(float)))
        self.centres, self.eigenvalues = put(centres), put(eigenvalues)
        self.roots = put(np.sqrt(eigenvalues))
        flat = None if frames is None else frames.transpose(1, 0, 2).reshape(self.dimension, -1)
        #: The eigenvectors of each covariance as columns, shape (classes, d, d); ``None`` where all are diagonal.
        self.frames: Array = None if frames is None else put(frames)
        # Side by side, shape (d, classes * d), so that one product rotates into all of them.
        self._columns: Array = None if flat is None else put(flat)
        self.spread: Array = _root(spreads, arrays) if np.any(spreads) else None
        noise = np.sqrt(mixture.noises.astype(float))
        self.noise: Array = put(noise) if np.any(noise) else None

    @property
    def columns(self) -> int:
        """Columns of the standard normal design: one per coordinate, and one for label noise where there is any."""
        return self.dimension + (self.noise is not None)

    def lookup(self, table: Array, classes: Array) -> Array:
        """Return the row of each task's class, shape (..., columns of the table)."""
        namespace = self.arrays.namespace
        rows = namespace.take(table, namespace.reshape(classes, (-1,)), axis=0)
        return namespace.reshape(rows, (*classes.shape, *table.shape[1:]))

    def rotated(self, theta: Array, classes: Array) -> Array:
        """Return parameters in the frame of each task, shape (..., batch, d).

        Parameters
        ----------
        theta : array, shape (..., d)
            One vector for each batch of tasks.
        classes : integer array, shape (..., batch)
            Which class each task belongs to.
        """
        namespace = self.arrays.namespace
        if self._columns is None:
            return theta[..., None, :]
        by_class = namespace.reshape(theta @ self._columns, (*theta.shape[:-1], -1, self.dimension))
        if by_class.shape[-2] == 1:
            return by_class
        return namespace.take_along_axis(
            namespace.broadcast_to(by_class, (*classes.shape[:-1], *by_class.shape[-2:])),
            namespace.broadcast_to(classes[..., None], (*classes.shape, self.dimension)),
            axis=-2,
        )

    def average(self, vectors: Array, classes: Array) -> Array:
        """Rotate vectors of tasks back out of their frames and average over the batch, shape (..., d).

        Parameters
        ----------
        vectors : array, shape (..., batch, d)
            One vector for each task, in its frame.
        classes : integer array, shape (..., batch)
            Which class each task belongs to.
        """
        namespace = self.arrays.namespace
        if self._columns is None:
            return namespace.mean(vectors, axis=-2)
        kinds = namespace.arange(self.centres.shape[0], device=self.arrays.device)
        members = namespace.astype(classes[..., None, :] == kinds[:, None], vectors.dtype)
        by_class = members @ vectors
        flat = namespace.reshape(by_class, (*by_class.shape[:-2], -1))
        return flat @ namespace.matrix_transpose(self._columns) / classes.shape[-1]


def _root(spreads: Any, arrays: Arrays) -> Array:
    """Return roots of covariances: of shape (classes, d) where they are diagonal, else (classes, d, d)."""
    diagonals = np.diagonal(spreads, axis1=-2, axis2=-1)
    # An isotropic spread stays so in every frame, but for rounding.
    rounding = 1e-14 * np.abs(spreads).max()
    if np.all(np.abs(spreads - diagonals[..., None] * np.eye(diagonals.shape[-1])) <= rounding):
        return arrays.asarray(np.sqrt(np.maximum(diagonals, 0.0)))
    eigenvalues, vectors = np.linalg.eigh(spreads)
    # A semidefinite matrix may come with eigenvalues of -1e-17; configurations refuse truly negative ones.
    return arrays.asarray(vectors * np.sqrt(np.maximum(eigenvalues, 0.0))[..., None, :])
