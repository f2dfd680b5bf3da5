"""`answerable models [check | accept | history]`: what is configured, whether it answers, whether it is as it was."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from answerable.api.rendering.canaries import render_check, render_standing
from answerable.api.rendering.models import list_models
from answerable.cli.canary_text import print_checks, print_standings
from answerable.cli.errors import FAILED, INCONCLUSIVE
from answerable.cli.options import JsonOption, WorkspaceOption
from answerable.cli.person import get_person
from answerable.evaluation.canaries.types import Canary, Check, Standing
from answerable.wiring import load_settings, open_services

_UNKNOWN = "unknown"
_REACHABLE = {True: "[green]yes[/]", False: "[red]no[/]", None: "-"}
_ABILITIES = {"images": "images", "json_schema": "json", "tools": "tools"}


models = typer.Typer(invoke_without_command=True)

_AppOption = Annotated[str | None, typer.Option(help="Only the models of this app.")]
_ModelOption = Annotated[str | None, typer.Option(help="Only this model, such as openai:gpt-5-mini.")]


@models.callback()
def list_(
    context: typer.Context,
    check: Annotated[
        bool, typer.Option("--check", help="Ask each provider whether it has the model, or the model itself.")
    ] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the models, a star at the default one; or see whether they are still what they were.

    Exit status 1 when one of them cannot be used, or with --check not be reached.
    """
    if context.invoked_subcommand is not None:
        return

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


@models.command("check")
def check_(
    app: _AppOption = None,
    model: _ModelOption = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="Make what is seen now what later checks are held against.")
    ] = False,
    markdown: Annotated[Path | None, typer.Option(help="Write the reports to a file.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask the models that apps are pinned to, and hold them against what they were.

    Exit status 0 when all are as they were, 1 when one has changed or gives no answers, 3 when it cannot be told.
    """
    by, console = get_person(), Console(stderr=True, highlight=False, emoji=False)

    def show(canary: Canary) -> None:
        console.print(f"Asking {canary.name} ...", markup=False, soft_wrap=True)

    async def run() -> list[Check]:
        async with open_services(load_settings(workspace)) as services:
            await services.apply_workspace()
            canaries = services.canaries
            return await canaries.check(app=app, model=model, by=by, accept=accept, on_check=show)

    checks = asyncio.run(run())
    if markdown is not None:
        markdown.write_text("\n".join(check.report for check in checks if check.report), encoding="utf-8")
    _show(checks, as_json=as_json)
    states = {check.state for check in checks} - ({"changed", "inconclusive"} if accept else set())
    if states & {"changed", "failed"}:
        raise typer.Exit(FAILED)
    if "inconclusive" in states:
        raise typer.Exit(INCONCLUSIVE)


@models.command()
def accept(
    app: _AppOption = None,
    model: _ModelOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make what the last checks saw what later ones are held against. No model is asked."""

    async def run() -> list[Check]:
        async with open_services(load_settings(workspace)) as services:
            await services.apply_workspace()
            return await services.canaries.accept(app=app, model=model, by=get_person())

    accepted = asyncio.run(run())
    if as_json:
        typer.echo(json.dumps({"accepted": [render_check(one) for one in accepted]}, ensure_ascii=False))
        return
    for one in accepted:
        typer.echo(f"{one.name} is accepted as it was on {one.at:%Y-%m-%d %H:%M} UTC.")
    if not accepted:
        typer.echo("There is nothing to accept: no check has seen anything new.")


@models.command()
def history(
    limit: Annotated[
        int, typer.Option(min=0, max=1000, help="Show so many checks; 0: how each model stands.")
    ] = 0,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show how each model stood at its last check and what it is held against, or the last checks."""

    async def run() -> tuple[list[Standing], list[Check]]:
        async with open_services(load_settings(workspace)) as services:
            canaries = services.canaries
            return await canaries.list_standings(), await canaries.list_checks(limit=limit) if limit else []

    standings, checks = asyncio.run(run())
    if as_json:
        report = {"models": [render_standing(one) for one in standings]}
        shown = {"checks": [render_check(one) for one in checks]} if limit else report
        typer.echo(json.dumps(shown, ensure_ascii=False))
    elif limit:
        print_checks(checks, with_time=True)
    else:
        print_standings(standings)


def _show(checks: Sequence[Check], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"checks": [render_check(one) for one in checks]}, ensure_ascii=False))
    else:
        print_checks(checks)


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
            _shown(model, "context_window", "{:,.0f}"),
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
