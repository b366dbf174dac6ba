"""Optima, excess risks, gain and ratio of MAML and NAL, derived from the adapted risk.

Three forms of the same derivation: matrices of any size (:class:`Objective`), one eigendirection of commuting
covariances (:func:`commuting_optimum`), and scalars for two isotropic classes (:class:`PairQuantity`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args

import sympy as sp

from theory.adaptation import IsotropicRisk, adapted_risk, isotropic_risk, population_excess
from theory.admissible import checked_expression, checked_symbol, checked_tuple
from theory.errors import ClaimError, UnknownNameError
from theory.mixture import DataReuse
from theory.moments import COVARIANCE
from theory.symbols import R2, V_E, V_H, V, alpha, d, m, nu2, nu2_E, nu2_H, p, rho, rho_E, rho_H, share
from theory.words import IDENTITY, Polynomial, Word, bilinear, letter, vector

__all__ = [
    "ClassQuantity",
    "MatrixQuantity",
    "Objective",
    "PairName",
    "PairQuantity",
    "Setting",
    "Substituted",
    "commuting_optimum",
    "small_step_gain",
]

PairName = Literal[
    "share_nal",
    "share_maml",
    "risk_at_share",
    "risk_nal",
    "risk_maml",
    "gain",
    "ratio",
    "noise_floor",
    "curvature_easy",
    "curvature_hard",
]
ClassName = Literal["curvature", "noise_floor", "risk_at_centre"]
MatrixName = Literal["curvature", "noise_floor"]


@dataclass(frozen=True)
class Setting:
    """The inner loop that a derived quantity assumes.

    Parameters
    ----------
    steps : int
        Number K of inner steps.
    data : {"reused", "fresh"}
        Whether the steps share their sample.
    population : bool
        Whether m is infinite.
    step_size : sympy.Symbol
        The symbol of the inner step size, ``alpha`` unless a claim compares two.
    """

    steps: int = 1
    data: DataReuse = "reused"
    population: bool = False
    step_size: sp.Symbol = alpha

    def __post_init__(self) -> None:
        if not isinstance(self.steps, int) or isinstance(self.steps, bool) or self.steps < 1:
            raise ClaimError(f"a setting of {self.steps!r} inner steps; give a whole number of at least 1")
        if self.data not in get_args(DataReuse):
            raise UnknownNameError.among("way to use the data", self.data, get_args(DataReuse))
        checked_symbol(self.step_size, "the step size of a setting")

    @property
    def samples(self) -> sp.Expr:
        """The number m of samples: the symbol, or infinity."""
        return sp.oo if self.population else m

    def curvature(self) -> Polynomial:
        """Return Q of the adapted risk."""
        return self.with_step_size(adapted_risk(self.steps, self.data, self.samples).curvature)

    def noise_floor(self) -> Polynomial:
        """Return what label noise adds to the adapted risk."""
        return self.with_step_size(adapted_risk(self.steps, self.data, self.samples).noise_floor)

    def isotropic(self) -> IsotropicRisk:
        """Return the adapted risk of an isotropic class, in scalars."""
        risk, renamed = isotropic_risk(self.steps, self.data, self.samples), {alpha: self.step_size}
        return IsotropicRisk(risk.curvature.xreplace(renamed), risk.noise_floor.xreplace(renamed))

    def with_step_size(self, polynomial: Polynomial) -> Polynomial:
        """Return a polynomial in ``alpha`` with this setting's step size in its place."""
        if self.step_size == alpha:
            return polynomial
        return polynomial.map_coefficients(lambda value: value.xreplace({alpha: self.step_size}))


def _refuse_unknown(kind: str, name: str, names: Any, setting: Setting) -> None:
    if name not in get_args(names):
        raise UnknownNameError.among(kind, name, get_args(names))
    checked_tuple((setting,), Setting, f"the setting of the {name}", "Setting")


@dataclass(frozen=True)
class MatrixQuantity:
    """A derived quantity of one task class for a general input covariance: Q, or the noise floor."""

    name: MatrixName
    setting: Setting = Setting()

    def __post_init__(self) -> None:
        _refuse_unknown("quantity of a class", self.name, MatrixName, self.setting)

    def polynomial(self) -> Polynomial:
        """Derive it, in the letter ``S``."""
        return self.setting.curvature() if self.name == "curvature" else self.setting.noise_floor()


@dataclass(frozen=True)
class ClassQuantity:
    """A derived quantity of one isotropic class (rho, V, nu2).

    ``curvature`` is the multiple of the identity that Q is, ``noise_floor`` what label noise adds, and
    ``risk_at_centre`` the excess risk of starting at the mean of the optimal solutions.
    """

    name: ClassName
    setting: Setting = Setting()

    def __post_init__(self) -> None:
        _refuse_unknown("quantity of an isotropic class", self.name, ClassName, self.setting)

    def expression(self) -> sp.Expr:
        """Derive it, in ``rho``, ``V``, ``nu2``, ``d``, ``m`` and the step size."""
        risk = self.setting.isotropic()
        return {
            "curvature": risk.curvature,
            "noise_floor": risk.noise_floor,
            "risk_at_centre": risk.curvature * V / 2 + risk.noise_floor,
        }[self.name]


@dataclass(frozen=True)
class PairQuantity:
    """A derived quantity of the isotropic pair of an easy and a hard class.

    ``share_*`` is the share of the easy centre in a learner's optimum; ``risk_at_share`` the excess risk at
    ``share c_E + (1 - share) c_H``; ``curvature_*`` the multiple of the identity that the class's Q is.
    """

    name: PairName
    setting: Setting = Setting()

    def __post_init__(self) -> None:
        _refuse_unknown("quantity of the isotropic pair", self.name, PairName, self.setting)

    def expression(self) -> sp.Expr:
        """Derive it, in the symbols of the pair, ``d``, ``m`` and the step size."""
        return derive_pair(self.setting)[self.name]


@dataclass(frozen=True)
class Substituted:
    """A derived quantity at special values of some of its symbols, all replaced at once.

    Parameters
    ----------
    quantity : ClassQuantity or PairQuantity
        What is derived.
    replacements : tuple of (symbol, expression)
        What its symbols become.
    """

    quantity: ClassQuantity | PairQuantity
    replacements: tuple[tuple[sp.Symbol, sp.Expr], ...]

    def __post_init__(self) -> None:
        checked_tuple((self.quantity,), (ClassQuantity, PairQuantity), "what is substituted into", "scalar quantity")
        checked_tuple(self.replacements, tuple, "the replacements of a Substituted", "pair (symbol, value)")
        for pair in self.replacements:
            if len(pair) != 2:
                raise ClaimError(f"the replacement {pair} is no pair (symbol, value)")
            checked_symbol(pair[0], "what is replaced")
            checked_expression(pair[1], f"what {pair[0]} becomes")

    @property
    def name(self) -> str:
        """The quantity's name with the replacements."""
        return f"{self.quantity.name} at {', '.join(f'{symbol} = {value}' for symbol, value in self.replacements)}"

    def expression(self) -> sp.Expr:
        """Derive the quantity, then substitute."""
        return self.quantity.expression().xreplace({symbol: sp.sympify(value) for symbol, value in self.replacements})


@cache
def derive_pair(setting: Setting) -> dict[str, sp.Expr]:
    """Derive every quantity of the isotropic pair, in the symbols of the two classes."""
    risk = setting.isotropic()
    return pair_quantities(
        [risk.curvature.xreplace({rho: variance}) for variance in (rho_E, rho_H)],
        [
            risk.noise_floor.xreplace({rho: variance, nu2: noise})
            for variance, noise in ((rho_E, nu2_E), (rho_H, nu2_H))
        ],
    )


def pair_quantities(curvatures: Sequence[sp.Expr], noise_floors: Sequence[sp.Expr]) -> dict[str, sp.Expr]:
    """Derive every quantity of the isotropic pair from the multiples of the identity that the classes' Q are.

    On the line through the centres, with c_E at 0 and c_H at 1 in units of their distance, a solution at
    ``1 - share`` is ``(1 - share - position)^2 R2 + V`` away from a class's optimal solutions in mean square. Off that
    line every risk only grows, because each class's curvature is a multiple of the identity.

    Parameters
    ----------
    curvatures, noise_floors : sequence of two sympy.Expr
        Of the easy and the hard class: expressions, or symbols that stand for them.
    """
    classes = zip((1 - p, p), (rho_E, rho_H), (V_E, V_H), curvatures, noise_floors, (0, 1), strict=True)
    plain_curvature = population_excess()
    risk, plain_risk, noise = sp.S.Zero, sp.S.Zero, sp.S.Zero
    for weight, variance, spread, curvature, floor, position in classes:
        distance = (1 - share - position) ** 2 * R2 + spread
        noise += weight * floor
        risk += weight * curvature * distance / 2
        plain_risk += weight * plain_curvature.at_scalars({COVARIANCE: variance}, d) * distance / 2
    risk += noise
    share_maml, share_nal = _minimiser(risk), _minimiser(plain_risk)
    risk_maml, risk_nal = risk.xreplace({share: share_maml}), risk.xreplace({share: share_nal})
    return {
        "share_nal": share_nal,
        "share_maml": share_maml,
        "risk_at_share": risk,
        "risk_nal": risk_nal,
        "risk_maml": risk_maml,
        "gain": risk_nal - risk_maml,
        "ratio": risk_nal / risk_maml,
        "noise_floor": noise,
        "curvature_easy": curvatures[0],
        "curvature_hard": curvatures[1],
    }


def _minimiser(risk: sp.Expr) -> sp.Expr:
    """Return the share at which the derivative of a risk vanishes; both have the factor R2, which is taken out."""
    slope = sp.diff(risk, share).xreplace({R2: sp.S.One})
    at_zero = slope.xreplace({share: sp.S.Zero})
    return -at_zero / sp.diff(slope, share)


def commuting_optimum(classes: int, setting: Setting | None = None) -> sp.Expr:
    """Derive one coordinate of an optimum when the input covariances of all classes commute.

    Parameters
    ----------
    classes : int
        Number of classes.
    setting : Setting or None
        The inner loop of MAML; ``None`` for NAL.

    Returns
    -------
    sympy.Expr
        In the class weights ``p_k``, the eigenvalues ``lam_k`` and coordinates ``c_k`` of the centres in one common
        eigendirection, and the power sums ``t_k_r`` = tr(Sigma_k^r), for k = 0, 1, ...
    """
    return coordinate_optimum([commuting_curvature(k, setting) for k in range(classes)])


def commuting_curvature(k: int, setting: Setting | None = None) -> sp.Expr:
    """Derive the eigenvalue of class k's curvature in a common eigendirection, in ``lam_k`` and the ``t_k_r``."""

    def power_sum(word: Word) -> sp.Expr:
        return sp.Symbol(f"t_{k}_{len(word)}") if word else d

    form = population_excess() if setting is None else setting.curvature()
    return form.at_eigenvalues({COVARIANCE: sp.Symbol(f"lam_{k}")}, power_sum)


def coordinate_optimum(curvatures: Sequence[sp.Expr]) -> sp.Expr:
    """Derive one coordinate of an optimum from the classes' curvatures in that direction, in ``p_k`` and ``c_k``."""
    risk, coordinate = sp.S.Zero, sp.Symbol("theta")
    for k, curvature in enumerate(curvatures):
        weight, centre = sp.symbols(f"p_{k} c_{k}")
        risk += weight * curvature * (coordinate - centre) ** 2 / 2
    slope = sp.diff(risk, coordinate)
    return -slope.xreplace({coordinate: sp.S.Zero}) / sp.diff(slope, coordinate)


@dataclass(frozen=True)
class Objective:
    """A learner's objective over a population of tasks: the average of ``1/2 (theta - theta*)' M (theta - theta*)``.

    Averages over tasks are letters, since only these enter: ``E[M]`` is the letter ``hessian``, ``E[M theta*]`` the
    vector ``moment``, and the part without theta is the symbol ``constant``. Any number of classes and any dimension
    are covered.

    Parameters
    ----------
    hessian, moment : str
        Names of the letters.
    constant : sympy.Symbol
        ``1/2 E[theta*' M theta*]`` plus any noise floor.
    """

    hessian: str
    moment: str
    constant: sp.Symbol

    def value(self, parameter: Polynomial) -> Polynomial:
        """Return the objective at a parameter, by expanding the square and averaging each term over tasks."""
        error = vector("theta") - vector("theta_star")
        expanded = bilinear(error, letter("M"), error) / 2
        averages = {
            ("|theta", "M", "|theta"): bilinear(parameter, letter(self.hessian), parameter),
            ("|theta", "M", "|theta_star"): bilinear(parameter, IDENTITY, vector(self.moment)),
        }
        total = Polynomial({((), ()): self.constant}, "scalar")
        for (_, (form,)), coefficient in expanded.terms.items():
            if form in averages:
                total = total + averages[form] * coefficient
        return total

    def slope(self, parameter: Polynomial, direction: Polynomial) -> Polynomial:
        """Return the directional derivative of the objective at a parameter: the part linear in the direction."""
        length = sp.Symbol("length")
        return self.value(parameter + direction * length).coefficient(length, 1)

    def stationary_point(self) -> Polynomial:
        """Return the solution of ``hessian theta = moment``, which the slope in every direction amounts to."""
        return letter(f"{self.hessian}^-1") * vector(self.moment)


def small_step_gain() -> Polynomial:
    """Derive the coefficient of alpha^2 in the gain of one inner step, for any mixture.

    The curvature's own expansion in alpha gives MAML's Hessian ``Sbar + alpha H1 + ...`` and moment vector
    ``b0 + alpha b1 + ...`` (averages over tasks, as letters), hence its optimum ``theta_NAL + alpha theta1 + ...``; the
    gain is the rise of MAML's objective from its minimum, ``alpha^2/2 theta1' Sbar theta1`` to leading order.

    Returns
    -------
    Polynomial
        A scalar in the letters ``Sbar`` = E[Sigma], ``E[S2]`` = E[Sigma^2] and the vectors ``E[S theta*]``,
        ``E[S2 theta*]``.
    """
    first_order = adapted_risk().curvature.coefficient(alpha, 1)
    names: dict[Word, str] = {(COVARIANCE, COVARIANCE): "E[S2]"}
    averages = [(names[word], value) for (word, _), value in first_order.terms.items()]
    hessian_rise = sum((letter(name) * value for name, value in averages), start=Polynomial({}))
    moment_rise = sum(
        (vector(name.replace("]", " theta*]")) * value for name, value in averages), start=Polynomial({}, "vector")
    )
    theta_nal = Objective("Sbar", "E[S theta*]", sp.S.Zero).stationary_point()
    theta_rise = letter("Sbar^-1") * (moment_rise - hessian_rise * theta_nal)
    return bilinear(theta_rise, letter("Sbar"), theta_rise) / 2
