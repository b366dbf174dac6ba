from fractions import Fraction

import pytest
import sympy as sp

from theory.formula import And, Iff, Implies, IsInteger, Not, Or, eq, ge, gt, integer, le, lt, ne

x, y = sp.symbols("x y")


def at(formula, a, b=0):
    return formula.holds({x: Fraction(a), y: Fraction(b)})


@pytest.mark.parametrize(
    ("formula", "below", "equal", "above"),
    [
        (lt(x, 1), True, False, False),
        (le(x, 1), True, True, False),
        (eq(x, 1), False, True, False),
        (ne(x, 1), True, False, True),
        (ge(x, 1), False, True, True),
        (gt(x, 1), False, False, True),
    ],
    ids=str,
)
def test_relations_and_their_negations(formula, below, equal, above):
    for value, expected in ((0, below), (1, equal), (2, above)):
        assert at(formula, value) is expected
        assert at(formula.negated(), value) is not expected


@pytest.mark.parametrize(
    ("connective", "table"),
    [
        (And((gt(x, 0), gt(y, 0))), (False, False, False, True)),
        (Or((gt(x, 0), gt(y, 0))), (False, True, True, True)),
        (Implies(gt(x, 0), gt(y, 0)), (True, True, False, True)),
        (Iff(gt(x, 0), gt(y, 0)), (True, False, False, True)),
    ],
    ids=lambda item: type(item).__name__ if not isinstance(item, tuple) else None,
)
def test_connectives_follow_their_truth_tables(connective, table):
    assert tuple(at(connective, a, b) for a in (0, 1) for b in (0, 1)) == table


def test_not_negates():
    assert at(Not(gt(x, 0)), 0)
    assert not at(Not(gt(x, 0)), 1)


def test_integrality_is_a_statement():
    assert at(integer(x), 3)
    assert not at(integer(x), Fraction(3, 2))


def test_a_hypothesis_on_a_positive_symbol_does_not_vanish():
    """SymPy turns it into True, after which no prover would hear of it."""
    positive = sp.Symbol("x", positive=True)
    assert sp.Gt(positive, 0) is sp.true
    assert gt(positive, 0).lhs == positive
    assert str(gt(positive, 0)) == "x > 0"


def test_a_pole_is_an_error_not_a_truth_value():
    with pytest.raises(ZeroDivisionError):
        at(gt(1 / x, 0), 0)


def test_expressions_are_mapped_on_both_sides_at_any_depth():
    formula = Iff(lt(x, y), Or((eq(x, 0), Not(ge(y, x)))))
    mapped = formula.map_expressions(lambda expression: expression.xreplace({x: y}))
    assert mapped.symbols == {y}
    assert [str(relation) for relation in mapped.relations] == ["y < y", "y == 0", "y >= y"]


def test_text_and_latex_show_the_structure():
    formula = Implies(And((gt(x, 0), IsInteger(x))), Or((eq(y, 1), ne(y, 2))))
    assert str(formula) == "(x > 0 and x is an integer) implies (y == 1 or y != 2)"
    assert formula.latex(sp.latex) == (
        r"\left(x > 0 \land x \in \mathbb{Z}\right) \implies \left(y = 1 \lor y \ne 2\right)"
    )
