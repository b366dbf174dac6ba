"""The scalar rungs together: true claims are proved, broken ones refuted, and every verdict says what it rests on."""

from dataclasses import replace
from fractions import Fraction

import pytest
import sympy as sp

import proofs_check.scalar
from proofs_check.budget import BUDGETS, budget_named
from proofs_check.goal import Standing, derivation_goal, goals_of
from proofs_check.scalar import judge_scalar
from proofs_check.solvers import BACKENDS, Backend, Solvers
from proofs_check.verdict import Obligation, Outcome, Tier, conclude
from theory.claim import Claim, Layer, Limit, MixtureProperty, Monotonicity, Source, Statement, builtin_claims
from theory.errors import ClaimError, UnknownNameError
from theory.formula import And, Iff, Or, eq, ge, gt, integer, le, lt, ne
from theory.gain import PairQuantity
from theory.symbols import R2, V_E, V_H, alpha, d, m, p, rho_E, rho_H

x, y, q, s_E, s_H, v_E, v_H, w_E, w_H, gain = sp.symbols("x y q s_E s_H v_E v_H w_E w_H gain")
SMALL = budget_named("small")
# What is asserted must not hang on how busy the machine is; only the second opinion, which no test needs, stays short.
PATIENT = replace(SMALL, certificate_seconds=60, solver_seconds=60, search_seconds=120, shrink_seconds=60)
LEDGER = {
    claim.name.removeprefix("collins2022."): claim
    for claim in builtin_claims()
    if isinstance(claim.conclusion, Statement | Limit | Monotonicity)
}


def claim(conclusion, *hypotheses, layers=()):
    return Claim("user.sample", "A sample.", hypotheses, conclusion, Source("user", "tests"), layers=layers)


def obligations(stated):
    needed = [Obligation.CONCLUSION]
    return [*needed, Obligation.DERIVATION] if derivation_goal(stated) is not None else needed


def judged(stated, solvers, seed=0, budget=PATIENT):
    evidence = judge_scalar(stated, budget=budget, seed=seed, solvers=solvers)
    return evidence, conclude(stated.name, evidence, obligations(stated))


def of(evidence, obligation):
    return [item for item in evidence if item.obligation is obligation]


@pytest.mark.parametrize("conclusion", [ne(x**2, 2), lt(x**2 * (4 - x**2), 4)])
def test_what_is_false_at_irrational_values_alone_is_not_called_supported(conclusion, solvers):
    _, verdict = judged(claim(Statement(conclusion), gt(x, 0)), solvers, budget=budget_named("small"))
    assert verdict.outcome == "undecided"
    assert "z3 and cvc5" in verdict.because
    assert "1.41421" in verdict.because


# One claim of each kind; the whole ledger is judged by the tests of the command.
@pytest.mark.parametrize(
    "name",
    [
        "moment-isotropic-4",
        "population-curvature-singular-iff",
        "gain-isotropic",
        "gain-zero-iff",
        "hard-tilt-iff",
        "hard-tilt-samples",
        "ratio-bound",
        "ratio-needs-packing",
        "ratio-many-samples",
        "ratio-diverges",
        "ratio-vanishes-with-hardness",
        "ratio-falls-with-spread-and-noise",
        "best-step",
    ],
)
def test_claims_of_the_ledger_are_proved_exactly(name, solvers):
    evidence, verdict = judged(LEDGER[name], solvers)
    assert verdict.outcome == "proved"
    for obligation in (*obligations(LEDGER[name]), Obligation.SATISFIABLE):
        proofs = [item for item in of(evidence, obligation) if item.outcome is Outcome.PROVED]
        assert min(item.tier for item in proofs) is Tier.EXACT


# Claims 7, 8, 10, 13 and false statement f1 of the theory note, typed here once more and then broken.
PAIR = (gt(alpha, 0), gt(rho_H, 0), gt(rho_E, rho_H), gt(p, 0), lt(p, 1), ge(R2, 0), ge(V_E, 0), ge(m, 1), ge(d, 1))
kappa = 1 + (d + 1) / m
WEIGHTS = (
    Layer(q, 1 - p, positive=True),
    Layer(s_E, 1 - 2 * alpha * rho_E + kappa * alpha**2 * rho_E**2, positive=True),
    Layer(s_H, 1 - 2 * alpha * rho_H + kappa * alpha**2 * rho_H**2, positive=True),
    Layer(v_E, q * rho_E, positive=True),
    Layer(v_H, p * rho_H, positive=True),
    Layer(w_E, q * rho_E * s_E, positive=True),
    Layer(w_H, p * rho_H * s_H, positive=True),
)
SHIFT = v_E / (v_E + v_H) - w_E / (w_E + w_H)
GAIN = (*WEIGHTS, Layer(gain, derivation=PairQuantity("gain")))
TYPED_GAIN = (*WEIGHTS, Layer(gain, (w_E + w_H) * SHIFT**2 * R2 / 2, PairQuantity("gain")))
CLOSED = R2 * (p * q * rho_E * rho_H * (s_E - s_H)) ** 2 / (2 * (w_E + w_H) * (v_E + v_H) ** 2)
TILT = lt(w_E / (w_E + w_H), v_E / (v_E + v_H))
BOUND = (w_E + w_H) * SHIFT**2 * R2
RISK = w_E * V_E + w_H * V_H + w_E * w_H * R2 / (w_E + w_H)


def with_layer(layers, symbol, definition):
    return tuple(replace(layer, definition=definition) if layer.symbol == symbol else layer for layer in layers)


TRUE = {
    "closed form": claim(Statement(eq(gain, CLOSED)), *PAIR, layers=GAIN),
    "typed gain": claim(Statement(ge(gain, 0)), *PAIR, layers=TYPED_GAIN),
    "tilt": claim(Statement(Iff(TILT, lt(alpha * (rho_E + rho_H) * kappa, 2))), *PAIR, layers=WEIGHTS),
    "no gain": claim(Statement(Iff(eq(gain, 0), Or((eq(R2, 0), eq(s_E, s_H))))), *PAIR, layers=GAIN),
    "bound": claim(Statement(le(BOUND / RISK, BOUND / (w_E * V_E + w_H * V_H))), *PAIR, gt(V_H, 0), layers=WEIGHTS),
    "monotonicity": claim(Monotonicity(BOUND / RISK, (V_H, V_E), "nonincreasing"), *PAIR, gt(V_H, 0), layers=WEIGHTS),
    "limit": claim(Limit(gain, rho_H, rho_E, sp.S.Zero), *PAIR, layers=GAIN),
    "small steps": claim(Limit(s_E, alpha, sp.S.Zero, sp.S.One), *PAIR, layers=WEIGHTS),
}

BROKEN = {
    "closed form, dropped term": replace(
        TRUE["closed form"], conclusion=Statement(eq(gain, CLOSED.xreplace({s_H: 0})))
    ),
    "closed form, wrong constant": replace(TRUE["closed form"], conclusion=Statement(eq(gain, CLOSED * 2))),
    "closed form, flipped sign": replace(TRUE["closed form"], conclusion=Statement(eq(gain, -CLOSED))),
    "closed form, wrong definition": replace(
        TRUE["closed form"], layers=with_layer(GAIN, s_E, 1 - 2 * alpha * rho_E + alpha**2 * rho_E**2)
    ),
    "tilt, wrong constant": replace(
        TRUE["tilt"], conclusion=Statement(Iff(TILT, lt(alpha * (rho_E + rho_H) * kappa, 1)))
    ),
    "tilt, dropped term": replace(TRUE["tilt"], conclusion=Statement(Iff(TILT, lt(alpha * rho_E * kappa, 2)))),
    "tilt, flipped": replace(TRUE["tilt"], conclusion=Statement(Iff(TILT, gt(alpha * (rho_E + rho_H) * kappa, 2)))),
    "tilt, not strict": replace(TRUE["tilt"], conclusion=Statement(Iff(TILT, le(alpha * (rho_E + rho_H) * kappa, 2)))),
    "tilt, dropped hypothesis": replace(TRUE["tilt"], hypotheses=tuple(h for h in PAIR if h != gt(rho_E, rho_H))),
    "f1": replace(TRUE["tilt"], conclusion=Statement(TILT)),
    "no gain, dropped case": replace(TRUE["no gain"], conclusion=Statement(Iff(eq(gain, 0), eq(R2, 0)))),
    "no gain, positive": replace(TRUE["no gain"], conclusion=Statement(gt(gain, 0)), hypotheses=(*PAIR, gt(R2, 0))),
    "bound, without the easy spread": replace(
        TRUE["bound"], conclusion=Statement(le(BOUND / RISK, BOUND / (2 * w_E * V_E + w_H * V_H)))
    ),
    "bound, flipped": replace(TRUE["bound"], conclusion=Statement(ge(BOUND / RISK, BOUND / (w_E * V_E + w_H * V_H)))),
    "monotonicity, flipped": replace(
        TRUE["monotonicity"], conclusion=Monotonicity(BOUND / RISK, (V_H, V_E), "nondecreasing")
    ),
    "monotonicity, one variable too many": replace(
        TRUE["monotonicity"], conclusion=Monotonicity(BOUND / RISK, (V_H, V_E, R2), "nonincreasing")
    ),
    "limit, wrong": replace(TRUE["limit"], conclusion=Limit(gain, rho_H, rho_E, R2)),
    "limit, at the wrong point": replace(TRUE["limit"], conclusion=Limit(gain, rho_H, rho_E / 2, sp.S.Zero)),
    "small steps, wrong": replace(TRUE["small steps"], conclusion=Limit(s_E, alpha, sp.S.Zero, 1 - rho_E)),
}


@pytest.mark.parametrize("name", TRUE)
def test_what_the_note_claims_is_proved(name, solvers):
    _, verdict = judged(TRUE[name], solvers)
    assert verdict.outcome == "proved", verdict.because


@pytest.mark.parametrize("name", BROKEN)
def test_its_broken_versions_are_refuted_by_exact_counterexamples(name, solvers):
    stated = BROKEN[name]
    evidence, verdict = judged(stated, solvers)
    assert verdict.outcome == "refuted", verdict.because
    point = {sp.Symbol(key): Fraction(value) for key, value in verdict.counterexample.items()}
    assert point
    if not isinstance(stated.conclusion, Limit):
        assert any(
            goal.standing(point) is Standing.VIOLATED for goal in goals_of(stated) if set(goal.symbols) == set(point)
        )
    assert evidence[-1].outcome is Outcome.REFUTED


@pytest.mark.parametrize("seed", range(10))
def test_a_wrong_definition_is_refuted_as_such_for_every_seed(seed, solvers):
    stated = replace(TRUE["typed gain"], layers=with_layer(TYPED_GAIN, gain, (w_E + w_H) * SHIFT**2 * R2))
    evidence, verdict = judged(stated, solvers, seed)
    assert verdict.outcome == "refuted"
    assert evidence[-1].obligation is Obligation.DERIVATION
    assert (
        derivation_goal(stated).standing(
            {sp.Symbol(key): Fraction(value) for key, value in verdict.counterexample.items()}
        )
        is Standing.VIOLATED
    )


def test_the_witness_satisfies_the_hypotheses(solvers):
    evidence, _ = judged(TRUE["tilt"], solvers)
    (witness,) = of(evidence, Obligation.SATISFIABLE)
    values = {sp.Symbol(key): Fraction(value) for key, value in witness.data["witness"].items()}
    assert (witness.outcome, witness.tier) == (Outcome.PROVED, Tier.EXACT)
    assert all(hypothesis.holds(values) for hypothesis in PAIR)


@pytest.mark.parametrize(
    "hypotheses",
    [
        (gt(x, 0), lt(x, 0)),
        (gt(x * x + 1, y), eq(y, x * x + 2)),
        (ne(x, x),),
        (gt(x, 1), lt(x * y, x), gt(y, 1)),
    ],
)
def test_hypotheses_that_contradict_each_other_are_an_error(hypotheses, solvers):
    with pytest.raises(ClaimError, match=r"user\.sample: the hypotheses contradict each other"):
        judged(claim(Statement(ge(x, 0)), *hypotheses), solvers)


def test_a_contradiction_is_found_in_one_variable_of_a_monotonicity_too(solvers):
    stated = claim(Monotonicity(x * y, (x, y), "nondecreasing"), ge(x, 0), eq(y, 1))
    with pytest.raises(ClaimError, match="contradict"):
        judged(stated, solvers)


def test_a_witness_may_need_the_solvers(solvers):
    evidence, _ = judged(claim(Statement(gt(x, 0)), eq(7919 * x**2 + x, 7919 * 17**2 + 17), gt(x, 0)), solvers)
    assert of(evidence, Obligation.SATISFIABLE)[0].data["witness"] == {"x": "17"}


def test_a_claim_that_is_undefined_somewhere_is_undecided_and_says_where(solvers):
    _, verdict = judged(claim(Statement(gt(1 / x**2, 0))), solvers)
    assert verdict.outcome == "undecided"
    assert "divides by zero at x = 0" in verdict.because


def test_parts_proved_by_different_rungs_prove_the_whole(monkeypatch, solvers):
    """The exact rung proves one variable's goal and the solvers the other's: the tier is the weaker one."""
    stated = claim(Monotonicity(x + y, (x, y), "nondecreasing"))
    exactly, asked = proofs_check.scalar.prove_exactly, proofs_check.scalar.ask_solvers

    def given_up(item):
        return replace(item, outcome=Outcome.UNDECIDED, detail="given up")

    def only_x(prover, *rest):
        found = exactly(prover, *rest)
        return found if prover.goal.label.endswith("x") else given_up(found)

    def only_y(prover, *rest):
        found, questioned = asked(prover, *rest)
        return (found if prover.goal.label.endswith("y") else given_up(found)), questioned

    monkeypatch.setattr(proofs_check.scalar, "prove_exactly", only_x)
    monkeypatch.setattr(proofs_check.scalar, "ask_solvers", only_y)
    evidence, verdict = judged(stated, solvers, budget=replace(PATIENT, examples=20))
    assert verdict.outcome == "proved"
    proof = next(item for item in of(evidence, Obligation.CONCLUSION) if item.outcome is Outcome.PROVED)
    assert proof.tier is Tier.SOLVERS
    assert proof.method == "flint (positivity) and z3 and cvc5"

    monkeypatch.setattr(
        proofs_check.scalar, "ask_solvers", lambda prover, *rest: (given_up(asked(prover)[0]), asked(prover)[1])
    )
    assert judged(stated, solvers, budget=replace(PATIENT, examples=20))[1].outcome != "proved"


def test_what_no_rung_settles_is_supported_by_its_tests_and_names_its_limits(solvers):
    # True by what squares leave when divided by 8, which no rung knows how to use.
    stated = claim(Statement(ne(x**2, 2 * y**2 + 3)), integer(x), integer(y))
    evidence, verdict = judged(stated, solvers, budget=SMALL)
    assert verdict.outcome == "supported"
    undecided = [item.detail for item in evidence if item.outcome is Outcome.UNDECIDED]
    assert any("no certificate found in 0.5 s" in detail for detail in undecided)
    assert any("no counterexample found within" in detail for detail in undecided)


def test_without_solvers_exact_proofs_still_stand_and_the_report_says_what_is_missing():
    absent = [replace(backend, module="no_such_module_anywhere") for backend in BACKENDS]
    with Solvers(absent) as none:
        evidence, verdict = judged(TRUE["tilt"], none)
    assert verdict.outcome == "proved"
    missing = {item.method: item.detail for item in evidence if item.outcome is Outcome.NOT_RUN}
    assert missing["z3"] == "z3 is not installed (pip install z3-solver)"
    assert missing["cvc5"] == "cvc5 is not installed (pip install cvc5)"


def test_a_solver_that_fails_costs_its_vote_and_not_the_run():
    """The second solver ends without a word; z3 still answers, and the evidence says what happened to the other."""
    quick = replace(SMALL, solver_seconds=0.2, second_opinion_seconds=0.2)
    with Solvers([BACKENDS[0], Backend("sleeper", "time", "-")]) as some:
        evidence = judge_scalar(claim(Statement(ge(x**2 + y**2, 2 * x * y))), budget=quick, seed=0, solvers=some)
    (proof,) = [item for item in evidence if item.method == "z3"]
    assert (proof.outcome, proof.tier) == (Outcome.PROVED, Tier.SOLVER)
    assert "sleeper is undecided within" in proof.detail


def test_the_same_seed_gives_the_same_evidence(solvers):
    first, second = (judged(TRUE["bound"], solvers, 3)[0] for _ in range(2))
    assert [(item.method, item.outcome, item.detail) for item in first] == [
        (item.method, item.outcome, item.detail) for item in second
    ]


def test_own_solvers_are_ended_with_the_claim(monkeypatch):
    opened = []

    class Remembered(Solvers):
        def __init__(self):
            super().__init__()
            opened.append(self)

    monkeypatch.setattr(proofs_check.scalar, "Solvers", Remembered)
    judge_scalar(claim(Statement(gt(x * x + 1, 0))), budget=SMALL, seed=0)
    assert len(opened) == 1
    assert opened[0].process_ids == {}


def test_a_claim_on_another_kind_of_conclusion_is_refused(solvers):
    with pytest.raises(TypeError, match="has no goals in formulas"):
        judged(claim(MixtureProperty(lambda e: (e.gain, ">=", 0))), solvers)


def test_budgets_grow_by_name():
    small, normal, large = (BUDGETS[name] for name in ("small", "normal", "large"))
    assert small.solver_seconds < normal.solver_seconds < large.solver_seconds
    assert small.samples < normal.samples < large.samples
    with pytest.raises(UnknownNameError, match="unknown budget 'tiny'"):
        budget_named("tiny")


def test_a_hypothesis_may_be_a_conjunction(solvers):
    """Its parts are what is assumed, and their signs must not be asked of themselves."""
    _, verdict = judged(claim(Statement(gt(x * (1 - x), 0)), And((gt(x, 0), lt(x, 1)))), solvers)
    assert verdict.outcome == "proved"


def test_conjunctions_of_identities_are_one_identity(solvers):
    both = claim(Statement(And((eq((x + y) ** 2, x**2 + 2 * x * y + y**2), eq(x - y, -(y - x))))))
    evidence, verdict = judged(both, solvers)
    assert verdict.outcome == "proved"
    assert not any(item.method == "z3 and cvc5" for item in evidence)
