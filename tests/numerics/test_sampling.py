"""Sampled tasks and data have the law of the definitions, in both samplers; a sampler with the wrong law is caught."""

from itertools import product

import numpy as np
import pytest
from scipy import stats

from numerics import sampling
from numerics.measurement import Estimate, critical_value
from numerics.sampling import Sampler, streams
from theory.errors import UnknownNameError
from theory.mixture import Mixture, TaskClass

SAMPLES = 20_000
KINDS = ["raw", "wishart"]
# (d, m): more samples than dimensions, as many, fewer, and one alone
SHAPES = [(2, 5), (3, 3), (3, 2), (3, 1)]


def statistics_of(sampler, rng, samples):
    """Two quadratic forms of Shat and one projection of X'z/m, for many data sets of the first class: shape (n, 3)."""
    tasks = sampler.tasks(rng, (SAMPLES,))
    tasks.classes[:] = 0
    data = sampler.data(rng, tasks, samples)
    along, across = np.array([1.0, 0.5, -0.3]), np.array([-0.2, 1.0, 0.6])
    dimension = sampler.mixture.dimension
    a, b = along[:dimension], across[:dimension]
    noise_moment = -data.gradient(tasks.optima)
    return np.stack([data.hessian_product(a) @ a, data.hessian_product(a) @ b, noise_moment @ b], axis=-1)


def disagreements(sampler, rng, samples):
    """Name what differs from raw data (moments to order four, laws) or from low moments that are known exactly."""
    mixture, m = sampler.mixture, samples
    reference = statistics_of(Sampler(mixture, "raw"), rng, samples)
    candidate = statistics_of(sampler, rng, samples)
    exponents = [powers for powers in product(range(5), repeat=3) if 1 <= sum(powers) <= 4]
    covariance, noise = mixture.classes[0].covariance, mixture.classes[0].noise
    a = np.array([1.0, 0.5, -0.3])[: mixture.dimension]
    b = np.array([-0.2, 1.0, 0.6])[: mixture.dimension]
    scale = a @ covariance @ a
    # Means that follow from the definitions in one line each.
    exact = {
        (1, 0, 0): scale,
        (0, 1, 0): a @ covariance @ b,
        (2, 0, 0): scale**2 * (1 + 2 / m),
        (0, 0, 2): noise * (b @ covariance @ b) / m,
        (0, 0, 1): 0.0,
    }
    laws = 5
    comparisons = len(exponents) + len(exact) + laws
    found = []
    for powers in exponents:
        difference = np.prod(candidate**powers, axis=1) - np.prod(reference**powers, axis=1)
        estimate = Estimate.from_chunks(lambda _, d=difference: d, SAMPLES, SAMPLES)
        if abs(estimate.score(0.0)) > estimate.critical(comparisons):
            found.append(f"moment {powers}")
    for powers, expected in exact.items():
        estimate = Estimate.from_chunks(lambda _, p=powers: np.prod(candidate**p, axis=1), SAMPLES, SAMPLES)
        if abs(estimate.score(expected)) > estimate.critical(comparisons):
            found.append(f"exact moment {powers}")
    combined = np.stack([candidate @ [1, 1, 1], reference @ [1, 1, 1]])
    p_values = {f"law {i}": stats.ks_2samp(candidate[:, i], reference[:, i]).pvalue for i in range(3)}
    p_values["law of the sum"] = stats.ks_2samp(*combined).pvalue
    p_values["chi-square law"] = stats.kstest(candidate[:, 0] * m / scale, stats.chi2(m).cdf).pvalue
    return found + [name for name, p in p_values.items() if p < 1e-6 / comparisons]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("dimension", "samples"), SHAPES)
def test_data_has_the_law_of_the_definitions(configured, rng, kind, dimension, samples):
    sampler = Sampler(configured(dimension).mixture, kind)

    assert disagreements(sampler, rng, samples) == []


def test_diagonal_covariances_take_the_same_law(configured, rng):
    mixture = configured(3, first={"covariance": [1.0, 0.5, 0.2]}, second={"covariance": 0.7}).mixture

    assert disagreements(Sampler(mixture, "wishart"), rng, 4) == []


def degrees_of_freedom_off_by_one(rng, batch, samples, dimension):
    return true_factor(rng, batch, samples + 1, dimension)[..., : min(samples, dimension), :]


def degrees_of_freedom_constant(rng, batch, samples, dimension):
    factor = true_factor(rng, batch, samples, dimension)
    for row in range(factor.shape[-2]):
        factor[..., row, row] = np.sqrt(rng.chisquare(samples, size=batch))
    return factor


def chi_square_without_its_root(rng, batch, samples, dimension):
    factor = true_factor(rng, batch, samples, dimension)
    diagonal = np.arange(factor.shape[-2])
    factor[..., diagonal, diagonal] **= 2
    return factor


def normals_missing(rng, batch, samples, dimension):
    factor = true_factor(rng, batch, samples, dimension)
    factor[..., 0, -1] = 0.0
    return factor


true_factor = sampling.triangular_factor


@pytest.mark.parametrize(
    "wrong",
    [degrees_of_freedom_off_by_one, degrees_of_freedom_constant, chi_square_without_its_root, normals_missing],
)
def test_a_wrong_decomposition_is_caught(configured, rng, monkeypatch, wrong):
    monkeypatch.setattr(sampling, "triangular_factor", wrong)

    assert disagreements(Sampler(configured(2).mixture, "wishart"), rng, 5)


@pytest.mark.parametrize("kind", KINDS)
def test_wrongly_scaled_label_noise_is_caught(configured, rng, kind):
    sampler = Sampler(configured(2).mixture, kind)
    sampler._noise_deviations = sampler._noise_deviations**2

    assert "exact moment (0, 0, 2)" in disagreements(sampler, rng, 5)


@pytest.mark.parametrize("kind", KINDS)
def test_a_transposed_cholesky_factor_is_caught(configured, rng, kind):
    sampler = Sampler(configured(2).mixture, kind)
    sampler._factors = sampler._factors.swapaxes(-1, -2)

    assert "exact moment (0, 1, 0)" in disagreements(sampler, rng, 5)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("samples", [1, 2, 3, 7])
def test_a_data_set_has_the_rank_of_its_samples(configured, rng, kind, samples):
    sampler = Sampler(configured(3).mixture, kind)

    data = sampler.data(rng, sampler.tasks(rng, (5,)), samples)

    assert np.linalg.matrix_rank(data.inputs).tolist() == [min(samples, 3)] * 5


@pytest.mark.parametrize("kind", KINDS)
def test_infinitely_many_samples_give_the_population_loss(configured, rng, kind):
    mixture = configured(3).mixture
    sampler = Sampler(mixture, kind)
    tasks = sampler.tasks(rng, (50,))
    theta = rng.standard_normal((50, 3))

    data = sampler.data(rng, tasks, None)

    expected = np.einsum("nab,nb->na", mixture.covariances[tasks.classes], theta - tasks.optima)
    np.testing.assert_allclose(data.gradient(theta), expected, atol=1e-14)
    np.testing.assert_allclose(tasks.population_gradient(theta), expected, atol=1e-14)


def test_data_sets_of_different_tasks_and_draws_are_independent(configured, rng):
    sampler = Sampler(configured(2).mixture, "wishart")
    tasks = sampler.tasks(rng, (SAMPLES, 2))
    tasks.classes[:] = 0  # of one class, because tasks of one class resemble each other

    first, second = (sampler.data(rng, tasks, 3).inputs.reshape(SAMPLES, 2, -1) for _ in range(2))

    pairs = [(first[:, 0], first[:, 1]), (first[:, 0], second[:, 0]), (first[:, 0], second[:, 1])]
    sizes = [stats.pearsonr(*(np.square(inputs).sum(axis=-1) for inputs in pair)).pvalue for pair in pairs]
    entries = [stats.pearsonr(*(inputs[:, 1] for inputs in pair)).pvalue for pair in pairs]
    assert min(sizes + entries) > 1e-6 / 6


def test_tasks_follow_weights_centres_and_spreads(configured, rng):
    spread = np.array([[0.5, 0.2], [0.2, 0.3]])
    mixture = configured(2, first={"spread": spread.tolist()}, second={"spread": [[1.0, 2.0], [2.0, 4.0]]}).mixture

    tasks = Sampler(mixture).tasks(rng, (SAMPLES,))

    first = tasks.classes == 0
    deviations = tasks.optima[first] - mixture.classes[0].centre
    products = deviations[:, [0, 0, 1]] * deviations[:, [0, 1, 1]]
    observed = [
        Estimate.from_chunks(lambda _: first.astype(float)[:, None], SAMPLES, SAMPLES),
        Estimate.from_chunks(lambda _: deviations, len(deviations), SAMPLES),
        Estimate.from_chunks(lambda _: products, len(products), SAMPLES),
    ]
    scores = [
        estimate.score(expected) for estimate, expected in zip(observed, [0.4, 0.0, [0.5, 0.2, 0.3]], strict=True)
    ]
    assert np.abs(np.concatenate(scores)).max() < critical_value(6, 1000)
    # A spread of rank one leaves its null direction exactly alone.
    other = tasks.optima[~first] - mixture.classes[1].centre
    np.testing.assert_allclose(other @ [2.0, -1.0], 0.0, atol=1e-12)


def test_a_class_of_weight_zero_is_never_drawn(configured, rng):
    mixture = configured(2, first={"weight": 0}, second={"weight": 1}).mixture

    assert Sampler(mixture).tasks(rng, (1000,)).classes.min() == 1


def test_without_spread_every_task_has_its_class_centre(configured, rng):
    mixture = configured(2, first={"spread": 0}, second={"spread": 0}).mixture

    tasks = Sampler(mixture).tasks(rng, (100,))

    np.testing.assert_array_equal(tasks.optima, mixture.centres[tasks.classes])


def test_streams_depend_on_seed_and_position_only():
    few, many = streams(7, 2), streams(7, 5)

    draws = [generator.random() for generator in many]
    assert [generator.random() for generator in few] == draws[:2]
    assert len(set(draws)) == 5
    assert streams(8, 1)[0].random() != draws[0]


def test_an_unknown_sampler_is_refused(configured):
    with pytest.raises(UnknownNameError, match=r"unknown sampler 'wishard': did you mean 'wishart'\?"):
        Sampler(configured().mixture, "wishard")


@pytest.mark.parametrize("off_diagonal", [0.0, 0.3], ids=["diagonal", "dense"])
def test_several_parameters_are_taken_against_the_same_tasks(off_diagonal):
    identity = np.eye(2)
    covariances = [identity + off_diagonal * (1 - identity), 2 * identity + off_diagonal * (1 - identity)]
    mixture = Mixture(
        tuple(
            TaskClass(f"class{k}", 0.5, covariance, np.ones(2), identity, 0.0)
            for k, covariance in enumerate(covariances)
        )
    )
    rng = np.random.default_rng(5)
    tasks = Sampler(mixture).tasks(rng, (7,))
    parameters = rng.normal(size=(3, 7, 2))
    together = tasks.excess(parameters)
    one_by_one = [
        [
            0.5 * (theta - optimum) @ covariances[number] @ (theta - optimum)
            for theta, optimum, number in zip(row, tasks.optima, tasks.classes, strict=True)
        ]
        for row in parameters
    ]
    np.testing.assert_allclose(together, one_by_one, rtol=1e-12)
