"""`/v1/traces`: what happened in a run, and the exact variant that answered."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query

from answerable.api.security import Developer, ServicesDep
from answerable.traces.types import Trace

router = APIRouter(prefix="/v1/traces", tags=["traces"])


@router.get("")
async def list_traces(
    _: Developer,
    services: ServicesDep,
    app: str | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> dict[str, Any]:
    """List the newest traces, of one app or of all."""
    found = await services.traces.list_newest(app=app, limit=limit)
    return {"traces": [render_trace(trace) for trace in found]}


@router.get("/{trace_id}")
async def get_trace(trace_id: str, _: Developer, services: ServicesDep) -> dict[str, Any]:
    """Return one trace, with the content of its variant: prompt, models, retrieval settings."""
    trace = await services.traces.get(trace_id)
    variant = services.apps.find_variant_by_hash(trace.variant_hash)
    return {
        **render_trace(trace),
        "variant_content": None if variant is None else variant.content.model_dump(mode="json"),
    }


def render_trace(trace: Trace) -> dict[str, Any]:
    values = asdict(trace)
    for name in ("cost_usd", "saved_usd"):
        values[name] = None if values[name] is None else float(values[name])
    return values
