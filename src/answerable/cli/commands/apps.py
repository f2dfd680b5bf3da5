"""`answerable apps list | show | diff | label | history`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from answerable.apps.diff import VariantDiff
from answerable.apps.service import AppService
from answerable.apps.types import App, Label, LabelEvent, Variant
from answerable.cli.app_json import render_app, render_content, render_diff, render_event, render_label
from answerable.cli.app_text import print_app, print_apps, print_diff, print_events, print_variant
from answerable.cli.options import JsonOption, WorkspaceOption
from answerable.cli.person import get_person
from answerable.core.errors import InvalidInput
from answerable.wiring import load_settings, open_apps_alone

apps = typer.Typer(help="Look at apps and their variants, and move labels.", no_args_is_help=True)

AppArgument = Annotated[str, typer.Argument(metavar="APP", help="Name of the app.")]
T = TypeVar("T")


@apps.command("list")
def list_(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List the registered apps and where their labels are."""

    async def run(service: AppService) -> tuple[App, ...]:
        return service.list_apps()

    found = _with_apps(workspace, run)
    if as_json:
        _print_json({"apps": [render_app(app) for app in found]})
    elif found:
        print_apps(found)
    else:
        typer.echo("No app is registered. Write one in apps/, then run: answerable apply")


@apps.command()
def show(
    reference: Annotated[str, typer.Argument(metavar="APP[@VARIANT]", help="An app, or a variant of it.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show an app with all its variants, or everything that one variant is made of.

    A variant is named by its name, a label, or the start of its hash as a trace has it.
    """

    async def run(service: AppService) -> tuple[App, Variant | None]:
        variant = service.get_variant(reference) if "@" in reference else None
        return service.get_app(reference.partition("@")[0]), variant

    app, variant = _with_apps(workspace, run)
    if as_json:
        _print_json(render_app(app) if variant is None else render_content(app, variant))
    elif variant is None:
        print_app(app)
    else:
        print_variant(app, variant)


@apps.command()
def diff(
    app: AppArgument,
    before: Annotated[str, typer.Argument(metavar="A", help="A variant of the app, or a label.")],
    after: Annotated[str, typer.Argument(metavar="B", help="Another one.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare two variants: the settings by their path, the prompt line by line."""

    async def run(service: AppService) -> VariantDiff:
        return service.diff(app, before, after)

    found = _with_apps(workspace, run)
    if as_json:
        _print_json(render_diff(found))
    else:
        print_diff(found)


@apps.command()
def label(
    app: AppArgument,
    move: Annotated[str, typer.Argument(metavar="LABEL=VARIANT", help="Such as production=photo.")],
    reason: Annotated[str, typer.Option(help="Why; kept in the history.")],
    force: Annotated[bool, typer.Option("--force", help="Move it without the pass that it needs.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Point a label at a variant; every server follows within a second.

    `apply` leaves the label there until the app's file says something else than it did. A label of the file's
    `gate: {labels: [...]}` moves only to a variant that passed `answerable gate` against the one that it is on.
    """
    name, _, variant = move.partition("=")
    if not name or not variant:
        raise InvalidInput(f"{move!r} is not LABEL=VARIANT.", hint="Write it as production=NAME.")

    async def run(service: AppService) -> Label:
        return await service.move_label(app, name, variant, by=get_person(), reason=reason, force=force)

    moved = _with_apps(workspace, run)
    if as_json:
        _print_json({"app": app, "label": name, **render_label(moved)})
        return
    typer.echo(f"{name} of {app} is on {moved.variant.id}.")
    if moved.held:
        typer.echo("`apply` leaves it there until the file of the app says something else.", err=True)


@apps.command()
def history(
    app: AppArgument,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the newest.")] = 50,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show who moved which label, when and why, newest first."""

    async def run(service: AppService) -> list[LabelEvent]:
        return await service.history(app, limit=limit)

    events = _with_apps(workspace, run)
    if as_json:
        _print_json({"app": app, "events": [render_event(event) for event in events]})
    else:
        print_events(events)


def _with_apps(workspace: Path | None, use: Callable[[AppService], Awaitable[T]]) -> T:
    """Open the workspace for as long as it takes to use its apps."""

    async def run() -> T:
        async with open_apps_alone(load_settings(workspace)) as registered:
            return await use(registered)

    return asyncio.run(run())


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False))
