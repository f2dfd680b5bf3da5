"""`/v1/traces/export` and `/v1/traces/tail`: runs one after another, for as long as there are some."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from answerable.api.problems import to_problem
from answerable.api.security import ServicesDep, TraceReader, check_again
from answerable.api.trace_filters import FilterDep
from answerable.core.errors import AnswerableError
from answerable.traces.exporting.registry import create_encoder, get_format
from answerable.traces.exporting.service import export
from answerable.traces.reading.following import follow
from answerable.traces.rendering import render_trace
from answerable.traces.types import Trace
from answerable.wiring import Services

router = APIRouter(prefix="/v1/traces", tags=["traces"])
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@router.get("/export", response_class=StreamingResponse)
async def export_traces(
    _: TraceReader,
    services: ServicesDep,
    filter: FilterDep,
    format: Annotated[str, Query(description="jsonl or parquet")] = "jsonl",
) -> StreamingResponse:
    """Send all runs that the filters find as a file, newest first. It breaks off when the database goes away."""
    chosen, encoder = get_format(format), await asyncio.to_thread(create_encoder, format)
    pieces = export(services.traces.iterate(filter), encoder)
    # The first piece comes before the response starts, so that an early error still has its status.
    first = await anext(pieces, b"")
    headers = {**_HEADERS, "Content-Disposition": f'attachment; filename="traces{chosen.suffix}"'}
    return StreamingResponse(_join(first, pieces), media_type=chosen.media_type, headers=headers)


@router.get("/tail", response_class=StreamingResponse)
async def tail_traces(
    request: Request,
    _: TraceReader,
    services: ServicesDep,
    filter: FilterDep,
    last: Annotated[int, Query(ge=0, le=100, description="runs that are there already, to begin with")] = 0,
) -> StreamingResponse:
    """Send new runs as server-sent events `trace`, within about a second, until the reader goes away."""
    looks = follow(services.traces, filter, last=last)
    first = await anext(looks)
    return StreamingResponse(
        _list_events(first, looks, request, services), media_type="text/event-stream", headers=_HEADERS
    )


async def _join(first: bytes, pieces: AsyncGenerator[bytes, None]) -> AsyncIterator[bytes]:
    async with aclosing(pieces):
        yield first
        async for piece in pieces:
            yield piece


async def _list_events(
    first: Sequence[Trace],
    looks: AsyncGenerator[Sequence[Trace], None],
    request: Request,
    services: Services,
) -> AsyncIterator[bytes]:
    async with aclosing(looks):
        yield _encode(first)
        try:
            async for traces in looks:
                await check_again(request, services)
                yield _encode(traces)
        except AnswerableError as error:
            yield f"event: error\ndata: {json.dumps(to_problem(error))}\n\n".encode()


def _encode(traces: Sequence[Trace]) -> bytes:
    """Return the events; where there is none, a comment that keeps the connection alive."""
    # Also U+2028 and its kind stay escaped: some clients split lines at them.
    events = (f"event: trace\ndata: {json.dumps(render_trace(trace))}\n\n" for trace in traces)
    return ("".join(events) or ": nothing new\n\n").encode()
