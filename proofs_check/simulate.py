"""The rung that measures: what a claim says, against simulated tasks, data and descents, and nothing derived.

Every derived quantity of a claim is replaced by a measurement on raw data at a few points; what was typed by hand is
then compared with it. No measurement proves anything: what passes is reported with the smallest error that would not
have passed.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter
from typing import Any

from numpy.linalg import LinAlgError

from proofs_check.budget import Budget
from proofs_check.simulation import matrices, mixtures, scalars, trends
from proofs_check.simulation.checks import Check, Effort, conclude_checks, not_run
from proofs_check.simulation.points import POINTS
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
from theory.errors import DivergenceError, NonUniqueOptimumError

__all__ = ["Workbench", "simulate_claim"]


def simulate_claim(
    claim: Claim,
    *,
    budget: Budget,
    seed: int,
    false_alarm: float,
    workbench: Workbench | None = None,
    tasks: int | None = None,
) -> tuple[Evidence, ...]:
    """Compare a claim with measurements.

    Parameters
    ----------
    claim : Claim
        What is to be judged.
    budget : Budget
        Says how many tasks to simulate.
    seed : int
        Source of all randomness: the same seed gives the same evidence.
    false_alarm : float
        Probability with which the claim may be contradicted although it is true.
    workbench : Workbench, optional
        Measurements that the claims of one run share.
    tasks : int, optional
        Tasks to simulate of each class at each point, instead of what the budget says.

    Returns
    -------
    tuple of Evidence
        One for the definitions that are both typed and derived, where there are any, and one for the conclusion:
        CONTRADICTED by a definite deviation; else PASSED, with the smallest relative error that would have been caught;
        UNDECIDED where no comparison had the power to decide anything; NOT_RUN, with the reason, where nothing can be
        measured.
    """
    started = perf_counter()
    measuring = Measuring(workbench or Workbench(), seed, budget.tasks if tasks is None else tasks)
    try:
        checks, effort = _checks(claim, measuring)
    except (NotMeasurable, DivergenceError, NonUniqueOptimumError, LinAlgError) as reason:
        return (not_run(Obligation.CONCLUSION, str(reason), perf_counter() - started),)
    return conclude_checks(checks, effort, false_alarm=false_alarm, seconds=perf_counter() - started)


def _checks(claim: Claim, measuring: Measuring) -> tuple[list[Check], Effort]:
    conclusion = claim.conclusion
    if isinstance(conclusion, Statement | Limit | Monotonicity):
        return _scalar_checks(claim, conclusion, measuring)
    if isinstance(conclusion, Convergence):
        checks, unconverged = mixtures.check_convergence(conclusion, measuring)
        return checks, _effort("stochastic descent on simulated tasks of three mixtures", measuring, unconverged)
    if isinstance(conclusion, Expectation):
        checks = matrices.check_expectation(claim, conclusion, measuring)
    elif isinstance(conclusion, PositiveDefinite):
        checks = matrices.check_positive_definite(claim, conclusion, measuring)
    elif isinstance(conclusion, MatrixIdentity) and (claim.instances is None or matrices.is_shown(conclusion)):
        checks = matrices.check_matrix_identity(claim, conclusion, measuring)
    else:
        stated = conclusion if isinstance(conclusion, MixtureProperty) else claim.instances
        assert stated is not None  # all other conclusions were dealt with
        checks = mixtures.check_property(stated, measuring)
        note = () if isinstance(conclusion, MixtureProperty) else ("the identity itself is abstract, and not measured",)
        return checks, _effort("optima and risks measured on three simulated mixtures", measuring, note)
    return checks, _effort("measured entry by entry on raw data, at two points", measuring)


def _scalar_checks(
    claim: Claim, conclusion: Statement | Limit | Monotonicity, measuring: Measuring
) -> tuple[list[Check], Effort]:
    count = POINTS if isinstance(conclusion, Statement) else trends.PLACES
    scenes = scalars.scenes_of(claim, measuring, count)
    if not scenes:
        raise NotMeasurable("no point with small rational coordinates was found that satisfies all hypotheses")
    checks = scalars.check_definitions(scenes)
    if isinstance(conclusion, Statement):
        checks += scalars.check_statement(conclusion, scenes)
    elif isinstance(conclusion, Limit):
        checks += trends.check_limit(claim, conclusion, scenes, measuring)
    else:
        checks += trends.check_monotonicity(conclusion, scenes, measuring)
    notes = [
        f"{layer.symbol} was taken as typed: nothing here knows how to measure a {type(layer.derivation).__name__}"
        for layer in scalars.unmeasured(claim)
    ]
    drawn = "raw data and sufficient statistics" if "wishart" in measuring.samplers else "raw data"
    effort = _effort(f"measured on {drawn} at {len(scenes)} points", measuring, notes)
    points = [{symbol.name: str(value) for symbol, value in scene.point.items()} for scene in scenes]
    return checks, Effort(effort.words, {**effort.data, "points": points}, effort.notes)


def _effort(words: str, measuring: Measuring, notes: Sequence[str] = ()) -> Effort:
    sampler = " and ".join(sorted(measuring.samplers)) or "raw"
    data: dict[str, Any] = {"sampler": sampler, "seed": measuring.seed, "tasks": measuring.tasks}
    return Effort(words, data, tuple(notes))
