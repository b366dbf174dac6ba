"""The gradient of one task of an isotropic class, as lengths: written once, for arrays and for the compiler.

Only arithmetic is used, so that numbers, arrays of any library, and numba's variables go through the same lines.
"""

from __future__ import annotations

from typing import Any

__all__ = ["gradient_parts", "sample_gradient_parts", "turned_parts"]


def gradient_parts(
    length: Any,
    root: Any,
    noise: Any,
    size: Any,
    scale: float,
    first: Any,
    second: Any,
    across: Any,
    beyond: Any,
    along_first: Any,
    along_second: Any,
) -> tuple[Any, Any]:
    """Return MAML's outer gradient of a task: its part along the error, and the square of the rest's length.

    The algebra is that of :class:`numerics.projected.ProjectedData` for a gradient and a Hessian product, in the
    orthonormal basis of the error's direction, of the label noise, of the first row's part across both, and of the
    second row's part across all of these.

    Parameters
    ----------
    length : array
        Length of the error, parameters less the task's optimum.
    root, noise : array
        Standard deviations of the inputs and of the label noise.
    size : array
        Length of what the design is asked about first, ``sqrt(root^2 length^2 + noise^2)``, or 1 where that is 0.
    scale : float
        alpha / m.
    first, second : array
        Roots of chi-squares with m and m - 1 degrees of freedom.
    across, beyond : array
        Roots of chi-squares with d - 1 and d - 2 degrees of freedom: the lengths of the rows' parts across.
    along_first, along_second : array
        Standard normals: the rows' parts in the plane of error and noise; without noise they do not matter.
    """
    cosine, sine = root * length / size, noise / size
    row = first * cosine - along_first * sine
    step = scale * root * first * size
    kept, turned = length - step * row, -step * across
    seen = kept * row + turned * across
    strength = scale * root * root
    along = kept - strength * (seen * row + second * sine * (along_second * turned + second * kept * sine))
    sideways = turned - strength * (seen * across + second * (second * turned - along_second * kept * sine))
    whitened = kept * kept * sine * sine + turned * turned
    outwards = strength * strength * second * second * whitened * beyond * beyond
    variance = root * root
    return variance * along, variance * variance * (sideways * sideways + outwards)


def sample_gradient_parts(
    length: Any, root: Any, noise: Any, size: Any, scale: float, first: Any, across: Any, along_first: Any
) -> tuple[Any, Any]:
    """Return the gradient of a task's empirical loss; parameters as for :func:`gradient_parts`, ``scale`` 1 / m."""
    row = (first * root * length - along_first * noise) / size
    step = scale * root * first * size
    return step * row, step * step * across * across


def turned_parts(along: Any, rest: Any, cosine: Any, sine: Any, direction: Any) -> tuple[Any, Any]:
    """Return a gradient's part along another direction, and the square of the length of what is left.

    Parameters
    ----------
    along, rest : array
        Part along the task's error, and length of the rest.
    cosine, sine : array
        Of the angle between the error and the other direction.
    direction : array
        Cosine of the angle between the rest and the plane of both directions.
    """
    inside = rest * direction
    across = along * sine + inside * cosine
    return along * cosine - inside * sine, across * across + rest * rest * abs(1.0 - direction * direction)
