"""Solvers for a question that has a time limit as a whole, however many queries it comes to."""

from __future__ import annotations

from collections.abc import Iterable

from proofs_check.budget import Deadline
from proofs_check.solvers import Answer, Solvers

__all__ = ["HurriedSolvers"]


class HurriedSolvers(Solvers):
    """Somebody's solvers, which answer "unknown" once a deadline has passed; their owner ends them.

    Parameters
    ----------
    solvers : Solvers
        Who is asked until then.
    deadline : Deadline
        When that ends.
    """

    def __init__(self, solvers: Solvers, deadline: Deadline) -> None:
        super().__init__(())
        self._solvers, self._deadline = solvers, deadline
        self.missing = solvers.missing

    @property
    def names(self) -> tuple[str, ...]:
        """Who can be asked."""
        return self._solvers.names

    def ask(
        self, text: str, seconds: float, patience: float | None = None, only: Iterable[str] | None = None
    ) -> dict[str, Answer]:
        """Put a question to them, for no longer than what is left."""
        asked = [name for name in self.names if only is None or name in set(only)]
        if self._deadline.passed:
            return {name: Answer(name, "unknown", f"{name} was not asked: the time had run out") for name in asked}
        return self._solvers.ask(text, min(seconds, self._deadline.left), patience, asked)
