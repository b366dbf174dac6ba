"""Pictures in files: one style for all, the same bytes on every day and machine, written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from theory.errors import PictureError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["PICTURE_SUFFIXES", "check_picture", "picture"]

PICTURE_SUFFIXES = (".svg", ".png", ".pdf")
_STYLE: Any = {"svg.hashsalt": "maml-landscape", "font.size": 11}


def check_picture(path: Path) -> None:
    """Refuse a name that says no kind of picture, before anything is computed.

    Raises
    ------
    PictureError
        If the suffix is none of :data:`PICTURE_SUFFIXES`.
    """
    if path.suffix not in PICTURE_SUFFIXES:
        raise PictureError(f"figure {str(path)!r}: must end in {', '.join(PICTURE_SUFFIXES)}")


@contextmanager
def picture(path: Path, size: tuple[float, float]) -> Iterator[Figure]:
    """Give an empty figure to draw on, and write it when the drawing is done.

    Parameters
    ----------
    path : Path
        Ends in one of :data:`PICTURE_SUFFIXES`.
    size : tuple of float
        Width and height in inches.

    Raises
    ------
    PictureError
        If the file cannot be written.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=size, layout="constrained")
        yield figure
        temporary = path.with_name(f".{path.stem}.{os.getpid()}.tmp{path.suffix}")
        try:
            figure.savefig(temporary, dpi=150, metadata=_undated(path.suffix))
            os.replace(temporary, path)
        except OSError as error:
            raise PictureError(f"cannot write {path}: {error.strerror or error}", exit_code=1) from None
        finally:
            temporary.unlink(missing_ok=True)


def _undated(suffix: str) -> dict[str, None]:
    return {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(suffix, {})
