"""Coq beside the judging: its kernel checks the claims in processes of its own while this one goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Event, Thread

from proofs_check.coq.counterexamples import first_counterexample
from proofs_check.coq.kernel import STOPPED, Task
from proofs_check.coq.session import find_coqc, stop_everything
from proofs_check.verdict import Evidence, Obligation, Outcome, Tier, Verdict
from theory.claim import Claim

__all__ = ["Background"]


class Background:
    """Claims on their way through Coq's kernel. As a context manager it leaves no coqc behind, however it is left.

    Parameters
    ----------
    claims : sequence of Claim
        What is to be proved, or the negation where a claim is expected to be refuted.
    """

    def __init__(self, claims: Sequence[Claim]) -> None:
        self.claims = tuple(claims)
        self._stop, self._found, self._failure = Event(), dict[str, Evidence](), list[BaseException]()
        points = {}
        if find_coqc() is not None:
            false = (claim for claim in self.claims if claim.expected == "refuted")
            points = {claim.name: point for claim in false if (point := first_counterexample(claim)) is not None}
        self._negated = frozenset(points)
        # Without coqc there is nothing to write theorems for; written here, they take no time from the rungs.
        self._task = Task(self.claims if find_coqc() is not None else (), points)
        self._done = Event()  # a join that Ctrl-C interrupts takes the thread for ended
        self._thread = Thread(target=self._run, name="coqc", daemon=True)

    def __enter__(self) -> Background:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def _run(self) -> None:
        try:
            self._found = self._task.run(stop=self._stop)
        except BaseException as failure:  # raised again where the result is asked for
            self._failure.append(failure)
        finally:
            self._done.set()

    def stop(self) -> None:
        """Kill what runs and start nothing more."""
        self._stop.set()
        while not self._done.wait(0.05):
            stop_everything()  # again, for what was just being started

    def evidence(self, verdicts: Mapping[str, Verdict]) -> dict[str, Evidence]:
        """Wait for Coq, and return what it says of each claim.

        Parameters
        ----------
        verdicts : mapping from claim name to Verdict
            How the claims were judged meanwhile: where one was refuted that nobody expected to be, its negation is
            proved too, from the counterexample found.
        """
        if find_coqc() is None:
            return Task(self.claims, {}).run()
        while not self._done.wait(0.1):  # so that Ctrl-C is heard
            pass
        if self._failure:
            raise self._failure[0]
        surprises = {n: v for n, v in verdicts.items() if v.outcome == "refuted" and n not in self._negated}
        if not surprises:
            return dict(self._found)
        task = Task([claim for claim in self.claims if claim.name in surprises], surprises)
        found = task.run(stop=self._stop)
        return self._found | {n: e for n, e in found.items() if e.outcome is not Outcome.NOT_RUN}

    @staticmethod
    def stopped() -> Evidence:
        """Return what is to be said of a claim that an interruption left unchecked."""
        return Evidence("coqc", Obligation.CONCLUSION, Outcome.NOT_RUN, Tier.KERNEL, 0.0, STOPPED)
