"""`--claims` of every command that takes claims, and `landscape new-claim`."""

import importlib.util
import os
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location("commanding", Path(__file__).with_name("commanding.py"))
commanding = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(commanding)

run, strict_json = commanding.run, commanding.strict_json

STATED = """\
import sympy as sp
from theory import *
x, y = sp.symbols("x y")
true = Claim("mine.true", "A bound.", (gt(x, 0), gt(y, x)), Statement(gt(x + y, 2 * x)))
false = Claim("mine.false", "No bound.", (gt(x, 0),), Statement(gt(x, 1)), expected="refuted")
mixtures = Claim("mine.mixtures", "A property.", (), MixtureProperty(lambda e: (e.gain, ">=", 0)), expected="supported")
"""
VACUOUS = """\
from theory import *
nothing = Claim("mine.nothing", "-", (gt(alpha, 1), lt(alpha, 0)), Statement(gt(alpha, 0)))
"""


@pytest.fixture
def stated(tmp_path, monkeypatch):
    """The working folder, with a file of three claims."""
    monkeypatch.chdir(tmp_path)
    path = Path("claims_mine.py")
    path.write_text(STATED, encoding="utf-8")
    return path


def assert_refused(result, *words):
    assert (result.exit_code, result.stdout) == (2, "")
    assert all(word in result.stderr for word in words), result.stderr
    assert "Traceback" not in result.output


def test_list_shows_the_claims_of_the_file_alone(stated):
    listed = strict_json(run("list", "--claims", stated, "--json", "-").stdout)["claims"]
    assert [(entry["name"], entry["source"]) for entry in listed] == [
        (name, {"kind": "user", "reference": ""}) for name in ("mine.true", "mine.false", "mine.mixtures")
    ]


def test_verify_judges_them_and_replay_needs_the_file_again(stated):
    result = run("verify", "--claims", stated, "--budget", "small", "--json", "ledger.json")

    assert result.exit_code == 0, result.output
    entries = strict_json(Path("ledger.json").read_text(encoding="utf-8"))["claims"]
    assert [entry["verdict"] for entry in entries] == ["proved", "refuted", "supported"]
    assert {entry["source"] for entry in entries} == {"user"}
    assert_refused(run("replay", "ledger.json"), "'mine.true', which is not among the claims", "--claims")
    replayed = run("replay", "ledger.json", "--claims", stated)
    assert (replayed.exit_code, "everything that can be replayed holds" in replayed.stdout) == (0, True)


def test_a_ledger_does_not_depend_on_where_its_file_lies_but_on_what_it_states(stated):
    run("verify", "--claims", stated, "--budget", "small", "--json", "ledger.json")
    Path("paper").mkdir()
    stated.rename("paper/claims_mine.py")
    assert run("replay", "ledger.json", "--claims", "paper").exit_code == 0
    Path("paper/claims_mine.py").write_text(STATED.replace("gt(y, x)", "gt(y, 2 * x)"), encoding="utf-8")
    assert_refused(run("replay", "ledger.json", "--claims", "paper"), "mine.true", "another statement")


def test_a_claim_about_nothing_is_an_error_that_says_where_it_is_stated(stated):
    Path("nothing.py").write_text(VACUOUS, encoding="utf-8")
    for command in ("verify --budget small", "show mine.nothing --budget small", "mutate --jobs 1", "prove --kernel"):
        result = run(*command.split(), "--claims", "nothing.py", "--json", "out.json")
        assert_refused(result, "nothing.py:2: mine.nothing: the hypotheses contradict each other")
    assert not Path("out.json").exists()


def test_a_property_that_cannot_be_computed_is_an_error_that_says_where_it_is_stated(stated):
    for returned, words in (("e.gian", "AttributeError"), ("e.gain", "return the left side, one of <")):
        stated.write_text(STATED.replace('(e.gain, ">=", 0)', returned), encoding="utf-8")
        result = run("verify", "mine.mixtures", "--claims", stated, "--budget", "small")
        assert_refused(result, "claims_mine.py:6: mine.mixtures: its property", words)


def test_show_mutate_and_latex_take_them(stated):
    shown = run("show", "mine.false", "--claims", stated, "--budget", "small")
    assert (shown.exit_code, "fails at x = 1" in shown.stdout) == (0, True)
    assert run("latex", "mine.true", "--claims", stated, "--form", "inline").stdout == "$x + y > 2 x$\n"
    listed = run("latex", "--list", "--claims", stated).stdout
    assert ("mine.true: A bound." in listed, "collins2022" in listed) == (True, False)
    assert r"\texttt{mine.true}" in run("latex", "--all", "--claims", stated).stdout


def test_the_processes_of_mutate_read_the_file_for_themselves(stated):
    result = run("mutate", "mine.true", "--claims", stated, "--limit", "2", "--jobs", "2", "--json", "-")
    assert [len(entry["mutants"]) for entry in strict_json(result.stdout)["claims"]] == [2]


@pytest.mark.parametrize(
    "command", ["verify", "list", "mutate", "latex --list", "prove --kernel", "replay ledger.json"]
)
def test_every_command_refuses_a_broken_file_with_one_message(command, stated):
    run("verify", "collins2022.gain-isotropic", "--budget", "small", "--json", "ledger.json")
    stated.write_text("1 / 0\n", encoding="utf-8")
    result = run(*command.split(), "--claims", stated)
    assert_refused(result, "claims_mine.py:1: ZeroDivisionError: division by zero")
    assert result.stderr.count("\n") == 1


def test_ctrl_c_in_a_file_ends_the_command_as_anywhere(stated):
    stated.write_text("raise KeyboardInterrupt\n", encoding="utf-8")
    assert run("list", "--claims", stated).exit_code == 130


def test_new_claim_writes_what_is_judged_as_it_should_be(stated):
    result = run("new-claim", "small-steps")

    assert result.exit_code == 0
    assert "landscape verify --claims claims_small_steps.py" in result.stdout
    judged = run("verify", "--claims", "claims_small_steps.py", "--budget", "small", "--json", "-")
    assert judged.exit_code == 0, judged.output
    verdicts = {entry["name"]: entry["verdict"] for entry in strict_json(judged.stdout)["claims"]}
    assert verdicts == {"small-steps.nal-share": "proved", "small-steps.always-harder": "refuted"}


def test_new_claim_overwrites_nothing_and_leaves_nothing_half_written(stated):
    for arguments in (["mine"], ["other", "-o", "claims_mine.py"]):
        assert_refused(run("new-claim", *arguments), "'claims_mine.py' exists and is not overwritten", "-o FILE")
    os.symlink("nowhere.py", "link.py")
    assert_refused(run("new-claim", "other", "-o", "link.py"), "exists")
    assert_refused(run("new-claim", "other", "-o", "no/such.py"), "there is no folder 'no'")
    assert stated.read_text(encoding="utf-8") == STATED
    assert sorted(os.listdir()) == ["claims_mine.py", "link.py"]


@pytest.mark.parametrize("name", ["", "a b", "../up", "1st", "-x", "a--b", "naïve", "a.py", "a/b", 'a"b'])
def test_a_name_that_claims_cannot_have_is_refused(name, stated):
    result = run("new-claim", "--", name)
    assert_refused(result, "cannot name claims and their file", "small-steps")
    assert os.listdir() == ["claims_mine.py"]


def test_new_claim_writes_to_stdout_on_request(stated):
    result = run("new-claim", "mine", "-o", "-")
    assert result.stdout.startswith('"""Claims on mine.')
    compile(result.stdout, "claims", "exec")
