"""A measured number less the one it ought to be: how far off, how sure, and how small an error would have shown.

Nonlinear functions of Monte Carlo means, such as an optimum or a gain, get their errors from the delete-one-block
jackknife: the whole expression is evaluated once on all blocks and once without each of them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from numerics.measurement import critical_value, detectable
from numerics.sampling import Floats
from numerics.sequential import share

__all__ = ["POWER", "Deviation", "Settled", "jackknife", "settle"]

#: Probability with which an error of the size that is reported as detectable would have been caught.
POWER = 0.999
# Relative rounding of an expression in floating point, generously.
_ROUNDING = 1e-11
# Length to which a number that was not measured is repeated.
_FEWEST = 3


def jackknife(block_means: Floats) -> Floats:
    """Return the mean over all blocks, then the mean without each block in turn, shape (1 + blocks, ...).

    Parameters
    ----------
    block_means : array, shape (blocks, ...)
        Means over blocks of equal size.
    """
    blocks, total = len(block_means), block_means.sum(axis=0)
    return np.concatenate([(total / blocks)[None], (total - block_means) / (blocks - 1)])


@dataclass(frozen=True)
class Deviation:
    """How far a measured number is from where it was expected.

    Parameters
    ----------
    label : str
        What was measured, and where.
    measured, stated : float
        Both numbers.
    difference : float
        Measured less stated.
    standard_error, skewness : float
        Of the difference.
    bias : float
        The jackknife's estimate of the bias, in absolute value. It is not subtracted but added to the tolerance: where
        a quantity is at its minimum, such as a gain that is zero, correcting it would leave an error that the standard
        error knows nothing of.
    systematic : float
        Error that more tasks do not lessen: of floating point, and what is left of the distance to a limit.
    degrees_of_freedom : int
        Of the standard error.
    size : float
        What a relative error is relative to: the larger of both numbers, for an array that of its largest entry.
    """

    label: str
    measured: float
    stated: float
    difference: float
    standard_error: float
    skewness: float
    bias: float
    systematic: float
    degrees_of_freedom: int
    size: float

    @classmethod
    def of_replicates(cls, label: str, measured: Any, stated: Any, *, scale: float = 0.0) -> Deviation:
        """Compare two quantities of which at least one was measured.

        Parameters
        ----------
        label : str
            What was measured, and where.
        measured, stated : array, shape (1 + blocks,), or number
            Jackknife replicates, or a number that is known.
        scale : float
            Size of the numbers that went into them, for the rounding of what cancels to zero.
        """
        count = max(np.size(measured), np.size(stated), _FEWEST)
        left, right = (np.broadcast_to(np.asarray(side, dtype=float), (count,)) for side in (measured, stated))
        with np.errstate(all="ignore"):
            differences = left - right
            deleted, blocks = differences[1:], len(differences) - 1
            error = float(np.sqrt((blocks - 1) * deleted.var()))
            bias = float((blocks - 1) * abs(deleted.mean() - differences[0]))
            # A replicate without a block falls as that block rises.
            skewness = -float(((deleted - deleted.mean()) ** 3).mean() / (deleted.std() ** 3 * np.sqrt(blocks)))
        size = max(abs(float(left[0])), abs(float(right[0])))
        return cls(
            label,
            float(left[0]),
            float(right[0]),
            float(differences[0]),
            error,
            skewness if math.isfinite(skewness) else 0.0,
            bias,
            _ROUNDING * (size + scale),
            blocks - 1,
            size,
        )

    @classmethod
    def of_entries(cls, label: str, measured: Floats, stated: Any, *, symmetric: bool = False) -> tuple[Deviation, ...]:
        """Compare an array entry by entry.

        Parameters
        ----------
        label : str
            What was measured.
        measured : array, shape (1 + blocks, ...)
            Jackknife replicates of all entries.
        stated : array, shape (...) or (1 + blocks, ...)
            What is claimed of them.
        symmetric : bool
            Whether the lower half of a matrix says no more than the upper one.
        """
        expected = np.broadcast_to(np.asarray(stated, dtype=float), measured.shape)
        largest = max(float(np.abs(measured[0]).max()), float(np.abs(expected[0]).max()))
        entries = [index for index in np.ndindex(measured.shape[1:]) if not symmetric or list(index) == sorted(index)]
        return tuple(
            replace(
                cls.of_replicates(
                    f"{label}[{', '.join(str(i + 1) for i in index)}]" if index else label,
                    measured[(slice(None), *index)],
                    expected[(slice(None), *index)],
                    scale=largest,
                ),
                size=largest,
            )
            for index in entries
        )

    @property
    def usable(self) -> bool:
        """Whether there is a number and an error at all: where an expression has a pole there is none."""
        return all(map(math.isfinite, (self.difference, self.standard_error, self.bias)))


@dataclass(frozen=True)
class Settled:
    """A deviation at one look, with the tolerance that the look and the number of comparisons give it.

    Parameters
    ----------
    deviation : Deviation
        What was compared.
    tolerance : float
        What the difference has to exceed to be called real; infinite where no decision is possible.
    detectable : float
        Smallest deviation that would have been called real with probability :data:`POWER`.
    look : int
        Which look this is, from 0.
    """

    deviation: Deviation
    tolerance: float
    detectable: float
    look: int = 0

    @property
    def sign(self) -> int:
        """1 or -1 where the difference is definitely positive or negative, 0 where that is not known."""
        difference = self.deviation.difference
        return 0 if not abs(difference) > self.tolerance else 1 if difference > 0 else -1

    @property
    def decidable(self) -> bool:
        """Whether any deviation, however large, would have been noticed."""
        return math.isfinite(self.tolerance)

    @property
    def relative(self) -> float | None:
        """The detectable deviation relative to the size of what is compared.

        ``None`` where nothing is detectable, or where that is zero as far as one can tell.
        """
        size = self.deviation.size
        return self.detectable / size if self.decidable and size > self.tolerance else None

    @property
    def random(self) -> bool:
        """Whether more tasks would tell more: a pole stays one, and systematic errors stay what they are."""
        return self.deviation.usable and self.deviation.standard_error > self.deviation.systematic

    def to_json(self) -> dict[str, Any]:
        """Return the comparison as JSON-ready data."""
        numbers = {
            "measured": self.deviation.measured,
            "stated": self.deviation.stated,
            "standard_error": self.deviation.standard_error,
            "tolerance": self.tolerance,
            "detectable": self.detectable,
            "detectable_relative": self.relative,
        }
        finite = {key: value if value is None or math.isfinite(value) else None for key, value in numbers.items()}
        return {"compared": self.deviation.label, "look": self.look, **finite}


def settle(
    deviations: Sequence[Deviation], false_alarm: float, *, look: int = 0, comparisons: int | None = None
) -> list[Settled]:
    """Give every deviation its tolerance at a look, such that all of them at all looks raise few false alarms.

    Parameters
    ----------
    deviations : sequence of Deviation
        What is compared at this look.
    false_alarm : float
        Probability that any comparison, at any look, is called real although its expectation is zero.
    look : int
        Which look at the growing sample this is, from 0; it spends its share of the probability.
    comparisons : int, optional
        How many share it, a number that must not depend on what was measured; by default those given.
    """
    if not deviations:
        return []
    usable = np.array([item.usable for item in deviations])
    errors = np.array([item.standard_error for item in deviations])
    extra = np.array([item.bias + item.systematic for item in deviations])
    skewness = np.array([item.skewness for item in deviations])
    freedom = np.array([item.degrees_of_freedom for item in deviations])
    # What has no error is decided up to bias and systematic errors, what has no value not at all.
    tolerances, smallest = (np.where(usable, factor * extra, np.inf) for factor in (1, 2))
    count, level = comparisons or len(deviations), false_alarm * share(look)
    for value in np.unique(freedom):
        chosen = usable & (freedom == value) & (errors > 0)
        critical = critical_value(count, float(value), level, skewness[chosen])
        tolerances[chosen] += critical * errors[chosen]
        smallest[chosen] += detectable(errors[chosen], critical, float(value), POWER)
    return [Settled(*row, look) for row in zip(deviations, tolerances.tolist(), smallest.tolist(), strict=True)]
