"""What the public strategies draw is within the bounds that were asked for, prints as Python, and shrinks to little."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from numerics.configuration import Configuration
from proofs_check import strategies
from proofs_check.mixture_record import as_record, from_record
from theory.mixture import InnerLoop, Mixture, TaskClass

NAMES = {
    "np": np,
    "Fraction": Fraction,
    "Decimal": Decimal,
    "Mixture": Mixture,
    "TaskClass": TaskClass,
    "InnerLoop": InnerLoop,
    "Configuration": Configuration,
}
# Without Phase.explain, which varies what was found: find returns whatever it saw last.
LIMITS = settings(database=None, deadline=None, max_examples=2_000, phases=[Phase.generate, Phase.shrink])


def pasted(drawn):
    return eval(repr(drawn), dict(NAMES))


def simplest(strategy, condition=lambda drawn: True):
    return find(strategy, condition, settings=LIMITS)


def eigenvalues(matrix):
    return np.linalg.eigvalsh(matrix.astype(float))


bounds = st.tuples(st.fractions(Fraction(1, 50), 3), st.fractions(0, 5)).map(lambda pair: (pair[0], sum(pair)))


@settings(max_examples=60)
@given(st.data(), st.integers(1, 4), bounds)
def test_a_covariance_is_exactly_symmetric_with_eigenvalues_within_bounds(data, dimension, allowed):
    low, high = allowed
    drawn = data.draw(strategies.covariances(dimension=dimension, min_eigenvalue=low, max_eigenvalue=high))
    assert all(isinstance(entry, Fraction) for entry in drawn.ravel())
    assert (drawn == drawn.T).all()
    found = eigenvalues(drawn)
    assert low * (1 - 1e-9) <= found[0]
    assert found[-1] <= high * (1 + 1e-9)


@settings(max_examples=60)
@given(st.data(), st.integers(2, 4), st.fractions(1, 4), st.fractions(0, 4))
def test_the_condition_number_is_within_bounds(data, dimension, least, more):
    drawn = data.draw(strategies.covariances(dimension=dimension, min_condition=least, max_condition=least + more))
    found = eigenvalues(drawn)
    assert least * (1 - 1e-9) <= found[-1] / found[0] <= (least + more) * (1 + 1e-9)


@given(strategies.covariances(dimension=3, min_eigenvalue=Fraction(1, 10**6), exact=False))
def test_a_float_covariance_is_symmetric_and_definite(drawn):
    assert drawn.dtype == np.float64
    assert (drawn == drawn.T).all()
    assert eigenvalues(drawn)[0] > 0


@pytest.mark.parametrize(
    "wanted",
    [
        lambda m: eigenvalues(m)[0] < 2e-6,  # nearly singular
        lambda m: np.ptp(eigenvalues(m)) < 1e-9,  # one eigenvalue, repeated
        lambda m: np.diff(eigenvalues(m)).min() < 1e-9 < np.ptp(eigenvalues(m)),  # one of two repeated
        lambda m: m[0, 1] != 0 and np.diff(eigenvalues(m)).min() > 1e-3,  # rotated, all different
        lambda m: abs(eigenvalues(m)[-1] - 2) < 1e-9,  # the upper bound
    ],
    ids=["nearly singular", "one repeated", "two of three alike", "rotated", "upper bound"],
)
def test_the_extremes_come_up_on_purpose(wanted):
    find(
        strategies.covariances(dimension=3, min_eigenvalue=Fraction(1, 10**6)),
        wanted,
        settings=settings(LIMITS, max_examples=400),
    )


def test_step_sizes_are_inside_on_and_beyond_stability():
    edge = Fraction(2, 3)
    steps = strategies.step_sizes(max_eigenvalue=3)
    assert simplest(steps, lambda step: step == edge) == edge
    assert simplest(steps, lambda step: step > edge) > edge
    assert simplest(steps, lambda step: step < edge / 2) < edge / 2
    assert simplest(steps) == edge / 2


@given(strategies.step_sizes(max_eigenvalue=4, max_multiple=Fraction(7, 8), exact=False))
def test_stable_step_sizes_are_stable(step):
    assert isinstance(step, float)
    assert abs(1 - step * 4) < 1


def test_sample_counts_include_one_and_infinity():
    counts = strategies.sample_counts()
    assert simplest(counts) == 1
    assert simplest(counts, lambda count: count is None) is None
    assert simplest(strategies.sample_counts(min_samples=3, allow_infinity=False)) == 3


@given(strategies.isotropic_pairs(min_variance=Fraction(1, 3), max_variance=Fraction(7, 5)))
def test_a_pair_has_an_isotropic_easy_and_a_flatter_isotropic_hard_class(pair):
    easy, hard = pair.classes
    assert (easy.name, hard.name) == ("easy", "hard")
    assert Fraction(1, 3) <= hard.covariance[0, 0] < easy.covariance[0, 0] <= Fraction(7, 5)
    assert easy.weight + hard.weight == 1
    assert 0 < hard.weight < 1
    for item in pair.classes:
        for matrix in (item.covariance, item.spread):
            assert (matrix == matrix[0, 0] * np.eye(pair.dimension, dtype=int)).all()


@settings(max_examples=40)
@given(strategies.mixtures(min_dimension=2, min_classes=2), strategies.inner_loops())
def test_what_is_drawn_is_a_valid_mixture_and_prints_as_python(mixture, inner_loop):
    record = as_record(mixture, inner_loop)
    from_record(record)  # refuses what is no mixture
    assert as_record(pasted(mixture), pasted(inner_loop)) == record


@settings(max_examples=40)
@given(strategies.mixtures(exact=False), strategies.inner_loops(exact=False))
def test_a_float_mixture_prints_every_digit(mixture, inner_loop):
    assert pasted(inner_loop) == inner_loop
    for item, again in zip(mixture.classes, pasted(mixture).classes, strict=True):
        for name in ("weight", "covariance", "centre", "spread", "noise"):
            np.testing.assert_array_equal(getattr(item, name), getattr(again, name), strict=True)


def test_a_mixture_too_large_for_numpys_own_repr_prints_in_full():
    large = Mixture((TaskClass("a", 1.0, np.eye(40) / 3, np.zeros(40), np.eye(40), 0.1),))
    assert (pasted(large).classes[0].covariance == large.classes[0].covariance).all()


@settings(max_examples=60)
@given(strategies.configurations(min_eigenvalue=Decimal("0.05"), max_condition=3))
def test_a_configuration_survives_its_repr_and_its_toml(configuration):
    assert pasted(configuration) == configuration
    assert Configuration.parse(configuration.to_toml()) == configuration
    mixture, _ = configuration.exact
    for item in mixture.classes:
        found = eigenvalues(item.covariance)
        assert found[0] >= 0.05 * (1 - 1e-9)
        assert found[-1] <= 3 * found[0] * (1 + 1e-9)


def test_everything_shrinks_to_little():
    mixture = simplest(strategies.mixtures())
    assert (mixture.dimension, len(mixture.classes)) == (1, 1)
    assert mixture.classes[0].covariance == 1
    assert simplest(strategies.inner_loops()) == InnerLoop(Fraction(1), 1)
    differing = simplest(strategies.mixtures(), lambda m: len({str(c) for c in m.covariances}) > 1)
    assert (differing.dimension, len(differing.classes)) == (1, 2)
    assert {item.covariance[0, 0] for item in differing.classes} == {1, 2}
    smallest = simplest(strategies.configurations())
    assert smallest.to_mapping()["task_class"][0]["covariance"] == [[1]]


REFUSED = [
    (strategies.rationals, {"min_value": 1, "max_value": 0}, "min_value=1 must be at most max_value=0"),
    (strategies.rationals, {"min_value": math.nan, "max_value": 0}, "min_value=nan must be a finite number"),
    (strategies.rationals, {"min_value": 0, "max_value": "1"}, "max_value='1' must be a finite number"),
    (
        strategies.rationals,
        {"min_value": 0, "max_value": 1, "max_denominator": 0},
        "max_denominator=0 must be an integer of at least 1",
    ),
    (strategies.covariances, {"dimension": 0}, "dimension=0 must be an integer of at least 1"),
    (strategies.covariances, {"dimension": 2.0}, "dimension=2.0 must be an integer"),
    (strategies.covariances, {"dimension": 2, "min_eigenvalue": 0}, "min_eigenvalue=0 must be above 0"),
    (strategies.covariances, {"dimension": 2, "max_eigenvalue": math.inf}, "max_eigenvalue=inf must be a finite"),
    (
        strategies.covariances,
        {"dimension": 2, "min_eigenvalue": 3},
        "min_eigenvalue=3 must be at most max_eigenvalue=2",
    ),
    (strategies.covariances, {"dimension": 2, "max_condition": Fraction(1, 2)}, "max_condition=1/2 must be at least 1"),
    (
        strategies.covariances,
        {"dimension": 2, "min_condition": 5, "max_condition": 4},
        "min_condition=5 must be at most max_condition=4",
    ),
    (
        strategies.covariances,
        {"dimension": 2, "min_condition": 17, "max_condition": 20},
        "min_condition=17 must be at most max_eigenvalue / min_eigenvalue = 16",
    ),
    (strategies.covariances, {"dimension": 1, "min_condition": 2}, "min_condition=2 must be 1 in dimension 1"),
    (strategies.covariances, {"dimension": 2, "exact": 1}, "exact=1 must be True or False"),
    (strategies.mixtures, {"min_dimension": 4}, "min_dimension=4 must be at most max_dimension=3"),
    (strategies.mixtures, {"max_classes": 0}, "max_classes=0 must be an integer of at least 1"),
    (strategies.mixtures, {"min_classes": True}, "min_classes=True must be an integer"),
    (strategies.isotropic_pairs, {"min_variance": 2}, "min_variance=2 must be below max_variance=2"),
    (strategies.step_sizes, {"max_eigenvalue": -1}, "max_eigenvalue=-1 must be above 0"),
    (strategies.step_sizes, {"min_multiple": 3}, "min_multiple=3 must be at most max_multiple=2"),
    (strategies.sample_counts, {"min_samples": 0}, "min_samples=0 must be an integer of at least 1"),
    (strategies.sample_counts, {"min_samples": 9}, "min_samples=9 must be at most max_samples=8"),
    (strategies.sample_counts, {"allow_infinity": "no"}, "allow_infinity='no' must be True or False"),
    (strategies.inner_loops, {"max_step_size": 0}, "max_step_size=0 must be above 0"),
    (strategies.inner_loops, {"max_steps": 0}, "max_steps=0 must be an integer of at least 1"),
    (strategies.inner_loops, {"data": "fresh"}, "data='fresh' must be a nonempty list of 'reused' or 'fresh'"),
    (strategies.inner_loops, {"data": ["stale"]}, "data=['stale'] must be a nonempty list of"),
    (
        strategies.configurations,
        {"min_step_size": Fraction(1, 3)},
        "min_step_size=1/3 must have finitely many decimals",
    ),
    (strategies.configurations, {"max_classes": 21}, "max_classes=21 must be at most 20"),
]


@pytest.mark.parametrize(("strategy", "arguments", "message"), REFUSED)
def test_a_wrong_argument_is_refused_by_name(strategy, arguments, message):
    with pytest.raises(InvalidArgument) as refused:
        strategy(**arguments)
    assert message in str(refused.value)


@pytest.mark.parametrize("name", strategies.__all__)
def test_arguments_are_given_by_keyword(name):
    with pytest.raises(TypeError):
        getattr(strategies, name)(1)
