"""The settings under which all tests run do what they are there for."""

import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

EXAMPLE = """
from hypothesis import given, strategies as st

@given(st.integers())
def test_found(number):
    print("tried", number)
    assert number < 1000
"""


def warn_as(module):
    exec("import warnings; warnings.warn('careless')", {"__name__": module})


@pytest.mark.parametrize("module", ["theory", "numerics.sampling", "proofs_check.smt"])
def test_a_warning_that_our_code_causes_is_an_error(module):
    with pytest.raises(UserWarning, match="careless"):
        warn_as(module)


def test_a_warning_of_another_package_is_not():
    with warnings.catch_warnings(record=True) as caught:
        warn_as("theorymine")
    assert [str(warning.message) for warning in caught] == ["careless"]


@pytest.fixture
def run(tmp_path):
    """Run an example that fails under our conftest.py, as on a CI machine, and return the lines that it prints."""
    (tmp_path / "conftest.py").write_bytes(Path(__file__).with_name("conftest.py").read_bytes())
    (tmp_path / "test_example.py").write_text(EXAMPLE, encoding="utf-8")

    def lines(*options):
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options, "test_example.py"]
        result = subprocess.run(
            command, cwd=tmp_path, env=os.environ | {"CI": "true"}, capture_output=True, text=True, check=False
        )
        assert result.returncode == 1, result.stdout + result.stderr
        return result.stdout.splitlines()

    return lines


def tried(lines):
    return [line for line in lines if line.startswith("tried")]


def test_each_run_searches_elsewhere_and_its_printed_seed_repeats_it(run):
    first, second = run(), run()
    (seed,) = (line.rpartition("=")[2].rstrip(")") for line in first if line.startswith("hypothesis seed"))

    assert tried(first) != tried(second)
    assert tried(first) == tried(run(f"--hypothesis-seed={seed}"))
