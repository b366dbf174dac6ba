"""The hunt for a counterexample to one claim: what was refuted, and how much was tried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from time import perf_counter
from typing import Any, Literal

from proofs_check.budget import Deadline
from proofs_check.digest import statement_digest
from proofs_check.fuzz.archive import Archive
from proofs_check.fuzz.targets import Sides, Target, targets_of
from proofs_check.verdict import Evidence, Outcome
from theory.claim import Claim

__all__ = ["ClaimHunt", "Finding"]

Result = Literal["refuted", "not refuted", "undecided", "not tested"]


@dataclass(frozen=True)
class Finding:
    """What the hunt found on one claim.

    Parameters
    ----------
    claim : Claim
        Which claim.
    result : {"refuted", "not refuted", "undecided", "not tested"}
        ``undecided`` where the claim divides by zero within its hypotheses, or the search and the check of what it
        found disagree; ``not tested`` where no point can be, or was.
    points, mixtures : int
        How many different exact points and mixtures that meet the hypotheses were tested.
    seconds : float
        Time that all of it took.
    points_per_second : float or None
        Points and mixtures tested in a second of searching; ``None`` where nothing was searched.
    detail : str
        One sentence: what was found, or why nothing was.
    replayed : bool
        Whether the counterexample was in the database already.
    kept : bool
        Whether the database has it now.
    counterexample : mapping or None
        Where refuted: exact values by name.
    sides : tuple of Sides
        Where refuted: what is compared there.
    """

    claim: Claim
    result: Result
    points: int
    mixtures: int
    seconds: float
    points_per_second: float | None
    detail: str
    replayed: bool = False
    kept: bool = False
    counterexample: Mapping[str, str] | None = None
    sides: tuple[Sides, ...] = ()

    @property
    def as_expected(self) -> bool:
        """Whether a claim that ought to be refuted was, and one that ought to be true was not."""
        return (self.result == "refuted") == (self.claim.expected == "refuted")

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON-ready data."""
        rate = self.points_per_second
        found: dict[str, Any] = {
            "name": self.claim.name,
            "digest": statement_digest(self.claim),
            "statement": self.claim.sentence,
            "kind": self.claim.kind,
            "expected": self.claim.expected,
            "result": self.result,
            "as_expected": self.as_expected,
            "points": self.points,
            "mixtures": self.mixtures,
            "seconds": round(self.seconds, 6),
            "points_per_second": None if rate is None else round(rate, 1),
            "detail": self.detail,
        }
        if self.counterexample is not None:
            found["counterexample"] = dict(self.counterexample)
            found["sides"] = [asdict(side) for side in self.sides]
            found["replayed"], found["kept"] = self.replayed, self.kept
        return found


class ClaimHunt:
    """The hunt for a counterexample to one claim.

    Parameters
    ----------
    claim : Claim
        What may be false.
    archive : Archive
        Where its counterexamples are kept.
    seed : int
        Seeds everything random.
    """

    def __init__(self, claim: Claim, archive: Archive, seed: int) -> None:
        self.claim, self.archive, self.seed = claim, archive, seed
        self.targets: tuple[Target, ...] = ()
        self.refuted: Finding | None = None
        self._started = perf_counter()
        self._searched, self._seconds_searched = 0, 0.0

    def run(self, examples: int | None, deadline: Deadline) -> None:
        """Replay what the archive has, then search every target with an even share of points and time."""
        self.targets = targets_of(self.claim, self.seed)
        for target, point in self._archived():
            self._conclude(target, "replayed from the database", point)
            if self.refuted:
                return
        for number, target in enumerate(self.targets):
            share = Deadline.after(deadline.left / (len(self.targets) - number))
            most = None if examples is None else -(-examples // (len(self.targets) * target.cost))
            started, before = perf_counter(), target.tested
            try:
                point = target.search(most, share)
            finally:
                self._seconds_searched += perf_counter() - started
                self._searched += target.tested - before
            if point is not None:
                self._conclude(target, "search", point)
                return

    def _archived(self) -> Iterator[tuple[Target, Any]]:
        """Yield what the archive has and still refutes; the rest is dropped from it."""
        by_label = {target.label: target for target in self.targets}
        for label, record in self.archive.records(self.claim.name):
            target = by_label.get(label)
            point = None if target is None else target.replay(record)
            if target is None or point is None:
                self.archive.delete(self.claim.name, label, record)
            else:
                yield target, point

    def _conclude(self, target: Target, method: str, point: Any) -> None:
        """Keep a point, make it simple, and keep that instead."""
        found = target.record(point)
        self.archive.save(self.claim.name, target.label, found)  # at once: shrinking may be interrupted
        evidence = target.evidence(method, point, self._started)
        finding = self._finding("refuted", evidence.detail)
        if evidence.outcome is not Outcome.REFUTED:
            self.archive.delete(self.claim.name, target.label, found)
            self.refuted = replace(finding, result="undecided")
            return
        simple = target.kept(evidence)
        kept = self.archive.save(self.claim.name, target.label, simple)
        if simple != found:
            self.archive.delete(self.claim.name, target.label, found)
        self.refuted = replace(
            finding,
            replayed=method != "search",
            kept=kept,
            counterexample=_counterexample(evidence),
            sides=target.sides(evidence),
        )

    def finding(self, *, interrupted: bool = False) -> Finding:
        """Say what came out."""
        if self.refuted:
            return self.refuted
        tested = sum(target.tested for target in self.targets)
        undefined = [where for target in self.targets if (where := getattr(target, "undefined", None))]
        stopped = "; stopped by Ctrl-C" if interrupted else ""
        if not self.targets and not interrupted:
            return self._finding("not tested", f"a claim of kind {self.claim.kind} on matrices: no point refutes it")
        if not tested:
            return self._finding("not tested", f"no point that satisfies the hypotheses was tried{stopped}")
        if undefined:
            detail = f"divides by zero {undefined[0]}, which the hypotheses allow; add one that excludes it{stopped}"
            return self._finding("undecided", detail)
        return self._finding("not refuted", f"holds wherever it was tested{stopped}")

    def _finding(self, result: Result, detail: str) -> Finding:
        mixtures = sum(target.tested for target in self.targets if target.cost > 1)
        points = sum(target.tested for target in self.targets) - mixtures
        rate = self._searched / self._seconds_searched if self._seconds_searched else None
        return Finding(self.claim, result, points, mixtures, perf_counter() - self._started, rate, detail)


def _counterexample(evidence: Evidence) -> Mapping[str, str]:
    """Return the values of a counterexample; the sides of a mixture's comparison are told apart from them."""
    values = dict(evidence.counterexample or {})
    return {
        name: value for name, value in values.items() if name not in ("lhs", "rhs") or "mixture" not in evidence.data
    }
