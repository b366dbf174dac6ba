"""Work on claims by several workers: each claim goes to a thread, a process or another machine, and its result back.

The library's own claims are sent by name; others, which only the file or session that states them has, by value.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.machinery import PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import cloudpickle

from numerics.scheduling import completed, own_version, prepare_processes, refuse_other_version
from theory.claim import Claim, builtin_claims, located
from theory.errors import ClaimError, LandscapeError

__all__ = ["Work", "can_be_sent", "own_claims", "run_errands"]

Result = TypeVar("Result")
#: What is done with a claim; where a process does it, both this and its result are pickled.
Work = Callable[[Claim], Result]


def run_errands(
    claims: Sequence[Claim],
    errands: Iterable[Work[Result]],
    *,
    scheduler: str,
    workers: int | None,
) -> Generator[tuple[int, Result], None, None]:
    """Do some work on each claim, and yield each result with the position of its claim, as soon as it is there.

    Parameters
    ----------
    claims : sequence of Claim
        What to work on.
    errands : iterable of callable
        What to do with each of them; asked for the next one as soon as a worker can have it.
    scheduler, workers : str, int or None
        Who does it, see :func:`numerics.scheduling.completed`. One thread is this one.

    Raises
    ------
    LandscapeError
        What the first claim that cannot be worked on raises, in the order of the claims, with where it is stated; and
        whatever the scheduler does.
    """
    if scheduler == "threads":
        items: Iterable[tuple[Any, Claim | _Parcel]] = zip(errands, claims, strict=True)
    else:
        items = zip(errands, [_Parcel.of(claim) for claim in claims], strict=True)
    if scheduler == "processes":
        prepare_processes("proofs_check.worker")
    running = completed(_run, items, scheduler=scheduler, workers=workers)
    refused: dict[int, LandscapeError] = {}
    open_positions = set(range(len(claims)))
    try:
        for position, result in running:
            open_positions.remove(position)
            if isinstance(result, LandscapeError):
                refused[position] = result
            elif not refused:
                yield position, result
            if refused and min(refused) < min(open_positions, default=len(claims)):
                with located(claims[min(refused)]):
                    raise refused[min(refused)]
    finally:
        running.close()


def can_be_sent(claims: Iterable[Claim]) -> bool:
    """Whether each of these claims can be sent to another process."""
    try:
        return all([_Parcel.of(claim) for claim in claims])
    except ClaimError:
        return False


def _run(errand: tuple[Work[Result], Claim | _Parcel]) -> Result | LandscapeError:
    work, sent = errand
    try:
        claim = sent.opened() if isinstance(sent, _Parcel) else sent
        return work(claim)
    except LandscapeError as refusal:  # the result that says so; which one is reported does not depend on who is faster
        return refusal


@dataclass(frozen=True)
class _Parcel:
    """A claim on its way.

    Parameters
    ----------
    name : str
        The claim's.
    version : str
        Of the library that sends it; another one might have another claim of that name, or judge it otherwise.
    value : bytes or None
        The claim, pickled, where it is none of the library's own.
    """

    name: str
    version: str
    value: bytes | None = None

    @classmethod
    def of(cls, claim: Claim) -> _Parcel:
        sender = own_version()
        if own_claims().get(claim.name) is claim:
            return cls(claim.name, sender)
        with located(claim):
            return cls(claim.name, sender, _pickled(claim))

    def opened(self) -> Claim:
        refuse_other_version(self.version)
        if self.value is None:
            return own_claims()[self.name]
        try:
            claim: Claim = pickle.loads(self.value)
        except Exception as error:  # whatever its own code does there, the claim is what has to be mended
            raise ClaimError(
                f"{self.name}: cannot be read in a worker ({type(error).__name__}: {error}); install what it uses "
                "there, or judge it with --scheduler threads"
            ) from None
        return claim


@cache
def own_claims() -> dict[str, Claim]:
    """Return the library's own claims, which are sent by name."""
    return {claim.name: claim for claim in builtin_claims()}


def _pickled(claim: Claim) -> bytes:
    """Pickle a claim together with the code that no other process can import: its file's, and that of files beside."""
    own = list(_out_of_reach(Path(claim.location.rpartition(":")[0]).parent))
    for module in own:
        cloudpickle.register_pickle_by_value(module)
    try:
        return bytes(cloudpickle.dumps(claim))
    except Exception as error:
        raise ClaimError(
            f"{claim.name}: cannot be sent to another process ({type(error).__name__}: {error}); judge it with "
            "--scheduler threads"
        ) from None
    finally:
        for module in own:
            cloudpickle.unregister_pickle_by_value(module)


def _out_of_reach(folder: Path) -> Iterator[ModuleType]:
    """Yield the modules from a folder that only this process has: it was a place to import from for a moment."""
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file is None or name != getattr(module, "__name__", None) or not Path(file).is_relative_to(folder):
            continue
        if PathFinder.find_spec(name.partition(".")[0]) is None:
            yield module
