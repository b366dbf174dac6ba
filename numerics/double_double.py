"""Arithmetic with twice the digits of float64, on arrays: each number is an unevaluated sum of two floats.

What float64 loses where a polynomial nearly vanishes, about 32 digits keep. The error-free transformations are those
of Dekker (1971) and Knuth; they need neither a fused multiply-add nor a compiler.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from numerics.sampling import Floats

__all__ = ["DoubleDouble", "double_double"]

#: 2^27 + 1 splits the 53 bits of a float64 into two halves whose products are exact.
_SPLITTER = 134217729.0


class DoubleDouble:
    """An array of numbers ``high + low`` with ``|low|`` at most half a unit in the last place of ``high``.

    Operands may be other such arrays, floats, or integers below 2^53; a relative error of about 1e-31 each.

    Parameters
    ----------
    high, low : array or float
        The float64 nearest to the number, and what it lacks.
    """

    __slots__ = ("high", "low")

    def __init__(self, high: Floats | float, low: Floats | float = 0.0) -> None:
        self.high: Any = high
        self.low: Any = low

    def __neg__(self) -> DoubleDouble:
        return DoubleDouble(-self.high, -self.low)

    def __add__(self, other: DoubleDouble | float) -> DoubleDouble:
        right = _lift(other)
        total, error = _two_sum(self.high, right.high)
        lower, lower_error = _two_sum(self.low, right.low)
        total, error = _quick_two_sum(total, error + lower)
        return DoubleDouble(*_quick_two_sum(total, error + lower_error))

    __radd__ = __add__

    def __sub__(self, other: DoubleDouble | float) -> DoubleDouble:
        return self + (-_lift(other))

    def __rsub__(self, other: float) -> DoubleDouble:
        return (-self) + other

    def __mul__(self, other: DoubleDouble | float) -> DoubleDouble:
        right = _lift(other)
        product, error = _two_product(self.high, right.high)
        return DoubleDouble(*_quick_two_sum(product, error + (self.high * right.low + self.low * right.high)))

    __rmul__ = __mul__

    def __truediv__(self, other: DoubleDouble | float) -> DoubleDouble:
        right = _lift(other)
        quotient = DoubleDouble(self.high / right.high)
        rest = self - right * quotient
        correction = rest.high / right.high
        rest = rest - right * correction
        result: DoubleDouble = quotient + correction + rest.high / right.high
        return result

    def __rtruediv__(self, other: float) -> DoubleDouble:
        return _lift(other) / self

    def __pow__(self, exponent: int) -> DoubleDouble:
        """Return a power with an exponent of at least 1."""
        power = self
        for _ in range(exponent - 1):
            power = power * self
        return power

    def rounded(self) -> Floats:
        """Return the nearest float64s."""
        return np.asarray(self.high + self.low, dtype=np.float64)


def double_double(numerator: int, denominator: int) -> DoubleDouble:
    """Return the constant ``numerator / denominator``: the maker of constants for ``theory.arithmetic.evaluate``."""
    whole = DoubleDouble(float(numerator))
    return whole if denominator == 1 else whole / float(denominator)


def _lift(value: DoubleDouble | float) -> DoubleDouble:
    return value if isinstance(value, DoubleDouble) else DoubleDouble(value)


def _two_sum(a: Any, b: Any) -> tuple[Any, Any]:
    """Return a rounded sum and its error, exactly."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


def _quick_two_sum(a: Any, b: Any) -> tuple[Any, Any]:
    """Return a rounded sum and its error, exactly, where ``|a| >= |b|``."""
    total = a + b
    return total, b - (total - a)


def _two_product(a: Any, b: Any) -> tuple[Any, Any]:
    """Return a rounded product and its error, exactly, short of overflow and underflow."""
    product = a * b
    a_high, a_low = _split(a)
    b_high, b_low = _split(b)
    return product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low


def _split(a: Any) -> tuple[Any, Any]:
    spread = _SPLITTER * a
    high = spread - (spread - a)
    return high, a - high
