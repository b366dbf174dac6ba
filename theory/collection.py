"""Where claims come from: the library, installed distributions, and files of the user's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from theory.claim import Claim, builtin_claims, refuse_duplicates, select
from theory.errors import ClaimError
from theory.loading import claims_of, files_of, load_claims
from theory.vocabulary import refuse_unknown_symbols

__all__ = ["ENTRY_POINTS", "chosen_claims", "claims_in", "known_claims"]

#: The group of entry points under which a distribution names its claims: a module, or an iterable of claims.
ENTRY_POINTS = "landscape.claims"


def known_claims() -> tuple[Claim, ...]:
    """Return every claim that can be named without a file: the library's own, then those of installed distributions.

    Raises
    ------
    ClaimError
        If what a distribution names cannot be loaded or is not claims, or if two claims have one name.
    """
    found = [*builtin_claims()]
    for entry in sorted(entry_points(group=ENTRY_POINTS), key=lambda entry: (_distribution(entry), entry.name)):
        found += _installed(entry)
    refuse_duplicates(found)
    return tuple(found)


def claims_in(files: Iterable[Path]) -> tuple[Claim, ...]:
    """Return the claims that files and folders state, in the order given.

    Parameters
    ----------
    files : iterable of Path
        Files of Python, see :func:`theory.loading.load_claims`, and folders, of which all files ``claims_*.py`` are
        read. One that is named twice is read once.

    Raises
    ------
    ClaimError
        If a file is refused, or two claims have one name, also where one of the two is the library's.
    """
    paths = {file.resolve(): file for path in files for file in files_of(path)}
    found = tuple(claim for path in paths.values() for claim in load_claims(path))
    refuse_duplicates((*builtin_claims(), *found))
    return found


def chosen_claims(selectors: Sequence[str], files: Sequence[Path] = ()) -> tuple[Claim, ...]:
    """Return the claims that a command was asked about.

    Parameters
    ----------
    selectors : sequence of str
        Names or globs; none chooses all.
    files : sequence of Path
        Files and folders of claims, instead of the known ones.

    Raises
    ------
    ClaimError
        If a file, or a distribution's claims, are refused.
    UnknownNameError
        If a selector matches nothing.
    """
    return select(claims_in(files) if files else known_claims(), selectors)


def _distribution(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist is not None else "of unknown name"


def _installed(entry: EntryPoint) -> tuple[Claim, ...]:
    """Load what one entry point names; whatever goes wrong is the distribution's fault, and so it is named."""
    try:
        claims = claims_of(entry.load())
        for claim in claims:
            refuse_unknown_symbols(claim)
    except (Exception, SystemExit) as error:
        kind = "" if isinstance(error, ClaimError) else f"{type(error).__name__}: "
        raise ClaimError(
            f"the claims of the installed distribution {_distribution(entry)} ({entry.name} = {entry.value}) cannot be "
            f"used: {kind}{error}; mend it or uninstall it"
        ) from None
    return claims
