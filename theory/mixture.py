"""The task population: a mixture of classes of linear regression tasks, and the inner loop run on each task."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["Array", "DataReuse", "InnerLoop", "Mixture", "Number", "TaskClass", "are_isotropic"]

#: Either ``float64`` or ``object`` holding :class:`fractions.Fraction`: the same code serves both.
Array = NDArray[Any]
#: ``float`` or :class:`fractions.Fraction`.
Number = Any
DataReuse = Literal["reused", "fresh"]


def are_isotropic(matrices: Array) -> bool:
    """Whether all matrices of an array, shape (..., d, d), are multiples of the identity, to the last digit."""
    identity = np.eye(matrices.shape[-1], dtype=int)
    return bool((matrices == matrices[..., :1, :1] * identity).all())


@dataclass(frozen=True, eq=False)
class TaskClass:
    """A class of linear regression tasks that share hardness and vary in their optimal solution.

    Inputs are ``x ~ N(0, covariance)``, labels ``y = <theta*, x> + z`` with ``z ~ N(0, noise)``; the optimal solution
    ``theta*`` has mean ``centre`` and covariance ``spread``.

    Parameters
    ----------
    name : str
        What messages and tables call the class.
    weight : number
        Probability that a task belongs to this class.
    covariance : array, shape (d, d)
        Covariance of the inputs, symmetric positive definite.
    centre : array, shape (d,)
        Mean of the optimal solutions.
    spread : array, shape (d, d)
        Covariance of the optimal solutions, symmetric positive semidefinite.
    noise : number
        Variance of the label noise.
    """

    name: str
    weight: Number
    covariance: Array
    centre: Array
    spread: Array
    noise: Number

    def __repr__(self) -> str:
        """Write what makes the class again, given ``np`` and, where it is exact, ``Fraction``."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        return f"TaskClass({', '.join(f'{name}={_source(value)}' for name, value in values.items())})"


def _source(value: Any) -> str:
    """Write an array in full, which NumPy's own repr rounds and shortens."""
    if not isinstance(value, np.ndarray):
        return repr(value)
    dtype = ", dtype=object" if value.dtype == object else ""
    return f"np.array({value.tolist()!r}{dtype})"


@dataclass(frozen=True, eq=False)
class Mixture:
    """A mixture of task classes over a common dimension.

    Parameters
    ----------
    classes : tuple of TaskClass
        At least one; their weights sum to 1.
    """

    classes: tuple[TaskClass, ...]

    @property
    def dimension(self) -> int:
        """Number d of coordinates of a task's parameter."""
        return int(self.classes[0].centre.shape[0])

    @property
    def weights(self) -> Array:
        """Class probabilities, shape (number of classes,)."""
        return np.array([task_class.weight for task_class in self.classes])

    @property
    def covariances(self) -> Array:
        """Input covariances, shape (number of classes, d, d)."""
        return np.stack([task_class.covariance for task_class in self.classes])

    @property
    def centres(self) -> Array:
        """Means of the optimal solutions, shape (number of classes, d)."""
        return np.stack([task_class.centre for task_class in self.classes])

    @property
    def spreads(self) -> Array:
        """Covariances of the optimal solutions, shape (number of classes, d, d)."""
        return np.stack([task_class.spread for task_class in self.classes])

    @property
    def noises(self) -> Array:
        """Label noise variances, shape (number of classes,)."""
        return np.array([task_class.noise for task_class in self.classes])


@dataclass(frozen=True)
class InnerLoop:
    """The adaptation to one task: ``steps`` gradient steps on the empirical loss of ``samples`` labelled inputs.

    Parameters
    ----------
    step_size : number
        The step size alpha of each inner step, positive.
    samples : int or None
        Samples m per step; ``None`` means m = infinity, that is, the population gradient.
    steps : int
        Number K of inner steps, at least 1.
    data : {"reused", "fresh"}
        Whether the K steps share the same m samples or draw new ones each time.
    """

    step_size: Number
    samples: int | None
    steps: int = 1
    data: DataReuse = "reused"
