"""Robust MAML: a learned inner step size, and batches that replay tasks of the one before.

The step size descends the loss that is descended in theta, ``alpha <- alpha - eta' d/d alpha f_i(theta_i')``; after one
inner step that derivative is ``-<grad f_i(theta_i'), g_i>``, g_i being the inner gradient. The prioritised buffer fills
the part lambda of every batch with tasks of the previous batch: those of the largest (hard), least (easy) or middle
(medium) loss after adaptation. Tasks are ranked by the average loss of their class, ties being broken at random.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np

from theory.errors import ConfigurationError
from theory.methods.buffer import Buffer
from theory.methods.learned_step import RiskAlongSteps, best_steps
from theory.methods.method import Method, Solution
from theory.methods.parameters import Choice, Count, Flag, Real, parameter
from theory.methods.problem import Problem
from theory.mixture import Mixture

__all__ = ["METHOD", "RobustMAML"]


@dataclass(frozen=True)
class RobustMAML(Method):
    """Robust MAML (Nguyen et al. 2021).

    Parameters
    ----------
    buffer : {"none", "hard", "medium", "easy"}
        Which tasks of a batch are replayed in the next one.
    share : number
        The part lambda of a batch that is replayed.
    batch : int
        Tasks of a batch, with those that are replayed.
    learn_step_size : bool, optional
        Whether the inner step size is learned; by default exactly where there is no buffer.
    """

    buffer: Any = parameter(Choice(("none", "hard", "medium", "easy")), "none", "which tasks of a batch are replayed")
    share: Any = parameter(
        Real("a number of at least 0 and below 1", least=0, below=1), Fraction(1, 4), "part of a batch that is replayed"
    )
    batch: Any = parameter(Count(1024), 16, "tasks of a batch, with those that are replayed")
    learn_step_size: Any = parameter(
        Flag(), None, "whether the inner step size is learned; by default where there is no buffer"
    )

    name: ClassVar[str] = "robust_maml"
    title: ClassVar[str] = "Robust MAML"
    paper: ClassVar[str] = "Nguyen et al. 2021, arXiv 2103.08233"
    reweights: ClassVar[str] = "by MAML's curvature at the best step size; or by it and what the buffer replays"
    conditions: ClassVar[str] = "easy buffer: may have several points of rest"

    @property
    def learns_step_size(self) -> bool:
        """Whether the inner step size is learned."""
        return self.buffer == "none" if self.learn_step_size is None else bool(self.learn_step_size)

    @property
    def replayed(self) -> int:
        """How many tasks of a batch are replayed."""
        return 0 if self.buffer == "none" else min(round(self.share * self.batch), self.batch - 1)

    def check(self, mixture: Mixture) -> None:
        """Refuse a buffer together with a learned step size; see :meth:`Method.check`."""
        super().check(mixture)
        if self.learns_step_size and self.buffer != "none":
            raise ConfigurationError(
                f'method.robust_maml.learn_step_size: got true with buffer = "{self.buffer}"; must be false or absent: '
                "where both end together is not known"
            )

    def solve(self, problem: Problem) -> Solution:
        """Find the best step size with its initialisation, or where the buffer's weights come to rest."""
        if self.learns_step_size:
            return _with_learned_step(problem)
        theta = problem.evaluated.theta_maml
        return _with_buffer(self, problem) if self.replayed else Solution(theta, problem.risk(theta))


def _with_learned_step(problem: Problem) -> Solution:
    along = RiskAlongSteps.of(problem)
    sizes = best_steps(along)
    if not sizes:
        return Solution.missing("no step size above 0 is the best one: the tasks have nothing to adapt to")
    branches = tuple(along.initialisations(np.asarray(size)) for size in sizes)
    # At the step size found, Q and the noise floors anew: they are not interpolated there.
    risks = problem.class_risks(branches[0], *problem.adapted(along.loop(sizes[0])))
    notes: tuple[str, ...] = ()
    if len(sizes) > 1:
        others = ", ".join(f"{size:.4g}" for size in sizes[1:])
        notes = (
            f"several step sizes are locally the best: {sizes[0]:.4g}, downhill of the configured one, and {others}",
        )
    return Solution(
        branches[0],
        problem.mixture.weights @ risks,
        notes=notes,
        branches=branches if len(sizes) > 1 else (),
        own_adaptation=True,
        learned={"step_size": np.array(sizes[:1])},
    )


def _with_buffer(method: RobustMAML, problem: Problem) -> Solution:
    rests = Buffer(problem, method.buffer, method.batch, method.replayed).rests()
    if not rests:
        return Solution.missing("no point of rest found: what is replayed changes the ranking of the classes for ever")
    notes = []
    if method.replayed != method.share * method.batch:
        notes.append(f"of {method.batch} tasks {method.replayed} are replayed, the nearest whole number to the share")
    if len(rests) > 1:
        notes.append(f"{len(rests)} points of rest: shown is the one that the mean of the centres leads to")
    return Solution(
        rests[0].theta,
        problem.risk(rests[0].theta),
        notes=tuple(notes),
        branches=tuple(rest.theta for rest in rests) if len(rests) > 1 else (),
        learned={"replays": rests[0].replays} if len(rests) == 1 else {},
    )


METHOD = RobustMAML
