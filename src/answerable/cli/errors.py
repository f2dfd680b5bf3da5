"""Errors on the command line: what was wrong, what to do, and the exit status of the contract."""

from __future__ import annotations

from rich.console import Console

from answerable.core.errors import AnswerableError, InvalidFields, InvalidInput, NotFound

FAILED, WRONG_USAGE, INCONCLUSIVE = 1, 2, 3


def report(error: AnswerableError) -> int:
    """Print an error to the terminal's error stream and return the exit status: 2 when the call itself was wrong."""
    console = Console(stderr=True, highlight=False, emoji=False)
    console.print(f"[bold red]error[/]: {_plain(_describe(error))}", soft_wrap=True)
    if error.hint:
        console.print(f"[dim]hint[/]:  {_plain(error.hint)}", soft_wrap=True)
    if error.trace_id:
        console.print(f"[dim]trace[/]: {error.trace_id}", soft_wrap=True)
    return WRONG_USAGE if isinstance(error, InvalidInput | NotFound) else FAILED


def _describe(error: AnswerableError) -> str:
    """Return what was wrong; several problems stand on a line each."""
    if isinstance(error, InvalidFields) and len(error.problems) > 1:
        return "\n  ".join([f"{error.summary}:", *map(str, error.problems)])
    return error.detail


def _plain(text: str) -> str:
    """Keep rich from reading brackets in a message as markup."""
    return text.replace("[", r"\[")
