"""Proof scripts: a goal over layered definitions becomes a Coq proof, from certificates that are found beforehand.

Coq searches for nothing here. Every inequality is handed its difference in a form whose sign can be read off, every
equivalence the positive factor between its two sides; ``field`` checks that the form equals the difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import count

import sympy as sp

from proofs_check.coq.printing import Names
from proofs_check.coq.scope import Named, Scope
from proofs_check.coq.signs import Fact, Signs
from proofs_check.goal import Goal, conjuncts
from proofs_check.positivity import coefficients_in
from proofs_check.rational import Quotient
from proofs_check.view import View, ring_of
from theory.formula import And, Formula, Iff, Implies, IsInteger, Operator, Or, Relation, gt

__all__ = ["Writer", "flat"]

#: An equation may be the n-th power of the one that it is equivalent to, for n up to this.
_MAX_POWER = 3
_RULES: Mapping[Operator, str] = {"<": "lt_by_diff", ">": "lt_by_diff", "<=": "le_by_diff", ">=": "le_by_diff"}


def flat(hypotheses: Iterable[Formula], *, integers: bool) -> tuple[Formula, ...]:
    """Take conjunctions among hypotheses apart; ``integers`` says whether to keep that counts are integers."""
    return tuple(h for h in conjuncts(tuple(hypotheses)) if integers or not isinstance(h, IsInteger))


def _folds(goal: Goal) -> dict[sp.Expr, sp.Symbol]:
    """Return the positive definitions that abbreviate a sum of base symbols, such as q = 1 - p."""
    base = {*goal.symbols}
    return {
        d.expression: d.symbol
        for d in goal.definitions
        if d.positive and isinstance(d.expression, sp.Add) and d.expression.free_symbols <= base
    }


class Writer:
    """Writes the proof of one goal.

    Parameters
    ----------
    goal : Goal
        As it is printed: definitions in order.
    twins : mapping from symbol to expression
        Definitions that equal a simpler expression in earlier ones; proved first, then put in their place.
    names : Names
        The Coq names of all symbols.
    """

    def __init__(self, goal: Goal, twins: Mapping[sp.Symbol, sp.Expr], names: Names) -> None:
        self.goal, self.twins, self.names = goal, twins, names
        self.folds = _folds(goal)
        self.reduced = self._fold(goal)
        self.ring = ring_of(self.reduced)
        self.hypotheses: Named = tuple(
            (f"H{i}", h) for i, h in enumerate(flat(goal.hypotheses, integers=False), start=1)
        )
        self._counter = count(1)
        self._facts: list[Fact] = []
        self._variables: dict[int, bool] = {}
        self._atoms: list[sp.Symbol] = []

    def _fold(self, goal: Goal) -> Goal:
        """Put twins in the place of definitions, and names in the place of what they abbreviate."""
        definitions = []
        for d in goal.definitions:
            expression = self.twins.get(d.symbol, d.expression)
            definitions.append(d if d.symbol in self.folds.values() else replace(d, expression=self.folded(expression)))
        return replace(goal, definitions=tuple(definitions), conclusion=goal.conclusion.map_expressions(self.folded))

    def folded(self, expression: sp.Expr) -> sp.Expr:
        """Write names for what they abbreviate."""
        return expression.xreplace(self.folds) if self.folds else expression

    def _refold(self, opaque: Iterable[sp.Symbol]) -> list[str]:
        """Do the same in Coq's goal, where the names are not unfolded."""
        kept = {*opaque}
        return [
            f"try change ({self.names.expression(expression)}) with {self.names[symbol]}."
            for expression, symbol in self.folds.items()
            if symbol in kept
        ]

    def fresh(self) -> str:
        """Return a name that the proof has not used."""
        return f"A{next(self._counter)}"

    def write(self) -> list[str] | None:
        """Return the script that follows the introduction of everything, or ``None`` where no certificate is found."""
        script: list[str] = []
        base = [(name, h) for name, h in self.hypotheses if not self._defined & h.symbols]
        self._facts, self._variables = self._plain_facts(base, script)
        proved: list[str] = []
        for definition in self.goal.definitions:
            if definition.positive:
                block = self._positivity(definition.symbol, definition.expression)
                if block is None:
                    continue
                script += block
                self._atoms.append(definition.symbol)
                proved.append(self.names[definition.symbol])
            elif definition.symbol in self.twins:
                block = self._twin(definition.symbol, definition.expression)
                if block is None:
                    return None
                script += block
        for opaque in self._choices():
            for split in (False, True):
                body = self._main(opaque, split)
                if body is not None:
                    return script + body
        return None

    def _choices(self) -> list[list[sp.Symbol]]:
        """Return which definitions to keep as atoms: all that are positive, the sums among them, none."""
        sums = {d.symbol for d in self.goal.definitions if isinstance(d.expression, sp.Add)}
        choices = [list(self._atoms), [a for a in self._atoms if a in sums], []]
        return [choice for index, choice in enumerate(choices) if choice not in choices[:index]]

    @property
    def _defined(self) -> frozenset[sp.Symbol]:
        return frozenset(d.symbol for d in self.goal.definitions)

    def _unfold(self, opaque: Iterable[sp.Symbol]) -> list[str]:
        """Put every definition that is not an atom in its place; twins are gone already."""
        keep = {*opaque, *self.twins}
        unfolded = [self.names[d.symbol] for d in reversed(self.goal.definitions) if d.symbol not in keep]
        return [f"subst {' '.join(unfolded)}."] if unfolded else []

    def _scope(self, opaque: Sequence[sp.Symbol], upto: sp.Symbol | None = None) -> Scope:
        goal = self.reduced
        if upto is not None:
            index = [d.symbol for d in goal.definitions].index(upto)
            everything = gt(sp.Add(*goal.symbols), 0)  # so that the view knows the symbols of what is left out
            goal = replace(goal, definitions=goal.definitions[:index], conclusion=everything)
        view, script = View(goal, self.ring, opaque), list[str]()
        variables = self._variables | {self.ring.position[a]: True for a in opaque}
        names = [self.names[symbol] for symbol in self.ring.symbols]
        return Scope(view, Signs(self.ring, names, variables, self._facts, script, self.fresh), script, self.names)

    def _block(self, statement: str, symbol: sp.Symbol, scope: Scope, body: list[str]) -> list[str]:
        """Return an assert that unfolds a definition and all before it that are not atoms."""
        earlier = [d.symbol for d in self.goal.definitions[: [d.symbol for d in self.goal.definitions].index(symbol)]]
        keep = {*scope.view.opaque, *self.twins} - {symbol}
        unfolded = " ".join(self.names[s] for s in [symbol, *reversed(earlier)] if s not in keep)
        refold = self._refold(scope.view.opaque)
        return [f"assert ({statement}).", "{", f"subst {unfolded}.", *refold, *scope.script, *body, "}"]

    def _positivity(self, symbol: sp.Symbol, expression: sp.Expr) -> list[str] | None:
        """Prove the lemma that a definition is positive, over as many earlier atoms as that works with."""
        for opaque in self._choices():
            scope = self._scope(opaque, symbol)
            body = self._relation(
                scope, gt(expression if symbol in self.folds.values() else self.folded(expression), 0)
            )
            if body is not None:
                return self._block(f"P_{self.names[symbol]} : 0 < {self.names[symbol]}", symbol, scope, body)
        return None

    def _twin(self, symbol: sp.Symbol, expression: sp.Expr) -> list[str] | None:
        """Prove that a definition equals its twin, and put the twin in its place."""
        name, twin = self.names[symbol], self.twins[symbol]
        reduced = {d.symbol: d.expression for d in self.reduced.definitions}
        if isinstance(twin, sp.Symbol) and reduced[twin] == self.folded(expression).xreplace(self.twins):
            # Built alike from parts that are equal: nothing is to be multiplied out.
            return [
                f"assert (E_{name} : {name} = {self.names[twin]}) by reflexivity.",
                f"clearbody {name}.",
                f"subst {name}.",
            ]
        for opaque in self._choices():
            scope = self._scope(opaque, symbol)
            body = self._relation(scope, Relation(self.folded(expression), "==", twin))
            if body is not None:
                unfolded_twin = self.names.expression(twin)
                block = self._block(f"E_{name} : {name} = {unfolded_twin}", symbol, scope, body)
                return [*block, f"clearbody {name}.", f"subst {name}."]
        return None

    def _main(self, opaque: Sequence[sp.Symbol], split: bool) -> list[str] | None:
        head = [*self._unfold(opaque), *self._refold(opaque)]
        if opaque:
            head.append(f"clearbody {' '.join(self.names[a] for a in reversed(opaque))}.")
        for index, (name, hypothesis) in enumerate(self.hypotheses):
            if split and isinstance(hypothesis, Or):
                if not all(isinstance(part, Relation) for part in hypothesis.operands):
                    continue
                return self._cases(head, opaque, index, name, hypothesis)
        body = None if split else self._body(opaque, self.hypotheses)
        return None if body is None else head + body

    def _cases(
        self, head: list[str], opaque: Sequence[sp.Symbol], index: int, name: str, hypothesis: Or
    ) -> list[str] | None:
        """Prove the conclusion once for each part of a disjunction among the hypotheses."""
        pattern = f"[{name} | {name}]"
        for _ in hypothesis.operands[2:]:
            pattern = f"[{name} | {pattern}]"
        script = [*head, f"destruct {name} as {pattern}."]
        for part in hypothesis.operands:
            named = (*self.hypotheses[:index], (name, part), *self.hypotheses[index + 1 :])
            body = self._body(opaque, named, (name,))
            if body is None:
                return None
            script += ["{", *body, "}"]
        return script

    def _body(self, opaque: Sequence[sp.Symbol], hypotheses: Named, anew: tuple[str, ...] = ()) -> list[str] | None:
        scope = self._scope(opaque)
        further = [(name, h) for name, h in hypotheses if name in anew or self._defined & h.symbols]
        scope.learn(further)
        body = self._formula(scope, self.reduced.conclusion)
        return None if body is None else scope.script + body

    def _plain_facts(
        self, hypotheses: Iterable[tuple[str, Formula]], script: list[str]
    ) -> tuple[list[Fact], dict[int, bool]]:
        """Read the hypotheses on base symbols as facts."""
        scope = self._scope(())
        scope.signs.script = scope.script = script
        scope.learn(hypotheses)
        return scope.signs.facts, scope.signs.variables

    def _formula(self, scope: Scope, formula: Formula) -> list[str] | None:
        if isinstance(formula, Relation):
            return self._relation(scope, formula)
        if isinstance(formula, And):
            return self._all(scope, formula.operands)
        if isinstance(formula, Implies):
            return self._under(scope, formula.condition, formula.consequence)
        if isinstance(formula, Iff):
            direct = self._equivalence(scope, formula)
            if direct is not None:
                return direct
            parts = (Implies(formula.left, formula.right), Implies(formula.right, formula.left))
            return self._all(scope, parts)
        if isinstance(formula, Or):
            for index, part in enumerate(formula.operands):
                body = self._formula(scope, part)
                if body is not None:
                    last = index == len(formula.operands) - 1
                    return [*["right."] * index, *([] if last else ["left."]), *body]
        return None

    def _all(self, scope: Scope, parts: Sequence[Formula]) -> list[str] | None:
        script: list[str] = []
        for index, part in enumerate(parts):
            inner = self._inner(scope)
            body = self._formula(inner, part)
            if body is None:
                return None
            block = ["{", *inner.script, *body, "}"]
            script += ["split.", *block] if index < len(parts) - 1 else block
        return script

    def _inner(self, scope: Scope) -> Scope:
        """Return a scope for a part of the proof, which learns nothing that holds elsewhere."""
        script, signs = list[str](), scope.signs
        inner = Signs(self.ring, signs.names, signs.variables, signs.facts, script, self.fresh)
        return Scope(scope.view, inner, script, self.names)

    def _under(self, scope: Scope, condition: Formula, consequence: Formula) -> list[str] | None:
        inner, name = self._inner(scope), self.fresh()
        if isinstance(condition, Relation) and isinstance(consequence, Relation):
            body = self._by_multiple(inner, name, condition, consequence)
            if body is not None:
                return [f"intro {name}.", *inner.script, *body]
            inner = self._inner(scope)
        inner.learn(((name, condition),))
        body = self._formula(inner, consequence)
        return None if body is None else [f"intro {name}.", *inner.script, *body]

    def _by_multiple(self, scope: Scope, name: str, condition: Relation, consequence: Relation) -> list[str] | None:
        """Prove one inequality from another: its gap is a multiple of the other's, plus something that is >= 0."""
        if condition.operator not in _RULES or consequence.operator not in ("<=", ">="):
            return None
        wanted, given = self._gap(scope, consequence), self._gap(scope, condition)
        if not (scope.is_defined(wanted) and scope.is_defined(given)):
            return None
        for position in range(len(self.ring.symbols)):
            parts = [coefficients_in(gap.numerator, position) for gap in (wanted, given)]
            if any(max(part, default=0) != 1 for part in parts):
                continue
            tops = [replace(gap, numerator=part[1]) for gap, part in zip((wanted, given), parts, strict=True)]
            scale = self.ring.multiply(tops[0], self.ring.inverse(tops[1]))
            rest = self.ring.subtract(wanted, self.ring.multiply(scale, given))
            times, plus = scope.signs.quotient(scale), scope.signs.quotient(rest)
            if times.known.direction == plus.known.direction == 1:
                return [
                    f"refine (le_by_multiple _ _ _ _ ({times.text}) ({plus.text}) _ _ _ {name}); "
                    "[field; nz | pos | pos]."
                ]
        return None

    def _gap(self, scope: Scope, relation: Relation) -> Quotient:
        """Return the larger side minus the smaller one; for equations left minus right."""
        difference = scope.view.difference(relation)
        return self.ring.negate(difference) if relation.operator in ("<", "<=") else difference

    def _relation(self, scope: Scope, relation: Relation) -> list[str] | None:
        if relation.operator == "==" and self.twins.get(relation.rhs) == relation.lhs:
            return ["reflexivity."]  # the twin was proved equal, and stands in its place
        gap = self._gap(scope, relation)
        if relation.operator == "==" and not gap.is_zero:
            return None
        if not scope.is_defined(gap):
            return None
        if relation.operator == "==":
            return ["field; nz."]
        if gap.is_zero:
            return ["apply (le_by_diff _ _ 0); [field; nz | lra]."] if relation.operator in ("<=", ">=") else None
        evident = scope.signs.quotient(gap)
        if relation.operator == "!=":
            return [f"apply (ne_by_diff _ _ ({evident.text})); [field; nz | pos]."] if evident.known.strict else None
        if evident.known.direction != 1 or (relation.operator in ("<", ">") and not evident.known.strict):
            return None
        return [f"apply ({_RULES[relation.operator]} _ _ ({evident.text})); [field; nz | pos]."]

    def _equivalence(self, scope: Scope, formula: Iff) -> list[str] | None:
        left, right = formula.left, formula.right
        if not isinstance(left, Relation):
            return None
        if left.operator == "==":
            others = right.operands if isinstance(right, Or) else (right,)
            return self._same_zeros(scope, left, [o for o in others if isinstance(o, Relation)], len(others))
        if (
            not isinstance(right, Relation)
            or ("=" in left.operator) != ("=" in right.operator)
            or "!="
            in (
                left.operator,
                right.operator,
            )
        ):
            return None
        above, below = self._gap(scope, left), self._gap(scope, right)
        if below.is_zero or not (scope.is_defined(above) and scope.is_defined(below)):
            return None
        evident = scope.signs.quotient(self.ring.multiply(above, self.ring.inverse(below)))
        if evident.known.direction != 1 or not evident.known.strict:
            return None
        rule = "iff_le" if "=" in left.operator else "iff_lt"
        return [f"apply ({rule} _ _ _ _ ({evident.text})); [field; nz | pos]."]

    def _same_zeros(self, scope: Scope, left: Relation, others: list[Relation], asked: int) -> list[str] | None:
        """Prove that an equation holds exactly where one or two others do."""
        if len(others) != asked or asked > 2 or any(other.operator != "==" for other in others):
            return None
        whole, parts = self._gap(scope, left), [self._gap(scope, other) for other in others]
        if any(part.is_zero or not scope.is_defined(part) for part in (whole, *parts)):
            return None
        powers = [(n,) for n in range(1, _MAX_POWER + 1)]
        if asked == 2:
            powers = [(n, k) for (n,) in powers for (k,) in powers]  # type: ignore[misc]
        for chosen in powers:
            rest = whole
            for part, exponent in zip(parts, chosen, strict=True):
                rest = self.ring.multiply(rest, self.ring.power(part, -exponent))
            evident = scope.signs.quotient(rest)
            if evident.known.strict and evident.known.direction:
                text = evident.text if evident.known.direction == 1 else f"- ({evident.text})"
                exponents = " ".join(str(exponent - 1) for exponent in chosen)
                rule = f"iff_eq {'_ ' * 4}" if asked == 1 else f"iff_eq_or {'_ ' * 6}"
                return [f"apply ({rule}({text}) {exponents}); [cbn [pow]; field; nz | pos]."]
        return None
