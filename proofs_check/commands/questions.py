"""What a theorist asks of a claim next, as JSON-ready data by question.

Which hypothesis would save it, which ones it needs, how much room they leave, how sharp it is, and how a reader can
recompute a refutation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from fractions import Fraction

    import sympy as sp

    from proofs_check.solvers import Solvers
    from proofs_check.verdict import Verdict
    from theory.claim import Claim

__all__ = ["QUESTIONS", "Asked", "Questions", "box_of"]

#: What can be left out, in the order in which it is asked.
QUESTIONS = ("repairs", "ablation", "occupancy", "tightness")
#: How long one question may take, by budget.
_SECONDS = {"small": 20.0, "normal": 60.0, "large": 1_200.0}


@dataclass
class Asked:
    """The answers found.

    Parameters
    ----------
    answers : dict
        By question; where one has no answer, its ``note`` says why.
    interrupted : bool
        Whether Ctrl-C came before all were found.
    """

    answers: dict[str, Any] = field(default_factory=dict)
    interrupted: bool = False


@dataclass(frozen=True)
class Questions:
    """What to ask of claims.

    Parameters
    ----------
    wanted : frozenset of str
        Some of ``QUESTIONS``.
    budget : str
        Name of the budget.
    seed : int
        Seeds everything random.
    box : mapping from str to (Fraction, Fraction)
        Bounds of symbols by name; the others have those that the hypotheses set.
    """

    wanted: frozenset[str]
    budget: str
    seed: int
    box: Mapping[str, tuple[Fraction, Fraction]]

    def ask(self, claim: Claim, verdict: Verdict, solvers: Solvers, on_step: Callable[[str], None]) -> Asked:
        """Ask what applies to a claim and its verdict; Ctrl-C keeps what was found.

        Raises
        ------
        ClaimError
            If the hypotheses contradict each other.
        """
        asked = Asked()
        try:
            if verdict.outcome == "refuted":
                on_step("card")
                asked.answers |= refutation_answers(claim, verdict)
            for question in QUESTIONS:
                if question in self.wanted and _applies(question, verdict):
                    on_step(question)
                    asked.answers[question] = getattr(self, f"_{question}")(claim, solvers, on_step)
                    asked.interrupted |= "Ctrl-C" in asked.answers[question].get("note", "")
                if asked.interrupted:
                    break
        except KeyboardInterrupt:
            asked.interrupted = True
        return asked

    def _repairs(self, claim: Claim, solvers: Solvers, on_step: Callable[[str], None]) -> dict[str, Any]:
        from proofs_check.repair import repairs

        return repairs(
            claim,
            budget=self.budget,
            seed=self.seed,
            seconds=_SECONDS[self.budget],
            solvers=solvers,
            on_candidate=lambda hypothesis: on_step(f"with {hypothesis}"),
        ).to_json()

    def _ablation(self, claim: Claim, solvers: Solvers, on_step: Callable[[str], None]) -> dict[str, Any]:
        from proofs_check.ablation import ablate

        return ablate(
            claim,
            budget=self.budget,
            seed=self.seed,
            seconds=_SECONDS[self.budget],
            solvers=solvers,
            on_hypothesis=lambda hypothesis: on_step(f"without {hypothesis}"),
        ).to_json()

    def _occupancy(self, claim: Claim, solvers: Solvers, on_step: Callable[[str], None]) -> dict[str, Any]:
        from proofs_check.occupancy import occupancy

        if not claim.hypotheses:
            return {"note": "there are no hypotheses on symbols"}
        box = {symbol: self.box[str(symbol)] for symbol in _symbols(claim) if str(symbol) in self.box}
        return occupancy(claim, box=box, seed=self.seed, solvers=solvers).to_json()

    def _tightness(self, claim: Claim, solvers: Solvers, on_step: Callable[[str], None]) -> dict[str, Any]:
        from proofs_check.tightness import tightness
        from theory.errors import ClaimError

        try:
            return tightness(claim, seconds=min(5.0, _SECONDS[self.budget]), seed=self.seed).to_json()
        except ClaimError as error:
            return {"note": str(error).removeprefix(f"{claim.name}: ")}


def _applies(question: str, verdict: Verdict) -> bool:
    """Whether a question makes sense: what is false lacks a hypothesis, and only what is not can do without one."""
    false = verdict.outcome == "refuted"
    return {"repairs": verdict.outcome in ("refuted", "undecided"), "ablation": not false, "tightness": not false}.get(
        question, True
    )


def refutation_answers(claim: Claim, verdict: Verdict) -> dict[str, Any]:
    """Return the card and the remark of a refuted claim, ``None`` where it is not refuted by formulas."""
    from proofs_check.card import card, reproduces
    from proofs_check.refutation import refutation_of
    from proofs_check.remark import remark

    refutation = refutation_of(claim, verdict)
    if refutation is None:
        return {"card": None, "remark": None}
    script = card(refutation)
    # What does not refute when it is run is not handed out.
    return {"card": script if reproduces(script) else None, "remark": remark(refutation)}


def _symbols(claim: Claim) -> list[sp.Symbol]:
    defined = {layer.symbol for layer in claim.layers}
    return sorted({s for hypothesis in claim.hypotheses for s in hypothesis.symbols} - defined, key=str)


def box_of(stated: tuple[str, ...], claims: tuple[Claim, ...]) -> dict[str, tuple[Fraction, Fraction]]:
    """Read bounds such as ``alpha=0:1/2``.

    Raises
    ------
    click.BadParameter
        If one cannot be read, is empty, or bounds what no hypothesis of a claim mentions.
    """
    from fractions import Fraction

    box: dict[str, tuple[Fraction, Fraction]] = {}
    for text in stated:
        name, _, bounds = text.partition("=")
        try:
            low, high = (Fraction(bound) for bound in bounds.split(":"))
        except (ValueError, ZeroDivisionError):
            raise _refused(f"{text!r} is not NAME=LOW:HIGH with two numbers, as in alpha=0:1/2") from None
        if low > high:
            raise _refused(f"{text!r}: {low} is above {high}")
        for claim in claims:
            known = {str(symbol): symbol for symbol in _symbols(claim)}
            if name not in known:
                raise _refused(
                    f"{text!r}: no hypothesis of {claim.name} mentions {name!r}; they mention "
                    f"{', '.join(known) or 'nothing'}"
                )
            if _integral(claim, known[name]) and not any(low <= whole <= high for whole in (-(-low // 1), high // 1)):
                raise _refused(f"{text!r}: {name} is an integer, and there is none between {low} and {high}")
        box[name] = (low, high)
    return box


def _integral(claim: Claim, symbol: sp.Symbol) -> bool:
    from theory.formula import IsInteger

    return any(isinstance(hypothesis, IsInteger) and hypothesis.symbol == symbol for hypothesis in claim.hypotheses)


def _refused(message: str) -> click.BadParameter:
    return click.BadParameter(message, param_hint="'--box'")
