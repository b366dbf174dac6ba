"""Digests: a canonical text of what a claim states and of what was found, and the SHA-256 of it.

Two claims have one digest exactly when they assume, define and conclude the same in the same symbols; prose, names and
sources do not count. A digest is no signature: whoever changes a record can compute its digest again. What it tells
is which statement a certificate was made for; whether the certificate holds, :mod:`proofs_check.replay` tells.
"""

from __future__ import annotations

import ast
import hashlib
import json
import linecache
from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import fields, is_dataclass
from enum import Enum
from fractions import Fraction
from functools import cache, partial
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import sympy as sp

from theory.claim import Claim
from theory.errors import ClaimError
from theory.words import Polynomial

__all__ = ["canonical_text", "digest_of", "record_digest", "statement_digest", "statement_text"]

#: Parts of a record that may differ between two runs which found the same.
_VOLATILE = frozenset({"digest", "seconds"})
_LIBRARY = ("theory.", "numerics.", "proofs_check.")
_CLAIMS = "theory.claims"
#: A function that remembers what it has returned, and is the same function.
_CACHED = type(cache(lambda: None))


def statement_text(claim: Claim) -> str:
    """Return a claim's hypotheses, layers, conclusion and instances as one canonical line of JSON.

    Expressions are written with every symbol and assumption spelled out, derivations by the quantity that they derive,
    and Python functions by their source without comments, docstring and layout, together with what they use of their
    own module. A function without source is written by its bytecode, which differs between versions of Python.

    Raises
    ------
    ClaimError
        If the claim holds something that has no canonical text.
    """
    stated = {
        "hypotheses": claim.hypotheses,
        "setting": claim.setting,
        "layers": claim.layers,
        "conclusion": claim.conclusion,
        "instances": claim.instances,
    }
    try:
        return canonical_text(_Writer().plain(stated))
    except _Unwritable as error:
        raise ClaimError(f"{claim.name}: {error}") from None


def statement_digest(claim: Claim) -> str:
    """Return the SHA-256 of :func:`statement_text`, in hexadecimal."""
    return digest_of(statement_text(claim))


def record_digest(record: Mapping[str, Any], statement: str) -> str:
    """Return the digest of one piece of evidence, bound to the digest of the statement that it is about.

    Parameters
    ----------
    record : mapping
        The evidence as JSON; how long it took and a digest that is there already do not count.
    statement : str
        From :func:`statement_digest`.
    """
    counted = {key: value for key, value in record.items() if key not in _VOLATILE}
    return digest_of(canonical_text([statement, counted]))


def digest_of(text: str) -> str:
    """Return the SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def canonical_text(value: Any) -> str:
    """Write JSON-ready data in the one way that has sorted keys and no optional space."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


class _Unwritable(Exception):
    """What has no canonical text."""


class _Writer:
    """Turns the parts of a claim into JSON-ready data; remembers which functions it has written already."""

    def __init__(self) -> None:
        self.written: set[str] = set()

    def plain(self, value: Any) -> Any:
        """Return a value as JSON-ready data that says everything of it."""
        if value is None or isinstance(value, bool | int | str):
            return value
        if isinstance(value, Fraction):
            return str(value)
        if isinstance(value, Enum):
            return [type(value).__name__, value.name]
        if isinstance(value, sp.Basic):
            return sp.srepr(value)
        if isinstance(value, Polynomial):
            terms = [[word, closed, sp.srepr(coefficient)] for (word, closed), coefficient in value.terms.items()]
            return ["Polynomial", value.kind, sorted(terms, key=canonical_text)]
        if isinstance(value, Mapping):
            return {str(key): self.plain(item) for key, item in value.items()}
        if isinstance(value, tuple | list):
            return [self.plain(item) for item in value]
        if isinstance(value, frozenset | set):
            return ["set", *sorted((self.plain(item) for item in value), key=canonical_text)]
        if is_dataclass(value) and not isinstance(value, type):
            return [
                type(value).__name__,
                {field.name: self.plain(getattr(value, field.name)) for field in fields(value)},
            ]
        return self._by_name(value)

    def _by_name(self, value: Any) -> Any:
        if isinstance(value, partial):
            return ["partial", self.plain(value.func), self.plain(value.args), self.plain(value.keywords)]
        if isinstance(value, MethodType):
            return ["method", value.__name__, self.plain(value.__self__)]
        if isinstance(value, _CACHED):
            return self._by_name(value.__wrapped__)
        if isinstance(value, FunctionType):
            return self._function(value)
        if isinstance(value, ModuleType):
            return ["module", value.__name__]
        if isinstance(value, type | BuiltinFunctionType):
            return ["name", f"{value.__module__}.{value.__qualname__}"]
        if callable(getattr(value, "expression", None)):  # a derivation of another kind
            return [type(value).__name__, str(value.name), sp.srepr(value.expression())]
        raise _Unwritable(
            f"a {type(value).__name__} has no canonical text, so that the claim has no digest; make it a dataclass"
        )

    def _function(self, function: FunctionType) -> Any:
        module = function.__module__ or ""  # what exec defines has none
        name = f"{module}.{function.__qualname__}"
        if module.startswith(_LIBRARY) and not module.startswith(_CLAIMS):
            return ["name", name]
        source = _source(function)
        key = f"{name} {source}"
        if key in self.written:
            return ["name", name]
        self.written.add(key)
        used = {
            used: self._used(function, function.__globals__[used])
            for used in sorted(set(_names(function.__code__)))
            if used in function.__globals__
        }
        cells = [self.plain(cell.cell_contents) for cell in function.__closure__ or ()]
        return ["function", source, self.plain(function.__defaults__), cells, used]

    def _used(self, function: FunctionType, value: Any) -> Any:
        """Write what a function refers to: in full where it is of the same module, by name otherwise."""
        if isinstance(value, FunctionType) and value.__module__ != function.__module__:
            return ["name", f"{value.__module__}.{value.__qualname__}"]
        return self.plain(value)


def _names(code: CodeType) -> Iterator[str]:
    """Yield the global names that a function and the functions inside it refer to."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _source(function: FunctionType) -> Any:
    """Return a function's source without comments, docstring and layout, or its bytecode where there is no source."""
    code = function.__code__
    kind = ast.Lambda if function.__name__ == "<lambda>" else ast.FunctionDef
    places = [(line, column) for line, _, column, _ in code.co_positions() if line is not None and column is not None]
    inside = [place for place in places if place > (code.co_firstlineno, 0)]
    for node in ast.walk(_parsed(code.co_filename)):
        if not isinstance(node, kind):
            continue
        first = min([node.lineno, *(item.lineno for item in getattr(node, "decorator_list", ()))])
        start, end = (node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0)
        if first == code.co_firstlineno and all(start <= place <= end for place in inside):
            return ast.unparse(_without_docstring(node))
    return [code.co_code.hex(), [repr(item) for item in code.co_consts], [*code.co_names], [*code.co_varnames]]


def _without_docstring(node: ast.Lambda | ast.FunctionDef) -> ast.AST:
    if isinstance(node, ast.Lambda) or ast.get_docstring(node) is None or len(node.body) < 2:
        return node
    bare = copy(node)
    bare.body = node.body[1:]
    return bare


@cache
def _parsed(path: str) -> ast.Module:
    try:
        return ast.parse("".join(linecache.getlines(path)))
    except SyntaxError:  # not the file that was loaded
        return ast.Module([], [])
