"""`/v1/monitor`: how the apps are doing over time. `/v1/marks`: what happened meanwhile."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field

from answerable.api.bodies import RequestBody
from answerable.api.rendering.series import render_mark, render_series
from answerable.api.security import Developer, ServicesDep
from answerable.monitoring.series.types import SeriesFilter

router = APIRouter(prefix="/v1", tags=["monitoring"])


class MarkBody(RequestBody):
    text: str = Field(min_length=1, max_length=200, description="what happened, such as a version deployed")
    app: str | None = None


@router.get("/monitor")
async def get_monitor(
    _: Developer,
    services: ServicesDep,
    app: str | None = None,
    variant: Annotated[str | None, Query(description="a variant's id, as answers name it")] = None,
    since: Annotated[AwareDatetime | None, Query(description="default: an hour before `until`")] = None,
    until: Annotated[AwareDatetime | None, Query(description="default: now")] = None,
    zone: Annotated[str, Query(description="IANA time zone whose days are shown")] = "UTC",
) -> dict[str, Any]:
    """Return requests, errors, durations, tokens, spend, verdicts and feedback of a range in buckets.

    Buckets are minutes for up to 6 hours, hours for up to 8 days, else days.
    """
    series = await services.monitor.get_series(
        SeriesFilter(app=app, variant=variant), since=since, until=until, zone=zone
    )
    return render_series(series)


@router.post("/marks", status_code=201)
async def create_mark(body: MarkBody, principal: Developer, services: ServicesDep) -> dict[str, Any]:
    """Mark a deployment on the charts, from now on."""
    return render_mark(await services.monitor.note_deployment(body.text, by=principal.name, app=body.app))
