"""`answerable ask`: one question, answered with its verdicts."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from typing import Annotated

import typer
from rich.console import Console

from answerable.answering.question import MAX_TOKENS, make_ask
from answerable.answering.types import Answer, Caller, DeltaEvent, DoneEvent
from answerable.api.render import render_answer, render_source
from answerable.cli.options import JsonOption, WorkspaceOption
from answerable.cli.prices import show_price
from answerable.wiring import load_settings, open_services

_COLOURS = {"supported": "green", "partial": "yellow", "unsupported": "red", "unchecked": "dim"}


def ask(
    question: Annotated[str, typer.Argument(help="The question, in 1 to 1000 characters.")],
    collection: Annotated[
        str | None, typer.Option("--collection", "-c", help="Name of the collection.")
    ] = None,
    app: Annotated[str | None, typer.Option("--app", "-a", help="Name of the app.")] = None,
    max_tokens: Annotated[int, typer.Option(help=f"Longest answer, 1 to {MAX_TOKENS} tokens.")] = 512,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask a question over the documents of a collection."""
    asked = make_ask(question, max_tokens=max_tokens, app=app, collection=collection)
    console = Console(highlight=False, soft_wrap=True)

    async def run() -> Answer:
        async with (
            open_services(load_settings(workspace)) as services,
            aclosing(services.runs.stream(asked, Caller())) as events,
        ):
            async for event in events:
                if isinstance(event, DeltaEvent) and not as_json:
                    console.print(event.text, end="", markup=False, soft_wrap=True)
                if isinstance(event, DoneEvent):
                    return event.answer
        raise AssertionError("a stream that did not raise ends in a DoneEvent")

    answer = asyncio.run(run())
    if as_json:
        typer.echo(json.dumps(render_answer(answer), ensure_ascii=False))
    else:
        _print_verdicts(console, answer)


def _print_verdicts(console: Console, answer: Answer) -> None:
    console.print("\n")
    if answer.ingesting:
        console.print("  Documents are still coming in: ask again when they are there.", style="yellow")
    cited = {number for citation in answer.citations for number in citation.markers}
    for number, hit in enumerate(answer.sources, start=1):
        if number in cited:
            console.print(
                f"  [{number}] {hit.document.title}  {render_source(hit)}", markup=False, style="dim"
            )
    for verdict, colour in _COLOURS.items():
        if verdict in answer.verdict_counts:
            console.print(f"  {answer.verdict_counts[verdict]} {verdict}", style=colour, end="")
    cost = show_price(answer.cost_usd)
    took = answer.timings_ms["total"]
    console.print(
        f"  {answer.model} · {took:.0f} ms · {answer.tokens_used} tokens · {cost} · trace {answer.trace_id}",
        soft_wrap=True,
        style="dim",
    )
