"""A hunt over many claims within limits of points and time: what was refuted, and how much was tried."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from math import inf
from typing import Any

from numerics.scheduling import worker_count
from proofs_check.budget import Deadline
from proofs_check.fuzz.archive import Archive
from proofs_check.fuzz.claim_hunt import ClaimHunt, Finding
from proofs_check.fuzz.workers import Shares, by_workers
from theory.claim import Claim

__all__ = ["SCHEMA", "FuzzReport", "fuzz"]

SCHEMA = "landscape.fuzz/1"


@dataclass(frozen=True)
class FuzzReport:
    """What a hunt over several claims found.

    Parameters
    ----------
    seed : int
        Seeds everything random.
    examples : int or None
        Points to try on each claim; ``None`` where time alone was the limit.
    seconds : float or None
        Time for all claims together; ``None`` where points alone were the limit.
    findings : tuple of Finding
        One per claim, in order; fewer where the hunt was interrupted.
    interrupted : bool
        Whether Ctrl-C ended it early.
    """

    seed: int
    examples: int | None
    seconds: float | None
    findings: tuple[Finding, ...]
    interrupted: bool = False

    @property
    def as_expected(self) -> bool:
        """Whether it ran to its end and every finding is as expected."""
        return not self.interrupted and all(finding.as_expected for finding in self.findings)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON-ready data; ``docs/json.md`` documents the schema."""
        return {
            "schema": SCHEMA,
            "seed": self.seed,
            "examples": self.examples,
            "seconds": self.seconds,
            "interrupted": self.interrupted,
            "as_expected": self.as_expected,
            "claims": [finding.to_json() for finding in self.findings],
        }


def fuzz(
    claims: Iterable[Claim],
    *,
    examples: int | None = 5_000,
    seconds: float | None = None,
    seed: int = 0,
    archive: Archive | None = None,
    scheduler: str = "threads",
    workers: int | None = 1,
    on_start: Callable[[Claim], None] | None = None,
    on_finding: Callable[[Finding], None] | None = None,
) -> FuzzReport:
    """Hunt for counterexamples to claims, by default one claim after the other.

    Parameters
    ----------
    claims : iterable of Claim
        What may be false.
    examples : int or None
        Exact points to try on each claim, those that the hypotheses exclude included and a mixture counting as 25;
        ``None`` for as many as there is time for.
    seconds : float, optional
        Time for all claims together; what is left is shared evenly among those that are still to come.
    seed : int
        Seeds everything random; a claim's points do not depend on which other claims are tested, or by whom, unless
        time ends.
    archive : Archive, optional
        Where counterexamples are kept, and taken from before anything is searched; other machines need not see it.
    scheduler : str
        Who hunts: ``"threads"``, ``"processes"`` or the address of a Dask scheduler.
    workers : int, optional
        Threads or processes; one thread is this one. ``None`` for one per core.
    on_start, on_finding : callable, optional
        Told of every claim when a worker is given it, and when it was hunted.

    Raises
    ------
    ValueError
        If neither points nor time are limited.
    ClaimError
        If a claim cannot be sent to another process.
    SchedulerError, MissingExtraError
        As :func:`numerics.scheduling.completed` does.
    """
    if examples is None and seconds is None:
        raise ValueError("examples and seconds are both None; give at least one of them")
    claims, archive = tuple(claims), archive or Archive()
    many = worker_count(scheduler, workers) if seconds is not None else 1
    shares = Shares(inf if seconds is None else seconds, len(claims), max(1, many))
    if scheduler == "threads" and workers == 1:
        hunting = _here(claims, archive, examples, shares, seed, on_start)
    else:
        hunting = by_workers(claims, archive, examples, shares, seed, on_start, scheduler, workers)
    findings: dict[int, Finding] = {}
    interrupted = False
    try:
        with closing(hunting):
            for position, finding in hunting:
                findings[position] = finding
                if on_finding:
                    on_finding(finding)
    except _Interrupted as stopped:
        findings[len(findings)] = stopped.finding
        interrupted = True
    except KeyboardInterrupt:
        interrupted = True
    return FuzzReport(seed, examples, seconds, tuple(findings[n] for n in sorted(findings)), interrupted)


class _Interrupted(Exception):
    """Ctrl-C during a hunt, with what that had found."""

    def __init__(self, finding: Finding) -> None:
        super().__init__()
        self.finding = finding


def _here(
    claims: Sequence[Claim],
    archive: Archive,
    examples: int | None,
    shares: Shares,
    seed: int,
    on_start: Callable[[Claim], None] | None,
) -> Generator[tuple[int, Finding], None, None]:
    for position, claim in enumerate(claims):
        if on_start:
            on_start(claim)
        hunt = ClaimHunt(claim, archive, seed)
        try:
            hunt.run(examples, Deadline.after(shares.take(position)))
        except KeyboardInterrupt:
            raise _Interrupted(hunt.finding(interrupted=True)) from None
        shares.done(position)
        yield position, hunt.finding()
