"""`[method.NAME]` tables: read against the parameters a method declares, refused by one message, written back."""

import importlib.util
from fractions import Fraction
from pathlib import Path

import pytest

from numerics.configuration import Configuration
from numerics.configuration.method_tables import read_method_tables
from numerics.configuration.values import Refused
from theory.errors import ConfigurationError, UnknownNameError
from theory.methods import METHODS
from theory.methods.parameters import Choice, Count, Flag, Real, Shares, parameters_of

_spec = importlib.util.spec_from_file_location("testbeds", Path(__file__).parents[1] / "testbeds.py")
testbeds = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(testbeds)


def test_numbers_are_read_exactly_and_defaults_filled_in():
    method = testbeds.t0({"mamf": {"step_size": 0.3}}).method("mamf")

    assert (method.step_size, method.epochs) == (Fraction(3, 10), METHODS["mamf"]().epochs)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"mamff": {}}, "method.mamff: got an empty table (no method has that name, did you mean mamf?); must be"),
        ({"mamf": 3}, "method.mamf: got 3; must be a table of the method's parameters"),
        (
            {"mamf": {"epoch": 3}},
            "method.mamf.epoch: got 3 (unknown key, did you mean epochs?); must be one of the keys",
        ),
        ({"nal": {"x": 3}}, "method.nal.x: got 3 (unknown key); must be absent: the method has no parameters"),
        ({"mamf": {"epochs": 0}}, "method.mamf.epochs: got 0; must be an integer from 1 to"),
        ({"mamf": {"epochs": 2.0}}, "method.mamf.epochs: got 2.0 (not an integer: write 2)"),
        ({"mamf": {"step_size": 0}}, "method.mamf.step_size: got 0; must be a number above 0"),
        (
            {"mamf": {"step_size": float("nan")}},
            "method.mamf.step_size: got nan (not finite); must be a number above 0",
        ),
        ({"mamf": {"step_size": "big"}}, 'method.mamf.step_size: got "big" (not a number); must be a number above 0'),
        ({"mamf": {"step_size": True}}, "method.mamf.step_size: got true (not a number); must be a number above 0"),
    ],
)
def test_a_bad_table_is_refused_by_one_message(table, message):
    with pytest.raises(ConfigurationError) as refused:
        testbeds.t0(table)

    assert str(refused.value).startswith(message)
    assert "\n" not in str(refused.value)


def test_a_configuration_with_tables_is_written_back_equal():
    configuration = testbeds.t0({"mamf": {"step_size": 0.3, "epochs": 7}})

    assert Configuration.parse(configuration.to_toml()) == configuration
    assert Configuration.from_mapping(configuration.to_mapping()) == configuration
    assert configuration != testbeds.T0
    assert len({configuration, testbeds.t0({"mamf": {"step_size": 0.3, "epochs": 7}})}) == 1


def test_an_unknown_method_is_refused():
    with pytest.raises(UnknownNameError, match="unknown method 'mam'"):
        testbeds.T0.method("mam")


@pytest.mark.parametrize("value", [3, [], "x"])
def test_what_is_no_table_of_tables_is_refused(value):
    with pytest.raises(Refused):
        read_method_tables(value)


@pytest.mark.parametrize("name", METHODS)
def test_every_parameter_has_a_default_that_its_own_table_accepts(name):
    for item in parameters_of(METHODS[name]):
        kind, default = item.metadata["kind"], item.default
        assert isinstance(kind, Real | Count | Choice | Flag | Shares)
        assert item.metadata["meaning"]
        if isinstance(kind, Real) and default is not None:
            assert kind.accepts(Fraction(default))
        elif default is not None:
            value = [float(share) for share in default] if isinstance(kind, Shares) else default
            assert read_method_tables({name: {item.name: value}})


@pytest.mark.parametrize(
    ("kind", "allowed", "refused"),
    [
        (Real("x", above=0, most=1), [Fraction(1, 2), 1], [0, Fraction(3, 2)]),
        (Real("x", least=0, below=1), [0, Fraction(1, 2)], [-1, 1]),
    ],
)
def test_bounds_are_as_open_as_they_say(kind, allowed, refused):
    assert all(kind.accepts(value) for value in allowed)
    assert not any(kind.accepts(value) for value in refused)
