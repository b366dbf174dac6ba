"""What a sweep computes at each point: names, LaTeX, units and meanings of the variables of its result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from numerics.sweep.axes import Axis
from numerics.sweep.claims import chosen_claims
from numerics.sweep.grid import Grid, conditions_of
from theory.symbols import notation

__all__ = ["Column", "axis_column", "columns", "condition_name"]


@dataclass(frozen=True)
class Column:
    """A variable of the result.

    Parameters
    ----------
    name : str
        Its name in the file.
    latex : str
        How papers write it.
    unit : str
        In terms of inputs x, labels y and parameters theta = y / x; ``"1"`` where it has none.
    meaning : str
        What it is, in words.
    claim : str
        The claim that it belongs to, or empty.
    """

    name: str
    latex: str
    unit: str
    meaning: str
    claim: str = ""


_CLOSED_FORMS = (
    Column("risk_nal", r"R(\theta_{\mathrm{NAL}})", "y^2", "excess risk of NAL after adaptation"),
    Column("risk_maml", r"R(\theta_{\mathrm{MAML}})", "y^2", "excess risk of MAML after adaptation"),
    Column("noise_floor", "N", "y^2", "part of both risks that label noise causes"),
    Column("gain", r"R(\theta_{\mathrm{NAL}}) - R(\theta_{\mathrm{MAML}})", "y^2", "gain of MAML over NAL"),
    Column(
        "ratio", r"R(\theta_{\mathrm{NAL}}) / R(\theta_{\mathrm{MAML}})", "1", "excess risk of NAL over that of MAML"
    ),
    Column("share_nal", r"\omega_{\mathrm{NAL}}", "1", "share of the first class's centre in NAL's optimum"),
    Column("share_maml", r"\omega_{\mathrm{MAML}}", "1", "share of the first class's centre in MAML's optimum"),
)
_MEASURED = {
    "risk_nal": ("measured_risk_nal", r"\hat R(\theta_{\mathrm{NAL}})", "y^2", "measured excess risk of NAL's optimum"),
    "risk_maml": (
        "measured_risk_maml",
        r"\hat R(\theta_{\mathrm{MAML}})",
        "y^2",
        "measured excess risk of MAML's optimum",
    ),
    "gain": ("measured_gain", r"\hat G", "y^2", "measured gain, both optima on the same tasks and data"),
    "descent_nal": (
        "descent_nal",
        r"\|\hat\theta_{\mathrm{NAL}} - \theta_{\mathrm{NAL}}\|",
        "theta",
        "distance from NAL's optimum to where its descent went",
    ),
    "descent_maml": (
        "descent_maml",
        r"\|\hat\theta_{\mathrm{MAML}} - \theta_{\mathrm{MAML}}\|",
        "theta",
        "distance from MAML's optimum to where its descent went",
    ),
}
#: LaTeX of a key of a class, its unit and meaning; the class's name becomes the index.
_CLASS_KEYS = {
    "weight": ("p", "1", "probability of class {}"),
    "covariance": (r"\rho", "x^2", "input covariance of class {}"),
    "centre": ("c", "theta", "mean of the optimal solutions of class {}"),
    "spread": (r"\lambda", "theta^2", "covariance of the optimal solutions of class {}"),
    "noise": (r"\nu^2", "y^2", "label noise variance of class {}"),
}
_KEYS = {"dimension": "d", "step_size": "alpha", "samples": "m", "steps": "K"}


def columns(grid: Grid) -> tuple[Column, ...]:
    """Return the variables of a grid's result, in the order in which they are computed."""
    return (*_closed_forms(grid), *_conditions(grid), *_claims(grid), *_measured(grid))


def axis_column(axis: Axis) -> Column:
    """Return what an axis is called in the result."""
    key = str(axis.location[-1])
    if key in _KEYS:
        entry = notation(_KEYS[key])
        return Column(axis.name, entry.latex, entry.unit, entry.meaning)
    if key == "data":
        return Column(axis.name, r"\mathrm{data}", "1", "whether the inner steps reuse their samples")
    latex, unit, meaning = _CLASS_KEYS[key]
    name = axis.name.removesuffix(f"_{key}")
    index = name.replace("_", r"\_")
    base, power, exponent = latex.partition("^")
    return Column(axis.name, rf"{base}_{{\mathrm{{{index}}}}}{power}{exponent}", unit, meaning.format(name))


def condition_name(claim: str) -> str:
    """Return the stem of the names of a claim's variables."""
    return claim.rpartition(".")[2].replace("-", "_")


def _closed_forms(grid: Grid) -> Iterator[Column]:
    return (column for column in _CLOSED_FORMS if column.name in grid.table.closed_forms)


def _conditions(grid: Grid) -> Iterator[Column]:
    for condition in conditions_of(grid):
        yield from _sides(f"condition_{condition_name(condition.claim)}", condition.sentence, condition.claim)


def _claims(grid: Grid) -> Iterator[Column]:
    for claim in chosen_claims(grid):
        relations = claim.conclusion.formula.relations
        for i, relation in enumerate(relations, start=1):
            number = f"_{i}" if len(relations) > 1 else ""
            yield from _sides(f"claim_{condition_name(claim.name)}{number}", str(relation), claim.name)


def _sides(stem: str, sentence: str, claim: str) -> Iterator[Column]:
    yield Column(f"{stem}_lhs", r"\mathrm{lhs}", "", f"left side of: {sentence}", claim)
    yield Column(f"{stem}_rhs", r"\mathrm{rhs}", "", f"right side of: {sentence}", claim)
    yield Column(
        f"{stem}_margin",
        r"\mathrm{margin}",
        "",
        f"by how much it holds, negative where it does not, NaN where it does not apply: {sentence}",
        claim,
    )


def _measured(grid: Grid) -> Iterator[Column]:
    for key, (name, latex, unit, meaning) in _MEASURED.items():
        if key in grid.table.simulate:
            yield Column(name, latex, unit, meaning)
            yield Column(f"{name}_error", rf"\sigma({latex})", unit, f"standard error: {meaning}")
