import random
from dataclasses import replace

import numpy as np
import pytest
import sympy as sp

from proofs_check.budget import budget_named
from proofs_check.judging import obligations_of
from proofs_check.matrix import judge_matrix, sampled_matrices
from proofs_check.verdict import Obligation, Outcome, conclude
from theory.claim import Expectation, MatrixIdentity, PositiveDefinite, Square, builtin_claims
from theory.formula import gt
from theory.gain import MatrixQuantity
from theory.symbols import alpha, m
from theory.words import IDENTITY, letter, trace, vector

CLAIMS = {claim.name.removeprefix("collins2022."): claim for claim in builtin_claims()}
MATRIX = [name for name, claim in CLAIMS.items() if isinstance(claim.conclusion, MatrixIdentity | Expectation)]
S, B, SHAT = letter("S"), letter("B"), letter("Shat")
SMALL = budget_named("small")


def judged(claim, seed=0):
    return judge_matrix(claim, budget=SMALL, seed=seed)


def outcome(claim):
    return conclude(claim.name, judged(claim), obligations_of(claim)).outcome


@pytest.mark.parametrize("name", MATRIX)
def test_every_matrix_claim_of_the_ledger_is_proved(name):
    evidence = judged(CLAIMS[name])
    assert [item.outcome for item in evidence] == [Outcome.PROVED, Outcome.PASSED]
    assert "for every dimension" in evidence[0].detail


def stating(name, change):
    claim = CLAIMS[name]
    return replace(claim, conclusion=replace(claim.conclusion, stated=change(claim.conclusion.stated)))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("moment-second", lambda stated: stated - trace(B * S) * S / m),
        ("moment-second", lambda stated: stated + S * B * S / m),
        ("curvature-one-step", lambda stated: stated - S**3 * alpha**2 / m),
        ("curvature-one-step", lambda stated: stated * -1),
        ("curvature-fresh-3", lambda stated: stated + trace(S) * S * (alpha**6 / m**3)),
        ("noise-floor-one-step", lambda stated: stated * 2),
        ("noise-floor-population", lambda stated: stated + trace(S)),
        ("adapted-error-2", lambda stated: stated + SHAT * alpha),
        ("curvature-population-2", lambda stated: stated + S * B * S - B * S * S),
        ("gain-squared-distance", lambda stated: stated * 2),
        ("maml-optimum", lambda stated: stated * 2),
        ("same-covariance-no-gain", lambda stated: stated + vector("E[theta*]")),
        ("small-steps-gain-matrix", lambda stated: stated * sp.Rational(1, 2)),
    ],
    ids=map(str, range(13)),
)
def test_a_broken_statement_is_refuted_by_small_exact_matrices(name, change):
    broken = stating(name, change)
    first, second = judged(broken)
    assert first.outcome is Outcome.UNDECIDED
    assert second.outcome is Outcome.REFUTED
    assert second.counterexample["stated"] != second.counterexample["derived"]
    assert outcome(broken) == "refuted"


def test_a_difference_that_one_dimension_hides_is_found_in_two():
    """tr(S) S and S^2 agree for numbers."""
    broken = stating("moment-second", lambda stated: stated - trace(B * S) * S / m + B * S * S / m)
    counterexample = judged(broken)[1].counterexample
    assert counterexample["S"].count("[") > 2


CERTIFIED = CLAIMS["curvature-positive-definite"]


def test_the_certificate_of_positive_definiteness_is_checked_in_full():
    assert outcome(CERTIFIED) == "proved"
    assert {item.obligation for item in judged(CERTIFIED)} >= {Obligation.CONCLUSION, Obligation.POSITIVITY}


@pytest.mark.parametrize("dropped", range(3))
def test_a_certificate_with_a_square_missing_is_refuted(dropped):
    squares = tuple(square for index, square in enumerate(CERTIFIED.conclusion.squares) if index != dropped)
    assert outcome(replace(CERTIFIED, conclusion=PositiveDefinite(MatrixQuantity("curvature"), squares))) == "refuted"


def test_a_certificate_with_a_sign_that_may_be_wrong_is_not_a_proof():
    """Without m > 0 the squares still add up, but their coefficients may be negative."""
    unsigned = replace(CERTIFIED, hypotheses=(gt(alpha, 0),))
    assert outcome(unsigned) != "proved"


def test_a_sum_of_squares_without_the_identity_is_only_semidefinite():
    """Split the certificate so that no definite square is left: it adds up and proves nothing."""
    one = IDENTITY - S * alpha
    population = MatrixQuantity("curvature", replace(MatrixQuantity("curvature").setting, population=True))
    semidefinite = PositiveDefinite(population, (Square(sp.S.One, (), one, 1),))
    claim = replace(CERTIFIED, conclusion=semidefinite)
    assert outcome(claim) != "proved"
    assert any("only semidefinite" in item.detail for item in judged(claim))


def test_sampled_covariances_are_positive_definite_and_inverses_invert():
    arrays = sampled_matrices(["S", "H", "H^-1", "B", "|u"], 3, 4, random.Random(1))
    for name in ("S", "H"):
        assert np.linalg.eigvalsh(arrays[name].astype(float))[0] > 0
    np.testing.assert_array_equal(arrays["H"] @ arrays["H^-1"], np.eye(3, dtype=int))
    np.testing.assert_array_equal(arrays["B"], arrays["B"].T)
    assert arrays["|u"].shape == (3,)


def test_the_same_seed_gives_the_same_counterexample():
    broken = stating("curvature-one-step", lambda stated: stated * 3)
    assert judged(broken, seed=7)[1].counterexample == judged(broken, seed=7)[1].counterexample
