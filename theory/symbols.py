"""The notation: every symbol once, with its meaning, its domain, its unit and its LaTeX.

Symbols carry no SymPy assumptions on purpose. An assumption lets SymPy evaluate a hypothesis such as ``rho > 0`` to
``True``, and what is ``True`` is silently dropped on the way to another prover. Domains are stated as data here and
become explicit hypotheses of a claim.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import sympy as sp

__all__ = ["NOTATION", "Domain", "Notation", "latex_names", "notation"]


class Domain(Enum):
    """Where a symbol takes its values; each becomes an explicit hypothesis of the claims that use the symbol."""

    REAL = "a real number"
    NONNEGATIVE = "a real number >= 0"
    POSITIVE = "a real number > 0"
    PROBABILITY = "a real number strictly between 0 and 1"
    COUNT = "an integer >= 1"


@dataclass(frozen=True)
class Notation:
    """One symbol of the notation.

    Parameters
    ----------
    symbol : sympy.Symbol
        The symbol, free of assumptions.
    latex : str
        How papers write it.
    meaning : str
        What it is.
    domain : Domain
        Where it takes its values.
    unit : str
        Its unit in terms of inputs x, labels y and parameters theta = y / x; ``"1"`` when dimensionless.
    """

    symbol: sp.Symbol
    latex: str
    meaning: str
    domain: Domain
    unit: str

    def _repr_latex_(self) -> str:
        from theory.rendering import notebook_latex

        return notebook_latex(self.symbol)


def _entry(name: str, latex: str, meaning: str, domain: Domain, unit: str) -> Notation:
    return Notation(sp.Symbol(name), latex, meaning, domain, unit)


NOTATION: tuple[Notation, ...] = (
    _entry("d", "d", "dimension of inputs and parameters", Domain.COUNT, "1"),
    _entry("m", "m", "labelled samples of each inner step", Domain.COUNT, "1"),
    _entry("K", "K", "inner steps", Domain.COUNT, "1"),
    _entry("alpha", r"\alpha", "step size of the inner loop", Domain.POSITIVE, "1/x^2"),
    _entry("p", "p", "probability of the hard class", Domain.PROBABILITY, "1"),
    _entry("rho", r"\rho", "input variance of an isotropic class", Domain.POSITIVE, "x^2"),
    _entry("rho_E", r"\rho_E", "input variance of the easy class", Domain.POSITIVE, "x^2"),
    _entry("rho_H", r"\rho_H", "input variance of the hard class", Domain.POSITIVE, "x^2"),
    _entry("R2", "R^2", "squared distance between the two class centres", Domain.NONNEGATIVE, "theta^2"),
    _entry("V", "V", "total variance of the optimal solutions of one class", Domain.NONNEGATIVE, "theta^2"),
    _entry("V_E", "V_E", "total variance of the easy class's optimal solutions", Domain.NONNEGATIVE, "theta^2"),
    _entry("V_H", "V_H", "total variance of the hard class's optimal solutions", Domain.NONNEGATIVE, "theta^2"),
    _entry("nu2", r"\nu^2", "label noise variance", Domain.NONNEGATIVE, "y^2"),
    _entry("nu2_E", r"\nu_E^2", "label noise variance of the easy class", Domain.NONNEGATIVE, "y^2"),
    _entry("nu2_H", r"\nu_H^2", "label noise variance of the hard class", Domain.NONNEGATIVE, "y^2"),
    _entry("lam", r"\lambda", "eigenvalue of an input covariance", Domain.POSITIVE, "x^2"),
    _entry("share", r"\omega", "share of the easy centre in a solution", Domain.REAL, "1"),
)

_BY_NAME = {entry.symbol.name: entry for entry in NOTATION}


def notation(name: str) -> Notation:
    """Return the entry of the notation with this name.

    Parameters
    ----------
    name : str
        For example ``"rho_E"``.

    Raises
    ------
    KeyError
        If no symbol of that name exists.
    """
    return _BY_NAME[name]


def latex_names() -> dict[sp.Symbol, str]:
    """Return the mapping from symbols to LaTeX that :func:`sympy.latex` takes as ``symbol_names``."""
    return {entry.symbol: entry.latex for entry in NOTATION}


def _symbol(name: str) -> sp.Symbol:
    return _BY_NAME[name].symbol


d = _symbol("d")
m = _symbol("m")
K = _symbol("K")
alpha = _symbol("alpha")
p = _symbol("p")
rho = _symbol("rho")
rho_E = _symbol("rho_E")
rho_H = _symbol("rho_H")
R2 = _symbol("R2")
V = _symbol("V")
V_E = _symbol("V_E")
V_H = _symbol("V_H")
nu2 = _symbol("nu2")
nu2_E = _symbol("nu2_E")
nu2_H = _symbol("nu2_H")
lam = _symbol("lam")
share = _symbol("share")
