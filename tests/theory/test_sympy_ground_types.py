"""SymPy must not compute on python-flint, which judges it; each case is a fresh interpreter, as the choice is final."""

import os
import subprocess
import sys

import pytest

from theory import sympy_ground_types


def ground_types(imports, **environment):
    inherited = {name: value for name, value in os.environ.items() if name != "SYMPY_GROUND_TYPES"}
    return subprocess.run(
        [sys.executable, "-c", f"import {imports}; import theory; print(theory.sympy_ground_types())"],
        env=inherited | environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


@pytest.mark.parametrize("package", ["theory", "numerics", "proofs_check"])
def test_sympy_computes_on_python_integers_whichever_package_comes_first(package):
    assert ground_types(f"{package}, sympy") == "python"


def test_sympy_imported_before_us_is_recorded_as_it_is():
    # Without the project SymPy does pick python-flint: the variable that theory sets is what prevents it.
    assert ground_types("sympy") == "flint"


def test_the_users_own_choice_stands_and_is_recorded():
    assert ground_types("theory", SYMPY_GROUND_TYPES="flint") == "flint"


def test_the_tests_themselves_run_on_the_arithmetic_of_the_command():
    assert sympy_ground_types() == os.environ["SYMPY_GROUND_TYPES"]
