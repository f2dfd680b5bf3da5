"""Checks of models on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from answerable.cli.terminal import open_console
from answerable.evaluation.canaries.types import Check, Standing
from answerable.evaluation.canaries.wording import describe

_COLOURS = {"new": "cyan", "same": "green", "changed": "red", "inconclusive": "yellow", "failed": "red"}


def print_checks(checks: Sequence[Check], *, with_time: bool = False) -> None:
    """Print a line for each check, and below what is to be said of it."""
    console = open_console()
    table = Table(box=None, padding=(0, 2, 0, 0))
    headings = (*(("At",) if with_time else ()), "Model", "App", "State", "Says it is", "Examples")
    for heading in headings:
        table.add_column(heading)
    for check in checks:
        table.add_row(
            *((f"{check.at:%Y-%m-%d %H:%M}",) if with_time else ()),
            Text(check.model, overflow="fold"),
            Text(f"{check.app} ({check.label})" if check.app else "-"),
            Text(check.state, style=_COLOURS[check.state]),
            Text(_describe_seen(check), overflow="fold"),
            "a word" if check.version is None else Text(f"{check.dataset}@{check.version}"),
        )
    console.print(table)
    for check in checks:
        console.print(f"{check.name}: {describe(check)}", markup=False, soft_wrap=True)


def print_standings(standings: Sequence[Standing]) -> None:
    """Print how every model stands, and since when it is held against what."""
    console = open_console()
    print_checks([standing.check for standing in standings], with_time=True)
    for standing in standings:
        if standing.baseline is not None and standing.accepted_at is not None:
            made, by = f"{standing.baseline.at:%Y-%m-%d %H:%M}", standing.accepted_by
            console.print(
                f"{standing.check.name}: its baseline is of {made} UTC, by {by}.",
                markup=False,
                soft_wrap=True,
            )


def _describe_seen(check: Check) -> str:
    names = ", ".join(check.seen.models) or "nothing"
    return f"{names} ({', '.join(check.seen.fingerprints)})" if check.seen.fingerprints else names
