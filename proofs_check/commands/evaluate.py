"""`landscape evaluate`: the closed forms of one configuration, and which conditions of the paper it meets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from proofs_check.commands.options import Target, json_option

if TYPE_CHECKING:
    from numerics.closed_form import Evaluation
    from numerics.configuration import Configuration

#: Coordinates of the optima that the table shows; the JSON has all.
_MOST_COORDINATES = 20


@click.command("evaluate", short_help="Optima, risks, gain and ratio of a configuration.")
@click.argument("config")
@click.option("--exact", is_flag=True, help='Compute in rationals; the JSON then holds strings such as "3/7".')
@json_option
def command(config: str, exact: bool, json_target: Target | None) -> None:
    """Print optima, excess risks, gain and ratio of the configuration in the TOML file CONFIG.

    For each condition of the paper it says whether the configuration meets it, with both sides' values.
    """
    from numerics.configuration import load
    from proofs_check.commands.output import write_json

    report = _report(load(config), config, exact)
    if json_target is not None:
        write_json(json_target, report)
        if json_target.is_stdout:
            return
    _print(report)


def _report(configuration: Configuration, source: str, exact: bool) -> dict[str, Any]:
    from numerics.closed_form import evaluate
    from proofs_check.commands.output import json_number

    evaluation = evaluate(*configuration.exact) if exact else evaluate(configuration.mixture, configuration.inner_loop)

    def number(value: Any) -> float | str | None:
        return json_number(value, exact=exact)

    ratio = number(evaluation.ratio)
    return {
        "schema": "landscape.evaluate/1",
        "configuration": source,
        "exact": exact,
        "theta": {"nal": [*map(number, evaluation.theta_nal)], "maml": [*map(number, evaluation.theta_maml)]},
        "risk": {"nal": number(evaluation.risk_nal), "maml": number(evaluation.risk_maml)},
        "noise_floor": number(evaluation.noise_floor),
        "gain": number(evaluation.gain),
        "ratio": ratio,
        "conditions": _conditions(evaluation, exact),
        "notes": [_RATIO_NOTES[ratio]] if ratio is None or ratio == "inf" else [],
    }


_RATIO_NOTES: dict[float | str | None, str] = {
    None: "ratio: both excess risks are zero, so that their ratio is undefined",
    "inf": "ratio: MAML's excess risk is zero and NAL's is not, so that their ratio is infinite",
}


def _conditions(evaluation: Evaluation, exact: bool) -> list[dict[str, Any]]:
    import numpy as np

    from proofs_check.commands.output import json_number
    from theory.claims.collins2022 import CONDITIONS
    from theory.formula import compare

    entries = []
    for condition in CONDITIONS:
        with np.errstate(all="ignore"):  # what overflows shows as "inf"
            sides = condition.sides(evaluation)
        lhs, operator, rhs = (None, None, None) if sides is None else sides
        entries.append(
            {
                "claim": condition.claim,
                "sentence": condition.sentence,
                "holds": None if operator is None else bool(compare(lhs, operator, rhs)),
                "lhs": json_number(lhs, exact=exact),
                "operator": operator,
                "rhs": json_number(rhs, exact=exact),
            }
        )
    return entries


def _print(report: Mapping[str, Any]) -> None:
    from proofs_check.commands.output import console, shown_number, table

    screen = console()
    theta, risk = report["theta"], report["risk"]
    optima = table("coordinate", "NAL", "MAML", right=("coordinate", "NAL", "MAML"))
    shown = list(zip(theta["nal"], theta["maml"], strict=True))[:_MOST_COORDINATES]
    for position, (nal, maml) in enumerate(shown, start=1):
        optima.add_row(str(position), shown_number(nal), shown_number(maml))
    screen.print("Optima\n", optima)
    if len(theta["nal"]) > len(shown):
        click.echo(f"... {len(theta['nal'])} coordinates in all; --json gives every one")
    risks = table("quantity", "value", right=("value",))
    for words, value in (
        ("excess risk of NAL", risk["nal"]),
        ("excess risk of MAML", risk["maml"]),
        ("of both: noise floor", report["noise_floor"]),
        ("gain of MAML over NAL", report["gain"]),
        ("ratio NAL / MAML", report["ratio"]),
    ):
        risks.add_row(words, shown_number(value))
    screen.print("\nExcess risks after adaptation\n", risks)
    conditions = table(
        "condition", "holds", "left side", "", "right side", whole=("holds",), right=("left side", "right side")
    )
    for entry in report["conditions"]:
        if entry["holds"] is None:
            conditions.add_row(entry["sentence"], "n/a", "", "", "")
        else:
            sides = shown_number(entry["lhs"]), entry["operator"], shown_number(entry["rhs"])
            conditions.add_row(entry["sentence"], "yes" if entry["holds"] else "no", *sides)
    screen.print("\nConditions of the paper (n/a: does not apply to this configuration)\n", conditions)
    for note in report["notes"]:
        click.echo(note)
