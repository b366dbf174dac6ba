"""`landscape show`: one claim in full, with the verdict on it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from proofs_check.commands.options import Target, claims_option, json_option, seed_option
from proofs_check.commands.verify import budget_option

if TYPE_CHECKING:
    from proofs_check.verdict import Verdict
    from theory.claim import Claim


@click.command("show", short_help="Print one claim in full and judge it.")
@click.argument("claim")
@claims_option
@budget_option
@seed_option
@click.option("--ablation", is_flag=True, help="Drop each hypothesis in turn, and measure how much room they leave.")
@click.option("--tightness", is_flag=True, help="Of an inequality: how close both sides come, and where.")
@json_option
def command(
    claim: str,
    claim_files: tuple[Path, ...],
    budget: str,
    seed: int,
    ablation: bool,
    tightness: bool,
    json_target: Target | None,
) -> None:
    """Print CLAIM: what it says, its hypotheses, the steps of its derivation and its source; then judge it.

    CLAIM is a name; of a glob, every claim that matches is shown.
    """
    from proofs_check.commands.output import progress_bar, write_json
    from proofs_check.commands.questions import asked, print_answers
    from theory.collection import chosen_claims
    from theory.rendering import plain_conclusion, plain_layer

    selected = chosen_claims([claim], claim_files)  # a wrong name is refused before the provers are loaded
    from proofs_check.verify import verify

    with progress_bar() as bar:
        task = bar.add_task("claims", total=len(selected))
        ledger = verify(
            selected,
            budget=budget,
            seed=seed,
            on_start=lambda started: bar.update(task, description=started.name),
            on_verdict=lambda judged, verdict: bar.advance(task),
        )
    answers = [
        asked(shown, ablation=ablation, tightness=tightness, budget=budget, seed=seed) for shown, _ in ledger.verdicts
    ]
    if json_target is not None:
        found = ledger.to_json()
        for entry, (shown, _), answer in zip(found["claims"], ledger.verdicts, answers, strict=True):
            entry |= answer
            entry["conclusion"] = plain_conclusion(shown)
            entry["steps"] = [plain_layer(layer) for layer in shown.layers]
        write_json(json_target, found | {"schema": "landscape.show/1"})
    if json_target is None or not json_target.is_stdout:
        for (shown, verdict), answer in zip(ledger.verdicts, answers, strict=True):
            _print_claim(shown)
            _print_verdict(shown, verdict)
            print_answers(answer)
            click.echo("")
    if ledger.interrupted:
        raise KeyboardInterrupt


def _print_claim(claim: Claim) -> None:
    from theory.rendering import plain_conclusion, plain_layer

    click.echo(f"{claim.name}\n\n{claim.sentence}\n")
    if claim.hypotheses:
        click.echo("Hypotheses")
        for hypothesis in claim.hypotheses:
            click.echo(f"  {hypothesis}")
    if claim.setting:
        click.echo(f"Setting\n  {claim.setting}")
    if claim.layers:
        click.echo("Derivation steps")
        for layer in claim.layers:
            click.echo(f"  {plain_layer(layer)}")
    click.echo(f"Conclusion ({claim.kind})\n  {plain_conclusion(claim)}")
    click.echo(f"Source\n  {claim.source}")


def _print_verdict(claim: Claim, verdict: Verdict) -> None:
    click.echo(f"Verdict\n  {verdict.outcome} (expected: {claim.expected}): {verdict.because}")
    click.echo("Evidence")
    for item in verdict.evidence:
        click.echo(
            f"  {item.method}: {item.outcome.value} ({item.seconds:.2f} s): {item.obligation.value}: {item.detail}"
        )
    if verdict.outcome == "refuted" and verdict.counterexample is not None:
        click.echo("Counterexample")
        for name, value in verdict.counterexample.items():
            click.echo(f"  {name} = {value}")
