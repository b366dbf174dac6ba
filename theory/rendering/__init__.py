"""LaTeX of every derived formula and of every claim.

One story per file: ``expressions`` turns one expression into LaTeX terms, ``layout`` breaks equations into rows that
fit the page, ``catalogue`` lists the derived formulas by name, ``claims`` typesets claims, ``settings`` and ``prose``
put inner loops and plain sentences into LaTeX, ``plain`` writes claims for terminals, ``documents`` makes the forms.
"""

from theory.rendering.catalogue import DerivedFormula, catalogue
from theory.rendering.claims import claim_typeset, derivation_words, formula_latex
from theory.rendering.documents import FORMS, Form, document, notebook_latex, render, render_typeset
from theory.rendering.expressions import expression_latex, polynomial_terms, symbol_latex
from theory.rendering.layout import Equation, Prose, Typeset
from theory.rendering.plain import plain_conclusion, plain_layer, plain_polynomial
from theory.rendering.prose import escaped

__all__ = [
    "FORMS",
    "DerivedFormula",
    "Equation",
    "Form",
    "Prose",
    "Typeset",
    "catalogue",
    "claim_typeset",
    "derivation_words",
    "document",
    "escaped",
    "expression_latex",
    "formula_latex",
    "notebook_latex",
    "plain_conclusion",
    "plain_layer",
    "plain_polynomial",
    "polynomial_terms",
    "render",
    "render_typeset",
    "symbol_latex",
]
