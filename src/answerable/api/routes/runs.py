"""`POST /v1/apps/{app}/run`: any app, with its declared input and its typed output."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import JSONResponse

from answerable.answering.fields import get_fields
from answerable.answering.types import RunRequest
from answerable.api.disconnects import while_connected
from answerable.api.event_stream import open_event_stream
from answerable.api.run_bodies import RunBody, read_body
from answerable.api.run_schemas import RunOut, render_run
from answerable.api.security import Asker, ServicesDep, get_caller

router = APIRouter(prefix="/v1/apps", tags=["apps"])

AppName = Annotated[str, Path(max_length=200, description="`NAME`, or `NAME@VARIANT` to pin a variant")]

_REQUEST: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": RunBody.model_json_schema()},
            "multipart/form-data": {"schema": {"type": "object"}},
        },
    }
}


@router.post(
    "/{app}/run",
    response_model=RunOut,
    openapi_extra=_REQUEST,
    responses={
        200: {"content": {"text/event-stream": {}}, "description": "The answer, or its events when `stream`"}
    },
)
async def run_app(app: AppName, request: Request, principal: Asker, services: ServicesDep) -> Response:
    """Run an app of any kind. Each app has a path of its own in the document, with its input and its output.

    Files go as parts of a form under their fields' names, or in the JSON as https or base64 data addresses.
    """
    variant = services.apps.get_variant(app)
    body = await read_body(request, get_fields(variant.content))
    asked = RunRequest(
        app=app,
        input=body.input,
        max_tokens=body.max_tokens,
        conversation_id=body.conversation_id,
        fresh=body.fresh,
    )
    caller = get_caller(request, principal, user=body.user)
    if body.stream:
        events = services.runs.stream(asked, caller)
        return await open_event_stream(events, render=render_run, request=f"POST /v1/apps/{app}/run")
    async with while_connected(request.receive):
        answer = await services.runs.run(asked, caller)
    return JSONResponse(render_run(answer))
