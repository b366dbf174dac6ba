"""The pilot run finds the fixed point, the curvatures and the stable step sizes of the simulated descent."""

import numpy as np
import pytest

from numerics import stability
from numerics.methods import MAML, NAL
from numerics.sampling import Sampler
from numerics.stability import Linearisation, linearise
from theory.errors import DivergenceError, NonUniqueOptimumError
from theory.mixture import InnerLoop


def test_the_linearisation_reproduces_the_gradient(configured, rng):
    mixture = configured(3).mixture
    learner = MAML(InnerLoop(0.5, 2, 2, "fresh"))
    drawn = []

    class Remembering(MAML):
        def draw(self, sampler, rng, shape):
            drawn.append(super().draw(sampler, rng, shape))
            return drawn[-1]

    pilot = linearise(Remembering(learner.inner_loop), Sampler(mixture), rng, episodes=7)

    theta = rng.standard_normal(3)
    expected = learner.gradient(theta, drawn[-1])
    np.testing.assert_allclose(np.matvec(pilot.jacobians, theta) - pilot.offsets, expected, rtol=1e-10, atol=1e-12)
    mean_gradient = learner.gradient(pilot.fixed_point, drawn[-1]).mean(axis=0)
    np.testing.assert_allclose(mean_gradient, 0.0, atol=1e-12)


def test_large_pilots_are_drawn_in_parts(configured, rng, monkeypatch):
    monkeypatch.setattr(stability, "_PILOT_BYTES", 1)

    pilot = linearise(NAL(InnerLoop(0.5, 4)), Sampler(configured(2).mixture), rng, episodes=5)

    assert pilot.jacobians.shape == (5, 2, 2)
    assert pilot.offsets.shape == pilot.optima.shape == (5, 2)


@pytest.mark.parametrize("batch", [1, 8])
@pytest.mark.parametrize(("samples", "dimension"), [(1, 2), (4, 3)])
def test_the_mean_square_limit_is_the_known_one_of_least_mean_squares(configured, rng, samples, dimension, batch):
    # E[Gbar Gbar] = rho^2 (1 + (d + 1) / (n B)) I for G = Shat of n samples and Sigma = rho I.
    same = {"covariance": 0.8}
    mixture = configured(dimension, first=same, second=same).mixture

    pilot = linearise(NAL(InnerLoop(0.5, 4), samples=samples), Sampler(mixture), rng)

    expected = 2 / (0.8 * (1 + (dimension + 1) / (samples * batch)))
    assert pilot.mean_square_limit(batch) == pytest.approx(expected, rel=0.1)
    assert pilot.mean_limit == pytest.approx(2 / 0.8, rel=0.1)
    assert pilot.mean_square_limit(batch) <= pilot.mean_limit


def test_without_randomness_both_limits_are_two_over_the_largest_curvature():
    matrix = np.diag([0.5, 2.0])
    pilot = Linearisation(np.stack([matrix, matrix]), np.ones((2, 2)), np.zeros((2, 2)))

    assert pilot.mean_limit == pytest.approx(1.0)
    assert pilot.mean_square_limit(1) == pytest.approx(1.0, rel=1e-3)
    np.testing.assert_allclose(pilot.fixed_point, [2.0, 0.5])
    assert pilot.condition == pytest.approx(4.0)


def test_a_rotating_drift_has_its_own_limit():
    rotation = np.array([[0.2, 1.0], [-1.0, 0.2]])  # eigenvalues 0.2 +- i: |1 - eta lambda| < 1 iff eta < 0.4 / 1.04
    pilot = Linearisation(np.stack([rotation, rotation]), np.ones((2, 2)), np.zeros((2, 2)))

    assert pilot.mean_limit == pytest.approx(0.4 / 1.04)
    assert pilot.mean_square_limit(1) == pytest.approx(0.4 / 1.04, rel=1e-3)


def test_covariances_grow_just_above_the_limit_and_shrink_just_below():
    generator = np.random.default_rng(3)
    factors = generator.standard_normal((50, 3, 3))
    jacobians = np.einsum("nab,ncb->nac", factors, factors)
    pilot = Linearisation(jacobians, np.ones((50, 3)), np.zeros((50, 3)))

    def growth(step_size):
        covariance = np.eye(3)
        for _ in range(2000):
            propagators = np.eye(3) - step_size * jacobians
            covariance = np.mean(propagators @ covariance @ propagators.swapaxes(-1, -2), axis=0)
            size = np.linalg.norm(covariance)
            covariance /= size
        return size

    limit = pilot.mean_square_limit(1)
    assert growth(0.98 * limit) < 1 < growth(1.02 * limit)


def test_a_flat_direction_has_no_unique_optimum(configured, rng):
    # alpha is 1 / eigenvalue of both classes: one inner step on the population erases that coordinate.
    mixture = configured(2, first={"covariance": [2.0, 1.0]}, second={"covariance": [2.0, 0.3]}).mixture

    with pytest.raises(NonUniqueOptimumError, match=r"flat direction.*no unique optimum.*finite number of samples"):
        linearise(MAML(InnerLoop(0.5, None)), Sampler(mixture), rng)


def test_a_drift_away_from_the_fixed_point_is_named():
    matrices = np.tile(np.diag([1.0, -0.25]), (4, 1, 1))

    with pytest.raises(DivergenceError, match=r"no step size is stable: .* curvature -0.25 < 0"):
        Linearisation(matrices, np.ones((4, 2)), np.zeros((4, 2)))


def test_the_transient_is_what_is_left_of_the_start():
    generator = np.random.default_rng(4)
    factor = generator.standard_normal((3, 3))
    matrix = factor @ factor.T + 0.1 * np.eye(3)
    pilot = Linearisation(matrix[None].repeat(2, axis=0), np.ones((2, 3)), np.zeros((2, 3)))
    step_size, error = 0.5 / pilot.curvatures.max(), np.array([1.0, -2.0, 0.5])

    bound = pilot.transient(error, 40 * np.log(np.abs(1 - step_size * pilot.curvatures)))

    left = np.linalg.matrix_power(np.eye(3) - step_size * matrix, 40) @ error
    assert np.all(np.abs(left) <= bound * (1 + 1e-9))
    assert np.all(bound <= 10 * np.abs(left).max())
