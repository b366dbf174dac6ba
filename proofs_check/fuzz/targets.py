"""What of a claim one exact point can refute: formulas, typed definitions, limits, and properties of mixtures."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from time import perf_counter
from typing import TYPE_CHECKING, Any

import sympy as sp

from proofs_check.budget import Deadline, budget_named
from proofs_check.compiled import Point
from proofs_check.goal import Goal, derivation_goal, goals_of
from proofs_check.hunt import Hunt
from proofs_check.instances import Failure, PropertySearch, property_of
from proofs_check.limits import LimitProblem
from proofs_check.mixture_record import as_record, from_record
from proofs_check.refute import Refuter, as_strings, place, sides_at
from proofs_check.verdict import Evidence, Obligation
from theory.claim import Claim, Limit, MixtureProperty, Monotonicity, Statement
from theory.errors import ConfigurationError, NonUniqueOptimumError

if TYPE_CHECKING:  # importing Hypothesis takes longer than most hunts
    from hypothesis.strategies import SearchStrategy

__all__ = ["LimitTarget", "MixtureTarget", "PointTarget", "Sides", "Target", "targets_of"]

#: Points, and mixtures, of each round where time is the only limit.
ROUND, MIXTURES = 10_000, 20
#: Of so many points Hypothesis chooses one: it is less regular than the scan of surfaces and simple values, but slower.
SHARE = 50
#: So many points are tested in the time that one exact mixture takes.
POINTS_PER_MIXTURE = 25
#: How long a counterexample is made simpler.
_BUDGET = budget_named("normal")


@dataclass(frozen=True)
class Sides:
    """What a claim compares at its counterexample: both sides as written, and their exact values there."""

    lhs: str
    operator: str
    rhs: str
    lhs_value: str
    rhs_value: str

    def __str__(self) -> str:
        values = [
            value if text == value else f"{text} = {value}"
            for text, value in ((self.lhs, self.lhs_value), (self.rhs, self.rhs_value))
        ]
        return f"{values[0]}, {values[1]}: {self.lhs} {self.operator} {self.rhs} is false"


class Target(ABC):
    """Something that one exact point can refute.

    Attributes
    ----------
    label : str
        Which part of its claim it is; unique within the claim, and stable, because the archive keeps points under it.
    cost : int
        How many points of a formula are tested in the time that one point of this takes.
    """

    label: str
    cost: int = 1

    @property
    @abstractmethod
    def tested(self) -> int:
        """How many different points that meet the hypotheses were tested."""

    @abstractmethod
    def search(self, examples: int | None, deadline: Deadline) -> Any:
        """Look for a point that refutes it: the point, or ``None``.

        Parameters
        ----------
        examples : int or None
            How many points to try, those that the hypotheses exclude included; ``None`` for as many as there is time
            for.
        deadline : Deadline
            When to stop.
        """

    @abstractmethod
    def evidence(self, method: str, point: Any, started: float) -> Evidence:
        """Make a refuting point simple, check it again, and say what it shows."""

    @abstractmethod
    def sides(self, evidence: Evidence) -> tuple[Sides, ...]:
        """Return what is compared at the counterexample of a refutation, with the values there."""

    @abstractmethod
    def record(self, point: Any) -> Mapping[str, Any]:
        """Return a point as JSON-ready data."""

    @abstractmethod
    def kept(self, evidence: Evidence) -> Mapping[str, Any]:
        """Return the counterexample of a refutation as :meth:`record` does."""

    @abstractmethod
    def replay(self, record: Mapping[str, Any]) -> Any:
        """Return the point that was recorded if it still refutes; ``None`` if it does not, or cannot be read."""

    @abstractmethod
    def choices(self) -> SearchStrategy[Any]:
        """Return what Hypothesis may choose from."""

    @abstractmethod
    def refuted_by(self, choice: Any) -> str | None:
        """Say where a choice refutes it; ``None`` where it does not."""


class _HuntTarget(Target):
    """Shared by what is tested at values of symbols."""

    hunt: Hunt
    symbols: tuple[sp.Symbol, ...]

    @property
    def tested(self) -> int:
        return self.hunt.tested

    @property
    def undefined(self) -> str | None:
        """Where the claim divides by zero though the hypotheses hold; ``None`` if no such point was met."""
        point = self.hunt.undefined
        return None if point is None else place(as_strings(self._values(point)))

    def search(self, examples: int | None, deadline: Deadline) -> Point | None:
        round_ = ROUND if examples is None else examples
        while not deadline.passed:
            chosen = -(-round_ // SHARE)
            quota = _Quota(deadline.moment, lambda: self.hunt.asked, self.hunt.asked + round_ - chosen)
            point = self.hunt.scan(round_, quota)
            if point is None:
                point = self.hunt.with_hypothesis(chosen, deadline)
            if point is not None or examples is not None:
                return point
        return None

    def record(self, point: Point) -> Mapping[str, Any]:
        return {"values": as_strings(self._values(point))}

    def kept(self, evidence: Evidence) -> Mapping[str, Any]:
        return {"values": dict(evidence.counterexample or {})}

    def replay(self, record: Mapping[str, Any]) -> Point | None:
        try:
            values = {symbol: Fraction(record["values"][str(symbol)]) for symbol in self.symbols}
        except (KeyError, TypeError, ValueError, ZeroDivisionError):
            return None
        point = self._point(values)
        return point if self.hunt.accepts(point) else None

    def choices(self) -> SearchStrategy[Any]:
        return self.hunt.choices()

    def refuted_by(self, choice: Any) -> str | None:
        point = self.hunt.first(self.hunt.points(choice))
        return None if point is None else f"{self.label} fails {place(as_strings(self._values(point)))}"

    @abstractmethod
    def _values(self, point: Point) -> dict[sp.Symbol, Fraction]:
        """Return a point as a mapping."""

    @abstractmethod
    def _point(self, values: Mapping[sp.Symbol, Fraction]) -> Point:
        """Read a mapping as a point."""


class PointTarget(_HuntTarget):
    """A goal, tested at exact values of its symbols.

    Parameters
    ----------
    goal : Goal
        What a point may refute.
    seed : int
        Makes the hunt repeatable.
    obligation : Obligation
        What a refutation is evidence about.
    """

    def __init__(self, goal: Goal, seed: int, obligation: Obligation = Obligation.CONCLUSION) -> None:
        self.label, self.symbols = goal.label, goal.symbols
        self.refuter = Refuter(goal, _BUDGET, seed, obligation)
        self.hunt = self.refuter.hunt

    def evidence(self, method: str, point: Point, started: float) -> Evidence:
        return self.refuter.refutation(method, point, started)

    def sides(self, evidence: Evidence) -> tuple[Sides, ...]:
        values = {symbol: Fraction(value) for symbol, value in self._by_symbol(evidence.counterexample or {}).items()}
        return tuple(
            Sides(str(relation.lhs), relation.operator, str(relation.rhs), str(lhs), str(rhs))
            for relation, lhs, rhs in sides_at(self.refuter.goal, values)
        )

    def _by_symbol(self, named: Mapping[str, str]) -> dict[sp.Symbol, str]:
        return {symbol: named[str(symbol)] for symbol in self.symbols if str(symbol) in named}

    def _values(self, point: Point) -> dict[sp.Symbol, Fraction]:
        return self.refuter.compiled.values(point)

    def _point(self, values: Mapping[sp.Symbol, Fraction]) -> Point:
        return self.refuter.compiled.point(values)


class LimitTarget(_HuntTarget):
    """A limit, compared with the true one at exact values of its parameters."""

    label = "the limit"

    def __init__(self, claim: Claim, seed: int) -> None:
        self.problem = LimitProblem(claim, _BUDGET, seed)
        self.hunt = self.problem.hunt
        self.symbols = tuple(s for s in self.problem.goal.symbols if s != self.problem.limit.variable)

    def evidence(self, method: str, point: Point, started: float) -> Evidence:
        return self.problem.refutation(point, started)

    def sides(self, evidence: Evidence) -> tuple[Sides, ...]:
        limit = self.problem.limit
        lhs = f"limit of {limit.expression} as {limit.variable} -> {limit.point}"
        return (Sides(lhs, "==", str(limit.value), evidence.data["limit"], evidence.data["stated"]),)

    def _values(self, point: Point) -> dict[sp.Symbol, Fraction]:
        values = self.problem.compiled.values(point)
        return {symbol: values[symbol] for symbol in self.symbols}

    def _point(self, values: Mapping[sp.Symbol, Fraction]) -> Point:
        # The variable's own value is never looked at: it is on its way to the point.
        return self.problem.compiled.point({**values, self.problem.limit.variable: Fraction(0)})


class MixtureTarget(Target):
    """A property of mixtures, evaluated exactly on random ones."""

    label, cost = "mixtures", POINTS_PER_MIXTURE

    def __init__(self, claim: Claim, stated: MixtureProperty, seed: int) -> None:
        self.mixtures, self.seed = PropertySearch(claim, stated), seed

    @property
    def tested(self) -> int:
        return self.mixtures.tried

    def search(self, examples: int | None, deadline: Deadline) -> Failure | None:
        portion = MIXTURES if examples is None else examples
        for round_ in range(self.seed, self.seed + (1 if examples is not None else 2**32)):
            if deadline.passed or self.mixtures.run(examples=portion, seed=round_, deadline=deadline) is not None:
                break
        return self.mixtures.failure

    def evidence(self, method: str, point: Failure, started: float) -> Evidence:
        self.mixtures.failure = point
        return self.mixtures.evidence(self.seed, perf_counter() - started)

    def sides(self, evidence: Evidence) -> tuple[Sides, ...]:
        failure = self.mixtures.failure
        assert failure is not None  # there is evidence of it
        return (Sides("left side", failure.operator, "right side", str(failure.lhs), str(failure.rhs)),)

    def record(self, point: Failure) -> Mapping[str, Any]:
        return {"mixture": as_record(point.mixture, point.inner_loop)}

    def kept(self, evidence: Evidence) -> Mapping[str, Any]:
        return {"mixture": evidence.data["mixture"]}

    def replay(self, record: Mapping[str, Any]) -> Failure | None:
        try:
            return self.mixtures.examine(*from_record(record["mixture"]))
        except (ConfigurationError, NonUniqueOptimumError, KeyError):
            return None

    def choices(self) -> SearchStrategy[Any]:
        from hypothesis.strategies import tuples

        from proofs_check.strategies import inner_loops, mixtures

        return tuples(mixtures(), inner_loops())

    def refuted_by(self, choice: Any) -> str | None:
        try:
            failure = self.mixtures.examine(*choice)
        except NonUniqueOptimumError:
            return None
        if failure is None:
            return None
        return f"{failure.lhs} {failure.operator} {failure.rhs} is false on {failure.mixture!r}, {failure.inner_loop!r}"


@dataclass(frozen=True)
class _Quota(Deadline):
    """A deadline that also passes when so many points were looked at."""

    asked: Callable[[], int]
    most: int

    @property
    def passed(self) -> bool:
        """Whether time or points are used up."""
        return self.asked() >= self.most or Deadline(self.moment, clock=self.clock).passed


def targets_of(claim: Claim, seed: int) -> tuple[Target, ...]:
    """Return everything of a claim that one exact point can refute; nothing where it speaks of matrices alone.

    Parameters
    ----------
    claim : Claim
        Any claim.
    seed : int
        Makes the hunts repeatable.

    Raises
    ------
    ClaimError
        If the claim is not made of rational expressions.
    """
    targets: list[Target] = []
    if isinstance(claim.conclusion, Statement | Monotonicity):
        targets += [PointTarget(goal, seed) for goal in goals_of(claim)]
    elif isinstance(claim.conclusion, Limit):
        targets.append(LimitTarget(claim, seed))
    if targets and (derivation := derivation_goal(claim)) is not None:
        targets.append(PointTarget(derivation, seed, Obligation.DERIVATION))
    if (stated := property_of(claim)) is not None:
        targets.append(MixtureTarget(claim, stated, seed))
    return tuple(targets)
