"""`make bench` writes a page of well-formed tables; how fast anything is, no test asks."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from numerics.closed_form import evaluate
from theory.mixture import InnerLoop

ROOT = Path(__file__).parents[2]
HEADINGS = {
    "Simulation, isotropic covariances",
    "Simulation, dense covariances",
    "Growth",
    "Grids",
    "Closed forms",
    "Moments",
    "Counterexample search",
    "Memory",
    "Two cores",
    "Command",
}
COLUMNS = ["what", "measured", "against", "target"]


@pytest.fixture
def module(monkeypatch):
    """Import one of the scripts, which import each other by name."""
    monkeypatch.syspath_prepend(ROOT / "benchmarks")

    def load(name):
        monkeypatch.delitem(sys.modules, name, raising=False)
        return __import__(name)

    return load


def tables(page):
    """Return the rows of every table by its heading; refuse a table that is not one."""
    found = {}
    for section in page.split("\n## ")[1:]:
        heading, *lines = section.splitlines()
        rows = [[cell.strip() for cell in line.strip("|").split(" |")] for line in lines if line.startswith("|")]
        header, rule, *body = rows
        if header != COLUMNS or {"".join(rule)} != {"---|---|---|---"} or {len(row) for row in body} != {4}:
            raise ValueError(f"{heading}: not a table of {COLUMNS}")
        found[heading] = body
    return found


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    output = tmp_path_factory.mktemp("benchmarks") / "benchmarks.md"
    subprocess.run([sys.executable, ROOT / "benchmarks" / "run.py", "--quick", "--output", output], check=True)
    return output


def is_figure(text):
    return text.lstrip("-")[:1].isdigit() or text.startswith("not run: ")


def test_a_quick_run_writes_every_table(quick):
    page = quick.read_text(encoding="utf-8")

    assert set(tables(page)) == HEADINGS
    assert all(is_figure(figure) for rows in tables(page).values() for _, figure, _, _ in rows)
    assert "quick run: the figures mean nothing" in page
    assert "load average" in page
    targets = {row[3] for rows in tables(page).values() for row in rows if row[3]}
    assert targets >= {"2 s", "60 ms", "2,000/s", "1.9 x", "1.6 x", "25 million/s", "200 x PyTorch, 3 x JAX"}
    assert str(ROOT) not in page
    assert [file.name for file in quick.parent.iterdir()] == ["benchmarks.md"]


def test_what_is_installed_is_measured_and_what_is_not_is_named(quick, module):
    rows = tables(quick.read_text(encoding="utf-8"))["Simulation, isotropic covariances"]
    figures = {what.removeprefix("S, "): figure for what, figure, _, _ in rows}

    for name, (package, _) in module("rivals").RIVALS.items():
        absent = f"not run: {package} is not installed (`pip install {package}`)"
        assert (figures[name] == absent) == (find_spec(package) is None)
    assert figures["plain NumPy on raw data"][0].isdigit()


def test_the_published_page_has_the_tables_of_a_full_run():
    published = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")

    assert set(tables(published)) == HEADINGS
    assert "quick run" not in published


@pytest.mark.parametrize(
    "broken",
    [
        "## Moments\n\n| what | measured |\n|---|---|\n| a | 1 s |\n",
        "## Moments\n\n| what | measured | against | target |\n|---|---|---|---|\n| a | 1 s |\n",
    ],
)
def test_a_broken_table_is_caught(broken):
    with pytest.raises(ValueError, match="not a table"):
        tables(f"# Benchmarks\n\n{broken}")


def test_a_library_that_does_not_work_is_a_row_and_no_failure(module):
    descent = module("descent")

    def fails(problem):
        raise RuntimeError("no such operator\nand more")

    descent.RIVALS = {"broken": ("numpy", fails), "absent": ("no_such_library", fails)}
    descent.OURS = (("numpy", "projected", 1),)
    rows = descent.rows("S", "isotropic", 1e-3, 1)

    assert [row.figure for row in rows[:2]] == [
        "not run: RuntimeError: no such operator",
        "not run: no_such_library is not installed (`pip install no_such_library`)",
    ]
    assert rows[2].figure[0].isdigit()


def settled(steps, per_call, optimum):
    """Return how far the average over later steps is from an optimum, in units of its distance from the start."""
    for _ in range(-(-600 // per_call)):
        steps()
    late = np.mean([steps() for _ in range(600)], axis=0)
    return np.linalg.norm(late - optimum) / np.linalg.norm(optimum)


@pytest.mark.parametrize("kind", ["isotropic", "dense"])
def test_plain_numpy_does_the_same_work(module, kind):
    """It descends to MAML's optimum, not to that of another number of samples."""
    descent, rivals = module("descent"), module("rivals")
    mixture = descent.population("S", kind)
    right, wrong = (evaluate(mixture, InnerLoop(rivals.STEP, samples)).theta_maml for samples in (25, 5))

    found = settled(*rivals.numpy_raw(rivals.Problem.of(mixture, 25, 32)), right)

    assert found < 0.03
    assert np.linalg.norm(right - wrong) / np.linalg.norm(right) > 0.06


def test_runs_in_turns_measure_each_function_as_often(module):
    called = []
    measured = module("timing").calls_per_second(
        {"a": lambda: called.append("a"), "b": lambda: called.append("b")}, 0, 3
    )

    assert {name: len(speeds) for name, speeds in measured.items()} == {"a": 3, "b": 3}
    assert "".join(called) == "aabb" + "ab" * 3


def test_dense_covariances_are_dense_and_the_others_are_not(module):
    population = module("descent").population
    isotropic, diagonal, dense = (population("S", kind).covariances[0] for kind in ("isotropic", "diagonal", "dense"))

    assert not (isotropic - isotropic[0, 0] * np.eye(10)).any()
    assert not (diagonal - np.diag(np.diag(diagonal))).any()
    assert len(set(np.diag(diagonal))) == 10
    assert (dense != 0).all()
    assert len(population("S", "isotropic", 7, 5).classes) == 5


def test_exponents_are_those_of_the_growth_that_is_measured(module, monkeypatch):
    growth, timing = module("growth"), module("timing")
    monkeypatch.setattr(growth, "calls_per_second", lambda functions, *_: {d: [1 / d**2, 2 / d**2] for d in functions})
    square = growth.Growth("dimension", "d", (8, 16, 32), "2")
    descent = module("descent")
    monkeypatch.setattr(descent, "walk_of_mixture", lambda *_: (lambda: None, 1))

    row = growth.fitted(square, "numpy", 0.0, 2, quick=False)

    assert row.figure == "2.00 (2 runs: 2.00 to 2.00)"
    assert timing.SEED == 2022
