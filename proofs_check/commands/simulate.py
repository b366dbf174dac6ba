"""`landscape simulate`: a learner's own descent, against the closed form."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import click

from proofs_check.commands.options import Target, json_option, seed_option

if TYPE_CHECKING:
    from proofs_check.comparison import Comparison

#: Coordinates that the table shows, those that differ most; the JSON has all.
_MOST_COORDINATES = 20


class _PositiveNumber(click.FloatRange):
    """A finite number above 0."""

    def __init__(self) -> None:
        super().__init__(min=0, min_open=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Refuse NaN and infinity, which no range excludes."""
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value} is not a finite number above 0.", param, ctx)
        return number


@click.command("simulate")
@click.argument("config")
@click.option(
    "--learner",
    required=True,
    metavar="NAME",
    help="Whose update rule to follow: nal, maml, or another of `landscape methods`.",
)
@click.option(
    "--method",
    type=click.Choice(["sgd", "gd"]),
    default="sgd",
    show_default=True,
    help="sgd: on sampled tasks and data, which uses no closed form; gd: on the population objective, to round-off.",
)
@click.option(
    "--outer-steps",
    type=click.IntRange(min=1),
    help="Outer steps (of each chain; for gd, at most). By default as many as convergence needs.",
)
@click.option("--outer-step-size", type=_PositiveNumber(), metavar="ETA", help="By default one that is stable.")
@click.option("--chains", type=click.IntRange(min=4), help="Independent chains of sgd.  [default: 64, or the method's]")
@click.option(
    "--batch", type=click.IntRange(min=1), help="Tasks per chain and outer step.  [default: 8, or the method's]"
)
@click.option(
    "--sampler",
    type=click.Choice(["raw", "wishart", "projected", "radial"]),
    help="How sgd draws data, always of the same law: sample by sample, as sufficient statistics, only as far as the "
    "descent looks at it, or, for isotropic classes, as lengths and angles.  [default: projected]",
)
@click.option(
    "--engine",
    type=click.Choice(["numpy", "compiled"]),
    help="How sgd computes: on arrays, or by a compiled loop (extra 'fast').  [default: numpy]",
)
@click.option(
    "--device",
    type=click.Choice(["cpu", "cuda"]),
    help="Where sgd's arrays are: cuda is a GPU (extra 'gpu').  [default: cpu]",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    help="Threads of sgd; results do not depend on it.  [default: all cores]",
)
@click.option("--memory", type=_PositiveNumber(), metavar="GIB", help="Working memory of sgd at most.  [default: 1]")
@seed_option
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    /,
    config: str,
    learner: str,
    method: str,
    outer_steps: int | None,
    outer_step_size: float | None,
    seed: int,
    json_target: Target | None,
    **sgd_only: Any,
) -> None:
    """Run the descent of a learner on the configuration in CONFIG and compare where it went with the closed form.

    Exits with 0 where they agree within the errors and with 1 where they do not, or where the descent diverges.
    """
    given = {name: value for name, value in sgd_only.items() if value is not None}
    if method == "gd" and given:
        raise click.UsageError(f"--{next(iter(given))} is for --method sgd only")
    from numerics.configuration import load
    from numerics.engine import Engine, available_cores
    from proofs_check.commands.output import progress_bar, write_json
    from proofs_check.comparison import compare_descent

    engine = Engine(
        given.pop("engine", "numpy"),
        given.pop("device", "cpu"),
        given.pop("workers", None) or available_cores(),
        int(given.pop("memory", 1) * 2**30),
    )
    configuration = load(config)
    with progress_bar() as bar:
        task = bar.add_task(f"{learner}: outer steps", total=None)
        comparison = compare_descent(
            configuration,
            learner,
            method="gd" if method == "gd" else "sgd",
            outer_steps=outer_steps,
            outer_step_size=outer_step_size,
            seed=seed,
            engine=engine,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
            **given,
        )
    report = _report(comparison, config)
    if json_target is not None:
        write_json(json_target, report)
    if json_target is None or not json_target.is_stdout:
        _print(report)
    if comparison.interrupted:
        raise KeyboardInterrupt
    ctx.exit(0 if comparison.agrees else 1)


def _report(comparison: Comparison, source: str) -> dict[str, Any]:
    return {
        "schema": "landscape.simulate/1",
        "configuration": source,
        "learner": comparison.learner,
        "method": comparison.method,
        "theta": comparison.theta.tolist(),
        "theta_closed_form": comparison.theta_closed_form.tolist(),
        "standard_error": comparison.standard_error.tolist(),
        "z": comparison.z.tolist(),
        "z_max": comparison.z_max,
        "critical_value": comparison.critical_value,
        "agrees": comparison.agrees,
        "detectable": comparison.detectable.tolist(),
        "outer_steps": comparison.outer_steps,
        "step_size": comparison.step_size,
        "largest_stable_step_size": comparison.largest_stable_step_size,
        "quantities": list(comparison.names),
        "bias_error": None if comparison.bias_error is None else comparison.bias_error.tolist(),
        "seed": comparison.seed,
        "chains": comparison.chains,
        "batch": comparison.batch,
        "sampler": comparison.sampler,
        "engine": comparison.engine and comparison.engine.name,
        "device": comparison.engine and comparison.engine.device,
        "converged": comparison.converged,
        "interrupted": comparison.interrupted,
        "diagnosis": comparison.diagnosis,
    }


def _print(report: dict[str, Any]) -> None:
    from proofs_check.commands.output import console, shown_number, table

    screen = console()
    statistical = report["method"] == "sgd"
    error = "standard error" if statistical else "error bound"
    rows = table(
        "coordinate",
        "simulated",
        "closed form",
        error,
        "z",
        right=("coordinate", "simulated", "closed form", error, "z"),
    )
    columns = (report["theta"], report["theta_closed_form"], report["standard_error"], report["z"])
    ranked = sorted(enumerate(zip(*columns, strict=True), start=1), key=lambda row: -abs(row[1][3]))
    for position, values in sorted(ranked[:_MOST_COORDINATES]):
        rows.add_row(str(position), *map(shown_number, values))
    screen.print(rows)
    if len(ranked) > _MOST_COORDINATES:
        click.echo(f"the {_MOST_COORDINATES} of {len(ranked)} coordinates that differ most; --json gives every one")
    limit = report["largest_stable_step_size"]
    size = f"{report['step_size']:.4g}" + ("" if limit is None else f", stable below {limit:.4g}")
    how = (
        f"{report['chains']} chains, {report['batch']} tasks a step, {report['sampler']} data, "
        f"engine {report['engine']} on {report['device']}"
        if statistical
        else "no sampling"
    )
    click.echo(f"{report['learner']}, {report['method']}: {report['outer_steps']} outer steps of size {size}; {how}")
    click.echo(report["diagnosis"])
    verdict = "agrees with" if report["agrees"] else "DIFFERS from"
    click.echo(
        f"{verdict} the closed form: largest z {report['z_max']:.3g}, allowed {report['critical_value']:.3g} "
        f"(seed {report['seed']})"
    )
    chance = " with a probability of 99.9 %; false alarms have one of at most 1e-06" if statistical else ""
    click.echo(f"an error of {max(report['detectable']):.3g} would have been noticed{chance}")
