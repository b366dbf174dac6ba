"""The error tree: everything that the user can cause and mend, each message naming the cause and the remedy."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = [
    "BeyondFloat64Error",
    "ClaimError",
    "ConfigurationError",
    "DivergenceError",
    "LandscapeError",
    "MissingExtraError",
    "NonUniqueOptimumError",
    "PictureError",
    "RecordError",
    "SchedulerError",
    "SweepError",
    "UnknownNameError",
    "UnsupportedError",
]


#: How many of the known names a refusal lists before it only counts them.
_SHOWN = 12


class LandscapeError(Exception):
    """Base of every error that the `landscape` command reports as one message instead of a traceback.

    Attributes
    ----------
    exit_code : int
        Status with which the command ends: 2 where the input was refused, 1 where a run failed.
    """

    exit_code: int = 2


class ConfigurationError(LandscapeError):
    """A configuration that cannot be read or is not allowed: names the key, what was given and what is allowed."""


class NonUniqueOptimumError(LandscapeError):
    """A singular problem: the objective has more than one minimiser, so that no solution is *the* optimum."""


class BeyondFloat64Error(ConfigurationError):
    """A configuration whose optima or risks float64 cannot hold; exact arithmetic can."""


class DivergenceError(LandscapeError):
    """A descent that grows without bound: names the step size and the largest stable one."""

    exit_code = 1


class ClaimError(LandscapeError):
    """A claim that cannot be judged as stated: a name taken twice, an unknown symbol, unsatisfiable hypotheses."""


class RecordError(LandscapeError):
    """A ledger that cannot be replayed: unreadable, of another schema or of other claims, or changed since then."""


class UnsupportedError(LandscapeError):
    """Options that exist but do not go together, or not on this machine: names them and what does."""


class MissingExtraError(LandscapeError):
    """Something that an optional dependency does, asked for where that is not installed."""

    @classmethod
    def of(cls, what: str, package: str | None, extra: str) -> MissingExtraError:
        """Build the message.

        Parameters
        ----------
        what : str
            What was asked for, as the user named it.
        package : str or None
            What is not installed.
        extra : str
            The extra of this package that brings it.
        """
        return cls(f"{what} needs {package}, which is not installed: pip install 'maml-landscape[{extra}]'")


class _FailedOrRefused(LandscapeError):
    """An error that is either the input's or the run's.

    Parameters
    ----------
    message : str
        Cause and remedy.
    exit_code : int
        2 where what was asked for was wrong, 1 where the run failed.
    """

    def __init__(self, message: str, exit_code: int = 2) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class SchedulerError(_FailedOrRefused):
    """Workers that cannot be had or were lost: an unknown or unreachable scheduler, a worker process that died."""


class PictureError(_FailedOrRefused):
    """A picture that cannot be drawn or written: an unknown kind of file, a full disk."""


class SweepError(_FailedOrRefused):
    """A sweep that cannot be run or written: its output exists, its chunks are another grid's, room is short."""


class UnknownNameError(LandscapeError):
    """A name that nothing answers to: of a claim, a learner, a formula."""

    @classmethod
    def among(cls, kind: str, name: str, known: Iterable[str]) -> UnknownNameError:
        """Build the message from the names there are, suggesting the ones most like the one given.

        Parameters
        ----------
        kind : str
            What the name was to stand for, as the message calls it: "claim", "learner".
        name : str
            The name given.
        known : iterable of str
            The names there are.
        """
        # Only a refusal needs it, and every start of the command imports this module.
        from difflib import get_close_matches

        names = sorted(known)
        close = get_close_matches(name, names)
        shown = names if len(names) <= _SHOWN else [*names[:_SHOWN], f"... ({len(names)} in all)"]
        remedy = f"did you mean {' or '.join(map(repr, close))}?" if close else f"known are: {', '.join(shown)}"
        return cls(f"unknown {kind} {name!r}: {remedy}")
