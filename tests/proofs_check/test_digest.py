import json
import os
import subprocess
import sys
from dataclasses import replace
from functools import cache

import pytest
import sympy as sp

from proofs_check.digest import canonical_text, record_digest, statement_digest, statement_text
from proofs_check.verify import verify
from theory.claim import Claim, Layer, MixtureProperty, Source, Statement, builtin_claims, select
from theory.errors import ClaimError
from theory.formula import Relation, ge, gt, le
from theory.gain import PairQuantity, Setting

BY_NAME = {claim.name.removeprefix("collins2022."): claim for claim in builtin_claims()}
x, y = sp.symbols("x y")
TILT = BY_NAME["hard-tilt-iff"]


def user_claim(**changes):
    claim = Claim("user.some", "a sentence", (ge(x, 0), gt(y, 0)), Statement(le(x, y)), Source("user", "test"))
    return replace(claim, **changes)


def squared(e):
    """The gain squared."""
    return e.gain**2


def squared_again(e):
    return e.gain**2  # the same, in other words


def stating(property_):
    return user_claim(instances=MixtureProperty(property_))


def test_all_claims_of_the_ledger_state_different_things():
    digests = [statement_digest(claim) for claim in builtin_claims()]
    assert len(set(digests)) == len(digests)


@pytest.mark.parametrize(
    "changes",
    [
        {"hypotheses": (gt(x, 0), gt(y, 0))},
        {"hypotheses": (gt(y, 0), ge(x, 0))},
        {"hypotheses": (ge(x, 0),)},
        {"conclusion": Statement(le(y, x))},
        {"conclusion": Statement(Relation(x, "<", y))},
        {"layers": (Layer(sp.Symbol("z"), x + y),)},
        {"setting": "on a Tuesday"},
        {"instances": MixtureProperty(lambda e: (e.gain, ">=", 0))},
    ],
    ids=map(str, range(8)),
)
def test_what_is_stated_counts(changes):
    assert statement_digest(user_claim(**changes)) != statement_digest(user_claim())


@pytest.mark.parametrize("changes", [{"sentence": "another"}, {"name": "user.other"}, {"expected": "refuted"}])
def test_what_is_only_said_about_it_does_not(changes):
    assert statement_digest(user_claim(**changes)) == statement_digest(user_claim())


@pytest.mark.parametrize(
    "derivation",
    [
        PairQuantity("share_nal"),
        PairQuantity("share_maml", Setting(steps=2)),
        PairQuantity("share_maml", Setting(population=True)),
        None,
    ],
)
def test_which_derivation_a_layer_has_counts(derivation):
    index = next(i for i, layer in enumerate(TILT.layers) if layer.derivation == PairQuantity("share_maml"))
    changed = replace(TILT.layers[index], derivation=derivation)
    other = replace(TILT, layers=(*TILT.layers[:index], changed, *TILT.layers[index + 1 :]))
    assert statement_digest(other) != statement_digest(TILT)


def test_functions_count_by_what_they_compute():
    here, there = stating(lambda e: (squared(e), ">=", 0)), stating(lambda e: (squared_again(e), ">=", 0))
    assert statement_text(here) == statement_text(stating(lambda e: (squared(e), ">=", 0)))
    assert statement_text(here).replace("squared", "squared_again") == statement_text(there)
    assert statement_text(here) != statement_text(stating(lambda e: (squared(e), ">", 0)))


def test_what_a_function_calls_and_closes_over_counts(monkeypatch):
    def bound(limit):
        return stating(lambda e: (e.gain, ">=", limit))

    assert statement_text(bound(0)) != statement_text(bound(1))
    before = stating(lambda e: (squared(e), ">=", 0))
    digest = statement_digest(before)
    monkeypatch.setitem(globals(), "squared", lambda e: e.gain)
    assert statement_digest(before) != digest


def test_a_function_that_remembers_what_it_returned_is_the_same_function():
    digest = statement_digest(stating(squared))
    assert statement_digest(stating(cache(squared))) == digest
    assert statement_digest(stating(cache(lambda e: (e.gain, ">=", 0)))) != digest


def test_two_lambdas_of_one_line_are_told_apart():
    first, second = (MixtureProperty(lambda e: (e.gain, ">=", 0)), MixtureProperty(lambda e: (e.gain, ">", 0)))
    assert statement_digest(user_claim(instances=first)) != statement_digest(user_claim(instances=second))


def test_a_function_without_source_still_has_a_digest():
    scope = {}
    exec("above = lambda e: (e.gain, '>', 0)\nbelow = lambda e: (e.gain, '<', 0)\nagain = below", scope)
    above, below, again = (statement_digest(stating(scope[name])) for name in ("above", "below", "again"))
    assert above != below == again


def test_what_has_no_canonical_text_is_refused():
    class Sides:
        def __call__(self, e):
            return e.gain, ">=", 0

    with pytest.raises(ClaimError, match=r"user\.some: a Sides has no canonical text.*dataclass"):
        statement_digest(stating(Sides()))


def test_a_digest_is_the_same_in_another_process():
    code = (
        "import json; from theory.claim import builtin_claims; from proofs_check.digest import statement_digest; "
        "print(json.dumps([statement_digest(c) for c in builtin_claims()]))"
    )
    for seed in ("1", "2"):
        run = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | {"PYTHONHASHSEED": seed},
        )
        assert json.loads(run.stdout) == [statement_digest(claim) for claim in builtin_claims()]


def test_the_ledger_carries_the_digest_of_every_statement_and_every_piece_of_evidence():
    claims = select(builtin_claims(), ["collins2022.gain-isotropic", "collins2022.false-always-harder"])
    found = json.loads(canonical_text(verify(claims, budget="small", seed=1).to_json()))
    assert found["limits"]["solver_seconds"] > 0
    for claim, entry in zip(claims, found["claims"], strict=True):
        assert entry["digest"] == statement_digest(claim)
        assert entry["evidence"]
        for item in entry["evidence"]:
            assert item["digest"] == record_digest(item, entry["digest"])


def test_evidence_is_bound_to_its_statement_and_to_what_it_found_but_not_to_its_time():
    record = {"outcome": "proved", "seconds": 1.0, "data": {"certificate": "identity"}}
    digest = record_digest(record, "a" * 64)
    assert record_digest(record | {"seconds": 2.0, "digest": digest}, "a" * 64) == digest
    assert record_digest(record, "b" * 64) != digest
    assert record_digest(record | {"data": {"certificate": "none"}}, "a" * 64) != digest
