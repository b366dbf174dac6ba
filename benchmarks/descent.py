"""Measures stochastic MAML: outer steps per second of every sampler and engine, and the share that random numbers take.

Functions for `make bench`; by itself it prints one table:

    python benchmarks/descent.py [--seconds S]

Cases are S (d = 10, m = 25, 32 tasks a step), M (50, 100, 64) and L (200, 400, 64): an easy and a hard class of equal
weight, covariances isotropic or dense, no spread and no label noise, one inner step. Times are processor seconds of one
thread.
"""

import argparse
import os
import time
from dataclasses import dataclass

SEED = 2022
CASES = {"S": (10, 25, 32), "M": (50, 100, 64), "L": (200, 400, 64)}
KINDS = ("isotropic", "dense")
ENGINES = {"numpy": ("raw", "wishart", "projected"), "compiled": ("projected",)}


@dataclass(frozen=True)
class Speed:
    """Outer steps per second of all chains together, and the same if nothing were computed but the random numbers."""

    case: str
    kind: str
    engine: str
    sampler: str
    chains: int
    steps_per_second: float
    ceiling: float


def population(case, kind):
    """Return the mixture of a case."""
    import numpy as np

    from theory.mixture import Mixture, TaskClass

    size, rng = CASES[case][0], np.random.default_rng(SEED)

    def covariance(largest):
        if kind == "isotropic":
            return largest * np.eye(size)
        frame, _ = np.linalg.qr(rng.standard_normal((size, size)))
        matrix = (frame * np.linspace(largest / 2, largest, size)) @ frame.T
        return (matrix + matrix.T) / 2

    still = np.zeros((size, size))
    classes = (("easy", 1.0, 0.0), ("hard", 0.1, 2.0))
    return Mixture(
        tuple(TaskClass(name, 0.5, covariance(rho), np.full(size, centre), still, 0.0) for name, rho, centre in classes)
    )


def best_rate(run, seconds, repeats=3):
    """Return calls per processor second, the best of several runs, of which each takes about so many seconds."""
    count, best = 1, 0.0
    while True:
        started = time.process_time()
        for _ in range(count):
            run()
        elapsed = time.process_time() - started
        if elapsed < seconds:
            count = max(2 * count, int(count * 1.2 * seconds / max(elapsed, 1e-9)))
            continue
        best, repeats = max(best, count / elapsed), repeats - 1
        if repeats == 0:
            return best


def speed(case, kind, engine_name="numpy", sampler="projected", chains=64, seconds=0.5):
    """Measure one combination.

    Parameters
    ----------
    case, kind : str
        Of CASES and KINDS.
    engine_name, sampler : str
        Of ENGINES.
    chains : int
        Chains that run together.
    seconds : float
        Processor seconds of each of three runs.
    """
    import numpy as np

    from numerics.chains import walk_of
    from numerics.engine import Engine
    from numerics.methods import MAML
    from theory.mixture import InnerLoop

    size, samples, batch = CASES[case]
    engine = Engine(engine_name, memory=2**33)
    source = engine.source(population(case, kind), sampler)
    walk = walk_of(MAML(InnerLoop(0.5, samples)), source, chains, batch, np.random.SeedSequence(SEED), engine)
    positions, sizes = np.zeros((chains, size)), np.full(walk.block, 0.05)
    walk.advance(positions, sizes)  # compiled here
    steps = chains * walk.block * best_rate(lambda: walk.advance(positions, sizes), seconds)
    ceiling = batches_per_second(engine_name, sampler, size, samples, batch, seconds)
    return Speed(case, kind, engine_name, sampler, chains, steps, ceiling)


def batches_per_second(engine_name, sampler, size, samples, batch, seconds):
    """Draw the random numbers of many outer steps and nothing else; returns outer steps per second."""
    import numpy as np

    draws = {
        "raw": (samples * size, []),
        "wishart": (size * (size - 1) // 2, [samples - row for row in range(size)]),
        "projected": (2 * size, [samples, samples - 1]),
    }
    normals, degrees = draws[sampler]
    together = max(1, 200_000 // (batch * normals))
    count = together * batch * normals
    if engine_name == "numpy":
        rng = np.random.Generator(np.random.SFC64(SEED))

        def draw():
            rng.standard_normal(count)
            for n in degrees:
                rng.chisquare(n, together * batch)
    else:
        from numerics.compiled import random

        state = random.seeded(np.random.SeedSequence(SEED))
        out, scratch = np.empty(2048), np.empty(2048, dtype=np.uint64)
        lengths, spare, uniform = np.empty(256), np.empty(1024), np.empty(1024)
        calls, chi_calls = -(-count // len(out)), -(-together * batch // len(lengths))

        def draw():
            for _ in range(calls):
                random.normals(state, out, scratch)
            for n in degrees:
                for _ in range(chi_calls):
                    random.chi_squares(state, n, lengths, spare, uniform, scratch)

    draw()
    return together * best_rate(draw, seconds)


def speeds(seconds=0.5, cases=tuple(CASES)):
    """Measure every combination, one after the other."""
    combinations = [(name, sampler) for name, samplers in ENGINES.items() for sampler in samplers]
    return [
        speed(case, kind, name, sampler, chains, seconds)
        for case in cases
        for kind in KINDS
        for name, sampler in combinations
        for chains in (1, 64)
    ]


def table(measured):
    """Write speeds as Markdown."""
    lines = [
        "| case | covariances | engine | sampler | chains | outer steps/s | of the random numbers' speed |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {s.case} | {s.kind} | {s.engine} | {s.sampler} | {s.chains} | {float(f'{s.steps_per_second:.3g}'):,.0f} "
        f"| {s.steps_per_second / s.ceiling:.0%} |"
        for s in measured
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=0.5, help="processor seconds of each run")
    arguments = parser.parse_args()
    os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))
    print(table(speeds(arguments.seconds)), end="")
