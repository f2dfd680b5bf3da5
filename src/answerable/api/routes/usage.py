"""`/v1/usage`: what was used and what it cost."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query

from answerable.api.rendering.usage import render_usage
from answerable.api.security import Developer, ServicesDep
from answerable.monitoring.usage.types import Dimension, UsageFilter

router = APIRouter(prefix="/v1/usage", tags=["monitoring"])


@router.get("")
async def get_usage(
    _: Developer,
    services: ServicesDep,
    by: Dimension = "app",
    since: Annotated[date | None, Query(description="first day; default: 30 days until `until`")] = None,
    until: Annotated[date | None, Query(description="the day after the last; default: tomorrow")] = None,
    zone: Annotated[str, Query(description="IANA time zone whose days are meant")] = "UTC",
    app: str | None = None,
    variant: Annotated[str | None, Query(description="a variant's id, as answers name it")] = None,
    model: str | None = None,
    collection: str | None = None,
    key: Annotated[str | None, Query(description="a key's id")] = None,
) -> dict[str, Any]:
    """Return requests, tokens and cost, row by row; evaluation and judging are lines of their own in `purposes`."""
    report = await services.usage.get_usage(
        by,
        UsageFilter(app=app, variant=variant, model=model, collection=collection, key=key),
        since=since,
        until=until,
        zone=zone,
    )
    return render_usage(report)
