"""Hypothesis strategies for task populations: covariances, mixtures, inner loops and whole configurations.

Simple values come first, so that a failure shrinks to few classes, few coordinates and small numbers. Extremes are
drawn on purpose: repeated eigenvalues, the bounds themselves, a single sample, infinitely many, a step exactly at the
edge of stability. What is drawn prints as Python that makes it again.
"""

from proofs_check.strategies.loops import inner_loops, sample_counts, step_sizes
from proofs_check.strategies.matrices import covariances
from proofs_check.strategies.numbers import rationals
from proofs_check.strategies.populations import configurations, isotropic_pairs, mixtures

__all__ = [
    "configurations",
    "covariances",
    "inner_loops",
    "isotropic_pairs",
    "mixtures",
    "rationals",
    "sample_counts",
    "step_sizes",
]
