"""What the page Monitor shows, as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from answerable.api.rendering.spend import render_purposes, render_spend
from answerable.monitoring.marks.types import Mark
from answerable.monitoring.series.types import Bucket, Counts, Figures, Series


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
        "marks": [render_mark(mark) for mark in series.marks],
    }


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


def render_mark(mark: Mark) -> dict[str, Any]:
    """Return the JSON of a mark."""
    return asdict(mark) | {"at": mark.at.isoformat()}
