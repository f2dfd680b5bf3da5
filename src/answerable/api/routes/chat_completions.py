"""`POST /v1/chat/completions`: any app, for any client of OpenAI's."""

from __future__ import annotations

import time
from typing import Any

from fastapi import APIRouter, Request, Response

from answerable.api.disconnects import while_connected
from answerable.api.openai.errors import OpenAIRoute
from answerable.api.openai.parsing import CONVERSATION_HEADER, to_run_request
from answerable.api.openai.rendering import dump, render_completion
from answerable.api.openai.schemas import ChatBody, ChatOut, ErrorEnvelopeOut
from answerable.api.openai.streaming import ChatStream, ChunkWriter
from answerable.api.security import Reader, get_caller, get_services

router = APIRouter(tags=["openai"], route_class=OpenAIRoute)

_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {}}, "description": "The completion, or its chunks when `stream`"},
    "4XX": {"model": ErrorEnvelopeOut, "description": "The caller must change something"},
    "5XX": {"model": ErrorEnvelopeOut, "description": "The server or the provider failed"},
}
# Read by hand below: a header and a dependency that the framework resolves cost a twentieth of a cached answer each.
_HEADER = {
    "name": CONVERSATION_HEADER,
    "in": "header",
    "required": False,
    "schema": {"anyOf": [{"type": "string"}, {"type": "null"}]},
}


@router.post(
    "/v1/chat/completions",
    response_model=ChatOut,
    responses=_RESPONSES,
    openapi_extra={"parameters": [_HEADER]},
)
async def create_chat_completion(body: ChatBody, request: Request, principal: Reader) -> Response:
    """Run the app that `model` names (`app@variant` pins a variant), whole or as server-sent events.

    The field `answerable` of the completion, or of the chunk with the `finish_reason`, holds sources, verdicts, price
    and trace.
    """
    services = await get_services(request)
    trace_id: str = request.state.trace_id
    caller = get_caller(request, principal, user=body.user)
    id, created = f"chatcmpl-{trace_id}", int(time.time())
    async with while_connected(request.receive):
        run = await to_run_request(
            body,
            conversation_id=request.headers.get(CONVERSATION_HEADER),
            trace_id=trace_id,
            load_image=services.files.load_image,
        )
        answer = None if body.stream else await services.runs.run(run, caller)
    if answer is not None:
        completion = render_completion(answer, id=id, model=body.model, created=created)
        return Response(dump(completion), media_type="application/json")
    with_usage = bool(body.stream_options and body.stream_options.include_usage)
    writer = ChunkWriter(id=id, model=body.model, created=created, with_usage=with_usage)
    return ChatStream(services.runs.stream(run, caller), writer)
