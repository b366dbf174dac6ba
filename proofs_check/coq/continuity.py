"""Limits without a pole, found term by term: each definition that moves has a limit, and so has what is made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import sympy as sp

from proofs_check.coq.limit_setting import Setting, Unprovable
from proofs_check.coq.printing import as_expression
from proofs_check.goal import Definition
from proofs_check.rational import Quotient
from proofs_check.view import View, ring_of
from theory.errors import ClaimError
from theory.formula import Relation, gt, ne

__all__ = ["term_by_term"]


def term_by_term(setting: Setting) -> list[str]:
    """Write the script that follows the introduction of everything before the variable.

    Parameters
    ----------
    setting : Setting
        Of a limit with a finite value.

    Raises
    ------
    Unprovable
        If something is divided by that tends to 0, or the limit is another one.
    """
    sums = [d.symbol for d in setting.fixed if isinstance(d.expression, sp.Add)]
    reason = Unprovable("nothing was tried")
    for opaque in ([d.symbol for d in setting.fixed], sums, []):
        try:
            return _Composition(setting, opaque).script()
        except Unprovable as found:
            reason = found
    raise reason


class _Composition:
    """The limits of a claim's definitions, in order, over some definitions kept as atoms."""

    def __init__(self, setting: Setting, opaque: Sequence[sp.Symbol]) -> None:
        self.setting, self.names, self.opaque = setting, setting.names, tuple(opaque)
        self.limit, self.variable = setting.limit, setting.variable
        # Those of which it can be proved are positive for the provers of signs.
        self.fixed = [replace(d, positive=d.symbol in self.opaque) for d in setting.fixed]
        goal = replace(setting.goal, definitions=(*setting.fixed, *setting.moving))
        self.ring = ring_of(goal)
        self.atomic, self.plain = View(goal, self.ring, opaque), View(goal, self.ring)
        self.inverted = frozenset[int]()

    def script(self) -> list[str]:
        """Return the script."""
        values, plain = self._fixed_values(self.atomic), self._fixed_values(self.plain)
        self.divisors: list[Quotient] = []
        moving: list[tuple[Definition, Quotient, sp.Symbol | None]] = []
        for definition in self.setting.moving:
            value = self._at_the_point(definition.expression, values)
            plain[definition.symbol] = self._at_the_point(definition.expression, plain)
            self.inverted |= value.inverted
            self._note_divisors(definition.expression, values)
            twin = self._twin(plain[definition.symbol])
            values[definition.symbol] = value if twin is None else self.ring.symbol(twin)
            moving.append((definition, values[definition.symbol], twin))
        whole = self._at_the_point(self.limit.expression, values)
        stated = self.atomic.read(self.limit.value)
        self._note_divisors(self.limit.expression, values)
        self.inverted |= whole.inverted | stated.inverted
        if not self.ring.subtract(whole, stated).is_zero:
            raise Unprovable("what the expression tends to is not the stated value")
        return [*self._secured(), *self._nonzero(), *self._limits(moving), *self._conclusion()]

    def _fixed_values(self, view: View) -> dict[sp.Symbol, Quotient]:
        """Return what each symbol stands for at the point; the variable has gone there."""
        values = {s: v for s, v in view.values.items() if s not in {d.symbol for d in self.setting.moving}}
        del values[self.variable]
        if not self.setting.at_infinity:
            point = view.read(self.limit.point)
            self.inverted |= point.inverted
            values[self.variable] = point
        return values

    def _at_the_point(self, expression: sp.Expr, values: Mapping[sp.Symbol, Quotient]) -> Quotient:
        if self.setting.at_infinity:
            powers = {p: sp.S.Zero for p in expression.atoms(sp.Pow) if p.base == self.variable and p.exp.is_negative}
            expression = expression.xreplace(powers)
            if self.variable in expression.free_symbols:
                raise Unprovable(f"{expression} does not settle as {self.variable} grows")
        try:
            return self.ring.convert(sp.sympify(expression), values)
        except ClaimError as pole:
            raise Unprovable(str(pole)) from None

    def _note_divisors(self, expression: sp.Expr, values: Mapping[sp.Symbol, Quotient]) -> None:
        """Note what the sums tend to that an expression divides by."""
        for power in sorted(expression.atoms(sp.Pow), key=str):
            if power.exp.is_negative and isinstance(power.base, sp.Add):
                self.divisors.append(self._at_the_point(power.base, values))

    def _twin(self, value: Quotient) -> sp.Symbol | None:
        """Find the atom that a definition tends to."""
        for symbol in self.opaque:
            if self.ring.subtract(self.plain.values[symbol], value).is_zero:
                return symbol
        return None

    def _secured(self) -> list[str]:
        """Prove the signs of all atoms and of everything that is divided by at the point."""
        setting = self.setting
        found: list[Relation] = []
        for early in (True, False):
            atoms = [gt(s, 0) for s in self.opaque if setting.ask(gt(s, 0), early=early, fixed=self.fixed) is not None]
            factors = [self._sign(number, early) for number in sorted(self.inverted)]
            found = [*atoms, *(relation for relation in factors if relation is not None)]
            if None not in factors:
                return setting.secured(found, self.fixed)
        raise Unprovable("no certificate found that what is divided by at the point is not zero")

    def _sign(self, number: int, early: bool) -> Relation | None:
        factor = as_expression(self.ring, self.ring.polynomial(self.ring.factors[number]))
        for relation in (gt(factor, 0), gt(-factor, 0), ne(factor, 0)):
            if self.setting.ask(relation, early=early, fixed=self.fixed) is not None:
                return relation
        return None

    def _nonzero(self) -> list[str]:
        """Say in factors, whose signs are known, that what is divided by does not tend to 0."""
        texts = dict.fromkeys(self.names.expression(self._factored(quotient)) for quotient in self.divisors)
        return [f"assert (B{i} : {text} <> 0) by nz." for i, text in enumerate(texts, start=1)]

    def _factored(self, quotient: Quotient) -> sp.Expr:
        """Write a quotient in factors, whose signs can be read off."""
        constant, factors = quotient.numerator.factor()
        below = as_expression(self.ring, replace(quotient, numerator=quotient.numerator * 0 + constant))
        parts = (as_expression(self.ring, self.ring.polynomial(f)) ** int(exponent) for f, exponent in factors)
        return sp.Mul(below, *parts)

    def _unfolding(self, twin: sp.Symbol | None = None) -> str:
        """Unfold what is not kept as an atom, and the atom that a definition tends to."""
        kept = {*self.opaque} - {twin}
        return "".join(f"try unfold {self.names[d.symbol]}; " for d in reversed(self.fixed) if d.symbol not in kept)

    @property
    def _where(self) -> str:
        if self.setting.at_infinity:
            return "out" if self.limit.point == sp.oo else "down"
        return f"(close ({self.names.expression(self.limit.point)}))"

    def _limits(self, moving: Sequence[tuple[Definition, Quotient, sp.Symbol | None]]) -> list[str]:
        """Prove the limit of each definition that moves, as a function of the variable."""
        x, script = self.names[self.variable], list[str]()
        self.functions = dict[sp.Symbol, str]()
        for number, (definition, value, twin) in enumerate(moving, start=1):
            name = self.names.fresh(f"{self.names[definition.symbol]}_of")
            body = self._over_functions(definition.expression)
            limit = self.names.expression(self._factored(value))
            script.append(f"pose ({name} := fun {x} : R => {body}).")
            script.append(f"assert (T{number} : tends {self._where} {name} ({limit})).")
            script += ["{", f"unfold {name}; cbv zeta; {self._unfolding()}eapply tends_is.", "{ term_by_term. }"]
            script += [f"{{ {self._unfolding(twin)}field; nz. }}", "}"]
            self.functions[definition.symbol] = name
        return script

    def _over_functions(self, expression: sp.Expr) -> str:
        """Write an expression with the functions in the place of what moves."""
        x = self.names[self.variable]
        used = [(s, f) for s, f in self.functions.items() if s in expression.free_symbols]
        lets = "".join(f"let {self.names[symbol]} := {function} {x} in " for symbol, function in used)
        return f"{lets}{self.names.expression(expression)}"

    def _conclusion(self) -> list[str]:
        setting, x = self.setting, self.names[self.variable]
        body, stated = self._over_functions(self.limit.expression), self.names.expression(self.limit.value)
        moving = " ".join(setting.moving_names())
        script = [
            f"assert (V0 : tends {self._where} (fun {x} : R => {body}) ({stated})).",
            "{",
            f"cbv zeta; {self._unfolding()}eapply tends_is; [term_by_term | field; nz].",
            "}",
        ]
        if setting.at_infinity:
            return [
                *script,
                f"destruct (V0 {setting.epsilon} E0) as (D1 & Q0).",
                f"exists D1; intros {moving}.",
                f"exact (Q0 {x} X0).",
            ]
        return [
            *script,
            f"destruct (V0 {setting.epsilon} E0) as (D1 & E1 & Q0).",
            f"exists D1; split; [exact E1 | intros {moving}].",
            f"exact (Q0 {x} (proj2 X0)).",
        ]
