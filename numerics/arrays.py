"""Where arrays live: NumPy on this machine's processors, or PyTorch on a processor or a GPU, through the array API.

Code that takes its functions from :attr:`Arrays.namespace`, and no others than the array API standard has, runs on each
of them. What the standard leaves out, random numbers, is here: three laws, under the names that
:class:`numpy.random.Generator` has for them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol, get_args

import numpy as np
from numpy.typing import NDArray

from theory.errors import MissingExtraError, UnknownNameError, UnsupportedError

__all__ = [
    "NUMPY",
    "Array",
    "Arrays",
    "DeviceName",
    "Draws",
    "Floats",
    "Shape",
    "arrays_on",
    "generator",
    "nbytes",
    "torch_arrays",
]

DeviceName = Literal["cpu", "cuda"]
Floats = NDArray[np.float64]
Shape = tuple[int, ...]
#: An array of whichever library; the array API has no type for it.
Array = Any


class Draws(Protocol):
    """A source of random arrays, as :class:`numpy.random.Generator` is one."""

    def random(self, size: Shape, /) -> Array:
        """Draw uniformly from [0, 1)."""

    def standard_normal(self, size: Shape, /) -> Array:
        """Draw from the standard normal law."""

    def chisquare(self, df: float, size: Shape, /) -> Array:
        """Draw from the chi-square law with ``df`` > 0 degrees of freedom."""


@dataclass(frozen=True)
class Arrays:
    """A library of arrays and a place for them.

    Parameters
    ----------
    namespace : module
        The functions of the array API.
    device : object
        What they take as ``device``.
    asarray : callable
        Copies a NumPy array there.
    draws : callable
        Makes a source of random arrays there, from a seed.
    to_numpy : callable
        Copies an array back.
    """

    namespace: Any
    device: Any
    asarray: Callable[[Any], Array]
    draws: Callable[[np.random.SeedSequence], Draws]
    to_numpy: Callable[[Array], Floats]


def generator(seed: np.random.SeedSequence) -> np.random.Generator:
    """Return NumPy's random numbers, as every simulation draws them.

    Parameters
    ----------
    seed : numpy.random.SeedSequence
        Their seed.
    """
    # SFC64 is NumPy's fastest generator for normals, and normals are most of the cost of a simulation.
    return np.random.Generator(np.random.SFC64(seed))


NUMPY = Arrays(np, None, np.asarray, generator, np.asarray)


def nbytes(*arrays: Array) -> int:
    """Return the memory that arrays of 64-bit numbers occupy."""
    # PyTorch's arrays have a method where the others have an attribute ``size``.
    return int(8 * sum(math.prod(array.shape) for array in arrays))


def arrays_on(device: DeviceName) -> Arrays:
    """Return the library of arrays for a device: NumPy for ``cpu``, PyTorch for ``cuda``.

    Parameters
    ----------
    device : {"cpu", "cuda"}
        Where to compute.

    Raises
    ------
    UnknownNameError
        If there is no such kind of device.
    MissingExtraError
        If PyTorch is needed and not installed.
    UnsupportedError
        If this machine has no such device.
    """
    if device not in get_args(DeviceName):
        raise UnknownNameError.among("device", device, get_args(DeviceName))
    if device == "cpu":
        return NUMPY
    try:
        import array_api_compat.torch  # noqa: F401 (asked for here, so that one message says what is missing)
        import torch
    except ImportError as error:
        raise MissingExtraError.of("device 'cuda'", error.name, "gpu") from None
    if not torch.cuda.is_available():
        raise UnsupportedError(
            "device 'cuda': PyTorch finds no GPU that it can use here; allowed is cpu, or a machine with such a GPU "
            "and its driver"
        )
    return torch_arrays(device)


def torch_arrays(device: str) -> Arrays:
    """Return PyTorch's arrays, in double precision, on a device that PyTorch knows by that name.

    Parameters
    ----------
    device : str
        Such as ``"cuda"``, or ``"cpu"``, on which it is tested.
    """
    import torch
    from array_api_compat import torch as namespace

    class TorchDraws:
        def __init__(self, seed: np.random.SeedSequence) -> None:
            self._generator = torch.Generator(device=device)
            self._generator.manual_seed(int(seed.generate_state(1, np.uint64)[0] >> 1))
            self._options: dict[str, Any] = {"dtype": torch.float64, "device": device, "generator": self._generator}

        def random(self, size: Shape, /) -> Array:
            return torch.rand(size, **self._options)

        def standard_normal(self, size: Shape, /) -> Array:
            return torch.randn(size, **self._options)

        def chisquare(self, df: float, size: Shape, /) -> Array:
            shape = torch.full(size, df / 2, dtype=torch.float64, device=device)
            # What torch.distributions.Gamma calls, which takes no generator and so could not be seeded by itself.
            return 2 * torch._standard_gamma(shape, generator=self._generator)

    def asarray(array: Any) -> Array:
        return torch.as_tensor(np.asarray(array), device=device)

    return Arrays(namespace, device, asarray, TorchDraws, lambda array: np.asarray(array.cpu()))
