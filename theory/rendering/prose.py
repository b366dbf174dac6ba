"""Plain sentences for LaTeX: every special character escaped, every letter one that pdfLaTeX can typeset."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["escaped"]

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': "''",
    "<=": r"$\le$",
    ">=": r"$\ge$",
    "!=": r"$\ne$",
    "->": r"$\to$",
    "≤": r"$\le$",
    "≥": r"$\ge$",
    "≠": r"$\ne$",
    "→": r"$\to$",
    "∞": r"$\infty$",
    "×": r"$\times$",
    "±": r"$\pm$",
    "−": r"$-$",
    "·": r"$\cdot$",
    "²": r"$^2$",
    "\u2013": "--",
    "\u2014": "---",
    "\u2018": "`",
    "\u2019": "'",
    "\u201c": "``",
    "\u201d": "''",
    "…": r"\dots{}",
    "ß": r"\ss{}",
    "æ": r"\ae{}",
    "ø": r"\o{}",
    "ł": r"\l{}",
    "\n": " ",
    "\t": " ",
} | {character: f"\\{character}" for character in "{}$&#_%"}

_PART = re.compile("<=|>=|!=|->|.", re.DOTALL)

#: Combining accent -> LaTeX command.
_ACCENTS = dict(
    zip("\u0300\u0301\u0302\u0303\u0308\u0304\u0306\u0307\u030a\u030c\u030b\u0327", "`'^~\"=u.rvHc", strict=True)
)


def escaped(text: str) -> str:
    """Escape what LaTeX would read as a command; what pdfLaTeX cannot typeset is written by its code point.

    Parameters
    ----------
    text : str
        Plain text.
    """
    return "".join(_SPECIAL.get(part) or _typesettable(part) for part in _PART.findall(text))


def _typesettable(character: str) -> str:
    if " " <= character <= "~":
        return character
    name = unicodedata.name(character, "")
    if name.startswith("GREEK SMALL LETTER ") and name.count(" ") == 3:
        letter = name.rpartition(" ")[2].lower().replace("lamda", "lambda")
        return "o" if letter == "omicron" else rf"$\{letter}$"
    base, accent = unicodedata.normalize("NFD", character)[:1], unicodedata.normalize("NFD", character)[1:]
    if base.isascii() and base.isalpha() and accent in _ACCENTS:
        return rf"\{_ACCENTS[accent]}{{{base}}}"
    return rf"\texttt{{U+{ord(character):04X}}}"
