"""What is said of a claim: the evidence of each rung, and the verdict that follows from it and from nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import Any, NoReturn

__all__ = ["Evidence", "Obligation", "Outcome", "Tier", "Verdict", "conclude"]


class Outcome(Enum):
    """What one rung found."""

    PROVED = "proved"
    """Settled for all values, by the prover named."""
    PASSED = "passed"
    """Tested and not contradicted; the evidence says how small an error would have been caught."""
    REFUTED = "refuted"
    """An exact counterexample, re-checked."""
    CONTRADICTED = "contradicted"
    """A test found a deviation that is not an exact counterexample, such as a measured one."""
    UNDECIDED = "undecided"
    """A limit ran out; the evidence says which."""
    NOT_RUN = "not run"
    """A tool is missing, or the rung does not apply; the evidence says so."""


class Tier(IntEnum):
    """How much one has to believe for a piece of evidence, most trustworthy first."""

    KERNEL = 1
    """A proof kernel accepted it, with whitelisted axioms."""
    EXACT = 2
    """An identity, certificate or witness replayed in exact arithmetic."""
    SOLVERS = 3
    """Two independent solvers agree."""
    SOLVER = 4
    """One solver says so."""
    TESTED = 5
    """Points or samples were tested."""


class Obligation(Enum):
    """What has to be established before a claim counts as proved."""

    DERIVATION = "the hand-typed definitions equal what the library derives"
    CONCLUSION = "the conclusion follows from the hypotheses and definitions"
    POSITIVITY = "the coefficients of a certificate have the right signs"
    SATISFIABLE = "the hypotheses can be met"


@dataclass(frozen=True)
class Evidence:
    """What one rung did and found.

    Parameters
    ----------
    method : str
        The prover or test, by name: ``flint``, ``z3``, ``simulation``, ...
    obligation : Obligation
        What the rung worked on.
    outcome : Outcome
        What it found.
    tier : Tier
        What one has to believe.
    seconds : float
        Time it took.
    detail : str
        One sentence: what was compared, at how many points, with which limit or power.
    counterexample : mapping from str to str, optional
        Where refuted: exact values by symbol name, as ``"3/7"``.
    data : mapping, optional
        Anything else that a program may want, JSON-ready.
    """

    method: str
    obligation: Obligation
    outcome: Outcome
    tier: Tier
    seconds: float
    detail: str
    counterexample: Mapping[str, str] | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """The verdict on one claim. It has no truth value: ask what it says.

    Parameters
    ----------
    claim : str
        Name of the claim.
    outcome : {"proved", "supported", "refuted", "undecided"}
        The verdict.
    evidence : tuple of Evidence
        Everything it rests on, in the order in which it was found.
    because : str
        One sentence that names what settled it.
    """

    claim: str
    outcome: str
    evidence: tuple[Evidence, ...]
    because: str

    def __bool__(self) -> NoReturn:
        raise TypeError("a verdict has no truth value; ask for its outcome")

    @property
    def counterexample(self) -> Mapping[str, str] | None:
        """The first exact counterexample found, if any."""
        return next((item.counterexample for item in self.evidence if item.outcome is Outcome.REFUTED), None)

    @property
    def seconds(self) -> float:
        """Time that all rungs took together."""
        return sum(item.seconds for item in self.evidence)

    @property
    def tiers(self) -> dict[Tier, str]:
        """What each tier says of the conclusion, the least to believe first.

        ``"proved"``, ``"refuted"``, ``"contradicted"`` or ``"passed"``; ``"undecided: ..."`` or ``"not run: ..."`` with
        the reason where it was asked and found nothing; ``"not asked"``.
        """
        return {tier: _said([item for item in self.evidence if item.tier is tier]) for tier in Tier}

    @property
    def settled_by(self) -> tuple[str, ...]:
        """The methods that settled the verdict, the most trustworthy for each obligation; none where it is open."""
        bearing = {"proved": Outcome.PROVED, "supported": Outcome.PASSED, "refuted": Outcome.REFUTED}.get(self.outcome)
        items = [i for i in self.evidence if i.outcome is bearing and i.obligation is not Obligation.SATISFIABLE]
        if self.outcome == "proved":
            best = {item.obligation: item for item in sorted(items, key=lambda item: -item.tier)}
            items = [item for item in items if item is best[item.obligation]]
        elif items:
            items = [item for item in items if item.tier is min(i.tier for i in items)]
        return tuple(dict.fromkeys(item.method for item in sorted(items, key=lambda item: item.tier)))

    def meets(self, expected: str) -> bool:
        """Whether this is the verdict that was expected; a proof also meets ``supported``."""
        return self.outcome == expected or (self.outcome, expected) == ("proved", "supported")


def _said(items: list[Evidence]) -> str:
    """Sum up what one tier says of a conclusion; of its other obligations only what speaks against the claim."""
    for outcome in (Outcome.REFUTED, Outcome.CONTRADICTED):
        if any(item.outcome is outcome for item in items):
            return str(outcome.value)
    on_conclusion = [item for item in items if item.obligation is Obligation.CONCLUSION]
    for outcome in (Outcome.PROVED, Outcome.PASSED):
        if any(item.outcome is outcome for item in on_conclusion):
            return str(outcome.value)
    for item in on_conclusion:  # what is left says why there is no answer
        detail = item.detail.removeprefix(f"{item.outcome.value}: ")
        return f"{item.outcome.value}: {detail}"
    return "not asked"


def conclude(claim: str, evidence: Iterable[Evidence], obligations: Iterable[Obligation]) -> Verdict:
    """Draw the verdict from the evidence. Nothing is upgraded: what was only tested is never called proved.

    Parameters
    ----------
    claim : str
        Name of the claim.
    evidence : iterable of Evidence
        What the rungs found.
    obligations : iterable of Obligation
        What must be proved for the claim to count as proved.

    Returns
    -------
    Verdict
        Contradictory evidence, such as a proof beside a counterexample or a measurement that disagrees with a proof,
        gives ``undecided`` and says so: one of the rungs is wrong.
    """
    evidence, obligations = tuple(evidence), tuple(obligations)
    found: dict[Outcome, list[Evidence]] = {outcome: [] for outcome in Outcome}
    for item in evidence:
        found[item.outcome].append(item)
    proved = {item.obligation: item for item in sorted(found[Outcome.PROVED], key=lambda item: -item.tier)}
    complete = all(obligation in proved for obligation in obligations)

    def verdict(outcome: str, because: str) -> Verdict:
        return Verdict(claim, outcome, evidence, because)

    if found[Outcome.REFUTED]:
        refutation = found[Outcome.REFUTED][0]
        if refutation.obligation in proved:
            return verdict(
                "undecided", f"conflict: {proved[refutation.obligation].method} proves what {refutation.method} refutes"
            )
        return verdict("refuted", f"{refutation.method}: {refutation.detail}")
    if found[Outcome.CONTRADICTED]:
        test = found[Outcome.CONTRADICTED][0]
        return verdict("undecided", f"conflict: the claim is contradicted by {test.method}: {test.detail}")
    if complete and obligations:
        return verdict("proved", " and ".join(sorted({proved[obligation].method for obligation in obligations})))
    if found[Outcome.PASSED]:
        return verdict("supported", "; ".join(item.detail for item in found[Outcome.PASSED]))
    open_items = found[Outcome.UNDECIDED] or found[Outcome.NOT_RUN]
    return verdict("undecided", "; ".join(item.detail for item in open_items) or "no rung applies to this claim")
