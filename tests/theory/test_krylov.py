"""The rows that the projected sampler draws have the moments of Gaussian data, derived in a way of their own."""

import pytest
import sympy as sp

import theory.krylov as krylov
from proofs_check.verify import verify
from theory.claims.sampler import CLAIMS
from theory.krylov import KrylovMoment
from theory.moments import IsotropicMoment
from theory.symbols import d, m


@pytest.mark.parametrize("power", range(1, 8))
def test_it_agrees_with_integration_by_parts(power):
    assert sp.expand(KrylovMoment(power).expression() - IsotropicMoment(power).expression()) == 0


@pytest.mark.parametrize("power", range(1, 6))
def test_one_sample_and_one_dimension_are_chi_squares(power):
    moment = KrylovMoment(power).expression()

    # (chi^2_m / m)^j in one dimension; |x|^(2j-2) x_1^2 for one sample.
    assert sp.expand(moment.subs(d, 1) - sp.prod([1 + sp.Integer(2 * i) / m for i in range(power)])) == 0
    assert sp.expand(moment.subs(m, 1) - sp.prod([d + 2 * i for i in range(1, power)])) == 0


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_the_claims_are_proved(claim):
    [(_, verdict)] = verify([claim], budget="small").verdicts

    assert verdict.outcome == "proved"


def without_losing_a_degree(degrees, power):
    return true_chi_square(degrees + (1 if degrees.as_expr() == m - 1 else 0), power)


def gaussian_moments_of_the_next_order(degrees, power):
    return true_chi_square(degrees, power) + (2 if power == 2 else 0)


true_chi_square = krylov._chi_square


@pytest.mark.parametrize("wrong", [without_losing_a_degree, gaussian_moments_of_the_next_order])
def test_rows_of_another_law_are_refuted(monkeypatch, wrong):
    monkeypatch.setattr(krylov, "_chi_square", wrong)
    krylov._moment.cache_clear()
    claim = next(claim for claim in CLAIMS if claim.name == "sampler.krylov-moment-4")

    try:
        [(_, verdict)] = verify([claim], budget="small").verdicts
    finally:
        krylov._moment.cache_clear()

    assert verdict.outcome == "refuted"
    assert verdict.counterexample
