"""`landscape verify`: judge claims and print the ledger."""

from __future__ import annotations

import textwrap
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from proofs_check.commands.crew import claims_and_crew, crew_options
from proofs_check.commands.options import Target, claims_option, json_option, seed_option
from proofs_check.verdict import Tier

if TYPE_CHECKING:
    from rich.text import Text

    from proofs_check.verdict import Verdict
    from proofs_check.verify import Ledger
    from theory.claim import Claim

#: Longest reason that a cell of the table has room for; the whole of it stands below the table.
_LONGEST_REASON = 60

budget_option = click.option(
    "--budget",
    type=click.Choice(["small", "normal", "large"]),
    default="normal",
    show_default=True,
    help="How long each rung may take before it gives up undecided.",
)


@click.command("verify")
@click.argument("selectors", metavar="[SELECTOR]...", nargs=-1)
@claims_option
@budget_option
@click.option(
    "--kernel/--no-kernel",
    default=None,
    help="Ask Coq's kernel too. By default only with --budget large, where coqc is installed.",
)
@crew_options
@seed_option
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    /,
    selectors: tuple[str, ...],
    claim_files: tuple[Path, ...],
    budget: str,
    kernel: bool | None,
    scheduler: str | None,
    workers: int | None,
    seed: int,
    json_target: Target | None,
) -> None:
    """Judge the claims, each in several independent ways, and print what came out.

    SELECTOR is a name or a glob such as 'collins2022.gain-*'; without one all claims are judged. Exits with 0 where
    every verdict is the expected one (false claims must come out refuted), with 1 otherwise.
    """
    from proofs_check.commands.output import progress_bar, write_json

    # A wrong name is refused before the provers are loaded.
    claims, scheduler, workers = claims_and_crew(selectors, claim_files, scheduler, workers)
    from proofs_check.coq import find_coqc
    from proofs_check.verify import verify

    if kernel is None:
        kernel = budget == "large" and find_coqc() is not None
    started = time.monotonic()
    with progress_bar() as bar:
        task = bar.add_task("claims", total=len(claims))
        ledger = verify(
            claims,
            budget=budget,
            seed=seed,
            scheduler=scheduler,
            workers=workers,
            kernel=kernel,
            on_start=lambda claim: bar.update(task, description=claim.name),
            on_verdict=lambda claim, verdict: bar.advance(task),
            on_kernel=lambda: bar.update(task, description="waiting for coqc"),
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
    from proofs_check.commands.output import console, counted, table

    screen = console()
    columns = ("claim", "verdict", "tiers", "settled by", "seconds")
    rows = table(*columns, right=("seconds",), whole=("claim", "verdict"))
    for claim, verdict in ledger.verdicts:
        seconds = f"{verdict.seconds:.2f}"
        rows.add_row(claim.name, _coloured(claim, verdict), tiers_of(verdict), settled_by(verdict), seconds)
    screen.print(rows)
    for claim, verdict in ledger.verdicts:
        _print_refutation(claim, verdict)
        if not verdict.meets(claim.expected):
            click.echo(f"\n{claim.name}: expected {claim.expected}, got {verdict.outcome}: {verdict.because}")
    if ledger.verdicts:
        click.echo(f"\n{_by_tier(ledger)}\n{_kernel_line(ledger)}")
    met = sum(verdict.meets(claim.expected) for claim, verdict in ledger.verdicts)
    stopped = f"; stopped after {len(ledger.verdicts)} of {counted(asked, 'claim')}" if ledger.interrupted else ""
    click.echo(
        f"{met} of {counted(len(ledger.verdicts), 'verdict')} as expected in {elapsed:.1f} s (seed {ledger.seed}, "
        f"budget {ledger.budget}; probability of any false alarm in the whole run at most {ledger.false_alarm:g})"
        f"{stopped}"
    )


#: The answer of a tier that bears a verdict out.
_BEARS_OUT = {"proved": ("proved",), "supported": ("proved", "passed"), "refuted": ("refuted", "contradicted")}


def _bearing(verdict: Verdict) -> list[Tier]:
    """Return the tiers that bear a verdict out, the best first; tests may stand beside a proof."""
    answers = (*_BEARS_OUT.get(verdict.outcome, ()), *(("passed",) if verdict.outcome == "proved" else ()))
    return [tier for tier, said in verdict.tiers.items() if said in answers]


def tiers_of(verdict: Verdict) -> str:
    """Name the tiers that hold, the best first; one that gave up has a question mark, one that objects says so."""
    bearing, parts = _bearing(verdict), []
    for tier, said in verdict.tiers.items():
        name = tier.name.lower()
        if tier in bearing:
            parts.append(name)
        elif said in ("proved", "passed", "refuted", "contradicted"):
            parts.append(f"{name}: {said}")
        elif said.startswith("undecided"):
            parts.append(f"{name}?")
    return " ".join(parts) or "none"


def _by_tier(ledger: Ledger) -> str:
    """Count verdicts by the best tier that bears them out."""
    from collections import Counter

    counts = Counter((v.outcome, _bearing(v)[0] if _bearing(v) else None) for _, v in ledger.verdicts)
    said = []
    for outcome in ("proved", "supported", "refuted", "undecided"):
        by_tier = sorted((tier or 0, number) for (what, tier), number in counts.items() if what == outcome)
        if by_tier:
            best = ", ".join(f"{number} by {Tier(tier).name.lower()}" for tier, number in by_tier if tier)
            total = sum(number for _, number in by_tier)
            said.append(f"{total} {outcome}" + (f" ({best})" if best else ""))
    return "best tier of each verdict: " + "; ".join(said)


def _kernel_line(ledger: Ledger) -> str:
    """Say what became of the kernel, and why it left claims open."""
    from collections import Counter

    said = Counter(verdict.tiers[Tier.KERNEL] for _, verdict in ledger.verdicts)
    if set(said) == {"not asked"}:
        return "kernel: not asked (--kernel)"
    settled = said["proved"] + said["refuted"]
    reasons = [f"{number} {why}" for why, number in said.most_common() if why not in ("proved", "refuted")]
    return "\n  ".join([f"kernel: {settled} of {len(ledger.verdicts)} settled", *reasons])


def _coloured(claim: Claim, verdict: Verdict) -> Text:
    from rich.text import Text as Coloured

    return Coloured(verdict.outcome, style="green" if verdict.meets(claim.expected) else "bold red")


def settled_by(verdict: Verdict) -> str:
    """Name the methods that settled a verdict, or say shortly why none did."""
    return ", ".join(verdict.settled_by) or textwrap.shorten(verdict.because, _LONGEST_REASON, placeholder=" ...")


def _print_refutation(claim: Claim, verdict: Verdict) -> None:
    """Print the counterexample of a refuted claim."""
    if verdict.outcome == "refuted" and verdict.counterexample is not None:
        values = ", ".join(f"{name} = {value}" for name, value in verdict.counterexample.items())
        # Most methods name the point themselves, and what the two sides are there.
        found = verdict.because if values in verdict.because else f"{verdict.because}: {values}"
        click.echo(f"\n{claim.name}: {claim.sentence}\n  refuted by {found}")
