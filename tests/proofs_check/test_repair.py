"""The hypothesis that a text forgot: found among the factors, proved, and never one that leaves nothing."""

from dataclasses import replace
from fractions import Fraction

import pytest
import sympy as sp

import proofs_check.repair
from proofs_check.goal import Standing, goals_of
from proofs_check.repair import repairs
from proofs_check.solvers import Solvers
from proofs_check.verdict import Outcome
from proofs_check.verify import verify
from theory.claim import Claim, Layer, Limit, MatrixIdentity, Monotonicity, Source, Statement, builtin_claims
from theory.errors import ClaimError
from theory.formula import Implies, eq, ge, gt, le, lt, ne
from theory.gain import PairQuantity
from theory.symbols import alpha, p, rho_E, rho_H
from theory.words import letter

BY_NAME = {claim.name.removeprefix("collins2022."): claim for claim in builtin_claims()}
x, y, z, s = sp.symbols("x y z s")


@pytest.fixture(scope="module")
def solvers():
    with Solvers() as running:
        yield running


def user_claim(conclusion, *hypotheses, layers=()):
    conclusion = conclusion if isinstance(conclusion, Limit | Monotonicity | MatrixIdentity) else Statement(conclusion)
    return Claim("user.some", "some claim", hypotheses, conclusion, Source("user", "test"), "refuted", layers)


def saved_by(claim, solvers, **options):
    return [str(repair.hypothesis) for repair in repairs(claim, solvers=solvers, seconds=60, **options).found]


@pytest.mark.parametrize(
    ("claim", "first"),
    [
        (user_claim(gt(x * y, 0), gt(x, 0)), "y > 0"),
        (user_claim(ge(1 / x, 0), ge(x, 0)), "x > 0"),
        (user_claim(ge(1 / x**2, 0)), "x != 0"),
        (user_claim(gt((x + y - 2) ** 2, 0), gt(x, 0), gt(y, 0)), "x + y != 2"),
        (user_claim(gt((alpha * (x + y) - 2) ** 2 * (x - y) ** 2, 0), ne(x, y), gt(alpha, 0)), "alpha*(x + y) != 2"),
        (user_claim(ge(x * z, y * z), gt(z, 0), gt(y, 0)), "x >= y"),
        (user_claim(gt(s, 0), ge(x, 0), layers=(Layer(s, x / (1 + x)),)), "x > 0"),
        (user_claim(eq(x * z, y * z), gt(z, 0)), "x == y"),
        (user_claim(Limit(y * x, x, sp.oo, sp.oo)), "y > 0"),
        (user_claim(Monotonicity(x**2 * y, (x,), "nondecreasing"), gt(y, 0)), "x >= 0"),
        (user_claim(lt(x / (x + y), 1), gt(x, 0)), "y > 0"),
        (BY_NAME["false-always-harder"], "alpha*(rho_E + rho_H)*(d + m + 1) < 2*m"),
    ],
    ids=str,
)
def test_the_weakest_missing_hypothesis_comes_first(claim, first, solvers):
    assert saved_by(claim, solvers)[0] == first


def test_a_probability_is_one():
    share = Layer(s, derivation=PairQuantity("share_nal"))
    assert saved_by(user_claim(lt(s, 1), gt(rho_H, 0), gt(rho_E, rho_H), layers=(share,)), None) == ["p > 0 and p < 1"]


def test_two_hypotheses_where_none_is_enough(solvers):
    assert saved_by(user_claim(ge(x * y, 0)), solvers) == ["x >= 0 and y >= 0"]


def test_what_is_reported_is_proved_and_about_something(solvers):
    claim = user_claim(gt(x * y, 0), gt(x, 0), ge(y**2, 0))
    (repair,) = repairs(claim, solvers=solvers).found
    mended = replace(claim, hypotheses=(*claim.hypotheses, repair.hypothesis))
    ((_, verdict),) = verify([mended], budget="small").verdicts
    (goal,) = goals_of(mended)

    assert verdict.outcome == "proved"
    assert goal.standing({symbol: Fraction(repair.witness[str(symbol)]) for symbol in goal.symbols}) is Standing.HOLDS


def test_a_hypothesis_that_contradicts_the_others_is_never_offered(solvers):
    claim = user_claim(lt(x * y, 0), gt(x, 0), gt(y, 0))
    found = repairs(claim, solvers=solvers)

    assert (found.found, found.tried) == ((), 0)
    assert "leaves something" in found.note


def test_the_conclusion_itself_saves_nothing(solvers):
    assert not {"x > y", "x >= y"} & set(saved_by(user_claim(gt(x, y)), solvers))
    assert "x > y" not in saved_by(user_claim(Implies(gt(z, 0), gt(x, y))), solvers)


def test_nothing_is_offered_unless_it_is_proved(solvers, monkeypatch):
    """A broken prover, which proves nothing, must leave nothing to report."""
    attempt = proofs_check.repair.attempt
    monkeypatch.setattr(
        proofs_check.repair, "attempt", lambda *given: [replace(e, outcome=Outcome.UNDECIDED) for e in attempt(*given)]
    )
    found = repairs(user_claim(gt(x * y, 0), gt(x, 0)), solvers=solvers)

    assert (found.found, found.tried > 0) == ((), True)
    assert "could the claim be proved" in found.note


def test_a_true_claim_lacks_nothing(solvers):
    assert "no point is known" in repairs(user_claim(ge(x**2, 0)), solvers=solvers).note


def test_a_claim_on_matrices_says_so():
    S = letter("S")
    assert "in formulas" in repairs(user_claim(MatrixIdentity(lambda: S * S, S))).note


def test_contradictory_hypotheses_are_an_error(solvers):
    with pytest.raises(ClaimError, match="contradict"):
        repairs(user_claim(gt(x * y, 0), gt(x, 0), lt(x, 0)), solvers=solvers)


def test_time_runs_out_and_is_said_to(solvers):
    found = repairs(BY_NAME["false-always-harder"], solvers=solvers, seconds=0)

    assert (found.found, found.tried) == ((), 0)
    assert "within 0 s" in found.note


def test_the_same_seed_finds_the_same(solvers):
    claim = user_claim(gt(x * y - p, 0), gt(x, 0), gt(p, 0), le(p, 1))
    assert saved_by(claim, solvers, seed=3) == saved_by(claim, solvers, seed=3)


def test_the_json_says_what_and_by_whom(solvers):
    (entry,) = repairs(user_claim(gt(x * y, 0), gt(x, 0)), solvers=solvers).to_json()["found"]
    assert entry == {"hypothesis": "y > 0", "by": "flint (positivity)", "witness": {"x": "1", "y": "1"}}
