"""`POST /ask`: a grounded answer, whole or as server-sent events."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from answerable.answering.question import make_ask
from answerable.api.disconnects import while_connected
from answerable.api.event_stream import open_event_stream
from answerable.api.render import render_answer
from answerable.api.schemas import AskBody, AskOut
from answerable.api.security import Asker, ServicesDep, get_caller

router = APIRouter(tags=["ask"])


@router.post(
    "/ask",
    response_model=AskOut,
    responses={
        200: {"content": {"text/event-stream": {}}, "description": "The answer, or its events when `stream`"}
    },
)
async def ask(body: AskBody, request: Request, principal: Asker, services: ServicesDep) -> Response:
    """Answer a question from the collection's documents, each sentence checked against what it cites."""
    asked = make_ask(
        body.question,
        max_tokens=body.max_tokens,
        app=body.app,
        collection=body.collection,
        conversation_id=body.conversation_id,
    )
    caller = get_caller(request, principal, user=body.user)
    if not body.stream:
        async with while_connected(request.receive):
            answer = await services.runs.run(asked, caller)
        return JSONResponse(render_answer(answer))
    return await open_event_stream(
        services.runs.stream(asked, caller), render=render_answer, request="POST /ask"
    )
