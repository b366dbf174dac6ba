"""`landscape verify`: judge claims and print the ledger."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from proofs_check.commands.options import Target, claims_option, json_option, seed_option

if TYPE_CHECKING:
    from rich.text import Text

    from proofs_check.verdict import Verdict
    from proofs_check.verify import Ledger
    from theory.claim import Claim

budget_option = click.option(
    "--budget",
    type=click.Choice(["small", "normal", "large"]),
    default="normal",
    show_default=True,
    help="How long each rung may take before it gives up undecided.",
)


@click.command("verify", short_help="Judge claims and print the ledger.")
@click.argument("selectors", metavar="[SELECTOR]...", nargs=-1)
@claims_option
@budget_option
@seed_option
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    /,
    selectors: tuple[str, ...],
    claim_files: tuple[Path, ...],
    budget: str,
    seed: int,
    json_target: Target | None,
) -> None:
    """Judge the claims, each in several independent ways, and print what came out.

    SELECTOR is a name or a glob such as 'collins2022.gain-*'; without one all claims are judged. Exits with 0 where
    every verdict is the expected one (false claims must come out refuted), with 1 otherwise.
    """
    from proofs_check.commands.output import progress_bar, write_json
    from theory.collection import chosen_claims

    claims = chosen_claims(selectors, claim_files)  # a wrong name is refused before the provers are loaded
    from proofs_check.verify import verify

    started = time.monotonic()
    with progress_bar() as bar:
        task = bar.add_task("claims", total=len(claims))
        ledger = verify(
            claims,
            budget=budget,
            seed=seed,
            on_start=lambda claim: bar.update(task, description=claim.name),
            on_verdict=lambda claim, verdict: bar.advance(task),
        )
    elapsed = time.monotonic() - started
    if json_target is not None:
        write_json(json_target, ledger.to_json())
    if json_target is None or not json_target.is_stdout:
        _print(ledger, len(claims), elapsed)
    if ledger.interrupted:
        raise KeyboardInterrupt
    ctx.exit(0 if ledger.as_expected else 1)


def _print(ledger: Ledger, asked: int, elapsed: float) -> None:
    from proofs_check.commands.output import console, table

    screen = console()
    rows = table("claim", "verdict", "by what", "seconds", right=("seconds",), whole=("claim", "verdict"))
    for claim, verdict in ledger.verdicts:
        rows.add_row(claim.name, _coloured(claim, verdict), settled_by(verdict), f"{verdict.seconds:.2f}")
    screen.print(rows)
    for claim, verdict in ledger.verdicts:
        _print_refutation(claim, verdict)
        if not verdict.meets(claim.expected):
            click.echo(f"\n{claim.name}: expected {claim.expected}, got {verdict.outcome}: {verdict.because}")
    met = sum(verdict.meets(claim.expected) for claim, verdict in ledger.verdicts)
    stopped = f"; stopped after {len(ledger.verdicts)} of {asked} claims" if ledger.interrupted else ""
    click.echo(
        f"\n{met} of {len(ledger.verdicts)} verdicts as expected in {elapsed:.1f} s (seed {ledger.seed}, budget "
        f"{ledger.budget}; probability of any false alarm in the whole run at most {ledger.false_alarm:g}){stopped}"
    )


def _coloured(claim: Claim, verdict: Verdict) -> Text:
    from rich.text import Text as Coloured

    return Coloured(verdict.outcome, style="green" if verdict.meets(claim.expected) else "bold red")


def settled_by(verdict: Verdict) -> str:
    """Name the methods that bear the verdict out, each once."""
    from proofs_check.verdict import Outcome

    telling = {
        "proved": (Outcome.PROVED, Outcome.PASSED),
        "supported": (Outcome.PROVED, Outcome.PASSED),
        "refuted": (Outcome.REFUTED,),
    }.get(verdict.outcome, (Outcome.REFUTED, Outcome.CONTRADICTED, Outcome.UNDECIDED))
    return ", ".join(dict.fromkeys(item.method for item in verdict.evidence if item.outcome in telling))


def _print_refutation(claim: Claim, verdict: Verdict) -> None:
    """Print the counterexample of a refuted claim."""
    if verdict.outcome == "refuted" and verdict.counterexample is not None:
        values = ", ".join(f"{name} = {value}" for name, value in verdict.counterexample.items())
        # Most methods name the point themselves, and what the two sides are there.
        found = verdict.because if values in verdict.because else f"{verdict.because}: {values}"
        click.echo(f"\n{claim.name}: {claim.sentence}\n  refuted by {found}")
