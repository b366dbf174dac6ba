"""Claims 7 to 14: two isotropic classes, one inner step: the paper's mixture of easy and hard tasks."""

from __future__ import annotations

import sympy as sp

from theory.claim import Claim, Layer, Limit, Monotonicity, Statement
from theory.claims.collins2022.notation import (
    CLASS,
    DERIVED_HERE,
    GAIN,
    PAIR,
    RATIO,
    SHARES,
    WEIGHTS,
    abstract,
    gain,
    ratio,
    s_E,
    s_H,
    share_maml,
    share_nal,
    v_E,
    v_H,
    w_E,
    w_H,
)
from theory.formula import Iff, Implies, Or, eq, ge, gt, le, lt, ne
from theory.gain import ClassQuantity, PairQuantity, Setting, Substituted
from theory.symbols import R2, V_E, V_H, V, alpha, d, m, nu2, nu2_E, nu2_H, p, rho, rho_E, rho_H

PACKED = abstract("ii: only if the hard tasks' optimal solutions are closely packed, far from the easy tasks' centre")
HARDNESS = abstract("i: only if the tasks differ in hardness")

excess, cap, radius2, best, risk_best, risk = sp.symbols("t c r2 alpha_star risk_best risk")

#: alpha = 1/rho_E and no label noise, for finite m and in the population limit.
FULL_STEP = ((alpha, 1 / rho_E), (nu2_E, sp.S.Zero), (nu2_H, sp.S.Zero))
POPULATION = Setting(population=True)
WITHOUT_STEP = tuple(h for h in PAIR if not h.symbols & {alpha, nu2_E, nu2_H})
WITHOUT_SAMPLES = tuple(h for h in WITHOUT_STEP if not h.symbols & {m})
NAL_WEIGHTS = tuple(layer for layer in WEIGHTS if layer.symbol.name in {"q", "v_E", "v_H"})
NAL_SHARE = (*NAL_WEIGHTS, Layer(share_nal, v_E / (v_E + v_H), PairQuantity("share_nal")))

distance_gained = (w_E + w_H) * (share_nal - share_maml) ** 2 * R2
hard_scatter, easy_scatter = w_H * V_H, w_E * V_E
limit_ratio = 1 + share_nal**2 * R2 / V_H

CLAIMS: tuple[Claim, ...] = (
    Claim(
        name="collins2022.gain-isotropic",
        sentence="The closed form of the gain on two isotropic classes.",
        hypotheses=PAIR,
        layers=(*WEIGHTS, Layer(gain, derivation=PairQuantity("gain"))),
        conclusion=Statement(
            eq(
                gain,
                R2 * (p * (1 - p) * rho_E * rho_H * (s_E - s_H)) ** 2 / (2 * (w_E + w_H) * (v_E + v_H) ** 2),
            )
        ),
        source=DERIVED_HERE,
    ),
    Claim(
        name="collins2022.gain-zero-iff",
        sentence="The gain is zero exactly when the centres coincide or both classes shrink by the same factor.",
        hypotheses=PAIR,
        layers=GAIN,
        conclusion=Statement(Iff(eq(gain, 0), Or((eq(R2, 0), eq(s_E, s_H))))),
        source=DERIVED_HERE,
    ),
    Claim(
        name="collins2022.hard-tilt-iff",
        sentence="MAML moves towards the hard centre exactly when alpha (rho_E + rho_H)(1 + (d+1)/m) < 2.",
        hypotheses=PAIR,
        layers=SHARES,
        conclusion=Statement(
            Iff(lt(share_maml, share_nal), lt(alpha * (rho_E + rho_H) * (1 + (d + 1) / m), 2)),
        ),
        source=DERIVED_HERE,
    ),
    Claim(
        name="collins2022.hard-tilt-samples",
        sentence="Moving towards the hard centre takes m > (d+1) alpha (rho_E+rho_H) / (2 - alpha (rho_E+rho_H)).",
        hypotheses=(*PAIR, lt(alpha * (rho_E + rho_H), 2)),
        layers=SHARES,
        conclusion=Statement(
            Iff(
                lt(share_maml, share_nal),
                gt(m, (d + 1) * alpha * (rho_E + rho_H) / (2 - alpha * (rho_E + rho_H))),
            )
        ),
        source=DERIVED_HERE,
    ),
    Claim(
        name="collins2022.hard-tilt-impossible",
        sentence="If alpha (rho_E + rho_H) >= 2, no number of samples moves MAML towards the hard centre.",
        hypotheses=(*PAIR, ge(alpha * (rho_E + rho_H), 2)),
        layers=SHARES,
        conclusion=Statement(gt(share_maml, share_nal)),
        source=DERIVED_HERE,
    ),
    Claim(
        name="collins2022.ratio-bound",
        sentence="The ratio exceeds 1 by at most the squared distance gained over the weighted spread of the tasks.",
        hypotheses=(*PAIR, Or((gt(V_E, 0), gt(V_H, 0)))),
        layers=RATIO,
        conclusion=Statement(le(ratio - 1, distance_gained / (hard_scatter + easy_scatter))),
        source=PACKED,
    ),
    Claim(
        name="collins2022.ratio-needs-packing",
        sentence="A ratio of 1 + t needs hard tasks that are packed: V_H is at most the squared distance gained over "
        "t w_H.",
        hypotheses=(*PAIR, gt(excess, 0), Or((gt(V_E, 0), gt(V_H, 0)))),
        layers=RATIO,
        conclusion=Statement(Implies(ge(ratio, 1 + excess), le(V_H, distance_gained / (excess * w_H)))),
        source=PACKED,
    ),
    Claim(
        name="collins2022.ratio-many-samples",
        sentence="With alpha = 1/rho_E, no noise and m to infinity, the ratio tends to 1 + share_NAL^2 R2 / V_H: "
        "the easy tasks' spread drops out.",
        hypotheses=(*WITHOUT_STEP, gt(V_H, 0)),
        layers=(*NAL_SHARE, Layer(ratio, derivation=Substituted(PairQuantity("ratio"), FULL_STEP))),
        conclusion=Limit(ratio, m, sp.oo, limit_ratio),
        source=PACKED,
    ),
    Claim(
        name="collins2022.ratio-population",
        sentence="With alpha = 1/rho_E and the population gradient, the ratio is 1 + share_NAL^2 R2 / V_H.",
        hypotheses=(*WITHOUT_SAMPLES, gt(V_H, 0)),
        layers=(*NAL_SHARE, Layer(ratio, derivation=Substituted(PairQuantity("ratio", POPULATION), FULL_STEP))),
        conclusion=Statement(eq(ratio, limit_ratio)),
        source=PACKED,
    ),
    Claim(
        name="collins2022.ratio-diverges",
        sentence="In that limit the ratio grows without bound as the hard tasks' spread vanishes.",
        hypotheses=(*WITHOUT_SAMPLES, gt(V_H, 0), gt(R2, 0)),
        layers=(*NAL_SHARE, Layer(ratio, limit_ratio, Substituted(PairQuantity("ratio", POPULATION), FULL_STEP))),
        conclusion=Limit(ratio, V_H, sp.S.Zero, sp.oo),
        source=PACKED,
    ),
    Claim(
        name="collins2022.ratio-capped",
        sentence="In that limit the ratio is at most 1 + 1/c when V_H >= c R2.",
        hypotheses=(*WITHOUT_SAMPLES, gt(V_H, 0), gt(cap, 0), ge(V_H, cap * R2)),
        layers=(*NAL_SHARE, Layer(ratio, limit_ratio, Substituted(PairQuantity("ratio", POPULATION), FULL_STEP))),
        conclusion=Statement(le(ratio, 1 + 1 / cap)),
        source=PACKED,
    ),
    Claim(
        name="collins2022.gain-vanishes-with-hardness",
        sentence="The gain tends to 0 as the hard class becomes as easy as the easy one.",
        hypotheses=PAIR,
        layers=(Layer(gain, derivation=PairQuantity("gain")),),
        conclusion=Limit(gain, rho_H, rho_E, sp.S.Zero),
        source=HARDNESS,
    ),
    Claim(
        name="collins2022.ratio-vanishes-with-hardness",
        sentence="With finitely many samples the ratio tends to 1 as the hard class becomes as easy as the easy one.",
        hypotheses=(*PAIR, gt(V_H, 0)),
        layers=(Layer(ratio, derivation=PairQuantity("ratio")),),
        conclusion=Limit(ratio, rho_H, rho_E, sp.S.One),
        source=HARDNESS,
    ),
    Claim(
        name="collins2022.ratio-vanishes-with-hardness-population",
        sentence="With the population gradient the ratio tends to 1 too, unless alpha = 1/rho_E.",
        hypotheses=(*(h for h in PAIR if not h.symbols & {m}), gt(V_H, 0), ne(alpha * rho_E, 1)),
        layers=(Layer(ratio, derivation=PairQuantity("ratio", POPULATION)),),
        conclusion=Limit(ratio, rho_H, rho_E, sp.S.One),
        source=HARDNESS,
    ),
    Claim(
        name="collins2022.ratio-full-step-exception",
        sentence="With the population gradient and alpha = 1/rho_E the ratio does not tend to 1: both risks vanish "
        "together.",
        hypotheses=(*WITHOUT_SAMPLES, gt(V_H, 0)),
        layers=(Layer(ratio, derivation=Substituted(PairQuantity("ratio", POPULATION), FULL_STEP)),),
        conclusion=Limit(ratio, rho_H, rho_E, 1 + (1 - p) ** 2 * R2 / V_H),
        source=DERIVED_HERE,
    ),
    Claim(
        name="collins2022.gain-grows-with-distance",
        sentence="The gain is nondecreasing in the distance between the centres.",
        hypotheses=PAIR,
        layers=GAIN,
        conclusion=Monotonicity(gain, (R2,), "nondecreasing"),
        source=DERIVED_HERE,
    ),
    Claim(
        name="collins2022.ratio-falls-with-spread-and-noise",
        sentence="The ratio is nonincreasing in either class's spread and in the label noise.",
        hypotheses=(*PAIR, gt(V_H, 0), gt(V_E, 0)),
        layers=RATIO,
        conclusion=Monotonicity(ratio, (V_H, V_E, nu2_E, nu2_H), "nonincreasing"),
        source=DERIVED_HERE,
    ),
    Claim(
        name="collins2022.ratio-grows-with-distance",
        sentence="The ratio is nondecreasing in the distance between the centres.",
        hypotheses=(*PAIR, Or((gt(V_E, 0), gt(V_H, 0)))),
        layers=RATIO,
        conclusion=Monotonicity(ratio, (R2,), "nondecreasing"),
        source=DERIVED_HERE,
    ),
    Claim(
        name="collins2022.best-step",
        sentence="For one class with spread r2 I, started at its centre, the best inner step size is "
        "m r2 / (rho r2 (m + d + 1) + nu2).",
        hypotheses=(*CLASS, gt(radius2, 0)),
        layers=(
            Layer(best, m * radius2 / (rho * radius2 * (m + d + 1) + nu2), positive=True),
            Layer(risk, derivation=Substituted(ClassQuantity("risk_at_centre"), ((V, d * radius2),))),
            Layer(
                risk_best,
                derivation=Substituted(
                    ClassQuantity("risk_at_centre"),
                    ((V, d * radius2), (alpha, m * radius2 / (rho * radius2 * (m + d + 1) + nu2))),
                ),
            ),
        ),
        conclusion=Statement(Implies(ne(alpha, best), lt(risk_best, risk))),
        source=DERIVED_HERE,
    ),
)
