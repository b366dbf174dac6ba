"""Claims on MAML's relatives of one paper: which batches are shared, FOMAML, more steps, other training step sizes."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from theory.claim import Claim, Convergence, EvaluatedMixture, Layer, Source, Statement
from theory.claims.collins2022.notation import COUNTS, WEIGHTS, s_E, s_H, v_E, v_H
from theory.claims.collins2022.optima import ANY_MIXTURE, one_step, weighted_optimum
from theory.formula import Formula, Iff, eq, ge, gt, le, lt
from theory.gain import PairQuantity, Setting
from theory.methods.fomaml import FOMAML
from theory.methods.linear import LinearQuantity
from theory.methods.maml import MAML
from theory.mixture import Array, InnerLoop, Mixture
from theory.symbols import R2, V_E, V_H, alpha, d, m, nu2_E, nu2_H, p, rho_E, rho_H

PAPER = "C. Finn, P. Abbeel, S. Levine, Model-Agnostic Meta-Learning for Fast Adaptation, arXiv 1703.03400"
NEGATIVE = "A. Bernacchia, Meta-Learning with Negative Learning Rates, arXiv 2102.00940"
HERE = Source("derived here", "in the model of mixed linear regressions; the method is that of " + PAPER)

#: Two isotropic classes of different hardness, the parts that positions of optima depend on.
CLASSES: tuple[Formula, ...] = (gt(alpha, 0), gt(rho_H, 0), gt(rho_E, rho_H), gt(p, 0), lt(p, 1), *COUNTS)
SPREADS: tuple[Formula, ...] = (ge(V_E, 0), ge(V_H, 0), ge(nu2_E, 0), ge(nu2_H, 0), ge(R2, 0))

weight, share, share_nal, regret, gain, training = sp.symbols("w omega omega_NAL regret gain alpha_t")
kappa = 1 + (d + 1) / m
#: E[Shat^3] of white data.
cubic = 1 + 3 * (d + 1) / m + (d**2 + 3 * d + 4) / m**2
step = alpha * rho_E
NAL_SHARE = Layer(share_nal, (1 - p) * rho_E / ((1 - p) * rho_E + p * rho_H), PairQuantity("share_nal"))
HARD_TILT = lt(alpha * (rho_E + rho_H) * kappa, 2)
TWO_FRESH, TWO_REUSED = Setting(2, "fresh"), Setting(2, "reused")


def _weight(name: str, sentence: str, stated: sp.Expr, quantity: LinearQuantity) -> Claim:
    return Claim(
        name=f"finn2017.{name}",
        sentence=sentence,
        hypotheses=CLASSES,
        layers=(Layer(weight, derivation=quantity),),
        conclusion=Statement(eq(weight, stated)),
        source=HERE,
    )


def _easy(method: MAML | FOMAML, setting: Setting | None = None) -> LinearQuantity:
    return LinearQuantity(method, "weight_easy", setting or Setting())


def _of_share(method: MAML | FOMAML, setting: Setting | None = None) -> tuple[Layer, ...]:
    return (Layer(share, derivation=LinearQuantity(method, "share", setting or Setting())), NAL_SHARE)


def short_step(mixture: Mixture, inner_loop: InnerLoop) -> tuple[Mixture, InnerLoop]:
    """Restrict to one inner step, shorter than any covariance allows for, so that no weight is negative."""
    mixture, inner_loop = one_step(mixture, inner_loop)
    size, largest = inner_loop.step_size, max(item.covariance.trace() for item in mixture.classes)
    return mixture, replace(inner_loop, step_size=size / (1 + size * largest))


def fomaml_optimum(evaluated: EvaluatedMixture) -> Array:
    """State where FOMAML with one inner step ends: tasks weighted by S (1 - alpha S)."""
    size, covariances = evaluated.inner_loop.step_size, [item.covariance for item in evaluated.mixture.classes]
    return weighted_optimum(evaluated, [sigma - size * (sigma @ sigma) for sigma in covariances])


CLAIMS: tuple[Claim, ...] = (
    _weight(
        "weight-separate-hessian",
        "With Hessians on a batch of their own MAML weights an isotropic task by rho (1 - alpha rho)^2.",
        rho_E * (1 - step) ** 2,
        _easy(MAML(batches="none")),
    ),
    _weight(
        "weight-inner-outer",
        "With the outer loss on the inner batch and Hessians apart, the weight is rho (1 - alpha rho)(1 - kappa alpha "
        "rho).",
        rho_E * (1 - step) * (1 - kappa * step),
        _easy(MAML(batches="inner+outer")),
    ),
    _weight(
        "weight-one-batch",
        "With one batch for everything, the weight is rho E(1 - alpha What rho)^2 What, a cubic moment of white data.",
        rho_E * (1 - 2 * step * kappa + step**2 * cubic),
        _easy(MAML(batches="all")),
    ),
    _weight(
        "weight-fomaml",
        "FOMAML weights an isotropic task by rho (1 - alpha rho)^K.",
        rho_E * (1 - step) ** 2,
        _easy(FOMAML(), TWO_FRESH),
    ),
    _weight(
        "weight-fomaml-one-batch",
        "With its outer loss on the inner batch, FOMAML weights an isotropic task by rho (1 - kappa alpha rho).",
        rho_E * (1 - kappa * step),
        _easy(FOMAML(batches="inner+outer")),
    ),
    Claim(
        name="finn2017.fomaml-hard-tilt",
        sentence="FOMAML moves towards the hard centre whenever alpha rho_E < 1, however few the samples.",
        hypotheses=(*CLASSES, lt(step, 1)),
        layers=_of_share(FOMAML()),
        conclusion=Statement(lt(share, share_nal)),
        source=HERE,
    ),
    Claim(
        name="finn2017.fomaml-negative-weight-iff",
        sentence="FOMAML gives the easy class a negative weight exactly when alpha rho_E > 1.",
        hypotheses=CLASSES,
        layers=(Layer(weight, derivation=_easy(FOMAML())),),
        conclusion=Statement(Iff(lt(weight, 0), gt(step, 1))),
        source=HERE,
    ),
    Claim(
        name="finn2017.false-fomaml-between-centres",
        sentence="FOMAML ends between the two centres.",
        hypotheses=CLASSES,
        layers=(Layer(share, derivation=LinearQuantity(FOMAML(), "share")),),
        conclusion=Statement(ge(share, 0)),
        source=HERE,
        expected="refuted",
    ),
    Claim(
        name="finn2017.false-first-order-loses-nothing",
        sentence="The first-order approximation loses nothing against MAML.",
        hypotheses=(*CLASSES, *SPREADS, lt(step, 1)),
        layers=(Layer(regret, derivation=LinearQuantity(FOMAML(), "regret_to_maml")),),
        conclusion=Statement(le(regret, 0)),
        source=Source("derived here", "the strongest reading of 'nearly the same' performance in " + PAPER),
        expected="refuted",
    ),
    Claim(
        name="finn2017.false-fomaml-beats-nal",
        sentence="FOMAML with positive weights is never worse than NAL.",
        hypotheses=(*CLASSES, *SPREADS, lt(step, 1)),
        layers=(Layer(gain, derivation=LinearQuantity(FOMAML(), "gain_over_nal")),),
        conclusion=Statement(ge(gain, 0)),
        source=HERE,
        expected="refuted",
    ),
    Claim(
        name="finn2017.fomaml-descent",
        sentence="FOMAML's stochastic descent with one inner step reaches E[M]^-1 E[M theta*], M = S (1 - alpha S).",
        hypotheses=(),
        setting=ANY_MIXTURE,
        conclusion=Convergence("fomaml", fomaml_optimum, short_step),
        source=HERE,
        expected="supported",
    ),
    Claim(
        name="finn2017.hard-tilt-two-fresh-steps",
        sentence="With two steps on fresh data MAML moves towards the hard centre under the condition of one step.",
        hypotheses=CLASSES,
        layers=(
            *WEIGHTS,
            Layer(
                share,
                v_E * s_E**2 / (v_E * s_E**2 + v_H * s_H**2),
                LinearQuantity(MAML(), "share", TWO_FRESH),
            ),
            Layer(share_nal, v_E / (v_E + v_H), PairQuantity("share_nal")),
        ),
        conclusion=Statement(Iff(lt(share, share_nal), HARD_TILT)),
        source=HERE,
    ),
    Claim(
        name="finn2017.false-hard-tilt-two-reused-steps",
        sentence="With two steps on the same data, too.",
        hypotheses=CLASSES,
        layers=_of_share(MAML(), TWO_REUSED),
        conclusion=Statement(Iff(lt(share, share_nal), HARD_TILT)),
        source=HERE,
        expected="refuted",
    ),
    Claim(
        name="finn2017.no-training-step-is-nal",
        sentence="MAML trained with a step size of 0 is NAL.",
        hypotheses=CLASSES,
        layers=_of_share(MAML(step_size=0)),
        conclusion=Statement(eq(share, share_nal)),
        source=HERE,
    ),
    Claim(
        name="finn2017.negative-training-step-tilts-easy",
        sentence="A negative step size in training moves towards the easy centre, always.",
        hypotheses=(*CLASSES, lt(training, 0)),
        layers=_of_share(MAML(step_size=training)),
        conclusion=Statement(gt(share, share_nal)),
        source=HERE,
    ),
    Claim(
        name="finn2017.best-training-step",
        sentence="With infinitely many tasks no step size in training is better than that of the test.",
        hypotheses=(*CLASSES, *SPREADS),
        layers=(Layer(regret, derivation=LinearQuantity(MAML(step_size=training), "regret_to_maml")),),
        conclusion=Statement(ge(regret, 0)),
        source=HERE,
    ),
    Claim(
        name="finn2017.false-negative-training-step",
        sentence="Training with a negative step size is never worse than not adapting in training.",
        hypotheses=(*CLASSES, *SPREADS, lt(training, 0)),
        layers=(Layer(gain, derivation=LinearQuantity(MAML(step_size=training), "gain_over_nal")),),
        conclusion=Statement(ge(gain, 0)),
        source=Source("derived here", "what holds for few tasks of one covariance in " + NEGATIVE),
        expected="refuted",
    ),
)
