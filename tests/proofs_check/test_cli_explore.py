"""`landscape explore`: every estimator with its errors and what it saves, beside the closed form."""

import importlib.util
from pathlib import Path

import pytest

import numerics.exploration.run
from numerics.exploration import ESTIMATORS, OUTCOMES
from proofs_check.commands.options import DEFAULT_SEED

_spec = importlib.util.spec_from_file_location("commanding", Path(__file__).with_name("commanding.py"))
commanding = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(commanding)

SMALL, SOLVED = commanding.SMALL, commanding.SOLVED
run = commanding.run
strict_json = commanding.strict_json

FEW = ("--samples", "2048")


@pytest.fixture
def config(tmp_path):
    """Write a configuration and return its path."""

    def write(text=SMALL):
        path = tmp_path / "config.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def without_times(report):
    return {**report, "estimators": [{**entry, "seconds": 0} for entry in report["estimators"]]}


def test_every_estimator_is_named_with_its_errors_and_what_it_saves(config):
    arguments = ["explore", config(), *FEW, "--json", "-"]

    result = run(*arguments)

    report = strict_json(result.stdout)
    assert (result.exit_code, result.stderr) == (0, "")
    assert list(report) == [
        *("schema", "configuration", "seed", "samples", "closed_form", "pairing", "estimators", "agrees"),
        *("interrupted", "notes"),
    ]
    assert (report["schema"], report["seed"], report["samples"]) == ("landscape.explore/1", DEFAULT_SEED, 2048)
    assert (report["agrees"], report["interrupted"], report["notes"]) == (True, False, [])
    assert report["pairing"] > 0
    assert [entry["name"] for entry in report["estimators"]] == list(ESTIMATORS)
    closed = report["closed_form"]
    assert list(closed) == list(OUTCOMES)
    assert closed["gain"] == pytest.approx(closed["risk_nal"] - closed["risk_maml"])
    for entry in report["estimators"]:
        assert list(entry) == ["name", "description", "samples", "seconds", "agrees", *OUTCOMES]
        assert 1024 < entry["samples"] <= 2048
        for outcome in OUTCOMES:
            found = entry[outcome]
            assert list(found) == [
                *("value", "standard_error", "z", "critical_value", "variance_reduction", "samples_for_1e-4")
            ]
            assert found["z"] == pytest.approx((found["value"] - closed[outcome]) / found["standard_error"])
            assert found["critical_value"] == "inf" or abs(found["z"]) < found["critical_value"]
            spent = (found["standard_error"] / (1e-4 * closed[outcome])) ** 2 * entry["samples"]
            assert found["samples_for_1e-4"] == pytest.approx(spent, rel=1e-6)
    assert {entry["gain"]["variance_reduction"] for entry in report["estimators"]} >= {1.0}
    assert without_times(strict_json(run(*arguments).stdout)) == without_times(report)  # the same seed repeats the run
    assert (
        strict_json(run(*arguments, "--seed", "7").stdout)["estimators"][0]["gain"] != report["estimators"][0]["gain"]
    )


def test_the_tables_say_what_was_done(config):
    result = run("explore", config(), *FEW)

    assert result.exit_code == 0
    for name, estimator in ESTIMATORS.items():
        assert f"{name}: {estimator.description}" in result.stdout
    for words in (
        "closed form",
        "less variance",
        "tasks for 1e-4",
        "times the variance",
        "all agree with",
        "(seed 2022)",
    ):
        assert words in " ".join(result.stdout.split())


def test_a_gain_of_zero_has_no_relative_accuracy(config):
    path = config(SMALL.replace("[1.0, -2.0]", "0.0"))
    report = strict_json(run("explore", path, *FEW, "--json", "-").stdout)
    told = run("explore", path, *FEW)

    assert report["closed_form"]["gain"] == 0
    for entry in report["estimators"]:
        assert entry["gain"]["samples_for_1e-4"] is None
        assert entry["risk_maml"]["samples_for_1e-4"] > 0
        assert entry["agrees"] is True
    assert told.exit_code == 0
    assert "n/a" in told.stdout


def test_solutions_without_any_risk_are_no_obstacle(config):
    """Every task is solved in one step: MAML's risk is zero, and not one number is random about it."""
    report = strict_json(run("explore", config(SOLVED.format(easy="0")), *FEW, "--json", "-").stdout)

    assert report["closed_form"]["risk_maml"] == pytest.approx(0, abs=1e-30)
    assert report["agrees"] is True
    assert report["estimators"][0]["risk_maml"]["variance_reduction"] is None


def test_a_wrong_closed_form_is_noticed(config, monkeypatch):
    evaluate = numerics.exploration.run.evaluate

    def wrong(*arguments):
        evaluation = evaluate(*arguments)
        return type(evaluation)(**{**vars(evaluation), "risk_nal": 1.5 * evaluation.risk_nal})

    monkeypatch.setattr(numerics.exploration.run, "evaluate", wrong)

    result = run("explore", config(), *FEW, "--json", "-")
    told = run("explore", config(), *FEW)

    assert (result.exit_code, told.exit_code) == (1, 1)
    assert strict_json(result.stdout)["agrees"] is False
    assert "DIFFERS from the closed form" in told.stdout or "DIFFER from the closed form" in told.stdout


def test_ctrl_c_keeps_what_was_found(config, monkeypatch, tmp_path):
    import numerics.exploration.estimators

    def stopped(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(numerics.exploration.estimators, "controlled", stopped)

    result = run("explore", config(), *FEW, "--json", tmp_path / "out.json")

    report = strict_json((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert (result.exit_code, report["interrupted"]) == (130, True)
    assert [entry["name"] for entry in report["estimators"]] == ["plain", "noise-out"]
    assert "controls and what comes after it: left out (stopped by Ctrl-C)" in result.stdout


@pytest.mark.parametrize(
    ("text", "arguments", "message"),
    [
        (SMALL, ["--samples", "1023"], "1023 is not in the range x>=1024"),
        (SMALL, ["--samples", "nan"], "'nan' is not a valid integer"),
        (SMALL, ["--seed", "-1"], "-1"),
        (SMALL.replace("step_size = 0.5", "step_size = nan"), [], "step_size"),
        (SMALL.replace("0.5\nsamples = 4", '1.0\nsamples = "inf"').replace("0.25", "1.0"), [], "MAML's optimum is not"),
        (SMALL.replace("[1.0, -2.0]", "1e60"), [], "third powers"),
        ("no toml", [], "config.toml"),
    ],
)
def test_what_cannot_be_explored_is_refused_in_one_message(config, text, arguments, message, tmp_path):
    result = run("explore", config(text), *arguments, "--json", tmp_path / "out.json")

    assert (result.exit_code, result.stdout) == (2, "")
    assert message in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "out.json").exists()
