"""The command's contracts: exit codes, what goes where, JSON keys, one message for what is refused."""

import json
import math
import os
import stat
from fractions import Fraction
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner

import proofs_check.comparison
import theory
from numerics.closed_form import evaluate
from numerics.configuration import Configuration
from proofs_check.cli import COMMANDS, main
from proofs_check.commands.latex import command as latex_command
from proofs_check.commands.options import DEFAULT_SEED
from proofs_check.commands.output import json_number, shown_number
from theory.claim import builtin_claims
from theory.rendering import FORMS, catalogue, document, render

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.toml"))
VECTORS = json.loads((ROOT / "tests/data/evaluate.json").read_text(encoding="utf-8"))["cases"]
CLAIMS = {claim.name: claim for claim in builtin_claims()}

SMALL = """
dimension = 2
[adaptation]
step_size = 0.5
samples = 4
[[task_class]]
name = "easy"
weight = 0.5
covariance = 1.0
centre = 0.0
spread = 0.1
[[task_class]]
name = "hard"
weight = 0.5
covariance = 0.25
centre = [1.0, -2.0]
noise = 0.5
"""
#: One population step solves the easy tasks from anywhere, and the hard ones all have the same solution.
SOLVED = """
dimension = 1
[adaptation]
step_size = 1
samples = "inf"
[[task_class]]
name = "easy"
weight = 0.5
covariance = 1
centre = {easy}
spread = 3
[[task_class]]
name = "hard"
weight = 0.5
covariance = 0.5
centre = 2
"""


def run(*arguments, **options):
    return CliRunner().invoke(main, [str(argument) for argument in arguments], **options)


def strict_json(text):
    """Parse JSON, refusing the NaN and Infinity that Python would accept."""

    def refuse(constant):
        raise AssertionError(f"{constant} is not JSON")

    return json.loads(text, parse_constant=refuse)


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
        (["simulate", EXAMPLES[0], "--learner", "xyz"], ["unknown learner 'xyz'", "maml, nal"]),
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
        (["show"], ["Missing argument 'CLAIM'"]),
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


# evaluate


@pytest.mark.parametrize("number", range(len(VECTORS)))
def test_evaluate_gives_what_brute_force_gave(config, number):
    expected = VECTORS[number]["expected"]
    path = config(Configuration.from_mapping(VECTORS[number]["configuration"]).to_toml())

    result = run("evaluate", path, "--json", "-")

    assert (result.exit_code, result.stderr) == (0, "")
    report = strict_json(result.stdout)
    for learner in ("nal", "maml"):
        scale = np.abs(expected["theta"][learner]).max()
        np.testing.assert_allclose(report["theta"][learner], expected["theta"][learner], rtol=1e-9, atol=1e-9 * scale)
        assert report["risk"][learner] == pytest.approx(expected["risk"][learner], rel=1e-9)
    assert report["noise_floor"] == pytest.approx(expected["noise_floor"], rel=1e-9)
    assert report["ratio"] == pytest.approx(expected["ratio"], rel=1e-9)
    # The vectors' gain is a difference of risks.
    assert report["gain"] == pytest.approx(expected["gain"], rel=1e-9, abs=1e-11 * expected["risk"]["nal"])


def test_evaluate_prints_one_object_with_the_documented_keys(config):
    report = strict_json(run("evaluate", config(), "--json", "-").stdout)

    assert list(report) == [
        "schema",
        "configuration",
        "exact",
        "theta",
        "risk",
        "noise_floor",
        "gain",
        "ratio",
        "conditions",
        "notes",
    ]
    assert report["schema"] == "landscape.evaluate/1"
    assert report["exact"] is False
    for entry in report["conditions"]:
        assert list(entry) == ["claim", "sentence", "holds", "lhs", "operator", "rhs"]
        assert entry["claim"] in CLAIMS
        assert entry["holds"] is eval(f"{entry['lhs']} {entry['operator']} {entry['rhs']}")


def numbers_of(report):
    sides = [entry[side] for entry in report["conditions"] for side in ("lhs", "rhs")]
    return [*report["theta"]["nal"], *report["theta"]["maml"], *report["risk"].values(), *sides] + [
        report[key] for key in ("noise_floor", "gain", "ratio")
    ]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_exact_numbers_are_strings_of_rationals_near_the_floats(path):
    exact, floats = (strict_json(run("evaluate", path, "--json", "-", *flag).stdout) for flag in (["--exact"], []))

    assert exact["exact"] is True
    for text, number in zip(numbers_of(exact), numbers_of(floats), strict=True):
        assert (text is None) == (number is None)
        if text is not None:
            assert text == str(Fraction(text))
            assert float(Fraction(text)) == pytest.approx(number, rel=1e-9, abs=1e-15)
    assert [entry["holds"] for entry in exact["conditions"]] == [entry["holds"] for entry in floats["conditions"]]


def test_exact_numbers_are_the_exact_ones(config):
    path = config(SOLVED.format(easy=0).replace('"inf"', "1"))

    report = strict_json(run("evaluate", path, "--json", "-", "--exact").stdout)

    # d = m = 1: s = (1 - rho)^2 + 2 rho^2, so w_E = 2/2 and w_H = (1/4)(1/4 + 1/2) = 3/16.
    assert report["theta"] == {"nal": ["2/3"], "maml": ["6/19"]}


@pytest.mark.parametrize("flag", [[], ["--exact"]], ids=["float", "exact"])
@pytest.mark.parametrize(("easy", "ratio", "word"), [(2, None, "undefined"), (0, "inf", "infinite")])
def test_a_ratio_without_a_value_is_null_or_inf_with_a_note(config, flag, easy, ratio, word):
    result = run("evaluate", config(SOLVED.format(easy=easy)), "--json", "-", *flag)

    report = strict_json(result.stdout)
    assert result.exit_code == 0
    assert report["ratio"] == ratio
    assert len(report["notes"]) == 1
    assert word in report["notes"][0]
    assert report["notes"][0] in run("evaluate", config(SOLVED.format(easy=easy)), *flag).stdout


def test_a_condition_that_does_not_apply_says_so(config):
    report = strict_json(run("evaluate", config(SOLVED.format(easy=0)), "--json", "-").stdout)
    by_claim = {entry["claim"]: entry for entry in report["conditions"]}

    assert by_claim["collins2022.hard-tilt-iff"] | {"sentence": ""} == {
        "claim": "collins2022.hard-tilt-iff",
        "sentence": "",
        "holds": None,
        "lhs": None,
        "operator": None,
        "rhs": None,
    }
    assert "n/a" in run("evaluate", config(SOLVED.format(easy=0))).stdout


def test_the_table_shows_what_the_json_holds(config):
    report = strict_json(run("evaluate", config(), "--json", "-").stdout)

    table = run("evaluate", config()).stdout

    for number in numbers_of(report):
        assert shown_number(number) in table
    for entry in report["conditions"]:
        assert entry["sentence"][:60] in table


def test_long_vectors_are_cut_in_the_table_only(config):
    path = config(edited("dimension = 2", "dimension = 30").replace("[1.0, -2.0]", "1.5"))

    assert "30 coordinates in all" in run("evaluate", path).stdout
    assert len(strict_json(run("evaluate", path, "--json", "-").stdout)["theta"]["nal"]) == 30


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "undefined"), ("3/7", "3/7"), ("inf", "inf"), (0.123456789, "0.123457"), (1e-12, "1e-12"), (2.0, "2")],
)
def test_numbers_for_people(value, shown):
    assert shown_number(value) == shown


def test_a_long_fraction_is_shown_by_its_value():
    assert shown_number(f"1{'0' * 30}/3{'0' * 30}") == "~0.333333 (63 characters in --json)"
    # Python refuses to read integers of more than 4300 digits.
    assert shown_number(f"{'9' * 5000}/7") == "~1.42857e+4999 (5002 characters in --json)"


@pytest.mark.parametrize(
    ("value", "exact", "number"),
    [
        (None, False, None),
        (math.nan, False, None),
        (math.inf, False, "inf"),
        (-math.inf, True, "-inf"),
        (Fraction(3, 7), True, "3/7"),
        (Fraction(4, 2), True, "2"),
        (np.float64(0.5), False, 0.5),
    ],
)
def test_numbers_in_json(value, exact, number):
    assert json_number(value, exact=exact) == number


# Files


def test_a_file_gets_what_stdout_would_and_the_table_is_printed(config, tmp_path):
    path, out = config(), tmp_path / "out.json"

    result = run("evaluate", path, "--json", out)

    assert result.exit_code == 0
    assert "Optima" in result.stdout
    assert out.read_text(encoding="utf-8") == run("evaluate", path, "--json", "-").stdout
    assert sorted(os.listdir(tmp_path)) == ["config.toml", "out.json"]


def test_an_existing_file_is_replaced_with_its_permissions(config, tmp_path):
    out = tmp_path / "out.json"
    out.write_text("old", encoding="utf-8")
    out.chmod(0o640)

    run("evaluate", config(), "--json", out)

    assert strict_json(out.read_text(encoding="utf-8"))["schema"] == "landscape.evaluate/1"
    assert stat.S_IMODE(out.stat().st_mode) == 0o640


def test_a_link_stays_a_link(config, tmp_path):
    (tmp_path / "there").mkdir()
    link = tmp_path / "link.json"
    link.symlink_to(tmp_path / "there" / "real.json")

    run("evaluate", config(), "--json", link)

    assert link.is_symlink()
    assert strict_json((tmp_path / "there" / "real.json").read_text(encoding="utf-8"))["exact"] is False


def test_a_pipe_is_written_to_and_not_replaced(config, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)

    result = run("evaluate", config(), "--json", pipe)

    assert result.exit_code == 0
    assert strict_json(os.read(reader, 1 << 20))["schema"] == "landscape.evaluate/1"
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    os.close(reader)


def test_a_full_disk_leaves_the_old_file_and_one_message(config, tmp_path, monkeypatch):
    out = tmp_path / "out.json"
    out.write_text("old", encoding="utf-8")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    result = run("evaluate", config(), "--json", out)

    assert_refused(result, "cannot write", "No space left on device")
    assert out.read_text(encoding="utf-8") == "old"
    assert sorted(os.listdir(tmp_path)) == ["config.toml", "out.json"]


def test_where_one_may_not_write_is_said_before_any_work(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    monkeypatch.setattr(proofs_check.comparison, "compare_descent", lambda *_, **__: pytest.fail("work was done"))

    result = run("simulate", EXAMPLES[0], "--learner", "nal", "--json", tmp_path / "out.json")

    assert_refused(result, "cannot write", "permission denied")


# simulate

SIMULATE_KEYS = [
    "schema",
    "configuration",
    "learner",
    "method",
    "theta",
    "theta_closed_form",
    "standard_error",
    "z",
    "z_max",
    "critical_value",
    "agrees",
    "detectable",
    "outer_steps",
    "step_size",
    "largest_stable_step_size",
    "seed",
    "chains",
    "batch",
    "sampler",
    "converged",
    "interrupted",
    "diagnosis",
]


@pytest.mark.parametrize("learner", ["nal", "maml"])
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_gradient_descent_reaches_the_closed_form_on_the_examples(path, learner):
    result = run("simulate", path, "--learner", learner, "--method", "gd", "--json", "-")

    report = strict_json(result.stdout)
    assert (result.exit_code, result.stderr) == (0, "")
    assert list(report) == SIMULATE_KEYS
    assert report["schema"] == "landscape.simulate/1"
    assert report["agrees"] is report["converged"] is True
    assert 0 < max(report["standard_error"]) < 1e-10
    assert report["z_max"] <= report["critical_value"] == 1
    configuration = Configuration.parse(path.read_text(encoding="utf-8"))
    closed = evaluate(configuration.mixture, configuration.inner_loop)
    np.testing.assert_allclose(report["theta"], getattr(closed, f"theta_{learner}"), atol=1e-10)


def test_gradient_descent_that_starts_at_the_optimum_has_an_error_all_the_same(config):
    path = config(SMALL.replace("[1.0, -2.0]", "0.0"))

    report = strict_json(run("simulate", path, "--learner", "maml", "--method", "gd", "--json", "-").stdout)

    assert report["theta"] == [0, 0]
    assert min(report["standard_error"]) > 0
    assert report["agrees"] is True


@pytest.mark.parametrize("sampler", ["raw", "wishart"])
def test_stochastic_descent_agrees_and_reports_its_errors(config, sampler):
    arguments = ["simulate", config(), "--learner", "maml", "--outer-steps", "300", "--sampler", sampler, "--json", "-"]

    result = run(*arguments)
    report = strict_json(result.stdout)

    assert (result.exit_code, result.stderr) == (0, "")
    assert list(report) == SIMULATE_KEYS
    assert (report["outer_steps"], report["seed"], report["sampler"]) == (300, DEFAULT_SEED, sampler)
    z = (np.array(report["theta"]) - report["theta_closed_form"]) / report["standard_error"]
    assert report["z_max"] == pytest.approx(np.abs(z).max())
    assert report["agrees"] is True
    assert max(report["detectable"]) < 1
    assert run(*arguments).stdout == result.stdout  # the same seed repeats the run
    assert strict_json(run(*arguments, "--seed", "7").stdout)["theta"] != report["theta"]


def test_the_table_of_a_simulation_says_seed_errors_and_power(config):
    result = run("simulate", config(), "--learner", "nal", "--outer-steps", "300")

    assert result.exit_code == 0
    for words in ("closed form", "standard error", f"(seed {DEFAULT_SEED})", "agrees with", "would have been noticed"):
        assert words in result.stdout


@pytest.mark.parametrize("method", ["gd", "sgd"])
def test_a_wrong_closed_form_is_noticed(config, monkeypatch, method):
    closed_form = proofs_check.comparison._closed_form
    monkeypatch.setattr(proofs_check.comparison, "_closed_form", lambda *args: closed_form(*args) + 0.5)

    result = run("simulate", config(), "--learner", "maml", "--method", method, "--json", "-")
    told = run("simulate", config(), "--learner", "maml", "--method", method)

    assert (result.exit_code, told.exit_code) == (1, 1)
    assert strict_json(result.stdout)["agrees"] is False
    assert "DIFFERS from the closed form" in told.stdout


@pytest.mark.parametrize("method", ["gd", "sgd"])
def test_a_step_size_that_diverges_is_named_beside_the_largest_stable_one(config, method, tmp_path):
    arguments = ["--learner", "maml", "--method", method, "--outer-step-size", "1000"]

    result = run("simulate", config(), *arguments, "--json", tmp_path / "out.json")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: the descent diverged")
    assert "1000" in result.stderr
    stable = float(result.stderr.partition("largest stable one is ")[2].split()[0].rstrip(";,"))
    assert 0 < stable < 100
    assert not (tmp_path / "out.json").exists()


def test_a_simulation_that_ctrl_c_ends_early_prints_what_it_had(config, monkeypatch):
    import numerics.chains

    blocks = numerics.chains.Chains.blocks

    def two_blocks(self, sizes):
        for number, done in enumerate(blocks(self, sizes)):
            if number == 2:
                raise KeyboardInterrupt
            yield done

    monkeypatch.setattr(numerics.chains.Chains, "blocks", two_blocks)
    result = run("simulate", config(), "--learner", "maml", "--outer-steps", "5000", "--json", "-")

    report = strict_json(result.stdout)
    assert (result.exit_code, report["interrupted"]) == (130, True)
    assert 0 < report["outer_steps"] < 5000
    assert "stopped by Ctrl-C" in result.stderr


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
