"""How much room the hypotheses of a claim leave: an exact point that satisfies them, and their share of a box."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy as sp
from flint import fmpq

from proofs_check.budget import budget_named
from proofs_check.compiled import CompiledGoal
from proofs_check.goal import Goal, definitions_of
from proofs_check.refute import as_strings
from proofs_check.solvers import Solvers
from proofs_check.space import Range, Space
from proofs_check.vacuity import find_witness
from proofs_check.view import View, ring_of
from theory.claim import Claim
from theory.errors import ClaimError
from theory.formula import And

__all__ = ["Occupancy", "occupancy"]

#: How far a box goes where the hypotheses set no bound.
WIDTH = 4
#: Random coordinates are multiples of the width over this.
GRID = 2**20


@dataclass(frozen=True)
class Occupancy:
    """How much of a box satisfies a claim's hypotheses.

    Parameters
    ----------
    box : mapping from str to (str, str)
        Exact bounds of each symbol, both included; integers take the integers in them.
    samples, admitted : int
        How many points were drawn, uniformly, and how many of them satisfy all hypotheses.
    witness : mapping from str to str, optional
        A point that does, exact.
    seed : int
        Makes the draw repeatable.
    """

    box: Mapping[str, tuple[str, str]]
    samples: int
    admitted: int
    witness: Mapping[str, str] | None
    seed: int

    @property
    def fraction(self) -> float:
        """The part of the points drawn that satisfies all hypotheses."""
        return self.admitted / self.samples

    @property
    def standard_error(self) -> float:
        """Of the fraction, with one success and one failure added, so that it is never 0."""
        shifted = (self.admitted + 1) / (self.samples + 2)
        return math.sqrt(shifted * (1 - shifted) / (self.samples + 2))

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON-ready data."""
        return {
            "box": {name: list(bounds) for name, bounds in self.box.items()},
            "samples": self.samples,
            "admitted": self.admitted,
            "fraction": self.fraction,
            "standard_error": self.standard_error,
            "witness": None if self.witness is None else dict(self.witness),
            "seed": self.seed,
        }


def occupancy(
    claim: Claim,
    *,
    box: Mapping[sp.Symbol, tuple[Fraction | int, Fraction | int]] | None = None,
    samples: int = 4_000,
    seed: int = 0,
    solvers: Solvers | None = None,
) -> Occupancy:
    """Measure how much of a box satisfies the hypotheses, and find an exact point that does.

    Parameters
    ----------
    claim : Claim
        Any claim with hypotheses; on matrices and mixtures, those on its symbols.
    box : mapping from symbol to (lower, upper), optional
        By default the bounds that the hypotheses set each symbol alone, and ``WIDTH`` onwards where there is none.
    samples : int
        How many points to draw.
    seed : int
        Makes the draw repeatable.
    solvers : Solvers, optional
        Asked for a witness where simple points are none; by default all that are installed.

    Raises
    ------
    ClaimError
        If the hypotheses contradict each other, or there are none.
    """
    if not claim.hypotheses:
        raise ClaimError(f"{claim.name} has no hypotheses on symbols")
    if solvers is None:
        with Solvers() as own:
            return occupancy(claim, box=box, samples=samples, seed=seed, solvers=own)
    goal = Goal(claim.hypotheses, definitions_of(claim), And(()), "the hypotheses")
    space, compiled = Space(goal, View(goal, ring_of(goal))), CompiledGoal(goal)
    bounds = {
        symbol: _bounds(stated, (box or {}).get(symbol))
        for symbol, stated in zip(goal.symbols, space.ranges, strict=True)
    }
    generator = random.Random(f"{seed} {claim.name} box")
    admitted = sum(
        compiled.admits(tuple(_draw(*bounds[s], integer=s in goal.integers, generator=generator) for s in goal.symbols))
        for _ in range(samples)
    )
    witness = find_witness(goal, claim.name, budget_named("small"), solvers)
    used = {symbol for hypothesis in claim.hypotheses for symbol in hypothesis.symbols}
    return Occupancy(
        {str(symbol): (str(low), str(high)) for symbol, (low, high) in bounds.items() if symbol in used},
        samples,
        admitted,
        None if witness is None else as_strings({s: value for s, value in witness.items() if s in used}),
        seed,
    )


def _bounds(stated: Range, given: tuple[Fraction | int, Fraction | int] | None) -> tuple[fmpq, fmpq]:
    if given is not None:
        low, high = map(Fraction, given)
        return fmpq(low.numerator, low.denominator), fmpq(high.numerator, high.denominator)
    if stated.lower is not None:
        return stated.lower, stated.lower + WIDTH if stated.upper is None else stated.upper
    upper = fmpq(WIDTH, 2) if stated.upper is None else stated.upper
    return upper - WIDTH, upper


def _draw(low: fmpq, high: fmpq, *, integer: bool, generator: random.Random) -> fmpq:
    if integer:
        return fmpq(generator.randint(int(low.ceil()), int(high.floor())))
    return low + (high - low) * fmpq(generator.randint(0, GRID), GRID)
