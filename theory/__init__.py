"""What is claimed: definitions, derivations from them, and claims stated by hand."""

from __future__ import annotations

import os

__all__ = ["sympy_ground_types"]

# Where python-flint is installed, SymPy silently computes on it. The exact rung of the ladder uses python-flint to
# judge what SymPy derived, which is worth something only while the two share no arithmetic; so SymPy gets Python's own
# integers. SymPy reads the variable once, when it is first imported, which is why it is set here, before any module of
# the project imports SymPy, and why `numerics` and `proofs_check` import `theory` first.
os.environ.setdefault("SYMPY_GROUND_TYPES", "python")


def sympy_ground_types() -> str:
    """Name the arithmetic that SymPy computes with in this process, for the record of a run.

    Returns
    -------
    str
        "python" unless SymPy was imported before this package or SYMPY_GROUND_TYPES was set by the user; then
        possibly "flint" or "gmpy". With "flint", SymPy and the exact rung are not independent.
    """
    from sympy.external.gmpy import GROUND_TYPES

    return str(GROUND_TYPES)
