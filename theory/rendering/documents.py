"""The forms in which a formula or claim is handed out: inline, display, aligned, or as a document that compiles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Literal, get_args

import sympy as sp

from theory.claim import Claim, builtin_claims
from theory.errors import UnknownNameError
from theory.formula import Formula
from theory.rendering.catalogue import DerivedFormula, catalogue
from theory.rendering.claims import claim_typeset, formula_latex
from theory.rendering.expressions import polynomial_terms, symbol_latex
from theory.rendering.layout import Prose, Typeset, aligned_rows, inline_latex
from theory.rendering.prose import escaped
from theory.symbols import NOTATION
from theory.words import Polynomial

__all__ = ["FORMS", "Form", "document", "notebook_latex", "render", "render_typeset"]

Form = Literal["inline", "display", "align", "standalone"]
FORMS: tuple[Form, ...] = get_args(Form)

# 16 cm of text, for which the rows are laid out. Only the packages that every LaTeX has.
_PREAMBLE = r"""\documentclass[11pt,a4paper]{article}
\usepackage[utf8]{inputenc}
\usepackage{amsmath,amssymb}
\setlength{\textwidth}{16cm}
\setlength{\textheight}{24cm}
\setlength{\oddsidemargin}{0pt}
\setlength{\topmargin}{-1.5cm}
\setlength{\parindent}{0pt}
\setlength{\emergencystretch}{3em}
\setlength{\jot}{5pt}
\allowdisplaybreaks
\begin{document}
"""
_END = "\\end{document}\n"
_BREAK = " \\\\\n"
_THETA = r"\theta"
_WITHOUT_FORMULA = r"\parbox{0.9\linewidth}{%s}"


def render(name: str, form: Form = "display", *, claims: Iterable[Claim] | None = None) -> str:
    """Typeset a derived formula or a claim.

    Parameters
    ----------
    name : str
        Of a derived formula, see :func:`theory.rendering.catalogue`, or of a claim.
    form : {"inline", "display", "align", "standalone"}
        ``$...$``; a displayed formula; all definitions and the formula in ``align*``; a document that compiles with
        pdflatex and amsmath.
    claims : iterable of Claim, optional
        Where to look a claim's name up; by default the built-in ones.

    Raises
    ------
    UnknownNameError
        If neither a formula nor a claim has that name.
    """
    items = _items(claims)
    if name not in items:
        raise UnknownNameError.among("formula or claim", name, items)
    item = items[name]
    return _PREAMBLE + _section(item) + _END if form == "standalone" else render_typeset(_typeset(item), form)


def document(*, claims: Iterable[Claim] | None = None) -> str:
    """Typeset the notation, every derived formula and every claim as one document."""
    items = _items(claims)
    formulas = [item for item in items.values() if isinstance(item, DerivedFormula)]
    stated = [item for item in items.values() if isinstance(item, Claim)]
    parts = [
        _PREAMBLE,
        "\\section*{Notation}\n" + _notation(),
        "\\section*{Derived formulas}\n",
        *map(_section, formulas),
        "\\section*{Claims}\n",
        *map(_section, stated),
        _END,
    ]
    return "\n".join(parts)


def render_typeset(typeset: Typeset, form: Form) -> str:
    """Write a formula in one of the forms that go into somebody else's document."""
    main = typeset.main
    if form == "inline":
        return main.latex if isinstance(main, Prose) else f"${inline_latex(main)}$"
    if isinstance(main, Prose):
        rows = ["&" + _WITHOUT_FORMULA % main.latex]
    else:
        rows = aligned_rows((main,) if form == "display" else (*typeset.definitions, main))
    if form == "align":
        if isinstance(main, Prose):
            rows = [*aligned_rows(typeset.definitions), *rows]
        return "\\begin{align*}\n" + _BREAK.join(rows) + "\n\\end{align*}\n"
    if len(rows) == 1:
        return f"\\[\n{rows[0].replace('&', '', 1)}\n\\]\n"
    return "\\[\n\\begin{aligned}\n" + _BREAK.join(rows) + "\n\\end{aligned}\n\\]\n"


def notebook_latex(item: Claim | DerivedFormula | Formula | Polynomial | sp.Symbol) -> str:
    """Typeset an object for a notebook, which shows what ``_repr_latex_`` returns.

    Parameters
    ----------
    item : Claim, DerivedFormula, Formula, Polynomial or sympy.Symbol
        A claim is shown without its definitions.
    """
    if isinstance(item, Claim | DerivedFormula):
        return render_typeset(_typeset(item), "inline")
    if isinstance(item, Formula):
        return f"${formula_latex(item)}$"
    return f"${' '.join(polynomial_terms(item)) if isinstance(item, Polynomial) else symbol_latex(item)}$"


def _items(claims: Iterable[Claim] | None) -> Mapping[str, DerivedFormula | Claim]:
    claims = builtin_claims() if claims is None else claims
    return {**catalogue(), **{claim.name: claim for claim in claims}}


def _typeset(item: DerivedFormula | Claim) -> Typeset:
    return claim_typeset(item) if isinstance(item, Claim) else item.typeset()


def _section(item: DerivedFormula | Claim) -> str:
    heading = f"\\subsection*{{\\texttt{{{escaped(item.name)}}}}}\n"
    typeset = _typeset(item)
    said_by_the_sentence = isinstance(typeset.main, Prose) and not typeset.definitions
    body = "" if said_by_the_sentence else render_typeset(typeset, "align")
    if isinstance(item, DerivedFormula):
        title = item.title[0].upper() + item.title[1:]
        return f"{heading}{escaped(title)}.\n{body}"
    hypotheses = ", ".join(f"${formula_latex(hypothesis)}$" for hypothesis in item.hypotheses)
    assumed = "; ".join(filter(None, (hypotheses, escaped(item.setting))))
    lines = [
        heading + escaped(item.sentence),
        f"\\par\\emph{{Hypotheses:}} {assumed}." if assumed else "",
        body.rstrip() or "\\par",
        f"\\emph{{Source:}} {escaped('; '.join(filter(None, (item.source.kind, item.source.reference))))}. "
        f"\\emph{{Expected verdict:}} {item.expected}.",
    ]
    return "\n".join(filter(None, lines)) + "\n"


@cache
def _notation() -> str:
    rows = [
        f"${symbol_latex(entry.symbol)}$ & {escaped(entry.meaning)} & {escaped(entry.domain.value)} & "
        f"${entry.unit.replace('theta', _THETA)}$"
        for entry in NOTATION
    ]
    head = "\\begin{tabular}{@{}lp{7cm}p{4.5cm}l@{}}\nSymbol & Meaning & Domain & Unit \\\\\n\\hline\n"
    return head + _BREAK.join(rows) + "\n\\end{tabular}\n"
