"""What a theorist asks of a claim next: which hypotheses it needs, how much room they leave, how sharp it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from theory.claim import Claim

__all__ = ["asked", "print_answers"]


def asked(claim: Claim, *, ablation: bool, tightness: bool, budget: str, seed: int) -> dict[str, Any]:
    """Answer the questions asked of a claim, as JSON-ready data by question; ``note`` says what has no answer."""
    from theory.errors import ClaimError

    answers: dict[str, Any] = {}
    if ablation:
        from proofs_check.ablation import ablate
        from proofs_check.occupancy import occupancy

        answers["ablation"] = ablate(claim, budget=budget, seed=seed).to_json()
        try:
            answers["occupancy"] = occupancy(claim, seed=seed).to_json()
        except ClaimError as error:
            answers["occupancy"] = {"note": str(error)}
    if tightness:
        from proofs_check.tightness import tightness as sharpest

        try:
            answers["tightness"] = sharpest(claim, seed=seed).to_json()
        except ClaimError as error:
            answers["tightness"] = {"note": str(error)}
    return answers


def print_answers(answers: dict[str, Any]) -> None:
    """Print what :func:`asked` found."""
    if "ablation" in answers:
        _print_ablation(answers["ablation"])
        _print_occupancy(answers["occupancy"])
    if "tightness" in answers:
        _print_tightness(answers["tightness"])


def _print_ablation(found: dict[str, Any]) -> None:
    click.echo("Without each hypothesis in turn")
    if found["note"]:
        click.echo(f"  {found['note']}")
    for dropped in found["hypotheses"]:
        click.echo(f"  {dropped['hypothesis']}: {dropped['outcome']}: {dropped['detail']}")


def _print_occupancy(found: dict[str, Any]) -> None:
    click.echo("Room that the hypotheses leave")
    if "note" in found:
        click.echo(f"  {found['note']}")
        return
    box = ", ".join(f"{name} in [{low}, {high}]" for name, (low, high) in found["box"].items()) or "any values"
    click.echo(
        f"  {found['fraction']:.3g} +- {found['standard_error']:.1g} of the box {box} "
        f"({found['admitted']} of {found['samples']} random points)"
    )


def _print_tightness(found: dict[str, Any]) -> None:
    click.echo("How sharp it is")
    if "note" in found:
        click.echo(f"  {found['note']}")
        return
    extreme = "largest ratio of the sides" if found["measure"] == "ratio" else "smallest difference of the sides"
    how = {
        True: "attained",
        False: f"approached as {', '.join(found['along'])}",
        None: "whether it is attained was not settled",
    }[found["attained"]]
    point = ", ".join(f"{name} = {value}" for name, value in found["point"].items())
    click.echo(f"  {extreme}: {found['extreme']:.9g}, {how}{'; sharp' if found['sharp'] else ''}")
    click.echo(f"  at {point}")
    click.echo(f"  found at {found['done']}")
