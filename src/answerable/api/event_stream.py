"""An answer as server-sent events."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

from fastapi.responses import StreamingResponse

from answerable.answering.types import (
    Answer,
    AnswerEvent,
    CitationEvent,
    DeltaEvent,
    DoneEvent,
    SourcesEvent,
)
from answerable.api.problems import to_problem, unforeseen_problem
from answerable.api.render import render_citation, render_passage, render_source
from answerable.core.errors import AnswerableError
from answerable.knowledge.types import Hit

_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

RenderAnswer = Callable[[Answer], dict[str, Any]]


async def open_event_stream(
    events: AsyncGenerator[AnswerEvent, None], *, render: RenderAnswer, request: str
) -> StreamingResponse:
    """Return the response that sends `sources`? `delta`* `citation`* `done`.

    The first event comes before the response starts, so that an early error still has its status; a later one is
    the last event, `error`. `request` is what the log calls it.
    """
    first = await anext(events)
    frames = _list_frames(first, events, render, request)
    return StreamingResponse(frames, media_type="text/event-stream", headers=_HEADERS)


async def _list_frames(
    first: AnswerEvent, events: AsyncGenerator[AnswerEvent, None], render: RenderAnswer, request: str
) -> AsyncIterator[bytes]:
    hits = first.sources if isinstance(first, SourcesEvent) else ()
    async with aclosing(events):
        yield _frame(first, hits, render)
        try:
            async for event in events:
                yield _frame(event, hits, render)
        except AnswerableError as error:
            yield _encode("error", to_problem(error))
        except Exception as error:
            # The status is out already: without this event a reader could take half an answer for a whole one.
            yield _encode("error", unforeseen_problem(request, error))


def _frame(event: AnswerEvent, hits: tuple[Hit, ...], render: RenderAnswer) -> bytes:
    match event:
        case SourcesEvent():
            return _encode("sources", _render_sources(event))
        case DeltaEvent():
            return _encode("delta", {"text": event.text})
        case CitationEvent():
            return _encode("citation", render_citation(event.citation, hits))
        case DoneEvent():
            return _encode("done", render(event.answer))


def _render_sources(event: SourcesEvent) -> dict[str, Any]:
    return {
        "trace_id": event.trace_id,
        "sources": [render_source(hit) for hit in event.sources],
        "passages": [render_passage(number, hit) for number, hit in enumerate(event.sources, start=1)],
    }


def _encode(name: str, data: dict[str, Any]) -> bytes:
    # Also U+2028 and its kind stay escaped: some clients split lines at them.
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=True)}\n\n".encode()
