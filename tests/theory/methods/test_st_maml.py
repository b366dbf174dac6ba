"""ST-MAML: the curvature given a code, its initialisations and risks, and what happens when a code says nothing."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import sympy as sp
from scipy.stats import chi2

from numerics.solutions import evaluated_problem, place
from theory.arithmetic import evaluate, float_number
from theory.errors import ConfigurationError, UnsupportedError
from theory.methods.conditioned import ConditionedCurvature
from theory.methods.encoding import CELLS, Encoder
from theory.methods.st_maml import CurvatureGivenSize
from theory.mixture import InnerLoop
from theory.symbols import alpha, d, m, rho

_spec = importlib.util.spec_from_file_location("testbeds", Path(__file__).parents[2] / "testbeds.py")
testbeds = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(testbeds)


def solved(configuration):
    return place(configuration.method("st_maml"), evaluated_problem(configuration))


def with_codes(codes, bed=testbeds.t0, **adaptation):
    return bed({"st_maml": {"codes": codes}}, **adaptation)


# The curvature given the size of the inputs


@pytest.mark.parametrize(("samples", "dimension"), [(1, 1), (1, 5), (8, 5), (100, 10), (10_000, 10)])
@pytest.mark.parametrize("at", [0.3, 0.9, 1.01, 1.5, 3.0])
def test_the_inverted_transform_is_the_chi_square_of_an_isotropic_class(samples, dimension, at):
    variance, step_size, kappa = 0.7, 0.4, 1 + (dimension + 1) / samples
    freedom = samples * dimension
    size = at * freedom * variance
    curvature = ConditionedCurvature(np.full(dimension, variance), InnerLoop(step_size, samples))

    reach = step_size * variance
    below = [chi2.cdf(size / variance, freedom + 2 * j) for j in range(3)]
    expected = variance * (below[0] - 2 * reach * below[1] + kappa * reach**2 * below[2])
    np.testing.assert_allclose(curvature.below(np.array([size])), np.full((1, dimension), expected), atol=1e-12)

    ratio = step_size * size / freedom
    given = variance * (1 - 2 * ratio + kappa * ratio**2 * freedom / (freedom + 2))
    expected = chi2.pdf(size / variance, freedom) / variance * given
    np.testing.assert_allclose(curvature.density(np.array([size]))[0], np.full(dimension, expected), rtol=1e-9)


@pytest.mark.parametrize("loop", [InnerLoop(0.5, 4, 2), InnerLoop(0.5, 4, 2, "fresh"), InnerLoop(0.5, 3)])
@pytest.mark.parametrize("eigenvalues", [[1.2, 0.3, 0.1], [0.4, 0.4, 0.4]])
def test_the_part_of_small_inputs_is_the_mean_over_sampled_data(loop, eigenvalues):
    rng, count, eigenvalues = np.random.default_rng(5), 100_000, np.array(eigenvalues)
    propagators, size = np.broadcast_to(np.eye(3), (count, 3, 3)), 0.0
    for step in range(loop.steps):
        if step == 0 or loop.data == "fresh":
            inputs = rng.standard_normal((count, loop.samples, 3)) * np.sqrt(eigenvalues)
            size = size + (inputs**2).sum(axis=(1, 2))
        covariance = inputs.swapaxes(1, 2) @ inputs / loop.samples
        propagators = propagators - loop.step_size * covariance @ propagators
    forms = propagators.swapaxes(1, 2) * eigenvalues @ propagators

    threshold = float(np.median(size))
    parts = np.where((size <= threshold)[:, None, None], forms, 0.0)
    derived = np.diag(ConditionedCurvature(eigenvalues, loop).below(np.array([threshold]))[0])
    z = (parts.mean(axis=0) - derived) / (parts.std(axis=0) / count**0.5)
    assert np.abs(z).max() < 6
    # Taking the curvature of all data for half of it would have been noticed.
    whole = np.diag(ConditionedCurvature(eigenvalues, loop).whole())
    assert np.abs((parts.mean(axis=0) - whole / 2) / (parts.std(axis=0) / count**0.5)).max() > 6


def test_the_scalar_form_is_the_density_over_that_of_the_size():
    size, samples, dimension = sp.Symbol("s"), 4, 3
    values = {rho: 0.6, alpha: 0.5, m: float(samples), d: float(dimension), size: 5.0}
    curvature = ConditionedCurvature(np.full(dimension, 0.6), InnerLoop(0.5, samples)).density(np.array([5.0]))[0, 0]
    given = evaluate(sp.together(CurvatureGivenSize(size).expression()), values, float_number)
    assert given * chi2.pdf(5.0 / 0.6, samples * dimension) / 0.6 == pytest.approx(curvature, rel=1e-12)


# The encoder


def test_the_code_changes_where_both_classes_are_equally_probable():
    mixture, loop = testbeds.T0.mixture, testbeds.T0.inner_loop
    freedom = loop.samples * 5
    (edge,) = Encoder.of(mixture, loop).edges(2)
    assert edge * freedom == pytest.approx(freedom * np.log(1 / 0.2) / (1 / 0.2 - 1), rel=1e-12)


def test_cells_are_equally_likely():
    encoder = Encoder.of(testbeds.T1.mixture, testbeds.T1.inner_loop)
    np.testing.assert_allclose(encoder.masses(encoder.edges("continuous")), np.full(CELLS, 1 / CELLS), atol=1e-12)


# The solutions


@pytest.mark.parametrize(
    ("samples", "easy", "hard"), [(1, 0.9851, -0.1209), (2, 0.9916, -0.5967)], ids=["one sample", "two samples"]
)
def test_the_initialisations_of_two_codes_on_the_testbed(samples, easy, hard):
    learned = solved(with_codes(2, samples=samples)).solution.learned
    assert learned["theta_easy"][0] == pytest.approx(easy, abs=6e-5)
    assert learned["theta_hard"][0] == pytest.approx(hard, abs=6e-5)


@pytest.mark.parametrize(("samples", "maml", "two", "continuum"), [(1, 0.290, 0.215, 0.200), (4, 0.175, 0.051, 0.049)])
def test_the_risks_on_the_testbed(samples, maml, two, continuum):
    problem = evaluated_problem(testbeds.t0(samples=samples))
    assert problem.evaluated.risk_maml == pytest.approx(maml, abs=5e-4)
    assert solved(with_codes(2, samples=samples)).solution.risk == pytest.approx(two, abs=5e-4)
    assert solved(with_codes("continuous", samples=samples)).solution.risk == pytest.approx(continuum, abs=5e-4)


@pytest.mark.parametrize("seed", range(4))
def test_every_finer_code_does_better_down_to_the_risk_within_classes(seed):
    configuration = testbeds.random_configuration(seed)
    problem = evaluated_problem(configuration)
    mixture = problem.mixture
    oracle = problem.evaluated.noise_floor + sum(
        item.weight * np.trace(curvature @ item.spread) / 2
        for item, curvature in zip(mixture.classes, problem.curvatures(), strict=True)
    )
    two, continuum = (
        solved(testbeds.random_configuration(seed, method={"st_maml": {"codes": codes}})).solution.risk
        for codes in (2, "continuous")
    )
    assert problem.evaluated.risk_maml > two > continuum > oracle


def test_the_rule_of_quadrature_resolves_classes_far_apart():
    problem = evaluated_problem(testbeds.t0(samples=1000))
    continuum = solved(with_codes("continuous", samples=1000)).solution.risk
    # The classes are told apart for certain, so that only the risk within them is left.
    assert continuum == pytest.approx(solved(with_codes(2, samples=1000)).solution.risk, rel=1e-9)
    assert continuum == pytest.approx(solved(with_codes(2, samples="inf")).solution.risk, rel=0.02)
    assert continuum < problem.evaluated.risk_maml


def alike(codes):
    document = testbeds.t0({"st_maml": {"codes": codes}}).to_mapping()
    for item in document["task_class"]:
        item["covariance"] = 0.6
    return type(testbeds.T0).from_mapping(document)


@pytest.mark.parametrize("codes", [2, "continuous"])
def test_a_code_that_tells_nothing_leaves_maml(codes):
    configuration = alike(codes)
    problem, placed = evaluated_problem(configuration), solved(configuration)
    assert placed.solution.risk == pytest.approx(problem.evaluated.risk_maml, rel=1e-9)
    for theta in placed.solution.learned.values():
        np.testing.assert_allclose(theta, problem.evaluated.theta_maml, atol=1e-9)


def test_one_code_for_all_is_said():
    (note,) = solved(alike(2)).solution.notes
    assert note == "the inputs never tell the classes apart, so that all tasks get one code"


def test_population_data_tells_classes_apart_exactly():
    solution = solved(with_codes(2, samples="inf")).solution
    np.testing.assert_allclose(solution.learned["theta_easy"], testbeds.T0.mixture.centres[0], atol=1e-12)
    np.testing.assert_allclose(solution.learned["theta_hard"], testbeds.T0.mixture.centres[1], atol=1e-12)


def test_a_class_that_never_occurs_changes_nothing():
    document = testbeds.T0.to_mapping()
    extra = {**document["task_class"][0], "name": "absent", "weight": 0.0, "covariance": 50.0}
    document["task_class"] = [*document["task_class"], extra]
    padded = solved(type(testbeds.T0).from_mapping(document)).solution
    plain = solved(testbeds.T0).solution
    assert padded.risk == pytest.approx(plain.risk, rel=1e-12)
    np.testing.assert_allclose(padded.learned["theta_hard"], plain.learned["theta_hard"], atol=1e-12)


def test_what_codes_may_be_is_said():
    with pytest.raises(ConfigurationError, match=r'method\.st_maml\.codes: got 3; must be 2 or "continuous"'):
        with_codes(3)


def test_there_is_no_exact_solution():
    with pytest.raises(UnsupportedError, match="st_maml: it has no exact solution"):
        place(testbeds.T0.method("st_maml"), evaluated_problem(testbeds.T0, exact=True))
