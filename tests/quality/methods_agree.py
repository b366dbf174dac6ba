"""Run every method on many configurations and see whether it ends at its closed form: `make agree`.

The two testbeds, and random configurations of 1 to 8 dimensions, 2 to 4 classes, isotropic or not. All comparisons of
the whole run share one false-alarm probability. Writes docs/methods-agreement.md; exits with 1 where a method differs.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import testbeds

from numerics.solutions import evaluated_problem, place
from proofs_check.comparison import compare_descent
from theory.errors import LandscapeError
from theory.methods import NAMES

ROOT = Path(__file__).parents[2]
FALSE_ALARM = 1e-6


@dataclass(frozen=True)
class Outcome:
    """What came of one method on one configuration."""

    name: str
    bed: str
    verdict: str
    z: float = 0.0
    critical: float = 0.0
    detectable: float = 0.0
    reason: str = ""


def configuration_of(bed: str):
    """Return the testbed, or the random configuration, of that name."""
    return {"T0": testbeds.T0, "T1": testbeds.T1}.get(bed) or testbeds.random_configuration(int(bed))


def tried(name: str, bed: str, seed: int, false_alarm: float) -> Outcome:
    """Run one method on one configuration."""
    configuration = configuration_of(bed)
    try:
        solution = place(configuration.method(name), evaluated_problem(configuration)).solution
        if not (solution.exists and solution.stable):
            return Outcome(name, bed, "none", reason="; ".join(solution.notes))
        run = compare_descent(configuration, name, seed=seed, false_alarm=false_alarm)
    except LandscapeError as error:
        return Outcome(name, bed, "refused", reason=str(error))
    detectable = float(run.detectable.max())
    return Outcome(name, bed, "agrees" if run.agrees else "differs", run.z_max, run.critical_value, detectable)


def page(outcomes: list[Outcome], seed: int, seconds: float) -> str:
    """Write the table."""
    lines = [
        "# Every method against its own simulation",
        "",
        "Written by `make agree`; do not edit. [The methods](methods.md) says what is compared.",
        "",
        "Each method ran on the two testbeds and on random configurations (1 to 8 dimensions, 2 to 4 classes, "
        "isotropic or not, K = 1 or 2, reused or fresh data). The probability that any of the "
        f"{len(outcomes)} runs (seed {seed}) differs by chance is at most {FALSE_ALARM:g}. *detectable*: an error of a "
        "closed form that would have been noticed with a probability of 99.9 %, the median over the configurations and "
        "the worst. *no rest*: the method has no stable point of rest there, or says nothing.",
        "",
        "| method | agrees | differs | no rest | largest z, allowed | detectable: median | worst |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for name in NAMES:
        mine = [item for item in outcomes if item.name == name]
        ran = [item for item in mine if item.verdict in ("agrees", "differs")]
        agreeing = sum(item.verdict == "agrees" for item in ran)
        worst = max(ran, key=lambda item: item.z / item.critical, default=None)
        numbers = (
            f"{worst.z:.1f}, {worst.critical:.1f} | {statistics.median(item.detectable for item in ran):.2g} | "
            f"{max(item.detectable for item in ran):.2g}"
            if worst
            else "- | - | -"
        )
        lines.append(f"| `{name}` | {agreeing} | {len(ran) - agreeing} | {len(mine) - len(ran)} | {numbers} |")
    lines += ["", f"{len(outcomes)} runs in {seconds:.0f} s.", ""]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("methods", nargs="*", default=NAMES)
    parser.add_argument("--random", type=int, default=20, help="random configurations")
    parser.add_argument("--seed", type=int, default=2022)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "methods-agreement.md")
    options = parser.parse_args()
    beds = ["T0", "T1", *map(str, range(options.random))]
    tasks = [(name, bed) for name in options.methods for bed in beds]
    started, outcomes = time.monotonic(), []
    with ProcessPoolExecutor(options.jobs, mp_context=get_context("spawn")) as pool:
        running = [pool.submit(tried, *task, options.seed, FALSE_ALARM / len(tasks)) for task in tasks]
        for future in as_completed(running):
            outcome = future.result()
            outcomes.append(outcome)
            if outcome.verdict != "agrees":
                print(f"{outcome.name} on {outcome.bed}: {outcome.verdict} {outcome.reason}", flush=True)
            if sys.stderr.isatty():
                print(f"\r{len(outcomes)} of {len(tasks)}", end="", file=sys.stderr, flush=True)
    if set(options.methods) == set(NAMES):
        options.output.write_text(page(outcomes, options.seed, time.monotonic() - started), encoding="utf-8")
    differing = [item for item in outcomes if item.verdict == "differs"]
    print(f"{len(outcomes)} runs, {len(differing)} differ, {time.monotonic() - started:.0f} s")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
