"""`answerable audit list | verify | export`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, TextIO, TypeVar

import typer
from rich.console import Console

from answerable.access.audit.service import AuditLog
from answerable.access.audit.types import AuditFilter, AuditPage, AuditReport, parse_anchor
from answerable.api.rendering.audit import render_entry, render_report
from answerable.cli.errors import FAILED
from answerable.cli.options import JsonOption, WorkspaceOption
from answerable.core.errors import InvalidInput
from answerable.wiring import load_settings, open_audit

audit = typer.Typer(help="Look at who changed what, and check that the log is whole.", no_args_is_help=True)

T = TypeVar("T")


@audit.command("list")
def list_(
    actor: Annotated[str | None, typer.Option(help="Only of this key or person.")] = None,
    action: Annotated[str | None, typer.Option(help="Such as label.move, or label for all of them.")] = None,
    target: Annotated[str | None, typer.Option(help="Only on this thing.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the newest.")] = 50,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what was changed, newest first."""

    async def run(log: AuditLog) -> AuditPage:
        return await log.list(AuditFilter(actor=actor, action=action, target=target), limit=limit)

    page = _with_log(workspace, run)
    if as_json:
        entries = [render_entry(entry) for entry in page.entries]
        typer.echo(json.dumps({"entries": entries, "next": page.next}, ensure_ascii=False))
        return
    console = Console(highlight=False, soft_wrap=True)
    for entry in page.entries:
        when = render_entry(entry)["at"][:19].replace("T", " ")
        console.print(f"{entry.number:>6}  {when}  {entry.actor}", end="  ", markup=False)
        console.print(f"{entry.action}  {entry.target}", style="bold", markup=False)
        console.print(f"        {_describe(entry.details)}", style="dim", markup=False)


@audit.command()
def verify(
    anchor: Annotated[
        str | None, typer.Option(help="Head that was printed earlier and kept elsewhere; it must still hold.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check every entry against the one before it. Exit status 1 names the first that does not hold."""
    noted = parse_anchor(anchor)

    async def run(log: AuditLog) -> AuditReport:
        return await log.verify(noted)

    report = _with_log(workspace, run)
    if as_json:
        typer.echo(json.dumps(render_report(report)))
    elif report.broken is None:
        typer.echo(f"{report.entries} entries, each follows from the one before.")
        typer.echo(f"head  {report.head}")
    else:
        typer.echo(f"Entry {report.broken} does not hold: {report.problem}.", err=True)
        typer.echo(f"The {report.entries} entries before it do.", err=True)
    if report.broken is not None:
        raise typer.Exit(FAILED)


@audit.command()
def export(
    to: Annotated[Path | None, typer.Option("--to", help="File to write; else the standard output.")] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Write all entries as JSON lines, oldest first, with their hashes."""

    async def run(log: AuditLog) -> int:
        if to is None:
            return await _write(log, typer.get_text_stream("stdout"))
        try:
            with to.open("w", encoding="utf-8") as file:
                return await _write(log, file)
        except OSError as error:
            raise InvalidInput(
                f"{to} cannot be written: {error.strerror}.", hint="Choose another file."
            ) from error

    count = _with_log(workspace, run)
    if to is not None:
        typer.echo(f"wrote {count} entries to {to}")


def _describe(details: Mapping[str, Any]) -> str:
    return "  ".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in details.items())


async def _write(log: AuditLog, file: TextIO) -> int:
    count = 0
    async for batch in log.iterate():
        file.writelines(json.dumps(render_entry(entry), ensure_ascii=False) + "\n" for entry in batch)
        count += len(batch)
    return count


def _with_log(workspace: Path | None, use: Callable[[AuditLog], Awaitable[T]]) -> T:
    async def run() -> T:
        async with open_audit(load_settings(workspace)) as log:
            return await use(log)

    return asyncio.run(run())
