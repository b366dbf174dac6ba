"""Runs a function over many items: in threads, in processes, or on an existing Dask cluster, with the same results.

The function is pure and picklable; whatever is random in it follows from its item. So it does not matter who computes
what, in which order, or how often: a worker that is lost has its items computed again by others.
"""

from __future__ import annotations

import itertools
import os
import re
import signal
import uuid
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Any, TypeVar

from theory.errors import MissingExtraError, SchedulerError

__all__ = ["completed", "in_order", "scheduler_name"]

Item = TypeVar("Item")
Result = TypeVar("Result")

_CLUSTER = re.compile(r"(tcp|tls|ws|wss|ucx)://[^\s/:]+(:\d+)?|(tcp|tls|ws|wss|ucx)://\[[0-9a-fA-F:.]+\](:\d+)?")
_ALLOWED = "threads, processes, or the address of a Dask scheduler such as tcp://HOST:8786"
#: Seconds after which a scheduler that does not answer is called unreachable.
_PATIENCE = 8
#: Items under way for each worker: the next one is at hand when a worker becomes free.
_AHEAD = 2
#: Items under way on a cluster at least, since workers may join at any time.
_CLUSTER_AHEAD = 64


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
    if name in ("threads", "processes") or _CLUSTER.fullmatch(name):
        return name
    raise SchedulerError(f"scheduler: got {name!r}; must be {_ALLOWED}")


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
    if scheduler_name(scheduler) not in ("threads", "processes"):
        yield from _on_cluster(function, items, scheduler)
        return
    count = (
        workers or len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else workers or os.cpu_count() or 1
    )
    if count == 1 and scheduler == "threads":
        yield from ((position, function(item)) for position, item in enumerate(items))
        return
    pool: Executor = (
        ThreadPoolExecutor(count)
        if scheduler == "threads"
        else ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_leave_interrupts_to_parent)
    )
    try:
        yield from _through(pool, function, items, _AHEAD * count)
    except BrokenProcessPool:
        raise SchedulerError(
            "a worker process died before it was done (killed, or out of memory); run again, with fewer --workers if "
            "memory is short",
            exit_code=1,
        ) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def in_order(results: Iterable[tuple[int, Result]]) -> list[Result]:
    """Return the results of :func:`completed` in the order of their items."""
    return [result for _, result in sorted(results, key=lambda pair: pair[0])]


def _leave_interrupts_to_parent() -> None:
    """Ignore Ctrl-C, which a terminal sends to all processes: the parent decides what becomes of its workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


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
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise MissingExtraError.of("a cluster scheduler", "dask.distributed", "distributed") from None
    client = _connected(Client, address)
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


def _connected(client: Any, address: str) -> Any:
    import logging

    # Its retries fill the terminal with tracebacks; what matters is in the exception.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        return client(address, timeout=_PATIENCE, set_as_default=False)
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
