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
from math import prod

import sympy as sp
from sympy.polys.rings import PolyElement, ring

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
    names = [f"{kind}{k}" for kind in "rs" for k in range(1, reach + 1)]
    squares, *gens = ring(names, sp.ZZ)
    along, across = gens[:reach], gens[reach:]
    state = [squares.one] + [squares.zero] * (reach - 1)
    for _ in range(power):
        # Off the diagonal stand r_k s_k; scaling the basis puts the square on one side and 1 on the other.
        state = [
            (along[k] + (across[k - 1] if k else 0)) * state[k]
            + (along[k - 1] * across[k - 1] * state[k - 1] if k else 0)
            + (state[k + 1] if k + 1 < reach else 0)
            for k in range(reach)
        ]
    counts, samples, dimension = ring([m, d], sp.ZZ)
    degrees = [samples - k for k in range(reach)] + [dimension - 1 - k for k in range(reach)]
    total = counts.zero
    for powers, coefficient in state[0].terms():
        total += prod((_chi_square(n, p) for n, p in zip(degrees, powers, strict=True)), start=counts(coefficient))
    return sp.Add(*(term / m**power for term in sp.Add.make_args(total.as_expr())))


def _chi_square(degrees: PolyElement, power: int) -> PolyElement:
    """Return E[(chi^2_n)^power] = n (n + 2) ... (n + 2 power - 2)."""
    return prod((degrees + 2 * i for i in range(power)), start=degrees.ring.one)
