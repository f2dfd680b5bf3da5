"""`answerable indexes`: several indexes of one collection, side by side."""

from __future__ import annotations

import json
from typing import Annotated, TypeVar

import typer
from rich.table import Column, Table

from answerable.api.render import render_index
from answerable.cli.errors import FAILED
from answerable.cli.index_progress import follow_index
from answerable.cli.opened import with_services
from answerable.cli.options import DEFAULT_COLLECTION, CollectionOption, JsonOption, WorkspaceOption
from answerable.cli.person import get_person
from answerable.cli.terminal import open_console
from answerable.cli.working import working
from answerable.knowledge.index_versions.types import IndexChoice, IndexSummary
from answerable.wiring import Services

indexes = typer.Typer(help="Keep several indexes of a collection side by side.", no_args_is_help=True)

IndexArgument = Annotated[str, typer.Argument(metavar="INDEX", help="Name of the index.")]
T = TypeVar("T")


@indexes.command("list")
def list_(
    collection: CollectionOption = DEFAULT_COLLECTION,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the indexes of a collection: what each is made of, and whether it is behind."""
    found = with_services(workspace, lambda services: services.index_versions.list_indexes(collection))
    if as_json:
        typer.echo(json.dumps({"indexes": [render_index(index) for index in found]}))
    elif found:
        _print(found)
    else:
        typer.echo(f"{collection} has no index yet. Bring documents in: answerable ingest PATH")


@indexes.command()
def create(
    index: IndexArgument,
    chunk_tokens: Annotated[
        int | None, typer.Option(help="Most tokens of a passage; else as in the active index.")
    ] = None,
    overlap: Annotated[int | None, typer.Option(help="Tokens that two passages share.")] = None,
    embedder: Annotated[str | None, typer.Option(help="PROVIDER:MODEL, or local:minilm.")] = None,
    collection: CollectionOption = DEFAULT_COLLECTION,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make an index beside the active one, from the documents as they are stored. Safe to stop: `update` goes on."""
    choice = IndexChoice(embedder, chunk_tokens, overlap)

    async def run(services: Services) -> IndexSummary:
        await services.index_versions.create(collection, index, choice, by=get_person())
        return await _see_through(services, collection, index, quiet=as_json)

    _report(with_services(workspace, run), as_json=as_json)


@indexes.command()
def update(
    index: IndexArgument,
    collection: CollectionOption = DEFAULT_COLLECTION,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring an index up to date with its collection. Where a worker runs, that happens by itself."""

    async def run(services: Services) -> IndexSummary:
        await services.index_versions.update(collection, index)
        return await _see_through(services, collection, index, quiet=as_json)

    _report(with_services(workspace, run), as_json=as_json)


@indexes.command()
def activate(
    index: IndexArgument,
    collection: CollectionOption = DEFAULT_COLLECTION,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make an index what is searched unless one is named. The one before stays, so that you can go back."""
    found = with_services(
        workspace, lambda services: services.index_versions.activate(collection, index, by=get_person())
    )
    if as_json:
        typer.echo(json.dumps(render_index(found)))
    else:
        typer.echo(f"{index} is the active index of {collection}.")


@indexes.command()
def drop(
    index: IndexArgument,
    collection: CollectionOption = DEFAULT_COLLECTION,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Remove an index that is neither active nor named by a variant with a label."""
    if not yes:
        typer.confirm(f"Drop the index {index} of {collection}?", abort=True)
    with_services(
        workspace, lambda services: services.index_versions.drop(collection, index, by=get_person())
    )
    typer.echo(f"{index} is dropped.")


async def _see_through(services: Services, collection: str, name: str, *, quiet: bool) -> IndexSummary:
    async with working(services):
        return await follow_index(services.index_versions, collection, name, quiet=quiet)


def _report(index: IndexSummary, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(render_index(index)))
    elif not index.behind:
        typer.echo(f"{index.name} holds {index.documents} documents in {index.chunks} passages.")
    if index.behind:
        typer.echo(f"{index.name} is behind by {index.behind} documents. {index.problem}", err=True)
        raise typer.Exit(FAILED)


def _print(found: list[IndexSummary]) -> None:
    right = [Column(name, justify="right") for name in ("Tokens", "Overlap", "Passages", "MB")]
    table = Table(Column("Index", no_wrap=True), "", "Embedder", *right, "State", box=None)
    for index in found:
        chunker = index.settings.chunker
        state = f"behind by {index.behind} documents {index.problem}" if index.behind else "up to date"
        table.add_row(
            index.name, "active" if index.active else "", index.settings.embedder, str(chunker.max_tokens),
            str(chunker.overlap), f"{index.chunks:,}", f"{index.bytes / 1e6:.1f}", state,
        )  # fmt: skip
    open_console().print(table)
