"""The mutation table, for programs and for the docs: one content, written as JSON and as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from proofs_check.mutation import ClaimScore, Finding, MutationReport
from proofs_check.mutation_bench import NOTICEABLE
from proofs_check.mutation_rungs import RUNGS

__all__ = ["SCHEMA", "headings", "noticed_changes", "row", "to_json", "to_markdown"]

SCHEMA = "landscape.mutate/1"
_KINDS = ("refuted", "missed", "proved", "not run", "failed")
_LONGEST = 160


def noticed_changes(findings: Sequence[Finding]) -> tuple[int, int]:
    """Count the breakages that change a stated value by 2 % or more, and those of them that the simulation refutes."""
    large = [item for item in findings if item.counted and (item.change or 0) >= NOTICEABLE]
    return len(large), sum("simulation" in item.killers for item in large)


def to_json(report: MutationReport) -> dict[str, Any]:
    """Return the report as JSON-ready data; ``docs/json.md`` documents the schema."""
    large, noticed = noticed_changes(report.findings)
    return {
        "schema": SCHEMA,
        "seed": report.seed,
        "limit": report.limit,
        "interrupted": report.interrupted,
        "rungs": list(RUNGS),
        "total": _score_json(report.total),
        "changes_of_2_percent": {"mutants": large, "refuted_by_simulation": noticed},
        "claims": [
            {"name": score.claim, **_score_json(score), "mutants": [_finding_json(item) for item in score.findings]}
            for score in report.scores
        ],
    }


def _score_json(score: ClaimScore) -> dict[str, Any]:
    return {
        "available": score.available,
        "examined": len(score.findings),
        "equivalent": score.number("equivalent"),
        "still_true": score.number("still true"),
        "still_false": score.number("still false"),
        "counted": len(score.counted),
        "killed": score.killed(),
        "killed_by_two": score.killed(2),
        "survived": score.number("survived"),
        "conflicts": score.number("conflict"),
        "by_rung": {rung: {kind: score.reactions(rung, kind) for kind in _KINDS} for rung in RUNGS},
    }


def _finding_json(finding: Finding) -> dict[str, Any]:
    return {
        "operator": finding.operator,
        "where": finding.where,
        "category": finding.category,
        "why": finding.why,
        "change": finding.change,
        "reactions": {
            name: {"kind": reaction.kind, "detail": reaction.detail} for name, reaction in finding.reactions.items()
        },
    }


def headings() -> tuple[str, ...]:
    """Return the headings of the table."""
    return ("claim", "mutants", "spared", "killed", "by two", *RUNGS)


def row(score: ClaimScore) -> tuple[str, ...]:
    """Return one line of the table.

    Where the solvers were asked and gave no refutation, how often is added: there they no longer prove the claim.
    """
    counted = len(score.counted)
    unproved = score.reactions("solvers", "missed")
    cells = {rung: str(score.reactions(rung, "refuted")) for rung in RUNGS}
    if unproved and "solvers" in cells:
        cells["solvers"] += f" + {unproved}"
    return (
        score.claim,
        f"{len(score.findings)}/{score.available}",
        str(len(score.findings) - counted),
        f"{score.killed()}/{counted}",
        f"{score.killed(2)}/{counted}",
        *cells.values(),
    )


def to_markdown(report: MutationReport, command: str) -> str:
    """Return the report as a page of the docs.

    Parameters
    ----------
    report : MutationReport
        What was found.
    command : str
        What reproduces it.
    """
    return "\n".join(_page(report, command)) + "\n"


def _page(report: MutationReport, command: str) -> Iterator[str]:
    total = report.total
    counted, killed, two = len(total.counted), total.killed(), total.killed(2)
    large, noticed = noticed_changes(report.findings)
    yield "# What the ladder would notice"
    yield ""
    yield f"Written by `{command}`; do not edit. [How claims are judged](how-it-works.md) says what the rungs are."
    yield ""
    yield (
        "Each claim was broken on purpose: a sign, a constant or an exponent changed, a term or a letter dropped, two "
        "symbols swapped, a comparison turned round or its boundary moved, a hypothesis dropped or weakened, a limit "
        "or a direction made wrong. Each rung was then asked *by itself* whether it refutes the broken claim, by a "
        "counterexample or by a proof of the negation; that it merely fails to prove it does not count."
    )
    yield ""
    examined = len(total.findings)
    yield f"- **{examined}** mutants were examined, chosen at random from {total.available} (seed {report.seed})."
    yield (
        f"- **{examined - counted}** of them cannot be noticed and do not count: "
        f"{total.number('equivalent')} say the same (equal as rational functions), {total.number('still true')} are "
        f"proved all the same (a weaker bound, an unneeded hypothesis), {total.number('still false')} break the "
        "conclusion of a claim that is false to begin with."
    )
    yield f"- **{killed} of {counted}** others were refuted by some rung ({_percent(killed, counted)})."
    yield f"- **{two} of {counted}** were refuted by at least two rungs ({_percent(two, counted)})."
    yield (
        f"- Of {large} that change a stated number by 2 % or more at a simulated point, the simulation alone refuted "
        f"{noticed} ({_percent(noticed, large)})."
    )
    yield f"- Rungs in conflict with each other: {total.number('conflict')}."
    if report.interrupted:
        yield "- **The run was stopped early.**"
    yield ""
    yield from _table(report)
    yield ""
    yield (
        "*mutants*: examined, of all. *spared*: those that do not count. *killed*, *by two*: refuted by at least one "
        "rung, by at least two. The last columns count what each rung refutes; behind `+`, what the solvers neither "
        "refute nor prove any more."
    )
    survived = (
        "Nobody refutes these, and nobody proves them either: they are true for a reason that no rung knows, or false "
        "where none looks."
    )
    yield from _listing("Survivors", survived, report.survivors, "No breakage survived.")
    once = [item for item in report.findings if item.category == "killed" and len(item.killers) == 1]
    alone = "A hypothesis that merely keeps a denominator from zero is missed by a search where such points are rare."
    yield from _listing("Refuted by one rung only", alone, once, "Every breakage was refuted by two rungs or more.")


def _table(report: MutationReport) -> Iterator[str]:
    names = headings()
    yield f"| {' | '.join(names)} |"
    yield f"|---|{'---:|' * (len(names) - 1)}"
    for score in (*report.scores, report.total):
        name, *cells = row(score)
        yield f"| {name} | {' | '.join(cells)} |"


def _listing(title: str, words: str, findings: Sequence[Finding], none: str) -> Iterator[str]:
    yield ""
    yield f"## {title}"
    yield ""
    yield from (words, "") if findings else (none,)
    for item in findings:
        by = f"by {item.killers[0]} only; " if item.category == "killed" else ""
        others = "; ".join(
            f"{name}: {_short(reaction.detail)}"
            for name, reaction in item.reactions.items()
            if reaction.kind not in ("refuted", "not run")
        )
        idle = ", ".join(name for name, reaction in item.reactions.items() if reaction.kind == "not run")
        yield f"- `{item.claim}`, {item.operator}: `{_short(item.where)}`"
        yield f"  ({by}{others or 'nobody else could be asked'}{f'; not asked: {idle}' if idle else ''})"


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "none to notice"
