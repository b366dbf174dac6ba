"""What a learner sees of tasks and data, whoever draws them: gradients, Hessian products, and a common frame."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from numerics.arrays import Array, Arrays, Draws, Shape
from theory.mixture import Mixture

__all__ = ["Data", "Source", "TaskBatch"]


class Data(Protocol):
    """A batch of data sets, one per task, seen through their empirical loss ``|X theta - y|^2 / (2 m)``."""

    @property
    def nbytes(self) -> int:
        """Memory that the arrays occupy."""

    def __getitem__(self, index: Any) -> Data:
        """Select along the batch axes."""

    def gradient(self, theta: Array) -> Array:
        """Return the gradient of the empirical loss, shape (..., d)."""

    def hessian_product(self, vectors: Array) -> Array:
        """Return the Hessian of the empirical loss times vectors, shape (..., d)."""


class TaskBatch(Protocol):
    """A batch of sampled tasks, each in coordinates of its own choice."""

    @property
    def optima(self) -> Array:
        """The tasks' optimal solutions, in their coordinates, shape (..., batch, d)."""

    @property
    def nbytes(self) -> int:
        """Memory that the arrays occupy."""

    def __getitem__(self, index: Any) -> TaskBatch:
        """Select along the batch axes."""

    def localised(self, theta: Array) -> Array:
        """Return parameters, shape (..., d), in the coordinates of each task of a batch, shape (..., batch, d)."""

    def average(self, vectors: Array) -> Array:
        """Return the average over the batch of vectors in the tasks' coordinates, in common ones, shape (..., d)."""

    def population_gradient(self, theta: Array) -> Array:
        """Return the gradient of each task's population loss, shape (..., batch, d)."""


class Source(Protocol):
    """Draws tasks and data."""

    mixture: Mixture
    arrays: Arrays

    def draws(self, seed: np.random.SeedSequence) -> Draws:
        """Return a stream of random numbers for it."""

    def tasks(self, rng: Any, shape: Shape) -> Any:
        """Draw a batch of tasks of that shape."""

    def products(self, rng: Any, tasks: Any, samples: int | None, count: int) -> Any:
        """Draw one data set for each task, of which ``count`` gradients and Hessian products will be asked."""
