"""Statements that sound right and are false: the ledger must refute each with an exact counterexample."""

from __future__ import annotations

import sympy as sp

from theory.claim import Claim, Layer, Monotonicity, Statement
from theory.claims.collins2022.notation import (
    DERIVED_HERE,
    PAIR,
    RATIO,
    RISKS,
    SHARES,
    ratio,
    risk_nal,
    share_maml,
    share_nal,
)
from theory.formula import eq, ge, gt, le, lt
from theory.gain import PairQuantity, Setting, Substituted
from theory.symbols import V_E, V_H, rho_E, share

training_step, share_trained, risk_trained, other_spread, other_ratio = sp.symbols("alpha_t omega_t risk_t V_E2 ratio2")

CLAIMS: tuple[Claim, ...] = (
    Claim(
        name="collins2022.false-always-harder",
        sentence="MAML always gives the hard class more weight than NAL does.",
        hypotheses=PAIR,
        layers=SHARES,
        conclusion=Statement(lt(share_maml, share_nal)),
        source=DERIVED_HERE,
        expected="refuted",
    ),
    Claim(
        name="collins2022.false-more-discrepancy",
        sentence="More discrepancy in hardness always means a larger ratio.",
        hypotheses=(*PAIR, gt(V_H, 0)),
        layers=RATIO,
        conclusion=Monotonicity(ratio, (rho_E,), "nondecreasing"),
        source=DERIVED_HERE,
        expected="refuted",
    ),
    Claim(
        name="collins2022.false-other-step-size",
        sentence="MAML trained with one step size is never worse than NAL when tested with another.",
        hypotheses=(*PAIR, gt(training_step, 0)),
        layers=(
            *RISKS,
            Layer(share_trained, derivation=PairQuantity("share_maml", Setting(step_size=training_step))),
            Layer(
                risk_trained,
                derivation=Substituted(PairQuantity("risk_at_share"), ((share, share_trained),)),
            ),
        ),
        conclusion=Statement(le(risk_trained, risk_nal)),
        source=DERIVED_HERE,
        expected="refuted",
    ),
    Claim(
        name="collins2022.false-easy-spread",
        sentence="The easy tasks' spread never matters to the ratio.",
        hypotheses=(*PAIR, gt(V_H, 0), ge(other_spread, 0)),
        layers=(
            *RATIO,
            Layer(other_ratio, derivation=Substituted(PairQuantity("ratio"), ((V_E, other_spread),))),
        ),
        conclusion=Statement(eq(ratio, other_ratio)),
        source=DERIVED_HERE,
        expected="refuted",
    ),
)
