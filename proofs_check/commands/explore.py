"""`landscape explore`: Monte Carlo estimates of risks and gain, by several estimators, beside the closed form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from proofs_check.commands.options import Target, json_option, seed_option

if TYPE_CHECKING:
    from numerics.exploration import Exploration, Result

_WORDS = {"risk_nal": "risk NAL", "risk_maml": "risk MAML", "gain": "gain"}


@click.command("explore", short_help="Estimate risks and gain by fast Monte Carlo.")
@click.argument("config")
@click.option(
    "--samples",
    type=click.IntRange(min=1024),
    default=2**16,
    show_default=True,
    metavar="N",
    help="Tasks that each estimator may use, at least 1024.",
)
@seed_option
@json_option
@click.pass_context
def command(ctx: click.Context, /, config: str, samples: int, seed: int, json_target: Target | None) -> None:
    """Estimate the excess risks of NAL's and MAML's optimum and the gain on the configuration in CONFIG.

    Several estimators get the same number of tasks; for each it says how much less its variance is than that of plain
    Monte Carlo, and how many tasks a relative error of 1e-4 takes. Some of them use what is derived: no verdict does.

    Exits with 0 where all agree with the closed form within the errors, and with 1 where one does not.
    """
    from numerics.configuration import load
    from numerics.exploration import ESTIMATORS, explore
    from proofs_check.commands.output import progress_bar, write_json

    configuration = load(config)
    with progress_bar() as bar:
        task = bar.add_task("tasks", total=samples * len(ESTIMATORS))

        def progress(name: str, count: int) -> None:
            bar.update(task, description=f"{name}: tasks", advance=count)

        exploration = explore(
            configuration.mixture, configuration.inner_loop, samples=samples, seed=seed, progress=progress
        )
    report = _report(exploration, config, samples)
    if json_target is not None:
        write_json(json_target, report)
    if json_target is None or not json_target.is_stdout:
        _print(report)
    if exploration.interrupted:
        raise KeyboardInterrupt
    ctx.exit(0 if report["agrees"] else 1)


def _report(exploration: Exploration, source: str, samples: int) -> dict[str, Any]:
    from numerics.exploration import OUTCOMES
    from proofs_check.commands.output import json_number

    estimators = [_entry(exploration, result) for result in exploration.results]
    return {
        "schema": "landscape.explore/1",
        "configuration": source,
        "seed": exploration.seed,
        "samples": samples,
        "closed_form": dict(zip(OUTCOMES, exploration.closed_form.tolist(), strict=True)),
        "pairing": json_number(exploration.pairing, exact=False),
        "estimators": estimators,
        "agrees": all(entry["agrees"] for entry in estimators),
        "interrupted": exploration.interrupted,
        "notes": list(exploration.notes),
    }


def _entry(exploration: Exploration, result: Result) -> dict[str, Any]:
    from numerics.exploration import ESTIMATORS, OUTCOMES
    from proofs_check.commands.output import json_number

    columns = {
        "value": result.estimate.value,
        "standard_error": result.estimate.standard_error,
        "z": exploration.deviation(result),
        "critical_value": exploration.critical(result),
        "variance_reduction": exploration.reduction(result),
        "samples_for_1e-4": result.samples_for(exploration.closed_form),
    }
    return {
        "name": result.estimator,
        "description": ESTIMATORS[result.estimator].description,
        "samples": result.samples,
        "seconds": result.seconds,
        "agrees": exploration.agrees(result),
    } | {
        outcome: {key: json_number(float(numbers[i]), exact=False) for key, numbers in columns.items()}
        for i, outcome in enumerate(OUTCOMES)
    }


def _print(report: Mapping[str, Any]) -> None:
    from proofs_check.commands.output import console, shown_number, table

    screen = console()
    values = [text for words in _WORDS.values() for text in (words, "+-")]
    estimates = table("estimator", *values, right=tuple(values), whole=("estimator",))
    efforts = [f"{what} {words}" for what in ("less variance:", "tasks for 1e-4:") for words in _WORDS.values()]
    costs = table("estimator", *efforts, "seconds", right=("seconds",), whole=("estimator",))
    for entry in report["estimators"]:
        outcomes = [entry[outcome] for outcome in _WORDS]
        shown = [
            f"{outcome[key]:.3g}" if key == "standard_error" else shown_number(outcome[key])
            for outcome in outcomes
            for key in ("value", "standard_error")
        ]
        estimates.add_row(entry["name"], *shown)
        reductions = ["n/a" if o["variance_reduction"] is None else f"{o['variance_reduction']:.3g}x" for o in outcomes]
        needed = ["n/a" if o["samples_for_1e-4"] is None else f"{o['samples_for_1e-4']:.3g}" for o in outcomes]
        costs.add_row(entry["name"], *reductions, *needed, f"{entry['seconds']:.2f}")
    estimates.add_row("closed form", *(text for o in _WORDS for text in (shown_number(report["closed_form"][o]), "")))
    screen.print(estimates)
    screen.print("\nOn the same budget\n", costs)
    for entry in report["estimators"]:
        click.echo(f"{entry['name']}: {entry['description']}")
    if report["pairing"] is not None:
        click.echo(
            "All give both solutions the same tasks and data; with independent ones the plain gain would have "
            f"{report['pairing']:.3g} times the variance."
        )
    for note in report["notes"]:
        click.echo(note)
    worst = max(report["estimators"], key=lambda entry: max(abs(entry[o]["z"]) for o in _WORDS))
    largest = max(abs(worst[o]["z"]) for o in _WORDS)
    differing = [entry["name"] for entry in report["estimators"] if not entry["agrees"]]
    verdict = (
        f"{', '.join(differing)} {'DIFFERS' if len(differing) == 1 else 'DIFFER'} from"
        if differing
        else "all agree with"
    )
    click.echo(
        f"{verdict} the closed form: largest z {largest:.3g}, of {worst['name']} (seed {report['seed']}); "
        "an exploration, on which no verdict rests"
    )
