"""The files of proofs in the repository: they are what the claims say, and Coq's kernel accepts all of them.

Without coqc nothing is skipped: every answer must then say that coqc is missing, and how to get it.
"""

from dataclasses import replace

import pytest

from proofs_check.coq import MISSING, WHITELIST, committed_file, first_counterexample, prove_by_hand, prove_in_kernel
from proofs_check.coq.files import BEYOND_THE_LEDGER, BY_HAND, file_name, package_text, paper_file
from proofs_check.coq.session import find_coqc
from proofs_check.verdict import Outcome
from theory.claim import Limit, builtin_claims

CLAIMS = {claim.name: claim for claim in builtin_claims()}
INSTALLED = find_coqc() is not None


@pytest.fixture(scope="module")
def committed():
    return committed_file("collins2022")


def test_the_committed_file_matches_the_claims(committed):
    stored = package_text(file_name("collins2022"))

    assert stored == committed.source(), (
        "proofs_check/coq/Collins2022.v is not what the claims say; write it anew:\n"
        "    landscape prove --keep proofs_check/coq"
    )


def test_a_changed_claim_changes_its_text():
    true = CLAIMS["collins2022.best-step"]
    weaker = replace(true, hypotheses=true.hypotheses[1:])

    assert paper_file("collins2022", [weaker], {}).source() != paper_file("collins2022", [true], {}).source()


def test_every_true_statement_and_every_false_one_has_its_theorem(committed):
    for item in committed.exports:
        scalar = not isinstance(item.claim.conclusion, Limit) and hasattr(item.claim.conclusion, "formula")
        monotone = item.claim.conclusion.kind == "monotonicity"
        limit = isinstance(item.claim.conclusion, Limit)
        assert bool(item.theorems) == (scalar or monotone or limit), item.reason
        assert item.refutes == (item.claim.expected == "refuted")
        assert item.theorems or item.reason


def test_the_kernel_accepts_everything_in_the_repository(committed):
    """Compiled as it stands, by plain coqc; the claims' own theorems are checked one by one."""
    claims = [item.claim for item in committed.exports]
    points = {
        claim.name: point
        for claim in claims
        if claim.expected == "refuted"
        if (point := first_counterexample(claim)) is not None
    }
    found = prove_in_kernel(claims, points) | prove_by_hand(BEYOND_THE_LEDGER)
    if not INSTALLED:
        assert {item.detail for item in found.values()} == {MISSING}
        return
    for item in committed.exports:
        name, expected = item.claim.name, item.claim.expected
        if item.theorems or name in BY_HAND:
            outcome = Outcome.REFUTED if expected == "refuted" else Outcome.PROVED
            assert found[name].outcome is outcome, found[name].detail
            assert set(found[name].data["axioms"]) <= WHITELIST
        else:
            assert found[name].detail.startswith("not exported: ")
    for name in BEYOND_THE_LEDGER:
        assert found[name].outcome is Outcome.PROVED
