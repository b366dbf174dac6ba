"""Claims on the projected sampler: the moments of what it draws are those of Gaussian data.

Its exactness in law is proved in ``docs/sampler.md``. Here is what provers can judge of it: moments along the
directions that gradient descent asks about, derived from the rows that it draws, from integration by parts over raw
data, and typed by hand.
"""

from __future__ import annotations

import sympy as sp

from theory.claim import Claim, Layer, Source, Statement
from theory.formula import Formula, eq, ge, integer
from theory.krylov import KrylovMoment
from theory.moments import IsotropicMoment
from theory.symbols import d, m

__all__ = ["CLAIMS"]

HERE = Source("derived here", "the proof is in docs/sampler.md")
COUNTS: tuple[Formula, ...] = (ge(m, 1), integer(m), ge(d, 1), integer(d))

drawn, whole = sp.symbols("drawn whole")

#: E[u' Shat^j u] for the identity covariance and a unit vector u, by j.
STATED: dict[int, sp.Expr] = {
    1: sp.S.One,
    2: (m + d + 1) / m,
    3: (m**2 + 3 * m * (d + 1) + d**2 + 3 * d + 4) / m**2,
    4: (m**3 + 6 * m**2 * (d + 1) + m * (6 * d**2 + 17 * d + 21) + d**3 + 6 * d**2 + 21 * d + 20) / m**3,
}
#: Beyond these nobody types them without error: the two derivations are claimed to agree.
DERIVED_TWICE = (5, 6)


def _moment(power: int) -> Claim:
    return Claim(
        name=f"sampler.krylov-moment-{power}",
        sentence=f"The rows that the projected sampler draws give E[u' Shat^{power} u] the value it has on raw data.",
        hypotheses=COUNTS,
        layers=(
            Layer(drawn, STATED.get(power), KrylovMoment(power)),
            Layer(whole, derivation=IsotropicMoment(power)),
        ),
        conclusion=Statement(eq(drawn, whole)),
        source=HERE,
    )


CLAIMS: tuple[Claim, ...] = tuple(_moment(power) for power in (*STATED, *DERIVED_TWICE))
