"""`landscape evaluate`: the numbers, the keys of the JSON, exact strings, the table."""

import importlib.util
import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from numerics.configuration import Configuration
from proofs_check.commands.output import json_number, shown_number
from theory.claim import builtin_claims

_spec = importlib.util.spec_from_file_location("commanding", Path(__file__).with_name("commanding.py"))
commanding = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(commanding)

SMALL = commanding.SMALL
SOLVED = commanding.SOLVED
run = commanding.run
strict_json = commanding.strict_json

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.toml"))
VECTORS = json.loads((ROOT / "tests/data/evaluate.json").read_text(encoding="utf-8"))["cases"]
CLAIMS = {claim.name: claim for claim in builtin_claims()}


def edited(old, new):
    assert old in SMALL
    return SMALL.replace(old, new, 1)


@pytest.fixture
def config(tmp_path):
    """Write a configuration and return its path."""

    def write(text=SMALL):
        path = tmp_path / "config.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


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
