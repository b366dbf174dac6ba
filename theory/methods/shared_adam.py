"""Adam whose two moments inner and outer steps share: its point of rest, and the scale that its gradients give it.

With the moments mu and v of the outer loop, an inner step on task i goes to
``theta_i = theta - alpha (b mu + (1 - b) g_i) / sqrt(v)``. So the gradient g_i enters with a step size for each
coordinate, ``D = alpha (1 - b) / sqrt(v)``, and the momentum moves all tasks alike. The outer gradient G, taken back
through g_i alone, is affine in mu given the batch. At rest ``E[mu] = 0``: theta rests where preconditioned MAML does,
and the covariance of mu obeys a Lyapunov equation. In the limit where v moves slowly it is the mean of ``G G'``
coordinate by coordinate, which depends on D: the two are found together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy

from theory.errors import UnsupportedError
from theory.methods.cross_task import CrossTask
from theory.methods.method import Solution
from theory.methods.outer_gradient import OuterGradient, SameTask
from theory.methods.problem import Problem
from theory.mixture import Array

__all__ = ["SharedAdam"]

#: Step sizes that the search starts from, in units of what a full step on the steepest class has; the least of them is
#: one that gradients hardly depend on.
_STARTS = (1e-2, 0.5, 1.0, 3.0)
#: How the search follows v, and what counts as found.
_APPROACH, _DAMPING, _LONGEST = 60, 0.3, 1.0
_RESIDUAL, _SAME = 1e-9, 1e-3
#: A coordinate in which the gradient's second moment is this small, in units of what it is made of, does not vary.
_CONSTANT = 1e-24
#: A momentum of which so much is left after a step is slow beside Adam's second moment, which loses 0.001 or more.
_LONG = 0.97
#: Relative step of the differences by which the stability of v is judged.
_DIFFERENCE = 1e-6


@dataclass(frozen=True, eq=False)
class _Rest:
    """What follows from step sizes D: the initialisation, the drift towards it, and there the second moment of G.

    The memory is the share of mu that is left after a step, in the mean and in the slowest direction.
    """

    theta: Array
    drift: Array
    second_moment: Array
    memory: float


class _Unstable(ArithmeticError):
    """The momentum feeds on itself: it has no finite variance."""


@dataclass(frozen=True, eq=False)
class SharedAdam:
    """The mean dynamics of theta, mu and v on one configuration.

    Parameters
    ----------
    problem : Problem
        The configuration, of one inner step.
    momentum : float
        Share b of the old gradients in mu.
    batch : int
        Tasks of an outer step, which share mu and v.
    query : {"same", "cross"}
        Whether a task's adapted parameters are judged on that task or on the next one of the batch.
    """

    problem: Problem
    momentum: float
    batch: int
    query: str = "same"

    @property
    def _gradient(self) -> OuterGradient:
        return (SameTask if self.query == "same" else CrossTask)(self.problem, self.batch)

    @property
    def longest(self) -> float:
        """Return ``alpha (1 - b)``: the step size D for v = 1."""
        return float(self.problem.inner_loop.step_size) * (1 - self.momentum)

    def solve(self) -> Solution:
        """Find the joint point of rest of theta and the step sizes.

        Raises
        ------
        UnsupportedError
            In exact arithmetic, for several inner steps and for a step size that is not positive.
        """
        self._refuse_unsupported()
        full, size = self._scales()
        zeros = np.zeros(self.problem.mixture.dimension)
        try:
            square = self._rest(zeros + _STARTS[0] * full).second_moment
        except np.linalg.LinAlgError:
            return Solution.missing("no unique point of rest: the mean matrix of the update is singular")
        still = np.flatnonzero(square <= _CONSTANT * size)
        if len(still):
            return Solution.missing(
                f"the outer gradient does not vary in coordinate {still[0] + 1}: its second moment v is 0, and Adam's "
                "step there without bound; give tasks some spread or label noise"
            )
        found: list[Array] = []
        for start in (self.longest, *(share * full for share in _STARTS)):
            near = self._followed(zeros + np.log(start))
            if _is_new(near, found):
                found += [end for end in self._settled(near) if _is_new(end, found)]
        if not found:
            found += self._continued(zeros + np.log(_STARTS[0] * full))
        if not found:
            return Solution.missing(
                "no joint point of rest of the parameters and Adam's second moment was found: where inner steps are so "
                "long that they feed the momentum, its variance may have no bound; take a smaller inner step size"
            )
        return self._solution(found)

    def _scales(self) -> tuple[float, float]:
        """Return the step size of a full step on the steepest class, and what gradients' squares are made of."""
        mixture = self.problem.mixture
        occurs = mixture.weights > 0
        steepest = float(np.linalg.eigvalsh(mixture.covariances[occurs]).max())
        far = float(np.square(mixture.centres[occurs]).max()) + float(np.abs(mixture.spreads[occurs]).max())
        return 1 / steepest, steepest * (steepest * far + float(mixture.noises[occurs].max()))

    def _refuse_unsupported(self) -> None:
        name, loop = "method maml_en_llm with shared_adam = true", self.problem.inner_loop
        if self.problem.is_exact:
            raise UnsupportedError(f"{name}: it has no exact solution; leave --exact out")
        if loop.steps != 1:
            raise UnsupportedError(f"{name}: it is derived for one inner step, not for {loop.steps}")
        if loop.step_size <= 0:
            raise UnsupportedError(f"{name}: it is derived for an inner step size above 0, not for {loop.step_size}")
        if self.query == "cross" and self.batch < 3:
            raise UnsupportedError(
                f'{name} and query = "cross": it is derived for a batch of at least 3 tasks, not of {self.batch}'
            )

    def _solution(self, found: list[Array]) -> Solution:
        rests = [self._rest(np.exp(end)) for end in found]
        moves = [float(np.linalg.eigvals(self._slopes(end)).real.max()) for end in found]
        returns = [float(np.linalg.eigvals(rest.drift).real.min()) for rest in rests]
        stable = [move < 0 < back for move, back in zip(moves, returns, strict=True)]
        order = sorted(range(len(found)), key=lambda i: not stable[i])
        first, sizes = order[0], np.exp(found[order[0]])
        notes = [
            f"inner steps of {sizes.min():.3g} to {sizes.max():.3g}, a coordinate's own, where they would be "
            f"{self.longest:.3g} without Adam's scale"
        ]
        if len(found) > 1:
            notes.append(
                f"{len(found)} points of rest were found: shown is a stable one, if there is any; there may be more"
            )
        if rests[first].memory > _LONG:
            notes.append(
                f"the momentum decays by {1 - rests[first].memory:.2g} a step only: the second moment and theta must "
                "move far more slowly to come near"
            )
        if moves[first] >= 0:
            notes.append(f"unstable: the second moment v grows at the rate {moves[first]:.3g}, which must be negative")
        if returns[first] <= 0:
            notes.append(
                f"unstable for every outer step size: the drift has an eigenvalue of real part {returns[first]:.3g}, "
                "which must be positive"
            )
        return Solution(
            rests[first].theta,
            self.problem.risk(rests[first].theta),
            stable=stable[first],
            notes=tuple(notes),
            branches=tuple(rests[i].theta for i in order) if len(found) > 1 else (),
            learned={"step_sizes": sizes} if sum(stable) < 2 else {},
        )

    def _followed(self, logs: Array) -> Array:
        """Return the logarithms of the step sizes to which v leads from those given, nearly."""
        for _ in range(_APPROACH):
            logs = logs + np.clip(_DAMPING * self._gap(logs), -_LONGEST, _LONGEST)
        return logs

    def _continued(self, logs: Array) -> list[Array]:
        """Return step sizes that reproduce themselves, if found, being led there from a small inner step size."""
        gap = self._gap(logs)
        for share in np.linspace(1, 0, 2 + int(np.abs(gap).max() / _LONGEST)):
            # With an inner step size smaller by a factor for each coordinate, the start is one of rest.
            logs = scipy.optimize.root(lambda x, rest=share * gap: self._gap(x) - rest, logs, tol=1e-13).x
        return self._settled(logs)

    def _settled(self, logs: Array) -> list[Array]:
        """Return the step sizes near these that reproduce themselves, if found; all as logarithms."""
        end = scipy.optimize.root(self._gap, logs, tol=1e-13).x
        return [end] if np.abs(self._gap(end)).max() <= _RESIDUAL else []

    def _gap(self, logs: Array) -> Array:
        """Return by how much v makes the logarithms of the step sizes move: where v follows slowly, they move so."""
        try:
            square = self._rest(np.exp(logs)).second_moment
        except (_Unstable, np.linalg.LinAlgError):
            # The variance grows without bound, and v with it.
            return np.full_like(logs, -_LONGEST)
        return np.asarray(np.log(self.longest) - np.log(square) / 2 - logs)

    def _slopes(self, logs: Array) -> Array:
        return np.atleast_2d(scipy.optimize.approx_fprime(logs, self._gap, _DIFFERENCE))

    def _rest(self, sizes: Array) -> _Rest:
        """Return what follows from step sizes, shape (d,)."""
        gradient = self._gradient.at(sizes)
        # The momentum shifts the adapted parameters of all tasks by b alpha / sqrt(v) mu.
        shift = self.momentum / (1 - self.momentum) * sizes
        feedback = -gradient.pull * shift

        def of_moment(covariance: Array) -> Array:
            return gradient.of_shift(shift[:, None] * covariance * shift)

        carried = self.momentum * np.eye(len(sizes)) + (1 - self.momentum) * feedback
        memory = float(np.abs(np.linalg.eigvals(carried)).max())
        if memory >= 1:
            raise _Unstable
        covariance = self._covariance(gradient.second_moment, feedback, of_moment)
        drift = sizes[:, None] * np.linalg.solve(np.eye(len(sizes)) - feedback, gradient.slope)
        square = np.diagonal(gradient.second_moment + of_moment(covariance)).copy()
        return _Rest(gradient.theta, drift, square, memory)

    def _covariance(self, direct: Array, feedback: Array, of_moment: Callable[[Array], Array]) -> Array:
        """Return the covariance of mu: that of ``b mu + (1 - b) G``, G being what the batch and mu make of it."""
        b, shape, new = self.momentum, direct.shape, (1 - self.momentum) ** 2
        if b == 0:
            return direct
        carried = b * np.eye(len(direct)) + (1 - b) * feedback

        def left(flat: Array) -> Array:
            covariance = flat.reshape(shape)
            covariance = (covariance + covariance.T) / 2
            # What mu does by chance, the data of a batch being random, beside what it does in the mean.
            chance = new * (of_moment(covariance) - feedback @ covariance @ feedback.T)
            return np.asarray(covariance - scipy.linalg.solve_discrete_lyapunov(carried, chance)).ravel()

        operator = scipy.sparse.linalg.LinearOperator((direct.size, direct.size), matvec=left, dtype=float)
        right = scipy.linalg.solve_discrete_lyapunov(carried, new * direct).ravel()
        flat, failed = scipy.sparse.linalg.gmres(
            operator, right, rtol=1e-13, atol=0.0, restart=min(direct.size, 200), maxiter=50
        )
        covariance: Array = flat.reshape(shape)
        # A positive operator that takes a positive matrix to a covariance is a contraction, and no other one is.
        if failed or np.linalg.eigvalsh(covariance + covariance.T)[0] < -1e-12 * np.abs(covariance).max():
            raise _Unstable
        return covariance


def _is_new(logs: Array, found: list[Array]) -> bool:
    """Whether step sizes are none of those found, all as logarithms."""
    return all(np.abs(logs - other).max() > _SAME for other in found)
