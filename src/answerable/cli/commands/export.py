"""`answerable export`: registered apps, written back as files."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from answerable.apps.exporting import export_app, says_the_same
from answerable.apps.files.dump import dump_app
from answerable.apps.files.types import AppFile
from answerable.apps.types import App
from answerable.cli.errors import FAILED
from answerable.cli.options import JsonOption, WorkspaceOption
from answerable.cli.written_files import WrittenFiles, write_files
from answerable.wiring import load_settings, load_workspace_apps, open_services

_TEXT_FOLDERS = ("prompts", "schemas")


def export(
    app: Annotated[str | None, typer.Option("--app", "-a", help="Only this app; else all of them.")] = None,
    to: Annotated[Path | None, typer.Option("--to", help="Folder to write to; else the workspace.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that say something else.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write apps with their labels, prompts and schemas to files that `apply` reads back to the same hashes.

    An app whose file says all of it already is left alone. Other files are replaced with --force alone.
    """
    settings = load_settings(workspace)
    folder = to or settings.workspace

    async def run() -> tuple[Sequence[App], Sequence[AppFile]]:
        async with open_services(settings) as services:
            found = services.apps.list_apps() if app is None else (services.apps.get_app(app),)
            if to is not None:
                return found, ()
            return found, (await asyncio.to_thread(load_workspace_apps, services)).apps

    found, files = asyncio.run(run())
    result = write_files(folder, _dump(found, files, folder), force=force)
    if as_json:
        typer.echo(json.dumps(asdict(result)))
    else:
        _print(result, folder)
    if result.refused:
        raise typer.Exit(FAILED)


def _dump(apps: Sequence[App], files: Sequence[AppFile], folder: Path) -> dict[str, str]:
    """Return the texts to be written by path, for the apps whose file does not say the same yet."""
    known = {file.name: file for file in files if (folder / "apps" / f"{file.name}.yaml").is_file()}
    existing = _read_texts(folder)
    texts: dict[str, str] = {}
    for app in apps:
        exported = export_app(app)
        file = known.get(app.name)
        if file is None or not says_the_same(file, app, exported):
            texts |= dump_app(
                app.name,
                app.kind,
                app.description,
                exported.labels,
                exported.variants,
                traces=app.traces,
                evaluators=app.evaluators,
                gate=app.gate,
                existing={**existing, **texts},
            )
    return texts


def _read_texts(folder: Path) -> Mapping[str, str]:
    """Return what several prompts may share, by path: a text among them is not to be replaced by another."""
    paths = [path for name in _TEXT_FOLDERS for path in sorted((folder / name).rglob("*")) if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8", errors="replace") for path in paths}


def _print(result: WrittenFiles, folder: Path) -> None:
    for name in result.written:
        typer.echo(f"wrote {folder / name}")
    for name in result.refused:
        typer.echo(f"{folder / name} is there and says something else.", err=True)
    if result.refused:
        typer.echo("Nothing was written. Use --force to replace them, or --to another folder.", err=True)
    elif not result.written:
        typer.echo("Nothing to write: the files say it already.")
