"""Proofs about one goal: signs, lemmas and the conclusion, by certificates and by solvers, with what each rests on.

A conclusion counts as proved only together with its side conditions: that it is defined wherever the hypotheses hold,
and the lemmas ``layer > 0`` behind the atoms that were used. Every proof carries who vouches for all of that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from math import prod

import sympy as sp
from flint import fmpq_mpoly

from proofs_check.budget import Budget, Deadline
from proofs_check.certify import Certificate, Certifier
from proofs_check.goal import Definition, Goal
from proofs_check.positivity import Sign
from proofs_check.rational import Quotient, Ring
from proofs_check.smtlib import Script
from proofs_check.solvers import Answer, Solvers, Value
from proofs_check.verdict import Tier
from proofs_check.view import View, ring_of, views
from theory.formula import Formula, Operator, gt

__all__ = ["Backing", "Proof", "Prover", "Questioned", "as_point"]

EXACT = "flint"


@dataclass(frozen=True)
class Backing:
    """Who vouches for a statement: ``flint`` by an exact certificate, or solvers."""

    provers: frozenset[str]
    tier: Tier

    @classmethod
    def exact(cls) -> Backing:
        """Vouched for in exact arithmetic."""
        return cls(frozenset({EXACT}), Tier.EXACT)

    @classmethod
    def by(cls, solvers: Iterable[str]) -> Backing:
        """Vouched for by these solvers."""
        solvers = frozenset(solvers)
        return cls(solvers, Tier.SOLVERS if len(solvers) > 1 else Tier.SOLVER)

    def __and__(self, other: Backing) -> Backing:
        return Backing(self.provers | other.provers, max(self.tier, other.tier))


@dataclass(frozen=True)
class Proof:
    """A proof of a conclusion and its side conditions, in one view."""

    view: View
    backing: Backing
    certificate: Certificate | None = None


@dataclass(frozen=True)
class Questioned:
    """What the solvers said of a conclusion.

    Parameters
    ----------
    proof : Proof or None
        Where at least one of them proved it.
    answers : dict
        The last answer of each solver, by name.
    models : list of dict
        Where the fully expanded denial can be met: candidates for a counterexample, still to be checked.
    conflict : str
        Non-empty where one solver proved what another one denies.
    integral : bool
        Whether the answers are about integers that are integers, not relaxed to the reals.
    """

    proof: Proof | None
    answers: dict[str, Answer]
    models: list[dict[sp.Symbol, Fraction]] = field(default_factory=list)
    conflict: str = ""
    integral: bool = False


class Prover:
    """Proves things about a goal.

    Parameters
    ----------
    goal : Goal
        Whose hypotheses and definitions hold throughout.
    witness : mapping from symbol to Fraction
        A point that satisfies the hypotheses; it suggests which sign to prove.
    solvers : Solvers
        Who to ask where no certificate is found.
    budget : Budget
        Limits.
    lemmas : mapping from symbol to Backing, optional
        Definitions that were proved positive before, under no more than this goal's hypotheses.
    view : View, optional
        The goal fully expanded, where that is at hand.
    """

    def __init__(
        self,
        goal: Goal,
        witness: Mapping[sp.Symbol, Fraction],
        solvers: Solvers,
        budget: Budget,
        lemmas: Mapping[sp.Symbol, Backing] | None = None,
        view: View | None = None,
    ) -> None:
        self.goal, self.witness, self.solvers, self.budget = goal, witness, solvers, budget
        concrete = view or View(goal, ring_of(goal))
        self.ring: Ring = concrete.ring
        self.lemmas: dict[sp.Symbol, Backing] = dict(lemmas or {})
        self.unproved_lemmas: list[sp.Symbol] = []
        self.views: list[View] = []  # none while the lemmas behind them are being proved
        self._certifiers: dict[View, Certifier] = {}
        self._signs: dict[tuple[View, int, tuple[Formula, ...]], tuple[Sign, Backing] | None] = {}
        for index, definition in enumerate(goal.definitions):
            if definition.positive and definition.symbol not in self.lemmas:
                self._establish(definition, goal.definitions[:index])
        self.views = views(concrete, self.lemmas)

    def _establish(self, definition: Definition, earlier: tuple[Definition, ...]) -> None:
        """Prove that a definition is positive, over earlier ones that were proved so or else expanded."""
        lemma = Goal(self.goal.hypotheses, earlier, gt(definition.expression, 0), f"{definition.symbol} > 0")
        seen = views(View(lemma, self.ring), [d.symbol for d in earlier if d.symbol in self.lemmas])
        proof = self.certify(seen) or self.question(seen).proof
        if proof is None:
            self.unproved_lemmas.append(definition.symbol)
        else:
            self.lemmas[definition.symbol] = proof.backing

    def certifier(self, view: View) -> Certifier:
        """Return the certifier of a view."""
        if view not in self._certifiers:
            self._certifiers[view] = Certifier(view, self.budget.certificate_seconds)
        return self._certifiers[view]

    def certify(self, seen: list[View] | None = None) -> Proof | None:
        """Prove a conclusion by certificate, in the first view where one is found; by sums of squares if need be."""
        seen = self.views if seen is None else seen
        for sums in (False, True):
            for view in seen:
                certificate = self.certifier(view).prove(view.goal.conclusion, sums=sums)
                if certificate is None:
                    continue
                backing = self.definedness(view)
                if backing is not None:
                    return Proof(view, Backing.exact() & backing & self._atoms(view), certificate)
        return None

    def definedness(self, view: View) -> Backing | None:
        """Prove that nothing which the conclusion divides by vanishes where the hypotheses hold."""
        total = Backing.exact()
        for context, factor in view.divisors:
            found = self.sign_of_factor(view, factor, context)
            if found is None or not found[0].strict:
                return None
            total = total & found[1]
        return total

    def _atoms(self, view: View) -> Backing:
        """Return who vouches for the lemmas behind the atoms of a view, and behind those in turn."""
        total = Backing.exact()
        for symbol in view.opaque:
            total = total & self.lemmas[symbol]
        return total

    def sign_of_factor(self, view: View, factor: int, context: tuple[Formula, ...] = ()) -> tuple[Sign, Backing] | None:
        """Return what can be proved of the sign of one of the ring's factors, and who vouches for it."""
        key = (view, factor, context)
        if self.views and not view.opaque and factor in self._transferred:
            return self._transferred[factor]
        if key not in self._signs:
            self._signs[key] = self.sign(view, self.ring.factors[factor], context)
        return self._signs[key]

    @cached_property
    def _transferred(self) -> dict[int, tuple[Sign, Backing]]:
        """Signs of factors, fully expanded, of something that over atoms is known not to vanish."""
        found: dict[int, tuple[Sign, Backing]] = {}
        concrete = self.views[-1]
        for view in self.views[:-1]:
            backing = self._atoms(view)
            for divisor in sorted({f for definition in self.goal.definitions for f in view.divisors_of(definition)}):
                known = self.certifier(view).sign(self.ring.factors[divisor])
                if known.strict:
                    expanded = concrete.substitute(self.ring.factors[divisor])
                    found |= {factor: (sign, backing) for factor, sign in self._shares(expanded, known.direction)}
        return found

    def _shares(self, whole: Quotient, direction: int) -> list[tuple[int, Sign]]:
        """Infer the signs of a numerator's factors from that of a quotient which does not vanish."""
        constant, factors = whole.numerator.factor()
        numbers = [(self.ring.number_of(factor), int(exponent)) for factor, exponent in factors]
        odd = [n for n, exponent in (*numbers, *whole.denominator.items()) if exponent % 2]
        certifier = self.certifier(self.views[-1])
        directions = {n: certifier.plain_sign(self.ring.factors[n]).direction for n in odd}
        unknown = [n for n in odd if not directions[n]]
        if len(unknown) == 1:
            rest = prod(directions[n] for n in odd if n not in unknown) * (1 if constant > 0 else -1)
            directions[unknown[0]] = rest * direction
        return [(number, Sign(directions.get(number, 0), True)) for number, _ in numbers]

    def sign(
        self, view: View, polynomial: fmpq_mpoly, context: tuple[Formula, ...] = ()
    ) -> tuple[Sign, Backing] | None:
        """Prove the sign of a polynomial, or at least that it is not zero."""
        certified = self.certifier(view).sign(polynomial, context)
        if certified.strict:
            return certified, Backing.exact()
        try:
            guess = 1 if view.evaluate(polynomial, self.witness) > 0 else -1
        except ZeroDivisionError:
            guess = 1
        attempts: tuple[tuple[Operator, Sign], ...] = (
            (">" if guess > 0 else "<", Sign(guess, True)),
            ("!=", Sign(0, True)),
        )
        for operator, sign in attempts:
            backing = self.ask_sign(view, polynomial, operator, context)
            if backing is not None:
                return sign, backing
        return None

    def ask_sign(
        self, view: View, polynomial: fmpq_mpoly, operator: Operator, context: tuple[Formula, ...] = ()
    ) -> Backing | None:
        """Have the solvers prove a polynomial's comparison with zero."""
        script = Script(view)
        text = script.question(f"(not {script.comparison(polynomial, operator)})", context)
        answers = self.solvers.ask(text, self.budget.solver_seconds, self.budget.second_opinion_seconds)
        proved = [name for name, answer in answers.items() if answer.status == "unsat"]
        denied = any(answer.status == "sat" for answer in answers.values())
        return Backing.by(proved) if proved and not denied else None

    def question(self, seen: list[View] | None = None, seconds: float | None = None) -> Questioned:
        """Put the denial of a conclusion to the solvers, view by view.

        Parameters
        ----------
        seen : list of View, optional
            Where to look; by default in all views of the goal.
        seconds : float, optional
            Limit for all questions together; by default each has the budget's.
        """
        deadline = None if seconds is None else Deadline.after(seconds)
        proofs: dict[str, View] = {}
        last: dict[str, Answer] = {}
        models: list[dict[sp.Symbol, Fraction]] = []
        for view in self.views if seen is None else seen:
            waiting = [name for name in self.solvers.names if name not in proofs]
            if not waiting or (deadline is not None and deadline.passed):
                break
            text = self._denial(view)
            allowed = self.budget.second_opinion_seconds if proofs else self.budget.solver_seconds
            allowed = allowed if deadline is None else min(allowed, deadline.left)
            answers = self.solvers.ask(text, allowed, self.budget.second_opinion_seconds, waiting)
            last |= answers
            proofs |= {name: view for name, answer in answers.items() if answer.status == "unsat"}
            denying = [name for name, answer in answers.items() if answer.status == "sat"]
            if denying and proofs:  # what holds over atoms holds with fewer of them
                conflict = f"{' and '.join(proofs)} proved what {' and '.join(denying)} denied, {view}"
                return Questioned(None, last, models, conflict)
            if denying and not view.opaque:
                models = [as_point(self.goal, self.ring, answers[name].model, self.witness) for name in denying]
                return (
                    self._over_integers(view, allowed, models) if self.goal.integers else Questioned(None, last, models)
                )
        return Questioned(self._supported(proofs), last, models)

    def _over_integers(self, view: View, seconds: float, relaxed: list[dict[sp.Symbol, Fraction]]) -> Questioned:
        """Put the denial again, with integers that are integers, where over the reals it can be met."""
        answers = self.solvers.ask(
            self._denial(view, integral=True), seconds, self.budget.second_opinion_seconds, self.solvers.names
        )
        proofs = {name: view for name, answer in answers.items() if answer.status == "unsat"}
        denying = [name for name, answer in answers.items() if answer.status == "sat"]
        models = [as_point(self.goal, self.ring, answers[name].model, self.witness) for name in denying]
        if denying and proofs:
            conflict = f"{' and '.join(proofs)} proved what {' and '.join(denying)} denied, over the integers, {view}"
            return Questioned(None, answers, models, conflict)
        return Questioned(self._supported(proofs), answers, models or relaxed, integral=True)

    def model(self, pins: Mapping[sp.Symbol, Fraction], seconds: float) -> dict[sp.Symbol, Fraction] | None:
        """Ask for a model of the fully expanded denial in which some symbols have given values."""
        answers = self.solvers.ask(self._denial(self.views[-1], pins), seconds, patience=0)
        answer = next((answer for answer in answers.values() if answer.status == "sat"), None)
        return None if answer is None else as_point(self.goal, self.ring, answer.model, self.witness)

    def denial_where_defined(self, seconds: float) -> dict[str, Answer]:
        """Ask for values of any kind at which the conclusion is defined, poles and all, and false.

        Parameters
        ----------
        seconds : float
            Limit for each solver.
        """
        view = self.views[-1]
        script, divisors = Script(view), {factor for _, factor in view.divisors}
        denial = f"(not {script.formula(view.goal.conclusion)})"
        text = script.question(denial, nonzero=divisors, integral=bool(self.goal.integers))
        return self.solvers.ask(text, seconds, self.budget.second_opinion_seconds)

    def _denial(self, view: View, pins: Mapping[sp.Symbol, Fraction] | None = None, *, integral: bool = False) -> str:
        # What is divided by only in some context is not known to be nonzero outside it.
        always = [factor for context, factor in view.divisors if not context]
        signs = {}
        for factor in always:
            found = self.sign_of_factor(view, factor)
            if found is not None and found[0].direction and found[0].strict:
                signs[factor] = found[0].direction
        script = Script(view, signs)
        return script.question(
            f"(not {script.formula(view.goal.conclusion)})", nonzero=always, pins=pins, integral=integral
        )

    def _supported(self, proofs: dict[str, View]) -> Proof | None:
        """Add the side conditions to what the solvers proved."""
        if not proofs:
            return None
        total = Backing.by(proofs)
        for view in dict.fromkeys(proofs.values()):
            defined = self.definedness(view)
            if defined is None:
                return None
            total = total & defined & self._atoms(view)
        return Proof(next(iter(proofs.values())), total)


def as_point(
    goal: Goal, ring: Ring, model: Mapping[str, Value], default: Mapping[sp.Symbol, Fraction]
) -> dict[sp.Symbol, Fraction]:
    """Read a solver's model, possibly rounded, with a default for what the solver left open."""
    found = {int(name[1:]): value.near for name, value in model.items()}  # x3, or i3 where it is an integer
    return {symbol: found.get(ring.position[symbol], default.get(symbol, Fraction(1))) for symbol in goal.symbols}
