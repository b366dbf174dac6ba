"""What a configuration may not be: each refusal is one message that names the key, what was given, what is allowed."""

import copy
import datetime
from decimal import Decimal

import numpy as np
import pytest

from numerics.configuration import Configuration
from theory.errors import ConfigurationError

VALID = {
    "dimension": 2,
    "adaptation": {"step_size": 0.9, "samples": 25, "steps": 1, "data": "reused"},
    "task_class": [
        {"name": "easy", "weight": 0.5, "covariance": 1.0, "centre": 0.0, "spread": 0.04, "noise": 0.0},
        {"name": "hard", "weight": 0.5, "covariance": [0.1, 0.2], "centre": [1, 2], "spread": 0, "noise": 0},
    ],
}
MISSING = object()

DIMENSION = "must be an integer from 1 to 2000"
STEP_SIZE = "must be a number above 0"
SAMPLES = 'must be an integer of at least 1, or the string "inf" for the population gradient'
STEPS = "must be an integer of at least 1"
DATA = 'must be "reused" or "fresh"'
ADAPTATION = "must be a table, [adaptation], with at least step_size and samples"
CLASSES = "must be one or more [[task_class]] tables, each with at least weight, covariance and centre"
NAME = "must be a string of 1 to 100 printable characters, not all blank"
WEIGHT = "must be a number of at least 0 (the weights of all classes sum to 1)"
COVARIANCE = (
    "must be a positive number (times the identity), a list of positive numbers (the diagonal), one per dimension, "
    "or a symmetric positive definite matrix (a list of rows)"
)
CENTRE = "must be a number (the same in every coordinate) or a list of numbers, one per dimension"
SPREAD = (
    "must be a number of at least 0 (times the identity), a list of numbers of at least 0 (the diagonal), "
    "one per dimension, or a symmetric positive semidefinite matrix (a list of rows)"
)
NOISE = "must be a number of at least 0 (a variance)"
FINITE = "must be a finite number"

INF, NAN = float("inf"), float("nan")
HUGE = 10**5000
HUGE_SHOWN = "1" + 26 * "0" + " ... " + 27 * "0"
OVERFLOW = "(float64 overflows: it ends near 1.8e308)"
UNDERFLOW = "(float64 underflows: it starts near 4.9e-324)"
KEYS = "the keys at the top, above the first [table] are dimension, adaptation, task_class, method"
ADAPTATION_KEYS = "the keys in [adaptation] are step_size, samples, steps, data"
CLASS_KEYS = "the keys in [[task_class]] are name, weight, covariance, centre, spread, noise"

# Where, what is put there, and the message. "H" stands for the second task class and " (class "hard")" in messages.
REFUSED = [
    # dimension
    ("dimension", 0, f"got 0; {DIMENSION}"),
    ("dimension", -3, f"got -3; {DIMENSION}"),
    ("dimension", 2.0, f"got 2.0 (not an integer: write 2); {DIMENSION}"),
    ("dimension", 2.5, f"got 2.5 (not an integer); {DIMENSION}"),
    ("dimension", "2", f'got "2" (not an integer); {DIMENSION}'),
    ("dimension", True, f"got true (not an integer); {DIMENSION}"),
    ("dimension", [2], f"got [2] (not an integer); {DIMENSION}"),
    ("dimension", 2001, f"got 2001 (more than 2000); {DIMENSION}"),
    ("dimension", HUGE, f"got {HUGE_SHOWN} (more than 2000); {DIMENSION}"),
    ("dimension", INF, f"got inf (not an integer); {DIMENSION}"),
    ("dimension", MISSING, f"missing; {DIMENSION}"),
    # adaptation
    ("adaptation", MISSING, f"missing; {ADAPTATION}"),
    ("adaptation", 3, f"got 3; {ADAPTATION}"),
    ("adaptation", [], f"got []; {ADAPTATION}"),
    ("adaptation.step_size", MISSING, f"missing; {STEP_SIZE}"),
    ("adaptation.step_size", 0, f"got 0; {STEP_SIZE}"),
    ("adaptation.step_size", -0.5, f"got -0.5; {STEP_SIZE}"),
    ("adaptation.step_size", "0.9", f'got "0.9" (not a number); {STEP_SIZE}'),
    ("adaptation.step_size", False, f"got false (not a number); {STEP_SIZE}"),
    ("adaptation.step_size", [0.1], f"got [0.1] (not a number); {STEP_SIZE}"),
    ("adaptation.step_size", NAN, f"got nan (not finite); {STEP_SIZE}"),
    ("adaptation.step_size", INF, f"got inf (not finite); {STEP_SIZE}"),
    ("adaptation.step_size", None, f"got nothing (None) (not a number); {STEP_SIZE}"),
    ("adaptation.step_size", Decimal("1e400"), f"got 1E+400 {OVERFLOW}; {STEP_SIZE}"),
    ("adaptation.step_size", Decimal("1e-400"), f"got 1E-400 {UNDERFLOW}; {STEP_SIZE}"),
    ("adaptation.step_size", HUGE, f"got {HUGE_SHOWN} {OVERFLOW}; {STEP_SIZE}"),
    ("adaptation.step_size", Decimal("0." + 900 * "1"), f"(it has 900 digits, more than 800); {STEP_SIZE}"),
    ("adaptation.step_size", Decimal("sNaN"), f"got snan (not finite); {STEP_SIZE}"),
    (
        "adaptation.step_size",
        datetime.date(2026, 1, 1),
        f"got datetime.date(2026, 1, 1) (date) (not a number); {STEP_SIZE}",
    ),
    ("adaptation.samples", MISSING, f"missing; {SAMPLES}"),
    ("adaptation.samples", 0, f"got 0; {SAMPLES}"),
    ("adaptation.samples", -1, f"got -1; {SAMPLES}"),
    ("adaptation.samples", 25.0, f"got 25.0 (not an integer: write 25); {SAMPLES}"),
    ("adaptation.samples", Decimal("25.0"), f"got 25.0 (not an integer: write 25); {SAMPLES}"),
    ("adaptation.samples", 2.5, f"got 2.5 (not an integer); {SAMPLES}"),
    ("adaptation.samples", True, f"got true (not an integer); {SAMPLES}"),
    ("adaptation.samples", INF, f'got inf (write "inf"); {SAMPLES}'),
    ("adaptation.samples", -INF, f"got -inf (not an integer); {SAMPLES}"),
    ("adaptation.samples", NAN, f"got nan (not an integer); {SAMPLES}"),
    ("adaptation.samples", "Infinity", f'got "Infinity" (write "inf"); {SAMPLES}'),
    ("adaptation.samples", "25", f'got "25" (not an integer); {SAMPLES}'),
    ("adaptation.samples", 2**53 + 1, f"got 9007199254740993 (more than 9007199254740992); {SAMPLES}"),
    ("adaptation.samples", HUGE, f"got {HUGE_SHOWN} (more than 9007199254740992); {SAMPLES}"),
    ("adaptation.steps", 0, f"got 0; {STEPS}"),
    ("adaptation.steps", 1.0, f"got 1.0 (not an integer: write 1); {STEPS}"),
    ("adaptation.steps", "inf", f'got "inf" (not an integer); {STEPS}'),
    ("adaptation.steps", {}, f"got an empty table (not an integer); {STEPS}"),
    ("adaptation.data", "freash", f'got "freash"; {DATA}'),
    ("adaptation.data", "Reused", f'got "Reused"; {DATA}'),
    ("adaptation.data", True, f"got true; {DATA}"),
    ("adaptation.data", [[["reused"]]], f"got [[[...]]]; {DATA}"),
    ("adaptation.data", ["reused"], f'got ["reused"]; {DATA}'),
    # task classes
    ("task_class", MISSING, f"missing; {CLASSES}"),
    ("task_class", [], f"got []; {CLASSES}"),
    ("task_class", {"weight": 1}, f"got a table; {CLASSES}"),
    ("task_class", "easy", f'got "easy"; {CLASSES}'),
    ("task_class[0]", 3, f"got 3; {CLASSES}"),
    ("H.name", "", f'got ""; {NAME}'),
    ("H.name", "  ", f'got "  "; {NAME}'),
    ("H.name", "two\nlines", f'got "two\\u000alines"; {NAME}'),
    ("H.name", 101 * "x", f"; {NAME}"),
    (
        "task_class[1].name",
        "easy",
        'got "easy" (task_class[0] has that name too); must be a name that no other class has',
    ),
    ("task_class[1].name", 7, f"got 7 (not a string); {NAME}"),
    ("H.weight", MISSING, f"missing; {WEIGHT}"),
    ("H.weight", -0.5, f"got -0.5; {WEIGHT}"),
    ("H.weight", "0.5", f'got "0.5" (not a number); {WEIGHT}'),
    ("H.weight", NAN, f"got nan (not finite); {WEIGHT}"),
    ("H.covariance", MISSING, f"missing; {COVARIANCE}"),
    ("H.covariance", 0, f"got 0 (not positive); {COVARIANCE}"),
    ("H.covariance", -1, f"got -1 (not positive); {COVARIANCE}"),
    ("H.covariance", "1", f'got "1" (not a number); {COVARIANCE}'),
    ("H.covariance", True, f"got true (not a number); {COVARIANCE}"),
    ("H.covariance", {"rho": 1}, f"got a table (not a number); {COVARIANCE}"),
    ("H.covariance", [], f"got [] (an empty list); {COVARIANCE}"),
    ("H.covariance", [1], f"got [1] (1 entry, but dimension is 2); {COVARIANCE}"),
    ("H.covariance", [1, 2, 3], f"got [1, 2, 3] (3 entries, but dimension is 2); {COVARIANCE}"),
    ("H.covariance", [[1]], f"got [[1]] (1 row, but dimension is 2); {COVARIANCE}"),
    ("H.covariance", np.eye(3), "got [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]] (3 rows, but dimension is 2)"),
    ("H.covariance", [[[1]], [[1]]], f"[0] got [[1]] (1 entry, but dimension is 2); {COVARIANCE}"),
    ("H.covariance", [[1, 0], [0]], f"[1] got [0] (1 entry, but dimension is 2); {COVARIANCE}"),
    ("H.covariance", [[1, 0], 1], f"[1] got 1 (not a row: a matrix is a list of lists); {COVARIANCE}"),
    ("H.covariance", [[1, 0], []], f"[1] got [] (an empty list); {COVARIANCE}"),
    ("H.covariance", [[1, NAN], [0, 1]], f"[0][1] got nan (not finite); {FINITE}"),
    ("H.covariance", [[1, 0], ["0", 1]], f'[1][0] got "0" (not a number); {FINITE}'),
    ("H.covariance", [1, 0], f"[1] got 0 (not positive); {COVARIANCE}"),
    (
        "H.covariance",
        [[1, 0.5], [0.4, 1]],
        f"got [[1, 0.5], [0.4, 1]] (not symmetric: entry [0][1] is 0.5 but entry [1][0] is 0.4); {COVARIANCE}",
    ),
    (
        "H.covariance",
        [[1, 2], [2, 1]],
        f"got [[1, 2], [2, 1]] (not positive definite: its smallest eigenvalue is negative, about -1); {COVARIANCE}",
    ),
    (
        "H.covariance",
        [[1, 2], [2, 4]],
        f"got [[1, 2], [2, 4]] (not positive definite: its smallest eigenvalue is 0); {COVARIANCE}",
    ),
    ("H.covariance", [[0, 0], [0, 0]], "(not positive definite: its smallest eigenvalue is 0)"),
    ("H.centre", MISSING, f"missing; {CENTRE}"),
    ("H.centre", "0", f'got "0" (not a number); {CENTRE}'),
    ("H.centre", [1, 2, 3], f"got [1, 2, 3] (3 entries, but dimension is 2); {CENTRE}"),
    ("H.centre", [1, -INF], f"[1] got -inf (not finite); {FINITE}"),
    ("H.centre", [1, True], f"[1] got true (not a number); {FINITE}"),
    ("H.centre", [1, Decimal("-1e309")], f"[1] got -1E+309 {OVERFLOW}; {FINITE}"),
    ("H.centre", [[1, 2]], f"got [[1, 2]] (1 entry, but dimension is 2); {CENTRE}"),
    ("H.centre", [[1, 2], [3, 4]], f"[0] got [1, 2] (not a number); {FINITE}"),
    ("H.spread", -0.1, f"got -0.1 (negative); {SPREAD}"),
    ("H.spread", [0, -1], f"[1] got -1 (negative); {SPREAD}"),
    ("H.spread", None, f"got nothing (None) (not a number); {SPREAD}"),
    ("H.spread", [[1, 2], [2.5, 4]], f"entry [0][1] is 2 but entry [1][0] is 2.5); {SPREAD}"),
    ("H.spread", [[1, 2], [2, 3]], "(not positive semidefinite: its smallest eigenvalue is negative, about -0.236)"),
    (
        "H.spread",
        [[1, 2], [2, Decimal("3.9999999999999999999999")]],
        "is negative, within rounding of 0: add a little to the diagonal)",
    ),
    ("H.noise", -1, f"got -1; {NOISE}"),
    ("H.noise", [0, 0], f"got [0, 0] (not a number); {NOISE}"),
    ("H.noise", INF, f"got inf (not finite); {NOISE}"),
    # unknown keys
    ("dimensions", 2, f"unknown key, did you mean dimension?; {KEYS}"),
    ("method", 3, "must be tables [method.NAME] of the methods' own parameters"),
    ("weight", 1, f"unknown key here, it belongs in [[task_class]]; {KEYS}"),
    ("adaptation.alpha", 1, f"unknown key; {ADAPTATION_KEYS}"),
    ("adaptation.dimension", 1, f"unknown key here, it belongs at the top, above the first [table]; {ADAPTATION_KEYS}"),
    ("adaptation.Steps", 1, f"unknown key, did you mean steps?; {ADAPTATION_KEYS}"),
    ("H.center", 1, f"unknown key, did you mean centre?; {CLASS_KEYS}"),
    ("H.samples", 1, f"unknown key here, it belongs in [adaptation]; {CLASS_KEYS}"),
]


def put(mapping, where, value):
    *path, last = where.replace("H", "task_class[1]").replace("[", ".").replace("]", "").split(".")
    for part in path:
        mapping = mapping[int(part) if part.isdigit() else part]
    last = int(last) if last.isdigit() else last
    if value is MISSING:
        del mapping[last]
    else:
        mapping[last] = value


def refusal(mapping, **keywords):
    with pytest.raises(ConfigurationError) as raised:
        Configuration.from_mapping(mapping, **keywords)
    assert raised.value.exit_code == 2
    # The traceback of pydantic's own error would say it all twice.
    assert raised.value.__context__ is None or raised.value.__suppress_context__
    return str(raised.value)


def changed(*changes):
    mapping = copy.deepcopy(VALID)
    for where, value in changes:
        put(mapping, where, value)
    return mapping


def test_the_mapping_that_all_refusals_start_from_is_valid():
    assert Configuration.from_mapping(VALID).mixture.dimension == 2


# Ids of our own: pytest would print the values, which Python refuses for integers of thousands of digits.
@pytest.mark.parametrize(
    ("where", "value", "expected"), REFUSED, ids=[f"{i}-{row[0]}" for i, row in enumerate(REFUSED)]
)
def test_a_bad_value_is_refused_by_one_line_naming_key_given_and_allowed(where, value, expected):
    message = refusal(changed((where, value)), source="some.toml")

    below, said = ("", expected)
    if expected.startswith("["):
        below, said = expected.split(" ", 1)
    key = where.replace("H", "task_class[1]") + below
    named = ' (class "' if "H" in where else ""
    assert message.startswith(f"some.toml: {key}{named}")
    assert message.endswith(said) or f"{said}; must be " in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ((0.5, 0.6), "got [0.5, 0.6] (their sum is 1.1)"),
        ((0, 0), "got [0, 0] (their sum is 0)"),
        ((0.5, Decimal("0.500000002")), "(their sum is 1.000000002)"),
        ((Decimal("1e308"), Decimal("1e308")), "(their sum is 2.00000000000e+308)"),
    ],
)
def test_weights_must_sum_to_one(weights, expected):
    message = refusal(changed(("task_class[0].weight", weights[0]), ("task_class[1].weight", weights[1])))

    assert message.startswith("task_class[*].weight: ")
    assert expected in message
    assert message.endswith("; must be numbers that sum to 1, within 1e-9")


def test_a_given_name_may_not_be_the_default_of_another_class():
    message = refusal(changed(("task_class[0].name", MISSING), ("task_class[1].name", "class0")))

    assert message.startswith('task_class[1].name: got "class0" (task_class[0] has that name too)')


def test_so_many_classes_that_their_covariances_would_fill_the_memory_are_refused():
    task_class = {"weight": 0.2, "covariance": 1, "centre": 0}

    message = refusal({**VALID, "dimension": 2000, "task_class": 5 * [task_class]})

    assert message == "task_class: got 5 classes; must be at most 4 classes in dimension 2000"


def test_several_problems_are_listed_each_on_its_own_line():
    message = refusal(changed(("adaptation.steps", 0), ("H.noise", -1), ("dimension", MISSING)), source="some.toml")

    assert message.splitlines() == [
        "some.toml: 3 problems in the configuration",
        f"  dimension: missing; {DIMENSION}",
        f"  adaptation.steps: got 0; {STEPS}",
        f'  task_class[1].noise (class "hard"): got -1; {NOISE}',
    ]


def test_a_long_list_of_problems_is_cut():
    message = refusal({**VALID, **{f"unknown{i}": 0 for i in range(12)}})

    assert len(message.splitlines()) == 7
    assert message.endswith("\n  and 7 more")


def test_a_misspelt_required_key_is_one_problem():
    message = refusal(changed(("adaptation.step_size", MISSING), ("adaptation.stepsize", 0.9)))

    assert message == f"adaptation.stepsize: unknown key, did you mean step_size?; {ADAPTATION_KEYS}"


def test_a_bad_dimension_does_not_put_the_shapes_in_doubt():
    assert refusal(changed(("dimension", 2.5), ("H.centre", [1, 2, 3]))).startswith("dimension: got 2.5")


@pytest.mark.parametrize("mapping", [None, 3, "dimension", [1], []])
def test_what_is_no_mapping_is_refused(mapping):
    assert refusal(mapping).endswith("must be a table (a mapping)")


@pytest.mark.parametrize("key", [3, None, ("a",), "\ud800"])
def test_a_key_that_is_no_text_is_refused(key):
    nested = copy.deepcopy(VALID)
    nested["adaptation"][key] = 1

    for mapping, table in [({**VALID, key: 1}, "the configuration"), (nested, "adaptation")]:
        message = refusal(mapping)
        assert message.startswith(f"{table}: the key ")
        assert message.endswith(" is not a string of Unicode text")


def test_a_key_that_could_break_the_line_is_quoted():
    assert refusal({**VALID, 'a "b"\n.c': 1}).startswith('"a \\"b\\"\\u000a.c": unknown key;')


@pytest.mark.parametrize("size", [10, 160])
@pytest.mark.parametrize("definite", [True, False])
def test_float64_does_not_decide_what_it_cannot_tell(size, definite):
    # Indefinite by 1e-22; beyond the exact limit only what is surely wrong is refused as such.
    matrix = np.full((size, size), Decimal(1))
    matrix[-1, -1] -= Decimal("1e-22")
    key = "H.covariance" if definite else "H.spread"

    mapping = changed(("dimension", size), (key, matrix.tolist()), ("H.centre", 0))
    if not definite:
        put(mapping, "H.covariance", 1)
    if size == 160 and not definite:
        assert Configuration.from_mapping(mapping)
    elif size == 160:
        assert "its smallest eigenvalue is 0, as far as float64 can tell" in refusal(mapping)
    else:
        assert "its smallest eigenvalue is negative, within rounding of 0" in refusal(mapping)
