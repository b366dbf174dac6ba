"""Hunting for counterexamples and nothing else: no prover runs, and a claim that survives has only survived.

One story per file: ``targets`` says what of a claim one exact point can refute and where to look for it, ``archive``
keeps counterexamples in Hypothesis's example database, ``run`` hunts within limits, and ``properties`` hands the same
targets to pytest and HypoFuzz.
"""

from proofs_check.fuzz.run import Finding, FuzzReport, fuzz

__all__ = ["Finding", "FuzzReport", "fuzz"]
