"""Claims about any mixture, measured on three: where descent goes, and what sampled tasks say of optima and risks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, cast

import numpy as np

from numerics.adaptation import adapt
from numerics.arithmetic import solve
from numerics.descent import stochastic_descent
from numerics.methods import LEARNERS, MAML, NAL, Episodes
from numerics.sampling import Floats, Sampler, Shape
from proofs_check.simulation.checks import Check, holds_given_sign
from proofs_check.simulation.deviation import Deviation, Settled, jackknife
from proofs_check.simulation.quantities import NotMeasurable
from proofs_check.simulation.workbench import Measuring, controlled_blocks, numbers_of, sample_covariance
from proofs_check.verdict import Obligation
from theory.claim import Claim, Convergence, EvaluatedMixture, MixtureProperty
from theory.errors import UnknownNameError
from theory.formula import Operator
from theory.mixture import Array, InnerLoop, Mixture, Number, TaskClass

__all__ = ["check_convergence", "check_property"]

# Each replicate evaluates the claim's own Python function.
_BLOCKS = 128
# A mixture takes the inner loop from ten starts where a pair takes three; a step of descent, one gradient per task.
_SHARE_OF_TASKS = 2
_CHAINS, _BATCH = 64, 4
_FEWEST_OUTER_STEPS = 256


def _diagonal(*values: float) -> Floats:
    return np.diag(np.array(values))


def default_mixtures() -> dict[str, tuple[Mixture, InnerLoop]]:
    """Return the mixtures that claims about any mixture are measured on, by a word for each."""
    pair = Mixture(
        (
            TaskClass("easy", 0.5, 1.0 * np.eye(3), np.zeros(3), 0.2 * np.eye(3), 0.1),
            TaskClass("hard", 0.5, 0.25 * np.eye(3), np.array([2.0, -1.0, 1.0]), 0.05 * np.eye(3), 0.2),
        )
    )
    tilted = np.array([[1.0, 0.4, 0.1], [0.4, 0.7, -0.2], [0.1, -0.2, 0.5]])
    flat = np.array([[0.4, -0.15, 0.05], [-0.15, 0.6, 0.2], [0.05, 0.2, 0.45]])
    anisotropic = Mixture(
        (
            TaskClass("tilted", 0.4, tilted, np.array([1.5, -0.5, 1.0]), 0.1 * tilted, 0.2),
            TaskClass("flat", 0.6, flat, np.array([-1.0, 1.0, 0.5]), 0.2 * flat, 0.1),
        )
    )
    three = Mixture(
        (
            TaskClass("steep", 0.3, _diagonal(1.2, 0.9), np.array([1.0, 0.5]), 0.1 * np.eye(2), 0.1),
            TaskClass("mixed", 0.3, _diagonal(0.3, 0.8), np.array([-1.0, 1.0]), _diagonal(0.3, 0.0), 0.0),
            TaskClass("tilted", 0.4, flat[:2, :2], np.array([0.5, -2.0]), 0.05 * np.eye(2), 0.2),
        )
    )
    return {
        "an isotropic pair": (pair, InnerLoop(0.5, 8)),
        "two classes that do not commute": (anisotropic, InnerLoop(0.4, 6)),
        "three classes": (three, InnerLoop(0.4, 5, 2, "fresh")),
    }


class Configured:
    """A mixture without anything derived: what a stated optimum may be computed from."""

    def __init__(self, mixture: Mixture, inner_loop: InnerLoop) -> None:
        self.mixture, self.inner_loop = mixture, inner_loop

    def solve(self, matrix: Array, vector: Array) -> Array:
        """Solve a linear system."""
        return solve(matrix, vector)

    def __getattr__(self, name: str) -> Any:
        raise NotMeasurable(f"the optimum is stated through {name}, which is derived: a simulation must not rest on it")


def check_convergence(claim: Claim, conclusion: Convergence, measuring: Measuring) -> list[Check]:
    """Run the learner's stochastic descent and compare where it goes with the claimed optimum.

    Raises
    ------
    UnknownNameError
        If there is no such learner.
    NotMeasurable
        If the optimum is stated through something derived.
    """
    if conclusion.learner not in LEARNERS:
        raise UnknownNameError.among("learner", conclusion.learner, LEARNERS)
    checks = []
    steps = max(_FEWEST_OUTER_STEPS, measuring.tasks // (_CHAINS * _BATCH))
    for words, default in default_mixtures().items():
        mixture, inner_loop = conclusion.restrict(*default)
        stated = conclusion.optimum(cast(EvaluatedMixture, Configured(mixture, inner_loop)))
        learner = LEARNERS[conclusion.learner](inner_loop)
        run = stochastic_descent(learner, mixture, outer_steps=steps, chains=_CHAINS, batch=_BATCH, seed=measuring.seed)
        replicates = jackknife(run.chain_averages)
        deviations = Deviation.of_entries("theta", replicates, stated)
        # Averages over whole chains are close to normal; where they are not, the descent's own diagnosis says so, with
        # more to go by than the skewness of a few dozen numbers.
        deviations = tuple(replace(deviation, skewness=0.0) for deviation in deviations)
        label = f"that {learner.name} reaches its optimum on {words}"
        checks.append(Check(label, Obligation.CONCLUSION, deviations, None if run.converged else _undecided))
    return checks


def _undecided(settled: Sequence[Settled]) -> bool | None:
    return None


@dataclass(frozen=True)
class Sampled:
    """A mixture as sampled tasks show it: a mean over the sample wherever the population has an expectation.

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


def _sample(mixture: Mixture, inner_loop: InnerLoop, measuring: Measuring) -> list[Sampled]:
    """Return the sampled mixture, then the same without each block of tasks."""
    arrays = (mixture.weights, mixture.covariances, mixture.centres, mixture.spreads, mixture.noises)
    key = ("mixture", inner_loop, *(array.tobytes() for array in arrays))
    means = measuring.once(key, lambda: _outcomes(mixture, inner_loop, measuring))
    return [Sampled(mixture, inner_loop, row) for row in means]


def _outcomes(mixture: Mixture, inner_loop: InnerLoop, measuring: Measuring) -> Floats:
    """Measure, as jackknife replicates: risks at the starts, the noise floor, gradients of MAML and of NAL."""
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

    tasks = max(4 * _BLOCKS, measuring.tasks // _SHARE_OF_TASKS)
    numbers = numbers_of(size, inner_loop)
    return jackknife(controlled_blocks(draw, measuring.seed, 0, tasks, numbers, _BLOCKS))


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


def check_property(claim: Claim, stated: MixtureProperty, measuring: Measuring) -> list[Check]:
    """Evaluate a property of mixtures on sampled ones, with all optima, risks and Hessians measured."""
    checks = []
    for words, default in default_mixtures().items():
        mixture, inner_loop = stated.restrict(*default)
        sides = [stated.sides(sampled) for sampled in _sample(mixture, inner_loop, measuring)]
        left, right = (np.array([np.ravel(side[index]) for side in sides], dtype=float) for index in (0, 2))
        operator = sides[0][1]
        verdict = None if operator == "==" else _all_hold(operator)
        deviations = Deviation.of_entries("its left side", left, right)
        checks.append(Check(f"the claim on {words}", Obligation.CONCLUSION, deviations, verdict))
    return checks


def _all_hold(operator: Operator) -> Any:
    def verdict(settled: Sequence[Settled]) -> bool | None:
        found = [holds_given_sign(operator, item.sign) for item in settled]
        return False if False in found else None if None in found else True

    return verdict
