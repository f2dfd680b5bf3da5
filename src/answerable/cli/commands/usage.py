"""`answerable usage`: requests, tokens and cost by whatever one asks."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from decimal import Decimal
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from answerable.api.rendering.usage import render_usage
from answerable.cli.options import JsonOption, WorkspaceOption
from answerable.monitoring.spend import Spend
from answerable.monitoring.usage.types import Amounts, Dimension, UsageFilter, UsageReport
from answerable.wiring import load_settings, open_usage

_UNKNOWN = "unknown"
_DATE = ["%Y-%m-%d"]


def usage(
    by: Annotated[Dimension, typer.Option(help="What a line is of.")] = "app",
    since: Annotated[
        datetime | None, typer.Option(formats=_DATE, help="First day; else 30 days back.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=_DATE, help="Day after the last; else tomorrow.")
    ] = None,
    zone: Annotated[str, typer.Option(help="Time zone whose days are meant, such as Europe/Berlin.")] = "UTC",
    app: Annotated[str | None, typer.Option(help="Only of this app.")] = None,
    variant: Annotated[str | None, typer.Option(help="Only of this variant (its id).")] = None,
    model: Annotated[str | None, typer.Option(help="Only of this model.")] = None,
    collection: Annotated[str | None, typer.Option(help="Only of this collection.")] = None,
    key: Annotated[str | None, typer.Option(help="Only of this key (its id).")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show requests, tokens and cost. What evaluation and judging cost is told apart."""

    async def run() -> UsageReport:
        async with open_usage(load_settings(workspace)) as counted:
            return await counted.get_usage(
                by,
                UsageFilter(app=app, variant=variant, model=model, collection=collection, key=key),
                since=None if since is None else since.date(),
                until=None if until is None else until.date(),
                zone=zone,
            )

    report = asyncio.run(run())
    if as_json:
        typer.echo(json.dumps(render_usage(report), ensure_ascii=False))
    else:
        _print(report)


def _print(report: UsageReport) -> None:
    console = Console(highlight=False, emoji=False)
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column(report.by.capitalize(), no_wrap=True)
    for heading in ("Requests", "Errors", "Cached", "Tokens", "US$", "US$/accepted"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in report.rows:
        name = row.title if row.app is None else f"{row.app} {row.title}"
        table.add_row(Text(name or "-"), *_list_cells(row.amounts))
    table.add_row(Text("all", style="bold"), *_list_cells(report.total))
    console.width = max(
        console.width, console.measure(table, options=console.options.update(width=1000)).maximum
    )
    console.print(table)
    console.print(f"{report.since} up to {report.until}, days of {report.zone}", style="dim")
    for purpose, spend in report.purposes.items():
        console.print(f"  {purpose}: {_format_spend(spend)}", markup=False)


def _list_cells(amounts: Amounts) -> list[str]:
    return [
        f"{amounts.requests:,}",
        f"{amounts.errors:,}",
        f"{amounts.cached:,}",
        f"{amounts.tokens:,}",
        _format_spend(amounts.spend),
        _format_each(amounts),
    ]


def _format_spend(spend: Spend) -> str:
    """Return a sum of money; what is unknown is never shown as nothing."""
    if spend.usd is None:
        return _UNKNOWN
    more = f" + {spend.unpriced:,} {_UNKNOWN}" if spend.unpriced else ""
    return f"{spend.usd:.4f}{more}"


def _format_each(amounts: Amounts) -> str:
    each: Decimal | None = amounts.cost_per_accepted_usd
    return "-" if each is None else f"{'≥' if amounts.served.unpriced else ''}{each:.4f}"
