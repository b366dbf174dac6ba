"""`landscape list`: the claims there are."""

from __future__ import annotations

from pathlib import Path

import click

from proofs_check.commands.options import Target, claims_option, json_option


@click.command("list")
@click.argument("selectors", metavar="[SELECTOR]...", nargs=-1)
@claims_option
@json_option
def command(selectors: tuple[str, ...], claim_files: tuple[Path, ...], json_target: Target | None) -> None:
    """List the claims: name, kind, source, the verdict that each ought to get, and what it says.

    SELECTOR is a name or a glob such as 'collins2022.gain-*'; without one all claims are listed.
    """
    from proofs_check.commands.output import console, table, write_json
    from theory.collection import chosen_claims

    claims = chosen_claims(selectors, claim_files)
    if json_target is not None:
        entries = [
            {
                "name": claim.name,
                "kind": claim.kind,
                "source": {"kind": claim.source.kind, "reference": claim.source.reference},
                "expected": claim.expected,
                "statement": claim.sentence,
            }
            for claim in claims
        ]
        write_json(json_target, {"schema": "landscape.list/1", "claims": entries})
        if json_target.is_stdout:
            return
    rows = table("claim", "kind", "source", "expected", "statement", whole=("claim", "kind", "source", "expected"))
    for claim in claims:
        rows.add_row(claim.name, claim.kind, claim.source.kind, claim.expected, claim.sentence)
    screen = console()
    screen.print(rows)
    from proofs_check.commands.output import counted

    click.echo(counted(len(claims), "claim"))
