"""Proves claims in Coq's kernel: writes the files, has them compiled, checks their axioms, and says what came out."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from proofs_check.coq.files import BY_HAND, PaperFile, file_name, package_text, paper_file, paper_of
from proofs_check.coq.session import (
    MISSING,
    WHITELIST,
    Compilation,
    assumptions_of,
    compile_source,
    find_coqc,
    print_assumptions,
)
from proofs_check.coq.theorems import Export, Theorem
from proofs_check.verdict import Evidence, Obligation, Outcome, Tier, Verdict
from theory.claim import Claim

__all__ = ["Checked", "check_theorems", "prove_in_kernel"]

Point = Mapping[str, Fraction]


@dataclass(frozen=True)
class Checked:
    """What became of one theorem.

    Parameters
    ----------
    accepted : bool
        Whether coqc accepted its proof and it assumes nothing beyond the whitelist.
    axioms : frozenset of str
        What it assumes at most.
    complaint : str
        Where it was not accepted: why.
    timed_out : bool
        Whether that was a time limit.
    """

    accepted: bool
    axioms: frozenset[str] = frozenset()
    complaint: str = ""
    timed_out: bool = False


def prove_in_kernel(
    claims: Iterable[Claim],
    refutations: Mapping[str, Verdict | Mapping[str, str | Fraction]],
    *,
    keep: Path | None = None,
    seconds: float = 300.0,
) -> dict[str, Evidence]:
    """Prove claims, or the negation of those with a counterexample, in Coq's kernel.

    Parameters
    ----------
    claims : iterable of Claim
        What is to be proved. Claims on matrices are looked up among the files written by hand.
    refutations : mapping from claim name to Verdict or values
        Where a claim is refuted: a verdict that holds a counterexample, or its exact values by symbol name.
    keep : Path, optional
        Folder that receives the .v files, each self-contained; made where it does not exist.
    seconds : float
        Limit of one run of coqc.

    Returns
    -------
    dict from claim name to Evidence
        Method ``coqc``. Without coqc every outcome is ``NOT_RUN``, and the files are written all the same.
    """
    claims = tuple(claims)
    points = {name: point for name, given in refutations.items() if (point := _point(given)) is not None}
    papers = _papers(claims, points)
    by_hand = sorted({BY_HAND[c.name].file for c in claims if c.name in BY_HAND})
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        for paper in papers:
            (keep / file_name(paper.paper)).write_text(paper.source(), encoding="utf-8")
        for name in by_hand:
            (keep / name).write_text(package_text(name), encoding="utf-8")
    if find_coqc() is None:
        return {c.name: _evidence(Outcome.NOT_RUN, MISSING, 0.0) for c in claims}
    evidence: dict[str, Evidence] = {}
    for paper in papers:
        evidence |= _judge_paper(paper, seconds)
    for name in by_hand:
        evidence |= _judge_by_hand(
            name, [c for c in claims if c.name in BY_HAND and BY_HAND[c.name].file == name], seconds
        )
    return {c.name: evidence[c.name] for c in claims}


def _papers(claims: Sequence[Claim], points: Mapping[str, Point]) -> list[PaperFile]:
    names = dict.fromkeys(paper_of(claim) for claim in claims)
    return [paper_file(name, [c for c in claims if paper_of(c) == name], points) for name in names]


def _point(given: Verdict | Mapping[str, str | Fraction]) -> Point | None:
    values = given.counterexample if isinstance(given, Verdict) else given
    return None if values is None else {name: Fraction(value) for name, value in values.items()}


def _evidence(outcome: Outcome, detail: str, seconds: float, **data: object) -> Evidence:
    return Evidence("coqc", Obligation.CONCLUSION, outcome, Tier.KERNEL, seconds, detail, data=data)


def _judge_paper(paper: PaperFile, seconds: float) -> dict[str, Evidence]:
    started = time.monotonic()
    checked = check_theorems(paper, seconds=seconds)
    share = (time.monotonic() - started) / max(len(checked), 1)
    return {
        export.claim.name: _judge_export(export, paper.needed_by(export.claim.name), checked, share)
        for export in paper.exports
    }


def _judge_export(export: Export, needed: Sequence[Theorem], checked: Mapping[str, Checked], share: float) -> Evidence:
    if not export.theorems:
        return _evidence(Outcome.NOT_RUN, export.reason, 0.0)
    seconds = share * len(needed)
    names = [theorem.name for theorem in needed]
    for name in names:
        found = checked[name]
        if not found.accepted:
            why = found.complaint if found.timed_out else f"coqc refused: {found.complaint}"
            return _evidence(Outcome.UNDECIDED, f"{name}: {why}", seconds, theorems=names)
    axioms = sorted(frozenset[str]().union(*(checked[name].axioms for name in names)))
    detail = f"{', '.join(names)}; axioms: {', '.join(axioms) or 'none'}"
    if not export.refutes:
        return _evidence(Outcome.PROVED, detail, seconds, theorems=names, axioms=axioms)
    assert export.point is not None  # a negation has one
    point = {name: str(value) for name, value in export.point.items()}
    data = {"theorems": names, "axioms": axioms}
    return Evidence("coqc", Obligation.CONCLUSION, Outcome.REFUTED, Tier.KERNEL, seconds, detail, point, data)


def _judge_by_hand(name: str, claims: Sequence[Claim], seconds: float) -> dict[str, Evidence]:
    """Compile a file written by hand, and check the theorems that settle the claims given."""
    theorems = sorted({theorem for claim in claims for theorem in BY_HAND[claim.name].theorems})
    result = compile_source(f"{package_text(name)}\n{print_assumptions([*theorems])}", seconds=seconds)
    axioms = assumptions_of(result.output) if result.accepted else {}
    evidence: dict[str, Evidence] = {}
    for claim in claims:
        entry = BY_HAND[claim.name]
        assumed = frozenset[str]().union(*(axioms.get(t, frozenset({"unknown"})) for t in entry.theorems))
        if not result.accepted:
            outcome, detail = Outcome.UNDECIDED, f"{name}: {result.error}"
        elif assumed - WHITELIST:
            outcome, detail = Outcome.UNDECIDED, f"{name} rests on {', '.join(sorted(assumed - WHITELIST))}"
        else:
            outcome, detail = Outcome.PROVED, f"{name}: {', '.join(entry.theorems)}: {entry.says}"
        evidence[claim.name] = _evidence(outcome, detail, result.seconds / len(claims), axioms=sorted(assumed))
    return evidence


def check_theorems(paper: PaperFile, *, seconds: float, processes: int | None = None) -> dict[str, Checked]:
    """Have the theorems of a paper compiled and their assumptions checked.

    Parameters
    ----------
    paper : PaperFile
        What is to be compiled.
    seconds : float
        Limit of one run of coqc.
    processes : int, optional
        How many run at once; by default one per core.
    """
    theorems = paper.theorems
    count = max(1, min(processes or os.cpu_count() or 1, len(theorems)))
    portions = [theorems[index::count] for index in range(count)]
    with ThreadPoolExecutor(count) as pool:
        results = pool.map(lambda portion: _check(paper, portion, seconds), portions)
        return {name: checked for found in results for name, checked in found.items()}


def _check(paper: PaperFile, theorems: Sequence[Theorem], seconds: float) -> dict[str, Checked]:
    """Compile some theorems; one that is refused is left out, and the others compiled again."""
    found: dict[str, Checked] = {}
    left = list(theorems)
    while left:
        source = paper.source(left)
        result = compile_source(source + _assume_together(left), seconds=seconds)
        if result.accepted:
            return found | _weigh(source, left, result, seconds)
        if result.timed_out and len(left) > 1:
            halves = left[: len(left) // 2], left[len(left) // 2 :]
            return found | _check(paper, halves[0], seconds) | _check(paper, halves[1], seconds)
        culprit = _at_line(source, left, result.line) or left[0]
        found[culprit.name] = Checked(False, complaint=_short(result.error), timed_out=result.timed_out)
        left.remove(culprit)
    return found


def _assume_together(theorems: Sequence[Theorem]) -> str:
    """Ask once what all theorems assume together: asking for each would take longer than proving them."""
    pairs = " ".join(f"(pair {t.name}" for t in theorems) + " I" + ")" * len(theorems)
    return f"\nDefinition everything_proved := {pairs}.\n{print_assumptions(['everything_proved'])}"


def _weigh(source: str, theorems: Sequence[Theorem], result: Compilation, seconds: float) -> dict[str, Checked]:
    together = assumptions_of(result.output).get("everything_proved", frozenset({"(nothing printed)"}))
    if together <= WHITELIST:
        return {t.name: Checked(True, together) for t in theorems}
    # Something is assumed that may not be: find out by which of them.
    asked = compile_source(source + print_assumptions([t.name for t in theorems]), seconds=seconds)
    each = assumptions_of(asked.output)
    found = {}
    for theorem in theorems:
        beyond = each.get(theorem.name, together) - WHITELIST
        complaint = f"rests on {', '.join(sorted(beyond))}" if beyond else ""
        found[theorem.name] = Checked(not beyond, each.get(theorem.name, together), complaint)
    return found


def _at_line(source: str, theorems: Sequence[Theorem], line: int | None) -> Theorem | None:
    """Return the theorem in whose text a line of the source is."""
    if line is None:
        return None
    before = "\n".join(source.split("\n")[:line])
    started = [(before.rfind(f"Theorem {t.name} :"), t) for t in theorems]
    position, theorem = max(started, key=lambda pair: pair[0])
    return theorem if position >= 0 else None


def _short(error: str) -> str:
    """Return coqc's complaint without the long context that it prints."""
    lines = [line for line in error.splitlines() if line.strip() and not line.startswith("File ")]
    return " ".join(lines)[:300]
