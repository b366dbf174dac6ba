"""Checks one piece of evidence: a certificate, a witness or a counterexample, for the kind of claim it is about."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import sympy as sp
from flint import fmpq_mpoly

from numerics.arithmetic import as_rationals, constants_for
from numerics.closed_form import evaluate
from numerics.configuration.definiteness import asymmetric_entry, smallest_eigenvalue
from proofs_check.budget import budget_named
from proofs_check.goal import Goal, Standing, derivation_goal, goals_of
from proofs_check.instances import as_configuration, holds, property_of
from proofs_check.limits import LimitProblem
from proofs_check.matrix import DEFINITE, coefficients_claim, different_terms, sides_of
from proofs_check.mixture_record import as_record, from_record
from proofs_check.positivity import Sign
from proofs_check.prover import Backing, Prover
from proofs_check.replay.polynomials import Failed, read_polynomial
from proofs_check.replay.proof import ProofCheck
from proofs_check.verdict import Evidence, Obligation, Outcome, Tier
from proofs_check.view import View
from theory.claim import Claim, Limit, Monotonicity, PositiveDefinite, Statement
from theory.errors import LandscapeError
from theory.formula import Formula
from theory.mixture import Array
from theory.words import INVERSE_MARK, VECTOR_MARK

__all__ = ["Checker"]

_NUMBER = re.compile(r"-?\d+(/\d+)?")
_REASONS = {
    Tier.KERNEL: "coqc checks kernel proofs: landscape prove --kernel",
    Tier.SOLVERS: "solver answers carry no certificate",
    Tier.SOLVER: "solver answers carry no certificate",
    Tier.TESTED: "tests are not rerun",
}


class Checker:
    """Checks the evidence on one claim.

    Parameters
    ----------
    claim : Claim
        As it is now.
    """

    def __init__(self, claim: Claim) -> None:
        self.claim = claim

    def carries(self, item: Evidence) -> str:
        """Say what a piece of evidence carries that can be checked: ``nothing`` where an answer has to be believed."""
        if item.outcome is Outcome.REFUTED:
            return "counterexample"
        if item.outcome is Outcome.PROVED and item.tier is Tier.EXACT:
            return "witness" if item.obligation is Obligation.SATISFIABLE else "certificate"
        return "nothing"

    def why_not(self, item: Evidence) -> str:
        """Say why a piece of evidence that carries nothing cannot be checked."""
        return _REASONS.get(item.tier, "there is nothing to check")

    def check(self, item: Evidence) -> None:
        """Check a piece of evidence.

        Raises
        ------
        Failed
            If it does not hold.
        """
        if item.outcome is Outcome.REFUTED:
            self._counterexample(item)
        elif item.obligation is Obligation.SATISFIABLE:
            self._witness(item)
        else:
            self._certificate(item)

    # --- Goals in formulas

    @cached_property
    def _scalar(self) -> Claim | None:
        """The claim, or what a certificate on matrices leaves to be shown, where that is in formulas."""
        if isinstance(self.claim.conclusion, PositiveDefinite):
            return coefficients_claim(self.claim, self.claim.conclusion)
        return self.claim if isinstance(self.claim.conclusion, Statement | Monotonicity) else None

    @cached_property
    def _limit(self) -> LimitProblem:
        return LimitProblem(self.claim, budget_named("small"), 0)

    def _goals(self, obligation: Obligation) -> tuple[Goal, ...]:
        if obligation is Obligation.DERIVATION:
            goal = derivation_goal(self.claim)
            return () if goal is None else (goal,)
        return self._conclusions

    @cached_property
    def _conclusions(self) -> tuple[Goal, ...]:
        if isinstance(self.claim.conclusion, Limit):
            return (self._limit.goal,)
        return () if self._scalar is None else goals_of(self._scalar)

    def _at(self, obligation: Obligation, values: Any) -> tuple[Goal, dict[sp.Symbol, Fraction]]:
        """Return the goal that a point is of, which shows in its symbols, and the point."""
        if not isinstance(values, Mapping):
            raise Failed("there is no point")
        for goal in self._goals(obligation):
            names = {str(symbol): symbol for symbol in goal.symbols}
            if names.keys() == values.keys():
                return goal, {names[name]: _fraction(text) for name, text in values.items()}
        raise Failed("the point has other symbols than the claim")

    # --- What evidence may carry

    def _witness(self, item: Evidence) -> None:
        goal, point = self._at(Obligation.CONCLUSION, item.data.get("witness"))
        if goal.standing(point) is Standing.OUTSIDE:
            raise Failed("the witness does not satisfy the hypotheses")

    def _certificate(self, item: Evidence) -> None:
        conclusion = self.claim.conclusion
        if item.obligation is Obligation.CONCLUSION and isinstance(conclusion, Limit):
            self._check_limit(item)
        elif item.obligation is Obligation.CONCLUSION and not isinstance(conclusion, Statement | Monotonicity):
            different = different_terms(*sides_of(self.claim))
            if different:
                raise Failed(f"{len(different)} terms differ in the free algebra")
        else:
            goals = self._goals(item.obligation)
            records = item.data.get("parts", [item.data])
            if not goals or len(goals) != len(records):
                raise Failed(f"there are {len(goals)} goals and certificates for {len(records)}")
            for goal, record in zip(goals, records, strict=True):
                ProofCheck(goal, record).check()

    def _check_limit(self, item: Evidence) -> None:
        """Compare orders of vanishing again, with signs from the recorded coordinates."""
        context = self._limit.view.ring.context
        cases = {tuple(case["where"]): read_polynomial(case["on"], context) for case in item.data.get("cases", ())}
        signs = _Signs(ProofCheck(self._limit.goal, {**item.data, "atoms": []}))
        proof = self._limit.prove(cast(Prover, signs), cases)
        if proof.outcome is not Outcome.PROVED:
            raise Failed(proof.detail)

    def _counterexample(self, item: Evidence) -> None:
        values = item.counterexample
        if values is None:
            raise Failed("there is no counterexample")
        if "configuration" in values:
            self._mixture(values, item.data.get("mixture"))
        elif isinstance(self.claim.conclusion, Limit) and item.obligation is Obligation.CONCLUSION:
            self._another_limit(values)
        elif "stated" in values and self._has_matrices:
            self._matrices(values)
        else:
            goal, point = self._at(item.obligation, values)
            standing = goal.standing(point)
            if standing is not Standing.VIOLATED:
                raise Failed(f"the counterexample is none: {standing.value}")

    @property
    def _has_matrices(self) -> bool:
        return not isinstance(self.claim.conclusion, Statement | Monotonicity | Limit)

    def _another_limit(self, values: Mapping[str, str]) -> None:
        names = {str(symbol): symbol for symbol in self._limit.goal.symbols if symbol != self._limit.limit.variable}
        if names.keys() != values.keys():
            raise Failed("the point has other symbols than the claim")
        if not self._limit.is_refuted_at({names[name]: _fraction(text) for name, text in values.items()}):
            raise Failed("the counterexample is none: the limit there is the stated one")

    def _mixture(self, values: Mapping[str, str], record: Any) -> None:
        stated = property_of(self.claim)
        if stated is None or not isinstance(record, Mapping):
            raise Failed("there is no claim on mixtures, or no mixture")
        try:
            mixture, inner_loop = from_record(record)
            restricted = stated.restrict(mixture, inner_loop)
            lhs, operator, rhs = stated.sides(evaluate(mixture, inner_loop))
        except LandscapeError as error:
            raise Failed(str(error)) from None
        if as_record(*restricted) != as_record(mixture, inner_loop):
            raise Failed("the mixture does not meet the claim's restriction")
        if holds(lhs, operator, rhs):
            raise Failed("the counterexample is none: the claim holds for the mixture")
        found = {"configuration": as_configuration(mixture, inner_loop), "lhs": str(lhs), "rhs": str(rhs)}
        if found != dict(values):
            raise Failed("the counterexample does not say what the mixture gives")

    def _matrices(self, values: Mapping[str, str]) -> None:
        derived, stated = sides_of(self.claim)
        symbols = {str(symbol): symbol for symbol in derived.symbols | stated.symbols}
        scalars = {symbol: as_rationals(np.asarray(_fraction(values[name]))).item() for name, symbol in symbols.items()}
        point = {symbol: _fraction(values[name]) for name, symbol in symbols.items()}
        for hypothesis in self.claim.hypotheses:
            if hypothesis.symbols <= point.keys() and not hypothesis.holds(point):
                raise Failed(f"{hypothesis} does not hold there")
        letters = sorted(derived.letters | stated.letters)
        arrays = {name: _array(values[name.removeprefix(VECTOR_MARK)]) for name in letters}
        if not any(array.ndim == 2 for array in arrays.values()):
            arrays["S"] = _array(values["S"])  # says which dimension it is
        _check_letters(arrays)
        number = constants_for(np.empty(0, dtype=object))
        sides = {"stated": stated, "derived": derived}
        found = {name: side.evaluate(arrays, scalars, number) for name, side in sides.items()}
        if not np.any(np.asarray(found["stated"] != found["derived"])):
            raise Failed("the counterexample is none: both sides agree there")
        for name, value in found.items():
            if np.any(np.asarray(_array(values[name]) != np.asarray(value, dtype=object))):
                raise Failed(f"the {name} side is another one there")


class _Signs:
    """Gives a limit's proof the signs that it needs, from recorded coordinates alone."""

    def __init__(self, proof: ProofCheck) -> None:
        self.proof = proof

    def sign(
        self, view: View, polynomial: fmpq_mpoly, context: tuple[Formula, ...] = ()
    ) -> tuple[Sign, Backing] | None:
        """Return the sign of a polynomial, without a solver."""
        return self._known(polynomial, context), Backing.exact()

    def certifier(self, view: View) -> Any:
        """Return what knows the coordinates."""
        return SimpleNamespace(
            charts=self.proof.coordinates, coordinates=lambda: self.proof.record["coordinates"], sign=self._known
        )

    def _known(self, polynomial: fmpq_mpoly, context: tuple[Formula, ...]) -> Sign:
        known = self.proof.sign(polynomial, context)
        return Sign(known.direction, known.nonzero)


def _fraction(text: Any) -> Fraction:
    if not isinstance(text, str) or not _NUMBER.fullmatch(text):
        raise Failed(f"{text!r} is not an exact number")
    return Fraction(text)


def _array(text: Any) -> Array:
    """Read nested lists of exact numbers, or one."""
    nested = json.loads(_NUMBER.sub(lambda match: f'"{match.group()}"', text))

    def numbers(value: Any) -> Any:
        return [numbers(item) for item in value] if isinstance(value, list) else _fraction(value)

    return as_rationals(np.array(numbers(nested), dtype=object))


def _check_letters(arrays: Mapping[str, Array]) -> None:
    """Check that matrices are what their letters stand for: symmetric, definite where they must be, true inverses."""
    for name, array in arrays.items():
        if name.startswith(VECTOR_MARK):
            continue
        rows = _rows(array)
        if asymmetric_entry(cast(Any, rows)) is not None:
            raise Failed(f"{name} is not symmetric")
        if name in DEFINITE and smallest_eigenvalue(cast(Any, rows))[0] != 1:
            raise Failed(f"{name} is not positive definite")
        if name.endswith(INVERSE_MARK) and (base := arrays.get(name.removesuffix(INVERSE_MARK))) is not None:
            product = np.asarray(array @ base, dtype=object)
            if np.any(product != as_rationals(np.eye(len(rows), dtype=int))):
                raise Failed(f"{name} is not the inverse")


def _rows(array: Array) -> Sequence[Sequence[Fraction]]:
    rows: Iterable[Iterable[Any]] = array.tolist()
    return tuple(tuple(Fraction(int(value.p), int(value.q)) for value in row) for row in rows)
