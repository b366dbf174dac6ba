"""Options that several subcommands share, and the targets that they write to."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from proofs_check.budget import DEFAULT_SEED

__all__ = [
    "DEFAULT_SEED",
    "Target",
    "TargetType",
    "check_folder",
    "claims_option",
    "json_option",
    "refuse_scheduler",
    "scheduler_options",
    "seed_option",
]

_Command = TypeVar("_Command", bound=Callable[..., Any])


@dataclass(frozen=True)
class Target:
    """Where a result goes.

    Parameters
    ----------
    path : str or None
        The file; ``None`` for standard output.
    """

    path: str | None

    @property
    def is_stdout(self) -> bool:
        """Whether standard output is meant, on which then nothing else may be printed."""
        return self.path is None

    def write(self, text: str) -> None:
        """Write the result; a file appears whole or not at all.

        Raises
        ------
        click.UsageError
            If the file cannot be written.
        """
        if self.path is None:
            click.echo(text, nl=False)
            return
        try:
            _write_whole(os.path.realpath(self.path), text)  # a link stays a link
        except OSError as error:
            raise _cannot_write(self.path, error.strerror or str(error)) from None


def _write_whole(path: str, text: str) -> None:
    """Write beside the file and rename, so that nobody ever sees half of it."""
    if os.path.exists(path) and not os.path.isfile(path):  # a pipe or a device, which must not be replaced
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return
    folder, name = os.path.split(path)
    temporary = os.path.join(folder, f".{name}.{os.getpid()}.tmp")
    try:
        with open(temporary, "x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if os.path.exists(path):
            os.chmod(temporary, stat.S_IMODE(os.stat(path).st_mode))
        os.replace(temporary, path)
    finally:
        if os.path.exists(temporary):
            os.unlink(temporary)


def _cannot_write(path: str, reason: str) -> click.UsageError:
    return click.UsageError(f"cannot write {path!r}: {reason}; name a file in a folder that exists, or - for stdout")


class TargetType(click.ParamType[Target]):
    """A file to write, or ``-`` for standard output; what cannot be written is refused before any work is done."""

    name = "FILE|-"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Target:
        """Check that the file can be written."""
        if isinstance(value, Target):
            return value
        if value == "-":
            return Target(None)
        folder = os.path.dirname(value) or "."
        if os.path.isdir(value or "."):
            raise _cannot_write(value, "it is a folder")
        if not os.path.isdir(folder):
            raise _cannot_write(value, f"there is no folder {folder!r}")
        if not os.access(value if os.path.exists(value) else folder, os.W_OK):
            raise _cannot_write(value, "permission denied")
        return Target(value)


def check_folder(path: Path | None) -> None:
    """Refuse a file that cannot be written before anything is computed.

    Raises
    ------
    click.UsageError
        If its folder is missing or may not be written to.
    """
    if path is None:
        return
    folder = path.absolute().parent
    if not folder.is_dir():
        raise click.UsageError(f"cannot write {str(path)!r}: there is no folder {str(path.parent)!r}")
    if not os.access(folder, os.W_OK):
        raise click.UsageError(f"cannot write {str(path)!r}: permission denied")


json_option = click.option(
    "--json", "json_target", type=TargetType(), help="Write the result as JSON; with - nothing else goes to stdout."
)

seed_option = click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=DEFAULT_SEED,
    show_default=True,
    metavar="N",
    help="Source of all randomness; the same seed repeats the run.",
)


def scheduler_options(scheduler: str | None, otherwise: str) -> Callable[[_Command], _Command]:
    """Make the options that say who works.

    Parameters
    ----------
    scheduler : str or None
        The default; ``None`` leaves it to the command.
    otherwise : str
        What the help says of the default.
    """

    def decorate(command: _Command) -> _Command:
        command = click.option(
            "--workers", type=click.IntRange(min=1), metavar="N", help="Threads or processes.  [default: one per core]"
        )(command)
        return click.option(
            "--scheduler",
            default=scheduler,
            metavar="threads|processes|ADDRESS",
            help="Who computes: threads of this process, other processes, or a Dask cluster by the address of its "
            f"scheduler, tcp://HOST:PORT.  [default: {otherwise}]",
        )(command)

    return decorate


def refuse_scheduler(scheduler: str | None, workers: int | None) -> None:
    """Refuse what cannot be a scheduler, and workers where they are not ours to start.

    Raises
    ------
    SchedulerError, click.UsageError
        If it cannot be so.
    """
    from numerics.scheduling import is_local

    if scheduler is not None and not is_local(scheduler) and workers is not None:
        raise click.UsageError("--workers is for threads and processes only: a cluster has its own")


claims_option = click.option(
    "--claims",
    "claim_files",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE|DIR",
    help="Take the claims from this file of Python, or all such files of a folder, instead of the library's own.",
)
