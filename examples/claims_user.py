"""Five claims as a theorist might state them: one for each way in which a claim can turn out.

landscape verify --claims examples/claims_user.py --budget small
landscape show user.two-tasks-gain --claims examples/claims_user.py --budget small
pytest examples/claims_user.py --landscape-budget small
"""

import sympy as sp

from theory import (
    Claim,
    Layer,
    MixtureProperty,
    PairQuantity,
    Statement,
    alpha,
    d,
    domains,
    gt,
    le,
    lt,
    m,
    ne,
    p,
    rho_E,
    rho_H,
)

easy_maml, easy_nal = sp.symbols("easy_maml easy_nal")  # share of the easy centre in each optimum
PAIR = (*domains(alpha, p, rho_H, m, d), gt(rho_E, rho_H))
SHARES = (
    Layer(easy_maml, derivation=PairQuantity("share_maml")),
    Layer(easy_nal, derivation=PairQuantity("share_nal")),
)

# Two tasks on the line, equally likely: curvatures beta, solutions c, and one step along the exact gradient.
beta_1, beta_2, c_1, c_2 = sp.symbols("beta_1 beta_2 c_1 c_2")
w_1, w_2, theta_nal, theta_maml = sp.symbols("w_1 w_2 theta_NAL theta_MAML")
TWO_TASKS = (
    Layer(w_1, beta_1 * (1 - alpha * beta_1) ** 2),
    Layer(w_2, beta_2 * (1 - alpha * beta_2) ** 2),
    Layer(theta_nal, (beta_1 * c_1 + beta_2 * c_2) / (beta_1 + beta_2)),
    Layer(theta_maml, (w_1 * c_1 + w_2 * c_2) / (w_1 + w_2)),
)

CLAIMS = (
    Claim(
        name="user.careful-steps",
        sentence="Steps with alpha (rho_E + rho_H)(m + d + 1) <= 2 m never tilt MAML towards the easy class.",
        hypotheses=(*PAIR, le(alpha * (rho_E + rho_H) * (m + d + 1), 2 * m)),
        layers=SHARES,
        conclusion=Statement(le(easy_maml, easy_nal)),
        expected="proved",
    ),
    Claim(
        name="user.midpoint",
        sentence="Halfway between both optima the risk after adaptation is at most the mean of their risks.",
        hypotheses=(),
        setting="any mixture of tasks; the risk is convex, but no prover is asked about whole mixtures",
        conclusion=MixtureProperty(
            lambda e: (e.risk((e.theta_nal + e.theta_maml) / 2), "<=", (e.risk_nal + e.risk_maml) / 2)
        ),
        expected="supported",
    ),
    Claim(
        name="user.hard-half",
        sentence="MAML's optimum is always closer to the hard centre than to the easy one.",
        hypotheses=PAIR,
        layers=SHARES,
        conclusion=Statement(lt(easy_maml, sp.Rational(1, 2))),
        expected="refuted",  # on an open set: wherever hard tasks are rare
    ),
    Claim(
        name="user.two-tasks-gain",
        sentence="Two tasks of different curvature and different solutions always leave MAML something to gain.",
        hypotheses=(gt(beta_1, 0), gt(beta_2, 0), gt(alpha, 0), ne(beta_1, beta_2), ne(c_1, c_2)),
        layers=TWO_TASKS,
        conclusion=Statement(gt((w_1 + w_2) * (theta_nal - theta_maml) ** 2 / 4, 0)),
        expected="refuted",  # on a thin set, which random points miss: alpha (beta_1 + beta_2) = 2
    ),
    Claim(
        name="user.stable-steps",
        sentence="Stable steps, alpha (rho_E + rho_H) < 2, give the hard class more weight in MAML than in NAL.",
        hypotheses=(*PAIR, lt(alpha * (rho_E + rho_H), 2)),
        layers=SHARES,
        conclusion=Statement(lt(easy_maml, easy_nal)),
        expected="refuted",  # the text forgot to ask for enough samples
    ),
)
