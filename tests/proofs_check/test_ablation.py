from dataclasses import replace
from fractions import Fraction

import pytest
import sympy as sp

from proofs_check.ablation import ablate
from proofs_check.budget import budget_named
from proofs_check.goal import Goal, Standing, goals_of
from proofs_check.occupancy import occupancy
from theory.claim import Claim, Layer, Limit, MatrixIdentity, Monotonicity, Source, Statement, builtin_claims
from theory.errors import ClaimError
from theory.formula import Or, eq, ge, gt, integer, le, lt, ne

BY_NAME = {claim.name.removeprefix("collins2022."): claim for claim in builtin_claims()}
SMALL = replace(budget_named("small"), samples=300, search_seconds=2, examples=500)
s, x, y, z = sp.symbols("s x y z")


class NoSolvers:
    """Nobody to ask: what these claims need is found without."""

    def __init__(self):
        self.names, self.missing = (), {}

    def ask(self, *arguments, **options):
        return {}


def user_claim(conclusion, *hypotheses, **more):
    conclusion = conclusion if isinstance(conclusion, Limit | Monotonicity) else Statement(conclusion)
    return Claim("user.some", "some claim", hypotheses, conclusion, Source("user", "test"), **more)


def ablated(claim, seed=0):
    return ablate(claim, budget=SMALL, seed=seed, solvers=NoSolvers())


def outcomes(claim):
    return {dropped.hypothesis: dropped.outcome for dropped in ablated(claim).hypotheses}


def test_what_is_not_used_is_told_from_what_is_needed():
    claim = user_claim(gt(x * y, 0), gt(x, 0), gt(y, 0), integer(x), ge(z, 0))
    assert outcomes(claim) == {"x > 0": "needed", "y > 0": "needed", "x is an integer": "unused", "z >= 0": "unused"}


def test_a_needed_hypothesis_comes_with_an_exact_counterexample_that_satisfies_all_the_others():
    claim = user_claim(gt(x * y, 0), gt(x, 0), gt(y, 0), integer(y), ge(z, 0))
    for index, dropped in enumerate(ablated(claim).hypotheses):
        if dropped.outcome != "needed":
            continue
        rest = replace(claim, hypotheses=(*claim.hypotheses[:index], *claim.hypotheses[index + 1 :]))
        (goal,) = goals_of(rest)
        point = {symbol: Fraction(dropped.counterexample[str(symbol)]) for symbol in goal.symbols}
        assert goal.standing(point) is Standing.VIOLATED
        assert not claim.hypotheses[index].holds(point)
        assert max(abs(value) for value in point.values()) <= 1


def test_integrality_can_be_needed():
    claim = user_claim(ge(x * (x - 1), 0), integer(x))
    (dropped,) = ablated(claim).hypotheses
    assert (dropped.outcome, dropped.counterexample) == ("needed", {"x": "1/2"})


def test_a_counterexample_on_a_thin_set_is_found():
    """Without ``x + y != 2`` the claim fails on a line alone."""
    claim = user_claim(gt((x + y - 2) ** 2, 0), gt(x, 0), gt(y, 0), ne(x + y, 2))
    assert outcomes(claim) == {"x > 0": "unused", "y > 0": "unused", "x + y != 2": "needed"}


def test_a_hypothesis_that_keeps_a_denominator_from_zero_is_needed():
    claim = user_claim(ge(1 / x**2, 0), ne(x, 0))
    (dropped,) = ablated(claim).hypotheses
    assert (dropped.outcome, dropped.counterexample) == ("needed", {"x": "0"})
    assert "divides by zero" in dropped.detail


def test_a_disjunction_is_dropped_as_a_whole():
    claim = user_claim(gt(x + y, 0), ge(x, 0), ge(y, 0), Or((gt(x, 0), gt(y, 0))))
    assert list(outcomes(claim).values()) == ["needed", "needed", "needed"]


def test_monotonicity_and_limits_are_asked_again_too():
    rising = user_claim(Monotonicity(x**2 + z, (x,), "nondecreasing"), ge(x, 0), ge(z, 0))
    assert outcomes(rising) == {"x >= 0": "needed", "z >= 0": "unused"}
    limit = user_claim(Limit(y / x, x, sp.oo, sp.S.Zero), gt(x, 0), gt(y, 0))
    assert outcomes(limit) == {"x > 0": "unused", "y > 0": "unused"}
    infinite = user_claim(Limit(y * x, x, sp.oo, sp.oo), gt(x, 0), gt(y, 0))
    assert outcomes(infinite)["y > 0"] == "needed"


def test_what_nothing_settles_is_undecided():
    """True of all integers by what squares leave when divided by 8, which no rung knows how to use."""
    claim = user_claim(ne(x**2, 2 * y**2 + 3), integer(x), integer(y), ge(z, 0))
    dropped = ablated(claim).hypotheses[-1]
    assert dropped.outcome == "undecided"
    assert dropped.detail


def test_a_false_claim_needs_nothing():
    found = ablated(user_claim(lt(x, 0), gt(x, 0)))
    assert found.hypotheses == ()
    assert "false" in found.note


def test_claims_on_matrices_say_that_nothing_was_dropped():
    claim = BY_NAME["maml-optimum"]
    assert isinstance(claim.conclusion, MatrixIdentity)
    assert "matrices" in ablated(claim).note


def test_contradictory_hypotheses_are_an_error():
    with pytest.raises(ClaimError, match="contradict"):
        ablate(user_claim(gt(x, 0), gt(x, 1), lt(x, 0)), budget=SMALL)


def test_the_paper_s_counts_need_not_be_integers_for_the_best_step_size():
    found = ablate(BY_NAME["best-step"], solvers=NoSolvers())
    by_outcome = {o: {d.hypothesis for d in found.hypotheses if d.outcome == o} for o in ("unused", "needed")}
    assert by_outcome["unused"] == {"alpha > 0", "m is an integer", "d is an integer"}
    assert by_outcome["needed"] == {"rho > 0", "nu2 >= 0", "m >= 1", "d >= 1", "r2 > 0"}


def test_a_broken_prover_does_not_make_a_needed_hypothesis_unused(monkeypatch):
    """The counterexample comes first, and is checked by itself."""
    monkeypatch.setattr("proofs_check.certify.Certifier.sign", lambda *a, **k: pytest.fail("no proof was needed"))
    assert outcomes(user_claim(gt(x * y, 0), gt(x, 0), gt(y, 0))) == {"x > 0": "needed", "y > 0": "needed"}


def test_a_broken_check_is_noticed(monkeypatch):
    monkeypatch.setattr(Goal, "standing", lambda self, point: Standing.HOLDS)
    assert "needed" not in outcomes(user_claim(gt(x, 0), gt(x, 0))).values()


def test_the_json_names_every_hypothesis():
    claim = user_claim(gt(x, y), gt(x, y), integer(y))
    found = ablated(claim).to_json()
    assert [entry["hypothesis"] for entry in found["hypotheses"]] == ["x > y", "y is an integer"]
    assert set(found["hypotheses"][0]["counterexample"]) == {"x", "y"}


# --- How much room there is


def half(**options):
    return occupancy(user_claim(gt(x, y), ge(x, 0), le(x, 1), ge(y, 0), le(y, 1), gt(x, y)), **options)


def test_the_share_of_a_box_is_measured_with_its_error():
    found = half(seed=3, solvers=NoSolvers())
    assert found.box == {"x": ("0", "1"), "y": ("0", "1")}
    assert abs(found.fraction - 0.5) < 6 * found.standard_error < 0.1
    assert Fraction(found.witness["x"]) > Fraction(found.witness["y"])


def test_the_same_seed_draws_the_same_points():
    assert half(seed=3, solvers=NoSolvers()) == half(seed=3, solvers=NoSolvers())
    assert half(seed=3, solvers=NoSolvers()).admitted != half(seed=4, solvers=NoSolvers()).admitted


def test_a_box_of_one_s_own_and_integers_in_it():
    claim = user_claim(gt(x, 0), integer(x), gt(x, 1))
    found = occupancy(claim, box={x: (1, 4)}, samples=2_000, solvers=NoSolvers())
    assert abs(found.fraction - 0.75) < 6 * found.standard_error


def test_an_error_is_never_zero():
    full = occupancy(user_claim(ge(x, 0), ge(x, 0)), samples=100, solvers=NoSolvers())
    assert full.fraction == 1
    assert full.standard_error > 0
    thin = occupancy(user_claim(eq(x, y), eq(x, y)), samples=100, solvers=NoSolvers())
    assert (thin.admitted, thin.witness is not None) == (0, True)
    assert thin.standard_error > 0


def test_hypotheses_on_layers_are_measured_too():
    s = sp.Symbol("s")
    claim = user_claim(gt(s, 0), ge(x, 0), le(x, 1), gt(s, 0), layers=(Layer(s, 2 * x - 1),))
    found = occupancy(claim, box={x: (0, 1)}, solvers=NoSolvers())
    assert abs(found.fraction - 0.5) < 6 * found.standard_error
