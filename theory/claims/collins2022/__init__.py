"""Claims on *How Does the Task Landscape Affect MAML Performance?* (Collins, Mokhtari, Shakkottai, 2010.14672)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from theory.claims.collins2022.conditions import CONDITIONS

if TYPE_CHECKING:
    from theory.claim import Claim

    CLAIMS: tuple[Claim, ...]

__all__ = ["CLAIMS", "CONDITIONS"]


@cache
def _claims() -> tuple[Claim, ...]:
    from theory.claims.collins2022 import inner_loop, optima, pair, refuted

    return (*inner_loop.CLAIMS, *optima.CLAIMS, *pair.CLAIMS, *refuted.CLAIMS)


def __getattr__(name: str) -> tuple[Claim, ...]:
    # Evaluating a configuration takes the conditions only, and stating every claim takes a quarter of a second.
    if name == "CLAIMS":
        return _claims()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
