"""Measures stochastic MAML: outer steps per second of this library and of others on the same work, run in turns.

Tables for `make bench`; by itself it prints them:

    python benchmarks/descent.py [--quick]

Cases are S (d = 10, m = 25, 32 tasks a step), M (50, 100, 64) and L (200, 400, 64): an easy and a hard class of equal
weight, covariances isotropic or dense, no spread and no label noise, one inner step. Times are processor seconds of one
thread.
"""

import argparse
from importlib.util import find_spec

from page import Row, Table, missing, rates, times
from rivals import RIVALS, Problem
from timing import SEED, calls_per_second, fresh, one_thread

CASES = {"S": (10, 25, 32), "M": (50, 100, 64), "L": (200, 400, 64)}
KINDS = ("isotropic", "dense")
#: Engine, sampler and chains together.
OURS = (
    ("numpy", "raw", 64),
    ("numpy", "wishart", 64),
    ("numpy", "projected", 1),
    ("numpy", "projected", 64),
    ("compiled", "projected", 1),
    ("compiled", "projected", 64),
    ("numpy", "radial", 1),
    ("numpy", "radial", 64),
    ("compiled", "radial", 1),
    ("compiled", "radial", 64),
)
BASIS, JAX = "learn2learn's algorithm in PyTorch", "JAX, vmap, grad, scan, jit"
COMPILED = "torch.func, compiled"
#: Aims of the fastest sampler: times PyTorch and, for isotropic covariances, times JAX.
AIMS = {
    ("isotropic", "numpy"): {"S": (200, 3), "M": (150, 14), "L": (55, 80)},
    ("isotropic", "compiled"): {"S": (3000, 50), "M": (1600, 150), "L": (1000, 1400)},
    ("dense", "numpy"): {"S": (150, None), "M": (80, None), "L": (100, None)},
    ("dense", "compiled"): {"S": (1500, None), "M": (500, None), "L": (200, None)},
}
#: Aims of the compiled engine, as a share of what it could do if it did nothing but draw the random numbers.
SHARES = {"S": "50 %", "M": "70 %", "L": "85 %"}


def tables(quick: bool) -> list[Table]:
    """Take the measurements."""
    cases, seconds, repeats = (("S",), 0.01, 2) if quick else (tuple(CASES), 0.2, 3)
    return [
        Table(
            f"Simulation, {kind} covariances",
            "Stochastic MAML, outer steps per second of all chains together: S is d = 10 with m = 25 samples and 32 "
            "tasks a step, M 50, 100, 64 and L 200, 400, 64. PyTorch and JAX compute in single precision on raw data, "
            "this library in double; the aims are ratios to learn2learn, whose algorithm alone, without its "
            "bookkeeping, is the first row. A share is that of the speed of its random numbers alone.",
            [row for case in cases for row in fresh(rows, case, kind, seconds, repeats)],
        )
        for kind in KINDS
    ]


def rows(case: str, kind: str, seconds: float, repeats: int) -> list[Row]:
    """Measure every way to do the work of one case, in turns."""
    functions, steps, absent = {}, {}, []
    problem = Problem.of(population(case, kind), *CASES[case][1:])
    for name, (package, build) in RIVALS.items():
        if name == COMPILED and (kind, case) not in {("isotropic", "S"), ("isotropic", "M")}:
            continue  # it compiles for a minute; beyond M it is no faster than without
        if find_spec(package) is None:
            absent.append(missing(f"{case}, {name}", package))
            continue
        try:
            functions[name], steps[name] = build(problem)
            functions[name]()
        except Exception as error:  # whatever keeps another library from working is a result, not a failure of ours
            functions.pop(name, None)
            said = str(error).strip().partition("\n")[0]
            absent.append(Row(f"{case}, {name}", f"not run: {type(error).__name__}: {said}"))
    for way in _ways(kind):
        functions[way], steps[way] = walk(case, kind, *way)
        if way[1] == "projected":
            functions["random", *way], steps["random", *way] = random_numbers(case, way[0])
    calls = calls_per_second(functions, seconds, repeats)
    speeds = {name: [steps[name] * one for one in measured] for name, measured in calls.items()}
    theirs = [
        Row(f"{case}, {name}", rates(speeds[name], "steps/s"), _ratios(speeds, name))
        for name in RIVALS
        if name in speeds
    ]
    return theirs + absent + [_our_row(case, kind, way, speeds) for way in _ways(kind)]


def _ways(kind):
    """Return what of OURS there is for covariances of this kind."""
    return [way for way in OURS if kind == "isotropic" or way[1] != "radial"]


def _our_row(case, kind, way, speeds):
    engine, sampler, chains = way
    against, target = _ratios(speeds, way), ""
    if sampler in ("projected", "radial"):
        pytorch, jax = AIMS[kind, engine][case]
        target = ", ".join([f"{pytorch:,} x PyTorch"] + ([f"{jax:,} x JAX"] if jax else []))
    if sampler == "projected":
        share = max(speeds[way]) / max(speeds["random", *way])
        against = ", ".join(part for part in (against, f"share {share:.0%}") if part)
        if engine == "compiled" and kind == "isotropic":
            target += f", share {SHARES[case]}"
    together = "1 chain" if chains == 1 else f"{chains} chains"
    return Row(f"{case}, `{engine}`, `{sampler}`, {together}", rates(speeds[way], "steps/s"), against, target)


def _ratios(speeds, name):
    bases = [(BASIS, "PyTorch"), (JAX, "JAX")]
    known = [(base, short) for base, short in bases if base in speeds and base != name]
    return ", ".join(f"{times(max(speeds[name]) / max(speeds[base]))} {short}" for base, short in known)


def population(case: str, kind: str, size: int | None = None, classes: int = 2):
    """Return the mixture of a case, or the like in another dimension or with more classes.

    Parameters
    ----------
    case : str
        Of CASES.
    kind : {"isotropic", "diagonal", "dense"}
        Of its covariances.
    size, classes : int
        Dimension, and number of classes, between the easy one and the hard one.
    """
    import numpy as np

    from theory.mixture import Mixture, TaskClass

    size, rng = size or CASES[case][0], np.random.default_rng(SEED)

    def covariance(largest):
        values = np.linspace(largest / 2, largest, size)
        if kind == "isotropic":
            return largest * np.eye(size)
        if kind == "diagonal":
            return np.diag(values)
        frame, _ = np.linalg.qr(rng.standard_normal((size, size)))
        matrix = (frame * values) @ frame.T
        return (matrix + matrix.T) / 2

    still = np.zeros((size, size))
    levels = zip(np.linspace(1.0, 0.1, classes), np.linspace(0.0, 2.0, classes), strict=True)
    return Mixture(
        tuple(
            TaskClass(f"class {k}", 1 / classes, covariance(rho), np.full(size, centre), still, 0.0)
            for k, (rho, centre) in enumerate(levels)
        )
    )


def walk(case: str, kind: str, engine_name: str, sampler: str, chains: int):
    """Return a function that takes outer steps by this library's code, and how many it takes in a call."""
    from theory.mixture import InnerLoop

    _, samples, batch = CASES[case]
    return walk_of_mixture(population(case, kind), InnerLoop(0.5, samples), batch, engine_name, sampler, chains)


def walk_of_mixture(mixture, inner_loop, batch: int, engine_name: str, sampler: str, chains: int):
    """Return the same for any mixture and inner loop."""
    import numpy as np

    from numerics.chains import walk_of
    from numerics.engine import Engine
    from numerics.methods import MAML

    engine = Engine(engine_name, memory=2**33)
    source = engine.source(mixture, sampler)
    taken = walk_of(MAML(inner_loop), source, chains, batch, np.random.SeedSequence(SEED), engine)
    positions, sizes = np.zeros((chains, mixture.dimension)), np.full(taken.block, 0.05)
    return (lambda: taken.advance(positions, sizes)), chains * taken.block


def random_numbers(case: str, engine_name: str):
    """Return a function that draws what the projected sampler needs, and for how many outer steps."""
    import numpy as np

    size, samples, batch = CASES[case]
    together = max(1, 200_000 // (batch * 2 * size))
    count, tasks = together * batch * 2 * size, together * batch
    if engine_name == "numpy":
        rng = np.random.Generator(np.random.SFC64(SEED))

        def draw():
            rng.standard_normal(count)
            for degrees in (samples, samples - 1):
                rng.chisquare(degrees, tasks)
    else:
        from numerics.compiled import random

        state = random.seeded(np.random.SeedSequence(SEED))
        out, scratch = np.empty(random.padded_pairs(count)), np.empty(random.CHUNK, dtype=np.uint64)
        lengths, spare, uniform = np.empty(256), np.empty(1024), np.empty(1024)

        def draw():
            random.many_normals(state, out, scratch)
            for degrees in (samples, samples - 1):
                for _ in range(-(-tasks // len(lengths))):
                    random.chi_squares(state, degrees, lengths, spare, uniform, scratch)

    return draw, together


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="shrink every problem, to see that the script works")
    one_thread()
    for table in tables(parser.parse_args().quick):
        print(f"## {table.heading}\n")
        for row in table.rows:
            print(" | ".join((row.what, row.figure, row.against, row.target)))
