"""Random numbers by the thousand, in loops that a compiler turns into vector instructions.

xoshiro256+ (Blackman and Vigna 2021), 16 copies side by side with independent seeds; normals by Box and Muller's
transform, chi-squares by Marsaglia and Tsang's rejection. Every number is computed in double precision. The lowest ten
bits of each 64 are not used: the very last ones of this generator are known to be linear.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = [
    "CHUNK",
    "LANES",
    "chi_squares",
    "chi_squares_of",
    "many_normals",
    "normals",
    "padded_pairs",
    "seeded",
    "uniforms",
]

LANES = 16
#: Numbers to draw at a time: enough to pay for a call, few enough to stay in the first-level cache.
CHUNK = 2048
# Numbers that are drawn at a time for entries that a rejection left open.
_SPARE = LANES

_LN2 = 0.6931471805599453
_HALF_PI = 1.5707963267948966
_EXPONENT_OF_ONE = np.uint64(0x3FF0000000000000)
_2_52 = 2.0**52
_EXPONENT_OF_2_52 = np.uint64(0x4330000000000000)
_ROOT_OF_TWO = np.uint64(0x3FF6A09E667F3BCD)


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
            out[start + lane] = s0 + s3
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


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract", "reassoc", "nsz"})
def normals(state: Any, out: Any, scratch: Any) -> None:
    """Fill an array, whose length is a multiple of 2 LANES, with standard normals; scratch has the same length."""
    half = len(out) // 2
    bits(state, scratch[: 2 * half])
    raw, angles = scratch[:half], scratch[half : 2 * half]
    radii, others = out[:half], out[half:]
    first, second = radii.view(np.uint64), others.view(np.uint64)
    numbers = raw.view(np.float64)
    for i in range(half):
        raw[i] = (raw[i] >> np.uint64(12)) | _EXPONENT_OF_ONE
    for i in range(half):
        radii[i] = 2.0 - numbers[i]
    # Uniform numbers from (0, 1] are 2^-k times a mantissa between the roots of 1/2 and 2; k is written as 2^52 + k.
    for i in range(half):
        power = (_ROOT_OF_TWO - first[i]) >> np.uint64(52)
        raw[i] = first[i] + (power << np.uint64(52))
        second[i] = power | _EXPONENT_OF_2_52
    # The radius. Dividing would take as long as the rest of the logarithm: a polynomial of degree 21 in its place.
    for i in range(half):
        power = others[i] - _2_52
        f = numbers[i] - 1.0
        square = f * f
        even = -0.0594377125876568
        even = -0.05669643772565927 + square * even
        even = -0.062025600107261776 + square * even
        even = -0.07148420480023412 + square * even
        even = -0.0833299913609137 + square * even
        even = -0.10000011277649974 + square * even
        even = -0.1249999978954668 + square * even
        even = -0.16666666668629757 + square * even
        even = -0.24999999999992914 + square * even
        even = -0.5 + square * even
        odd = 0.026259864395059444
        odd = 0.06444421108963665 + square * odd
        odd = 0.05686585537339873 + square * odd
        odd = 0.06682375886233116 + square * odd
        odd = 0.076916546465268 + square * odd
        odd = 0.09090921328672855 + square * odd
        odd = 0.11111111107647632 + square * odd
        odd = 0.1428571428268799 + square * odd
        odd = 0.2000000000003205 + square * odd
        odd = 0.3333333333333326 + square * odd
        logarithm = f + square * (even + f * odd) - power * _LN2
        radii[i] = np.sqrt(-2.0 * logarithm)
    # The angle, within 45 degrees of an axis, which two more bits choose.
    turns = angles.view(np.float64)
    for i in range(half):
        raw[i] = angles[i] >> np.uint64(10)
        angles[i] = (angles[i] >> np.uint64(12)) | _EXPONENT_OF_ONE
    for i in range(half):
        t = (turns[i] - 1.5) * _HALF_PI
        square = t * t
        sine = -1 / 1307674368000
        sine = 1 / 6227020800 + square * sine
        sine = -1 / 39916800 + square * sine
        sine = 1 / 362880 + square * sine
        sine = -1 / 5040 + square * sine
        sine = 1 / 120 + square * sine
        sine = -1 / 6 + square * sine
        sine = t * (1.0 + square * sine)
        cosine = 1 / 20922789888000
        cosine = -1 / 87178291200 + square * cosine
        cosine = 1 / 479001600 + square * cosine
        cosine = -1 / 3628800 + square * cosine
        cosine = 1 / 40320 + square * cosine
        cosine = -1 / 720 + square * cosine
        cosine = 1 / 24 + square * cosine
        cosine = -1 / 2 + square * cosine
        cosine = 1.0 + square * cosine
        radius = radii[i]
        radii[i], others[i] = radius * cosine, radius * sine
    # A quarter turn takes (c, s) to (-s, c), (-c, -s) and (s, -c): exchanged where the axis is odd, then signs flipped.
    for i in range(half):
        axis = raw[i]
        exchanged = (first[i] ^ second[i]) & (np.uint64(0) - (axis & np.uint64(1)))
        first[i] ^= exchanged ^ ((axis ^ (axis >> np.uint64(1))) << np.uint64(63))
        second[i] ^= exchanged ^ ((axis >> np.uint64(1)) << np.uint64(63))


@njit(cache=True, nogil=True, error_model="numpy")
def padded_pairs(count: int) -> int:
    """Return the next multiple of 2 LANES, at least one: what :func:`normals` can fill."""
    return 2 * padded(max(1, (count + 1) // 2))


@njit(cache=True, nogil=True, error_model="numpy")
def many_normals(state: Any, out: Any, scratch: Any) -> None:
    """Fill an array of any multiple of 2 LANES with standard normals, so many at a time that they stay in the cache.

    ``scratch`` has a length of CHUNK, or that of the array if it is shorter.
    """
    for start in range(0, len(out), CHUNK):
        normals(state, out[start : start + CHUNK], scratch)


@njit(cache=True, nogil=True, error_model="numpy")
def _decided(x: float, u: float, shape: float, scale: float) -> float:
    """Return the chi-square that a normal x becomes, or -1 if a uniform u rejects it."""
    root = 1.0 + scale * x
    v = root * root * root
    if v > 0.0 and np.log(u) < 0.5 * x * x + shape * (1.0 - v + np.log(v)):
        return 2.0 * shape * v
    return -1.0


@njit(cache=True, nogil=True, error_model="numpy")
def chi_squares(state: Any, degrees: int, out: Any, spare: Any, uniform: Any, scratch: Any) -> None:
    """Fill an array with chi-squares with at least one degree of freedom.

    ``spare`` and ``uniform`` take normals and uniform numbers, ``scratch`` bits; each has at least the length of
    ``out`` padded to 2 LANES, and at least 2 LANES.
    """
    count = len(out)
    normals(state, spare[: 2 * padded((count + 1) // 2)], scratch)
    if degrees > 1:
        uniforms(state, uniform[:count], scratch)
    chi_squares_of(state, degrees, out, spare, uniform, spare, uniform, scratch)


@njit(cache=True, nogil=True, error_model="numpy")
def chi_squares_of(
    state: Any, degrees: int, out: Any, given: Any, levels: Any, spare: Any, uniform: Any, scratch: Any
) -> None:
    """Turn normals and uniform numbers, ``given`` and ``levels``, into chi-squares; what is rejected is drawn anew.

    ``spare`` and ``uniform`` may be the same arrays as these, and are as for :func:`chi_squares`.
    """
    count = len(out)
    if degrees == 1:
        for i in range(count):
            out[i] = given[i] * given[i]
        return
    shape = 0.5 * degrees - 1 / 3
    scale = 1.0 / np.sqrt(9.0 * shape)
    # Nearly all are accepted by a bound that takes no logarithm: with t = scale x, the logarithm of what u is compared
    # with is at least -t^4 / (9 scale^2) for t > -1/4, and Marsaglia and Tsang's bound holds anywhere. The others are
    # marked, and decided one by one.
    waiting = 0
    for i in range(count):
        x = given[i]
        root = 1.0 + scale * x
        square = x * x
        steepness = scale * scale / 9.0 if root > 0.75 else 0.0331
        accepted = (root > 0.0) & (levels[i] < 1.0 - steepness * square * square)
        out[i] = 2.0 * shape * root * root * root if accepted else -1.0
        waiting += 0 if accepted else 1
    if waiting == 0:
        return
    for i in range(count):
        if out[i] < 0.0:
            out[i] = _decided(given[i], levels[i], shape, scale)
    used = 2 * _SPARE
    for i in range(count):
        while out[i] < 0.0:
            if used == 2 * _SPARE:
                normals(state, spare[: 2 * _SPARE], scratch)
                uniforms(state, uniform[: 2 * _SPARE], scratch)
                used = 0
            x, u = spare[used], uniform[used]
            used += 1
            out[i] = _decided(x, u, shape, scale)
