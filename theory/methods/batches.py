"""Which batches an outer step shares, and what that makes of the weight of a task.

The outer gradient of a task is ``J' g``: g is the gradient of the outer loss at the adapted parameters, J the Jacobian
of the inner loop. Adaptation looks at data in its gradients, J in its Hessians, the outer loss in g. Where two of the
three look at the same sample, its fluctuations do not average out, and the weight of the task changes.
"""

from __future__ import annotations

from functools import cache

from theory.adaptation import adapted_error
from theory.gain import Setting
from theory.methods.problem import Problem
from theory.mixture import Array, Number
from theory.moments import SAMPLE_COVARIANCE, expectation
from theory.symbols import alpha
from theory.words import IDENTITY, Polynomial, letter

__all__ = ["SHARED_BY_FOMAML", "SHARED_BY_MAML", "evaluated_weight", "shared_weight"]

_INNER, _HESSIAN, _OUTER, _FORM = "Shat_inner", "Shat_hessian", "Shat_outer", "B"

#: By the name of what is shared: the batches, each with the sample covariances that are the same one.
SHARED_BY_MAML: dict[str, tuple[tuple[str, ...], ...]] = {
    "inner+hessian": ((_INNER, _HESSIAN), (_OUTER,)),
    "none": ((_INNER,), (_HESSIAN,), (_OUTER,)),
    "inner+outer": ((_INNER, _OUTER), (_HESSIAN,)),
    "hessian+outer": ((_HESSIAN, _OUTER), (_INNER,)),
    "all": ((_INNER, _HESSIAN, _OUTER),),
}
#: FOMAML has no Jacobian.
SHARED_BY_FOMAML: dict[str, tuple[tuple[str, ...], ...]] = {
    "none": ((_INNER,), (_OUTER,)),
    "inner+outer": ((_INNER, _OUTER),),
}


def shared_weight(setting: Setting, batches: tuple[tuple[str, ...], ...]) -> Polynomial:
    """Derive the mean matrix that takes a task's error to its outer gradient.

    Parameters
    ----------
    setting : Setting
        The inner loop. Where its steps are on fresh data, the outer loss shares that of the last one.
    batches : tuple of tuple of str
        A value of :data:`SHARED_BY_MAML`, or of :data:`SHARED_BY_FOMAML` for the gradient without J.
    """
    form = _through_step(setting, batches)
    if setting.data == "fresh":
        step = _through_step(setting, batches, _FORM)
        for _ in range(setting.steps - 1):
            form = step.substitute({_FORM: form})
    return setting.with_step_size(form)


def evaluated_weight(problem: Problem, batches: tuple[tuple[str, ...], ...], step_size: Number) -> Array:
    """Evaluate :func:`shared_weight` for every class, step by step where the steps are on fresh data.

    Parameters
    ----------
    problem : Problem
        The configuration.
    batches : tuple of tuple of str
        As for :func:`shared_weight`.
    step_size : number
        The inner step size in training, of any sign.
    """
    setting, size = problem.setting, {alpha: step_size}
    form = problem.evaluate(_through_step(setting, batches), size)
    if setting.data == "fresh":
        for _ in range(setting.steps - 1):
            form = problem.evaluate(_through_step(setting, batches, _FORM), size, B=form)
    return form


@cache
def _through_step(setting: Setting, batches: tuple[tuple[str, ...], ...], outer: str = _OUTER) -> Polynomial:
    """Average ``J' outer P`` over the data of one fresh step, or of all steps on reused data."""
    propagator = adapted_error(setting.steps if setting.data == "reused" else 1).propagator
    jacobian = IDENTITY
    if any(_HESSIAN in batch for batch in batches):
        jacobian = propagator.substitute({SAMPLE_COVARIANCE: letter(_HESSIAN)}).transpose()
    mean = jacobian * letter(outer) * propagator.substitute({SAMPLE_COVARIANCE: letter(_INNER)})
    for batch in batches:
        mean = expectation(
            mean.substitute(dict.fromkeys(batch, letter(SAMPLE_COVARIANCE))),
            setting.samples,
        )
    return mean
