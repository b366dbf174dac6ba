"""The mutator itself: what it breaks, what it leaves alone, and that its list of equivalent mutants is not stale."""

import ast
import importlib.util
import sys
from collections import Counter
from pathlib import Path

_spec = importlib.util.spec_from_file_location("mutate_derivations", Path(__file__).with_name("mutate_derivations.py"))
mutator = importlib.util.module_from_spec(_spec)
sys.modules[_spec.name] = mutator
_spec.loader.exec_module(mutator)

CODE = '''"""A docstring with 1 + 1."""
from dataclasses import dataclass

@dataclass(frozen=True)
class Thing:
    size: tuple[int, 1] = 1

def total(a: int, b: int) -> int:
    """Add 1 + 1."""
    if a == b:
        return -a * 2
    return sum(zip((a,), (b,), strict=True))
'''


def test_every_place_is_broken_once_and_what_is_not_computed_is_left_alone():
    found = [mutant.change for mutant in mutator.mutants_of("thing.py", CODE)]

    assert Counter(found) == Counter(
        [
            "1 -> 2",
            "1 -> 0",
            "if a == b: return -a * 2 -> if not a == b: return -a * 2",
            "a == b -> a != b",
            "-a * 2 -> -a / 2",
            "-a * 2 -> -a + 2",
            "-a -> a",
            "2 -> 3",
            "2 -> 1",
        ]
    )


def test_a_mutant_differs_from_the_file_in_that_place_alone():
    original = ast.unparse(ast.parse(CODE)).splitlines()
    for mutant in mutator.mutants_of("thing.py", CODE):
        changed = [
            (before, after)
            for before, after in zip(original, mutant.source.splitlines(), strict=True)
            if before != after
        ]
        assert len(changed) == 1
        assert mutant.function in ("", "total")


def test_every_mutant_that_is_called_equivalent_still_exists():
    texts = {path: (mutator.ROOT / path).read_text(encoding="utf-8") for path in mutator.FILES}
    keys = Counter(mutant.key for path, text in texts.items() for mutant in mutator.mutants_of(path, text))

    assert [key for key in mutator.EQUIVALENT if keys[key] != 1] == []
    assert all(mutator.EQUIVALENT.values())


def test_the_tests_notice_a_mutant_and_let_the_code_as_it_is_pass():
    path = "theory/moments.py"
    text = (mutator.ROOT / path).read_text(encoding="utf-8")
    broken = next(
        mutant
        for mutant in mutator.mutants_of(path, text)
        if (mutant.function, mutant.change) == ("monomial", "inverse_samples ** power -> inverse_samples * power")
    )
    quick = ("tests/theory/test_moments.py::test_a_product_of_traces_in_one_dimension_is_a_power",)

    assert not mutator.survives(broken, quick)
    assert mutator.survives(mutator.Mutant(path, "", 1, "", "nothing", text), quick)
