"""`make` installs when it must and only then, and `.ci/run` fails when one of its sections does."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# `make test` hands its own flags and arguments to every make below it.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}


def run(folder, *command, **environment):
    return subprocess.run(
        command, cwd=folder, env=ENVIRONMENT | environment, capture_output=True, text=True, check=False
    )


def stamp(folder, name, time):
    file = folder / name
    file.parent.mkdir(exist_ok=True)
    file.touch()
    os.utime(file, (time, time))


@pytest.fixture
def installed(tmp_path):
    """A checkout whose environment was made after its files: at times 1 (files), 2 (created) and 3 (installed)."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name, time in [("pyproject.toml", 1), ("constraints.txt", 1), (".venv/created", 2), (".venv/installed-run", 3)]:
        stamp(tmp_path, name, time)
    return tmp_path


def test_a_second_call_installs_nothing(installed):
    result = run(installed, "make", "--dry-run", "verify", "ARGS=collins2022.* --budget small")

    assert result.stdout.splitlines() == [".venv/bin/landscape verify collins2022.* --budget small"]


@pytest.mark.parametrize("changed", ["pyproject.toml", "constraints.txt"])
def test_a_change_of_what_is_needed_installs_again_into_the_same_environment(installed, changed):
    stamp(installed, changed, 4)

    commands = run(installed, "make", "--dry-run", "verify").stdout

    assert "pip install" in commands
    assert "-m venv" not in commands


def test_the_first_call_creates_the_environment_and_installs_from_the_pins(installed):
    shutil.rmtree(installed / ".venv")

    commands = run(installed, "make", "--dry-run", "test").stdout

    assert commands.index("-m venv .venv") < commands.index("--constraint constraints.txt") < commands.index("pytest")
    assert "--editable '.[test]'" in commands


def test_without_a_usable_python_make_says_what_it_looked_for(installed):
    shutil.rmtree(installed / ".venv")
    too_old = installed / "python3.10"
    too_old.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    too_old.chmod(0o755)

    result = run(installed, "make", "verify", f"PYTHON=no-such-python {too_old}")

    assert result.returncode != 0
    assert f"none of these is a Python >= 3.11 that can create environments: no-such-python {too_old}" in result.stderr
    assert not (installed / ".venv").exists()


@pytest.mark.parametrize("broken", ["test", "style", "types", "imports", "none"])
def test_ci_runs_every_section_and_fails_when_one_does(tmp_path, broken):
    make = tmp_path / "bin" / "make"
    make.parent.mkdir()
    make.write_text(f'#!/bin/sh\necho "made $1"\ntest "$1" != {broken}\n', encoding="utf-8")
    make.chmod(0o755)

    result = run(ROOT, ".ci/run", PATH=f"{make.parent}:{os.environ['PATH']}")

    assert [line for line in result.stdout.splitlines() if line.startswith("made")] == [
        "made test",
        "made style",
        "made types",
        "made imports",
    ]
    assert result.returncode == (0 if broken == "none" else 1)
