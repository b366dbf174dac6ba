"""Executes a user's file of claims, and says in one message what is wrong with it and in which line."""

from __future__ import annotations

import contextlib
import itertools
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from theory.claim import Claim, located, shown_place
from theory.errors import ClaimError, LandscapeError
from theory.vocabulary import refuse_unknown_symbols

__all__ = ["PATTERN", "claims_of", "files_of", "load_claims"]

#: The files of claims in a folder; pytest collects the same ones.
PATTERN = "claims_*.py"


def files_of(path: Path) -> tuple[Path, ...]:
    """Return the files of claims that a path stands for: itself, or all ``claims_*.py`` in or below a folder, sorted.

    Folders whose names begin with a dot are left out.

    Raises
    ------
    ClaimError
        If there is no such path, or none in the folder.
    """
    if not path.is_dir():
        return (path,)
    inside = (found.relative_to(path) for found in path.rglob(PATTERN))
    files = tuple(path / file for file in sorted(inside) if not any(part.startswith(".") for part in file.parts))
    if not files:
        raise ClaimError(f"the folder {str(path)!r} has no file {PATTERN}; name a file of claims, or write one with: "
                         "landscape new-claim NAME")  # fmt: skip
    return files


def load_claims(path: Path) -> tuple[Claim, ...]:
    """Execute a file of Python and return the claims that it states.

    The file is a module of its own, whatever else has its name. It may import the files beside it, at its top, as a
    script may. What it prints goes to standard error.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    tuple of Claim
        See :func:`claims_of`.

    Raises
    ------
    ClaimError
        If the file cannot be read or executed, or states no claim or one that cannot be judged; with file and line.
    """
    try:
        source = path.read_bytes()
    except OSError as error:
        raise ClaimError(
            f"cannot read {str(path)!r}: {error.strerror or error}; name a file of Python that states claims, or a "
            f"folder of files {PATTERN}"
        ) from None
    absolute = path.resolve()
    module = ModuleType(_module_name(absolute))
    module.__file__ = str(absolute)
    try:
        with _as_script(absolute.parent):
            sys.modules[module.__name__] = module  # where dataclasses and pickle look for it
            exec(compile(source, str(absolute), "exec"), module.__dict__)
            return _known(claims_of(module))
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        sys.modules.pop(module.__name__, None)
        if not isinstance(error, Exception | SystemExit):
            raise
        raise ClaimError(_message(error, absolute)) from None


def claims_of(stated: Any) -> tuple[Claim, ...]:
    """Return the claims that a module states, or an iterable holds.

    Parameters
    ----------
    stated : module or iterable of Claim
        Of a module, its ``CLAIMS``; where it has none, every claim that is bound to a name, in that order.

    Raises
    ------
    ClaimError
        If there is none, or something that is no claim.
    """
    if isinstance(stated, ModuleType):
        if not hasattr(stated, "CLAIMS"):
            bound = {id(value): value for value in vars(stated).values() if isinstance(value, Claim)}
            if not bound:
                raise ClaimError("states no claim; bind each Claim to a name, or list them: CLAIMS = (first, second)")
            return tuple(bound.values())
        stated = stated.CLAIMS
    if isinstance(stated, Claim):
        raise ClaimError("CLAIMS is one Claim; make it a tuple of them: CLAIMS = (claim,)")
    if isinstance(stated, str | Mapping) or not isinstance(stated, Iterable):
        raise ClaimError(f"CLAIMS is a {type(stated).__name__}; make it a tuple of Claim objects")
    claims = tuple(stated)
    for number, claim in enumerate(claims, start=1):
        if not isinstance(claim, Claim):
            raise ClaimError(f"entry {number} of CLAIMS is a {type(claim).__name__} and no Claim")
    if not claims:
        raise ClaimError("CLAIMS is empty; list at least one Claim")
    return claims


def _module_name(path: Path) -> str:
    """Return a name that no other file's module has; it says nothing of the folder, since digests contain it."""
    stem = f"landscape_claims.{path.stem}"
    names = (stem if number == 1 else f"{stem}_{number}" for number in itertools.count(1))
    return next(name for name in names if name not in sys.modules or sys.modules[name].__file__ == str(path))


@contextlib.contextmanager
def _as_script(folder: Path) -> Iterator[None]:
    """Let code import the files of a folder; afterwards another folder may have files of the same names."""
    before = set(sys.modules)
    sys.path.insert(0, str(folder))
    try:
        with contextlib.redirect_stdout(sys.stderr):  # standard output is for results
            yield
    finally:
        with contextlib.suppress(ValueError):
            sys.path.remove(str(folder))
        for name in set(sys.modules) - before:
            file = getattr(sys.modules[name], "__file__", None)
            if file is not None and Path(file).parent == folder and "." not in name and Path(file).stem == name:
                del sys.modules[name]


class _Located(ClaimError):
    """A refusal that says already where."""


def _known(claims: tuple[Claim, ...]) -> tuple[Claim, ...]:
    for claim in claims:
        try:
            with located(claim):
                refuse_unknown_symbols(claim)
        except ClaimError as error:
            raise _Located(str(error)) from None
    return claims


def _message(error: BaseException, path: Path) -> str:
    if isinstance(error, _Located):
        return str(error)
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return f"{shown_place(path)}:{error.lineno}: not Python: {error.msg}"
    line = _line_of(error, path)
    place = shown_place(path) if line is None else f"{shown_place(path)}:{line}"
    if isinstance(error, LandscapeError):
        return f"{place}: {error}"
    if isinstance(error, SystemExit):
        return f"{place}: ends the program (SystemExit); a file of claims only states claims"
    said = " ".join(str(error).split())
    return f"{place}: {type(error).__name__}{f': {said}' if said else ''}"


def _line_of(error: BaseException, path: Path) -> int | None:
    """Return the innermost line of the file that was being executed."""
    frames = traceback.extract_tb(error.__traceback__)
    return next((frame.lineno for frame in reversed(frames) if frame.filename == str(path)), None)
