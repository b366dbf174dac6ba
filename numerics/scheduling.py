"""Runs a function over many items: in threads, in processes, or on an existing Dask cluster, with the same results.

The function is pure and picklable; whatever is random in it follows from its item. So it does not matter who computes
what, in which order, or how often: a worker that is lost has its items computed again by others.
"""

from __future__ import annotations

import itertools
import os
import re
import signal
import sys
import threading
import uuid
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from importlib.metadata import version
from multiprocessing import forkserver, get_context, parent_process, resource_tracker
from multiprocessing.context import BaseContext
from typing import Any, TypeVar

from theory.errors import MissingExtraError, SchedulerError

__all__ = [
    "completed",
    "cores",
    "in_order",
    "is_local",
    "own_version",
    "prepare_processes",
    "refuse_other_version",
    "scheduler_name",
    "worker_count",
]

Item = TypeVar("Item")
Result = TypeVar("Result")

_CLUSTER = re.compile(r"(tcp|tls|ws|wss|ucx)://[^\s/:]+(:\d+)?|(tcp|tls|ws|wss|ucx)://\[[0-9a-fA-F:.]+\](:\d+)?")
_ALLOWED = "threads, processes, or the address of a Dask scheduler such as tcp://HOST:8786"
#: Seconds after which a scheduler that does not answer is called unreachable.
_PATIENCE = 5
#: Items under way for each worker: the next one is at hand when a worker becomes free.
_AHEAD = 2
#: Items under way on a cluster at least, since workers may join at any time.
_CLUSTER_AHEAD = 64
_LOCAL = ("threads", "processes")
#: Whether processes are forked from a server that has imported what they need, as Python does by default from 3.14 on.
_FORKS = sys.platform == "linux"


def scheduler_name(name: str) -> str:
    """Return the name of a scheduler if there can be such a one.

    Parameters
    ----------
    name : str
        ``"threads"``, ``"processes"`` or the address of a Dask scheduler.

    Raises
    ------
    SchedulerError
        If it is none of these.
    """
    if name in _LOCAL or _CLUSTER.fullmatch(name):
        return name
    raise SchedulerError(f"scheduler: got {name!r}; must be {_ALLOWED}")


def is_local(scheduler: str) -> bool:
    """Whether a scheduler works on this machine, with workers that it starts and ends."""
    return scheduler_name(scheduler) in _LOCAL


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def worker_count(scheduler: str, workers: int | None = None) -> int:
    """Return how many items a scheduler computes at a time.

    Parameters
    ----------
    scheduler, workers : str, int or None
        As :func:`completed` takes them. A cluster is asked, and may have none yet.

    Raises
    ------
    SchedulerError, MissingExtraError
        As :func:`completed` does.
    """
    if is_local(scheduler):
        return workers or cores()
    client = _connected(scheduler)
    try:
        return sum(client.nthreads().values())
    finally:
        client.close(timeout=_PATIENCE)


@cache
def own_version() -> str:
    """Return the version of this library that is installed; reading it takes a millisecond, and every item asks."""
    return version("maml-landscape")


def refuse_other_version(asking: str) -> None:
    """Refuse to work for another version of the library, which might want something else.

    Parameters
    ----------
    asking : str
        The version that asks.

    Raises
    ------
    SchedulerError
        If this process runs another one.
    """
    if (own := own_version()) != asking:
        raise SchedulerError(
            f"a worker runs version {own} of the library and was asked by {asking}; install the same version on both"
        )


def prepare_processes(module: str) -> None:
    """Begin to import what worker processes need, beside whatever this process does meanwhile.

    On Linux all later ``"processes"`` are then forked from one that has the module, and start at once. Elsewhere each
    imports it for itself, and this does nothing.

    Parameters
    ----------
    module : str
        Name of the module; only the first call in a process counts.
    """
    if not _FORKS:
        return
    forkserver.set_forkserver_preload([module])
    # Starting it lets Ctrl-C in again, so it has to run before that is kept out.
    resource_tracker.ensure_running()
    # Ctrl-C reaches all processes of a terminal, also while they import; they inherit that they do not hear it.
    heard = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, heard)


def completed(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    *,
    scheduler: str = "threads",
    workers: int | None = None,
) -> Generator[tuple[int, Result], None, None]:
    """Apply a function to items and yield each result with the position of its item, as soon as it is there.

    Closing the generator, or an exception such as Ctrl-C while it waits, drops what has not begun and ends the workers
    that it started; a cluster is left as it was found.

    Parameters
    ----------
    function : callable
        Pure. It must be picklable unless the scheduler is ``"threads"``; on a cluster, importable by its workers.
    items : iterable
        Consumed as workers become free, so that there may be any number.
    scheduler : str
        ``"threads"``, ``"processes"`` or the address of a Dask scheduler.
    workers : int, optional
        Threads or processes; by default one per core that this process may use. A cluster has its own.

    Raises
    ------
    SchedulerError
        If the scheduler is unknown or cannot be reached, or a worker process died.
    MissingExtraError
        If a cluster is asked for and Dask is missing.
    """
    if not is_local(scheduler):
        yield from _on_cluster(function, items, scheduler)
    elif scheduler == "processes":
        yield from _in_processes(function, items, workers or cores())
    elif (count := workers or cores()) == 1:
        yield from ((position, function(item)) for position, item in enumerate(items))
    else:
        pool = ThreadPoolExecutor(count)
        try:
            yield from _through(pool, function, items, _AHEAD * count)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _in_processes(
    function: Callable[[Item], Result], items: Iterable[Item], count: int
) -> Iterator[tuple[int, Result]]:
    context: BaseContext = get_context("forkserver" if _FORKS else "spawn")
    pool = ProcessPoolExecutor(count, mp_context=context, initializer=_begin_worker)
    done = False
    try:
        yield from _through(pool, function, items, _AHEAD * count)
        done = True
    except BrokenProcessPool:
        raise SchedulerError(
            "a worker process died before it was done (killed, or out of memory); run again, with fewer --workers if "
            "memory is short",
            exit_code=1,
        ) from None
    finally:
        if not done:  # nobody waits for what is under way
            for process in list((pool._processes or {}).values()):  # pool.kill_workers() from Python 3.14 on
                process.kill()
        pool.shutdown(wait=True, cancel_futures=True)


def in_order(results: Iterable[tuple[int, Result]]) -> list[Result]:
    """Return the results of :func:`completed` in the order of their items."""
    return [result for _, result in sorted(results, key=lambda pair: pair[0])]


def _begin_worker() -> None:
    """Leave Ctrl-C, which a terminal sends to all processes, to the parent, and do not outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _through(
    pool: Executor, function: Callable[[Item], Result], items: Iterable[Item], ahead: int
) -> Iterator[tuple[int, Result]]:
    waiting = enumerate(items)
    positions: dict[Future[Result], int] = {}
    while True:
        for position, item in itertools.islice(waiting, ahead - len(positions)):
            positions[pool.submit(function, item)] = position
        if not positions:
            return
        done, _ = wait(positions, return_when=FIRST_COMPLETED)
        for future in done:
            yield positions.pop(future), future.result()


def _on_cluster(
    function: Callable[[Item], Result], items: Iterable[Item], address: str
) -> Iterator[tuple[int, Result]]:
    client = _connected(address)
    from distributed import as_completed

    run, waiting = uuid.uuid4().hex, enumerate(items)
    positions: dict[Future[Any], int] = {}
    try:
        under_way: Any = as_completed(loop=client.loop)  # type: ignore[no-untyped-call]  # Dask's own

        def submit(most: int) -> None:
            for position, item in itertools.islice(waiting, most):
                # A key of its own: Dask computes a key once, and remembers it for as long as anyone holds it.
                future = client.submit(function, item, key=f"landscape-{run}-{position}", pure=False)
                positions[future] = position
                under_way.add(future)

        submit(_CLUSTER_AHEAD)
        for future in under_way:
            position = positions.pop(future)
            yield position, _result(future)
            ahead = max(_CLUSTER_AHEAD, _AHEAD * sum(client.nthreads().values()))
            submit(max(0, ahead - len(positions)))
    finally:
        client.cancel(list(positions))
        client.close(timeout=_PATIENCE)


def _connected(address: str) -> Any:
    import logging

    try:
        from distributed import Client
    except ImportError:
        raise MissingExtraError.of("a cluster scheduler", "dask.distributed", "distributed") from None
    # Its retries fill the terminal with tracebacks; what matters is in the exception.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        return Client(address, timeout=_PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]  # Dask's own
    except (OSError, TimeoutError, ValueError) as error:
        raise SchedulerError(
            f"cannot reach the Dask scheduler at {address} within {_PATIENCE} s ({type(error).__name__}): is it "
            "running there, and can this machine connect to its port?"
        ) from None


def _result(future: Any) -> Any:
    from distributed.client import FutureCancelledError
    from distributed.scheduler import KilledWorker

    try:
        return future.result()
    except KilledWorker as error:
        raise SchedulerError(f"the cluster gave up: {error}", exit_code=1) from None
    except FutureCancelledError:
        raise SchedulerError("the connection to the Dask scheduler was lost; run again", exit_code=1) from None
