"""The benchmark of samplers and engines measures each of them and writes one table; how fast they are, no test asks."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

_path = Path(__file__).parents[2] / "benchmarks" / "descent.py"
_spec = importlib.util.spec_from_file_location("descent_benchmark", _path)
descent = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(descent)


@pytest.mark.parametrize("engine", descent.ENGINES)
@pytest.mark.parametrize("kind", descent.KINDS)
def test_every_combination_is_measured(engine, kind):
    measured = [descent.speed("S", kind, engine, s, chains=2, seconds=1e-3) for s in descent.ENGINES[engine]]

    assert [item.sampler for item in measured] == list(descent.ENGINES[engine])
    assert all(item.steps_per_second > 0 and item.ceiling > 0 for item in measured)
    lines = descent.table(measured).splitlines()
    assert {line.count("|") for line in lines} == {8}
    assert len(lines) == 2 + len(measured)


def test_dense_covariances_are_dense_and_isotropic_ones_are_not():
    isotropic, dense = (descent.population("S", kind).covariances[0] for kind in descent.KINDS)

    assert not (isotropic - isotropic[0, 0] * np.eye(10)).any()
    assert (dense != 0).all()
