"""The projected sampler has the law of raw data, in everything that descent can ask of it; wrong ones are caught."""

import sys
from importlib.util import find_spec
from types import SimpleNamespace

import array_api_strict
import numpy as np
import pytest
from scipy import stats

from numerics import engine, population
from numerics.adaptation import adapt, pull_back
from numerics.arrays import NUMPY, Arrays, arrays_on, torch_arrays
from numerics.descent import stochastic_descent
from numerics.measurement import critical_value
from numerics.methods import MAML, NAL
from numerics.projected import ProjectedData, ProjectedSampler
from numerics.radial import RadialLearner, RadialSampler, radial_program
from numerics.sampling import Sampler
from theory.errors import MissingExtraError, UnknownNameError, UnsupportedError
from theory.mixture import InnerLoop

EPISODES = 20_000
STEP_SIZE = 0.8
FALSE_ALARM = 1e-6

DENSE = {}
DIAGONAL = {"covariance": [1.0, 0.5, 0.2]}
ISOTROPIC = {"covariance": 0.7}
QUIET = {"noise": 0.0}


def episodes(source, rng, samples, steps, data, outer):
    """Adapted parameters and outer gradients of many episodes, each of its own task: shape (EPISODES, 2 d)."""
    tasks = source.tasks(rng, (EPISODES, 1))
    theta = np.linspace(0.7, -0.4, source.mixture.dimension)
    local = tasks.localised(np.broadcast_to(theta, (EPISODES, len(theta))))
    uses = steps if data == "reused" else 1
    drawn = [source.products(rng, tasks, samples, 2 * uses + (outer == "shared")) for _ in range(steps // uses)]
    sets = drawn * uses
    adapted = adapt(local, sets, STEP_SIZE)
    if outer == "population":
        gradient = tasks.population_gradient(adapted)
    elif outer == "shared":
        gradient = sets[-1].gradient(adapted)
    else:
        gradient = source.products(rng, tasks, samples, 1).gradient(adapted)
    gradient = pull_back(gradient, sets, STEP_SIZE)
    return np.concatenate([tasks.average(adapted), tasks.average(gradient)], axis=-1)


# dimension, samples, inner steps, reuse, outer data, classes changed as given
CASES = [
    (3, 5, 1, "reused", "population", DENSE),
    (3, 5, 1, "reused", "population", DENSE | QUIET),
    (3, 5, 1, "reused", "population", DIAGONAL),
    (3, 5, 1, "reused", "population", ISOTROPIC),
    (2, 1, 1, "reused", "population", DENSE),
    (3, 1, 2, "reused", "population", DENSE),
    (3, 2, 3, "reused", "population", DENSE | QUIET),
    (3, 2, 2, "reused", "population", ISOTROPIC | QUIET),
    (3, 12, 2, "reused", "population", DENSE),
    (3, 12, 3, "reused", "population", DIAGONAL | QUIET),
    (3, 9, 2, "fresh", "population", DENSE),
    (3, 1, 2, "fresh", "population", DIAGONAL),
    (3, 5, 1, "reused", "shared", DENSE),
    (3, 6, 2, "reused", "shared", DENSE | QUIET),
    (3, 5, 1, "reused", "independent", DENSE),
    (1, 3, 2, "reused", "population", {}),
    (1, 1, 1, "reused", "shared", QUIET),
]


@pytest.mark.parametrize(("dimension", "samples", "steps", "data", "outer", "changed"), CASES)
def test_it_has_the_law_of_raw_data(configured, disagreements, rng, dimension, samples, steps, data, outer, changed):
    mixture = configured(dimension, first=changed, second=changed & QUIET.keys() and QUIET).mixture
    drawn = [
        episodes(source, rng, samples, steps, data, outer) for source in (ProjectedSampler(mixture), Sampler(mixture))
    ]

    assert disagreements(*drawn, rng) == []


class Draws:
    """Random numbers with something wrong with their chi-squares."""

    def __init__(self, rng, degrees):
        self.random, self.standard_normal = rng.random, rng.standard_normal
        self.chisquare = lambda df, size: rng.chisquare(degrees(df), size)


@pytest.mark.parametrize("steps", [1, 2])
def test_chi_squares_that_lose_no_degree_of_freedom_are_caught(configured, disagreements, rng, steps):
    still = QUIET | {"spread": 0.0}
    mixture, samples = configured(3, first=still, second=still).mixture, 2
    wrong = episodes(ProjectedSampler(mixture), Draws(rng, lambda df: samples), samples, steps, "reused", "population")

    assert disagreements(wrong, episodes(Sampler(mixture), rng, samples, steps, "reused", "population"), rng)


def unprojected(self, vector):
    if any(vector is normal for normal in self.normals):
        return vector
    return true_orthogonal(self, vector)


def projected_off_the_first_direction_only(self, vector):
    known, self._directions = self._directions, self._directions[:1]
    try:
        return true_orthogonal(self, vector)
    finally:
        self._directions = known


true_orthogonal = ProjectedData._orthogonal


@pytest.mark.parametrize("wrong", [unprojected, projected_off_the_first_direction_only])
def test_a_missing_projection_is_caught(configured, disagreements, rng, monkeypatch, wrong):
    mixture = configured(3).mixture
    reference = episodes(Sampler(mixture), rng, 4, 2, "reused", "population")
    monkeypatch.setattr(ProjectedData, "_orthogonal", wrong)

    assert disagreements(episodes(ProjectedSampler(mixture), rng, 4, 2, "reused", "population"), reference, rng)


def test_label_noise_that_was_dropped_is_caught(configured, disagreements, rng):
    mixture = configured(3, first={"noise": 1.0}, second={"noise": 1.0}).mixture
    quiet = configured(3, first=QUIET, second=QUIET).mixture

    wrong, right = (
        episodes(source, rng, 4, 1, "reused", "population") for source in (ProjectedSampler(quiet), Sampler(mixture))
    )

    assert disagreements(wrong, right, rng)


def test_reused_data_that_is_drawn_anew_is_caught(configured, disagreements, rng):
    mixture = configured(3).mixture

    wrong, right = (
        episodes(source, rng, 4, 2, data, "population")
        for source, data in ((ProjectedSampler(mixture), "fresh"), (Sampler(mixture), "reused"))
    )

    assert disagreements(wrong, right, rng)


def test_frames_turned_the_wrong_way_are_caught(configured, disagreements, rng, monkeypatch):
    mixture = configured(3).mixture
    reference = episodes(Sampler(mixture), rng, 4, 1, "reused", "population")
    eigh = np.linalg.eigh
    monkeypatch.setattr(population.np.linalg, "eigh", lambda a: (eigh(a)[0], eigh(a)[1].swapaxes(-1, -2)))

    assert disagreements(episodes(ProjectedSampler(mixture), rng, 4, 1, "reused", "population"), reference, rng)


def test_it_remembers_what_it_has_said(configured, rng):
    sampler = ProjectedSampler(configured(3).mixture)
    tasks = sampler.tasks(rng, (50,))
    data = sampler.products(rng, tasks, 10, 4)
    theta, first, second = (rng.standard_normal((50, 3)) for _ in range(3))

    gradient = data.gradient(theta)
    products = [data.hessian_product(vector) for vector in (first, second)]

    np.testing.assert_allclose(data.gradient(theta), gradient, atol=1e-12)
    np.testing.assert_allclose(data.hessian_product(first - 2 * second), products[0] - 2 * products[1], atol=1e-12)
    # The Hessian is symmetric, and takes differences of parameters to differences of gradients.
    np.testing.assert_allclose(np.vecdot(second, products[0]), np.vecdot(first, products[1]), atol=1e-12)
    np.testing.assert_allclose(data.gradient(theta + first), gradient + products[0], atol=1e-12)


@pytest.mark.parametrize("samples", [1, 2, 3, 7])
def test_the_hessian_has_the_rank_of_the_samples(configured, rng, samples):
    sampler = ProjectedSampler(configured(3).mixture)
    data = sampler.products(rng, sampler.tasks(rng, (5,)), samples, 10)

    hessians = np.stack([data.hessian_product(np.broadcast_to(axis, (5, 3))) for axis in np.eye(3)], axis=-1)

    assert np.linalg.matrix_rank(hessians, tol=1e-9).tolist() == [min(samples, 3)] * 5
    np.testing.assert_allclose(hessians, hessians.swapaxes(-1, -2), atol=1e-12)


def test_tasks_that_need_no_row_keep_their_degrees_of_freedom(configured, rng):
    """Where some tasks start at their optimum, without noise, their first question is about nothing."""
    sampler = ProjectedSampler(configured(3, first=QUIET, second=QUIET).mixture)
    tasks = sampler.tasks(rng, (EPISODES,))
    tasks.classes[:] = 0
    data = sampler.products(rng, tasks, 3, 2)
    at_optimum = np.arange(EPISODES) % 2 == 0

    gradient = data.gradient(np.where(at_optimum[:, None], tasks.optima, tasks.optima + 1))
    axis = np.broadcast_to(np.array([1.0, 0, 0]), (EPISODES, 3))
    product = data.hessian_product(axis)

    assert not gradient[at_optimum].any()
    scale = sampler.population.eigenvalues[0, 0] / 3
    for chosen in (at_optimum, ~at_optimum):
        assert stats.kstest(product[chosen, 0] / scale, stats.chi2(3).cdf).pvalue > FALSE_ALARM / 2


def test_more_questions_than_were_announced_are_refused(configured, rng):
    sampler = ProjectedSampler(configured(3).mixture)
    data = sampler.products(rng, sampler.tasks(rng, (5,)), 7, 1)
    data.gradient(np.zeros(3))

    with pytest.raises(ValueError, match="more than 1 products were asked"):
        data.hessian_product(rng.standard_normal((5, 3)))


@pytest.mark.parametrize("changed", [DENSE, DIAGONAL])
def test_infinitely_many_samples_give_the_population_loss(configured, rng, changed):
    mixture = configured(3, first=changed).mixture
    sampler = ProjectedSampler(mixture)
    tasks = sampler.tasks(rng, (50, 1))
    theta = rng.standard_normal((50, 3))
    data = sampler.products(rng, tasks, None, 2)
    local = tasks.localised(theta)

    gradient = tasks.average(data.gradient(local))

    optimum = tasks.average(tasks.optima)
    covariances = mixture.covariances[tasks.classes[:, 0]]
    np.testing.assert_allclose(gradient, np.matvec(covariances, theta - optimum), atol=1e-13)
    np.testing.assert_allclose(tasks.average(tasks.population_gradient(local)), gradient, atol=1e-14)
    direction = np.broadcast_to(local, (50, 1, 3))
    np.testing.assert_allclose(
        tasks.average(data[...].hessian_product(direction)), np.matvec(covariances, theta), atol=1e-13
    )


def test_a_selection_of_episodes_keeps_shared_data_shared(configured, rng):
    configuration = configured(2, adaptation={"steps": 3})
    learner = MAML(configuration.inner_loop)
    chosen = learner.draw(ProjectedSampler(configuration.mixture), rng, (4, 2))[1:3]

    assert len({id(data) for data in chosen.data}) == 1
    assert chosen.nbytes < learner.draw(ProjectedSampler(configuration.mixture), rng, (4, 2)).nbytes


def test_it_takes_no_more_random_numbers_than_it_says(configured, rng):
    counted = {"standard_normal": 0, "chisquare": 0}

    class Counting:
        random = staticmethod(rng.random)

        def standard_normal(self, size):
            counted["standard_normal"] += int(np.prod(size))
            return rng.standard_normal(size)

        def chisquare(self, df, size):
            counted["chisquare"] += int(np.prod(size))
            return rng.chisquare(df, size)

    mixture = configured(3, first=QUIET | {"spread": 0}, second=QUIET | {"spread": 0}).mixture
    learner = MAML(InnerLoop(0.5, 1000))

    learner.draw(ProjectedSampler(mixture), Counting(), (10,))

    assert counted == {"standard_normal": 10 * 2 * 3, "chisquare": 10 * 2}


class GivenDraws:
    """NumPy's random numbers, copied to another library."""

    def __init__(self, arrays, child):
        self._arrays, self._rng = arrays, NUMPY.draws(child)

    def __getattr__(self, name):
        return lambda *arguments: self._arrays.asarray(getattr(self._rng, name)(*arguments))


#: The strict implementation has the standard's functions and no others; PyTorch is tried where it is installed.
STRICT = Arrays(array_api_strict, None, array_api_strict.asarray, lambda child: GivenDraws(STRICT, child), np.asarray)
LIBRARIES = {"strict": lambda: STRICT}
if find_spec("torch") and find_spec("array_api_compat"):
    LIBRARIES["torch"] = lambda: torch_arrays("cpu")


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("changed", [DENSE, ISOTROPIC | QUIET, {"spread": [[0.5, 0.2, 0], [0.2, 0.3, 0], [0, 0, 0.1]]}])
@pytest.mark.parametrize("adaptation", [{"steps": 2, "samples": 2}, {"samples": 9}, {"samples": "inf"}])
def test_every_library_of_arrays_gives_the_same_numbers(configured, seed, library, changed, adaptation):
    other = LIBRARIES[library]()
    configuration = configured(3, adaptation, first=changed, second=changed)
    learner = MAML(configuration.inner_loop)
    theta = np.random.default_rng(seed).standard_normal((4, 3))
    gradients = []
    for arrays in (NUMPY, other):
        sampler = ProjectedSampler(configuration.mixture, arrays)
        drawn = learner.draw(sampler, GivenDraws(arrays, np.random.SeedSequence(seed)), (4, 5))
        gradients.append(arrays.to_numpy(learner.mean_gradient(arrays.asarray(theta), drawn)))

    np.testing.assert_allclose(*gradients, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("changed", [ISOTROPIC, ISOTROPIC | QUIET | {"spread": 0.0}])
@pytest.mark.parametrize("learner", [MAML(InnerLoop(0.8, 5)), MAML(InnerLoop(0.8, None)), NAL(InnerLoop(0.8, 5), 3)])
def test_every_library_gives_the_same_lengths_and_angles(configured, seed, library, changed, learner):
    other, mixture = LIBRARIES[library](), configured(3, first=changed, second=changed).mixture
    theta, gradients = np.random.default_rng(seed).standard_normal((4, 3)), []
    for arrays in (NUMPY, other):
        sampler = RadialSampler(mixture, arrays)
        radial = RadialLearner(learner.inner_loop, radial_program(learner), sampler)
        drawn = radial.draw(sampler, GivenDraws(arrays, np.random.SeedSequence(seed)), (4, 5))
        gradients.append(arrays.to_numpy(radial.mean_gradient(arrays.asarray(theta), drawn)))

    np.testing.assert_allclose(*gradients, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_random_numbers_of_another_library_have_their_laws(library, seed):
    arrays = LIBRARIES[library]()
    draws, again = (arrays.draws(np.random.SeedSequence(seed)) for _ in range(2))

    laws = [
        ("uniform", draws.random((EPISODES,))),
        ("norm", draws.standard_normal((EPISODES,))),
        *((stats.chi2(n).cdf, draws.chisquare(n, (EPISODES,))) for n in (1, 2, 25)),
    ]

    assert min(stats.kstest(arrays.to_numpy(values), law).pvalue for law, values in laws) > FALSE_ALARM / len(laws)
    np.testing.assert_array_equal(arrays.to_numpy(again.random((EPISODES,))), arrays.to_numpy(laws[0][1]))


@pytest.mark.parametrize("library", LIBRARIES)
def test_chains_on_another_library_settle_at_the_same_place(configured, seed, library, monkeypatch):
    configuration = configured(3)
    learner, mixture = MAML(configuration.inner_loop), configuration.mixture
    here = stochastic_descent(learner, mixture, seed=seed, outer_steps=300, sampler="projected")
    monkeypatch.setattr(engine, "arrays_on", lambda device: LIBRARIES[library]())

    there = stochastic_descent(learner, mixture, seed=seed + 1, outer_steps=300, sampler="projected")

    errors = np.hypot(here.standard_error, there.standard_error)
    assert np.abs((here.theta - there.theta) / errors).max() < critical_value(3, here.degrees_of_freedom)


def test_a_gpu_that_is_not_there_is_refused(monkeypatch):
    monkeypatch.setitem(sys.modules, "array_api_compat.torch", None)
    with pytest.raises(MissingExtraError, match=r"device 'cuda' needs .*: pip install 'maml-landscape\[gpu\]'"):
        arrays_on("cuda")

    fake = SimpleNamespace(cuda=SimpleNamespace(is_available=lambda: False))
    monkeypatch.setitem(sys.modules, "array_api_compat", SimpleNamespace(torch=fake))
    monkeypatch.setitem(sys.modules, "array_api_compat.torch", fake)
    monkeypatch.setitem(sys.modules, "torch", fake)
    with pytest.raises(UnsupportedError, match="PyTorch finds no GPU that it can use here"):
        arrays_on("cuda")
    with pytest.raises(UnknownNameError, match="unknown device 'tpu': did you mean 'cpu'"):
        arrays_on("tpu")
