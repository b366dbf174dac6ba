"""Runs coqc: in a scratch folder, with a time limit, in a process group that is killed as a whole."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

__all__ = ["MISSING", "WHITELIST", "Compilation", "assumptions_of", "compile_source", "find_coqc", "stop_everything"]

#: What the column says without Coq.
MISSING = "not run: coqc not found (apt-get install coq)"

#: The axioms of Coq's library of real numbers: equality of Cauchy sequences can be decided in the classical sense, and
#: functions that agree everywhere are equal. ``sig_not_dec`` and ``classic`` are what its classical part rests on.
WHITELIST = frozenset(
    {
        "ClassicalDedekindReals.sig_forall_dec",
        "ClassicalDedekindReals.sig_not_dec",
        "FunctionalExtensionality.functional_extensionality_dep",
        "Classical_Prop.classic",
    }
)

#: What runs now, so that an interruption ends it.
_running: set[subprocess.Popen[str]] = set()

_MARK = "ASSUMPTIONS OF"
_CLOSED = "Closed under the global context"
_AXIOM = re.compile(r"^(\S+)\s*:", re.MULTILINE)


@dataclass(frozen=True)
class Compilation:
    """What coqc said of one file.

    Parameters
    ----------
    accepted : bool
        Whether it accepted every proof.
    output : str
        Standard output, where assumptions are printed.
    error : str
        Its complaint, or that the time limit ran out.
    line : int or None
        Where it complains.
    timed_out : bool
        Whether the limit ran out.
    seconds : float
        Time it took.
    """

    accepted: bool
    output: str
    error: str
    line: int | None
    timed_out: bool
    seconds: float


def find_coqc() -> str | None:
    """Return the path of coqc, if it is installed."""
    return shutil.which("coqc")


def compile_source(source: str, *, seconds: float, coqc: str | None = None) -> Compilation:
    """Compile one self-contained source.

    Parameters
    ----------
    source : str
        The text of a .v file.
    seconds : float
        Limit, after which coqc and all its children are killed.
    coqc : str, optional
        The compiler; by default the one on the path.

    Raises
    ------
    FileNotFoundError
        If there is no coqc.
    """
    command = coqc or find_coqc()
    if command is None:
        raise FileNotFoundError(MISSING)
    started = time.monotonic()
    # Tactics leave cache files in the working directory.
    with tempfile.TemporaryDirectory(prefix="landscape-coq-") as folder:
        (Path(folder) / "Scratch.v").write_text(source, encoding="utf-8")
        output, error, code = _run([command, "-q", "-w", "none", "Scratch.v"], folder, seconds)
    elapsed = time.monotonic() - started
    if code is None:
        return Compilation(False, output, f"stopped after {seconds:g} s", None, True, elapsed)
    found = re.search(r"line (\d+), characters", error)
    return Compilation(code == 0, output, error.strip(), int(found[1]) if found else None, False, elapsed)


def _run(command: list[str], folder: str, seconds: float) -> tuple[str, str, int | None]:
    """Run a command in a process group of its own; no member of it survives, however this ends."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    _running.add(process)
    try:
        output, error = process.communicate(timeout=seconds)
        return output, error, process.returncode
    except subprocess.TimeoutExpired:
        _kill(process)
        output, error = process.communicate()
        return output, error, None
    finally:
        _running.discard(process)
        _kill(process)
        process.wait()


def stop_everything() -> None:
    """Kill every coqc that this process has started, with its children."""
    for process in tuple(_running):
        _kill(process)


def _kill(process: subprocess.Popen[str]) -> None:
    # The group outlives its leader if a child does.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def print_assumptions(names: list[str]) -> str:
    """Return the commands that print what each theorem assumes, marked by its name."""
    return "".join(f'Goal True. idtac "{_MARK} {name}". Abort.\nPrint Assumptions {name}.\n' for name in names)


def assumptions_of(output: str) -> dict[str, frozenset[str]]:
    """Read what :func:`print_assumptions` made Coq print: axioms by theorem.

    Anything that is not understood counts as an assumption, so that nothing passes unseen.
    """
    found: dict[str, frozenset[str]] = {}
    for block in output.split(_MARK)[1:]:
        name, _, rest = block.partition("\n")
        rest = rest.strip()
        if rest == _CLOSED:
            found[name.strip()] = frozenset()
            continue
        head, _, body = rest.partition("\n")
        axioms = frozenset(_AXIOM.findall(body)) if head.strip() == "Axioms:" else frozenset()
        found[name.strip()] = axioms or frozenset({f"(not understood: {rest[:80]!r})"})
    return found
