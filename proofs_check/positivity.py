"""Signs of polynomials, by certificates that exact arithmetic replays.

The hypotheses are turned into a *chart*: each bounded symbol is written in terms of a slack that is free to be any
number >= 0 (``rho_E > rho_H`` becomes ``rho_E = rho_H + t``, ``0 < p < 1`` becomes ``p = 1/(1 + t)``). A polynomial
whose coefficients are all >= 0 in the slacks cannot be negative. What that does not settle may still split into
factors that it does, or be a quadratic with a positive leading coefficient and a negative discriminant. What is left
may be a sum of squares (:mod:`proofs_check.squares`), which is looked for only where that is asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import comb, inf
from typing import Any, Literal

from flint import fmpq_mpoly, fmpq_mpoly_ctx

__all__ = ["MAX_SQUARES", "UNKNOWN", "Bounded", "Chart", "Sign", "coefficients_in"]

Bound = Literal[">", ">=", "==", "!="]
Bounded = tuple[fmpq_mpoly, Bound]
"""A polynomial compared with zero."""

#: A certificate may complete the square inside a completed square, and so on, this often.
MAX_SQUARES = 2
#: A square is not completed where its discriminant takes more products of terms than this: it would take seconds.
MAX_PRODUCTS = 4_000
#: A polynomial of more terms than this is not factored, for the same reason.
MAX_TERMS = 1_000
#: Substitutions, at most.
MAX_STEPS = 100
#: A hypothesis of more terms than this is not solved for a slack, and a polynomial of more terms not rewritten in them.
MAX_BOUND, MAX_IMAGE = 20, 5_000
#: No substitution is made that may take more products of terms than this, because nothing interrupts it: some seconds.
MAX_WORK = 20_000_000


@dataclass(frozen=True)
class Sign:
    """What is known of a polynomial's sign.

    Parameters
    ----------
    direction : {1, -1, 0}
        ``1``: never negative. ``-1``: never positive. ``0``: not known.
    strict : bool
        Whether it is never zero.
    reason : object
        The certificate, ready for JSON.
    """

    direction: int
    strict: bool
    reason: Any = field(default=None, compare=False)

    def __mul__(self, other: Sign) -> Sign:
        return Sign(self.direction * other.direction, self.strict and other.strict)

    def __neg__(self) -> Sign:
        return Sign(-self.direction, self.strict, self.reason)

    def meets(self, bound: str) -> bool:
        """Whether it implies a comparison with zero."""
        return {
            ">": self.direction == 1 and self.strict,
            ">=": self.direction == 1,
            "<": self.direction == -1 and self.strict,
            "<=": self.direction == -1,
            "!=": self.strict,
        }.get(bound, False)


UNKNOWN = Sign(0, False)


def coefficients_in(polynomial: fmpq_mpoly, position: int) -> dict[int, fmpq_mpoly]:
    """Return the coefficients of a polynomial's powers of one variable, by exponent."""
    gathered: dict[int, dict[tuple[int, ...], Any]] = {}
    for monomial, coefficient in polynomial.terms():
        rest = (*monomial[:position], 0, *monomial[position + 1 :])
        gathered.setdefault(int(monomial[position]), {})[rest] = coefficient
    return {exponent: polynomial.context().from_dict(terms) for exponent, terms in gathered.items()}


@dataclass(frozen=True)
class Substitution:
    """One substitution: the variable at ``position`` becomes ``numerator / denominator``, the latter positive."""

    position: int
    numerator: fmpq_mpoly
    denominator: fmpq_mpoly

    @cached_property
    def _renames(self) -> bool:
        """Whether it changes nothing, as for a hypothesis that says no more than that a variable is positive."""
        context = self.numerator.context()
        return bool(self.denominator == context.constant(1) and self.numerator == context.gen(self.position))

    def products(self, polynomial: fmpq_mpoly) -> int:
        """Return how many products of terms substituting takes at most, which says how long before it is done."""
        degree = int(polynomial.degrees()[self.position])
        if degree <= 0 or self._renames:
            return 0
        exponents = Counter(int(monomial[self.position]) for monomial in polynomial.monoms())
        return sum(
            terms * _power_terms(self.numerator, exponent) * _power_terms(self.denominator, degree - exponent)
            for exponent, terms in exponents.items()
        )

    def apply(self, polynomial: fmpq_mpoly) -> fmpq_mpoly:
        """Substitute, and multiply by the positive denominator as often as it takes to clear it."""
        degree = int(polynomial.degrees()[self.position])
        if degree <= 0 or self._renames:  # -1 for the zero polynomial
            return polynomial
        parts = coefficients_in(polynomial, self.position)
        total = polynomial.context().constant(0)
        for exponent, coefficient in parts.items():
            total = total + coefficient * self.numerator**exponent * self.denominator ** (degree - exponent)
        return total


def _power_terms(polynomial: fmpq_mpoly, exponent: int) -> int:
    """Return how many terms a power has at most."""
    return comb(max(1, len(polynomial)) + exponent - 1, exponent)


class Chart:
    """Coordinates in which the hypotheses say no more than that each slack is nonnegative, or positive.

    Parameters
    ----------
    context : fmpq_mpoly_ctx
        The ring. A slack takes the place of the variable that it replaces.
    literals : iterable of (polynomial, bound)
        The hypotheses; those that fit no substitution are kept as facts about their own factors.
    out_of_time : callable
        Asked between steps; once it says yes, the chart settles for what it knows.
    """

    def __init__(self, context: fmpq_mpoly_ctx, literals: Iterable[Bounded], out_of_time: Callable[[], bool]) -> None:
        self.context, self.out_of_time = context, out_of_time
        self.steps: list[Substitution] = []
        #: Whether an equation was used: slacks only rename, so that nothing else makes a polynomial vanish.
        self.reduces = False
        self.slack: dict[int, bool] = {}  # position -> whether it is strictly positive
        self._known: dict[str, Sign] = {}
        self._tried: dict[str, int] = {}
        self._no_sums: set[str] = set()
        open_literals = list(literals)
        while len(self.steps) < MAX_STEPS and (usable := self._next(open_literals)) is not None:
            index, step, strict = usable
            _, bound = open_literals.pop(index)
            before = self.slack.pop(step.position, None)
            if bound == "==":
                self.reduces = True
            else:
                self.slack[step.position] = strict
            if before is not None and not self._by_coefficients(step.numerator).meets(">" if before else ">="):
                # What was known of the old slack is not implied by the new one.
                open_literals.append((self.context.gen(step.position), ">" if before else ">="))
            self.steps.append(step)
            open_literals = [(step.apply(p), b) for p, b in open_literals]
        self._learn(open_literals)

    def image(self, polynomial: fmpq_mpoly) -> fmpq_mpoly:
        """Return a polynomial in the chart's coordinates, times something positive."""
        for step in self.steps:
            polynomial = step.apply(polynomial)
        return polynomial

    def vanishes(self, polynomial: fmpq_mpoly) -> bool:
        """Whether a polynomial is zero wherever the hypotheses hold, as far as their equations show it in time."""
        if polynomial.is_zero() or not self.reduces:
            return bool(polynomial.is_zero())
        image = self._rewritten(polynomial, inf)
        return image is not None and bool(image.is_zero())

    def _rewritten(self, polynomial: fmpq_mpoly, most_terms: float) -> fmpq_mpoly | None:
        """Return the image of a polynomial, or ``None`` where it would take too long."""
        for step in self.steps:
            if len(polynomial) > most_terms or self.out_of_time() or step.products(polynomial) > MAX_WORK:
                return None
            polynomial = step.apply(polynomial)
        return polynomial

    def sign(self, polynomial: fmpq_mpoly, squares: int = MAX_SQUARES, sums: float = 0) -> Sign:
        """Return what can be certified of a polynomial's sign where the hypotheses hold.

        Parameters
        ----------
        polynomial : fmpq_mpoly
            In the original variables.
        squares : int
            How many squares may be completed inside each other.
        sums : float
            Seconds for finding a sum of squares for each factor that nothing else settles; 0: none is looked for.
        """
        image = self._rewritten(polynomial, MAX_IMAGE)
        if image is None:
            return UNKNOWN
        if sums and not image.is_zero() and len(image) <= MAX_TERMS:
            for factor, _ in image.factor()[1]:
                self._by_sum(factor, sums)
        return self._sign_of_product(image, squares)

    def describe(self, names: Sequence[str]) -> list[str]:
        """Say what each symbol became, for the record; slacks carry the name of the symbol that they replace."""
        return [f"{names[s.position]} := ({s.numerator.str()})/({s.denominator.str()})" for s in self.steps]

    def _next(self, literals: list[Bounded]) -> tuple[int, Substitution, bool] | None:
        """Choose the next substitution: bounds by a constant first, then equations, then bounds by other symbols."""
        best: tuple[int, int, Substitution, bool] | None = None
        for index, (polynomial, bound) in enumerate(literals):
            if bound == "!=" or len(polynomial) > MAX_BOUND or self.out_of_time():
                continue
            degrees = polynomial.degrees()
            alone = sum(degree > 0 for degree in degrees) == 1
            for position in (i for i, degree in enumerate(degrees) if degree == 1):
                found = self._solve(polynomial, bound, position)
                if found is None:
                    continue
                upper, step, strict = found
                rank = 0 if alone and not upper else 1 if bound == "==" else 2 if not upper else 3
                if rank == 0:
                    return index, step, strict
                if best is None or rank < best[0]:
                    best = (rank, index, step, strict)
        return None if best is None else best[1:]

    def _solve(self, polynomial: fmpq_mpoly, bound: Bound, position: int) -> tuple[bool, Substitution, bool] | None:
        """Write ``a x + b`` compared with zero as a substitution for x; also say whether it is an upper bound."""
        parts = coefficients_in(polynomial, position)
        a, b = parts[1], parts.get(0, self.context.constant(0))
        leading = self._by_coefficients(a)
        if leading.direction == 0 or not leading.strict:
            return None
        if bound == "==":
            return False, Substitution(position, -b * leading.direction, a * leading.direction), False
        strict, x = bound == ">", self.context.gen(position)
        known = self.slack.get(position)
        if leading.direction == 1:
            if known is False and strict and b.is_zero():
                return False, Substitution(position, x, self.context.constant(1)), True
            if known is not None and self._by_coefficients(b).direction != -1:
                return None  # a lower bound that is not above zero, which is known already
            return False, Substitution(position, x * a - b, a), strict
        if known is None:
            return True, Substitution(position, b + x * a, -a), strict  # x = b/|a| - slack
        if not known and not strict:
            return None  # both ends belong to the domain; a slack reaches only one of them
        numerator = b if known else b * x
        return True, Substitution(position, numerator, -a * (x + 1)), strict if known else known

    def _by_coefficients(self, polynomial: fmpq_mpoly) -> Sign:
        """Read the sign off the coefficients, where all of them agree."""
        direction, strict = 0, False
        for monomial, coefficient in polynomial.terms():
            here = 1 if coefficient > 0 else -1
            odd = [i for i, exponent in enumerate(monomial) if exponent % 2]
            if direction == -here or any(i not in self.slack for i in odd):
                return UNKNOWN
            direction = here
            strict = strict or all(self.slack.get(i, False) for i, exponent in enumerate(monomial) if exponent)
        return Sign(direction, strict, "coefficients") if direction else UNKNOWN

    def _sign_of_factor(self, factor: fmpq_mpoly, squares: int) -> Sign:
        key = factor.str()
        if self._known.get(key, UNKNOWN).direction:
            return self._known[key]
        found = self._by_coefficients(factor)
        if found == UNKNOWN and squares and self._tried.get(key, 0) < squares:
            self._tried[key] = squares
            found = self._by_square(factor, squares - 1)
        if found != UNKNOWN:
            self._known[key] = found
        return self._known.get(key, UNKNOWN)

    def _by_square(self, factor: fmpq_mpoly, squares: int) -> Sign:
        """Complete the square: a x^2 + b x + c has the sign of a where 4 a c - b^2 is positive."""
        for position, degree in enumerate(factor.degrees()):
            if degree != 2 or self.out_of_time():
                continue
            parts = coefficients_in(factor, position)
            zero = self.context.constant(0)
            a, b, c = parts[2], parts.get(1, zero), parts.get(0, zero)
            if len(a) * len(c) + len(b) ** 2 > MAX_PRODUCTS:
                continue
            leading = self._sign_of_product(a, squares)
            if not leading.strict or not leading.direction:
                continue
            rest = self._sign_of_product(4 * a * c - b * b, squares)
            if rest.direction == 1:
                reason = {"square in": position, "leading": leading.reason, "discriminant": rest.reason}
                return Sign(leading.direction, rest.strict, reason)
        return UNKNOWN

    def _by_sum(self, factor: fmpq_mpoly, seconds: float) -> None:
        """Look for a sum of squares that a factor of unknown sign is equal to, and remember it."""
        # Imported here because most proofs do without, and it takes longer than they do.
        from proofs_check.squares import sum_of_squares

        key, known = factor.str(), self._sign_of_factor(factor, MAX_SQUARES)
        if key in self._no_sums or (known.direction and known.strict):
            return
        found = sum_of_squares(factor, self.slack, seconds)
        if found is None:
            self._no_sums.add(key)
            return
        strict = any(
            self._by_coefficients(summand.times).strict and self._by_coefficients(summand.root).strict
            for summand in found.summands
        )
        if strict or not known.direction:  # a hypothesis may say that it does not vanish, but not which sign it has
            self._known[key] = Sign(found.direction, strict or known.strict, found.to_json())

    def _sign_of_product(self, polynomial: fmpq_mpoly, squares: int) -> Sign:
        """Return the sign of a polynomial in the chart's own coordinates."""
        if polynomial.is_zero():
            return Sign(1, False, "zero")
        plain = self._by_coefficients(polynomial)
        if (plain.direction and plain.strict) or len(polynomial) > MAX_TERMS:
            return plain
        constant, factors = polynomial.factor()
        total = Sign(1 if constant > 0 else -1, True)
        reasons = []
        for factor, exponent in factors:
            known = self._sign_of_factor(factor, squares)
            total = total * (known if exponent % 2 else Sign(1, known.strict))
            reasons.append({"factor": factor.str(), "exponent": int(exponent), "by": known.reason})
        reason = {"constant": str(constant), "factors": reasons, "whole": plain.reason}
        return Sign(total.direction or plain.direction, total.strict, reason)

    def _learn(self, literals: list[Bounded]) -> None:
        """Keep what the unused hypotheses say of their own factors."""
        for polynomial, bound in literals:
            if bound == "==" or polynomial.is_zero() or len(polynomial) > MAX_TERMS or self.out_of_time():
                continue
            constant, factors = polynomial.factor()
            signs = [self._sign_of_factor(factor, MAX_SQUARES) for factor, _ in factors]
            if bound in (">", "!="):  # no factor vanishes
                signs = [Sign(known.direction, True, known.reason or "hypothesis") for known in signs]
                self._known |= {factor.str(): known for (factor, _), known in zip(factors, signs, strict=True)}
            unknown = [i for i, (_, exponent) in enumerate(factors) if exponent % 2 and not signs[i].direction]
            if bound == "!=" or len(unknown) != 1:
                continue
            rest = Sign(1 if constant > 0 else -1, True)
            for i, (_, exponent) in enumerate(factors):
                if i not in unknown:
                    rest = rest * (signs[i] if exponent % 2 else Sign(1, signs[i].strict))
            if rest.strict:  # otherwise all of it may be zero, which leaves the unknown factor free
                self._known[factors[unknown[0]][0].str()] = Sign(rest.direction, bound == ">", "hypothesis")
