"""`/v1/usage`: what was used and what it cost."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query

from answerable.api.routes.monitor import render_purposes, render_spend
from answerable.api.security import Developer, ServicesDep
from answerable.monitoring.usage.types import Amounts, Dimension, UsageFilter, UsageReport, UsageRow

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


def render_usage(report: UsageReport) -> dict[str, Any]:
    """Return the JSON of a report. An unknown sum of money is null, never 0."""
    return {
        "by": report.by,
        "since": report.since.isoformat(),
        "until": report.until.isoformat(),
        "zone": report.zone,
        "rows": [_render_row(row) for row in report.rows],
        "total": _render_amounts(report.total),
        "purposes": render_purposes(report.purposes),
    }


def _render_row(row: UsageRow) -> dict[str, Any]:
    place = {"name": row.name, "title": row.title}
    return {**place, **({} if row.app is None else {"app": row.app}), **_render_amounts(row.amounts)}


def _render_amounts(amounts: Amounts) -> dict[str, Any]:
    each = amounts.cost_per_accepted_usd
    return {
        "requests": amounts.requests,
        "errors": amounts.errors,
        "cached": amounts.cached,
        "input_tokens": amounts.input_tokens,
        "cached_input_tokens": amounts.cached_input_tokens,
        "output_tokens": amounts.output_tokens,
        "reasoning_tokens": amounts.reasoning_tokens,
        "tokens": amounts.tokens,
        **render_spend(amounts.spend),
        "saved_usd": float(amounts.saved_usd),
        "accepted": amounts.accepted,
        "cost_per_accepted_usd": None if each is None else float(each),
    }
