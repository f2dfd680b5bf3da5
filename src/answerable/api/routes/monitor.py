"""`/v1/monitor`: how the apps are doing over time. `/v1/marks`: what happened meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from answerable.api.security import Developer, ServicesDep
from answerable.monitoring.marks.types import Mark
from answerable.monitoring.series.types import Bucket, Counts, Figures, Series, SeriesFilter
from answerable.monitoring.spend import Spend

router = APIRouter(prefix="/v1", tags=["monitoring"])


class MarkBody(BaseModel):
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
    return _render_mark(await services.monitor.note_deployment(body.text, by=principal.name, app=body.app))


def render_series(series: Series) -> dict[str, Any]:
    """Return the JSON of a series. Times have the offset of its zone; an unknown sum of money is null, never 0."""
    return {
        "since": series.since.isoformat(),
        "until": series.until.isoformat(),
        "zone": series.zone,
        "step": series.step,
        "buckets": [_render_bucket(bucket) for bucket in series.buckets],
        "total": _render_figures(series.total),
        "variants": [
            {"app": one.app, "variant": one.variant, **_render_figures(one.figures)}
            for one in series.variants
        ],
        "spend": render_purposes(series.spend),
        "marks": [_render_mark(mark) for mark in series.marks],
    }


def render_purposes(spend: Mapping[str, Spend]) -> dict[str, Any]:
    """Return what was spent by purpose, as JSON."""
    return {purpose: render_spend(one) for purpose, one in spend.items()}


def render_spend(spend: Spend) -> dict[str, Any]:
    """Return money as JSON: the sum of what is known, and how many runs have an unknown price."""
    return {"cost_usd": None if spend.usd is None else float(spend.usd), "unpriced": spend.unpriced}


def _render_bucket(bucket: Bucket) -> dict[str, Any]:
    return {
        "start": bucket.start.isoformat(),
        "end": bucket.end.isoformat(),
        **_render_figures(bucket.figures),
    }


def _render_figures(figures: Figures) -> dict[str, Any]:
    return {
        **_render_counts(figures.counts),
        "errors_by_code": dict(figures.errors),
        "duration": asdict(figures.duration),
        "first_token": asdict(figures.first_token),
    }


def _render_counts(counts: Counts) -> dict[str, Any]:
    values = asdict(counts)
    del values["spend"]
    return values | {"saved_usd": float(counts.saved_usd), **render_spend(counts.spend)}


def _render_mark(mark: Mark) -> dict[str, Any]:
    return asdict(mark) | {"at": mark.at.isoformat()}
