"""Claims about any mixture, measured on three: where descent goes, and what sampled tasks say of optima and risks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any, cast

import numpy as np

from numerics.arithmetic import solve
from numerics.descent import stochastic_descent
from numerics.methods import LEARNERS
from numerics.methods.learner import StatefulLearner
from numerics.sampling import Floats
from numerics.sequential import samples_at
from numerics.settling import settle
from proofs_check.simulation.blocks import FIRST_TASKS
from proofs_check.simulation.checks import Check, holds_given_sign
from proofs_check.simulation.deviation import Deviation, Settled, jackknife
from proofs_check.simulation.looking import Site
from proofs_check.simulation.quantities import NotMeasurable
from proofs_check.simulation.sampled import COST, sample
from proofs_check.simulation.workbench import Measuring
from proofs_check.verdict import Obligation
from theory.claim import Convergence, EvaluatedMixture, MixtureProperty
from theory.errors import UnknownNameError
from theory.formula import Operator
from theory.methods import METHODS
from theory.mixture import Array, InnerLoop, Mixture, TaskClass

__all__ = ["convergence_sites", "property_sites"]

_CHAINS, _BATCH = 64, 4
_FEWEST_OUTER_STEPS = 512


def _diagonal(*values: float) -> Floats:
    return np.diag(np.array(values))


def default_mixtures() -> dict[str, tuple[Mixture, InnerLoop]]:
    """Return the mixtures that claims about any mixture are measured on, by a word for each."""
    pair = Mixture(
        (
            TaskClass("easy", 0.5, 1.0 * np.eye(3), np.zeros(3), 0.2 * np.eye(3), 0.1),
            TaskClass("hard", 0.5, 0.25 * np.eye(3), np.array([2.0, -1.0, 1.0]), 0.05 * np.eye(3), 0.2),
        )
    )
    tilted = np.array([[1.0, 0.4, 0.1], [0.4, 0.7, -0.2], [0.1, -0.2, 0.5]])
    flat = np.array([[0.4, -0.15, 0.05], [-0.15, 0.6, 0.2], [0.05, 0.2, 0.45]])
    anisotropic = Mixture(
        (
            TaskClass("tilted", 0.4, tilted, np.array([1.5, -0.5, 1.0]), 0.1 * tilted, 0.2),
            TaskClass("flat", 0.6, flat, np.array([-1.0, 1.0, 0.5]), 0.2 * flat, 0.1),
        )
    )
    three = Mixture(
        (
            TaskClass("steep", 0.3, _diagonal(1.2, 0.9), np.array([1.0, 0.5]), 0.1 * np.eye(2), 0.1),
            TaskClass("mixed", 0.3, _diagonal(0.3, 0.8), np.array([-1.0, 1.0]), _diagonal(0.3, 0.0), 0.0),
            TaskClass("tilted", 0.4, flat[:2, :2], np.array([0.5, -2.0]), 0.05 * np.eye(2), 0.2),
        )
    )
    return {
        "an isotropic pair": (pair, InnerLoop(0.5, 8)),
        "two classes that do not commute": (anisotropic, InnerLoop(0.4, 6)),
        "three classes": (three, InnerLoop(0.4, 5, 2, "fresh")),
    }


class Configured:
    """A mixture without anything derived: what a stated optimum may be computed from."""

    def __init__(self, mixture: Mixture, inner_loop: InnerLoop) -> None:
        self.mixture, self.inner_loop = mixture, inner_loop

    def solve(self, matrix: Array, vector: Array) -> Array:
        """Solve a linear system."""
        return solve(matrix, vector)

    def __getattr__(self, name: str) -> Any:
        raise NotMeasurable(f"the optimum is stated through {name}, which is derived: a simulation must not rest on it")


def convergence_sites(conclusion: Convergence) -> list[Site]:
    """Return the mixtures on which the learner's stochastic descent runs and ends where it is claimed to.

    Raises
    ------
    UnknownNameError
        If there is no such learner.
    """
    if conclusion.learner not in LEARNERS:
        raise UnknownNameError.among("learner", conclusion.learner, LEARNERS)
    first = _FEWEST_OUTER_STEPS * _CHAINS * _BATCH
    return [Site(partial(_descended, conclusion, *item), first) for item in default_mixtures().items()]


def _descended(
    conclusion: Convergence, words: str, default: tuple[Mixture, InnerLoop], measuring: Measuring
) -> list[Check]:
    mixture, inner_loop = conclusion.restrict(*default)
    stated = conclusion.optimum(cast(EvaluatedMixture, Configured(mixture, inner_loop)))
    name = conclusion.learner
    rule = LEARNERS[name].of(METHODS[name](), inner_loop, mixture)
    label = f"that {name} reaches its optimum on {words}"
    # A look at a longer descent: it starts anew, since what it has to forget is its start.
    if isinstance(rule, StatefulLearner):
        steps = samples_at(measuring.look, max(1, rule.recipe.outer_steps // 4))
        run = settle(rule, mixture, outer_steps=steps, seed=measuring.seed, sampler="raw")
        # As far as its outer step size may explain it, a difference is none.
        allowed = np.clip(run.theta - stated, -run.bias_error, run.bias_error)
        deviations = Deviation.of_entries("theta", jackknife(run.chain_averages), stated + allowed)
        bias = f"on {words} up to {float(run.bias_error.max()):.2g}, which may be the bias of a finite outer step size"
        if run.converged:
            return [Check(label, Obligation.CONCLUSION, _normal(deviations), note=bias)]
        note = f"the descent on {words} decides nothing: it still moves"
        return [Check(label, Obligation.CONCLUSION, _normal(deviations), _undecided, note)]
    steps = samples_at(measuring.look, _FEWEST_OUTER_STEPS)
    descent = stochastic_descent(
        rule,
        mixture,
        outer_steps=steps,
        chains=_CHAINS,
        batch=rule.batch or _BATCH,
        step_size=rule.outer_step_size,
        seed=measuring.seed,
    )
    deviations = Deviation.of_entries("theta", jackknife(descent.chain_averages), stated)
    if descent.converged:
        return [Check(label, Obligation.CONCLUSION, _normal(deviations))]
    note = f"the descent on {words} decides nothing: {descent.diagnosis}"
    return [Check(label, Obligation.CONCLUSION, _normal(deviations), _undecided, note)]


def _normal(deviations: Sequence[Deviation]) -> tuple[Deviation, ...]:
    # Averages over whole chains are close to normal; where they are not, a descent's own diagnosis says so, with more
    # to go by than the skewness of a few dozen numbers.
    return tuple(replace(deviation, skewness=0.0) for deviation in deviations)


def _undecided(settled: Sequence[Settled]) -> bool | None:
    return None


def property_sites(stated: MixtureProperty) -> list[Site]:
    """Return the mixtures on which a property is evaluated, with all optima, risks and Hessians measured."""
    return [Site(partial(_evaluated, stated, *item), FIRST_TASKS // COST, COST) for item in default_mixtures().items()]


def _evaluated(
    stated: MixtureProperty, words: str, default: tuple[Mixture, InnerLoop], measuring: Measuring
) -> list[Check]:
    mixture, inner_loop = stated.restrict(*default)
    sides = [stated.sides(sampled) for sampled in sample(mixture, inner_loop, measuring)]
    left, right = (np.array([np.ravel(side[index]) for side in sides], dtype=float) for index in (0, 2))
    operator = sides[0][1]
    verdict = None if operator == "==" else _all_hold(operator)
    deviations = Deviation.of_entries("its left side", left, right)
    return [Check(f"the claim on {words}", Obligation.CONCLUSION, deviations, verdict)]


def _all_hold(operator: Operator) -> Any:
    def verdict(settled: Sequence[Settled]) -> bool | None:
        found = [holds_given_sign(operator, item.sign) for item in settled]
        return False if False in found else None if None in found else True

    return verdict
