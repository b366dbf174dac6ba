"""Claims on concrete mixtures, tested in exact arithmetic: a search for a mixture on which the claim is false."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from time import perf_counter
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import seed as with_seed
from hypothesis.errors import Unsatisfiable

from numerics.closed_form import Evaluation, evaluate
from proofs_check import strategies
from proofs_check.mixture_record import as_record
from proofs_check.verdict import Evidence, Obligation, Outcome, Tier
from theory.claim import Claim, Convergence, EvaluatedMixture, MixtureProperty
from theory.errors import ClaimError, NonUniqueOptimumError
from theory.formula import Operator, compare
from theory.mixture import InnerLoop, Mixture

__all__ = ["as_configuration", "holds", "judge_instances", "property_of"]


_DIMENSIONS = (1, 2, 3)


class _Falsified(Exception):
    """Carries a mixture on which a property fails through Hypothesis, which shrinks it."""


@dataclass(frozen=True)
class _Failure:
    """A mixture on which a property fails, and both sides there."""

    mixture: Mixture
    inner_loop: InnerLoop
    lhs: Any
    operator: Operator
    rhs: Any


def property_of(claim: Claim) -> MixtureProperty | None:
    """Return what a claim says of concrete mixtures, if anything."""
    conclusion = claim.conclusion
    if isinstance(conclusion, MixtureProperty):
        return conclusion
    if isinstance(conclusion, Convergence):
        return MixtureProperty(_derived_optimum_is(conclusion), conclusion.restrict)
    return claim.instances


def _derived_optimum_is(conclusion: Convergence) -> Callable[[EvaluatedMixture], tuple[Any, Operator, Any]]:
    def sides(evaluated: EvaluatedMixture) -> tuple[Any, Operator, Any]:
        derived = {"nal": evaluated.theta_nal, "maml": evaluated.theta_maml}[conclusion.learner]
        return derived, "==", conclusion.optimum(evaluated)

    return sides


def judge_instances(claim: Claim, *, examples: int, seed: int) -> tuple[Evidence, ...]:
    """Test a claim on exact rational mixtures.

    Parameters
    ----------
    claim : Claim
        Any claim; without a statement on concrete mixtures there is no evidence.
    examples : int
        Mixtures to try.
    seed : int
        Seeds the search.

    Returns
    -------
    tuple of Evidence
        PASSED with the number of mixtures, or REFUTED with the smallest mixture found, as TOML.
    """
    stated = property_of(claim)
    if stated is None:
        return ()
    started = perf_counter()
    tried = 0
    failure: _Failure | None = None

    def search(mixture: Mixture, inner_loop: InnerLoop) -> None:
        nonlocal tried, failure
        mixture, inner_loop = stated.restrict(mixture, inner_loop)
        try:
            evaluated: Evaluation = evaluate(mixture, inner_loop)
        except NonUniqueOptimumError:
            assume(False)
        lhs, operator, rhs = stated.sides(evaluated)
        tried += 1
        if not holds(lhs, operator, rhs):
            failure = _Failure(mixture, inner_loop, lhs, operator, rhs)
            raise _Falsified

    for dimension in _DIMENSIONS:  # the smallest first, so that a counterexample has no coordinate too many
        population = strategies.mixtures(min_dimension=dimension, max_dimension=dimension)
        run = with_seed(seed)(
            settings(
                max_examples=-(-examples // len(_DIMENSIONS)),
                database=None,
                deadline=None,
                phases=[Phase.generate, Phase.shrink],
                suppress_health_check=list(HealthCheck),
                report_multiple_bugs=False,
            )(given(population, strategies.inner_loops())(search))
        )
        try:
            run()
        except Unsatisfiable:
            raise ClaimError(f"{claim.name}: none of the mixtures tried meets its restriction; it is vacuous") from None
        except _Falsified:
            break
    return (_evidence(failure, tried, seed, perf_counter() - started),)


def holds(lhs: Any, operator: Operator, rhs: Any) -> bool:
    """Whether a comparison of two numbers or arrays holds, in every entry."""
    verdicts = compare(np.asarray(lhs, dtype=object), operator, np.asarray(rhs, dtype=object))
    return bool(np.all(np.asarray(verdicts)))


def _evidence(failure: _Failure | None, tried: int, seed: int, seconds: float) -> Evidence:
    if failure is None:
        return Evidence(
            "exact mixtures",
            Obligation.CONCLUSION,
            Outcome.PASSED,
            Tier.TESTED,
            seconds,
            f"holds exactly on {tried} random rational mixtures of at most 3 classes and {_DIMENSIONS[-1]} dimensions",
            data={"mixtures": tried, "seed": seed},
        )
    return Evidence(
        "exact mixtures",
        Obligation.CONCLUSION,
        Outcome.REFUTED,
        Tier.EXACT,
        seconds,
        f"fails on a mixture of {len(failure.mixture.classes)} classes: {failure.lhs} {failure.operator} "
        f"{failure.rhs} is false",
        counterexample={
            "configuration": as_configuration(failure.mixture, failure.inner_loop),
            "lhs": str(failure.lhs),
            "rhs": str(failure.rhs),
        },
        data={"mixture": as_record(failure.mixture, failure.inner_loop)},
    )


def as_configuration(mixture: Mixture, inner_loop: InnerLoop) -> str:
    """Write an exact mixture down in one line, fractions as text."""

    def plain(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            return [plain(item) for item in value]
        return str(Fraction(value)) if isinstance(value, Fraction) else str(value)

    samples = "inf" if inner_loop.samples is None else inner_loop.samples
    loop = (
        f"step_size {plain(inner_loop.step_size)}, samples {samples}, steps {inner_loop.steps}, {inner_loop.data} data"
    )
    classes = [
        f"{item.name}: weight {plain(item.weight)}, covariance {plain(item.covariance)}, centre {plain(item.centre)}, "
        f"spread {plain(item.spread)}, noise {plain(item.noise)}".replace("'", "")
        for item in mixture.classes
    ]
    return "; ".join([f"dimension {mixture.dimension}", loop, *classes])
