"""Claims on MAML-en-LLM: momentum shortens the inner step, and a query on another task undoes the hard tilt.

With Adam shared by both loops the inner step is ``alpha (1 - b) / sqrt(v)`` in each coordinate, v being the outer
gradient's second moment, which depends on it: claims about v are made in one dimension, where it is a polynomial.
"""

from __future__ import annotations

import sympy as sp

from theory.claim import Claim, Convergence, EvaluatedMixture, Layer, MatrixIdentity, Source, Statement
from theory.claims.collins2022.inner_loop import ONE, SYMMETRIC, S
from theory.claims.collins2022.notation import COUNTS, PAIR, RISKS, SHARES, risk_nal, share_maml, share_nal
from theory.claims.collins2022.optima import ANY_MIXTURE, one_step, weighted_optimum
from theory.formula import And, Formula, Iff, Implies, eq, ge, gt, integer, le, lt
from theory.gain import PairQuantity, Setting, Substituted
from theory.methods.linear import LinearQuantity
from theory.methods.maml_en_llm import MAMLenLLM
from theory.methods.outer_gradient import OuterSecondMoment
from theory.methods.preconditioned import preconditioned_risk
from theory.mixture import Array
from theory.symbols import R2, V_E, V_H, alpha, d, m, nu2, p, rho, rho_E, rho_H
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

step, spread, factor, square, square_times = sp.symbols("delta D2 c v v_c")
root, batch, square_E, square_H, noise_E, noise_H = sp.symbols("s B v_E v_H n_E n_H")
label_noise, share_adam = sp.symbols("nu2_rest omega_Adam")
PRECONDITIONER = letter("P")
LINE: tuple[Formula, ...] = (gt(rho, 0), gt(step, 0), ge(spread, 0), ge(nu2, 0), *COUNTS[:2])
#: Without momentum; the root of v is a hypothesised number, and the label noise is what it follows from.
ADAM: tuple[Formula, ...] = (
    *(gt(alpha, 0), gt(rho_H, 0), gt(rho_E, rho_H), gt(p, 0), lt(p, 1)),
    *(gt(R2, 0), ge(V_E, 0), ge(V_H, 0), ge(m, 1), integer(m), gt(root, 0), ge(batch, 1)),
)


def from_errors(variance: sp.Expr, step: sp.Expr) -> sp.Expr:
    """State what the outer gradient's mean square is in one dimension, per mean square of the error."""
    x = step * variance
    second, third = (m + 2) / m, (m + 2) * (m + 4) / m**2
    fourth = (m + 2) * (m + 4) * (m + 6) / m**3
    return variance**2 * (1 - 4 * x + 6 * second * x**2 - 4 * third * x**3 + fourth * x**4)


def from_noise(variance: sp.Expr, step: sp.Expr) -> sp.Expr:
    """State the same per variance of the label noise."""
    x = step * variance
    return variance * x**2 / m * (1 - 2 * x * (m + 2) / m + x**2 * (m + 2) * (m + 4) / m**2)


ONE_DIMENSIONAL = ((d, sp.S.One),)
SHARE_ADAM = Layer(
    share_adam, derivation=Substituted(PairQuantity("share_maml"), (*ONE_DIMENSIONAL, (alpha, alpha / root)))
)
SHARE_NAL = Layer(share_nal, derivation=Substituted(PairQuantity("share_nal"), ONE_DIMENSIONAL))
SHARE_MAML = Layer(share_maml, derivation=Substituted(PairQuantity("share_maml"), ONE_DIMENSIONAL))
#: v = s^2 is that of a batch of B tasks where the label noise is this, the same in both classes.
LABEL_NOISE = (
    SHARE_ADAM,
    Layer(square_E, from_errors(rho_E, alpha / root) * ((1 - share_adam) ** 2 * R2 + V_E)),
    Layer(square_H, from_errors(rho_H, alpha / root) * (share_adam**2 * R2 + V_H)),
    Layer(noise_E, from_noise(rho_E, alpha / root)),
    Layer(noise_H, from_noise(rho_H, alpha / root)),
    Layer(
        label_noise,
        (batch * root**2 - (1 - p) * square_E - p * square_H) / ((1 - p) * noise_E + p * noise_H),
    ),
)


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
    Claim(
        name="sinha2024.adam-matrix",
        sentence="Given the second moment v, shared Adam weights a task as MAML does after an inner step alpha P, with "
        "P = (1 - b) / sqrt(v) for each coordinate.",
        hypotheses=(),
        setting=SYMMETRIC + "; P is symmetric",
        conclusion=MatrixIdentity(
            lambda: preconditioned_risk(Setting()).curvature,
            (ONE - alpha * S * PRECONDITIONER) * S * (ONE - alpha * PRECONDITIONER * S)
            + (S * PRECONDITIONER * S * PRECONDITIONER * S + trace(S * PRECONDITIONER * S * PRECONDITIONER) * S)
            * alpha**2
            / m,
        ),
        source=HERE,
    ),
    Claim(
        name="sinha2024.adam-second-moment",
        sentence="In one dimension the mean square of a task's outer gradient is a part in proportion to the squared "
        "error and one in proportion to the label noise, both polynomials in the step size.",
        hypotheses=LINE,
        layers=(Layer(square, derivation=OuterSecondMoment(step, spread)),),
        conclusion=Statement(eq(square, from_errors(rho, step) * spread + from_noise(rho, step) * nu2)),
        source=HERE,
    ),
    Claim(
        name="sinha2024.adam-scale-free",
        sentence="If all losses are multiplied by c, the step sizes divided by c reproduce themselves: v is multiplied "
        "by c^2, and shared Adam rests where it did.",
        hypotheses=(*LINE, gt(factor, 0)),
        layers=(
            Layer(square, derivation=OuterSecondMoment(step, spread)),
            Layer(square_times, derivation=OuterSecondMoment(step / factor, spread, factor * rho, factor * nu2)),
        ),
        conclusion=Statement(eq(square_times, factor**2 * square)),
        source=HERE,
    ),
    Claim(
        name="sinha2024.adam-hard-tilt",
        sentence="In one dimension shared Adam without momentum moves towards the hard centre exactly if "
        "alpha (rho_E + rho_H) (1 + 2/m) < 2 sqrt(v).",
        hypotheses=ADAM,
        layers=(SHARE_ADAM, SHARE_NAL),
        conclusion=Statement(Iff(lt(share_adam, share_nal), lt(alpha * (rho_E + rho_H) * (1 + 2 / m), 2 * root))),
        source=HERE,
    ),
    Claim(
        name="sinha2024.false-adam-harmless",
        sentence="Dividing inner and outer steps by the same scale leaves MAML's optimum where it is.",
        hypotheses=ADAM,
        layers=(*LABEL_NOISE, SHARE_MAML),
        conclusion=Statement(Implies(gt(label_noise, 0), eq(share_adam, share_maml))),
        source=HERE,
        expected="refuted",
    ),
    Claim(
        name="sinha2024.false-adam-keeps-tilt",
        sentence="Where MAML moves towards the hard centre, so it does with shared Adam.",
        hypotheses=(*ADAM, lt(alpha * (rho_E + rho_H) * (1 + 2 / m), 2)),
        layers=(*LABEL_NOISE, SHARE_NAL),
        conclusion=Statement(Implies(gt(label_noise, 0), lt(share_adam, share_nal))),
        source=HERE,
        expected="refuted",
    ),
)
