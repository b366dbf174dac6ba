"""`landscape methods`: the methods that there are, and what sets each apart."""

from __future__ import annotations

from typing import Any

import click

from proofs_check.commands.options import Target, json_option


@click.command("methods", short_help="List the methods: what each re-weights, and when it works.")
@json_option
def command(json_target: Target | None) -> None:
    """List every method by its public name, with its paper, what it re-weights, and the parameters that it takes.

    Parameters are set in a table [method.NAME] of a configuration.
    """
    from proofs_check.commands.output import write_json

    report = {"schema": "landscape.methods/1", "methods": _entries()}
    if json_target is not None:
        write_json(json_target, report)
        if json_target.is_stdout:
            return
    _print(report)


def _entries() -> list[dict[str, Any]]:
    from theory.methods import METHODS
    from theory.methods.parameters import parameters_of

    return [
        {
            "name": name,
            "title": method.title,
            "paper": method.paper,
            "linear": method.linear,
            "reweights": method.reweights,
            "conditions": method.conditions,
            "parameters": [
                {
                    "key": item.name,
                    "default": _plain(item.default),
                    "allowed": item.metadata["kind"].allowed,
                    "meaning": item.metadata["meaning"],
                }
                for item in parameters_of(method)
            ],
        }
        for name, method in METHODS.items()
    ]


def _plain(value: Any) -> Any:
    """Write a default as JSON can hold it."""
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return float(value) if hasattr(value, "denominator") and not isinstance(value, int) else value


def _print(report: dict[str, Any]) -> None:
    from proofs_check.commands.output import console, table

    screen = console()
    rows = table("name", "method", "paper", "mean update", "re-weights tasks", "conditions", whole=("name",))
    for entry in report["methods"]:
        kind = "linear" if entry["linear"] else "nonlinear"
        rows.add_row(*(entry[key] for key in ("name", "title", "paper")), kind, entry["reweights"], entry["conditions"])
    screen.print(rows)
    parameters = table("key", "default", "must be", "meaning", whole=("key",))
    for entry in report["methods"]:
        for item in entry["parameters"]:
            default = "depends on the configuration" if item["default"] is None else _toml(item["default"])
            parameters.add_row(f"method.{entry['name']}.{item['key']}", default, item["allowed"], item["meaning"])
    screen.print("\nParameters, in tables [method.NAME] of a configuration\n", parameters)


def _toml(value: Any) -> str:
    from numerics.configuration.toml_text import shown

    return shown(value)
