"""`answerable ingest`: files, folders, archives and web pages into a collection."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from dataclasses import asdict
from typing import Annotated, Any

import typer
from pydantic_core import to_jsonable_python
from rich.console import Console

from answerable.cli.errors import FAILED
from answerable.cli.options import DEFAULT_COLLECTION, CollectionOption, JsonOption, WorkspaceOption
from answerable.cli.progress import follow_run
from answerable.cli.working import working
from answerable.core.errors import AnswerableError, InvalidInput
from answerable.knowledge.ingestion.types import Problem, Progress, Run
from answerable.wiring import Services, load_settings, open_services


def ingest(
    sources: Annotated[list[str], typer.Argument(help="Files, folders, zip archives, http(s) addresses.")],
    collection: CollectionOption = DEFAULT_COLLECTION,
    include: Annotated[
        list[str] | None, typer.Option(help="Only files that match this glob (repeat).")
    ] = None,
    exclude: Annotated[
        list[str] | None, typer.Option(help="Not the files that match this glob (repeat).")
    ] = None,
    group: Annotated[
        list[str] | None, typer.Option(help="Only keys with this document group may read it (repeat).")
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="ISO 639-1 code; else detected for each document.")
    ] = None,
    metadata: Annotated[list[str] | None, typer.Option(help="KEY=VALUE for each document (repeat).")] = None,
    prune: Annotated[
        bool, typer.Option(help="Remove documents that are gone from a folder or archive.")
    ] = True,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring documents in. Unchanged ones cost nothing, changed ones are swapped whole; safe to stop and to repeat."""
    labels = _parse_metadata(metadata or [])

    async def run() -> tuple[Progress, list[Problem]]:
        async with open_services(load_settings(workspace)) as services:
            await services.knowledge.get_or_create_collection(collection)
            started = await services.ingestion.start_run(
                collection,
                sources,
                include=include or (),
                exclude=exclude or (),
                metadata=labels,
                groups=frozenset(group) if group else None,
                language=language,
                prune=prune,
            )
            ended = await _see_through(services, started, quiet=as_json)
            return ended, await services.ingestion.list_problems(started.id)

    progress, problems = asyncio.run(run())
    if as_json:
        report = {**asdict(progress), "problems": [asdict(problem) for problem in problems]}
        typer.echo(json.dumps(report, default=to_jsonable_python))
    if progress.state != "done":
        Console(stderr=True).print(f"The ingestion ended as {progress.state}: {progress.error}", style="red")
        raise typer.Exit(FAILED)
    if progress.documents_failed and not progress.documents_done + progress.documents_unchanged:
        raise typer.Exit(FAILED)


async def _see_through(services: Services, run: Run, *, quiet: bool) -> Progress:
    """Follow the run; a worker that lives elsewhere does the work, else this process does."""
    async with working(services):
        try:
            return await (services.ingestion.wait(run.id) if quiet else follow_run(services, run.id))
        except asyncio.CancelledError:
            typer.echo("Stopping. What is written stays; run the same command again to go on.", err=True)
            with suppress(AnswerableError):
                await services.ingestion.cancel(run.id)
            raise


def _parse_metadata(pairs: list[str]) -> dict[str, Any]:
    """Read KEY=VALUE; a value that is JSON (a number, true, a list) is taken as such, else as text."""
    labels: dict[str, Any] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key.strip():
            raise InvalidInput(
                f"--metadata {pair!r} is not KEY=VALUE.", hint="Write it as --metadata year=2024."
            )
        try:
            labels[key.strip()] = json.loads(value)
        except json.JSONDecodeError:
            labels[key.strip()] = value
    return labels
