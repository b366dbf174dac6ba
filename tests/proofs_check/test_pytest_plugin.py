"""The pytest plugin, run on projects that hold claims."""

import subprocess
import sys

import pytest

import proofs_check.judging

# Kept by pytester between the runs that it makes in this process.
import proofs_check.properties
import theory.api
from proofs_check.verify import FALSE_ALARM

pytest_plugins = ["pytester"]

HEAD = "import sympy as sp\nfrom theory import *\nx, y = sp.symbols('x y')\n"
TRUE = "true = Claim('{0}.true', 'x + 1 exceeds x.', (gt(x, 0),), Statement(gt(x + 1, x)))\n"
FALSE = "false = Claim('{0}.false', 'x exceeds 1.', (gt(x, 0),), Statement(gt(x, 1)){1})\n"
VACUOUS = "vacuous = Claim('{0}.vacuous', 'Nothing.', (gt(x, 1), lt(x, 0)), Statement(gt(x, 0)))\n"
SMALL = ("--landscape-budget", "small", "-p", "no:cacheprovider")


@pytest.fixture
def project(pytester):
    """A project of a user's, with files of claims by their names."""

    def write(**files):
        for name, body in files.items():
            pytester.path.joinpath(f"{name}.py").write_text(HEAD + body, encoding="utf-8")
        return pytester

    return write


def test_each_claim_is_an_item_that_passes_with_the_expected_verdict(project):
    expected = FALSE.format("mine", ", expected='refuted'")
    result = project(claims_mine=TRUE.format("mine") + expected).runpytest_inprocess("-v", "-rA", *SMALL)
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines([
        "landscape: seed 2022, budget small*",
        "claims_mine.py::mine.true PASSED*",
        "claims_mine.py::mine.false PASSED*",
        "*Captured verdict call*",
        "proved: *",
        "refuted: *fails at x = 1*",
    ])  # fmt: skip


def test_another_verdict_fails_and_is_reported_without_a_traceback(project):
    result = project(claims_mine=FALSE.format("mine", "")).runpytest_inprocess(*SMALL, "--landscape-seed", "7")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([
        "landscape: seed 7, budget small*",
        "*claim mine.false*",
        "mine.false: x exceeds 1.",
        "expected: proved",
        "got:      refuted",
        "because:  *",
        "counterexample: x = 1",
        "to repeat: landscape show mine.false --claims *claims_mine.py --budget small --seed 7",
    ])  # fmt: skip
    assert "Traceback" not in result.stdout.str()
    assert "pytest_plugin.py" not in result.stdout.str()


def test_a_claim_about_nothing_fails_and_the_others_are_judged(project):
    result = project(claims_mine=VACUOUS.format("mine") + TRUE.format("mine")).runpytest_inprocess(*SMALL)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["claims_mine.py:4: mine.vacuous: the hypotheses contradict each other*"])


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("1 / 0\n", "claims_mine.py:4: ZeroDivisionError: division by zero"),
        ("def\n", "claims_mine.py:4: not Python: invalid syntax"),
        ("", "claims_mine.py: states no claim;*"),
        (TRUE.format("mine").replace("gt(x + 1, x)", "gt(x + y, x)"), "claims_mine.py:4: mine.true: *symbol y*"),
    ],
)
def test_a_file_that_is_refused_is_a_readable_error_of_collection(project, body, message):
    result = project(claims_mine=body).runpytest_inprocess(*SMALL)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([message])
    assert "Traceback" not in result.stdout.str()


def test_names_are_unique_across_the_files_of_a_run(project):
    made = project(claims_one=TRUE.format("mine"), claims_two=TRUE.format("mine"))
    result = made.runpytest_inprocess(*SMALL)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["two claims are named 'mine.true', at claims_one.py:4 and at claims_two.py:4;*"])


def test_one_false_alarm_probability_and_one_set_of_solvers_for_all_claims_that_run(project, monkeypatch):
    asked = []
    judge = proofs_check.judging.judge

    def record(claim, **options):
        asked.append(options)
        return judge(claim, **options)

    monkeypatch.setattr(proofs_check.judging, "judge", record)
    made = project(claims_one=TRUE.format("one") + FALSE.format("one", ""), claims_two=TRUE.format("two"))
    made.runpytest_inprocess(*SMALL, "-k", "true").assert_outcomes(passed=2, deselected=1)
    assert [options["false_alarm"] for options in asked] == [FALSE_ALARM / 2] * 2
    assert len({id(options["solvers"]) for options in asked}) == 1
    assert asked[0]["solvers"].process_ids == {}  # ended with the run


@pytest.mark.parametrize(
    "options", [[], ["--import-mode=importlib"], ["claims_mine.py"], ["claims_mine.py::mine.true"]]
)
def test_a_file_of_claims_is_executed_once_and_is_no_file_of_tests(project, options):
    body = "import sys\nsys.executed = getattr(sys, 'executed', 0) + 1\ndef test_never(): assert False\n"
    made = project(claims_mine=body + TRUE.format("mine"), test_other="def test_other(): pass\n")
    result = made.runpytest_inprocess(*SMALL, *options)
    result.assert_outcomes(passed=1 if "claims" in " ".join(options) else 2)
    executed, sys.executed = sys.executed, 0
    assert executed == 1


def test_where_the_project_says_that_they_hold_tests_too_both_are_collected(project):
    made = project(claims_mine=TRUE.format("mine") + "def test_too(): pass\n")
    made.makeini("[pytest]\npython_files = test_*.py claims_*.py\n")
    made.runpytest_inprocess(*SMALL).assert_outcomes(passed=2)


def test_the_processes_of_xdist_judge_the_same_claims(project):
    made = project(claims_one=TRUE.format("one") + FALSE.format("one", ""), claims_two=TRUE.format("two"))
    made.runpytest_subprocess(*SMALL, "-n", "2").assert_outcomes(passed=2, failed=1)


def test_the_configuration_file_sets_budget_and_seed_and_is_checked(project):
    made = project(claims_mine=TRUE.format("mine"))
    for seed, budget, words in (
        ("11", "small", "landscape: seed 11, budget small*"),
        ("-1", "small", "ERROR: landscape_seed is '-1'; give a whole number of at least 0"),
        ("11", "huge", "ERROR: landscape_budget is 'huge'; give one of small, normal, large"),
    ):
        made.makeini(f"[pytest]\nlandscape_seed = {seed}\nlandscape_budget = {budget}\n")
        result = made.runpytest_inprocess("-p", "no:cacheprovider", "--collect-only")
        (result.stderr if words.startswith("ERROR") else result.stdout).fnmatch_lines([words])


@pytest.mark.parametrize("option", ["--landscape-seed=-1", "--landscape-seed=x", "--landscape-budget=huge"])
def test_a_wrong_option_is_refused(project, option):
    result = project().runpytest_inprocess(option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*error: argument {option.partition('=')[0]}*"])


PROPERTIES = """
from hypothesis import assume
from proofs_check.properties import property_of_mixtures
from proofs_check.strategies import mixtures

@property_of_mixtures
def test_holds(e):
    assume(e.inner_loop.samples is not None)
    return e.gain, ">=", 0

@property_of_mixtures(mixtures=mixtures(max_dimension=1, min_classes=2), examples=40)
def test_fails(e):
    return (e.theta_nal == e.theta_maml).all()

@property_of_mixtures
def test_says_nothing(e):
    return e.gain
"""


def test_a_property_of_mixtures_is_a_test_with_the_seed_of_the_run(project):
    made = project(test_properties=PROPERTIES)
    result = made.runpytest_inprocess("-rP", "--landscape-seed", "7", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines([
        "test_fails: is false",
        "on the mixture: dimension 1; *",
        "the simplest of the failures among * mixtures tried (seed 7)",
        "to repeat: test_fails.at({*})",
        "test_says_nothing returns 0; return whether it holds, or (left side, one of <*",
        "test_holds: holds exactly on * random rational mixtures (seed 7)",
    ])  # fmt: skip
    assert "mixture_search.py" not in result.stdout.str()


def test_the_plugin_loads_nothing_that_computes():
    code = (
        "import sys, proofs_check.pytest_plugin\n"
        "print(sorted({'numpy', 'sympy', 'scipy', 'hypothesis', 'click', 'rich', 'z3'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_nothing_of_the_library_s_own_is_collected(pytestconfig):
    folders = [pytestconfig.rootpath / name for name in ("theory", "numerics", "proofs_check", "tests")]
    assert [path for folder in folders for path in folder.rglob("claims_*.py")] == []
    assert theory.api.Claim is proofs_check.verify.Claim
    assert proofs_check.properties.property_of_mixtures is not None
