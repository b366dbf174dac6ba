"""Who works on the claims of a command: this process, or others that get ready while the claims are loaded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from proofs_check.commands.options import refuse_scheduler, scheduler_options

if TYPE_CHECKING:
    from theory.claim import Claim

__all__ = ["claims_and_crew", "crew_options"]

#: Claims from which other processes are worth their start, where there are cores for them.
_MANY = 16

crew_options = scheduler_options(None, otherwise=f"processes for {_MANY} claims or more, none for fewer")


def claims_and_crew(
    selectors: Sequence[str], files: Sequence[Path], scheduler: str | None, workers: int | None
) -> tuple[tuple[Claim, ...], str, int | None]:
    """Return the claims that a command was asked about, and the scheduler and workers that work on them.

    Parameters
    ----------
    selectors, files : sequence
        As :func:`theory.collection.chosen_claims` takes them.
    scheduler, workers : str or None, int or None
        What was asked for. Left out, it is what takes the least time here: one process per core where there are many
        claims, and each can be sent to another process; else this thread.

    Raises
    ------
    click.UsageError, LandscapeError
        If a name is unknown, a file refused, or a cluster out of reach: before anything is computed.
    """
    refuse_scheduler(scheduler, workers)
    from numerics.scheduling import cores, is_local, prepare_processes, worker_count

    if scheduler is None and workers is not None:
        scheduler = "threads" if workers == 1 else "processes"
    if scheduler is not None and not is_local(scheduler):
        worker_count(scheduler)  # is it there?
    everything = not selectors and not files
    if scheduler == "processes" or (scheduler is None and cores() > 1 and everything):
        prepare_processes("proofs_check.worker")  # long before it is needed
    from theory.collection import chosen_claims

    claims = chosen_claims(selectors, files)
    if scheduler is not None:
        return claims, scheduler, workers
    from proofs_check.errands import can_be_sent

    if cores() > 1 and len(claims) >= _MANY and can_be_sent(claims):
        return claims, "processes", None
    return claims, "threads", 1
