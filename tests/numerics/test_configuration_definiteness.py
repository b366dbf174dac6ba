"""The exact decision whether a matrix is a covariance, against the principal minors that define it."""

from decimal import Decimal
from itertools import combinations

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from numerics.configuration.definiteness import EXACT_DIMENSION, asymmetric_entry, smallest_eigenvalue

# Small integers meet singular and barely indefinite matrices often; the powers put them out of float64's reach.
SYMMETRIC = st.builds(
    lambda entries, power: tuple(
        tuple(Decimal(entries[3 * max(i, j) + min(i, j)]).scaleb(power) for j in range(3)) for i in range(3)
    ),
    st.lists(st.integers(-2, 4), min_size=9, max_size=9),
    st.sampled_from([0, -300, 300]),
)


def sign_by_minors(matrix):
    """Sylvester's criterion: 1 if all principal minors are positive, 0 if none is negative, -1 otherwise."""
    exact = sympy.Matrix([[sympy.Rational(str(entry)) for entry in row] for row in matrix])
    sets = [list(rows) for size in (1, 2, 3) for rows in combinations(range(3), size)]
    minors = [exact.extract(rows, rows).det() for rows in sets]
    return min(int(sympy.sign(minor)) for minor in minors)


@given(SYMMETRIC)
def test_the_sign_is_that_of_the_principal_minors(matrix):
    sign, estimate = smallest_eigenvalue(matrix)

    assert sign == sign_by_minors(matrix)
    assert estimate == 0 or np.sign(estimate) == sign


@pytest.mark.parametrize(("excess", "sign"), [("1e-25", 1), ("0", 0), ("-1e-25", -1)])
@pytest.mark.parametrize("dimension", [2, 40, EXACT_DIMENSION])
def test_float64_never_has_the_last_word_within_the_exact_dimensions(excess, sign, dimension):
    # Twice the identity with a border of ones: its Schur complement is the corner less (d - 1)/2, here the excess.
    rows = [(*(Decimal(2 * (i == j)) for j in range(dimension - 1)), Decimal(1)) for i in range(dimension - 1)]
    corner = Decimal(dimension - 1) / 2 + Decimal(excess)

    assert smallest_eigenvalue((*rows, (*[Decimal(1)] * (dimension - 1), corner))) == (sign, 0.0)


def test_the_first_asymmetric_pair_is_found():
    matrix = ((1, 2, 3), (2, 1, 5), (3, 4, 1))

    assert asymmetric_entry(matrix) == (1, 2)
    assert asymmetric_entry(((1, 2), (2, 1))) is None
