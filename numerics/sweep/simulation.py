"""Measurements at one point of a grid: excess risks and the gain at the optima, and where the learners' descents go."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from numerics import measurement
from numerics.closed_form import Evaluation
from numerics.descent import stochastic_descent
from numerics.methods import LEARNERS
from numerics.sweep.grid import Grid
from theory.errors import DivergenceError, NonUniqueOptimumError

__all__ = ["measure"]

#: Chains of a descent and tasks of each of its steps: enough for an error, few enough for thousands of points.
_CHAINS, _BATCH = 16, 8


def measure(grid: Grid, evaluation: Evaluation, index: int) -> dict[str, float]:
    """Take the measurements that a grid asks for, on raw data.

    Parameters
    ----------
    grid : Grid
        Says which, and from how many tasks and steps.
    evaluation : Evaluation
        The closed forms at the point, whose optima are where risks are measured.
    index : int
        Which point; its random streams depend on nothing but this and the grid's seed.

    Returns
    -------
    dict from name of variable to number
        Means and their standard errors.
    """
    sequences = np.random.SeedSequence(grid.seed, spawn_key=(index,)).spawn(len(_MEASUREMENTS))
    found: dict[str, float] = {}
    for (name, take), sequence in zip(_MEASUREMENTS.items(), sequences, strict=True):
        if name in grid.table.simulate:
            stem = name if name.startswith("descent") else f"measured_{name}"
            found[stem], found[f"{stem}_error"] = take(grid, evaluation, sequence)
    return found


def _risk(learner: str) -> _Measurement:
    def take(grid: Grid, evaluation: Evaluation, sequence: np.random.SeedSequence) -> tuple[float, float]:
        theta = evaluation.theta_nal if learner == "nal" else evaluation.theta_maml
        rng = np.random.default_rng(sequence)
        estimate = measurement.excess_risk(evaluation.mixture, evaluation.inner_loop, theta, grid.table.tasks, rng)
        return float(estimate.value), float(estimate.standard_error)

    return take


def _gain(grid: Grid, evaluation: Evaluation, sequence: np.random.SeedSequence) -> tuple[float, float]:
    estimate = measurement.gain(
        evaluation.mixture,
        evaluation.inner_loop,
        evaluation.theta_nal,
        evaluation.theta_maml,
        grid.table.tasks,
        np.random.default_rng(sequence),
    )
    return float(estimate.value), float(estimate.standard_error)


def _descent(learner: str) -> _Measurement:
    def take(grid: Grid, evaluation: Evaluation, sequence: np.random.SeedSequence) -> tuple[float, float]:
        seed = int(sequence.generate_state(1, np.uint32)[0])
        try:
            run = stochastic_descent(
                LEARNERS[learner](evaluation.inner_loop),
                evaluation.mixture,
                outer_steps=grid.table.outer_steps,
                chains=_CHAINS,
                batch=_BATCH,
                seed=seed,
            )
        except (DivergenceError, NonUniqueOptimumError):
            return float("nan"), float("nan")
        if run.interrupted:
            raise KeyboardInterrupt
        theta = evaluation.theta_nal if learner == "nal" else evaluation.theta_maml
        return float(np.linalg.norm(run.theta - theta)), float(np.linalg.norm(run.standard_error))

    return take


_Measurement = Callable[[Grid, Evaluation, np.random.SeedSequence], tuple[float, float]]

#: In a fixed order, so that a measurement's random numbers do not depend on which others are asked for.
_MEASUREMENTS: dict[str, _Measurement] = {
    "risk_nal": _risk("nal"),
    "risk_maml": _risk("maml"),
    "gain": _gain,
    "descent_nal": _descent("nal"),
    "descent_maml": _descent("maml"),
}
