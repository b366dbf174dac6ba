"""Measurements at one point of a grid: excess risks and the gain at the optima, and where the learners' descents go."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from numerics import measurement
from numerics.closed_form import Evaluation
from numerics.descent import StochasticDescent
from numerics.ensemble import stochastic_descents
from numerics.methods import LEARNERS
from numerics.sweep.grid import Grid

__all__ = ["descend", "measure"]

#: Chains of a descent and tasks of each of its steps: enough for an error, few enough for thousands of points.
_CHAINS, _BATCH = 16, 8


def measure(grid: Grid, evaluation: Evaluation, index: int) -> dict[str, float]:
    """Measure the risks and gain that a grid asks for, on raw data.

    Parameters
    ----------
    grid : Grid
        Says which, and from how many tasks.
    evaluation : Evaluation
        The closed forms at the point, whose optima are where risks are measured.
    index : int
        Which point; its random streams depend on nothing but this and the grid's seed.

    Returns
    -------
    dict from name of variable to number
        Means and their standard errors.
    """
    found: dict[str, float] = {}
    for name, take in _MEASUREMENTS.items():
        if name in grid.table.simulate:
            rng = np.random.default_rng(_sequence(grid, index, name))
            found[f"measured_{name}"], found[f"measured_{name}_error"] = take(grid, evaluation, rng)
    return found


def descend(grid: Grid, evaluations: Mapping[int, Evaluation]) -> dict[int, dict[str, float]]:
    """Take the descents that a grid asks for at several points, all of them together, on projected data.

    Parameters
    ----------
    grid : Grid
        Says of which learners, and how many steps.
    evaluations : mapping from int to Evaluation
        The closed forms at each point, by its index; its random streams depend on nothing but this and the grid's seed.

    Returns
    -------
    dict from index to dict from name of variable to number
        How far from the closed form a descent ended, and the standard error; NaN where there is no such place.
    """
    found: dict[int, dict[str, float]] = {index: {} for index in evaluations}
    for name in _DESCENTS:
        if name not in grid.table.simulate:
            continue
        learner = name.removeprefix("descent_")
        outcomes = stochastic_descents(
            (
                (
                    LEARNERS[learner](evaluation.inner_loop),
                    evaluation.mixture,
                    int(_sequence(grid, index, name).generate_state(1, np.uint32)[0]),
                )
                for index, evaluation in evaluations.items()
            ),
            outer_steps=grid.table.outer_steps,
            chains=_CHAINS,
            batch=_BATCH,
        )
        for (index, evaluation), outcome in zip(evaluations.items(), outcomes, strict=True):
            distance = error = float("nan")
            if isinstance(outcome, StochasticDescent):
                theta = evaluation.theta_nal if learner == "nal" else evaluation.theta_maml
                distance = float(np.linalg.norm(outcome.theta - theta))
                error = float(np.linalg.norm(outcome.standard_error))
            found[index] |= {name: distance, f"{name}_error": error}
    return found


def _sequence(grid: Grid, index: int, name: str) -> np.random.SeedSequence:
    # By its place among all, so that a measurement's random numbers do not depend on which others are asked for.
    names = (*_MEASUREMENTS, *_DESCENTS)
    return np.random.SeedSequence(grid.seed, spawn_key=(index,)).spawn(len(names))[names.index(name)]


def _risk(learner: str) -> _Measurement:
    def take(grid: Grid, evaluation: Evaluation, rng: np.random.Generator) -> tuple[float, float]:
        theta = evaluation.theta_nal if learner == "nal" else evaluation.theta_maml
        estimate = measurement.excess_risk(evaluation.mixture, evaluation.inner_loop, theta, grid.table.tasks, rng)
        return float(estimate.value), float(estimate.standard_error)

    return take


def _gain(grid: Grid, evaluation: Evaluation, rng: np.random.Generator) -> tuple[float, float]:
    estimate = measurement.gain(
        evaluation.mixture,
        evaluation.inner_loop,
        evaluation.theta_nal,
        evaluation.theta_maml,
        grid.table.tasks,
        rng,
    )
    return float(estimate.value), float(estimate.standard_error)


_Measurement = Callable[[Grid, Evaluation, np.random.Generator], tuple[float, float]]

_MEASUREMENTS: dict[str, _Measurement] = {"risk_nal": _risk("nal"), "risk_maml": _risk("maml"), "gain": _gain}
_DESCENTS = ("descent_nal", "descent_maml")
