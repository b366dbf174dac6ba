"""iMAML (Rajeswaran et al. 2019): proximal adaptation to the end, and the implicit gradient through its minimum."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np

from numerics.arrays import Array
from numerics.methods.learner import Episodes, Learner
from theory.methods.method import Method
from theory.mixture import InnerLoop, Mixture

__all__ = ["IMAML", "LEARNER"]


@dataclass(frozen=True)
class IMAML(Learner):
    """Implicit MAML, its linear systems solved exactly.

    Parameters
    ----------
    inner_loop : InnerLoop
        Of which only the number of samples is used.
    prox : float
        The strength lambda of the proximal term.
    """

    name: ClassVar[str] = "imaml"
    #: It solves with the Hessian, of which projected data only has products.
    whole_data: ClassVar[bool] = True
    #: Its inverses take longer than all else; few episodes per step leave time for as many steps.
    batch: ClassVar[int | None] = 2
    prox: float

    @classmethod
    def of(cls, method: Method, inner_loop: InnerLoop, mixture: Mixture) -> Self:
        """Return the rule with the method's proximal term."""
        (prox,) = method.values("prox")
        return cls(replace(inner_loop, steps=1), float(prox))

    def gradient(self, theta: Array, episodes: Episodes) -> Array:
        """Return the implicit gradient of each episode's population loss at its proximal minimum, shape (..., d).

        Parameters
        ----------
        theta : array, shape (..., d)
            Parameters, broadcast against the episodes.
        episodes : Episodes
            Drawn by :meth:`draw`.
        """
        (data,) = episodes.data
        hessian = data.inputs.swapaxes(-1, -2) @ data.inputs / data.samples
        inverse = np.linalg.inv(hessian + self.prox * np.eye(hessian.shape[-1]))
        minimum = theta - np.matvec(inverse, data.gradient(theta))
        return self.prox * np.matvec(inverse, episodes.tasks.population_gradient(minimum))


LEARNER = IMAML
