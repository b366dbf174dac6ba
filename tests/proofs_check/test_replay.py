import copy
import importlib.util
import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import sympy as sp

from proofs_check.budget import budget_named
from proofs_check.goal import Goal, Standing
from proofs_check.instances import judge_instances
from proofs_check.judging import obligations_of
from proofs_check.matrix import judge_matrix
from proofs_check.replay import load, replay
from proofs_check.scalar import judge_scalar
from proofs_check.verdict import Outcome, Tier, conclude
from proofs_check.verify import Ledger
from theory.claim import Claim, Limit, MixtureProperty, Monotonicity, Source, Statement, builtin_claims
from theory.errors import RecordError
from theory.formula import Or, ge, gt, le
from theory.words import letter

_spec = importlib.util.spec_from_file_location("commanding", Path(__file__).with_name("commanding.py"))
commanding = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(commanding)
run, strict_json = commanding.run, commanding.strict_json

BY_NAME = {claim.name.removeprefix("collins2022."): claim for claim in builtin_claims()}
#: One of each kind of conclusion, and of each kind of certificate.
NAMES = [
    "moment-second",
    "curvature-positive-definite",
    "population-curvature-singular-iff",
    "gain-nonnegative",
    "gain-isotropic",
    "gain-zero-iff",
    "ratio-bound",
    "ratio-capped",
    "small-steps-optimum",
    "ratio-diverges",
    "gain-grows-with-distance",
    "best-step",
    "false-always-harder",
    "false-more-discrepancy",
]
SMALL = replace(budget_named("small"), samples=200, mixtures=40)
x, y = sp.symbols("x y")


class NoSolvers:
    """Nobody to ask: replay has nothing to do with solvers, and certificates come without them."""

    def __init__(self):
        self.names, self.missing = (), {}

    def ask(self, *arguments, **options):
        return {}


@cache
def judged(claim):
    if isinstance(claim.conclusion, Statement | Limit | Monotonicity):
        evidence = judge_scalar(claim, budget=SMALL, seed=1, solvers=NoSolvers())
    elif isinstance(claim.conclusion, MixtureProperty):
        evidence = judge_instances(claim, examples=SMALL.mixtures, seed=1)
    else:
        evidence = judge_matrix(claim, budget=SMALL, seed=1)
    return tuple(evidence)


def recorded(*claims, evidence=None):
    """Return the ledger of some claims as read from its file; of one claim with evidence of one's own making."""
    verdicts = [(c, conclude(c.name, evidence or judged(c), obligations_of(c))) for c in claims]
    return json.loads(json.dumps(Ledger(1, "small", tuple(verdicts)).to_json()))


def forged(claim, change, which=lambda item: item.outcome in (Outcome.PROVED, Outcome.REFUTED)):
    """Replay a ledger whose evidence was changed by someone who then computed every digest again."""
    evidence = list(judged(claim))
    index = next(i for i, item in enumerate(evidence) if which(item))
    evidence[index] = change(evidence[index])
    return replay(recorded(claim, evidence=evidence), [claim])


def with_data(change):
    """Change the data of evidence, in place."""

    def changed(item):
        data = copy.deepcopy(dict(item.data))
        change(data)
        return replace(item, data=data)

    return changed


def is_certificate(item):
    return item.method.startswith("flint (positivity)")


def user_claim(conclusion, *hypotheses, **more):
    return Claim("user.some", "some claim", hypotheses, conclusion, Source("user", "test"), **more)


# --- What holds


@pytest.mark.parametrize("name", NAMES)
def test_what_was_proved_or_refuted_is_borne_out(name):
    found = replay(recorded(BY_NAME[name]), builtin_claims())
    assert found.holds
    kinds = {item.what for item in found.of("replayed")}
    assert ("counterexample" if name.startswith("false") else "certificate") in kinds


def test_what_is_only_tested_is_not_replayed_and_says_so():
    found = replay(recorded(BY_NAME["gain-isotropic"]), builtin_claims())
    assert [item.detail for item in found.of("not replayed")] == ["tests are not rerun"]


def test_a_solver_is_not_replayed_and_says_so():
    found = forged(BY_NAME["gain-nonnegative"], lambda item: replace(item, tier=Tier.SOLVERS), is_certificate)
    assert "solver answers carry no certificate" in {item.detail for item in found.of("not replayed")}


FALSE = {
    "limit": user_claim(Limit((x + y) / x, x, sp.oo, sp.S(2)), gt(y, 0)),
    "infinite limit": user_claim(Limit(y / x, x, sp.S.Zero, sp.oo), gt(x, 0), ge(y, -1)),
    "matrices": replace(
        BY_NAME["moment-second"],
        conclusion=replace(BY_NAME["moment-second"].conclusion, stated=letter("S") * letter("B") * letter("S")),
    ),
    "mixtures": user_claim(MixtureProperty(lambda e: (e.gain, "==", 0))),
    "formula": user_claim(Statement(le(x * y, 1)), gt(x, 0), gt(y, 0)),
}


@pytest.mark.parametrize("kind", FALSE)
def test_counterexamples_of_every_kind_are_evaluated_again(kind):
    found = replay(recorded(FALSE[kind]), [FALSE[kind]])
    assert found.holds
    assert [item.what for item in found.of("replayed") if item.what == "counterexample"] == ["counterexample"]


# --- What is refused


def test_a_claim_that_was_restated_since_is_refused():
    before = BY_NAME["gain-nonnegative"]
    after = replace(before, hypotheses=before.hypotheses[1:])
    with pytest.raises(RecordError, match=r"gain-nonnegative: .*another statement \(digest [0-9a-f]{64}, as inst"):
        replay(recorded(before), [after])


def change_value(record):
    values = record["claims"][0]["evidence"][-1]["counterexample"]
    values["alpha"] = "2"


def change_digest(record):
    record["claims"][0]["digest"] = "0" * 64


def change_evidence_digest(record):
    record["claims"][0]["evidence"][0]["digest"] = "0" * 64


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (change_value, r"the evidence of .* was changed \(digest [0-9a-f]{64}"),
        (change_digest, r"another statement \(digest 0{64}"),
        (change_evidence_digest, r"was changed \(digest 0{64}"),
        (lambda r: r["claims"][0]["evidence"][0].pop("digest"), r"was changed \(digest None"),
        (lambda r: r["claims"][0]["evidence"].pop(), "false-always-harder: the ledger was changed"),
        (lambda r: r["claims"][0].update(verdict="proved"), "'verdict' is \"proved\""),
        (lambda r: r["claims"][0].update(statement="MAML is fine"), "'statement'"),
        (lambda r: r["claims"][0]["hypotheses"].pop(), "'hypotheses'"),
        (lambda r: r["claims"][0]["counterexample"].update(alpha="7"), "'counterexample'"),
        (lambda r: r["claims"][0].update(extra=1), "'extra'"),
        (lambda r: r["claims"].append(r["claims"][0]), "twice"),
        (lambda r: r.update(as_expected=False), "as expected"),
        (lambda r: r["claims"][0].update(name="no.such"), "not among the claims"),
        (lambda r: r.update(claims=None), "no list of claims"),
    ],
    ids=map(str, range(14)),
)
def test_a_changed_ledger_is_refused(change, message):
    record = recorded(BY_NAME["false-always-harder"])
    change(record)
    with pytest.raises(RecordError, match=message):
        replay(record, builtin_claims())


@pytest.mark.parametrize(
    ("text", "message"), [("{", "is not JSON"), ("[]", "not a ledger"), ('{"schema": "landscape.show/1"}', "schema")]
)
def test_a_file_that_is_no_ledger_is_refused(tmp_path, text, message):
    (tmp_path / "ledger.json").write_text(text)
    with pytest.raises(RecordError, match=message):
        load(str(tmp_path / "ledger.json"))


def test_a_missing_file_is_refused():
    with pytest.raises(RecordError, match="cannot read"):
        load("no-such-file.json")


# --- What was forged, digests and all


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"alpha": "1/10"}, "the conclusion holds"),
        ({"m": "3/2"}, "a hypothesis fails"),
        ({"alpha": "one"}, "not an exact number"),
        ({"beta": "1"}, "other symbols"),
    ],
)
def test_a_forged_counterexample_fails(values, message):
    found = forged(
        BY_NAME["false-always-harder"],
        lambda item: replace(item, counterexample={**item.counterexample, **values}),
        lambda item: item.outcome is Outcome.REFUTED,
    )
    (failure,) = found.of("failed")
    assert message in failure.detail
    assert not found.holds


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("limit", {"y": "-1"}),
        ("infinite limit", {"y": "1"}),
        ("matrices", {"derived": "[[0]]"}),
        ("matrices", {"S": "[[-1]]"}),
        ("mixtures", {"lhs": "3"}),
    ],
)
def test_a_forged_counterexample_of_another_kind_fails(kind, values):
    found = forged(
        FALSE[kind],
        lambda item: replace(item, counterexample={**item.counterexample, **values}),
        lambda item: item.outcome is Outcome.REFUTED,
    )
    assert len(found.of("failed")) == 1


def test_a_mixture_that_is_none_fails():
    def heavier(data):
        data["mixture"]["classes"][0]["weight"] = "2"

    found = forged(FALSE["mixtures"], with_data(heavier))
    assert "weights" in found.of("failed")[0].detail


def test_a_forged_witness_fails():
    def outside(data):
        data["witness"]["p"] = "1"

    found = forged(BY_NAME["gain-nonnegative"], with_data(outside))
    assert [item.what for item in found.of("failed")] == ["witness"]


def reason(data):
    return data["certificate"]["certificate"]["numerator"]


CHANGES = {
    "a factor": ("gain-nonnegative", lambda data: reason(data)["factors"][0].update(factor="x5")),
    "an exponent": ("gain-nonnegative", lambda data: reason(data)["factors"][1].update(exponent=1)),
    "a constant": ("gain-nonnegative", lambda data: reason(data).update(constant="-1/2")),
    "a reason": ("gain-nonnegative", lambda data: reason(data)["factors"][0].update(by="because")),
    "no reason": ("gain-nonnegative", lambda data: reason(data)["factors"][0].update(by=None)),
    "no certificate": ("gain-nonnegative", lambda data: data.update(certificate="identity")),
    "nothing": ("gain-nonnegative", lambda data: data.pop("certificate")),
    "an atom": ("gain-nonnegative", lambda data: data["atoms"].append("gain")),
    "a sign that does not follow": (
        "gain-nonnegative",
        lambda data: data["coordinates"][0]["cases"][0].append(["omega_NAL", "x20", "1"]),
    ),
    "a bound that does not follow": (
        "gain-nonnegative",
        lambda data: data["coordinates"][0]["cases"][0].append(["m", "x9 + 1", "1"]),
    ),
    "no coordinates": ("gain-nonnegative", lambda data: data.pop("coordinates")),
    "a case": ("ratio-bound", lambda data: data["coordinates"][0]["cases"].pop()),
    "a reason of a case": ("ratio-bound", lambda data: reason(data)["cases"].pop()),
    "no factors in common": (
        "gain-zero-iff",
        lambda data: data["certificate"].update({"both vanish exactly with": []}),
    ),
    "too few factors": (
        "gain-zero-iff",
        lambda data: data["certificate"]["both vanish exactly with"].remove("x4"),
    ),
    "a factor of one side": (
        "gain-zero-iff",
        lambda data: data["certificate"]["both vanish exactly with"].append("x1"),
    ),
    "a part": ("curvature-positive-definite", lambda data: data["certificate"]["all of"].pop()),
    "a hypothesis": ("best-step", lambda data: data["coordinates"].clear()),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_forged_certificate_fails(what):
    name, change = CHANGES[what]
    found = forged(BY_NAME[name], with_data(change), is_certificate)
    assert [item.what for item in found.of("failed")] == ["certificate"]


@pytest.mark.parametrize("name", ["small-steps-optimum", "ratio-diverges"])
def test_a_limit_without_its_coordinates_fails(name):
    found = forged(
        BY_NAME[name],
        with_data(lambda data: data["coordinates"][0]["cases"][0].clear()),
        lambda item: "coordinates" in item.data and item.obligation.name == "CONCLUSION",
    )
    assert len(found.of("failed")) == 1


@pytest.mark.parametrize(
    "name", ["gain-nonnegative", "gain-grows-with-distance", "small-steps-optimum", "moment-second"]
)
def test_the_proof_of_another_claim_fails(name):
    """The evidence of a true claim, presented for a false one that differs in one sign."""
    claim = BY_NAME[name]
    conclusion = claim.conclusion
    if isinstance(conclusion, Statement):
        false = replace(claim, conclusion=Statement(le(conclusion.formula.lhs, conclusion.formula.rhs)))
    elif isinstance(conclusion, Monotonicity):
        false = replace(claim, conclusion=replace(conclusion, direction="nonincreasing"))
    elif isinstance(conclusion, Limit):
        false = replace(claim, conclusion=replace(conclusion, value=sp.S.One))
    else:
        false = replace(claim, conclusion=replace(conclusion, stated=-conclusion.stated))
    found = replay(recorded(false, evidence=judged(claim)), [false])
    assert [item.what for item in found.of("failed")] == ["certificate"]


def test_a_proof_does_not_outlive_a_hypothesis_that_it_used():
    claim = user_claim(Statement(gt(x + y, 0)), gt(x, 0), ge(y, 0))
    weaker = replace(claim, hypotheses=(ge(x, 0), ge(y, 0)))
    assert replay(recorded(claim), [claim]).holds
    assert replay(recorded(weaker, evidence=judged(claim)), [weaker]).of("failed")


def test_a_denominator_that_may_vanish_fails():
    claim = user_claim(Statement(ge(y**2 / x**2, 0)), gt(x, 0))
    weaker = replace(claim, hypotheses=(ge(x, 0),))
    assert replay(recorded(claim), [claim]).holds
    assert replay(recorded(weaker, evidence=judged(claim)), [weaker]).of("failed")


def test_an_assumption_that_is_split_into_cases_is_checked_in_each():
    claim = user_claim(Statement(gt(x**2 + y**2, 0)), Or((gt(x, 0), gt(y, 0))), ge(x, 0), ge(y, 0))
    weaker = replace(claim, hypotheses=(Or((gt(x, 0), ge(y, 0))), ge(x, 0), ge(y, 0)))
    assert replay(recorded(claim), [claim]).holds
    assert replay(recorded(weaker, evidence=judged(claim)), [weaker]).of("failed")


# --- A replay that is itself broken is noticed


def test_an_evaluation_that_always_agrees_is_caught(monkeypatch):
    record = recorded(BY_NAME["false-always-harder"])
    monkeypatch.setattr(Goal, "standing", lambda self, point: Standing.HOLDS)
    assert [item.what for item in replay(record, builtin_claims()).of("failed")] == ["counterexample"]


def test_malformed_evidence_is_a_failure_and_no_crash():
    found = forged(BY_NAME["gain-nonnegative"], with_data(lambda data: data.update(coordinates=7)), is_certificate)
    (failure,) = found.of("failed")
    assert "malformed" in failure.detail


# --- The command


def written(tmp_path, record):
    path = tmp_path / "ledger.json"
    path.write_text(json.dumps(record))
    return path


def test_the_command_ends_with_0_1_or_2(tmp_path):
    claim = BY_NAME["false-always-harder"]
    held = run("replay", written(tmp_path, recorded(claim)))
    assert (held.exit_code, "1 counterexample replayed" in held.output) == (0, True)
    evidence = [replace(judged(claim)[-1], counterexample={**judged(claim)[-1].counterexample, "alpha": "1/10"})]
    failed = run("replay", written(tmp_path, recorded(claim, evidence=evidence)))
    assert failed.exit_code == 1
    assert "false-always-harder: counterexample of" in failed.output
    broken = recorded(claim)
    change_value(broken)
    refused = run("replay", written(tmp_path, broken), "--json", "-")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "false-always-harder" in refused.stderr
    assert refused.stderr.count("\n") == 1


def test_the_json_of_the_command_says_what_became_of_everything(tmp_path):
    result = run("replay", written(tmp_path, recorded(BY_NAME["gain-isotropic"])), "--json", "-")
    found = strict_json(result.stdout)
    assert found["schema"] == "landscape.replay/1"
    assert (found["holds"], found["claims"]) == (True, 1)
    assert sum(found["counts"].values()) == len(found["items"])
    assert {item["outcome"] for item in found["items"]} == {"replayed", "not replayed"}
