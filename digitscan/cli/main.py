"""The command ``digitscan``: finds the subcommand, and turns an error into its exit code.

A subcommand's module is imported only when it runs, so that no command pays for another's imports.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from typing import Any, NamedTuple

import click

import digitscan
from digitscan.errors import DigitscanError, ExitCode
from digitscan.report.text import one_line

PIPE_CLOSED = 128 + 13
"""What a shell reports of a program whose reader went away (``| head``): SIGPIPE, number 13."""


class Subcommand(NamedTuple):
    """Where a subcommand lives, and its line in the overview."""

    module: str
    summary: str


SUBCOMMANDS: dict[str, Subcommand] = {
    "read": Subcommand("digitscan.cli.read", "Read handwritten numbers off scans into a table."),
    "explain": Subcommand(
        "digitscan.cli.explain",
        "Show step by step how a page was read: the place to look when a value is wrong.",
    ),
    "status": Subcommand(
        "digitscan.cli.status",
        "Tell how far the table OUT is: pages done, failed, fields in doubt.",
    ),
    "train": Subcommand(
        "digitscan.cli.train",
        "Train a model on MNIST: logistic, svm, cnn, or all three, the default.",
    ),
    "evaluate": Subcommand(
        "digitscan.cli.evaluate", "Measure MODELs on digits or pages whose truth is known."
    ),
    "models": Subcommand(
        "digitscan.cli.models",
        "List MODELs, names or files: kind, size, hash, and the figures on their cards.",
    ),
}


class LazyGroup(click.Group):
    """A group whose subcommands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the subcommands in the order a newcomer needs them."""
        return list(SUBCOMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of ``cmd_name`` and give its command of that name."""
        subcommand = SUBCOMMANDS.get(cmd_name)
        if subcommand is None:
            return None
        command = getattr(importlib.import_module(subcommand.module), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the overview from ``SUBCOMMANDS``, without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, sub.summary) for name, sub in SUBCOMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the subcommand; errors that a user can mend become one line and an exit code."""
        try:
            return super().invoke(ctx)
        except DigitscanError as error:
            _say(str(error))
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            _say("interrupted")
            ctx.exit(ExitCode.INTERRUPTED)
        except BrokenPipeError:
            _forget_output()
            ctx.exit(PIPE_CLOSED)


def _say(message: str) -> None:
    lines = message.splitlines()
    click.echo("digitscan: " + "\n".join(one_line(line) for line in lines), err=True)


def _forget_output() -> None:
    """Send what standard output still holds nowhere, or Python would fail on it at its end."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


_EXIT_CODES = """\b
Exit codes:
  0 done              4 nothing readable        7 output exists or can't be written
  1 a bug             5 form invalid           10 something needs review (--exit-review)
  2 wrong usage       6 model missing, unfit  130 interrupted; what is written is whole
  3 some pages failed
"""


@click.group(
    cls=LazyGroup,
    epilog=_EXIT_CODES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(digitscan.__version__, prog_name="digitscan", message="%(prog)s %(version)s")
def main() -> None:
    """Read handwritten digits off scanned forms into a table, on your own machine.

    Tables go to standard output or to the file of -o, everything else to standard error.
    """
