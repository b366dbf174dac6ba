"""What a valid configuration means: its forms and defaults, exactness, and writing it back."""

import json
import tomllib
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numerics.configuration import Configuration, load
from theory.errors import ConfigurationError

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.toml"))
VECTORS = json.loads((ROOT / "tests/data/evaluate.json").read_text())["cases"]

CONTRACT = """
dimension = 10
[adaptation]
step_size = 0.9
samples = 25
steps = 3
data = "fresh"
[[task_class]]
name = "easy"
weight = 0.5
covariance = 1.0
centre = 0.0
spread = 0.04
noise = 0.1
[[task_class]]
weight = 0.5
covariance = 1
centre = 2
"""


def one_class(dimension=2, adaptation=None, **task_class):
    return {
        "dimension": dimension,
        "adaptation": {"step_size": 0.5, "samples": 4} | (adaptation or {}),
        "task_class": [{"weight": 1, "covariance": 1, "centre": 0} | task_class],
    }


def test_every_key_of_the_contract_is_read():
    configuration = Configuration.parse(CONTRACT)

    loop, (easy, other) = configuration.inner_loop, configuration.mixture.classes
    assert (loop.step_size, loop.samples, loop.steps, loop.data) == (0.9, 25, 3, "fresh")
    assert configuration.mixture.dimension == 10
    assert (easy.name, easy.weight, easy.noise) == ("easy", 0.5, 0.1)
    np.testing.assert_array_equal(easy.covariance, np.eye(10))
    np.testing.assert_array_equal(easy.spread, 0.04 * np.eye(10))
    np.testing.assert_array_equal(easy.centre, np.zeros(10))
    np.testing.assert_array_equal(other.centre, np.full(10, 2.0))


def test_what_is_left_out_has_the_documented_default():
    configuration = Configuration.from_mapping(one_class())

    (task_class,) = configuration.mixture.classes
    assert (configuration.inner_loop.steps, configuration.inner_loop.data) == (1, "reused")
    assert (task_class.name, task_class.noise) == ("class0", 0.0)
    np.testing.assert_array_equal(task_class.spread, np.zeros((2, 2)))


def test_nameless_classes_are_named_by_position():
    classes = [{"weight": 0.5, "covariance": 1, "centre": 0} | name for name in ({"name": "a"}, {})]

    configuration = Configuration.from_mapping(one_class() | {"task_class": classes})

    assert [task_class.name for task_class in configuration.mixture.classes] == ["a", "class1"]


@pytest.mark.parametrize(
    ("covariance", "expected"),
    [
        (2, [[2, 0], [0, 2]]),
        (0.5, [[0.5, 0], [0, 0.5]]),
        ([1, 0.5], [[1, 0], [0, 0.5]]),
        ([[1, 0.25], [0.25, 0.5]], [[1, 0.25], [0.25, 0.5]]),
        (np.array([[1.0, 0.25], [0.25, 0.5]]), [[1, 0.25], [0.25, 0.5]]),
        ((np.float64(1), np.int64(3)), [[1, 0], [0, 3]]),
    ],
)
def test_a_covariance_is_a_number_a_list_or_a_matrix(covariance, expected):
    mapping = one_class(covariance=covariance, spread=covariance)

    configuration = Configuration.from_mapping(mapping)

    for mixture, kind in ((configuration.mixture, float), (configuration.exact[0], Fraction)):
        for matrix in (mixture.classes[0].covariance, mixture.classes[0].spread):
            np.testing.assert_array_equal(matrix, np.array(expected))
            assert all(type(entry) is kind for entry in matrix.ravel().tolist())


@pytest.mark.parametrize("samples", [1, 2**53, np.int64(7)])
def test_samples_is_any_integer_that_float64_holds_exactly(samples):
    assert Configuration.from_mapping(one_class(adaptation={"samples": samples})).inner_loop.samples == samples


def test_infinitely_many_samples_are_none():
    configuration = Configuration.from_mapping(one_class(adaptation={"samples": "inf"}))

    assert configuration.inner_loop.samples is None
    assert configuration.exact[1].samples is None
    assert 'samples = "inf"' in configuration.to_toml()


def test_decimals_are_exact_as_written():
    configuration = Configuration.parse(CONTRACT.replace("0.04", "0.1234567890123456789012345678901234567890"))

    mixture, loop = configuration.exact
    assert loop.step_size == Fraction(9, 10)
    assert mixture.classes[0].noise == Fraction(1, 10)
    assert mixture.classes[0].spread[0, 0] == Fraction(1234567890123456789012345678901234567890, 10**40)


def test_a_float_of_a_program_stands_for_the_decimal_it_prints():
    exact, _ = Configuration.from_mapping(one_class(noise=0.1)).exact

    assert exact.classes[0].noise == Fraction(1, 10)


@pytest.mark.parametrize("text", ["1e-300", "1e300", "0.30000000000000004", "2.2250738585072011e-308", "1_000.5", "7"])
def test_float64_is_the_nearest_to_what_was_written_and_to_the_exact_value(text):
    configuration = Configuration.parse(CONTRACT.replace("0.04", text))

    assert configuration.mixture.classes[0].spread[0, 0] == float(text)
    assert float(configuration.exact[0].classes[0].spread[0, 0]) == float(text)


def test_weights_within_the_tolerance_are_scaled_to_sum_to_one_exactly():
    third = {"weight": 0.333333333, "covariance": 1, "centre": 0}

    configuration = Configuration.from_mapping(one_class() | {"task_class": [third, third, third]})

    assert configuration.exact[0].weights.tolist() == [Fraction(1, 3)] * 3
    assert configuration.mixture.weights.tolist() == [1 / 3] * 3


def test_a_class_of_weight_zero_is_allowed():
    classes = [{"weight": weight, "covariance": 1, "centre": 0} for weight in (1, 0)]

    assert Configuration.from_mapping(one_class() | {"task_class": classes}).mixture.weights.tolist() == [1, 0]


@pytest.mark.parametrize(
    "spread",
    [
        [[1, 2], [2, 4]],
        [[0, 0], [0, 1]],
        [[0, 0], [0, 0]],
        [0, 1],
        [[0.01, 0.03], [0.03, 0.09]],
        [[Decimal("1e-300"), Decimal("1e-150")], [Decimal("1e-150"), 1]],
        [[Decimal("1e300"), 1], [1, Decimal("1e-300")]],
    ],
)
def test_a_singular_spread_is_allowed(spread):
    assert Configuration.from_mapping(one_class(spread=spread)).exact[0].classes[0].spread.shape == (2, 2)


@given(st.lists(st.lists(st.integers(-99, 99), min_size=4, max_size=4), min_size=1, max_size=3))
def test_every_matrix_of_low_rank_is_a_spread_and_none_a_covariance(factors):
    # A sum of fewer than d squares, exact in decimals: singular, though float64 often sees a negative eigenvalue.
    gram = [[Decimal(sum(f[i] * f[j] for f in factors)) / 10**4 for j in range(4)] for i in range(4)]

    assert Configuration.from_mapping(one_class(4, spread=gram))
    with pytest.raises(ConfigurationError, match="its smallest eigenvalue is 0"):
        Configuration.from_mapping(one_class(4, covariance=gram))


def test_arrays_cannot_be_changed_under_those_who_share_them():
    configuration = Configuration.from_mapping(one_class())

    with pytest.raises(ValueError, match="read-only"):
        configuration.mixture.classes[0].covariance[0, 0] = 5
    with pytest.raises(ValueError, match="read-only"):
        configuration.exact[0].classes[0].centre[0] = 5


@pytest.mark.parametrize("dimension", [1, 2000])
def test_the_smallest_and_the_largest_dimension(dimension):
    assert Configuration.from_mapping(one_class(dimension)).mixture.covariances.shape == (1, dimension, dimension)


CONFIGURATIONS = [load(path) for path in EXAMPLES] + [
    Configuration.from_mapping(case["configuration"]) for case in VECTORS
]


def test_there_are_three_examples_and_the_vectors():
    assert [path.stem for path in EXAMPLES] == ["anisotropic", "easy_hard", "three_classes"]
    assert len(VECTORS) == 12


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_the_examples_and_the_vectors_are_valid_and_written_back_equal(configuration):
    assert Configuration.parse(configuration.to_toml()) == configuration
    assert Configuration.from_mapping(configuration.to_mapping()) == configuration
    assert eval(repr(configuration)) == configuration
    assert hash(Configuration.parse(configuration.to_toml())) == hash(configuration)


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_a_mapping_of_short_decimals_is_json(configuration):
    assert Configuration.from_mapping(json.loads(json.dumps(configuration.to_mapping()))) == configuration


def test_configurations_that_differ_are_not_equal():
    configuration = Configuration.from_mapping(one_class(noise=0.1))

    assert configuration == Configuration.from_mapping(one_class(noise=Decimal("0.10"), name="class0", spread=0))
    assert configuration != Configuration.from_mapping(one_class(noise=0.2))


def decimals(least):
    """Decimals of any sign, length and magnitude that float64 can hold."""
    return st.builds(
        lambda digits, exponent: Decimal(f"{digits}e{exponent}"), st.integers(least), st.integers(-250, 250)
    )


@given(
    centre=st.lists(
        decimals(-(10**50)) | st.integers() | st.floats(-1e300, 1e300),
        min_size=3,
        max_size=3,
    ),
    step_size=decimals(1),
    samples=st.integers(1, 2**53) | st.just("inf"),
    name=st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=30),
)
def test_anything_valid_is_written_back_exactly(centre, step_size, samples, name):
    adaptation = {"step_size": step_size, "samples": samples}
    configuration = Configuration.from_mapping(one_class(3, adaptation, centre=centre, name=name))

    from_toml = Configuration.parse(configuration.to_toml())
    from_repr = eval(repr(configuration))

    written = [Fraction(str(entry)) for entry in centre]
    for same in (configuration, from_toml, from_repr):
        assert same == configuration
        assert same.exact[0].classes[0].centre.tolist() == written
        assert same.exact[1].step_size == Fraction(step_size)
        assert same.mixture.classes[0].name == name


def test_matrices_are_written_one_row_a_line_and_any_toml_reader_reads_them():
    configuration = Configuration.from_mapping(one_class(covariance=[[1, 0.5], [0.5, 2]], centre=[10**20, 1]))

    text = configuration.to_toml()

    assert "covariance = [\n    [1, 0.5],\n    [0.5, 2],\n]\n" in text
    assert tomllib.loads(text)["task_class"][0]["centre"] == [1e20, 1]


def test_load_accepts_a_byte_order_mark_and_windows_line_ends(tmp_path):
    path = tmp_path / "configuration.toml"
    path.write_bytes(b"\xef\xbb\xbf" + CONTRACT.replace("\n", "\r\n").encode())

    assert load(path) == load(str(path)) == Configuration.parse(CONTRACT)
