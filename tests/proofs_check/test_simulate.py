"""The simulation rung on the paper's own claims, on claims of a user, and on what it cannot measure."""

import json
from dataclasses import replace
from math import prod
from pathlib import Path

import pytest
import sympy as sp

from numerics.sampling import Sampler
from numerics.sequential import looks_within, samples_at
from proofs_check.budget import BUDGETS, budget_named
from proofs_check.simulate import Workbench, simulate_claim
from proofs_check.simulation.blocks import FIRST_TASKS
from proofs_check.simulation.scalars import points_of
from proofs_check.verdict import Obligation, Outcome, Tier
from theory.claim import Claim, Convergence, Layer, Limit, Monotonicity, Source, Statement, builtin_claims
from theory.errors import ConfigurationError
from theory.formula import And, Implies, eq, ge, gt, le, lt
from theory.gain import PairQuantity, Substituted
from theory.symbols import R2, V_E, V_H, alpha, p, rho_E, rho_H, share

SMALL = budget_named("small")
#: Those of the paper and of the sampler; what descents show of the neighbouring methods the ledger's own run judges.
CLAIMS = {claim.name: claim for claim in builtin_claims() if claim.name.startswith(("collins2022.", "sampler."))}
# Its optima are expansions in abstract matrices, and it has no instances.
ABSTRACT = {"collins2022.small-steps-gain-matrix"}
#: Fourth moments, whose tails the small budget finds too heavy to decide one of the two obligations.
HEAVY = {"sampler.krylov-moment-4"}
SHARE = 1e-6 / len(CLAIMS)

x, y, f = sp.symbols("x y f")


def stated(conclusion, *hypotheses, layers=()):
    return Claim("user.claim", "A claim of a user.", hypotheses, conclusion, Source("user", "a test"), layers=layers)


def judged(claim, **changes):
    return simulate_claim(claim, **{"budget": SMALL, "seed": 0, "false_alarm": SHARE} | changes)


@pytest.fixture(scope="module")
def evidence():
    workbench = Workbench()
    return {name: judged(claim, workbench=workbench) for name, claim in CLAIMS.items()}


def sampler_of(name):
    """Raw data but where nothing else will do: on the way to m = infinity, and for claims on the sampler itself."""
    if name.startswith("sampler."):
        return "projected and raw"
    return "raw and wishart" if name == "collins2022.ratio-many-samples" else "raw"


@pytest.mark.parametrize("name", [name for name, claim in CLAIMS.items() if claim.expected != "refuted"])
def test_a_true_claim_passes_and_says_how_small_an_error_would_not_have(evidence, name):
    found = evidence[name]
    if name in ABSTRACT:
        assert [item.outcome for item in found] == [Outcome.NOT_RUN]
        assert "no simulation shows" in found[0].detail
        return
    open_items = [item for item in found if item.outcome is Outcome.UNDECIDED]
    assert {item.outcome for item in found if item not in open_items} == {Outcome.PASSED}
    assert bool(open_items) == (name in HEAVY)
    assert all("tails too heavy" in item.detail for item in open_items)
    assert {item.tier for item in found} == {Tier.TESTED}
    assert {item.method for item in found} == {"simulation"}
    for item in found:
        assert item.data["sampler"] == sampler_of(name)
        looks = item.data["looks"]
        assert item.data["spent"] == pytest.approx(SHARE * looks / (looks + 1))
        assert item.data["compared"]
        assert looks == 1 + max(compared["look"] for compared in item.data["compared"])
        assert item.data["tasks"] == max(compared["tasks"] for compared in item.data["compared"])
        for compared in item.data["compared"]:
            assert compared["detectable"] is None or compared["detectable"] >= compared["tolerance"] >= 0


@pytest.mark.parametrize("name", [name for name, claim in CLAIMS.items() if claim.expected == "refuted"])
def test_a_false_claim_is_contradicted_where_its_own_points_show_it(evidence, name):
    definitions, conclusion = evidence[name]
    # What is false is the conclusion: the definitions that it rests on are right.
    assert (definitions.obligation, definitions.outcome) == (Obligation.DERIVATION, Outcome.PASSED)
    assert (conclusion.obligation, conclusion.outcome) == (Obligation.CONCLUSION, Outcome.CONTRADICTED)
    assert "fails" in conclusion.detail


def test_most_quantities_would_show_an_error_of_a_few_per_cent(evidence):
    worst = {
        name: max(filter(None, (item.data["detectable_relative"]["best"] for item in found)), default=None)
        for name, found in evidence.items()
        if name not in ABSTRACT
    }
    # Noise floors have the widest spread of what is measured; and what tends to zero has no relative error.
    assert all(value < 0.15 for value in worst.values() if value is not None)
    assert sum(value is not None and value < 0.05 for value in worst.values()) > 60


def test_evidence_is_ready_for_json_without_infinities(evidence):
    for found in evidence.values():
        for item in found:
            assert json.loads(json.dumps(dict(item.data), allow_nan=False)) == item.data


def test_evidence_says_how_its_data_was_drawn(evidence):
    """Raw data, except on the way to infinitely many samples, where only their sufficient statistics are affordable."""
    (limit, *_), (plain, *_) = (evidence[f"collins2022.{name}"] for name in ("ratio-many-samples", "gain-isotropic"))
    assert "wishart" in limit.data["sampler"]
    assert "sufficient statistics" in evidence["collins2022.ratio-many-samples"][-1].detail
    assert plain.data["sampler"] == "raw"
    assert "sufficient statistics" not in plain.detail


def test_the_same_seed_gives_the_same_evidence_alone_or_among_others(evidence):
    name = "collins2022.gain-isotropic"
    again = judged(CLAIMS[name])
    assert [(item.detail, item.data) for item in again] == [(item.detail, item.data) for item in evidence[name]]
    other = judged(CLAIMS[name], seed=1)
    assert other[0].data["compared"] != again[0].data["compared"]


def test_nothing_is_derived(monkeypatch):
    def refuse(*arguments, **keywords):
        raise AssertionError("the simulation asked for a derivation")

    for target in (
        "theory.adaptation.adapted_error",
        "theory.adaptation.adapted_risk",
        "theory.adaptation.isotropic_risk",
        "theory.adaptation.population_excess",
        "theory.gain.adapted_risk",
        "theory.gain.isotropic_risk",
        "theory.gain.population_excess",
        "theory.gain.derive_pair",
        "theory.gain.MatrixQuantity.polynomial",
        "theory.gain.ClassQuantity.expression",
        "theory.gain.PairQuantity.expression",
        "theory.gain.Substituted.expression",
        "theory.moments.IsotropicMoment.expression",
        "theory.moments.expectation",
        "theory.claim.MatrixIdentity.derive",
        "numerics.closed_form.evaluate",
        "numerics.closed_form.curvatures",
    ):
        monkeypatch.setattr(target, refuse)
    chosen = ["gain-isotropic", "moment-isotropic-3", "curvature-one-step", "adapted-error-2", "maml-descent"]
    chosen += ["same-centre-no-gain", "moment-second", "curvature-reused-2-isotropic"]
    for name in chosen:
        found = judged(CLAIMS[f"collins2022.{name}"], tasks=4096)
        assert Outcome.CONTRADICTED not in {item.outcome for item in found}


def test_more_tasks_show_smaller_errors():
    claim = CLAIMS["collins2022.curvature-one-step"]
    few, many = (
        judged(claim, tasks=tasks, precision=0)[0].data["detectable_relative"]["worst"] for tasks in (4096, 65536)
    )
    assert many == pytest.approx(few / 4, rel=0.25)


# --- looks -----------------------------------------------------------------------------------------------------------


def drawn(monkeypatch):
    """Count the tasks that are drawn."""
    counted = []
    draw = Sampler.tasks

    def counting(self, rng, shape):
        counted.append(prod(shape))
        return draw(self, rng, shape)

    monkeypatch.setattr(Sampler, "tasks", counting)
    return counted


def test_a_check_stops_as_soon_as_it_knows(monkeypatch):
    claim = CLAIMS["collins2022.curvature-fresh-3"]
    counted = drawn(monkeypatch)
    (early,) = judged(claim, precision=0.05)
    cost = sum(counted)
    (late,) = judged(claim, precision=0)
    assert (early.data["looks"], late.data["looks"]) == (1, 2)
    assert sum(counted) - cost > 2 * cost
    assert early.data["detectable_relative"]["worst"] <= 0.05
    assert "4096 tasks each in 1 look:" in early.detail
    assert "16384 tasks each in 2 looks:" in late.detail


def test_tails_that_are_too_heavy_at_one_look_may_be_light_enough_at_the_next():
    first, second = (judged(CLAIMS["collins2022.curvature-one-step"], tasks=tasks)[0] for tasks in (4096, 16384))
    heavy = [one["compared"] for one in first.data["compared"] if one["tolerance"] is None]
    assert heavy
    assert f"{len(heavy)} of 9 comparisons have tails too heavy" in first.detail
    assert None not in {one["tolerance"] for one in second.data["compared"]}


def test_each_place_stops_for_itself():
    claim = CLAIMS["collins2022.curvature-reused-2-one-dimension"]
    (found,) = judged(claim, precision=0.03, tasks=65536)
    tasks = {compared["tasks"] for compared in found.data["compared"]}
    assert len(tasks) > 1
    assert f"{min(tasks)} to {max(tasks)} tasks" in found.detail
    for compared in found.data["compared"]:
        reached = compared["detectable_relative"] <= 0.03
        assert reached or compared["tasks"] == 65536


@pytest.mark.parametrize("name", ["gain-isotropic", "moment-second", "maml-optimum", "ratio-grows-with-distance"])
def test_a_run_that_is_prolonged_finds_what_one_run_finds_and_draws_nothing_again(name, monkeypatch):
    claim, workbench = CLAIMS[f"collins2022.{name}"], Workbench()
    whole = judged(claim, precision=0)
    counted = drawn(monkeypatch)
    short = judged(claim, precision=0, tasks=4096, workbench=workbench)
    first = sum(counted)
    prolonged = judged(claim, precision=0, workbench=workbench)
    assert [item.data for item in prolonged] == [item.data for item in whole]
    assert prolonged[0].data["compared"] != short[0].data["compared"]
    total = sum(counted)
    counted.clear()
    judged(claim, precision=0)
    assert first < total == sum(counted)


def test_what_was_contradicted_once_stays_contradicted():
    claim = CLAIMS["collins2022.moment-isotropic-2"]
    formula = claim.conclusion.formula
    wrong = replace(claim, conclusion=Statement(replace(formula, rhs=formula.rhs * 2)))
    (once,) = judged(wrong, tasks=4096)
    (again,) = judged(wrong, precision=0)
    assert once.outcome is again.outcome is Outcome.CONTRADICTED
    assert again.data["looks"] == 1
    assert again.data["compared"] == once.data["compared"]


def test_a_contradicted_conclusion_leaves_the_definitions_their_looks():
    claim = CLAIMS["collins2022.false-always-harder"]
    definitions, conclusion = judged(claim, precision=0)
    assert (definitions.outcome, conclusion.outcome) == (Outcome.PASSED, Outcome.CONTRADICTED)
    assert definitions.data["looks"] == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"tasks": 0},
        {"tasks": -5},
        {"tasks": 1.5},
        {"precision": -0.1},
        {"precision": float("nan")},
        {"precision": float("inf")},
        {"false_alarm": 0.0},
        {"false_alarm": 1.0},
        {"false_alarm": float("nan")},
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused(wrong):
    ((name, value),) = wrong.items()
    with pytest.raises(ConfigurationError, match=f"{name} = {value}.* are needed"):
        judged(CLAIMS["collins2022.moment-isotropic-2"], **wrong)


def test_a_claim_without_anything_derived_is_not_measured_but_refused_where_it_is_false():
    claim = stated(Statement(le(f, 1)), gt(x, 0), layers=(Layer(f, x / (1 + x)),))
    (found,) = judged(claim)
    assert (found.outcome, found.data) == (Outcome.NOT_RUN, {})
    assert found.detail == "not measured: it derives nothing that could be simulated"
    false = stated(Statement(lt(f, sp.Rational(1, 2))), gt(x, 0), layers=(Layer(f, x / (1 + x)),))
    (found,) = judged(false)
    assert found.outcome is Outcome.CONTRADICTED
    assert "x = 2" in found.detail


def test_a_users_own_symbols_join_the_notation():
    hypotheses = (*CLAIMS["collins2022.gain-isotropic"].hypotheses, gt(x, 2), lt(x, 3))
    share_maml = sp.Symbol("omega")
    layers = (Layer(share_maml, derivation=PairQuantity("share_maml")),)
    claim = stated(Statement(And((gt(x * share_maml, 0), lt(share_maml, x / 2)))), *hypotheses, layers=layers)
    (found,) = judged(claim)
    assert found.outcome is Outcome.PASSED
    assert "4 of 4" in found.detail
    assert all(2 < sp.Rational(point["x"]) < 3 for point in found.data["points"])


def test_a_quantity_that_only_its_author_can_derive_is_taken_as_typed_and_says_so():
    class Own:
        name = "own"

        def expression(self):
            raise AssertionError("derived")

    claim = stated(Statement(gt(f, 0)), gt(x, 0), layers=(Layer(f, x**2, Own()),))
    (found,) = judged(claim)
    assert found.outcome is Outcome.NOT_RUN
    assert "f was taken as typed: nothing here knows how to measure a Own" in found.detail
    (found,) = judged(stated(Statement(gt(f, 0)), gt(x, 0), layers=(Layer(f, derivation=Own()),)))
    assert found.outcome is Outcome.NOT_RUN
    assert "nothing here knows how to measure it" in found.detail


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        (stated(Statement(eq(x, x)), gt(x, 0), lt(x, 0)), "no point"),
        (stated(Monotonicity(x, (x,), "nondecreasing"), eq(x, 1)), "no two points"),
        (stated(Limit(x, x, sp.S.Zero, sp.S.Zero), gt(x, 1)), "no three points"),
        (stated(Statement(gt(f, 0)), gt(f, 0), layers=(Layer(f, derivation=PairQuantity("gain")),)), "rests on f"),
        (stated(Convergence("maml", lambda evaluated: evaluated.theta_maml)), "theta_maml, which is derived"),
    ],
)
def test_what_cannot_be_measured_is_not_run_for_a_reason(claim, reason):
    (found,) = judged(claim)
    assert found.outcome is Outcome.NOT_RUN
    assert reason in found.detail


def test_a_place_that_divides_by_zero_decides_nothing():
    claim = stated(Statement(Implies(gt(1 / (x - y), 0), gt(x, y))), eq(x, y), gt(x, 0))
    (found,) = judged(claim)
    assert found.outcome is Outcome.UNDECIDED
    assert "no value" in found.detail


def test_a_measured_share_can_be_where_a_risk_is_measured():
    # The risk at MAML's own share is MAML's risk, and no other share has less.
    at, risk, least = sp.symbols("at risk least")
    layers = (
        Layer(at, derivation=PairQuantity("share_maml")),
        Layer(risk, derivation=Substituted(PairQuantity("risk_at_share"), ((share, at),))),
        Layer(least, derivation=PairQuantity("risk_maml")),
    )
    hypotheses = CLAIMS["collins2022.gain-isotropic"].hypotheses
    (found,) = judged(stated(Statement(eq(risk, least)), *hypotheses, layers=layers))
    assert found.outcome is Outcome.PASSED
    assert found.data["detectable_relative"]["worst"] < 1e-6
    nal = Layer(at, derivation=PairQuantity("share_nal"))
    (found,) = judged(stated(Statement(eq(risk, least)), *hypotheses, layers=(nal, *layers[1:])))
    assert found.outcome is Outcome.CONTRADICTED


def test_a_measured_step_size_cannot_be_simulated_at():
    step, other = sp.symbols("step other")
    layers = (
        Layer(step, derivation=PairQuantity("share_maml")),
        Layer(other, derivation=Substituted(PairQuantity("gain"), ((alpha, step),))),
    )
    hypotheses = CLAIMS["collins2022.gain-isotropic"].hypotheses
    (found,) = judged(stated(Statement(ge(other, 0)), *hypotheses, layers=layers))
    assert found.outcome is Outcome.NOT_RUN
    assert "alpha is itself measured" in found.detail


def test_points_meet_hypotheses_that_the_defaults_do_not():
    equal = (eq(alpha * rho_E, 1), gt(rho_H * alpha, sp.Rational(1, 3)), eq(V_E, V_H), gt(p * R2, 3))
    claim = stated(Statement(gt(rho_E, rho_H)), *CLAIMS["collins2022.gain-isotropic"].hypotheses, *equal)
    points = points_of(claim, 3)
    assert points
    for value in points:
        assert value[alpha] * value[rho_E] == 1
        assert value[V_E] == value[V_H]
        assert value[p] * value[R2] > 3


def test_hypotheses_may_use_definitions():
    layers = (Layer(f, x + 1), Layer(y, f**2))
    claim = stated(Statement(gt(x, 2)), gt(y, 9), gt(f, 0), layers=layers)
    points = points_of(claim, 3)
    assert points
    assert all((1 + point[x]) ** 2 > 9 and set(point) == {x} for point in points)
    (found,) = judged(claim)
    assert found.outcome is Outcome.NOT_RUN


def test_the_documented_budgets_are_those_that_hold():
    text = (Path(__file__).parents[2] / "docs" / "how-it-works.md").read_text(encoding="utf-8")
    for name, budget in BUDGETS.items():
        assert f"| `{name}` | {budget.tasks:,} | {100 * budget.precision:g} % |" in text
        # All of them are used: the last look that is affordable sees as many.
        assert samples_at(looks_within(budget.tasks, FIRST_TASKS) - 1, FIRST_TASKS) == budget.tasks
