"""The command's contracts: help, exit codes, one message for what is refused; what `latex` and `list` print."""

import importlib.util
import os
from fractions import Fraction
from pathlib import Path

import click
import pytest

import theory
from proofs_check.cli import COMMANDS
from proofs_check.commands.latex import command as latex_command
from theory.claim import builtin_claims
from theory.rendering import FORMS, catalogue, document, render

_spec = importlib.util.spec_from_file_location("commanding", Path(__file__).with_name("commanding.py"))
commanding = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(commanding)

SMALL = commanding.SMALL
run = commanding.run
strict_json = commanding.strict_json

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.toml"))
CLAIMS = {claim.name: claim for claim in builtin_claims()}


@pytest.fixture
def config(tmp_path):
    """Write a configuration and return its path."""

    def write(text=SMALL):
        path = tmp_path / "config.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


# The command as a whole


def test_help_names_every_subcommand():
    result = run("--help")

    assert result.exit_code == 0
    assert all(f"\n  {name} " in result.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_subcommand_has_a_help_page(name):
    result = run(name, "--help")

    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: landscape {name}") or result.stdout.startswith(f"Usage: main {name}")
    assert "--help" in result.stdout


def test_the_version_is_the_distributions():
    assert run("--version").stdout == "landscape 0.1.0\n"


# What is refused: one message, exit code 2, nothing on stdout


def edited(old, new):
    assert old in SMALL
    return SMALL.replace(old, new, 1)


REFUSED_CONFIGURATIONS = {
    "weights do not sum to 1": (edited("weight = 0.5", "weight = 0.4"), "weight", "0.9"),
    "negative weight": (edited("weight = 0.5", "weight = -0.5"), "weight", "-0.5"),
    "asymmetric covariance": (
        edited("covariance = 1.0", "covariance = [[1, 0.5], [0.4, 1]]"),
        "covariance",
        "symmetric",
    ),
    "indefinite covariance": (edited("covariance = 1.0", "covariance = [[1, 2], [2, 1]]"), "covariance", "definite"),
    "shapes disagree": (edited("[1.0, -2.0]", "[1.0, -2.0, 3.0]"), "centre", "2"),
    "unknown key": (edited("noise = 0.5", "noize = 0.5"), "noize", "noise"),
    "missing key": (edited("step_size = 0.5\n", ""), "step_size", "missing"),
    "NaN": (edited("step_size = 0.5", "step_size = nan"), "step_size", "nan"),
    "infinity": (edited("noise = 0.5", "noise = inf"), "noise", "inf"),
    "wrong type": (edited("samples = 4", 'samples = "four"'), "samples", "four"),
    "no sample": (edited("samples = 4", "samples = 0"), "samples", "0"),
    "fractional sample": (edited("samples = 4", "samples = 2.5"), "samples", "2.5"),
    "no inner step": (edited("samples = 4", "samples = 4\nsteps = 0"), "steps", "0"),
    "negative step size": (edited("step_size = 0.5", "step_size = -0.5"), "step_size", "-0.5"),
    "negative noise": (edited("noise = 0.5", "noise = -0.5"), "noise", "-0.5"),
    "indefinite spread": (edited("spread = 0.1", "spread = [[1, 2], [2, 1]]"), "spread", "semidefinite"),
    "unknown data": (edited("samples = 4", 'samples = 4\ndata = "stale"'), "data", "stale"),
    "not TOML": ("dimension = = 2", "TOML", "line 1"),
    "empty": ("", "empty", "dimension"),
    "binary": (b"\x00\x01\x02", "binary", "TOML"),
    "not UTF-8": (b"dimension = 2 # \xff", "UTF-8", "0xff"),
    "singular": (
        "dimension = 1\n[adaptation]\nstep_size = 1\nsamples = 'inf'\n"
        "[[task_class]]\nname = 'a'\nweight = 1\ncovariance = 1\ncentre = 0\n",
        "not unique",
        "samples",
    ),
}


def assert_refused(result, *words):
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert result.stderr.count("Error: ") == 1
    assert "Traceback" not in result.stderr
    for word in words:
        assert word in result.stderr


@pytest.mark.parametrize("case", REFUSED_CONFIGURATIONS)
@pytest.mark.parametrize(
    "arguments", [("evaluate",), ("evaluate", "--exact"), ("simulate", "--learner", "maml")], ids=" ".join
)
def test_a_bad_configuration_is_refused_by_one_message(config, tmp_path, arguments, case):
    text, *words = REFUSED_CONFIGURATIONS[case]

    result = run(*arguments, config(text), "--json", tmp_path / "out.json")

    assert_refused(result, *words)
    assert os.listdir(tmp_path) == ["config.toml"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["evaluate", "no-such.toml"], ["no-such.toml", "No such file"]),
        (["evaluate", "."], ["cannot read .", "directory"]),
        (["evaluate"], ["Missing argument 'CONFIG'"]),
        (["simulate", EXAMPLES[0]], ["Missing option '--learner'"]),
        (["simulate", EXAMPLES[0], "--learner", "mamm"], ["unknown learner 'mamm'", "did you mean 'maml'"]),
        (["simulate", EXAMPLES[0], "--learner", "xyz"], ["unknown learner 'xyz'", "maml"]),
        (["simulate", EXAMPLES[0], "--learner", "nal", "--outer-steps", "0"], ["--outer-steps", "0 is not", ">=1"]),
        (["simulate", EXAMPLES[0], "--learner", "nal", "--outer-steps", "3"], ["outer_steps = 3", "above 3"]),
        (["simulate", EXAMPLES[0], "--learner", "nal", "--outer-step-size", "nan"], ["--outer-step-size", "finite"]),
        (["simulate", EXAMPLES[0], "--learner", "nal", "--outer-step-size", "inf"], ["--outer-step-size", "finite"]),
        (["simulate", EXAMPLES[0], "--learner", "nal", "--outer-step-size", "0"], ["--outer-step-size", "x>0"]),
        (["simulate", EXAMPLES[0], "--learner", "nal", "--seed", "-1"], ["--seed", "-1 is not", ">=0"]),
        (["simulate", EXAMPLES[0], "--learner", "nal", "--seed", "1.5"], ["--seed", "1.5", "integer"]),
        (["simulate", EXAMPLES[0], "--learner", "nal", "--method", "adam"], ["--method", "adam", "'sgd', 'gd'"]),
        (["simulate", EXAMPLES[0], "--learner", "nal", "--chains", "3"], ["--chains", "3 is not", ">=4"]),
        (["simulate", EXAMPLES[0], "--learner", "nal", "--method", "gd", "--batch", "3"], ["--batch", "sgd only"]),
        (["verify", "no.such-claim"], ["unknown claim 'no.such-claim'"]),
        (["verify", "--budget", "huge"], ["--budget", "'huge'", "'small', 'normal', 'large'"]),
        (["list", "nothing-*"], ["unknown claim 'nothing-*'"]),
        (["show", "collins2022.gain-isotropi"], ["unknown claim", "did you mean", "collins2022.gain-isotropic"]),
        (["show"], ["Missing argument 'NAME'"]),
        (["latex", "pair-gian"], ["unknown formula or claim 'pair-gian'", "did you mean 'pair-gain'"]),
        (["latex"], ["a NAME, --all, or --list"]),
        (["latex", "gain", "--all"], ["a NAME, --all, or --list"]),
        (["latex", "--all", "--form", "inline"], ["--form", "one NAME"]),
        (["latex", "gain", "--form", "pdf"], ["--form", "'pdf'", "'standalone'"]),
        (["bogus"], ["No such command 'bogus'"]),
        (["evaluate", EXAMPLES[0], "--frobnicate"], ["No such option", "--frobnicate"]),
        (["evaluate", EXAMPLES[0], "--json", "/no/such/folder/x"], ["cannot write", "/no/such/folder", "- for stdout"]),
        (["evaluate", EXAMPLES[0], "--json", ROOT], ["cannot write", "it is a folder"]),
        (["latex", "--all", "-o", "/no/such/folder/x"], ["cannot write", "/no/such/folder"]),
        (["verify", "--json", "/no/such/folder/x"], ["cannot write", "/no/such/folder"]),
    ],
    ids=lambda value: " ".join(map(str, value)) if isinstance(value, list) else None,
)
def test_bad_usage_is_refused_by_one_message(arguments, words):
    assert_refused(run(*arguments), *words)


def test_numbers_beyond_floating_point_are_refused_and_pass_exactly(config):
    path = config(edited("centre = [1.0, -2.0]", "centre = 1e200"))

    assert_refused(run("evaluate", path, "--json", "-"), "beyond the range of float64")
    exact = strict_json(run("evaluate", path, "--json", "-", "--exact").stdout)
    assert Fraction(exact["gain"]) > 10**390


# latex, list and show


def test_the_forms_that_can_be_asked_for_are_those_there_are():
    (option,) = (parameter for parameter in latex_command.params if parameter.name == "form")

    assert isinstance(option.type, click.Choice)
    assert tuple(option.type.choices) == FORMS


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["pair-gain", "collins2022.gain-isotropic"])
def test_latex_prints_what_the_renderer_writes(name, form):
    result = run("latex", name, "--form", form)

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.rstrip("\n") == render(name, form).rstrip("\n")


def test_latex_displays_unless_told_otherwise():
    assert run("latex", "gain").stdout == run("latex", "gain", "--form", "display").stdout


def test_latex_writes_the_whole_document(tmp_path):
    result = run("latex", "--all", "-o", tmp_path / "all.tex")

    assert (result.exit_code, result.output) == (0, "")
    assert (tmp_path / "all.tex").read_text(encoding="utf-8") == document()


def test_latex_lists_the_names_it_knows():
    names = [line.partition(":")[0] for line in run("latex", "--list").stdout.splitlines()]

    assert names == [*catalogue(), *CLAIMS]


def test_list_shows_every_claim():
    result = run("list")

    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    for claim in CLAIMS.values():
        (line,) = (line for line in lines if line.startswith(claim.name + " "))
        assert line.split()[1] == claim.kind
        assert claim.expected in line
    assert lines[-1] == f"{len(CLAIMS)} claims"


def test_list_selects_and_writes_json():
    report = strict_json(run("list", "collins2022.false-*", "--json", "-").stdout)

    assert report["schema"] == "landscape.list/1"
    assert {entry["name"] for entry in report["claims"]} == {n for n in CLAIMS if n.startswith("collins2022.false-")}
    assert {entry["expected"] for entry in report["claims"]} == {"refuted"}
    first = CLAIMS[report["claims"][0]["name"]]
    assert report["claims"][0] == {
        "name": first.name,
        "kind": first.kind,
        "source": {"kind": first.source.kind, "reference": first.source.reference},
        "expected": "refuted",
        "statement": first.sentence,
    }


def test_what_goes_to_a_pipe_has_no_colours():
    assert "\x1b" not in run("list").stdout


def test_the_library_stays_importable_without_the_command():
    assert theory.sympy_ground_types() == "python"
