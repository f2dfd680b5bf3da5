"""`/v1/audit`: who changed what, and whether the log is as it was written."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query

from answerable.access.audit.types import AuditFilter, parse_anchor
from answerable.api.rendering.audit import render_entry, render_report
from answerable.api.security import Admin, ServicesDep

router = APIRouter(prefix="/v1/audit", tags=["audit"])

_Name = Annotated[str | None, Query(max_length=500)]


@router.get("")
async def list_entries(
    _: Admin,
    services: ServicesDep,
    actor: _Name = None,
    action: Annotated[
        str | None, Query(max_length=100, description="`key.create`, or `key` for all of keys")
    ] = None,
    target: _Name = None,
    since: datetime | None = None,
    until: Annotated[datetime | None, Query(description="exclusive")] = None,
    before: Annotated[int | None, Query(ge=1, le=2**62, description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
) -> dict[str, Any]:
    """List entries, newest first."""
    filter = AuditFilter(actor=actor, action=action, target=target, since=since, until=until)
    page = await services.audit.list(filter, before=before, limit=limit)
    return {"entries": [render_entry(entry) for entry in page.entries], "next": page.next}


@router.get("/verify")
async def verify(
    _: Admin,
    services: ServicesDep,
    anchor: Annotated[
        str | None, Query(max_length=100, description="`head` of an earlier answer, which must still hold")
    ] = None,
) -> dict[str, Any]:
    """Walk the chain from its beginning."""
    return render_report(await services.audit.verify(parse_anchor(anchor)))
