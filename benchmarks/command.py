"""Measures the command from start to end, and what libraries take to be imported."""

import resource
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

from page import Row, duration, missing, times, typical
from timing import ROOT

LANDSCAPE = Path(sys.executable).with_name("landscape")
LIBRARIES = ("numpy", "sympy", "numba", "torch", "jax")


def rows(quick: bool) -> list[Row]:
    """Take the measurements."""
    repeats = 2 if quick else 7
    nothing = min(real for real, _ in (timed([sys.executable, "-c", "pass"]) for _ in range(repeats)))
    verify = ["verify", "collins2022.moment-second", "--budget", "small"]
    verifications = [(verify, "")] if quick else [(["verify", "--budget", "small"], "10 s"), (["verify"], "30 s")]
    return [
        command(["--help"], "60 ms", repeats, nothing),
        command(["evaluate", "examples/easy_hard.toml"], "2 s", repeats, nothing),
        *(command(arguments, target, 1 if quick else 2, nothing) for arguments, target in verifications),
        *(imported(library, 1 if quick else 3, nothing) for library in LIBRARIES),
    ]


def command(arguments: list[str], target: str, repeats: int, nothing: float) -> Row:
    """Time runs of the command, the whole process, against an interpreter that does nothing."""
    runs = [timed([str(LANDSCAPE), *arguments]) for _ in range(repeats)]
    seconds = [real for real, _ in runs]
    against = f"{duration(min(processor for _, processor in runs))} of processor"
    against += f"; {times(min(seconds) / nothing)} as long as `python -c pass` ({duration(nothing)})"
    return Row(f"`landscape {' '.join(arguments)}`", typical(seconds), against, target)


def imported(library: str, repeats: int, nothing: float) -> Row:
    """Time the import of a library, for scale."""
    what = f"for scale: `python -c 'import {library}'`"
    if find_spec(library) is None:
        return missing(what, library)
    seconds = [timed([sys.executable, "-c", f"import {library}"])[0] for _ in range(repeats)]
    return Row(what, typical(seconds), f"{times(min(seconds) / nothing)} as long as `python -c pass`")


def timed(arguments: list[str]) -> tuple[float, float]:
    """Run a command in the folder of the repository; returns real seconds, and those of the processor."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=False)
    elapsed, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        said = done.stdout[-2000:] + done.stderr[-2000:]
        raise SystemExit(f"{' '.join(arguments)} ended with {done.returncode}:\n{said}")
    return elapsed, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
