"""The counterexample card: a refutation as a script of a few lines that needs nothing but Python.

Whoever doubts a counterexample runs it, or reads it: `fractions` from the standard library, the numbers, the
definitions, both sides. It exits with 0 if all hypotheses hold and the claim does not.
"""

from __future__ import annotations

import keyword
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from textwrap import wrap

import sympy as sp
from sympy.printing.str import StrPrinter

from proofs_check.refutation import EXPONENTS, OtherLimit, Refutation, TwoPoints, sides_at
from theory.arithmetic import evaluate
from theory.formula import And, Formula, Iff, Implies, IsInteger, Not, Or, Relation, compare

__all__ = ["LINES", "card", "reproduces"]

#: The most lines that a card has.
LINES = 15
#: Widths that are tried; lines are made longer only where there would be too many of them.
_WIDTHS = (*range(100, 300, 10), 400, 1_000, 100_000)
#: An expression longer than this is taken apart into named pieces.
_READABLE = 100
#: A side longer than this is printed as the left or right one.
_LABEL = 40
#: Names that a script uses itself.
_OWN = "Fraction SystemExit abs all claimed f float holds hypotheses k left map print right seen split value zip"
_RESERVED = frozenset({*keyword.kwlist, *keyword.softkwlist, *_OWN.split(" ")})
#: What running a card may take; it is a matter of milliseconds.
_SECONDS = 60


def card(refutation: Refutation) -> str:
    """Write a script that reproduces a refutation.

    Parameters
    ----------
    refutation : Refutation
        From :func:`proofs_check.refutation.refutation_of`.

    Returns
    -------
    str
        At most ``LINES`` lines of Python. Run, it prints whether the hypotheses hold and what both sides are, and
        exits with 0 if they hold and the claim fails, with 1 otherwise.
    """
    for width in _WIDTHS:
        lines = list(_lines(refutation, width))
        if len(lines) <= LINES:
            break
    return "\n".join(lines) + "\n"


def reproduces(script: str) -> bool:
    """Whether a card, run by Python with nothing but the standard library, says that it refutes."""
    try:
        ended = subprocess.run(
            [sys.executable, "-I", "-S", "-c", script], capture_output=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return ended.returncode == 0


def _lines(refutation: Refutation, width: int) -> Iterator[str]:
    yield from wrap(
        f"{refutation.claim.name} is false: {refutation.claim.sentence}",
        100,
        initial_indent="# ",
        subsequent_indent="# ",
        max_lines=2,
        placeholder=" ...",
    )
    yield "from fractions import Fraction"
    script = _Script(refutation)
    values = " ".join(map(str, refutation.point.values()))
    names = ", ".join(map(script.name, refutation.point))
    if len(refutation.point) == 1:
        yield f'{names} = Fraction("{values}")'
    elif refutation.point:
        yield f'{names} = map(Fraction, "{values}".split())'
    if refutation.motion is None:
        yield from script.comparison(width)
    else:
        yield from script.function(refutation.motion, width)
    yield "raise SystemExit(0 if all(hypotheses) and not claimed else 1)"


class _Script:
    """Writes the formulas of a refutation in Python."""

    def __init__(self, refutation: Refutation) -> None:
        self.goal, self.point = refutation.goal, refutation.point
        symbols = [*refutation.point, *(definition.symbol for definition in self.goal.definitions)]
        if refutation.motion is not None:
            symbols.append(_variable(refutation.motion))
        self.names = _identifiers(symbols)
        self._printer = _Printer(self.names)

    def name(self, symbol: sp.Symbol) -> str:
        """Return a symbol's name in the script."""
        return self.names[symbol]

    def text(self, expression: sp.Expr) -> str:
        """Write an expression."""
        return str(self._printer.doprint(expression if expression.free_symbols else _number(expression)))

    def definitions(self) -> Iterator[str]:
        """Yield the definitions as assignments."""
        for definition in self.goal.definitions:
            yield from self._assignments(self.name(definition.symbol), definition.expression)

    def _assignments(self, name: str, expression: sp.Expr) -> Iterator[str]:
        """Assign an expression, in several steps where it is too long to be read in one."""
        text = self.text(expression)
        if len(text) <= _READABLE:
            yield f"{name} = {text}"
            return
        fresh = (s for s in sp.numbered_symbols("t", start=1) if str(s) not in self.names.values())
        pieces, (rest,) = sp.cse([expression], symbols=fresh)
        for symbol, piece in pieces:
            self.names[symbol] = str(symbol)
            yield f"{symbol} = {self.text(piece)}"
        yield f"{name} = {self.text(rest)}"

    def hypotheses(self) -> list[str]:
        """Write every hypothesis as a condition."""
        return [self.condition(hypothesis) for hypothesis in self.goal.hypotheses]

    def condition(self, formula: Formula) -> str:
        """Write a formula as a condition, read from left to right as far as needed."""
        if isinstance(formula, Relation):
            return f"{self.text(formula.lhs)} {formula.operator} {self.text(formula.rhs)}"
        if isinstance(formula, IsInteger):
            return f"{self.name(formula.symbol)}.denominator == 1"
        parts = [f"({self.condition(part)})" for part in formula.parts]
        if isinstance(formula, Not):
            return f"not {parts[0]}"
        if isinstance(formula, Implies):
            return f"not {parts[0]} or {parts[1]}"
        joiners: dict[type, str] = {And: " and ", Or: " or ", Iff: " == "}
        return joiners[type(formula)].join(parts) or str(isinstance(formula, And))

    def comparison(self, width: int) -> Iterator[str]:
        """Yield definitions and hypotheses, the comparison that fails, and what is printed."""
        yield from _packed(self.definitions(), width)
        yield from _listed("hypotheses = [", self.hypotheses(), "]", width)
        failing = self.goal.conclusion
        if isinstance(failing, And):  # one part that fails is enough, and easier to read
            values = {relation: (lhs, rhs) for relation, lhs, rhs in sides_at(self.goal, self.point)}
            failing = next((part for part in failing.parts if part in values and not _holds(part, values)), failing)
        if isinstance(failing, Relation):
            sides = [self._side("left", failing.lhs), self._side("right", failing.rhs)]
            yield from _packed((line for lines, _, _ in sides for line in lines), width)
            yield f"claimed = {sides[0][1]} {failing.operator} {sides[1][1]}"
            shown = " and ".join(text for _, _, text in sides)
        else:
            yield f"claimed = {self.condition(failing)}"
            both = [side for relation, *_ in sides_at(self.goal, self.point) for side in (relation.lhs, relation.rhs)]
            shown = ", ".join(self._shown(side) for side in dict.fromkeys(both) if side.free_symbols) or "numbers alone"
        yield f'print(f"hypotheses hold: {{all(hypotheses)}}; {shown}; the claim holds: {{claimed}}")'

    def _side(self, name: str, expression: sp.Expr) -> tuple[list[str], str, str]:
        """Return how one side is computed, what it is called then, and how it is printed."""
        if isinstance(expression, sp.Symbol) or not expression.free_symbols:
            return [], self.text(expression), self._shown(expression)
        label = self.text(expression) if len(self.text(expression)) <= _LABEL else f"the {name} side"
        return list(self._assignments(name, expression)), name, f"{label} = {{{name}}}"

    def _shown(self, expression: sp.Expr) -> str:
        text = self.text(expression)
        return f"{text} = {{{text}}}" if expression.free_symbols else str(_number(expression))

    def function(self, motion: OtherLimit | TwoPoints, width: int) -> Iterator[str]:
        """Yield a function of what moves, its values, the comparison that fails, and what is printed."""
        expression = motion.stated.expression
        body = [*_packed(self.definitions(), width - 4), *_listed("holds = [", self.hypotheses(), "]", width - 4)]
        *steps, result = self._assignments("value", expression)
        yield f"def f({self.name(_variable(motion))}):"
        yield from (f"    {line}" for line in (*body, *_packed(steps, width - 4)))
        yield f"    return all(holds), {result.removeprefix('value = ')}"
        yield from self._two_points(motion) if isinstance(motion, TwoPoints) else self._other_limit(motion)

    def _two_points(self, motion: TwoPoints) -> Iterator[str]:
        smaller, larger = f'Fraction("{motion.smaller}")', f'Fraction("{motion.larger}")'
        yield f"hypotheses, seen = zip(f({smaller}), f({larger}))"
        yield f"claimed = seen[0] {'<=' if motion.stated.direction == 'nondecreasing' else '>='} seen[1]"
        rises = f"from {{seen[0]}} at {motion.smaller} to {{seen[1]}} at {motion.larger}"
        yield f'print(f"hypotheses hold: {{all(hypotheses)}}; {rises}; the claim holds: {{claimed}}")'

    def _other_limit(self, motion: OtherLimit) -> Iterator[str]:
        sign = "-" if motion.direction < 0 else ""
        start = f"{sign}Fraction(10) ** k" if motion.target is None else None
        start = start or f'Fraction("{motion.target}") {sign or "+"} Fraction(1, 10**k)'
        yield f"hypotheses, seen = zip(*(f({start}) for k in {EXPONENTS}))"
        yield f"claimed = {_tends(motion.claimed)}"
        words = f"it tends to {motion.true}, not to {motion.claimed}"
        yield f'print(f"hypotheses hold: {{all(hypotheses)}}; {words}:", *map(float, seen))'


def _variable(motion: OtherLimit | TwoPoints) -> sp.Symbol:
    return motion.variable if isinstance(motion, TwoPoints) else motion.stated.variable


def _tends(value: str) -> str:
    """Write the condition that the values seen tend to a value: over 8 powers of ten, the distance falls by 3."""
    if value in ("oo", "-oo"):
        return f"{'-' * value.startswith('-')}seen[-1] > 1000 * max(1, abs(seen[0]))"
    return f'abs(seen[-1] - Fraction("{value}")) <= abs(seen[0] - Fraction("{value}")) / 1000'


def _holds(part: Formula, values: Mapping[Relation, tuple[Fraction, Fraction]]) -> bool:
    assert isinstance(part, Relation)
    return bool(compare(values[part][0], part.operator, values[part][1]))


class _Printer(StrPrinter):  # type: ignore[misc]  # SymPy is untyped
    """SymPy's printer, except that no number is ever divided by a number: Python would round."""

    def __init__(self, names: Mapping[sp.Symbol, str]) -> None:
        super().__init__()
        self._names = names

    def _print_Symbol(self, expr: sp.Symbol) -> str:
        return self._names[expr]

    def _print_Rational(self, expr: sp.Rational) -> str:
        top, bottom = int(expr.p), int(expr.q)
        return str(top) if bottom == 1 else f"{'-' * (top < 0)}Fraction({abs(top)}, {bottom})"

    _print_Half = _print_Rational

    def _print_Mul(self, expr: sp.Mul) -> str:
        return str(super()._print_Mul(expr)) if expr.free_symbols else f"({self._print_Rational(_number(expr))})"

    def _print_Pow(self, expr: sp.Pow, rational: bool = False) -> str:
        if not expr.free_symbols:
            return f"({self._print_Rational(_number(expr))})"
        return str(super()._print_Pow(expr, rational=rational))


def _number(expression: sp.Expr) -> sp.Rational:
    """Compute an expression without symbols, which SymPy may have been told not to do."""
    value = evaluate(expression, {})
    return sp.Rational(value.numerator, value.denominator)


def _identifiers(symbols: Iterable[sp.Symbol]) -> dict[sp.Symbol, str]:
    """Name symbols as Python can: nothing taken twice, nothing that the script uses itself."""
    taken: set[str] = set()
    names: dict[sp.Symbol, str] = {}
    for symbol in symbols:
        base = re.sub(r"\W", "_", str(symbol).replace("'", "_larger"))
        base = base if base.isidentifier() else f"_{base}"
        candidates = (base + "_" * extra for extra in range(len(taken) + 2))
        names[symbol] = next(name for name in candidates if name not in taken | _RESERVED)
        taken.add(names[symbol])
    return names


def _packed(statements: Iterable[str], width: int) -> Iterator[str]:
    """Put as many statements on a line as fit."""
    line = ""
    for statement in statements:
        if line and len(line) + 2 + len(statement) > width:
            yield line
            line = ""
        line = f"{line}; {statement}" if line else statement
    if line:
        yield line


def _listed(opening: str, items: Iterable[str], closing: str, width: int) -> Iterator[str]:
    """Put as many items on a line as fit, between brackets."""
    line = opening
    for item in items:
        if len(line) + len(item) + 2 > width:
            yield line.rstrip()
            line = "    "
        line += f"{item}, "
    yield line.removesuffix(", ") + closing
