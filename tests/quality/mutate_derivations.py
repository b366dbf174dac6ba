"""Break the derivation code in every small way and see whether tests/theory notice: `make mutants`.

Each mutant differs from a file of theory/ in one place: an operator, a constant, a comparison, a condition or a
statement. It is tested in a copy of the tree, in a process of its own with a time limit; mutants that no test fails on
are listed. Exits with 0 where the tests kill at least the required share of those that are not known to be equivalent.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILES = ("theory/moments.py", "theory/adaptation.py", "theory/gain.py")
#: Of these the closest is run first, and the first failure ends the run.
TESTS = ("tests/theory/test_moments.py", "tests/theory/test_adaptation.py", "tests/theory/test_gain.py")
REQUIRED = 0.95
#: Many times what the tests take; a mutant that does not come to an end is noticed, too.
SECONDS = 240

OPERATORS = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult,),
    ast.Pow: (ast.Mult,),
}
COMPARISONS = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
TYPES = ("Literal", "tuple", "defaultdict")
_PLAIN = "plain_risk += weight * plain_curvature.at_scalars({COVARIANCE: variance}, d) * distance / 2"
_COORDINATE = "risk += weight * curvature * (coordinate - centre) ** 2 / 2"
_SCALE = "only where the slope vanishes is used, which does not depend on the scale"
_SIGN = "only where the slope vanishes is used, and that is the same for minus the risk"
#: Mutants that compute the same, by function, line and change, each with the reason why.
EQUIVALENT: dict[tuple[str, str, str], str] = {
    ("expectation", "for copies in range(max(levels, default=0), 0, -1):", "0 -> 1"): "level 1 of nothing is empty",
    ("expectation", "for copies in range(max(levels, default=0), 0, -1):", "0 -> -1"): "so is a range down from -1",
    ("expectation", "if cost and inverse_samples == 0:", "0 -> -1"): "what is zero is left out early to save time only",
    ("expectation", "continue", "continue -> break"): "the one contraction that costs nothing comes first",
    (
        "expectation",
        "rational, symbolic = summand.as_coeff_Mul(rational=True)",
        "True -> False",
    ): "no coefficient is a float",
    (
        "expectation",
        "amounts[part, 0] += rational.p if rational.q == 1 else Fraction(rational.p, rational.q)",
        "1 -> 0",
    ): "a fraction of denominator 1 is the same number as the integer",
    (
        "gradient_on_sample",
        'samples, dimension = sp.symbols("m d", integer=True, positive=True)',
        "True -> False (number 2 of its line)",
    ): "sizes of matrices need not be positive to be differentiated",
    (
        "pair_quantities",
        _PLAIN,
        "plain_risk += weight * plain_curvature.at_scalars({COVARIANCE: variance}, d) * distance... -> "
        "plain_risk -= weight * plain_curvature.at_scalars({COVARIANCE: variance}, d) * distance...",
    ): _SIGN,
    (
        "pair_quantities",
        _PLAIN,
        "weight * plain_curvature.at_scalars({COVARIANCE: variance}, d) * distance / 2 -> "
        "weight * plain_curvature.at_scalars({COVARIANCE: variance}, d) * distance * 2",
    ): _SCALE,
    ("pair_quantities", _PLAIN, "2 -> 3"): _SCALE,
    ("pair_quantities", _PLAIN, "2 -> 1"): _SCALE,
    (
        "coordinate_optimum",
        _COORDINATE,
        "weight * curvature * (coordinate - centre) ** 2 / 2 -> weight * curvature * (coordinate - centre) ** 2 * 2",
    ): _SCALE,
    ("coordinate_optimum", _COORDINATE, "2 -> 3 (number 2 of its line)"): _SCALE,
    ("coordinate_optimum", _COORDINATE, "2 -> 1 (number 2 of its line)"): _SCALE,
    (
        "coordinate_optimum",
        _COORDINATE,
        "risk += weight * curvature * (coordinate - centre) ** 2 / 2 -> "
        "risk -= weight * curvature * (coordinate - centre) ** 2 / 2",
    ): _SIGN,
}


@dataclass(frozen=True)
class Mutant:
    """One file with one place changed."""

    path: str
    function: str
    line: int
    text: str
    change: str
    source: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What identifies it for as long as its line stays as it is."""
        return self.function, self.text, self.change


def variants(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what may stand in a node's place."""
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        for operator in OPERATORS[type(node.op)]:
            yield ast.BinOp(node.left, operator(), node.right)
    elif isinstance(node, ast.AugAssign) and type(node.op) in OPERATORS:
        for operator in OPERATORS[type(node.op)]:
            yield ast.AugAssign(node.target, operator(), node.value)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield node.operand
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        yield ast.Constant(node.value + 1)
        yield ast.Constant(node.value - 1)
    elif isinstance(node, ast.Constant) and type(node.value) is bool:
        yield ast.Constant(not node.value)
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        yield ast.Compare(node.left, [COMPARISONS[type(node.ops[0])]()], node.comparators)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    elif isinstance(node, ast.If | ast.IfExp):
        negated = copy.copy(node)
        negated.test = ast.UnaryOp(ast.Not(), node.test)
        yield negated
    elif isinstance(node, ast.Continue):
        yield ast.Break()
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "sp":
        swapped = {"Zero": "One", "One": "Zero"}.get(node.attr)
        if swapped:
            yield ast.Attribute(node.value, swapped, node.ctx)


def places(parent: ast.AST) -> Iterator[tuple[ast.AST, str, int | None]]:
    """Yield every place below a node that may be broken: what holds it, the field, and the position in it.

    Annotations are no code, decorators such as ``dataclass(frozen=True)`` compute nothing, and that ``zip`` is strict
    only guards against misuse.
    """
    for field, value in ast.iter_fields(parent):
        strict = isinstance(parent, ast.keyword) and parent.arg == "strict"
        if strict or field in ("annotation", "returns", "decorator_list") or _is_alias(parent):
            continue
        for index, item in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(item, ast.AST):
                yield parent, field, index
                yield from places(item)


def _is_alias(node: ast.AST) -> bool:
    """Whether this is a subscripted type."""
    return isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id in TYPES


def mutants_of(path: str, text: str) -> Iterator[Mutant]:
    """Yield every mutant of one file."""
    tree, lines = ast.parse(text), text.splitlines()
    before_it: Counter[tuple[int, str]] = Counter()
    for parent, field, index in list(places(tree)):
        holder = getattr(parent, field)
        node = holder if index is None else holder[index]
        for variant in variants(node):
            ast.copy_location(variant, node)
            _put(parent, field, index, variant)
            source = ast.unparse(ast.fix_missing_locations(tree))
            before, after = (" ".join(ast.unparse(item).split()) for item in (node, variant))
            line = node.lineno
            change = f"{_short(before)} -> {_short(after)}"
            before_it[line, change] += 1
            if before_it[line, change] > 1:
                change += f" (number {before_it[line, change]} of its line)"
            yield Mutant(path, _function_at(tree, line), line, lines[line - 1].strip(), change, source)
            _put(parent, field, index, node)


def _function_at(tree: ast.Module, line: int) -> str:
    """Return the name of the innermost function around a line."""
    around = [
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.lineno <= line <= node.end_lineno
    ]
    return max(around, key=lambda node: node.lineno).name if around else ""


def _put(parent: ast.AST, field: str, index: int | None, node: ast.AST) -> None:
    if index is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[index] = node


def _short(text: str) -> str:
    return text if len(text) <= 90 else f"{text[:87]}..."


def survives(mutant: Mutant, tests: tuple[str, ...] = TESTS) -> bool:
    """Run the tests on a copy of the tree with the mutant in it."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        tree = Path(folder)
        ignore = shutil.ignore_patterns("__pycache__")
        for name in ("theory", "numerics", "tests/theory"):
            shutil.copytree(ROOT / name, tree / name, ignore=ignore)
        shutil.copy(ROOT / "pyproject.toml", tree)
        (tree / mutant.path).write_text(mutant.source, encoding="utf-8")
        closest = sorted(tests, key=lambda test: Path(mutant.path).stem not in test)
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *closest]
        environment = os.environ | {"PYTHONPATH": folder, "PYTHONDONTWRITEBYTECODE": "1"}
        try:
            done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired:
            return False
        # 1: a test failed; 2 and above: it could not even be collected.
        return done.returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--every", type=int, default=1, help="test each N-th mutant only")
    parser.add_argument("files", nargs="*", default=FILES)
    options = parser.parse_args()
    everything = [mutant for path in options.files for mutant in mutants_of(path, (ROOT / path).read_text("utf-8"))]
    chosen = everything[:: options.every]
    equivalent = [mutant for mutant in chosen if mutant.key in EQUIVALENT]
    asked = [mutant for mutant in chosen if mutant.key not in EQUIVALENT]
    survivors = []
    with ThreadPoolExecutor(options.jobs) as pool:
        running = {pool.submit(survives, mutant): mutant for mutant in asked}
        for done, future in enumerate(as_completed(running), 1):
            if sys.stderr.isatty():
                print(f"\r{done} of {len(asked)}", end="", file=sys.stderr, flush=True)
            if future.result():
                survivors.append(running[future])
                mutant = running[future]
                print(f"survived: {mutant.path}:{mutant.line}: {mutant.change}", flush=True)
    killed = len(asked) - len(survivors)
    share = killed / len(asked) if asked else 1.0
    print(
        f"{killed} of {len(asked)} mutants of {', '.join(options.files)} killed ({share:.1%}, "
        f"required {REQUIRED:.0%}); {len(equivalent)} known to be equivalent"
    )
    return 0 if share >= REQUIRED else 1


if __name__ == "__main__":
    sys.exit(main())
