"""One picture of many methods on one configuration: what each gains over NAL, and where on the line it lands."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numerics.pictures import picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_methods"]

_BETTER, _WORSE, _OTHER = "#0072B2", "#D55E00", "#999999"


def draw_methods(entries: Sequence[dict[str, Any]], path: Path) -> None:
    """Draw the methods of a report and write the picture, whole or not at all.

    Parameters
    ----------
    entries : sequence of dict
        As under ``methods`` of ``landscape.compare/1``.
    path : Path
        Ends in ``.svg``, ``.png`` or ``.pdf``.

    Raises
    ------
    PictureError
        If it cannot be written.
    """
    placed = [entry for entry in entries if entry["gain_over_nal"] is not None]
    placed.sort(key=lambda entry: float(entry["gain_over_nal"]))
    on_line = any(entry["t"] is not None for entry in placed)
    with picture(path, (9.0 if on_line else 6.0, 1.4 + 0.3 * max(len(placed), 1))) as figure:
        panels = figure.subplots(1, 2 if on_line else 1, sharey=True, squeeze=False)[0]
        _gains(placed, panels[0])
        if on_line:
            _tilts(placed, panels[1])


def _gains(placed: Sequence[dict[str, Any]], axes: Axes) -> None:
    gains = [float(entry["gain_over_nal"]) for entry in placed]
    axes.barh(range(len(placed)), gains, color=[_BETTER if gain >= 0 else _WORSE for gain in gains])
    axes.set_yticks(range(len(placed)), [entry["name"] + ("*" if entry["own_adaptation"] else "") for entry in placed])
    axes.axvline(0, color="black", linewidth=0.8)
    for entry in placed:
        if entry["name"] == "maml":
            axes.axvline(float(entry["gain_over_nal"]), color=_OTHER, linestyle="--", linewidth=1)
    axes.locator_params(axis="x", nbins=5)
    starred = any(entry["own_adaptation"] for entry in placed)
    axes.set_xlabel("gain over NAL in excess risk" + ("\n(* with the method's own adaptation)" if starred else ""))
    axes.spines[["top", "right", "left"]].set_visible(False)


def _tilts(placed: Sequence[dict[str, Any]], axes: Axes) -> None:
    for row, entry in enumerate(placed):
        if entry["t"] is not None:
            axes.plot(entry["t"], row, "o" if entry["stable"] else "x", color=_BETTER if entry["stable"] else _WORSE)
    reference = {entry["name"]: entry["t"] for entry in placed if entry["name"] in ("nal", "maml")}
    for name, tilt in reference.items():
        if tilt is not None:
            axes.axvline(tilt, color=_OTHER, linestyle="--" if name == "maml" else ":", linewidth=1)
    axes.set_xlabel("$t$: easy centre at 0, hard centre at 1\n(dotted: NAL, dashed: MAML; cross: unstable)")
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(left=False)
