"""Simulations agree with the brute-force vectors: solutions by descent, risks and gains by measurement.

False-alarm probability 1e-6 for each test function; the smallest error that would have been caught is bounded too, so
that agreement means something.
"""

import numpy as np
import pytest

from numerics.descent import stochastic_descent
from numerics.measurement import critical_value, detectable, excess_risk, gain
from numerics.methods import LEARNERS
from numerics.sampling import streams

CASES = 12
MOST_COORDINATES = 4
MOST_SAMPLES = 3_000_000


@pytest.mark.parametrize("name", ["nal", "maml"])
def test_descent_reaches_the_solution(vector, seed, name):
    configuration, expected = vector

    learner = LEARNERS[name](configuration.inner_loop)

    # Where tails are heavy, a short run may find that its errors are not to be trusted: then a longer one is asked.
    for outer_steps in (None, 10_000, 50_000):
        result = stochastic_descent(
            learner, configuration.mixture, seed=seed, chains=32, sampler="wishart", outer_steps=outer_steps
        )
        if result.converged:
            break

    critical = critical_value(CASES * MOST_COORDINATES, result.degrees_of_freedom)
    assert result.converged, result.diagnosis
    assert np.abs((result.theta - expected["theta"][name]) / result.standard_error).max() < critical
    assert detectable(result.standard_error, critical, result.degrees_of_freedom).max() < 0.1


def decisive(measure, comparisons, resolution):
    """Measure with more samples until an error of the given size would have been caught."""
    samples = 20_000
    while True:
        estimate = measure(samples)
        critical = estimate.critical(comparisons)
        caught = detectable(estimate.standard_error, critical, estimate.degrees_of_freedom)
        if np.all(caught < resolution):
            return estimate, critical
        assert samples < MOST_SAMPLES, f"{samples} samples resolve no more than {caught}"
        samples *= 2


@pytest.mark.parametrize("sampler", ["raw", "wishart"])
def test_risks_and_gain_are_those_measured(vector, seed, sampler):
    configuration, expected = vector
    mixture, inner_loop = configuration.mixture, configuration.inner_loop
    solutions = np.array([expected["theta"]["nal"], expected["theta"]["maml"]])
    risk_stream, gain_stream = streams(seed, 2)
    comparisons, resolution = 3 * CASES, 0.1 * expected["risk"]["nal"]

    risks, critical = decisive(
        lambda n: excess_risk(mixture, inner_loop, solutions, n, risk_stream, sampler=sampler), comparisons, resolution
    )
    assert np.all(np.abs(risks.score([expected["risk"]["nal"], expected["risk"]["maml"]])) < critical)

    saved, critical = decisive(
        lambda n: gain(mixture, inner_loop, *solutions, n, gain_stream, sampler=sampler), comparisons, resolution
    )
    assert abs(saved.score(expected["gain"])) < critical
