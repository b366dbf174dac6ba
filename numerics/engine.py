"""How a stochastic descent is computed: by which code, where, on how many cores and within how much memory.

Whatever is chosen, tasks and data have the same law. Streams of random numbers belong to chains or to fixed groups of
chains, so that the number of workers changes nothing but the time.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal, get_args

from numerics.arrays import DeviceName, arrays_on
from numerics.projected import ProjectedSampler
from numerics.radial import RadialSampler
from numerics.sampling import Sampler, SamplerKind
from numerics.source import Source
from theory.errors import ConfigurationError, MissingExtraError, UnknownNameError, UnsupportedError
from theory.mixture import Mixture

__all__ = ["DEFAULT_ENGINE", "Engine", "EngineName", "SamplerName", "available_cores"]

EngineName = Literal["numpy", "compiled"]
#: ``raw`` and ``wishart`` draw data sets whole, ``projected`` as far as the descent looks at them, and ``radial``, for
#: isotropic classes, lengths and angles alone.
SamplerName = Literal[SamplerKind, "projected", "radial"]

_MEMORY = 2**30


@dataclass(frozen=True)
class Engine:
    """How a stochastic descent is computed.

    Parameters
    ----------
    name : {"numpy", "compiled"}
        By operations on whole arrays, or by a loop over tasks that numba compiles (extra ``fast``).
    device : {"cpu", "cuda"}
        Where the arrays of ``numpy`` are: ``cuda`` means PyTorch's, on a GPU (extra ``gpu``).
    workers : int
        Threads to compute on.
    memory : int
        Bytes of working memory at most, but for the pilot run's 256 d^2 numbers.

    Raises
    ------
    UnknownNameError
        If there is no such engine or device.
    UnsupportedError
        If they do not go together, or this machine lacks the device.
    MissingExtraError
        If what it needs is not installed.
    ConfigurationError
        If a number is out of range.
    """

    name: EngineName = "numpy"
    device: DeviceName = "cpu"
    workers: int = 1
    memory: int = _MEMORY

    def __post_init__(self) -> None:
        if self.name not in get_args(EngineName):
            raise UnknownNameError.among("engine", self.name, get_args(EngineName))
        if self.workers < 1:
            raise ConfigurationError(f"workers = {self.workers}: must be at least 1")
        arrays_on(self.device)
        if self.name == "compiled":
            if self.device != "cpu":
                raise UnsupportedError(
                    f"engine 'compiled' with device {self.device!r}: it computes on the cpu; use engine 'numpy' there"
                )
            if find_spec("numba") is None:
                raise MissingExtraError.of("engine 'compiled'", "numba", "fast")

    def source(self, mixture: Mixture, sampler: SamplerName) -> Source:
        """Return what draws tasks and data.

        Parameters
        ----------
        mixture : Mixture
            The task population.
        sampler : {"raw", "wishart", "projected", "radial"}
            How data is drawn.

        Raises
        ------
        UnknownNameError
            If there is no such sampler.
        UnsupportedError
            If this engine has no such sampler, or the sampler no such population.
        """
        if sampler == "projected":
            return ProjectedSampler(mixture, arrays_on(self.device))
        if sampler == "radial":
            return RadialSampler(mixture, arrays_on(self.device))
        source = Sampler(mixture, sampler)
        for option, given, needed in (("engine", self.name, "numpy"), ("device", self.device, "cpu")):
            if given != needed:
                raise UnsupportedError(
                    f"{option} {given!r} with sampler {sampler!r}: it has the samplers 'projected' and 'radial'; the "
                    f"others are for {option} {needed!r}"
                )
        return source


DEFAULT_ENGINE = Engine()


def available_cores() -> int:
    """Return how many cores this process may use."""
    # Only Linux says which cores a process is confined to.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
