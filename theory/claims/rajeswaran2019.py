"""Claims on iMAML with the population's gradient, where its weights are rational."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import sympy as sp

from theory.claim import Claim, Convergence, EvaluatedMixture, Layer, Limit, Source, Statement
from theory.claims.collins2022.optima import ANY_MIXTURE, weighted_optimum
from theory.claims.finn2017 import NAL_SHARE, share, share_nal, weight
from theory.formula import Formula, eq, gt, lt
from theory.gain import PairQuantity, Setting, Substituted
from theory.methods.imaml import IMAML
from theory.methods.linear import LinearQuantity
from theory.mixture import Array, InnerLoop, Mixture
from theory.symbols import alpha, p, rho_E, rho_H

PAPER = "A. Rajeswaran, C. Finn, S. Kakade, S. Levine, Meta-Learning with Implicit Gradients, arXiv 1909.04630"
HERE = Source("derived here", "in the model of mixed linear regressions; the method is that of " + PAPER)

prox, share_maml = sp.symbols("prox omega_MAML")
POPULATION = Setting(population=True)
CLASSES: tuple[Formula, ...] = (gt(prox, 0), gt(rho_H, 0), gt(rho_E, rho_H), gt(p, 0), lt(p, 1))
SHARE = Layer(share, derivation=LinearQuantity(IMAML(prox), "share", POPULATION))


def population(mixture: Mixture, inner_loop: InnerLoop) -> tuple[Mixture, InnerLoop]:
    """Restrict to infinitely many samples, and to a step short enough for MAML's optimum to be unique."""
    largest = max(item.covariance.trace() for item in mixture.classes)
    return mixture, replace(
        inner_loop, samples=None, step_size=inner_loop.step_size / (1 + inner_loop.step_size * largest)
    )


def imaml_optimum(evaluated: EvaluatedMixture) -> Array:
    """State where iMAML with lambda = 1 ends: tasks weighted by (S + 1)^-1 S (S + 1)^-1."""
    matrices = []
    for item in evaluated.mixture.classes:
        identity = np.diag([1] * len(item.centre)) + 0 * item.covariance
        inverse = np.stack([evaluated.solve(item.covariance + identity, column) for column in identity], axis=-1)
        matrices.append(inverse @ item.covariance @ inverse)
    return weighted_optimum(evaluated, matrices)


CLAIMS: tuple[Claim, ...] = (
    Claim(
        name="rajeswaran2019.weight",
        sentence="With infinitely many samples iMAML weights an isotropic task by lambda^2 rho / (rho + lambda)^2.",
        hypotheses=CLASSES,
        layers=(Layer(weight, derivation=LinearQuantity(IMAML(prox), "weight_easy", POPULATION)),),
        conclusion=Statement(eq(weight, prox**2 * rho_E / (rho_E + prox) ** 2)),
        source=HERE,
    ),
    Claim(
        name="rajeswaran2019.hard-tilt",
        sentence="With infinitely many samples iMAML moves towards the hard centre, always.",
        hypotheses=CLASSES,
        layers=(SHARE, NAL_SHARE),
        conclusion=Statement(lt(share, share_nal)),
        source=HERE,
    ),
    Claim(
        name="rajeswaran2019.strong-prox-is-nal",
        sentence="As the proximal term grows iMAML ends where NAL does.",
        hypotheses=CLASSES,
        layers=(SHARE,),
        conclusion=Limit(share, prox, sp.oo, (1 - p) * rho_E / ((1 - p) * rho_E + p * rho_H)),
        source=HERE,
    ),
    Claim(
        name="rajeswaran2019.weak-prox-inverts",
        sentence="As the proximal term vanishes tasks are weighted by the inverse of their covariance.",
        hypotheses=CLASSES,
        layers=(SHARE,),
        conclusion=Limit(share, prox, sp.S.Zero, (1 - p) * rho_H / ((1 - p) * rho_H + p * rho_E)),
        source=HERE,
    ),
    Claim(
        name="rajeswaran2019.false-a-gradient-step-of-1-over-lambda",
        sentence="iMAML ends where MAML with the inner step size 1/lambda does.",
        hypotheses=CLASSES,
        layers=(
            SHARE,
            Layer(
                share_maml,
                derivation=Substituted(PairQuantity("share_maml", POPULATION), ((alpha, 1 / prox),)),
            ),
        ),
        conclusion=Statement(eq(share, share_maml)),
        source=HERE,
        expected="refuted",
    ),
    Claim(
        name="rajeswaran2019.descent",
        sentence="iMAML's stochastic descent with lambda = 1 and infinitely many samples reaches E[M]^-1 E[M theta*], "
        "M = (S + 1)^-1 S (S + 1)^-1.",
        hypotheses=(),
        setting=ANY_MIXTURE,
        conclusion=Convergence("imaml", imaml_optimum, population),
        source=HERE,
        expected="supported",
    ),
)
