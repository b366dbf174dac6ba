"""Fixtures for tests that measure: a seed that differs from run to run, and configurations by name.

A measured test states a false-alarm probability of 1e-6; the seed is derived from the one that pytest prints
(``--hypothesis-seed`` repeats a run), so that a rare failure can be reproduced.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from numerics.configuration import Configuration

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
