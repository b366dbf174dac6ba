"""Measures memory: what a simulation allocates at its peak, against the limit that it is given."""

from page import Row, rate
from timing import SEED, fresh


def rows(quick: bool) -> list[Row]:
    """Take the measurements."""
    case, chains = ("S", 4) if quick else ("L", 64)
    return [
        simulated(case, chains, name, sampler, limit)
        for name, sampler, limit in (
            ("numpy", "raw", 2**30),
            ("numpy", "raw", 2**29),
            ("numpy", "wishart", 2**30),
            ("numpy", "projected", 2**30),
            ("numpy", "projected", 2**26),
            ("compiled", "projected", 2**30),
        )
    ]


def simulated(case: str, chains: int, engine: str, sampler: str, limit: int) -> Row:
    """Measure the steps of many chains, in several processes."""
    runs = [fresh(peak, case, chains, engine, sampler, limit) for _ in range(2)]
    allocated, bound = max(run[0] for run in runs), limit
    return Row(
        f"{chains} chains of case {case}, {engine}, `{sampler}`, `--memory {limit / 2**30:.3g}`",
        f"{rate(allocated / 2**20)} MiB at the peak ({len(runs)} runs, the largest)",
        f"{allocated / bound:.0%} of the limit; the whole process, libraries included: "
        f"{rate(max(run[1] for run in runs) / 2**20)} MiB",
        "100 %",
    )


def peak(case: str, chains: int, engine_name: str, sampler: str, limit: int) -> tuple[int, int]:
    """Take a few blocks of steps; returns the peak of what was allocated for them, and that of the whole process."""
    import resource
    import tracemalloc

    import numpy as np
    from descent import CASES, population

    from numerics.chains import Chains
    from numerics.engine import Engine
    from numerics.methods import MAML
    from theory.mixture import InnerLoop

    size, samples, batch = CASES[case]
    engine, steps = Engine(engine_name, memory=limit), 4
    source = engine.source(population(case, "isotropic"), sampler)
    learner, sequence = MAML(InnerLoop(0.5, samples)), np.random.SeedSequence(SEED)

    def run() -> None:
        chains_ = Chains(learner, source, np.zeros((chains, size)), batch, steps, sequence, engine)
        for _ in chains_.blocks(np.full(steps, 0.05)):
            pass

    def resident() -> int:
        return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    if engine_name == "compiled":
        run()  # what the compiler allocates is no memory of the simulation
    before = resident()
    tracemalloc.start()
    run()
    allocated = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # Compiled code allocates past Python's books.
    return max(allocated, resident() - before), resident()
