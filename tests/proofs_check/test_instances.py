from dataclasses import replace

import pytest

from proofs_check.instances import judge_instances
from proofs_check.verdict import Outcome
from theory.claim import Claim, Convergence, MixtureProperty, Source, Statement, builtin_claims
from theory.claims.collins2022.optima import maml_optimum, nal_optimum, one_step, same_centre
from theory.claims.wang2021_moml import optimum as moml_optimum
from theory.errors import ClaimError
from theory.formula import eq

BY_NAME = {claim.name.removeprefix("collins2022."): claim for claim in builtin_claims()}


def claim_on_mixtures(conclusion):
    return Claim("user.some", "some claim", (), conclusion, Source("user", "test"))


@pytest.mark.parametrize("name", ["maml-optimum", "gain-squared-distance", "same-covariance-no-gain", "maml-descent"])
def test_true_claims_pass_and_say_on_how_many_mixtures(name):
    (evidence,) = judge_instances(BY_NAME[name], examples=8, seed=1)
    assert evidence.outcome is Outcome.PASSED
    assert evidence.data["mixtures"] >= 8


def test_a_claim_without_a_mixture_form_gives_no_evidence():
    assert judge_instances(claim_on_mixtures(Statement(eq(1, 1))), examples=5, seed=0) == ()


def test_a_dropped_hypothesis_is_refuted_by_a_small_mixture():
    """Without 'same covariance in every class' there is a gain, and shrinking leaves one dimension and two classes."""
    broken = replace(
        BY_NAME["same-covariance-no-gain"], instances=MixtureProperty(lambda e: (e.gain, "==", 0), one_step)
    )
    (evidence,) = judge_instances(broken, examples=60, seed=2)
    assert evidence.outcome is Outcome.REFUTED
    assert evidence.counterexample["configuration"].startswith("dimension 1; ")
    assert evidence.counterexample["configuration"].count("class") == 2


@pytest.mark.parametrize(
    ("learner", "wrong"),
    [
        ("maml", nal_optimum),
        ("nal", maml_optimum),
        ("maml", lambda e: maml_optimum(e) * 2),
        ("pooled", maml_optimum),
        # As if the second local step did not see the first one.
        ("local_moml", moml_optimum),
    ],
)
def test_a_wrong_optimum_is_refuted(learner, wrong):
    (evidence,) = judge_instances(claim_on_mixtures(Convergence(learner, wrong, one_step)), examples=60, seed=3)
    assert evidence.outcome is Outcome.REFUTED


def test_the_direction_of_an_inequality_matters():
    right = MixtureProperty(lambda e: (e.risk_nal, ">=", e.risk_maml), one_step)
    wrong = MixtureProperty(lambda e: (e.risk_nal, "<=", e.risk_maml), one_step)
    assert judge_instances(claim_on_mixtures(right), examples=30, seed=4)[0].outcome is Outcome.PASSED
    assert judge_instances(claim_on_mixtures(wrong), examples=60, seed=4)[0].outcome is Outcome.REFUTED


def test_the_same_seed_finds_the_same_counterexample():
    wrong = claim_on_mixtures(MixtureProperty(lambda e: (e.gain, "==", 0), one_step))
    first, second = (judge_instances(wrong, examples=60, seed=5)[0].counterexample for _ in range(2))
    assert first == second


def test_a_restriction_that_leaves_no_unique_optimum_is_vacuous():
    def singular(mixture, inner_loop):
        mixture, inner_loop = same_centre(mixture, inner_loop)
        first = mixture.classes[0]
        zero = replace(first, covariance=first.covariance * 0, weight=first.weight / first.weight)
        return replace(mixture, classes=(zero,)), inner_loop

    vacuous = claim_on_mixtures(MixtureProperty(lambda e: (e.gain, "==", 0), singular))
    with pytest.raises(ClaimError, match="vacuous"):
        judge_instances(vacuous, examples=5, seed=0)


@pytest.mark.parametrize(
    ("property_", "words"),
    [
        (
            MixtureProperty(lambda e: 1 / 0),
            "cannot be computed: ZeroDivisionError: division by zero, on the mixture dim",
        ),
        (MixtureProperty(lambda e: e.gian), "cannot be computed: AttributeError"),
        (MixtureProperty(lambda e: ("0", ">=", e.gain)), "cannot be computed: TypeError"),
        (MixtureProperty(lambda e: ([0, 0, 0, 0], "==", e.theta_nal)), "its sides have shapes \\(4,\\) and \\(1,\\)"),
        (MixtureProperty(lambda e: (e.gain, ">=", 0), lambda mixture, loop: mixture), "cannot be computed: TypeError"),
        (MixtureProperty(lambda e: e.gain >= 0), "its property returns True; return the left side, one of <, <="),
        (MixtureProperty(lambda e: (e.gain, "=>", 0)), "its property returns .*; return the left side"),
        (Convergence("maml", lambda e: {}["optimum"]), "cannot be computed: KeyError"),
    ],
    ids=["error", "attribute", "text", "shapes", "restriction", "truth value", "operator", "optimum"],
)
def test_a_property_that_cannot_be_computed_is_refused_and_the_mixture_named(property_, words):
    with pytest.raises(ClaimError, match=f"user.some: .*{words}"):
        judge_instances(claim_on_mixtures(property_), examples=5, seed=0)
