"""Proofs of formulas by certificate, checked again: what a record claims of a goal has to follow from the hypotheses.

A record lists the definitions that were kept as positive atoms, the coordinates that were used in each context, and
why the conclusion follows in them. Everything else is worked out here: what the hypotheses and the conclusion are as
polynomials, that every atom is positive, and that nothing which is divided by vanishes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import product as all_choices
from typing import Any

from flint import fmpq_mpoly

from proofs_check.goal import Definition, Goal, conjuncts
from proofs_check.rational import Quotient
from proofs_check.replay.coordinates import Coordinates, Fact, Known, Step
from proofs_check.replay.polynomials import Failed, quotient_of, read_polynomial
from proofs_check.view import View, ring_of
from theory.formula import And, Formula, Iff, Implies, Not, Operator, Or, Relation

__all__ = ["ProofCheck"]

#: Disjunctions that split into more cases than this are not used, as in the search.
MAX_CASES = 8

Context = tuple[Formula, ...]


class ProofCheck:
    """Checks one recorded proof of one goal.

    Parameters
    ----------
    goal : Goal
        What is said to be proved.
    record : mapping
        The ``data`` of the evidence: ``atoms``, ``coordinates`` by context, and ``certificate``.

    Raises
    ------
    Failed
        If the record is incomplete.
    """

    def __init__(self, goal: Goal, record: Mapping[str, Any]) -> None:
        self.goal, self.record = goal, record
        names = {str(definition.symbol): definition for definition in goal.definitions}
        wanted = record.get("atoms", ())
        if not {*wanted} <= {*names}:
            raise Failed("an atom is not among the definitions")
        self.atoms = [definition for definition in goal.definitions if str(definition.symbol) in wanted]
        self.ring = ring_of(goal)
        self.view = View(goal, self.ring, [definition.symbol for definition in self.atoms])
        self._coordinates: dict[Context, list[Coordinates]] = {}

    def check(self) -> None:
        """Check the conclusion, the atoms behind it, and that it is defined wherever the hypotheses hold.

        Raises
        ------
        Failed
            With what does not follow.
        """
        for definition in self.atoms:
            if not self.is_positive(definition):
                raise Failed(f"that {definition.symbol} is positive does not follow")
        self._formula(self.goal.conclusion, (), self.record.get("certificate"))
        for context, number in self.view.divisors:
            if not self.nonzero(self.ring.factors[number], context):
                raise Failed(f"that {self.ring.text(self.ring.factors[number])} does not vanish does not follow")

    def nonzero(self, factor: fmpq_mpoly, context: Context = ()) -> bool:
        """Whether something that is divided by vanishes nowhere: as such, or because it is part of such a thing."""
        if self.sign(factor, ()).nonzero:
            return True
        if any(quotient_of(whole, factor) is not None for whole in self._nonvanishing):
            return True
        return bool(context) and self.sign(factor, context).nonzero

    @cached_property
    def _nonvanishing(self) -> list[fmpq_mpoly]:
        """What definitions divide by, known not to vanish over atoms, and then written out."""
        found: list[fmpq_mpoly] = []
        if self.atoms or not any(definition.positive for definition in self.goal.definitions):
            return found
        over = self._over_atoms()
        for definition in self.goal.definitions:
            for number in sorted(over.view.divisors_of(definition)):
                whole = over.ring.factors[number]
                if over.sign(whole, ()).nonzero:
                    found.append(self.view.substitute(whole).numerator)
        return found

    def _over_atoms(self) -> ProofCheck:
        """Return a check of nothing yet, over every definition that can be shown to be positive."""
        wanted = [definition for definition in self.goal.definitions if definition.positive]
        names = [str(symbol) for symbol in self.ring.symbols]
        while True:
            atoms = [str(definition.symbol) for definition in wanted]
            signs = [[atom, f"x{names.index(atom)}", "1"] for atom in atoms]
            cases = [[*([name, top, bottom] for name, top, bottom in steps), *signs] for steps in self._recorded(())]
            coordinates = [{"context": [], "cases": cases}]
            over = ProofCheck(self.goal, {**self.record, "atoms": atoms, "coordinates": coordinates})
            shown = [definition for definition in wanted if over.is_positive(definition)]
            if shown == wanted:
                return over
            wanted = shown

    def is_positive(self, definition: Definition) -> bool:
        """Whether an atom is positive, over the atoms before it or with all definitions written out."""
        earlier = self.goal.definitions[: self.goal.definitions.index(definition)]
        atoms = [self.ring.position[item.symbol] for item in earlier if item in self.atoms]
        if self._positive(self.view.read(definition.expression), self._hypotheses.with_positive(atoms)):
            return True
        return self._positive(self._written_out.read(definition.expression), self._hypotheses)

    def _positive(self, quotient: Quotient, coordinates: Coordinates) -> bool:
        divisors = [self.ring.factors[number] for number in sorted(quotient.inverted)]
        top, bottom = (
            coordinates.decide(coordinates.image(part))
            for part in (quotient.numerator, self.ring.product(_odd(quotient)))
        )
        defined = all(coordinates.decide(coordinates.image(factor)).nonzero for factor in divisors)
        return defined and top.nonzero and bottom.nonzero and top.direction * bottom.direction == 1

    @cached_property
    def _written_out(self) -> View:
        return View(self.goal, self.ring) if self.atoms else self.view

    @cached_property
    def _hypotheses(self) -> Coordinates:
        """Coordinates that the hypotheses alone give, without any atom."""
        facts = self._facts(self._written_out, self._written_out.assumptions, signs_known=False)
        atoms = {self.ring.position[definition.symbol] for definition in self.atoms}
        steps = [self._step(step) for step in next(iter(self._recorded(())), [])]
        return Coordinates(facts, [step for step in steps if step.position not in atoms], lenient=True)

    # --- Coordinates

    def coordinates(self, context: Context) -> list[Coordinates]:
        """Return the recorded coordinates of a context, checked, one for each case."""
        if context not in self._coordinates:
            cases, recorded = list(self._cases(context)), self._recorded(context)
            if len(cases) != len(recorded):
                raise Failed(f"there are {len(cases)} cases and coordinates for {len(recorded)}")
            self._coordinates[context] = [
                Coordinates(facts, map(self._step, steps)) for facts, steps in zip(cases, recorded, strict=True)
            ]
        return self._coordinates[context]

    def _recorded(self, context: Context) -> list[list[Sequence[Any]]]:
        wanted = [str(formula) for formula in context]
        for entry in self.record.get("coordinates", ()):
            if entry.get("context") == wanted:
                return [list(steps) for steps in entry["cases"]]
        raise Failed("the record has no coordinates" + (f" for {' and '.join(wanted)}" if wanted else ""))

    def _step(self, step: Sequence[Any]) -> Step:
        name, top, bottom = step
        position = next((i for i, symbol in enumerate(self.ring.symbols) if str(symbol) == name), None)
        if position is None:
            raise Failed(f"there is no symbol {name}")
        context = self.ring.context
        return Step(position, read_polynomial(top, context), read_polynomial(bottom, context))

    def _cases(self, context: Context) -> Iterator[list[Fact]]:
        """Yield the facts of each case into which hypotheses and context fall."""
        fixed: list[Fact] = []
        splits: list[list[list[Fact]]] = []
        cases = 1
        for signs_known, formulas in ((False, self.view.assumptions), (True, context)):
            for formula in conjuncts(formulas):
                plain = _opposite(formula.operand) if isinstance(formula, Not) else formula
                if isinstance(plain, Or) and all(isinstance(part, Relation) for part in plain.operands):
                    if cases * len(plain.operands) <= MAX_CASES:
                        cases *= len(plain.operands)
                        splits.append([self._facts(self.view, [part], signs_known) for part in plain.operands])
                elif plain is not None:
                    fixed += self._facts(self.view, [plain], signs_known)
        for choice in all_choices(*splits):
            yield [*fixed, *(fact for part in choice for fact in part)]

    def _facts(self, view: View, formulas: Sequence[Formula], signs_known: bool) -> list[Fact]:
        """State relations in polynomials: each holds, so it is defined, so what it divides by does not vanish.

        The sign of what a hypothesis divides by is not known while the hypotheses are being read.
        """
        facts: list[Fact] = []
        for relation in conjuncts(tuple(formulas)):
            if not isinstance(relation, Relation):
                continue
            difference = view.difference(relation)
            facts += [(self.ring.factors[number], "!=") for number in sorted(difference.inverted)]
            if relation.operator in ("==", "!="):
                facts.append((difference.numerator, relation.operator))
                continue
            odd = self.ring.product(_odd(difference))
            flip = -1 if relation.operator in ("<", "<=") else 1
            bound = ">" if relation.operator in ("<", ">") else ">="
            facts.append((difference.numerator * odd * flip, bound))
            if signs_known and difference.denominator:
                direction = self.sign(odd, ()).direction
                if direction:
                    facts.append((difference.numerator * direction * flip, bound))
        return facts

    # --- Signs

    def sign(self, polynomial: fmpq_mpoly, context: Context) -> Known:
        """Return the sign of a polynomial where the record gives no reason: what all cases agree on."""
        return _common([item.decide(item.image(polynomial)) for item in self.coordinates(context)])

    def follow(self, polynomial: fmpq_mpoly, context: Context, reason: Any) -> Known:
        """Return the sign of a polynomial for the reason recorded."""
        charts = self.coordinates(context)
        reasons = reason["cases"] if isinstance(reason, Mapping) and "cases" in reason else [reason]
        if len(reasons) != len(charts):
            raise Failed(f"there are {len(charts)} cases and reasons for {len(reasons)}")
        return _common([item.follow(item.image(polynomial), why) for item, why in zip(charts, reasons, strict=True)])

    def _quotient(self, quotient: Quotient, context: Context, reason: Any) -> Known:
        """Return the sign of a quotient where it is defined."""
        odd = self.ring.product(_odd(quotient))
        if isinstance(reason, Mapping) and "numerator" in reason:
            top = self.follow(quotient.numerator, context, reason["numerator"])
            bottom = self.follow(odd, context, reason["denominator"])
            return Known(top.direction * bottom.direction, top.nonzero)
        together = self.follow(quotient.numerator * odd, context, reason)
        return Known(together.direction, together.nonzero or self.sign(quotient.numerator, context).nonzero)

    # --- Formulas

    def _formula(self, formula: Formula, context: Context, why: Any) -> None:
        if isinstance(formula, Relation):
            self._relation(formula, context, why)
        elif isinstance(formula, And):
            parts = why.get("all of", ()) if isinstance(why, Mapping) else ()
            if len(parts) != len(formula.operands):
                raise Failed(f"{len(formula.operands)} parts are to be shown and {len(parts)} are")
            for part, reason in zip(formula.operands, parts, strict=True):
                self._formula(part, context, reason)
        elif isinstance(formula, Or):
            self._any(formula, context, why)
        elif isinstance(formula, Implies):
            self._formula(formula.consequence, (*context, formula.condition), why)
        elif isinstance(formula, Not) and (opposite := _opposite(formula.operand)) is not None:
            self._formula(opposite, context, why)
        elif isinstance(formula, Iff):
            self._equivalence(formula, context, why)
        else:
            raise Failed(f"there is no way to check {formula}")

    def _any(self, formula: Or, context: Context, why: Any) -> None:
        failures = []
        for part in formula.operands:
            try:
                return self._formula(part, context, why)
            except Failed as error:
                failures.append(str(error))
        raise Failed("; ".join(failures))

    def _relation(self, relation: Relation, context: Context, why: Any) -> None:
        difference = self.view.difference(relation)
        if why == "identity":
            if not difference.is_zero or relation.operator not in ("==", "<=", ">="):
                raise Failed(f"{relation} is not an identity")
        elif why == "identity under the hypotheses":
            images = [item.image(difference.numerator) for item in self.coordinates(context)]
            if relation.operator != "==" or not all(image.is_zero() for image in images):
                raise Failed(f"{relation} is not an identity under the hypotheses")
        elif isinstance(why, Mapping) and "u" in why:
            self._consequence(relation, difference, context, why)
        elif isinstance(why, Mapping):
            if not self._quotient(difference, context, why.get("certificate")).meets(relation.operator):
                raise Failed(f"the certificate does not give {relation}")
        else:
            raise Failed(f"there is no certificate for {relation}")

    def _consequence(self, relation: Relation, difference: Quotient, context: Context, why: Mapping[str, Any]) -> None:
        """Check ``p >= 0`` by ``u p - v h >= 0`` for a hypothesis ``h >= 0`` of the context, u > 0 and v >= 0."""
        if relation.operator not in ("<", "<=", ">", ">="):
            raise Failed(f"{relation} cannot follow from an inequality")
        u, v, known = (read_polynomial(why.get(key), self.ring.context) for key in ("u", "v", "hypothesis"))
        strict = relation.operator in ("<", ">")
        given = self._facts(self.view, context, signs_known=True)
        if not any(fact == known and (bound == ">" or (bound == ">=" and not strict)) for fact, bound in given):
            raise Failed("what is built on is not among the hypotheses")
        if not self.sign(u, ()).meets(">") or not self.sign(v, ()).meets(">" if strict else ">="):
            raise Failed("a multiplier has the wrong sign")
        odd = self.ring.product(_odd(difference))
        flip = -1 if relation.operator in ("<", "<=") else 1
        direction = self.sign(odd, ()).direction
        goal = difference.numerator * flip * (direction or odd)
        if self.follow(u * goal - v * known, (), why.get("certificate")).direction != 1:
            raise Failed(f"the certificate does not give {relation}")

    def _equivalence(self, formula: Iff, context: Context, why: Any) -> None:
        if isinstance(why, Mapping) and "all of" in why:
            both = And((Implies(formula.left, formula.right), Implies(formula.right, formula.left)))
            return self._formula(both, context, why)
        left, right = self._as_one(formula.left), self._as_one(formula.right)
        if left is None or right is None or left[1] != right[1] or right[0].is_zero or not isinstance(why, Mapping):
            raise Failed(f"there is no certificate for {formula}")
        shared = why.get("both vanish exactly with")
        if shared is not None:
            for quotient in (left[0], right[0]):
                self._vanishes_with(quotient, shared, context)
            if left[1] not in ("==", "!="):
                raise Failed(f"{formula} is about more than where both sides vanish")
            return None
        ratio = self.ring.multiply(left[0], self.ring.inverse(right[0]))
        positive = self._quotient(ratio, context, why.get("certificate")).meets(">")
        if not positive or not all(self.sign(self.ring.factors[n], context).nonzero for n in ratio.denominator):
            raise Failed(f"the certificate does not give {formula}")
        return None

    def _vanishes_with(self, quotient: Quotient, shared: Sequence[Any], context: Context) -> None:
        """Check that a numerator vanishes where one of the shared factors does, and nowhere else."""
        rest = quotient.numerator
        for factor in (read_polynomial(text, self.ring.context) for text in shared):
            divided = quotient_of(rest, factor)
            if divided is None:
                raise Failed("what both sides are said to vanish with is no factor of both")
            while divided is not None:
                rest, divided = divided, quotient_of(divided, factor)
        if not self.sign(rest, context).nonzero:
            raise Failed("one side may vanish where the other does not")

    def _as_one(self, formula: Formula) -> tuple[Quotient, Operator] | None:
        """Read a formula as one comparison with zero by ``>``, ``>=``, ``==`` or ``!=``, where it is one."""
        if isinstance(formula, Not):
            opposite = _opposite(formula.operand)
            return None if opposite is None else self._as_one(opposite)
        if isinstance(formula, Relation):
            difference = self.view.difference(formula)
            if formula.operator in ("<", "<="):
                return self.ring.negate(difference), ">" if formula.operator == "<" else ">="
            return difference, formula.operator
        if isinstance(formula, And | Or):
            operator: Operator = "!=" if isinstance(formula, And) else "=="
            whole = self.ring.constant(1).numerator
            for part in map(self._as_one, formula.operands):
                if part is None or part[1] != operator:
                    return None
                whole = whole * part[0].numerator  # without the denominators, which would cancel zeros of other parts
            return self.ring.polynomial(whole), operator
        return None


def _odd(quotient: Quotient) -> dict[int, int]:
    """Return what a quotient divides by to an odd power: its sign is that of the whole denominator."""
    return {number: 1 for number, exponent in quotient.denominator.items() if exponent % 2}


def _common(signs: Sequence[Known]) -> Known:
    directions = {sign.direction for sign in signs}
    return Known(directions.pop() if len(directions) == 1 else 0, all(sign.nonzero for sign in signs))


def _opposite(formula: Formula) -> Formula | None:
    """Return what holds where a formula does not, as far as that needs no splitting."""
    if isinstance(formula, Relation):
        return formula.negated()
    if isinstance(formula, Not):
        return formula.operand
    if isinstance(formula, And | Or):
        parts = tuple(Not(part) for part in formula.operands)
        return Or(parts) if isinstance(formula, And) else And(parts)
    if isinstance(formula, Implies):
        return And((formula.condition, Not(formula.consequence)))
    return None
