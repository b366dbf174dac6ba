"""Looking again with more tasks, at each site for itself, until what a claim says there is known well enough."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from numerics.sequential import looks_within, samples_at
from proofs_check.simulation.blocks import FIRST_TASKS
from proofs_check.simulation.checks import Check, Judged
from proofs_check.simulation.deviation import Settled, settle
from proofs_check.simulation.workbench import Measuring

__all__ = ["Site", "look_until_settled"]


@dataclass(frozen=True)
class Site:
    """A point, or a mixture, at which a claim is measured.

    Parameters
    ----------
    checks : callable
        Measures with all tasks up to a look, and returns what the claim says there: at every look the same checks, with
        as many comparisons.
    first : int
        Tasks at the first look.
    cost : int
        How many tasks of an isotropic class one of these tasks costs.
    """

    checks: Callable[[Measuring], Sequence[Check]]
    first: int = FIRST_TASKS
    cost: int = 1

    def looks(self, tasks: int) -> int:
        """Return how many looks a number of tasks of an isotropic class pays for."""
        return looks_within(max(1, tasks // self.cost), self.first)


def look_until_settled(
    sites: Sequence[Site], measuring: Measuring, *, tasks: int, precision: float, false_alarm: float
) -> list[Judged]:
    """Look at every site until its checks are decided or precise enough, or no more tasks are allowed.

    A look spends its share of the false-alarm probability (:func:`numerics.sequential.share`) on all comparisons of the
    claim, also on those that were settled before: which ones are looked at may depend on what was seen. Once a check
    fails, so does what it contributes to, and nothing that contributes to the same is looked at again.

    Parameters
    ----------
    sites : sequence of Site
        Where.
    measuring : Measuring
        With which randomness.
    tasks : int
        Most tasks at a site. The first look is taken in any case.
    precision : float
        Relative error at which an equality has been tested well enough; 0 to use all tasks.
    false_alarm : float
        Probability that any comparison is called real at any look although its expectation is zero.

    Returns
    -------
    list of Judged
        All checks, as their last look found them.
    """
    most = [site.looks(tasks) for site in sites]
    found: list[list[Judged]] = [[] for _ in sites]
    looking = list(range(len(sites)))
    look = comparisons = 0
    while looking:
        checks = {index: list(sites[index].checks(replace(measuring, look=look))) for index in looking}
        deviations = [deviation for row in checks.values() for check in row for deviation in check.deviations]
        # Every site is looked at the first time.
        comparisons = comparisons or len(deviations)
        settled = iter(settle(deviations, false_alarm, look=look, comparisons=comparisons))
        for index, row in checks.items():
            found[index] = _judged(row, settled, found[index], samples_at(look, sites[index].first))
        failed = {item.check.obligation for row in found for item in row if item.verdict is False}
        look += 1
        looking = [
            index
            for index in looking
            if look < most[index]
            and any(item.check.obligation not in failed and not item.enough(precision) for item in found[index])
        ]
    return [item for row in found for item in row]


def _judged(checks: Sequence[Check], settled: Iterator[Settled], before: Sequence[Judged], tasks: int) -> list[Judged]:
    """Pair checks with their comparisons; what an earlier look has decided stays as that look found it."""
    now = [Judged(check, tuple(islice(settled, len(check.deviations))), tasks) for check in checks]
    if not before:
        return now
    return [new if old.verdict is None else old for old, new in zip(before, now, strict=True)]
