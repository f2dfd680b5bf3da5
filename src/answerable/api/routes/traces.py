"""`/v1/traces`: what happened in a run, and the exact variant that answered."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from answerable.api.bodies import RequestBody
from answerable.api.rendering.traces import render_detail
from answerable.api.security import Developer, ServicesDep, TraceReader
from answerable.api.trace_filters import FilterDep
from answerable.traces.reading.detail import get_detail
from answerable.traces.rendering import render_moment, render_span, render_trace

router = APIRouter(prefix="/v1/traces", tags=["traces"])

RunSpan = Annotated[str | None, Query(description="the run's own span, where the trace has several runs")]


class ShareBody(RequestBody):
    hours: float = Field(168, gt=0, le=90 * 24, description="how long the link is valid")


@router.get("")
async def list_traces(
    _: TraceReader,
    services: ServicesDep,
    filter: FilterDep,
    after: Annotated[str | None, Query(max_length=200, description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> dict[str, Any]:
    """List runs, newest first. `next` is null on the last page."""
    page = await services.traces.list(filter, after=after, limit=limit)
    return {"traces": [render_trace(trace) for trace in page.traces], "next": page.next}


@router.get("/{trace_id}")
async def get_trace(
    trace_id: str, _: TraceReader, services: ServicesDep, span_id: RunSpan = None
) -> dict[str, Any]:
    """Return a run with the content of its variant, the other runs of the trace, its spans and their tree.

    `tree.rows` are the spans as a waterfall shows them, each parent before its children.
    """
    return render_detail(await get_detail(services.traces, trace_id, span_id=span_id), services)


@router.get("/{trace_id}/spans")
async def list_spans(trace_id: str, _: TraceReader, services: ServicesDep) -> dict[str, Any]:
    """Return all spans of a trace by their beginning, also of one that only other services have told of."""
    spans = await services.traces.get_spans(trace_id)
    return {"spans": [render_span(span) for span in spans]}


@router.post("/{trace_id}/share")
async def share_trace(
    trace_id: str, principal: Developer, services: ServicesDep, body: ShareBody | None = None
) -> dict[str, Any]:
    """Make a link that shows this trace to whoever has it, without a key, until it expires or is taken back."""
    trace = await services.traces.get(trace_id)
    valid = timedelta(hours=(body or ShareBody()).hours)
    share = await services.trace_sharing.share(trace.id, by=principal.name, valid=valid)
    return {
        "id": share.link,
        "token": share.token,
        "path": f"/v1/shared/{share.token}",
        "expires_at": render_moment(share.expires_at),
    }


@router.get("/{trace_id}/share")
async def list_links(trace_id: str, _: Developer, services: ServicesDep) -> dict[str, Any]:
    """List the links to this trace that are valid still. What opens them was told once, when they were made."""
    links = await services.trace_sharing.list_links(trace_id)
    return {
        "links": [
            {
                "id": link.id,
                "made_by": link.made_by,
                "made_at": render_moment(link.made_at),
                "expires_at": render_moment(link.expires_at),
            }
            for link in links
        ]
    }


@router.delete("/{trace_id}/share", status_code=204)
async def take_links_back(trace_id: str, principal: Developer, services: ServicesDep) -> None:
    """End all links to this trace."""
    await services.trace_sharing.take_back(trace_id, by=principal.name)


@router.delete("/{trace_id}/share/{link}", status_code=204)
async def take_link_back(trace_id: str, link: str, principal: Developer, services: ServicesDep) -> None:
    """End one link to this trace."""
    await services.trace_sharing.take_back(trace_id, link, by=principal.name)
