"""Signs of polynomials, each with a Coq proof of it: monomials, known factors, squares, and slacks for the hypotheses.

Positions of the ring may stand for any Coq term: the same rules serve the symbols themselves and the slacks that
:class:`proofs_check.positivity.Chart` puts in their place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import lcm

from flint import fmpq_mpoly

from proofs_check.coq.printing import monomial, monomials, number, power
from proofs_check.positivity import Bound, Chart, coefficients_in
from proofs_check.rational import Quotient, Ring, to_fraction

__all__ = ["Evident", "Fact", "Known", "Signs"]

#: Squares are completed at most this deep.
_MAX_SQUARES = 2
#: Far more than it takes to find a sum of squares, so that the same text comes out in every run.
_SUM_SECONDS = 30


@dataclass(frozen=True)
class Known:
    """What is known of a sign: ``direction`` 1 never negative, -1 never positive, 0 neither; ``strict`` never zero."""

    direction: int
    strict: bool


UNKNOWN = Known(0, False)


@dataclass(frozen=True)
class Fact:
    """A polynomial compared with zero, which Coq's context holds as ``name``."""

    polynomial: fmpq_mpoly
    bound: Bound
    name: str


@dataclass(frozen=True)
class Evident:
    """A term equal to ``direction`` times the original, whose sign the tactic ``pos`` can read off."""

    known: Known
    text: str


class Signs:
    """The rules, over one list of names, writing asserts into a script.

    Parameters
    ----------
    ring : Ring
        Whose polynomials are judged.
    names : sequence of str
        The Coq term of each position.
    variables : mapping from int to bool
        Positions known to be nonnegative; ``True`` where they are positive.
    facts : sequence of Fact
        What else Coq's context holds.
    script : list of str
        Receives the asserts.
    fresh : callable
        Gives a new name for an assert.
    """

    def __init__(
        self,
        ring: Ring,
        names: Sequence[str],
        variables: Mapping[int, bool],
        facts: Sequence[Fact],
        script: list[str],
        fresh: Callable[[], str],
    ) -> None:
        self.ring, self.names, self.variables, self.facts = ring, tuple(names), dict(variables), list(facts)
        self.script, self.fresh = script, fresh
        self._known: dict[str, Known] = {}
        self._pending: set[str] = set()
        self._chart_in_use = False

    def text(self, polynomial: fmpq_mpoly) -> str:
        """Write a polynomial term by term."""
        if polynomial.is_zero():
            return "0"
        text = ""
        for exponents, coefficient in monomials(polynomial):
            written = monomial(exponents, abs(coefficient), self.names)
            sign = " - " if coefficient < 0 else " + "
            text = text + sign + written if text else ("- " + written if coefficient < 0 else written)
        return text

    def evident(self, polynomial: fmpq_mpoly, squares: int = _MAX_SQUARES) -> Evident:
        """Return a polynomial as a product of factors of known sign, as far as they are known."""
        plain = self._by_monomials(polynomial)
        if plain.direction and plain.strict and len(polynomial) <= 1:
            return Evident(plain, self.text(polynomial * plain.direction))
        constant, factors = polynomial.factor()
        value = to_fraction(constant)
        direction, strict, parts = (1 if value > 0 else -1), True, []
        for factor, exponent in sorted(factors, key=lambda pair: str(pair[0])):
            known = self.factor(factor, squares)
            strict = strict and known.strict
            text = f"({self.text(-factor if known.direction < 0 else factor)})"
            if int(exponent) % 2:
                direction *= known.direction
            parts.append(power(text, int(exponent)))
        if abs(value) != 1 or not parts:
            parts.insert(0, number(abs(value)))
        return Evident(Known(direction, strict), " * ".join(parts))

    def quotient(self, quotient: Quotient) -> Evident:
        """Return a quotient in evident form; its denominator must not vanish for it to have a sign."""
        above = self.evident(quotient.numerator)
        below = self.evident(self.ring.product(quotient.denominator)) if quotient.denominator else None
        if below is None:
            return above
        if not below.known.strict or not below.known.direction:
            return Evident(UNKNOWN, "")
        known = Known(above.known.direction * below.known.direction, above.known.strict)
        return Evident(known, f"({above.text}) / ({below.text})")

    def factor(self, factor: fmpq_mpoly, squares: int = _MAX_SQUARES) -> Known:
        """Return the sign of an irreducible polynomial, with an assert where ``pos`` would not see it."""
        key = str(factor)
        found = self._known.get(key) or self._by_monomials(factor)
        if found.direction and found.strict:
            self._known[key] = found
            return found
        if key in self._pending:
            return found
        self._pending.add(key)
        rules = (self._by_fact, lambda f: self._by_square(f, squares), self._by_chart)
        for rule in rules:
            better = rule(factor)
            if better is not None and (better.strict or not found.direction):
                found = better
                break
        if not found.direction:
            found = self._by_sum(factor) or found
        self._pending.discard(key)
        if found != UNKNOWN:
            self._known[key] = found
        return found

    def _by_monomials(self, polynomial: fmpq_mpoly) -> Known:
        direction, strict = 0, False
        for exponents, coefficient in monomials(polynomial):
            here = 1 if coefficient > 0 else -1
            odd = [i for i, exponent in enumerate(exponents) if exponent % 2]
            if direction == -here or any(i not in self.variables for i in odd):
                return UNKNOWN
            direction = here
            strict = strict or all(self.variables.get(i, False) for i, e in enumerate(exponents) if e)
        return Known(direction, strict)

    def _state(self, factor: fmpq_mpoly, known: Known, proof: str) -> Known:
        if known.direction:
            sign = "<" if known.strict else "<="
            self.script.append(
                f"assert ({self.fresh()} : 0 {sign} {self.text(factor * known.direction)}) by ({proof})."
            )
        else:
            self.script.append(f"assert ({self.fresh()} : {self.text(factor)} <> 0) by ({proof}).")
        return known

    def _by_fact(self, factor: fmpq_mpoly) -> Known | None:
        """Find a fact that the polynomial is a factor of, all other factors having a sign."""
        for fact in self.facts:
            if fact.bound == "==" or fact.polynomial.is_zero():
                continue
            rest, remainder = divmod(fact.polynomial, factor)
            if not remainder.is_zero():
                continue
            text, whole = self.text(factor), self.text(fact.polynomial)
            if fact.bound == "!=":
                return self._state(
                    factor,
                    Known(0, True),
                    f"apply (ne_from_product ({text}) ({self.text(rest)}) ({whole})); [ring | exact {fact.name}]",
                )
            other = self.evident(rest)
            if not other.known.direction or not other.known.strict:
                continue
            known = Known(other.known.direction, fact.bound == ">")
            rule = "lt_from_product" if known.strict else "le_from_product"
            text = self.text(factor * known.direction)
            proof = f"apply ({rule} ({text}) ({other.text}) ({whole})); [ring | pos | exact {fact.name}]"
            return self._state(factor, known, proof)
        return None

    def _by_square(self, factor: fmpq_mpoly, squares: int) -> Known | None:
        """Complete the square in a symbol of degree two."""
        if not squares:
            return None
        for position, degree in enumerate(factor.degrees()):
            if degree != 2:
                continue
            zero = self.ring.context.constant(0)
            parts = coefficients_in(factor, position)
            a, b, c = parts[2], parts.get(1, zero), parts.get(0, zero)
            if len(a) * len(c) + len(b) ** 2 > 400:
                continue
            leading = self.evident(a, squares - 1)
            if not leading.known.direction or not leading.known.strict:
                continue
            discriminant = 4 * a * c - b * b
            rest = (
                self.evident(discriminant, squares - 1) if not discriminant.is_zero() else Evident(Known(1, False), "0")
            )
            if rest.known.direction != 1:
                continue
            direction = leading.known.direction
            known = Known(direction, rest.known.strict)
            rule = "lt_by_square" if known.strict else "le_by_square"
            terms = " ".join(f"({self.text(x * direction)})" for x in (factor, a, b, c))
            proof = f"apply ({rule} {terms} ({self.names[position]}) ({rest.text})); [ring | ring | "
            evident_leading = f"replace ({self.text(a * direction)}) with ({leading.text}) by ring; pos"
            return self._state(factor, known, proof + evident_leading + " | pos]")
        return None

    def _by_sum(self, factor: fmpq_mpoly) -> Known | None:
        """Write a positive multiple as a sum of squares, each times what is nonnegative."""
        from proofs_check.squares import sum_of_squares  # as seldom needed as slow to import

        found = sum_of_squares(factor, self.variables, _SUM_SECONDS)
        multiplier = None if found is None else self._by_monomials(found.multiplier)
        if found is None or multiplier != Known(1, True):
            return None
        strict, squares, scale = False, [], 1
        for summand in found.summands:
            strict = strict or (self._by_monomials(summand.times).strict and self._by_monomials(summand.root).strict)
            cleared = lcm(*(to_fraction(coefficient).denominator for _, coefficient in summand.root.terms()))
            squares.append((summand.times, to_fraction(summand.weight) / cleared**2, summand.root * cleared))
            scale = lcm(scale, squares[-1][1].denominator)  # for `ring`, which knows no fractions
        total = " + ".join(
            f"({self.text(times)}) * {number(scale * weight)} * ({self.text(root)}) ^ 2"
            for times, weight, root in squares
        )
        rule = "lt_from_product" if strict else "le_from_product"
        terms = (self.text(factor * found.direction), self.text(found.multiplier * scale), total)
        proof = f"apply ({rule} {' '.join(f'({term})' for term in terms)}); [ring | pos | pos]"
        return self._state(factor, Known(found.direction, strict), proof)

    def _by_chart(self, factor: fmpq_mpoly) -> Known | None:
        """Write the symbols in terms of slacks that the hypotheses leave free, and look again."""
        if self._chart_in_use or not self.facts:
            return None
        self._chart_in_use = True
        try:
            return self._in_slacks(factor)
        finally:
            self._chart_in_use = False

    def _in_slacks(self, factor: fmpq_mpoly) -> Known | None:
        literals = [(fact.polynomial, fact.bound) for fact in self.facts if fact.bound != "!="]
        chart = Chart(self.ring.context, literals, lambda: False)  # no limit of time: the same text in every run
        image = chart.image(factor)
        if image == factor:
            return None
        slacks = self._slacks(chart)
        names, variables = list(self.names), {}
        for position, strict in chart.slack.items():
            quotient = slacks[position]
            if quotient.numerator != self.ring.context.gen(position) or quotient.denominator:
                evident = self.quotient(quotient)
                if evident.known.direction != 1 or (strict and not evident.known.strict):
                    return None
                names[position] = f"({evident.text})"
                sign = "<" if strict else "<="
                self.script.append(f"assert ({self.fresh()} : 0 {sign} {names[position]}) by pos.")
            variables[position] = strict
        inner = Signs(self.ring, names, variables, (), self.script, self.fresh)
        evident = inner.evident(image)
        if not evident.known.direction:
            return None
        scale = self.ring.multiply(
            self.ring.polynomial(factor),
            self.ring.inverse(self._compose(image, [slacks.get(i) for i in range(len(names))])),
        )
        factor_scale = self.quotient(scale)
        if not factor_scale.known.direction or not factor_scale.known.strict:
            return None
        direction = evident.known.direction * factor_scale.known.direction
        known = Known(direction, evident.known.strict)
        text, form = self.text(factor * direction), f"({factor_scale.text}) * ({evident.text})"
        return self._state(factor, known, f"replace ({text}) with ({form}) by (field; nz); pos")

    def _slacks(self, chart: Chart) -> dict[int, Quotient]:
        """Return each coordinate of a chart as an expression in the symbols."""
        current = {i: self.ring.symbol(symbol) for i, symbol in enumerate(self.ring.symbols)}
        for step in chart.steps:
            zero = self.ring.context.constant(0)
            above, below = (
                coefficients_in(step.numerator, step.position),
                coefficients_in(step.denominator, step.position),
            )
            n1, n0, d1, d0 = (
                self._compose(part, list(current.values()))
                for part in (above.get(1, zero), above.get(0, zero), below.get(1, zero), below.get(0, zero))
            )
            x, ring = current[step.position], self.ring
            bottom = ring.subtract(ring.multiply(x, d1), n1)
            if bottom.is_zero:  # an equation: no slack is left
                continue
            current[step.position] = ring.multiply(ring.subtract(n0, ring.multiply(x, d0)), ring.inverse(bottom))
        return current

    def _compose(self, polynomial: fmpq_mpoly, values: Sequence[Quotient | None]) -> Quotient:
        total = self.ring.constant(0)
        for exponents, coefficient in monomials(polynomial):
            term = self.ring.constant(coefficient)
            for value, exponent in zip(values, exponents, strict=True):
                if exponent:
                    assert value is not None  # every position has a value
                    term = self.ring.multiply(term, self.ring.power(value, exponent))
            total = self.ring.add(total, term)
        return total
