"""`landscape show`: one claim in full, with the verdict on it and the answers to what is asked next."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from proofs_check.commands.options import Target, TargetType, claims_option, json_option, seed_option
from proofs_check.commands.verify import budget_option

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from proofs_check.commands.questions import Asked, Questions
    from proofs_check.verify import Ledger
    from theory.claim import Claim


@click.command("show")
@click.argument("name")
@claims_option
@budget_option
@seed_option
@click.option("--ablation/--no-ablation", default=True, help="Drop each hypothesis in turn: is it needed?")
@click.option("--occupancy/--no-occupancy", default=True, help="Measure how much room the hypotheses leave.")
@click.option("--tightness/--no-tightness", default=True, help="Of an inequality: how close do both sides come, where?")
@click.option("--repairs/--no-repairs", default=True, help="Of a false claim: which further hypothesis would save it?")
@click.option(
    "--box",
    "stated_box",
    multiple=True,
    metavar="NAME=LOW:HIGH",
    help="Where to measure the room: bounds of a symbol, such as alpha=0:1/2; can be repeated.",
)
@click.option("--card", "card_target", type=TargetType(), help="Write the script that reproduces the refutation.")
@click.option("--remark", "remark_target", type=TargetType(), help="Write the refutation as a LaTeX remark.")
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    /,
    name: str,
    claim_files: tuple[Path, ...],
    budget: str,
    seed: int,
    stated_box: tuple[str, ...],
    card_target: Target | None,
    remark_target: Target | None,
    json_target: Target | None,
    **wanted: bool,
) -> None:
    """Judge the claim NAME and print all there is to say of it.

    The verdict and why; of a false claim, which hypothesis would save it, a script that reproduces the counterexample
    and a remark for the paper; which hypotheses are needed, how much room they leave, how sharp an inequality is; the
    definitions, and the evidence. Of a glob, every claim that matches is shown. If NAME is a method's, its rule, its
    parameters and what is derived for it are printed instead.
    """
    from theory.methods import NAMES

    if name in NAMES:
        _show_method(name, json_target)
        return
    from proofs_check.commands.questions import Questions, box_of
    from theory.collection import chosen_claims

    selected = chosen_claims([name], claim_files)  # a wrong name is refused before the provers are loaded
    files = {"card": card_target, "remark": remark_target}
    _refuse_clashes({**files, "json": json_target}, selected)
    box = box_of(stated_box, selected)
    questions = Questions(frozenset(name for name, asked in wanted.items() if asked), budget, seed, box)
    ledger, asked = _found(selected, questions)
    _write_files(files, ledger, asked)
    interrupted = ledger.interrupted or any(answer.interrupted for answer in asked)
    if json_target is not None:
        _write_json(json_target, ledger, asked, interrupted)
    if not any(target is not None and target.is_stdout for target in (*files.values(), json_target)):
        _print(ledger, asked)
    if interrupted:
        raise KeyboardInterrupt
    ctx.exit(0)


def _show_method(name: str, json_target: Target | None) -> None:
    from proofs_check.commands.method_page import method_entry, print_method
    from proofs_check.commands.output import write_json

    entry = method_entry(name)
    if json_target is not None:
        write_json(json_target, {"schema": "landscape.show-method/1", **entry})
        if json_target.is_stdout:
            return
    print_method(entry)


def _refuse_clashes(targets: dict[str, Target | None], selected: tuple[Claim, ...]) -> None:
    if len(selected) > 1 and (targets["card"] or targets["remark"]):
        raise click.UsageError(f"--card and --remark write one claim's; the name given matches {len(selected)}")
    if sum(target is not None and target.is_stdout for target in targets.values()) > 1:
        raise click.UsageError("only one of --card, --remark and --json can go to standard output")


def _found(selected: tuple[Claim, ...], questions: Questions) -> tuple[Ledger, list[Asked]]:
    """Judge the claims, then ask the questions; Ctrl-C keeps what was found."""
    from proofs_check.commands.output import progress_bar
    from proofs_check.commands.questions import Asked
    from proofs_check.solvers import Solvers
    from proofs_check.verify import verify
    from theory.claim import located

    with progress_bar() as bar, Solvers() as solvers:
        task = bar.add_task("claims", total=2 * len(selected))
        ledger = verify(
            selected,
            budget=questions.budget,
            seed=questions.seed,
            on_start=lambda started: bar.update(task, description=started.name),
            on_verdict=lambda judged, verdict: bar.advance(task),
        )
        asked: list[Asked] = []
        for shown, verdict in ledger.verdicts:
            stop = ledger.interrupted or any(answer.interrupted for answer in asked)
            step = partial(_announce, bar, task, shown.name)
            with located(shown):
                asked.append(Asked() if stop else questions.ask(shown, verdict, solvers, step))
            bar.advance(task)
    return ledger, asked


def _announce(bar: Progress, task: TaskID, name: str, what: str) -> None:
    bar.update(task, description=f"{name}: {what}")


def _write_files(files: dict[str, Target | None], ledger: Ledger, asked: list[Asked]) -> None:
    """Write card and remark.

    Raises
    ------
    ClaimError
        If there is none.
    """
    from theory.errors import ClaimError

    for (claim, verdict), answer in zip(ledger.verdicts, asked, strict=True):
        for name, target in files.items():
            if target is None:
                continue
            if verdict.outcome != "refuted":
                raise ClaimError(f"{claim.name} is {verdict.outcome}, not refuted: there is no {name} to write")
            text = answer.answers.get(name)
            if text is None:
                raise ClaimError(f"{claim.name} is not refuted at a point of formulas: there is no {name} to write")
            target.write(text)


def _write_json(target: Target, ledger: Ledger, asked: list[Asked], interrupted: bool) -> None:
    from proofs_check.commands.output import write_json
    from theory.rendering import plain_conclusion, plain_layer

    found: dict[str, Any] = ledger.to_json()
    for entry, (shown, _), answer in zip(found["claims"], ledger.verdicts, asked, strict=True):
        entry["conclusion"] = plain_conclusion(shown)
        entry["steps"] = [plain_layer(layer) for layer in shown.layers]
        entry |= answer.answers
    write_json(target, found | {"schema": "landscape.show/1", "interrupted": interrupted})


def _print(ledger: Ledger, asked: list[Asked]) -> None:
    from proofs_check.commands.claim_page import print_claim

    for position, ((shown, verdict), answer) in enumerate(zip(ledger.verdicts, asked, strict=True)):
        if position:
            click.echo("\n")
        print_claim(shown, verdict, answer.answers)
