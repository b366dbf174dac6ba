"""Replays a ledger: refuses one that is not of the claims as installed, then checks all that its evidence carries."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Literal

from proofs_check.digest import record_digest, statement_digest
from proofs_check.judging import obligations_of
from proofs_check.replay.evidence import Checker
from proofs_check.replay.polynomials import Failed
from proofs_check.verdict import Evidence, Obligation, Outcome, Tier, Verdict, conclude
from proofs_check.verify import SCHEMA, claim_json
from theory.claim import Claim
from theory.errors import RecordError

__all__ = ["Replay", "Replayed", "load", "replay"]

_NOT_COMPARED = {"seconds", "evidence"}


@dataclass(frozen=True)
class Replayed:
    """What became of one piece of evidence.

    Parameters
    ----------
    claim : str
        Name of the claim.
    evidence : Evidence
        As recorded.
    what : str
        What it carries: ``certificate``, ``witness``, ``counterexample``, or nothing.
    outcome : {"replayed", "failed", "not replayed"}
        Whether it holds.
    detail : str
        Why it failed, or why it was not replayed.
    """

    claim: str
    evidence: Evidence
    what: str
    outcome: Literal["replayed", "failed", "not replayed"]
    detail: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON-ready data."""
        return {
            "claim": self.claim,
            "method": self.evidence.method,
            "obligation": self.evidence.obligation.value,
            "what": self.what,
            "outcome": self.outcome,
            "detail": self.detail,
        }


@dataclass(frozen=True)
class Replay:
    """A whole ledger, replayed.

    Parameters
    ----------
    claims : int
        How many claims the ledger has.
    items : tuple of Replayed
        One for each piece of evidence that found something, in order.
    seconds : float
        Time it took.
    """

    claims: int
    items: tuple[Replayed, ...]
    seconds: float

    @property
    def holds(self) -> bool:
        """Whether nothing failed."""
        return not self.of("failed")

    def of(self, outcome: str, what: str | None = None) -> tuple[Replayed, ...]:
        """Return the items with an outcome, of one kind or of all."""
        return tuple(item for item in self.items if item.outcome == outcome and what in (None, item.what))

    def to_json(self) -> dict[str, Any]:
        """Return the replay as JSON-ready data; ``docs/json.md`` documents the schema."""
        counts = {outcome: len(self.of(outcome)) for outcome in ("replayed", "failed", "not replayed")}
        return {
            "schema": "landscape.replay/1",
            "holds": self.holds,
            "claims": self.claims,
            "counts": counts,
            "seconds": round(self.seconds, 6),
            "items": [item.to_json() for item in self.items],
        }


def load(path: str) -> dict[str, Any]:
    """Read what ``landscape verify --json`` wrote.

    Raises
    ------
    RecordError
        If there is no such file, or it holds something else.
    """
    try:
        with open(path, encoding="utf-8") as file:
            record = json.load(file)
    except OSError as error:
        raise RecordError(f"cannot read {path!r}: {error.strerror or error}") from None
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise RecordError(f"{path!r} is not JSON ({error}); write one with: landscape verify --json {path}") from None
    schema = record.get("schema") if isinstance(record, dict) else None
    if schema != SCHEMA:
        raise RecordError(f"{path!r} is not a ledger: its schema is {schema!r} and not {SCHEMA!r}")
    checked: dict[str, Any] = record
    return checked


def replay(
    record: Mapping[str, Any], claims: Iterable[Claim], *, on_claim: Callable[[str], None] | None = None
) -> Replay:
    """Check every certificate, witness and counterexample of a ledger.

    Parameters
    ----------
    record : mapping
        From :func:`load`, or :meth:`proofs_check.verify.Ledger.to_json`.
    claims : iterable of Claim
        The claims as they are now.
    on_claim : callable, optional
        Told the name of every claim before it is replayed.

    Raises
    ------
    RecordError
        If a digest is not that of the claim as it is now, or of the evidence as recorded, or if anything else in the
        ledger does not follow from claims and evidence. Nothing is replayed then.
    """
    started = perf_counter()
    verdicts = _validated(record, {claim.name: claim for claim in claims})
    items: list[Replayed] = []
    for claim, verdict in verdicts:
        if on_claim:
            on_claim(claim.name)
        checker = Checker(claim)
        items += [_replayed(checker, item) for item in verdict.evidence if _found_something(item)]
    return Replay(len(verdicts), tuple(items), perf_counter() - started)


def _found_something(item: Evidence) -> bool:
    return item.outcome in (Outcome.PROVED, Outcome.REFUTED, Outcome.PASSED)


def _replayed(checker: Checker, item: Evidence) -> Replayed:
    what = checker.carries(item)
    name = checker.claim.name
    if what == "nothing":
        return Replayed(name, item, what, "not replayed", checker.why_not(item))
    try:
        checker.check(item)
    except Failed as error:
        return Replayed(name, item, what, "failed", str(error))
    except (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError) as error:
        # Only what was tampered with has another shape than what this version writes.
        return Replayed(name, item, what, "failed", f"malformed: {type(error).__name__}: {error}")
    return Replayed(name, item, what, "replayed")


def _validated(record: Mapping[str, Any], claims: Mapping[str, Claim]) -> list[tuple[Claim, Verdict]]:
    """Rebuild the verdicts of a ledger, refusing what does not fit the claims or itself."""
    entries = record.get("claims")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise RecordError("the ledger has no list of claims; write one with: landscape verify --json FILE")
    verdicts: list[tuple[Claim, Verdict]] = []
    for entry in entries:
        name = entry.get("name")
        if name not in claims:
            raise RecordError(
                f"the ledger is about {name!r}, which is not among the claims; where it is stated in a file, name that "
                "file with --claims, else verify again"
            )
        if any(claim.name == name for claim, _ in verdicts):
            raise RecordError(f"{name}: the ledger has this claim twice")
        verdicts.append((claims[name], _verdict(entry, claims[name])))
    expected = not record.get("interrupted") and all(v.meets(claim.expected) for claim, v in verdicts)
    if record.get("as_expected") != expected:
        raise RecordError("the ledger was changed: whether all is as expected does not follow from its verdicts")
    return verdicts


def _verdict(entry: Mapping[str, Any], claim: Claim) -> Verdict:
    installed, recorded = statement_digest(claim), entry.get("digest")
    if recorded != installed:
        raise RecordError(
            f"{claim.name}: the ledger is about another statement (digest {recorded}, as installed {installed}); "
            "verify again"
        )
    evidence = tuple(_evidence(item, claim, installed) for item in entry.get("evidence", ()))
    verdict = conclude(claim.name, evidence, obligations_of(claim))
    rebuilt = claim_json(claim, verdict, installed)
    for key in sorted({*rebuilt, *entry} - _NOT_COMPARED):
        if json.loads(json.dumps(rebuilt.get(key))) != entry.get(key):
            raise RecordError(
                f"{claim.name}: the ledger was changed: {key!r} is {_short(entry.get(key))}, but statement and "
                f"evidence (digest {installed}) give {_short(rebuilt.get(key))}"
            )
    return verdict


def _evidence(item: Any, claim: Claim, statement: str) -> Evidence:
    recorded = item.get("digest") if isinstance(item, dict) else None
    actual = record_digest(item, statement) if isinstance(item, dict) else None
    if recorded is None or recorded != actual:
        method = item.get("method") if isinstance(item, dict) else item
        raise RecordError(
            f"{claim.name}: the evidence of {method} was changed (digest {recorded}, of what it says {actual}); "
            "verify again"
        )
    try:
        return Evidence(
            item["method"],
            Obligation(item["obligation"]),
            Outcome(item["outcome"]),
            Tier[item["tier"].upper()],
            float(item["seconds"]),
            item["detail"],
            item.get("counterexample"),
            item.get("data", {}),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise RecordError(f"{claim.name}: evidence of digest {recorded} cannot be read: {error!r}") from None


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
