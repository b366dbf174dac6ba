"""The SMT solvers as processes that can be killed: both are asked the same question at once, each with a limit."""

from __future__ import annotations

import importlib.util
import json
import os
import selectors
import subprocess
import sys
import weakref
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from types import TracebackType
from typing import Literal

from proofs_check.budget import Deadline
from proofs_check.solver_worker import GRACE_SECONDS

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

    def ask(self, text: str, seconds: float) -> None:
        """Send a question."""
        self._received = b""
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
            Limit for each solver.
        patience : float, optional
            Once one has answered, how much longer the others may take; by default, to the end of the limit.
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
        deadline = Deadline.after(seconds + GRACE_SECONDS / 2)
        with selectors.DefaultSelector() as selector:
            for name in asked:
                self._workers[name].ask(text, seconds)
                selector.register(self._workers[name].output, selectors.EVENT_READ, name)
            while len(answers) < len(asked) and not deadline.passed:
                for key, _ in selector.select(deadline.left):
                    answer = self._workers[key.data].receive()
                    if answer is not None:
                        selector.unregister(key.fileobj)
                        answers[key.data] = answer
                        if patience is not None and answer.status != "unknown":
                            deadline = min(deadline, Deadline.after(patience), key=lambda d: d.moment)
        for name in asked:
            if name not in answers:
                self._workers[name].kill()
                answers[name] = Answer(name, "unknown", f"{name} gave no answer within its limit and was ended")
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
