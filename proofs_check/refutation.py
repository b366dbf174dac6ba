"""A refutation by itself: the goal that fails, where, and only the definitions that it takes to see that.

What a paper quotes or a reader recomputes is made from this: see :mod:`proofs_check.card` and
:mod:`proofs_check.remark`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

import sympy as sp

from proofs_check.goal import Definition, Goal, Standing, definitions_of, derivation_goal, goals_of
from proofs_check.limits import limit_goal
from proofs_check.verdict import Evidence, Outcome, Verdict
from theory.claim import Claim, Limit, Monotonicity, Statement
from theory.formula import Formula, Relation, eq

__all__ = ["EXPONENTS", "OtherLimit", "Refutation", "TwoPoints", "refutation_of", "sides_at"]

#: How close the variable of a limit comes to its point in the values that are shown: 10 to minus these.
EXPONENTS = (4, 8, 12)


@dataclass(frozen=True)
class OtherLimit:
    """What an expression tends to instead of what was claimed.

    Parameters
    ----------
    stated : Limit
        The conclusion.
    true, claimed : str
        The limit that it has and the one that was claimed, at the parameters: ``"3/7"``, ``"oo"`` or ``"-oo"``.
    target : Fraction or None
        Where the variable tends; ``None`` for infinity.
    direction : int
        1 if the variable comes from above, or grows; -1 otherwise.
    """

    stated: Limit
    true: str
    claimed: str
    target: Fraction | None
    direction: int


@dataclass(frozen=True)
class TwoPoints:
    """Two values of one variable between which an expression goes the wrong way.

    Parameters
    ----------
    stated : Monotonicity
        The conclusion.
    variable : sympy.Symbol
        What changes.
    smaller, larger : Fraction
        Its two values.
    """

    stated: Monotonicity
    variable: sp.Symbol
    smaller: Fraction
    larger: Fraction


@dataclass(frozen=True)
class Refutation:
    """A claim, what of it fails, and where.

    Parameters
    ----------
    claim : Claim
        What was claimed.
    goal : Goal
        Hypotheses, the definitions that are used, and the conclusion that fails.
        Of a limit or a monotonicity there is none: the expression and what it does are in ``motion``.
    point : mapping from symbol to Fraction
        Where: a value for each base symbol, but for the variable of a limit or a monotonicity.
    motion : OtherLimit or TwoPoints, optional
        Of a limit, what the expression tends to; of a monotonicity, the two values of the variable.
    """

    claim: Claim
    goal: Goal
    point: Mapping[sp.Symbol, Fraction]
    motion: OtherLimit | TwoPoints | None = None


def refutation_of(claim: Claim, verdict: Verdict) -> Refutation | None:
    """Return what refutes a claim in formulas, confirmed in the standard library's fractions.

    Parameters
    ----------
    claim, verdict : Claim, Verdict
        What was judged, and how.

    Returns
    -------
    Refutation or None
        ``None`` where the verdict is another one, or the claim is refuted on a mixture or matrix, not by formulas.
    """
    found = next(
        (item for item in verdict.evidence if item.outcome is Outcome.REFUTED and item.counterexample is not None), None
    )
    if verdict.outcome != "refuted" or not found or not isinstance(claim.conclusion, Statement | Limit | Monotonicity):
        return None
    values = found.counterexample or {}
    for goal in _goals(claim):
        if all(str(symbol) in values for symbol in goal.symbols):
            point = {symbol: Fraction(values[str(symbol)]) for symbol in goal.symbols}
            if goal.standing(point) is Standing.VIOLATED:
                return _two_points(claim, goal, point) or Refutation(claim, _trimmed(goal, point), point)
    return _other_limit(claim, found) if isinstance(claim.conclusion, Limit) else None


def sides_at(goal: Goal, point: Mapping[sp.Symbol, Fraction]) -> list[tuple[Relation, Fraction, Fraction]]:
    """Return the relations of a goal's conclusion with the values of both sides, where they are defined."""
    found = []
    for relation in goal.conclusion.relations:
        try:
            found.append((relation, goal.value(relation.lhs, point), goal.value(relation.rhs, point)))
        except ZeroDivisionError:
            continue  # not read there, because what stands before it has decided the whole
    return found


def _goals(claim: Claim) -> Iterator[Goal]:
    if not isinstance(claim.conclusion, Limit):
        yield from goals_of(claim)
    derivation = derivation_goal(claim)
    if derivation is not None:
        yield derivation


def _two_points(claim: Claim, goal: Goal, point: Mapping[sp.Symbol, Fraction]) -> Refutation | None:
    """Read the counterexample to an increment as two values of one variable."""
    stated = claim.conclusion
    if not isinstance(stated, Monotonicity) or goal not in goals_of(claim):
        return None
    variable = stated.variables[goals_of(claim).index(goal)]
    increased = goal.hypotheses[-1]  # that the larger value is larger; see goals_of
    assert isinstance(increased, Relation)
    larger = goal.value(increased.lhs, point)
    moving = _moving(claim, stated.expression)
    rest = {symbol: value for symbol, value in point.items() if symbol in moving.symbols and symbol != variable}
    motion = TwoPoints(stated, variable, point[variable], larger)
    return Refutation(claim, _trimmed(moving, point), rest, motion)


def _moving(claim: Claim, expression: sp.Expr) -> Goal:
    """Return a claim's hypotheses and definitions, with nothing to conclude but that an expression is defined."""
    return Goal(claim.hypotheses, definitions_of(claim), eq(expression, expression))


def _other_limit(claim: Claim, found: Evidence) -> Refutation | None:
    stated = claim.conclusion
    assert isinstance(stated, Limit)
    goal, values = limit_goal(claim), found.counterexample or {}
    point = {symbol: Fraction(values[str(symbol)]) for symbol in goal.symbols if symbol != stated.variable}
    infinite = stated.point in (sp.oo, -sp.oo)
    target = None if infinite else goal.value(stated.point, point)
    above, _, below = str(found.data["limit"]).partition(" from above and ")
    sides = [(1, above), (-1, below.removesuffix(" from below") or above)]
    if infinite:
        sides = [(1 if stated.point == sp.oo else -1, above)]
    for direction, true in sides:
        far = Fraction(10) ** EXPONENTS[-1]
        value = direction * far if target is None else target + direction / far
        inside = {**point, stated.variable: value}
        # The side has to be one that the hypotheses allow, and on which the limit is another one.
        if true != str(found.data["stated"]) and goal.standing(inside) is Standing.HOLDS:
            limit = OtherLimit(stated, true, str(found.data["stated"]), target, direction)
            return Refutation(claim, _trimmed(_moving(claim, stated.expression), inside), point, limit)
    return None


def _trimmed(goal: Goal, point: Mapping[sp.Symbol, Fraction]) -> Goal:
    """Leave out the definitions that nothing needs, and write out those that are undefined at the point.

    A definition may have a pole where nothing reads it; computing it first, as a script would, must not end there.
    """
    kept: list[Definition] = []
    written_out: dict[sp.Symbol, sp.Expr] = {}
    for definition in goal.definitions:
        definition = replace(definition, expression=definition.expression.xreplace(written_out))
        try:
            goal.value(definition.symbol, point)
            kept.append(definition)
        except ZeroDivisionError:
            written_out[definition.symbol] = definition.expression

    def written(formula: Formula) -> Formula:
        return formula.map_expressions(lambda expression: expression.xreplace(written_out)) if written_out else formula

    hypotheses, conclusion = tuple(map(written, goal.hypotheses)), written(goal.conclusion)
    used = _behind(kept, (symbol for formula in (*hypotheses, conclusion) for symbol in formula.symbols))
    return replace(
        goal,
        hypotheses=hypotheses,
        definitions=tuple(definition for definition in kept if definition.symbol in used),
        conclusion=conclusion,
    )


def _behind(definitions: Iterable[Definition], symbols: Iterable[sp.Symbol]) -> set[sp.Symbol]:
    """Return the symbols with all that their definitions use."""
    used = set(symbols)
    for definition in reversed(list(definitions)):
        if definition.symbol in used:
            used |= definition.expression.free_symbols
    return used
