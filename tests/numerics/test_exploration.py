"""Estimators for exploration: unbiased, with the errors that they say, and caught where they are broken."""

import math

import numpy as np
import pytest
from scipy import stats

from numerics.adaptation import adapt
from numerics.closed_form import evaluate
from numerics.exploration import ESTIMATORS, Question, estimators, explore, integrands, points
from numerics.exploration.controls import coefficients, controlled, expected_controls
from numerics.measurement import Estimate
from numerics.projected import ProjectedData, ProjectedSampler
from numerics.sampling import DataSet, Sampler

FALSE_ALARM = 1e-6
QUIET = {"noise": 0.0}
DIAGONAL = {"covariance": [1.0, 0.5, 0.2]}
ISOTROPIC = {"covariance": 0.7}
ONLY = {"weight": 1.0}, {"weight": 0.0}
STILL = {"spread": 0.0}
TURNED = {"spread": [[0.5, 0.2, 0.0], [0.2, 0.3, 0.0], [0.0, 0.0, 0.1]]}

# dimension, adaptation, first class, second class
CONFIGURATIONS = {
    "dense": (3, {"samples": 12}, {}, {}),
    "dense spread": (3, {"samples": 12}, TURNED, TURNED),
    "diagonal": (3, {"samples": 12}, DIAGONAL, {"covariance": [0.2, 0.9, 0.6]}),
    "isotropic": (3, {"samples": 12}, ISOTROPIC, {"covariance": 0.2}),
    "one dimension": (1, {"samples": 9}, {}, {}),
    "reused steps": (3, {"samples": 12, "steps": 3}, {}, {}),
    "fresh steps": (3, {"samples": 12, "steps": 2, "data": "fresh"}, DIAGONAL, {}),
    "few samples, reused": (3, {"samples": 2, "steps": 3, "step_size": 0.2}, DIAGONAL | QUIET, QUIET),
    "one sample": (2, {"samples": 1, "step_size": 0.1}, {}, {}),
    "one sample, reused": (2, {"samples": 1, "steps": 2, "step_size": 0.1}, {}, QUIET),
    "no noise": (3, {"samples": 12}, QUIET, QUIET),
    "no noise, reused": (3, {"samples": 12, "steps": 2}, ISOTROPIC | QUIET, ISOTROPIC | QUIET),
    "infinitely many samples": (3, {"samples": "inf", "steps": 2}, {}, {}),
    "one class": (3, {"samples": 12}, *ONLY),
}


@pytest.fixture
def configuration(configured, request):
    dimension, adaptation, first, second = CONFIGURATIONS[request.param]
    return configured(dimension, adaptation, first, second)


every_configuration = pytest.mark.parametrize("configuration", CONFIGURATIONS, indirect=True)
some_configurations = pytest.mark.parametrize(
    "configuration", ["dense", "reused steps", "fresh steps", "isotropic"], indirect=True
)


def question_of(configuration):
    evaluation = evaluate(configuration.mixture, configuration.inner_loop)
    return Question(configuration.mixture, configuration.inner_loop, evaluation.theta_nal, evaluation.theta_maml)


def no_progress(count):
    pass


def averaged(name, question, samples, seed):
    return ESTIMATORS[name].average(question, samples, np.random.SeedSequence(seed), no_progress)[0]


def expectation(configuration):
    evaluation = evaluate(configuration.mixture, configuration.inner_loop)
    return np.array([evaluation.risk_nal, evaluation.risk_maml, evaluation.gain])


# --- right on configurations of every kind ---------------------------------------------------------------------------


@every_configuration
def test_every_estimator_agrees_with_the_closed_form(configuration, seed):
    found = explore(configuration.mixture, configuration.inner_loop, samples=2**14, seed=seed)

    assert [result.estimator for result in found.results] == list(ESTIMATORS)
    assert [result.estimator for result in found.results if not found.agrees(result)] == []
    assert (found.notes, found.interrupted) == ((), False)
    np.testing.assert_allclose(found.closed_form, expectation(configuration), rtol=1e-12)
    for result in found.results:
        risk_nal, risk_maml, gain = result.estimate.value
        assert gain == pytest.approx(risk_nal - risk_maml, abs=1e-10 * risk_nal)  # always paired
        assert 0 < result.samples <= 2**14
        assert (result.estimate.standard_error > 0).all()
    itself = found.reduction(found.results[0])
    np.testing.assert_array_equal(itself, np.where(found.results[0].variance > 0, 1, np.nan))


SEEDS, SAMPLES = 40, 2048
#: Light tails, so that an error of 2048 samples follows Student's t closely.
CALIBRATED = {"samples": 40, "step_size": 0.3}


def scores(configuration, name, seed):
    """The errors of many runs in standard errors, shape (SEEDS, 3)."""
    question, expected = question_of(configuration), expectation(configuration)
    return np.array([averaged(name, question, SAMPLES, [seed, run]).score(expected) for run in range(SEEDS)])


def miscalibrated(found, freedom, comparisons):
    """Whether scores of independent runs are not those of unbiased means with the errors that they say."""
    # What follows Student's t becomes normal, run by run.
    normal = stats.norm.ppf(stats.t.cdf(found, freedom))
    biased = np.abs(normal.mean(axis=0) * math.sqrt(SEEDS)) > stats.norm.isf(FALSE_ALARM / comparisons / 4)
    squares = (normal**2).sum(axis=0)
    low, high = stats.chi2(SEEDS).ppf([FALSE_ALARM / comparisons / 4, 1 - FALSE_ALARM / comparisons / 4])
    return bool(biased.any() or (squares < low).any() or (squares > high).any())


@pytest.mark.parametrize("name", ESTIMATORS)
@pytest.mark.parametrize("adaptation", [{}, {"steps": 2}])
def test_errors_are_as_large_as_they_say(configured, seed, monkeypatch, name, adaptation):
    """Over 40 runs: the mean and the mean square of the scores, false alarms 1e-6 in all."""
    monkeypatch.setattr(estimators, "_SCRAMBLINGS", 16)
    configuration = configured(2, CALIBRATED | adaptation)
    freedom = 15 if name.startswith("sobol") else SAMPLES - SAMPLES // 8 - 1

    assert not miscalibrated(scores(configuration, name, seed), freedom, comparisons=3 * 2 * len(ESTIMATORS))


def test_coefficients_that_are_not_centred_and_fitted_to_the_sample_itself_are_caught(configured, seed):
    configuration = configured(2, CALIBRATED)
    question, expected = question_of(configuration), expectation(configuration)
    centres = expected_controls(question)

    def run(number, fit):
        drawn, columns = controlled(question, np.random.default_rng([seed, number]), 256)
        corrected = drawn - (columns - centres) @ fit(drawn, columns)
        return Estimate.from_chunks(lambda n: corrected, 256, 256).score(expected)

    def uncentred(drawn, columns):
        columns = columns - centres
        return np.linalg.lstsq(columns, drawn, rcond=None)[0]

    def elsewhere(drawn, columns):
        return coefficients(*controlled(question, np.random.default_rng(seed), 256))

    wrong, right = (np.array([run(number, fit) for number in range(SEEDS)]) for fit in (uncentred, elsewhere))

    assert miscalibrated(wrong, 255, comparisons=6)
    assert not miscalibrated(right, 255, comparisons=6)


@pytest.mark.parametrize("broken", ["expectation", "coefficients"])
def test_controls_that_are_broken_are_caught(configured, seed, monkeypatch, broken):
    configuration = configured(2, CALIBRATED)
    if broken == "expectation":
        monkeypatch.setattr(estimators, "expected_controls", lambda question: 1.02 * expected_controls(question))
        assert miscalibrated(scores(configuration, "controls", seed), SAMPLES - 257, comparisons=3)
    else:
        before = explore(configuration.mixture, configuration.inner_loop, samples=2**13, seed=seed)
        monkeypatch.setattr(estimators, "coefficients", lambda *arrays: np.zeros((arrays[1].shape[1], 3)))
        after = explore(configuration.mixture, configuration.inner_loop, samples=2**13, seed=seed)
        with_controls, without = (found.reduction(found.results[2]) for found in (before, after))
        # Without coefficients what is left is the plain estimator, on seven eighths of the sample.
        np.testing.assert_allclose(without, 7 / 8, rtol=0.4)
        assert (with_controls > 3).all()


def test_sobol_points_whose_errors_are_taken_for_independent_ones_are_caught(configured, seed):
    """Not scrambled, or scrambled once: the mean is far closer than independent points would bring it."""
    configuration = configured(2, CALIBRATED)
    question, expected = question_of(configuration), expectation(configuration)
    coordinates = points.coordinates_of(lambda draws: integrands.given_projections(question, draws, 1))

    def run(number):
        sequence = points.SobolPoints(coordinates, np.random.default_rng([seed, number]))
        drawn = integrands.given_projections(question, sequence.draws(SAMPLES), SAMPLES)
        return Estimate.from_chunks(lambda n: drawn, SAMPLES, SAMPLES).score(expected)

    assert miscalibrated(np.array([run(number) for number in range(SEEDS)]), SAMPLES - 1, comparisons=3)


def test_sobol_points_that_are_not_scrambled_are_caught(configured, seed, monkeypatch):
    from scipy.stats import qmc

    class Unscrambled(qmc.Sobol):
        def __init__(self, d, *, scramble, **options):
            super().__init__(d, scramble=False, **options)

    configuration = configured(2, CALIBRATED)
    monkeypatch.setattr(qmc, "Sobol", Unscrambled)

    found = explore(configuration.mixture, configuration.inner_loop, samples=2**13, seed=seed)

    # Every "scrambling" is the same, so that their mean seems to have no error at all.
    assert {r.estimator for r in found.results if not found.agrees(r)} == {"sobol", "sobol-projections"}


# --- pairing ---------------------------------------------------------------------------------------------------------


def test_pairing_saves_what_it_says(configured, seed):
    configuration = configured(2, {"samples": 40, "step_size": 0.3}, {"centre": [0.2, 0.1]}, {"centre": [0.1, -0.1]})
    question = question_of(configuration)
    found = explore(configuration.mixture, configuration.inner_loop, samples=2**14, seed=seed)
    one, other = (integrands.sampled(question, np.random.default_rng([seed, number]), 2**14) for number in range(2))

    unpaired = np.var(one[:, 0] - other[:, 1]) / np.var(one[:, 2])

    assert found.pairing > 20
    assert found.pairing == pytest.approx(unpaired, rel=0.2)


def test_numbers_that_are_not_paired_are_caught(configured, seed):
    """The gain is the difference of what was found for both solutions; independent numbers would not show it."""
    question = question_of(configured(2, CALIBRATED))
    one, other = (integrands.sampled(question, np.random.default_rng([seed, number]), 100) for number in range(2))

    np.testing.assert_allclose(one[:, 2], one[:, 0] - one[:, 1], atol=1e-13)
    assert np.abs(one[:, 2] - (one[:, 0] - other[:, 1])).max() > 1e-3


# --- what is integrated out ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("adaptation", [{"samples": 5}, {"samples": 1}, {"samples": 5, "steps": 2, "data": "fresh"}])
@pytest.mark.parametrize("changed", [{}, DIAGONAL, ISOTROPIC, QUIET])
def test_one_step_given_the_task_is_the_closed_form(configured, rng, adaptation, changed):
    """With one task there is nothing left to draw; of fresh steps the last one is integrated out."""
    one = {**changed, **STILL, "weight": 1.0}
    configuration = configured(3, adaptation, one, {"weight": 0.0})
    evaluation = evaluate(configuration.mixture, configuration.inner_loop)
    theta = np.array([0.3, -1.0, 2.0])
    question = Question(configuration.mixture, configuration.inner_loop, theta, evaluation.theta_maml)

    drawn = integrands.given_projections(question, rng, 4000)

    if configuration.inner_loop.steps == 1:
        np.testing.assert_allclose(drawn[:, 0], evaluation.risk(theta), rtol=1e-12, atol=1e-30)
        np.testing.assert_allclose(drawn[:, 1], evaluation.risk_maml, rtol=1e-12, atol=1e-30)
    else:
        estimate = Estimate.from_chunks(lambda n: drawn, 4000, 4000)
        expected = evaluation.risk(theta)
        wanted = [expected, evaluation.risk_maml, expected - evaluation.risk_maml]
        assert np.all(np.abs(estimate.score(np.array(wanted))) < estimate.critical(36))


def last_step_differs(configured, rng, samples, changed):
    """Whether the mean over the last of two steps, given all that came before, is not what is said of it."""
    copies, step_size = 100_000, 0.8
    source = ProjectedSampler(configured(3, None, changed, changed).mixture)
    tasks = source.tasks(rng, (1,))[np.zeros(copies, dtype=int)]
    data = source.products(rng, tasks, samples, 4)
    for row in range(min(2, samples)):
        data.normals[row][:], data.lengths[row][:] = data.normals[row][0], data.lengths[row][0]
    first, second = ([0.7, -1.0, 2.0], [1.0, 1.0, -0.5])
    moved = [adapt(tasks.localised(np.array(theta)), [data], step_size) for theta in (first, second)]

    expected = [data.expected_excess(theta, step_size) for theta in moved]
    found = np.stack([tasks.excess(adapt(theta, [data], step_size)) for theta in moved], axis=-1)

    for values in expected:
        np.testing.assert_allclose(values, values[0], rtol=1e-12)
    estimate = Estimate.from_chunks(lambda n: found, copies, copies).with_rounding(1e-13)
    return bool(np.any(np.abs(estimate.score(np.array(expected)[:, 0])) > estimate.critical(2 * 12)))


@pytest.mark.parametrize("samples", [1, 2, 9])
@pytest.mark.parametrize("changed", [{}, DIAGONAL, ISOTROPIC, ISOTROPIC | QUIET])
def test_the_last_of_two_steps_has_the_mean_that_is_said(configured, rng, samples, changed):
    assert not last_step_differs(configured, rng, samples, changed)


def with_known_directions_in_the_trace(self):
    return TRACE(self) + sum(self._squared_form(known) for known in self._directions)


def with_all_degrees_of_freedom(self, theta, step_size):
    self._drawn = np.zeros(self._tasks.classes.shape)
    return EXPECTED(self, theta, step_size)


TRACE, EXPECTED = ProjectedData._trace_of_complement, ProjectedData.expected_excess


@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        ("_trace_of_complement", with_known_directions_in_the_trace),
        ("_trace_of_complement", lambda self: 0.0),
        ("_squared_form", lambda self, vector: 0.0),
        ("expected_excess", with_all_degrees_of_freedom),
        ("expected_excess", lambda self, theta, step_size: EXPECTED(self, theta, 1.02 * step_size)),
    ],
)
def test_a_wrong_term_in_what_is_integrated_out_is_caught(configured, rng, monkeypatch, part, wrong):
    monkeypatch.setattr(ProjectedData, part, wrong)

    assert last_step_differs(configured, rng, 9, ISOTROPIC)


@pytest.mark.parametrize("adaptation", [{}, {"steps": 3}, {"steps": 2, "data": "fresh"}, {"samples": 2, "steps": 2}])
@pytest.mark.parametrize("changed", [{}, DIAGONAL])
def test_the_noise_that_is_integrated_out_is_the_mean_over_all_its_directions(configured, rng, adaptation, changed):
    """Adapted errors are affine in the noise: their images of the axes give the mean of any quadratic form."""
    configuration = configured(3, adaptation, changed)
    loop, sampler = configuration.inner_loop, Sampler(configuration.mixture, "wishart")
    tasks = sampler.tasks(rng, (6,))
    data = [sampler.data(rng, tasks, loop.samples) for _ in range(loop.steps if loop.data == "fresh" else 1)]
    sets = tuple(data) if loop.data == "fresh" else tuple(data) * loop.steps

    def floor(number, row):
        def noisy(k):
            labels = np.matvec(data[k].inputs, tasks.optima)
            labels[:, row] += k == number
            return DataSet(data[k].inputs, labels, loop.samples)

        drawn = [noisy(k) for k in range(len(data))]
        return tasks.excess(adapt(tasks.optima, drawn if loop.data == "fresh" else drawn * loop.steps, 0.5))

    rows = data[0].inputs.shape[-2]
    summed = sum(floor(number, row) for number in range(len(data)) for row in range(rows))

    found = integrands._squares(integrands._noise_map(sets, 0.5), tasks)

    np.testing.assert_allclose(found, summed, rtol=1e-12)


def test_noise_that_is_forgotten_is_caught(configured, seed, monkeypatch):
    configuration = configured(2, {"steps": 2, "samples": 30}, {"noise": 9.0}, {"noise": 9.0})
    monkeypatch.setattr(integrands, "_noise_map", lambda data, step_size: np.zeros_like(data[0].inputs))

    found = explore(configuration.mixture, configuration.inner_loop, samples=2**14, seed=seed)

    assert {result.estimator for result in found.results if not found.agrees(result)} == {"noise-out"}


@some_configurations
def test_knowing_more_never_makes_a_variance_larger(configuration, seed):
    """Integrating out cannot raise a variance: 20 % is beyond what two estimates of it differ by."""
    found = explore(configuration.mixture, configuration.inner_loop, samples=2**15, seed=seed)

    by_name = {result.estimator: found.reduction(result) for result in found.results}
    assert (by_name["noise-out"] > 0.8).all()
    assert (by_name["projections"] > 0.8).all()
    assert (by_name["controls"] > 1).all()


@every_configuration
def test_controls_have_the_means_that_are_said(configuration, rng):
    question = question_of(configuration)
    columns = controlled(question, rng, 20_000)[1]

    estimate = Estimate.from_chunks(lambda n: columns, 20_000, 20_000).with_rounding(1e-12)

    critical = estimate.critical(columns.shape[1] * len(CONFIGURATIONS))
    assert np.all(np.abs(estimate.score(expected_controls(question))) < critical)


def test_an_outcome_that_controls_explain_is_explained():
    rng = np.random.default_rng(1)
    columns = rng.standard_normal((500, 3)) * [1, 1e-6, 0] + [5, 2, 1]
    truth = np.array([[1.0, 0, 2], [3e5, 1, 0], [0, 0, 0]])

    np.testing.assert_allclose(coefficients(7 + columns @ truth, columns), truth, rtol=1e-8, atol=1e-8)
