"""The encoder of a tailored initialisation: from the inputs of a task's support set to one of a few codes.

It pools one feature over all support inputs, their mean square ``v = ||X||^2 / (N d)``, and takes the inputs of class k
for normal with variance ``tr S_k / d`` in every direction, which they are where the class is isotropic. In that model
``v`` is sufficient. With two codes, one is for the group of harder classes and one for the rest: the code is that of
the group which is the more probable, given ``v``. With more, the codes are cells of ``v`` that are equally likely.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy

from theory.mixture import Array, InnerLoop, Mixture

__all__ = ["CELLS", "Codes", "Encoder", "names_of_codes", "support_inputs"]

Codes = Literal[2, "continuous"]

#: Codes that stand for a continuum of them.
CELLS = 8


@dataclass(frozen=True, eq=False)
class Encoder:
    """What turns the mean square of a task's support inputs into a code.

    Parameters
    ----------
    weights : array, shape (classes,)
        Probabilities of the classes.
    variances : array, shape (classes,)
        Input variance of each class, averaged over directions; those of classes that never occur are left out.
    inputs : int or None
        Support inputs N of all inner steps; ``None`` for infinitely many.
    dimension : int
        Number d of coordinates of an input.
    """

    weights: Array
    variances: Array
    inputs: int | None
    dimension: int

    @classmethod
    def of(cls, mixture: Mixture, inner_loop: InnerLoop) -> Encoder:
        """Return the encoder for a mixture, which sees the support data of all inner steps."""
        weights = mixture.weights.astype(float)
        variances = np.trace(mixture.covariances, axis1=-2, axis2=-1).astype(float) / mixture.dimension
        occurs = weights > 0
        return cls(weights[occurs], variances[occurs], support_inputs(inner_loop), mixture.dimension)

    @property
    def shape(self) -> float:
        """Half the degrees of freedom, N d / 2, of the chi-square that the mean square of the inputs is."""
        return (self.inputs or 0) * self.dimension / 2

    def edges(self, codes: Codes) -> Array:
        """Return the values of ``v`` at which the code changes, rising; none where all tasks get one code.

        Parameters
        ----------
        codes : 2 or "continuous"
            Two, or the cells that stand for a continuum.
        """
        if self.inputs is None:
            # Without sampling error v is the class's variance.
            apart = np.unique(self.variances)
            middles = np.sqrt(apart[1:] * apart[:-1])
            widest = middles[[np.argmax(apart[1:] / apart[:-1])]] if len(middles) else middles
            return np.asarray(widest if codes == 2 else middles)
        if codes == 2:
            edge = self._indifferent()
            return np.array([] if edge is None else [edge])
        return np.array([self._quantile(cell / CELLS) for cell in range(1, CELLS)])

    def masses(self, edges: Array) -> Array:
        """Return how often each code is given, shape (codes,), were the inputs as the encoder takes them to be."""
        if self.inputs is None:
            codes = np.searchsorted(edges, self.variances)
            return np.asarray(np.bincount(codes, self.weights, minlength=len(edges) + 1))
        return np.diff([0.0, *(self._below(edge) for edge in edges), 1.0])

    def _below(self, value: float) -> float:
        return float(self.weights @ scipy.special.gammainc(self.shape, self.shape * value / self.variances))

    def _quantile(self, level: float) -> float:
        # Within these bounds whatever the shape: a chi-square is hardly ever a hundred times its degrees of freedom.
        low, high = np.log(self.variances.min()) - 80 / min(1.0, self.shape), np.log(self.variances.max()) + np.log(200)
        return float(
            np.exp(
                scipy.optimize.brentq(lambda log: self._below(np.exp(log)) - level, low, high, xtol=1e-14, rtol=1e-14)
            )
        )

    def _indifferent(self) -> float | None:
        """Return where both groups of classes are equally probable, or ``None`` if the same one is everywhere."""
        order = np.argsort(self.variances, kind="stable")
        weights, variances = self.weights[order], self.variances[order]
        ratios = variances[1:] / variances[:-1]
        if len(ratios) == 0 or ratios.max() == 1:
            return None
        hard = int(np.argmax(ratios)) + 1
        log_scales = np.log(weights) - self.shape * np.log(variances)

        def log_odds(value: float) -> float:
            scores = log_scales - self.shape * value / variances
            return float(scipy.special.logsumexp(scores[:hard]) - scipy.special.logsumexp(scores[hard:]))

        # The odds of the harder group fall with v, from what they are at 0.
        if log_odds(0.0) <= 0:
            return None
        high = variances[-1]
        while log_odds(high) > 0:
            high *= 2
        return float(scipy.optimize.brentq(log_odds, 0.0, high, xtol=1e-15 * high, rtol=1e-14))


def support_inputs(inner_loop: InnerLoop) -> int | None:
    """Return the number of inputs that all inner steps see, or ``None`` for infinitely many."""
    if inner_loop.samples is None:
        return None
    return inner_loop.samples * (inner_loop.steps if inner_loop.data == "fresh" else 1)


def names_of_codes(count: int) -> list[str]:
    """Return what the initialisations of the codes are called, from the smallest inputs to the largest."""
    if count <= 2:
        return ["theta_hard", "theta_easy"] if count == 2 else ["theta_all"]
    return [f"theta_{cell + 1}" for cell in range(count)]
