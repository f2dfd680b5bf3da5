"""`answerable models`: what is configured, what it costs and can do, and whether it answers."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from answerable.api.rendering.models import list_models
from answerable.cli.errors import FAILED
from answerable.cli.options import JsonOption, WorkspaceOption
from answerable.wiring import load_settings, open_services

_UNKNOWN = "unknown"
_REACHABLE = {True: "[green]yes[/]", False: "[red]no[/]", None: "-"}
_ABILITIES = {"images": "images", "json_schema": "json", "tools": "tools"}


def models(
    check: Annotated[
        bool, typer.Option("--check", help="Ask each provider whether it has the model, or the model itself.")
    ] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the models, a star at the default one.

    Exit status 1 when one of them cannot be used, or with --check not be reached.
    """

    async def run() -> list[dict[str, Any]]:
        async with open_services(load_settings(workspace)) as services:
            return await list_models(services, check=check)

    found = asyncio.run(run())
    if as_json:
        typer.echo(json.dumps({"models": found}, ensure_ascii=False))
    else:
        _print(found)
    if any(model["reachable"] is False for model in found):
        raise typer.Exit(FAILED)


def _print(found: list[dict[str, Any]]) -> None:
    # A name like `a:m:` is no emoji.
    console = Console(highlight=False, emoji=False)
    table = Table(box=None, padding=(0, 1, 0, 0))
    for heading in ("", "Model", "For", "Context", "$/M in", "$/M out", "Can", "Reachable"):
        table.add_column(heading, no_wrap=True)
    for model in found:
        table.add_row(
            "*" if model["default"] else "",
            Text(model["name"], overflow="fold"),
            model["purpose"],
            _shown(model, "context_window", "{:,.0f}k", 1000),
            _shown(model, "input_usd_per_million", "{:g}"),
            _shown(model, "output_usd_per_million", "{:g}") if model["purpose"] == "chat" else "-",
            " ".join(word for key, word in _ABILITIES.items() if model[key]) or "-",
            _REACHABLE[model["reachable"]],
        )
    # A terminal that is too narrow breaks the lines; a shortened name would be of no use.
    console.width = max(
        console.width, console.measure(table, options=console.options.update(width=1000)).maximum
    )
    console.print(table)
    for model in found:
        if model["reachable"] is False:
            hint = f" {model['hint']}" if model["hint"] else ""
            console.print(f"{model['name']}: {model['detail']}{hint}", markup=False, soft_wrap=True)


def _shown(model: dict[str, Any], key: str, pattern: str, unit: int = 1) -> str:
    """Return a number as it is printed; an unknown one is never shown as 0, and a model of this process has none."""
    if model["provider"] == "local":
        return "-"
    return _UNKNOWN if model[key] is None else pattern.format(model[key] / unit)
