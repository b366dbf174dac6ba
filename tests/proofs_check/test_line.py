"""Mixtures on a line: the moments of chi-square give what the derivations give, and break what is broken."""

import random
from dataclasses import replace

import numpy as np
import pytest

from numerics.closed_form import evaluate
from proofs_check import line
from proofs_check.instances import property_of
from proofs_check.line import OnALine, judge_on_a_line
from proofs_check.mutants import mutants
from proofs_check.replay.evidence import Checker
from proofs_check.verdict import Outcome, Tier
from theory.claim import builtin_claims
from theory.errors import NonUniqueOptimumError

ON_MIXTURES = [claim for claim in builtin_claims() if property_of(claim) is not None]
#: On a line only NAL and MAML are known.
OF_NEIGHBOURS = [claim for claim in ON_MIXTURES if getattr(claim.conclusion, "learner", "nal") not in ("nal", "maml")]
CLAIMS = [claim for claim in ON_MIXTURES if claim not in OF_NEIGHBOURS]
QUANTITIES = ("theta_nal", "theta_maml", "hessian_nal", "hessian_maml", "risk_nal", "risk_maml", "gain", "noise_floor")


def same(ours, theirs):
    return [str(value) for value in np.ravel(ours)] == [str(value) for value in np.ravel(theirs)]


def test_moments_and_derivations_agree_exactly():
    """Two roads from the definitions: chi-square moments here, words in the sample covariance there."""
    generator, kinds = random.Random(5), set()
    for _ in range(120):
        mixture, inner_loop = line._drawn(generator)
        try:
            theirs = evaluate(mixture, inner_loop)
        except NonUniqueOptimumError:
            continue
        ours = OnALine(mixture, inner_loop)
        assert all(same(getattr(ours, name), getattr(theirs, name)) for name in QUANTITIES)
        start = mixture.classes[0].centre + 1
        assert same(ours.risk(start), theirs.risk(theirs.mixture.classes[0].centre + 1))
        kinds.add((inner_loop.samples is None, inner_loop.steps, inner_loop.data))
    assert len(kinds) == 12


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_every_claim_on_mixtures_holds_on_lines(claim):
    (evidence,) = judge_on_a_line(claim, examples=30, seed=1)
    assert (evidence.outcome, evidence.tier) == (Outcome.PASSED, Tier.TESTED)
    assert evidence.data["mixtures"] >= 20


@pytest.mark.parametrize("claim", OF_NEIGHBOURS, ids=lambda claim: claim.name)
def test_a_neighbours_descent_is_nothing_that_a_line_knows(claim):
    (evidence,) = judge_on_a_line(claim, examples=5, seed=1)
    assert evidence.outcome is Outcome.NOT_RUN
    assert evidence.detail


FLIPPED = [
    (claim, mutant)
    for claim in CLAIMS
    for mutant in mutants(claim)
    if mutant.claim.instances is not claim.instances and mutant.operator == "flipped relation"
]


@pytest.mark.parametrize(
    ("claim", "mutant"), FLIPPED, ids=lambda item: getattr(item, "name", getattr(item, "where", ""))
)
def test_the_opposite_comparison_is_refuted_by_a_mixture_that_replays(claim, mutant):
    (evidence,) = judge_on_a_line(mutant.claim, examples=30, seed=1)
    assert (evidence.outcome, evidence.tier) == (Outcome.REFUTED, Tier.EXACT)
    Checker(mutant.claim).check(evidence)


def test_there_are_such_mutants():
    assert len(FLIPPED) >= 7


def test_two_evaluations_that_disagree_are_a_contradiction(monkeypatch):
    claim = next(claim for claim in CLAIMS if claim.name.endswith("maml-optimum"))
    monkeypatch.setattr(OnALine, "_curvature", lambda self, item: item.covariance.item() + 1)
    (evidence,) = judge_on_a_line(claim, examples=30, seed=1)
    assert evidence.outcome is Outcome.CONTRADICTED
    assert "disagree" in evidence.detail


def test_without_a_statement_on_mixtures_there_is_nothing_to_try():
    claim = next(claim for claim in builtin_claims() if property_of(claim) is None)
    assert judge_on_a_line(claim, examples=3, seed=0) == ()


def test_no_mixture_tried_is_no_pass(monkeypatch):
    claim = CLAIMS[0]
    stated = property_of(claim)

    def undefined(evaluated):
        raise ZeroDivisionError

    monkeypatch.setattr(line, "property_of", lambda claim: replace(stated, sides=undefined))
    (evidence,) = judge_on_a_line(claim, examples=3, seed=0)
    assert evidence.outcome is Outcome.NOT_RUN


def test_a_property_that_needs_more_than_a_line_is_not_run(monkeypatch):
    stated = property_of(CLAIMS[0])

    def several(evaluated):
        return evaluated.theta_nal[1], "==", evaluated.theta_nal[1]

    monkeypatch.setattr(line, "property_of", lambda claim: replace(stated, sides=several))
    (evidence,) = judge_on_a_line(CLAIMS[0], examples=3, seed=0)
    assert evidence.outcome is Outcome.NOT_RUN
    assert evidence.detail.startswith("not evaluated on a line: IndexError")
