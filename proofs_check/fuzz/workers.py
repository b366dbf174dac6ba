"""A hunt by several workers: what each is sent, what it brings back, and how they share the time."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from math import inf
from typing import Any

from hypothesis.database import InMemoryExampleDatabase

from proofs_check.budget import Deadline
from proofs_check.errands import Work, run_errands
from proofs_check.fuzz.archive import Archive
from proofs_check.fuzz.claim_hunt import ClaimHunt, Finding
from theory.claim import Claim

__all__ = ["Shares", "by_workers"]

#: What the archive has of a claim: targets, and points that refute them.
Records = list[tuple[str, Mapping[str, Any]]]
#: What a worker brings back: a finding without its claim, and what the archive is to have of it now.
Found = tuple[dict[str, Any], Records]


class Shares:
    """Shares the time for all claims evenly among those that are still to come.

    Parameters
    ----------
    seconds : float
        Time for all claims together, from now on.
    claims, workers : int
        How many claims there are, and how many are hunted at a time.
    """

    def __init__(self, seconds: float, claims: int, workers: int) -> None:
        self._end, self._left, self._workers = Deadline.after(seconds), claims, workers
        self._taken: dict[int, float] = {}

    def take(self, position: int) -> float:
        """Return how many seconds the next claim may take: its share of what nobody has taken yet."""
        left = self._end.left
        share = max(0.0, self._workers * left - sum(self._taken.values())) / self._left if left < inf else inf
        self._taken[position] = share = min(share, left)
        self._left -= 1
        return share

    def done(self, position: int) -> None:
        """Give back what a claim was given, which is spent or saved now."""
        del self._taken[position]


def by_workers(
    claims: Sequence[Claim],
    archive: Archive,
    examples: int | None,
    shares: Shares,
    seed: int,
    on_start: Callable[[Claim], None] | None,
    scheduler: str,
    workers: int | None,
) -> Generator[tuple[int, Finding], None, None]:
    """Hunt for counterexamples to several claims at a time; the arguments are those of :func:`proofs_check.fuzz.fuzz`.

    Yields
    ------
    (int, Finding)
        The position of a claim and what was found of it, as soon as it is there and the archive has it.
    """
    known = [list(archive.records(claim.name)) for claim in claims]

    def errands() -> Iterator[Work[Found]]:
        for position, claim in enumerate(claims):
            if on_start:
                on_start(claim)
            yield _Hunting(known[position], examples, shares.take(position), seed)

    running = run_errands(claims, errands(), scheduler=scheduler, workers=workers)
    with closing(running):
        for position, (fields, records) in running:
            shares.done(position)
            claim = claims[position]
            for record in known[position]:
                if record not in records:
                    archive.delete(claim.name, *record)
            saved = [archive.save(claim.name, *record) for record in records if record not in known[position]]
            finding = Finding(claim, **fields)
            yield position, replace(finding, kept=finding.kept and all(saved))


@dataclass(frozen=True)
class _Hunting:
    """Hunts for a counterexample to a claim in a worker, and brings back what is to be kept; it is sent there.

    Parameters
    ----------
    records : list of (target, point)
        What the archive has of the claim.
    examples, seconds, seed : int or None, float, int
        How many points to try, how long, and where.
    """

    records: Records
    examples: int | None
    seconds: float
    seed: int

    def __call__(self, claim: Claim) -> Found:
        archive = Archive(InMemoryExampleDatabase())
        for record in self.records:
            archive.save(claim.name, *record)
        hunt = ClaimHunt(claim, archive, self.seed)
        hunt.run(self.examples, Deadline.after(self.seconds))
        # Without the claim: the other side has it.
        fields = {name: value for name, value in vars(hunt.finding()).items() if name != "claim"}
        return fields, list(archive.records(claim.name))
