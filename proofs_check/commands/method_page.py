"""What there is to say of one method, for programs and for people: `landscape methods` and `landscape show NAME`."""

from __future__ import annotations

import inspect
import sys
from typing import Any

import click

__all__ = ["method_entry", "print_method", "shown_default"]


def method_entry(name: str) -> dict[str, Any]:
    """Return what is said of a method, JSON-ready.

    Parameters
    ----------
    name : str
        A public name of the registry.
    """
    from theory.methods import METHODS
    from theory.methods.parameters import parameters_of

    method = METHODS[name]
    return {
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
        "rule": inspect.cleandoc(sys.modules[method.__module__].__doc__ or ""),
        "formulas": [{"left": lhs, "right": _formula(rhs)} for lhs, rhs in method.in_symbols().equations()],
    }


def shown_default(value: Any) -> str:
    """Write a default as a configuration would."""
    from numerics.configuration.toml_text import shown

    return "depends on the configuration" if value is None else shown(value)


def print_method(entry: dict[str, Any]) -> None:
    """Print the page of a method."""
    from proofs_check.commands.output import console, table

    click.echo(f"{entry['name']}: {entry['title']}\n{entry['paper']}\n")
    click.echo(f"{entry['rule']}\n")
    click.echo(f"mean update: {'linear' if entry['linear'] else 'nonlinear'}")
    click.echo(f"re-weights tasks {entry['reweights']}")
    click.echo(f"conditions: {entry['conditions']}")
    if entry["formulas"]:
        click.echo("\nDerived, for one inner step on m samples:")
        for formula in entry["formulas"]:
            click.echo(f"  {formula['left']} = {formula['right']}")
    if entry["parameters"]:
        rows = table("key", "default", "must be", "meaning", whole=("key",))
        for item in entry["parameters"]:
            key = f"method.{entry['name']}.{item['key']}"
            rows.add_row(key, shown_default(item["default"]), item["allowed"], item["meaning"])
        click.echo("\nParameters")
        console().print(rows)


def _formula(value: Any) -> str:
    from theory.rendering import plain_polynomial
    from theory.words import Polynomial

    return plain_polynomial(value) if isinstance(value, Polynomial) else str(value)


def _plain(value: Any) -> Any:
    """Write a default as JSON can hold it."""
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return float(value) if hasattr(value, "denominator") and not isinstance(value, int) else value
