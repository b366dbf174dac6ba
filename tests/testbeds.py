"""The configurations that every method is tried on: two fixed testbeds, and random ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from numerics.configuration import Configuration

__all__ = ["T0", "T1", "random_configuration", "t0", "t1"]


def _rotated(eigenvalues: Any, rng: np.random.Generator) -> list[list[float]]:
    rotation, _ = np.linalg.qr(rng.standard_normal((len(eigenvalues), len(eigenvalues))))
    covariance = rotation @ np.diag(eigenvalues) @ rotation.T
    return ((covariance + covariance.T) / 2).tolist()


def _task_class(weight: float, covariance: Any, centre: Any, spread: float, noise: float) -> dict[str, Any]:
    return {"weight": weight, "covariance": covariance, "centre": centre, "spread": spread, "noise": noise}


def _configuration(
    dimension: int, classes: list[dict[str, Any]], adaptation: Mapping[str, Any], method: Mapping[str, Any] | None
) -> Configuration:
    tables = {"dimension": dimension, "adaptation": dict(adaptation), "task_class": classes}
    return Configuration.from_mapping(tables | ({"method": dict(method)} if method else {}))


def t0(method: Mapping[str, Any] | None = None, **adaptation: Any) -> Configuration:
    """Two isotropic classes in five dimensions, with other keys of the inner loop and tables of methods on request."""
    classes = [
        _task_class(0.5, 1.0, [1, 0, 0, 0, 0], 0.09 / 5, 0.25),
        _task_class(0.5, 0.2, [-1, 0, 0, 0, 0], 0.25 / 5, 0.25),
    ]
    return _configuration(5, classes, {"step_size": 0.5, "samples": 8} | adaptation, method)


def t1(method: Mapping[str, Any] | None = None, **adaptation: Any) -> Configuration:
    """Three classes in four dimensions whose covariances do not commute."""
    rng = np.random.default_rng(42)
    ranges, radii = ((0.7, 1.3), (0.2, 0.6), (0.1, 0.9)), (0.3, 0.5, 0.4)
    centres = ([1, 0, 0, 0], [-1, 1, 0, 0.5], [0, -1, 1, -1])
    classes = [
        _task_class(weight, _rotated(rng.uniform(*ends, 4), rng), centre, radius**2 / 4, 0.25)
        for weight, ends, centre, radius in zip((0.3, 0.3, 0.4), ranges, centres, radii, strict=True)
    ]
    return _configuration(4, classes, {"step_size": 0.5, "samples": 8} | adaptation, method)


def random_configuration(
    seed: int, *, isotropic: bool | None = None, method: Mapping[str, Any] | None = None
) -> Configuration:
    """Draw a configuration: 1 to 8 dimensions, 2 to 4 classes, isotropic or not, K = 1 or 2, reused or fresh data."""
    rng = np.random.default_rng(seed)
    dimension, count = int(rng.integers(1, 9)), int(rng.integers(2, 5))
    isotropic = bool(rng.random() < 0.5) if isotropic is None else isotropic
    weights = rng.dirichlet(np.full(count, 4.0)).round(3)
    weights[-1] = 1 - weights[:-1].sum()
    largest = 1.3
    classes = [
        _task_class(
            float(weight),
            float(rng.uniform(0.1, largest)) if isotropic else _rotated(rng.uniform(0.1, largest, dimension), rng),
            rng.normal(0, 1, dimension).tolist(),
            float(rng.uniform(0, 0.3) / dimension),
            float(rng.uniform(0, 0.4)),
        )
        for weight in weights
    ]
    adaptation = {
        "step_size": float(rng.uniform(0.1, 0.6)),
        "samples": int(rng.integers(4, 20)),
        "steps": int(rng.integers(1, 3)),
        "data": str(rng.choice(["reused", "fresh"])),
    }
    return _configuration(dimension, classes, adaptation, method)


T0, T1 = t0(), t1()
