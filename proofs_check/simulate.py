"""The rung that measures: what a claim says, against simulated tasks, data and descents, and nothing derived.

Every derived quantity of a claim is replaced by a measurement on raw data at a few points; what was typed by hand is
then compared with it. No measurement proves anything: what passes is reported with the smallest error that would not
have passed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from numpy.linalg import LinAlgError

from proofs_check.budget import Budget
from proofs_check.simulation import matrices, mixtures, scalars, trends
from proofs_check.simulation.checks import Effort, conclude_checks, not_run
from proofs_check.simulation.looking import Site, look_until_settled
from proofs_check.simulation.points import POINTS, Point
from proofs_check.simulation.quantities import NotMeasurable
from proofs_check.simulation.workbench import Measuring, Workbench
from proofs_check.verdict import Evidence, Obligation
from theory.claim import (
    Claim,
    Convergence,
    Expectation,
    Limit,
    MatrixIdentity,
    MixtureProperty,
    Monotonicity,
    PositiveDefinite,
    Statement,
)
from theory.errors import ConfigurationError, DivergenceError, NonUniqueOptimumError

__all__ = ["Workbench", "simulate_claim"]


def simulate_claim(
    claim: Claim,
    *,
    budget: Budget,
    seed: int,
    false_alarm: float,
    workbench: Workbench | None = None,
    tasks: int | None = None,
    precision: float | None = None,
) -> tuple[Evidence, ...]:
    """Compare a claim with measurements.

    Each look sees more tasks and spends its own share of the false-alarm probability, until everything is decided or
    precise enough. A run may be prolonged: called again with more tasks or a smaller precision it finds the same at the
    looks that it has in common with the first, draws nothing of them again where the workbench is the same, and remains
    within the same probability.

    Parameters
    ----------
    claim : Claim
        What is to be judged.
    budget : Budget
        Says how many tasks to simulate at most, and which precision is enough.
    seed : int
        Source of all randomness: the same seed gives the same evidence.
    false_alarm : float
        Probability with which the claim may be contradicted although it is true.
    workbench : Workbench, optional
        Measurements that the claims of one run share.
    tasks : int, optional
        Most tasks to simulate of each class at each point, instead of what the budget says; the first look is taken
        whatever it costs.
    precision : float, optional
        Relative error at which an equality has been tested well enough, instead of what the budget says; 0 to use all
        tasks.

    Returns
    -------
    tuple of Evidence
        One for the definitions that are both typed and derived, where there are any, and one for the conclusion:
        CONTRADICTED by a definite deviation; else PASSED, with the smallest relative error that would have been caught;
        UNDECIDED where no comparison had the power to decide anything; NOT_RUN, with the reason, where nothing can be
        measured.

    Raises
    ------
    ConfigurationError
        If tasks, precision or false alarm probability make no sense.
    """
    tasks = budget.tasks if tasks is None else tasks
    precision = budget.precision if precision is None else precision
    if not (isinstance(tasks, int) and tasks >= 1 and 0 < false_alarm < 1 and 0 <= precision < math.inf):
        raise ConfigurationError(
            f"tasks = {tasks}, false_alarm = {false_alarm}, precision = {precision}: a whole number of at least 1, "
            "a probability between 0 and 1 and a relative error of at least 0 are needed"
        )
    started = perf_counter()
    measuring = Measuring(workbench or Workbench(), seed)
    try:
        plan = _plan(claim)
        judged = look_until_settled(plan.sites, measuring, tasks=tasks, precision=precision, false_alarm=false_alarm)
    except (NotMeasurable, DivergenceError, NonUniqueOptimumError, LinAlgError) as reason:
        return (not_run(Obligation.CONCLUSION, str(reason), perf_counter() - started),)
    effort = plan.effort(measuring)
    return conclude_checks(judged, effort, false_alarm=false_alarm, seconds=perf_counter() - started)


@dataclass(frozen=True)
class _Plan:
    """Where a claim is measured, and how that is said."""

    sites: Sequence[Site]
    words: str
    notes: Sequence[str] = ()
    points: Sequence[Point] | None = None

    def effort(self, measuring: Measuring) -> Effort:
        others = {"wishart": "sufficient statistics", "projected": "projected data"}
        drawn = " and ".join(["raw data", *(words for name, words in others.items() if name in measuring.samplers)])
        data: dict[str, Any] = {"sampler": " and ".join(sorted(measuring.samplers)) or "raw", "seed": measuring.seed}
        if self.points is not None:
            data["points"] = [{symbol.name: str(value) for symbol, value in point.items()} for point in self.points]
        return Effort(self.words.format(drawn=drawn), data, tuple(self.notes))


def _plan(claim: Claim) -> _Plan:
    conclusion = claim.conclusion
    if isinstance(conclusion, Statement | Limit | Monotonicity):
        return _scalar_plan(claim, conclusion)
    if isinstance(conclusion, Convergence):
        return _Plan(mixtures.convergence_sites(conclusion), "stochastic descent on simulated tasks of three mixtures")
    entries = "measured entry by entry on raw data, at two points"
    if isinstance(conclusion, Expectation):
        return _Plan(matrices.expectation_sites(claim, conclusion), entries)
    if isinstance(conclusion, PositiveDefinite):
        return _Plan(matrices.definiteness_sites(claim, conclusion), entries)
    if isinstance(conclusion, MatrixIdentity) and (claim.instances is None or matrices.is_shown(conclusion)):
        return _Plan(matrices.identity_sites(claim, conclusion), entries)
    stated = conclusion if isinstance(conclusion, MixtureProperty) else claim.instances
    assert stated is not None  # all other conclusions were dealt with
    note = () if isinstance(conclusion, MixtureProperty) else ("the identity itself is abstract, and not measured",)
    return _Plan(mixtures.property_sites(stated), "optima and risks measured on three simulated mixtures", note)


def _scalar_plan(claim: Claim, conclusion: Statement | Limit | Monotonicity) -> _Plan:
    points = scalars.points_of(claim, POINTS if isinstance(conclusion, Statement) else trends.PLACES)
    if not points:
        raise NotMeasurable("no point with small rational coordinates was found that satisfies all hypotheses")
    if isinstance(conclusion, Statement):
        sites = scalars.statement_sites(claim, conclusion, points)
    elif isinstance(conclusion, Limit):
        sites = trends.limit_sites(claim, conclusion, points)
    else:
        sites = trends.monotonicity_sites(claim, conclusion, points)
    notes = [
        f"{layer.symbol} was taken as typed: nothing here knows how to measure a {type(layer.derivation).__name__}"
        for layer in scalars.unmeasured(claim)
    ]
    return _Plan(sites, f"measured on {{drawn}} at {len(points)} points", notes, points)
