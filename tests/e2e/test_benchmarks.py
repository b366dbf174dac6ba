"""`make bench` writes a page of well-formed tables; how fast anything is, no test asks."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEADINGS = {"Moments", "Closed forms", "Counterexample search", "Simulation", "Command"}
COLUMNS = ["what", "measured", "against", "target"]


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


def test_a_quick_run_writes_every_table(quick):
    page = quick.read_text(encoding="utf-8")

    assert set(tables(page)) == HEADINGS
    assert all(figure and figure[0].isdigit() for rows in tables(page).values() for _, figure, _, _ in rows)
    assert "quick run: the figures mean nothing" in page
    assert str(ROOT) not in page
    assert [file.name for file in quick.parent.iterdir()] == ["benchmarks.md"]


def test_the_published_page_has_the_tables_of_a_full_run():
    published = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")

    assert set(tables(published)) == HEADINGS
    assert "quick run" not in published
    targets = {row[3] for rows in tables(published).values() for row in rows if row[3]}
    assert targets == {"0.1 s", "2 s", "0.3 s", "60 s", "2,000/s"}


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
