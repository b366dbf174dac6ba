"""Steps of descent on isotropic classes by lengths and angles: the compiled loop over tasks.

The tasks of a class stand side by side, for which of the drawn numbers a task gets does not matter.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from numerics.arrays import Floats
from numerics.compiled.chains import CompiledChains
from numerics.compiled.episode import FAST
from numerics.compiled.random import CHUNK, LANES, chi_squares_of, many_normals, padded_pairs, uniforms
from numerics.engine import Engine
from numerics.radial import RadialLearner
from numerics.radial_parts import gradient_parts, sample_gradient_parts, turned_parts

__all__ = ["CompiledRadialWalk"]

# Tasks whose numbers are drawn at a time.
_TASKS = 256
# The rows of a task's numbers: roots of chi-squares, and normals, drawn up to the last that is needed.
_FIRST, _SECOND, _ACROSS, _BEYOND, _SPREAD_ACROSS, _TURN, _LEVER, _LENGTHS = range(8)
_COSINE, _ALONG_FIRST, _ALONG_SECOND, _SPREAD_ALONG, _DIRECTION, _NORMALS = range(6)

_compiled = njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST)
_gradient_parts, _sample_gradient_parts, _turned_parts = (
    _compiled(parts) for parts in (gradient_parts, sample_gradient_parts, turned_parts)
)


class CompiledRadialWalk(CompiledChains):
    """The steps of all chains, compiled.

    Parameters
    ----------
    learner : RadialLearner
        What is done in an episode, and in which classes.
    chains, batch : int
        Chains, and episodes per chain and step.
    seed : numpy.random.SeedSequence
        Source of all randomness.
    engine : Engine
        Its threads, and its limit of memory.

    Raises
    ------
    ConfigurationError
        If the scratch of a thread does not fit into the memory.
    """

    def __init__(
        self, learner: RadialLearner, chains: int, batch: int, seed: np.random.SeedSequence, engine: Engine
    ) -> None:
        population = learner.sampler.population
        classes, dimension = population.centres.shape
        numbers = (2 * _LENGTHS + _NORMALS + 4) * _TASKS + 2 * classes * dimension
        super().__init__(chains, dimension, numbers, seed, engine)
        self._program, self._batch = learner.program, batch
        weights = population.cumulative_weights / population.cumulative_weights[-1]
        nothing = np.zeros(classes)
        spread = nothing if population.spread is None else np.ascontiguousarray(population.spread[:, 0])
        noise = nothing if population.noise is None else population.noise
        self._tables = weights, population.centres, np.ascontiguousarray(population.roots[:, 0]), spread, noise

    def descend(self, theta: Floats, sizes: Floats, state: NDArray[np.uint64], path: Any) -> None:
        """Take the steps of one chain; see :class:`CompiledChains`."""
        _descend(theta, sizes, state, path, self._batch, self._program, *self._tables)


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST)
def _write_lengths(state: Any, degrees: Any, given: Any, levels: Any, lengths: Any, spare: Any, scratch: Any) -> None:
    """Turn normals and uniform numbers into roots of chi-squares, a row for each number of degrees of freedom."""
    count, used = lengths.shape[1], 0
    for row in range(len(degrees)):
        some = lengths[row]
        if degrees[row] <= 0:
            some[:] = 0.0
            continue
        chi_squares_of(
            state, degrees[row], some, given[used : used + count], levels[used : used + count],
            spare[0], spare[1], scratch,
        )  # fmt: skip
        for t in range(count):
            some[t] = np.sqrt(some[t])
        used += count


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST)
def _count(weights: Any, levels: Any, counts: Any) -> None:
    """Count how many of the tasks are of each class."""
    before = 0
    for k in range(len(weights) - 1):
        below = 0
        for t in range(len(levels)):
            # 1 - u is uniform on [0, 1).
            below += 1 if 1.0 - levels[t] < weights[k] else 0
        counts[k], before = below - before, below
    counts[-1] = len(levels) - before


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST)
def _write_parts(
    program: Any,
    distance: float,
    root: float,
    spread: float,
    noise: float,
    first: int,
    last: int,
    lengths: Any,
    normals: Any,
    along: Any,
    rest: Any,
) -> None:
    """Write the gradients' parts along their class's direction, and the lengths of the rests, of some tasks."""
    alpha, samples, sets, uses, outer = program
    scale = alpha / samples if samples > 0 else 0.0
    for t in range(first, last):
        length, cosine, sine = distance, 1.0, 0.0
        if spread > 0.0:
            inside, outside = distance - spread * normals[_SPREAD_ALONG, t], spread * lengths[_SPREAD_ACROSS, t]
            length = np.sqrt(inside * inside + outside * outside)
            divisor = length if length > 0.0 else 1.0
            cosine, sine = inside / divisor, outside / divisor
        size = np.sqrt(root * root * length * length + noise * noise)
        size = size if size > 0.0 else 1.0
        if samples == 0:
            shrunk = (1.0 - alpha * root * root) ** (2 * sets * uses)
            part, squared = root * root * shrunk * length, 0.0
        elif outer == 1:
            part, squared = _gradient_parts(
                length, root, noise, size, scale, lengths[_FIRST, t], lengths[_SECOND, t], lengths[_ACROSS, t],
                lengths[_BEYOND, t], normals[_ALONG_FIRST, t], normals[_ALONG_SECOND, t],
            )  # fmt: skip
        else:
            part, squared = _sample_gradient_parts(
                length, root, noise, size, scale, lengths[_FIRST, t], lengths[_ACROSS, t], normals[_ALONG_FIRST, t]
            )
        if spread > 0.0:
            direction = normals[_DIRECTION, t]
            turn = np.sqrt(direction * direction + lengths[_TURN, t] * lengths[_TURN, t])
            part, squared = _turned_parts(part, np.sqrt(squared), cosine, sine, direction / turn)
        along[t], rest[t] = part, np.sqrt(squared)


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST)
def _together(left: float, right: float, cosine: float) -> float:
    """Return the length of a sum of two vectors, from theirs and the cosine of the angle between them."""
    along = left + right * cosine
    return float(np.sqrt(along * along + right * right * abs(1.0 - cosine * cosine)))


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST)
def _added(lengths: Any, cosines: Any) -> float:
    """Return the length of a sum of independent vectors with uniform directions; their lengths are overwritten."""
    count, used = len(lengths), 0
    while count > 1:
        half = count // 2
        rest = count - half
        for t in range(half):
            lengths[t] = _together(lengths[t], lengths[rest + t], cosines[used + t])
        count, used = rest, used + half
    return float(lengths[0])


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST)
def _descend(
    theta: Any,
    sizes: Any,
    state: Any,
    path: Any,
    batch: int,
    program: Any,
    weights: Any,
    centres: Any,
    roots: Any,
    spreads: Any,
    noises: Any,
) -> None:
    """Take the steps of one chain."""
    _, samples, _, _, outer = program
    classes, dimension = centres.shape
    group = min(batch, _TASKS)
    whole, spread = samples > 0 and outer == 1, bool(np.any(spreads > 0.0))
    degrees = np.zeros(_LENGTHS, dtype=np.int64)  # none, where a length is not needed or zero
    degrees[_FIRST], degrees[_ACROSS] = samples, dimension - 1 if samples > 0 else 0
    degrees[_SECOND], degrees[_BEYOND] = (samples - 1, dimension - 2) if whole else (0, 0)
    degrees[_SPREAD_ACROSS], degrees[_TURN] = (dimension - 1, dimension - 2) if spread else (0, 0)
    degrees[_LEVER] = dimension - 2
    rows = _NORMALS if spread else _SPREAD_ALONG if np.any(noises > 0.0) else _ALONG_FIRST
    drawn_lengths = int(np.sum(degrees > 0))
    drawn = np.zeros(padded_pairs((_LENGTHS + _NORMALS) * group + classes * dimension))
    levels, spare = np.empty(padded_pairs((_LENGTHS + 1) * group)), np.empty((2, 2 * LANES))
    all_lengths, cosines, along, rest = np.zeros(_LENGTHS * group), np.empty(group), np.empty(group), np.empty(group)
    scratch = np.empty(max(CHUNK, len(levels)), dtype=np.uint64)
    counts, axes, distances = np.empty(classes, dtype=np.int64), np.empty((classes, dimension)), np.empty(classes)
    alongs, rests = np.empty(classes), np.empty(classes)
    for step in range(len(sizes)):
        for k in range(classes):
            squared = 0.0
            for i in range(dimension):
                axes[k, i] = theta[i] - centres[k, i]
                squared += axes[k, i] * axes[k, i]
            distances[k] = np.sqrt(squared)
            divisor = distances[k] if distances[k] > 0.0 else 1.0
            for i in range(dimension):
                axes[k, i] /= divisor
        alongs[:] = 0.0
        rests[:] = 0.0
        end = 0
        for start in range(0, batch, group):
            count = min(group, batch - start)
            used = drawn_lengths * count
            # The last group's numbers come with those for the directions.
            end = used + rows * count
            directions = classes * dimension if start + count == batch else 0
            many_normals(state, drawn[: padded_pairs(end + directions)], scratch)
            uniforms(state, levels[: used + count], scratch)
            _count(weights, levels[used : used + count], counts)
            lengths = all_lengths[: _LENGTHS * count].reshape(_LENGTHS, count)
            _write_lengths(state, degrees, drawn, levels, lengths, spare, scratch)
            normals = drawn[used : used + _NORMALS * count].reshape(_NORMALS, count)
            for t in range(count):
                lever = lengths[_LEVER, t]
                cosines[t] = normals[_COSINE, t] / np.sqrt(normals[_COSINE, t] ** 2 + lever * lever)
            first = 0
            for k in range(classes):
                last = first + counts[k]
                if first == last:
                    continue
                _write_parts(
                    program, distances[k], roots[k], spreads[k], noises[k], first, last, lengths, normals, along, rest
                )
                total = 0.0
                for t in range(first, last):
                    total += along[t]
                alongs[k] += total
                # Its last cosine is left for what other groups have added.
                added = _added(rest[first:last], cosines[first:last])
                rests[k] = _together(added, rests[k], cosines[last - 1])
                first = last
        for k in range(classes):
            normal = drawn[end + k * dimension : end + (k + 1) * dimension]
            inside = 0.0
            for i in range(dimension):
                inside += axes[k, i] * normal[i]
            squared = 0.0
            for i in range(dimension):
                normal[i] -= inside * axes[k, i]
                squared += normal[i] * normal[i]
            share = rests[k] / np.sqrt(squared) if squared > 0.0 else 0.0
            for i in range(dimension):
                theta[i] -= sizes[step] / batch * (alongs[k] * axes[k, i] + share * normal[i])
        path[step] = theta
