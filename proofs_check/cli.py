"""The `landscape` command: finds the subcommand and turns errors into one message and an exit code.

Each subcommand is a module of ``proofs_check.commands`` and is imported only when it is asked for; what it computes
with is imported only when it runs, so that `landscape --help` loads neither NumPy nor SymPy.
"""

from __future__ import annotations

from importlib import import_module

import click

from theory.errors import LandscapeError

__all__ = ["main"]

#: What each subcommand does, in the order of the help page, which is shown without importing them. A subcommand's
#: module has its name, dashes as underscores, and defines ``command``.
COMMANDS = {
    "verify": "Judge claims and print the ledger.",
    "fuzz": "Hunt for counterexamples, without proving anything.",
    "new-claim": "Write a file of claims to begin with.",
    "replay": "Check a ledger's certificates again, without searching.",
    "prove": "Prove claims in Coq's kernel.",
    "list": "List the claims.",
    "show": "Print one claim in full, judge it, and say what it needs; or print a method.",
    "evaluate": "Optima, risks, gain and ratio of a configuration.",
    "compare": "Every method on one configuration: NAL, MAML and their neighbours.",
    "methods": "List the methods: what each re-weights, and when it works.",
    "simulate": "Run a learner's descent against the closed form.",
    "explore": "Estimate risks and gain by fast Monte Carlo.",
    "sweep": "Compute closed forms and more over a grid of configurations.",
    "mutate": "Break claims on purpose and see which rungs notice.",
    "latex": "Typeset derived formulas and claims.",
}

#: What a shell reports of a command that Ctrl-C ended.
INTERRUPTED = 130


class _Failure(click.ClickException):
    """An error of the error tree, shown as one message; ends the command with the error's own exit code."""

    def __init__(self, error: LandscapeError) -> None:
        super().__init__(str(error))
        self.exit_code = error.exit_code  # type: ignore[misc]  # click reads it from the instance


class LandscapeCommand(click.Group):
    """A group of subcommands that are imported one by one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the subcommands."""
        return list(COMMANDS)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of the subcommands."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a subcommand; ``None`` if there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"proofs_check.commands.{cmd_name.replace('-', '_')}").command
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run the subcommand."""
        try:
            return super().invoke(ctx)
        except LandscapeError as error:
            raise _Failure(error) from None
        except KeyboardInterrupt:
            click.echo("\nstopped by Ctrl-C", err=True)
            ctx.exit(INTERRUPTED)


@click.command(cls=LandscapeCommand, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="maml-landscape", prog_name="landscape", message="%(prog)s %(version)s")
def main() -> None:
    """Derive, simulate and judge claims about MAML on mixtures of linear regression tasks.

    Exit codes: 0 all is as it should be; 1 a verdict is not the expected one, or a simulation disagrees or diverges;
    2 the input was refused; 130 stopped by Ctrl-C.
    """
