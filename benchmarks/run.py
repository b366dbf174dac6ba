"""Measures how fast the library is and writes docs/benchmarks.md: make bench.

Every measurement runs in a fresh process on one thread, so that nothing is warm but what it warms itself, and says
what it is compared with: machines are noisy, so ratios taken side by side in one run tell more than seconds. What runs
inside one process is timed in processor seconds, which other programs on the machine disturb least; the command is
timed in real ones.

    python benchmarks/run.py [--quick] [--output FILE]

--quick shrinks every problem until the run takes seconds: it shows that the script works, not how fast anything is.
"""

import argparse
import importlib.util
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples" / "easy_hard.toml"
LANDSCAPE = Path(sys.executable).with_name("landscape")
SEED = 2022
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
PACKAGES = ("maml-landscape", "numpy", "scipy", "sympy", "python-flint", "z3-solver", "cvc5")


@dataclass(frozen=True)
class Row:
    """One line of a table: what was measured, its figure, what it is set against, and the figure that is aimed at."""

    what: str
    figure: str
    against: str = ""
    target: str = ""


# ------------------------------------------------------------------------------------------------- moments


def moment_engine(copies: int) -> tuple[int, float]:
    """Derive E[(I - alpha Shat)^K S (I - alpha Shat)^K] for 2K = copies; returns the number of terms, and seconds."""
    from theory.moments import expectation
    from theory.symbols import alpha, m
    from theory.words import IDENTITY, letter

    propagator, curvature = IDENTITY - alpha * letter("Shat"), letter("S")
    expectation(propagator * curvature * propagator, m)  # SymPy imports parts of itself on first use
    started = time.process_time()
    steps = propagator ** (copies // 2)
    terms = len(expectation(steps * curvature * steps, m).terms)
    return terms, time.process_time() - started


def moments(copies: int, repeats: int) -> Row:
    """Time the engine in several fresh processes."""
    runs = [fresh(moment_engine, copies) for _ in range(repeats)]
    target = {8: "0.1 s", 12: "2 s"}.get(copies, "")
    figure = typical([seconds for _, seconds in runs])
    return Row(f"K = {copies // 2} steps on one sample: N = {copies}, {runs[0][0]} terms", figure, target=target)


def moment_against_pairings(copies: int) -> Row:
    """Evaluate E[Shat^N] for one 2 x 2 covariance and m = 5, by the engine and by enumerating the pairings."""
    import numpy as np
    import sympy as sp

    from theory.moments import COVARIANCE, SAMPLE_COVARIANCE, expectation
    from theory.symbols import m
    from theory.words import Polynomial

    pairings = module(ROOT / "tests" / "theory" / "pairings.py")
    covariance = [[Fraction(2), Fraction(1, 3)], [Fraction(1, 3), Fraction(1)]]
    identity = [[Fraction(1), Fraction(0)], [Fraction(0), Fraction(1)]]

    started = time.process_time()
    word = Polynomial({((SAMPLE_COVARIANCE,) * copies, ()): sp.S.One})
    arrays, samples = {COVARIANCE: np.array(covariance, dtype=object)}, {m: Fraction(5)}
    derived = expectation(word, m).evaluate(arrays, samples, Fraction)
    engine = time.process_time() - started

    started = time.process_time()
    enumerated = pairings.expected_product([identity] * (copies + 1), covariance, 5)
    enumeration = time.process_time() - started
    if derived.tolist() != enumerated:
        raise SystemExit(f"N = {copies}: the engine and the enumeration of pairings disagree")
    pairs = len(list(pairings.pairings(list(range(2 * copies)))))
    return Row(
        f"E[Shat^{copies}] for d = 2, m = 5, exactly",
        duration(engine),
        f"{times(enumeration / engine)} as fast as all {pairs:,} pairings ({duration(enumeration)}, same result)",
    )


# -------------------------------------------------------------------------------------------------- arrays


def closed_forms(configurations: int) -> Row:
    """Evaluate optima, risks and gain of isotropic pairs in d = 10, all at once and one at a time."""
    import numpy as np

    from numerics.closed_form import evaluate, solve_population
    from theory.adaptation import step_on_form
    from theory.mixture import InnerLoop, Mixture, TaskClass

    rng, size = np.random.default_rng(SEED), 10
    variances = rng.uniform(0.1, 1.0, (configurations, 2))
    centres = rng.standard_normal((configurations, 2, size))
    spreads = np.broadcast_to(0.04 * np.eye(size), (configurations, 2, size, size))
    steps, weights, noises = rng.uniform(0.1, 0.9, configurations), np.array([0.5, 0.5]), np.array([0.1, 0.1])
    step_on_form()  # derived once in a process, whatever is then evaluated

    started = time.process_time()
    covariances = variances[..., None, None] * np.eye(size)
    population = solve_population(weights, covariances, centres, spreads, noises, steps, np.full(configurations, 25.0))
    nal, maml = population.optimum(population.covariances), population.optimum(population.curvature)
    gains = population.risk(nal) - population.risk(maml)
    batched = (time.process_time() - started) / configurations

    some = min(configurations, 100)
    started = time.process_time()
    singly = [
        evaluate(
            Mixture(
                tuple(
                    TaskClass(name, 0.5, variances[i, k] * np.eye(size), centres[i, k], spreads[i, k], 0.1)
                    for k, name in enumerate(("easy", "hard"))
                )
            ),
            InnerLoop(steps[i], 25),
        ).gain
        for i in range(some)
    ]
    single = (time.process_time() - started) / some
    if not np.allclose(singly, gains[:some], rtol=1e-9, atol=1e-12):
        raise SystemExit("closed forms: evaluated together and one at a time they disagree")
    return Row(
        f"optima, risks and gain, {configurations:,} configurations at once (two classes, d = 10)",
        f"{rate(1 / batched)} configurations/s",
        f"{times(single / batched)} as fast as one call of `evaluate` each ({rate(1 / single)}/s)",
    )


def outer_steps(chains: int, seconds: float) -> list[Row]:
    """Run stochastic MAML at d = 10, m = 25, B = 32 on raw data and on the sufficient statistics."""
    import numpy as np

    from numerics.chains import Chains
    from numerics.configuration import load
    from numerics.methods import MAML
    from numerics.sampling import Sampler
    from theory.mixture import InnerLoop

    mixture, batch = load(EXAMPLE).mixture, 32
    learner = MAML(InnerLoop(0.9, 25))

    def steps_per_second(kind: str) -> float:
        done = 64
        while True:
            sequence, starts = np.random.SeedSequence(SEED), np.zeros((chains, mixture.dimension))
            run = Chains(learner, Sampler(mixture, kind), starts, batch, done, sequence)
            started = time.process_time()
            for _ in run.blocks(np.full(done, 0.05)):
                pass
            elapsed = time.process_time() - started
            if elapsed >= seconds:
                return chains * done / elapsed
            done *= 2

    raw, wishart = steps_per_second("raw"), steps_per_second("wishart")
    chains_text = "1 chain" if chains == 1 else f"{chains} chains together"
    return [
        Row(f"raw data, {chains_text}", f"{rate(raw)} outer steps/s"),
        Row(
            f"sufficient statistics, {chains_text}",
            f"{rate(wishart)} outer steps/s",
            f"{times(wishart / raw)} as fast as raw data",
        ),
    ]


# ------------------------------------------------------------------------------------------------ exactness


def exact_points(points: int, substituted: int) -> Row:
    """Decide a scalar claim of the isotropic pair at exact points, compiled and by substituting into expressions."""
    import random

    import sympy as sp

    from proofs_check.compiled import CompiledGoal
    from proofs_check.goal import goals_of
    from proofs_check.space import Space
    from proofs_check.view import View, ring_of
    from theory.claim import builtin_claims

    (claim,) = (claim for claim in builtin_claims() if claim.name == "collins2022.gain-isotropic")
    (goal,) = goals_of(claim)
    compiled, rng = CompiledGoal(goal), random.Random(SEED)
    space = Space(goal, View(goal, ring_of(goal)))
    drawn = []
    while len(drawn) < points:
        drawn += [point for point in space.draw(space.whole, rng) if compiled.admits(point)]

    started = time.process_time()
    fast = [compiled.admits(point) and compiled.fails(point) for point in drawn]
    per_second = len(drawn) / (time.process_time() - started)

    lhs, rhs = goal.conclusion.lhs, goal.conclusion.rhs
    for definition in reversed(goal.definitions):
        lhs, rhs = (side.xreplace({definition.symbol: definition.expression}) for side in (lhs, rhs))
    values = [{s: sp.Rational(str(v)) for s, v in compiled.values(point).items()} for point in drawn[:substituted]]
    started = time.process_time()
    slow = [lhs.subs(at) != rhs.subs(at) for at in values]
    by_subs = len(values) / (time.process_time() - started)
    if slow != fast[:substituted]:
        raise SystemExit("exact points: compiled and substituted they disagree")
    return Row(
        f"`{claim.name}` at {len(drawn):,} exact points, hypotheses included",
        f"{rate(per_second)} points/s",
        f"{times(per_second / by_subs)} as fast as `subs` on the conclusion alone ({rate(by_subs)}/s)",
        "2,000/s",
    )


# ------------------------------------------------------------------------------------------------- command


def command(arguments: list[str], target: str, repeats: int) -> Row:
    """Time runs of the command, the whole process, against an interpreter that does nothing."""
    runs = [timed([str(LANDSCAPE), *arguments]) for _ in range(repeats)]
    seconds = [real for real, _ in runs]
    against = f"{duration(min(processor for _, processor in runs))} of processor"
    if repeats > 1:
        nothing = min(timed([sys.executable, "-c", "pass"])[0] for _ in range(repeats))
        against += f"; {times(min(seconds) / nothing)} as long as `python -c pass`"
    return Row(f"`landscape {' '.join(arguments)}`", typical(seconds), against, target)


def timed(arguments: list[str]) -> tuple[float, float]:
    """Run a command in the folder of the repository; returns real seconds, and those of the processor."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=False)
    elapsed, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        said = done.stdout[-2000:] + done.stderr[-2000:]
        raise SystemExit(f"{' '.join(arguments)} ended with {done.returncode}:\n{said}")
    return elapsed, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


# -------------------------------------------------------------------------------------------------- report


def fresh(function, *arguments):
    """Call a function in a process of its own, where nothing has been imported or cached."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def measure(quick: bool) -> list[tuple[str, str, list[Row]]]:
    """Take every measurement; returns heading, explanation and rows of each table."""
    repeats = 2 if quick else 5
    example = str(EXAMPLE.relative_to(ROOT))
    verify = ["verify", "collins2022.moment-second", "--budget", "small"]
    verifications = [(verify, "")] if quick else [(["verify", "--budget", "small"], ""), (["verify"], "60 s")]
    return [
        (
            "Moments",
            "Exact expectations over Gaussian data for symbolic dimension and sample count, derived anew in each "
            "process; N counts the copies of the sample covariance, which have (2N-1)!! pairings.",
            [moments(copies, repeats) for copies in ((4,) if quick else (4, 8, 12))]
            + [fresh(moment_against_pairings, copies) for copies in ((2,) if quick else (3, 4, 5, 6))],
        ),
        (
            "Closed forms",
            "Derived expressions on arrays, in float64.",
            [fresh(closed_forms, 50 if quick else 20_000)],
        ),
        (
            "Simulation",
            "Stochastic MAML in d = 10 with m = 25 samples and B = 32 tasks a step (case S), one thread; steps of all "
            "chains are counted.",
            [row for chains in (1, 64) for row in fresh(outer_steps, chains, 0.01 if quick else 3.0)],
        ),
        (
            "Counterexample search",
            "Exact rational arithmetic on one thread.",
            [fresh(exact_points, 200 if quick else 20_000, 5 if quick else 200)],
        ),
        (
            "Command",
            "The whole process, start to end, in real seconds.",
            [command(["--help"], "0.3 s", repeats), command(["evaluate", example], "2 s", repeats)]
            + [command(arguments, target, 1 if quick else 3) for arguments, target in verifications],
        ),
    ]


def report(tables: list[tuple[str, str, list[Row]]], quick: bool) -> str:
    """Write the tables, and what they were taken on, as Markdown."""
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    load = os.getloadavg()[0]
    lines = [
        "# Benchmarks",
        "",
        "Measured by `make bench`. Compare ratios within this page rather than seconds between machines: moments, "
        "closed forms and simulation are timed in processor seconds of one thread, the command in real seconds.",
        "",
        f"- {processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}; load average {load:.1f}, "
        "of which this run is about 1",
        f"- {platform.python_implementation()} {platform.python_version()}; {versions}",
        f"- seed {SEED}" + ("; quick run: the figures mean nothing" if quick else ""),
    ]
    for heading, explanation, rows in tables:
        lines += [
            "",
            f"## {heading}",
            "",
            explanation,
            "",
            "| what | measured | against | target |",
            "|---|---|---|---|",
        ]
        lines += [f"| {row.what} | {row.figure} | {row.against} | {row.target} |" for row in rows]
    return "\n".join(lines) + "\n"


def processor() -> str:
    """Name the processor, as far as the system tells."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or "unknown processor"
    names = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")]
    return names[0] if names else "unknown processor"


def typical(seconds: list[float]) -> str:
    """Write the best of several runs, which a busy machine disturbs least, and their median."""
    median = f" (median of {len(seconds)}: {duration(statistics.median(seconds))})" if len(seconds) > 1 else ""
    return duration(min(seconds)) + median


def duration(seconds: float) -> str:
    """Write a duration with two or three significant digits."""
    return f"{seconds * 1000:.3g} ms" if seconds < 0.1 else f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.1f} s"


def times(ratio: float) -> str:
    """Write a ratio with two significant digits."""
    return f"{float(f'{ratio:.2g}'):,g} x"


def rate(per_second: float) -> str:
    """Write a rate with three significant digits."""
    return f"{float(f'{per_second:.3g}'):,.0f}"


def module(path: Path):
    """Import a file that is in no package."""
    specification = importlib.util.spec_from_file_location(path.stem, path)
    loaded = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(loaded)
    return loaded


def main() -> None:
    """Measure, then write the page whole or not at all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="shrink every problem, to see that the script works")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "benchmarks.md")
    arguments = parser.parse_args()
    os.environ.update(dict.fromkeys(THREADS, "1"))
    page = report(measure(arguments.quick), arguments.quick)
    with tempfile.NamedTemporaryFile("w", dir=arguments.output.parent, delete=False, encoding="utf-8") as file:
        file.write(page)
    os.chmod(file.name, 0o644)
    os.replace(file.name, arguments.output)
    print(page, end="")


if __name__ == "__main__":
    main()
