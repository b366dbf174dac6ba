"""Proves claims in Coq's kernel: writes the files, has them compiled, checks their axioms, and says what came out."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from threading import Event

from proofs_check.coq.files import BY_HAND, Handwritten, PaperFile, file_name, package_text, paper_file, paper_of
from proofs_check.coq.session import (
    MISSING,
    WHITELIST,
    Compilation,
    assumptions_of,
    compile_source,
    find_coqc,
    print_assumptions,
    stop_everything,
)
from proofs_check.coq.theorems import Export, Theorem
from proofs_check.verdict import Evidence, Obligation, Outcome, Tier, Verdict
from theory.claim import Claim

__all__ = ["STOPPED", "Checked", "Task", "check_theorems", "prove_by_hand", "prove_in_kernel"]

#: What is said of what an interruption left unchecked.
STOPPED = "not run: interrupted"

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
    stop: Event | None = None,
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
    stop : threading.Event, optional
        Once it is set, nothing more is started.

    Returns
    -------
    dict from claim name to Evidence
        Method ``coqc``. Without coqc every outcome is ``NOT_RUN``, and the files are written all the same.
    """
    return Task(claims, refutations).run(keep=keep, seconds=seconds, stop=stop)


class Task:
    """Theorems written and waiting for coqc: writing them computes, having them checked only waits.

    Parameters
    ----------
    claims, refutations
        As for :func:`prove_in_kernel`.
    """

    def __init__(
        self, claims: Iterable[Claim], refutations: Mapping[str, Verdict | Mapping[str, str | Fraction]]
    ) -> None:
        self.claims = tuple(claims)
        points = {name: point for name, given in refutations.items() if (point := _point(given)) is not None}
        self.papers = _papers(self.claims, points)

    def run(
        self, *, keep: Path | None = None, seconds: float = 300.0, stop: Event | None = None
    ) -> dict[str, Evidence]:
        """Have coqc check everything; the arguments are those of :func:`prove_in_kernel`."""
        by_hand = {c.name: BY_HAND[c.name] for c in self.claims if c.name in BY_HAND}
        _keep(keep, {name: paper.source() for name, paper in zip(_file_names(self.papers), self.papers, strict=True)})
        evidence = prove_by_hand(by_hand, keep=keep, seconds=seconds, stop=stop)
        if find_coqc() is None:
            return {c.name: _evidence(Outcome.NOT_RUN, MISSING, 0.0) for c in self.claims}
        for paper in self.papers:
            # A claim proved by hand has no theorem in the paper's own file.
            evidence = _judge_paper(paper, seconds, stop) | evidence
        return {c.name: evidence[c.name] for c in self.claims}


def _file_names(papers: Sequence[PaperFile]) -> list[str]:
    """Return a name for each file, none twice and none that a file written by hand has."""
    taken, names = {entry.file for entry in BY_HAND.values()}, list[str]()
    for paper in papers:
        stem = file_name(paper.paper).removesuffix(".v")
        while f"{stem}.v" in taken:
            stem += "_"
        taken.add(f"{stem}.v")
        names.append(f"{stem}.v")
    return names


def _keep(folder: Path | None, texts: Mapping[str, str]) -> None:
    """Write files into a folder, where there is one to write to."""
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")


def _papers(claims: Sequence[Claim], points: Mapping[str, Point]) -> list[PaperFile]:
    names = dict.fromkeys(paper_of(claim) for claim in claims)
    return [paper_file(name, [c for c in claims if paper_of(c) == name], points) for name in names]


def _point(given: Verdict | Mapping[str, str | Fraction]) -> Point | None:
    values = given.counterexample if isinstance(given, Verdict) else given
    return None if values is None else {name: Fraction(value) for name, value in values.items()}


def _evidence(outcome: Outcome, detail: str, seconds: float, **data: object) -> Evidence:
    return Evidence("coqc", Obligation.CONCLUSION, outcome, Tier.KERNEL, seconds, detail, data=data)


def _judge_paper(paper: PaperFile, seconds: float, stop: Event | None) -> dict[str, Evidence]:
    started = time.monotonic()
    checked = check_theorems(paper, seconds=seconds, stop=stop)
    share = (time.monotonic() - started) / max(len(checked), 1)
    evidence = {
        export.claim.name: _judge_export(export, paper.needed_by(export.claim.name), checked, share)
        for export in paper.exports
    }
    for export in paper.exports:
        name = export.claim.name
        if evidence[name].outcome is Outcome.PROVED and paper.lacks_derivation(export.claim):
            detail = f"{evidence[name].detail}; but no proof was found that the layers as typed equal the derived ones"
            evidence[name] = replace(evidence[name], outcome=Outcome.UNDECIDED, detail=detail)
    return evidence


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


def prove_by_hand(
    entries: Mapping[str, Handwritten],
    *,
    keep: Path | None = None,
    seconds: float = 300.0,
    stop: Event | None = None,
) -> dict[str, Evidence]:
    """Have the files written by hand compiled, and check what the theorems asked for assume.

    Parameters
    ----------
    entries : mapping from name to Handwritten
        What is asked for, under any name.
    keep : Path, optional
        Folder that receives the files; made where it does not exist.
    seconds : float
        Limit of one run of coqc.
    stop : threading.Event, optional
        Once it is set, nothing more is started.
    """
    files = {entry.file: package_text(entry.file) for entry in entries.values()}
    _keep(keep, files)
    if find_coqc() is None:
        return {name: _evidence(Outcome.NOT_RUN, MISSING, 0.0) for name in entries}
    evidence: dict[str, Evidence] = {}
    for file in sorted(files):
        if stop is not None and stop.is_set():
            return {name: _evidence(Outcome.NOT_RUN, STOPPED, 0.0) for name in entries}
        asked = {name: entry for name, entry in entries.items() if entry.file == file}
        evidence |= _judge_file(package_text(file), asked, seconds)
    return {name: evidence[name] for name in entries}


def _judge_file(source: str, asked: Mapping[str, Handwritten], seconds: float) -> dict[str, Evidence]:
    theorems = sorted({theorem for entry in asked.values() for theorem in entry.theorems})
    result = compile_source(source + _assume_together(theorems), seconds=seconds)
    axioms = assumptions_of(result.output).get("everything_proved", frozenset({"(nothing printed)"}))
    evidence: dict[str, Evidence] = {}
    for name, entry in asked.items():
        if not result.accepted:
            outcome, detail = Outcome.UNDECIDED, f"{entry.file}: {_short(result.error)}"
        elif axioms - WHITELIST:
            outcome, detail = Outcome.UNDECIDED, f"{entry.file} rests on {', '.join(sorted(axioms - WHITELIST))}"
        else:
            outcome, detail = Outcome.PROVED, f"{entry.file}: {', '.join(entry.theorems)}: {entry.says}"
        data = {"theorems": list(entry.theorems), "axioms": sorted(axioms) if result.accepted else []}
        evidence[name] = _evidence(outcome, detail, result.seconds / len(asked), **data)
    return evidence


def check_theorems(
    paper: PaperFile, *, seconds: float, processes: int | None = None, stop: Event | None = None
) -> dict[str, Checked]:
    """Have the theorems of a paper compiled and their assumptions checked.

    Parameters
    ----------
    paper : PaperFile
        What is to be compiled.
    seconds : float
        Limit of one run of coqc.
    processes : int, optional
        How many run at once; by default one per core.
    stop : threading.Event, optional
        Once it is set, nothing more is started, and what was not checked is not accepted.
    """
    theorems = paper.theorems
    count = max(1, min(processes or os.cpu_count() or 1, len(theorems)))
    portions = [theorems[index::count] for index in range(count)]
    stop = Event() if stop is None else stop
    with ThreadPoolExecutor(count) as pool:
        try:
            results = pool.map(lambda portion: _check(paper, portion, seconds, stop), portions)
            unchecked = {theorem.name: Checked(False, complaint=STOPPED, timed_out=True) for theorem in theorems}
            return unchecked | {name: checked for found in results for name, checked in found.items()}
        except BaseException:  # Ctrl-C reaches only this thread; the others wait for coqc
            stop.set()
            stop_everything()
            raise


def _check(paper: PaperFile, theorems: Sequence[Theorem], seconds: float, stop: Event) -> dict[str, Checked]:
    """Compile some theorems; one that is refused is left out, and the others compiled again."""
    found: dict[str, Checked] = {}
    left = list(theorems)
    while left and not stop.is_set():
        source = paper.source(left)
        result = compile_source(source + _assume_together([t.name for t in left]), seconds=seconds)
        if result.accepted:
            return found | _weigh(source, left, result, seconds)
        if result.timed_out and len(left) > 1:
            halves = left[: len(left) // 2], left[len(left) // 2 :]
            return found | _check(paper, halves[0], seconds, stop) | _check(paper, halves[1], seconds, stop)
        culprit = _at_line(source, left, result.line) or left[0]
        found[culprit.name] = Checked(False, complaint=_short(result.error), timed_out=result.timed_out)
        left.remove(culprit)
    return found


def _assume_together(theorems: Sequence[str]) -> str:
    """Ask once what all theorems assume together: asking for each would take longer than proving them."""
    pairs = " ".join(f"(pair (@{name})" for name in theorems) + " I" + ")" * len(theorems)
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
