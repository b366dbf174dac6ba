"""Fixtures for tests that measure: a seed that differs from run to run, and configurations by name.

A measured test states a false-alarm probability of 1e-6; the seed is derived from the one that pytest prints
(``--hypothesis-seed`` repeats a run), so that a rare failure can be reproduced.
"""

import hashlib
import json
from itertools import combinations_with_replacement
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from numerics.configuration import Configuration
from numerics.measurement import Estimate

VECTORS = json.loads((Path(__file__).parents[1] / "data/evaluate.json").read_text())["cases"]


@pytest.fixture
def seed(request):
    text = f"{request.config.option.hypothesis_seed} {request.node.nodeid}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4])


@pytest.fixture
def rng(seed):
    return np.random.default_rng(seed)


@pytest.fixture
def configured():
    """Build a configuration in d = 2 or 3: two classes, their covariances dense and not commuting unless changed."""

    def build(dimension=2, adaptation=None, first=None, second=None):
        dense = [
            [[1.0, 0.4, 0.1], [0.4, 0.7, -0.2], [0.1, -0.2, 0.5]],
            [[0.3, -0.1, 0.0], [-0.1, 0.6, 0.2], [0.0, 0.2, 0.4]],
        ]
        cut = [[row[:dimension] for row in matrix[:dimension]] for matrix in dense]
        easy = {
            "weight": 0.4,
            "covariance": cut[0],
            "centre": [1.0, -0.5, 0.3][:dimension],
            "spread": 0.1,
            "noise": 0.3,
        }
        hard = {
            "weight": 0.6,
            "covariance": cut[1],
            "centre": [-1.0, 0.8, 0.1][:dimension],
            "spread": 0.2,
            "noise": 0.1,
        }
        return Configuration.from_mapping(
            {
                "dimension": dimension,
                "adaptation": {"step_size": 0.5, "samples": 4} | (adaptation or {}),
                "task_class": [easy | (first or {}), hard | (second or {})],
            }
        )

    return build


@pytest.fixture(params=range(len(VECTORS)), ids=lambda index: f"case{index}")
def vector(request):
    case = VECTORS[request.param]
    return Configuration.from_mapping(case["configuration"]), case["expected"]


_PROJECTIONS = 3
#: False alarms of a whole comparison of two samples.
_FALSE_ALARM = 1e-6


def _disagreements(candidate, reference, rng):
    """Name the moments, to order four, and the laws of random projections in which two samples differ."""
    scales = reference.std(axis=0)
    directions = rng.standard_normal((reference.shape[1], _PROJECTIONS)) / scales[:, None]
    ours, theirs = (sample @ directions / np.sqrt(len(scales)) for sample in (candidate, reference))
    monomials = [
        powers for order in (1, 2, 3, 4) for powers in combinations_with_replacement(range(_PROJECTIONS), order)
    ]
    entries = reference.shape[1]
    comparisons = len(monomials) + _PROJECTIONS + 2 * entries
    found = []
    for powers in monomials:
        difference = np.prod(ours[:, powers], axis=1) - np.prod(theirs[:, powers], axis=1)
        estimate = Estimate.from_chunks(lambda _, d=difference: d, len(difference), len(difference))
        if abs(estimate.score(0.0)) > estimate.critical(comparisons, _FALSE_ALARM):
            found.append(f"moment {powers}")
    laws = {f"projection {i}": (ours[:, i], theirs[:, i]) for i in range(_PROJECTIONS)}
    laws |= {f"entry {i}": (candidate[:, i], reference[:, i]) for i in range(entries)}
    # The size of an outer gradient: what a wrong law of lengths changes most.
    laws |= {
        f"size {i}": tuple(np.linalg.norm(sample[:, i:], axis=1) for sample in (candidate, reference))
        for i in range(entries)
    }
    found += [name for name, pair in laws.items() if stats.ks_2samp(*pair).pvalue < _FALSE_ALARM / comparisons]
    return found


@pytest.fixture
def disagreements():
    """Compare the laws of two samples of vectors, each of shape (n, entries)."""
    return _disagreements
