"""HypoFuzz runs the command of the docs: it tests claims, and stops when it is told to."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "strategies.md"
#: Longer than it ever takes to start, so that a hang ends the test and not the run.
PATIENCE = 240


def executed(folder):
    """Return how many examples the progress reports in the database speak of."""
    most = 0
    for file in folder.glob("examples/*/*"):
        try:
            report = json.loads(file.read_bytes())
            most = max(most, sum(report["status_counts"].values()))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue
    return most


def alive(group):
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def until(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.2)
    return True


def test_the_documented_command_tests_claims_until_it_is_stopped(tmp_path):
    (command,) = re.findall(r"`hypothesis (fuzz [^`]*)`", PAGE.read_text(encoding="utf-8"))
    hypothesis = Path(sys.executable).with_name("hypothesis")
    environment = os.environ | {
        "HYPOTHESIS_STORAGE_DIRECTORY": str(tmp_path),
        "LANDSCAPE_SELECT": "collins2022.hard-tilt-iff",
    }
    environment.pop("CI", None)  # Hypothesis keeps no examples there
    process = subprocess.Popen(
        [hypothesis, *command.replace("--no-dashboard", "--no-dashboard -n 1").split()],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        assert until(lambda: executed(tmp_path) > 0 or process.poll() is not None)
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(2)
    finally:
        # HypoFuzz's main process may outlive the first Ctrl-C, waiting for its workers.
        if alive(process.pid):
            os.killpg(process.pid, signal.SIGKILL)
        output = process.communicate()[0].decode()
    assert "to fuzz 1 test" in output
    assert executed(tmp_path) > 0, output
    assert until(lambda: not alive(process.pid))
