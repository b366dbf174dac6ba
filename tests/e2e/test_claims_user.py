"""The five example claims: each gets the right verdict, for the right reason."""

from fractions import Fraction
from pathlib import Path

import pytest

from proofs_check.card import card, reproduces
from proofs_check.refutation import refutation_of
from proofs_check.repair import repairs
from proofs_check.verify import verify
from theory.collection import claims_in

FILE = Path(__file__).parents[2] / "examples" / "claims_user.py"


@pytest.fixture(scope="module")
def judged():
    ledger = verify(claims_in([FILE]), budget="small")
    return {claim.name.removeprefix("user."): (claim, verdict) for claim, verdict in ledger.verdicts}


def test_every_verdict_is_the_right_one(judged):
    assert {name: verdict.outcome for name, (_, verdict) in judged.items()} == {
        "careful-steps": "proved",
        "midpoint": "supported",
        "hard-half": "refuted",
        "two-tasks-gain": "refuted",
        "stable-steps": "refuted",
    }
    assert all(verdict.meets(claim.expected) for claim, verdict in judged.values())


def test_what_is_tested_only_says_on_what(judged):
    assert "random rational mixtures" in judged["midpoint"][1].because


def test_the_thin_set_is_hit_exactly(judged):
    point = {name: Fraction(value) for name, value in judged["two-tasks-gain"][1].counterexample.items()}
    assert point["alpha"] * (point["beta_1"] + point["beta_2"]) == 2


@pytest.mark.parametrize(
    ("name", "hypothesis"),
    [
        ("two-tasks-gain", "alpha*(beta_1 + beta_2) != 2"),
        ("stable-steps", "alpha*(rho_E + rho_H)*(d + m + 1) < 2*m"),
    ],
)
def test_the_missing_hypothesis_is_named(name, hypothesis, judged):
    assert str(repairs(judged[name][0], seconds=60).found[0].hypothesis) == hypothesis


@pytest.mark.parametrize("name", ["hard-half", "two-tasks-gain", "stable-steps"])
def test_every_refutation_has_a_card(name, judged):
    assert reproduces(card(refutation_of(*judged[name])))
