"""One claim on the terminal: what was found first, then what was claimed, what is asked next, and the evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import click

from proofs_check.commands.output import console

if TYPE_CHECKING:
    from proofs_check.verdict import Evidence, Verdict
    from theory.claim import Claim

__all__ = ["print_claim"]


def print_claim(claim: Claim, verdict: Verdict, answers: Mapping[str, Any]) -> None:
    """Print a claim, its verdict and the answers to what was asked, wrapped to the terminal."""
    from rich.text import Text

    from theory.rendering import plain_conclusion, plain_layer

    screen = console()
    met = verdict.meets(claim.expected)
    expected = "as expected" if met else f"expected: {claim.expected}"
    style = "green" if met else "bold red"
    screen.print(Text.assemble(f"{claim.name}: ", (verdict.outcome, style), f", {expected}"))
    page = _Page(screen.width)
    page.lines(claim.sentence, indent="")
    page.section("Why", [_because(verdict), *_counterexample(verdict)])
    page.section("What would save it", _repairs(answers.get("repairs")))
    page.section(f"Conclusion ({claim.kind})", [plain_conclusion(claim)])
    page.section("Hypotheses", list(_hypotheses(claim, answers.get("ablation"))))
    page.section("Setting", [claim.setting] if claim.setting else [])
    page.section("Room that the hypotheses leave", _occupancy(answers.get("occupancy")))
    page.section("Definitions", [plain_layer(layer) for layer in claim.layers])
    page.section("How sharp it is", _tightness(answers.get("tightness")))
    page.section("Evidence", [_evidence(item, verdict) for item in verdict.evidence])
    page.section("Source", [str(claim.source)])
    if "card" in answers:
        page.verbatim("Counterexample card: run it with any Python", answers["card"] or _NO_CARD)
        page.verbatim("Remark for the paper", answers["remark"] or _NO_CARD)


_NO_CARD = "there is none: what refutes this claim is not a point at which two formulas are compared; see above\n"
_ABOUT = {
    "SATISFIABLE": "hypotheses",
    "DERIVATION": "definitions",
    "POSITIVITY": "signs",
    "CONCLUSION": "conclusion",
}


class _Page:
    """Prints sections, each with a heading and indented lines that are no longer than the terminal is wide."""

    def __init__(self, width: int) -> None:
        self._width = width

    def section(self, heading: str, items: list[str]) -> None:
        """Print a section, if there is anything in it."""
        if items:
            click.echo(f"\n{heading}")
        for item in items:
            self.lines(item)

    def lines(self, text: str, indent: str = "  ") -> None:
        """Print one item; what is over goes on further in."""
        wrapped = wrap(
            text,
            self._width,
            initial_indent=indent,
            subsequent_indent=f"{indent}  " if indent else "",
            break_on_hyphens=False,
            break_long_words=False,
        )
        click.echo("\n".join(wrapped))

    def verbatim(self, heading: str, text: str) -> None:
        """Print a section as it stands, so that it can be copied."""
        click.echo(f"\n{heading}\n\n{text}", nl=False)


def _because(verdict: Verdict) -> str:
    return f"proved by {verdict.because}" if verdict.outcome == "proved" else verdict.because


def _counterexample(verdict: Verdict) -> list[str]:
    """Name the point that refutes, where the reason does not."""
    values = ", ".join(f"{name} = {value}" for name, value in (verdict.counterexample or {}).items())
    return [values] if verdict.outcome == "refuted" and values not in verdict.because else []


def _repairs(found: Mapping[str, Any] | None) -> list[str]:
    if found is None:
        return []
    said = [
        f"true if also {repair['hypothesis']}: proved by {repair['by']}; for example at {_point(repair['witness'])}"
        for repair in found["found"]
    ]
    return said or [found["note"]]


def _hypotheses(claim: Claim, ablation: Mapping[str, Any] | None) -> Iterator[str]:
    """Yield each hypothesis, with what becomes of the claim without it."""
    dropped = {} if ablation is None else {entry["hypothesis"]: entry for entry in ablation["hypotheses"]}
    for text in map(str, claim.hypotheses):
        yield f"{text}: {_without(dropped[text])}" if text in dropped else text
    if claim.hypotheses and ablation is not None and ablation["note"]:
        yield f"({ablation['note']})"


def _without(entry: Mapping[str, Any]) -> str:
    if entry["outcome"] == "needed":
        return f"needed, because without it {entry['detail']}"
    return f"{entry['outcome']}: {entry['detail']}"


def _occupancy(found: Mapping[str, Any] | None) -> list[str]:
    if found is None or "note" in found:
        return [] if found is None else [found["note"]]
    box = ", ".join(f"{name} in [{low}, {high}]" for name, (low, high) in found["box"].items())
    points = f"{found['admitted']} of {found['samples']} random points"
    share = f"they hold in {found['fraction']:.3g} +- {found['standard_error']:.1g} of the box {box} ({points})"
    witness = found["witness"]
    return [share, f"for example at {_point(witness)}" if witness else "no exact point was found that satisfies them"]


def _tightness(found: Mapping[str, Any] | None) -> list[str]:
    if found is None or "note" in found:  # an equation is not sharp; where an inequality has no answer, say so
        return [found["note"]] if found is not None and "inequalities" not in found["note"] else []
    extreme = "largest ratio of the sides" if found["measure"] == "ratio" else "smallest difference of the sides"
    how = {
        True: "attained",
        False: f"approached as {', '.join(found['along'])}",
        None: "whether it is attained was not settled",
    }[found["attained"]]
    return [
        f"{extreme}: {found['extreme']:.9g}, {how}{'; sharp' if found['sharp'] else ''}",
        f"at {_point(found['point']) or 'all values'}, the best of {found['done']}",
    ]


def _evidence(item: Evidence, verdict: Verdict) -> str:
    """Say what a rung found, of what; what is said above is not said again."""
    detail = item.detail.removeprefix("the conclusion: ")
    told = len(detail) > 60 and item.detail in verdict.because
    about = _ABOUT[item.obligation.name]
    said = "see above" if told else detail
    return f"{item.method}, on the {about}: {item.outcome.value} ({item.seconds:.2f} s): {said}"


def _point(values: Mapping[str, str]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in values.items())
