"""The installed command in a process of its own: start, streams, signals, colours."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LANDSCAPE = Path(sys.executable).with_name("landscape")
EXAMPLE = ROOT / "examples" / "easy_hard.toml"
HEAVY = {"numpy", "sympy", "scipy", "rich", "z3", "cvc5", "flint", "pydantic", "hypothesis", "matplotlib", "jinja2"}
PLAIN = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "FORCE_COLOR", "COLUMNS"}}
COLOUR = re.compile(r"\x1b\[[0-9;]*3[1-7]m|\x1b\[3[1-7]m")


def run(*arguments, **options):
    return subprocess.run(
        [LANDSCAPE, *arguments], capture_output=True, text=True, check=False, timeout=300, env=PLAIN, **options
    )


@pytest.mark.parametrize("arguments", [["--help"], ["simulate", "--help"], ["--version"]], ids=" ".join)
def test_help_loads_nothing_heavy(arguments):
    code = (
        "import sys\nfrom proofs_check.cli import main\n"
        f"try: main({arguments!r})\nexcept SystemExit: pass\n"
        f"print('loaded:', sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr)"
    )

    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=PLAIN)

    assert result.stderr == "loaded: []\n"


def test_evaluate_and_simulate_agree_from_the_shell():
    evaluated = json.loads(run("evaluate", EXAMPLE, "--json", "-").stdout)

    simulated = run("simulate", EXAMPLE, "--learner", "maml", "--json", "-")

    assert (simulated.returncode, simulated.stderr) == (0, "")
    assert json.loads(simulated.stdout)["theta_closed_form"] == evaluated["theta"]["maml"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["evaluate", EXAMPLE], 0),
        (["simulate", EXAMPLE, "--learner", "nal", "--outer-step-size", "900"], 1),
        (["evaluate", "no-such.toml"], 2),
        (["verify", "no-such-claim"], 2),
    ],
    ids=["evaluates", "diverges", "no file", "no claim"],
)
def test_the_exit_code_reaches_the_shell(arguments, code):
    result = run(*arguments)

    assert result.returncode == code
    assert "Traceback" not in result.stderr
    assert (result.stdout == "") == (code != 0)


def test_a_reader_that_stops_reading_is_no_error():
    result = subprocess.run(
        f"'{LANDSCAPE}' latex --list | head -n 1", shell=True, capture_output=True, text=True, check=True, env=PLAIN
    )

    assert result.stdout.startswith("moment-shat-b-shat: ")
    assert "Traceback" not in result.stderr


def test_a_name_that_the_terminal_cannot_show_is_escaped(tmp_path):
    path = tmp_path / "Übung.toml"

    result = subprocess.run(
        [LANDSCAPE, "evaluate", path], capture_output=True, check=False, env=PLAIN | {"PYTHONIOENCODING": "ascii"}
    )

    assert result.returncode == 2
    assert result.stderr.startswith(b"Error: cannot read ")
    assert b"Traceback" not in result.stderr


class Terminal:
    """A command whose standard streams, as asked for, are a terminal."""

    def __init__(self, *arguments, stdout=False, **environment):
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(
            [LANDSCAPE, *arguments],
            stdout=slave if stdout else subprocess.PIPE,
            stderr=slave,
            stdin=subprocess.DEVNULL,
            env=PLAIN | {"TERM": "xterm-256color"} | environment,
        )
        os.close(slave)
        self.shown = ""

    def read_until(self, text=None):
        """Read what the terminal shows until it has shown a text, or to the end."""
        while text is None or text not in self.shown:
            if not select.select([self.master], [], [], 300)[0]:
                raise TimeoutError(f"the terminal shows only {self.shown!r}")
            try:
                data = os.read(self.master, 4096)
            except OSError:  # how Linux reports that the other end is closed
                data = b""
            if not data:
                break
            self.shown += data.decode(errors="replace")
        return self.shown

    def finish(self):
        output = b"" if self.process.stdout is None else self.process.stdout.read()
        self.read_until()
        os.close(self.master)
        return self.process.wait(timeout=300), output.decode()


def test_ctrl_c_ends_a_simulation_with_what_it_had():
    long = ["simulate", EXAMPLE, "--learner", "maml", "--outer-steps", "400000", "--json", "-"]
    terminal = Terminal(*long)
    assert "/400000" in terminal.read_until("/400000")  # the bar has a total once the descent has begun

    terminal.process.send_signal(signal.SIGINT)
    code, output = terminal.finish()

    report = json.loads(output)
    assert (code, report["interrupted"]) == (130, True)
    assert 0 < report["outer_steps"] < 400000
    assert "stopped by Ctrl-C" in terminal.shown
    assert "Traceback" not in terminal.shown


@pytest.mark.parametrize(
    ("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)], ids=["colour", "NO_COLOR"]
)
def test_verdicts_have_colours_on_a_terminal_only_and_not_against_the_users_will(environment, coloured):
    terminal = Terminal("verify", "collins2022.moment-second", "--budget", "small", stdout=True, **environment)

    code, _ = terminal.finish()

    assert code == 0, terminal.shown
    assert "proved" in terminal.shown
    assert bool(COLOUR.search(terminal.shown)) is coloured
