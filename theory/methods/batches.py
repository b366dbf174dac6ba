"""Which batches an outer step shares, and what that makes of the weight of a task.

The outer gradient of a task is ``J' g``: g is the gradient of the outer loss at the adapted parameters, J the Jacobian
of the inner loop. Adaptation looks at data in its gradients, J in its Hessians, the outer loss in g. Where two of the
three look at the same sample, its fluctuations do not average out, and the weight of the task changes.
"""

from __future__ import annotations

from functools import cache
from itertools import groupby

from theory.adaptation import adapted_error
from theory.errors import UnsupportedError
from theory.gain import Setting
from theory.methods.problem import Problem
from theory.mixture import Array, Number
from theory.moments import SAMPLE_COVARIANCE, expectation
from theory.symbols import alpha
from theory.words import IDENTITY, Polynomial, letter

__all__ = ["SHARED_BY_FOMAML", "SHARED_BY_MAML", "Batches", "evaluated_weight", "shared_weight"]

#: The batches that the Hessians, the outer loss and the inner gradients are on, or the latter two without a Jacobian.
Batches = tuple[int, int, int] | tuple[int, int]

#: By the name of what is shared.
SHARED_BY_MAML: dict[str, Batches] = {
    "inner+hessian": (0, 1, 0),
    "none": (0, 1, 2),
    "inner+outer": (0, 1, 1),
    "hessian+outer": (0, 0, 1),
    "all": (0, 0, 0),
}
SHARED_BY_FOMAML: dict[str, Batches] = {"none": (0, 1), "inner+outer": (0, 0)}

_FORM = "B"
#: Copies of one sample covariance up to which their mean is derived within seconds.
_REACH = 13


def shared_weight(setting: Setting, batches: Batches) -> Polynomial:
    """Derive the mean matrix that takes a task's error to its outer gradient.

    Parameters
    ----------
    setting : Setting
        The inner loop. Where its steps are on fresh data, an outer loss that shares a batch shares the last one.
    batches : tuple of int
        Which batch is whose, see :data:`Batches`.

    Raises
    ------
    UnsupportedError
        If there are too many steps on the same data.
    """
    weight = _through_data(setting, batches)
    if setting.data == "fresh":
        for _ in range(setting.steps - 1):
            weight = _through_data(setting, batches, on_form=True).substitute({_FORM: weight})
    return setting.with_step_size(weight)


def evaluated_weight(problem: Problem, batches: Batches, step_size: Number) -> Array:
    """Evaluate :func:`shared_weight` for every class, step by step where the steps are on fresh data.

    Parameters
    ----------
    problem : Problem
        The configuration.
    batches : tuple of int
        Which batch is whose, see :data:`Batches`.
    step_size : number
        The inner step size in training, of any sign.

    Raises
    ------
    UnsupportedError
        If there are too many steps on the same data.
    """
    setting, size = problem.setting, {alpha: step_size}
    weight = problem.evaluate(_through_data(setting, batches), size)
    if setting.data == "fresh":
        for _ in range(setting.steps - 1):
            weight = problem.evaluate(_through_data(setting, batches, on_form=True), size, B=weight)
    return weight


@cache
def _through_data(setting: Setting, batches: Batches, on_form: bool = False) -> Polynomial:
    """Average Jacobian, outer Hessian and propagator over the data of one fresh step, or of all steps on reused data.

    With ``on_form`` the outer Hessian is the matrix B that later fresh steps have made of it.
    """
    propagator = adapted_error(setting.steps if setting.data == "reused" else 1).propagator
    outer = letter(_FORM if on_form else SAMPLE_COVARIANCE)
    matrices = (propagator.transpose(), outer, propagator)[-len(batches) :]
    # Factors on one batch are averaged together. What stands alone between others is averaged on its own.
    factors: list[tuple[int, Polynomial]] = []
    for batch, group in groupby(zip(batches, matrices, strict=True), key=lambda pair: pair[0]):
        product = IDENTITY
        for _, matrix in group:
            product = product * matrix
        factors.append((batch, product))
    mean = IDENTITY
    for batch, product in factors:
        apart = [other for other, _ in factors].count(batch) == 1
        mean = mean * (_mean(product, setting) if apart else product)
    return _mean(mean, setting)


def _mean(polynomial: Polynomial, setting: Setting) -> Polynomial:
    copies = max((word.count(SAMPLE_COVARIANCE) for word, _ in polynomial.terms), default=0)
    if copies > _REACH:
        raise UnsupportedError(
            f'adaptation.steps: got {setting.steps} with data = "reused", which takes the mean of {copies} factors on '
            f'one batch; at most {_REACH} are within reach; take fewer steps, share fewer batches, or data = "fresh"'
        )
    return expectation(polynomial, setting.samples)
