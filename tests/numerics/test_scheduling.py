import os
import signal
import subprocess
import sys
import time

import pytest

from numerics.scheduling import completed, in_order, scheduler_name
from theory.errors import LandscapeError, MissingExtraError, SchedulerError


def square(item):
    return item * item


def slow_square(item):
    time.sleep(0.05)
    return item * item


def refuse(item):
    if item == 3:
        raise SchedulerError("three")
    return item


def die(item):
    if item == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return item


def interrupt(item):
    if item == 3:
        raise KeyboardInterrupt
    return item


@pytest.mark.parametrize("scheduler", ["threads", "processes"])
@pytest.mark.parametrize("workers", [1, 2])
def test_every_item_is_computed_once_and_can_be_put_in_order(scheduler, workers):
    assert in_order(completed(square, range(40), scheduler=scheduler, workers=workers)) == [i * i for i in range(40)]


def test_nothing_to_do():
    assert list(completed(square, [])) == []


def test_items_are_taken_as_workers_become_free():
    taken = []

    def items():
        for i in range(1000):
            taken.append(i)
            yield i

    results = completed(square, items(), workers=2)
    next(results)
    results.close()

    assert 1 <= len(taken) <= 10


@pytest.mark.parametrize("scheduler", ["threads", "processes"])
def test_an_error_of_the_function_reaches_the_caller(scheduler):
    with pytest.raises(SchedulerError, match="three"):
        list(completed(refuse, range(10), scheduler=scheduler, workers=2))


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupt_reaches_the_caller(workers):
    with pytest.raises(KeyboardInterrupt):
        list(completed(interrupt, range(10), workers=workers))


def test_a_worker_process_that_dies_is_named():
    with pytest.raises(SchedulerError, match="worker process died") as caught:
        list(completed(die, range(10), scheduler="processes", workers=2))
    assert caught.value.exit_code == 1


PREPARED = """
import time
from numerics.scheduling import completed, prepare_processes

if __name__ == "__main__":
    prepare_processes("numerics.sweep")  # which takes some time to import
    try:
        print("begun", flush=True)  # the test may interrupt as soon as it has read this
        time.sleep(300)
    except KeyboardInterrupt:
        print(list(completed(abs, [-1], scheduler="processes", workers=1)))
"""


def test_ctrl_c_while_processes_get_ready_is_heard_by_their_parent_alone(tmp_path):
    (tmp_path / "program.py").write_text(PREPARED, encoding="utf-8")
    command = [sys.executable, tmp_path / "program.py"]
    program = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert program.stdout.readline() == "begun\n"
    os.killpg(program.pid, signal.SIGINT)
    assert program.communicate() == ("[(0, 1)]\n", "")


@pytest.mark.parametrize(
    "name", ["", "thread", "tcp://", "tcp://host:port", "http://host:80", "localhost:8786", "tcp://a b:1", "processes "]
)
def test_what_is_no_scheduler_is_refused(name):
    with pytest.raises(SchedulerError, match=r"scheduler: got .*must be threads, processes, or the address"):
        scheduler_name(name)


@pytest.mark.parametrize(
    "name", ["threads", "processes", "tcp://10.0.0.1:8786", "tls://host.name:1", "tcp://[::1]:8786"]
)
def test_what_may_be_a_scheduler_is_not_refused(name):
    assert scheduler_name(name) == name


def test_an_unreachable_scheduler_is_named_within_ten_seconds():
    started = time.monotonic()
    with pytest.raises(SchedulerError, match=r"cannot reach the Dask scheduler at tcp://127\.0\.0\.1:9") as caught:
        list(completed(square, range(3), scheduler="tcp://127.0.0.1:9"))
    assert caught.value.exit_code == 2
    assert time.monotonic() - started < 10 + 20  # ten are promised; a busy machine has more


def test_missing_dask_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)

    with pytest.raises(MissingExtraError, match=r"needs dask\.distributed.*maml-landscape\[distributed\]"):
        list(completed(square, range(3), scheduler="tcp://127.0.0.1:8786"))
    assert issubclass(MissingExtraError, LandscapeError)


@pytest.fixture(scope="module")
def cluster():
    import cloudpickle
    from distributed import LocalCluster

    # The workers cannot import this file: what it defines travels with the items.
    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as made:
        yield made


def test_a_cluster_computes_the_same(cluster):
    results = completed(square, range(150), scheduler=cluster.scheduler_address)

    assert in_order(results) == [i * i for i in range(150)]


def test_an_error_on_a_cluster_reaches_the_caller(cluster):
    with pytest.raises(SchedulerError, match="three"):
        list(completed(refuse, range(10), scheduler=cluster.scheduler_address))


def test_a_worker_is_killed_and_another_joins_late(cluster):
    late, victim = None, next(iter(cluster.workers.values())).process.process.pid
    found = {}
    try:
        for position, result in completed(slow_square, range(150), scheduler=cluster.scheduler_address):
            found[position] = result
            if len(found) == 5:
                os.kill(victim, signal.SIGKILL)
            if len(found) == 10:
                late = subprocess.Popen(
                    [sys.executable, "-m", "distributed.cli.dask_worker", cluster.scheduler_address, "--no-dashboard"],
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
    finally:
        if late is not None:
            late.terminate()
            late.wait()

    assert found == {i: i * i for i in range(150)}
