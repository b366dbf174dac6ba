import importlib.util
import random
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import sympy as sp

from theory import moments
from theory.moments import IsotropicMoment, expectation
from theory.symbols import d, m
from theory.words import IDENTITY, letter, scalar, trace

_spec = importlib.util.spec_from_file_location("pairings", Path(__file__).with_name("pairings.py"))
oracle = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(oracle)

SHAT, S, B, C = letter("Shat"), letter("S"), letter("B"), letter("C")


def symmetric(generator, size):
    half = [[Fraction(generator.randint(-3, 3), generator.randint(1, 3)) for _ in range(size)] for _ in range(size)]
    return [[half[i][j] + half[j][i] for j in range(size)] for i in range(size)]


def covariance(generator, size):
    half = symmetric(generator, size)
    square = oracle.multiply(half, half)
    return [[square[i][j] + (1 if i == j else 0) for j in range(size)] for i in range(size)]


def as_array(rows):
    return np.array(rows, dtype=object)


WORDS = [
    ("I",),
    ("B", "S"),
    ("I", "I", "I"),
    ("B", "C", "S"),
    ("I", "B", "S", "C"),
    ("S", "I", "I", "I"),
    ("B", "C", "B", "S", "C"),
    ("I", "I", "B", "I", "I"),
]


@pytest.mark.parametrize("between", WORDS, ids="-".join)
@pytest.mark.parametrize("size", [1, 2])
@pytest.mark.parametrize("samples", [1, 3])
def test_expectation_equals_the_sum_over_all_pairings(between, size, samples):
    generator = random.Random(f"{between}{size}{samples}")
    matrices = {"B": symmetric(generator, size), "C": symmetric(generator, size), "S": covariance(generator, size)}
    identity = [[Fraction(int(i == j)) for j in range(size)] for i in range(size)]
    fixed = [matrices.get(name, identity) for name in between]
    product = IDENTITY
    for index, name in enumerate(between):
        product = product * (SHAT if index else IDENTITY) * (IDENTITY if name == "I" else letter(name))
    derived = expectation(product, m)
    arrays = {name: as_array(rows) for name, rows in matrices.items()}
    brute = oracle.expected_product(fixed, matrices["S"], samples)
    np.testing.assert_array_equal(derived.evaluate(arrays, {m: Fraction(samples)}), as_array(brute))


def test_the_oracle_notices_a_lost_contraction(monkeypatch):
    """The comparison above can fail: leave out the contractions that close a loop, and it does."""
    monkeypatch.setattr(
        moments,
        "_partners",
        lambda rest, closed, word: [item for item in original(rest, closed, word) if len(item[1]) <= len(closed)],
    )
    moments._contractions.cache_clear()
    wrong = expectation(SHAT * B * SHAT, m)
    moments._contractions.cache_clear()
    assert not wrong.same_as(S * B * S + (S * B * S + trace(B * S) * S) / m)


original = moments._partners


def test_a_trace_of_sample_covariances_equals_the_trace_of_the_expectation():
    product = SHAT * B * SHAT * SHAT
    assert expectation(trace(product), m).same_as(trace(expectation(product, m)))


def test_a_trace_meets_an_open_word_both_ways_round():
    """The letters between two legs of a trace are read forwards for one partner and backwards for the other."""
    derived = expectation(trace(SHAT * B * C) * SHAT, m)
    assert derived.same_as(trace(S * B * C) * S + (S * B * C * S + S * C * B * S) / m)


def test_a_product_of_traces_in_one_dimension_is_a_power():
    """In one dimension tr(Shat)^3 is the third moment of chi^2_m / m."""
    product = trace(SHAT) * trace(SHAT) * trace(SHAT)
    value = expectation(product, m).at_scalars({"S": sp.S.One}, sp.S.One)
    assert sp.expand(value - (1 + 2 / m) * (1 + 4 / m)) == 0


@pytest.mark.parametrize("power", range(1, 7))
def test_one_dimension_gives_the_moments_of_chi_squared(power):
    derived = IsotropicMoment(power).expression().subs(d, 1)
    assert sp.expand(derived - sp.prod([1 + sp.Integer(2 * i) / m for i in range(power)])) == 0


@pytest.mark.parametrize("power", range(1, 7))
def test_one_sample_gives_the_moments_of_a_squared_norm(power):
    """For m = 1, Shat^j = |x|^(2j-2) x x', and E[|x|^(2j-2) x x'] = (d+2)(d+4)...(d+2j-2) I."""
    derived = IsotropicMoment(power).expression().subs(m, 1)
    assert sp.expand(derived - sp.prod([d + 2 * i for i in range(1, power)])) == 0


def test_an_infinite_sample_leaves_the_covariance():
    assert expectation(SHAT * B * SHAT * SHAT, sp.oo).same_as(S * B * S * S)


@pytest.mark.parametrize("samples", [1, 2, 3])
def test_symbolic_and_substituted_sample_counts_agree(samples):
    word = SHAT * B * SHAT * SHAT
    substituted = expectation(word, m).map_coefficients(lambda value: value.subs(m, samples))
    assert expectation(word, sp.Integer(samples)).same_as(substituted)


def test_expectation_is_linear_in_symbolic_coefficients():
    a, b = sp.symbols("a b")
    combined = expectation((SHAT * a + SHAT * SHAT * b) * a, m)
    separate = expectation(SHAT, m) * a**2 + expectation(SHAT**2, m) * (a * b)
    assert combined.same_as(separate)


def test_a_constant_is_its_own_expectation():
    assert expectation(B * C, m).same_as(B * C)
    assert expectation(scalar(7), m).same_as(scalar(7))


def test_commuting_covariances_give_scalars_with_power_sums():
    """Per eigenvalue, E[Shat^2] = lam^2 (1 + 1/m) + lam tr(S)/m."""
    lam, total = sp.symbols("lam t")
    value = expectation(SHAT**2, m).at_eigenvalues({"S": lam}, lambda word: {1: total}[len(word)])
    assert sp.expand(value - (lam**2 * (1 + 1 / m) + lam * total / m)) == 0


def test_float_and_exact_evaluation_agree():
    generator = random.Random(5)
    sigma = covariance(generator, 3)
    exact = expectation(SHAT**4, m).evaluate({"S": as_array(sigma)}, {m: Fraction(5)})
    floats = expectation(SHAT**4, m).evaluate({"S": as_array(sigma).astype(float)}, {m: 5.0}, number=lambda p, q: p / q)
    np.testing.assert_allclose(floats, exact.astype(float), rtol=1e-13)


def test_twelve_copies_have_as_many_terms_as_measured_before():
    """K = 6 reused steps: 270 distinct terms."""
    word = (SHAT**6) * S * (SHAT**6)
    assert len(expectation(word, m).terms) == 270
