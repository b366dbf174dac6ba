"""How long each rung may take, by one word: small, normal or large."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from theory.errors import UnknownNameError

__all__ = ["BUDGETS", "DEFAULT_SEED", "Budget", "Deadline", "budget_named"]

#: Every random choice follows from the seed. Fixed, so that a run repeats; the year in which the paper appeared.
DEFAULT_SEED = 2022


@dataclass(frozen=True)
class Deadline:
    """A moment on a clock, in seconds.

    Parameters
    ----------
    moment : float
        When.
    clock : callable
        Tells the time.
    """

    moment: float
    clock: Callable[[], float] = field(default=time.monotonic, kw_only=True)

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """Return the deadline that many seconds from now."""
        return cls(time.monotonic() + seconds)

    @classmethod
    def after_work(cls, seconds: float) -> Deadline:
        """Return the deadline of a computation that may take this thread that many seconds.

        Time in which others have the core does not count: what is found within it does not depend on how many work
        beside this one.
        """
        return cls(time.thread_time() + seconds, clock=time.thread_time)

    @property
    def passed(self) -> bool:
        """Whether it is over."""
        return self.clock() >= self.moment

    @property
    def left(self) -> float:
        """Seconds that are left, at least 0."""
        return max(0.0, self.moment - self.clock())


@dataclass(frozen=True)
class Budget:
    """Limits of the rungs, in seconds of computing. What runs out is named in the evidence.

    Parameters
    ----------
    name : str
        What the user calls it.
    certificate_seconds : float
        What looking for one positivity certificate may take.
    solver_seconds : float
        What one query to the SMT solvers may take.
    second_opinion_seconds : float
        How much longer the second solver may take once the first has answered.
    search_seconds : float
        What each stage of the search for one counterexample may take.
    shrink_seconds : float
        What making a counterexample simple may take.
    samples : int
        Exact configurations that every claim is tested at, proved or not.
    examples : int
        Configurations that Hypothesis may try where nothing else has settled the claim.
    mixtures : int
        Concrete mixtures that a claim is checked on where it has instances.
    tasks : int
        Most tasks that the simulation draws of each class at each point.
    precision : float
        Relative error that a simulated equality must be able to show before fewer tasks are enough.
    """

    name: str
    certificate_seconds: float
    solver_seconds: float
    second_opinion_seconds: float
    search_seconds: float
    shrink_seconds: float
    samples: int
    examples: int
    mixtures: int
    tasks: int
    precision: float


BUDGETS: dict[str, Budget] = {
    budget.name: budget
    for budget in (
        Budget(
            "small",
            certificate_seconds=0.5,
            solver_seconds=2,
            second_opinion_seconds=1,
            search_seconds=4,
            shrink_seconds=0.5,
            samples=500,
            examples=500,
            mixtures=20,
            tasks=16_384,
            precision=0.02,
        ),
        Budget(
            "normal",
            certificate_seconds=1,
            solver_seconds=10,
            second_opinion_seconds=2,
            search_seconds=15,
            shrink_seconds=1,
            samples=2_000,
            examples=5_000,
            mixtures=60,
            tasks=65_536,
            precision=0.01,
        ),
        Budget(
            "large",
            certificate_seconds=60,
            solver_seconds=120,
            second_opinion_seconds=120,
            search_seconds=300,
            shrink_seconds=10,
            samples=20_000,
            examples=50_000,
            mixtures=1_000,
            tasks=4_194_304,
            precision=0.001,
        ),
    )
}


def budget_named(name: str) -> Budget:
    """Return the budget of that name.

    Raises
    ------
    UnknownNameError
        If there is none.
    """
    if name not in BUDGETS:
        raise UnknownNameError.among("budget", name, BUDGETS)
    return BUDGETS[name]
