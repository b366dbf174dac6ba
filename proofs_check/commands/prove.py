"""`landscape prove`: claims as theorems that a proof kernel checks."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from proofs_check.commands.options import Target, claims_option, json_option

if TYPE_CHECKING:
    from collections.abc import Mapping

    from proofs_check.verdict import Evidence
    from theory.claim import Claim


@click.command("prove")
@click.argument("selectors", metavar="[SELECTOR]...", nargs=-1)
@claims_option
@click.option("--kernel", is_flag=True, help="Coq's kernel: the one prover that this command has, and the default.")
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Leave the .v files there: self-contained, one for each paper; compile with plain `coqc`.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0, min_open=True),
    default=300.0,
    show_default=True,
    help="Limit of one run of coqc.",
)
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    /,
    selectors: tuple[str, ...],
    claim_files: tuple[Path, ...],
    kernel: bool,
    keep: Path | None,
    seconds: float,
    json_target: Target | None,
) -> None:
    """Prove claims, and the negations of false ones, as theorems that Coq's kernel checks.

    SELECTOR is a name or a glob such as 'collins2022.gain-*'; without one all claims are proved, and what was proved
    by hand beyond them. Exits with 1 where coqc refuses a theorem, a limit runs out or coqc is missing.
    """
    from proofs_check.budget import budget_named
    from proofs_check.commands.output import write_json
    from proofs_check.coq import BEYOND_THE_LEDGER, first_counterexample, prove_by_hand, prove_in_kernel
    from proofs_check.vacuity import refuse_vacuous
    from theory.collection import chosen_claims

    claims = chosen_claims(selectors, claim_files)
    if claim_files:  # the library's own are known to be about something
        refuse_vacuous(claims, budget_named("small"))
    false = [claim for claim in claims if claim.expected == "refuted"]
    points = {claim.name: point for claim in false if (point := first_counterexample(claim)) is not None}
    started = time.monotonic()
    try:
        found = prove_in_kernel(claims, points, keep=keep, seconds=seconds)
    except OSError as error:
        raise click.UsageError(f"cannot write to {str(keep)!r}: {error.strerror or error}") from None
    if not selectors:
        found |= prove_by_hand(BEYOND_THE_LEDGER, keep=keep, seconds=seconds)
    elapsed = time.monotonic() - started
    if json_target is not None:
        write_json(json_target, _report(found))
    if json_target is None or not json_target.is_stdout:
        _print(found, elapsed)
    ctx.exit(0 if all(_as_it_should_be(evidence) for evidence in found.values()) and _expected(claims, found) else 1)


def _as_it_should_be(evidence: Evidence) -> bool:
    """Whether nothing that was exported is left open; a claim that Coq cannot state is no failure."""
    from proofs_check.coq import MISSING
    from proofs_check.verdict import Outcome

    return evidence.outcome is not Outcome.UNDECIDED and evidence.detail != MISSING


def _expected(claims: tuple[Claim, ...], found: Mapping[str, Evidence]) -> bool:
    """Whether no claim came out the other way round."""
    from proofs_check.verdict import Outcome

    wrong = {Outcome.PROVED: "refuted", Outcome.REFUTED: "proved"}
    return all(wrong.get(found[claim.name].outcome) != claim.expected for claim in claims)


def _report(found: Mapping[str, Evidence]) -> dict[str, object]:
    theorems = []
    for name, evidence in found.items():
        entry: dict[str, object] = {
            "name": name,
            "outcome": evidence.outcome.value,
            "tier": evidence.tier.name.lower(),
            "seconds": round(evidence.seconds, 6),
            "detail": evidence.detail,
            "theorems": evidence.data.get("theorems", []),
            "axioms": evidence.data.get("axioms", []),
        }
        if evidence.counterexample is not None:
            entry["counterexample"] = dict(evidence.counterexample)
        theorems.append(entry)
    return {"schema": "landscape.prove/1", "claims": theorems}


def _print(found: Mapping[str, Evidence], elapsed: float) -> None:
    from proofs_check.commands.output import console, table
    from proofs_check.verdict import Outcome

    screen = console()
    rows = table("claim", "kernel", "what", "seconds", right=("seconds",), whole=("claim", "kernel"))
    for name, evidence in found.items():
        settled = evidence.outcome in (Outcome.PROVED, Outcome.REFUTED)
        what = ", ".join(evidence.data.get("theorems", [])) if settled else evidence.detail
        rows.add_row(name, evidence.outcome.value, what, f"{evidence.seconds:.2f}")
    screen.print(rows)
    axioms = sorted({axiom for evidence in found.values() for axiom in evidence.data.get("axioms", [])})
    counts = {outcome: sum(e.outcome is outcome for e in found.values()) for outcome in Outcome}
    said = ", ".join(f"{count} {outcome.value}" for outcome, count in counts.items() if count)
    screen.print(f"\n{said}, in {elapsed:.1f} s; axioms: {', '.join(axioms) or 'none'}")
