"""Counterexample cards and remarks: what they say is run by a bare Python, and read as LaTeX."""

import importlib.util
import re
import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
import sympy as sp

from proofs_check.card import LINES, card, reproduces
from proofs_check.refutation import refutation_of
from proofs_check.remark import remark
from proofs_check.verify import verify
from theory.claim import Claim, Layer, Limit, MatrixIdentity, Monotonicity, Source, Statement, builtin_claims
from theory.formula import And, Iff, Implies, Not, Or, eq, ge, gt, integer, le, lt, ne
from theory.gain import PairQuantity
from theory.symbols import p, rho_E, rho_H
from theory.words import letter

_spec = importlib.util.spec_from_file_location("latex_reader", Path(__file__).parents[1] / "theory" / "latex_reader.py")
latex = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(latex)

x, y, z = sp.symbols("x y z")
odd = sp.Symbol("lambda"), sp.Symbol("x y"), sp.Symbol("left"), sp.Symbol("β_1")
HALF, TWO_THIRDS = sp.Rational(1, 2), sp.Mul(2, sp.Pow(3, -1, evaluate=False), evaluate=False)
SHARE = sp.Symbol("omega")


def user_claim(conclusion, *hypotheses, layers=()):
    """State a claim; what no hypothesis mentions is any real number."""
    formula = not isinstance(conclusion, Limit | Monotonicity | MatrixIdentity)
    used = conclusion.symbols if formula else getattr(conclusion, "expression", sp.S.Zero).free_symbols
    used |= {symbol for layer in layers for symbol in layer.definition.free_symbols} - {
        layer.symbol for layer in layers
    }
    mentioned = {symbol for hypothesis in hypotheses for symbol in hypothesis.symbols}
    unknown = sorted(used - mentioned - {layer.symbol for layer in layers}, key=str)
    hypotheses = (*hypotheses, *(ge(symbol**2, 0) for symbol in unknown))
    conclusion = Statement(conclusion) if formula else conclusion
    return Claim("user.false", "A false claim.", hypotheses, conclusion, Source("user", "test"), "refuted", layers)


FALSE = {
    "numbers that Python would divide": user_claim(gt(x * y, HALF), gt(x, sp.Rational(1, 3))),
    "an unevaluated quotient of numbers": user_claim(eq(x + 1, TWO_THIRDS)),
    "numbers alone": user_claim(eq(sp.Integer(1), sp.Integer(2))),
    "iff": user_claim(Iff(gt(x, 0), gt(y, HALF))),
    "implies": user_claim(Implies(ne(x, 0), gt(1 / x, y))),
    "and": user_claim(And((ge(x**2, 0), gt(y**2, 0)))),
    "or": user_claim(Or((gt(x, 0), gt(y, 0)))),
    "not": user_claim(Not(eq(x, y))),
    "a condition among the hypotheses": user_claim(gt(x, 2), Or((gt(x, 1), eq(x, 7))), integer(x)),
    "names that Python has no use for": user_claim(lt(odd[0] * odd[1], odd[2] + odd[3]), ge(odd[3], 0)),
    "a thin set": user_claim(gt((x + y - 2) ** 2, 0), gt(x, 0), gt(y, 0), ne(x, y)),
    "a definition with a pole that is not read": user_claim(And((gt(x, 0), gt(z, 0))), layers=(Layer(z, 1 / x),)),
    "a definition that is not used": user_claim(gt(y, 0), layers=(Layer(z, 1 / x),)),
    "typed and derived differ": user_claim(
        ge(SHARE, 0),
        *(gt(rho_H, 0), gt(rho_E, rho_H), gt(p, 0), lt(p, 1)),
        layers=(Layer(SHARE, (1 - p) * rho_E / (p * rho_H + rho_E), PairQuantity("share_nal")),),
    ),
    "falls": user_claim(Monotonicity(x**2 * y, (x,), "nondecreasing"), gt(y, 0)),
    "rises in the second variable": user_claim(Monotonicity(x - y, (y, x), "nonincreasing"), ge(x, 0)),
    "a limit at infinity": user_claim(Limit(y / x + z, x, sp.oo, z + 1), gt(x, 0)),
    "a limit at minus infinity": user_claim(Limit(x * y, x, -sp.oo, sp.S.Zero), gt(y, 0)),
    "a limit at a point": user_claim(Limit((x**2 - 1) / (x - 1), x, sp.S.One, sp.S.Zero)),
    "not infinite": user_claim(Limit(y / x, x, sp.S.Zero, sp.oo), gt(x, 0), lt(y, 3)),
    "infinite with either sign": user_claim(Limit(1 / x, x, sp.S.Zero, sp.oo)),
    "a limit through a layer": user_claim(Limit(z, x, sp.S.Zero, y), gt(x, 0), layers=(Layer(z, y / (1 + x) + HALF),)),
}
FALSE |= {claim.name: claim for claim in builtin_claims() if claim.expected == "refuted"}


@pytest.fixture(scope="module")
def refutations():
    ledger = verify(FALSE.values(), budget="small")
    return {name: refutation_of(claim, verdict) for name, (claim, verdict) in zip(FALSE, ledger.verdicts, strict=True)}


def run(script):
    return subprocess.run([sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", FALSE)
def test_a_card_refutes_with_the_standard_library_alone(name, refutations):
    script = card(refutations[name])

    ended = run(script)

    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("hypotheses hold: True; ")
    assert len(script.splitlines()) <= LINES == 15
    assert re.findall(r"import (.*)", script) == ["Fraction"]


@pytest.mark.parametrize("name", FALSE)
def test_a_remark_is_latex_and_names_the_point(name, refutations):
    text = remark(refutations[name])

    assert latex.structural_faults(text) == []
    assert text.count(r"\begin{remark}") == text.count(r"\end{remark}") == 1
    assert latex.structural_faults(text.replace(r"\end{remark}", "")) != []


def test_remarks_stand_side_by_side_in_a_document(refutations, tmp_path):
    body = "\n".join(remark(refutation) for refutation in refutations.values())
    head = "\\documentclass{article}\n\\usepackage{amsmath,amssymb}\n\\newtheorem{remark}{Remark}\n"
    text = f"{head}\\begin{{document}}\n{body}\\end{{document}}\n"

    assert latex.structural_faults(text) == []
    if shutil.which("pdflatex"):
        (tmp_path / "all.tex").write_text(text, encoding="utf-8")
        command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)


def test_both_sides_are_printed(refutations):
    assert "omega_MAML = 9/10 and omega_NAL = 2/3" in run(card(refutations["collins2022.false-always-harder"])).stdout
    assert "from 1030/981 at 2 to 4981/4756 at 3" in run(card(refutations["collins2022.false-more-discrepancy"])).stdout
    assert "it tends to 2, not to 0: 2.0001 2.00000001" in run(card(refutations["a limit at a point"])).stdout
    assert r"$\omega_{\mathrm{MAML}} = \frac{9}{10}$" in remark(refutations["collins2022.false-always-harder"])


BROKEN = [
    ("collins2022.false-always-harder", '"1 1 2 1/2', '"1/8 1 2 1/2'),  # with a small step the claim is true
    ("collins2022.false-always-harder", '"1 1 2 1/2', '"1 1 2 3/2'),  # no hypothesis may fail
    ("collins2022.false-more-discrepancy", 'Fraction("3")', 'Fraction("2")'),
    ("a limit at a point", "(x**2 - 1)/(x - 1)", "(x - 1)*(x - 1)/(x - 1)"),
    ("not infinite", 'y = Fraction("0")', 'y = Fraction("1")'),
    ("a thin set", "left > 0", "left >= 0"),
]


@pytest.mark.parametrize(("name", "old", "new"), BROKEN)
def test_a_card_that_does_not_refute_says_so(name, old, new, refutations):
    script = card(refutations[name])

    assert script.count(old) == 1
    assert reproduces(script)
    assert not reproduces(script.replace(old, new))
    assert run(script.replace(old, new)).returncode == 1


def test_a_card_has_only_the_definitions_that_it_needs(refutations):
    assert "z" not in card(refutations["a definition that is not used"]).partition("import")[2]


def test_what_is_not_refuted_by_formulas_has_no_card():
    S = letter("S")
    claims = [user_claim(ge(x**2, 0)), user_claim(MatrixIdentity(lambda: S * S, S))]
    verdicts = verify(claims, budget="small").verdicts

    assert [verdict.outcome for _, verdict in verdicts] == ["proved", "refuted"]
    assert [refutation_of(claim, verdict) for claim, verdict in verdicts] == [None, None]


def test_a_point_that_does_not_refute_makes_no_card():
    (claim, verdict), *_ = verify([user_claim(le(x, 1), ge(x, 0))], budget="small").verdicts
    broken = user_claim(le(x, 1000), ge(x, 0))

    assert Fraction(verdict.counterexample["x"]) > 1
    assert refutation_of(claim, verdict) is not None
    assert refutation_of(broken, verdict) is None
