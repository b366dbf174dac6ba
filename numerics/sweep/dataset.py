"""The result of a sweep as an xarray Dataset, and as a file: NetCDF, Zarr or Parquet, complete or absent."""

from __future__ import annotations

import json
import os
import platform
import shutil
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from numerics.sampling import Floats
from numerics.sweep.columns import Column, axis_column, columns
from numerics.sweep.design import points_of
from numerics.sweep.grid import Grid
from theory.errors import MissingExtraError, SweepError

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["SUFFIXES", "check_packages", "dataset", "open_result", "output_suffix", "write_dataset"]

#: What each kind of file needs besides xarray.
SUFFIXES: Mapping[str, tuple[str, ...]] = {".nc": ("h5netcdf", "h5py"), ".zarr": ("zarr",), ".parquet": ("pyarrow",)}
_POINT = "point"


def output_suffix(path: Path) -> str:
    """Return the suffix of an output, which says what kind of file it is.

    Raises
    ------
    SweepError
        If no kind has it.
    """
    if path.suffix not in SUFFIXES:
        raise SweepError(
            f"output {str(path)!r}: must end in {', '.join(SUFFIXES)}, which says what kind of file to write"
        )
    return path.suffix


def check_packages(suffix: str) -> None:
    """Refuse an output whose packages are missing, before anything is computed.

    Raises
    ------
    MissingExtraError
        Naming the package and the extra that installs it.
    """
    from importlib.util import find_spec

    for package in ("xarray", *SUFFIXES[suffix]):
        if find_spec(package) is None:
            raise MissingExtraError.of(f"a sweep to a {suffix} file", package, "sweep")


def dataset(grid: Grid, arrays: Mapping[str, Floats]) -> xr.Dataset:
    """Put the values of all points on their axes.

    Parameters
    ----------
    grid : Grid
        Whose points they are.
    arrays : mapping from variable to array, shape (points,)
        In the order of the points.

    Returns
    -------
    xarray.Dataset
        With one dimension per axis for a product, else with the dimension ``point``. Every variable and coordinate has
        ``long_name``, ``units`` and ``latex``; the attributes say what grid, seed and versions it came from.
    """
    import xarray as xr

    described = {column.name: column for column in columns(grid)}
    if grid.table.design == "product":
        dimensions = tuple(axis.name for axis in grid.axes)
        coordinates = {
            axis.name: (
                axis.name,
                np.array(axis.labels) if axis.numbers is None else axis.numbers,
                _described(axis_column(axis)),
            )
            for axis in grid.axes
        }
    else:
        dimensions = (_POINT,)
        drawn = points_of(grid, range(grid.points)).columns()
        coordinates = {axis.name: (_POINT, drawn[axis.name], _described(axis_column(axis))) for axis in grid.axes}
    variables = {
        name: (dimensions, values.reshape(grid.shape), _described(described[name])) for name, values in arrays.items()
    }
    return xr.Dataset(variables, coordinates, _provenance(grid))


def write_dataset(grid: Grid, arrays: Mapping[str, Floats], path: Path) -> None:
    """Write the result to a file (a folder for Zarr), which appears whole or not at all.

    Raises
    ------
    OSError
        If it cannot be written; nothing of it is left.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        _WRITERS[output_suffix(path)](grid, arrays, temporary)
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)  # a folder cannot be replaced at once
        os.replace(temporary, path)
    finally:
        if temporary.is_dir():
            shutil.rmtree(temporary)
        else:
            temporary.unlink(missing_ok=True)


def open_result(grid: Grid, path: Path) -> xr.Dataset:
    """Open what :func:`write_dataset` wrote; values are read as they are used, but for Parquet."""
    import xarray as xr

    if path.suffix == ".nc":
        return xr.open_dataset(path, engine="h5netcdf", decode_cf=False)
    if path.suffix == ".zarr":
        opened: xr.Dataset = xr.open_zarr(path, chunks=None, consolidated=False, decode_cf=False)
        return opened
    import pyarrow.parquet as pq

    names = [column.name for column in columns(grid)]
    table = pq.read_table(path, columns=names)
    return dataset(grid, {name: table.column(name).to_numpy() for name in names})


def _write_netcdf(grid: Grid, arrays: Mapping[str, Floats], path: Path) -> None:
    result = dataset(grid, arrays)
    # Undefined values are NaN, which needs no stand-in.
    result.to_netcdf(path, engine="h5netcdf", encoding={name: {"_FillValue": None} for name in result.variables})
    _flush(path)


def _write_zarr(grid: Grid, arrays: Mapping[str, Floats], path: Path) -> None:
    # Version 3 has no settled form for text, which axes that are not numbers need.
    dataset(grid, arrays).to_zarr(path, mode="w", zarr_format=2, consolidated=False)


def _write_parquet(grid: Grid, arrays: Mapping[str, Floats], path: Path) -> None:
    """Write a row per point, a group of rows per chunk, so that no more than a chunk is in memory."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {axis.name: pa.string() if axis.numbers is None else pa.float64() for axis in grid.axes}
    described = [axis_column(axis) for axis in grid.axes] + list(columns(grid))
    fields = [
        pa.field(column.name, kinds.get(column.name, pa.float64()), metadata=_described(column)) for column in described
    ]
    schema = pa.schema(fields, metadata=_provenance(grid))
    step = max(grid.chunk, 2**16)
    with pq.ParquetWriter(path, schema) as writer:
        for start in range(0, grid.points, step):
            span = range(start, min(start + step, grid.points))
            rows = points_of(grid, span).columns() | {
                name: values[span.start : span.stop] for name, values in arrays.items()
            }
            writer.write_table(pa.table([pa.array(rows[field.name]) for field in fields], schema=schema))
    _flush(path)


_WRITERS: Mapping[str, Callable[[Grid, Mapping[str, Floats], Path], None]] = {
    ".nc": _write_netcdf,
    ".zarr": _write_zarr,
    ".parquet": _write_parquet,
}


def _flush(path: Path) -> None:
    """Make sure that the content is on the disk before the name is."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())


def _described(column: Column) -> dict[str, str]:
    found = {"long_name": column.meaning, "units": column.unit, "latex": column.latex}
    return found | ({"claim": column.claim} if column.claim else {})


def _provenance(grid: Grid) -> dict[str, Any]:
    packages = ("maml-landscape", "numpy", "scipy", "sympy")
    versions = {name: version(name) for name in packages} | {"python": platform.python_version()}
    return {
        "title": "landscape sweep",
        "grid": grid.text,
        "design": grid.table.design,
        "seed": str(grid.seed),
        "digest": grid.digest,
        "versions": json.dumps(versions),
    }
