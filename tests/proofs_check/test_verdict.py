import pytest

from proofs_check.verdict import Evidence, Obligation, Outcome, Tier, Verdict, conclude

NEEDED = (Obligation.CONCLUSION, Obligation.DERIVATION)


def found(outcome, obligation=Obligation.CONCLUSION, method="prover", **extra):
    return Evidence(method, obligation, outcome, Tier.EXACT, 0.5, f"{method} says {outcome.value}", **extra)


def verdict_of(*evidence):
    return conclude("some.claim", evidence, NEEDED)


def test_a_verdict_has_no_truth_value():
    with pytest.raises(TypeError, match="no truth value"):
        bool(verdict_of(found(Outcome.PROVED)))


def test_proved_takes_a_proof_of_every_obligation():
    conclusion, derivation = found(Outcome.PROVED), found(Outcome.PROVED, Obligation.DERIVATION, "flint")
    assert verdict_of(conclusion, derivation).outcome == "proved"
    assert verdict_of(conclusion, derivation).because == "flint and prover"
    assert verdict_of(conclusion).outcome == "undecided"
    assert verdict_of(derivation, found(Outcome.PASSED)).outcome == "supported"


def test_tests_alone_only_support():
    assert verdict_of(found(Outcome.PASSED), found(Outcome.PASSED, Obligation.DERIVATION)).outcome == "supported"


def test_nothing_needed_is_nothing_proved():
    assert conclude("some.claim", [found(Outcome.PASSED)], ()).outcome == "supported"


def test_a_counterexample_refutes():
    verdict = verdict_of(
        found(Outcome.REFUTED, counterexample={"x": "1/2"}), found(Outcome.PASSED, method="simulation")
    )
    assert verdict.outcome == "refuted"
    assert verdict.counterexample == {"x": "1/2"}


def test_a_proof_beside_a_counterexample_is_a_conflict():
    verdict = verdict_of(found(Outcome.PROVED, method="z3"), found(Outcome.REFUTED, method="witness"))
    assert verdict.outcome == "undecided"
    assert "z3 proves what witness refutes" in verdict.because


def test_a_measurement_that_disagrees_with_a_proof_is_a_conflict():
    proofs = found(Outcome.PROVED), found(Outcome.PROVED, Obligation.DERIVATION)
    verdict = verdict_of(*proofs, found(Outcome.CONTRADICTED, method="simulation"))
    assert verdict.outcome == "undecided"
    assert "the claim is contradicted by simulation" in verdict.because


def test_a_limit_that_ran_out_is_named():
    verdict = verdict_of(found(Outcome.UNDECIDED, method="z3 after 30 s"), found(Outcome.NOT_RUN, method="coqc"))
    assert verdict.outcome == "undecided"
    assert "z3 after 30 s" in verdict.because


def test_no_evidence_is_undecided():
    assert verdict_of().outcome == "undecided"


@pytest.mark.parametrize(
    ("outcome", "expected", "met"),
    [
        ("proved", "proved", True),
        ("proved", "supported", True),
        ("supported", "proved", False),
        ("refuted", "refuted", True),
        ("undecided", "refuted", False),
    ],
)
def test_only_a_proof_exceeds_what_was_expected(outcome, expected, met):
    assert Verdict("some.claim", outcome, (), "").meets(expected) is met
