"""Claims on MAMF and classical fine-tuning: between NAL and the plain average, and nothing about adaptation."""

from __future__ import annotations

import sympy as sp

from theory.claim import Claim, Convergence, EvaluatedMixture, Layer, Limit, MatrixIdentity, Source, Statement
from theory.claims.collins2022.inner_loop import S
from theory.claims.collins2022.notation import PAIR
from theory.claims.collins2022.optima import ANY_MIXTURE, nal_optimum, one_step, weighted_optimum
from theory.formula import Formula, Iff, eq, gt, le, lt
from theory.gain import PairQuantity, Setting
from theory.methods.fomaml import FOMAML
from theory.methods.linear import LinearQuantity
from theory.methods.mamf import MAMF
from theory.methods.nal import NAL
from theory.methods.pooled import Pooled
from theory.mixture import Array
from theory.symbols import p, rho_E, rho_H
from theory.words import Polynomial

__all__ = ["CLAIMS"]

PAPER = "Z. Wang, M. Li et al., Model-Agnostic Multitask Fine-tuning for Few-shot Vision-Language Transfer Learning, "
PAPER += "arXiv 2203.04904"
HERE = Source("derived here", "the method is that of " + PAPER)

eta, pool, shorter, longer, share, share_nal, risk, risk_pooled = sp.symbols(
    "eta s omega_1 omega_2 omega omega_NAL risk_MAMF risk_pooled"
)
plain_easy, plain_hard, first_easy, first_hard = sp.symbols("v_E v_H f_E f_H")
CLASSES: tuple[Formula, ...] = (gt(rho_H, 0), gt(rho_E, rho_H), gt(p, 0), lt(p, 1))
VISITS = (*CLASSES, gt(eta, 0), le(eta * rho_E, 1))
SHARES = (gt(pool, 0), lt(pool, 1))
NAL_SHARE = (1 - p) * rho_E / ((1 - p) * rho_E + p * rho_H)


def _after(steps: int) -> LinearQuantity:
    return LinearQuantity(MAMF(steps, eta), "share")


def _weights(steps: int, stated: Polynomial) -> Claim:
    return Claim(
        name=f"wang2022.weights-{steps}",
        sentence=f"Visits of {steps} steps weight a task by I - (I - eta S)^{steps}.",
        hypotheses=(),
        setting="S is the covariance of Gaussian inputs, in any dimension",
        conclusion=MatrixIdentity(lambda: MAMF(steps, eta).drift(Setting()).matrix, stated),
        source=HERE,
    )


def _longer(steps: int) -> Claim:
    return Claim(
        name=f"wang2022.longer-visits-{steps}",
        sentence=f"Steps of at most 1/rho_E, {steps + 1} for each visit instead of {steps}, move MAMF towards the hard "
        "centre.",
        hypotheses=VISITS,
        layers=(Layer(shorter, derivation=_after(steps)), Layer(longer, derivation=_after(steps + 1))),
        conclusion=Statement(lt(longer, shorter)),
        source=HERE,
    )


def optimum(evaluated: EvaluatedMixture) -> Array:
    """State where visits of five steps of size 1/10 lead: tasks weighted by I - (I - S/10)^5."""
    matrices = []
    for item in evaluated.mixture.classes:
        step = item.covariance / 10
        square = step @ step
        matrices.append(5 * step - 10 * square + 10 * square @ step - 5 * square @ square + square @ square @ step)
    return weighted_optimum(evaluated, matrices)


CLAIMS: tuple[Claim, ...] = (
    _weights(1, eta * S),
    _weights(2, 2 * eta * S - eta**2 * S**2),
    _weights(3, 3 * eta * S - 3 * eta**2 * S**2 + eta**3 * S**3),
    Claim(
        name="wang2022.single-steps",
        sentence="Visits of one step lead to NAL's optimum, whatever the size of the steps.",
        hypotheses=(*CLASSES, gt(eta, 0)),
        layers=(Layer(share, derivation=_after(1)),),
        conclusion=Statement(eq(share, NAL_SHARE)),
        source=HERE,
    ),
    Claim(
        name="wang2022.small-steps",
        sentence="Visits of five steps lead to NAL's optimum as the steps become small.",
        hypotheses=VISITS,
        layers=(Layer(share, derivation=_after(5)),),
        conclusion=Limit(share, eta, sp.S.Zero, NAL_SHARE),
        source=HERE,
    ),
    _longer(1),
    _longer(2),
    Claim(
        name="wang2022.below-the-average",
        sentence="With steps below 1/rho_E, visits of three steps still give the easy centre more than its weight.",
        hypotheses=(*CLASSES, gt(eta, 0), lt(eta * rho_E, 1)),
        layers=(Layer(share, derivation=_after(3)),),
        conclusion=Statement(gt(share, 1 - p)),
        source=HERE,
    ),
    Claim(
        name="wang2022.pooled-tilt-iff",
        sentence="Classical fine-tuning moves from the average task's optimum to the hard centre exactly when the "
        "pool has more hard data than there are hard tasks.",
        hypotheses=(*CLASSES, *SHARES),
        layers=(
            Layer(share, derivation=LinearQuantity(Pooled((1 - pool, pool)), "share")),
            Layer(share_nal, NAL_SHARE, PairQuantity("share_nal")),
        ),
        conclusion=Statement(Iff(lt(share, share_nal), gt(pool, p))),
        source=HERE,
    ),
    Claim(
        name="wang2022.fomaml-forgets-slowly",
        sentence="Of a start far away FOMAML leaves more after an outer step than plain descent does: it is for starts "
        "that are good already.",
        hypotheses=(*PAIR, gt(eta, 0)),
        layers=(
            Layer(plain_easy, rho_E, LinearQuantity(NAL(), "weight_easy")),
            Layer(plain_hard, rho_H, LinearQuantity(NAL(), "weight_hard")),
            Layer(first_easy, derivation=LinearQuantity(FOMAML(), "weight_easy")),
            Layer(first_hard, derivation=LinearQuantity(FOMAML(), "weight_hard")),
        ),
        conclusion=Statement(
            gt(
                1 - eta * ((1 - p) * first_easy + p * first_hard),
                1 - eta * ((1 - p) * plain_easy + p * plain_hard),
            )
        ),
        source=HERE,
    ),
    Claim(
        name="wang2022.false-better-than-pooled",
        sentence="After adaptation MAMF never has a larger risk than classical fine-tuning.",
        hypotheses=(*PAIR, *SHARES, gt(eta, 0), le(eta * rho_E, 1)),
        layers=(
            Layer(risk, derivation=LinearQuantity(MAMF(2, eta), "risk")),
            Layer(risk_pooled, derivation=LinearQuantity(Pooled((1 - pool, pool)), "risk")),
        ),
        conclusion=Statement(le(risk, risk_pooled)),
        source=HERE,
        expected="refuted",
    ),
    Claim(
        name="wang2022.convergence",
        sentence="Descent by MAMF's own rule, in visits of five steps of size 1/10, ends where tasks are weighted by "
        "I - (I - S/10)^5.",
        hypotheses=(),
        setting=ANY_MIXTURE,
        conclusion=Convergence("mamf", optimum, one_step),
        source=HERE,
        expected="supported",
    ),
    Claim(
        name="wang2022.pooled-convergence",
        sentence="Descent by classical fine-tuning's own rule, every class in the pool as often as its tasks are met, "
        "ends at NAL's optimum.",
        hypotheses=(),
        setting=ANY_MIXTURE,
        conclusion=Convergence("pooled", nal_optimum, one_step),
        source=HERE,
        expected="supported",
    ),
)
