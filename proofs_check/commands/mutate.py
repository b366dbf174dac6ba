"""`landscape mutate`: break claims on purpose and see which rungs notice."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from proofs_check.commands.options import Target, TargetType, claims_option, json_option, seed_option

if TYPE_CHECKING:
    from proofs_check.mutation import MutationReport


@click.command("mutate")
@click.argument("selectors", metavar="[SELECTOR]...", nargs=-1)
@claims_option
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Mutants of each claim, at most.  [default: 8]")
@click.option("--all", "everything", is_flag=True, help="Examine every mutant; the whole ledger takes hours.")
@click.option(
    "--jobs", type=click.IntRange(min=1), default=lambda: os.cpu_count() or 1, help="Processes.  [default: all cores]"
)
@seed_option
@json_option
@click.option("--markdown", type=TargetType(), help="Write the table and what survived as a page of the docs.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    selectors: tuple[str, ...],
    claim_files: tuple[Path, ...],
    limit: int | None,
    everything: bool,
    jobs: int,
    seed: int,
    json_target: Target | None,
    markdown: Target | None,
) -> None:
    """Break claims in small ways, one at a time, and ask each rung by itself whether it refutes what came of it.

    SELECTOR is a name or a glob such as 'collins2022.gain-*'; without one all claims are broken. Mutants that say the
    same, or that are proved all the same, do not count. Exits with 0 where every other one is refuted by some rung,
    with 1 otherwise.
    """
    if everything and limit is not None:
        raise click.UsageError("--all and --limit exclude each other; give one of them")
    targets = [target for target in (json_target, markdown) if target is not None and target.is_stdout]
    if len(targets) > 1:
        raise click.UsageError("--json - and --markdown - would both write to stdout; name a file for one of them")
    from proofs_check.commands.output import progress_bar, write_json
    from theory.collection import chosen_claims

    claims = chosen_claims(selectors, claim_files)  # a wrong name is refused before the provers are loaded
    from proofs_check.budget import budget_named
    from proofs_check.mutation import DEFAULT_LIMIT, measure
    from proofs_check.mutation_report import to_json, to_markdown
    from proofs_check.vacuity import refuse_vacuous

    if claim_files:  # the library's own are known to be about something
        refuse_vacuous(claims, budget_named("small"))
    started = time.monotonic()
    with progress_bar() as bar:
        task = bar.add_task("claims", total=len(claims))
        report = measure(
            claims,
            limit=None if everything else limit or DEFAULT_LIMIT,
            seed=seed,
            jobs=jobs,
            files=claim_files,
            on_progress=lambda done, total: bar.update(task, completed=done, total=total, description="mutants"),
        )
    elapsed = time.monotonic() - started
    if json_target is not None:
        write_json(json_target, to_json(report))
    if markdown is not None:
        amount = " --all" if everything else "" if limit is None else f" --limit {limit}"
        names = "".join(f" '{selector}'" for selector in selectors)
        file = markdown.path or "-"
        stated = "".join(f" --claims {path}" for path in claim_files)
        markdown.write(to_markdown(report, f"landscape mutate{names}{stated}{amount} --seed {seed} --markdown {file}"))
    if not targets:
        _print(report, elapsed)
    if report.interrupted:
        raise KeyboardInterrupt
    ctx.exit(1 if report.survivors else 0)


def _print(report: MutationReport, elapsed: float) -> None:
    from proofs_check.commands.output import console, table
    from proofs_check.mutation_report import headings, noticed_changes, row

    names = headings()
    rows = table(*names, right=names[1:], whole=names[:1])
    for score in (*report.scores, report.total) if len(report.scores) > 1 else report.scores:
        rows.add_row(*row(score))
    console().print(rows)
    for finding in report.survivors:
        click.echo(f"\n{finding.claim}: {finding.category}: {finding.operator}, {finding.where}\n  {finding.why}")
    total = report.total
    large, noticed = noticed_changes(report.findings)
    counted = len(total.counted)
    click.echo(
        f"\n{total.killed()} of {counted} breakages refuted, {total.killed(2)} by two rungs or more; of {large} that "
        f"change a number by 2 % or more, simulation alone refuted {noticed}; {len(total.findings) - counted} are "
        f"equivalent, still true or still false (seed {report.seed}, {elapsed:.0f} s)"
        + ("; stopped early" if report.interrupted else "")
    )
