"""What is typeset says what was derived or claimed, and is LaTeX that compiles onto the page."""

import importlib.util
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import sympy as sp

from theory.arithmetic import evaluate
from theory.claim import MixtureProperty, builtin_claims
from theory.errors import UnknownNameError
from theory.formula import And, Not, Or, eq, ge, gt, integer, le, lt, ne
from theory.gain import ClassQuantity, PairQuantity, Setting, commuting_optimum
from theory.methods import METHODS
from theory.rendering import FORMS, catalogue, document, escaped, expression_latex, render, symbol_latex
from theory.rendering.claims import formula_latex
from theory.rendering.expressions import letter_latex, polynomial_terms
from theory.rendering.layout import ROW, Equation, aligned_rows, inline_latex, width
from theory.rendering.plain import plain_polynomial
from theory.symbols import NOTATION, R2, alpha, d, m, nu2, p, rho, rho_E
from theory.words import IDENTITY, Polynomial, bilinear, letter, scalar, trace, vector

_spec = importlib.util.spec_from_file_location("latex_reader", Path(__file__).with_name("latex_reader.py"))
latex = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(latex)

SETTINGS = {
    "": Setting(),
    "-infinite": Setting(population=True),
    "-2-reused": Setting(2, "reused"),
    "-2-fresh": Setting(2, "fresh"),
    "-2-infinite": Setting(2, population=True),
}
POINT, letters_at, read_align = latex.POINT, latex.letters_at, latex.read_align


@pytest.mark.parametrize("suffix", SETTINGS)
@pytest.mark.parametrize(
    "name",
    ["share_nal", "share_maml", "risk_at_share", "risk_nal", "risk_maml", "gain", "ratio", "noise_floor"],
)
def test_a_formula_of_the_pair_read_back_is_the_derivation(name, suffix):
    derived = evaluate(PairQuantity(name, SETTINGS[suffix]).expression(), POINT)
    if name == "share_nal":
        suffix = ""

    text = render(f"pair-{name.replace('_', '-')}{suffix}", "align")

    assert read_align(text, letters_at(POINT)) == derived


@pytest.mark.parametrize("suffix", SETTINGS)
@pytest.mark.parametrize("name", ["curvature", "noise_floor", "risk_at_centre"])
def test_a_formula_of_one_class_read_back_is_the_derivation(name, suffix):
    derived = evaluate(ClassQuantity(name, SETTINGS[suffix]).expression(), POINT)

    text = render(f"class-{name.replace('_', '-')}{suffix}", "align")

    assert read_align(text, letters_at(POINT)) == derived


@pytest.mark.parametrize("suffix", [None, *SETTINGS])
def test_a_commuting_optimum_read_back_is_the_derivation(suffix):
    setting = None if suffix is None else SETTINGS[suffix]
    derived = commuting_optimum(2, setting)
    point = POINT | {
        symbol: Fraction(i + 1, 3) for i, symbol in enumerate(sorted(derived.free_symbols - set(POINT), key=str))
    }

    text = render("commuting-theta-nal" if suffix is None else f"commuting-theta-maml{suffix}", "align")

    assert read_align(text, letters_at(point)) == evaluate(derived, point)


def matrix(*entries):
    return np.array(entries, dtype=object).reshape(2, 2) * Fraction(1, 3)


ARRAYS = {
    "S": matrix(5, 1, 1, 4),
    "Shat": matrix(2, -1, -1, 6),
    "B": matrix(1, 3, 3, -2),
    "P": matrix(2, 1, 1, 1),
    "T": matrix(1, 2, 2, 5),
    "Sbar": matrix(7, 2, 2, 3),
    "Qbar": matrix(3, 1, 1, 2),
    "E[S2]": matrix(1, 1, 1, 5),
    "|theta": np.array([Fraction(1), Fraction(2, 3)], dtype=object),
    "|delta": np.array([Fraction(-1, 2), Fraction(3)], dtype=object),
    "|E[S theta*]": np.array([Fraction(1, 5), Fraction(1)], dtype=object),
    "|E[S2 theta*]": np.array([Fraction(2), Fraction(-1, 4)], dtype=object),
    "|E[Q theta*]": np.array([Fraction(4), Fraction(1, 7)], dtype=object),
}


def read_polynomial(text, further=()):
    """Evaluate LaTeX at ARRAYS, POINT and further numbers; a vector comes out as a column."""
    values = {letter_latex(name): array if array.ndim == 2 else array[:, None] for name, array in ARRAYS.items()}
    constants = {"c": Fraction(9, 4), "I": np.array([[Fraction(1), Fraction(0)], [Fraction(0), Fraction(1)]])}
    return latex.Reader(letters_at(POINT | dict(further)) | {"d": Fraction(2)} | values | constants).value(text)


def evaluated(polynomial):
    arrays = dict(ARRAYS)
    for name in ("S", "Sbar", "Qbar"):
        arrays[f"{name}^-1"] = latex.power(ARRAYS[name], -1)
    value = polynomial.evaluate(arrays, POINT | {d: Fraction(2), sp.Symbol("c"): Fraction(9, 4)})
    return value[:, None] if polynomial.kind == "vector" else value


MATRIX_FORMULAS = [
    name
    for name, formula in catalogue().items()
    if not name.startswith(("pair-", "class-", "commuting-", "adapted-error")) and name not in METHODS
]


@pytest.mark.parametrize("name", MATRIX_FORMULAS)
def test_a_matrix_formula_read_back_is_the_derivation(name):
    main = catalogue()[name].typeset().main
    assert isinstance(main.rhs, Polynomial)

    text = inline_latex(Equation("", "", main.rhs))

    assert np.all(read_polynomial(text) == evaluated(main.rhs))
    assert np.all(read_polynomial(" ".join(main.terms)) == evaluated(main.rhs))


S, B = letter("S"), letter("B")
THETA, DELTA = vector("theta"), vector("delta")


@pytest.mark.parametrize(
    ("polynomial", "text"),
    [
        (IDENTITY - alpha * S, r"I - \alpha \Sigma"),
        (scalar(0), "0"),
        (S * 0, "0"),
        (-S, r"- \Sigma"),
        (S * 2 - B * 4, r"- 4 B + 2 \Sigma"),
        (trace(S) * trace(S), r"\operatorname{tr}(\Sigma)^{2}"),
        (S * (alpha / m) + B * (alpha / m), r"\frac{\alpha}{m}\bigl(B + \Sigma\bigr)"),
        (S * (2 * alpha) - B * (4 * alpha), r"- 2 \alpha\bigl(2 B - \Sigma\bigr)"),
        (bilinear(THETA, S * B, DELTA), r"\delta^{\top} B \Sigma \theta"),
        (bilinear(THETA, IDENTITY, THETA) ** 2, r"\bigl(\theta^{\top} \theta\bigr)^{2}"),
        (letter("S^-1") * letter("S^-1") * B, r"\Sigma^{-2} B"),
        (trace(IDENTITY), "d"),
    ],
)
def test_a_polynomial_reads_as_written_by_hand(polynomial, text):
    assert " ".join(polynomial_terms(polynomial)) == text


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (1 - alpha * rho, r"1 - \alpha \rho"),
        (R2**3, "R^{6}"),
        (1 / R2, r"\frac{1}{R^2}"),
        (nu2**2 * alpha, r"\alpha \nu^{4}"),
        (1 + (d + 1) / m, r"1 + \frac{d + 1}{m}"),
        (-alpha - rho, r"- \rho - \alpha"),
        (sp.oo, r"\infty"),
        (sp.Rational(-3, 7), r"- \frac{3}{7}"),
    ],
)
def test_an_expression_reads_as_papers_write_it(expression, text):
    assert expression_latex(expression) == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("rho_E", r"\rho_E"),
        ("omega_MAML", r"\omega_{\mathrm{MAML}}"),
        ("w_E", "w_{E}"),
        ("gain", r"\mathrm{gain}"),
        ("alpha_t", r"\alpha_{t}"),
        ("t_0_2", "t_{0,2}"),
        ("ratio2", r"\mathrm{ratio}_{2}"),
        (r"\tilde{x}", r"\tilde{x}"),
        ("Omega", r"\Omega"),
        ("_", r"\mathrm{?}"),
    ],
)
def test_a_symbol_is_typeset_by_its_name(name, text):
    assert symbol_latex(sp.Symbol(name)) == text


A, C = gt(alpha, 0), le(rho, 1)


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (A, r"\alpha > 0"),
        (And((A, C)), r"\alpha > 0 \land \rho \le 1"),
        (Or((And((A, C)), ne(p, 0))), r"\left(\alpha > 0 \land \rho \le 1\right) \lor p \ne 0"),
        (Not(eq(p, 1)), r"\lnot p = 1"),
        (integer(m), r"m \in \mathbb{Z}"),
        (ge(R2, 0), r"R^2 \ge 0"),
        (lt(p, 1), "p < 1"),
    ],
)
def test_a_formula_is_typeset_with_its_connectives(formula, text):
    assert formula_latex(formula) == text
    assert formula._repr_latex_() == f"${text}$"


CLAIMS = builtin_claims()
BY_NAME = {claim.name: claim for claim in CLAIMS}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", ["formulas", "claims"])
def test_every_name_can_be_typeset_in_every_form(form, kind):
    texts = {name: render(name, form) for name in (catalogue() if kind == "formulas" else BY_NAME)}

    assert {name: faults for name, text in texts.items() if (faults := latex.structural_faults(text))} == {}
    start = {"inline": "", "display": r"\[", "align": r"\begin{align*}", "standalone": r"\documentclass"}[form]
    assert all(text.startswith(start) for text in texts.values())


@pytest.mark.parametrize(
    "broken",
    [
        r"\frac{1}{2",
        r"a}",
        r"\begin{align*} a &= b",
        r"\begin{align*} a &= b \end{aligned}",
        r"\left(a",
        r"\bigr)",
        "a & b",
        "$a",
        r"R^2^{3}",
        r"\alhpa",
        "α",
    ],
)
def test_the_check_of_structure_sees_what_is_broken(broken):
    assert latex.structural_faults(broken) != []


def test_no_row_is_wider_than_the_page():
    for name in [*catalogue(), *BY_NAME]:
        text = render(name, "align")
        rows = text.removeprefix("\\begin{align*}\n").removesuffix("\n\\end{align*}\n").split(" \\\\\n")
        prose = isinstance(BY_NAME[name].conclusion, MixtureProperty) if name in BY_NAME else False
        assert prose or r"\parbox" in text or max(map(width, rows)) <= ROW, name


def test_what_is_too_wide_is_broken_between_terms_and_named_within_them():
    terms = sp.symbols(" ".join(f"x_{i}" for i in range(40)))
    wide = sp.Add(*terms) / (1 + sp.Add(*(term**2 for term in terms)))
    values = {symbol_latex(term): Fraction(i, 3) for i, term in enumerate(terms)}

    rows = aligned_rows((Equation("y", "=", wide),))

    assert max(map(width, rows)) <= ROW
    assert rows[0].startswith("A_{1} &=")
    assert rows[-1] == r"y &= \frac{A_{2}}{A_{1}}"
    value = evaluate(wide, {term: Fraction(i, 3) for i, term in enumerate(terms)})
    assert latex.Reader(values).equations(r" \\ ".join(rows))[-1][1] == value


@pytest.mark.parametrize(
    ("text", "typeset"),
    [
        ("50% of {a_b} & #1 costs $2", r"50\% of \{a\_b\} \& \#1 costs \$2"),
        (r"\alpha^2 ~ x", r"\textbackslash{}alpha\textasciicircum{}2 \textasciitilde{} x"),
        ("a <= b >= c != d -> e", r"a $\le$ b $\ge$ c $\ne$ d $\to$ e"),
        ("a < b | c", r"a \textless{} b \textbar{} c"),
        ("Müller Łuk é ß", r"M\"{u}ller \texttt{U+0141}uk \'{e} \ss{}"),
        ("ρ ≥ 0, λ → ∞", r"$\rho$ $\ge$ 0, $\lambda$ $\to$ $\infty$"),
        ("日", r"\texttt{U+65E5}"),
        ("\x07", r"\texttt{U+0007}"),
    ],
)
def test_prose_is_escaped(text, typeset):
    assert typeset in escaped(text)
    assert escaped(text).isascii()


def test_an_unknown_name_is_refused_with_the_names_like_it():
    with pytest.raises(UnknownNameError, match=r"unknown formula or claim 'pair-gian': did you mean 'pair-gain'"):
        render("pair-gian")


def test_a_polynomial_in_plain_text():
    polynomial = bilinear(THETA, letter("S^-1"), DELTA) * 2 - trace(S * B) * trace(IDENTITY) * (alpha * 3)

    assert plain_polynomial(polynomial) == "2 (delta' S^-1 theta) - 3*alpha d tr(B S)"
    assert plain_polynomial(S * (1 + 1 / m)) == "(1 + 1/m) S"
    assert plain_polynomial(S * 0) == "0"


def test_the_notebook_shows_symbols_polynomials_and_derived_formulas():
    assert {entry.symbol: entry._repr_latex_() for entry in NOTATION}[rho_E] == r"$\rho_E$"
    assert (S**2 * 3)._repr_latex_() == r"$3 \Sigma^{2}$"
    assert catalogue()["class-curvature-infinite"]._repr_latex_() == (
        r"$q_{\infty} = \rho - 2 \alpha \rho^{2} + \alpha^{2} \rho^{3}$"
    )


def test_the_whole_document_compiles_onto_the_page(tmp_path):
    text = document()
    (tmp_path / "all.tex").write_text(text, encoding="ascii")

    assert latex.structural_faults(text) == []
    assert text.count(r"\subsection*") == len(catalogue()) + len(CLAIMS)
    if shutil.which("pdflatex"):
        command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"]
        result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)
        assert result.returncode == 0, result.stdout[-2000:]
        assert [line for line in result.stdout.splitlines() if "Overfull" in line] == []


DRIFTS = [
    name for name in METHODS if any(isinstance(rhs, Polynomial) for _, rhs in METHODS[name].in_symbols().equations())
]


@pytest.mark.parametrize("name", DRIFTS)
def test_a_methods_drift_read_back_is_the_derivation(name):
    first = catalogue()[name].typeset().definitions[0]
    numbers = {symbol: Fraction(1, 3) for symbol in first.rhs.symbols - POINT.keys()}

    text = inline_latex(Equation("", "", first.rhs))

    read = read_polynomial(text, numbers)
    assert np.all(read == first.rhs.evaluate(ARRAYS, POINT | numbers | {d: Fraction(2)}))
    assert np.any(read != first.rhs.evaluate(ARRAYS | {"S": 2 * ARRAYS["S"]}, POINT | numbers | {d: Fraction(2)}))
