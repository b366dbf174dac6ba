from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from theory.words import IDENTITY, Polynomial, bilinear, letter, scalar, trace, vector

A, B, S = letter("A"), letter("B"), letter("S")
a = sp.Symbol("a")
u, v = vector("u"), vector("v")

polynomials = st.recursive(
    st.sampled_from([A, B, S, IDENTITY]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: pair[0] + pair[1]),
        st.tuples(inner, inner).map(lambda pair: pair[0] * pair[1]),
        st.tuples(inner, inner).map(lambda pair: trace(pair[0]) * pair[1]),
        st.tuples(inner, st.integers(-3, 3)).map(lambda pair: pair[0] * (pair[1] * a)),
    ),
    max_leaves=6,
)
ARRAYS = {
    name: np.array([[Fraction(x) for x in row] for row in rows], dtype=object)
    for name, rows in {"A": [[1, 2], [2, -1]], "B": [[0, 1], [1, 3]], "S": [[2, 1], [1, 2]]}.items()
}
VECTORS = {"|u": np.array([Fraction(1), Fraction(-2)]), "|v": np.array([Fraction(3), Fraction(1, 2)])}


def at_values(polynomial):
    return polynomial.evaluate(ARRAYS | VECTORS, {a: Fraction(2, 3)})


@given(polynomials, polynomials)
def test_products_and_sums_evaluate_as_matrices_do(left, right):
    np.testing.assert_array_equal(at_values(left * right), at_values(left) @ at_values(right))
    np.testing.assert_array_equal(at_values(left + right), at_values(left) + at_values(right))
    np.testing.assert_array_equal(at_values(left.transpose()), at_values(left).T)


@given(polynomials, polynomials)
def test_traces_do_not_see_rotations_and_transpositions(left, right):
    assert trace(left * right).same_as(trace(right * left))
    assert trace(left).same_as(trace(left.transpose()))


@given(polynomials)
def test_bilinear_forms_do_not_see_transpositions(matrix):
    assert bilinear(u, matrix, v).same_as(bilinear(v, matrix.transpose(), u))
    assert at_values(bilinear(u, matrix, v)) == VECTORS["|u"] @ at_values(matrix) @ VECTORS["|v"]


def test_products_do_not_commute():
    assert not (A * B).same_as(B * A)
    assert not trace(A * B * A * B).same_as(trace(A * A * B * B))


def test_a_letter_beside_its_inverse_cancels_also_around_a_trace():
    inverse = letter("S^-1")
    assert (S * inverse * A).same_as(A)
    assert (inverse * S).same_as(IDENTITY)
    assert trace(inverse * A * S).same_as(trace(A))


def test_numbers_beside_matrices_are_multiples_of_the_identity():
    assert ((1 - a * S) * (1 + a * S)).same_as(IDENTITY - S * S * a**2)
    assert (S + 2).same_as(S + IDENTITY * 2)


def test_a_scalar_is_not_a_multiple_of_the_identity():
    with pytest.raises(TypeError, match="cannot add"):
        trace(A) + A


def test_a_vector_cannot_be_multiplied_by_a_matrix_from_the_right():
    with pytest.raises(TypeError, match="vector times a matrix"):
        u * A


def test_a_number_cannot_be_added_to_a_vector():
    with pytest.raises(TypeError, match="cannot add a number to a vector"):
        u + 1


def test_negative_powers_are_refused_with_the_remedy():
    with pytest.raises(ValueError, match="write the inverse as a letter"):
        S**-1


def test_substitution_reaches_open_and_closed_words():
    polynomial = trace(A * S) * S + S * A
    replaced = polynomial.substitute({"A": S * a})
    assert replaced.same_as(trace(S * S) * S * a + S * S * a)


def test_substitution_of_a_vector_in_a_bilinear_form():
    form = bilinear(u, A, v)
    assert form.substitute({"|u": B * v}).same_as(bilinear(v, B * A, v))


def test_at_scalars_counts_the_dimension_in_every_trace():
    rho, d = sp.symbols("rho d")
    assert (trace(S * S) * S + IDENTITY * a).at_scalars({"S": rho}, d) == sp.expand(d * rho**3 + a)


def test_coefficient_picks_a_power():
    assert ((1 - a * S) ** 2).coefficient(a, 1).same_as(S * -2)


def test_zero_evaluates_to_zero_of_the_right_shape():
    assert at_values(A - A).shape == (2, 2)
    assert at_values(Polynomial({}, "scalar")) == 0
    assert at_values(u - u).shape == (2,)


def test_batches_evaluate_like_their_members():
    generator = np.random.default_rng(0)
    stack = generator.normal(size=(4, 3, 3))
    stack = stack + stack.transpose(0, 2, 1)
    polynomial = trace(S * S) * S + S**3 * a
    values = generator.normal(size=4)
    batched = polynomial.evaluate({"S": stack}, {a: values}, lambda p, q: p / q)
    for index in range(4):
        single = polynomial.evaluate({"S": stack[index]}, {a: values[index]}, lambda p, q: p / q)
        np.testing.assert_allclose(batched[index], single, rtol=1e-13)


def test_scalars_and_matrices_have_distinct_units():
    assert scalar(1).kind == "scalar"
    assert (scalar(2) * A).same_as(A * 2)
