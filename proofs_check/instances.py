"""Claims on concrete mixtures, tested in exact arithmetic: a search for a mixture on which the claim is false."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from time import perf_counter
from typing import Any, cast, get_args

import numpy as np
from hypothesis.errors import HypothesisException, Unsatisfiable

from numerics.closed_form import Evaluation, evaluate
from numerics.solutions import place, problem_of
from proofs_check.budget import Deadline
from proofs_check.mixture_record import as_record
from proofs_check.mixture_search import DIMENSIONS, search_mixtures
from proofs_check.verdict import Evidence, Obligation, Outcome, Tier
from theory.claim import Claim, Convergence, EvaluatedMixture, MixtureProperty
from theory.errors import ClaimError, LandscapeError, NonUniqueOptimumError
from theory.formula import Operator, compare
from theory.methods import METHODS
from theory.mixture import InnerLoop, Mixture

__all__ = ["Failure", "PropertySearch", "as_configuration", "holds", "judge_instances", "property_of", "refutation"]


@dataclass(frozen=True)
class Failure:
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
        if conclusion.learner in ("nal", "maml"):
            derived = evaluated.theta_nal if conclusion.learner == "nal" else evaluated.theta_maml
        else:
            solution = place(METHODS[conclusion.learner](), problem_of(cast(Evaluation, evaluated))).solution
            if solution.theta is None:
                raise NonUniqueOptimumError(f"learner {conclusion.learner}: {'; '.join(solution.notes)}")
            derived = solution.theta
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
    search = PropertySearch(claim, stated)
    search.run(examples=examples, seed=seed)
    return (search.evidence(seed, perf_counter() - started),)


class PropertySearch:
    """Looks for an exact mixture on which a claim fails.

    Parameters
    ----------
    claim : Claim
        For messages.
    stated : MixtureProperty
        What it says of mixtures.

    Attributes
    ----------
    tried : int
        How many mixtures it was evaluated on.
    failure : Failure or None
        What is wrong with the simplest mixture found.
    """

    def __init__(self, claim: Claim, stated: MixtureProperty) -> None:
        self.claim, self.stated = claim, stated
        self.tried = 0
        self.failure: Failure | None = None

    def run(self, *, examples: int, seed: int, deadline: Deadline | None = None) -> Failure | None:
        """Try random mixtures, until a deadline if there is one.

        Raises
        ------
        ClaimError
            If no mixture meets the restriction, or the property cannot be computed.
        """
        try:
            found = search_mixtures(
                self._test, examples=examples, seed=seed, restrict=self._restrict, deadline=deadline
            )
        except Unsatisfiable:
            message = f"{self.claim.name}: none of the mixtures tried meets its restriction; it is vacuous"
            raise ClaimError(message) from None
        self.failure = found.failure
        return found.failure

    def examine(self, mixture: Mixture, inner_loop: InnerLoop) -> Failure | None:
        """Make one mixture meet the hypotheses, and say what is wrong with it, if anything.

        Raises
        ------
        NonUniqueOptimumError
            If an optimum is not unique, so that the property says nothing.
        """
        return self._test(evaluate(*self._restrict(mixture, inner_loop)))

    def _test(self, evaluated: Evaluation) -> Failure | None:
        with _users_code(self.claim, evaluated.mixture, evaluated.inner_loop):
            lhs, operator, rhs = _sides(self.claim, self.stated.sides(evaluated))
            held = holds(lhs, operator, rhs)
        self.tried += 1
        return None if held else Failure(evaluated.mixture, evaluated.inner_loop, lhs, operator, rhs)

    def _restrict(self, mixture: Mixture, inner_loop: InnerLoop) -> tuple[Mixture, InnerLoop]:
        with _users_code(self.claim, mixture, inner_loop):
            mixture, inner_loop = self.stated.restrict(mixture, inner_loop)
        return mixture, inner_loop

    def evidence(self, seed: int, seconds: float) -> Evidence:
        """Say what was found: REFUTED, or PASSED with the number of mixtures."""
        return _evidence(self.failure, self.tried, seed, seconds)


@contextmanager
def _users_code(claim: Claim, mixture: Mixture, inner_loop: InnerLoop) -> Iterator[None]:
    """Report whatever a property's own functions raise as a fault of the claim."""
    try:
        yield
    except (HypothesisException, LandscapeError):
        raise
    except Exception as error:
        raise ClaimError(
            f"{claim.name}: its property cannot be computed: {type(error).__name__}: {error}, on the mixture "
            f"{as_configuration(mixture, inner_loop)}"
        ) from None


def _sides(claim: Claim, found: Any) -> tuple[Any, Operator, Any]:
    """Refuse anything but both sides of a comparison."""
    if not isinstance(found, tuple) or len(found) != 3 or found[1] not in get_args(Operator):
        raise ClaimError(
            f"{claim.name}: its property returns {found!r}; return the left side, one of "
            f"{', '.join(get_args(Operator))}, and the right side"
        )
    return found


def holds(lhs: Any, operator: Operator, rhs: Any) -> bool:
    """Whether a comparison of two numbers or arrays holds, in every entry.

    Raises
    ------
    ValueError
        If both are arrays, of different shapes; NumPy would repeat the entries of one.
    """
    left, right = np.asarray(lhs, dtype=object), np.asarray(rhs, dtype=object)
    if left.ndim and right.ndim and left.shape != right.shape:
        raise ValueError(f"its sides have shapes {left.shape} and {right.shape}")
    return bool(np.all(np.asarray(compare(left, operator, right))))


def _evidence(failure: Failure | None, tried: int, seed: int, seconds: float) -> Evidence:
    if failure is None:
        return Evidence(
            "exact mixtures",
            Obligation.CONCLUSION,
            Outcome.PASSED,
            Tier.TESTED,
            seconds,
            f"holds exactly on {tried} random rational mixtures of at most 3 classes and {DIMENSIONS[-1]} dimensions",
            data={"mixtures": tried, "seed": seed},
        )
    return refutation(failure, "exact mixtures", seconds)


def refutation(failure: Failure, method: str, seconds: float) -> Evidence:
    """Return a mixture on which a property fails as evidence.

    Parameters
    ----------
    failure : Failure
        With both sides as :func:`numerics.closed_form.evaluate` gives them.
    method : str
        Who found it.
    seconds : float
        How long that took.
    """
    return Evidence(
        method,
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
