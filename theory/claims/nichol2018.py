"""Claims on Reptile: its weights, when they are negative, and that with one step it is NAL."""

from __future__ import annotations

import sympy as sp

from theory.claim import Claim, Convergence, Layer, Source, Statement
from theory.claims.collins2022.optima import ANY_MIXTURE, nal_optimum, one_step
from theory.claims.finn2017 import CLASSES, NAL_SHARE, TWO_FRESH, TWO_REUSED, share, share_nal, weight
from theory.formula import Iff, eq, gt, lt
from theory.gain import Setting
from theory.methods.fomaml import FOMAML
from theory.methods.linear import LinearQuantity
from theory.methods.reptile import Reptile
from theory.symbols import alpha, d, m, rho_E

PAPER = "A. Nichol, J. Achiam, J. Schulman, On First-Order Meta-Learning Algorithms, arXiv 1803.02999"
HERE = Source("derived here", "in the model of mixed linear regressions; the method is that of " + PAPER)

step = alpha * rho_E
share_fomaml = sp.Symbol("omega_FOMAML")


def _share(setting: Setting) -> Layer:
    return Layer(share, derivation=LinearQuantity(Reptile(), "share", setting))


def _weight(setting: Setting) -> tuple[Layer, ...]:
    return (Layer(weight, derivation=LinearQuantity(Reptile(), "weight_easy", setting)),)


CLAIMS: tuple[Claim, ...] = (
    Claim(
        name="nichol2018.one-step-is-nal",
        sentence="Reptile with one inner step ends where NAL does.",
        hypotheses=CLASSES,
        layers=(_share(Setting()), NAL_SHARE),
        conclusion=Statement(eq(share, share_nal)),
        source=Source("paper", PAPER + ", with one step it is joint training"),
    ),
    Claim(
        name="nichol2018.weight-fresh",
        sentence="With two steps on fresh data Reptile weights an isotropic task by 1 - (1 - alpha rho)^2.",
        hypotheses=CLASSES,
        layers=_weight(TWO_FRESH),
        conclusion=Statement(eq(weight, 1 - (1 - step) ** 2)),
        source=HERE,
    ),
    Claim(
        name="nichol2018.weight-reused",
        sentence="With two steps on the same data the weight is 2 alpha rho - kappa (alpha rho)^2.",
        hypotheses=CLASSES,
        layers=_weight(TWO_REUSED),
        conclusion=Statement(eq(weight, 2 * step - (1 + (d + 1) / m) * step**2)),
        source=HERE,
    ),
    Claim(
        name="nichol2018.even-steps-negative-iff",
        sentence="With two steps on fresh data the easy class's weight is negative exactly when alpha rho_E > 2.",
        hypotheses=CLASSES,
        layers=_weight(TWO_FRESH),
        conclusion=Statement(Iff(lt(weight, 0), gt(step, 2))),
        source=HERE,
    ),
    Claim(
        name="nichol2018.odd-steps-positive",
        sentence="With three steps on fresh data no weight is negative, whatever the step size.",
        hypotheses=CLASSES,
        layers=_weight(Setting(3, "fresh")),
        conclusion=Statement(gt(weight, 0)),
        source=HERE,
    ),
    Claim(
        name="nichol2018.hard-tilt",
        sentence="With two steps on fresh data and positive weights Reptile moves towards the hard centre, always.",
        hypotheses=(*CLASSES, lt(step, 2)),
        layers=(_share(TWO_FRESH), NAL_SHARE),
        conclusion=Statement(lt(share, share_nal)),
        source=HERE,
    ),
    Claim(
        name="nichol2018.false-same-as-fomaml",
        sentence="Reptile and FOMAML end in the same place.",
        hypotheses=(*CLASSES, lt(step, 1)),
        layers=(
            _share(TWO_FRESH),
            Layer(share_fomaml, derivation=LinearQuantity(FOMAML(), "share", TWO_FRESH)),
        ),
        conclusion=Statement(eq(share, share_fomaml)),
        source=HERE,
        expected="refuted",
    ),
    Claim(
        name="nichol2018.descent",
        sentence="Reptile's stochastic descent with one inner step reaches E[S]^-1 E[S theta*].",
        hypotheses=(),
        setting=ANY_MIXTURE,
        conclusion=Convergence("reptile", nal_optimum, one_step),
        source=HERE,
        expected="supported",
    ),
)
