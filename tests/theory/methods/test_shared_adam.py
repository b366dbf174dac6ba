"""Adam shared by both loops: second moments of sampled outer gradients, and the joint point of rest.

Sampled second moments are those of raw inputs and labels, drawn here. They are compared at 6 standard errors: of the 20
entries of two matrices one is exceeded by chance with a probability below 1e-7.
"""

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import sympy as sp

from numerics.configuration import Configuration, load
from numerics.solutions import evaluated_problem, place
from theory.errors import ConfigurationError, UnsupportedError
from theory.gain import Setting
from theory.methods.cross_task import CrossTask
from theory.methods.maml_en_llm import MAMLenLLM
from theory.methods.outer_gradient import OuterSecondMoment, SameTask
from theory.methods.preconditioned import evaluated_risk
from theory.methods.shared_adam import SharedAdam
from theory.symbols import m, nu2, rho

_spec = importlib.util.spec_from_file_location("testbeds", Path(__file__).parents[2] / "testbeds.py")
testbeds = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(testbeds)

BATCHES, SAMPLES = 60_000, 6
SIZES = np.array([0.9, 0.3, 0.6, 1.2])
#: Root of the covariance of a shift.
ROOT = np.array([[0.5, 0, 0, 0], [0.2, 0.3, 0, 0], [-0.1, 0.4, 0.6, 0], [0.3, 0, 0.2, 0.2]])
T1 = testbeds.t1(samples=SAMPLES)


@pytest.fixture
def rng():
    return np.random.default_rng(2405_11446)


def scaled(configuration, factor):
    """Multiply all losses by a number: input covariances and label noise."""
    document = configuration.to_mapping()
    for task_class in document["task_class"]:
        task_class["covariance"] = (np.array(task_class["covariance"]) * factor).tolist()
        task_class["noise"] *= factor
    return Configuration.from_mapping(document)


def solved(configuration, **parameters):
    return place(MAMLenLLM(shared_adam=True, **parameters), evaluated_problem(configuration)).solution


def drawn(configuration, rng, shape):
    """Draw tasks and their data by the definitions: covariances, optima, sample covariances, ``X'z/m``."""
    mixture, count = configuration.mixture, configuration.inner_loop.samples
    classes = rng.choice(len(mixture.classes), shape, p=mixture.weights)
    dimension = mixture.dimension
    noise = np.sqrt(mixture.noises)[classes][..., None] * rng.standard_normal((*shape, count))
    roots = np.linalg.cholesky(mixture.covariances)[classes]
    inputs = rng.standard_normal((*shape, count, dimension)) @ roots.swapaxes(-1, -2)
    jitter = np.sqrt(np.diagonal(mixture.spreads, axis1=1, axis2=2))[classes] * rng.standard_normal((*shape, dimension))
    optima = mixture.centres[classes] + jitter
    sample_covariances = inputs.swapaxes(-1, -2) @ inputs / count
    return mixture.covariances[classes], optima, sample_covariances, (noise[..., None, :] @ inputs)[..., 0, :] / count


def batch_gradients(configuration, rng, theta, batch, cross, shifted):
    """Sample average outer gradients of batches, shape (batches, d)."""
    covariances, optima, samples, noise = drawn(configuration, rng, (BATCHES, batch))
    adapted = theta - SIZES * ((samples @ (theta - optima)[..., None])[..., 0] - noise)
    if shifted:
        adapted = adapted - rng.standard_normal((BATCHES, 1, len(theta))) @ ROOT.T
    if cross:
        covariances, optima = np.roll(covariances, -1, axis=1), np.roll(optima, -1, axis=1)
    outer = (covariances @ (adapted - optima)[..., None])[..., 0]
    return (outer - (samples @ (SIZES * outer)[..., None])[..., 0]).mean(axis=1)


def deviation(gradients, second_moment):
    """Return by how many standard errors the second moment of sampled gradients differs at most."""
    squares = gradients[:, :, None] * gradients[:, None, :]
    errors = squares.std(axis=0, ddof=1) / np.sqrt(len(gradients))
    return float(np.abs((squares.mean(axis=0) - second_moment) / errors).max())


@pytest.mark.parametrize("cross", [False, True], ids=["same", "cross"])
def test_second_moments_are_those_of_sampled_batches(cross, rng):
    at = (CrossTask if cross else SameTask)(evaluated_problem(T1), 3).at(SIZES)

    alone = batch_gradients(T1, rng, at.theta, 3, cross, shifted=False)
    shifted = batch_gradients(T1, rng, at.theta, 3, cross, shifted=True)

    errors = alone.std(axis=0, ddof=1) / np.sqrt(BATCHES)
    assert np.abs(alone.mean(axis=0) / errors).max() < 6
    assert deviation(alone, at.second_moment) < 6
    assert deviation(shifted, at.second_moment + at.of_shift(ROOT @ ROOT.T)) < 6


@pytest.mark.parametrize("wrong", ["noise", "batch", "neighbours", "shift of neighbours", "query", "step sizes"])
def test_second_moments_that_are_wrong_in_one_place_are_told_apart(wrong, rng):
    problem = evaluated_problem(T1)
    cross = wrong in {"neighbours", "shift of neighbours"}
    gradient = (CrossTask if cross else SameTask)(problem, 3)
    at = gradient.at(SIZES)
    sampled = batch_gradients(T1, rng, at.theta, 3, cross, shifted=wrong == "shift of neighbours")
    moment = {
        "noise": lambda: SameTask(evaluated_problem(testbeds.t1(samples=10**6)), 3).at(SIZES).second_moment,
        "batch": lambda: SameTask(problem, 4).at(SIZES).second_moment,
        "neighbours": lambda: gradient._single(SIZES, at.theta) / 3,
        "shift of neighbours": lambda: at.second_moment + SameTask(problem, 3).of_shift(SIZES, ROOT @ ROOT.T),
        "query": lambda: CrossTask(problem, 3).at(SIZES).second_moment,
        "step sizes": lambda: SameTask(problem, 3).at(SIZES * 1.05).second_moment,
    }[wrong]()

    assert deviation(sampled, moment) > 6


@pytest.mark.parametrize("query", ["same", "cross"])
def test_the_momentum_adds_what_its_own_recursion_gathers(query, rng):
    """Runs ``mu <- b mu + (1 - b) G`` on sampled batches, theta and step sizes being held fixed."""
    problem, b, batch, chains = evaluated_problem(testbeds.t1(samples=12)), 0.9, 3, 12_000
    dynamics = SharedAdam(problem, b, batch, query)
    rest, moment = dynamics._rest(SIZES), np.zeros((chains, 4))
    for _ in range(70):
        covariances, optima, samples, noise = drawn(testbeds.t1(samples=12), rng, (chains, batch))
        gradients = (samples @ (rest.theta - optima)[..., None])[..., 0] - noise
        adapted = rest.theta - SIZES * (gradients + b / (1 - b) * moment[:, None])
        if query == "cross":
            covariances, optima = np.roll(covariances, -1, axis=1), np.roll(optima, -1, axis=1)
        outer = (covariances @ (adapted - optima)[..., None])[..., 0]
        average = (outer - (samples @ (SIZES * outer)[..., None])[..., 0]).mean(axis=1)
        moment = b * moment + (1 - b) * average
    errors = (average**2).std(axis=0, ddof=1) / np.sqrt(chains)

    assert np.abs(((average**2).mean(axis=0) - rest.second_moment) / errors).max() < 6
    without = np.diagonal(dynamics._gradient.at(SIZES).second_moment)
    assert np.abs(((average**2).mean(axis=0) - without) / errors).max() > 6


def test_in_one_dimension_the_second_moment_is_that_of_a_chi_square():
    """``E[(1 - D w)^4]`` and ``E[w (1 - D w)^2]`` for w = rho chi^2_m / m, from the moments of the chi-square."""
    step, spread = sp.symbols("D D2")
    powers = [rho**k * sp.Mul(*(m + 2 * i for i in range(k))) / m**k for k in range(5)]
    fourth = sum(sp.binomial(4, k) * (-step) ** k * powers[k] for k in range(5))
    noise = sum(sp.binomial(2, k) * (-step) ** k * powers[k + 1] for k in range(3))

    derived = OuterSecondMoment(step, spread).expression()

    assert sp.expand(derived - rho**2 * (spread * fourth + nu2 * step**2 / m * noise)) == 0


@pytest.mark.parametrize("query", ["same", "cross"])
@pytest.mark.parametrize(
    "configuration", [testbeds.T0, T1, testbeds.t1(samples="inf", step_size=0.2)], ids=["T0", "T1", "inf"]
)
def test_scale_and_initialisation_reproduce_each_other(configuration, query):
    problem, solution = evaluated_problem(configuration), solved(configuration, query=query)
    sizes = solution.learned["step_sizes"]
    gradient = (SameTask if query == "same" else CrossTask)(problem, 8).at(sizes)
    square = SharedAdam(problem, 0.9, 8, query)._rest(sizes).second_moment

    full = float(configuration.inner_loop.step_size)
    np.testing.assert_allclose(sizes, full * 0.1 / np.sqrt(square), rtol=1e-8)
    np.testing.assert_allclose(solution.theta, gradient.theta, rtol=1e-9, atol=1e-12)
    assert solution.stable
    assert np.ptp(sizes) > 0.03


def test_its_point_of_rest_is_that_of_preconditioned_maml():
    problem, solution = evaluated_problem(T1), solved(T1)
    curvatures, _ = evaluated_risk(problem, np.diag(solution.learned["step_sizes"]), Setting(), 1.0)
    preconditioned = np.linalg.solve(problem.average(curvatures), problem.moment(curvatures))

    np.testing.assert_allclose(solution.theta, preconditioned, rtol=1e-10)
    plain = place(MAMLenLLM(), problem).solution.theta
    assert np.abs(solution.theta - plain).max() > 0.05


@pytest.mark.parametrize("query", ["same", "cross"])
@pytest.mark.parametrize("factor", [1e-6, 7.0])
def test_multiplying_all_losses_changes_nothing(query, factor):
    """Adam's steps do not depend on the gradients' scale; MAML's do."""
    one, other = (solved(scaled(T1, scale), query=query) for scale in (1.0, factor))

    np.testing.assert_allclose(other.theta, one.theta, rtol=1e-7)
    np.testing.assert_allclose(factor * other.learned["step_sizes"], one.learned["step_sizes"], rtol=1e-7)
    plain = [place(MAMLenLLM(query=query), evaluated_problem(scaled(T1, scale))).solution.theta for scale in (1.0, 7.0)]
    assert np.abs(plain[0] - plain[1]).max() > 0.01


def test_small_steps_are_divided_by_the_deviation_of_plain_gradients():
    """Where nothing moves, v is the mean square of the gradients at NAL's optimum, over the batch."""
    configuration = testbeds.t1(step_size=1e-7)
    solution, mixture = solved(configuration, batch=5), configuration.mixture
    errors = evaluated_problem(configuration).evaluated.theta_nal - mixture.centres
    squares = errors[:, :, None] * errors[:, None, :] + mixture.spreads
    square = np.einsum("k,kij,kjl,kli->i", mixture.weights, mixture.covariances, squares, mixture.covariances) / 5

    np.testing.assert_allclose(solution.learned["step_sizes"], 1e-8 / np.sqrt(square), rtol=1e-5)


def test_a_strong_momentum_is_held_back_by_the_variance_that_it_causes():
    """Without a scale the momentum of such steps would feed on itself: its variance would have no bound."""
    from theory.methods.shared_adam import _Unstable

    problem = evaluated_problem(testbeds.t1(step_size=20))
    with pytest.raises(_Unstable):
        SharedAdam(problem, 0.9, 8)._rest(np.full(4, 2.0))
    sizes = solved(testbeds.t1(step_size=20)).learned["step_sizes"]
    assert np.all(sizes < 1.5)
    without = solved(testbeds.t1(step_size=1000))
    assert not without.exists
    assert without.notes[0].startswith("no joint point of rest of the parameters and Adam's second moment was found")


def line(samples="inf", noise=0.1, spread=0.1):
    """Two classes on a line."""
    classes = [
        {"weight": 0.5, "covariance": variance, "centre": [centre], "spread": spread, "noise": noise}
        for variance, centre in ((1.0, 1.0), (0.2, -1.0))
    ]
    adaptation = {"step_size": 0.5, "samples": samples}
    return Configuration.from_mapping({"dimension": 1, "adaptation": adaptation, "task_class": classes})


def test_all_points_of_rest_are_told():
    """On a line there are three, of which the middle one repels: where v would make step sizes move changes sign."""
    configuration = line()
    solution = solved(configuration, batch=4)
    dynamics = SharedAdam(evaluated_problem(configuration), 0.9, 4)
    grid = np.geomspace(0.1, 1.25, 400)
    signs = np.sign([dynamics._gap(np.log([size]))[0] for size in grid])
    changes = np.flatnonzero(np.diff(signs))

    assert len(changes) == 3
    rests = [dynamics._rest(grid[[i]]).theta[0] for i in changes[::2]]
    np.testing.assert_allclose(np.ravel(solution.branches), rests, atol=0.02)
    assert any("2 points of rest were found" in note for note in solution.notes)
    assert not solution.learned


@pytest.mark.parametrize("query", ["same", "cross"])
def test_a_gradient_that_never_varies_has_no_scale(query):
    document = line(noise=0.0, spread=0.0).to_mapping()
    document["dimension"] = 2
    for task_class in document["task_class"]:
        task_class["centre"] = [*task_class["centre"], 2.0]
    configuration = Configuration.from_mapping(document)

    solution = solved(configuration, query=query)

    assert not solution.exists
    assert solution.notes[0].startswith("the outer gradient does not vary in coordinate 2: its second moment v is 0")
    document["adaptation"]["samples"] = 8  # a sample mixes the coordinates
    assert solved(Configuration.from_mapping(document), query=query).exists


@pytest.mark.parametrize(
    ("configuration", "parameters", "message"),
    [
        (testbeds.t0(steps=2), {}, "shared_adam = true: it is derived for one inner step, not for 2"),
        (testbeds.T0, {"query": "cross", "batch": 2}, 'query = "cross": it is derived for a batch of at least 3 tasks'),
    ],
)
def test_what_is_not_derived_is_refused(configuration, parameters, message):
    with pytest.raises(UnsupportedError, match=f"method maml_en_llm with .*{message}"):
        solved(configuration, **parameters)


def test_it_is_no_linear_method_and_has_no_exact_solution():
    method = MAMLenLLM(shared_adam=True)
    with pytest.raises(UnsupportedError, match="shared_adam = true: its mean update is not affine"):
        method.drift(Setting())
    with pytest.raises(UnsupportedError, match="shared_adam = true: its mean update is not affine"):
        replace(method, momentum=0).matrices(evaluated_problem(testbeds.T0))
    with pytest.raises(UnsupportedError, match="shared_adam = true: it has no exact solution; leave --exact out"):
        place(method, evaluated_problem(testbeds.T0, exact=True))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"shared_adam": 1}, "method.maml_en_llm.shared_adam: got 1; must be true or false"),
        ({"batch": 0}, "method.maml_en_llm.batch: got 0; must be an integer from 1 to 1024"),
    ],
)
def test_parameters_out_of_range_are_refused(table, message):
    with pytest.raises(ConfigurationError, match=message):
        testbeds.t0(method={"maml_en_llm": table})


def test_a_momentum_that_hardly_decays_is_told():
    """Gradients of steep tasks that overstep feed the momentum; those of flat ones take from it."""
    notes = solved(load(Path(__file__).parents[3] / "examples" / "easy_hard.toml")).notes

    assert sum(note.startswith("the momentum decays by 0.007 a step only") for note in notes) == 1
    assert not any("momentum decays" in note for note in solved(T1).notes)
