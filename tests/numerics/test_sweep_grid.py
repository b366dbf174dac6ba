import itertools

import numpy as np
import pytest

from numerics.sweep import load_grid, parse_grid
from numerics.sweep.design import points_of
from theory.errors import ConfigurationError, LandscapeError

GRID = """
dimension = 2
[adaptation]
step_size = { start = 0.1, stop = 0.9, num = 5 }
samples = [4, 25, "inf"]
[[task_class]]
name = "easy"
weight = 0.5
covariance = 1.0
centre = 0.0
[[task_class]]
name = "hard"
weight = 0.5
covariance = { start = 0.01, stop = 1, num = 3, scale = "log" }
centre = 2.0
"""


def changed(*replacements, sweep=""):
    text = GRID
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new, 1)
    return f"{text}\n[sweep]\n{sweep}\n" if sweep else text


def test_lists_and_ranges_become_axes_in_the_order_of_the_file():
    grid = parse_grid(GRID)

    assert {axis.name: axis.values for axis in grid.axes} == {
        "step_size": pytest.approx((0.1, 0.3, 0.5, 0.7, 0.9), rel=1e-15),
        "samples": (4, 25, "inf"),
        "hard_covariance": pytest.approx((0.01, 0.1, 1.0), rel=1e-15),
    }
    assert (grid.shape, grid.points) == ((5, 3, 3), 45)


def test_the_last_axis_varies_fastest():
    columns = points_of(parse_grid(GRID), range(45)).columns()
    expected = list(itertools.product([0.1, 0.3, 0.5, 0.7, 0.9], [4, 25, np.inf], [0.01, 0.1, 1]))

    np.testing.assert_allclose(list(zip(*columns.values(), strict=True)), expected, rtol=1e-15)


def test_a_list_that_the_key_takes_anyway_is_no_axis_and_values_make_it_one():
    grid = parse_grid(changed(("covariance = 1.0", "covariance = [1.0, 0.5]")))
    assert "easy_covariance" not in {axis.name for axis in grid.axes}

    grid = parse_grid(changed(("covariance = 1.0", "covariance = { values = [2.0, [1.0, 0.5]] }")))
    (axis,) = (axis for axis in grid.axes if axis.name == "easy_covariance")
    assert (axis.numbers, axis.labels) == (None, ["2.0", "[1.0, 0.5]"])


def test_a_range_of_integers_is_rounded_to_them():
    grid = parse_grid(changed(('samples = [4, 25, "inf"]', 'samples = {start = 1, stop = 1000, num = 4, scale="log"}')))

    assert next(axis.values for axis in grid.axes if axis.name == "samples") == (1, 10, 100, 1000)


@pytest.mark.parametrize("design", ["latin-hypercube", "sobol"])
def test_sampled_points_are_spread_evenly_and_do_not_depend_on_how_they_are_asked_for(design):
    text = changed(
        ("num = 5 ", ""),
        ("0.9, }", "0.9 }"),
        (', num = 3, scale = "log"', ', scale = "log"'),
        ('samples = [4, 25, "inf"]', "samples = { start = 1, stop = 4 }"),
        sweep=f'design = "{design}"\npoints = 64',
    )
    grid = parse_grid(text, seed=3)
    whole = points_of(grid, range(64)).columns()
    parts = [points_of(grid, range(start, start + 16)).columns() for start in range(0, 64, 16)]

    for name, values in whole.items():
        np.testing.assert_array_equal(values, np.concatenate([part[name] for part in parts]))
    # One point in each of 64 equal cells of each axis, in the axis' own scale.
    for levels in ((whole["step_size"] - 0.1) / 0.8, np.log(whole["hard_covariance"] / 0.01) / np.log(100)):
        assert sorted((levels * 64).astype(int)) == list(range(64))
    assert np.bincount(whole["samples"].astype(int)).tolist() == [0, 16, 16, 16, 16]
    assert not np.array_equal(points_of(parse_grid(text, seed=4), range(64)).columns()["step_size"], whole["step_size"])


def test_the_rest_of_the_weights_follows():
    text = changed(("weight = 0.5", 'weight = "rest"'), ("weight = 0.5", "weight = [0.25, 0.75]"))

    assert parse_grid(text).rest == 0


REFUSED = [
    (
        "no axis",
        [
            ("{ start = 0.1, stop = 0.9, num = 5 }", "0.5"),
            ('[4, 25, "inf"]', "4"),
            ('{ start = 0.01, stop = 1, num = 3, scale = "log" }', "0.1"),
        ],
        "",
        r"no key varies",
    ),
    ("empty list", [('[4, 25, "inf"]', "[]")], "", r"adaptation\.samples: got an empty list; must be a list"),
    ("twice", [('[4, 25, "inf"]', "[4, 4]")], "", r"adaptation\.samples: got 4 twice; must be values of which none"),
    ("empty range", [("stop = 0.9", "stop = 0.1")], "", r"step_size: got start = 0\.1, stop = 0\.1, an empty range"),
    ("downwards", [("stop = 0.9", "stop = 0.05")], "", r"step_size: got .*an empty range; must be a start below"),
    ("no stop", [("stop = 0.9, ", "")], "", r"step_size: got a range with start = 0\.1 and num = 5; must be a list"),
    ("no num", [(", num = 5", "")], "", r"step_size: got a range .*; must be a range with num"),
    ("one value", [("num = 5", "num = 1")], "", r"step_size\.num: got 1; must be an integer of at least 2"),
    ("num of 0", [("num = 5", "num = 0")], "", r"adaptation\.step_size\.num: got 0; must be an integer"),
    ("num of nan", [("num = 5", "num = nan")], "", r"adaptation\.step_size\.num: got nan"),
    ("log of 0", [("start = 0.01", "start = 0")], "", r"covariance: got start = 0 with scale = \"log\""),
    ("bad scale", [('"log"', '"ln"')], "", r'covariance\.scale: got "ln"; must be "linear" or "log"'),
    (
        "misspelt",
        [("start = 0.1", "strat = 0.1")],
        "",
        r"adaptation\.step_size\.strat: unknown key, did you mean start",
    ),
    ("both", [("num = 5", "values = [1]")], "", r"step_size: got values and start, stop; must be either"),
    ("text range", [("start = 0.1", 'start = "a"')], "", r'step_size\.start: got "a" \(not a number\)'),
    (
        "value refused",
        [("start = 0.1", "start = -0.1")],
        "",
        r"adaptation\.step_size: got -0\.1; must be a number above 0",
    ),
    ("listed value refused", [("[4, 25,", "[4, 2.5,")], "", r"adaptation\.samples: got 2\.5 \(not an integer\)"),
    ("nan listed", [("[4, 25,", "[4, nan,")], "", r"adaptation\.samples: got nan"),
    (
        "too many integers",
        [('[4, 25, "inf"]', "{start = 1, stop = 3, num = 9}")],
        "",
        r"samples: got 9 values from 1 to 3",
    ),
    (
        "weights",
        [("weight = 0.5", "weight = [0.5, 0.6]")],
        "",
        r"weight: varies, so that the weights cannot always sum",
    ),
    ("no rest", [("weight = 0.5", 'weight = "rest"'), ("weight = 0.5", "weight = [0.5, 1.5]")], "", r"up to 1\.5"),
    (
        "two rests",
        [("weight = 0.5", 'weight = "rest"'), ("weight = 0.5", 'weight = "rest"')],
        "",
        r"\[0\] has the rest",
    ),
    (
        "same name",
        [('"easy"', '"a b"'), ('"hard"', '"a_b"'), ("covariance = 1.0", "covariance = {values = [1, 2]}")],
        "",
        r"would both be called a_b_covariance",
    ),
    (
        "dimension and list",
        [("dimension = 2", "dimension = [2, 3]"), ("centre = 0.0", "centre = [0.0, 1.0]")],
        "",
        r"task_class\[0\]\.centre",
    ),
    ("points in a product", [], "points = 10", r'sweep\.points: got 10 with design = "product"'),
    ("no points", [], 'design = "sobol"', r"sweep\.points: missing|step_size: got num = 5 in a sampled design"),
    ("num when sampled", [], 'design = "sobol"\npoints = 8', r"step_size: got num = 5 in a sampled design"),
    ("design", [], 'design = "grid"', r'sweep\.design: got "grid"; must be "product", "latin-hypercube" or "sobol"'),
    ("unknown key", [], "seeds = 3", r"sweep\.seeds: unknown key"),
    ("misspelt key", [], 'closed_form = ["gain"]', r"sweep\.closed_form: unknown key, did you mean closed_forms\?"),
    ("not a list", [], 'closed_forms = "gain"', r"sweep\.closed_forms: got \"gain\"; must be a list of names"),
    ("closed form", [], 'closed_forms = ["gian"]', r"sweep\.closed_forms: unknown name 'gian': did you mean 'gain'"),
    ("nothing", [], "closed_forms = []", r"\[sweep\] asks for nothing"),
    ("condition", [], 'conditions = ["no-such*"]', r"sweep\.conditions: unknown condition 'no-such\*'"),
    ("claim", [], 'claims = ["no-such"]', r"sweep\.claims: unknown claim in scalars of the pair 'no-such'"),
    ("infinite samples", [], 'claims = ["collins2022.gain-isotropic"]', r"claims in scalars are about two isotropic"),
    (
        "symbol",
        [('[4, 25, "inf"]', "[4]")],
        'claims = ["collins2022.ratio-needs-packing"]',
        r"is about t too; give numbers",
    ),
    ("simulate", [], 'simulate = ["loss"]', r"sweep\.simulate: unknown name 'loss'"),
    ("tasks", [], "tasks = 1", r"sweep\.tasks: got 1; must be an integer of at least 2"),
    ("chunk", [], "chunk = 0", r"sweep\.chunk: got 0; must be an integer from 1"),
    ("share of three steps", [("samples =", "steps = 7\nsamples =")], 'closed_forms = ["share_nal"]', r"two isotropic"),
    ("unknown configuration key", [("samples =", "sample =")], "", r"adaptation\.sample: unknown key"),
]


@pytest.mark.parametrize(("changes", "sweep", "message"), [case[1:] for case in REFUSED], ids=[c[0] for c in REFUSED])
def test_what_is_no_grid_is_refused_in_one_message(changes, sweep, message):
    with pytest.raises(LandscapeError, match=message) as caught:
        parse_grid(changed(*changes, sweep=sweep), source="grid.toml")
    assert str(caught.value).startswith("grid.toml: ")
    assert caught.value.exit_code == 2


def test_sobol_points_are_a_power_of_two():
    text = changed((", num = 5", ""), (", num = 3", ""), sweep='design = "sobol"\npoints = 100')

    with pytest.raises(ConfigurationError, match=r"sweep\.points: got 100 .*power of 2.*128"):
        parse_grid(text)


@pytest.mark.parametrize("text", ["", "dimension =", "[sweep]\n", "sweep = 3\n"])
def test_what_is_no_file_of_the_kind_is_refused(text, tmp_path):
    path = tmp_path / "grid.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(ConfigurationError, match=r"grid\.toml"):
        load_grid(path)
