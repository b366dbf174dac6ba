"""Many methods on one configuration: where each comes to rest, what it gains, and whether its own run ends there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from numerics.configuration import Configuration
from numerics.scheduling import completed
from numerics.solutions import Placed, evaluated_problem, place
from proofs_check.comparison import Comparison, compare_descent
from theory.errors import DivergenceError, NonUniqueOptimumError, UnknownNameError, UnsupportedError
from theory.methods import NAMES

__all__ = ["FALSE_ALARM", "Neighbour", "chosen_names", "compare_methods"]

#: Probability of any false alarm among all simulations of one run.
FALSE_ALARM = 1e-6


@dataclass(frozen=True, eq=False)
class Neighbour:
    """One method on one configuration.

    Parameters
    ----------
    name : str
        The method.
    placed : Placed or None
        Its solution; ``None`` where it says nothing about such configurations.
    refusal : str
        Why there is none.
    simulated : Comparison or None
        Its own run against the solution, where one was asked for and ended.
    failure : str
        Why there is no run, where one was asked for.
    """

    name: str
    placed: Placed | None
    refusal: str = ""
    simulated: Comparison | None = None
    failure: str = ""


def chosen_names(names: Iterable[str]) -> tuple[str, ...]:
    """Return the methods of these names in the order of the registry; none means all.

    Raises
    ------
    UnknownNameError
        If there is no method of a name.
    """
    wanted = list(names)
    for name in wanted:
        if name not in NAMES:
            raise UnknownNameError.among("method", name, NAMES)
    return tuple(name for name in NAMES if not wanted or name in wanted)


def compare_methods(
    configuration: Configuration,
    names: Sequence[str],
    *,
    simulate: bool = False,
    seed: int = 0,
    workers: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[Neighbour]:
    """Place methods on a configuration, and run them where that is asked for.

    Parameters
    ----------
    configuration : Configuration
        The mixture, the inner loop and the methods' parameters.
    names : sequence of str
        Public names of the methods.
    simulate : bool
        Whether to run each method's own algorithm on sampled tasks.
    seed : int
        Source of all randomness; methods have streams of their own.
    workers : int, optional
        Processes to simulate in; by default one per core.
    progress : callable, optional
        Called with the number of methods done.
    """
    problem = evaluated_problem(configuration)
    found = []
    for name in names:
        try:
            found.append(Neighbour(name, place(configuration.method(name), problem)))
        except (UnsupportedError, NonUniqueOptimumError) as error:
            found.append(Neighbour(name, None, refusal=str(error)))
    if not simulate:
        return found
    run = partial(_simulated, configuration, seed, FALSE_ALARM / len(found))
    results = completed(run, found, scheduler="processes" if len(found) > 1 else "threads", workers=workers)
    for done, (position, neighbour) in enumerate(results, start=1):
        found[position] = neighbour
        if progress is not None:
            progress(done)
    return found


def _simulated(configuration: Configuration, seed: int, false_alarm: float, neighbour: Neighbour) -> Neighbour:
    name, placed = neighbour.name, neighbour.placed
    if placed is None:
        return neighbour
    if not (placed.solution.exists and placed.solution.stable):
        return Neighbour(name, placed, failure="not run: it has no stable point of rest")
    try:
        simulated = compare_descent(configuration, name, seed=seed, false_alarm=false_alarm)
    except (DivergenceError, NonUniqueOptimumError, UnsupportedError) as error:
        return Neighbour(name, placed, failure=str(error))
    return Neighbour(name, placed, simulated=simulated)
