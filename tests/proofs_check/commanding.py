"""What the tests of the command share: running it in this process, reading its JSON strictly, small configurations."""

import json

from click.testing import CliRunner

from proofs_check.cli import main

SMALL = """
dimension = 2
[adaptation]
step_size = 0.5
samples = 4
[[task_class]]
name = "easy"
weight = 0.5
covariance = 1.0
centre = 0.0
spread = 0.1
[[task_class]]
name = "hard"
weight = 0.5
covariance = 0.25
centre = [1.0, -2.0]
noise = 0.5
"""
#: One population step solves the easy tasks from anywhere, and the hard ones all have the same solution.
SOLVED = """
dimension = 1
[adaptation]
step_size = 1
samples = "inf"
[[task_class]]
name = "easy"
weight = 0.5
covariance = 1
centre = {easy}
spread = 3
[[task_class]]
name = "hard"
weight = 0.5
covariance = 0.5
centre = 2
"""


def run(*arguments, **options):
    # pytest's import of readline sets COLUMNS for the worker processes, as if there were a narrow terminal.
    return CliRunner(env={"COLUMNS": None}).invoke(main, [str(argument) for argument in arguments], **options)


def strict_json(text):
    """Parse JSON, refusing the NaN and Infinity that Python would accept."""

    def refuse(constant):
        raise AssertionError(f"{constant} is not JSON")

    return json.loads(text, parse_constant=refuse)
