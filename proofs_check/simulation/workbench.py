"""Measurements on raw simulated data, shared by the claims of one run.

Nothing here knows a derived formula. A class of tasks is measured by the excess risk after adaptation from three starts
on one line through its centre: it is quadratic in the start, so three starts show all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from numerics.adaptation import adapt, draw_data
from numerics.engine import SamplerName
from numerics.methods import LEARNERS, Learner
from numerics.methods.learner import StatefulLearner
from numerics.projected import ProjectedSampler
from numerics.sampling import DataSet, Floats, Sampler, SamplerKind, Shape, Tasks, streams
from proofs_check.simulation.blocks import BLOCKS, GrowingBlocks
from proofs_check.simulation.deviation import jackknife
from theory.errors import LandscapeError
from theory.methods.method import Method
from theory.mixture import DataReuse, InnerLoop, Mixture, TaskClass

__all__ = [
    "ClassMeans",
    "IsotropicClass",
    "Measuring",
    "NotMeasurable",
    "Workbench",
    "numbers_of",
    "sample_covariance",
]

#: Samples beyond which an isotropic class's data is drawn as its sufficient statistics instead of one by one.
MOST_RAW = 64
# Streams 0 and 1 are those of the classes.
_DRAWN_STREAM = 2


class NotMeasurable(LandscapeError):
    """A quantity that no simulation here knows how to measure; the message says why."""


@dataclass(frozen=True)
class IsotropicClass:
    """A class of tasks with covariance ``variance I`` and the inner loop run on it; also the key of its measurement.

    Parameters
    ----------
    dimension : int
        Number d of coordinates.
    variance, spread, noise : Fraction
        Input variance, total variance of the optimal solutions, label noise variance.
    distance2 : Fraction
        Squared distance of the outer starts from the centre.
    step_size : Fraction
        Inner step size.
    samples : int or None
        Samples per inner step, ``None`` for the population gradient.
    steps : int
        Inner steps.
    data : {"reused", "fresh"}
        Whether they share their sample.
    stream : int
        Which random numbers it uses: two classes of one pair must not share them, two points of a comparison should.
    """

    dimension: int
    variance: Fraction
    spread: Fraction
    noise: Fraction
    distance2: Fraction
    step_size: Fraction
    samples: int | None
    steps: int = 1
    data: DataReuse = "reused"
    stream: int = 0

    @property
    def inner_loop(self) -> InnerLoop:
        """The adaptation, in floating point."""
        return InnerLoop(float(self.step_size), self.samples, self.steps, self.data)

    @property
    def mixture(self) -> Mixture:
        """A mixture of this class alone, centred at the origin, in floating point."""
        identity = np.eye(self.dimension)
        spread = float(self.spread) / self.dimension * identity
        origin = np.zeros(self.dimension)
        return Mixture((TaskClass("class", 1.0, float(self.variance) * identity, origin, spread, float(self.noise)),))

    @property
    def outer(self) -> Floats:
        """The outer start, shape (d,)."""
        start = np.zeros(self.dimension)
        start[0] = np.sqrt(float(self.distance2))
        return start


@dataclass(frozen=True, eq=False)
class ClassMeans:
    """What was measured of a class, as jackknife replicates of shape (1 + blocks,).

    Parameters
    ----------
    rise : array
        Excess risk after adaptation from an outer start, less that from the centre.
    centre : array
        Excess risk after adaptation from the centre.
    noise_floor : array
        Excess risk after adaptation from each task's own optimum.
    plain_rise : array
        Excess risk without adaptation at an outer start, less that at the centre.
    """

    rise: Floats
    centre: Floats
    noise_floor: Floats
    plain_rise: Floats


@dataclass(frozen=True)
class Measuring:
    """How a claim is measured, and at which look.

    Parameters
    ----------
    workbench : Workbench
        Where measurements are kept.
    seed : int
        Source of all randomness.
    look : int
        Which look is taken, from 0: every look sees more tasks.
    samplers : set of str
        How the data of this claim's measurements were drawn: ``raw``, or ``wishart`` beyond ``MOST_RAW`` samples;
        ``projected`` only where a claim is on that sampler.
    """

    workbench: Workbench
    seed: int
    look: int = 0
    samplers: set[SamplerName] = field(default_factory=set)

    def of_class(self, spec: IsotropicClass) -> ClassMeans:
        """Measure a class of tasks."""
        self.samplers.add(_sampler_kind(spec.inner_loop))
        rise, centre, own = self.averages(spec, lambda: _class_blocks(spec, self.seed)).T
        plain_rise = self.once(("plain", spec), lambda: _plain_rise(spec, self.seed))
        return ClassMeans(rise, centre, own, plain_rise)

    def of_weight(self, spec: IsotropicClass, method: Method) -> Floats:
        """Measure how fast a method's mean update grows with the distance from a class's centre.

        Parameters
        ----------
        spec : IsotropicClass
            The class.
        method : Method
            The method, its parameters numbers; its published rule is run, nothing that it derives.

        Raises
        ------
        NotMeasurable
            If its update depends on more than the task and the parameters.
        """
        rule = LEARNERS[method.name].of(method, spec.inner_loop, spec.mixture)
        if isinstance(rule, StatefulLearner):
            raise NotMeasurable(f"an update of {method.name} depends on what it remembers of earlier ones")
        self.samplers.add(_sampler_kind(spec.inner_loop))
        return self.averages(("weight", spec, method), lambda: _weight_blocks(spec, rule, self.seed))[:, 0]

    def of_moment(self, power: int, dimension: int, samples: int) -> Floats:
        """Measure the mean of ``tr(Shat^power) / d`` for the identity covariance, as jackknife replicates."""
        key = ("moment", power, dimension, samples)
        return self.averages(key, lambda: _moment_blocks(power, dimension, samples, self.seed))[:, 0]

    def of_drawn_moment(self, power: int, dimension: int, samples: int) -> Floats:
        """Measure the mean of ``u' Shat^power u`` along a unit vector, as the projected sampler draws it."""
        self.samplers.update(("raw", "projected"))  # it is compared with what raw data gives
        key = ("drawn moment", power, dimension, samples)
        return self.averages(key, lambda: _drawn_moment_blocks(power, dimension, samples, self.seed))[:, 0]

    def averages(self, key: Hashable, start: Callable[[], GrowingBlocks]) -> Floats:
        """Return the jackknife replicates of what is kept under a key, grown up to this look.

        Parameters
        ----------
        key : hashable
            What is measured, but for the seed.
        start : callable
            Begins the measurement, where nothing is kept yet.
        """
        blocks: GrowingBlocks = self.once(key, start)
        return blocks.replicates(self.look)

    def once(self, key: Hashable, measure: Callable[[], Any]) -> Any:
        """Return what was measured under a key with this seed, measuring it the first time."""
        return self.workbench.recall((key, self.seed), measure)


class Workbench:
    """Keeps the measurements of one run, so that claims about the same quantities at the same point share them."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, Any] = {}

    def recall(self, key: Hashable, measure: Callable[[], Any]) -> Any:
        """Return what is kept under a key, measuring it the first time it is asked for."""
        if key not in self._kept:
            self._kept[key] = measure()
        return self._kept[key]


def _sampler_kind(inner_loop: InnerLoop) -> SamplerKind:
    """Choose raw data, unless there are so many samples that only their sufficient statistics are affordable."""
    return "wishart" if (inner_loop.samples or 0) > MOST_RAW else "raw"


def _class_blocks(spec: IsotropicClass, seed: int) -> GrowingBlocks:
    loop = spec.inner_loop
    source, outer = Sampler(spec.mixture, _sampler_kind(loop)), spec.outer

    def draw(rng: np.random.Generator, shape: Shape) -> tuple[Floats, Floats]:
        drawn = source.tasks(rng, shape)
        data = draw_data(source, rng, drawn, loop)
        from_outer, from_centre = (adapt(start, data, loop.step_size) for start in (outer, 0 * outer))
        centre = drawn.excess(from_centre)
        own = drawn.excess(adapt(drawn.optima, data, loop.step_size)) if spec.spread else centre
        # First, half the second difference over the starts on either side of the centre, the inner loop being affine:
        # each task stands for itself and for its mirror image in the centre, optimal solution and label noise
        # reversed, which is as likely.
        outcomes = [drawn.excess(drawn.optima + from_outer - from_centre), centre, own]
        return np.stack(outcomes, axis=-1), _controls(spec, drawn, data)

    return GrowingBlocks(draw, seed, spec.stream, numbers_of(spec.dimension, loop))


def _weight_blocks(spec: IsotropicClass, rule: Learner, seed: int) -> GrowingBlocks:
    loop = spec.inner_loop
    source, outer = Sampler(spec.mixture, _sampler_kind(loop)), spec.outer
    unit = outer / (outer @ outer)

    def draw(rng: np.random.Generator, shape: Shape) -> tuple[Floats, Floats]:
        drawn = rule.draw(source, rng, shape)
        # Half the difference over the starts on either side of the centre: the update is affine.
        ahead, behind = (np.asarray(rule.gradient(start, drawn)) for start in (outer, -outer))
        return ((ahead - behind) @ unit / 2)[..., None], _controls(spec, drawn.tasks, drawn.data)

    return GrowingBlocks(draw, seed, spec.stream, numbers_of(spec.dimension, loop))


def _controls(spec: IsotropicClass, drawn: Tasks, data: Sequence[DataSet]) -> Floats:
    """Return sample variances less the variances that they estimate: of optimal solutions, inputs, labels and noise."""
    variance, lengths = float(spec.variance), (drawn.optima**2).sum(axis=-1)
    controls = [lengths - float(spec.spread)]
    for item in {id(item): item for item in data}.values() if spec.samples else ():
        squares = (item.inputs**2).sum(axis=-2) / item.samples
        answers = np.matvec(item.inputs, drawn.optima)
        controls += [
            squares[..., 0] - variance,
            squares.mean(axis=-1) - variance,
            (answers**2).sum(axis=-1) / item.samples - variance * lengths,
        ]
    return np.stack(controls, axis=-1)


def _plain_rise(spec: IsotropicClass, seed: int) -> Floats:
    """Measure the same rise of the risk without adaptation; it hardly varies between tasks of one covariance."""
    tasks = Sampler(spec.mixture).tasks(streams(seed, 1)[0], (BLOCKS,))
    left, centre, right = (tasks.excess(start) for start in (-spec.outer, 0 * spec.outer, spec.outer))
    return jackknife((left + right) / 2 - centre)


def _moment_blocks(power: int, dimension: int, samples: int, seed: int) -> GrowingBlocks:
    nothing = Fraction(0)
    spec = IsotropicClass(dimension, Fraction(1), nothing, nothing, Fraction(1), nothing, samples)
    source = Sampler(spec.mixture)

    def draw(rng: np.random.Generator, shape: Shape) -> tuple[Floats, Floats]:
        covariances = sample_covariance(source.data(rng, source.tasks(rng, shape), samples))
        traces = np.trace(np.linalg.matrix_power(covariances, power), axis1=-2, axis2=-1)
        first = np.trace(covariances, axis1=-2, axis2=-1) / dimension
        return (traces / dimension)[..., None], (first - 1)[..., None]

    return GrowingBlocks(draw, seed, 0, numbers_of(dimension, spec.inner_loop))


def _drawn_moment_blocks(power: int, dimension: int, samples: int, seed: int) -> GrowingBlocks:
    nothing = Fraction(0)
    spec = IsotropicClass(dimension, Fraction(1), nothing, nothing, Fraction(1), nothing, samples)
    source, products = ProjectedSampler(spec.mixture), -(-power // 2)

    def draw(rng: np.random.Generator, shape: Shape) -> tuple[Floats, Floats]:
        data = source.products(rng, source.tasks(rng, shape), samples, products)
        states = [np.broadcast_to(np.eye(dimension)[0], (*shape, dimension))]
        for _ in range(products):
            states.append(np.asarray(data.hessian_product(states[-1])))
        moments = np.vecdot(states[power // 2], states[products])
        return moments[..., None], (np.vecdot(states[0], states[1]) - 1)[..., None]

    # A stream of its own: what is compared with raw data must not share its random numbers.
    return GrowingBlocks(draw, seed, _DRAWN_STREAM, numbers_of(dimension, spec.inner_loop))


def sample_covariance(data: DataSet) -> Floats:
    """Return ``X'X / m``, shape (..., d, d)."""
    return np.asarray(data.inputs.swapaxes(-1, -2) @ data.inputs / data.samples)


def numbers_of(dimension: int, loop: InnerLoop) -> int:
    """Count the random numbers of one task, about."""
    rows = min(loop.samples or 1, MOST_RAW) * (loop.steps if loop.data == "fresh" else 1)
    return (rows + 4) * (dimension + 1)
