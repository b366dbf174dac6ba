"""One Hypothesis test per claim, for pytest and for HypoFuzz, which runs them for days.

    hypothesis fuzz --no-dashboard -- --pyargs proofs_check.fuzz.properties

Claims that ought to be refuted are left out: their tests fail, and tell nothing new. ``LANDSCAPE_CLAIMS`` names files
of claims to test instead of the library's own, separated as in ``PATH``; ``LANDSCAPE_SELECT`` names claims, or globs,
separated by blanks.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import DataObject, data

from proofs_check.commands.options import DEFAULT_SEED
from proofs_check.fuzz.targets import Target, targets_of
from theory.collection import chosen_claims

__all__ = ["test_claim"]


def _targets() -> dict[str, tuple[Target, ...]]:
    """Prepare the claims now: in a test, a fuzzer that measures coverage would slow every derivation down."""
    files = [Path(name) for name in os.environ.get("LANDSCAPE_CLAIMS", "").split(os.pathsep) if name]
    claims = chosen_claims(os.environ.get("LANDSCAPE_SELECT", "").split(), files)
    prepared = {claim.name: targets_of(claim, DEFAULT_SEED) for claim in claims if claim.expected != "refuted"}
    return {name: targets for name, targets in prepared.items() if targets}


_TARGETS = _targets()


@pytest.mark.parametrize("name", _TARGETS)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(draw=data())
def test_claim(name: str, draw: DataObject) -> None:
    """No point that Hypothesis chooses, on a surface where the claim changes or anywhere else, refutes it."""
    for target in _TARGETS[name]:
        refutation = target.refuted_by(draw.draw(target.choices(), label=target.label))
        if refutation is not None:
            raise AssertionError(f"{name}: {refutation}")
