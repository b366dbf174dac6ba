"""`landscape fuzz`: what it prints, keeps, replays and refuses, and how it stops."""

import importlib.util
import json
from pathlib import Path

import pytest
from hypothesis.database import InMemoryExampleDatabase

from proofs_check.fuzz import claim_hunt as running
from proofs_check.fuzz import fuzz
from proofs_check.fuzz.archive import Archive
from proofs_check.fuzz.targets import PointTarget, targets_of
from theory.claim import builtin_claims

_spec = importlib.util.spec_from_file_location("commanding", Path(__file__).with_name("commanding.py"))
commanding = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(commanding)
run, strict_json = commanding.run, commanding.strict_json

FALSE, TRUE = "collins2022.false-always-harder", "collins2022.hard-tilt-impossible"
SECOND = "collins2022.false-more-discrepancy"
BY_NAME = {claim.name: claim for claim in builtin_claims()}


@pytest.fixture(autouse=True)
def storage(tmp_path, monkeypatch):
    monkeypatch.setenv("HYPOTHESIS_STORAGE_DIRECTORY", str(tmp_path / "kept"))
    return tmp_path / "kept"


def written(*arguments):
    result = run("fuzz", *arguments, "--json", "-")
    return result.exit_code, strict_json(result.stdout)


def test_a_false_claim_is_refuted_with_both_sides_kept_and_replayed(storage):
    code, report = written(FALSE, TRUE, "--examples", 300)
    true, false = report["claims"]
    assert (code, report["schema"], report["as_expected"]) == (0, "landscape.fuzz/1", True)
    assert (false["result"], false["replayed"], false["kept"]) == ("refuted", False, True)
    assert false["sides"][0] | {"lhs": "omega_MAML", "operator": "<", "rhs": "omega_NAL"} == false["sides"][0]
    assert (true["result"], true["points"] > 0) == ("not refuted", True)
    assert (storage / "examples").is_dir()

    again = written(FALSE, "--seed", 7)[1]["claims"][0]
    assert again["replayed"]
    assert again["counterexample"] == false["counterexample"]
    assert "replayed from the database" in run("fuzz", FALSE).stdout


def test_what_no_longer_refutes_is_dropped():
    archive = Archive(InMemoryExampleDatabase())
    label = targets_of(BY_NAME[TRUE], 0)[0].label
    archive.save(TRUE, label, {"values": dict.fromkeys(("alpha", "rho_E", "rho_H"), "1")})
    archive.save(TRUE, "no such part", {"values": {}})
    (finding,) = fuzz([BY_NAME[TRUE]], examples=50, archive=archive).findings
    assert finding.result == "not refuted"
    assert list(archive.records(TRUE)) == []


def test_a_true_claim_that_is_refuted_or_a_false_one_that_is_not_ends_with_1(monkeypatch):
    monkeypatch.setattr(PointTarget, "search", lambda self, examples, deadline: None)
    code, report = written(FALSE)
    assert (code, report["as_expected"], report["claims"][0]["as_expected"]) == (1, False, False)


def test_time_is_shared_and_what_was_not_reached_is_said():
    code, report = written("collins2022.hard-tilt-*", "--seconds", "0.000001")
    assert code == 0
    assert report["examples"] is None
    assert {claim["result"] for claim in report["claims"]} <= {"not tested", "not refuted"}


def test_ctrl_c_keeps_what_was_found(monkeypatch, tmp_path):
    real = running.targets_of

    def interrupted(claim, seed):
        if claim.name == SECOND:
            raise KeyboardInterrupt
        return real(claim, seed)

    monkeypatch.setattr(running, "targets_of", interrupted)
    result = run("fuzz", FALSE, SECOND, "--json", tmp_path / "found.json")
    report = json.loads((tmp_path / "found.json").read_text())
    assert result.exit_code == 130
    assert (report["interrupted"], report["as_expected"]) == (True, False)
    assert [claim["result"] for claim in report["claims"]] == ["refuted", "not tested"]
    assert "stopped by Ctrl-C" in report["claims"][-1]["detail"]


def test_a_folder_that_cannot_be_written_is_said_and_nothing_else_is_lost(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HYPOTHESIS_STORAGE_DIRECTORY", str(tmp_path / "file"))
    result = run("fuzz", FALSE)
    assert result.exit_code == 0
    assert "not kept: the example database cannot be written" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["no-such-claim"], "unknown claim 'no-such-claim'"),
        (["--examples", "0"], "0 is not in the range x>=1"),
        (["--seconds", "nan"], "got 'nan'; must be a number of seconds above 0"),
        (["--seconds", "-1"], "got '-1'; must be a number of seconds above 0"),
        (["--seed", "-1"], "-1 is not in the range x>=0"),
    ],
)
def test_wrong_arguments_are_refused(arguments, message):
    result = run("fuzz", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_neither_points_nor_time_is_refused():
    with pytest.raises(ValueError, match="give at least one"):
        fuzz([], examples=None)
