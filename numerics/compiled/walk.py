"""Chains of stochastic descent, one after the other, each with a stream of its own: the compiled loop over tasks.

A chain's path depends on its seed and on nothing else: not on the other chains, nor on how many threads there are, nor
on how the steps are cut into blocks.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from numerics.compiled.episode import add_one_step, add_several_steps
from numerics.compiled.random import LANES, chi_squares, normals, padded, seeded, uniforms
from numerics.engine import Engine
from numerics.methods import MAML, NAL, Learner
from numerics.population import Population
from numerics.projected import ProjectedSampler
from numerics.sampling import Floats
from numerics.source import Source
from theory.errors import ConfigurationError, UnsupportedError

__all__ = ["CompiledWalk"]

# Numbers that are drawn at a time: enough to pay for a call, few enough to stay in the first-level cache.
_CHUNK = 2048
# Tasks whose classes and chi-squares are drawn at a time.
_TASKS = 256
_BLOCK_BYTES, _BLOCK_STEPS = 2**22, 256

#: A learner's episode in numbers: step size, samples (0: infinitely many), data sets, steps per data set, 1 if the
#: outer loss is the population's and 0 if the gradient on the data is all there is.
_Program = tuple[float, int, int, int, int]


class CompiledWalk:
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
            raise UnsupportedError("engine 'compiled' has the sampler 'projected' only")
        self._program, self._batch = _program(learner), batch
        self._tables = _tables(source.population)
        self._columns = source.population.columns
        self._states = np.stack([seeded(child) for child in seed.spawn(chains)])
        self._workers = min(engine.workers, chains)
        dimension = source.population.dimension
        _, samples, sets, uses, _ = self._program
        per_set = min(2 * uses, samples, self._columns)
        scratch = 8 * self._workers * self._columns * (3 * sets * per_set + 2 * len(self._tables[0]) + 8)
        if scratch > engine.memory // 4:
            raise ConfigurationError(
                f"workers = {self._workers}: their scratch takes {scratch / 2**30:.3g} GiB, more than a quarter of the "
                f"{engine.memory / 2**30:.3g} GiB allowed; use fewer"
            )
        self.block = int(np.clip(_BLOCK_BYTES // (8 * dimension * chains), 1, _BLOCK_STEPS))

    def advance(self, positions: Floats, sizes: Floats) -> Floats:
        """Take steps of the given sizes; see :class:`numerics.chains.Walk`."""
        path = np.empty((len(sizes), *positions.shape))

        def descend(chain: int) -> None:
            _descend(
                np.array(positions[chain]),
                sizes,
                self._states[chain],
                path[:, chain],
                self._batch,
                self._columns,
                *self._program,
                *self._tables,
            )

        if self._workers == 1:
            for chain in range(len(positions)):
                descend(chain)
        else:
            with ThreadPoolExecutor(self._workers) as pool:
                list(pool.map(descend, range(len(positions))))
        return path


def _program(learner: Learner) -> _Program:
    loop = learner.inner_loop
    # Subclasses change the rule, and the loop would not know.
    if type(learner) is MAML and learner.batches == MAML.batches:
        sets, uses = (1, loop.steps) if loop.data == "reused" else (loop.steps, 1)
        return float(loop.step_size), loop.samples or 0, sets, uses, 1
    if type(learner) is NAL:
        if learner.samples is None:
            return 0.0, 0, 1, 1, 1
        return 1.0, learner.samples, 1, 1, 0
    raise UnsupportedError(
        f"engine 'compiled' has the learners nal, and maml with its own batches, not {learner.name}; use 'numpy'"
    )


def _tables(population: Population) -> tuple[NDArray[Any], ...]:
    """Return cumulative weights, centres, deviations, spread, noise and frames, each an array, empty where absent."""
    centres = population.centres
    dense = population.frames is not None
    spread = np.zeros((0, 0, 0)) if population.spread is None else population.spread
    if spread.ndim == 2:
        spread = spread[..., None]
    weights = population.cumulative_weights / population.cumulative_weights[-1]
    noise = np.zeros(len(centres)) if population.noise is None else population.noise
    frames = population.frames if dense else np.zeros((0, 0, 0))
    deviations = np.ascontiguousarray(np.broadcast_to(population.roots, centres.shape))
    return weights, centres, deviations, np.ascontiguousarray(spread), noise, np.ascontiguousarray(frames)


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract", "reassoc", "nsz"})
def _descend(
    theta: Any,
    sizes: Any,
    state: Any,
    path: Any,
    batch: int,
    columns: int,
    alpha: float,
    samples: int,
    sets: int,
    uses: int,
    outer: int,
    weights: Any,
    centres: Any,
    deviations: Any,
    spread: Any,
    noise: Any,
    frames: Any,
) -> None:
    """Take the steps of one chain."""
    classes, size = centres.shape
    limit = min(2 * uses if outer == 1 else 1, samples, columns)
    dense = len(frames) > 0
    own = size if len(spread) > 0 else 0
    per_task = own + sets * limit * columns
    group = min(batch, _TASKS)
    at_once = max(1, min(group, _CHUNK // max(1, per_task)))
    scale = alpha / samples if samples > 0 else 0.0
    most = 2 * padded((at_once * max(per_task, 1) + 1) // 2)
    longest = max(most, 2 * padded(group) + 2 * LANES)
    drawn, scratch = np.empty(most), np.empty(longest, dtype=np.uint64)
    lengths, chosen = np.empty((sets, limit, group)), np.empty(group)
    spare, uniform = np.empty(2 * padded(group) + 2 * LANES), np.empty(2 * padded(group) + 2 * LANES)
    local, totals = np.empty((classes, size)), np.empty((classes, size))
    error, work, own_lengths = np.empty(size), np.empty((3, columns)), np.empty((sets, limit))
    directions, rows = np.empty((sets, limit, columns)), np.empty((sets, limit, columns))
    known = np.empty(sets, dtype=np.int64)
    for step in range(len(sizes)):
        for k in range(classes):
            if dense:
                local[k] = 0.0
                for j in range(size):
                    for i in range(size):
                        local[k, i] += theta[j] * frames[k, j, i]
            else:
                local[k] = theta
        totals[:] = 0.0
        for start in range(0, batch, group):
            count = min(group, batch - start)
            if classes > 1:
                uniforms(state, chosen[:count], scratch)
            for k in range(sets):
                for row in range(limit):
                    chi_squares(state, samples - row, lengths[k, row, :count], spare, uniform, scratch)
                    for t in range(count):
                        lengths[k, row, t] = np.sqrt(lengths[k, row, t])
            for t in range(count):
                position = t % at_once
                if position == 0 and per_task > 0:
                    wanted = min(at_once, count - t) * per_task
                    normals(state, drawn[: 2 * padded((wanted + 1) // 2)], scratch)
                label = 0
                # 1 - u is uniform on [0, 1).
                while label < classes - 1 and 1.0 - chosen[t] >= weights[label]:
                    label += 1
                mine = drawn[position * per_task : (position + 1) * per_task]
                total, roots = totals[label], deviations[label]
                for i in range(size):
                    error[i] = local[label, i] - centres[label, i]
                if own > 0:
                    if spread.shape[2] == 1:
                        for i in range(size):
                            error[i] -= spread[label, i, 0] * mine[i]
                    else:
                        for i in range(size):
                            for j in range(size):
                                error[i] -= spread[label, i, j] * mine[j]
                if samples == 0:
                    for i in range(size):
                        shrunk = (1.0 - alpha * roots[i] * roots[i]) ** (2 * sets * uses)
                        total[i] += shrunk * roots[i] * roots[i] * error[i]
                    continue
                own_lengths[:] = lengths[:, :, t]
                if sets == 1 and uses == 1 and outer == 1:
                    done = add_one_step(
                        error, roots, noise[label], scale, limit, mine[own:], own_lengths[0], work, total
                    )
                    if done:
                        continue
                add_several_steps(
                    error, roots, noise[label], scale, sets, uses, limit, outer, mine[own:], own_lengths,
                    directions, rows, known, work, total,
                )  # fmt: skip
        for k in range(classes):
            for i in range(size):
                if dense:
                    step_back = 0.0
                    for j in range(size):
                        step_back += frames[k, i, j] * totals[k, j]
                    theta[i] -= sizes[step] / batch * step_back
                else:
                    theta[i] -= sizes[step] / batch * totals[k, i]
        path[step] = theta
