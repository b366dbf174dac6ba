"""Descent by lengths and angles has the law of descent on raw data; wrong lengths and angles are caught."""

from dataclasses import replace

import numpy as np
import pytest
import sympy as sp

from numerics.chains import ArrayWalk, walk_of
from numerics.compiled.radial import CompiledRadialWalk
from numerics.descent import stochastic_descent
from numerics.engine import Engine
from numerics.measurement import critical_value
from numerics.methods import MAML, NAL
from numerics.methods.fomaml import FOMAML
from numerics.radial import RadialEpisodes, RadialLearner, RadialSampler, radial_program
from numerics.radial_parts import gradient_parts, sample_gradient_parts, turned_parts
from numerics.sampling import Sampler
from theory.errors import ConfigurationError, UnsupportedError
from theory.mixture import InnerLoop
from theory.moments import IsotropicMoment
from theory.symbols import d, m

CHAINS = 10_000
ISOTROPIC = {"covariance": 0.7}
QUIET, STILL = {"noise": 0.0}, {"spread": 0.0}
ENGINES = ["numpy", "compiled"]


def isotropic(configured, dimension, changed=None, **adaptation):
    changed = changed or {}
    other = {key: value for key, value in changed.items() if key != "covariance"} | {"covariance": 0.3}
    return configured(dimension, adaptation, first=ISOTROPIC | changed, second=other)


def gradients(source, learner, batch, seed, engine="numpy", chains=CHAINS):
    """Outer gradients at one point: one step of size 1 by many chains."""
    theta = np.linspace(0.7, -0.4, source.mixture.dimension)
    walk = walk_of(learner, source, chains, batch, np.random.SeedSequence(seed), Engine(engine))
    (path,) = walk.advance(np.broadcast_to(theta, (chains, len(theta))), np.ones(1))
    return theta - path


# dimension, learner, tasks a step, both classes changed as given
CASES = [
    (3, MAML(InnerLoop(0.8, 5)), 1, {}),
    (3, MAML(InnerLoop(0.8, 5)), 3, {}),
    (3, MAML(InnerLoop(0.8, 3)), 8, STILL),
    (3, MAML(InnerLoop(0.8, 4)), 2, QUIET),
    (3, MAML(InnerLoop(0.8, 2)), 5, QUIET | STILL),
    (3, MAML(InnerLoop(0.8, 1)), 1, {}),
    (2, MAML(InnerLoop(0.8, 2)), 4, {}),
    (2, MAML(InnerLoop(0.8, 3)), 1, QUIET | STILL),
    (1, MAML(InnerLoop(0.8, 3)), 2, {}),
    (1, MAML(InnerLoop(0.8, 2)), 2, QUIET | STILL),
    (3, MAML(InnerLoop(0.8, None, 3)), 2, {}),
    (3, NAL(InnerLoop(0.8, 5)), 3, {}),
    (3, NAL(InnerLoop(0.8, 5), samples=3), 2, {}),
    (2, NAL(InnerLoop(0.8, 5), samples=1), 3, QUIET),
]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("dimension", "learner", "batch", "changed"), CASES)
def test_it_has_the_law_of_raw_data(configured, disagreements, rng, seed, engine, dimension, learner, batch, changed):
    mixture = isotropic(configured, dimension, changed).mixture

    radial = gradients(RadialSampler(mixture), learner, batch, seed, engine)
    raw = gradients(Sampler(mixture), learner, batch, seed + 1)

    assert disagreements(radial, raw, rng) == []


def test_more_tasks_than_are_drawn_at_a_time_have_it_too(configured, disagreements, rng, seed):
    mixture, learner = isotropic(configured, 2, STILL).mixture, MAML(InnerLoop(0.8, 2))

    compiled = gradients(RadialSampler(mixture), learner, 300, seed, "compiled", chains=2000)
    raw = gradients(Sampler(mixture), learner, 300, seed + 1, chains=2000)

    assert disagreements(compiled, raw, rng) == []


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("learner", "changed"),
    [
        (MAML(InnerLoop(1.2, 3)), {}),
        (MAML(InnerLoop(0.8, 4)), {}),
        (MAML(InnerLoop(0.8, 3)), {"noise": 2.0}),
        (MAML(InnerLoop(0.8, 3)), {"spread": 2.0}),
        (MAML(InnerLoop(0.8, 3)), {"covariance": 1.0}),
    ],
)
def test_another_law_is_caught(configured, disagreements, rng, seed, engine, learner, changed):
    right = gradients(Sampler(isotropic(configured, 3).mixture), MAML(InnerLoop(0.8, 3)), 1, seed)
    other = RadialSampler(isotropic(configured, 3, changed).mixture)

    assert disagreements(gradients(other, learner, 1, seed + 1, engine), right, rng)


#: What is wrong with what was drawn, and the noise, spread and tasks a step with which it shows.
WRONG = {
    "no angle between what is added": (0.1, 0.3, 8, lambda drawn: replace(drawn, cosines=1 + 0 * drawn.cosines)),
    "no direction but up": (0.1, 0.3, 2, lambda drawn: replace(drawn, outwards=np.abs(drawn.outwards))),
    "nothing across the first row": (0.1, 0.3, 1, lambda drawn: replace(drawn, across=0 * drawn.across)),
    "no noise along the first row": (2.0, 0.3, 1, lambda drawn: replace(drawn, along_first=0 * drawn.along_first)),
    "optima that move along alone": (0.1, 2.0, 1, lambda drawn: replace(drawn, spread_across=0 * drawn.spread_across)),
    "a rest that is turned back": (0.1, 2.0, 1, lambda drawn: replace(drawn, direction=1 + 0 * drawn.direction)),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_lengths_and_angles_are_caught(configured, disagreements, rng, seed, monkeypatch, wrong):
    noise, spread, batch, spoil = WRONG[wrong]
    alike = {"covariance": 1.0, "noise": noise, "spread": spread}
    mixture = configured(3, first=alike, second=alike).mixture
    learner, draw = MAML(InnerLoop(1.0, 4)), RadialLearner.draw
    raw = gradients(Sampler(mixture), learner, batch, seed)
    monkeypatch.setattr(RadialLearner, "draw", lambda *arguments: spoil(draw(*arguments)))

    assert disagreements(gradients(RadialSampler(mixture), learner, batch, seed + 1), raw, rng)


# --- the parts, exactly ----------------------------------------------------------------------------------------------


def expectation(expression, squares, normals):
    """Expect a polynomial in roots of chi-squares, given with their degrees of freedom, and in standard normals."""
    total = sp.S.Zero
    for powers, coefficient in sp.Poly(expression, *squares, *normals).terms():
        if any(power % 2 for power in powers):
            continue  # a normal's sign, or a rest's
        for degrees, power in zip(squares.values(), powers, strict=False):
            coefficient *= sp.prod([degrees + 2 * i for i in range(power // 2)])
        for power in powers[len(squares) :]:
            coefficient *= sp.factorial2(power - 1)
        total += coefficient
    return sp.expand(total)


ALPHA, ROOT, LENGTH, NOISE, SIZE = sp.Rational(1, 3), sp.Rational(3, 2), sp.S(2), sp.S(4), sp.S(5)
FIRST, SECOND, ACROSS, BEYOND, ALONG_FIRST, ALONG_SECOND = sp.symbols("r s a b x y")
SQUARES, NORMALS = {FIRST: m, SECOND: m - 1, ACROSS: d - 1, BEYOND: d - 2}, (ALONG_FIRST, ALONG_SECOND)


def parts(scale=ALPHA / m, noise=NOISE, size=SIZE):
    return gradient_parts(LENGTH, ROOT, noise, size, scale, FIRST, SECOND, ACROSS, BEYOND, ALONG_FIRST, ALONG_SECOND)


def moment(power):
    return ROOT ** (2 * power) * (IsotropicMoment(power).expression() if power else 1)


def test_the_parts_have_the_mean_and_the_square_that_the_moments_of_raw_data_give():
    """For all d and m: E[(I - a S) rho (I - a S)] along the error, and the trace with the noise's share."""
    mean = sum(sp.binomial(2, j) * (-ALPHA) ** j * moment(j) for j in range(3)) * ROOT**2 * LENGTH
    square = sum(sp.binomial(4, j) * (-ALPHA) ** j * moment(j) for j in range(5)) * LENGTH**2
    square += (ALPHA * NOISE) ** 2 * d / m * (moment(1) - 2 * ALPHA * moment(2) + ALPHA**2 * moment(3))

    along, squared = parts()

    assert sp.simplify(expectation(along, SQUARES, NORMALS) - mean) == 0
    assert sp.simplify(expectation(along**2 + squared, SQUARES, NORMALS) - ROOT**4 * square) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {SECOND: FIRST},  # a degree of freedom too many
        {BEYOND: 0},
        {ACROSS: 0},
        {ALONG_FIRST: 0},
        {ALONG_SECOND: 0},
        {ALONG_SECOND: ALONG_FIRST},
    ],
)
def test_a_row_that_is_wrong_has_other_moments(wrong):
    along, squared = parts()
    square = expectation(along**2 + squared, SQUARES, NORMALS)
    along, squared = (part.subs(wrong) for part in (along, squared))

    assert sp.simplify(expectation(along**2 + squared, SQUARES, NORMALS) - square) != 0


def test_the_parts_of_a_sample_gradient_have_them():
    mean = moment(1) * LENGTH
    square = moment(2) * LENGTH**2 + NOISE**2 * d * moment(1) / m

    along, squared = sample_gradient_parts(LENGTH, ROOT, NOISE, SIZE, 1 / m, FIRST, ACROSS, ALONG_FIRST)

    assert sp.simplify(expectation(along, SQUARES, NORMALS) - mean) == 0
    assert sp.simplify(expectation(along**2 + squared, SQUARES, NORMALS) - square) == 0


def test_the_parts_are_those_of_the_rows_they_stand_for(rng):
    """Build both rows of Bartlett's decomposition in coordinates, multiply with them, and measure the result."""
    alpha, samples, size = 0.7, 4, 6
    error, root, noise = rng.standard_normal(size), 0.8, 0.6
    asked = np.append(root * error, -noise)
    rows, known = [], []
    normals, lengths = rng.standard_normal((2, size + 1)), np.sqrt(rng.chisquare(5, 2))

    def product(vector):
        rest = vector - sum((u * (u @ vector) for u in known), np.zeros(size + 1))
        known.append(rest / np.linalg.norm(rest))
        normal = normals[len(rows)]
        rows.append(normal - sum(u * (u @ normal) for u in known) + lengths[len(rows)] * known[-1])
        return sum(row * (row @ vector) for row in rows)[:-1] * root / samples

    adapted = error - alpha * product(asked)
    outer = root**2 * adapted
    gradient = outer - alpha * product(np.append(root * outer, 0.0))
    axis = error / np.linalg.norm(error)
    noise_axis = np.eye(size + 1)[-1]
    # What the parts take: coordinates of the rows in the plane of error and noise, across it, and across all known.
    turned = _orthogonal_in_plane(known[0], axis, noise_axis)
    across = normals[0] - known[0] * (known[0] @ normals[0]) - turned * (turned @ normals[0])
    side = across / np.linalg.norm(across)
    second = rows[1] - lengths[1] * known[1]
    other = (known[1] @ side) * turned - (known[1] @ turned) * side
    beyond = second - other * (other @ second)

    along, squared = gradient_parts(
        np.linalg.norm(error),
        root,
        noise,
        np.linalg.norm(asked),
        alpha / samples,
        lengths[0],
        lengths[1],
        np.linalg.norm(across),
        np.linalg.norm(beyond),
        turned @ normals[0],
        -(other @ second),
    )

    assert along == pytest.approx(gradient @ axis)
    assert squared == pytest.approx(gradient @ gradient - (gradient @ axis) ** 2)


def _orthogonal_in_plane(direction, axis, noise_axis):
    """Return the unit vector of the plane of error and noise that is orthogonal to a direction in it."""
    cosine, sine = direction[:-1] @ axis, -direction[-1]
    return np.append(-sine * axis, 0.0) - cosine * noise_axis


def test_turned_parts_are_a_change_of_axes(rng):
    angle, direction = 0.4, 0.3
    along, rest = 1.3, 0.8
    error = np.array([np.cos(angle), np.sin(angle), 0.0])
    inside = np.array([-np.sin(angle), np.cos(angle), 0.0])
    gradient = along * error + rest * (direction * inside + np.sqrt(1 - direction**2) * np.eye(3)[2])

    part, squared = turned_parts(along, rest, np.cos(angle), np.sin(angle), direction)

    assert part == pytest.approx(gradient[0])
    assert squared == pytest.approx(gradient[1] ** 2 + gradient[2] ** 2)


# --- where and how it runs -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_descent_settles_where_projected_data_leads(configured, seed, engine):
    configuration = isotropic(configured, 3)
    learner, options = MAML(configuration.inner_loop), {"outer_steps": 2000, "chains": 32}
    radial = stochastic_descent(
        learner, configuration.mixture, seed=seed, sampler="radial", engine=Engine(engine), **options
    )
    projected = stochastic_descent(learner, configuration.mixture, seed=seed + 1, sampler="projected", **options)

    errors = np.hypot(radial.standard_error, projected.standard_error)

    assert radial.sampler == "radial"
    assert np.abs((radial.theta - projected.theta) / errors).max() < critical_value(3, radial.degrees_of_freedom)


@pytest.mark.parametrize("workers", [2, 3])
@pytest.mark.parametrize("blocks", [(10,), (3, 7), (1,) * 10])
def test_neither_workers_nor_blocks_nor_other_chains_change_a_path(configured, seed, workers, blocks):
    source, learner = RadialSampler(isotropic(configured, 3).mixture), MAML(InnerLoop(0.8, 5))
    sizes, root = np.full(10, 0.1), np.random.SeedSequence
    alone = walk_of(learner, source, 5, 300, root(seed), Engine("compiled"))
    expected = alone.advance(np.zeros((5, 3)), sizes)

    walk = walk_of(learner, source, 9, 300, root(seed), Engine("compiled", workers=workers))
    paths, position = [np.zeros((1, 9, 3))], 0
    for length in blocks:
        paths.append(walk.advance(paths[-1][-1], sizes[position : position + length]))
        position += length

    assert isinstance(walk, CompiledRadialWalk)
    np.testing.assert_array_equal(np.concatenate(paths[1:])[:, :5], expected)


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_not_a_number_stays_so_and_with_its_chain(configured, seed, engine):
    source = RadialSampler(isotropic(configured, 3).mixture)
    walk = walk_of(MAML(InnerLoop(0.8, 5)), source, 2, 4, np.random.SeedSequence(seed), Engine(engine))

    path = walk.advance(np.array([[np.nan, 1.0, 0.0], [1.0, 0.0, 0.0]]), np.ones(3))

    assert np.isnan(path[:, 0]).all()
    assert np.isfinite(path[:, 1]).all()


@pytest.mark.parametrize("engine", ENGINES)
def test_at_a_task_s_optimum_there_is_no_gradient(configured, seed, engine):
    """Without noise and spread, and with both classes' centre there."""
    changed = QUIET | STILL | {"centre": [0.7, 0.15, -0.4]}

    found = gradients(
        RadialSampler(isotropic(configured, 3, changed).mixture), MAML(InnerLoop(0.8, 5)), 2, seed, engine
    )

    np.testing.assert_allclose(found, 0.0, atol=1e-15)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"covariance": [1.0, 0.5, 0.5]}, "the covariance of class '.*' is no multiple of the identity"),
        ({"spread": [0.1, 0.1, 0.2]}, "the spread of class '.*' is no multiple of the identity"),
    ],
)
def test_classes_that_are_not_isotropic_are_refused(configured, changed, message):
    with pytest.raises(UnsupportedError, match=message):
        Engine().source(configured(3, first=ISOTROPIC | changed, second=ISOTROPIC).mixture, "radial")


def test_learners_that_ask_for_more_are_refused(configured):
    source, seed = RadialSampler(isotropic(configured, 3).mixture), np.random.SeedSequence(1)

    with pytest.raises(UnsupportedError, match=r"adaptation\.steps = 2; must be 1, or samples infinitely many"):
        walk_of(MAML(InnerLoop(0.1, 5, 2)), source, 4, 2, seed, Engine())
    with pytest.raises(UnsupportedError, match=r"sampler 'radial' has the learners nal, and maml .*, not fomaml"):
        walk_of(FOMAML(InnerLoop(0.1, 5)), source, 4, 2, seed, Engine())
    with pytest.raises(ConfigurationError, match=r"workers = 1: their scratch takes .* GiB"):
        walk_of(MAML(InnerLoop(0.1, 5)), source, 4, 2, seed, Engine("compiled", memory=2**10))
    with pytest.raises(TypeError, match="use mean_gradient"):
        RadialLearner(InnerLoop(0.1, 5), radial_program(MAML(InnerLoop(0.1, 5))), source).gradient(None, None)


def test_memory_is_counted(configured):
    walk = walk_of(
        MAML(InnerLoop(0.1, 5)),
        RadialSampler(isotropic(configured, 3).mixture),
        8,
        4,
        np.random.SeedSequence(1),
        Engine(),
    )
    episodes = walk.draw(0, 6)

    assert isinstance(walk, ArrayWalk)
    assert isinstance(episodes, RadialEpisodes)
    # Ten numbers a task and step, three cosines for each of two classes, and a direction for each.
    assert episodes.nbytes == 8 * 6 * 8 * (10 * 4 + 2 * 3 + 2 * 3)
    assert episodes[2, ...].nbytes * 6 == episodes.nbytes
