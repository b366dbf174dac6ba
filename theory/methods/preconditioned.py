"""Inner steps with a matrix in place of the step size: ``theta <- theta - alpha P gradient``, P symmetric."""

from __future__ import annotations

from functools import cache

from theory.adaptation import AdaptedRisk, ErrorUpdate, adapted_error, population_excess, through_sample
from theory.errors import UnsupportedError
from theory.gain import Setting
from theory.methods.problem import Problem
from theory.mixture import Array, Number
from theory.moments import SAMPLE_COVARIANCE
from theory.symbols import alpha
from theory.words import letter, scalar

__all__ = ["PRECONDITIONER", "evaluated_risk", "preconditioned_error", "preconditioned_risk", "through_data"]

#: The letter that stands for P.
PRECONDITIONER = "P"
_FORM = "B"
#: Steps on one reused sample up to which the expectation is derived within seconds: S and P do not commute.
_REACH = 3


@cache
def preconditioned_risk(setting: Setting) -> AdaptedRisk:
    """Derive the excess risk after an inner loop whose gradients are multiplied by P.

    Parameters
    ----------
    setting : Setting
        The inner loop.

    Returns
    -------
    AdaptedRisk
        In the letters ``S`` and ``P``.
    """
    step, form, noise_floor = through_data(setting), population_excess(), scalar(0)
    for _ in range(_rounds(setting)):
        noise_floor = noise_floor + step.noise_floor.substitute({_FORM: form})
        form = step.curvature.substitute({_FORM: form})
    return AdaptedRisk(setting.with_step_size(form), setting.with_step_size(noise_floor))


def evaluated_risk(problem: Problem, preconditioner: Array, setting: Setting, step_size: Number) -> tuple[Array, Array]:
    """Evaluate :func:`preconditioned_risk` for every class.

    Parameters
    ----------
    problem : Problem
        The configuration, whose classes and number of samples are used.
    preconditioner : array, shape (d, d)
        The matrix P.
    setting : Setting
        The inner loop.
    step_size : number
        The step size alpha, of any sign.

    Returns
    -------
    curvatures : array, shape (classes, d, d)
    noise_floors : array, shape (classes,)
    """
    step, size = through_data(setting), {alpha: step_size}
    form = problem.evaluate(population_excess())
    floors = problem.mixture.noises * problem.number(0)
    for _ in range(_rounds(setting)):
        floors = floors + problem.evaluate(step.noise_floor, size, P=preconditioner, B=form)
        form = problem.evaluate(step.curvature, size, P=preconditioner, B=form)
    return form, floors


def _rounds(setting: Setting) -> int:
    """Return the number of samples that adaptation draws."""
    return setting.steps if setting.data == "fresh" else 1


@cache
def through_data(setting: Setting) -> AdaptedRisk:
    """Derive what the steps on one sample make of ``1/2 e' B e`` for an arbitrary symmetric matrix B."""
    if setting.data == "reused" and setting.steps > _REACH:
        raise UnsupportedError(
            f'adaptation.steps: got {setting.steps} with data = "reused" and part of the coordinates adapted; must be '
            f'at most {_REACH}; take fewer steps or data = "fresh"'
        )
    update = preconditioned_error(setting.steps if setting.data == "reused" else 1)
    return through_sample(update, letter(_FORM), setting.samples)


@cache
def preconditioned_error(steps: int) -> ErrorUpdate:
    """Return the error after inner steps on one sample whose gradients are multiplied by P.

    Parameters
    ----------
    steps : int
        Number of inner steps, >= 1.
    """
    plain = adapted_error(steps)
    # A gradient is Shat e less the noise: P before each of them stands before each Shat, and before the noise.
    images = {SAMPLE_COVARIANCE: letter(PRECONDITIONER) * letter(SAMPLE_COVARIANCE)}
    return ErrorUpdate(
        plain.propagator.substitute(images), plain.noise_channel.substitute(images) * letter(PRECONDITIONER)
    )
