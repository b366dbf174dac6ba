"""Claims on MAML-en-LLM: momentum shortens the inner step, and a query on another task undoes the hard tilt."""

from __future__ import annotations

import sympy as sp

from theory.claim import Claim, Convergence, EvaluatedMixture, Layer, MatrixIdentity, Source, Statement
from theory.claims.collins2022.inner_loop import ONE, SYMMETRIC, S
from theory.claims.collins2022.notation import PAIR, RISKS, SHARES, risk_nal, share_maml, share_nal
from theory.claims.collins2022.optima import ANY_MIXTURE, one_step, weighted_optimum
from theory.formula import And, eq, ge, gt, le, lt
from theory.gain import PairQuantity, Setting
from theory.methods.linear import LinearQuantity
from theory.methods.maml_en_llm import MAMLenLLM
from theory.mixture import Array
from theory.symbols import alpha, d, m, p, rho_E, rho_H
from theory.words import letter, trace

__all__ = ["CLAIMS"]

PAPER = "S. Sinha et al., MAML-en-LLM: Model Agnostic Meta-Training of LLMs for Improved In-Context Learning, "
PAPER += "arXiv 2405.11446"
ABSTRACT = Source("abstract", f"{PAPER}, abstract (meta-training beats training on many tasks)")
HERE = Source("derived here", "the method is that of " + PAPER)

b, gain, mean, easy, hard, share, risk = sp.symbols("b gain rho_mean w_cE w_cH omega_c risk_b")
MOMENTUM = (*PAIR, ge(b, 0), lt(b, 1))
CROSS = MAMLenLLM(query="cross", momentum=0)
SBAR = letter("Sbar")
shortened = alpha * (1 - b)
kappa = 1 + (d + 1) / m

#: Weights of the classes where the query is that of another task.
CROSS_SHARE = (
    Layer(mean, (1 - p) * rho_E + p * rho_H, positive=True),
    Layer(easy, rho_E * (1 - 2 * alpha * mean + kappa * alpha**2 * mean * rho_E)),
    Layer(hard, rho_H * (1 - 2 * alpha * mean + kappa * alpha**2 * mean * rho_H)),
    Layer(share, (1 - p) * easy / ((1 - p) * easy + p * hard), LinearQuantity(CROSS, "share")),
)
average = (1 - p) * rho_E + p * rho_H
#: The hard class's weight is positive, and the easy one's with it.
POSITIVE = gt(1 - 2 * alpha * average + kappa * alpha**2 * average * rho_H, 0)
HARD_TILT = lt(alpha * (rho_E + rho_H) * kappa, 2)


def optimum(evaluated: EvaluatedMixture) -> Array:
    """State where momentum of nine tenths leads: to MAML's optimum for a tenth of the inner step."""
    step, samples, matrices = evaluated.inner_loop.step_size / 10, evaluated.inner_loop.samples, []
    for item in evaluated.mixture.classes:
        sigma = item.covariance
        square = sigma @ sigma
        left = sigma - 2 * step * square + step * step * (square @ sigma)
        if samples is not None:
            left = left + (square.trace() * sigma + square @ sigma) * (step * step / samples)
        matrices.append(left)
    return weighted_optimum(evaluated, matrices)


CLAIMS: tuple[Claim, ...] = (
    Claim(
        name="sinha2024.momentum-shortens",
        sentence="Momentum b that inner and outer steps share leaves MAML with the inner step alpha (1 - b).",
        hypotheses=(),
        setting=SYMMETRIC,
        conclusion=MatrixIdentity(
            lambda: MAMLenLLM(momentum=b).drift(Setting()).matrix,
            (ONE - shortened * S) * S * (ONE - shortened * S) + (trace(S**2) * S + S**3) * shortened**2 / m,
        ),
        source=HERE,
    ),
    Claim(
        name="sinha2024.cross-task-matrix",
        sentence="What a query on another task multiplies theta by: one step on fresh data applied to Sbar.",
        hypotheses=(),
        setting=SYMMETRIC + "; Sbar is the mean covariance of tasks",
        conclusion=MatrixIdentity(
            lambda: CROSS.drift(Setting()).matrix,
            (ONE - alpha * S) * SBAR * (ONE - alpha * S) + (S * SBAR * S + trace(SBAR * S) * S) * alpha**2 / m,
        ),
        source=HERE,
    ),
    Claim(
        name="sinha2024.cross-task-target",
        sentence="What a query on another task multiplies the centres by.",
        hypotheses=(),
        setting=SYMMETRIC + "; Sbar is the mean covariance of tasks",
        conclusion=MatrixIdentity(
            lambda: CROSS.drift(Setting()).target,
            (ONE - alpha * SBAR) * S
            - alpha * SBAR * S
            + (S * SBAR * S + (S * SBAR * S + trace(SBAR * S) * S) / m) * alpha**2,
        ),
        source=HERE,
    ),
    Claim(
        name="sinha2024.cross-task-share",
        sentence="On the isotropic pair a query on another task weights a class by rho (1 - 2 alpha rho_mean + "
        "kappa alpha^2 rho_mean rho).",
        hypotheses=(*PAIR, POSITIVE),
        layers=CROSS_SHARE,
        conclusion=Statement(eq(share, (1 - p) * easy / ((1 - p) * easy + p * hard))),
        source=HERE,
    ),
    Claim(
        name="sinha2024.cross-task-easier",
        sentence="A query on another task moves away from the hard centre, further than NAL, if both weights are "
        "positive.",
        hypotheses=(*PAIR, POSITIVE),
        layers=(*CROSS_SHARE, Layer(share_nal, derivation=PairQuantity("share_nal"))),
        conclusion=Statement(gt(share, share_nal)),
        source=HERE,
    ),
    Claim(
        name="sinha2024.cross-task-never-better",
        sentence="Where MAML moves towards the hard centre, a query on another task moves to the other side of NAL "
        "and never does better.",
        hypotheses=(*PAIR, POSITIVE, HARD_TILT),
        layers=(*SHARES, *CROSS_SHARE),
        conclusion=Statement(And((lt(share_maml, share_nal), lt(share_nal, share)))),
        source=HERE,
    ),
    Claim(
        name="sinha2024.meta-training-wins",
        sentence="Without momentum, and judged on its own tasks, meta-training never does worse than training on many "
        "tasks.",
        hypotheses=PAIR,
        layers=(
            *SHARES,
            Layer(
                gain,
                derivation=LinearQuantity(MAMLenLLM(momentum=0), "gain_over_nal"),
            ),
        ),
        conclusion=Statement(ge(gain, 0)),
        source=ABSTRACT,
    ),
    Claim(
        name="sinha2024.false-with-momentum",
        sentence="With momentum shared by both loops, meta-training never does worse than training on many tasks.",
        hypotheses=MOMENTUM,
        layers=(*RISKS, Layer(risk, derivation=LinearQuantity(MAMLenLLM(momentum=b), "risk"))),
        conclusion=Statement(le(risk, risk_nal)),
        source=HERE,
        expected="refuted",
    ),
    Claim(
        name="sinha2024.convergence",
        sentence="Descent with momentum of nine tenths in both loops ends at MAML's optimum for a tenth of the inner "
        "step.",
        hypotheses=(),
        setting=ANY_MIXTURE,
        conclusion=Convergence("maml_en_llm", optimum, one_step),
        source=HERE,
        expected="supported",
    ),
)
