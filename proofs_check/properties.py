"""Property tests over mixtures: a function of an evaluated mixture that has to hold for every one."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
from hypothesis.errors import HypothesisException, Unsatisfiable

from numerics.closed_form import Evaluation, evaluate
from proofs_check.budget import DEFAULT_SEED
from proofs_check.instances import as_configuration, holds
from proofs_check.mixture_record import as_record, from_record
from proofs_check.mixture_search import search_mixtures
from theory.errors import ClaimError
from theory.formula import Operator

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from theory.mixture import InnerLoop, Mixture

__all__ = ["Property", "PropertyFalsified", "property_of_mixtures"]


class PropertyFalsified(AssertionError):
    """A property that fails on a mixture: what it said, the mixture, how many were tried, and how to repeat it."""


class Property:
    """A property of mixtures, called to be tested on many.

    Parameters
    ----------
    function : callable
        Takes an evaluated mixture, see :class:`theory.EvaluatedMixture`, in exact fractions. Returns whether it holds,
        or ``(lhs, operator, rhs)``, or nothing where it asserts.
    examples : int
        Mixtures to try.
    seed : int or None
        Seeds the search; ``None`` takes that of the run.
    mixtures, inner_loops : SearchStrategy or None
        What to draw, see :mod:`proofs_check.strategies`.
    """

    def __init__(
        self,
        function: Callable[[Evaluation], Any],
        *,
        examples: int,
        seed: int | None,
        mixtures: SearchStrategy[Mixture] | None,
        inner_loops: SearchStrategy[InnerLoop] | None,
    ) -> None:
        self._function, self._examples, self._seed = function, examples, seed
        self._mixtures, self._inner_loops = mixtures, inner_loops

    def __call__(self, seed: int = DEFAULT_SEED) -> None:
        """Test it.

        Parameters
        ----------
        seed : int
            Seeds the search, where the property does not name its own seed.

        Raises
        ------
        PropertyFalsified
            If it fails on a mixture; the simplest one that was found is named.
        ClaimError
            If no mixture could be drawn, or the property returns something else than it may.
        """
        seed = seed if self._seed is None else self._seed
        __tracebackhide__ = True  # what pytest is to show is the message

        def test(evaluated: Evaluation) -> tuple[str, Evaluation] | None:
            words = self._fault(evaluated)
            return None if words is None else (words, evaluated)

        try:
            found = search_mixtures(
                test,
                examples=self._examples,
                seed=seed,
                populations=self._mixtures,
                inner_loops=self._inner_loops,
            )
        except Unsatisfiable:
            raise ClaimError(f"{self._name}: no mixture could be drawn that has unique optima; it is vacuous") from None
        if found.failure is None:
            print(f"{self._name}: holds exactly on {found.tried} random rational mixtures (seed {seed})")
            return
        words, evaluated = found.failure
        raise PropertyFalsified(
            f"{self._name}: {words}\n"
            f"on the mixture: {as_configuration(evaluated.mixture, evaluated.inner_loop)}\n"
            f"the simplest of the failures among {found.tried} mixtures tried (seed {seed})\n"
            f"to repeat: {self._function.__name__}.at({as_record(evaluated.mixture, evaluated.inner_loop)})"
        )

    def at(self, record: Mapping[str, Any]) -> None:
        """Test it on one mixture, which a failure names in its last line.

        Raises
        ------
        PropertyFalsified
            If it fails there.
        ConfigurationError
            If the record is of no mixture.
        """
        mixture, inner_loop = from_record(record)
        words = self._fault(evaluate(mixture, inner_loop))
        if words is not None:
            raise PropertyFalsified(f"{self._name}: {words}\non the mixture: {as_configuration(mixture, inner_loop)}")

    @property
    def _name(self) -> str:
        return str(self._function.__name__)

    def _fault(self, evaluated: Evaluation) -> str | None:
        """Say what is wrong on a mixture, if anything."""
        try:
            found = self._function(evaluated)
            if isinstance(found, tuple) and len(found) == 3 and found[1] in get_args(Operator):
                lhs, operator, rhs = found
                return None if holds(lhs, operator, rhs) else f"{lhs} {operator} {rhs} is false"
        except HypothesisException:  # assume() within the property
            raise
        except AssertionError as error:
            # pytest adds lines on what it compared, for which the mixture below stands.
            return f"the assertion fails: {str(error).partition(chr(10))[0] or 'without a message'}"
        except Exception as error:
            return f"raises {type(error).__name__}: {error}"
        if found is None or isinstance(found, bool | np.bool_):
            return None if found is None or found else "is false"
        raise ClaimError(
            f"{self._name} returns {found!r}; return whether it holds, or (left side, one of "
            f"{', '.join(get_args(Operator))}, right side), or assert"
        )


def property_of_mixtures(
    function: Callable[[Evaluation], Any] | None = None,
    /,
    *,
    examples: int = 60,
    seed: int | None = None,
    mixtures: SearchStrategy[Mixture] | None = None,
    inner_loops: SearchStrategy[InnerLoop] | None = None,
) -> Any:
    """Make a test of a function that has to hold for every mixture.

    Parameters
    ----------
    function : callable
        Takes an evaluated mixture: its optima, risks and gain in exact fractions, see
        :class:`theory.EvaluatedMixture`. It returns whether the property holds, or ``(lhs, operator, rhs)``, or nothing
        where it asserts. ``hypothesis.assume`` leaves a mixture out.
    examples : int
        Mixtures to try.
    seed : int, optional
        Seeds the search; by default that of the run, ``pytest --landscape-seed``.
    mixtures, inner_loops : SearchStrategy, optional
        What to draw; by default mixtures of at most 3 classes and 3 dimensions, those of the fewest dimensions first.

    Returns
    -------
    callable
        A test that pytest collects, with :meth:`Property.at` as its attribute ``at``; mixtures whose optimum is not
        unique are left out.

    Raises
    ------
    ClaimError
        If ``examples`` or ``seed`` is not a count.
    """
    for name, value, least in (("examples", examples, 1), ("seed", seed, 0)):
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < least):
            raise ClaimError(f"property_of_mixtures: {name} is {value!r}; give a whole number of at least {least}")

    def decorate(function: Callable[[Evaluation], Any]) -> Callable[..., None]:
        if len(inspect.signature(function).parameters) != 1:
            raise ClaimError(f"{function.__name__}: a property of mixtures takes one argument, the evaluated mixture")
        prop = Property(function, examples=examples, seed=seed, mixtures=mixtures, inner_loops=inner_loops)

        @functools.wraps(function)
        def test(landscape_seed: int = DEFAULT_SEED) -> None:
            __tracebackhide__ = True
            prop(landscape_seed)

        # pytest passes the fixture `landscape_seed` where the signature asks for it without a default.
        parameter = inspect.Parameter("landscape_seed", inspect.Parameter.POSITIONAL_OR_KEYWORD)
        vars(test).pop("__wrapped__")
        vars(test).update(__signature__=inspect.Signature([parameter]), of_mixtures=prop, at=prop.at)
        return test

    return decorate if function is None else decorate(function)
