"""Limits, exactly and for all parameter values: by orders of vanishing and leading coefficients."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from time import perf_counter

import sympy as sp
from flint import fmpq, fmpq_mpoly

from proofs_check.budget import Budget, Deadline
from proofs_check.compiled import CompiledGoal, Point
from proofs_check.goal import Goal, definitions_of
from proofs_check.hunt import Hunt
from proofs_check.limit_proof import LimitProof, Open, Splits
from proofs_check.prover import Prover
from proofs_check.rational import Quotient, to_fraction
from proofs_check.refute import as_strings, place
from proofs_check.series import Approach, LocalLimit
from proofs_check.space import Range, Space
from proofs_check.verdict import Evidence, Obligation, Outcome, Tier
from proofs_check.view import View, ring_of
from theory.claim import Claim, Limit
from theory.errors import ClaimError
from theory.formula import And, Formula, eq

__all__ = ["LimitProblem", "limit_goal"]

#: How close to its point the variable comes when a limit is looked at: below, and above.
DISTANCES = tuple(fmpq(sign, 10**k) for k in (4, 7, 10) for sign in (1, -1))


def limit_goal(claim: Claim) -> Goal:
    """Return a limit's hypotheses and definitions, with nothing to conclude but that its parts are defined."""
    assert isinstance(claim.conclusion, Limit)
    limit = claim.conclusion
    finite = [part for part in (limit.expression, limit.point, limit.value) if part not in (sp.oo, -sp.oo)]
    return Goal(claim.hypotheses, definitions_of(claim), And(tuple(eq(part, part) for part in finite)), "the limit")


class LimitProblem:
    """A claim that an expression tends to a value.

    Parameters
    ----------
    claim : Claim
        With a Limit conclusion.
    budget : Budget
        Limits of the search.
    seed : int
        Makes the search repeatable.
    """

    def __init__(self, claim: Claim, budget: Budget, seed: int) -> None:
        assert isinstance(claim.conclusion, Limit)
        self.claim, self.budget, self.limit = claim, budget, claim.conclusion
        self.goal = limit_goal(claim)
        for part, name in ((self.limit.point, "point"), (self.limit.value, "value")):
            if self.limit.variable in _base_symbols(part, self.goal):
                raise ClaimError(f"{claim.name}: the {name} {part} of a limit must be free of {self.limit.variable}")
        if self.limit.variable not in self.goal.symbols:
            raise ClaimError(f"{claim.name}: the limit's variable {self.limit.variable} occurs nowhere else")
        self.view = View(self.goal, ring_of(self.goal))
        self.approach = Approach(self.view, self.limit.variable, self.limit.point)
        self.quotient = self.view.read(self.limit.expression)
        self.local = self.approach.at_parameters(self.quotient)
        self.infinite = self.limit.value in (sp.oo, -sp.oo)
        self.compiled = CompiledGoal(self.goal)
        space = Space(self.goal, self.view)
        # The variable is where the hunt has no business: it is always on its way to the point.
        space.ranges[self.approach.position] = Range(fmpq(0), fmpq(0))
        surfaces = space.families(self._loci())
        self.hunt = Hunt(space, self._admits, self._fails, surfaces, f"{seed} {claim.name}")

    def __str__(self) -> str:
        stated = self.limit
        return f"{stated.expression} -> {stated.value} as {stated.variable} -> {stated.point}"

    @cached_property
    def stated(self) -> Quotient:
        """The finite value as stated."""
        return self.view.read(self.limit.value)

    @cached_property
    def difference(self) -> Quotient:
        """What tends to 0 if a finite limit is right, and to the same infinity if an infinite one is."""
        return self.quotient if self.infinite else self.view.ring.subtract(self.quotient, self.stated)

    def prove(self, prover: Prover, splits: Splits | None = None) -> Evidence:
        """Prove the limit: proved, or undecided with what stood in the way.

        Parameters
        ----------
        prover : Prover
            Of :attr:`goal`, for the signs of leading coefficients.
        splits : mapping, optional
            Case distinctions to make, from an earlier proof; by default they are looked for.
        """
        started = perf_counter()
        proof = LimitProof(self, prover, splits)
        try:
            backing, detail = proof.run()
        except Open as reason:
            detail = f"{self}: {reason}"
            seconds = perf_counter() - started
            return Evidence("flint", Obligation.CONCLUSION, Outcome.UNDECIDED, Tier.EXACT, seconds, detail)
        solvers = " and ".join(sorted(backing.provers - {"flint"}))
        method = f"flint with {solvers}" if solvers else "flint"
        seconds = perf_counter() - started
        made = [{"where": list(facts), "on": polynomial.str()} for facts, polynomial in proof.splits.items()]
        data = {"coordinates": prover.certifier(self.view).coordinates(), "cases": made}
        detail = f"{self}: {detail}"
        return Evidence(method, Obligation.CONCLUSION, Outcome.PROVED, backing.tier, seconds, detail, data=data)

    def scan(self) -> Evidence:
        """Compare with the true limit at exact parameters: refuted, or passed."""
        started = perf_counter()
        point = self.hunt.scan(self.budget.samples // 4, Deadline.after_work(self.budget.search_seconds))
        if point is None:
            detail = f"{self}: agrees with the exact limit at {self.hunt.tested} rational values of the parameters"
            outcome = Outcome.PASSED if self.hunt.tested else Outcome.NOT_RUN
            if self.hunt.undefined is not None:
                where = place(self._parameters(self.compiled.values(self.hunt.undefined)))
                detail = f"{self}: undefined {where}, which the hypotheses allow; add one that excludes it"
                outcome = Outcome.UNDECIDED
            seconds = perf_counter() - started
            data = {"points": self.hunt.tested}
            return Evidence("exact points", Obligation.CONCLUSION, outcome, Tier.TESTED, seconds, detail, data=data)
        return self.refutation(point, started)

    def search(self) -> Evidence:
        """Let Hypothesis look for parameters with another limit: refuted, or undecided."""
        started = perf_counter()
        deadline = Deadline.after_work(self.budget.search_seconds)
        point = self.hunt.with_hypothesis(self.budget.examples, deadline)
        if point is not None:
            return self.refutation(point, started)
        limit = f"{self.budget.search_seconds:g} s" if deadline.passed else f"{self.budget.examples} examples"
        found = f"{self.hunt.tested} admissible ones"
        detail = f"{self}: no parameters with another limit found within {limit} ({found})"
        seconds = perf_counter() - started
        return Evidence("search", Obligation.CONCLUSION, Outcome.UNDECIDED, Tier.TESTED, seconds, detail)

    def _parameters(self, values: Mapping[sp.Symbol, Fraction]) -> dict[str, str]:
        """Return everything but the variable."""
        return as_strings({symbol: value for symbol, value in values.items() if symbol != self.limit.variable})

    def witness(self) -> dict[sp.Symbol, Fraction] | None:
        """Return parameters at which the variable can come close to its point within the hypotheses, or ``None``."""
        space = self.hunt.space
        hunt = Hunt(space, self._admits, lambda point: True, (), f"witness {self.claim.name}")
        point = hunt.scan(self.budget.samples, Deadline.after_work(self.budget.search_seconds))
        if point is None:
            return None
        values = hunt.shrunk(point, Deadline.after_work(self.budget.shrink_seconds), in_pairs=False)
        return self.compiled.values(next(self._near(self.compiled.point(values))))

    def occurs(self, facts: tuple[Formula, ...], coefficient: fmpq_mpoly | None) -> bool:
        """Whether there are parameters that satisfy further facts and at which a coefficient, if any, is not zero.

        Parameters
        ----------
        facts : tuple of Formula
            On the parameters.
        coefficient : fmpq_mpoly or None
            A polynomial in the parameters.
        """
        case = LimitProblem(replace(self.claim, hypotheses=(*self.claim.hypotheses, *facts)), self.budget, 0)
        padded = case.approach.padded

        def wanted(point: Point) -> bool:
            return coefficient is None or bool(coefficient(*padded(point)))

        hunt = Hunt(case.hunt.space, case._admits, wanted, (), f"case {self.claim.name}")
        found = hunt.scan(self.budget.samples, Deadline.after_work(self.budget.search_seconds))
        return found is not None

    def _near(self, point: Point) -> Iterator[Point]:
        """Move the variable close to where it tends; yield what the hypotheses allow, the closest ones last."""
        position, target = self.approach.position, self.approach.target_at(point)
        for distance in DISTANCES:
            value = self.approach.direction / abs(distance) if self.approach.infinite else target + distance
            moved = (*point[:position], value, *point[position + 1 :])
            if self.compiled.admits(moved):
                yield moved

    def _admits(self, point: Point) -> bool:
        try:
            return len(list(self._near(point))) >= len(DISTANCES) // 2
        except ZeroDivisionError:
            return False

    def _fails(self, point: Point) -> bool | None:
        try:
            true, stated = self.local.limit(point), self._stated_at(point)
        except ZeroDivisionError:
            return None
        return not self._agrees(true, stated, point)

    def _stated_at(self, point: Point) -> Fraction | None:
        """Return the stated value at fixed parameters, or ``None`` where it is infinite."""
        if self.infinite:
            return None
        return to_fraction(self.view.ring.evaluate(self.stated, self.approach.padded(point)))

    def _agrees(self, true: LocalLimit, stated: Fraction | None, point: Point) -> bool:
        if stated is not None or true.value is not None:
            return true.value == stated
        wanted = 1 if self.limit.value == sp.oo else -1
        if self.approach.infinite:
            return true.sign_above == wanted
        target = self.approach.target_at(point)
        sides = {moved[self.approach.position] > target for moved in self._near(point)}
        return all((true.sign_above if above else true.sign_below) == wanted for above in sides)

    def refutation(self, found: Point, started: float) -> Evidence:
        """Shrink parameters with another limit, and check them by plain evaluation ever closer to the point."""
        values = self.hunt.shrunk(found, Deadline.after_work(self.budget.shrink_seconds))
        point, parameters = self.compiled.point(values), self._parameters(values)
        true, stated = self.local.limit(point), self._stated_at(point)
        limit = str(true)
        claimed = str(self.limit.value if stated is None else stated)
        confirmed = self._confirms(values, true)
        outcome = Outcome.REFUTED if confirmed else Outcome.CONTRADICTED
        detail = f"{self}: {place(parameters)} the limit is {limit}, not {claimed}"
        return Evidence(
            "orders of vanishing",
            Obligation.CONCLUSION,
            outcome,
            Tier.EXACT,
            perf_counter() - started,
            detail if confirmed else f"{detail}, but values close to the point do not bear this out",
            parameters if confirmed else None,
            data={"limit": limit, "stated": claimed},
        )

    def is_refuted_at(self, parameters: Mapping[sp.Symbol, Fraction]) -> bool:
        """Whether the limit is another one at given parameters, by the expansion and by plain evaluation nearby."""
        values = {**parameters, self.limit.variable: Fraction(0)}  # never looked at: it is on its way to the point
        point = self.compiled.point(values)
        return self._admits(point) and bool(self._fails(point)) and self._confirms(values, self.local.limit(point))

    def _confirms(self, values: dict[sp.Symbol, Fraction], true: LocalLimit) -> bool:
        """Whether values closer to the point come closer to the limit found, in the standard library's fractions."""
        near = map(self.compiled.values, self._near(self.compiled.point(values)))
        seen = [self.goal.value(self.limit.expression, point) for point in near]
        if true.value is None:
            return abs(seen[-1]) > abs(seen[0])
        return seen[-1] == true.value or abs(seen[-1] - true.value) < abs(seen[0] - true.value)

    def _loci(self) -> Iterator[fmpq_mpoly]:
        """Yield the polynomials in the parameters on which the limit may be another one."""
        ring = self.view.ring
        for factor in sorted(self.difference.inverted):
            _, factors = self.approach.leading(ring.factors[factor]).coefficient.numerator.factor()
            yield from (polynomial for polynomial, _ in factors)
        if not self.difference.is_zero:
            _, factors = self.approach.leading(self.difference.numerator).coefficient.numerator.factor()
            yield from (polynomial for polynomial, _ in factors)


def _base_symbols(expression: sp.Expr, goal: Goal) -> set[sp.Symbol]:
    """Return the base symbols behind an expression, through definitions."""
    definitions = {definition.symbol: definition.expression for definition in goal.definitions}
    found: set[sp.Symbol] = set()
    for symbol in sp.sympify(expression).free_symbols:
        found |= _base_symbols(definitions[symbol], goal) if symbol in definitions else {symbol}
    return found
