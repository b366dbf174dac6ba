"""Claims on MOML and LocalMOML: a memory is worth samples that the Jacobian's batch shares, and nothing else."""

from __future__ import annotations

import sympy as sp

from theory.claim import Claim, Convergence, EvaluatedMixture, Layer, Limit, MatrixIdentity, Source, Statement
from theory.claims.collins2022.inner_loop import ONE, SYMMETRIC, S
from theory.claims.collins2022.notation import PAIR
from theory.claims.collins2022.optima import ANY_MIXTURE, one_step, weighted_optimum
from theory.formula import Iff, Or, eq, gt, le, lt, ne
from theory.gain import PairQuantity, Setting
from theory.methods.linear import LinearQuantity
from theory.methods.local_moml import LocalMOML
from theory.methods.moml import MOML
from theory.mixture import Array
from theory.symbols import R2, alpha, d, m, p, rho_E, rho_H
from theory.words import trace

__all__ = ["CLAIMS"]

PAPER = "B. Wang, Z. Yuan, Y. Ying, T. Yang, Memory-Based Optimization Methods for Meta-Learning, arXiv 2106.04911"
ABSTRACT = Source("abstract", f"{PAPER}, abstract (vanishing error with a constant number of samples)")
HERE = Source("derived here", "the method is that of " + PAPER)

beta, eta, share, without, share_nal, share_maml, regret = sp.symbols(
    "beta eta omega omega_1 omega_NAL omega_MAML regret"
)
MEMORY = (*PAIR, gt(beta, 0), le(beta, 1))
RULE = MOML(beta=beta)
UNSHARED = MOML(beta=beta, hessian_batch="independent")

#: One step along the population gradient shrinks a class's curvature by a square.
POPULATION_EASY = (1 - p) * rho_E * (1 - alpha * rho_E) ** 2
POPULATION_HARD = p * rho_H * (1 - alpha * rho_H) ** 2
POPULATION_SHARE = POPULATION_EASY / (POPULATION_EASY + POPULATION_HARD)
#: What a batch adds that Jacobian and adapted parameters share.
SHARED_EASY = (1 - p) * alpha**2 * rho_E**3 * (d + 1) / m
SHARED_HARD = p * alpha**2 * rho_H**3 * (d + 1) / m
EASY, HARD = POPULATION_EASY + beta * SHARED_EASY, POPULATION_HARD + beta * SHARED_HARD

APART = (ONE - alpha * S) * S * (ONE - alpha * S)
WITH_MEMORY = APART + (trace(S**2) * S + S**3) * alpha**2 * beta / m


def optimum(evaluated: EvaluatedMixture) -> Array:
    """State where MOML with a fifth of the newest rests: at MAML's optimum for five times as many samples."""
    step, samples, matrices = evaluated.inner_loop.step_size, evaluated.inner_loop.samples, []
    for item in evaluated.mixture.classes:
        sigma = item.covariance
        square = sigma @ sigma
        shared = (square.trace() * sigma + square @ sigma) * (step * step)
        left = sigma - 2 * step * square + step * step * (square @ sigma)
        matrices.append(left if samples is None else left + shared / (5 * samples))
    return weighted_optimum(evaluated, matrices)


def local_optimum(evaluated: EvaluatedMixture) -> Array:
    """State where rounds of two local steps of size 1/10 rest: tasks weighted by 2C - QC/50.

    Q is MAML's curvature and C that for five times as many samples: the first step's, and the second's, which sees in
    the newest fifth of the memory, by way of Q, that the first step has been taken.
    """
    step, samples, matrices = evaluated.inner_loop.step_size, evaluated.inner_loop.samples, []
    for item in evaluated.mixture.classes:
        sigma = item.covariance
        square = sigma @ sigma
        shared = (square.trace() * sigma + square @ sigma) * (step * step)
        left = sigma - 2 * step * square + step * step * (square @ sigma)
        own = left if samples is None else left + shared / samples
        remembered = left if samples is None else left + shared / (5 * samples)
        matrices.append(2 * remembered - own @ remembered / 50)
    return weighted_optimum(evaluated, matrices)


CLAIMS: tuple[Claim, ...] = (
    Claim(
        name="wang2021_moml.memory-is-samples",
        sentence="With the Jacobian on the inner loop's batch, MOML weights a task as MAML with m/beta samples does.",
        hypotheses=(),
        setting=SYMMETRIC,
        conclusion=MatrixIdentity(lambda: RULE.drift(Setting()).matrix, WITH_MEMORY),
        source=HERE,
    ),
    Claim(
        name="wang2021_moml.unbiased-without-memory",
        sentence="With the Jacobian on another batch, MOML weights a task as MAML with infinitely many samples does, "
        "whatever beta is.",
        hypotheses=(),
        setting=SYMMETRIC,
        conclusion=MatrixIdentity(lambda: UNSHARED.drift(Setting()).matrix, APART),
        source=HERE,
    ),
    Claim(
        name="wang2021_moml.first-order-code",
        sentence="Without the Jacobian, as in the published code, MOML weights a task as FOMAML does.",
        hypotheses=(),
        setting=SYMMETRIC,
        conclusion=MatrixIdentity(lambda: MOML(beta=beta, first_order=True).drift(Setting()).matrix, S - alpha * S**2),
        source=HERE,
    ),
    Claim(
        name="wang2021_moml.one-local-step",
        sentence="LocalMOML with one local step of any size moves as MOML does, that size taken for the outer one.",
        hypotheses=(),
        setting=SYMMETRIC,
        conclusion=MatrixIdentity(
            lambda: LocalMOML(beta=beta, step_size=eta, local_steps=1).drift(Setting()).matrix, WITH_MEMORY * eta
        ),
        source=HERE,
    ),
    Claim(
        name="wang2021_moml.share",
        sentence="The share of the easy centre in MOML's point of rest.",
        hypotheses=MEMORY,
        layers=(Layer(share, derivation=LinearQuantity(RULE, "share")),),
        conclusion=Statement(eq(share, EASY / (EASY + HARD))),
        source=HERE,
    ),
    Claim(
        name="wang2021_moml.bias-vanishes",
        sentence="However few samples a batch has, MOML tends to where MAML with infinitely many rests as beta goes to "
        "0.",
        hypotheses=MEMORY,
        layers=(Layer(share, derivation=LinearQuantity(RULE, "share")),),
        conclusion=Limit(share, beta, sp.S.Zero, POPULATION_SHARE),
        source=ABSTRACT,
    ),
    Claim(
        name="wang2021_moml.bias-without-memory",
        sentence="Without memory a shared batch leaves a bias, unless 2 alpha rho_E rho_H = rho_E + rho_H.",
        hypotheses=PAIR,
        layers=(Layer(share, derivation=LinearQuantity(MOML(beta=1), "share")),),
        conclusion=Statement(Iff(eq(share, POPULATION_SHARE), eq(2 * alpha * rho_E * rho_H, rho_E + rho_H))),
        source=HERE,
    ),
    Claim(
        name="wang2021_moml.hard-tilt-iff",
        sentence="MOML moves towards the hard centre exactly when alpha (rho_E + rho_H)(1 + beta (d+1)/m) < 2.",
        hypotheses=MEMORY,
        layers=(
            Layer(share, EASY / (EASY + HARD), LinearQuantity(RULE, "share")),
            Layer(share_nal, (1 - p) * rho_E / ((1 - p) * rho_E + p * rho_H), PairQuantity("share_nal")),
        ),
        conclusion=Statement(Iff(lt(share, share_nal), lt(alpha * (rho_E + rho_H) * (1 + beta * (d + 1) / m), 2))),
        source=HERE,
    ),
    Claim(
        name="wang2021_moml.regret-with-few-samples",
        sentence="If test tasks come with m samples too, a memory misses the best initialisation, which is MAML's, "
        "unless 2 alpha rho_E rho_H = rho_E + rho_H.",
        hypotheses=(*PAIR, gt(beta, 0), lt(beta, 1)),
        layers=(
            Layer(share, derivation=LinearQuantity(RULE, "share")),
            Layer(share_maml, derivation=PairQuantity("share_maml")),
        ),
        conclusion=Statement(Iff(eq(share, share_maml), eq(2 * alpha * rho_E * rho_H, rho_E + rho_H))),
        source=HERE,
    ),
    Claim(
        name="wang2021_moml.false-memory-removes-bias",
        sentence="MOML's memory removes the bias of a shared batch: it rests where infinitely many samples would.",
        hypotheses=MEMORY,
        layers=(Layer(share, derivation=LinearQuantity(RULE, "share")),),
        conclusion=Statement(eq(share, POPULATION_SHARE)),
        source=HERE,
        expected="refuted",
    ),
    Claim(
        name="wang2021_moml.false-bias-needs-memory",
        sentence="Without memory there is a bias, also with the Jacobian on another batch, if the classes differ.",
        hypotheses=(*PAIR, gt(R2, 0)),
        layers=(
            Layer(without, derivation=LinearQuantity(MOML(beta=1, hessian_batch="independent"), "share")),
            Layer(share, POPULATION_SHARE),
        ),
        conclusion=Statement(ne(without, share)),
        source=HERE,
        expected="refuted",
    ),
    Claim(
        name="wang2021_moml.false-memory-helps-at-test",
        sentence="A memory does no harm where test tasks come with m samples too.",
        hypotheses=MEMORY,
        layers=(Layer(regret, derivation=LinearQuantity(RULE, "regret_to_maml")),),
        conclusion=Statement(Or((le(regret, 0), eq(R2, 0)))),
        source=HERE,
        expected="refuted",
    ),
    Claim(
        name="wang2021_moml.convergence",
        sentence="Descent by MOML's own rule, with a memory that is one fifth new, ends where MAML with five times as "
        "many samples rests.",
        hypotheses=(),
        setting=ANY_MIXTURE,
        conclusion=Convergence("moml", optimum, one_step),
        source=HERE,
        expected="supported",
    ),
    Claim(
        name="wang2021_moml.local-convergence",
        sentence="Descent by LocalMOML's own rule, in rounds of two local steps of size 1/10 with a memory that is one "
        "fifth new, ends where tasks are weighted by 2C - QC/50, with MAML's Q and with MOML's C.",
        hypotheses=(),
        setting=ANY_MIXTURE,
        conclusion=Convergence("local_moml", local_optimum, one_step),
        source=HERE,
        expected="supported",
    ),
)
