"""`landscape latex`: derived formulas and claims, typeset."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from proofs_check.commands.options import Target, TargetType, claims_option

if TYPE_CHECKING:
    from theory.claim import Claim
    from theory.rendering import Form


@click.command("latex")
@click.argument("name", required=False)
@click.option(
    "--form",
    type=click.Choice(["inline", "display", "align", "standalone"]),
    help="$...$; a displayed formula (the default); all definitions in align*; a document that compiles.",
)
@click.option("--all", "everything", is_flag=True, help="One document of every derived formula and every claim.")
@click.option("--list", "listing", is_flag=True, help="List the names that can be typeset.")
@claims_option
@click.option("-o", "--output", "target", type=TargetType(), default="-", help="Where to write; by default to stdout.")
def command(
    name: str | None,
    form: Form | None,
    everything: bool,
    listing: bool,
    claim_files: tuple[Path, ...],
    target: Target,
) -> None:
    """Typeset NAME, a derived formula or a claim, as LaTeX.

    The result needs amsmath and amssymb. Long expressions are broken into rows that fit 16 cm; inline and display show
    the formula alone, align and standalone also the definitions it rests on.
    """
    if [name is not None, everything, listing].count(True) != 1:
        raise click.UsageError("give one of: a NAME, --all, or --list to see the names")
    if form is not None and name is None:
        raise click.UsageError("--form says how one NAME is typeset; leave it out here")
    from theory.collection import chosen_claims

    claims = chosen_claims((), claim_files)
    if listing:
        _list(claims, target)
        return
    from theory.rendering import document, render

    text = document(claims=claims) if name is None else render(name, form or "display", claims=claims)
    target.write(text if text.endswith("\n") else text + "\n")


def _list(claims: tuple[Claim, ...], target: Target) -> None:
    from theory.rendering import catalogue

    lines = [f"{formula.name}: {formula.title}" for formula in catalogue().values()]
    lines += [f"{claim.name}: {claim.sentence}" for claim in claims]
    target.write("\n".join(lines) + "\n")
