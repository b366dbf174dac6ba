"""Engines keep to the memory that they may use, and their threads change nothing but the time."""

import tracemalloc

import numpy as np
import pytest

from numerics import chains as chains_module
from numerics.chains import ArrayWalk
from numerics.engine import Engine, available_cores
from numerics.methods import MAML
from numerics.projected import ProjectedSampler
from numerics.sampling import Sampler
from theory.errors import ConfigurationError, UnknownNameError, UnsupportedError
from theory.mixture import InnerLoop, Mixture, TaskClass


def mixture(dimension, dense=True, classes=2):
    rng = np.random.default_rng(dimension)
    factors = [rng.standard_normal((dimension, dimension)) / dimension**0.5 for _ in range(classes)]
    covariances = [factor @ factor.T + np.eye(dimension) if dense else np.eye(dimension) for factor in factors]
    return Mixture(
        tuple(
            TaskClass(str(k), 1 / classes, covariance, np.full(dimension, float(k)), 0.1 * covariance, 0.5)
            for k, covariance in enumerate(covariances)
        )
    )


@pytest.mark.parametrize(
    ("source_of", "dimension", "samples", "batch", "steps", "data"),
    [
        (ProjectedSampler, 200, 50, 64, 1, "reused"),
        (ProjectedSampler, 100, 400, 8, 4, "reused"),
        (ProjectedSampler, 100, 400, 8, 4, "fresh"),
        (Sampler, 100, 100, 8, 1, "reused"),
        (Sampler, 200, 20, 32, 2, "fresh"),
    ],
)
@pytest.mark.parametrize("workers", [1, 3])
def test_a_step_takes_no_more_memory_than_is_counted(source_of, dimension, samples, batch, steps, data, workers):
    learner, chains, memory = MAML(InnerLoop(0.1, samples, steps, data)), 16, 2**28
    walk = ArrayWalk(
        learner,
        source_of(mixture(dimension)),
        chains,
        batch,
        np.random.SeedSequence(1),
        Engine(workers=workers, memory=memory),
    )
    tracemalloc.start()
    try:
        walk.advance(np.zeros((chains, dimension)), np.full(walk.block, 1e-3))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    # Within a factor of the truth, so that the count is no free pass either.
    assert walk.bytes_held / 15 < peak < walk.bytes_held <= memory


@pytest.mark.parametrize("source_of", [ProjectedSampler, Sampler])
def test_threads_change_nothing_but_the_time(source_of, monkeypatch):
    monkeypatch.setattr(chains_module, "_GROUP_BYTES", 1)
    paths = []
    for workers in (1, 2, 5):
        walk = ArrayWalk(
            MAML(InnerLoop(0.1, 5)), source_of(mixture(4)), 8, 3, np.random.SeedSequence(1), Engine(workers=workers)
        )
        paths.append(walk.advance(np.zeros((8, 4)), np.full(5, 0.1)))

    np.testing.assert_array_equal(paths[0], paths[1])
    np.testing.assert_array_equal(paths[0], paths[2])
    assert len(np.unique(paths[0][-1, :, 0])) == 8


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"name": "numpi"}, UnknownNameError, "unknown engine 'numpi': did you mean 'numpy'"),
        ({"device": "gpu"}, UnknownNameError, "unknown device 'gpu'"),
        ({"workers": 0}, ConfigurationError, "workers = 0: must be at least 1"),
    ],
)
def test_what_is_no_engine_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        Engine(**arguments)


def test_samplers_that_an_engine_lacks_are_refused():
    with pytest.raises(UnsupportedError, match="engine 'compiled' with sampler 'raw'"):
        Engine("compiled").source(mixture(2), "raw")
    with pytest.raises(UnknownNameError, match="did you mean 'projected'"):
        Engine().source(mixture(2), "projekted")
    assert available_cores() >= 1
