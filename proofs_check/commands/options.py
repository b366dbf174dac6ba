"""Options that several subcommands share, and the targets that they write to."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

__all__ = ["DEFAULT_SEED", "Target", "TargetType", "json_option", "seed_option"]

#: Every random choice follows from the seed. Fixed, so that a run repeats; the year in which the paper appeared.
DEFAULT_SEED = 2022

_Command = TypeVar("_Command", bound=Callable[..., Any])


@dataclass(frozen=True)
class Target:
    """Where a result goes.

    Parameters
    ----------
    path : Path or None
        The file; ``None`` for standard output.
    """

    path: Path | None

    @property
    def is_stdout(self) -> bool:
        """Whether standard output is meant, on which then nothing else may be printed."""
        return self.path is None

    def write(self, text: str) -> None:
        """Write the result; a file appears whole or not at all.

        Raises
        ------
        click.FileError
            If the file cannot be written.
        """
        if self.path is None:
            click.echo(text, nl=False)
            return
        try:
            _write_whole(self.path, text)
        except OSError as error:
            raise _cannot_write(self.path, error.strerror or str(error)) from None


def _write_whole(path: Path, text: str) -> None:
    """Write beside the file and rename, so that nobody ever sees half of it."""
    path = Path(os.path.realpath(path))  # a link stays a link
    if path.exists() and not path.is_file():  # a pipe or a device, which must not be replaced
        path.write_text(text, encoding="utf-8")
        return
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            temporary.chmod(stat.S_IMODE(path.stat().st_mode))
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _cannot_write(path: Path, reason: str) -> click.UsageError:
    return click.UsageError(
        f"cannot write {str(path)!r}: {reason}; name a file in a folder that exists, or - for stdout"
    )


class TargetType(click.ParamType[Target]):
    """A file to write, or ``-`` for standard output; what cannot be written is refused before any work is done."""

    name = "FILE|-"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Target:
        """Check that the file can be written."""
        if isinstance(value, Target):
            return value
        if value == "-":
            return Target(None)
        path = Path(value)
        try:
            if path.is_dir():
                reason = "it is a folder"
            elif not path.parent.is_dir():
                reason = f"there is no folder {str(path.parent)!r}"
            elif not os.access(path if path.exists() else path.parent, os.W_OK):
                reason = "permission denied"
            else:
                return Target(path)
        except (OSError, ValueError) as error:
            reason = str(error)
        raise _cannot_write(path, reason)


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
