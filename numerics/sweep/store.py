"""The work folder of a sweep: chunks that are done, kept beside the output until it is complete.

One file per variable holds the values of all points, written in place; a log says which chunks are in them, each with
a checksum. A chunk counts once its line is in the log, so that a run that is killed at any moment loses at most the
chunks it was computing; what a power failure tore does not match its checksum and is computed again.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from numerics.sampling import Floats
from numerics.sweep.grid import Grid
from theory.errors import SweepError

__all__ = ["Store", "work_folder"]

_ITEM = np.dtype("<f8").itemsize


def work_folder(output: Path) -> Path:
    """Return the folder that keeps the chunks of an output until it is complete."""
    return output.with_name(f"{output.name}.work")


class Store:
    """The work folder, opened by one run at a time.

    Parameters
    ----------
    folder : Path
        Made if it does not exist.
    grid : Grid
        What is computed.
    names : sequence of str
        The variables.

    Raises
    ------
    SweepError
        If the folder holds the chunks of another grid, or another run is writing to it.
    OSError
        If it cannot be made or written.
    """

    def __init__(self, folder: Path, grid: Grid, names: Sequence[str]) -> None:
        self.folder, self.grid, self.names = folder, grid, tuple(names)
        folder.mkdir(exist_ok=True)
        self._lock = open(folder / "lock", "w")  # noqa: SIM115 - held for as long as the store
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.close()
            raise SweepError(f"another run is writing to {folder}: wait for it, or name another output") from None
        try:
            self._check_manifest()
            self._files = [os.open(folder / f"{name}.f64", os.O_RDWR | os.O_CREAT, 0o644) for name in self.names]
            self.done = self._read_log()
            self._log = open(folder / "done.log", "ab", buffering=0)  # noqa: SIM115 - held likewise
        except BaseException:
            self._lock.close()
            raise

    def _check_manifest(self) -> None:
        manifest = {
            "digest": self.grid.digest,
            "variables": list(self.names),
            "chunk": self.grid.chunk,
            "points": self.grid.points,
        }
        path = self.folder / "manifest.json"
        if not path.exists():
            written = self.folder / "manifest.tmp"
            written.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
            os.replace(written, path)
            return
        try:
            found: Any = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            found = None
        if found != manifest:
            raise SweepError(
                f"{self.folder} holds the chunks of another sweep: the grid file, the seed or the library has changed "
                "since; remove the folder to begin anew, or name another output"
            )

    def _read_log(self) -> set[int]:
        """Return the chunks whose values are in the files as they were written."""
        path = self.folder / "done.log"
        done: set[int] = set()
        if not path.exists():
            return done
        content = path.read_bytes()
        for line in content.split(b"\n"):
            try:
                position, checksum = map(int, line.split())
            except ValueError:
                continue  # torn, or the empty end
            if 0 <= position < self.grid.chunks and self._checksum(position) == checksum:
                done.add(position)
        if content and not content.endswith(b"\n"):
            with open(path, "ab") as log:
                log.write(b"\n")  # so that the next line does not join the torn one
        return done

    def write(self, position: int, values: Floats) -> None:
        """Keep the values of a chunk.

        Parameters
        ----------
        position : int
            Which chunk.
        values : array, shape (variables, points)
            Its values.

        Raises
        ------
        OSError
            If they cannot be written, such as on a full disk; the chunk then does not count.
        """
        offset, checksum = self.grid.span(position).start * _ITEM, 0
        for file, row in zip(self._files, values, strict=True):
            content = np.ascontiguousarray(row, dtype="<f8").tobytes()
            checksum = zlib.crc32(content, checksum)
            written = 0
            while written < len(content):
                written += os.pwrite(file, content[written:], offset + written)
        self._log.write(f"{position} {checksum}\n".encode())
        self.done.add(position)

    def arrays(self) -> dict[str, Floats]:
        """Return the values of all points, mapped from the files rather than read into memory."""
        return {
            name: np.memmap(self.folder / f"{name}.f64", dtype="<f8", mode="r", shape=(self.grid.points,))
            for name in self.names
        }

    def close(self) -> None:
        """Release the folder; one without any chunk is removed."""
        for file in self._files:
            os.close(file)
        self._log.close()
        if not self.done:
            shutil.rmtree(self.folder)
        self._lock.close()

    def remove(self) -> None:
        """Remove the folder, once what it held is in the output."""
        self.done.clear()
        self.close()

    def _checksum(self, position: int) -> int | None:
        """Return the checksum of what the files hold of a chunk, ``None`` where they end before it does."""
        span, checksum = self.grid.span(position), 0
        for file in self._files:
            content = os.pread(file, len(span) * _ITEM, span.start * _ITEM)
            if len(content) < len(span) * _ITEM:
                return None
            checksum = zlib.crc32(content, checksum)
        return checksum
