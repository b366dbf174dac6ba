"""The rule of ALFA on drawn data: its gradients, and where it ends."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from numerics.methods import LEARNERS
from numerics.sampling import Sampler
from proofs_check.comparison import compare_descent

_spec = importlib.util.spec_from_file_location("testbeds", Path(__file__).parents[2] / "testbeds.py")
testbeds = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(testbeds)

T0, T1, t0, t1 = testbeds.T0, testbeds.T1, testbeds.t0, testbeds.t1
INPUTS = {"alfa": {"statistic": "inputs"}}


@pytest.mark.parametrize("loop", [{}, {"steps": 2}, {"steps": 2, "data": "fresh"}], ids=["one", "reused", "fresh"])
@pytest.mark.parametrize("table", [{"weight_decay": True}, {"statistic": "inputs"}], ids=["class", "inputs"])
def test_all_gradients_are_those_of_the_loss_after_adaptation(loop, table):
    configured = t1({"alfa": table}, **loop)
    rule = LEARNERS["alfa"].of(configured.method("alfa"), configured.inner_loop, configured.mixture)
    rng = np.random.default_rng(1)
    episodes = rule.draw(Sampler(configured.mixture), rng, (1, 8))
    classes, mixture = episodes.tasks.classes, configured.mixture
    mean = mixture.weights @ np.trace(mixture.covariances, axis1=1, axis2=2)

    def loss(point):
        theta, pairs = point[:4], point[4:].reshape(-1, 2)
        for data in episodes.data:
            if table.get("weight_decay"):
                size, decay = pairs[classes][..., :1], pairs[classes][..., 1:]
            else:
                inputs = (data.inputs**2).sum(axis=(-2, -1)) / data.samples / mean - 1
                size, decay = pairs[0, 0] + pairs[0, 1] * inputs[..., None], 0
            theta = (1 - decay) * theta - size * data.gradient(theta)
        return episodes.tasks.excess(theta).mean()

    point = rule.start(rng.standard_normal((1, 4)))[0] + 0.05 * rng.standard_normal(4 + 2 * rule._outputs)
    slopes = np.array([(loss(point + h) - loss(point - h)) / 2e-5 for h in 1e-5 * np.eye(len(point))])
    scales = np.concatenate([np.ones(4), rule._scales.ravel()])
    moved = (point - rule.advance(point[None], episodes, 0.01)[0]) / 0.01
    np.testing.assert_allclose(moved, scales * slopes, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(
    ("configured", "names"),
    [(T0, ("theta", "step_sizes")), (T1, ("theta", "step_sizes")), (t0(INPUTS), ("theta", "generator"))],
    ids=["T0", "T1", "inputs"],
)
def test_the_rule_ends_where_the_derivation_says(configured, names):
    comparison = compare_descent(configured, "alfa", seed=1)
    assert comparison.names == names
    assert comparison.agrees
    assert not replace(comparison, theta_closed_form=comparison.theta_closed_form + 0.3).agrees
