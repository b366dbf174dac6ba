from dataclasses import replace
from pathlib import Path

import pytest
import sympy as sp

from theory.claim import Claim, Layer, MatrixIdentity, Source, Statement, builtin_claims, located, select
from theory.errors import ClaimError, UnknownNameError
from theory.formula import And, Iff, eq, gt, le
from theory.words import letter

x = sp.Symbol("x")


def test_every_claim_of_the_note_is_stated():
    """Claims 1 to 14 and the four false ones of design/theory.md, section 6, by the names that stand for them."""
    names = {claim.name.removeprefix("collins2022.") for claim in builtin_claims()}
    needed = [
        "adapted-error-1", "adapted-error-4", "noise-channel-1", "curvature-one-step", "noise-floor-one-step",
        "moment-second", "curvature-population-1", "curvature-fresh-4", "curvature-reused-4-one-dimension",
        "noise-floor-population", "nal-optimum", "maml-optimum", "curvature-positive-definite",
        "population-curvature-singular-iff", "risk-decomposition", "gain-squared-distance", "gain-nonnegative",
        "same-covariance-no-gain", "same-centre-no-gain", "small-steps-optimum", "small-steps-gain",
        "small-steps-gain-matrix", "gain-isotropic", "gain-zero-iff", "hard-tilt-iff", "hard-tilt-samples",
        "hard-tilt-impossible", "ratio-bound", "ratio-needs-packing", "ratio-many-samples", "ratio-population",
        "ratio-diverges", "ratio-capped", "gain-vanishes-with-hardness", "ratio-vanishes-with-hardness",
        "ratio-vanishes-with-hardness-population", "ratio-full-step-exception", "gain-grows-with-distance",
        "ratio-falls-with-spread-and-noise", "ratio-grows-with-distance", "best-step", "nal-descent", "maml-descent",
        "false-always-harder", "false-more-discrepancy", "false-other-step-size", "false-easy-spread",
    ]  # fmt: skip
    assert set(needed) <= names


def test_of_the_paper_only_the_abstract_is_cited():
    for claim in builtin_claims():
        allowed = {"abstract", "derived here"} | (set() if claim.name.startswith("collins2022.") else {"paper"})
        assert claim.source.kind in allowed, claim.name
        assert claim.source.reference, claim.name


def test_symbols_carry_no_assumptions_that_could_swallow_a_hypothesis():
    for claim in builtin_claims():
        for hypothesis in claim.hypotheses:
            for symbol in hypothesis.symbols:
                assert symbol.is_positive is None, (claim.name, symbol)


def test_selectors_are_names_and_globs():
    claims = builtin_claims()
    assert [claim.name for claim in select(claims, ["collins2022.gain-isotropic"])] == ["collins2022.gain-isotropic"]
    false = select(claims, ["collins2022.*false*"])
    assert len(false) == 4
    assert len(select(claims, ["*false*"])) > 4
    assert {claim.expected for claim in false} == {"refuted"}
    assert select(claims, []) == claims


def test_an_unknown_selector_is_refused_with_a_suggestion():
    with pytest.raises(UnknownNameError, match=r"unknown claim 'collins2022\.gain-isotropc'.*gain-isotropic"):
        select(builtin_claims(), ["collins2022.gain-isotropc"])


def test_a_claim_says_where_it_is_stated_also_once_it_was_changed():
    claim = Claim("user.here", "Here.", (gt(x, 0),), Statement(gt(x, 0)))
    path, _, line = claim.location.rpartition(":")
    assert path == __file__
    assert 'Claim("user.here"' in Path(path).read_text(encoding="utf-8").splitlines()[int(line) - 1]
    assert replace(claim, sentence="There.").location == claim.location
    with pytest.raises(ClaimError, match=rf"test_claim\.py:{line}: user\.here: about nothing"), located(claim):
        raise ClaimError("user.here: about nothing")


@pytest.mark.parametrize(
    ("derive", "words"),
    [(lambda: 1 / 0, "ZeroDivisionError: division by zero"), (lambda: 1, "is a int; build it from")],
)
def test_a_matrix_identity_that_derives_nothing_is_refused(derive, words):
    with pytest.raises(ClaimError, match=words):
        MatrixIdentity(derive, letter("S")).derive()


def test_a_layer_without_content_is_refused():
    with pytest.raises(ClaimError, match="layer x has neither a definition nor a derivation"):
        Layer(x)


@pytest.mark.parametrize(
    ("formula", "kind"),
    [(eq(x, 1), "identity"), (le(x, 1), "inequality"), (Iff(eq(x, 1), gt(x, 0)), "equivalence"),
     (And((gt(x, 0),)), "formula")],
    ids=str,
)  # fmt: skip
def test_the_kind_follows_from_the_conclusion(formula, kind):
    assert Claim("t", "t", (), Statement(formula), Source("user", "t")).kind == kind
