"""The page that `make bench` writes: rows, tables, and how figures are put."""

import os
import platform
import statistics
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("maml-landscape", "numpy", "scipy", "sympy", "python-flint", "z3-solver", "cvc5", "numba", "distributed")
RIVALS = ("torch", "learn2learn", "jax", "numexpr")


@dataclass(frozen=True)
class Row:
    """One line of a table: what was measured, its figure, what it is set against, and the figure that is aimed at."""

    what: str
    figure: str
    against: str = ""
    target: str = ""


@dataclass(frozen=True)
class Table:
    """A heading, what is measured under it, and the rows."""

    heading: str
    explanation: str
    rows: list[Row]


def missing(what: str, package: str) -> Row:
    """Return the row of a measurement that an absent library prevents."""
    return Row(what, f"not run: {package} is not installed (`pip install {package}`)")


def report(tables: list[Table], load: float, seconds: float, seed: int, quick: bool) -> str:
    """Write the tables, and what they were taken on, as Markdown."""
    versions = ", ".join(f"{name} {installed(name)}" for name in PACKAGES + RIVALS)
    lines = [
        "# Benchmarks",
        "",
        "Measured by `make bench`. Compare ratios within this page rather than seconds between machines. What is "
        "compared was run in turns in one process on one thread, in processor seconds; commands and scaling are in "
        "real ones. Figures are the best of several runs, which other programs disturb least, with the range of all.",
        "",
        f"- {processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}; load average {load:.1f} "
        f"before this run, {os.getloadavg()[0]:.1f} after it, of which it is about 1; it took {duration(seconds)}",
        f"- {platform.python_implementation()} {platform.python_version()}; {versions}",
        f"- seed {seed}" + ("; quick run: the figures mean nothing" if quick else ""),
    ]
    for table in tables:
        lines += ["", f"## {table.heading}", "", table.explanation, ""]
        lines += ["| what | measured | against | target |", "|---|---|---|---|"]
        lines += [f"| {row.what} | {row.figure} | {row.against} | {row.target} |" for row in table.rows]
    return "\n".join(lines) + "\n"


def installed(package: str) -> str:
    """Return the version of a package."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def processor() -> str:
    """Name the processor, as far as the system tells."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or "unknown processor"
    names = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")]
    return names[0] if names else "unknown processor"


def typical(seconds: list[float]) -> str:
    """Write the best of several durations, and their median."""
    median = f" (median of {len(seconds)}: {duration(statistics.median(seconds))})" if len(seconds) > 1 else ""
    return duration(min(seconds)) + median


def rates(per_second: list[float], unit: str) -> str:
    """Write the best of several rates, and their range."""
    spread = f" ({len(per_second)} runs: from {rate(min(per_second))})" if len(per_second) > 1 else ""
    return f"{rate(max(per_second))} {unit}{spread}"


def duration(seconds: float) -> str:
    """Write a duration with two or three significant digits."""
    return f"{seconds * 1000:.3g} ms" if seconds < 0.1 else f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.1f} s"


def times(ratio: float) -> str:
    """Write a ratio with two significant digits."""
    return f"{float(f'{ratio:.2g}'):,g} x"


def rate(per_second: float) -> str:
    """Write a rate with three significant digits."""
    figure = float(f"{per_second:.3g}")
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:g}"
