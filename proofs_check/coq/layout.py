"""What a theorem in Coq is, and how its text is laid out."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass

from proofs_check.coq.printing import Names
from proofs_check.coq.scripts import flat
from theory.formula import Formula, Relation

__all__ = ["WIDTH", "Theorem", "indented", "premises", "wrapped"]

#: Longest line of a generated file.
WIDTH = 112


@dataclass(frozen=True)
class Theorem:
    """A theorem with its proof.

    Parameters
    ----------
    name : str
        As Coq knows it.
    statement : str
        What is proved.
    proof : str
        From ``Proof.`` to ``Qed.``
    library : str, optional
        A file of this package, beside ``library/Prelude.v``, that the proof needs.
    """

    name: str
    statement: str
    proof: str
    library: str | None = None

    @property
    def text(self) -> str:
        """The Coq source."""
        return f"Theorem {self.name} :\n{self.statement}.\n{self.proof}\n"


def premises(hypotheses: Iterable[Formula], names: Names, *, integers: bool) -> list[str]:
    """Write hypotheses as premises, a line each; ``integers`` says whether to keep that counts are integers."""
    kept = flat(hypotheses, integers=integers)
    return [f"  {names.formula(h)} ->" if isinstance(h, Relation) else f"  ({names.formula(h)}) ->" for h in kept]


def wrapped(line: str) -> list[str]:
    """Break a long line, indented as it begins."""
    indent = " " * (len(line) - len(line.lstrip()))
    return textwrap.wrap(
        line,
        WIDTH,
        subsequent_indent=indent + "  ",
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    )


def indented(script: list[str]) -> list[str]:
    """Indent a script by its braces."""
    depth, lines = 1, []
    for line in script:
        depth -= line == "}"
        lines += wrapped("  " * depth + line)
        depth += line == "{"
    return lines
