"""`landscape methods`, `landscape compare`, and methods in `show`, `latex` and `evaluate`."""

import dataclasses
import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

import proofs_check.neighbours
from numerics.solutions import evaluated_problem, place
from proofs_check.neighbours import compare_methods
from theory.errors import UnsupportedError
from theory.methods import METHODS, NAMES
from theory.methods.parameters import parameters_of


def module(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


commanding = module(Path(__file__).with_name("commanding.py"))
testbeds = module(Path(__file__).parents[1] / "testbeds.py")
run, strict_json = commanding.run, commanding.strict_json

KEYS = ["name", "theta", "risk", "gain_over_nal", "regret_to_maml", "t", "exists", "stable", "notes"]


@pytest.fixture
def t0(tmp_path):
    def write(method=None, **adaptation):
        path = tmp_path / "t0.toml"
        path.write_text(testbeds.t0(method, **adaptation).to_toml(), encoding="utf-8")
        return path

    return write


def compared(*arguments):
    result = run("compare", *arguments, "--json", "-")
    assert (result.exit_code, result.stderr) == (0, "")
    report = strict_json(result.stdout)
    assert report["schema"] == "landscape.compare/1"
    return {entry["name"]: entry for entry in report["methods"]}


# methods


def test_methods_lists_every_method_with_its_parameters():
    result = run("methods", "--json", "-")
    report = strict_json(result.stdout)

    assert result.exit_code == 0
    assert [entry["name"] for entry in report["methods"]] == list(NAMES)
    for entry in report["methods"]:
        assert all(entry[key] for key in ("title", "paper", "reweights", "conditions", "rule"))
        assert [item["key"] for item in entry["parameters"]] == [
            item.name for item in parameters_of(METHODS[entry["name"]])
        ]
    table = run("methods").stdout
    assert all(name in table for name in NAMES)


# compare


def test_compare_places_every_method(t0):
    entries = compared(t0())

    assert list(entries) == list(NAMES)
    problem = evaluated_problem(testbeds.T0)
    for name, entry in entries.items():
        assert list(entry)[: len(KEYS)] == KEYS
        placed = place(testbeds.T0.method(name), problem)
        assert entry["stable"] == placed.solution.stable
        if placed.solution.theta is not None:
            np.testing.assert_array_equal(entry["theta"], placed.solution.theta)
    assert entries["nal"]["gain_over_nal"] == entries["maml"]["regret_to_maml"] == 0
    assert entries["fomaml"]["t"] == pytest.approx(0.2647, abs=1e-4)


def test_compare_takes_a_choice_of_methods_in_any_order(t0):
    assert list(compared(t0(), "--methods", "fomaml,nal", "--methods", "maml")) == ["nal", "maml", "fomaml"]


def test_compare_reads_the_methods_tables(t0):
    many = compared(t0({"mamf": {"epochs": 40, "step_size": 0.2}}), "--methods", "mamf")["mamf"]

    assert many["t"] == pytest.approx(0.4459, abs=1e-4)


def test_an_unstable_method_says_so_and_is_not_simulated(t0):
    # alpha rho_E = 1.2: FOMAML's easy weight is negative, and so is the sum.
    entry = compared(t0(step_size=1.2), "--methods", "fomaml", "--simulate")["fomaml"]

    assert (entry["exists"], entry["stable"]) == (True, False)
    assert any("unstable" in note for note in entry["notes"])
    assert entry["simulated"] == {"agrees": None, "diagnosis": "not run: it has no stable point of rest"}


def test_a_simulation_that_agrees_says_how_small_an_error_it_would_have_noticed(t0):
    entries = compared(t0(), "--methods", "nal,fomaml", "--simulate", "--seed", "5", "--workers", "1")

    for entry in entries.values():
        simulated = entry["simulated"]
        assert simulated["agrees"] is True
        assert simulated["z_max"] <= simulated["critical_value"]
        assert 0 < max(simulated["detectable"]) < 0.05
        assert simulated["quantities"] == ["theta"]


def test_a_wrong_closed_form_is_noticed_and_ends_with_one(t0, monkeypatch):
    reached = proofs_check.comparison._reached
    monkeypatch.setattr(proofs_check.comparison, "_reached", lambda *args: reached(*args) + 0.1)

    result = run("compare", t0(), "--methods", "fomaml", "--simulate")

    assert result.exit_code == 1
    assert "DIFFERS" in result.stdout
    assert "0 of 1 simulation agree" in result.stdout


@pytest.mark.parametrize(("moving", "agrees", "words"), [(True, None, "moving"), (False, False, "DIFFERS")])
def test_a_run_that_differs_decides_nothing_while_it_moves(t0, monkeypatch, moving, agrees, words):
    compare = proofs_check.neighbours.compare_descent

    def elsewhere(*args, **options):
        run = compare(*args, **options)
        return dataclasses.replace(run, theta=run.theta + 1, converged=not moving, diagnosis="as told")

    monkeypatch.setattr(proofs_check.neighbours, "compare_descent", elsewhere)

    told = run("compare", t0(), "--methods", "nal", "--simulate")
    report = strict_json(run("compare", t0(), "--methods", "nal", "--simulate", "--json", "-").stdout)

    assert told.exit_code == (0 if moving else 1)
    assert words in told.stdout
    assert ("as told" in told.stdout) is moving
    assert report["methods"][0]["simulated"]["agrees"] is agrees


def test_what_a_method_says_nothing_about_is_a_note(monkeypatch):
    def refuse(method, problem):
        raise UnsupportedError("three classes only")

    monkeypatch.setattr(proofs_check.neighbours, "place", refuse)

    (found,) = compare_methods(testbeds.T0, ["nal"], simulate=True, workers=1)

    assert (found.placed, found.refusal, found.simulated) == (None, "three classes only", None)


@pytest.mark.parametrize("suffix", [".svg", ".png", ".pdf"])
def test_the_figure_is_written(t0, tmp_path, suffix):
    figure = tmp_path / f"methods{suffix}"

    result = run("compare", t0(), "--methods", "nal,maml,fomaml", "-o", figure)

    assert result.exit_code == 0
    assert figure.stat().st_size > 1000
    assert [path.name for path in tmp_path.iterdir() if "tmp" in path.name] == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--methods", "fomam"], "unknown method 'fomam': did you mean 'fomaml'"),
        (["--methods", ""], "unknown method ''"),
        (["-o", "figure.txt"], "must end in .svg, .png, .pdf"),
        (["-o", "no/such/folder/figure.svg"], "there is no folder"),
        (["--workers", "2"], "--workers is for --simulate only"),
    ],
)
def test_wrong_arguments_are_refused(t0, arguments, message):
    result = run("compare", t0(), *arguments)

    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr


def test_a_wrong_table_is_refused_with_the_name_of_the_file(t0, tmp_path):
    path = t0()
    path.write_text(path.read_text(encoding="utf-8") + "\n[method.mamf]\nepochs = 0\n", encoding="utf-8")

    result = run("compare", path)

    assert (result.exit_code, result.stdout) == (2, "")
    assert f"{path}: method.mamf.epochs: got 0; must be an integer" in result.stderr


# show, latex, evaluate, simulate


@pytest.mark.parametrize("name", NAMES)
def test_show_prints_a_method(name):
    result = run("show", name)
    entry = strict_json(run("show", name, "--json", "-").stdout)

    assert (result.exit_code, result.stderr) == (0, "")
    assert METHODS[name].title in result.stdout
    assert ":`" not in result.stdout  # what only a generator of documentation turns into a link
    assert entry["schema"] == "landscape.show-method/1"
    assert entry["name"] == name


@pytest.mark.parametrize("name", NAMES)
def test_latex_typesets_a_method(name):
    result = run("latex", name, "--form", "align")

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(r"\begin{align*}")


def test_evaluate_adds_methods_on_request(t0):
    path = t0()
    report = json.loads(run("evaluate", path, "--learner", "fomaml,maml", "--exact", "--json", "-").stdout)

    assert list(report["theta"]) == list(report["risk"]) == ["nal", "maml", "fomaml"]
    assert report["theta"]["fomaml"][0] == "8/17"
    assert "excess risk of fomaml" in run("evaluate", path, "--learner", "fomaml").stdout


def test_evaluate_refuses_an_unknown_method(t0):
    result = run("evaluate", t0(), "--learner", "fomam")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "unknown method 'fomam'" in result.stderr
