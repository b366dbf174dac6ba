"""Limits as theorems in epsilon and delta, proved from orders of vanishing and the signs of first coefficients.

The difference that has to vanish is written as ``t n(t) / D(t)``, t being the distance that tends to 0: ``n`` a
polynomial, ``D`` a product of polynomials whose first coefficients are not zero. ``field`` checks that it is the same,
and the lemmas of ``library/Limits.v`` find delta. An infinite limit is written as ``n(t) / (t^k D(t))``, all signs
known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import sympy as sp
from flint import fmpq_mpoly

from proofs_check.coq.continuity import term_by_term
from proofs_check.coq.layout import Theorem, indented, wrapped
from proofs_check.coq.limit_setting import Setting, Unprovable
from proofs_check.coq.printing import as_expression, identifier
from proofs_check.rational import Quotient
from proofs_check.series import Approach
from proofs_check.view import View, ring_of
from theory.claim import Claim
from theory.formula import Formula, Relation, eq, gt, lt, ne

__all__ = ["Unprovable", "limit_theorem"]

Side = Literal[-1, 1]


def limit_theorem(claim: Claim) -> Theorem:
    """Write a limit as a theorem with its proof.

    Parameters
    ----------
    claim : Claim
        With a Limit conclusion.

    Raises
    ------
    Unprovable
        If no certificate is found; the limit may be wrong.
    """
    setting = Setting(claim)
    if not setting.infinite:
        try:
            return _theorem(setting, term_by_term(setting), "library/Continuity.v")
        except Unprovable:
            pass
    return _theorem(setting, _Expansions(setting).script(), "library/Limits.v")


def _theorem(setting: Setting, script: list[str], library: str) -> Theorem:
    parameters = [setting.names[s] for s in setting.parameters] + [setting.names[d.symbol] for d in setting.fixed]
    opened = [*parameters, *(f"H{i}" for i in range(1, len(setting.early) + 1))]
    opened += [setting.bound] if setting.infinite else [setting.epsilon, "E0"]
    lines = ["Proof.", *wrapped(f"  intros {' '.join(opened)}."), *indented(script), "Qed."]
    return Theorem(identifier(setting.claim.name), setting.statement(), "\n".join(lines), library)


@dataclass(frozen=True)
class _Expansion:
    """A polynomial near the point: ``sign t^order poly(coefficients)(t)``; the first coefficient has its sign taken."""

    polynomial: fmpq_mpoly
    order: int
    coefficients: tuple[sp.Expr, ...]
    sign: int = 1
    strict: bool = False

    @property
    def head(self) -> Relation:
        """What is needed of the first coefficient."""
        return gt(self.coefficients[0], 0) if self.strict else ne(self.coefficients[0], 0)


class _Expansions:
    """The proof of one limit by expansion in the distance from the point."""

    def __init__(self, setting: Setting) -> None:
        self.setting, self.names, self.limit = setting, setting.names, setting.limit
        goal = replace(setting.goal, definitions=(*setting.fixed, *setting.moving))
        self.ring = ring_of(goal)
        self.view = View(goal, self.ring)
        self.approach = Approach(self.view, self.limit.variable, self.limit.point)
        whole = self.view.read(self.limit.expression)
        self.difference = whole if setting.infinite else self.ring.subtract(whole, self.view.read(self.limit.value))
        self.far = self.names[self.limit.variable] if self.limit.point != -sp.oo else f"- {self._x}"
        self.side: Side = 1
        self.early = True

    @property
    def _x(self) -> str:
        return self.names[self.limit.variable]

    @property
    def _t(self) -> str:
        """The distance that tends to 0."""
        if self.setting.at_infinity:
            return f"(1 / {self._x})" if self.limit.point == sp.oo else f"(1 / - {self._x})"
        point = self.names.operand(self.limit.point)
        return f"({self._x} - {point})" if self.side == 1 else f"({point} - {self._x})"

    def script(self) -> list[str]:
        """Return the script that follows the introduction of everything before the variable."""
        setting = self.setting
        self.factors = sorted(self.difference.inverted | self.approach.target.inverted)
        orders = self.approach.denominator(self.difference).order
        terms = self.approach.expansion(self.difference.numerator) if not self.difference.is_zero else {}
        order = min(terms, default=orders + 1) - orders
        steps: list[str] = []
        if setting.infinite:
            if order >= 0:
                raise Unprovable("the expression stays bounded")
            steps += self._side(-order)
        elif order < 1:
            raise Unprovable("the difference from the stated value does not vanish")
        expansions = {number: self._expansion(self.ring.factors[number]) for number in self.factors}
        top = self._numerator(terms, orders + (order if setting.infinite else 1), expansions)
        needed = [e.head for e in (*expansions.values(), *([top] if setting.infinite else []))]
        growing = setting.infinite
        final = self._growth(top, expansions, -order, steps) if growing else self._vanishing(top, expansions)
        return [*setting.secured(needed), *final]

    # What the first coefficients have to be

    def _expansion(self, polynomial: fmpq_mpoly) -> _Expansion:
        """Expand a factor, and find out what can be proved of its first coefficient."""
        terms = self._terms(polynomial)
        order = min(terms)
        found = _Expansion(polynomial, order, self._coefficients(terms, order))
        for early in (True, False) if self.early else (False,):
            for sign in (1, -1):
                signed = replace(
                    found, coefficients=tuple(sign * c for c in found.coefficients), sign=sign, strict=True
                )
                if self.setting.ask(signed.head, early=early) is not None:
                    self.early = early
                    return signed
            if self.setting.ask(found.head, early=early) is not None:
                self.early = early
                return found
        raise Unprovable(f"no certificate found that {found.coefficients[0]} is not zero")

    def _terms(self, polynomial: fmpq_mpoly) -> dict[int, Quotient]:
        return self._turned(self.approach.expansion(polynomial))

    def _turned(self, terms: dict[int, Quotient]) -> dict[int, Quotient]:
        """Expand in the distance from above, or from below."""
        return {k: self.ring.negate(c) if self.side == -1 and k % 2 else c for k, c in terms.items()}

    def _coefficients(self, terms: dict[int, Quotient], order: int) -> tuple[sp.Expr, ...]:
        last = max(terms, default=order - 1)
        zero = self.ring.constant(0)
        return tuple(as_expression(self.ring, terms.get(k, zero)) for k in range(order, last + 1))

    def _numerator(self, terms: dict[int, Quotient], order: int, expansions: dict[int, _Expansion]) -> _Expansion:
        """Expand the numerator from a given order on, with the signs of all denominators put into it."""
        sign = 1
        for number, exponent in self.difference.denominator.items():
            sign *= expansions[number].sign ** exponent
        if self.limit.value == -sp.oo:
            sign = -sign
        coefficients = tuple(sign * c for c in self._coefficients(self._turned(terms), order))
        return _Expansion(self.difference.numerator, order, coefficients, strict=True)

    # The two kinds of limits

    def _list(self, coefficients: Sequence[sp.Expr]) -> str:
        text = "nil"
        for coefficient in reversed(coefficients):
            text = f"(cons ({self.names.expression(coefficient)}) {text})"
        return text

    def _poly(self, expansion: _Expansion) -> str:
        return f"(poly {self._list(expansion.coefficients)})"

    def _below(self, expansions: dict[int, _Expansion], *, squares: bool) -> str:
        """Write the denominator as a function of t; with ``squares``, so that its sign can be read off."""
        parts = []
        for number, exponent in sorted(self.difference.denominator.items()):
            base, strict = f"{self._poly(expansions[number])[:-1]} t)", expansions[number].strict
            if squares and not strict:
                if exponent % 2:
                    raise Unprovable(f"no certificate found for the sign of {expansions[number].coefficients[0]}")
                parts.append(f"({base} ^ 2) ^ {exponent // 2}")
            else:
                parts.append(base if exponent == 1 else f"{base} ^ {exponent}")
        return f"(fun t => {' * '.join(parts) or 'poly (cons 1 nil) t'})"

    def _vanishing(self, top: _Expansion, expansions: dict[int, _Expansion]) -> list[str]:
        below = self._below(expansions, squares=False)
        proof = f"vanishes {self._poly(top)} {below} {self.setting.epsilon} ltac:(shape) ltac:(shape) E0"
        return [f"pose proof ({proof}) as V0.", *self._at_the_point(expansions, "within", [])]

    def _growth(self, top: _Expansion, expansions: dict[int, _Expansion], order: int, steps: list[str]) -> list[str]:
        below = self._below(expansions, squares=True)
        bound = self.setting.bound if self.limit.value == sp.oo else f"(- {self.setting.bound})"
        proof = f"grows {self._poly(top)} {below} {order - 1} {bound} ltac:(shape) ltac:(shape) ltac:(shape)"
        rule = "beyond" if self.limit.value == sp.oo else "below"
        return [f"pose proof ({proof}) as V0.", *self._at_the_point(expansions, rule, steps)]

    def _side(self, order: int) -> list[str]:
        """Say that the power of the distance is positive; for odd powers the hypotheses have to give the side."""
        if self.setting.at_infinity:
            return [f"assert (T1 : 0 < {self._t} ^ {order}) by (apply pow_lt, Rdiv_lt_0_compat; lra)."]
        if order % 2 == 0:
            square = f"replace ({self._t} ^ {order}) with (({self._t} ^ 2) ^ {order // 2}) by ring"
            nonzero = f"apply pow_lt, pow2_lt_0; intro T2; apply {self.setting.hypothesis(0)}; lra"
            return [f"assert (T1 : 0 < {self._t} ^ {order}) by ({square}; {nonzero})."]
        sides: tuple[tuple[Side, Formula], ...] = (
            (1, gt(self.limit.variable, self.limit.point)),
            (-1, lt(self.limit.variable, self.limit.point)),
        )
        for side, formula in sides:
            script = self.setting.ask(formula)
            if script is not None:
                self.side = side
                return [
                    f"assert (T1 : {self.names.formula(formula)}).",
                    "{",
                    *script,
                    "}",
                    f"assert (T2 : 0 < {self._t} ^ {order}) by (apply pow_lt; lra).",
                ]
        raise Unprovable(f"no certificate found for the side from which {self.limit.variable} comes")

    def _at_the_point(self, expansions: dict[int, _Expansion], rule: str, steps: list[str]) -> list[str]:
        """Put the variable in, and show that what was bounded is what the claim is about."""
        setting = self.setting
        moving = {n: e for n, e in expansions.items() if len(e.coefficients) > 1 or e.order}
        place = self._place()
        further: list[Formula] = [place]
        stays: list[tuple[int, _Expansion]] = []
        for number, expansion in sorted(moving.items()):
            factor = as_expression(self.ring, self.ring.polynomial(expansion.polynomial))
            if setting.ask(ne(factor, 0), further) is None:
                signed = expansion.sign * factor
                further.append(gt(signed, 0) if expansion.strict else ne(signed, 0))
                stays.append((number, expansion))
        script, pattern, proof = list[str](), "V1", "V0"
        for index, (_, expansion) in reversed(list(enumerate(stays, start=1))):
            rest = self._list(expansion.coefficients[1:])
            lemma = "stays_positive" if expansion.strict else "stays_nonzero"
            head = self.names.expression(expansion.coefficients[0])
            script.insert(0, f"pose proof ({lemma} ({head}) {rest} ltac:(first [assumption | lra])) as N{index}.")
            pattern, proof = f"(Q{index} & {pattern})", f"(near_and _ _ N{index} {proof})"
        script += [f"destruct {proof} as (D1 & E1 & Q0).", *self._enter()]
        script.append(f"destruct (Q0 _ T0) as {pattern}." if stays else "specialize (Q0 _ T0); rename Q0 into V1.")
        script.append("cbv beta in V1.")
        for index, (_, expansion) in enumerate(stays, start=1):
            script.append(self._stays(index, expansion, further[index]))
        script += steps
        if rule != "within":
            script.append("specialize (V1 ltac:(assumption)).")
        script.append(f"apply ({rule} _ _ _ V1).")
        script.append("cbn [poly].")
        script += self._equation(further)
        return script

    def _place(self) -> Formula:
        """Where the variable is, as a hypothesis."""
        if self.setting.at_infinity:
            return gt(self.limit.variable, 0) if self.limit.point == sp.oo else lt(self.limit.variable, 0)
        return ne(self.limit.variable, self.limit.point)

    def _enter(self) -> list[str]:
        setting, name = self.setting, self.setting.hypothesis(0)
        moving = " ".join(self.setting.moving_names())
        if setting.at_infinity:
            lemma, bound = ("far_out", "(1 / D1)") if self.limit.point == sp.oo else ("far_down", "(- (1 / D1))")
            return [f"exists {bound}; intros {moving}.", f"destruct ({lemma} {self._x} D1 E1 X0) as ({name} & T0)."]
        turned = "apply X0" if self.side == 1 else "rewrite Rabs_minus_sym; apply X0"
        return [
            f"exists D1; split; [exact E1 | intros {moving}].",
            f"pose proof (not_at _ _ _ X0) as {name}.",
            f"assert (T0 : Rabs {self._t} < D1) by ({turned}).",
        ]

    def _stays(self, index: int, expansion: _Expansion, relation: Formula) -> str:
        """Say of a factor what is known of its expansion."""
        assert isinstance(relation, Relation)
        text = self.names.expression(relation.lhs)
        form = f"poly {self._list(expansion.coefficients)} {self._t}"
        if expansion.order:
            form = f"({self.far}) ^ {-expansion.order} * {form}"
        name = self.setting.hypothesis(index)
        point = () if self.setting.at_infinity else self.limit.point.free_symbols
        unfolded = "".join(f"try unfold {self.names[d.symbol]}; " for d in reversed(self.setting.fixed) if point)
        proof = f"replace ({text}) with ({form}) by (cbn [poly]; {unfolded}field; nz); pos"
        return f"assert ({name} : {self.names.formula(relation)}) by ({proof})."

    def _equation(self, further: Sequence[Formula]) -> list[str]:
        """Prove that both forms are equal; everything that is divided by is shown not to be zero beforehand."""
        divided = self.limit.expression - (0 if self.setting.infinite else self.limit.value)
        if not self.setting.at_infinity:
            divided += self.limit.point
        script = self.setting.ask(eq(divided, divided), further)
        if script is None:
            raise Unprovable("no certificate found that what is divided by is not zero")
        return script
