"""`answerable traces list | show`."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from answerable.api.routes.traces import render_trace
from answerable.cli.options import JsonOption, WorkspaceOption
from answerable.traces.types import Trace
from answerable.wiring import load_settings, open_services

traces = typer.Typer(help="Look at what happened in each run.", no_args_is_help=True)


@traces.command("list")
def list_(
    app: Annotated[str | None, typer.Option(help="Only of this app.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many.")] = 20,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the newest traces."""

    async def run() -> list[Trace]:
        async with open_services(load_settings(workspace)) as services:
            return await services.traces.list_newest(app=app, limit=limit)

    found = asyncio.run(run())
    if as_json:
        typer.echo(json.dumps({"traces": [render_trace(trace) for trace in found]}, default=str))
        return
    table = Table("Trace", "When", "App", "Variant", "Status", "ms", "Tokens", "US$", box=None)
    table.columns[0].no_wrap, table.columns[0].min_width = True, 32
    for trace in found:
        table.add_row(
            trace.id, f"{trace.started_at:%Y-%m-%d %H:%M:%S}", trace.app, trace.variant,
            trace.error_code or trace.status, f"{trace.duration_ms:.0f}", str(trace.usage.total), format_cost(trace),
        )  # fmt: skip
    Console().print(table)


@traces.command()
def show(
    trace_id: Annotated[str, typer.Argument(help="The `trace_id` of an answer.")],
    workspace: WorkspaceOption = None,
) -> None:
    """Print one trace as JSON, with the exact prompt, model and retrieval settings of its variant."""

    async def run() -> str:
        async with open_services(load_settings(workspace)) as services:
            trace = await services.traces.get(trace_id)
            variant = services.apps.find_variant_by_hash(trace.variant_hash)
        content = None if variant is None else variant.content.model_dump(mode="json")
        return json.dumps({**render_trace(trace), "variant_content": content}, default=str, indent=2)

    typer.echo(asyncio.run(run()))


def format_cost(trace: Trace) -> str:
    """Return the cost; an unknown one is never shown as nothing."""
    return "unknown" if trace.cost_usd is None else f"{trace.cost_usd:.6f}"
