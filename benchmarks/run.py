"""Measures how fast the library is and writes docs/benchmarks.md: make bench.

Each file beside this one measures one thing and says what it is compared with; what is compared runs in turns in a
fresh process on one thread. Machines are noisy, so ratios taken side by side in one run tell more than seconds.

    python benchmarks/run.py [--quick] [--output FILE]

--quick shrinks every problem: it shows that the scripts work, not how fast anything is.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import closed_forms
import command
import descent
import grids
import growth
import memory
import moments
import scaling
import search
from page import Table, report
from timing import ROOT, SEED, one_thread


def measure(quick: bool) -> list[Table]:
    """Take every measurement."""
    sections = (
        lambda: descent.tables(quick),
        lambda: growth.tables(quick),
        lambda: grids.tables(quick),
        lambda: [Table("Closed forms", "Derived expressions on arrays, in float64.", closed_forms.rows(quick))],
        lambda: [
            Table(
                "Moments",
                "Exact expectations over Gaussian data, derived anew in each process; N counts the copies of the "
                "sample covariance, which have (2N-1)!! pairings. Dimension and sample count are symbols unless given.",
                moments.rows(quick),
            )
        ],
        lambda: [
            Table("Counterexample search", "Exact rational arithmetic on one thread.", search.rows(quick)),
            Table(
                "Memory",
                "What four steps of a simulation allocate at their peak, as Python's tracemalloc counts it, or by "
                "which they raise the peak of the whole process if that is more; of the limit given.",
                memory.rows(quick),
            ),
        ],
        lambda: scaling.tables(quick),
        lambda: [Table("Command", "The whole process, start to end, in real seconds.", command.rows(quick))],
    )
    found = []
    for section in sections:
        started = time.perf_counter()
        found += section()
        print(f"{found[-1].heading}: {time.perf_counter() - started:.0f} s", file=sys.stderr)
    return found


def main() -> None:
    """Measure, then write the page whole or not at all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="shrink every problem, to see that the script works")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "benchmarks.md")
    arguments = parser.parse_args()
    one_thread()
    load, started = os.getloadavg()[0], time.perf_counter()
    tables = measure(arguments.quick)
    page = report(tables, load, time.perf_counter() - started, SEED, arguments.quick)
    with tempfile.NamedTemporaryFile("w", dir=arguments.output.parent, delete=False, encoding="utf-8") as file:
        file.write(page)
    os.chmod(file.name, 0o644)
    os.replace(file.name, arguments.output)
    print(page, end="")


if __name__ == "__main__":
    main()
