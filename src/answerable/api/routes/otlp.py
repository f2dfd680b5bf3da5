"""`/v1/otlp`: spans of other services, from any OpenTelemetry exporter over HTTP."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from answerable.access.types import Principal
from answerable.api.security import KeyOf, ServicesDep
from answerable.traces.otlp.receiving import JSON, PROTOBUF

router = APIRouter(prefix="/v1/otlp", tags=["traces"])

Writer = Annotated[Principal, Depends(KeyOf("developer", "app"))]

_REQUEST: dict[str, Any] = {
    "requestBody": {
        "description": "An `ExportTraceServiceRequest`, gzip or not.",
        "required": True,
        "content": {
            PROTOBUF: {"schema": {"type": "string", "format": "binary"}},
            JSON: {"schema": {"type": "object"}},
        },
    }
}


@router.post("/v1/traces", openapi_extra=_REQUEST, include_in_schema=False)
@router.post("/traces", openapi_extra=_REQUEST)
async def export_traces(request: Request, _: Writer, services: ServicesDep) -> Response:
    """Take spans in. They join the trace whose id they have.

    Set `OTEL_EXPORTER_OTLP_ENDPOINT` to this server's `/v1/otlp`: exporters add `/v1/traces`, which is answered too.
    Spans that are not valid are left out and counted in `partialSuccess`.
    """
    headers = request.headers
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    receipt = await services.otlp_receiver.receive(
        await request.body(), media_type=media_type, encoding=headers.get("content-encoding", "")
    )
    if media_type == JSON:
        return JSONResponse(receipt.to_json())
    return Response(receipt.to_protobuf(), media_type=PROTOBUF)
