"""MAML, model-agnostic meta-learning (Finn, Abbeel and Levine 2017): descend the loss after adaptation.

The inner steps are gradient steps on the empirical loss of the task's sampled data; the outer gradient is that of the
population loss at the adapted parameters, taken back through every inner step by the chain rule (second order terms
included).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from numerics.adaptation import adapt, pull_back
from numerics.arrays import Array
from numerics.methods.learner import Episodes, Learner

__all__ = ["LEARNER", "MAML"]


@dataclass(frozen=True)
class MAML(Learner):
    """Model-agnostic meta-learning with the exact (second-order) gradient.

    Parameters
    ----------
    inner_loop : InnerLoop
        The adaptation to one task.
    """

    name: ClassVar[str] = "maml"

    def gradient(self, theta: Array, episodes: Episodes) -> Array:
        """Return the gradient of each episode's population loss after adaptation, shape (..., d).

        Parameters
        ----------
        theta : array, shape (..., d)
            Parameters in the tasks' coordinates, broadcast against the episodes.
        episodes : Episodes
            Drawn by :meth:`draw`.
        """
        step_size = float(self.inner_loop.step_size)
        adapted = adapt(theta, episodes.data, step_size)
        return pull_back(episodes.tasks.population_gradient(adapted), episodes.data, step_size)


LEARNER = MAML
