"""Measures scaling: two cores against one, on the same work and on twice the work, in real seconds."""

import time
from importlib.util import find_spec

from page import Row, Table, duration, missing
from timing import SEED, fresh

COUNT, SECONDS = 200, 0.1
AIMS = {"processes": "1.9 x", "a local Dask cluster": "1.6 x"}


def tables(quick: bool) -> list[Table]:
    """Take the measurements."""
    from numerics.engine import available_cores

    count, seconds, repeats = (4, 0.02, 1) if quick else (COUNT, SECONDS, 2)
    rows = pools(count, seconds, repeats)
    chains = 4 if quick else 64
    rows += [fresh(threads, engine, chains, repeats + 1) for engine in ("numpy", "compiled")]
    explanation = (
        f"This process may use {available_cores()} cores; what other programs take of them is missing here. Strong: "
        "the same work on two workers, how many times as fast as on one. Weak: twice the work on two workers, in the "
        "time of half of it on one, of which 100 % would be no loss."
    )
    return [Table("Two cores", explanation, rows)]


def pools(count: int, seconds: float, repeats: int) -> list[Row]:
    """Run simulations of a given length by one process, by two worker processes and by a cluster of two, in turns."""
    ways = {"alone": {"workers": 1}, "processes": {"scheduler": "processes", "workers": 2}}
    absent = []
    if find_spec("distributed") is None:
        absent.append(missing("the same on a local Dask cluster", "distributed"))
    else:
        ways["a local Dask cluster"] = {"cluster": 2}
    runs = [{name: fresh(run, count, seconds, how) for name, how in ways.items()} for _ in range(repeats)]
    best = {name: min(one[name] for one in runs) for name in ways}
    ratios = {name: [one["alone"] / one[name] for one in runs] for name in ways}
    rows = [
        Row(
            f"{count} simulations of {seconds:g} s, {name}, start-up included",
            f"{best['alone'] / best[name]:.2f} x ({repeats} runs: from {min(ratios[name]):.2f})",
            f"{duration(best[name])} after {duration(best['alone'])}",
            AIMS[name],
        )
        for name in ways
        if name != "alone"
    ]
    return rows + absent


def run(count: int, seconds: float, how: dict) -> float:
    """Return how long simulations take in this process, in worker processes or on a cluster of them."""
    from numerics.scheduling import completed

    started, work = time.perf_counter(), [seconds] * count
    if "cluster" not in how:
        for _ in completed(busy, work, **how):
            pass
        return time.perf_counter() - started

    from distributed import LocalCluster

    options = {"threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with LocalCluster(n_workers=how["cluster"], **options) as cluster:
        for _ in completed(busy, work, scheduler=cluster.scheduler_address):
            pass
        return time.perf_counter() - started


def busy(seconds: float) -> float:
    """Compute for so long, in processor time; stands for a simulation."""
    import numpy as np

    rng, started, total = np.random.default_rng(SEED), time.process_time(), 0.0
    while time.process_time() - started < seconds:
        total += float(rng.standard_normal(1000).sum())
    return total


def threads(engine_name: str, chains: int, repeats: int) -> Row:
    """Take the steps of many chains by one thread and by two, and those of twice as many chains by two."""
    import numpy as np
    from descent import population

    from numerics.chains import walk_of
    from numerics.engine import Engine
    from numerics.methods import MAML
    from theory.mixture import InnerLoop

    def prepared(workers: int, number: int):
        engine = Engine(engine_name, workers=workers)
        source = engine.source(population("M", "isotropic"), "projected")
        walk = walk_of(MAML(InnerLoop(0.5, 100)), source, number, 64, np.random.SeedSequence(SEED), engine)
        starts, sizes = np.zeros((number, 50)), np.full(64, 0.05)
        walk.advance(starts, sizes[:1])

        def seconds() -> float:
            started = time.perf_counter()
            for first in range(0, len(sizes), walk.block):
                walk.advance(starts, sizes[first : first + walk.block])
            return time.perf_counter() - started

        return seconds

    ways = [prepared(1, chains), prepared(2, chains), prepared(2, 2 * chains)]
    runs = [[way() for way in ways] for _ in range(repeats)]
    alone, together, double = (min(run[k] for run in runs) for k in range(3))
    strong = [run[0] / run[1] for run in runs]
    return Row(
        f"{chains} chains of case M, `{engine_name}`, threads",
        f"{alone / together:.2f} x ({len(runs)} runs: from {min(strong):.2f})",
        f"{duration(together)} after {duration(alone)}; weak: {alone / double:.0%}",
    )
