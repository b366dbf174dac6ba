"""Where claims come from: the paper's own, installed packages, and files of the user's."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from theory.claim import Claim, builtin_claims, select

__all__ = ["chosen_claims", "claims_in", "known_claims"]


def known_claims() -> tuple[Claim, ...]:
    """Return every claim that can be named without a file: the library's own."""
    return builtin_claims()


def claims_in(files: Iterable[Path]) -> tuple[Claim, ...]:
    """Return the claims that files of Python state in their ``CLAIMS``, in the order given.

    Parameters
    ----------
    files : iterable of Path
        Files of Python.
    """
    found: list[Claim] = []
    for path in files:
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        found += module.CLAIMS
    return tuple(found)


def chosen_claims(selectors: Sequence[str], files: Sequence[Path] = ()) -> tuple[Claim, ...]:
    """Return the claims that a command was asked about.

    Parameters
    ----------
    selectors : sequence of str
        Names or globs; none chooses all.
    files : sequence of Path
        Files of claims, instead of the known ones.

    Raises
    ------
    UnknownNameError
        If a selector matches nothing.
    """
    return select(claims_in(files) if files else known_claims(), selectors)
