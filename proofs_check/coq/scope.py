"""What holds at one place of a proof, and how hypotheses enter it: as polynomials compared with zero."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import sympy as sp
from flint import fmpq_mpoly

from proofs_check.coq.printing import Names, monomials
from proofs_check.coq.signs import Fact, Signs
from proofs_check.positivity import Bound
from proofs_check.rational import Quotient
from proofs_check.view import View
from theory.formula import Formula, Relation

__all__ = ["Named", "Scope"]

Named = tuple[tuple[str, Formula], ...]
"""Hypotheses with the names that Coq's context has for them."""


@dataclass
class Scope:
    """What holds at one place of a proof: the view of the definitions, the signs known, and the script so far."""

    view: View
    signs: Signs
    script: list[str]
    names: Names

    def learn(self, hypotheses: Iterable[tuple[str, Formula]]) -> None:
        """Add hypotheses to what is known, in polynomials; those that need a denominator's sign come last."""
        relations = [(name, h) for name, h in hypotheses if isinstance(h, Relation) and h.operator != "=="]
        rational = []
        for name, relation in relations:
            difference = self.view.difference(relation)
            if difference.inverted:
                rational.append((name, relation, difference))
            else:
                self._state(name, relation, difference, "")
        for name, relation, difference in rational:
            square = self.signs.ring.product({n: e + e % 2 for n, e in difference.denominator.items()})
            evident = self.signs.evident(square)
            if evident.known.direction == 1 and evident.known.strict and self.is_defined(difference):
                self._state(name, relation, difference, evident.text)

    def _state(self, name: str, relation: Relation, difference: Quotient, square: str) -> None:
        """Enter one hypothesis as a polynomial compared with zero; ``square`` clears its denominator."""
        odd = self.signs.ring.product({n: 1 for n, e in difference.denominator.items() if e % 2})
        polynomial = difference.numerator * odd
        bound: Bound = "!=" if relation.operator == "!=" else ">=" if "=" in relation.operator else ">"
        larger, smaller = relation.lhs, relation.rhs
        if relation.operator in ("<", "<="):
            larger, smaller, polynomial = smaller, larger, -polynomial
        fact, signs = self.signs.fresh(), self.signs
        text = signs.text(polynomial)
        if bound == "!=" and not square:
            self.script.append(f"assert ({fact} : {text} <> 0) by (intro E; apply {name}; clear - E; lra).")
        elif bound == "!=":
            gap = f"{self._flat(larger)} - ({self._flat(smaller)})"
            self.script.append(
                f"assert ({fact} : {text} <> 0) by (intro E; apply {name}, Rminus_diag_uniq; "
                f"replace ({gap}) with (({text}) / ({square})) by (field; nz); rewrite E; unfold Rdiv; ring)."
            )
        elif not square:
            sign = "<" if bound == ">" else "<="
            self.script.append(f"assert ({fact} : 0 {sign} {text}) by (clear - {name}; lra).")
        else:
            gap = f"({self._flat(larger)} - {self._flat(smaller)})"
            sign, rule = ("<", "Rmult_lt_0_compat") if bound == ">" else ("<=", "Rmult_le_pos")
            known = "pos" if bound == ">" else "apply Rlt_le; pos"
            self.script.append(
                f"assert ({fact} : 0 {sign} {text}) by (replace ({text}) with ({gap} * ({square})) by (field; nz); "
                f"apply {rule}; [clear - {name}; lra | {known}])."
            )
        signs.facts.append(Fact(polynomial, bound, fact))
        self._variable(signs, polynomial, bound, self.script)

    def _flat(self, expression: sp.Expr) -> str:
        """Write an expression with everything unfolded that is not an atom."""
        values: dict[sp.Symbol, sp.Expr] = {}
        for definition in self.view.goal.definitions:
            if definition.symbol not in self.view.opaque:
                values[definition.symbol] = definition.expression.xreplace(values)
        return self.names.expression(expression.xreplace(values))

    def _variable(self, signs: Signs, polynomial: fmpq_mpoly, bound: Bound, script: list[str]) -> None:
        """Note the sign of a symbol that is bounded from below by a constant, or by symbols of known sign."""
        if bound == "!=" or polynomial.total_degree() != 1:
            return
        terms = list(monomials(polynomial))
        upper = [exponents for exponents, coefficient in terms if coefficient > 0]
        lower = [exponents for exponents, coefficient in terms if coefficient < 0]
        if len(upper) != 1 or not any(upper[0]):
            return
        known = [signs.variables.get(exponents.index(1)) if any(exponents) else True for exponents in lower]
        if None in known:
            return
        position, strict = upper[0].index(1), bound == ">" or any(known)
        if position in signs.variables and (signs.variables[position] or not strict):
            return
        if terms != [(upper[0], Fraction(1))]:  # otherwise the fact itself says so
            sign = "<" if strict else "<="
            script.append(f"assert ({self.signs.fresh()} : 0 {sign} {signs.names[position]}) by lra.")
        signs.variables[position] = strict

    def is_defined(self, quotient: Quotient) -> bool:
        """Whether everything that was divided by is known to be nonzero; Coq's context then has it."""
        return all(self.signs.factor(self.signs.ring.factors[n]).strict for n in sorted(quotient.inverted))
