"""Files that the command writes appear whole or not at all, and nothing but a file is ever replaced."""

import importlib.util
import os
import stat
from pathlib import Path

import pytest

import proofs_check.comparison

_spec = importlib.util.spec_from_file_location("commanding", Path(__file__).with_name("commanding.py"))
commanding = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(commanding)

SMALL = commanding.SMALL
run = commanding.run
strict_json = commanding.strict_json

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.toml"))


@pytest.fixture
def config(tmp_path):
    """Write a configuration and return its path."""

    def write(text=SMALL):
        path = tmp_path / "config.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def assert_refused(result, *words):
    assert (result.exit_code, result.stdout) == (2, "")
    assert all(word in result.stderr for word in words)


def test_a_file_gets_what_stdout_would_and_the_table_is_printed(config, tmp_path):
    path, out = config(), tmp_path / "out.json"

    result = run("evaluate", path, "--json", out)

    assert result.exit_code == 0
    assert "Optima" in result.stdout
    assert out.read_text(encoding="utf-8") == run("evaluate", path, "--json", "-").stdout
    assert sorted(os.listdir(tmp_path)) == ["config.toml", "out.json"]


def test_an_existing_file_is_replaced_with_its_permissions(config, tmp_path):
    out = tmp_path / "out.json"
    out.write_text("old", encoding="utf-8")
    out.chmod(0o640)

    run("evaluate", config(), "--json", out)

    assert strict_json(out.read_text(encoding="utf-8"))["schema"] == "landscape.evaluate/1"
    assert stat.S_IMODE(out.stat().st_mode) == 0o640


def test_a_link_stays_a_link(config, tmp_path):
    (tmp_path / "there").mkdir()
    link = tmp_path / "link.json"
    link.symlink_to(tmp_path / "there" / "real.json")

    run("evaluate", config(), "--json", link)

    assert link.is_symlink()
    assert strict_json((tmp_path / "there" / "real.json").read_text(encoding="utf-8"))["exact"] is False


def test_a_pipe_is_written_to_and_not_replaced(config, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)

    result = run("evaluate", config(), "--json", pipe)

    assert result.exit_code == 0
    assert strict_json(os.read(reader, 1 << 20))["schema"] == "landscape.evaluate/1"
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    os.close(reader)


def test_a_full_disk_leaves_the_old_file_and_one_message(config, tmp_path, monkeypatch):
    out = tmp_path / "out.json"
    out.write_text("old", encoding="utf-8")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    result = run("evaluate", config(), "--json", out)

    assert_refused(result, "cannot write", "No space left on device")
    assert out.read_text(encoding="utf-8") == "old"
    assert sorted(os.listdir(tmp_path)) == ["config.toml", "out.json"]


def test_where_one_may_not_write_is_said_before_any_work(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    monkeypatch.setattr(proofs_check.comparison, "compare_descent", lambda *_, **__: pytest.fail("work was done"))

    result = run("simulate", EXAMPLES[0], "--learner", "nal", "--json", tmp_path / "out.json")

    assert_refused(result, "cannot write", "permission denied")
