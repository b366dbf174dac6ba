"""Settings that hold for every test: how Hypothesis searches, and with which arithmetic SymPy computes."""

import secrets

import pytest
from hypothesis import HealthCheck, settings

# Imported here, before any test module, so that SymPy computes on Python's integers in the tests as in the command.
from theory import sympy_ground_types

# No deadline and no check of slowness: they fail on a busy machine, not on wrong code. Not derandomised, even where
# Hypothesis by itself would be (CI): each run looks elsewhere, and its seed is printed so that it can be repeated.
settings.register_profile(
    "landscape",
    deadline=None,
    derandomize=False,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("thorough", settings.get_profile("landscape"), max_examples=2_000)
settings.load_profile("landscape")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    # Before Hypothesis reads it; the workers of pytest-xdist receive it with the other options.
    if config.option.hypothesis_seed is None:
        config.option.hypothesis_seed = str(secrets.randbelow(2**32))


def pytest_report_header(config):
    seed = config.option.hypothesis_seed
    return [
        f"hypothesis seed: {seed} (to repeat this run: --hypothesis-seed={seed})",
        f"sympy ground types: {sympy_ground_types()}",
    ]
