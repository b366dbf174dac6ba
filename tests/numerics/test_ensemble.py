"""Descents of many configurations at once find what each of them finds alone, and fail alone."""

import tracemalloc

import numpy as np
import pytest

import numerics.chains
from numerics import ensemble, stacked
from numerics.closed_form import evaluate
from numerics.configuration import Configuration
from numerics.descent import StochasticDescent, stochastic_descent
from numerics.engine import Engine
from numerics.ensemble import stochastic_descents
from numerics.methods import MAML, NAL
from theory.errors import ConfigurationError, DivergenceError, NonUniqueOptimumError, UnsupportedError

STEPS, CHAINS, BATCH = 60, 6, 3
SHAPE = {"outer_steps": STEPS, "chains": CHAINS, "batch": BATCH}


@pytest.fixture
def together(monkeypatch):
    """How many configurations were computed together, each time that any were."""
    sizes, true = [], ensemble._all_at_once

    def counted(descents):
        sizes.append(len(descents))
        return true(descents)

    monkeypatch.setattr(ensemble, "_all_at_once", counted)
    return sizes


def members(configured, kinds, learner=MAML):
    return [
        (learner(configuration.inner_loop), configuration.mixture, seed)
        for seed, configuration in enumerate(configured(*kind) for kind in kinds)
    ]


def assert_as_alone(found, given, **options):
    assert len(found) == len(given)
    for descent, (learner, mixture, seed) in zip(found, given, strict=True):
        alone = stochastic_descent(learner, mixture, seed=seed, **{"sampler": "projected"} | SHAPE | options)
        assert isinstance(descent, StochasticDescent)
        for name, value in vars(alone).items():
            if isinstance(value, np.ndarray):
                np.testing.assert_allclose(getattr(descent, name), value, rtol=1e-9, atol=1e-11, err_msg=name)
            elif isinstance(value, float):
                assert getattr(descent, name) == pytest.approx(value, rel=1e-12), name
            elif name != "diagnosis":
                assert getattr(descent, name) == value, name


ISOTROPIC = [{"covariance": 0.7}, {"covariance": 0.4}]
DIAGONAL = [{"covariance": [0.9, 0.2, 0.5]}, {"covariance": [0.3, 0.8, 0.6]}]
QUIET = [{"noise": 0.0}, {"noise": 0.0}]
LOOPS = [{"samples": 1, "step_size": 0.1}, {"samples": 5, "step_size": 0.6}, {"samples": 40, "step_size": 0.9}]


def both(*changes):
    return [dict(item for change in changes for item in change[k].items()) for k in range(2)]


KINDS = {
    "dense": [{}, {}],
    "diagonal": DIAGONAL,
    "isotropic": ISOTROPIC,
    "dense, no noise": QUIET,
    "isotropic, no noise": both(ISOTROPIC, QUIET),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("steps", [{}, {"steps": 2}, {"steps": 2, "data": "fresh"}])
def test_each_finds_what_it_finds_alone(configured, together, monkeypatch, kind, steps):
    # By default the size of its data decides how many steps of a descent are drawn at a time.
    monkeypatch.setattr(numerics.chains, "_BLOCK_STEPS", 7)
    first, second = KINDS[kind]
    loops = [{**loop, **steps} for loop in LOOPS]
    given = members(
        configured,
        [
            (3, loop, first | {"weight": weight}, second | {"weight": 1 - weight})
            for loop, weight in zip(loops, (0.1, 0.5, 0.9), strict=True)
        ],
    )

    found = stochastic_descents(given, **SHAPE)

    assert together == [3]
    assert_as_alone(found, given)


@pytest.mark.parametrize("learner", [MAML, NAL])
def test_infinitely_many_samples_and_numbers_of_classes_that_differ(configured, together, learner):
    loops = [{"samples": "inf", "step_size": size} for size in (0.2, 0.7)]
    given = members(configured, [(2, loop, None, None) for loop in loops], learner)
    other = Configuration.from_mapping(
        {
            "dimension": 2,
            "adaptation": {"step_size": 0.3, "samples": "inf"},
            "task_class": [
                {"weight": 0.25, "covariance": [[0.5, 0.1], [0.1, 0.9]], "centre": k, "spread": 0.1, "noise": 0.1}
                for k in range(4)
            ],
        }
    )
    given.append((learner(other.inner_loop), other.mixture, 9))

    found = stochastic_descents(given, **SHAPE)

    assert together == [3]
    assert_as_alone(found, given)


def test_learners_that_use_data_of_their_own(configured, together):
    given = [
        (NAL(learner.inner_loop, samples=7), mixture, seed)
        for learner, mixture, seed in members(configured, [(2, loop, None, None) for loop in LOOPS])
    ]

    found = stochastic_descents(given, **SHAPE)

    assert together == [3]
    assert_as_alone(found, given)


def test_what_differs_in_kind_goes_apart_and_comes_back_in_order(configured, together):
    kinds = [
        *((2, loop, None, None) for loop in LOOPS),
        *((3, loop, *ISOTROPIC) for loop in LOOPS),
        (3, {"steps": 2}, *ISOTROPIC),
        (3, {"samples": "inf"}, *ISOTROPIC),
    ]
    given = members(configured, kinds)
    mixed = [given[k] for k in (0, 3, 6, 1, 4, 7, 2, 5)]

    found = stochastic_descents(mixed, **SHAPE)

    assert sorted(together) == [1, 1, 3, 3]
    assert_as_alone(found, mixed)


@pytest.mark.parametrize("options", [{"sampler": "raw"}, {"engine": Engine("compiled")}])
def test_other_samplers_and_engines_go_one_by_one(configured, together, options):
    given = members(configured, [(2, loop, None, None) for loop in LOOPS[1:]])

    found = stochastic_descents(given, **SHAPE, **options)

    assert together == []
    assert_as_alone(found, given, **options)


def test_large_ones_stay_alone(configured, together, monkeypatch):
    monkeypatch.setattr(numerics.chains, "_GROUP_BYTES", 1)
    given = members(configured, [(2, loop, None, None) for loop in LOOPS])

    found = stochastic_descents(given, **SHAPE)

    assert together == []
    assert_as_alone(found, given)


@pytest.mark.parametrize("kind", KINDS)
def test_who_goes_together_changes_not_one_bit(configured, kind):
    given = members(configured, [(3, loop, *KINDS[kind]) for loop in LOOPS])

    whole = stochastic_descents(given, **SHAPE)
    parts = [*stochastic_descents(given[:1], **SHAPE), *stochastic_descents(given[1:], **SHAPE)]

    for one, other in zip(whole, parts, strict=True):
        np.testing.assert_array_equal(one.theta, other.theta)
        np.testing.assert_array_equal(one.chain_averages, other.chain_averages)


def test_one_that_diverges_or_has_no_optimum_keeps_the_others_from_nothing(configured, monkeypatch):
    given = members(configured, [(2, loop, None, None) for loop in LOOPS])
    flat = configured(1, {"samples": "inf", "step_size": 1.0}, {"covariance": 1.0}, {"covariance": 1.0})
    prepared = ensemble.PreparedDescent

    class Hasty(prepared):
        def __init__(self, *arguments, seed, **options):
            super().__init__(*arguments, seed=seed, **options)
            if seed == 1:
                self.step_sizes = 1e9 * self.step_sizes

    monkeypatch.setattr(ensemble, "PreparedDescent", Hasty)

    found = stochastic_descents([given[0], (MAML(flat.inner_loop), flat.mixture, 7), *given[1:]], **SHAPE)

    assert [type(outcome) for outcome in found] == [
        StochasticDescent,
        NonUniqueOptimumError,
        DivergenceError,
        StochasticDescent,
    ]
    assert "the descent diverged within" in str(found[2])
    assert_as_alone([found[0], found[3]], [given[0], given[2]])


def test_no_more_wait_together_than_memory_allows(configured, together):
    given = members(configured, [(2, loop, None, None) for loop in LOOPS * 3])
    memory = 2**24

    tracemalloc.start()
    found = stochastic_descents(given, **SHAPE, engine=Engine(memory=memory))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert sum(together) == 9
    assert max(together) < 9
    assert peak < 2 * memory  # the pilot run of each has its own, which no limit counts
    assert_as_alone(found, given, engine=Engine(memory=memory))


def test_many_agree_with_their_closed_forms(configured, seed):
    rng = np.random.default_rng(seed)
    loops = [{"samples": int(rng.integers(3, 50)), "step_size": float(rng.uniform(0.1, 0.9))} for _ in range(12)]
    given = members(configured, [(2, loop, None, None) for loop in loops])
    given = [(learner, mixture, seed + k) for k, (learner, mixture, _) in enumerate(given)]

    for (learner, mixture, _), descent in zip(given, stochastic_descents(given, outer_steps=600), strict=True):
        closed = evaluate(mixture, learner.inner_loop)
        # 64 chains: t with 63 degrees of freedom exceeds 8 once in 1e10.
        assert np.abs((descent.theta - closed.theta_maml) / descent.standard_error).max() < 8


@pytest.mark.parametrize("broken", ["units", "samples", "noise", "frames"])
def test_a_batch_that_mixes_its_configurations_up_is_caught(configured, monkeypatch, broken):
    given = members(configured, [(3, loop, {"noise": 2.0}, None) for loop in LOOPS])
    true = stacked.StackedPopulation.__init__

    def wrong(self, populations, step_sizes):
        true(self, populations, step_sizes)
        if broken == "units":
            self.units = self.units[::-1]
        elif broken == "noise":
            self.noise = self.noise[::-1]
        elif broken == "frames":
            self._columns = self._columns.swapaxes(-1, -2).reshape(self._columns.shape)

    monkeypatch.setattr(stacked.StackedPopulation, "__init__", wrong)
    if broken == "samples":
        data = stacked.ProjectedData.__init__

        def others(self, tasks, samples, normals, lengths):
            mixed_up = -np.sort(-samples, axis=0) if isinstance(samples, np.ndarray) else samples
            data(self, tasks, mixed_up, normals, lengths)

        monkeypatch.setattr(stacked.ProjectedData, "__init__", others)

    with np.errstate(all="ignore"), pytest.raises(AssertionError):
        assert_as_alone(stochastic_descents(given, **SHAPE), given)


def test_what_makes_no_sense_is_refused(configured):
    given = members(configured, [(2, None, None, None)])

    with pytest.raises(ConfigurationError, match="chains = 3"):
        stochastic_descents(given, outer_steps=10, chains=3)
    with pytest.raises(UnsupportedError, match="engine 'compiled' with sampler 'raw'"):
        stochastic_descents(given, outer_steps=10, sampler="raw", engine=Engine("compiled"))
    assert stochastic_descents([], outer_steps=10) == []
