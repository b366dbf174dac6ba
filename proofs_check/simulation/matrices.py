"""Matrix claims, measured: entry by entry, at covariances that are no multiple of the identity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import sympy as sp

from numerics.adaptation import adapt, draw_data
from numerics.sampling import DataSet, Floats, Sampler, Shape, streams
from proofs_check.matrix import summand
from proofs_check.simulation.blocks import GrowingBlocks
from proofs_check.simulation.checks import Check, holds_given_sign
from proofs_check.simulation.deviation import Deviation, Settled
from proofs_check.simulation.looking import Site
from proofs_check.simulation.points import Point, choose_points, describe
from proofs_check.simulation.quantities import NotMeasurable, largest_step
from proofs_check.simulation.workbench import Measuring, numbers_of, sample_covariance
from proofs_check.verdict import Obligation
from theory.adaptation import ErrorQuantity
from theory.arithmetic import float_number
from theory.claim import Claim, Expectation, MatrixIdentity, PositiveDefinite
from theory.gain import MatrixQuantity
from theory.mixture import InnerLoop, Mixture, TaskClass
from theory.moments import COVARIANCE, SAMPLE_COVARIANCE
from theory.symbols import alpha, d, m, nu2
from theory.words import INVERSE_MARK, VECTOR_MARK, Polynomial

__all__ = ["definiteness_sites", "expectation_sites", "identity_sites", "is_shown"]

#: The input covariance, of which a point of dimension d takes the first d rows and columns.
_COVARIANCE = np.array([[1.0, 0.5, 0.4], [0.5, 0.8, 0.45], [0.4, 0.45, 0.7]]) / 2
_PLACES = 2
_DATA_SETS = 256


@dataclass(frozen=True)
class _Place:
    """A point, with a covariance of its dimension."""

    point: Point

    @property
    def dimension(self) -> int:
        return min(int(self.point[d]), len(_COVARIANCE))

    @property
    def covariance(self) -> Floats:
        return _COVARIANCE[: self.dimension, : self.dimension]

    @property
    def words(self) -> str:
        return f"{describe(self.point)} and an anisotropic covariance"

    def mixture(self, noise: float = 0.0) -> Mixture:
        """One class whose tasks all have the origin for their optimum."""
        size = self.dimension
        return Mixture((TaskClass("class", 1.0, self.covariance, np.zeros(size), np.zeros((size, size)), noise),))

    def evaluate(self, polynomial: Polynomial, letters: Mapping[str, Any]) -> Any:
        scalars = {symbol: float(value) for symbol, value in self.point.items()}
        return polynomial.evaluate({COVARIANCE: self.covariance, **letters}, scalars, float_number)

    def controls(self, data: Sequence[DataSet]) -> Floats:
        """Entries of the sample covariances, less what they estimate."""
        rows, columns = np.triu_indices(self.dimension)
        different = {id(item): item for item in data}.values()
        return np.concatenate(
            [(sample_covariance(item) - self.covariance)[..., rows, columns] for item in different], axis=-1
        )


def _places(claim: Claim, symbols: frozenset[sp.Symbol]) -> list[_Place]:
    return [_Place(point) for point in choose_points(claim.hypotheses, {d, m, alpha, nu2} | symbols, _PLACES)]


def expectation_sites(claim: Claim, conclusion: Expectation) -> list[Site]:
    """Return where a word is averaged over sample covariances of raw data, and compared entry by entry."""
    places = _places(claim, conclusion.word.symbols | conclusion.stated.symbols)
    return [Site(partial(_averaged, conclusion, place)) for place in places]


def _averaged(conclusion: Expectation, place: _Place, measuring: Measuring) -> list[Check]:
    letters = _fixed_letters((conclusion.word, conclusion.stated), place.dimension)
    measured = _mean_word(conclusion.word, letters, place, measuring)
    stated = place.evaluate(conclusion.stated, letters)
    deviations = Deviation.of_entries("expectation", measured.reshape(-1, *np.shape(stated)), stated)
    return [Check(f"the expectation, at {place.words},", Obligation.CONCLUSION, deviations)]


def _fixed_letters(polynomials: tuple[Polynomial, ...], dimension: int) -> dict[str, Floats]:
    """Choose a matrix for every letter that is neither covariance: symmetric, none of them commuting."""
    names = {name for item in polynomials for name in item.letters} - {COVARIANCE, SAMPLE_COVARIANCE}
    arrays: dict[str, Floats] = {}
    indices = np.arange(dimension)
    for position, base in enumerate(sorted({name.removesuffix(INVERSE_MARK) for name in names})):
        if base in (COVARIANCE, SAMPLE_COVARIANCE):
            raise NotMeasurable(f"it needs the inverse of {base}, whose expectation may not exist")
        if base.startswith(VECTOR_MARK):
            arrays[base] = np.cos(indices + position)
        else:
            arrays[base] = np.cos(np.add.outer(indices, indices) + position) + 2 * np.diag(1 + indices)
            arrays[base + INVERSE_MARK] = np.asarray(np.linalg.inv(arrays[base]), dtype=np.float64)
    return arrays


def _mean_word(word: Polynomial, letters: Mapping[str, Any], place: _Place, measuring: Measuring) -> Floats:
    source, samples = Sampler(place.mixture()), int(place.point[m])

    def draw(rng: np.random.Generator, shape: Shape) -> tuple[Floats, Floats]:
        data = source.data(rng, source.tasks(rng, shape), samples)
        values = place.evaluate(word, {**letters, SAMPLE_COVARIANCE: sample_covariance(data)})
        return np.asarray(values).reshape(*shape, -1), place.controls((data,))

    numbers = numbers_of(place.dimension, InnerLoop(0.0, samples))
    arrays = tuple((name, array.tobytes()) for name, array in letters.items())
    key = ("word", word.kind, frozenset(word.terms.items()), arrays, frozenset(place.point.items()))
    return measuring.averages(key, lambda: GrowingBlocks(draw, measuring.seed, 0, numbers))


def is_shown(conclusion: MatrixIdentity) -> bool:
    """Whether the inner loop, run on data, shows the matrix of an identity."""
    return isinstance(conclusion.derived, ErrorQuantity | MatrixQuantity)


def identity_sites(claim: Claim, conclusion: MatrixIdentity) -> list[Site]:
    """Return where a matrix typed by hand is compared with what the inner loop does to simulated data.

    Raises
    ------
    NotMeasurable
        If the matrix is not one that the inner loop shows.
    """
    derived, stated = conclusion.derived, conclusion.stated
    places = _places(claim, stated.symbols)
    if isinstance(derived, ErrorQuantity):
        return [Site(partial(_run_inner_loop, derived, stated, place), _DATA_SETS) for place in places]
    if not isinstance(derived, MatrixQuantity):
        raise NotMeasurable("it is an identity between abstract matrices, which no simulation shows")
    return [Site(partial(_compared, derived, stated, _softened(place, derived))) for place in places]


def _softened(place: _Place, quantity: MatrixQuantity) -> _Place:
    """Halve the step size until the risk after several steps can be measured."""
    setting, point = quantity.setting, place.point
    if setting.population:
        return place
    largest = float(np.linalg.eigvalsh(place.covariance)[-1])
    while float(point[setting.step_size]) * largest > largest_step(place.dimension, float(point[m]), setting.steps):
        point = {**point, setting.step_size: point[setting.step_size] / 2}
    return _Place(point)


def _compared(quantity: MatrixQuantity, stated: Polynomial, place: _Place, measuring: Measuring) -> list[Check]:
    curvature, noise_floor = _measured(quantity, place, measuring)
    name, measured = ("Q", curvature) if quantity.name == "curvature" else ("noise floor", noise_floor)
    deviations = Deviation.of_entries(name, measured, place.evaluate(stated, {}), symmetric=True)
    return [Check(f"the matrix, at {place.words},", Obligation.CONCLUSION, deviations)]


def _measured(quantity: MatrixQuantity, place: _Place, measuring: Measuring) -> tuple[Floats, Floats]:
    """Measure the curvature and the noise floor of a quantity's setting, as jackknife replicates."""
    setting, size = quantity.setting, place.dimension
    samples = None if setting.population else int(place.point[m])
    loop = InnerLoop(float(place.point[setting.step_size]), samples, setting.steps, setting.data)
    noise = float(place.point[nu2])
    replicates = measuring.averages((loop, size, noise), lambda: _blocks(loop, noise, place, measuring.seed))
    return replicates[:, 1:].reshape(-1, size, size), replicates[:, 0]


def _blocks(loop: InnerLoop, noise: float, place: _Place, seed: int) -> GrowingBlocks:
    source, size = Sampler(place.mixture(noise)), place.dimension

    def draw(rng: np.random.Generator, shape: Shape) -> tuple[Floats, Floats]:
        tasks = source.tasks(rng, shape)
        data = draw_data(source, rng, tasks, loop)
        # All optima are at the origin: what is left of a start there is the label noise, and what changes with the
        # start is the error that the inner loop leaves.
        left = adapt(np.zeros(size), data, loop.step_size)
        starts = np.eye(size).reshape(size, *(1 for _ in shape), size)
        errors = np.moveaxis(adapt(starts, data, loop.step_size) - left, 0, -1)
        curvature = errors.swapaxes(-1, -2) @ place.covariance @ errors
        outcomes = [tasks.excess(left)[..., None], curvature.reshape(*shape, -1)]
        controls = np.zeros((*shape, 1)) if loop.samples is None else place.controls(data)
        return np.concatenate(outcomes, axis=-1), controls

    return GrowingBlocks(draw, seed, 0, numbers_of(size, loop))


def _run_inner_loop(quantity: ErrorQuantity, stated: Polynomial, place: _Place, measuring: Measuring) -> list[Check]:
    """Run the inner loop on random data sets; what it does to the error is known to round-off, set by set."""
    loop = InnerLoop(float(place.point[alpha]), int(place.point[m]), quantity.steps)
    source, rng = Sampler(place.mixture(noise=1.0)), streams(measuring.seed, 1)[0]
    tasks = source.tasks(rng, (_DATA_SETS,))
    data = draw_data(source, rng, tasks, loop)
    shown = adapt(tasks.optima, data, loop.step_size)
    expected = place.evaluate(stated, {SAMPLE_COVARIANCE: sample_covariance(data[0])})
    if quantity.name == "propagator":
        starts = np.eye(place.dimension)[:, None, :]
        shown = np.moveaxis(adapt(starts, data, loop.step_size) - shown, 0, -1)
    else:
        # The labels are the noise, so the gradient at the origin is -X'z/m.
        expected = np.matvec(expected, -data[0].gradient(tasks.optima))
    expected = np.broadcast_to(expected, shown.shape)
    worst = np.unravel_index(np.argmax(np.abs(shown - expected)), shown.shape)
    label = f"the largest deviation on {_DATA_SETS} data sets"
    scale = float(np.abs(shown).max())
    deviation = Deviation.of_replicates(label, shown[worst], expected[worst], scale=scale)
    return [Check(f"the {quantity.name.replace('_', ' ')}, at {place.words},", Obligation.CONCLUSION, (deviation,))]


def definiteness_sites(claim: Claim, conclusion: PositiveDefinite) -> list[Site]:
    """Return where the sum of squares is compared with the measured matrix, and its smallest eigenvalue with zero."""
    symbols = frozenset[sp.Symbol]().union(*(square.coefficient.free_symbols for square in conclusion.squares))
    total: Polynomial = sum((summand(square) for square in conclusion.squares), start=Polynomial({}))
    places = (_softened(place, conclusion.derived) for place in _places(claim, symbols))
    return [Site(partial(_definite, conclusion.derived, total, place)) for place in places]


def _definite(quantity: MatrixQuantity, total: Polynomial, place: _Place, measuring: Measuring) -> list[Check]:
    smallest = np.linalg.eigvalsh(_measured(quantity, place, measuring)[0])[:, 0]
    deviation = Deviation.of_replicates("its smallest eigenvalue", smallest, 0.0)

    def verdict(settled: Sequence[Settled]) -> bool | None:
        return holds_given_sign(">", settled[0].sign)

    label = f"positive definiteness, at {place.words},"
    definite = Check(label, Obligation.CONCLUSION, (deviation,), verdict)
    return [*_compared(quantity, total, place, measuring), definite]
