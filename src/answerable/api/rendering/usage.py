"""What was used and what it cost, as JSON."""

from __future__ import annotations

from typing import Any

from answerable.api.rendering.spend import render_purposes, render_spend
from answerable.monitoring.usage.types import Amounts, UsageReport, UsageRow


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
