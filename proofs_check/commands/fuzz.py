"""`landscape fuzz`: hunt for counterexamples, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from proofs_check.commands.crew import claims_and_crew, crew_options
from proofs_check.commands.options import Target, claims_option, json_option, seed_option

if TYPE_CHECKING:
    from rich.text import Text

    from proofs_check.fuzz import Finding, FuzzReport

#: Points to try on each claim where neither points nor time are given.
DEFAULT_EXAMPLES = 5_000


class _Seconds(click.ParamType[float]):
    """A time of at least so much, and not infinite."""

    name = "S"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read a number of seconds."""
        try:
            seconds = float(value)
        except ValueError:
            seconds = -1.0
        if not 0 < seconds < float("inf"):
            self.fail(f"got {value!r}; must be a number of seconds above 0", param, ctx)
        return seconds


@click.command("fuzz")
@click.argument("selectors", metavar="[SELECTOR]...", nargs=-1)
@claims_option
@click.option(
    "--examples",
    type=click.IntRange(min=1),
    metavar="N",
    help="Exact points to try on each claim; a mixture counts as 25.  "
    f"[default: {DEFAULT_EXAMPLES}, or no limit with --seconds]",
)
@click.option("--seconds", type=_Seconds(), metavar="S", help="Time for all claims together.  [default: no limit]")
@crew_options
@seed_option
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    /,
    selectors: tuple[str, ...],
    claim_files: tuple[Path, ...],
    examples: int | None,
    seconds: float | None,
    scheduler: str | None,
    workers: int | None,
    seed: int,
    json_target: Target | None,
) -> None:
    """Hunt for counterexamples: on and beside the surfaces on which a claim changes, then wherever Hypothesis looks.

    SELECTOR is a name or a glob such as 'collins2022.false-*'; without one all claims are hunted. What is found is made
    simple, checked again, and kept in Hypothesis's example database (.hypothesis/examples, or below
    HYPOTHESIS_STORAGE_DIRECTORY), from which the next run tries it first. Exits with 0 where no claim that ought to be
    true was refuted and every false one was, with 1 otherwise. A claim that survives is not proved: see `verify`.
    """
    from proofs_check.commands.output import progress_bar, write_json

    # A wrong name is refused before anything is loaded.
    claims, scheduler, workers = claims_and_crew(selectors, claim_files, scheduler, workers)
    from proofs_check.fuzz import fuzz

    if examples is None and seconds is None:
        examples = DEFAULT_EXAMPLES
    with progress_bar() as bar:
        task = bar.add_task("claims", total=len(claims))
        report = fuzz(
            claims,
            examples=examples,
            seconds=seconds,
            seed=seed,
            scheduler=scheduler,
            workers=workers,
            on_start=lambda claim: bar.update(task, description=claim.name),
            on_finding=lambda finding: bar.advance(task),
        )
    if json_target is not None:
        write_json(json_target, report.to_json())
    if json_target is None or not json_target.is_stdout:
        _print(report, len(claims))
    if report.interrupted:
        raise KeyboardInterrupt
    ctx.exit(0 if report.as_expected else 1)


def _print(report: FuzzReport, asked: int) -> None:
    from proofs_check.commands.output import console, table

    rows = table("claim", "result", "tested", "per second", right=("tested", "per second"), whole=("claim", "result"))
    for finding in report.findings:
        rate = finding.points_per_second
        tested = f"{finding.points + finding.mixtures:,}"
        rows.add_row(finding.claim.name, _coloured(finding), tested, "" if rate is None else f"{rate:,.0f}")
    console().print(rows)
    for finding in report.findings:
        _print_finding(finding)
    met = sum(finding.as_expected for finding in report.findings)
    stopped = f"; stopped at claim {len(report.findings)} of {asked}" if report.interrupted else ""
    click.echo(f"\n{met} of {len(report.findings)} as expected (seed {report.seed}){stopped}")


def _print_finding(finding: Finding) -> None:
    """Print what the table has no room for: a counterexample with both sides, or why there is no result."""
    claim = finding.claim
    if finding.counterexample is None:
        if finding.result == "undecided" or not finding.as_expected:
            click.echo(f"\n{claim.name}: {finding.result}: {finding.detail}")
        return
    source = " (replayed from the database)" if finding.replayed else ""
    click.echo(f"\n{claim.name}: {claim.sentence}\n  refuted{source}: {finding.detail}")
    if not finding.kept:
        click.echo("  not kept: the example database cannot be written")
    if not finding.as_expected:
        click.echo(f"  expected: {claim.expected}")


def _coloured(finding: Finding) -> Text:
    from rich.text import Text as Coloured

    return Coloured(finding.result, style="green" if finding.as_expected else "bold red")
