"""From comparisons to evidence: three-valued logic over measured relations, and what is said of the outcome."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from numerics.sequential import spent
from proofs_check.simulation.deviation import POWER, Deviation, Settled
from proofs_check.verdict import Evidence, Obligation, Outcome, Tier
from theory.formula import And, Formula, Iff, Implies, Not, Operator, Or

__all__ = ["Check", "Effort", "Judged", "conclude_checks", "decide", "holds_given_sign", "not_run"]

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
    note: str = ""


@dataclass(frozen=True)
class Judged:
    """A check as its last look found it.

    Parameters
    ----------
    check : Check
        What was checked.
    settled : tuple of Settled
        Its comparisons, in order.
    tasks : int
        Tasks that had been drawn.
    """

    check: Check
    settled: tuple[Settled, ...]
    tasks: int

    @property
    def verdict(self) -> bool | None:
        """Whether it definitely holds, definitely fails, or neither."""
        if self.check.verdict is not None:
            return self.check.verdict(self.settled)
        return False if any(item.sign for item in self.settled) else None

    def enough(self, precision: float) -> bool:
        """Whether another look is of no use.

        It is not once the check is decided, nor where nothing in it is random. An equality, of which one can only know
        that it does not hold, has been looked at enough when each of its comparisons would have shown a relative error
        of the precision wanted.
        """
        if self.verdict is not None or not any(item.random for item in self.settled):
            return True
        reached = (item.relative is not None and item.relative <= precision for item in self.settled if item.random)
        return self.check.verdict is None and all(reached)


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
    judged: Sequence[Judged], effort: Effort, *, false_alarm: float, seconds: float
) -> tuple[Evidence, ...]:
    """Report on each obligation what its checks found.

    Parameters
    ----------
    judged : sequence of Judged
        All checks of the claim.
    effort : Effort
        What was simulated.
    false_alarm : float
        Probability with which the claim may be contradicted although it is true.
    seconds : float
        Time that all of it took, credited to the first obligation.
    """
    comparisons = sum(len(item.settled) for item in judged)
    data = {**effort.data, "false_alarm": false_alarm, "comparisons": comparisons}
    found: list[Evidence] = []
    for obligation in dict.fromkeys(item.check.obligation for item in judged):
        chosen = [item for item in judged if item.check.obligation is obligation]
        found.append(_evidence(obligation, chosen, replace(effort, data=data), 0.0 if found else seconds))
    return tuple(found)


def _evidence(obligation: Obligation, judged: Sequence[Judged], effort: Effort, seconds: float) -> Evidence:
    verdicts = [item.verdict for item in judged]
    failed = [item for item, verdict in zip(judged, verdicts, strict=True) if verdict is False]
    settled = [comparison for item in judged for comparison in item.settled]
    notes = dict.fromkeys([*(item.check.note for item in judged if item.check.note), *effort.notes])
    if not settled and not failed:
        return not_run(obligation, "; ".join(["it derives nothing that could be simulated", *notes]), seconds)
    decidable = [item for item in settled if item.decidable]
    agrees = any(item.check.verdict is None and any(one.decidable for one in item.settled) for item in judged)
    looks = 1 + max((item.look for item in settled), default=-1)
    drawn = _drawn(judged, looks)
    if failed:
        outcome, detail = Outcome.CONTRADICTED, "; ".join(map(_failure, failed[:_SHOWN]))
        detail += f"; and {len(failed) - _SHOWN} more" if len(failed) > _SHOWN else ""
    elif agrees or True in verdicts:
        identities = all(item.check.verdict is None for item in judged)
        outcome, detail = Outcome.PASSED, f"{effort.words}{drawn}: {_passed(verdicts, settled, decidable, identities)}"
    else:
        outcome = Outcome.UNDECIDED
        detail = f"{effort.words}{drawn}: nothing was decided{_left_out(settled, decidable)}"
    relative = _relative(decidable)
    return Evidence(
        METHOD,
        obligation,
        outcome,
        Tier.TESTED,
        seconds,
        "; ".join([detail, *notes]),
        data={
            **effort.data,
            "looks": looks,
            "tasks": max((item.tasks for item in judged if item.settled), default=0),
            "spent": effort.data["false_alarm"] * spent(looks),
            "power": POWER,
            "checks": len(judged),
            "decided": sum(verdict is not None for verdict in verdicts),
            "detectable_relative": {
                "best": relative[0] if relative else None,
                "worst": relative[-1] if relative else None,
            },
            "compared": [{**one.to_json(), "tasks": item.tasks} for item in judged for one in item.settled],
        },
    )


def _drawn(judged: Sequence[Judged], looks: int) -> str:
    """Say how many tasks it took, and how many looks."""
    tasks = dict.fromkeys(sorted(item.tasks for item in judged if any(one.random for one in item.settled)))
    if not tasks:
        return ""
    numbers = list(tasks)
    reach = f"{numbers[0]}" if len(numbers) == 1 else f"{numbers[0]} to {numbers[-1]}"
    return f", {reach} tasks each in {looks} look{'s' if looks > 1 else ''}"


def _passed(
    verdicts: Sequence[bool | None], settled: Sequence[Settled], decidable: Sequence[Settled], identities: bool
) -> str:
    decided = sum(verdict is True for verdict in verdicts)
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


def _failure(judged: Judged) -> str:
    if not judged.settled:
        return f"{judged.check.label} is false, evaluated exactly"
    worst = max(judged.settled, key=lambda item: abs(item.deviation.difference) / max(item.tolerance, math.ulp(0.0)))
    deviation = worst.deviation
    return (
        f"{judged.check.label} fails: {deviation.label} measured {deviation.measured:.6g}, "
        f"stated {deviation.stated:.6g}, which differ by {abs(deviation.difference):.3g} where {worst.tolerance:.3g} "
        f"may be chance"
    )
