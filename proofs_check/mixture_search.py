"""The search for a mixture on which something fails, in exact rationals: the fewest dimensions first, then shrunk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import seed as with_seed
from hypothesis import strategies as st

from numerics.closed_form import Evaluation, evaluate
from proofs_check import strategies
from proofs_check.budget import Deadline
from theory.errors import NonUniqueOptimumError
from theory.mixture import InnerLoop, Mixture

__all__ = ["DIMENSIONS", "Search", "search_mixtures"]

#: Of the mixtures that are drawn where no others are asked for.
DIMENSIONS = (1, 2, 3)

Failure = TypeVar("Failure")


@dataclass(frozen=True)
class Search(Generic[Failure]):
    """What a search found.

    Parameters
    ----------
    tried : int
        Mixtures that were tested, those tried while shrinking included.
    failure : Failure or None
        What the test made of the simplest mixture on which it fails.
    """

    tried: int
    failure: Failure | None


class _Falsified(Exception):
    """Tells Hypothesis that a mixture fails, so that it shrinks it."""


def search_mixtures(
    test: Callable[[Evaluation], Failure | None],
    *,
    examples: int,
    seed: int,
    restrict: Callable[[Mixture, InnerLoop], tuple[Mixture, InnerLoop]] = lambda mixture, loop: (mixture, loop),
    populations: st.SearchStrategy[Mixture] | None = None,
    inner_loops: st.SearchStrategy[InnerLoop] | None = None,
    deadline: Deadline | None = None,
) -> Search[Failure]:
    """Look for a mixture on which a test fails.

    Parameters
    ----------
    test : callable
        Takes an evaluated mixture; returns what is wrong with it, or ``None``.
    examples : int
        Mixtures to try, where none fails.
    seed : int
        Seeds the search.
    restrict : callable
        Maps any mixture and inner loop to one of the family that is meant.
    populations, inner_loops : SearchStrategy, optional
        What to draw; by default mixtures of each of ``DIMENSIONS`` in turn, so that a failure has no coordinate too
        many.
    deadline : Deadline, optional
        When to stop looking; what was found by then is still shrunk.

    Raises
    ------
    hypothesis.errors.Unsatisfiable
        If no mixture drawn is of the family, or has unique optima.
    """
    tried = 0
    failure: Failure | None = None

    def search(mixture: Mixture, inner_loop: InnerLoop) -> None:
        nonlocal tried, failure
        if deadline is not None and deadline.passed and failure is None:
            return
        mixture, inner_loop = restrict(mixture, inner_loop)
        try:
            evaluated = evaluate(mixture, inner_loop)
        except NonUniqueOptimumError:
            assume(False)
        wrong = test(evaluated)
        tried += 1
        if wrong is not None:
            failure = wrong
            raise _Falsified

    rounds = (
        [strategies.mixtures(min_dimension=dimension, max_dimension=dimension) for dimension in DIMENSIONS]
        if populations is None
        else [populations]
    )
    for drawn in rounds:
        run = with_seed(seed)(
            settings(
                max_examples=-(-examples // len(rounds)),
                database=None,
                deadline=None,
                derandomize=False,
                phases=[Phase.generate, Phase.shrink],
                suppress_health_check=list(HealthCheck),
                report_multiple_bugs=False,
            )(given(drawn, strategies.inner_loops() if inner_loops is None else inner_loops)(search))
        )
        try:
            run()
        except _Falsified:
            break
    return Search(tried, failure)
