"""False claims are refuted, every time, by counterexamples that are small and exact."""

from dataclasses import replace
from fractions import Fraction

import pytest
import sympy as sp
from flint import fmpq

from proofs_check.budget import Deadline, budget_named
from proofs_check.compiled import CompiledGoal
from proofs_check.goal import Goal, Standing, goals_of
from proofs_check.hunt import Hunt
from proofs_check.models import rational_points
from proofs_check.prover import Prover
from proofs_check.refute import Refuter
from proofs_check.scalar import judge_scalar
from proofs_check.space import Space, cost
from proofs_check.verdict import Outcome, Tier
from proofs_check.view import View, ring_of
from theory.claim import Claim, Layer, Monotonicity, Source, Statement, builtin_claims
from theory.formula import And, Iff, Implies, eq, ge, gt, integer, le, lt, ne

x, y, z, n, m, p, alpha = sp.symbols("x y z n m p alpha")
beta_1, beta_2, w_1, w_2 = sp.symbols("beta_1 beta_2 w_1 w_2")
SMALL = budget_named("small")
# What a search finds must not hang on how busy the machine is.
PATIENT = replace(SMALL, solver_seconds=60, search_seconds=120, shrink_seconds=60)
FALSE_IN_LEDGER = {claim.name: claim for claim in builtin_claims() if claim.expected == "refuted"}


def goal(conclusion, *hypotheses):
    return Goal(hypotheses, (), conclusion)


def refuted(stated, seed=0):
    evidence = Refuter(stated, PATIENT, seed).scan()
    assert evidence.outcome is Outcome.REFUTED, evidence.detail
    assert evidence.tier is Tier.EXACT
    values = {sp.Symbol(name): Fraction(value) for name, value in evidence.counterexample.items()}
    assert stated.standing(values) is Standing.VIOLATED
    return {str(symbol): value for symbol, value in values.items()}


def two_tasks():
    """The gain of MAML on two tasks in one dimension, with the population gradient: positive but on one surface."""
    hypotheses = (ne(beta_1, beta_2), ne(w_1, w_2), gt(beta_1, 0), gt(beta_2, 0), gt(alpha, 0), gt(p, 0), lt(p, 1))
    left_1, left_2, nal, maml, gain = sp.symbols("left_1 left_2 nal maml gain")
    layers = (
        Layer(left_1, (1 - p) * beta_1 * (1 - alpha * beta_1) ** 2),
        Layer(left_2, p * beta_2 * (1 - alpha * beta_2) ** 2),
        Layer(nal, ((1 - p) * beta_1 * w_1 + p * beta_2 * w_2) / ((1 - p) * beta_1 + p * beta_2)),
        Layer(maml, (left_1 * w_1 + left_2 * w_2) / (left_1 + left_2)),
        Layer(gain, (left_1 + left_2) * (nal - maml) ** 2 / 2),
    )
    source = Source("user", "tests")
    return Claim(
        "user.two-tasks", "Different tasks: a gain.", hypotheses, Statement(gt(gain, 0)), source, layers=layers
    )


@pytest.mark.parametrize("seed", range(10))
def test_a_claim_that_fails_on_a_surface_only_is_refuted_for_every_seed(seed):
    point = refuted(goals_of(two_tasks())[0], seed)
    assert point["alpha"] * (point["beta_1"] + point["beta_2"]) == 2
    assert sorted((point["beta_1"], point["beta_2"])) in ([Fraction(1, 2), 1], [1, 2])
    assert (point["p"], {point["w_1"], point["w_2"]}) == (Fraction(1, 2), {0, 1})


def test_the_same_claim_with_the_surface_excluded_is_not_refuted():
    stated = goals_of(two_tasks())[0]
    elsewhere = Goal((*stated.hypotheses, ne(alpha * (beta_1 + beta_2), 2)), stated.definitions, stated.conclusion)
    assert Refuter(elsewhere, PATIENT, 0).scan().outcome is not Outcome.REFUTED


SMALLEST = {
    "on a point": (goal(gt((x - 3) ** 2, 0)), {"x": 3}),
    "on a line": (goal(ne(2 * x + 3 * y, 7), gt(x, 0), gt(y, 0)), {"x": 2, "y": 1}),
    "on a sphere": (goal(ne(x**2 + y**2, 25), gt(x, 0), gt(y, x)), {"x": 3, "y": 4}),
    "between two roots": (goal(ge((x - 7) * (x - Fraction(71, 10)), 0)), None),
    "beside a pole": (goal(lt(1 / (x - 2), 500), gt(x, 2)), None),
    "in integers": (goal(ne(n * n, 4), integer(n), ge(n, 1)), {"n": 2}),
    "in integers only": (goal(ge(n, m), integer(n), integer(m), gt(n, 0), gt(m, 0)), {"n": 1, "m": 2}),
    "under an equation": (goal(gt(x, y), eq(x * y, 6), gt(x, 0)), {"x": 2, "y": 3}),
    "under two equations": (goal(ne(z, 2), eq(x + y, z), eq(x, y), gt(x, 0)), {"x": 1, "y": 1, "z": 2}),
    "a false equivalence": (goal(Iff(gt(x * y, 0), And((gt(x, 0), gt(y, 0))))), {"x": -1, "y": -1}),
    "a false implication": (goal(Implies(gt(x, y), gt(x * x, y * y))), {"x": 0, "y": -1}),
    "a strict bound attained": (goal(lt(p * (1 - p), sp.Rational(1, 4)), gt(p, 0), lt(p, 1)), {"p": Fraction(1, 2)}),
    "far out": (goal(lt(x, 500), gt(x, 0)), {"x": 500}),
    "without symbols": (goal(eq(sp.Integer(2), 3)), {}),
}


@pytest.mark.parametrize("name", SMALLEST)
@pytest.mark.parametrize("seed", range(3))
def test_known_false_statements_shrink_to_what_a_reader_would_choose(name, seed):
    stated, smallest = SMALLEST[name]
    point = refuted(stated, seed)
    assert smallest is None or point == smallest


#: Where claims fail on narrow sets only: spreads that are far apart; a k between 3/4 and 5/6, whose simplest is 4/5.
LARGEST = {"nguyen2021": 100, "wang2021_r_maml": 5}


def paper(name):
    return FALSE_IN_LEDGER[name].name.partition(".")[0]


@pytest.mark.parametrize("name", FALSE_IN_LEDGER)
@pytest.mark.parametrize("seed", range(3))
def test_the_false_claims_of_the_ledger_are_refuted_with_small_numbers(name, seed):
    (stated,) = goals_of(FALSE_IN_LEDGER[name])
    point = refuted(stated, seed)
    assert max(max(abs(value.numerator), value.denominator) for value in point.values()) <= LARGEST.get(paper(name), 4)


def test_monotonicity_is_refuted_by_two_points():
    claim = Claim("user.m", "-", (), Monotonicity(x**2 - y, (x,), "nondecreasing"), Source("user", "tests"))
    point = refuted(goals_of(claim)[0])
    assert point["x"] < point["x'"]
    assert point["x"] ** 2 > point["x'"] ** 2


def test_a_pole_is_no_counterexample_but_is_reported():
    evidence = Refuter(goal(gt(1 / x**2, 0)), PATIENT, 0).scan()
    assert evidence.outcome is Outcome.UNDECIDED
    assert "divides by zero at x = 0" in evidence.detail


def test_a_true_claim_passes_with_the_number_of_different_points():
    evidence = Refuter(goal(ge(x * x, 0), integer(x), ge(x, 0), le(x, 3)), PATIENT, 0).scan()
    assert (evidence.outcome, evidence.tier) == (Outcome.PASSED, Tier.TESTED)
    assert evidence.data["points"] == 4


def test_the_same_seed_finds_the_same():
    stated = goals_of(FALSE_IN_LEDGER["collins2022.false-more-discrepancy"])[0]
    assert refuted(stated, 5) == refuted(stated, 5)


THIN = goal(ne(x**3 + y**3 + z**3, 36), integer(x), integer(y), integer(z), gt(x, 0), gt(y, x), gt(z, y))


def test_models_of_solvers_become_integer_points(solvers):
    """A surface of degree three in integers: found by pinning, not by rounding."""
    refuter = Refuter(THIN, PATIENT, 0)
    evidence = refuter.search(Prover(THIN, {x: Fraction(1), y: Fraction(2), z: Fraction(4)}, solvers, PATIENT), [])
    assert evidence.outcome is Outcome.REFUTED
    assert evidence.counterexample == {"x": "1", "y": "2", "z": "3"}


def test_irrational_models_are_rounded_where_the_domain_is_open(solvers):
    stated = goal(le(x * x, 2), gt(x, 0), lt(x**3, 3))
    prover = Prover(stated, {x: Fraction(1)}, solvers, PATIENT)
    points = rational_points(stated, [], lambda pins: prover.model(pins, 5), Deadline.after(20))
    assert any(stated.standing(point) is Standing.VIOLATED for point in points)


def test_hypothesis_finds_what_is_neither_simple_nor_on_a_surface(solvers):
    narrow = And((gt(x, sp.Rational(35, 100)), lt(x, sp.Rational(38, 100))))
    refuter = Refuter(goal(Implies(narrow, lt(x, 0)), ge(x, 0), le(x, 1)), PATIENT, 0)
    point = refuter.hunt.with_hypothesis(5000, Deadline.after(60))
    assert point is not None
    assert refuter.compiled.fails(point)


def test_a_search_that_finds_nothing_names_its_limit(solvers):
    stated = goal(ge(n * (n - 1), 0), integer(n))
    evidence = Refuter(stated, PATIENT, 0).search(Prover(stated, {n: Fraction(1)}, solvers, PATIENT), [])
    assert evidence.outcome is Outcome.UNDECIDED
    assert "no counterexample found within" in evidence.detail


def test_a_counterexample_that_the_re_check_denies_is_reported_as_a_conflict(monkeypatch):
    monkeypatch.setattr(Goal, "standing", lambda self, point: Standing.HOLDS)
    evidence = Refuter(goal(gt(x, 0)), PATIENT, 0).scan()
    assert evidence.outcome is Outcome.CONTRADICTED
    assert evidence.counterexample is None


def test_the_judge_stops_at_the_first_refutation(solvers):
    evidence = judge_scalar(two_tasks(), budget=PATIENT, seed=1, solvers=solvers)
    assert evidence[-1].outcome is Outcome.REFUTED
    assert evidence[-1].method == "loci search"


def test_simple_numbers_come_before_complicated_ones():
    order = [fmpq(0), fmpq(1), fmpq(-1), fmpq(2), fmpq(-2), fmpq(1, 2), fmpq(-1, 2), fmpq(3), fmpq(2, 3), fmpq(7)]
    assert sorted(reversed(order), key=cost) == order


def test_a_domain_that_is_empty_has_nothing_to_choose_from():
    empty = goal(gt(x, 2), gt(x, 1), lt(x, 0))
    compiled = CompiledGoal(empty)
    hunt = Hunt(Space(empty, View(empty, ring_of(empty))), compiled.admits, compiled.fails, (), "empty")
    assert hunt.with_hypothesis(10, Deadline.after(1)) is None
