"""Where a prioritised buffer ends: the masses that its replays give the classes, and the parameters that they lead to.

Of every batch L tasks are replayed in the next one, which has as many fewer new ones. The batch is ranked by the risks
of its tasks' classes, from the most worth replaying on (hard: largest risk first; easy: least first; medium: least
first, and the replays are those in the middle). While the ranking of the classes stays as it is, the number of replays
of the first j classes is a Markov chain, whose mean in the long run gives the classes' shares v of the replays, hence
their masses ``(1 - lambda) p + lambda v``. Hard and easy buffers end up with replays of the first class only.

The ranking depends on the parameters. Where two classes change places and each one's replays bring the other back,
both are replayed, in the proportion that holds the parameters there. A hard buffer thereby minimises
``(1 - lambda) sum_k p_k F_k + lambda max_k F_k``, which is convex.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations

import numpy as np
import scipy
from numpy.typing import NDArray

from theory.methods.problem import Problem

__all__ = ["Buffer", "Rest", "replayed_shares"]

Floats = NDArray[np.float64]
Order = tuple[int, ...]

#: Risks closer together than this share of the largest are the same: what the minimisation resolves.
_TIE = 1e-9
#: Classes up to which every ranking is tried, and rankings followed where there are more.
_ALL_RANKINGS, _FOLLOWED = 5, 50
_SQUARINGS = 20
#: Steps of the mean update that are followed to tell which of several points of rest it leads to.
_STEPS = 400


@dataclass(frozen=True, eq=False)
class Rest:
    """Where a buffer comes to rest.

    Parameters
    ----------
    theta : array, shape (d,)
        The parameters.
    masses : array, shape (classes,)
        What part of a batch each class is, on average.
    replays : array, shape (classes,)
        What part of the replays it is.
    """

    theta: Floats
    masses: Floats
    replays: Floats


def replayed_shares(frequencies: Floats, batch: int, replayed: int, first: int) -> Floats:
    """Return the classes' shares of the replays in the long run, for classes in the order of their ranking.

    Parameters
    ----------
    frequencies : array, shape (classes,)
        How common each class is among new tasks.
    batch, replayed : int
        Tasks of a batch, and how many of them are replays.
    first : int
        How many tasks are ranked before the ones that are replayed next.
    """
    levels = np.arange(replayed + 1)
    below = np.zeros(len(frequencies) + 1)
    below[-1] = replayed
    for position, probability in enumerate(np.cumsum(frequencies)[:-1], start=1):
        new = np.arange(batch - replayed + 1)
        chances = scipy.stats.binom.pmf(new, batch - replayed, min(float(probability), 1.0))
        moves = np.zeros((replayed + 1, replayed + 1))
        for level in levels:
            np.add.at(moves[level], np.clip(new + level - first, 0, replayed), chances)
        # The distribution that the chain tends to from none: squared again and again, for some have absorbing states.
        for _ in range(_SQUARINGS):
            moves = moves @ moves
            moves /= moves.sum(axis=-1, keepdims=True)
        below[position] = moves[0] @ levels
    return np.asarray(np.diff(below) / replayed)


class Buffer:
    """A prioritised buffer on a configuration.

    Parameters
    ----------
    problem : Problem
        The configuration, in floating point.
    kind : {"hard", "medium", "easy"}
        Which tasks are replayed.
    batch, replayed : int
        Tasks of a batch, and how many of them are replays.
    """

    def __init__(self, problem: Problem, kind: str, batch: int, replayed: int) -> None:
        self.problem, self.kind, self.batch, self.replayed = problem, kind, batch, replayed
        self.frequencies = np.asarray(problem.mixture.weights, dtype=float)
        self.share = replayed / batch
        self._curvatures, self._floors = problem.adapted()

    def optimum(self, masses: Floats) -> Floats:
        """Return the parameters that are best where the classes have these masses, shape (d,)."""
        weighted = masses[:, None, None] * self._curvatures
        moment = (weighted @ self.problem.mixture.centres[..., None])[..., 0].sum(axis=0)
        return np.asarray(np.linalg.solve(weighted.sum(axis=0), moment))

    def risks(self, theta: Floats) -> Floats:
        """Return the excess risk of every class, shape (classes,)."""
        return np.asarray(self.problem.class_risks(theta, self._curvatures, self._floors))

    def masses(self, shares: Floats) -> Floats:
        """Return the classes' masses, given their shares of the replays."""
        return (1 - self.share) * self.frequencies + self.share * shares

    def rests(self) -> list[Rest]:
        """Return every point of rest, first the one that the mean update leads to from the mean of the centres."""
        if self.kind == "hard":
            return [self._minimax()]
        found: list[Rest] = []
        for order in self._orders():
            for masses in (self._kept(order), *self._between(order)):
                if masses is None:
                    continue
                rest = self._rest(masses)
                if not any(np.allclose(rest.masses, other.masses, rtol=0, atol=1e-9) for other in found):
                    found.append(rest)
        if len(found) > 1:
            end = self._followed()
            found.sort(key=lambda rest: float(np.linalg.norm(rest.theta - end)))
        return found

    def _followed(self) -> Floats:
        """Return where the mean update goes from the mean of the centres."""
        centres = self.problem.mixture.centres
        theta = np.asarray(self.frequencies @ centres, dtype=float)
        size = 1 / float(np.linalg.eigvalsh(self._curvatures).max())
        ranked: dict[Order, Floats] = {}
        for _ in range(_STEPS):
            order = self._order(theta)
            if order not in ranked:
                ranked[order] = self._ranked(order)
            theta = theta - size * ranked[order] @ (self._curvatures @ (theta - centres)[..., None])[..., 0]
        return theta

    def _rest(self, masses: Floats) -> Rest:
        replays = (masses - (1 - self.share) * self.frequencies) / self.share
        return Rest(self.optimum(masses), masses, replays)

    def _orders(self) -> Iterator[Order]:
        if len(self.frequencies) <= _ALL_RANKINGS:
            yield from permutations(range(len(self.frequencies)))
            return
        order, seen = self._order(self.optimum(self.frequencies)), set[Order]()
        while order not in seen and len(seen) < _FOLLOWED:
            seen.add(order)
            yield order
            order = self._order(self.optimum(self._ranked(order)))

    def _order(self, theta: Floats) -> Order:
        return tuple(int(k) for k in np.argsort(self.risks(theta), kind="stable"))

    def _ranked(self, order: Order) -> Floats:
        """Return the masses under a ranking."""
        places = list(order)
        first = 0 if self.kind == "easy" else (self.batch - self.replayed) // 2
        shares = np.empty(len(places))
        shares[places] = replayed_shares(self.frequencies[places], self.batch, self.replayed, first)
        return self.masses(shares)

    def _kept(self, order: Order) -> Floats | None:
        """Return the masses under a ranking if they lead to parameters that keep it."""
        masses = self._ranked(order)
        risks = self.risks(self.optimum(masses))[list(order)]
        return masses if (np.diff(risks) >= -_TIE * np.abs(risks).max()).all() else None

    def _between(self, order: Order) -> Iterator[Floats]:
        """Yield the masses between two rankings of which each leads to the other, neighbours having changed places."""
        here = self._ranked(order)
        for place in range(len(order) - 1):
            a, b = order[place], order[place + 1]
            if a > b:  # once for each pair
                continue
            there = self._ranked((*order[:place], b, a, *order[place + 2 :]))

            def lead(part: float, here: Floats = here, there: Floats = there, a: int = a, b: int = b) -> float:
                risks = self.risks(self.optimum((1 - part) * here + part * there))
                return float(risks[a] - risks[b])

            if not lead(0.0) > 0 > lead(1.0):
                continue
            part = float(scipy.optimize.brentq(lead, 0.0, 1.0, xtol=1e-14))
            masses = (1 - part) * here + part * there
            risks = self.risks(self.optimum(masses))[list(order)]
            if (np.diff(risks) >= -_TIE * np.abs(risks).max()).all():
                yield masses

    def _minimax(self) -> Rest:
        count = len(self.frequencies)
        for shares in np.eye(count):
            masses = self.masses(shares)
            risks = self.risks(self.optimum(masses))
            if risks[shares > 0][0] >= risks.max() * (1 - _TIE):
                return self._rest(masses)
        # The dual problem: the least value for given shares is concave in them, and its gradient the risks.
        scale = float(self.risks(self.optimum(self.frequencies)).max())

        def value(shares: Floats) -> tuple[float, Floats]:
            masses = self.masses(shares)
            risks = self.risks(self.optimum(masses)) / scale
            return -float(masses @ risks), -self.share * risks

        simplex = {"type": "eq", "fun": lambda shares: shares.sum() - 1, "jac": lambda shares: np.ones(count)}
        start = np.full(count, 1 / count)
        options = {"ftol": 1e-14, "maxiter": 200}
        shares = scipy.optimize.minimize(
            value, start, jac=True, bounds=[(0, 1)] * count, constraints=[simplex], method="SLSQP", options=options
        ).x
        return self._tied(np.flatnonzero(shares > 1e-6), shares)

    def _tied(self, active: NDArray[np.intp], guess: Floats) -> Rest:
        """Solve for the shares at which the classes that are replayed have the same risk."""

        def shares_of(free: Floats) -> Floats:
            shares = np.zeros(len(guess))
            shares[active[:-1]], shares[active[-1]] = free, 1 - free.sum()
            return shares

        def gaps(free: Floats) -> Floats:
            risks = self.risks(self.optimum(self.masses(shares_of(free))))
            return np.asarray(risks[active[:-1]] - risks[active[-1]])

        free = scipy.optimize.root(gaps, guess[active[:-1]], tol=1e-14).x
        masses = self.masses(shares_of(free))
        return self._rest(masses)
