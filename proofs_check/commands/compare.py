"""`landscape compare`: where every method comes to rest on a configuration, and what it gains or loses there."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from proofs_check.commands.options import Target, check_folder, json_option, seed_option

if TYPE_CHECKING:
    from proofs_check.comparison import Comparison
    from proofs_check.neighbours import Neighbour


@click.command("compare")
@click.argument("config")
@click.option(
    "--methods",
    "names",
    multiple=True,
    metavar="NAME[,NAME...]",
    help="Only these; can be repeated.  [default: all; `landscape methods` lists them]",
)
@click.option("--simulate", is_flag=True, help="Run each method's published algorithm too, and compare.")
@click.option("--workers", type=click.IntRange(min=1), help="Processes that simulate.  [default: one per core]")
@click.option(
    "-o", "--output", "figure", type=click.Path(path_type=Path), metavar="FIGURE", help="Draw it: .svg, .png or .pdf."
)
@seed_option
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    /,
    config: str,
    names: tuple[str, ...],
    simulate: bool,
    workers: int | None,
    figure: Path | None,
    seed: int,
    json_target: Target | None,
) -> None:
    """Place the methods on the configuration in CONFIG: solution, excess risk, gain over NAL, regret against MAML.

    Methods take their parameters from tables [method.NAME] of the configuration. With --simulate it exits with 1 where
    a method's own run does not end at its closed form.
    """
    if workers is not None and not simulate:
        raise click.UsageError("--workers is for --simulate only")
    check_folder(figure)
    from numerics.configuration import load
    from numerics.pictures import check_picture
    from proofs_check.commands.output import progress_bar, write_json
    from proofs_check.neighbours import chosen_names, compare_methods

    if figure is not None:
        check_picture(figure)
    chosen = chosen_names(name.strip() for group in names for name in group.split(","))
    configuration, started = load(config), time.monotonic()
    with progress_bar() as bar:
        task = bar.add_task("methods simulated", total=len(chosen) if simulate else None)
        found = compare_methods(
            configuration,
            chosen,
            simulate=simulate,
            seed=seed,
            workers=workers,
            progress=lambda done: bar.update(task, completed=done),
        )
    report = _report(found, config, simulate, seed)
    if figure is not None:
        from proofs_check.neighbour_figure import draw_methods

        draw_methods(report["methods"], figure)
    if json_target is not None:
        write_json(json_target, report)
    if json_target is None or not json_target.is_stdout:
        _print(report, figure, time.monotonic() - started)
    ctx.exit(
        1 if any(entry["simulated"] and entry["simulated"]["agrees"] is False for entry in report["methods"]) else 0
    )


def _report(found: list[Neighbour], source: str, simulate: bool, seed: int) -> dict[str, Any]:
    from proofs_check.neighbours import FALSE_ALARM

    return {
        "schema": "landscape.compare/1",
        "configuration": source,
        "seed": seed,
        "false_alarm": FALSE_ALARM if simulate else None,
        "methods": [_entry(neighbour, simulate) for neighbour in found],
    }


def _entry(neighbour: Neighbour, simulate: bool) -> dict[str, Any]:
    placed = neighbour.placed
    empty: dict[str, Any] = dict.fromkeys(("theta", "risk", "gain_over_nal", "regret_to_maml", "t"))
    entry = {"name": neighbour.name, **empty, "exists": False, "stable": False, "notes": [neighbour.refusal]}
    if placed is not None:
        solution = placed.solution
        entry |= {
            "theta": None if solution.theta is None else [float(value) for value in solution.theta],
            "risk": _number(solution.risk),
            "gain_over_nal": _number(placed.gain_over_nal),
            "regret_to_maml": _number(placed.regret_to_maml),
            "t": _number(placed.tilt),
            "exists": solution.exists,
            "stable": solution.stable,
            "notes": list(solution.notes),
            "own_adaptation": solution.own_adaptation,
            "learned": {name: [float(item) for item in values] for name, values in solution.learned.items()},
            "branches": [[float(value) for value in branch] for branch in solution.branches],
        }
    else:
        entry |= {"own_adaptation": False, "learned": {}, "branches": []}
    return entry | {"simulated": _simulated(neighbour) if simulate else None}


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _simulated(neighbour: Neighbour) -> dict[str, Any]:
    run: Comparison | None = neighbour.simulated
    if run is None:
        return {"agrees": None, "diagnosis": neighbour.failure or neighbour.refusal}
    bias = [0.0] * len(run.theta) if run.bias_error is None else run.bias_error.tolist()
    return {
        # A run that still moves has not arrived anywhere that could differ.
        "agrees": run.agrees if run.agrees or run.converged else None,
        "quantities": list(run.names),
        "theta": run.theta.tolist(),
        "theta_closed_form": run.theta_closed_form.tolist(),
        "standard_error": run.standard_error.tolist(),
        "bias_error": bias,
        "z_max": run.z_max,
        "critical_value": run.critical_value,
        "detectable": run.detectable.tolist(),
        "converged": run.converged,
        "diagnosis": run.diagnosis,
    }


def _print(report: dict[str, Any], figure: Path | None, seconds: float) -> None:
    from proofs_check.commands.output import console, counted, table

    screen = console()
    simulated = report["false_alarm"] is not None
    columns = ["method", "t", "risk", "gain", "regret", "rests"]
    extra = ["run", "z", "detects"] if simulated else []
    rows = table(*columns, *extra, right=(*columns[1:5], *extra[1:]), whole=("method", "rests", "run"))
    for entry in report["methods"]:
        numbers = [_or_dash(entry[key]) for key in ("t", "risk", "gain_over_nal", "regret_to_maml")]
        state = "stable" if entry["stable"] else "unstable" if entry["exists"] else "none"
        if len(entry["branches"]) > 1:
            state += f", one of {len(entry['branches'])}"
        name = entry["name"] + ("*" if entry["own_adaptation"] else "")
        rows.add_row(name, *numbers, state, *(_run_words(entry["simulated"]) if simulated else []))
    screen.print(rows)
    click.echo(
        "t: 0 at the easy centre, 1 at the hard one (two classes only); gain over NAL, regret against MAML; risk: in "
        "excess, after adaptation"
        + (" (*: the method's own)" if any(entry["own_adaptation"] for entry in report["methods"]) else "")
    )
    for entry in report["methods"]:
        for note in entry["notes"]:
            click.echo(f"{entry['name']}: {note}")
        if entry["simulated"] and not entry["simulated"].get("converged"):
            click.echo(f"{entry['name']}: {entry['simulated']['diagnosis']}")
    if simulated:
        runs = [entry["simulated"]["agrees"] for entry in report["methods"] if entry["simulated"]["agrees"] is not None]
        click.echo(
            f"{runs.count(True)} of {counted(len(runs), 'simulation')} agree with the closed form in {seconds:.1f} s "
            f"(seed {report['seed']}; probability of any false alarm at most {report['false_alarm']:g})"
        )
        most = max((entry["simulated"].get("critical_value", 0.0) for entry in report["methods"]), default=0.0)
        click.echo(
            f"z: largest difference in standard errors, at most {most:.1f} allowed; detects: the error that would have "
            "been noticed with a probability of 99.9 %"
        )
    if figure is not None:
        click.echo(f"figure: {figure}")


def _or_dash(value: float | None) -> str:
    return "-" if value is None else f"{value:.5g}"


def _run_words(run: dict[str, Any]) -> tuple[str, str, str]:
    if "z_max" not in run:
        return "not run", "", ""
    words = {True: "agrees", False: "DIFFERS", None: "moving"}[run["agrees"]]
    return words, f"{run['z_max']:.1f}", f"{max(run['detectable']):.2g}"
