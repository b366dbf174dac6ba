"""From comparisons to evidence: three-valued logic over measured relations, and what is said of the outcome."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from proofs_check.simulation.deviation import POWER, Deviation, Settled, settle
from proofs_check.verdict import Evidence, Obligation, Outcome, Tier
from theory.formula import And, Formula, Iff, Implies, Not, Operator, Or

__all__ = ["Check", "Effort", "conclude_checks", "decide", "holds_given_sign", "not_run"]

METHOD = "simulation"
_SHOWN = 3
# A relative error that only floating point hides.
_ROUND_OFF = 1e-8


@dataclass(frozen=True)
class Check:
    """Something that a claim says at one point, and what has to be compared to decide it.

    Parameters
    ----------
    label : str
        What is said, and where.
    obligation : Obligation
        What it contributes to.
    deviations : tuple of Deviation
        What is compared.
    verdict : callable, optional
        Takes the settled deviations; returns whether it definitely holds, definitely fails, or neither (``None``). By
        default both sides of every comparison are claimed to be equal: one definite deviation and it fails, while that
        it holds is nothing that a measurement can say.
    """

    label: str
    obligation: Obligation
    deviations: tuple[Deviation, ...]
    verdict: Callable[[Sequence[Settled]], bool | None] | None = None

    def decide(self, settled: Sequence[Settled]) -> bool | None:
        """Decide it."""
        if self.verdict is not None:
            return self.verdict(settled)
        return False if any(item.sign for item in settled) else None


@dataclass(frozen=True)
class Effort:
    """What a measurement took, for the record.

    Parameters
    ----------
    words : str
        How much was simulated, as a phrase.
    data : mapping
        The same for programs, JSON-ready.
    notes : tuple of str
        What was left out, one clause each.
    """

    words: str
    data: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def holds_given_sign(operator: Operator, sign: int) -> bool | None:
    """Decide ``left operator right`` from the sign of left less right, 0 meaning that it is not known."""
    if sign == 0:
        return None
    return {"<": sign < 0, "<=": sign < 0, ">": sign > 0, ">=": sign > 0, "==": False, "!=": True}[operator]


def decide(formula: Formula, truth: Callable[[Formula], bool | None]) -> bool | None:
    """Decide a formula in Kleene's three-valued logic.

    Parameters
    ----------
    formula : Formula
        What is to be decided.
    truth : callable
        Decides relations and other formulas without parts.
    """
    if not formula.parts:
        return truth(formula)
    parts = [decide(part, truth) for part in formula.parts]
    if isinstance(formula, And):
        return _conjunction(parts)
    if isinstance(formula, Or):
        return _negation(_conjunction([_negation(part) for part in parts]))
    if isinstance(formula, Not):
        return _negation(parts[0])
    if isinstance(formula, Implies):
        return _negation(_conjunction([parts[0], _negation(parts[1])]))
    if isinstance(formula, Iff):
        return None if None in parts else parts[0] == parts[1]
    raise TypeError(f"{type(formula).__name__} is not a connective that can be decided")


def _negation(value: bool | None) -> bool | None:
    return None if value is None else not value


def _conjunction(values: Sequence[bool | None]) -> bool | None:
    if False in values:
        return False
    return None if None in values else True


def not_run(obligation: Obligation, reason: str, seconds: float) -> Evidence:
    """Say that nothing was measured, and why."""
    return Evidence(METHOD, obligation, Outcome.NOT_RUN, Tier.TESTED, seconds, f"not measured: {reason}")


def conclude_checks(
    checks: Sequence[Check], effort: Effort, *, false_alarm: float, seconds: float
) -> tuple[Evidence, ...]:
    """Settle all comparisons of a claim together and report on each obligation.

    Parameters
    ----------
    checks : sequence of Check
        All checks of the claim.
    effort : Effort
        What was simulated.
    false_alarm : float
        Probability with which the claim may be contradicted although it is true.
    seconds : float
        Time that all of it took, credited to the first obligation.
    """
    settled = settle([deviation for check in checks for deviation in check.deviations], false_alarm)
    by_check, position = [], 0
    for check in checks:
        by_check.append((check, settled[position : position + len(check.deviations)]))
        position += len(check.deviations)
    found: list[Evidence] = []
    for obligation in dict.fromkeys(check.obligation for check in checks):
        chosen = [(check, items) for check, items in by_check if check.obligation is obligation]
        found.append(_evidence(obligation, chosen, effort, len(settled), false_alarm, 0.0 if found else seconds))
    return tuple(found)


def _evidence(
    obligation: Obligation,
    checks: Sequence[tuple[Check, Sequence[Settled]]],
    effort: Effort,
    comparisons: int,
    false_alarm: float,
    seconds: float,
) -> Evidence:
    verdicts = [check.decide(settled) for check, settled in checks]
    failed = [pair for pair, verdict in zip(checks, verdicts, strict=True) if verdict is False]
    settled = [item for _, items in checks for item in items]
    decidable = [item for item in settled if item.decidable]
    agrees = any(check.verdict is None and any(item.decidable for item in items) for check, items in checks)
    if failed:
        outcome, detail = Outcome.CONTRADICTED, "; ".join(_failure(*pair) for pair in failed[:_SHOWN])
        detail += f"; and {len(failed) - _SHOWN} more" if len(failed) > _SHOWN else ""
    elif agrees or True in verdicts:
        identities = all(check.verdict is None for check, _ in checks)
        outcome, detail = Outcome.PASSED, f"{effort.words}: {_passed(verdicts, settled, decidable, identities)}"
    else:
        outcome, detail = Outcome.UNDECIDED, f"{effort.words}: nothing was decided{_left_out(settled, decidable)}"
    relative = _relative(decidable)
    return Evidence(
        METHOD,
        obligation,
        outcome,
        Tier.TESTED,
        seconds,
        "; ".join([detail, *effort.notes]),
        data={
            **effort.data,
            "false_alarm": false_alarm,
            "comparisons": comparisons,
            "power": POWER,
            "checks": len(checks),
            "decided": sum(verdict is not None for verdict in verdicts),
            "detectable_relative": {
                "best": relative[0] if relative else None,
                "worst": relative[-1] if relative else None,
            },
            "compared": [item.to_json() for item in settled],
        },
    )


def _passed(
    verdicts: Sequence[bool | None], settled: Sequence[Settled], decidable: Sequence[Settled], identities: bool
) -> str:
    decided = sum(verdict is True for verdict in verdicts)
    if not settled:
        return f"holds at {decided} of {len(verdicts)} points, evaluated exactly: nothing in it is measured"
    words = (
        f"{len(decidable)} comparisons agree"
        if identities
        else f"decided, and true, {decided} of {len(verdicts)} times"
    )
    relative = _relative(decidable)
    if relative:
        kind = "relative error" if identities else "violation"
        reach = dict.fromkeys(percent(value) for value in (relative[0], relative[-1]))
        words += f"; a {kind} of {' to '.join(reach)} would have been caught with probability {POWER:.1%}"
    return words + _left_out(settled, decidable)


def _left_out(settled: Sequence[Settled], decidable: Sequence[Settled]) -> str:
    count = len(settled) - len(decidable)
    return f"; {count} of {len(settled)} comparisons have tails too heavy, or no value, to be decided" if count else ""


def _relative(settled: Sequence[Settled]) -> list[float]:
    return sorted(item.relative for item in settled if item.relative is not None)


def percent(value: float) -> str:
    """Write a relative error."""
    return f"{100 * value:.2g} %" if value > _ROUND_OFF else "round-off"


def _failure(check: Check, settled: Sequence[Settled]) -> str:
    if not settled:
        return f"{check.label} is false, evaluated exactly"
    worst = max(settled, key=lambda item: abs(item.deviation.difference) / max(item.tolerance, math.ulp(0.0)))
    deviation = worst.deviation
    return (
        f"{check.label} fails: {deviation.label} measured {deviation.measured:.6g}, stated {deviation.stated:.6g}, "
        f"which differ by {abs(deviation.difference):.3g} where {worst.tolerance:.3g} may be chance"
    )
