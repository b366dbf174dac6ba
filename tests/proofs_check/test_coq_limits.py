"""Limits in Coq: the statement is the plain one in epsilon and delta, true ones are proved, and no false one is."""

from dataclasses import replace

import pytest
import sympy as sp

from proofs_check.coq import MISSING, find_coqc, prove_in_kernel
from proofs_check.coq.files import paper_file
from proofs_check.coq.kernel import check_theorems
from proofs_check.coq.theorems import export
from proofs_check.verdict import Outcome
from theory.claim import Claim, Layer, Limit, Source
from theory.formula import ge, gt, integer, lt, ne

x, a, b, k, m, eps, delta = sp.symbols("x a b k m eps delta")
INSTALLED = find_coqc() is not None
HALF = sp.Rational(1, 2)
CANCELLED = sp.Mul(x, 1 / x, evaluate=False)


def limit(expression, variable, point, value, hypotheses=(), layers=()):
    conclusion = Limit(expression, variable, sp.sympify(point), sp.sympify(value))
    return Claim("tests.limit", "A limit.", tuple(hypotheses), conclusion, Source("user", "tests"), layers=layers)


TRUE = [
    limit(CANCELLED, x, 0, 1),
    limit((x**2 - 1) / (x - 1), x, 1, 2),
    limit((x + 1) / ((x - 2) * (x - 3)), x, 1, 1),
    limit(1 / (1 + 1 / (1 + 1 / x)), x, 0, 1),
    limit((x - a) / (x**2 - a**2), x, a, 1 / (2 * a), (gt(x, 0), gt(a, x))),
    limit((a * x - 1) / (a**2 * x**2 - 1), x, 1 / a, HALF, (gt(a, 0),)),
    limit(k / (k + a), x, 1, 1 / (1 + a), (gt(a, 0),), (Layer(k, x**2),)),
    limit((x - k) / (x**2 - k**2), x, k, 1 / (2 * k), (gt(a, 0),), (Layer(k, a + 1),)),
    limit(eps / (eps + delta), eps, 0, 0, (gt(delta, 0),)),
    limit(1 / x, x, 0, sp.oo, (gt(x, 0),)),
    limit(1 / x, x, 0, -sp.oo, (lt(x, 0),)),
    limit(-a / (x - b) ** 4, x, b, -sp.oo, (gt(a, 0),)),
    limit((3 * m + 1) / (m + 2), m, sp.oo, 3, (ge(m, 1), integer(m))),
    limit((a * m + b) / (b * m + 1), m, sp.oo, a / b, (ne(b, 0),)),
    limit(a / m + b / m**2 + k, m, sp.oo, k),
    limit((m**3 + 1) / (m + 2), m, -sp.oo, sp.oo),
    limit((m**2 + 1) / (m**2 + m + 2), m, -sp.oo, 1),
]

FALSE = [
    limit(CANCELLED, x, 0, 2),
    limit((x**2 - 1) / (x - 1), x, 1, 1),
    limit(1 / x, x, 0, sp.oo),
    limit(1 / x, x, 0, sp.oo, (lt(x, 0),)),
    limit(1 / x**2, x, 0, 0),
    limit((3 * m + 1) / (m + 2), m, sp.oo, 2),
    limit(a * m, m, sp.oo, sp.oo),
    limit(m / (m + 1), m, sp.oo, sp.oo),
    limit(x + a, x, a, a),
]


def test_limits_of_every_kind_are_proved():
    named = [replace(claim, name=f"tests.limit-{number}") for number, claim in enumerate(TRUE)]

    found = prove_in_kernel(named, {})

    for claim in named:
        item = found[claim.name]
        if INSTALLED:
            assert item.outcome is Outcome.PROVED, f"{claim.conclusion}: {item.detail}"
            assert "classic" not in item.detail
        else:
            assert item.detail == MISSING
            assert export(claim).theorems


@pytest.mark.parametrize("claim", FALSE, ids=range(len(FALSE)))
def test_no_theorem_is_written_of_a_false_limit(claim):
    item = export(claim)

    assert not item.theorems
    assert item.reason.startswith("not exported: ")


@pytest.mark.parametrize(
    ("claim", "right", "wrong"),
    [
        (TRUE[1], "- 2) < eps", "- 3) < eps"),
        (TRUE[9], "K < 1 / x", "K + 1 < x"),
        (TRUE[12], "- 3) < eps", "- 4) < eps"),
    ],
    ids=["finite", "infinite", "far out"],
)
def test_coqc_refuses_a_statement_with_another_value(claim, right, wrong):
    paper = paper_file("tests", [claim], {})
    (theorem,) = paper.theorems
    assert right in theorem.statement
    changed = replace(theorem, statement=theorem.statement.replace(right, wrong))
    broken = replace(paper, exports=(replace(paper.exports[0], theorems=(changed,)),))

    if not INSTALLED:
        with pytest.raises(FileNotFoundError, match="coqc not found"):
            check_theorems(broken, seconds=120, processes=1)
        return
    assert not check_theorems(broken, seconds=120, processes=1)[theorem.name].accepted


def test_the_statement_is_the_textbook_one():
    claim = limit((x - a) / (x**2 - a**2), x, a, 1 / (2 * a), (gt(a, 0), gt(x, a)))
    (theorem,) = export(claim).theorems

    assert " ".join(theorem.statement.split()) == (
        "forall a : R, 0 < a -> forall eps : R, 0 < eps -> exists delta : R, 0 < delta /\\ forall x : R, "
        "0 < Rabs (x - a) < delta -> a < x -> Rabs ((x - a) / (x ^ 2 - a ^ 2) - (1 / 2) / a) < eps"
    )


def test_symbols_called_as_the_quantifiers_are_do_not_capture_them():
    (theorem,) = export(limit(eps / (eps + delta), eps, 0, 0, (gt(delta, 0),))).theorems

    assert "forall eps_ : R, 0 < eps_ ->" in theorem.statement
    assert "exists delta_ : R, 0 < delta_" in theorem.statement
