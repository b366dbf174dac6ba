"""Optima, excess risks, gain and ratio of MAML and NAL, derived from the adapted risk.

Three forms of the same derivation: matrices of any size (:class:`Objective`), one eigendirection of commuting
covariances (:func:`commuting_optimum`), and scalars for two isotropic classes (:class:`PairQuantity`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

import sympy as sp

from theory.adaptation import adapted_risk, population_excess
from theory.mixture import DataReuse
from theory.moments import COVARIANCE
from theory.symbols import R2, V_E, V_H, V, alpha, d, m, nu2, nu2_E, nu2_H, p, rho, rho_E, rho_H, share
from theory.words import IDENTITY, Polynomial, Word, bilinear, letter, vector

__all__ = ["ClassQuantity", "MatrixQuantity", "Objective", "PairQuantity", "Setting", "commuting_optimum"]

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

    @property
    def samples(self) -> sp.Expr:
        """The number m of samples: the symbol, or infinity."""
        return sp.oo if self.population else m

    def curvature(self) -> Polynomial:
        """Return Q of the adapted risk."""
        return self._with_step_size(adapted_risk(self.steps, self.data, self.samples).curvature)

    def noise_floor(self) -> Polynomial:
        """Return what label noise adds to the adapted risk."""
        return self._with_step_size(adapted_risk(self.steps, self.data, self.samples).noise_floor)

    def _with_step_size(self, polynomial: Polynomial) -> Polynomial:
        if self.step_size == alpha:
            return polynomial
        return polynomial.map_coefficients(lambda value: value.xreplace({alpha: self.step_size}))


@dataclass(frozen=True)
class MatrixQuantity:
    """A derived quantity of one task class for a general input covariance: Q, or the noise floor."""

    name: MatrixName
    setting: Setting = Setting()

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

    def expression(self) -> sp.Expr:
        """Derive it, in ``rho``, ``V``, ``nu2``, ``d``, ``m`` and the step size."""
        curvature = self.setting.curvature().at_scalars({COVARIANCE: rho}, d)
        floor = self.setting.noise_floor().at_scalars({COVARIANCE: rho}, d)
        return {"curvature": curvature, "noise_floor": floor, "risk_at_centre": curvature * V / 2 + floor}[self.name]


@dataclass(frozen=True)
class PairQuantity:
    """A derived quantity of the isotropic pair of an easy and a hard class.

    ``share_*`` is the share of the easy centre in a learner's optimum; ``risk_at_share`` the excess risk at
    ``share c_E + (1 - share) c_H``; ``curvature_*`` the multiple of the identity that the class's Q is.
    """

    name: PairName
    setting: Setting = Setting()

    def expression(self) -> sp.Expr:
        """Derive it, in the symbols of the pair, ``d``, ``m`` and the step size."""
        return derive_pair(self.setting)[self.name]


@cache
def derive_pair(setting: Setting) -> dict[str, sp.Expr]:
    """Derive every quantity of the isotropic pair.

    On the line through the centres, with c_E at 0 and c_H at 1 in units of their distance, a solution at
    ``1 - share`` is ``(1 - share - position)^2 R2 + V`` away from a class's optimal solutions in mean square. Off that
    line every risk only grows, because each class's curvature is a multiple of the identity.
    """
    classes = [(1 - p, rho_E, V_E, nu2_E, 0), (p, rho_H, V_H, nu2_H, 1)]
    curvature, floor = setting.curvature(), setting.noise_floor()
    plain_curvature = population_excess()
    risk, plain_risk, noise = sp.S.Zero, sp.S.Zero, sp.S.Zero
    for weight, variance, spread, label_noise, position in classes:
        distance = (1 - share - position) ** 2 * R2 + spread
        values = {COVARIANCE: variance}
        noise += weight * floor.at_scalars(values, d).xreplace({nu2: label_noise})
        risk += weight * curvature.at_scalars(values, d) * distance / 2
        plain_risk += weight * plain_curvature.at_scalars(values, d) * distance / 2
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
        "curvature_easy": curvature.at_scalars({COVARIANCE: rho_E}, d),
        "curvature_hard": curvature.at_scalars({COVARIANCE: rho_H}, d),
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
    form = population_excess() if setting is None else setting.curvature()
    risk, coordinate = sp.S.Zero, sp.Symbol("theta")
    for k in range(classes):
        weight, eigenvalue, centre = sp.symbols(f"p_{k} lam_{k} c_{k}")

        def power_sum(word: Word, k: int = k) -> sp.Expr:
            return sp.Symbol(f"t_{k}_{len(word)}") if word else d

        risk += weight * form.at_eigenvalues({COVARIANCE: eigenvalue}, power_sum) * (coordinate - centre) ** 2 / 2
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
