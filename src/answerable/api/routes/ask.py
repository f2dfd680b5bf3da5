"""`POST /ask`: a grounded answer, whole or as server-sent events."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from answerable.answering.question import make_ask
from answerable.answering.types import (
    AnswerEvent,
    CitationEvent,
    DeltaEvent,
    DoneEvent,
    SourcesEvent,
)
from answerable.api.disconnects import while_connected
from answerable.api.problems import to_problem, unforeseen_problem
from answerable.api.render import render_answer, render_citation, render_passage, render_source
from answerable.api.schemas import AskBody, AskOut
from answerable.api.security import Reader, ServicesDep, get_caller
from answerable.core.errors import AnswerableError
from answerable.knowledge.types import Hit

router = APIRouter(tags=["ask"])

_STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@router.post(
    "/ask",
    response_model=AskOut,
    responses={
        200: {"content": {"text/event-stream": {}}, "description": "The answer, or its events when `stream`"}
    },
)
async def ask(body: AskBody, request: Request, principal: Reader, services: ServicesDep) -> Response:
    """Answer a question from the collection's documents, each sentence checked against what it cites."""
    asked = make_ask(
        body.question,
        max_tokens=body.max_tokens,
        app=body.app,
        collection=body.collection,
        conversation_id=body.conversation_id,
    )
    caller = get_caller(principal, user=body.user)
    if not body.stream:
        async with while_connected(request.receive):
            answer = await services.runs.run(asked, caller)
        return JSONResponse(render_answer(answer))
    events = services.runs.stream(asked, caller)
    # The first event comes before the response starts, so that an early error still has its status.
    first = await anext(events)
    return StreamingResponse(
        _server_sent(first, events), media_type="text/event-stream", headers=_STREAM_HEADERS
    )


async def _server_sent(first: AnswerEvent, events: AsyncGenerator[AnswerEvent, None]) -> AsyncIterator[bytes]:
    """Yield `sources`, `delta`*, `citation`*, `done`; an error after the start is the last event, `error`."""
    assert isinstance(first, SourcesEvent)
    yield _frame(first, first.sources)
    async with aclosing(events):
        try:
            async for event in events:
                yield _frame(event, first.sources)
        except AnswerableError as error:
            yield _encode("error", to_problem(error))
        except Exception as error:
            # The status is out already: without this event a reader could take half an answer for a whole one.
            yield _encode("error", unforeseen_problem("POST /ask", error))


def _frame(event: AnswerEvent, hits: tuple[Hit, ...]) -> bytes:
    match event:
        case SourcesEvent():
            return _encode(
                "sources",
                {
                    "trace_id": event.trace_id,
                    "sources": [render_source(hit) for hit in event.sources],
                    "passages": [
                        render_passage(number, hit) for number, hit in enumerate(event.sources, start=1)
                    ],
                },
            )
        case DeltaEvent():
            return _encode("delta", {"text": event.text})
        case CitationEvent():
            return _encode("citation", render_citation(event.citation, hits))
        case DoneEvent():
            return _encode("done", render_answer(event.answer))


def _encode(name: str, data: dict[str, Any]) -> bytes:
    # Also U+2028 and its kind stay escaped: some clients split lines at them.
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=True)}\n\n".encode()
