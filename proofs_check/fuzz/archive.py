"""Counterexamples that outlive a run: kept in Hypothesis's example database, and tried first by the next run."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hypothesis.database import DirectoryBasedExampleDatabase, ExampleDatabase

__all__ = ["Archive", "default_folder"]


def default_folder() -> Path:
    """Return where Hypothesis keeps its examples: below ``HYPOTHESIS_STORAGE_DIRECTORY``, or ``.hypothesis`` here."""
    return Path(os.environ.get("HYPOTHESIS_STORAGE_DIRECTORY") or ".hypothesis") / "examples"


class Archive:
    """The counterexamples of all claims, by the claim's name.

    Parameters
    ----------
    database : ExampleDatabase, optional
        Where they are kept; by default in :func:`default_folder`.
    """

    def __init__(self, database: ExampleDatabase | None = None) -> None:
        self._database = database or DirectoryBasedExampleDatabase(default_folder())

    def records(self, claim: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield the target and the point of each counterexample of a claim; what cannot be read is dropped."""
        found = []
        for value in sorted(self._database.fetch(_key(claim)), key=lambda value: (len(value), value)):
            try:
                entry = json.loads(value)
                found.append((str(entry["target"]), dict(entry["point"])))
            except (ValueError, KeyError, TypeError):
                self._database.delete(_key(claim), value)
        yield from found

    def save(self, claim: str, target: str, point: Mapping[str, Any]) -> bool:
        """Keep a counterexample; returns whether it is there now, which takes a folder that can be written."""
        value = _value(target, point)
        try:
            self._database.save(_key(claim), value)
        except OSError:
            return False
        return value in set(self._database.fetch(_key(claim)))

    def delete(self, claim: str, target: str, point: Mapping[str, Any]) -> None:
        """Drop a counterexample that is none any more."""
        self._database.delete(_key(claim), _value(target, point))


def _key(claim: str) -> bytes:
    return b"landscape.fuzz/1:" + claim.encode()


def _value(target: str, point: Mapping[str, Any]) -> bytes:
    return json.dumps({"target": target, "point": point}, sort_keys=True).encode()
