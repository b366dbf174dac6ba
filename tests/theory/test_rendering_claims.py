"""Claims are typeset as they were typed: definitions, both sides and every kind of conclusion, read back."""

import importlib.util
from fractions import Fraction
from pathlib import Path

import pytest
import sympy as sp

from theory.arithmetic import evaluate
from theory.claim import Claim, Layer, MatrixIdentity, MixtureProperty, Source, Statement, builtin_claims
from theory.formula import Iff, Implies, eq, gt, lt
from theory.gain import PairQuantity, Setting
from theory.rendering import escaped, render
from theory.rendering.claims import claim_typeset
from theory.rendering.layout import aligned_rows
from theory.rendering.plain import plain_conclusion, plain_layer
from theory.symbols import alpha, p, rho
from theory.words import letter

_spec = importlib.util.spec_from_file_location("latex_reader", Path(__file__).with_name("latex_reader.py"))
latex = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(latex)

POINT, letters_at, read_align = latex.POINT, latex.letters_at, latex.read_align
S, B = letter("S"), letter("B")

CLAIMS = builtin_claims()
BY_NAME = {claim.name: claim for claim in CLAIMS}


def layer_values(claim):
    """Compute every layer of a claim exactly, at a point."""
    symbols = {symbol for hypothesis in claim.hypotheses for symbol in hypothesis.symbols} | set(POINT)
    values = {symbol: POINT.get(symbol, Fraction(11, 6)) for symbol in symbols}
    for layer in claim.layers:
        expression = layer.derivation.expression() if layer.definition is None else layer.definition
        values |= {symbol: Fraction(11, 6) for symbol in expression.free_symbols - values.keys()}
        values[layer.symbol] = evaluate(expression, values)
    return values


@pytest.mark.parametrize("name", [claim.name for claim in CLAIMS if claim.layers])
def test_the_definitions_of_a_claim_read_back_are_what_was_typed(name):
    claim = BY_NAME[name]
    values = layer_values(claim)
    letters = letters_at(values)
    typed = [layer for layer in claim.layers if layer.definition is not None]
    equations = [e for e, layer in zip(claim_typeset(claim).definitions, claim.layers, strict=True) if layer in typed]

    read = [read_align("\n".join([r"\begin{align*}", r" \\ ".join(aligned_rows((e,)))]), letters) for e in equations]

    assert read == [values[layer.symbol] for layer in typed]


def relation_of(claim):
    return (
        claim.conclusion.formula
        if isinstance(claim.conclusion, Statement) and claim.conclusion.formula.parts == ()
        else None
    )


@pytest.mark.parametrize("name", [claim.name for claim in CLAIMS if relation_of(claim) is not None])
def test_both_sides_of_a_claim_read_back_are_what_was_typed(name):
    claim = BY_NAME[name]
    relation, main, values = relation_of(claim), claim_typeset(claim).main, layer_values(claim)

    assert main.relation == relation.sign
    assert latex.Reader(letters_at(values)).value(main.lhs) == evaluate(relation.lhs, values)
    assert latex.Reader(letters_at(values)).value(" ".join(main.terms)) == evaluate(relation.rhs, values)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("collins2022.false-always-harder", r"$\omega_{\mathrm{MAML}} < \omega_{\mathrm{NAL}}$"),
        ("collins2022.gain-vanishes-with-hardness", r"$\lim_{\rho_H \to \rho_E} \mathrm{gain} = 0$"),
        ("collins2022.gain-grows-with-distance", r"$\mathrm{gain} \text{ is nondecreasing in } R^2$"),
        (
            "collins2022.gain-zero-iff",
            r"$\mathrm{gain} = 0 \iff \left(R^2 = 0 \lor s_{E} = s_{H}\right)$",
        ),
        (
            "collins2022.moment-second",
            r"$\mathbb{E}\bigl[\hat{\Sigma} B \hat{\Sigma}\bigr] = \Sigma B \Sigma + "
            r"\frac{1}{m}\bigl(\Sigma B \Sigma + \operatorname{tr}(B \Sigma) \Sigma\bigr)$",
        ),
        (
            "collins2022.curvature-positive-definite",
            r"$Q = (I - \alpha \Sigma)^{\top} \Sigma (I - \alpha \Sigma) + "
            r"\frac{\alpha^{2}}{m} \operatorname{tr}(\Sigma^{2}) \Sigma + \frac{\alpha^{2}}{m} \Sigma^{3} \succ 0$",
        ),
    ],
)
def test_each_kind_of_conclusion_has_its_form(name, text):
    assert render(name, "inline") == text
    assert BY_NAME[name]._repr_latex_() == text


def own_claim(**changes):
    fields = {
        "name": "mine.under_score",
        "sentence": "Half of 100% & more: x_1 < 2.",
        "hypotheses": (gt(sp.Symbol("x_1"), 0),),
        "conclusion": Statement(lt(sp.Symbol("x_1"), 2)),
        "source": Source("user", "notes #3"),
    }
    return Claim(**(fields | changes))


def test_a_claim_of_the_user_is_typeset_with_its_special_characters_escaped():
    text = render("mine.under_score", "standalone", claims=[own_claim()])

    assert latex.structural_faults(text) == []
    assert r"\texttt{mine.under\_score}" in text
    assert r"Half of 100\% \& more: x\_1 \textless{} 2." in text
    assert r"notes \#3" in text


def test_a_claim_without_a_formula_is_given_by_its_sentence():
    claim = own_claim(conclusion=MixtureProperty(lambda evaluated: (0, "==", 0)))

    assert render(claim.name, "inline", claims=[claim]) == escaped(claim.sentence)
    assert escaped(claim.sentence) in render(claim.name, "display", claims=[claim])
    assert plain_conclusion(claim) == claim.sentence


def test_definitions_are_shown_also_where_the_conclusion_is_a_sentence():
    claim = own_claim(conclusion=MixtureProperty(lambda e: (0, "==", 0)), layers=(Layer(sp.Symbol("q"), 1 - p),))

    assert "q &= 1 - p" in render(claim.name, "align", claims=[claim])
    assert "q &= 1 - p" in render(claim.name, "standalone", claims=[claim])


def test_a_derived_layer_says_what_is_derived_and_at_which_values():
    gain = sp.Symbol("gain")
    claim = own_claim(layers=(Layer(gain, derivation=PairQuantity("gain", Setting(2, "fresh"))),))

    words = r"\text{as derived: gain, two inner steps on m new samples each}"
    assert words in render(claim.name, "align", claims=[claim])
    assert plain_layer(claim.layers[0]) == "gain := as derived: gain, two inner steps on m new samples each"
    assert plain_layer(Layer(gain, p * 2, PairQuantity("gain"), positive=True)) == (
        "gain := 2*p > 0  (to equal what is derived: gain, one inner step on m samples)"
    )


@pytest.mark.parametrize(
    ("conclusion", "text"),
    [
        (Statement(Iff(eq(p, 0), eq(rho, 1))), "p == 0 iff rho == 1"),
        (Statement(Implies(eq(p, 0), eq(rho, 1))), "p == 0 implies rho == 1"),
        (BY_NAME["collins2022.ratio-diverges"].conclusion, "ratio -> oo as V_H -> 0"),
        (BY_NAME["collins2022.gain-grows-with-distance"].conclusion, "gain is nondecreasing in R2"),
        (MatrixIdentity(lambda: S, S * B - 2 * alpha * S), "what the library derives = S B - 2*alpha S"),
    ],
)
def test_a_conclusion_in_plain_text(conclusion, text):
    assert plain_conclusion(own_claim(conclusion=conclusion)) == text
