"""Steps of descent on projected data: the compiled loop over tasks."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from numerics.compiled.abreast import KEPT, MOST_ABREAST, WORK, gradients_abreast, start_errors
from numerics.compiled.chains import CompiledChains
from numerics.compiled.episode import FAST, add_one_step, add_several_steps
from numerics.compiled.random import CHUNK, chi_squares, many_normals, padded_pairs, uniforms
from numerics.engine import Engine
from numerics.methods import Learner
from numerics.population import Population
from numerics.program import program_of
from numerics.projected import ProjectedSampler
from numerics.sampling import Floats
from numerics.source import Source
from theory.errors import UnsupportedError

__all__ = ["CompiledWalk"]

# Tasks whose classes and chi-squares are drawn at a time.
_TASKS = 256
# Tasks that are computed side by side: a multiple of the first, with no more normals than that.
_LEAST, _ABREAST_BYTES = 8, 2**17


class CompiledWalk(CompiledChains):
    """The steps of all chains, compiled.

    Parameters
    ----------
    learner : Learner
        MAML or NAL.
    source : Source
        The projected sampler.
    chains, batch : int
        Chains, and episodes per chain and step.
    seed : numpy.random.SeedSequence
        Source of all randomness.
    engine : Engine
        Its threads, and its limit of memory.

    Raises
    ------
    UnsupportedError
        If the learner or the source is another one.
    ConfigurationError
        If the scratch of a thread does not fit into the memory.
    """

    def __init__(
        self, learner: Learner, source: Source, chains: int, batch: int, seed: np.random.SeedSequence, engine: Engine
    ) -> None:
        if not isinstance(source, ProjectedSampler):
            raise UnsupportedError("engine 'compiled' has the samplers 'projected' and 'radial'")
        self._program, self._batch = program_of(learner, "engine 'compiled'", "'numpy'"), batch
        self._tables = _tables(source.population)
        self._columns = source.population.columns
        dimension = source.population.dimension
        _, samples, sets, uses, _ = self._program
        per_set = min(2 * uses, samples, self._columns)
        per_task = (len(self._tables[4]) > 0) * dimension + sets * per_set * self._columns
        one_step = self._program[1:] == (samples, 1, 1, 1) and per_set == 2
        self._width = _width(batch, per_task) if one_step else 0
        numbers = self._columns * (3 * sets * per_set + 2 * len(self._tables[0]) + 8)
        numbers += self._width * (per_task + 3 * dimension + 1)
        super().__init__(chains, dimension, numbers, seed, engine)

    def descend(self, theta: Floats, sizes: Floats, state: NDArray[np.uint64], path: Any) -> None:
        """Take the steps of one chain; see :class:`CompiledChains`."""
        _descend(
            theta, sizes, state, path, self._batch, self._columns, self._width, self._program, *self._tables
        )  # fmt: skip


def _width(batch: int, per_task: int) -> int:
    """Return how many tasks are computed side by side, 0 if one after the other is faster."""
    fitting = min(batch, MOST_ABREAST, _ABREAST_BYTES // (8 * max(1, per_task)))
    return fitting // _LEAST * _LEAST


def _tables(population: Population) -> tuple[NDArray[Any], ...]:
    """Return cumulative weights, centres, roots, roots in columns, spread, noise and frames.

    Each is an array, empty where there is nothing of the kind. The roots of the eigenvalues come with a row for each
    class, and once more with a column for each: of one entry if all covariances are isotropic.
    """
    centres = population.centres
    dense = population.frames is not None
    spread = np.zeros((0, 0, 0)) if population.spread is None else population.spread
    if spread.ndim == 2:
        spread = spread[..., None]
    weights = population.cumulative_weights / population.cumulative_weights[-1]
    noise = np.zeros(len(centres)) if population.noise is None else population.noise
    frames = population.frames if dense else np.zeros((0, 0, 0))
    roots = np.ascontiguousarray(np.broadcast_to(population.roots, centres.shape))
    return (
        weights,
        centres,
        roots,
        np.ascontiguousarray(population.roots.T),
        np.ascontiguousarray(spread),
        noise,
        np.ascontiguousarray(frames),
    )


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST)
def _draw_labels(state: Any, weights: Any, labels: Any, chosen: Any, scratch: Any) -> None:
    """Draw a class for each task."""
    labels[:] = 0
    if len(weights) == 1:
        return
    uniforms(state, chosen, scratch)
    for k in range(len(weights) - 1):
        for t in range(len(labels)):
            # 1 - u is uniform on [0, 1).
            labels[t] += np.uint64(1) if 1.0 - chosen[t] >= weights[k] else np.uint64(0)


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST)
def _add_task(
    label: int,
    program: Any,
    starts: Any,
    roots: Any,
    spread: Any,
    noise: Any,
    normals: Any,
    lengths: Any,
    scratch: Any,
    total: Any,
) -> None:
    """Add the gradient of one task to a total, coordinate by coordinate."""
    alpha, samples, sets, uses, outer = program
    error, work, directions, rows, known = scratch
    size = len(error)
    deviations = roots[label]
    own = size if len(spread) > 0 else 0
    for i in range(size):
        error[i] = starts[i, label]
    if own > 0:
        if spread.shape[2] == 1:
            for i in range(size):
                error[i] -= spread[label, i, 0] * normals[i]
        else:
            for i in range(size):
                for j in range(size):
                    error[i] -= spread[label, i, j] * normals[j]
    if samples == 0:
        for i in range(size):
            shrunk = (1.0 - alpha * deviations[i] * deviations[i]) ** (2 * sets * uses)
            total[i] += shrunk * deviations[i] * deviations[i] * error[i]
        return
    scale, limit = alpha / samples, lengths.shape[1]
    if sets == 1 and uses == 1 and outer == 1:
        done = add_one_step(
            error, deviations, noise[label], scale, limit, normals[own:], lengths[0], work, total
        )  # fmt: skip
        if done:
            return
    add_several_steps(
        error, deviations, noise[label], scale, sets, uses, limit, outer, normals[own:], lengths,
        directions, rows, known, work, total,
    )  # fmt: skip


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST)
def _add_gradients(labels: Any, gradients: Any, totals: Any) -> None:
    """Add the columns of an array to the total of each one's class, or all to the only total."""
    size, width = gradients.shape
    if len(totals) > 1:
        for t in range(width):
            total = totals[labels[t]]
            for i in range(size):
                total[i] += gradients[i, t]
        return
    for i in range(size):
        add = 0.0
        for t in range(width):
            add += gradients[i, t]
        totals[0, i] += add


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST)
def _descend(
    theta: Any,
    sizes: Any,
    state: Any,
    path: Any,
    batch: int,
    columns: int,
    width: int,
    program: Any,
    weights: Any,
    centres: Any,
    roots: Any,
    roots_by_class: Any,
    spread: Any,
    noise: Any,
    frames: Any,
) -> None:
    """Take the steps of one chain."""
    alpha, samples, sets, uses, outer = program
    classes, size = centres.shape
    limit = min(2 * uses if outer == 1 else 1, samples, columns)
    dense = len(frames) > 0
    own = size if len(spread) > 0 else 0
    per_task = own + sets * limit * columns
    group = min(batch, _TASKS)
    at_once = max(1, min(group, CHUNK // max(1, per_task)))
    drawn = np.empty(padded_pairs(per_task * max(width, at_once)))
    scratch = np.empty(max(CHUNK, padded_pairs(group)), dtype=np.uint64)
    spare, uniform = np.empty(padded_pairs(group)), np.empty(padded_pairs(group))
    lengths, chosen, labels = np.empty((sets, limit, group)), np.empty(group), np.empty(group, dtype=np.uint64)
    starts, local, totals = np.empty((size, classes)), np.empty(size), np.empty((classes if dense else 1, size))
    own_normals, own_lengths = np.empty(per_task), np.empty((sets, limit))
    directions, rows = np.empty((sets, limit, columns)), np.empty((sets, limit, columns))
    alone = (np.empty(size), np.empty((3, columns)), directions, rows, np.empty(sets, dtype=np.int64))
    abreast, work = np.empty((3 * size + 1) * width), np.empty(WORK)
    for step in range(len(sizes)):
        for k in range(classes):
            if dense:
                local[:] = 0.0
                for j in range(size):
                    for i in range(size):
                        local[i] += theta[j] * frames[k, j, i]
            else:
                local[:] = theta
            for i in range(size):
                starts[i, k] = local[i] - centres[k, i]
        totals[:] = 0.0
        for start in range(0, batch, group):
            count = min(group, batch - start)
            _draw_labels(state, weights, labels[:count], chosen[:count], scratch)
            for k in range(sets):
                for row in range(limit):
                    some = lengths[k, row, :count]
                    chi_squares(state, samples - row, some, spare, uniform, scratch)
                    for t in range(count):
                        some[t] = np.sqrt(some[t])
            done = 0
            while width > 0 and count - done >= _LEAST:
                these = min(width, (count - done) // _LEAST * _LEAST)
                many_normals(state, drawn[: padded_pairs(per_task * these)], scratch)
                block = drawn[: per_task * these].reshape(per_task, these)
                part = size * these
                errors = abreast[:part].reshape(size, these)
                gradients = abreast[part : 2 * part].reshape(size, these)
                deviations = abreast[2 * part : 2 * part + len(roots_by_class) * these].reshape(-1, these)
                noises = abreast[3 * part : 3 * part + these]
                mine = labels[done : done + these]
                start_errors(mine, starts, roots_by_class, spread, block, errors, deviations)
                for t in range(these):
                    noises[t] = noise[mine[t]]
                left_out = gradients_abreast(
                    errors, deviations, noises, alpha / samples, block[own : own + columns], block[own + columns :],
                    lengths[0, :, done : done + these], work, gradients,
                )  # fmt: skip
                _add_gradients(mine, gradients, totals)
                if left_out > 0:
                    for t in range(these):
                        if work[KEPT + t] == 0.0:
                            own_normals[:] = block[:, t]
                            own_lengths[:] = lengths[:, :, done + t]
                            _add_task(
                                mine[t], program, starts, roots, spread, noise, own_normals, own_lengths, alone,
                                totals[mine[t] if dense else np.uint64(0)],
                            )  # fmt: skip
                done += these
            for t in range(done, count):
                position = (t - done) % at_once
                if position == 0 and per_task > 0:
                    many_normals(state, drawn[: padded_pairs(min(at_once, count - t) * per_task)], scratch)
                own_lengths[:] = lengths[:, :, t]
                _add_task(
                    labels[t], program, starts, roots, spread, noise,
                    drawn[position * per_task : (position + 1) * per_task], own_lengths, alone,
                    totals[labels[t] if dense else np.uint64(0)],
                )  # fmt: skip
        for k in range(len(totals)):
            for i in range(size):
                if dense:
                    step_back = 0.0
                    for j in range(size):
                        step_back += frames[k, i, j] * totals[k, j]
                    theta[i] -= sizes[step] / batch * step_back
                else:
                    theta[i] -= sizes[step] / batch * totals[k, i]
        path[step] = theta
