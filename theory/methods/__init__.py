"""The neighbouring methods: one file each, which states the update rule and derives from it where the method ends.

A method is a module of this package that defines ``METHOD``, a subclass of :class:`~theory.methods.method.Method`. The
module of the same name in ``numerics.methods`` runs the published algorithm on sampled tasks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from theory.methods.method import Method

__all__ = ["METHODS", "NAMES"]

#: The registry, in the order of tables: the names of the modules, which are the methods' public names.
NAMES: tuple[str, ...] = (
    *("nal", "maml", "fomaml", "reptile", "imaml", "anil", "meta_sgd", "tr_maml"),
    *("maml_en_llm", "mamf", "pooled", "st_maml", "slaw", "zeroing"),
    *("moml", "local_moml", "robust_maml", "r_maml", "nested_maml", "alfa"),
)


class _Methods(Mapping[str, "type[Method]"]):
    """The methods by name, each imported when it is first asked for."""

    def __getitem__(self, name: str) -> type[Method]:
        if name not in NAMES:
            raise KeyError(name)
        method: type[Method] = import_module(f"theory.methods.{name}").METHOD
        return method

    def __iter__(self) -> Iterator[str]:
        return iter(NAMES)

    def __len__(self) -> int:
        return len(NAMES)


METHODS: Mapping[str, type[Method]] = _Methods()
