"""How sharp an inequality is: the supremum of one side over the other, or the smallest distance between them.

What is reported as reached is the exact value at an exact point. The supremum is what a seeded numeric search and a
push towards the boundary found; it is a lower bound of the true one, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

from proofs_check.budget import Deadline
from proofs_check.extremum import SETTLED, Measure, Search
from proofs_check.goal import Goal, goals_of
from proofs_check.rational import to_fraction
from proofs_check.refute import as_strings
from theory.claim import Claim, Statement
from theory.errors import ClaimError
from theory.formula import Implies, Operator, Relation

__all__ = ["Tightness", "tightness"]


@dataclass(frozen=True)
class Tightness:
    """How close the two sides of ``lhs <= rhs`` come under the hypotheses.

    Parameters
    ----------
    claim : str
        Name of the claim.
    inequality : str
        As ``lhs <= rhs`` or ``lhs < rhs``; a claim with ``>=`` is turned round.
    measure : {"ratio", "slack"}
        ``lhs / rhs``, whose supremum is looked for, where the right side is positive and the left one is not zero;
        otherwise ``rhs - lhs``, whose infimum is.
    best : str
        The exact value at ``point``: the largest ratio, or the smallest slack, that was evaluated.
    point : mapping from str to str
        Where, exactly.
    extreme : float
        ``best`` as a float: what the search says of the supremum, or infimum.
    attained : bool or None
        Whether the extreme is the value at ``point``: both sides meet there, or no small step and no push gains
        anything and a second search ends at the same value. Otherwise it is approached; ``None`` where that was not
        settled.
    along : tuple of str
        Where it is approached: ``V_E -> 0``, ``m -> oo``.
    sharp : bool
        Whether the two sides meet, or come as close as one likes: no better constant factor, or no larger gap.
    done : str
        What was done, in one sentence.
    seed : int
        Makes the search repeatable.
    seconds : float
        Time it took.
    """

    claim: str
    inequality: str
    measure: Measure
    best: str
    point: dict[str, str]
    extreme: float
    attained: bool | None
    along: tuple[str, ...]
    sharp: bool
    done: str
    seed: int
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON-ready data."""
        return {
            "inequality": self.inequality,
            "measure": self.measure,
            "best": self.best,
            "point": dict(self.point),
            "extreme": self.extreme,
            "attained": self.attained,
            "along": list(self.along),
            "sharp": self.sharp,
            "done": self.done,
            "seed": self.seed,
            "seconds": round(self.seconds, 6),
        }


def tightness(claim: Claim, *, seconds: float = 5, seed: int = 0) -> Tightness:
    """Look for where an inequality is sharpest.

    Parameters
    ----------
    claim : Claim
        Whose conclusion is an inequality, possibly under a condition.
    seconds : float
        How long the numeric search may take.
    seed : int
        Makes the search repeatable.

    Raises
    ------
    ClaimError
        If the conclusion is no inequality, or no point satisfies the hypotheses.
    """
    started = perf_counter()
    goal, relation = _inequality(claim)
    search = Search(goal, relation, claim.name, seed)
    deadline = Deadline.after(seconds)
    search.simple_points()
    search.numeric(Deadline.after(seconds / 2))
    search.simplify()
    along = search.push()
    settled = bool(along) or search.climb(deadline)
    along = along or search.push()
    attained = False if along else not search.gap or None
    if attained is None and settled and search.gap > SETTLED:
        attained = Search(goal, relation, claim.name, seed + 1).agrees(search.value, deadline) or None
    found = search.value if search.measure == "ratio" else -search.value
    return Tightness(
        claim=claim.name,
        inequality=str(relation),
        measure=search.measure,
        best=str(found),
        point=as_strings(search.compiled.values(search.best)),
        extreme=float(to_fraction(found)),
        attained=attained,
        along=along,
        sharp=search.gap <= (0 if attained else SETTLED),
        done=f"{search.evaluated} exact points: simple ones, ones where both sides meet, differential evolution, small "
        "steps, and pushes towards every bound",
        seed=seed,
        seconds=perf_counter() - started,
    )


def _inequality(claim: Claim) -> tuple[Goal, Relation]:
    """Return the goal, conditions among its hypotheses, and the inequality as ``<=`` or ``<``."""
    formula = claim.conclusion.formula if isinstance(claim.conclusion, Statement) else None
    conditions = []
    while isinstance(formula, Implies):
        conditions.append(formula.condition)
        formula = formula.consequence
    turned: dict[Operator, Operator] = {">": "<", ">=": "<="}
    if not isinstance(formula, Relation) or formula.operator in ("==", "!="):
        raise ClaimError(f"{claim.name}: tightness is asked of inequalities; this is a claim of kind {claim.kind}")
    if formula.operator in turned:
        formula = Relation(formula.rhs, turned[formula.operator], formula.lhs)
    goal = goals_of(claim)[0]
    return replace(goal, hypotheses=(*goal.hypotheses, *conditions), conclusion=formula), formula
