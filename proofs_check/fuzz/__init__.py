"""Hunting for counterexamples and nothing else: no prover runs, and a claim that survives has only survived.

One story per file: ``targets`` says what of a claim one exact point can refute and where to look for it, ``archive``
keeps counterexamples in Hypothesis's example database, ``claim_hunt`` hunts on one claim, ``run`` on many within
limits, ``workers`` on several at a time, and ``properties`` hands the same targets to pytest and HypoFuzz.
"""

from proofs_check.fuzz.claim_hunt import Finding
from proofs_check.fuzz.run import FuzzReport, fuzz

__all__ = ["Finding", "FuzzReport", "fuzz"]
