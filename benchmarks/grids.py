"""Measures grids: the isotropic gain over arrays of configurations, against other ways to evaluate it, and sweeps.

Tables for `make bench`; by itself it prints them:

    python benchmarks/grids.py [--quick]
"""

import argparse
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

from page import Row, Table, missing, rates, times, typical
from timing import ROOT, SEED, calls_per_second, fresh, one_thread

GRID = ROOT / "examples" / "grids" / "step_and_hardness.toml"
AIMS = {"this library, NumPy": "25 million/s", "this library, compiled": "250 million/s, or 15 % of the copy"}
COPY, PLAIN = "memory copied", "SymPy's lambdify"


def tables(quick: bool) -> list[Table]:
    """Take the measurements."""
    rows = fresh(gain_rows, 10_000 if quick else 1_000_000, 0.01 if quick else 0.3, 2 if quick else 5)
    general = [fresh(general_rate, 10, 10 if quick else 500) for _ in range(1 if quick else 3)]
    rows.append(Row("no isotropic pair, d = 10, point by point", rates(general, "configurations/s")))
    if find_spec("xarray") is None:
        rows.append(missing("a sweep of a million configurations", "xarray"))
    else:
        seconds = [whole_sweep() for _ in range(1 if quick else 3)]
        what = "a sweep of a million configurations with its figure, the whole command on all cores"
        rows.append(Row(what, typical(seconds), target="10 s on 2 cores"))
    explanation = (
        "The gain of isotropic pairs over arrays of configurations, seven of the twelve parameters varying, in "
        "millions of configurations per second and core. This library's has twelve digits everywhere; the other ways "
        "evaluate the derived difference of risks in double precision, and lose digits where it nearly vanishes."
    )
    return [Table("Grids", explanation, rows)]


def configurations(count: int) -> dict:
    """Draw isotropic pairs in d = 10: seven arrays of numbers, the rest alike."""
    import numpy as np

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


def gain_rows(count: int, seconds: float, repeats: int) -> list[Row]:
    """Measure every way to evaluate the gain, in turns."""
    import numpy as np

    ways, absent = evaluations(count)
    source, target = np.random.default_rng(SEED).random(count), np.empty(count)
    ways[COPY] = lambda: np.copyto(target, source)
    calls = calls_per_second(ways, seconds, repeats)
    speeds = {name: [count * one / 1e6 for one in measured] for name, measured in calls.items()}
    plain, copied = max(speeds[PLAIN]), max(speeds[COPY])
    return [
        Row(
            name,
            rates(measured, "million/s"),
            f"{times(max(measured) / plain)} lambdify, {max(measured) / copied:.1%} of the copy",
            AIMS.get(name, ""),
        )
        for name, measured in speeds.items()
    ] + absent


def evaluations(count: int):
    """Return functions that evaluate the gain at so many points, which agree, and rows of what is missing."""
    import numpy as np
    import sympy as sp

    from numerics.isotropic import PAIR_OUTPUTS, PAIR_SYMBOLS, PairForms
    from theory.factored import q
    from theory.gain import PairQuantity, Setting

    values, setting = configurations(count), Setting()
    symbols = [symbol for symbol in PAIR_SYMBOLS if symbol != q]
    arguments = [values[symbol] for symbol in symbols]
    expression = PairQuantity("gain", setting).expression()
    plain, reduced = (sp.lambdify(symbols, expression, "numpy", cse=cse) for cse in (False, True))
    ours = PairForms(setting, ["gain"])
    ways = {"this library, NumPy": lambda: ours(values)["gain"]}
    absent = []
    if find_spec("numba") is None:
        absent.append(missing("this library, compiled", "numba"))
    else:
        compiled, seven = (PairForms(setting, names, compiled=True) for names in (["gain"], PAIR_OUTPUTS))
        ways["this library, compiled"] = lambda: compiled(values)["gain"]
        ways["this library, compiled, seven outputs"] = lambda: seven(values)["gain"]
    ways[PLAIN] = lambda: plain(*arguments)
    ways["SymPy's lambdify with cse"] = lambda: reduced(*arguments)
    ways["the same in chunks of 4,096"] = lambda: in_chunks(reduced, arguments, 4096)
    for package, way in (("numexpr", with_numexpr), ("jax", with_jax)):
        if find_spec(package) is None:
            absent.append(missing(package, package))
        else:
            ways[package] = way(expression, symbols, arguments)
    reference = ways["this library, NumPy"]()
    for name, evaluate in ways.items():
        error = np.abs(np.asarray(evaluate()) - reference) / np.abs(reference)
        if not np.median(error) < 1e-9:
            raise SystemExit(f"grids: {name} disagrees with this library")
    return ways, absent


def in_chunks(function, arguments, size: int):
    """Evaluate piece by piece, so that temporaries stay in the cache."""
    import numpy as np

    count = max(np.size(argument) for argument in arguments)
    found = np.empty(count)
    for start in range(0, count, size):
        piece = slice(start, start + size)
        found[piece] = function(*(argument[piece] if np.ndim(argument) else argument for argument in arguments))
    return found


def with_numexpr(expression, symbols, arguments):
    """Return a function that evaluates by numexpr, on one thread."""
    import numexpr

    numexpr.set_num_threads(1)
    text, names = str(expression), {str(s): a for s, a in zip(symbols, arguments, strict=True)}
    return lambda: numexpr.evaluate(text, local_dict=names)


def with_jax(expression, symbols, arguments):
    """Return a function that evaluates by JAX, compiled, in double precision."""
    import jax
    import numpy as np
    import sympy as sp

    jax.config.update("jax_enable_x64", True)
    function = jax.jit(sp.lambdify(symbols, expression, "jax", cse=True))
    there = [jax.numpy.asarray(np.asarray(argument, dtype=float)) for argument in arguments]
    return lambda: jax.block_until_ready(function(*there))


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
    compute_chunk(chunk)
    started = time.process_time()
    compute_chunk(chunk)
    return count / (time.process_time() - started)


def whole_sweep(*options: str) -> float:
    """Return the seconds of the README's sweep of a million configurations with its figure, start to end."""
    with tempfile.TemporaryDirectory() as folder:
        command = [Path(sys.executable).with_name("landscape"), "sweep", GRID, "-o", f"{folder}/gain.nc", *options]
        started = time.perf_counter()
        subprocess.run([*command, "--figure", f"{folder}/gain.svg"], check=True, capture_output=True)
        return time.perf_counter() - started


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="shrink every problem, to see that the script works")
    one_thread()
    for table in tables(parser.parse_args().quick):
        for row in table.rows:
            print(" | ".join((row.what, row.figure, row.against, row.target)))
