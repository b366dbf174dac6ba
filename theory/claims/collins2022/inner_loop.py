"""Claim 1: what the inner loop makes of errors and risks, for one, several, reused and fresh samples."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import comb

import sympy as sp

from theory.adaptation import ErrorQuantity
from theory.claim import Claim, Expectation, Layer, MatrixIdentity, Statement
from theory.claims.collins2022.notation import CLASS, COUNTS, DERIVED_HERE
from theory.formula import eq, gt
from theory.gain import ClassQuantity, MatrixQuantity, Setting, Substituted
from theory.moments import IsotropicMoment
from theory.symbols import alpha, d, m, nu2, rho
from theory.words import IDENTITY, Polynomial, letter, scalar, trace

ONE, S, B, SHAT = IDENTITY, letter("S"), letter("B"), letter("Shat")
SYMMETRIC = "S is the covariance of Gaussian inputs, B any symmetric matrix, in any dimension"
UP_TO_FOUR = (1, 2, 3, 4)

moment = sp.Symbol("moment")
curvature, noise_floor = sp.symbols("Q N")


def one_step_on(form: Polynomial) -> Polynomial:
    """State T(B), what one step on a fresh sample makes of the quadratic form B."""
    stepped: Polynomial = (ONE - alpha * S) * form * (ONE - alpha * S) + (
        S * form * S + trace(form * S) * S
    ) * alpha**2 / m
    return stepped


@cache
def after_fresh_steps(steps: int) -> Polynomial:
    """State T applied ``steps`` times to S."""
    return S if steps == 0 else one_step_on(after_fresh_steps(steps - 1))


def isotropic_moment(power: int) -> sp.Expr:
    """State w_j, the multiple of the identity that E[Shat^j] is for the identity covariance, j <= 4."""
    return [
        sp.S.One,
        sp.S.One,
        1 + (d + 1) / m,
        1 + 3 * (d + 1) / m + (d**2 + 3 * d + 4) / m**2,
        1 + 6 * (d + 1) / m + (6 * d**2 + 17 * d + 21) / m**2 + (d**3 + 6 * d**2 + 21 * d + 20) / m**3,
    ][power]


def moment_in_one_dimension(power: int) -> sp.Expr:
    """State E[(chi^2_m / m)^j]."""
    return sp.Mul(*(1 + sp.Integer(2 * i) / m for i in range(power)))


def moment_of_one_sample(power: int) -> sp.Expr:
    """State E[|x|^(2j-2) x x'] as a multiple of the identity, for one standard normal vector x."""
    return sp.Mul(*(d + 2 * i for i in range(1, power)))


def reused_curvature(steps: int, moments: list[sp.Expr]) -> sp.Expr:
    """State E[rho (1 - alpha Shat)^(2K)] by the binomial theorem."""
    terms = 2 * steps + 1
    return rho * sp.Add(*(comb(terms - 1, j) * (-alpha * rho) ** j * moments[j] for j in range(terms)))


def reused_noise_floor(steps: int, moments: list[sp.Expr]) -> sp.Expr:
    """State alpha^2 nu2/(2m) E tr(S P Shat P), P = sum_{j<K} (1 - alpha Shat)^j, by the binomial theorem."""
    total = sp.Add(
        *(
            comb(i + j, r) * (-alpha * rho) ** r * moments[r + 1]
            for i in range(steps)
            for j in range(steps)
            for r in range(i + j + 1)
        )
    )
    return alpha**2 * nu2 * d * rho**2 * total / (2 * m)


def _reused(steps: int) -> list[Claim]:
    """Reused samples: general d and m for two steps, one dimension and one sample for up to four."""
    setting = Setting(steps, "reused")
    cases: list[tuple[str, str, tuple[tuple[sp.Symbol, sp.Expr], ...], Callable[[int], sp.Expr]]] = [
        ("one-dimension", "in one dimension", ((d, sp.S.One),), moment_in_one_dimension),
        ("one-sample", "with a single sample", ((m, sp.S.One),), moment_of_one_sample),
    ]
    if steps == 2:
        cases.append(("isotropic", "for an isotropic class", (), isotropic_moment))
    claims = []
    for suffix, words, replacements, moments in cases:
        values = [moments(j) for j in range(2 * steps + 1)]
        for symbol, stated, quantity, what in (
            (curvature, reused_curvature(steps, values), ClassQuantity("curvature", setting), "curvature"),
            (noise_floor, reused_noise_floor(steps, values), ClassQuantity("noise_floor", setting), "noise floor"),
        ):
            claims.append(
                Claim(
                    name=f"collins2022.{what.replace(' ', '-')}-reused-{steps}-{suffix}",
                    sentence=f"After {steps} inner steps on one reused sample {words}, the {what} is a binomial sum of "
                    "the moments of the sample covariance.",
                    hypotheses=tuple(h for h in CLASS if not h.symbols & {key for key, _ in replacements}),
                    layers=(Layer(symbol, derivation=Substituted(quantity, replacements)),),
                    conclusion=Statement(eq(symbol, stated.xreplace(dict(replacements)))),
                    source=DERIVED_HERE,
                )
            )
    return claims


def _fresh(steps: int) -> list[Claim]:
    setting = Setting(steps, "fresh")
    floors = sum((trace(after_fresh_steps(j) * S) for j in range(steps)), start=scalar(0))
    return [
        Claim(
            name=f"collins2022.curvature-fresh-{steps}",
            sentence=f"After {steps} inner steps on fresh samples the curvature is T applied {steps} times to S.",
            hypotheses=(),
            setting=SYMMETRIC,
            conclusion=MatrixIdentity(MatrixQuantity("curvature", setting), after_fresh_steps(steps)),
            source=DERIVED_HERE,
        ),
        Claim(
            name=f"collins2022.noise-floor-fresh-{steps}",
            sentence=f"Label noise on {steps} fresh samples adds one trace per step.",
            hypotheses=(),
            setting=SYMMETRIC,
            conclusion=MatrixIdentity(MatrixQuantity("noise_floor", setting), floors * (alpha**2 * nu2 / (2 * m))),
            source=DERIVED_HERE,
        ),
    ]


def _error(steps: int) -> Claim:
    return Claim(
        name=f"collins2022.adapted-error-{steps}",
        sentence=f"{steps} inner steps on one sample multiply the error by (I - alpha Shat)^{steps}.",
        hypotheses=(),
        setting=SYMMETRIC,
        conclusion=MatrixIdentity(ErrorQuantity("propagator", steps), (ONE - alpha * SHAT) ** steps),
        source=DERIVED_HERE,
    )


def _noise_channel(steps: int) -> Claim:
    channel = sum(((ONE - alpha * SHAT) ** j for j in range(steps)), start=Polynomial({}))
    return Claim(
        name=f"collins2022.noise-channel-{steps}",
        sentence=f"After {steps} inner steps on one sample, label noise z adds a geometric sum applied to X'z/m.",
        hypotheses=(),
        setting=SYMMETRIC,
        conclusion=MatrixIdentity(ErrorQuantity("noise_channel", steps), alpha * channel),
        source=DERIVED_HERE,
    )


def _population(steps: int) -> Claim:
    return Claim(
        name=f"collins2022.curvature-population-{steps}",
        sentence=f"{steps} steps along the population gradient give (I - alpha S)^{steps} S (I - alpha S)^{steps}.",
        hypotheses=(),
        setting=SYMMETRIC,
        conclusion=MatrixIdentity(
            MatrixQuantity("curvature", Setting(steps, population=True)),
            (ONE - alpha * S) ** steps * S * (ONE - alpha * S) ** steps,
        ),
        source=DERIVED_HERE,
    )


def _moment(power: int) -> Claim:
    return Claim(
        name=f"collins2022.moment-isotropic-{power}",
        sentence=f"The closed form of E[Shat^{power}] for the identity covariance.",
        hypotheses=COUNTS,
        layers=(Layer(moment, derivation=IsotropicMoment(power)),),
        conclusion=Statement(eq(moment, isotropic_moment(power))),
        source=DERIVED_HERE,
    )


CLAIMS: tuple[Claim, ...] = (
    Claim(
        name="collins2022.moment-second",
        sentence="E[Shat B Shat] = S B S + (S B S + tr(B S) S)/m for every symmetric B, dimension and sample count.",
        hypotheses=(gt(m, 0),),
        setting=SYMMETRIC,
        conclusion=Expectation(SHAT * B * SHAT, S * B * S + (S * B * S + trace(B * S) * S) / m),
        source=DERIVED_HERE,
    ),
    *(_moment(power) for power in (2, 3, 4)),
    *(_error(steps) for steps in UP_TO_FOUR),
    *(_noise_channel(steps) for steps in UP_TO_FOUR),
    Claim(
        name="collins2022.curvature-one-step",
        sentence="One inner step on m samples gives Q = (I - alpha S) S (I - alpha S) + (alpha^2/m)(tr(S^2) S + S^3).",
        hypotheses=(),
        setting=SYMMETRIC,
        conclusion=MatrixIdentity(
            MatrixQuantity("curvature"),
            (ONE - alpha * S) * S * (ONE - alpha * S) + (trace(S**2) * S + S**3) * alpha**2 / m,
        ),
        source=DERIVED_HERE,
    ),
    Claim(
        name="collins2022.noise-floor-one-step",
        sentence="One inner step on m samples adds the noise floor alpha^2 nu2 tr(S^2) / (2m).",
        hypotheses=(),
        setting=SYMMETRIC,
        conclusion=MatrixIdentity(MatrixQuantity("noise_floor"), trace(S**2) * (alpha**2 * nu2 / (2 * m))),
        source=DERIVED_HERE,
    ),
    Claim(
        name="collins2022.noise-floor-population",
        sentence="The population gradient carries no label noise into the adapted risk.",
        hypotheses=(),
        setting=SYMMETRIC,
        conclusion=MatrixIdentity(MatrixQuantity("noise_floor", Setting(population=True)), scalar(0)),
        source=DERIVED_HERE,
    ),
    *(_population(steps) for steps in UP_TO_FOUR),
    *(claim for steps in UP_TO_FOUR[1:] for claim in _fresh(steps)),
    *(claim for steps in UP_TO_FOUR[1:] for claim in _reused(steps)),
)
