"""`landscape replay`: check a ledger's certificates, witnesses and counterexamples again."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from proofs_check.commands.options import Target, claims_option, json_option

if TYPE_CHECKING:
    from proofs_check.replay import Replay


@click.command("replay")
@click.argument("file")
@claims_option
@json_option
@click.pass_context
def command(ctx: click.Context, /, file: str, claim_files: tuple[Path, ...], json_target: Target | None) -> None:
    """Check again every certificate, witness and counterexample of FILE, which `landscape verify --json` wrote.

    Nothing is searched for, no solver is asked and nothing is simulated; what only a solver or a simulation vouches for
    is listed as not replayed. A ledger does not hold the claims: where it was made with --claims, give it here too.
    Exits with 1 where something fails, and with 2 where FILE is not about the claims as they are now, or was changed.
    """
    from proofs_check.commands.output import progress_bar, write_json
    from proofs_check.replay import load, replay
    from theory.collection import chosen_claims

    record, claims = load(file), chosen_claims((), claim_files)
    with progress_bar() as bar:
        task = bar.add_task("claims", total=len(record.get("claims", ())))
        found = replay(record, claims, on_claim=lambda name: bar.update(task, description=name, advance=1))
    if json_target is not None:
        write_json(json_target, found.to_json())
    if json_target is None or not json_target.is_stdout:
        _print(found)
    ctx.exit(0 if found.holds else 1)


def _print(found: Replay) -> None:
    from proofs_check.commands.output import counted

    for item in found.of("failed"):
        click.echo(f"{item.claim}: {item.what} of {item.evidence.method} fails: {item.detail}")
    for what, several in (("certificate", None), ("witness", "witnesses"), ("counterexample", None)):
        click.echo(f"{counted(len(found.of('replayed', what)), what, several)} replayed")
    reasons = Counter((item.detail, item.evidence.method) for item in found.of("not replayed"))
    for (reason, method), number in sorted(reasons.items()):
        click.echo(f"not replayed: {number} by {method}: {reason}")
    verdict = "everything that can be replayed holds" if found.holds else f"{len(found.of('failed'))} failed"
    click.echo(f"{counted(found.claims, 'claim')} in {found.seconds:.1f} s: {verdict}")
