"""What linear methods share: points of rest, existence, stability, weights, and the quantities claims are made of."""

import dataclasses
import importlib.util
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import sympy as sp

from numerics.solutions import evaluated_problem, place
from theory.arithmetic import evaluate
from theory.errors import UnknownNameError, UnsupportedError
from theory.gain import Setting
from theory.methods import METHODS
from theory.methods.linear import Drift, LinearMethod, LinearQuantity, mean_propagator
from theory.methods.method import Method
from theory.methods.parameters import parameters_of
from theory.methods.problem import MEAN_COVARIANCE
from theory.symbols import R2, V_E, V_H, alpha, d, m, nu2_E, nu2_H, p, rho, rho_E, rho_H
from theory.words import IDENTITY, letter

_spec = importlib.util.spec_from_file_location("testbeds", Path(__file__).parents[2] / "testbeds.py")
testbeds = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(testbeds)

LINEAR = [name for name in METHODS if METHODS[name].linear]
BEDS = {
    "T0": testbeds.T0,
    "T1": testbeds.T1,
    **{f"random {seed}": testbeds.random_configuration(seed) for seed in (1, 2)},
}


def mean_update(method, problem, theta):
    """Return the mean outer gradient at theta, class by class."""
    matrices, targets = method.matrices(problem)
    mixture = problem.mixture
    return sum(
        weight * (matrix @ theta - target @ centre)
        for weight, matrix, target, centre in zip(mixture.weights, matrices, targets, mixture.centres, strict=True)
    )


@pytest.mark.parametrize("bed", BEDS)
@pytest.mark.parametrize("name", LINEAR)
def test_iterating_the_mean_update_ends_at_the_solution(name, bed):
    method, problem = BEDS[bed].method(name), evaluated_problem(BEDS[bed])
    solution = place(method, problem).solution
    assert solution.exists
    matrices, _ = method.matrices(problem)
    eigenvalues = np.linalg.eigvals(problem.average(matrices))
    theta, eta = np.zeros(problem.mixture.dimension), float(np.min(eigenvalues.real / np.abs(eigenvalues) ** 2))
    for _ in range(100_000):
        step = eta * mean_update(method, problem, theta)
        theta = theta - step
        if np.abs(step).max() < 1e-14:
            break

    np.testing.assert_allclose(theta, solution.theta, atol=1e-10)


@pytest.mark.parametrize("bed", BEDS)
@pytest.mark.parametrize("name", LINEAR)
def test_the_gap_to_maml_is_half_a_squared_distance(name, bed):
    problem = evaluated_problem(BEDS[bed])
    placed = place(BEDS[bed].method(name), problem)
    if placed.solution.own_adaptation:
        assert placed.regret_to_maml == pytest.approx(placed.solution.risk - problem.evaluated.risk_maml, abs=1e-12)
        return
    distance = placed.solution.theta - problem.evaluated.theta_maml

    regret = distance @ problem.average(problem.curvatures()) @ distance / 2

    assert placed.regret_to_maml == pytest.approx(regret, abs=1e-12)
    assert problem.risk(placed.solution.theta) - problem.evaluated.risk_maml == pytest.approx(regret, abs=1e-12)
    assert placed.gain_over_nal == pytest.approx(problem.evaluated.gain - regret, abs=1e-12)


@dataclasses.dataclass(frozen=True)
class Toy(LinearMethod):
    """A drift that is given."""

    matrix: object = None
    target: object = None

    name = "toy"
    title = paper = reweights = conditions = ""

    def drift(self, setting):
        return Drift(self.matrix, self.target or self.matrix)


S = letter("S")


def test_a_method_of_negative_weights_says_so_and_may_leave_the_segment():
    # On T0, 2 rho^2 - rho is 1 for the easy class and -0.12 for the hard one.
    placed = place(Toy(S * S * 2 - S), evaluated_problem(testbeds.T0))

    assert placed.solution.exists
    assert placed.solution.stable
    assert placed.tilt == pytest.approx(-0.12 / (1 - 0.12))
    (note,) = placed.solution.notes
    assert "negative weight (-0.12" in note


def test_a_method_whose_mean_update_repels_is_unstable():
    solution = place(Toy(-S), evaluated_problem(testbeds.T0)).solution

    assert (solution.exists, solution.stable) == (True, False)
    assert any("unstable for every outer step size" in note for note in solution.notes)


def test_a_method_whose_weights_cancel_has_no_point_of_rest():
    # rho (rho - a) sums to zero over both classes of T0 for a = (1 + 0.04) / 1.2.
    solution = place(Toy(S * S - S * sp.Rational(13, 15)), evaluated_problem(testbeds.T0)).solution

    assert (solution.theta, solution.risk, solution.exists, solution.stable) == (None, None, False, False)
    assert "singular" in solution.notes[0]


def test_a_target_of_its_own_moves_the_point_of_rest():
    problem = evaluated_problem(testbeds.T0)
    twice = place(Toy(S, S * 2), problem).solution.theta

    np.testing.assert_allclose(twice, 2 * problem.evaluated.theta_nal)


def test_the_mean_covariance_is_a_letter():
    problem = evaluated_problem(testbeds.T1)
    shared = place(Toy(letter(MEAN_COVARIANCE), S), problem).solution.theta

    np.testing.assert_allclose(shared, problem.evaluated.theta_nal, atol=1e-12)


#: Its weights are means of resolvents for finitely many samples, which are no rational numbers.
NOT_RATIONAL = {"imaml"}


@pytest.mark.parametrize("name", [name for name in LINEAR if name not in NOT_RATIONAL])
def test_exact_arithmetic_agrees_with_floats(name):
    configuration = testbeds.t0()
    floats = place(configuration.method(name), evaluated_problem(configuration))

    exact = place(configuration.method(name), evaluated_problem(configuration, exact=True))

    np.testing.assert_allclose(
        np.array(exact.solution.theta, dtype=float), floats.solution.theta, rtol=1e-12, atol=1e-12
    )
    assert float(exact.solution.risk) == pytest.approx(floats.solution.risk, rel=1e-12)


def test_a_nonlinear_method_has_no_exact_solution():
    class Bent(Method):
        name, linear = "bent", False

        def solve(self, problem):
            raise AssertionError("it was solved")

    with pytest.raises(UnsupportedError, match="bent: it has no exact solution; leave --exact out"):
        place(Bent(), evaluated_problem(testbeds.T0, exact=True))


POINT = {
    rho_E: Fraction(1), rho_H: Fraction(1, 5), p: Fraction(1, 2), R2: Fraction(4), V_E: Fraction(9, 100),
    V_H: Fraction(1, 4), nu2_E: Fraction(1, 4), nu2_H: Fraction(1, 4), alpha: Fraction(1, 2), m: Fraction(8),
    d: Fraction(5),
}  # fmt: skip


def at_t0(name, quantity):
    method = METHODS[name]()
    return evaluate(LinearQuantity(method, quantity).expression(), POINT)


@pytest.mark.parametrize("name", [name for name in LINEAR if name not in NOT_RATIONAL])
def test_quantities_of_the_pair_are_those_of_the_mixture(name):
    placed = place(testbeds.T0.method(name), evaluated_problem(testbeds.T0))
    if placed.solution.own_adaptation or not METHODS[name].scalar:
        return
    if None in [getattr(placed.method, item.name) for item in parameters_of(METHODS[name])] and name != "maml":
        return

    assert float(1 - at_t0(name, "share")) == pytest.approx(placed.tilt, rel=1e-12)
    assert float(at_t0(name, "risk")) == pytest.approx(placed.solution.risk, rel=1e-12)
    assert float(at_t0(name, "gain_over_nal")) == pytest.approx(placed.gain_over_nal, abs=1e-14)
    assert float(at_t0(name, "regret_to_maml")) == pytest.approx(placed.regret_to_maml, abs=1e-14)


def test_an_unknown_quantity_is_refused():
    with pytest.raises(UnknownNameError, match="did you mean 'share'"):
        LinearQuantity(METHODS["nal"](), "shares")


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        (Setting(), 1 - alpha * rho),
        (Setting(3, "fresh"), (1 - alpha * rho) ** 3),
        (Setting(2, "reused"), 1 - 2 * alpha * rho + alpha**2 * rho**2 * (1 + (d + 1) / m)),
        (Setting(2, population=True), (1 - alpha * rho) ** 2),
    ],
)
def test_the_mean_propagator_of_an_isotropic_class(setting, expected):
    assert sp.expand(mean_propagator(setting).at_scalars({"S": rho}, d) - expected) == 0


def test_identity_is_neutral():
    assert Drift.weighting(IDENTITY).matrix is Drift.weighting(IDENTITY).target
