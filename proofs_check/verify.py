"""Runs the ladder: every claim past every rung that applies to it, and the ledger of what came out."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import theory
from proofs_check.budget import budget_named
from proofs_check.digest import record_digest, statement_digest
from proofs_check.errands import Work, run_errands
from proofs_check.judging import judging, obligations_of
from proofs_check.verdict import Evidence, Verdict, conclude
from theory.claim import Claim, located
from theory.vocabulary import refuse_unknown_symbols

if TYPE_CHECKING:
    from proofs_check.coq.background import Background

__all__ = ["FALSE_ALARM", "SCHEMA", "Ledger", "claim_json", "verify"]

#: Probability that a whole run contradicts a true claim by bad luck in sampling.
FALSE_ALARM = 1e-6
SCHEMA = "landscape.verify/1"
_PROVERS = ("sympy", "python-flint", "z3-solver", "cvc5", "numpy", "hypothesis")


@dataclass(frozen=True)
class Ledger:
    """What a run found.

    Parameters
    ----------
    seed : int
        Seeds everything random.
    budget : str
        Name of the budget.
    verdicts : tuple of (Claim, Verdict)
        In the order in which the claims were judged.
    interrupted : bool
        Whether the run was stopped before it had judged every claim.
    false_alarm : float
        Probability that the whole run contradicts a true claim by chance.
    """

    seed: int
    budget: str
    verdicts: tuple[tuple[Claim, Verdict], ...]
    interrupted: bool = False
    false_alarm: float = FALSE_ALARM

    @property
    def as_expected(self) -> bool:
        """Whether every claim was judged and got the verdict that it ought to get."""
        return not self.interrupted and all(verdict.meets(claim.expected) for claim, verdict in self.verdicts)

    def to_json(self) -> dict[str, Any]:
        """Return the ledger as JSON-ready data; ``docs/json.md`` documents the schema."""
        return {
            "schema": SCHEMA,
            "seed": self.seed,
            "budget": self.budget,
            "limits": asdict(budget_named(self.budget)),
            "false_alarm": self.false_alarm,
            "interrupted": self.interrupted,
            "as_expected": self.as_expected,
            "versions": _versions(),
            "claims": [claim_json(claim, verdict) for claim, verdict in self.verdicts],
        }


def _versions() -> dict[str, str]:
    installed = {name: version(name) for name in ("maml-landscape", *_PROVERS)}
    return installed | {"python": platform.python_version(), "sympy arithmetic": theory.sympy_ground_types()}


def claim_json(claim: Claim, verdict: Verdict, digest: str | None = None) -> dict[str, Any]:
    """Return one entry of a ledger's claims as JSON-ready data; it follows from the claim and the evidence alone.

    Parameters
    ----------
    claim, verdict : Claim, Verdict
        What was judged, and how.
    digest : str, optional
        The statement's, where it is known already.
    """
    digest = digest or statement_digest(claim)
    found: dict[str, Any] = {
        "name": claim.name,
        "digest": digest,
        "statement": claim.sentence,
        "kind": claim.kind,
        "source": str(claim.source),
        "hypotheses": [str(hypothesis) for hypothesis in claim.hypotheses],
        "setting": claim.setting,
        "expected": claim.expected,
        "verdict": verdict.outcome,
        "as_expected": verdict.meets(claim.expected),
        "because": verdict.because,
        "tiers": {tier.name.lower(): said for tier, said in verdict.tiers.items()},
        "seconds": round(verdict.seconds, 6),
        "evidence": [_evidence_json(item, digest) for item in verdict.evidence],
    }
    if verdict.outcome == "refuted" and verdict.counterexample is not None:
        found["counterexample"] = dict(verdict.counterexample)
    return found


def _evidence_json(item: Evidence, statement: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "method": item.method,
        "obligation": item.obligation.value,
        "outcome": item.outcome.value,
        "tier": item.tier.name.lower(),
        "seconds": round(item.seconds, 6),
        "detail": item.detail,
    }
    if item.counterexample is not None:
        found["counterexample"] = dict(item.counterexample)
    if item.data:
        found["data"] = dict(item.data)
    return found | {"digest": record_digest(found, statement)}


def verify(
    claims: Iterable[Claim],
    *,
    budget: str = "normal",
    seed: int = 0,
    kernel: bool = False,
    scheduler: str = "threads",
    workers: int | None = 1,
    on_start: Callable[[Claim], None] | None = None,
    on_verdict: Callable[[Claim, Verdict], None] | None = None,
    on_kernel: Callable[[], None] | None = None,
) -> Ledger:
    """Judge claims, by default one after the other.

    Parameters
    ----------
    claims : iterable of Claim
        What is to be judged.
    budget : {"small", "normal", "large"}
        How long the rungs may take.
    seed : int
        Seeds everything random; a claim's samples do not depend on which other claims are judged, or by whom.
    kernel : bool
        Whether Coq's kernel is asked too, in processes beside the judging.
    scheduler : str
        Who judges: ``"threads"``, ``"processes"`` or the address of a Dask scheduler.
    workers : int, optional
        Threads or processes; one thread is this one. ``None`` for one per core.
    on_start, on_verdict : callable, optional
        Told of every claim when a worker is given it, and when it is judged; what the kernel says is not yet in the
        verdict.
    on_kernel : callable, optional
        Told when everything is judged and the kernel is waited for.

    Returns
    -------
    Ledger
        Of all claims, or of those judged before an interruption from the keyboard.

    Raises
    ------
    ClaimError
        If a claim cannot be judged as stated, for example because its hypotheses contradict each other, or cannot be
        sent to another process.
    SchedulerError, MissingExtraError
        As :func:`numerics.scheduling.completed` does.
    """
    claims = tuple(claims)
    budget_named(budget)  # an unknown one is refused
    for claim in claims:
        with located(claim):
            refuse_unknown_symbols(claim)
    verdicts: dict[int, Verdict] = {}
    interrupted = False
    with ExitStack() as stack:
        try:
            coq = stack.enter_context(_background(claims)) if kernel else None
            work = stack.enter_context(judging(budget, seed, FALSE_ALARM / max(1, len(claims)), scheduler, workers))
            running = run_errands(claims, _announced(claims, work, on_start), scheduler=scheduler, workers=workers)
            for position, verdict in stack.enter_context(closing(running)):
                verdicts[position] = verdict
                if on_verdict:
                    on_verdict(claims[position], verdict)
            if coq is not None:
                if on_kernel:
                    on_kernel()
                said = coq.evidence({verdict.claim: verdict for verdict in verdicts.values()})
                verdicts = {n: _with(claims[n], verdict, said[verdict.claim]) for n, verdict in verdicts.items()}
        except KeyboardInterrupt:
            interrupted = True
            if kernel:
                verdicts = {n: _with(claims[n], verdict, _unasked()) for n, verdict in verdicts.items()}
    return Ledger(seed, budget, tuple((claims[n], verdicts[n]) for n in sorted(verdicts)), interrupted)


def _announced(
    claims: Iterable[Claim], work: Work[Verdict], on_start: Callable[[Claim], None] | None
) -> Iterator[Work[Verdict]]:
    """Yield the same work for each claim, and tell of the claim when it is asked for."""
    for claim in claims:
        if on_start:
            on_start(claim)
        yield work


def _background(claims: tuple[Claim, ...]) -> Background:
    """Start Coq; what it needs is loaded for nothing where nobody asks for it."""
    from proofs_check.coq.background import Background

    return Background(claims)


def _unasked() -> Evidence:
    from proofs_check.coq.background import Background

    return Background.stopped()


def _with(claim: Claim, verdict: Verdict, item: Evidence) -> Verdict:
    """Draw the verdict again with one more piece of evidence."""
    return conclude(claim.name, (*verdict.evidence, item), obligations_of(claim))
