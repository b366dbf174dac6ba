"""`landscape mutate`: its exit codes, its table, its JSON and its page."""

import importlib.util
from pathlib import Path

import pytest

from proofs_check.mutation_bench import Reaction
from proofs_check.mutation_rungs import RUNGS

_spec = importlib.util.spec_from_file_location("commanding", Path(__file__).with_name("commanding.py"))
commanding = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(commanding)
run, strict_json = commanding.run, commanding.strict_json

CLAIM = "collins2022.noise-floor-one-step"
HERE = ("--jobs", 1, "--limit", 2)


def test_the_table_says_who_noticed():
    result = run("mutate", CLAIM, *HERE)

    assert result.exit_code == 0
    assert "2 of 2 breakages refuted, 2 by two rungs or more" in result.stdout
    assert all(rung in result.stdout for rung in RUNGS)


def test_the_json_goes_to_stdout_alone_and_repeats():
    first, second = (run("mutate", CLAIM, *HERE, "--seed", 5, "--json", "-") for _ in range(2))
    content = strict_json(first.stdout)

    assert first.exit_code == 0
    assert content == strict_json(second.stdout)
    assert (content["schema"], content["limit"], content["seed"]) == ("landscape.mutate/1", 2, 5)
    assert [claim["name"] for claim in content["claims"]] == [CLAIM]
    assert {mutant["category"] for mutant in content["claims"][0]["mutants"]} == {"killed"}


def test_all_takes_every_mutant():
    content = strict_json(run("mutate", CLAIM, "--jobs", 1, "--all", "--json", "-").stdout)
    assert content["limit"] is None
    assert content["total"]["examined"] == content["total"]["available"] == 7


def test_the_page_names_the_command_that_wrote_it(tmp_path):
    page = tmp_path / "page.md"
    result = run("mutate", CLAIM, *HERE, "--markdown", page)

    assert result.exit_code == 0
    assert f"`landscape mutate '{CLAIM}' --limit 2 --seed 2022 --markdown {page}`" in page.read_text(encoding="utf-8")


def test_a_survivor_ends_the_command_with_1(monkeypatch):
    for name in RUNGS:
        monkeypatch.setitem(RUNGS, name, lambda question, bench: Reaction("missed", "asleep"))
    result = run("mutate", CLAIM, *HERE)

    assert result.exit_code == 1
    assert f"{CLAIM}: survived" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--all", "--limit", 3), "--all and --limit"),
        (("--limit", 0), "--limit"),
        (("collins2022.gian-isotropic",), "collins2022.gain-isotropic"),
        (("--json", "-", "--markdown", "-"), "--markdown -"),
        (("--markdown", "/nowhere/page.md"), "/nowhere"),
    ],
    ids=lambda value: " ".join(map(str, value)) if isinstance(value, tuple) else "",
)
def test_bad_usage_is_refused(arguments, named):
    result = run("mutate", *arguments)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert named in result.stderr
