"""Measures grids: the isotropic gain over arrays of configurations, whole sweeps, and schedulers against one process.

Each function takes one measurement and returns figures; :func:`main` prints them all. Run by itself:

    python benchmarks/grids.py [--quick]
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
GRID = ROOT / "examples" / "grids" / "step_and_hardness.toml"
SEED = 2022


def configurations(count: int) -> dict:
    """Draw isotropic pairs in d = 10: seven arrays of numbers, the rest alike."""
    from theory.factored import q
    from theory.symbols import R2, V_E, V_H, alpha, d, m, nu2_E, nu2_H, p, rho_E, rho_H

    rng = np.random.default_rng(SEED)
    weight = rng.uniform(0.05, 0.95, count)
    return {
        p: weight,
        q: 1 - weight,
        rho_E: rng.uniform(0.5, 1.5, count),
        rho_H: rng.uniform(0.05, 0.5, count),
        alpha: rng.uniform(0.1, 1.0, count),
        m: rng.integers(1, 1000, count).astype(float),
        d: 10.0,
        R2: rng.uniform(1, 10, count),
        V_E: 0.4,
        V_H: 0.001,
        nu2_E: 0.01,
        nu2_H: 0.01,
    }


def best_seconds(function, repeats: int) -> float:
    """Return the least processor time of several calls, the first one's warming up left out."""
    function()
    seconds = []
    for _ in range(repeats):
        started = time.process_time()
        function()
        seconds.append(time.process_time() - started)
    return min(seconds)


def gain_rates(count: int, repeats: int = 7) -> dict[str, float]:
    """Return configurations per second and core, beside those of SymPy's lambdify and numbers copied in memory."""
    import sympy as sp

    from numerics.isotropic import PAIR_OUTPUTS, PAIR_SYMBOLS, PairForms
    from theory.factored import q
    from theory.gain import PairQuantity, Setting

    values, setting = configurations(count), Setting()
    symbols = [symbol for symbol in PAIR_SYMBOLS if symbol != q]
    plain = sp.lambdify(symbols, PairQuantity("gain", setting).expression(), "numpy")
    arguments = [values[symbol] for symbol in symbols]
    source, target = np.random.default_rng(SEED).random(count), np.empty(count)
    measured = {
        "gain, NumPy": lambda: PairForms(setting, ["gain"])(values),
        "gain, compiled": lambda: PairForms(setting, ["gain"], compiled=True)(values),
        "seven outputs, NumPy": lambda: PairForms(setting, PAIR_OUTPUTS)(values),
        "seven outputs, compiled": lambda: PairForms(setting, PAIR_OUTPUTS, compiled=True)(values),
        "gain, SymPy's lambdify": lambda: plain(*arguments),
        "memory copy": lambda: np.copyto(target, source),
    }
    return {name: count / best_seconds(function, repeats) for name, function in measured.items()}


def general_rate(dimension: int, count: int) -> float:
    """Return configurations per second of a grid that is no isotropic pair, which is evaluated point by point."""
    from importlib.metadata import version

    from numerics.sweep.chunk import Chunk, compute_chunk

    diagonal = [round(1 - 0.5 * i / dimension, 6) for i in range(dimension)]
    text = f"""
dimension = {dimension}
[adaptation]
step_size = {{ start = 0.1, stop = 0.9, num = {count} }}
samples = 25
[[task_class]]
weight = 0.5
covariance = {diagonal}
centre = 0.0
[[task_class]]
weight = 0.5
covariance = 0.1
centre = 2.0
[sweep]
chunk = {count}
"""
    chunk = Chunk(text, 0, 0, version("maml-landscape"))
    return count / best_seconds(lambda: compute_chunk(chunk), 2)


def whole_sweep(*options: str) -> float:
    """Return the seconds of the README's sweep of a million configurations with its figure, start to end."""
    with tempfile.TemporaryDirectory() as folder:
        command = [Path(sys.executable).with_name("landscape"), "sweep", GRID, "-o", f"{folder}/gain.nc", *options]
        started = time.perf_counter()
        subprocess.run([*command, "--figure", f"{folder}/gain.svg"], check=True, capture_output=True)
        return time.perf_counter() - started


def scheduler_speedups(count: int, seconds: float) -> dict[str, float]:
    """Return how much faster two workers are than one at simulations of a given length, start-up included."""
    from distributed import LocalCluster

    from numerics.scheduling import completed

    def took(**how) -> float:
        started = time.perf_counter()
        for _ in completed(busy, [seconds] * count, **how):
            pass
        return time.perf_counter() - started

    alone = took(workers=1)
    started = time.perf_counter()
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        took(scheduler=cluster.scheduler_address)
        clustered = time.perf_counter() - started
    return {"processes": alone / took(scheduler="processes", workers=2), "Dask": alone / clustered}


def busy(seconds: float) -> float:
    """Compute for so long, in processor time; stands for a simulation."""
    rng, started, total = np.random.default_rng(SEED), time.process_time(), 0.0
    while time.process_time() - started < seconds:
        total += float(rng.standard_normal(1000).sum())
    return total


def main() -> None:
    """Take every measurement and print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="shrink every problem, to see that the script works")
    quick = parser.parse_args().quick
    for name, rate in gain_rates(10_000 if quick else 1_000_000).items():
        print(f"{name}: {rate / 1e6:.3g} million configurations per second and core")
    print(f"no isotropic pair, d = 10: {general_rate(10, 10 if quick else 500):.3g} configurations per second and core")
    print(f"a million configurations with figure: {whole_sweep():.3g} s")
    for name, ratio in scheduler_speedups(4 if quick else 200, 0.02 if quick else 0.1).items():
        print(f"two cores against one, {name}: {ratio:.3g} x")


if __name__ == "__main__":
    main()
