"""The compiled loop over tasks has the law of raw data; its random numbers are those of their definitions."""

from dataclasses import dataclass

import numpy as np
import pytest
from scipy import stats

from numerics.chains import ArrayWalk
from numerics.compiled import random as compiled_random
from numerics.compiled.abreast import KEPT, WORK, gradients_abreast, start_errors
from numerics.compiled.episode import add_one_step, add_several_steps
from numerics.compiled.random import LANES, chi_squares, normals, seeded, uniforms
from numerics.compiled.walk import CompiledWalk
from numerics.engine import Engine
from numerics.methods import MAML, NAL
from numerics.projected import ProjectedSampler
from numerics.sampling import Sampler
from theory.errors import ConfigurationError, UnsupportedError
from theory.mixture import InnerLoop

ENGINE = Engine("compiled")
CHAINS = 10_000
QUIET = {"noise": 0.0}
DENSE_SPREAD = {"spread": [[0.5, 0.2, 0.0], [0.2, 0.3, 0.1], [0.0, 0.1, 0.2]]}


def gradients(walk_of, learner, source, batch, seed):
    """Outer gradients at one point: one step of size 1 by many chains."""
    theta = np.linspace(0.7, -0.4, source.mixture.dimension)
    walk = walk_of(learner, source, CHAINS, batch, np.random.SeedSequence(seed), Engine())
    (path,) = walk.advance(np.broadcast_to(theta, (CHAINS, len(theta))), np.ones(1))
    return theta - path


# dimension, learner, tasks a step, both classes changed as given
CASES = [
    (3, MAML(InnerLoop(0.8, 5)), 1, {}),
    (3, MAML(InnerLoop(0.8, 5)), 3, QUIET | DENSE_SPREAD),
    (3, MAML(InnerLoop(0.8, 5)), 1, {"covariance": [1.0, 0.5, 0.2]} | DENSE_SPREAD),
    # Eight and more tasks are computed side by side, and what is left over one by one.
    (3, MAML(InnerLoop(0.8, 5)), 8, {}),
    (3, MAML(InnerLoop(0.8, 3)), 11, QUIET | DENSE_SPREAD),
    (3, MAML(InnerLoop(0.8, 5)), 8, {"covariance": [1.0, 0.5, 0.2], "spread": [0.1, 0.4, 0.2]}),
    (3, MAML(InnerLoop(0.8, 3)), 8, QUIET | {"covariance": 0.7}),
    (3, MAML(InnerLoop(0.8, 1)), 1, {}),
    (3, MAML(InnerLoop(0.8, 2)), 1, QUIET | {"covariance": 0.7}),
    (1, MAML(InnerLoop(0.8, 3)), 2, QUIET),
    (1, MAML(InnerLoop(0.8, 2)), 1, {}),
    (3, MAML(InnerLoop(0.8, 9, 2)), 1, {}),
    (3, MAML(InnerLoop(0.8, 2, 3)), 1, QUIET),
    (3, MAML(InnerLoop(0.8, 9, 2, "fresh")), 1, {}),
    (2, MAML(InnerLoop(0.8, None, 2)), 2, {}),
    (3, NAL(InnerLoop(0.8, 5)), 2, {}),
    (3, NAL(InnerLoop(0.8, 5), samples=3), 1, {}),
]


@pytest.mark.parametrize(("dimension", "learner", "batch", "changed"), CASES)
def test_it_has_the_law_of_raw_data(configured, disagreements, rng, seed, dimension, learner, batch, changed):
    mixture = configured(dimension, first=changed, second={k: v for k, v in changed.items() if k == "noise"}).mixture

    compiled = gradients(CompiledWalk, learner, ProjectedSampler(mixture), batch, seed)
    raw = gradients(ArrayWalk, learner, Sampler(mixture), batch, seed + 1)

    assert disagreements(compiled, raw, rng) == []


@pytest.mark.parametrize(
    ("learner", "changed"),
    [
        (MAML(InnerLoop(0.8, 3, 2)), {}),  # steps confused
        (MAML(InnerLoop(1.2, 3)), {}),
        (MAML(InnerLoop(0.8, 9)), {}),
        (MAML(InnerLoop(0.8, 3)), {"noise": 2.0}),
        (MAML(InnerLoop(0.8, 3)), {"spread": 2.0}),
        (MAML(InnerLoop(0.8, 3)), {"covariance": 1.0}),
    ],
)
def test_another_law_is_caught(configured, disagreements, rng, seed, learner, changed):
    right = gradients(ArrayWalk, MAML(InnerLoop(0.8, 3)), Sampler(configured(3).mixture), 1, seed)
    other = configured(3, first=changed, second=changed).mixture

    assert disagreements(gradients(CompiledWalk, learner, ProjectedSampler(other), 1, seed + 1), right, rng)


def one_step_arguments(rng, dimension, noise):
    columns = dimension + (noise > 0)
    return (
        rng.standard_normal(dimension),
        rng.uniform(0.5, 1.5, dimension),
        noise,
        0.1,
        rng.standard_normal(2 * columns),
        np.array([3.0, 2.5]),
    )


@pytest.mark.parametrize("noise", [0.0, 0.7])
@pytest.mark.parametrize(("dimension", "limit"), [(2, 2), (3, 1), (7, 2), (40, 2)])
def test_the_short_way_through_one_step_is_the_long_one(rng, dimension, limit, noise):
    error, deviations, noise, scale, drawn, lengths = one_step_arguments(rng, dimension, noise)
    columns = dimension + (noise > 0)
    short, long = np.ones(dimension), np.ones(dimension)

    done = add_one_step(error, deviations, noise, scale, limit, drawn, lengths, np.empty((3, columns)), short)
    add_several_steps(
        error, deviations, noise, scale, 1, 1, limit, 1, drawn[: limit * columns], lengths[None, :limit],
        np.empty((1, limit, columns)), np.empty((1, limit, columns)), np.empty(1, dtype=np.int64),
        np.empty((3, columns)), long,
    )  # fmt: skip

    assert done
    np.testing.assert_allclose(short, long, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("noise", [0.0, 0.7])
@pytest.mark.parametrize("scale", [1e-1, 1e-2, 1e-3])
def test_the_short_way_keeps_its_digits_where_the_inner_step_is_small(rng, scale, noise):
    """Then the adapted error is nearly parallel to the error, and what is left of it is a difference."""
    error, deviations, noise, _, drawn, lengths = one_step_arguments(rng, 10, noise)
    deviations[:], columns = 0.9, 10 + (noise > 0)
    short, long = np.zeros(10), np.zeros(10)

    done = add_one_step(error, deviations, noise, scale, 2, drawn, lengths, np.empty((3, columns)), short)
    add_several_steps(
        error, deviations, noise, scale, 1, 1, 2, 1, drawn, lengths[None], np.empty((1, 2, columns)),
        np.empty((1, 2, columns)), np.empty(1, dtype=np.int64), np.empty((3, columns)), long,
    )  # fmt: skip

    assert done
    np.testing.assert_allclose(short, long, rtol=0, atol=1e-12 * np.abs(long).max())


@pytest.mark.parametrize("noise", [0.0, 0.7])
@pytest.mark.parametrize("alike", [True, False])
@pytest.mark.parametrize(("dimension", "width"), [(2, 8), (7, 16), (40, 32)])
def test_side_by_side_each_task_has_the_gradient_that_it_has_alone(rng, dimension, width, alike, noise):
    columns = dimension + (noise > 0)
    errors, normals_ = rng.standard_normal((dimension, width)), rng.standard_normal((2, columns, width))
    deviations = rng.uniform(0.5, 1.5, (1 if alike else dimension, width))
    lengths, noises = rng.uniform(2, 3, (2, width)), np.full(width, noise)
    # Two tasks in which digits would be lost: at its optimum without noise, and not a number.
    errors[:, 1], noises[1], errors[0, 3] = 0.0, 0.0, np.nan
    work, found = np.empty(WORK), np.full((dimension, width), np.inf)

    left_out = gradients_abreast(errors, deviations, noises, 0.1, *normals_, lengths, work, found)

    assert left_out == 2
    np.testing.assert_array_equal(np.flatnonzero(work[KEPT : KEPT + width] == 0), [1, 3])
    np.testing.assert_array_equal(found[:, [1, 3]], 0.0)
    for t in set(range(width)) - {1, 3}:
        alone = np.zeros(dimension)
        spread_out = np.ascontiguousarray(np.broadcast_to(deviations[:, t], dimension))
        arguments = (
            errors[:, t].copy(),
            spread_out,
            noises[t],
            0.1,
            2,
            normals_[:, :, t].ravel(),
            lengths[:, t].copy(),
        )
        assert add_one_step(*arguments, np.empty((3, dimension)), alone)
        np.testing.assert_allclose(found[:, t], alone, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("spread_shape", [(0, 0, 0), (2, 3, 1), (2, 3, 3)])
def test_optima_are_drawn_about_the_centre_of_their_class(rng, spread_shape):
    labels = np.array([0, 1, 1, 0, 1, 0, 0, 1], dtype=np.uint64)
    starts, roots, spread = rng.standard_normal((3, 2)), rng.uniform(size=(3, 2)), rng.standard_normal(spread_shape)
    drawn_normals = rng.standard_normal((3, 8))
    errors, deviations = np.empty((3, 8)), np.empty((3, 8))

    start_errors(labels, starts, roots, spread, drawn_normals, errors, deviations)

    for t, label in enumerate(labels):
        if len(spread) == 0:
            moved = np.zeros(3)
        elif spread_shape[2] == 1:
            moved = spread[label, :, 0] * drawn_normals[:, t]
        else:
            moved = spread[label] @ drawn_normals[:, t]
        np.testing.assert_allclose(errors[:, t], starts[:, label] - moved, rtol=1e-12, atol=1e-12)
        np.testing.assert_array_equal(deviations[:, t], roots[:, label])


def test_the_short_way_is_not_taken_where_it_loses_digits():
    """In one dimension, without noise, the second direction is the first one again."""
    arguments = one_step_arguments(np.random.default_rng(1), 1, 0.0)
    total = np.zeros(1)

    assert not add_one_step(*arguments[:4], 2, *arguments[4:], np.empty((3, 1)), total)
    assert total == 0


def test_a_task_at_its_optimum_without_noise_has_no_gradient(rng):
    error, deviations, noise, scale, drawn, lengths = one_step_arguments(rng, 3, 0.0)
    total = np.ones(3)

    assert add_one_step(0 * error, deviations, noise, scale, 2, drawn, lengths, np.empty((3, 3)), total)
    np.testing.assert_array_equal(total, 1.0)


@pytest.mark.parametrize("batch", [2, 8])
def test_what_is_not_a_number_stays_so(configured, seed, batch):
    source = ProjectedSampler(configured(3).mixture)
    walk = CompiledWalk(MAML(InnerLoop(0.8, 5)), source, 2, batch, np.random.SeedSequence(seed), ENGINE)

    path = walk.advance(np.array([[np.nan, 1.0, 0.0], [1.0, 0.0, 0.0]]), np.ones(3))

    assert np.isnan(path[:, 0]).all()
    assert np.isfinite(path[:, 1]).all()


@pytest.mark.parametrize("workers", [2, 3])
@pytest.mark.parametrize("blocks", [(10,), (3, 7), (1,) * 10])
def test_neither_workers_nor_blocks_nor_other_chains_change_a_path(configured, seed, workers, blocks):
    source = ProjectedSampler(configured(3).mixture)
    learner, sizes = MAML(InnerLoop(0.8, 5)), np.full(10, 0.1)
    alone = CompiledWalk(learner, source, 5, 300, np.random.SeedSequence(seed), ENGINE)
    expected = alone.advance(np.zeros((5, 3)), sizes)

    walk = CompiledWalk(learner, source, 9, 300, np.random.SeedSequence(seed), Engine("compiled", workers=workers))
    paths, position = [np.zeros((1, 9, 3))], 0
    for length in blocks:
        paths.append(walk.advance(paths[-1][-1], sizes[position : position + length]))
        position += length

    np.testing.assert_array_equal(np.concatenate(paths[1:])[:, :5], expected)


def test_other_learners_and_samplers_are_refused(configured, seed):
    @dataclass(frozen=True)
    class Other(MAML):
        name = "other"

    mixture, root = configured(3).mixture, np.random.SeedSequence(seed)

    with pytest.raises(UnsupportedError, match="the learners nal, and maml with its own batches, not other"):
        CompiledWalk(Other(InnerLoop(0.8, 5)), ProjectedSampler(mixture), 4, 1, root, ENGINE)
    with pytest.raises(UnsupportedError, match="'projected' and 'radial'"):
        CompiledWalk(MAML(InnerLoop(0.8, 5)), Sampler(mixture), 4, 1, root, ENGINE)
    with pytest.raises(ConfigurationError, match=r"workers = 1: their scratch takes .* GiB"):
        CompiledWalk(MAML(InnerLoop(0.8, 5)), ProjectedSampler(mixture), 4, 1, root, Engine("compiled", memory=2**10))


# --- random numbers --------------------------------------------------------------------------------------------------


def test_bits_are_those_of_the_published_generator():
    """Of xoshiro256+ seeded with 1, 2, 3, 4, as its authors' C code and other libraries print them."""
    state = np.repeat(np.arange(1, 5, dtype=np.uint64)[:, None], LANES, axis=1)
    out = np.empty(4 * LANES, dtype=np.uint64)

    compiled_random.bits(state, out)

    expected = [5, 211106232532999, 211106635186183, 9223759065350669058]
    np.testing.assert_array_equal(out.reshape(4, LANES), np.repeat(np.array(expected, np.uint64)[:, None], LANES, 1))


def drawn(function, count, seed, *arguments):
    state, out, size = seeded(np.random.SeedSequence(seed)), np.empty(count), 4096
    parts = []
    for start in range(0, count, 1024):
        part = out[start : start + 1024]
        extra = (np.empty(size), np.empty(size)) if function is chi_squares else ()
        function(state, *arguments, part, *extra, np.empty(size, dtype=np.uint64))
        parts.append(part)
    return np.concatenate(parts)


def test_normals_have_their_law_and_do_not_depend_on_each_other(seed):
    values = drawn(normals, 2**18, seed)
    pairs = values.reshape(-1, 2, 512)

    p_values = [
        stats.kstest(values, "norm").pvalue,
        stats.kstest(values**2, stats.chi2(1).cdf).pvalue,
        stats.kstest((values.reshape(-1, 64) ** 2).sum(axis=1), stats.chi2(64).cdf).pvalue,
        stats.kstest(values.reshape(-1, 64).sum(axis=1) / 8, "norm").pvalue,
        stats.pearsonr(pairs[:, 0].ravel(), pairs[:, 1].ravel()).pvalue,
        stats.pearsonr(pairs[:, 0].ravel() ** 2, pairs[:, 1].ravel() ** 2).pvalue,
        *(stats.pearsonr(values[:-lag], values[lag:]).pvalue for lag in (1, 2, LANES, 2 * LANES, 512, 1024)),
        *(stats.pearsonr(values[:-lag] ** 2, values[lag:] ** 2).pvalue for lag in (1, LANES, 512)),
        # Beyond four deviations, where approximations of a normal law end.
        stats.binomtest(int((np.abs(values) > 4).sum()), len(values), 2 * stats.norm.sf(4)).pvalue,
    ]
    assert min(p_values) > 1e-6 / len(p_values)


def test_the_series_of_normals_are_accurate(seed):
    """Recompute Box and Muller's transform of the same bits with the library's own functions."""
    count = 4 * LANES
    state = seeded(np.random.SeedSequence(seed))
    copy, raw = state.copy(), np.empty(count, dtype=np.uint64)
    out, scratch = np.empty(2 * count), np.empty(2 * count, dtype=np.uint64)
    normals(state, out, scratch)
    compiled_random.bits(copy, raw)
    radius = np.sqrt(-2 * np.log(1 - (raw >> np.uint64(12)).astype(float) * 2.0**-52))
    compiled_random.bits(copy, raw)
    axis = (raw >> np.uint64(10)) & np.uint64(3)
    turn = ((raw >> np.uint64(12)).astype(float) * 2.0**-52 - 0.5) / 4 + axis.astype(float) / 4
    angle = 2 * np.pi * turn

    np.testing.assert_allclose(out, np.concatenate([radius * np.cos(angle), radius * np.sin(angle)]), atol=2e-15)


@pytest.mark.parametrize("degrees", [2, 3, 25, 1000])
def test_what_is_accepted_without_a_logarithm_is_accepted_with_it(rng, degrees):
    """The bound is below what Marsaglia and Tsang compare with, so that it changes no number."""
    shape = degrees / 2 - 1 / 3
    scale = 1 / np.sqrt(9 * shape)
    root = 1 + scale * np.concatenate([rng.standard_normal(2000), np.linspace(-8, 8, 2001)])
    x, root = (root[root > 1e-9] - 1) / scale, root[root > 1e-9]
    exact = x**2 / 2 + (1 - root**3 + 3 * np.log(root)) / (9 * scale**2)
    steepness = np.where(root > 0.75, scale**2 / 9, 0.0331)
    bound = 1 - steepness * x**4

    assert (bound <= np.exp(exact) + 1e-12).all()
    assert not (1 - steepness * 0.5 * x**4 <= np.exp(exact) + 1e-12).all()


@pytest.mark.parametrize("degrees", [1, 2, 3, 25, 1000])
def test_chi_squares_have_their_law(seed, degrees):
    values = drawn(chi_squares, 2**16, seed, degrees)

    assert stats.kstest(values, stats.chi2(degrees).cdf).pvalue > 1e-6 / 2
    assert stats.pearsonr(values[:-1], values[1:]).pvalue > 1e-6 / 2
    assert stats.kstest(values, stats.chi2(degrees + 0.1 * np.sqrt(degrees)).cdf).pvalue < 1e-6


def test_uniform_numbers_have_their_law(seed):
    values = drawn(uniforms, 2**17, seed)

    assert stats.kstest(values, "uniform").pvalue > 1e-6
    assert values.min() > 0
    assert values.max() <= 1


def test_streams_differ_and_no_state_is_all_zeros():
    class Zeros:
        def generate_state(self, words, dtype):
            return np.zeros(words, dtype)

    first, second = (seeded(child) for child in np.random.SeedSequence(3).spawn(2))

    assert not np.any(first == second)
    assert (seeded(Zeros()) != 0).any(axis=0).all()
