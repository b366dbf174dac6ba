"""How an inner loop is named: as marks on a letter, and in words."""

from __future__ import annotations

from theory.gain import Setting
from theory.symbols import alpha

__all__ = ["marked", "setting_words"]

_NUMERALS = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}


def marked(base: str, setting: Setting) -> str:
    r"""Mark a quantity with its inner loop: ``Q^{(2)}_{\text{fresh}}``; one step on m samples goes unmarked.

    Parameters
    ----------
    base : str
        LaTeX of the letter.
    setting : Setting
        The inner loop.
    """
    below = r"\infty" if setting.population else rf"\text{{{setting.data}}}" if setting.steps > 1 else ""
    above = f"({setting.steps})" if setting.steps > 1 else ""
    return base + (f"^{{{above}}}" if above else "") + (f"_{{{below}}}" if below else "")


def setting_words(setting: Setting) -> str:
    """Describe an inner loop: "two inner steps on m new samples each"."""
    count = _NUMERALS.get(setting.steps, str(setting.steps))
    steps = f"{count} inner step{'s' if setting.steps > 1 else ''}"
    if setting.population:
        data = "on infinitely many samples"
    elif setting.steps == 1:
        data = "on m samples"
    else:
        data = "on the same m samples" if setting.data == "reused" else "on m new samples each"
    size = "" if setting.step_size == alpha else f" of size {setting.step_size}"
    return f"{steps}{size} {data}"
