"""How large the steps of an inner step size are taken, where a learner descends its loss in that too."""

from __future__ import annotations

import numpy as np

from numerics.sampling import Floats
from theory.mixture import Mixture

__all__ = ["of_class_gradients", "of_step_sizes"]


def of_class_gradients(mixture: Mixture) -> Floats:
    """Return the mean squared population gradient of each class's tasks at the mean of the centres.

    Parameters
    ----------
    mixture : Mixture
        The task population.
    """
    gradients = mixture.covariances @ (mixture.weights @ mixture.centres - mixture.centres)[..., None]
    scatter = mixture.covariances @ mixture.spreads @ mixture.covariances
    return np.asarray((gradients**2).sum(axis=(-2, -1)) + np.trace(scatter, axis1=-2, axis2=-1))


def of_step_sizes(mixture: Mixture, steps: int) -> float:
    """Return the step size of an inner step size, as a multiple of the outer one.

    It is a part of one over the mean squared gradient, which has the unit of the curvature in that direction: less for
    several inner steps, in whose size the loss is steep.

    Parameters
    ----------
    mixture : Mixture
        The task population.
    steps : int
        Number K of inner steps.
    """
    mean = float(mixture.weights @ of_class_gradients(mixture))
    return (0.5 if steps == 1 else 0.2) / (mean if mean > 0 else 1.0)
