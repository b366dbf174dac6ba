"""The error tree: what the command relies on when it turns an error into one message and an exit code."""

import pickle

import pytest

from theory import errors


@pytest.mark.parametrize(
    ("error", "exit_code"),
    [
        (errors.LandscapeError, 2),
        (errors.ConfigurationError, 2),
        (errors.NonUniqueOptimumError, 2),
        (errors.ClaimError, 2),
        (errors.UnknownNameError, 2),
        (errors.DivergenceError, 1),
    ],
)
def test_each_error_is_a_landscape_error_with_its_exit_code_even_from_a_worker_process(error, exit_code):
    raised = pickle.loads(pickle.dumps(error("cause: remedy")))

    assert isinstance(raised, errors.LandscapeError)
    assert type(raised) is error
    assert (str(raised), raised.exit_code) == ("cause: remedy", exit_code)


def test_every_error_of_the_tree_is_public():
    tree = {cls.__name__ for cls in vars(errors).values() if isinstance(cls, type) and issubclass(cls, Exception)}

    assert {name for name in tree if not name.startswith("_")} == set(errors.__all__)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("mmal", "unknown learner 'mmal': did you mean 'maml'?"),
        ("xyz", "unknown learner 'xyz': known are: maml, nal"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest_or_with_all(given, message):
    assert str(errors.UnknownNameError.among("learner", given, ["nal", "maml"])) == message


def test_many_known_names_are_counted_rather_than_listed():
    message = str(errors.UnknownNameError.among("claim", "xyz", [f"name-{index:02}" for index in range(76)]))
    assert message.endswith("name-10, name-11, ... (76 in all)")
