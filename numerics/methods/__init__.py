"""Published update rules, one per file, under the names by which the command knows them.

A rule is a module of this package that defines ``LEARNER``, a subclass of :class:`~numerics.methods.learner.Learner`.
The module of the same name in ``theory.methods`` states the rule and derives where it ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

from numerics.methods.learner import Episodes, Learner
from numerics.methods.maml import MAML
from numerics.methods.nal import NAL
from theory.methods import NAMES

__all__ = ["LEARNERS", "MAML", "NAL", "Episodes", "Learner"]


class _Learners(Mapping[str, type[Learner]]):
    """The update rules by name, each imported when it is first asked for."""

    def __getitem__(self, name: str) -> type[Learner]:
        if name not in NAMES:
            raise KeyError(name)
        learner: type[Learner] = import_module(f"numerics.methods.{name}").LEARNER
        return learner

    def __iter__(self) -> Iterator[str]:
        return iter(NAMES)

    def __len__(self) -> int:
        return len(NAMES)


LEARNERS: Mapping[str, type[Learner]] = _Learners()
