"""Solver processes that the tests of a worker share, as the claims of a run do."""

import pytest

from proofs_check.solvers import Solvers


@pytest.fixture(scope="session")
def solvers():
    with Solvers() as shared:
        yield shared
