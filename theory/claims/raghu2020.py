"""Claims on ANIL: its weights in the head and in the body of an isotropic class, and where its descent ends."""

from __future__ import annotations

import numpy as np
import sympy as sp

from theory.claim import Claim, Convergence, EvaluatedMixture, Layer, Source, Statement
from theory.claims.collins2022.notation import CLASS
from theory.claims.collins2022.optima import ANY_MIXTURE, one_step, weighted_optimum
from theory.formula import Formula, eq, ge, gt, integer, le
from theory.gain import ClassQuantity
from theory.methods.anil import PartWeight, head_size
from theory.mixture import Array
from theory.symbols import alpha, d, m, rho

PAPER = "A. Raghu, M. Raghu, S. Bengio, O. Vinyals, Rapid Learning or Feature Reuse?, arXiv 1909.09157"
HERE = Source("derived here", "in the model of mixed linear regressions; the method is that of " + PAPER)

head, body, curvature = sp.symbols("w_head w_body w_MAML")
HEAD: tuple[Formula, ...] = (*CLASS, ge(head_size, 1), integer(head_size), le(head_size, d))
WITH_BODY: tuple[Formula, ...] = (*HEAD, gt(d, head_size))
MAML_WEIGHT = Layer(curvature, derivation=ClassQuantity("curvature"))


def anil_optimum(evaluated: EvaluatedMixture) -> Array:
    """State where ANIL ends with one inner step in the first coordinate alone."""
    step, samples = evaluated.inner_loop.step_size, evaluated.inner_loop.samples
    matrices = []
    for item in evaluated.mixture.classes:
        sigma = item.covariance
        outer = np.outer(sigma[:, 0], sigma[0])
        matrix = sigma - 2 * step * outer + step * step * sigma[0, 0] * outer
        if samples is not None:
            matrix = matrix + (sigma[0, 0] ** 2 * sigma + sigma[0, 0] * outer) * (step * step / samples)
        matrices.append(matrix)
    return weighted_optimum(evaluated, matrices)


CLAIMS: tuple[Claim, ...] = (
    Claim(
        name="raghu2020.weight-of-head",
        sentence="In the head ANIL weights an isotropic task by rho ((1 - alpha rho)^2 + alpha^2 rho^2 (d_h + 1)/m).",
        hypotheses=HEAD,
        layers=(Layer(head, derivation=PartWeight("head")),),
        conclusion=Statement(
            eq(head, rho * ((1 - alpha * rho) ** 2 + alpha**2 * rho**2 * (head_size + 1) / m)),
        ),
        source=HERE,
    ),
    Claim(
        name="raghu2020.weight-of-body",
        sentence="In the body ANIL weights an isotropic task by rho (1 + alpha^2 rho^2 d_h/m): more than NAL does, for "
        "the noise that adapting the head brings.",
        hypotheses=WITH_BODY,
        layers=(Layer(body, derivation=PartWeight("body")),),
        conclusion=Statement(eq(body, rho * (1 + alpha**2 * rho**2 * head_size / m))),
        source=HERE,
    ),
    Claim(
        name="raghu2020.whole-head-is-maml",
        sentence="With all coordinates in the head ANIL is MAML.",
        hypotheses=(*HEAD, eq(head_size, d)),
        layers=(Layer(head, derivation=PartWeight("head")), MAML_WEIGHT),
        conclusion=Statement(eq(head, curvature)),
        source=HERE,
    ),
    Claim(
        name="raghu2020.head-weight-below-maml",
        sentence="In the head ANIL's weight is at most MAML's: fewer coordinates bring less noise.",
        hypotheses=HEAD,
        layers=(Layer(head, derivation=PartWeight("head")), MAML_WEIGHT),
        conclusion=Statement(le(head, curvature)),
        source=HERE,
    ),
    Claim(
        name="raghu2020.false-body-is-nal",
        sentence="In the body, which is not adapted, ANIL weights tasks as NAL does.",
        hypotheses=WITH_BODY,
        layers=(Layer(body, derivation=PartWeight("body")),),
        conclusion=Statement(eq(body, rho)),
        source=HERE,
        expected="refuted",
    ),
    Claim(
        name="raghu2020.false-same-as-maml",
        sentence="Adapting the head alone, ANIL weights tasks as MAML does.",
        hypotheses=WITH_BODY,
        layers=(Layer(body, derivation=PartWeight("body")), MAML_WEIGHT),
        conclusion=Statement(eq(body, curvature)),
        source=Source("derived here", "the strongest reading of 'matches MAML' in " + PAPER),
        expected="refuted",
    ),
    Claim(
        name="raghu2020.descent",
        sentence="ANIL's stochastic descent with one inner step in the first coordinate reaches its derived optimum.",
        hypotheses=(),
        setting=ANY_MIXTURE,
        conclusion=Convergence("anil", anil_optimum, one_step),
        source=HERE,
        expected="supported",
    ),
)
