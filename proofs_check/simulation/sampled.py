"""A mixture as sampled tasks show it: optima, risks and Hessians measured, where a claim would have them derived."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from numerics.adaptation import adapt
from numerics.arithmetic import solve
from numerics.methods import MAML, NAL, Episodes
from numerics.sampling import Floats, Sampler, Shape
from proofs_check.simulation.blocks import FIRST_TASKS, GrowingBlocks
from proofs_check.simulation.workbench import Measuring, numbers_of, sample_covariance
from theory.mixture import Array, InnerLoop, Mixture, Number

__all__ = ["COST", "Sampled", "sample"]

#: Tasks of an isotropic class for which one of a mixture stands: it takes the inner loop from ten starts, not three.
COST = 2
# Each replicate evaluates the claim's own Python function.
_BLOCKS = 128


@dataclass(frozen=True)
class Sampled:
    """A sampled mixture: a mean over tasks wherever the population has an expectation.

    Risks are those of the inner loop, run from enough starts to fix a quadratic function; optima are where the
    learners' own gradients, averaged, vanish.

    Parameters
    ----------
    mixture, inner_loop
        What was sampled.
    means : array
        Averages of :func:`_outcomes`.
    """

    mixture: Mixture
    inner_loop: InnerLoop
    means: Floats

    @cached_property
    def _parts(self) -> tuple[Floats, Floats, Floats, Floats]:
        size = self.mixture.dimension
        starts = len(_starts(size))
        risks, floor, gradients = np.split(self.means, [starts, starts + 1])
        maml, nal = gradients.reshape(2, size + 1, size)
        return risks, floor, maml, nal

    @staticmethod
    def _root(gradients: Floats) -> tuple[Floats, Floats]:
        """Return Hessian and zero of an affine gradient, given at the origin and at the unit vectors."""
        hessian = (gradients[1:] - gradients[0]).T
        return hessian, np.linalg.solve(hessian, -gradients[0])

    @property
    def theta_maml(self) -> Array:
        """Where MAML's gradients vanish on average."""
        return self._root(self._parts[2])[1]

    @property
    def theta_nal(self) -> Array:
        """Where NAL's gradients vanish on average."""
        return self._root(self._parts[3])[1]

    @property
    def hessian_maml(self) -> Array:
        """Mean Hessian of MAML's objective."""
        return self._root(self._parts[2])[0]

    @property
    def hessian_nal(self) -> Array:
        """Mean Hessian of NAL's objective."""
        return self._root(self._parts[3])[0]

    @property
    def noise_floor(self) -> Number:
        """Mean excess risk after adaptation from each task's own optimum."""
        return float(self._parts[1][0])

    @property
    def risk_nal(self) -> Number:
        """Excess risk of NAL's optimum."""
        return self.risk(self.theta_nal)

    @property
    def risk_maml(self) -> Number:
        """Excess risk of MAML's optimum."""
        return self.risk(self.theta_maml)

    @property
    def gain(self) -> Number:
        """Their difference."""
        return self.risk_nal - self.risk_maml

    def risk(self, theta: Array) -> Number:
        """Return the excess risk after adaptation, interpolated between the starts that were run."""
        coefficients = np.linalg.solve(_monomials(_starts(self.mixture.dimension)), self._parts[0])
        return float(_monomials(np.asarray(theta, dtype=float)) @ coefficients)

    def solve(self, matrix: Array, vector: Array) -> Array:
        """Solve a linear system."""
        return solve(matrix, vector)


def _starts(size: int) -> Floats:
    """Return as many starts as a quadratic function has coefficients, shape (count, d)."""
    unit = np.eye(size)
    pairs = [unit[i] + unit[j] for i in range(size) for j in range(i)]
    return np.array([np.zeros(size), *unit, *-unit, *pairs])


def _monomials(theta: Floats) -> Floats:
    """Return 1, all coordinates, and all products of two, along the last axis."""
    size = theta.shape[-1]
    products = [theta[..., i] * theta[..., j] for i in range(size) for j in range(i + 1)]
    return np.stack([np.ones(theta.shape[:-1]), *np.moveaxis(theta, -1, 0), *products], axis=-1)


def sample(mixture: Mixture, inner_loop: InnerLoop, measuring: Measuring) -> list[Sampled]:
    """Return the sampled mixture, then the same without each block of tasks."""
    arrays = (mixture.weights, mixture.covariances, mixture.centres, mixture.spreads, mixture.noises)
    key = ("mixture", inner_loop, *(array.tobytes() for array in arrays))
    means = measuring.averages(key, lambda: _outcomes(mixture, inner_loop, measuring.seed))
    return [Sampled(mixture, inner_loop, row) for row in means]


def _outcomes(mixture: Mixture, inner_loop: InnerLoop, seed: int) -> GrowingBlocks:
    """Begin to measure risks at the starts, the noise floor, gradients of MAML and of NAL."""
    source, maml, nal = Sampler(mixture), MAML(inner_loop), NAL(inner_loop)
    size, step_size = mixture.dimension, float(inner_loop.step_size)
    starts, origins = _starts(size), np.concatenate([np.zeros((1, size)), np.eye(size)])

    def draw(rng: np.random.Generator, shape: Shape) -> tuple[Floats, Floats]:
        drawn = maml.draw(source, rng, shape)
        tasks, batch = drawn.tasks, tuple(1 for _ in shape)
        risks = tasks.excess(adapt(starts.reshape(-1, *batch, size), drawn.data, step_size))
        own = tasks.excess(adapt(tasks.optima, drawn.data, step_size))
        rows = origins.reshape(-1, *batch, size)
        gradients = [maml.gradient(rows, drawn), nal.gradient(rows, Episodes(tasks, ()))]
        flat = [np.moveaxis(np.moveaxis(item, 0, -2).reshape(*shape, -1), -1, 0) for item in gradients]
        outcomes = np.concatenate([risks, own[None], *flat])
        return np.moveaxis(outcomes, 0, -1), _controls(mixture, drawn, shape)

    return GrowingBlocks(draw, seed, 0, numbers_of(size, inner_loop), _BLOCKS, FIRST_TASKS // COST)


def _controls(mixture: Mixture, drawn: Episodes, shape: Shape) -> Floats:
    """Return what has mean zero by the definition of the population, class by class: shares, optima, covariances."""
    size = mixture.dimension
    belongs = np.eye(len(mixture.classes))[drawn.tasks.classes]
    centred = [drawn.tasks.optima - mixture.centres[drawn.tasks.classes]]
    rows, columns = np.triu_indices(size)
    for data in {id(item): item for item in drawn.data}.values():
        errors = sample_covariance(data) - mixture.covariances[drawn.tasks.classes]
        centred.append(errors[..., rows, columns])
    by_class = belongs[..., :, None] * np.concatenate(centred, axis=-1)[..., None, :]
    return np.concatenate([belongs - mixture.weights, by_class.reshape(*shape, -1)], axis=-1)
