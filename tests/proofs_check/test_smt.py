"""The solvers' rung: what is asked, what counts as proved, and what is said where it is not."""

from dataclasses import replace

import pytest
import sympy as sp

from proofs_check import solvers as solvers_module
from proofs_check.budget import budget_named
from proofs_check.goal import Definition, Goal, goals_of
from proofs_check.prover import Prover
from proofs_check.smt import ask_solvers, irrational_denial, missing_solvers
from proofs_check.smtlib import Script, number
from proofs_check.solvers import Answer, Backend, Solvers, Value
from proofs_check.vacuity import find_witness
from proofs_check.verdict import Outcome, Tier
from proofs_check.view import View, ring_of
from theory.claim import builtin_claims
from theory.errors import ClaimError
from theory.formula import And, Iff, Implies, Not, Or, eq, ge, gt, integer, le, lt, ne

x, y, z, n, s = sp.symbols("x y z n s")
SMALL = budget_named("small")
PATIENT = replace(SMALL, certificate_seconds=60, solver_seconds=60, second_opinion_seconds=60)
CLAIMS = {claim.name.removeprefix("collins2022."): claim for claim in builtin_claims()}


def goal(conclusion, *hypotheses, definitions=()):
    return Goal(hypotheses, definitions, conclusion)


def prover_of(stated, solvers, budget=PATIENT):
    return Prover(stated, find_witness(stated, "sample", budget, solvers) or {}, solvers, budget)


def asked(stated, solvers, budget=PATIENT):
    return ask_solvers(prover_of(stated, solvers, budget))


TRUE = {
    "inequality": goal(gt(x + 1 / x, 1), gt(x, 0)),
    "square": goal(ge(x * x + y * y, 2 * x * y)),
    "equivalence": goal(Iff(lt(1 / x, 1 / y), gt(x, y)), gt(x, 0), gt(y, 0)),
    "implication": goal(Implies(gt(x, 2), gt(x * x, 4))),
    "disjunction": goal(Or((gt(x, 0), le(x, 0)))),
    "negation": goal(Not(lt(x * x, 0))),
    "guarded division": goal(Implies(ne(x, 0), gt(1 / x**2, 0))),
    "division guarded from the left": goal(Or((eq(x, 0), gt(1 / x**2, 0)))),
    "hypothesis with a division": goal(gt(x, 0), gt(1 / x, 0)),
    "negative denominator": goal(lt(1 / x, 0), lt(x, 0)),
    "denominator of either sign": goal(gt(x / (x * y), 0), gt(y, 0), ne(x, 0)),
    "integer relaxed": goal(ge(n * n, n), ge(n, 1), integer(n)),
    "irrational domain": goal(gt(x, 1), eq(x * x, 2), gt(x, 0)),
    "conjunction": goal(And((gt(x + y, 0), gt(x * y, 0))), gt(x, 0), gt(y, 0)),
}

FALSE = {
    "inequality": goal(gt(x + 1 / x, 2), gt(x, 0)),
    "square": goal(gt(x * x + y * y, 2 * x * y)),
    "equivalence": goal(Iff(lt(1 / x, 1 / y), gt(x, y)), gt(x, 0), ne(y, 0)),
    "implication": goal(Implies(gt(x, 2), gt(x * x, 5))),
    "disjunction": goal(Or((gt(x, 0), lt(x, 0)))),
    "negation": goal(Not(le(x * x, 0))),
    "guarded division": goal(Implies(ne(x, 0), gt(1 / x, 0))),
    "division guarded from the left": goal(Or((eq(x, 1), gt(1 / x**2, 0)))),
    "hypothesis with a division": goal(gt(x, 1), gt(1 / x, 0)),
    "negative denominator": goal(lt(1 / x, -1), lt(x, 0)),
    "denominator of either sign": goal(gt(x / (x * y), 0), ne(y, 0), ne(x, 0)),
    "integer relaxed": goal(ge(n * n, 2 * n), ge(n, 1), integer(n)),
    "irrational domain": goal(gt(x, 1), eq(x * x, 2)),
    "conjunction": goal(And((gt(x + y, 0), gt(x * y, 1))), gt(x, 0), gt(y, 0)),
}


@pytest.mark.parametrize("name", TRUE)
def test_both_solvers_prove_what_is_true(name, solvers):
    evidence, _ = asked(TRUE[name], solvers)
    assert (evidence.outcome, evidence.method, evidence.tier) == (Outcome.PROVED, "z3 and cvc5", Tier.SOLVERS)


@pytest.mark.parametrize("name", FALSE)
def test_neither_proves_its_broken_version(name, solvers):
    evidence, _ = asked(FALSE[name], solvers)
    assert evidence.outcome is Outcome.UNDECIDED


def test_true_and_false_come_in_pairs():
    assert TRUE.keys() == FALSE.keys()


def test_what_is_divided_by_must_be_nonzero_for_a_proof(solvers):
    evidence, _ = asked(goal(gt(1 / x**2, 0)), solvers)
    assert evidence.outcome is Outcome.UNDECIDED
    assert "that it is defined could not be proved" in evidence.detail


def test_a_lemma_that_is_false_is_not_used(solvers):
    definitions = (Definition(s, x - 1, True),)
    prover = prover_of(goal(gt(s, 0), gt(x, 0), definitions=definitions), solvers)
    assert prover.unproved_lemmas == [s]
    assert ask_solvers(prover)[0].outcome is Outcome.UNDECIDED
    fine = prover_of(goal(gt(s, 0), gt(x, 1), definitions=definitions), solvers)
    assert fine.unproved_lemmas == []
    assert ask_solvers(fine)[0].outcome is Outcome.PROVED


def test_atoms_hide_what_their_definitions_share_and_then_more_is_expanded(solvers):
    definitions = (Definition(s, x * x + 1, True), Definition(z, x * x + 2, True))
    prover = prover_of(goal(lt(s, z), definitions=definitions), solvers)
    assert [bool(view.opaque) for view in prover.views] == [True, False]
    evidence, _ = ask_solvers(prover)
    assert evidence.outcome is Outcome.PROVED
    assert "with every definition expanded" in evidence.detail


def test_models_of_the_denial_are_handed_on(solvers):
    stated = FALSE["implication"]
    _, questioned = asked(stated, solvers)
    assert any(4 < model[x] ** 2 <= 5 for model in questioned.models)


INTEGERS = (ge(n, 1), integer(n))


@pytest.mark.parametrize(
    ("true", "false"),
    [
        (ne(2 * n, 7), ne(2 * n, 8)),
        (ge((n - 1) * (n - 2), 0), ge((n - 1) * (n - 3), 0)),
        (ne(4 * n**3, 37), ne(4 * n**3, 32)),
        (Implies(gt(n, 1), ge(n, 2)), Implies(gt(n, 1), gt(n, 2))),
    ],
)
def test_what_is_true_of_integers_alone_is_proved_by_asking_again(true, false, solvers):
    evidence, questioned = asked(goal(true, *INTEGERS), solvers)
    assert (evidence.outcome, evidence.tier) == (Outcome.PROVED, Tier.SOLVERS)
    assert "over the integers" in evidence.detail
    relaxed, _ = asked(goal(true, INTEGERS[0]), solvers)
    assert relaxed.outcome is Outcome.UNDECIDED
    evidence, questioned = asked(goal(false, *INTEGERS), solvers)
    assert evidence.outcome is Outcome.UNDECIDED
    assert all(model[n].denominator == 1 for model in questioned.models)


def test_integers_and_reals_go_together(solvers):
    evidence, _ = asked(goal(ne(2 * n, 2 * x + 1), *INTEGERS, eq(x, y + 1), eq(y * y, 1)), solvers)
    assert evidence.outcome is Outcome.PROVED
    _, questioned = asked(goal(ne(2 * n, 4 * x + 1), *INTEGERS, gt(x, 1)), solvers)
    assert any(2 * model[n] == 4 * model[x] + 1 for model in questioned.models)


def test_hypotheses_that_no_integer_meets_are_refused(solvers):
    with pytest.raises(ClaimError, match="n is an integer"):
        find_witness(goal(gt(n, 5), gt(n, 1), lt(n, 2), integer(n)), "sample", SMALL, solvers)


@pytest.mark.parametrize("conclusion", [ne(x**2, 2), ne(x**3 + x, 1), Implies(ne(y, 0), ne(x**2 / y, 2 * y))])
def test_a_denial_at_irrational_values_alone_is_reported_and_is_no_counterexample(conclusion, solvers):
    evidence = irrational_denial(prover_of(goal(conclusion, gt(x, 0)), solvers))
    assert (evidence.outcome, evidence.counterexample) == (Outcome.CONTRADICTED, None)
    assert "near x ~ " in evidence.detail


def test_a_pole_is_no_denial(solvers):
    assert irrational_denial(prover_of(goal(gt(1 / x**2, 0)), solvers)) is None
    assert irrational_denial(prover_of(goal(ne(x**2, -1)), solvers)) is None


@pytest.mark.parametrize(
    "name", ["gain-nonnegative", "hard-tilt-impossible", "ratio-bound", "gain-grows-with-distance"]
)
def test_claims_of_the_ledger_are_proved_by_both_solvers(name, solvers):
    for stated in goals_of(CLAIMS[name]):
        evidence, _ = asked(stated, solvers)
        assert (evidence.outcome, evidence.tier) == (Outcome.PROVED, Tier.SOLVERS)


class Scripted(Solvers):
    """Solvers that say what a test tells them to."""

    def __init__(self, **statuses):
        super().__init__(())
        self.statuses = statuses

    @property
    def names(self):
        return tuple(self.statuses)

    def ask(self, text, seconds, patience=None, only=None):
        model = {"x0": Value(sp.Rational(1), True)}
        return {
            name: Answer(name, status, "timeout" if status == "unknown" else "", model if status == "sat" else {})
            for name, status in self.statuses.items()
            if only is None or name in only
        }


def test_one_solver_alone_is_its_own_tier():
    evidence, _ = asked(TRUE["square"], Scripted(z3="unsat", cvc5="unknown"), SMALL)
    assert (evidence.outcome, evidence.method, evidence.tier) == (Outcome.PROVED, "z3", Tier.SOLVER)
    assert "cvc5 is undecided within 2 s (timeout)" in evidence.detail


def test_limits_that_ran_out_are_named():
    evidence, _ = asked(TRUE["square"], Scripted(z3="unknown", cvc5="unknown"), SMALL)
    assert evidence.outcome is Outcome.UNDECIDED
    assert "z3 is undecided within 2 s (timeout); cvc5 is undecided within 2 s (timeout)" in evidence.detail


def test_a_question_that_is_too_long_is_not_asked_and_the_evidence_says_so(monkeypatch):
    monkeypatch.setattr(solvers_module, "MAX_CHARACTERS", 100)
    with Solvers() as own:
        evidence, _ = asked(TRUE["square"], own)
        assert evidence.outcome is Outcome.UNDECIDED
        assert "z3 was not asked: the question has" in evidence.detail
        assert "characters, at most 100 are sent" in evidence.detail
        assert own.process_ids == {}


def test_what_is_divided_by_is_not_multiplied_in():
    """The product of all of them would have a thousand terms and more; each by itself has four."""
    factors = [1 + k * x + y + z * k for k in range(2, 9)]
    stated = goal(lt(x / sp.Mul(*factors), 1))
    view = View(stated, ring_of(stated))
    text = Script(view).question(f"(not {Script(view).formula(stated.conclusion)})")
    assert len(text) < 200 * len(view.difference(stated.conclusion).numerator)
    assert text.count("xor") == 1


def test_solvers_that_contradict_each_other_prove_nothing():
    evidence, questioned = asked(TRUE["square"], Scripted(z3="unsat", cvc5="sat"))
    assert evidence.outcome is Outcome.CONTRADICTED
    assert "z3 proved what cvc5 denied" in evidence.detail
    assert questioned.proof is None


def test_a_missing_solver_is_reported_as_not_run_with_the_remedy():
    with Solvers([Backend("cvc5", "no_such_module_anywhere", "cvc5")]) as none:
        (evidence,) = missing_solvers(none)
        assert (evidence.method, evidence.outcome) == ("cvc5", Outcome.NOT_RUN)
        assert evidence.detail == "cvc5 is not installed (pip install cvc5)"
        assert asked(TRUE["square"], none)[0].outcome is Outcome.NOT_RUN


def test_the_text_declares_what_it_uses_and_clears_divisions():
    stated = goal(gt(x / (y - 1), 3), gt(y, 1))
    script = Script(View(stated, ring_of(stated)), {0: 1})
    text = script.question(f"(not {script.formula(stated.conclusion)})", nonzero=[0], pins={x: sp.Rational(-1, 2)})
    cleared = "(+ (* 3 x0) (* (- 1) x1) (- 3))"
    assert text.splitlines() == [
        "(set-logic QF_NRA)",
        "(declare-const x0 Real) ; y",
        "(declare-const x1 Real) ; x",
        "(assert (and (not (= (+ x0 (- 1)) 0)) (not (< (+ x0 (- 1)) 0))))",
        "(assert (not (= (+ x0 (- 1)) 0)))",
        "(assert (= x1 (- (/ 1 2))))",
        f"(assert (not (and (not (= {cleared} 0)) (not (not (< {cleared} 0))))))",
    ]


@pytest.mark.parametrize(
    ("value", "text"), [(3, "3"), (-3, "(- 3)"), ("1/2", "(/ 1 2)"), ("-7/3", "(- (/ 7 3))"), (0, "0")]
)
def test_numbers_are_printed_as_smt_lib_reads_them(value, text):
    assert number(sp.Rational(value)) == text
