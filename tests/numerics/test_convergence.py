"""The plan is long enough, and the diagnosis says no for each reason that there is to say no."""

import numpy as np
import pytest

from numerics.convergence import CONSTANT, Diagnosis, Schedule, Tail, plan_outer_steps
from numerics.measurement import Estimate
from numerics.stability import Linearisation
from theory.errors import ConfigurationError

CHAINS = 64
FIRST = np.arange(CHAINS) < CHAINS // 2


@pytest.fixture
def pilot():
    generator = np.random.default_rng(1)
    jacobians = np.diag([1.0, 0.05]) * (1 + 0.3 * generator.standard_normal((500, 1, 1)))
    optima = generator.standard_normal((500, 2))
    return Linearisation(jacobians, np.matvec(jacobians, optima), optima)


@pytest.fixture
def quarters(seed):
    return np.random.default_rng(seed).standard_normal((2, CHAINS, 2))


def diagnose(pilot, third, fourth, *, burn_in=10_000, step_size=0.5, largest_stable=1.0, schedule=CONSTANT):
    averages = (third + fourth) / 2
    estimate = Estimate.from_chunks(lambda _: averages, CHAINS, CHAINS)
    tail = Tail(third, fourth, burn_in)
    return Diagnosis.of(tail, FIRST, estimate, pilot, np.ones(2), step_size, largest_stable, schedule)


def test_a_settled_descent_is_called_converged_with_its_evidence(pilot, quarters):
    diagnosis = diagnose(pilot, *quarters)

    assert diagnosis.converged
    assert diagnosis.text.startswith("converged: chains from two starts 2.83 apart now agree within")


def test_an_unstable_step_size_is_not_convergence(pilot, quarters):
    diagnosis = diagnose(pilot, *quarters, step_size=1.0)

    assert not diagnosis.converged
    assert "the step size 1 is not below 1, the largest for which the variance" in diagnosis.text


def test_a_start_that_is_not_forgotten_is_not_convergence(pilot, quarters):
    diagnosis = diagnose(pilot, *quarters, burn_in=60)

    assert not diagnosis.converged
    assert "the start is not forgotten" in diagnosis.text
    assert "take more outer steps" in diagnosis.text


def test_a_drift_is_not_convergence(pilot, quarters):
    third, fourth = quarters

    diagnosis = diagnose(pilot, third, fourth + np.array([0.0, 2.0]))

    assert not diagnosis.converged
    assert "still drift" in diagnosis.text


def test_groups_that_stay_apart_are_not_convergence(pilot, quarters):
    apart = np.where(FIRST[:, None], 0.0, [2.0, 0.0])

    diagnosis = diagnose(pilot, *(quarters + apart))

    assert not diagnosis.converged
    assert "chains from two starts are" in diagnosis.text


def test_one_wild_chain_is_not_convergence(pilot, quarters):
    quarters[:, 3, 1] += 200.0

    diagnosis = diagnose(pilot, *quarters)

    assert not diagnosis.converged
    assert "too heavy a tail" in diagnosis.text


def test_chains_without_randomness_converge(pilot):
    still = np.ones((CHAINS, 2))

    assert diagnose(pilot, still, still).converged


def test_the_plan_forgets_the_start_and_not_much_more_is_needed(pilot):
    offset = np.array([1.0, 1.0])

    steps = plan_outer_steps(pilot, offset, 0.1, CONSTANT, 512, cap=10**6, fewest=2000)

    def left(count):
        contraction = CONSTANT.log_contractions(0.1, pilot.curvatures, count // 2)
        return np.max(pilot.transient(offset, contraction) / pilot.standard_error(512 * count / 2))

    assert left(steps) < 0.11
    assert left(steps / 1.5) > 0.1


def test_the_plan_never_exceeds_its_cap(pilot):
    assert plan_outer_steps(pilot, np.ones(2), 1e-9, CONSTANT, 512, cap=3000, fewest=2000) == 3000


@pytest.mark.parametrize("schedule", [CONSTANT, Schedule(0.6, 20)])
def test_contractions_are_the_products_of_the_steps(schedule):
    sizes = 0.7 * schedule.factors(0, 50)

    logs = schedule.log_contractions(0.7, np.array([1.0, 0.1]), 50)

    expected = [np.prod(np.abs(1 - sizes * curvature)) for curvature in (1.0, 0.1)]
    np.testing.assert_allclose(np.exp(logs), expected, rtol=1e-10)


def test_schedules_continue_where_they_left_off():
    schedule = Schedule(0.5, 10)

    np.testing.assert_array_equal(np.append(schedule.factors(0, 3), schedule.factors(3, 4)), schedule.factors(0, 7))
    assert schedule.factors(0, 1) == 1.0
    assert schedule.factors(30, 1) == pytest.approx(0.5)


@pytest.mark.parametrize(
    "arguments", [{"power": 1.0}, {"power": -0.1}, {"power": 0.5, "delay": 0.0}, {"power": np.nan}]
)
def test_impossible_schedules_are_refused(arguments):
    with pytest.raises(ConfigurationError, match=r"power must be in \[0, 1\) and delay positive"):
        Schedule(**arguments)
