"""Claims broken on purpose, one fault each: the simulation alone has to notice."""

from dataclasses import replace

import numpy as np
import pytest
import sympy as sp

from proofs_check.budget import budget_named
from proofs_check.simulate import Workbench, simulate_claim
from proofs_check.verdict import Obligation, Outcome
from theory.claim import (
    Convergence,
    Expectation,
    Limit,
    MatrixIdentity,
    MixtureProperty,
    Monotonicity,
    PositiveDefinite,
    Statement,
    builtin_claims,
)
from theory.claims.collins2022.optima import maml_optimum, nal_optimum
from theory.formula import Iff, Implies, eq, gt, lt
from theory.symbols import R2, V_E, V_H, alpha, d, m, nu2, p, rho_E, rho_H
from theory.words import IDENTITY, letter, scalar, trace

CLAIMS = {claim.name.removeprefix("collins2022."): claim for claim in builtin_claims()}
ONE, S, B, SHAT = IDENTITY, letter("S"), letter("B"), letter("Shat")
ONE_STEP = (ONE - alpha * S) * S * (ONE - alpha * S) + (trace(S**2) * S + S**3) * alpha**2 / m
FLOOR = trace(S**2) * (alpha**2 * nu2 / (2 * m))
FIVE_PER_CENT = sp.Rational(21, 20)


@pytest.fixture(scope="module")
def outcome():
    workbench = Workbench()

    def judged(claim, budget="small"):
        found = simulate_claim(
            claim, budget=budget_named(budget), seed=0, false_alarm=1e-6 / len(CLAIMS), workbench=workbench
        )
        return {item.obligation: item.outcome for item in found}

    return judged


def with_layer(name, symbol, change):
    """Change the typed definition of one layer, and nothing else."""
    claim = CLAIMS[name]
    layers = [
        replace(layer, definition=change(layer.definition)) if layer.symbol.name == symbol else layer
        for layer in claim.layers
    ]
    assert layers != list(claim.layers)
    return replace(claim, layers=tuple(layers))


def with_conclusion(name, conclusion):
    return replace(CLAIMS[name], conclusion=conclusion)


def with_right_side(name, change):
    formula = CLAIMS[name].conclusion.formula
    return with_conclusion(name, Statement(replace(formula, rhs=change(formula.rhs))))


def with_stated(name, change):
    return with_conclusion(name, replace(CLAIMS[name].conclusion, stated=change(CLAIMS[name].conclusion.stated)))


def with_value(name, change):
    return with_conclusion(name, replace(CLAIMS[name].conclusion, value=change(CLAIMS[name].conclusion.value)))


s_E, s_H, kappa, floor = sp.symbols("s_E s_H kappa N")


DEFINITIONS = {
    "gain without its half": with_layer("gain-zero-iff", "gain", lambda gain: 2 * gain),
    "gain five per cent off": with_layer("gain-zero-iff", "gain", lambda gain: FIVE_PER_CENT * gain),
    "d + 1 becomes d": with_layer("hard-tilt-iff", "kappa", lambda _: 1 + d / m),
    "a flipped sign in s_E": with_layer("hard-tilt-iff", "s_E", lambda s: s.subs(alpha, -alpha)),
    "a dropped square in s_E": with_layer("hard-tilt-iff", "s_E", lambda s: s - kappa * alpha**2 * rho_E**2),
    "swapped classes in the weights": with_layer("gain-nonnegative", "w_E", lambda w: w.subs(s_E, s_H)),
    "a risk without its noise floor": with_layer("ratio-bound", "risk_MAML", lambda risk: risk - floor),
    "the wrong exponent of alpha in the noise floor": with_layer("ratio-bound", "N", lambda noise: noise * alpha),
    "a ratio upside down": with_layer("ratio-bound", "ratio", lambda ratio: 1 / ratio),
    "the easy spread kept in the limit": with_layer("ratio-capped", "ratio", lambda ratio: ratio.subs(V_H, V_H + V_E)),
}


@pytest.mark.parametrize("fault", DEFINITIONS)
def test_a_wrong_definition_is_contradicted(outcome, fault):
    assert outcome(DEFINITIONS[fault])[Obligation.DERIVATION] is Outcome.CONTRADICTED


def first_order_optimum(evaluated):
    """Where MAML goes without its second-order terms: tasks weighted by S (I - alpha S)."""
    step, classes = evaluated.inner_loop.step_size, evaluated.mixture.classes
    matrices = [item.covariance - step * item.covariance @ item.covariance for item in classes]
    hessian = sum(item.weight * matrix for item, matrix in zip(classes, matrices, strict=True))
    moment = sum(item.weight * (matrix @ item.centre) for item, matrix in zip(classes, matrices, strict=True))
    return evaluated.solve(hessian, moment)


def whole_distance(evaluated):
    start = evaluated.mixture.classes[0].centre + 1
    offset = start - evaluated.theta_maml
    return evaluated.risk(start), "==", evaluated.risk_maml + offset @ evaluated.hessian_maml @ offset


def restricted(name):
    return CLAIMS[name].conclusion.restrict


CONCLUSIONS = {
    # identities
    "gain-isotropic, 5 %": with_right_side("gain-isotropic", lambda side: FIVE_PER_CENT * side),
    "gain-isotropic, sign": with_right_side("gain-isotropic", lambda side: side.subs(s_H, -s_H)),
    "moment, d + 1 -> d": with_right_side("moment-isotropic-2", lambda side: side - 1 / m),
    "third moment, d + 1 -> d": with_right_side("moment-isotropic-3", lambda side: side - 3 / m),
    "reused curvature, 5 %": with_right_side("curvature-reused-2-isotropic", lambda side: FIVE_PER_CENT * side),
    "one sample, sign": with_right_side("curvature-reused-3-one-sample", lambda side: side.subs(alpha, -alpha)),
    "ratio in the population": with_right_side("ratio-population", lambda side: side - 1),
    # matrices
    "second moment, a dropped term": with_stated("moment-second", lambda _: S * B * S + (S * B * S) / m),
    "second moment, 5 %": with_stated("moment-second", lambda stated: stated * FIVE_PER_CENT),
    "one step, a dropped cube": with_stated("curvature-one-step", lambda stated: stated - S**3 * (alpha**2 / m)),
    "one step, no trace": with_stated("curvature-one-step", lambda stated: stated - trace(S**2) * S * (alpha**2 / m)),
    "one step, 5 %": with_stated("curvature-one-step", lambda _: ONE_STEP * FIVE_PER_CENT),
    "fresh steps, one too many": with_conclusion(
        "curvature-fresh-3", replace(CLAIMS["curvature-fresh-3"].conclusion, stated=ONE_STEP)
    ),
    "noise floor, half": with_stated("noise-floor-one-step", lambda _: FLOOR / 2),
    "noise in the population": with_stated("noise-floor-population", lambda _: FLOOR),
    "population, sign": with_stated("curvature-population-2", lambda stated: -stated),
    "error, one power too many": with_stated("adapted-error-2", lambda stated: stated * (ONE - alpha * SHAT)),
    "noise channel, a dropped term": with_stated("noise-channel-3", lambda stated: stated - alpha * ONE),
    "not definite, a square missing": with_conclusion(
        "curvature-positive-definite",
        PositiveDefinite(
            CLAIMS["curvature-positive-definite"].conclusion.derived,
            CLAIMS["curvature-positive-definite"].conclusion.squares[:2],
        ),
    ),
    # formulas
    "tilt, the other way": with_conclusion(
        "hard-tilt-iff",
        Statement(Iff(gt(*sp.symbols("omega_MAML omega_NAL")), lt(alpha * (rho_E + rho_H) * (1 + (d + 1) / m), 2))),
    ),
    "impossible tilt, without its hypothesis": replace(
        CLAIMS["hard-tilt-impossible"], hypotheses=CLAIMS["gain-isotropic"].hypotheses
    ),
    "the gain is zero whatever the centres": with_conclusion(
        "gain-zero-iff", Statement(Iff(eq(sp.Symbol("gain"), 0), gt(R2, 0)))
    ),
    "the bound without the easy spread, halved": with_conclusion(
        "ratio-bound", Statement(lt(sp.Symbol("ratio") - 1, CLAIMS["ratio-bound"].conclusion.formula.rhs / 4))
    ),
    "the best step is the worst": with_conclusion(
        "best-step",
        Statement(
            Implies(
                CLAIMS["best-step"].conclusion.formula.condition,
                gt(*sp.symbols("risk_best risk")),
            )
        ),
    ),
    # limits
    "small steps, 5 %": with_value("small-steps-gain", lambda value: FIVE_PER_CENT * value),
    "small steps, not zero": with_value("small-steps-optimum", lambda _: sp.Rational(1, 50)),
    "many samples": with_value("ratio-many-samples", lambda value: value - 1),
    "vanishing hardness, the exception forgotten": with_value("ratio-full-step-exception", lambda _: sp.S.One),
    "vanishing hardness, the share unsquared": with_value(
        "ratio-full-step-exception", lambda value: 1 + (1 - p) * R2 / V_H
    ),
    "a finite limit where there is none": with_value("ratio-diverges", lambda _: sp.Integer(1000)),
    "growth where there is none": with_conclusion(
        "ratio-diverges", Limit(1 / sp.Symbol("ratio"), V_H, sp.S.Zero, sp.oo)
    ),
    "growth that ends": with_conclusion(
        "ratio-falls-with-spread-and-noise", Limit(sp.Symbol("ratio"), V_H, sp.S.Zero, sp.oo)
    ),
    # monotonicity
    "the gain falls with distance": with_conclusion(
        "gain-grows-with-distance", Monotonicity(sp.Symbol("gain"), (R2,), "nonincreasing")
    ),
    "the ratio grows with noise": with_conclusion(
        "ratio-falls-with-spread-and-noise",
        replace(CLAIMS["ratio-falls-with-spread-and-noise"].conclusion, direction="nondecreasing"),
    ),
    # mixtures
    "MAML by first order": with_conclusion(
        "maml-descent", Convergence("maml", first_order_optimum, restricted("maml-descent"))
    ),
    "MAML is NAL": with_conclusion("maml-descent", Convergence("maml", nal_optimum, restricted("maml-descent"))),
    "NAL is MAML": with_conclusion("nal-descent", Convergence("nal", maml_optimum, restricted("nal-descent"))),
    "a distance without its half": replace(
        CLAIMS["risk-decomposition"],
        instances=MixtureProperty(whole_distance, CLAIMS["maml-optimum"].instances.restrict),
    ),
    "no gain although covariances differ": replace(
        CLAIMS["same-covariance-no-gain"],
        instances=replace(
            CLAIMS["same-covariance-no-gain"].instances, restrict=CLAIMS["maml-optimum"].instances.restrict
        ),
    ),
    "the wrong optimum": replace(
        CLAIMS["maml-optimum"],
        instances=MixtureProperty(
            lambda evaluated: (evaluated.theta_maml, "==", first_order_optimum(evaluated)),
            CLAIMS["maml-optimum"].instances.restrict,
        ),
    ),
    "the other inequality": with_conclusion(
        "gain-nonnegative",
        MixtureProperty(lambda e: (e.risk_nal, "<=", e.risk_maml), CLAIMS["gain-nonnegative"].instances.restrict),
    ),
}


@pytest.mark.parametrize("fault", CONCLUSIONS)
def test_a_wrong_conclusion_is_contradicted(outcome, fault):
    assert outcome(CONCLUSIONS[fault])[Obligation.CONCLUSION] is Outcome.CONTRADICTED


@pytest.mark.parametrize("name", ["noise-floor-one-step", "noise-floor-fresh-2"])
def test_the_normal_budget_sees_a_noise_floor_that_is_six_per_cent_off(outcome, name):
    wrong = with_stated(name, lambda stated: stated * sp.Rational(53, 50))
    assert outcome(wrong, "normal")[Obligation.CONCLUSION] is Outcome.CONTRADICTED


def test_a_descent_that_has_not_converged_decides_nothing(monkeypatch):
    from proofs_check.simulation import mixtures

    def restless(*arguments, **keywords):
        return replace(run(*arguments, **keywords), converged=False, diagnosis="still under way")

    run = mixtures.stochastic_descent
    monkeypatch.setattr(mixtures, "stochastic_descent", restless)
    wrong = with_conclusion("maml-descent", Convergence("maml", lambda e: np.ones(e.mixture.dimension)))
    (found,) = simulate_claim(wrong, budget=budget_named("small"), seed=0, false_alarm=1e-8)
    assert found.outcome is Outcome.UNDECIDED
    assert "still under way" in found.detail


def test_the_expectation_of_a_scalar_and_of_a_vector_is_measured_too(outcome):
    claim = CLAIMS["moment-second"]
    length = trace(SHAT * SHAT)
    right = trace(S * S) + (trace(S * S) + trace(S) * trace(S)) / m
    assert outcome(replace(claim, conclusion=Expectation(length, right)))[Obligation.CONCLUSION] is Outcome.PASSED
    wrong = replace(claim, conclusion=Expectation(length, right - trace(S * S) / m))
    assert outcome(wrong)[Obligation.CONCLUSION] is Outcome.CONTRADICTED


def test_an_abstract_identity_is_not_run(outcome):
    claim = replace(CLAIMS["moment-second"], conclusion=MatrixIdentity(lambda: scalar(0), scalar(0)))
    assert outcome(claim)[Obligation.CONCLUSION] is Outcome.NOT_RUN
