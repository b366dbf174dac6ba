"""Adding a method is two new files and one line: CONTRIBUTING.md's walk, followed in a copy of the packages."""

import importlib.util
import os
import shutil
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location("documentation", Path(__file__).with_name("test_documentation.py"))
documentation = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(documentation)

ROOT = Path(__file__).parents[2]
PACKAGES = ("theory", "numerics", "proofs_check")
NAME = "solution_mean"


def walk():
    """Return the derivation, the rule and the command of the walk."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (section,) = (part for part in text.split("\n## ") if part.startswith("Adding a method\n"))
    derivation, rule, command = documentation.blocks("CONTRIBUTING.md", section)
    return derivation.body, rule.body, documentation.commands(command.body)


def follow(folder, derivation, rule):
    """Write the two files and the line into a copy of the packages."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "examples", folder / "examples")
    (folder / "theory" / "methods" / f"{NAME}.py").write_text(derivation, encoding="utf-8")
    (folder / "numerics" / "methods" / f"{NAME}.py").write_text(rule, encoding="utf-8")
    registry = folder / "theory" / "methods" / "__init__.py"
    lines = registry.read_text(encoding="utf-8").splitlines(keepends=True)
    start = next(number for number, line in enumerate(lines) if line.startswith("NAMES"))
    registry.write_text("".join([*lines[: start + 1], f'    "{NAME}",\n', *lines[start + 1 :]]), encoding="utf-8")


def run(command, folder, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(folder))
    return documentation.run(["bash", "-c", command], folder)


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.setitem(os.environ, "PYTHONDONTWRITEBYTECODE", "1")
    return tmp_path


def test_the_walk_ends_at_a_method_whose_simulation_agrees(elsewhere, monkeypatch):
    derivation, rule, commands = walk()
    follow(elsewhere, derivation, rule)

    for command, shown in commands:
        done = run(command, elsewhere, monkeypatch)
        assert done.returncode == 0, done.stdout
        assert documentation.matches(shown, done.stdout), done.stdout
        assert NAME in done.stdout
    for command in (f"landscape show {NAME}", f"landscape latex {NAME}", "landscape methods"):
        done = run(command, elsewhere, monkeypatch)
        assert done.returncode == 0, done.stdout


def test_a_rule_that_is_not_the_one_derived_is_caught(elsewhere, monkeypatch):
    derivation, rule, [(command, _)] = walk()
    follow(elsewhere, derivation, rule.replace("episodes.tasks.optima", "0.9 * episodes.tasks.optima"))

    done = run(command, elsewhere, monkeypatch)

    assert done.returncode == 1
    assert "DIFFERS" in done.stdout
