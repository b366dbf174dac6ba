"""Moments of a Wishart matrix along the directions in which gradient descent asks about it.

For data with identity covariance, W = m Shat = G'G. Ask for W p, then for W of the part of the answer that is new, and
so on: in the orthonormal basis u_1, u_2, ... of these directions Bartlett's decomposition gives W as a sum of f_k f_k',
where f_k = r_k u_k + s_k u_(k+1) with independent r_k^2 ~ chi^2_(m-k+1) and s_k^2 ~ chi^2_(d-k): W is tridiagonal. This
is what the projected sampler draws (``docs/sampler.md``), and shares nothing with :mod:`theory.moments`.

Source: Bartlett (1933); the tridiagonal form is that of Dumitriu and Edelman (2002).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import sympy as sp

from theory.symbols import d, m

__all__ = ["KrylovMoment"]


@dataclass(frozen=True)
class KrylovMoment:
    """The expectation of ``u' Shat^power u`` for the identity covariance, u a unit vector, as the sampler draws it."""

    power: int

    @property
    def name(self) -> str:
        """How messages call it."""
        return f"E[u' Shat^{self.power} u] by the rows that the projected sampler draws"

    def expression(self) -> sp.Expr:
        """Derive it, in ``d`` and ``m``."""
        return _moment(self.power)


@cache
def _moment(power: int) -> sp.Expr:
    # Of W only the first rows matter: a power reaches no farther in than half of it.
    reach = power // 2 + 1
    along, across = (sp.symbols(f"{name}1:{reach + 1}") for name in ("r", "s"))
    tridiagonal = sp.zeros(reach, reach)
    for k in range(reach):
        tridiagonal[k, k] = along[k] + (across[k - 1] if k else 0)
        if k:
            # Off the diagonal stand r_k s_k; scaling the basis puts the square on one side and 1 on the other.
            tridiagonal[k - 1, k], tridiagonal[k, k - 1] = 1, along[k - 1] * across[k - 1]
    state = sp.eye(reach)[:, 0]
    for _ in range(power):
        state = (tridiagonal * state).expand()
    degrees = {square: m - k for k, square in enumerate(along)} | {square: d - 1 - k for k, square in enumerate(across)}
    squares = sp.Poly(state[0], *degrees)
    total = sp.Add(
        *(
            coefficient * sp.Mul(*(_chi_square(degrees[s], n) for s, n in zip(squares.gens, powers, strict=True)))
            for powers, coefficient in squares.terms()
        )
    )
    return sp.expand(sp.expand(total) / m**power)


def _chi_square(degrees: sp.Expr, power: int) -> sp.Expr:
    """Return E[(chi^2_n)^power] = n (n + 2) ... (n + 2 power - 2)."""
    return sp.Mul(*(degrees + 2 * i for i in range(power)))
