"""Files and texts that are no configuration: each refused by a message with the file, the reason and the place."""

from pathlib import Path

import pytest

from numerics.configuration import Configuration, load
from theory.errors import ConfigurationError

NOT_TOML = [
    ("dimension = 10\nsteps =\n", "is not valid TOML: line 2, column 8: Invalid value"),
    ("dimension = ", "is not valid TOML: line 1, column 13 (the end): Invalid value"),
    ("dimension = 1\ndimension = 2\n", "is not valid TOML: line 2, column 14: Cannot overwrite a value"),
    ("[adaptation\n", "is not valid TOML: line 1, column 12: Expected ']' at the end of a table declaration"),
    ("a = 1e5x", "is not valid TOML: line 1, column 8: "),
    ("", "is empty: a configuration needs dimension, [adaptation] and at least one [[task_class]]"),
    ("\n  # only a comment\n", "is empty: a configuration needs"),
    ("a = " + 5000 * "9", "is not a configuration: it holds an integer of too many digits"),
    ("a = " + 5000 * "[", "is not a configuration: it nests arrays or tables too deeply"),
]


@pytest.mark.parametrize(("text", "expected"), NOT_TOML)
def test_text_that_is_no_configuration_is_refused_with_its_place(text, expected, tmp_path):
    path = tmp_path / "some.toml"
    path.write_text(text)

    with pytest.raises(ConfigurationError) as raised:
        load(path)

    assert str(raised.value).startswith(f"{path} {expected}")


def test_a_toml_number_beyond_all_range_is_shown_as_written():
    with pytest.raises(ConfigurationError, match=r"adaptation.samples: got 1e99999999999999999999 \(not an integer\)"):
        Configuration.parse("dimension = 1\n[adaptation]\nstep_size = 1.0\nsamples = 1e99999999999999999999")
    with pytest.raises(ConfigurationError, match=r"step_size: got 1e-99999999999999999999 \(its exponent is out of"):
        Configuration.parse("dimension = 1\n[adaptation]\nstep_size = 1e-99999999999999999999\nsamples = 1")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\x7fELF\x02\x00\x00", "is a binary file: a configuration is TOML text"),
        (b"name = '\xe9t\xe9'", "is not UTF-8 text (byte 0xe9 at position 8): a configuration is TOML text"),
        ("dimension = 2".encode("utf-16-be"), "is a binary file"),
    ],
)
def test_a_file_that_is_no_text_is_refused(content, expected, tmp_path):
    path = tmp_path / "some.toml"
    path.write_bytes(content)

    with pytest.raises(ConfigurationError) as raised:
        load(path)

    assert str(raised.value).startswith(f"{path} {expected}")


def test_a_file_that_cannot_be_read_is_named_with_the_reason(tmp_path):
    loop = tmp_path / "loop.toml"
    loop.symlink_to(loop)

    for path, reason in [
        (tmp_path / "none.toml", "No such file or directory"),
        (tmp_path, "Is a directory"),
        (loop, "Too many levels of symbolic links"),
    ]:
        with pytest.raises(ConfigurationError) as raised:
            load(path)
        assert str(raised.value) == f"cannot read {path}: {reason}"
    with pytest.raises(ConfigurationError, match='cannot read "a\\\\u0000b": '):
        load("a\0b")


def test_a_file_without_end_is_refused():
    with pytest.raises(ConfigurationError, match="/dev/zero is too large for a configuration: more than 128 MiB"):
        load(Path("/dev/zero"))
