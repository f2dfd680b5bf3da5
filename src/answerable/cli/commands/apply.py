"""`answerable apply`: the apps and the datasets of the workspace's files, registered."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Annotated

import typer

from answerable.api.rendering.datasets import render_imported
from answerable.apps.files.types import LoadedApps
from answerable.apps.planning import ApplyReport
from answerable.cli.app_json import render_problems, render_report
from answerable.cli.app_text import print_report
from answerable.cli.datasets.applying import apply_datasets, describe_datasets
from answerable.cli.errors import FAILED
from answerable.cli.options import JsonOption, WorkspaceOption
from answerable.cli.person import get_person
from answerable.datasets.types import Imported
from answerable.wiring import load_settings, load_workspace_apps, open_services


def apply(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")
    ] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Register the apps of `apps/*.yaml`, and move the labels that they name. A second time changes nothing.

    Examples of `datasets/*.yaml` and `*.jsonl` are brought in too; those that a file no longer has are left alone.

    Everything is validated first: with a single error nothing is registered, and all of them are printed. A label that
    needs a pass of the app's gate stays where it is until the variant has one: run `answerable gate`, then this again.
    """

    by = get_person()

    async def run() -> tuple[LoadedApps, ApplyReport | None, Mapping[str, Imported]]:
        async with open_services(load_settings(workspace)) as services:
            loaded = await asyncio.to_thread(load_workspace_apps, services)
            if loaded.errors:
                return loaded, None, {}
            datasets = await apply_datasets(services, by=by, dry_run=True)
            report = await services.apps.apply(loaded.apps, by=by, dry_run=dry_run)
            if not dry_run:
                datasets = await apply_datasets(services, by=by, dry_run=False)
            return loaded, report, datasets

    loaded, report, datasets = asyncio.run(run())
    for problem in loaded.problems:
        typer.echo(str(problem), err=True)
    if as_json:
        done = {} if report is None else render_report(report)
        done["datasets"] = {name: render_imported(one) for name, one in datasets.items()}
        typer.echo(json.dumps({**done, "problems": render_problems(loaded.problems)}, ensure_ascii=False))
    if report is None:
        count = len(loaded.errors)
        typer.echo(f"Nothing was registered: {count} error{'s' if count > 1 else ''} in the files.", err=True)
        raise typer.Exit(FAILED)
    if not as_json:
        print_report(report)
        for line in describe_datasets(datasets):
            typer.echo(line)
