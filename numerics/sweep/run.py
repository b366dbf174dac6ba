"""Runs a sweep: chunk by chunk on any scheduler, resuming where an earlier run stopped, to one complete file."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from numerics.scheduling import completed, own_version
from numerics.sweep.chunk import Chunk, compute_chunk
from numerics.sweep.columns import columns
from numerics.sweep.dataset import check_packages, output_suffix, write_dataset
from numerics.sweep.grid import Grid
from numerics.sweep.store import Store, work_folder
from theory.errors import SweepError

__all__ = ["Needs", "Summary", "needs", "sweep"]

#: Points from which compiling pays: below it takes longer than NumPy does.
_COMPILED_FROM = 2 * 10**7
_BYTES = 8


@dataclass(frozen=True)
class Needs:
    """What a sweep takes, estimated before it starts.

    Parameters
    ----------
    points, variables : int
        How many of each.
    disk : int
        Bytes for the chunks and the output.
    memory : int
        Bytes while the output is written, which takes a few copies of one variable.
    """

    points: int
    variables: int
    disk: int
    memory: int


@dataclass(frozen=True)
class Summary:
    """What a sweep did.

    Parameters
    ----------
    points, chunks, resumed : int
        Points and chunks in all, and chunks that an earlier run had computed.
    undefined : dict from variable to int
        At how many points a variable is not a finite number, where there are such.
    """

    points: int
    chunks: int
    resumed: int
    undefined: dict[str, int]


def needs(grid: Grid, suffix: str) -> Needs:
    """Estimate what a sweep takes.

    Parameters
    ----------
    grid : Grid
        What is to be computed.
    suffix : {".nc", ".zarr", ".parquet"}
        To what kind of file.
    """
    variables, axes = len(columns(grid)), len(grid.axes)
    sampled = grid.table.design != "product"
    values = grid.points * _BYTES
    stored = variables + (axes if sampled or suffix == ".parquet" else 0)
    whole = 0 if suffix == ".parquet" else 3 * values
    drawn = axes * values * (2 if grid.table.design == "latin-hypercube" else 1) if sampled else 0
    fixed = 2**27  # the libraries, and chunks under way
    return Needs(grid.points, variables, (variables + stored) * values, whole + drawn + fixed)


def sweep(
    grid: Grid,
    output: Path,
    *,
    scheduler: str = "threads",
    workers: int | None = None,
    overwrite: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Summary:
    """Compute a grid and write the result to a file, which is complete or absent.

    Chunks that are done are kept in a folder beside the output until then; the same call continues from them. Values do
    not depend on the scheduler, the number of workers, or how often the sweep was interrupted.

    Parameters
    ----------
    grid : Grid
        What to compute.
    output : Path
        Ends in ``.nc``, ``.zarr`` or ``.parquet``.
    scheduler : str
        ``"threads"``, ``"processes"`` or the address of a Dask scheduler.
    workers : int, optional
        Threads or processes, one per core by default.
    overwrite : bool
        Whether the output may exist.
    progress : callable, optional
        Called with the number of chunks done and to do.

    Raises
    ------
    SweepError
        If the output exists, its suffix is unknown, memory or disk would not suffice, or the work folder is another
        grid's.
    SchedulerError, MissingExtraError
        As :func:`numerics.scheduling.completed` does.
    """
    suffix = output_suffix(output)
    check_packages(suffix)
    if os.path.lexists(output) and not overwrite:
        raise SweepError(f"{output} exists; name another output, or replace it with --overwrite")
    _check_room(needs(grid, suffix), output)
    folder = work_folder(output)
    try:
        store = Store(folder, grid, [column.name for column in columns(grid)])
    except OSError as error:
        raise _cannot_write(folder, error) from None
    resumed = len(store.done)
    try:
        _compute(grid, store, scheduler, workers, progress)
        arrays = store.arrays()
        write_dataset(grid, arrays, output)
        undefined = {name: count for name, values in arrays.items() if (count := _undefined(values, grid.chunk))}
        del arrays
    except OSError as error:
        store.close()
        raise _cannot_write(output, error) from None
    except BaseException:
        store.close()
        raise
    store.remove()
    return Summary(grid.points, grid.chunks, resumed, undefined)


def _compute(
    grid: Grid, store: Store, scheduler: str, workers: int | None, progress: Callable[[int, int], None] | None
) -> None:
    ahead = [position for position in range(grid.chunks) if position not in store.done]
    compiled = grid.is_pair and grid.points >= _COMPILED_FROM and find_spec("numba") is not None
    chunks = (Chunk(grid.text, grid.seed, position, own_version(), compiled) for position in ahead)
    if progress:
        progress(len(store.done), grid.chunks)
    results = completed(compute_chunk, chunks, scheduler=scheduler, workers=workers)
    try:
        for position, values in results:
            store.write(ahead[position], values)
            if progress:
                progress(len(store.done), grid.chunks)
    finally:
        results.close()


def _undefined(values: object, step: int) -> int:
    """Count what is not finite, a chunk at a time."""
    import numpy as np

    array = np.asarray(values)
    return int(sum(np.count_nonzero(~np.isfinite(array[i : i + step])) for i in range(0, len(array), step)))


def _check_room(wanted: Needs, output: Path) -> None:
    """Refuse what cannot end well before it starts."""
    what = f"{wanted.points:,} points of {wanted.variables} variables"
    memory = available_memory()
    if memory is not None and wanted.memory > memory:
        raise SweepError(
            f"{what} need about {_gigabytes(wanted.memory)} of memory to write, and {_gigabytes(memory)} are "
            "available; write .parquet, which takes one chunk at a time, take fewer points, or split the grid"
        )
    free = shutil.disk_usage(output.absolute().parent).free
    if wanted.disk > free:
        raise SweepError(
            f"{what} need about {_gigabytes(wanted.disk)} of disk (the chunks, and the output beside them), and "
            f"{_gigabytes(free)} are free in {output.absolute().parent}; take fewer points or variables, or another "
            "disk"
        )


def available_memory() -> int | None:
    """Return the bytes of memory that can be had without swapping, or ``None`` where the system does not tell."""
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            fields = dict(line.split(":", 1) for line in file)
        return int(fields["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        return None


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.3g} GB" if count >= 1e8 else f"{count / 1e6:.3g} MB"


def _cannot_write(path: Path, error: OSError) -> SweepError:
    kept = (
        f"; the chunks that are done are in {work_folder(path)}: run again to go on"
        if work_folder(path).exists()
        else ""
    )
    remedy = ": free some space" if error.errno == errno.ENOSPC else ""
    # HDF5 puts its whole state into the message; the number says it in words.
    reason = os.strerror(error.errno) if error.errno else str(error)
    return SweepError(f"cannot write {path}: {reason}{remedy}{kept}", exit_code=1)
