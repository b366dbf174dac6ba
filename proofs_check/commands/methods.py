"""`landscape methods`: the methods that there are, and what sets each apart."""

from __future__ import annotations

from typing import Any

import click

from proofs_check.commands.options import Target, json_option


@click.command("methods")
@json_option
def command(json_target: Target | None) -> None:
    """List every method by its public name, with its paper, what it re-weights, and the parameters that it takes.

    Parameters are set in a table [method.NAME] of a configuration; `landscape show NAME` says more of one method.
    """
    from proofs_check.commands.method_page import method_entry
    from proofs_check.commands.output import write_json
    from theory.methods import NAMES

    report = {"schema": "landscape.methods/1", "methods": [method_entry(name) for name in NAMES]}
    if json_target is not None:
        write_json(json_target, report)
        if json_target.is_stdout:
            return
    _print(report)


def _print(report: dict[str, Any]) -> None:
    from proofs_check.commands.method_page import shown_default
    from proofs_check.commands.output import console, table

    screen = console()
    rows = table("name", "method", "paper", "mean update", "re-weights", "conditions", whole=("name",))
    for entry in report["methods"]:
        kind = "linear" if entry["linear"] else "nonlinear"
        rows.add_row(*(entry[key] for key in ("name", "title", "paper")), kind, entry["reweights"], entry["conditions"])
    screen.print(rows)
    parameters = table("key", "default", "must be", "meaning", whole=("key",))
    for entry in report["methods"]:
        for item in entry["parameters"]:
            key = f"method.{entry['name']}.{item['key']}"
            parameters.add_row(key, shown_default(item["default"]), item["allowed"], item["meaning"])
    screen.print("\nParameters, in tables [method.NAME] of a configuration\n", parameters)
