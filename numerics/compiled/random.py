"""Random numbers by the thousand, in loops that a compiler turns into vector instructions.

xoshiro256++ (Blackman and Vigna 2021), 32 copies side by side with independent seeds; normals by Box and Muller's
transform, chi-squares by Marsaglia and Tsang's rejection. Every number is computed in double precision.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["LANES", "chi_squares", "normals", "seeded", "uniforms"]

LANES = 32
# Numbers that are drawn at a time for entries that a rejection left open.
_SPARE = LANES

_LN2 = 0.6931471805599453
_SQRT2 = 1.4142135623730951
_HALF_PI = 1.5707963267948966
_EXPONENT_OF_ONE = np.uint64(0x3FF0000000000000)
_MANTISSA = np.uint64(0x000FFFFFFFFFFFFF)


def seeded(seed: np.random.SeedSequence) -> NDArray[np.uint64]:
    """Return the state of a stream.

    Parameters
    ----------
    seed : numpy.random.SeedSequence
        Its seed.

    Returns
    -------
    array, shape (4, LANES)
    """
    # All zeros is the one state that xoshiro cannot leave; no seed of 256 bits hits it in practice, and none may.
    state = np.asarray(seed.generate_state(4 * LANES, np.uint64), dtype=np.uint64).reshape(4, LANES)
    state[0] |= np.uint64(1) * (state == 0).all(axis=0)
    return state


@njit(cache=True, nogil=True, error_model="numpy")
def bits(state: Any, out: Any) -> None:
    """Fill an array, whose length is a multiple of LANES, with random 64-bit integers."""
    for start in range(0, len(out), LANES):
        for lane in range(LANES):
            s0, s1, s2, s3 = state[0, lane], state[1, lane], state[2, lane], state[3, lane]
            total = s0 + s3
            out[start + lane] = ((total << np.uint64(23)) | (total >> np.uint64(41))) + s0
            shifted = s1 << np.uint64(17)
            s2 ^= s0
            s3 ^= s1
            s1 ^= s2
            s0 ^= s3
            s2 ^= shifted
            s3 = (s3 << np.uint64(45)) | (s3 >> np.uint64(19))
            state[0, lane], state[1, lane], state[2, lane], state[3, lane] = s0, s1, s2, s3


@njit(cache=True, nogil=True, error_model="numpy")
def padded(count: int) -> int:
    """Return the next multiple of LANES."""
    return (count + LANES - 1) // LANES * LANES


@njit(cache=True, nogil=True, error_model="numpy")
def uniforms(state: Any, out: Any, scratch: Any) -> None:
    """Fill an array with uniform numbers from (0, 1], multiples of 2^-52; scratch has the padded length."""
    count = padded(len(out))
    raw = scratch[:count]
    bits(state, raw)
    for i in range(count):
        raw[i] = (raw[i] >> np.uint64(12)) | _EXPONENT_OF_ONE
    one_to_two = raw.view(np.float64)
    for i in range(len(out)):
        out[i] = 2.0 - one_to_two[i]


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract", "reassoc"})
def normals(state: Any, out: Any, scratch: Any) -> None:
    """Fill an array, whose length is a multiple of 2 LANES, with standard normals; scratch has the same length."""
    half = len(out) // 2
    raw, angles = scratch[:half], scratch[half : 2 * half]
    bits(state, raw)
    bits(state, angles)
    radii, others = out[:half], out[half:]
    for i in range(half):
        raw[i] = (raw[i] >> np.uint64(12)) | _EXPONENT_OF_ONE
    one_to_two = raw.view(np.float64)
    for i in range(half):
        radii[i] = 2.0 - one_to_two[i]
    patterns = radii.view(np.uint64)
    # The logarithm, by its series in s = (x - 1) / (x + 1) for a mantissa x between the roots of 1/2 and 2.
    for i in range(half):
        raw[i] = (patterns[i] & _MANTISSA) | _EXPONENT_OF_ONE
    for i in range(half):
        exponent = np.float64(np.int64(patterns[i] >> np.uint64(52)) - 1023)
        mantissa = one_to_two[i]
        large = mantissa > _SQRT2
        exponent = exponent + 1.0 if large else exponent
        mantissa = 0.5 * mantissa if large else mantissa
        s = (mantissa - 1.0) / (mantissa + 1.0)
        s2 = s * s
        series = 1 / 19 + s2 * (1 / 21)
        series = 1 / 17 + s2 * series
        series = 1 / 15 + s2 * series
        series = 1 / 13 + s2 * series
        series = 1 / 11 + s2 * series
        series = 1 / 9 + s2 * series
        series = 1 / 7 + s2 * series
        series = 1 / 5 + s2 * series
        series = 1 / 3 + s2 * series
        logarithm = exponent * _LN2 + 2.0 * s * (1.0 + s2 * series)
        radii[i] = np.sqrt(-2.0 * logarithm)
    # An angle within 45 degrees of an axis, which two more bits choose.
    for i in range(half):
        raw[i] = angles[i]
        angles[i] = (angles[i] >> np.uint64(12)) | _EXPONENT_OF_ONE
    turns = angles.view(np.float64)
    for i in range(half):
        t = (turns[i] - 1.5) * _HALF_PI
        t2 = t * t
        sine = -1 / 1307674368000
        sine = 1 / 6227020800 + t2 * sine
        sine = -1 / 39916800 + t2 * sine
        sine = 1 / 362880 + t2 * sine
        sine = -1 / 5040 + t2 * sine
        sine = 1 / 120 + t2 * sine
        sine = -1 / 6 + t2 * sine
        sine = t * (1.0 + t2 * sine)
        cosine = 1 / 20922789888000
        cosine = -1 / 87178291200 + t2 * cosine
        cosine = 1 / 479001600 + t2 * cosine
        cosine = -1 / 3628800 + t2 * cosine
        cosine = 1 / 40320 + t2 * cosine
        cosine = -1 / 720 + t2 * cosine
        cosine = 1 / 24 + t2 * cosine
        cosine = -1 / 2 + t2 * cosine
        cosine = 1.0 + t2 * cosine
        axis = np.int64(raw[i] & np.uint64(3))
        odd = (axis & 1) == 1
        first = sine if odd else cosine
        second = cosine if odd else sine
        radius = radii[i]
        # A quarter turn takes (c, s) to (-s, c), (-c, -s) and (s, -c).
        radii[i] = radius * first * (1.0 - np.float64((axis ^ (axis >> 1)) & 1) * 2.0)
        others[i] = radius * second * (1.0 - np.float64(axis & 2))


@njit(cache=True, nogil=True, error_model="numpy")
def chi_squares(state: Any, degrees: int, out: Any, spare: Any, uniform: Any, scratch: Any) -> None:
    """Fill an array with chi-squares with at least one degree of freedom.

    ``spare`` and ``uniform`` take normals and uniform numbers, ``scratch`` bits; each has at least the length of
    ``out`` padded to 2 LANES, and at least 2 LANES.
    """
    count = len(out)
    some = 2 * padded((count + 1) // 2)
    normals(state, spare[:some], scratch)
    if degrees == 1:
        for i in range(count):
            out[i] = spare[i] * spare[i]
        return
    uniforms(state, uniform[:count], scratch)
    shape = 0.5 * degrees - 1 / 3
    scale = 1.0 / np.sqrt(9.0 * shape)
    rejected = 0
    for i in range(count):
        x = spare[i]
        root = 1.0 + scale * x
        v = root * root * root
        u = uniform[i]
        accepted = v > 0.0 and (
            u < 1.0 - 0.0331 * x * x * x * x or np.log(u) < 0.5 * x * x + shape * (1.0 - v + np.log(v))
        )
        if accepted:
            out[i] = 2.0 * shape * v
        else:
            out[i] = -1.0
            rejected += 1
    if rejected == 0:
        return
    used = 2 * _SPARE
    for i in range(count):
        while out[i] < 0.0:
            if used == 2 * _SPARE:
                normals(state, spare[: 2 * _SPARE], scratch)
                uniforms(state, uniform[: 2 * _SPARE], scratch)
                used = 0
            x, u = spare[used], uniform[used]
            used += 1
            root = 1.0 + scale * x
            v = root * root * root
            if v > 0.0 and np.log(u) < 0.5 * x * x + shape * (1.0 - v + np.log(v)):
                out[i] = 2.0 * shape * v
