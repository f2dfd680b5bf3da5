"""`answerable run`: one request to an app, or a file of them."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer
from pydantic_core import to_jsonable_python
from rich.console import Console

from answerable.answering.batches.types import Tally
from answerable.answering.fields import get_fields
from answerable.answering.types import Answer, Caller, DeltaEvent, DoneEvent, RunRequest
from answerable.api.run_schemas import render_run
from answerable.cli.batch_progress import print_batch
from answerable.cli.batches import BatchFiles, BatchOptions, run_batch
from answerable.cli.errors import FAILED
from answerable.cli.options import JsonOption, WorkspaceOption
from answerable.cli.prices import show_price
from answerable.cli.run_input import GivenInput
from answerable.wiring import Services, load_settings, open_services


def run(
    app: Annotated[str, typer.Argument(help="Name of the app, or NAME@VARIANT.")],
    source: Annotated[
        str | None,
        typer.Option(
            "--input", "-i", help="JSON, @FILE, - for standard input; with --output a file of JSON lines."
        ),
    ] = None,
    values: Annotated[
        list[str] | None, typer.Option("--set", "-s", help="NAME=VALUE of one field (repeat).")
    ] = None,
    files: Annotated[
        list[str] | None,
        typer.Option("--file", "-f", help="NAME=PATH of an image, a PDF or a text (repeat)."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Run every line of --input, and write the answers here."),
    ] = None,
    failures: Annotated[
        Path | None, typer.Option(help="Rows that failed; else beside --output, as NAME.failures.jsonl.")
    ] = None,
    concurrency: Annotated[int, typer.Option(min=1, max=512, help="Rows at once.")] = 16,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Run the rows of the failure file again.")
    ] = False,
    provider_batch: Annotated[
        bool,
        typer.Option(
            "--provider-batch", help="By the provider's batch API: within a day, for about half the price."
        ),
    ] = False,
    poll_seconds: Annotated[
        float,
        typer.Option(min=0.01, max=3600, help="Longest wait between two looks at the provider's batch."),
    ] = 60.0,
    max_tokens: Annotated[int | None, typer.Option(min=1, help="Longest answer; else the variant's.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Pass the cache by.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run an app once, or over a file of rows; a batch that was stopped goes on where it was."""
    request = RunRequest(app=app, max_tokens=max_tokens, fresh=fresh)
    given = GivenInput(source, tuple(values or ()), tuple(files or ()))
    if output is None:
        answer = asyncio.run(_run_once(request, given, workspace, as_json=as_json))
        _print_answer(answer, as_json=as_json)
        return
    batch = BatchFiles.make(given, output, failures)
    options = BatchOptions(concurrency, retry_failed, provider_batch, poll_seconds)
    tally = asyncio.run(_run_batch(request, batch, options, workspace))
    _print_tally(tally, batch, as_json=as_json)
    if tally.failed or tally.earlier_failed:
        raise typer.Exit(FAILED)


async def _run_once(
    request: RunRequest, given: GivenInput, workspace: Path | None, *, as_json: bool
) -> Answer:
    async with open_services(load_settings(workspace)) as services:
        content = services.apps.get_variant(request.app).content
        request = replace(request, input=given.read(get_fields(content)))
        return await _follow(services, request, quiet=as_json or content.output is not None)


async def _follow(services: Services, request: RunRequest, *, quiet: bool) -> Answer:
    """Print the text while it comes, and return the answer."""
    async with aclosing(services.runs.stream(request, Caller())) as events:
        async for event in events:
            if isinstance(event, DeltaEvent) and not quiet:
                typer.echo(event.text, nl=False)
            if isinstance(event, DoneEvent):
                return event.answer
    raise AssertionError("a stream that did not raise ends in a DoneEvent")


async def _run_batch(
    request: RunRequest, batch: BatchFiles, options: BatchOptions, workspace: Path | None
) -> Tally:
    async with open_services(load_settings(workspace)) as services:
        return await run_batch(services, request, batch, options, _stderr())


def _print_answer(answer: Answer, *, as_json: bool) -> None:
    """Print what `_follow` has not, and on the error stream what it took."""
    if as_json:
        typer.echo(json.dumps(render_run(answer), ensure_ascii=False))
        return
    typer.echo("" if answer.data is None else json.dumps(answer.data, ensure_ascii=False, indent=2))
    cost = show_price(answer.cost_usd)
    took = answer.timings_ms.get("total", 0.0)
    _stderr().print(
        f"{answer.model} · {took:.0f} ms · {answer.tokens_used} tokens · {cost} · trace {answer.trace_id}",
        soft_wrap=True,
        style="dim",
        markup=False,
    )


def _print_tally(tally: Tally, batch: BatchFiles, *, as_json: bool) -> None:
    if as_json:
        places = {"output": str(batch.output), "failures": str(batch.failures)}
        typer.echo(json.dumps({**asdict(tally), **places}, default=to_jsonable_python))
    else:
        print_batch(_stderr(), tally, batch.failures)


def _stderr() -> Console:
    return Console(stderr=True, highlight=False)
