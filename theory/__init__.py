"""What is claimed: definitions, derivations from them, and claims stated by hand.

Everything that a claim is written with can be imported from here; ``theory/api.py`` lists the names and docs/api.md
explains them. They are loaded when one is first asked for, so that `landscape --help` does not wait for SymPy.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from theory.api import *  # noqa: F403  # its __all__ is the list, which is not to be written twice
    from theory.api import __all__ as __all__

# Where python-flint is installed, SymPy silently computes on it. The exact rung of the ladder uses python-flint to
# judge what SymPy derived, which is worth something only while the two share no arithmetic; so SymPy gets Python's own
# integers. SymPy reads the variable once, when it is first imported, which is why it is set here, before any module of
# the project imports SymPy, and why `numerics` and `proofs_check` import `theory` first.
os.environ.setdefault("SYMPY_GROUND_TYPES", "python")


if not TYPE_CHECKING:  # a type checker would take every name for granted

    def __getattr__(name: str) -> Any:
        if name.startswith("__") and name != "__all__":  # what Python asks of every module, such as __path__
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        api = import_module("theory.api")
        if name != "__all__" and name not in api.__all__:
            raise AttributeError(f"module {__name__!r} has no public name {name!r}; theory/api.py lists what there is")
        return getattr(api, name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__getattr__("__all__")})


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
