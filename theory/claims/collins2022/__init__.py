"""Claims on *How Does the Task Landscape Affect MAML Performance?* (Collins, Mokhtari, Shakkottai, 2010.14672)."""

from theory.claims.collins2022 import inner_loop, optima, pair, refuted
from theory.claims.collins2022.conditions import CONDITIONS

__all__ = ["CLAIMS", "CONDITIONS"]

CLAIMS = (*inner_loop.CLAIMS, *optima.CLAIMS, *pair.CLAIMS, *refuted.CLAIMS)
