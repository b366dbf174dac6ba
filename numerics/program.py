"""An episode of MAML or NAL in a few numbers, for code that computes it in a way of its own."""

from __future__ import annotations

from numerics.methods import MAML, NAL, Learner
from theory.errors import UnsupportedError

__all__ = ["Program", "program_of"]

#: Step size, samples (0: infinitely many), data sets, steps per data set, 1 if the outer loss is the population's and 0
#: if the gradient on the data is all there is.
Program = tuple[float, int, int, int, int]


def program_of(learner: Learner, asking: str, instead: str) -> Program:
    """Return what a learner does in an episode.

    Parameters
    ----------
    learner : Learner
        MAML or NAL.
    asking, instead : str
        Who has no other learners, and what has.

    Raises
    ------
    UnsupportedError
        If the learner is another one.
    """
    loop = learner.inner_loop
    # Subclasses change the rule, and the numbers would not say so.
    if type(learner) is MAML and learner.batches == MAML.batches:
        sets, uses = (1, loop.steps) if loop.data == "reused" else (loop.steps, 1)
        return float(loop.step_size), loop.samples or 0, sets, uses, 1
    if type(learner) is NAL:
        if learner.samples is None:
            return 0.0, 0, 1, 1, 1
        return 1.0, learner.samples, 1, 1, 0
    raise UnsupportedError(
        f"{asking} has the learners nal, and maml with its own batches, not {learner.name}; use {instead}"
    )
