"""The outer loop goes where the gradients vanish, says how close it came, and says when and why it did not."""

from dataclasses import dataclass

import numpy as np
import pytest

from numerics import chains as chains_module
from numerics.convergence import Schedule
from numerics.descent import stochastic_descent
from numerics.gradient_descent import gradient_descent
from numerics.measurement import critical_value
from numerics.methods import MAML, NAL
from theory.errors import ConfigurationError, DivergenceError, NonUniqueOptimumError
from theory.mixture import InnerLoop

# --- gradient descent on a known quadratic ---------------------------------------------------------------------------


@pytest.fixture
def quadratic():
    generator = np.random.default_rng(2)
    factor = generator.standard_normal((4, 4))
    return factor @ factor.T + 0.1 * np.eye(4), generator.standard_normal(4)


def test_gradient_descent_reaches_the_solution_within_its_bound(quadratic):
    matrix, offset = quadratic

    result = gradient_descent(matrix, offset)

    error = np.linalg.norm(result.theta - np.linalg.solve(matrix, offset))
    assert result.converged
    assert error <= result.error_bound < 1e-10


@pytest.mark.parametrize("steps", [1, 10, 100])
def test_the_bound_holds_before_convergence_too(quadratic, steps):
    matrix, offset = quadratic

    result = gradient_descent(matrix, offset, outer_steps=steps)

    error = np.linalg.norm(result.theta - np.linalg.solve(matrix, offset))
    assert not result.converged
    assert result.outer_steps == steps
    assert error <= result.error_bound
    assert result.diagnosis.startswith("not converged: within")


def test_a_drift_that_is_no_gradient_is_followed_too():
    drift, offset = np.array([[1.0, 0.8], [-0.8, 0.5]]), np.array([1.0, 2.0])

    result = gradient_descent(drift, offset)

    assert result.converged
    np.testing.assert_allclose(result.theta, np.linalg.solve(drift, offset), atol=1e-11)


def test_the_trajectory_leads_from_the_start_to_the_result(quadratic):
    start = np.array([1.0, 2.0, 3.0, 4.0])

    result = gradient_descent(*quadratic, start=start)

    np.testing.assert_array_equal(result.trajectory[0], start)
    np.testing.assert_array_equal(result.trajectory[-1], result.theta)
    assert result.trajectory_steps[0] == 0
    assert result.trajectory_steps[-1] == result.outer_steps


def test_ill_conditioned_quadratics_converge():
    matrix = np.diag(np.geomspace(1, 1e-3, 5))

    result = gradient_descent(matrix, matrix @ np.arange(5.0))

    assert result.converged
    np.testing.assert_allclose(result.theta, np.arange(5.0), atol=1e-10)


def test_a_diverging_gradient_descent_names_the_largest_stable_step(quadratic):
    matrix, offset = quadratic
    limit = 2 / np.linalg.eigvalsh(matrix).max()

    with pytest.raises(DivergenceError, match="diverged within") as caught:
        gradient_descent(matrix, offset, step_size=1.5 * limit)

    assert f"step size is {1.5 * limit:.4g}" in str(caught.value)
    assert f"largest stable one is {limit:.4g}" in str(caught.value)
    assert caught.value.exit_code == 1
    assert gradient_descent(matrix, offset, step_size=0.99 * limit).converged


def test_flat_and_downward_directions_are_refused():
    with pytest.raises(NonUniqueOptimumError, match="flat direction"):
        gradient_descent(np.diag([1.0, 0.0]), np.ones(2))
    with pytest.raises(DivergenceError, match=r"no step size is stable: .* curvature -0.5 < 0"):
        gradient_descent(np.diag([1.0, -0.5]), np.ones(2))


# --- stochastic descent ----------------------------------------------------------------------------------------------


def solution(mixture, mean_matrices):
    """Where the mean update of each class, a matrix times (theta - centre), balances."""
    weighted = mixture.weights[:, None, None] * np.asarray(mean_matrices)
    return np.linalg.solve(weighted.sum(axis=0), np.einsum("kab,kb->a", weighted, mixture.centres))


def one_step_curvatures(mixture, inner_loop):
    """Hessian of the loss after one step on m samples, from E[Shat B Shat] (the tests' own, typed from the note)."""
    alpha, m = inner_loop.step_size, inner_loop.samples
    identity = np.eye(mixture.dimension)
    return [
        (identity - alpha * s) @ s @ (identity - alpha * s) + alpha**2 / m * (np.trace(s @ s) * s + s @ s @ s)
        for s in mixture.covariances
    ]


def assert_reached(result, expected):
    critical = critical_value(len(expected), result.degrees_of_freedom)
    assert np.abs((result.theta - expected) / result.standard_error).max() < critical


@pytest.mark.parametrize("sampler", ["raw", "wishart"])
def test_maml_settles_where_its_mean_gradient_vanishes(configured, seed, sampler):
    configuration = configured(3)

    result = stochastic_descent(
        MAML(configuration.inner_loop), configuration.mixture, seed=seed, sampler=sampler, outer_steps=800
    )

    assert result.converged, result.diagnosis
    assert_reached(
        result, solution(configuration.mixture, one_step_curvatures(configuration.mixture, configuration.inner_loop))
    )
    assert result.sampler == sampler
    assert np.all(result.standard_error < 0.02)


@pytest.mark.parametrize("samples", [None, 3])
def test_nal_settles_at_the_least_squares_solution(configured, seed, samples):
    mixture = configured(3).mixture

    result = stochastic_descent(NAL(InnerLoop(0.5, 4), samples), mixture, seed=seed, outer_steps=800)

    assert result.converged, result.diagnosis
    assert_reached(result, solution(mixture, mixture.covariances))


def test_a_decaying_schedule_settles_at_the_same_place(configured, seed):
    mixture = configured(2).mixture

    result = stochastic_descent(
        NAL(InnerLoop(0.5, 4)), mixture, seed=seed, outer_steps=2000, schedule=Schedule(0.5, 200)
    )

    assert result.converged, result.diagnosis
    assert_reached(result, solution(mixture, mixture.covariances))


@dataclass(frozen=True)
class FirstOrder(MAML):
    name = "maml"

    def gradient(self, theta, episodes):
        for data in episodes.data:
            theta = theta - self.inner_loop.step_size * data.gradient(theta)
        return episodes.tasks.population_gradient(theta)


@dataclass(frozen=True)
class LossOfTheAdaptationData(MAML):
    name = "maml"

    def gradient(self, theta, episodes):
        (data,) = episodes.data
        outer = data.gradient(theta - self.inner_loop.step_size * data.gradient(theta))
        return outer - self.inner_loop.step_size * data.hessian_product(outer)


@pytest.mark.parametrize("broken", [FirstOrder, LossOfTheAdaptationData])
def test_a_broken_update_rule_settles_visibly_elsewhere(configured, seed, broken):
    configuration = configured(2, adaptation={"step_size": 0.8})
    mixture, inner_loop = configuration.mixture, configuration.inner_loop

    result = stochastic_descent(broken(inner_loop), mixture, seed=seed, outer_steps=1000)

    with pytest.raises(AssertionError):
        assert_reached(result, solution(mixture, one_step_curvatures(mixture, inner_loop)))


@pytest.mark.parametrize(("given", "confused"), [("reused", "fresh"), ("fresh", "reused")])
def test_confusing_fresh_and_reused_data_is_seen(configured, seed, given, confused):
    mixture = configured(2).mixture
    results = [
        stochastic_descent(
            MAML(InnerLoop(0.7, 15, 2, data)), mixture, seed=seed + i, outer_steps=600, sampler="wishart"
        )
        for i, data in enumerate([given, given, confused])
    ]

    def apart(first, second):
        return np.abs((first.theta - second.theta) / np.hypot(first.standard_error, second.standard_error)).max()

    critical = critical_value(2, results[0].degrees_of_freedom)
    assert apart(results[0], results[1]) < critical < apart(results[0], results[2])


def test_the_same_seed_gives_the_same_result_and_another_another(configured):
    configuration = configured(2)
    learner, mixture = MAML(configuration.inner_loop), configuration.mixture

    first, again, other = (
        stochastic_descent(learner, mixture, seed=seed, outer_steps=100, chains=8) for seed in (5, 5, 6)
    )

    np.testing.assert_array_equal(first.theta, again.theta)
    np.testing.assert_array_equal(first.trajectory, again.trajectory)
    assert first.diagnosis == again.diagnosis
    assert not np.any(first.theta == other.theta)


def test_heavy_tails_are_met_with_a_smaller_step(configured, seed):
    mixture = configured(1).mixture

    light, heavy = (
        stochastic_descent(MAML(inner_loop), mixture, seed=seed, outer_steps=10)
        for inner_loop in (InnerLoop(0.5, 50), InnerLoop(0.9, 2, 2))
    )

    assert light.step_size == pytest.approx(0.4 * light.largest_stable_step_size)
    assert heavy.step_size < 0.35 * heavy.largest_stable_step_size


def test_an_ill_conditioned_mixture_converges_with_the_steps_planned_for_it(configured, seed):
    mixture = configured(2, first={"covariance": [1.0, 2e-3]}, second={"covariance": [0.8, 1e-3]}).mixture

    result = stochastic_descent(NAL(InnerLoop(0.5, 4)), mixture, seed=seed, chains=16)

    assert result.outer_steps > 5000
    assert result.converged, result.diagnosis
    assert_reached(result, solution(mixture, mixture.covariances))


def test_too_few_steps_are_called_so(configured, seed):
    mixture = configured(2, first={"covariance": [1.0, 2e-3]}, second={"covariance": [0.8, 1e-3]}).mixture

    result = stochastic_descent(NAL(InnerLoop(0.5, 4)), mixture, seed=seed, outer_steps=500)

    assert not result.converged
    assert "the start is not forgotten" in result.diagnosis


def test_both_starts_are_recorded_on_their_way(configured, seed):
    mixture = configured(2).mixture
    start = np.array([5.0, -3.0])

    result = stochastic_descent(NAL(InnerLoop(0.5, 4)), mixture, seed=seed, outer_steps=600, start=start)

    np.testing.assert_allclose(result.trajectory[0, 0], start)
    assert result.trajectory_steps[0] == 0
    assert result.trajectory_steps[-1] == 600
    assert result.trajectory.shape == (len(result.trajectory_steps), 2, 2)
    middle = result.trajectory[0].mean(axis=0)
    np.testing.assert_allclose(middle, result.theta, atol=0.2)
    assert np.linalg.norm(result.trajectory[-1] - result.theta, axis=1).max() < 0.5


def test_a_diverging_step_size_names_both_limits(configured, seed):
    configuration = configured(2)
    learner, mixture = MAML(configuration.inner_loop), configuration.mixture
    stable = stochastic_descent(learner, mixture, seed=seed, outer_steps=10)
    step_size = 4 * stable.largest_mean_stable_step_size

    with pytest.raises(DivergenceError, match="give a smaller step size") as caught:
        stochastic_descent(learner, mixture, seed=seed, step_size=step_size, outer_steps=5000)

    message = str(caught.value)
    assert f"step size is {step_size:.4g}" in message
    assert f"largest stable one is {stable.largest_stable_step_size:.4g}" in message
    assert f"({stable.largest_mean_stable_step_size:.4g} for the mean of the iterates alone)" in message
    assert caught.value.exit_code == 1


def test_a_step_size_without_bounded_variance_is_called_so_even_if_nothing_blew_up(configured, seed):
    mixture = configured(2).mixture
    learner = NAL(InnerLoop(0.5, 4), samples=1)
    limit = stochastic_descent(learner, mixture, seed=seed, outer_steps=10, batch=1).largest_stable_step_size

    result = stochastic_descent(learner, mixture, seed=seed, outer_steps=10, batch=1, step_size=1.1 * limit)

    assert not result.converged
    assert "the largest for which the variance of the iterates is bounded" in result.diagnosis


def test_an_interrupt_keeps_what_there_is(configured, seed):
    mixture = configured(2).mixture

    def interrupt(done, total):
        if done >= total / 2:
            raise KeyboardInterrupt

    result = stochastic_descent(NAL(InnerLoop(0.5, 4)), mixture, seed=seed, outer_steps=4000, progress=interrupt)

    assert result.interrupted
    assert 2000 <= result.outer_steps < 4000
    assert result.converged, result.diagnosis
    assert_reached(result, solution(mixture, mixture.covariances))
    assert result.trajectory_steps[-1] <= result.outer_steps


def test_an_interrupt_before_there_is_anything_says_so(configured, seed, monkeypatch):
    monkeypatch.setattr(chains_module, "_BLOCK_STEPS", 1)

    def interrupt(done, total):
        raise KeyboardInterrupt

    result = stochastic_descent(
        NAL(InnerLoop(0.5, 4)), configured(2).mixture, seed=seed, outer_steps=4000, progress=interrupt
    )

    assert result.interrupted
    assert not result.converged
    assert result.outer_steps == 1
    assert "interrupted before there was anything to average" in result.diagnosis
    assert np.all(np.isfinite(result.theta))


def test_progress_counts_up_to_the_end(configured):
    calls = []

    stochastic_descent(
        NAL(InnerLoop(0.5, 4)), configured(2).mixture, outer_steps=1000, progress=lambda *call: calls.append(call)
    )

    done = [step for step, _ in calls]
    assert done == sorted(set(done))
    assert calls[-1] == (1000, 1000)


@pytest.mark.parametrize(
    ("argument", "value"),
    [("chains", 3), ("batch", 0), ("step_size", 0.0), ("step_size", np.nan), ("step_size", np.inf), ("outer_steps", 3)],
)
def test_arguments_out_of_range_are_refused(configured, argument, value):
    with pytest.raises(ConfigurationError, match=f"{argument} = {value}: must be finite and above"):
        stochastic_descent(NAL(InnerLoop(0.5, 4)), configured(2).mixture, **{argument: value})


def test_memory_bounds_change_the_streams_but_not_the_law(configured, seed, monkeypatch):
    mixture = configured(2).mixture
    monkeypatch.setattr(chains_module, "_BLOCK_BYTES", 1)
    monkeypatch.setattr(chains_module, "_GROUP_BYTES", 1)

    result = stochastic_descent(NAL(InnerLoop(0.5, 4)), mixture, seed=seed, outer_steps=200, chains=16)

    assert_reached(result, solution(mixture, mixture.covariances))
    assert len(np.unique(result.chain_averages[:, 0])) == 16
