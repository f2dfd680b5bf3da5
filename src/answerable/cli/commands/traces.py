"""`answerable traces list | show | export | tail | views | erase`."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from answerable.api.rendering.traces import render_detail
from answerable.cli.options import JsonOption, WorkspaceOption
from answerable.cli.person import get_person
from answerable.cli.traces.erasing import erase
from answerable.cli.traces.filters import find_filter, takes_filters
from answerable.cli.traces.listing import make_console, print_run_line, print_runs
from answerable.cli.traces.sending import open_target, send
from answerable.cli.traces.waterfall import print_detail
from answerable.traces.reading.detail import get_detail
from answerable.traces.reading.following import follow
from answerable.traces.reading.queries import Query
from answerable.traces.rendering import render_moment, render_trace
from answerable.traces.types import TracePage
from answerable.traces.views.types import SavedView
from answerable.wiring import load_settings, open_services

traces = typer.Typer(help="Look at what happened in each run.", no_args_is_help=True)
views = typer.Typer(help="Keep filters by name.", no_args_is_help=True)
traces.add_typer(views, name="views")
traces.command()(erase)

_NAME = Annotated[str, typer.Argument(help="The name of the view.")]


@traces.command("list")
@takes_filters
def list_(
    query: Query,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many.")] = 20,
    after: Annotated[str | None, typer.Option(help="`next` of the page before, as --json has it.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """List runs, newest first."""

    async def run() -> TracePage:
        async with open_services(load_settings(workspace)) as services:
            chosen = await find_filter(query, services.trace_views)
            return await services.traces.list(chosen, after=after, limit=limit)

    page = asyncio.run(run())
    if as_json:
        typer.echo(json.dumps({"traces": [render_trace(trace) for trace in page.traces], "next": page.next}))
    elif page.traces:
        print_runs(page.traces)
    else:
        typer.echo("No run fits.", err=True)


@traces.command()
def show(
    trace_id: Annotated[str, typer.Argument(help="The `trace_id` of an answer.")],
    span: Annotated[str | None, typer.Option(help="The run's own span, where there are several.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one trace: its steps over time, question and answer; as JSON also the exact prompt and settings."""

    async def run() -> None:
        async with open_services(load_settings(workspace)) as services:
            detail = await get_detail(services.traces, trace_id, span_id=span)
            if as_json:
                typer.echo(json.dumps(render_detail(detail, services), indent=2))
            else:
                print_detail(detail)

    asyncio.run(run())


@traces.command("export")
@takes_filters
def export_(
    query: Query,
    to: Annotated[
        Path | None, typer.Option("--to", help="File to write; else standard output (jsonl alone).")
    ] = None,
    format: Annotated[
        str | None, typer.Option("--format", help="jsonl or parquet; else as the file is called.")
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Write all runs that fit, newest first, as JSON Lines or Parquet."""

    async def run() -> None:
        async with open_services(load_settings(workspace)) as services:
            chosen = await find_filter(query, services.trace_views)
            with open_target(to, format) as target:
                written = await send(services.traces.iterate(chosen), target)
        typer.echo(f"{written} runs written{f' to {to}' if to else ''}.", err=True)

    asyncio.run(run())


@traces.command()
@takes_filters
def tail(
    query: Query,
    last: Annotated[
        int, typer.Option(min=0, max=100, help="Runs that are there already, to begin with.")
    ] = 10,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print new runs as they come, until Ctrl-C."""

    async def run() -> None:
        console = make_console()
        async with open_services(load_settings(workspace)) as services:
            chosen = await find_filter(query, services.trace_views)
            async with aclosing(follow(services.traces, chosen, last=last)) as looks:
                async for found in looks:
                    for trace in found:
                        if as_json:
                            print(json.dumps(render_trace(trace)), flush=True)
                        else:
                            print_run_line(trace, console)

    asyncio.run(run())


@views.command("list")
def list_views(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List the saved views."""

    async def run() -> list[SavedView]:
        async with open_services(load_settings(workspace)) as services:
            return await services.trace_views.list_views()

    found = asyncio.run(run())
    if as_json:
        typer.echo(json.dumps({"views": [_render(view) for view in found]}))
        return
    table = Table("View", "Filter", "By", box=None)
    for view in found:
        filter = ", ".join(f"{name}={value}" for name, value in view.query.items())
        table.add_row(Text(view.name), Text(filter), Text(view.by))
    make_console().print(table)


@views.command()
@takes_filters
def save(query: Query, name: _NAME, workspace: WorkspaceOption = None) -> None:
    """Save a filter under a name, in place of the one that has it."""

    async def run() -> None:
        async with open_services(load_settings(workspace)) as services:
            given = dict(query)
            base = given.pop("view", None)
            saved = {} if base is None else (await services.trace_views.get_view(base)).query
            await services.trace_views.save_view(name, {**saved, **given}, by=get_person())

    asyncio.run(run())


@views.command()
def delete(name: _NAME, workspace: WorkspaceOption = None) -> None:
    """Delete a saved view."""

    async def run() -> None:
        async with open_services(load_settings(workspace)) as services:
            await services.trace_views.delete_view(name)

    asyncio.run(run())


def _render(view: SavedView) -> dict[str, object]:
    return {
        "name": view.name,
        "query": dict(view.query),
        "by": view.by,
        "updated_at": render_moment(view.updated_at),
    }
