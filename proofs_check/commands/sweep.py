"""`landscape sweep`: closed forms, margins and measurements over a grid of configurations."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from proofs_check.commands.options import (
    Target,
    check_folder,
    json_option,
    refuse_scheduler,
    scheduler_options,
    seed_option,
)

if TYPE_CHECKING:
    from numerics.sweep import Grid, Summary


@click.command("sweep")
@click.argument("grid_file", metavar="GRID")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where the result goes: its suffix is .nc (NetCDF), .zarr or .parquet.",
)
@click.option("--overwrite", is_flag=True, help="Replace the output if it exists.")
@scheduler_options("threads", otherwise="threads")
@click.option(
    "--figure",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Draw a variable over one or two axes: .svg, .png or .pdf.",
)
@click.option("--variable", metavar="NAME", help="What the figure shows.  [default: gain]")
@seed_option
@json_option
def command(
    grid_file: str,
    output: Path,
    overwrite: bool,
    scheduler: str,
    workers: int | None,
    figure: Path | None,
    variable: str | None,
    seed: int,
    json_target: Target | None,
) -> None:
    """Compute what the grid file GRID asks for at each of its points, and write it to one file.

    GRID is a configuration in which keys may have several values, with a table [sweep]. A run that was interrupted or
    killed is continued by the same command: chunks that are done are kept in a folder beside the output. Values do not
    depend on the scheduler or the number of workers.
    """
    for path in (output, figure):
        check_folder(path)
    if variable is not None and figure is None:
        raise click.UsageError("--variable is for --figure only")
    refuse_scheduler(scheduler, workers)  # before anything is read
    from numerics.sweep import load_grid, sweep
    from proofs_check.commands.output import progress_bar, write_json

    grid = load_grid(grid_file, seed=seed)
    if figure is not None:
        from numerics.sweep.figure import check_figure

        variable = check_figure(grid, figure, variable)
    started = time.monotonic()
    with progress_bar() as bar:
        task = bar.add_task("chunks", total=grid.chunks)
        summary = sweep(
            grid,
            output,
            scheduler=scheduler,
            workers=workers,
            overwrite=overwrite,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    if figure is not None and variable is not None:
        _draw(grid, output, variable, figure)
    report = _report(grid, summary, grid_file, output, scheduler, time.monotonic() - started)
    if json_target is not None:
        write_json(json_target, report)
    if json_target is None or not json_target.is_stdout:
        _print(report, figure)


def _draw(grid: Grid, output: Path, variable: str, figure: Path) -> None:
    from numerics.sweep.dataset import open_result
    from numerics.sweep.figure import draw_figure

    with open_result(grid, output) as result:
        draw_figure(grid, result, variable, figure)


def _report(grid: Grid, summary: Summary, source: str, output: Path, scheduler: str, seconds: float) -> dict[str, Any]:
    from numerics.sweep.columns import columns

    return {
        "schema": "landscape.sweep/1",
        "grid": source,
        "output": str(output),
        "design": grid.table.design,
        "axes": {axis.name: len(axis) for axis in grid.axes if not axis.sampled} if grid.table.points is None else {},
        "points": summary.points,
        "variables": [column.name for column in columns(grid)],
        "undefined": summary.undefined,
        "chunks": summary.chunks,
        "resumed": summary.resumed,
        "scheduler": scheduler,
        "seed": grid.seed,
        "seconds": round(seconds, 6),
    }


def _print(report: dict[str, Any], figure: Path | None) -> None:
    axes = " x ".join(f"{name} ({length})" for name, length in report["axes"].items())
    click.echo(f"{report['points']:,} points: {axes or report['design']}")
    click.echo(f"computed: {', '.join(report['variables'])}")
    for name, count in report["undefined"].items():
        click.echo(f"{name}: undefined or beyond float64 at {count:,} points")
    if report["resumed"]:
        click.echo(f"{report['resumed']} of {report['chunks']} chunks were there from an earlier run")
    written = f"{report['output']}" + (f" and {figure}" if figure else "")
    click.echo(f"wrote {written} in {report['seconds']:.1f} s (seed {report['seed']})")
