"""The task population: what is said of its matrices."""

from fractions import Fraction

import numpy as np
import pytest

from theory.mixture import are_isotropic

EYE = np.eye(3)


@pytest.mark.parametrize(
    ("matrices", "expected"),
    [
        (0.1 * EYE, True),
        (np.zeros((3, 3)), True),
        (np.stack([EYE, 2 * EYE]), True),
        (np.array([[Fraction(1, 3), Fraction(0)], [Fraction(0), Fraction(1, 3)]]), True),
        (np.stack([EYE, np.diag([1.0, 1.0, 1.0 + 1e-15])]), False),
        (EYE + 1e-300 * (1 - EYE), False),
        (np.array([[Fraction(1, 3), Fraction(0)], [Fraction(0), Fraction(1, 2)]]), False),
        (np.full((2, 2), np.nan), False),
    ],
)
def test_isotropic_is_a_multiple_of_the_identity_to_the_last_digit(matrices, expected):
    assert are_isotropic(matrices) is expected
