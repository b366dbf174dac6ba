"""Descent on isotropic classes, of which lengths and angles are drawn: a few numbers per task, in any dimension.

Seen from a class's centre, nothing about a task of an isotropic class prefers one direction to another but the
parameters' own. So the gradient of a task is a part along that direction, and a rest whose direction is uniform and
independent of both lengths; and of the rests of many tasks only the length of their sum is needed, which grows by the
law of cosines. The proof is in ``docs/sampler.md``.

Every function is one of the array API.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar

from numerics.arrays import NUMPY, Array, Arrays, Draws, Shape, nbytes
from numerics.methods import Learner
from numerics.program import Program, program_of
from numerics.projected import ProjectedSampler
from numerics.radial_parts import gradient_parts, sample_gradient_parts, turned_parts
from numerics.source import Source
from theory.errors import UnsupportedError
from theory.mixture import Mixture, are_isotropic

__all__ = ["RadialLearner", "RadialSampler", "radial_program"]


class RadialSampler(ProjectedSampler):
    """Draws no more of tasks and data than lengths and angles, for learners that ask no more.

    Parameters
    ----------
    mixture : Mixture
        The task population, in floating point; inputs and optima of every class are isotropic.
    arrays : Arrays
        Where to compute.

    Raises
    ------
    UnsupportedError
        If a class is not isotropic.
    """

    def __init__(self, mixture: Mixture, arrays: Arrays = NUMPY) -> None:
        for task_class in mixture.classes:
            for key in ("covariance", "spread"):
                if not are_isotropic(getattr(task_class, key)):
                    raise UnsupportedError(
                        f"sampler 'radial': the {key} of class {task_class.name!r} is no multiple of the identity; "
                        "use 'projected'"
                    )
        super().__init__(mixture, arrays)


def radial_program(learner: Learner) -> Program:
    """Return what a learner does in an episode, if lengths and angles are enough for it.

    Parameters
    ----------
    learner : Learner
        NAL, or MAML with one inner step or infinitely many samples.

    Raises
    ------
    UnsupportedError
        If it is another one.
    """
    program = program_of(learner, "sampler 'radial'", "'projected'")
    _, samples, sets, uses, _ = program
    if samples and sets * uses > 1:
        raise UnsupportedError(
            f"sampler 'radial': adaptation.steps = {sets * uses}; must be 1, or samples infinitely many; "
            "'projected' has any number"
        )
    return program


@dataclass(frozen=True, eq=False)
class RadialEpisodes:
    """What is drawn for batches of episodes; ``None`` where it is not needed.

    Parameters
    ----------
    classes : integer array, shape (..., batch)
        Which class each task belongs to.
    first, second, across, beyond : array, shape (..., batch)
        Roots of chi-squares, see :func:`numerics.radial_parts.gradient_parts`.
    along_first, along_second : array, shape (..., batch)
        Standard normals, see there.
    spread_along, spread_across : array, shape (..., batch)
        A task's optimum less its class's centre, of a spread of 1: its part along the parameters' direction, and the
        length of the rest.
    direction : array, shape (..., batch)
        Cosine of the angle between a gradient's rest and the plane of the parameters' direction and the task's error.
    cosines : array, shape (..., classes, batch - 1)
        Of the angles between the sums of rests that are added.
    outwards : array, shape (..., classes, d)
        Standard normals: the direction of each class's sum of rests.
    """

    classes: Array
    first: Array
    second: Array
    across: Array
    beyond: Array
    along_first: Array
    along_second: Array
    spread_along: Array
    spread_across: Array
    direction: Array
    cosines: Array
    outwards: Array

    def __getitem__(self, index: Any) -> RadialEpisodes:
        """Select along the batch axes."""
        return RadialEpisodes(*(None if array is None else array[index] for array in self._arrays))

    @property
    def nbytes(self) -> int:
        """Memory that the arrays occupy."""
        return nbytes(*(array for array in self._arrays if array is not None))

    @property
    def _arrays(self) -> list[Array]:
        return [getattr(self, field.name) for field in fields(self)]


@dataclass(frozen=True, eq=False)
class RadialLearner(Learner):
    """The outer steps of a learner, by lengths and angles.

    Parameters
    ----------
    program : tuple
        What the learner does, see :func:`radial_program`.
    sampler : RadialSampler
        What draws.
    """

    name: ClassVar[str] = "radial"
    program: Program
    sampler: RadialSampler

    def draw(self, sampler: Source, rng: Draws, shape: Shape) -> Any:
        """Draw episodes; parameters as for :meth:`numerics.methods.Learner.draw`."""
        _, samples, _, _, outer = self.program
        population, dimension = self.sampler.population, self.sampler.mixture.dimension
        classes, *batches = population.centres.shape[0], *shape[:-1]

        def root(degrees: int, size: Shape = shape) -> Array:
            if degrees <= 0:
                return 0.0 * rng.random(size)
            return rng.chisquare(degrees, size) ** 0.5

        def cosine(size: Shape) -> Array:
            normals = rng.standard_normal(size)
            return normals / (normals**2 + root(dimension - 2, size) ** 2) ** 0.5

        def normals(needed: bool) -> Array:
            return rng.standard_normal(shape) if needed else None

        noisy, spread = samples > 0 and population.noise is not None, population.spread is not None
        whole = samples > 0 and outer == 1
        return RadialEpisodes(
            self.sampler.classes(rng, shape),
            root(samples) if samples else None,
            root(samples - 1) if whole else None,
            root(dimension - 1) if samples else None,
            root(dimension - 2) if whole else None,
            normals(noisy),
            normals(noisy and whole),
            normals(spread),
            root(dimension - 1) if spread else None,
            cosine(shape) if spread else None,
            cosine((*batches, classes, shape[-1] - 1)),
            rng.standard_normal((*batches, classes, dimension)),
        )

    def mean_gradient(self, theta: Array, episodes: Any) -> Array:
        """Return the outer gradient averaged over a batch of episodes, shape (..., d).

        Parameters
        ----------
        theta : array, shape (..., d)
            One vector of parameters for each batch.
        episodes : RadialEpisodes
            Of shape (..., batch).
        """
        namespace, population = self.sampler.arrays.namespace, self.sampler.population
        starts = theta[..., None, :] - population.centres
        distances = namespace.vecdot(starts, starts) ** 0.5
        along, rest = self._parts(namespace.take_along_axis(distances, episodes.classes, axis=-1), episodes)
        kinds = namespace.arange(starts.shape[-2], device=population.arrays.device)
        members = episodes.classes[..., None, :] == kinds[:, None]
        alongs = namespace.sum(namespace.where(members, along[..., None, :], 0.0), axis=-1)
        rests = self._added(namespace.where(members, rest[..., None, :], 0.0), episodes.cosines)
        axes = starts / namespace.where(distances > 0, distances, 1.0)[..., None]
        outwards = episodes.outwards - axes * namespace.vecdot(axes, episodes.outwards)[..., None]
        sizes = namespace.vecdot(outwards, outwards) ** 0.5
        # In one dimension there is nothing across, neither a length nor a direction.
        shares = rests / namespace.where(sizes > 0, sizes, 1.0)
        total = namespace.sum(alongs[..., None] * axes + shares[..., None] * outwards, axis=-2)
        return total / along.shape[-1]

    def gradient(self, theta: Array, episodes: Any) -> Array:
        """Refuse: what single episodes contribute is not drawn."""
        raise TypeError("sampler 'radial' draws the sum of a batch's gradients: use mean_gradient()")

    def _parts(self, distance: Array, episodes: RadialEpisodes) -> tuple[Array, Array]:
        """Return each gradient's part along its class's direction, and the length of the rest, shape (..., batch)."""
        alpha, samples, sets, uses, outer = self.program
        namespace, population = self.sampler.arrays.namespace, self.sampler.population

        def own(table: Array) -> Array:
            return population.lookup(table, episodes.classes)

        length, cosine, sine = distance, 1.0, 0.0
        if population.spread is not None:
            deviation = own(population.spread[:, 0])
            inside = distance - deviation * episodes.spread_along
            outside = deviation * episodes.spread_across
            length = (inside**2 + outside**2) ** 0.5
            divisor = namespace.where(length > 0, length, 1.0)
            cosine, sine = inside / divisor, outside / divisor
        root = own(population.roots[:, 0])
        if samples == 0:
            along = root**2 * (1.0 - alpha * root**2) ** (2 * sets * uses) * length
            squared = 0.0 * along
        else:
            noise = 0.0 if population.noise is None else own(population.noise)
            along_first = 0.0 if episodes.along_first is None else episodes.along_first
            size = (root**2 * length**2 + noise**2) ** 0.5
            size = namespace.where(size > 0, size, 1.0)
            scale, first, across = alpha / samples, episodes.first, episodes.across
            if outer == 0:
                along, squared = sample_gradient_parts(length, root, noise, size, scale, first, across, along_first)
            else:
                along_second = 0.0 if episodes.along_second is None else episodes.along_second
                along, squared = gradient_parts(
                    length,
                    root,
                    noise,
                    size,
                    scale,
                    first,
                    episodes.second,
                    across,
                    episodes.beyond,
                    along_first,
                    along_second,
                )
        if population.spread is not None:
            along, squared = turned_parts(along, squared**0.5, cosine, sine, episodes.direction)
        return along, squared**0.5

    def _added(self, lengths: Array, cosines: Array) -> Array:
        """Return the lengths of sums of independent vectors with uniform directions, two and two, shape (...)."""
        namespace, used = self.sampler.arrays.namespace, 0
        while (count := lengths.shape[-1]) > 1:
            half = count // 2
            left, right, cosine = lengths[..., :half], lengths[..., half : 2 * half], cosines[..., used : used + half]
            added = ((left + right * cosine) ** 2 + right**2 * abs(1.0 - cosine**2)) ** 0.5
            lengths = namespace.concat([added, lengths[..., 2 * half :]], axis=-1) if count % 2 else added
            used += half
        return lengths[..., 0]
