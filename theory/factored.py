"""The isotropic pair in forms without cancellation: sums of positive terms, the gain with its difference pulled out.

A gain that nearly vanishes is a small difference of two risks, and in floating point most of its digits are lost. Its
derivation knows better: the two curvatures are ``rho s(rho)``, the gain is a square of ``s(rho_E) - s(rho_H)``, and
that difference is ``rho_E - rho_H`` times a polynomial. Everything else is built of positive terms only. What can still
cancel are the polynomials in :class:`Factors`; they are few, and whoever evaluates them can see it happen by comparing
them with their :func:`rounding`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import sympy as sp

from theory.gain import Setting, pair_quantities
from theory.symbols import R2, V_E, V_H, nu2, nu2_E, nu2_H, p, rho, rho_E, rho_H

__all__ = ["SUMMARIES", "Factors", "Summaries", "factors", "rounding", "summaries"]

#: What :class:`Summaries` are written in, besides the notation: weight of the easy class, shrinkages, divided
#: difference of the shrinkage, and noise floors per unit of label noise variance.
q, s_E, s_H, slope, floor_E, floor_H = sp.symbols("q s_E s_H s_slope floor_E floor_H")


@dataclass(frozen=True)
class Factors:
    """The polynomials in the inner loop that may cancel, for one class or between the two.

    Parameters
    ----------
    shrinkage : sympy.Expr
        What adaptation leaves of a class's curvature: Q = rho shrinkage I; in ``rho``, ``alpha``, ``m``, ``d``.
    slope : sympy.Expr
        ``(shrinkage(rho_E) - shrinkage(rho_H)) / (rho_E - rho_H)``, a polynomial too.
    floor : sympy.Expr
        Noise floor of a class per unit of its label noise variance.
    """

    shrinkage: sp.Expr
    slope: sp.Expr
    floor: sp.Expr


@cache
def factors(setting: Setting) -> Factors:
    """Derive the polynomials of an inner loop.

    Parameters
    ----------
    setting : Setting
        The inner loop.
    """
    risk = setting.isotropic()
    shrinkage, floor = sp.expand(risk.curvature / rho), sp.expand(risk.noise_floor / nu2)
    if setting.population:
        return Factors(sp.factor(shrinkage), sp.factor(_divided_difference(shrinkage)), floor)
    # A step nearly as long as 1/rho leaves little, most of it due to the finite sample: that part is kept apart.
    without_sampling = factors(replace(setting, population=True)).shrinkage
    excess = sp.expand(shrinkage - without_sampling)
    return Factors(without_sampling + _collected(excess), _divided_difference(shrinkage), _collected(floor))


def _collected(polynomial: sp.Expr) -> sp.Expr:
    """Collect the powers of rho, their coefficients factored."""
    coefficients = sp.Poly(polynomial, rho).terms()
    return sp.Add(*(sp.factor(coefficient) * rho**power for (power,), coefficient in coefficients))


def _divided_difference(polynomial: sp.Expr) -> sp.Expr:
    """Return the difference of a polynomial's values at rho_E and rho_H over that of its arguments."""
    return sp.Add(
        *(
            sp.factor(coefficient) * sp.cancel((rho_E**power - rho_H**power) / (rho_E - rho_H))
            for (power,), coefficient in sp.Poly(polynomial, rho).terms()
        )
    )


def rounding(expression: sp.Expr) -> sp.Expr:
    """Bound how errors of one unit in the last place grow, to first order, for nonnegative symbols.

    The ratio of the expression to this bound is small exactly where it cancels, and where float64 must not be trusted.
    """
    if not any(number.is_negative for number in expression.atoms(sp.Rational)):
        return expression
    if isinstance(expression, sp.Rational):
        return abs(expression)
    if isinstance(expression, sp.Add):
        return sp.Add(*map(rounding, expression.args))
    if isinstance(expression, sp.Pow) and not expression.base.is_Symbol:
        return expression.exp * abs(expression.base) ** (expression.exp - 1) * rounding(expression.base)
    if isinstance(expression, sp.Mul):
        sums = [factor for factor in expression.args if rounding(factor) != factor and not factor.is_Rational]
        rest = sp.Mul(*(abs(f) if f.is_Rational else f for f in expression.args if f not in sums))
        grown = (rounding(factor) * sp.Mul(*(sp.Abs(f) for f in sums if f is not factor)) for factor in sums)
        return rest * sp.Add(*grown) if sums else rest
    return expression


@dataclass(frozen=True)
class Summaries:
    """Optima and risks of the pair as quotients of sums of positive terms.

    In ``p``, ``rho_E``, ``rho_H``, ``R2``, ``V_E``, ``V_H``, the label noises, and the module's own symbols for the
    weight of the easy class and for the values of :class:`Factors`.
    """

    share_nal: sp.Expr
    share_maml: sp.Expr
    noise_floor: sp.Expr
    risk_maml: sp.Expr
    risk_nal: sp.Expr
    gain: sp.Expr


#: Names of the summaries.
SUMMARIES = tuple(Summaries.__dataclass_fields__)


@cache
def summaries() -> Summaries:
    """Derive optima and risks of the pair from the classes' shrinkages; the same for every inner loop."""
    pair = pair_quantities([rho_E * s_E, rho_H * s_H], [floor_E * nu2_E, floor_H * nu2_H])
    parts = {name: value.xreplace({1 - p: q}) for name, value in pair.items()}
    spreads = {
        symbol: sp.factor(sp.diff(parts["risk_maml"].xreplace({R2: sp.S.Zero}), symbol)) for symbol in (V_E, V_H)
    }
    scatter = sp.Add(*(symbol * factor for symbol, factor in spreads.items()))
    per_distance = {name: sp.factor(sp.diff(parts[name], R2)) for name in ("risk_maml", "gain")}
    # The gain has the square of the difference of the shrinkages as a factor, which is replaced by what it equals.
    gain = sp.cancel(per_distance["gain"] / (s_E - s_H) ** 2)
    gain = R2 * sp.factor(gain) * ((rho_E - rho_H) * slope) ** 2
    risk_maml = R2 * per_distance["risk_maml"] + scatter + parts["noise_floor"]
    return Summaries(
        share_nal=sp.factor(parts["share_nal"]),
        share_maml=sp.factor(parts["share_maml"]),
        noise_floor=parts["noise_floor"],
        risk_maml=risk_maml,
        risk_nal=risk_maml + gain,
        gain=gain,
    )
