"""ST-MAML's own rule: codes read off the data that the inner loop uses, a step for those of the code, where it ends."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from numerics.adaptation import adapt, pull_back
from numerics.methods import LEARNERS
from numerics.sampling import Sampler
from numerics.settling import settle
from numerics.solutions import evaluated_problem, place
from proofs_check.comparison import compare_descent

_spec = importlib.util.spec_from_file_location("testbeds", Path(__file__).parents[2] / "testbeds.py")
testbeds = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(testbeds)


def learner_of(configuration):
    return LEARNERS["st_maml"].of(configuration.method("st_maml"), configuration.inner_loop, configuration.mixture)


def test_a_step_moves_each_code_by_the_mean_gradient_of_its_tasks(rng):
    configuration = testbeds.t0(samples=1, steps=2, data="fresh")
    learner = learner_of(configuration)
    episodes = learner.draw(Sampler(configuration.mixture, "raw"), rng, (1, 12))
    thetas = rng.standard_normal((2, 5))

    squares = sum((data.inputs[0] ** 2).sum(axis=(1, 2)) for data in episodes.data)
    codes = (squares / (2 * 1 * 5) > learner.edges[0]).astype(int)
    expected = thetas.copy()
    for code in (0, 1):
        gradients = []
        for task in np.flatnonzero(codes == code):
            data = tuple(item[:, task] for item in episodes.data)
            adapted = adapt(thetas[None, code], data, 0.5)
            gradients.append(pull_back(episodes.tasks[:, task].population_gradient(adapted), data, 0.5)[0])
        if gradients:
            expected[code] -= 0.1 * np.mean(gradients, axis=0)

    assert 0 < codes.sum() < 12
    np.testing.assert_allclose(learner.advance(thetas.reshape(1, 10), episodes, 0.1)[0], expected.ravel(), rtol=1e-12)


@pytest.mark.parametrize("kind", ["raw", "wishart"])
def test_both_samplers_show_the_encoder_the_same_inputs(kind, rng):
    learner = learner_of(testbeds.T1)
    episodes = learner.draw(Sampler(testbeds.T1.mixture, kind), rng, (4000,))
    hard = learner.codes(episodes) == 0
    by_class = [hard[episodes.tasks.classes == k].mean() for k in range(3)]
    # The first class is the easy one.
    assert by_class[0] < 0.2
    assert min(by_class[1:]) > 0.8


@pytest.mark.parametrize("bed", [testbeds.t0, testbeds.t1], ids=["T0", "T1"])
def test_it_ends_at_the_derived_initialisations(bed, seed):
    comparison = compare_descent(bed(samples=2), "st_maml", seed=seed)
    assert comparison.names == ("theta_hard", "theta_easy")
    assert comparison.agrees
    assert comparison.detectable.max() < 0.3


def test_the_curvature_of_all_data_is_caught(seed):
    configuration = testbeds.t0(samples=1)
    problem = evaluated_problem(configuration)
    learner = learner_of(configuration)
    run = settle(learner, configuration.mixture, seed=seed)
    value, error, bias = run.learned["theta_hard"]

    # As if inputs of the code "hard" had their classes' curvature: only how often the code is given is kept.
    rng = np.random.default_rng(0)
    mixture = configuration.mixture
    episodes = learner.draw(Sampler(mixture, "raw"), rng, (200_000,))
    codes = learner.codes(episodes)
    given = [np.mean(codes[episodes.tasks.classes == k] == 0) for k in range(2)]
    weights = mixture.weights * given * problem.curvatures()[:, 0, 0]
    wrong = weights @ mixture.centres / weights.sum()
    assert np.any(np.abs(value - wrong) > 7 * error + bias)
    right = place(configuration.method("st_maml"), problem).solution.learned["theta_hard"]
    assert np.all(np.abs(value - right) <= 7 * error + bias)


def test_a_continuum_is_learned_cell_by_cell(seed):
    comparison = compare_descent(testbeds.t0({"st_maml": {"codes": "continuous"}}, samples=2), "st_maml", seed=seed)
    assert len(comparison.names) == 8
    assert comparison.agrees


def test_a_code_that_is_seldom_given_is_not_measured():
    learner = learner_of(testbeds.T0)
    seldom = replace(learner, frequent=(False, True))
    assert set(seldom.learned(seldom.start(np.zeros((3, 5))))) == {"theta_easy"}
