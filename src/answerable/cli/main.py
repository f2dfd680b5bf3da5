"""The entry of the command line: the registry's commands on one Typer app."""

from __future__ import annotations

import signal
import sys

import typer

from answerable import __version__
from answerable.cli.errors import report
from answerable.cli.lazy import RegisteredCommands
from answerable.core.errors import AnswerableError

app = typer.Typer(
    name="answerable",
    cls=RegisteredCommands,
    help="Answer questions over your documents, with citations verified while serving.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def _version(
    version: bool = typer.Option(False, "--version", help="Print the version and stop.", is_eager=True),
) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit


def main() -> None:
    """Run the command line. Exit status: 0 fine, 1 the thing failed, 2 wrong usage, 3 inconclusive."""
    # Both ask for an orderly end: the database and running jobs are stopped too. A shell lets its background jobs
    # ignore SIGINT; here that would make them deaf to SIGTERM as well.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        app()
    except AnswerableError as error:
        sys.exit(report(error))
    except KeyboardInterrupt:
        sys.exit(130)
