"""Properties of mixtures: what counts as holding, what a failure says, and that it can be repeated."""

import ast
import re

import pytest
from hypothesis import assume

from proofs_check.properties import PropertyFalsified, property_of_mixtures
from proofs_check.strategies import inner_loops, mixtures
from theory.errors import ClaimError, ConfigurationError


def quick(function, **options):
    return property_of_mixtures(**({"examples": 12} | options))(function)


@pytest.mark.parametrize(
    "function",
    [
        lambda e: e.gain >= 0,
        lambda e: (e.gain >= 0) | False,
        lambda e: (e.gain, ">=", 0),
        lambda e: (e.hessian_maml, "==", e.hessian_maml.T),
        lambda e: None,
    ],
    ids=["truth value", "array's truth value", "comparison", "arrays", "assertion"],
)
def test_what_holds_says_on_how_many_mixtures(function, capsys):
    function.__name__ = "mine"
    quick(function)()
    assert re.fullmatch(
        r"mine: holds exactly on 1[2-9] random rational mixtures \(seed 2022\)\n", capsys.readouterr().out
    )


def differ(e):
    assert (e.theta_nal == e.theta_maml).all(), "the optima differ"


FALSE = {
    "a comparison": (lambda e: (e.gain, "<=", 0), r"\d+(/\d+)? <= 0 is false"),
    "a truth value": (lambda e: bool(e.gain <= 0), "is false"),
    "an assertion": (differ, "the assertion fails: the optima differ"),
    "an error": (lambda e: 1 / (e.gain * 0) > 0, "raises ZeroDivisionError"),
    "some entry": (lambda e: (e.theta_nal, "==", e.theta_maml), r"\[.*\] == \[.*\] is false"),
}


@pytest.mark.parametrize(("function", "words"), FALSE.values(), ids=FALSE)
def test_a_failure_names_a_simple_mixture_and_the_line_that_repeats_it(function, words):
    function.__name__ = "mine"
    test = quick(function, examples=60)
    with pytest.raises(PropertyFalsified) as failure:
        test()
    first, mixture, tried, repeat = str(failure.value).splitlines()
    assert re.fullmatch(f"mine: {words}.*", first)
    assert mixture.startswith("on the mixture: dimension 1; step_size 1")
    assert re.fullmatch(r"the simplest of the failures among \d+ mixtures tried \(seed 2022\)", tried)
    record = ast.literal_eval(re.fullmatch(r"to repeat: mine\.at\((.*)\)", repeat)[1])
    with pytest.raises(PropertyFalsified, match=words):
        test.at(record)


def test_one_mixture_on_which_it_holds_and_one_that_is_none():
    test = quick(lambda e: (e.gain, ">", 0))
    with pytest.raises(PropertyFalsified) as failure:
        test()
    record = ast.literal_eval(str(failure.value).rpartition(".at(")[2].rstrip(")"))
    quick(lambda e: (e.gain, ">=", 0)).at(record)
    with pytest.raises(ConfigurationError):
        test.at(record | {"classes": []})


def test_the_seed_decides_which_mixtures_are_tried():
    def seen(*arguments, **options):
        met = []
        quick(lambda e: met.append(str(e.mixture.classes[0].centre)), **options)(*arguments)
        return met

    assert seen(1) == seen(1) != seen(2)
    assert seen(1, seed=2) == seen(2)


def test_strategies_say_what_is_drawn():
    sizes = set()
    quick(
        lambda e: sizes.add((e.mixture.dimension, e.inner_loop.steps)),
        mixtures=mixtures(min_dimension=2, max_dimension=2),
        inner_loops=inner_loops(max_steps=1),
    )()
    assert sizes == {(2, 1)}


@pytest.mark.parametrize("found", [0, "yes", (1, "<"), (1, "=", 1)])
def test_another_result_is_refused(found):
    with pytest.raises(ClaimError, match="return whether it holds, or"):
        quick(lambda e: found)()


def test_a_property_that_no_mixture_meets_is_vacuous():
    with pytest.raises(ClaimError, match="vacuous"):
        quick(lambda e: assume(False))()


@pytest.mark.parametrize("options", [{"examples": 0}, {"examples": 1.5}, {"examples": True}, {"seed": -1}])
def test_wrong_options_are_refused(options):
    with pytest.raises(ClaimError, match="give a whole number of at least"):
        property_of_mixtures(**options)


def test_a_property_takes_one_argument():
    with pytest.raises(ClaimError, match="takes one argument"):
        quick(lambda e, more: True)
