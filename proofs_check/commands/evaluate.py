"""`landscape evaluate`: the closed forms of one configuration, and which conditions of the paper it meets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import click

from proofs_check.commands.options import Target, json_option

if TYPE_CHECKING:
    from numerics.closed_form import Evaluation
    from numerics.configuration import Configuration

#: Coordinates of the optima that the table shows; the JSON has all.
_MOST_COORDINATES = 20


@click.command("evaluate")
@click.argument("config")
@click.option(
    "--learner",
    "learners",
    multiple=True,
    metavar="NAME[,NAME...]",
    help="Methods to evaluate beside NAL and MAML; can be repeated.",
)
@click.option("--exact", is_flag=True, help='Compute in rationals; the JSON then holds strings such as "3/7".')
@json_option
def command(config: str, learners: tuple[str, ...], exact: bool, json_target: Target | None) -> None:
    """Print optima, excess risks, gain and ratio of the configuration in the TOML file CONFIG.

    For each condition of the paper it says whether the configuration meets it, with both sides' values.
    """
    from numerics.configuration import load
    from proofs_check.commands.output import write_json

    names = _extra_names(learners)  # a wrong name is refused before anything is read
    report = _report(load(config), config, exact, names)
    if json_target is not None:
        write_json(json_target, report)
        if json_target.is_stdout:
            return
    _print(report)


def _extra_names(learners: tuple[str, ...]) -> list[str]:
    names = [name.strip() for group in learners for name in group.split(",")]
    if not names:
        return []
    from proofs_check.neighbours import chosen_names

    return [name for name in chosen_names(names) if name not in ("nal", "maml")]


def _report(configuration: Configuration, source: str, exact: bool, names: list[str]) -> dict[str, Any]:
    from numerics.closed_form import evaluate
    from proofs_check.commands.output import json_number

    evaluation = evaluate(*configuration.exact) if exact else evaluate(configuration.mixture, configuration.inner_loop)

    def number(value: Any) -> float | str | None:
        return json_number(value, exact=exact)

    ratio = number(evaluation.ratio)
    report: dict[str, Any] = {
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
    if names:
        _add_methods(report, configuration, evaluation, names, number)
    return report


def _add_methods(
    report: dict[str, Any],
    configuration: Configuration,
    evaluation: Evaluation,
    names: list[str],
    number: Callable[[Any], float | str | None],
) -> None:
    """Add optima and risks of further methods, and what is to be said of them."""
    from numerics.solutions import place, problem_of

    problem = problem_of(evaluation)
    for name in names:
        solution = place(configuration.method(name), problem).solution
        report["theta"][name] = None if solution.theta is None else [*map(number, solution.theta)]
        report["risk"][name] = number(solution.risk)
        report["notes"] += [f"{name}: {note}" for note in solution.notes]


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


def _title(name: str) -> str:
    return name.upper() if name in ("nal", "maml") else name


def _print(report: Mapping[str, Any]) -> None:
    from proofs_check.commands.output import console, shown_number, table

    screen = console()
    theta, risk = report["theta"], report["risk"]
    titles = [_title(name) for name in theta]
    optima = table("coordinate", *titles, right=("coordinate", *titles))
    shown = range(1, min(_MOST_COORDINATES, len(theta["nal"])) + 1)
    for row in shown:
        optima.add_row(str(row), *(shown_number(values[row - 1]) if values else "-" for values in theta.values()))
    screen.print("Optima\n", optima)
    if len(theta["nal"]) > len(shown):
        click.echo(f"... {len(theta['nal'])} coordinates in all; --json gives every one")
    risks = table("quantity", "value", right=("value",))
    for words, value in (
        *((f"excess risk of {_title(name)}", value) for name, value in risk.items()),
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
