from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numerics.double_double import DoubleDouble, double_double

finite = st.floats(min_value=1e-8, max_value=1e8).flatmap(lambda x: st.sampled_from([x, -x]))
#: Relative error of one operation, generously.
CLOSE = Fraction(1, 2**98)


def exact(value):
    return Fraction(float(value.high)) + Fraction(float(value.low))


numbers = st.builds(lambda high, part: DoubleDouble(high) + part * high * 2.0**-53, finite, st.floats(-0.5, 0.5))


@given(numbers, numbers)
def test_products_and_quotients_have_about_thirty_digits(a, b):
    assert abs(exact(a * b) - exact(a) * exact(b)) <= CLOSE * abs(exact(a) * exact(b))
    assert abs(exact(a / b) - exact(a) / exact(b)) <= CLOSE * abs(exact(a) / exact(b))


@given(numbers, numbers)
def test_sums_have_about_thirty_digits_even_where_they_cancel(a, b):
    scale = abs(exact(a)) + abs(exact(b))

    assert abs(exact(a + b) - (exact(a) + exact(b))) <= CLOSE * scale
    assert abs(exact(a - b) - (exact(a) - exact(b))) <= CLOSE * scale


@given(finite, finite)
def test_a_product_of_floats_is_exact_as_one_of_floats_is_not(a, b):
    assert exact(DoubleDouble(a) * b) == Fraction(a) * Fraction(b)


def test_what_float64_loses_is_there():
    x = np.array([1 + 2.0**-30])
    naive = (x * x - 1) - 2.0**-29

    assert naive == [0.0]
    assert ((DoubleDouble(x) * x - 1) - 2.0**-29).rounded() == [2.0**-60]


def test_constants_powers_and_the_right_hand_side():
    third = double_double(1, 3)

    assert abs(exact(third) - Fraction(1, 3)) < Fraction(1, 2**104)
    assert abs(exact(third**3) - Fraction(1, 27)) < Fraction(1, 2**100)
    assert abs(exact(1 - third) - Fraction(2, 3)) < Fraction(1, 2**103)
    assert abs(exact(1 / third) - 3) < Fraction(1, 2**99)
    assert (-third).rounded() == pytest.approx(-1 / 3, rel=1e-16)
