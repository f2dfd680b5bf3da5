"""A trace with its tree as JSON."""

from __future__ import annotations

from typing import Any

from answerable.traces.reading.detail import TraceDetail
from answerable.traces.rendering import render_span, render_trace, render_tree
from answerable.wiring import Services

MOST_SPANS = 10_000
"""Spans that are shown with their trace; `/spans` has all of them."""


def render_detail(detail: TraceDetail, services: Services) -> dict[str, Any]:
    """Return a trace as `GET /v1/traces/{id}` does."""
    variant = services.apps.find_variant_by_hash(detail.run.variant_hash)
    return {
        **render_trace(detail.run),
        "variant_content": None if variant is None else variant.content.model_dump(mode="json"),
        "runs": [render_trace(run) for run in detail.runs],
        "spans": [render_span(row.span) for row in detail.tree.rows[:MOST_SPANS]],
        "tree": render_tree(detail.tree, most=MOST_SPANS),
    }
