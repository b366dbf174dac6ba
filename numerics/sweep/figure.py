"""A quick figure of a sweep over one or two axes: lines or a heat map, labelled as papers do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from numerics.pictures import check_picture, picture
from numerics.sweep.columns import Column, axis_column, columns
from numerics.sweep.grid import Grid
from theory.errors import SweepError, UnknownNameError

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes

__all__ = ["check_figure", "draw_figure"]

#: Cells of a heat map along an axis, at most: more than a screen or a page can show.
_MOST_CELLS = 1200


def check_figure(grid: Grid, path: Path, variable: str | None) -> str:
    """Return the variable to draw, or refuse what cannot be drawn, before anything is computed.

    Raises
    ------
    SweepError
        If the grid does not have one or two axes of numbers.
    PictureError
        If the suffix is unknown.
    UnknownNameError
        If the grid has no such variable.
    """
    check_picture(path)
    if grid.table.design != "product" or len(grid.axes) > 2 or any(axis.numbers is None for axis in grid.axes):
        raise SweepError(
            f"figure: this grid is a {grid.table.design} with the axes {', '.join(axis.name for axis in grid.axes)}; "
            "must be a product of one or two axes of numbers"
        )
    names = [column.name for column in columns(grid)]
    if variable is None:
        return "gain" if "gain" in names else names[0]
    if variable not in names:
        raise UnknownNameError.among("variable of the figure", variable, names)
    return variable


def draw_figure(grid: Grid, result: xr.Dataset, variable: str, path: Path) -> None:
    """Draw a variable over the grid and write the picture, whole or not at all.

    Parameters
    ----------
    grid : Grid
        A product of one or two axes.
    result : xarray.Dataset
        Its result.
    variable : str
        What to draw.
    path : Path
        Ends in ``.svg``, ``.png`` or ``.pdf``.
    """
    with picture(path, (6.4, 4.4)) as figure:
        axes = figure.add_subplot()
        (column,) = (item for item in columns(grid) if item.name == variable)
        if len(grid.axes) == 1:
            _lines(grid, result, column, axes)
        else:
            _heat_map(grid, result, column, axes)


def _lines(grid: Grid, result: xr.Dataset, column: Column, axes: Axes) -> None:
    (axis,) = grid.axes
    axes.plot(result[axis.name].to_numpy(), result[column.name].to_numpy(), color="#0072B2", linewidth=2)
    axes.set(xlabel=_label(axis_column(axis)), ylabel=_label(column), xscale=axis.scale)
    axes.spines[["top", "right"]].set_visible(False)


def _heat_map(grid: Grid, result: xr.Dataset, column: Column, axes: Axes) -> None:
    vertical, horizontal = grid.axes
    thinned = {axis.name: slice(None, None, -(-len(axis) // _MOST_CELLS)) for axis in grid.axes}
    shown = result[column.name].isel(thinned)
    mesh = axes.pcolormesh(
        shown[horizontal.name].to_numpy(),
        shown[vertical.name].to_numpy(),
        np.ma.masked_invalid(shown.to_numpy()),
        shading="nearest",
        cmap="viridis",
        rasterized=True,
    )
    axes.set(
        xlabel=_label(axis_column(horizontal)),
        ylabel=_label(axis_column(vertical)),
        xscale=horizontal.scale,
        yscale=vertical.scale,
    )
    axes.figure.colorbar(mesh, ax=axes, label=_label(column))


def _label(column: Column) -> str:
    words = column.meaning.partition(":")[0]
    unit = column.unit.replace("theta", r"\theta")
    return f"{words}, ${column.latex}$" + (f" (${unit}$)" if unit not in ("", "1") else "")
