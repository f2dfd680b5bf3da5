"""`/v1/traces/views`: filters that somebody gave a name."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import Field

from answerable.api.bodies import RequestBody
from answerable.api.security import ServicesDep, TraceReader
from answerable.traces.rendering import render_moment
from answerable.traces.views.types import SavedView

router = APIRouter(prefix="/v1/traces/views", tags=["traces"])


class ViewBody(RequestBody):
    query: dict[str, Any] = Field(
        description="the parameters of the list, such as `app` and `since`",
        examples=[{"status": "error", "since": "7d"}],
        max_length=50,
    )


@router.get("")
async def list_views(_: TraceReader, services: ServicesDep) -> dict[str, Any]:
    """List the saved views by name."""
    return {"views": [_render(view) for view in await services.trace_views.list_views()]}


@router.put("/{name}")
async def save_view(
    name: str, body: ViewBody, principal: TraceReader, services: ServicesDep
) -> dict[str, Any]:
    """Save a filter under a name, in place of the one that has it."""
    return _render(await services.trace_views.save_view(name, body.query, by=principal.name))


@router.delete("/{name}", status_code=204)
async def delete_view(name: str, _: TraceReader, services: ServicesDep) -> None:
    """Delete a saved view."""
    await services.trace_views.delete_view(name)


def _render(view: SavedView) -> dict[str, Any]:
    return {
        "name": view.name,
        "query": dict(view.query),
        "by": view.by,
        "updated_at": render_moment(view.updated_at),
    }
