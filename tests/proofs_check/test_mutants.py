import sympy as sp

from proofs_check.mutants import OPERATORS, expression_mutants, formula_mutants, mutants, polynomial_mutants
from theory.claim import builtin_claims
from theory.formula import And, Iff, Implies, Or, gt, lt
from theory.symbols import alpha, d, m, rho_E, rho_H
from theory.words import letter

CLAIMS = {claim.name.removeprefix("collins2022."): claim for claim in builtin_claims()}
#: One of each shape; together they have every kind of breakage.
SAMPLE = (
    "moment-second",
    "curvature-one-step",
    "curvature-positive-definite",
    "noise-floor-population",
    "maml-descent",
    "gain-nonnegative",
    "same-centre-no-gain",
    "small-steps-optimum",
    "gain-zero-iff",
    "hard-tilt-iff",
    "ratio-needs-packing",
    "ratio-diverges",
    "gain-grows-with-distance",
)


def test_every_kind_of_breakage_occurs_and_no_other():
    found = {mutant.operator for name in SAMPLE for mutant in mutants(CLAIMS[name])}
    assert found == set(OPERATORS)


def test_every_claim_can_be_broken():
    assert [name for name, claim in CLAIMS.items() if next(mutants(claim), None) is None] == []


def differences(original, broken):
    """Name the parts in which two claims differ."""
    parts = ("hypotheses", "layers", "conclusion", "instances")
    return [part for part in parts if getattr(original, part) != getattr(broken, part)]


def test_a_mutant_differs_from_its_claim_in_one_part_and_from_every_other_mutant():
    for name in SAMPLE:
        found = list(mutants(CLAIMS[name]))
        assert all(len(differences(CLAIMS[name], mutant.claim)) == 1 for mutant in found)
        assert len({mutant.where for mutant in found}) == len(found)
        assert {mutant.claim.name for mutant in found} == {CLAIMS[name].name}


def test_the_order_of_the_mutants_does_not_change():
    first, second = ([m.where for m in mutants(CLAIMS["hard-tilt-iff"])] for _ in range(2))
    assert first == second


def test_the_mutants_of_an_expression_differ_in_one_place():
    found = {mutant: operator for operator, mutant in expression_mutants(1 + (d + 1) / m)}
    assert found == {
        2 + (d + 1) / m: "constant",
        (d + 1) / m: "dropped term",
        -1 + (d + 1) / m: "sign",
        sp.Integer(1): "dropped term",
        1 - (d + 1) / m: "sign",
        1 + d / m: "dropped term",
        1 + 1 / m: "dropped term",
        1 + (d + 2) / m: "constant",
        1 + (d - 1) / m: "sign",
        1 + (1 - d) / m: "sign",
        2 + d: "exponent",
        1 + (d + 1) / m**2: "exponent",
        1 + (m + 1) / d: "swapped symbols",
    }


def test_symbols_that_are_easily_mistaken_are_swapped_all_at_once():
    swapped = [mutant for operator, mutant in expression_mutants(rho_E - 2 * rho_H) if operator == "swapped symbols"]
    assert swapped == [rho_H - 2 * rho_E]


def test_mutants_without_a_value_are_left_out():
    assert all(not mutant.has(sp.zoo, sp.nan) for _, mutant in expression_mutants(1 / (1 - alpha) + 1 / alpha))


def test_boundaries_and_connectives_are_broken():
    a, b = gt(alpha, 0), lt(alpha, 2)
    assert And((a, b)) in [formula for _, formula in formula_mutants(Or((a, b)))]
    assert Implies(b, a) in [formula for _, formula in formula_mutants(Implies(a, b))]
    kinds = {str(formula): operator for operator, formula in formula_mutants(Iff(a, b))}
    assert kinds["alpha >= 0 iff alpha < 2"] == "moved boundary"
    assert kinds["alpha < 0 iff alpha < 2"] == "flipped relation"


def test_the_mutants_of_a_polynomial_lack_terms_or_letters():
    found = {where: polynomial for _, where, polynomial in polynomial_mutants(letter("S") * letter("B") * alpha)}
    assert found["without S B"].terms == {}
    assert found["S B shortened"].same_as(letter("S") * alpha)
    assert found["-alpha times S B"].same_as(letter("S") * letter("B") * -alpha)
