"""Timing: processes of their own, processor seconds, and runs in turns, so that a busy machine disturbs all alike."""

import math
import os
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

SEED = 2022
ROOT = Path(__file__).resolve().parents[1]

_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


def one_thread() -> None:
    """Have libraries that are loaded from now on compute on one thread."""
    os.environ.update(dict.fromkeys(_VARIABLES, "1"))
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"


def fresh(function, *arguments):
    """Call a function in a process of its own, where nothing has been imported or cached."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def calls_per_second(
    functions: Mapping[str, Callable[[], object]], seconds: float, repeats: int
) -> dict[str, list[float]]:
    """Return calls per processor second of each of several functions, measured in turns.

    Parameters
    ----------
    functions : mapping from name to callable
        What to measure; each is called twice beforehand, to be compiled and to see how long it takes.
    seconds : float
        About how long a run of one function takes.
    repeats : int
        Runs of each.
    """
    counts = {}
    for name, function in functions.items():
        function()
        counts[name] = max(1, math.ceil(seconds / max(_took(function, 1), 1e-7)))
    measured: dict[str, list[float]] = {name: [] for name in functions}
    for _ in range(repeats):
        for name, function in functions.items():
            measured[name].append(counts[name] / max(_took(function, counts[name]), 1e-9))
    return measured


def _took(function: Callable[[], object], count: int) -> float:
    started = time.process_time()
    for _ in range(count):
        function()
    return time.process_time() - started
