"""Grids of configurations: closed forms, margins of claims and measurements at every point, on any scheduler.

One story per file: ``axes`` reads what varies, ``grid`` the file around it, ``design`` says where the points are,
``columns`` what is computed at each, ``chunk`` computes it (``claims`` and ``simulation`` their parts), ``store`` keeps
chunks that are done, ``dataset`` makes the result, ``figure`` draws it, ``run`` does all of it in order.
"""

from numerics.sweep.grid import Grid, load_grid, parse_grid
from numerics.sweep.run import Summary, sweep

__all__ = ["Grid", "Summary", "load_grid", "parse_grid", "sweep"]
