"""The oracle for moments: enumerate every pairing of Gaussian legs (Isserlis), sharing nothing with the library."""

from fractions import Fraction


def pairings(legs):
    if not legs:
        yield []
        return
    first, *rest = legs
    for index, partner in enumerate(rest):
        for others in pairings(rest[:index] + rest[index + 1 :]):
            yield [(first, partner), *others]


def multiply(a, b):
    return [[sum(x * y for x, y in zip(row, column, strict=True)) for column in zip(*b, strict=True)] for row in a]


def transpose(a):
    return [list(row) for row in zip(*a, strict=True)]


def trace(a):
    return sum(a[i][i] for i in range(len(a)))


def expected_product(fixed, covariance, samples):
    """E[B_0 Shat B_1 Shat ... B_N] for matrices B_0..B_N as nested lists, by all (2N-1)!! pairings.

    Copy k has a left leg 2k, which B_k ends in, and a right leg 2k + 1, which B_{k+1} begins at.
    """
    copies, size = len(fixed) - 1, len(covariance)
    total = [[Fraction(0)] * size for _ in range(size)]
    for pairing in pairings(list(range(2 * copies))):
        partner = {a: b for pair in pairing for a, b in (pair, pair[::-1])}
        weight = Fraction(samples) ** (components(pairing, copies) - copies)
        visited = set()
        chain, leg = fixed[0], 0
        while leg < 2 * copies:
            chain, leg = cross(chain, leg, partner, fixed, covariance, visited)
        for start in range(0, 2 * copies, 2):
            if start in visited:
                continue
            loop, leg = [[Fraction(int(i == j)) for j in range(size)] for i in range(size)], start
            while True:
                loop, leg = cross(loop, leg, partner, fixed, covariance, visited)
                if leg == start:
                    break
            weight *= trace(loop)
        total = [[t + weight * c for t, c in zip(*rows, strict=True)] for rows in zip(total, chain, strict=True)]
    return total


def cross(chain, leg, partner, fixed, covariance, visited):
    """Go from a leg over its contraction and the fixed matrix behind it to the next leg."""
    other = partner[leg]
    visited |= {leg, other}
    chain = multiply(chain, covariance)
    copy, is_right = divmod(other, 2)
    if is_right:
        return multiply(chain, fixed[copy + 1]), 2 * (copy + 1)
    return multiply(chain, transpose(fixed[copy])), 2 * copy - 1


def components(pairing, copies):
    """Number of free sample indices: copies joined by a contraction share theirs."""
    label = list(range(copies))
    for a, b in pairing:
        old, new = label[a // 2], label[b // 2]
        label = [new if item == old else item for item in label]
    return len(set(label))
