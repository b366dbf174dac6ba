"""Claims on NestedMAML (Killamsetty et al., 2011.06782): task weights learned on a clean validation set."""

from __future__ import annotations

import sympy as sp

from theory.claim import Claim, Layer, Source, Statement
from theory.claims.collins2022.notation import PAIR, WEIGHTS, s_E, s_H, share_maml
from theory.formula import And, Formula, Implies, eq, ge, gt, le, lt
from theory.gain import PairQuantity, Substituted
from theory.symbols import p, rho_E, rho_H, share

__all__ = ["CLAIMS"]

PAPER = "K. Killamsetty et al., A Nested Bi-level Optimization Framework for Robust Few Shot Learning, arXiv 2011.06782"
HERE = Source("derived here", "in the mixed linear regression model, for " + PAPER)

#: Share of the hard class among validation tasks, and the learned weights of the two classes.
v, weight_E, weight_H = sp.symbols("v weight_E weight_H")
slope_E, slope_H, slope = sp.symbols("slope_E slope_H slope")
share_nested, share_validation, share_unadapted = sp.symbols("omega_nested omega_validation omega_unadapted")
risk_nested, risk_trained = sp.symbols("risk_nested risk_trained")

VALIDATION: tuple[Formula, ...] = (gt(v, 0), lt(v, 1))
LEARNED: tuple[Layer, ...] = (Layer(weight_E, (1 - v) / (1 - p)), Layer(weight_H, v / p))
weighted_E, weighted_H = (1 - p) * weight_E * rho_E * s_E, p * weight_H * rho_H * s_H
FOR_VALIDATION = Substituted(PairQuantity("share_maml"), ((p, v),))

CLAIMS: tuple[Claim, ...] = (
    Claim(
        name="killamsetty2022.density-ratio",
        sentence="Weights that are the density ratios of validation to training lead to MAML's optimum on the "
        "validation tasks.",
        hypotheses=(*PAIR, *VALIDATION),
        layers=(
            *WEIGHTS,
            *LEARNED,
            Layer(share_nested, weighted_E / (weighted_E + weighted_H)),
            Layer(share_validation, derivation=FOR_VALIDATION),
        ),
        conclusion=Statement(eq(share_nested, share_validation)),
        source=HERE,
    ),
    Claim(
        name="killamsetty2022.rest-is-oracle",
        sentence="Where no weight wants to move, the validation risk is stationary: with G the mean of the classes' "
        "slopes over validation tasks, G g_k <= 0 for both classes leaves only G = 0.",
        hypotheses=(*VALIDATION, ge(slope_E**2, 0), ge(slope_H**2, 0)),
        layers=(Layer(slope, (1 - v) * slope_E + v * slope_H),),
        conclusion=Statement(Implies(And((le(slope * slope_E, 0), le(slope * slope_H, 0))), eq(slope, 0))),
        source=HERE,
    ),
    Claim(
        name="killamsetty2022.better-on-validation",
        sentence="On the validation tasks NestedMAML's excess risk is at most that of MAML trained without weights.",
        hypotheses=(*PAIR, *VALIDATION),
        layers=(
            Layer(share_nested, derivation=FOR_VALIDATION),
            Layer(share_maml, derivation=PairQuantity("share_maml")),
            Layer(risk_nested, derivation=Substituted(PairQuantity("risk_at_share"), ((share, share_nested), (p, v)))),
            Layer(risk_trained, derivation=Substituted(PairQuantity("risk_at_share"), ((share, share_maml), (p, v)))),
        ),
        conclusion=Statement(le(risk_nested, risk_trained)),
        source=HERE,
    ),
    Claim(
        name="killamsetty2022.false-better-in-training",
        sentence="On the training tasks too, the learned weights do not raise MAML's excess risk.",
        hypotheses=(*PAIR, *VALIDATION),
        layers=(
            Layer(share_nested, derivation=FOR_VALIDATION),
            Layer(risk_nested, derivation=Substituted(PairQuantity("risk_at_share"), ((share, share_nested),))),
            Layer(risk_trained, derivation=PairQuantity("risk_maml")),
        ),
        conclusion=Statement(le(risk_nested, risk_trained)),
        source=HERE,
        expected="refuted",
    ),
    Claim(
        name="killamsetty2022.false-unadapted-look-ahead",
        sentence="Looking ahead at losses without adaptation leads to the same parameters as looking at adapted ones.",
        hypotheses=(*PAIR, *VALIDATION),
        layers=(
            Layer(share_nested, derivation=FOR_VALIDATION),
            Layer(share_unadapted, derivation=Substituted(PairQuantity("share_nal"), ((p, v),))),
        ),
        conclusion=Statement(eq(share_nested, share_unadapted)),
        source=HERE,
        expected="refuted",
    ),
)
