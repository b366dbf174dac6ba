"""The SMT solvers as processes that can be killed: both are asked the same question at once, each with a limit."""

from __future__ import annotations

import importlib.util
import json
import os
import selectors
import subprocess
import sys
import time
import weakref
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from types import TracebackType
from typing import Literal

from proofs_check.budget import Deadline
from proofs_check.solver_worker import GRACE_SECONDS, TIMEOUT, WAITING

__all__ = ["BACKENDS", "Answer", "Backend", "Solvers", "Value"]


@dataclass(frozen=True)
class Backend:
    """One solver: its name, the module that has it and the distribution to install."""

    name: str
    module: str
    distribution: str

    @property
    def missing(self) -> str | None:
        """Why it cannot be asked, or ``None``."""
        if importlib.util.find_spec(self.module) is not None:
            return None
        return f"{self.name} is not installed (pip install {self.distribution})"


#: A question of more characters than this is not put to anybody: the longest on a paper's claim has five thousand.
MAX_CHARACTERS = 500_000

#: Whether the system tells how long another process has computed.
_TELLS_TIME = sys.platform == "linux"
#: Seconds between two looks at that.
_GLANCE = 0.02

BACKENDS = (Backend("z3", "z3", "z3-solver"), Backend("cvc5", "cvc5", "cvc5"))


@dataclass(frozen=True)
class Value:
    """What a model gives one variable: a rational, or one near it where the value itself is irrational."""

    near: Fraction
    exact: bool


@dataclass(frozen=True)
class Answer:
    """What one solver said.

    Parameters
    ----------
    solver : str
        Who.
    status : {"unsat", "sat", "unknown"}
        The answer.
    reason : str
        Why unknown, naming the limit where one ran out.
    model : mapping from variable to Value
        Where satisfiable.
    """

    solver: str
    status: Literal["unsat", "sat", "unknown"]
    reason: str = ""
    model: dict[str, Value] = field(default_factory=dict)


class _Worker:
    """One solver's process, started when first asked and again after it was killed."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self._process: subprocess.Popen[bytes] | None = None
        self._finalizer: weakref.finalize[[subprocess.Popen[bytes]], _Worker] | None = None
        self._received = b""
        self._ready, self._begun = False, 0.0

    @property
    def process_id(self) -> int | None:
        """The process's number, where one runs."""
        return None if self._process is None else self._process.pid

    @property
    def output(self) -> int:
        """File descriptor that answers arrive on."""
        assert self._process is not None
        assert self._process.stdout is not None
        return self._process.stdout.fileno()

    @property
    def worked(self) -> float:
        """Seconds that the process has computed since the question, without what loading the solver took."""
        return self._time() - self._begun if self._ready else 0.0

    def _time(self) -> float:
        """Return the time that the process has computed, where the system tells, or else the time of day."""
        if self._process is None or not _TELLS_TIME:
            return time.monotonic()
        try:
            return time.clock_gettime(_cpu_clock(self._process.pid))
        except OSError:  # it has ended
            return self._begun

    def ask(self, text: str, seconds: float) -> None:
        """Send a question."""
        self._received = b""
        self._begun = self._time()
        question = json.dumps({"text": text, "seconds": seconds}).encode() + b"\n"
        try:
            self._send(question)
        except BrokenPipeError:  # it ended since the last question, for example by its own alarm
            self.kill()
            self._send(question)

    def _send(self, question: bytes) -> None:
        if self._process is None:
            # Its own session: Ctrl-C is for us to handle, and then we end it.
            self._process = subprocess.Popen(
                [sys.executable, "-m", "proofs_check.solver_worker", self.backend.name],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            self._finalizer = weakref.finalize(self, _end, self._process)
            self._ready = False
        assert self._process.stdin is not None
        self._process.stdin.write(question)
        self._process.stdin.flush()

    def receive(self) -> Answer | None:
        """Read what has arrived; return the answer once it is complete."""
        part = os.read(self.output, 1 << 16)
        if not part:
            self.kill()
            return Answer(self.backend.name, "unknown", f"{self.backend.name} ended without an answer")
        self._received += part
        if not self._ready and b"\n" in self._received:
            self._ready, self._begun = True, self._time()
            self._received = self._received.partition(b"\n")[2]
        if not self._received.endswith(b"\n"):
            return None
        reply = json.loads(self._received)
        model = {name: Value(Fraction(value), exact) for name, (value, exact) in reply["model"].items()}
        return Answer(self.backend.name, reply["answer"], reply["reason"], model)

    def kill(self) -> None:
        """End the process; the next question starts another."""
        if self._finalizer is not None:
            self._finalizer()
        self._process = self._finalizer = None


def _cpu_clock(process_id: int) -> int:
    """Return the clock of a process's computing, as ``clock_getcpuclockid`` does on Linux."""
    return (~process_id << 3) | 2


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            try:
                stream.close()
            except BrokenPipeError:
                continue


class Solvers:
    """The solvers that are there to be asked. Use it as a context manager: no process outlives it.

    Parameters
    ----------
    backends : iterable of Backend
        Who to ask, in order of preference.
    """

    def __init__(self, backends: Iterable[Backend] = BACKENDS) -> None:
        backends = tuple(backends)
        self.missing = {backend.name: why for backend in backends if (why := backend.missing) is not None}
        self._workers = {backend.name: _Worker(backend) for backend in backends if backend.missing is None}

    @property
    def names(self) -> tuple[str, ...]:
        """Who can be asked."""
        return tuple(self._workers)

    @property
    def process_ids(self) -> dict[str, int]:
        """The processes that run now, by solver."""
        return {name: worker.process_id for name, worker in self._workers.items() if worker.process_id is not None}

    def ask(
        self, text: str, seconds: float, patience: float | None = None, only: Iterable[str] | None = None
    ) -> dict[str, Answer]:
        """Put a question to several solvers at once.

        Parameters
        ----------
        text : str
            SMT-LIB declarations and assertions, without ``check-sat``.
        seconds : float
            How long each solver may compute; time in which others have the core does not count.
        patience : float, optional
            How much longer than the first to answer the others may compute; by default, to the end of the limit.
        only : iterable of str, optional
            Whom to ask; by default all.

        Returns
        -------
        dict
            Answers by solver, in order of preference; unknown, with the reason, where the question is too long.
        """
        asked = [name for name in self._workers if only is None or name in set(only)]
        if len(text) > MAX_CHARACTERS:
            reason = f"not asked: the question has {len(text)} characters, at most {MAX_CHARACTERS} are sent"
            return {name: Answer(name, "unknown", reason) for name in asked}
        answers: dict[str, Answer] = {}
        waiting = Deadline.after(WAITING * seconds + GRACE_SECONDS)
        with selectors.DefaultSelector() as selector:
            for name in asked:
                self._workers[name].ask(text, seconds)
                selector.register(self._workers[name].output, selectors.EVENT_READ, name)
            while len(answers) < len(asked):
                for key, _ in selector.select(_GLANCE):
                    worker = self._workers[key.data]
                    worked, answer = worker.worked, worker.receive()
                    if answer is not None:
                        selector.unregister(key.fileobj)
                        answers[key.data] = answer
                        if patience is not None and answer.status != "unknown":
                            seconds = min(seconds, worked + patience)
                for name in asked:
                    if name not in answers and (self._workers[name].worked > seconds or waiting.passed):
                        selector.unregister(self._workers[name].output)
                        self._workers[name].kill()
                        answers[name] = Answer(name, "unknown", TIMEOUT)
        return {name: answers[name] for name in asked}

    def close(self) -> None:
        """End every process."""
        for worker in self._workers.values():
            worker.kill()

    def __enter__(self) -> Solvers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
