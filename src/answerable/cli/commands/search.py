"""`answerable search`: the passages alone."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any

import typer
from rich.console import Console

from answerable.answering.question import clean_question
from answerable.api.render import render_hit, render_source
from answerable.cli.options import DEFAULT_COLLECTION, CollectionOption, JsonOption, WorkspaceOption
from answerable.core.errors import InvalidInput
from answerable.knowledge.types import Hit, RetrievalSettings
from answerable.wiring import load_settings, open_search


def search(
    query: Annotated[str, typer.Argument(help="What to look for.")],
    collection: CollectionOption = DEFAULT_COLLECTION,
    index: Annotated[
        str | None, typer.Option("--index", help="One of the collection's indexes; else the active one.")
    ] = None,
    top_k: Annotated[int, typer.Option("--top-k", "-k", min=1, max=100, help="How many passages.")] = 8,
    filter: Annotated[
        str | None, typer.Option(help='JSON on metadata, such as {"year": {"gte": 2020}}.')
    ] = None,
    reranker: Annotated[
        str | None, typer.Option(help="PROVIDER:MODEL that orders the best passages anew.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find the passages that fit a query, with the parts of their scores."""
    wanted = _parse_filter(filter)

    async def run() -> tuple[Hit, ...]:
        async with open_search(load_settings(workspace)) as passages:
            found = await passages.search(
                clean_question(query),
                collection=collection,
                index=index,
                groups=None,
                filter=wanted,
                settings=RetrievalSettings(top_k=top_k, reranker=reranker),
            )
            return found.hits

    hits = asyncio.run(run())
    if as_json:
        typer.echo(json.dumps({"results": [render_hit(hit) for hit in hits]}, ensure_ascii=False))
        return
    console = Console(highlight=False, soft_wrap=True)
    for number, hit in enumerate(hits, start=1):
        parts = f"dense {_shown(hit.scores.dense)}  lexical {_shown(hit.scores.lexical)}"
        console.print(f"{number:>2}. {hit.score:.3f}  {hit.document.title}", style="bold", markup=False)
        console.print(
            f"    {render_source(hit)}  {' > '.join(hit.heading_path)}  ({parts})", style="dim", markup=False
        )
        console.print(f"    {' '.join(hit.text.split())[:240]}\n", markup=False)


def _shown(score: float | None) -> str:
    return "-" if score is None else f"{score:.2f}"


def _parse_filter(text: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    try:
        parsed = json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidInput(
            f"--filter is not JSON: {error}.", hint='Write it as {"year": {"gte": 2020}}.'
        ) from error
    if not isinstance(parsed, dict):
        raise InvalidInput("--filter is not a JSON object.", hint='Write it as {"year": {"gte": 2020}}.')
    return parsed
