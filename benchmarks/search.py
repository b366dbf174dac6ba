"""Measures the search for counterexamples: deciding a claim at exact points."""

import random
import time

from page import Row, rate, rates, times
from timing import SEED, fresh


def rows(quick: bool) -> list[Row]:
    """Take the measurements."""
    points = 200 if quick else 20_000
    runs = [fresh(decide, points, 5 if quick else 200) for _ in range(1 if quick else 3)]
    compiled, by_subs = (max(run[k] for run in runs) for k in (0, 1))
    return [
        Row(
            f"`collins2022.gain-isotropic` at {points:,} exact points, hypotheses included",
            rates([run[0] for run in runs], "points/s"),
            f"{times(compiled / by_subs)} as fast as `subs` on the conclusion alone ({rate(by_subs)}/s)",
            "2,000/s",
        )
    ]


def decide(points: int, substituted: int) -> tuple[float, float]:
    """Decide a claim of the isotropic pair; returns points per second, compiled and by substituting."""
    import sympy as sp

    from proofs_check.compiled import CompiledGoal
    from proofs_check.goal import goals_of
    from proofs_check.space import Space
    from proofs_check.view import View, ring_of
    from theory.claim import builtin_claims

    (claim,) = (claim for claim in builtin_claims() if claim.name == "collins2022.gain-isotropic")
    (goal,) = goals_of(claim)
    compiled, rng = CompiledGoal(goal), random.Random(SEED)
    space = Space(goal, View(goal, ring_of(goal)))
    drawn = []
    while len(drawn) < points:
        drawn += [point for point in space.draw(space.whole, rng) if compiled.admits(point)]

    started = time.process_time()
    fast = [compiled.admits(point) and compiled.fails(point) for point in drawn]
    per_second = len(drawn) / (time.process_time() - started)

    lhs, rhs = goal.conclusion.lhs, goal.conclusion.rhs
    for definition in reversed(goal.definitions):
        lhs, rhs = (side.xreplace({definition.symbol: definition.expression}) for side in (lhs, rhs))
    values = [{s: sp.Rational(str(v)) for s, v in compiled.values(point).items()} for point in drawn[:substituted]]
    started = time.process_time()
    slow = [lhs.subs(at) != rhs.subs(at) for at in values]
    by_subs = len(values) / (time.process_time() - started)
    if slow != fast[:substituted]:
        raise SystemExit("exact points: compiled and substituted they disagree")
    return per_second, by_subs
