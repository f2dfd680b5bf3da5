"""A sweep in words and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from answerable.evaluation.sweeps.running import write_settings
from answerable.evaluation.sweeps.types import Estimate, Point, PointResult, Sweep


def describe_weight(weight: float | None) -> str:
    """Return a dense weight as people write it."""
    return "auto" if weight is None else f"{weight:g}"


def describe_point(point: Point) -> str:
    """Return a point in a few words: `small, top 8, dense .5`."""
    settings = point.settings
    said = f"{point.index.name}, top {settings.top_k}, dense {describe_weight(settings.dense_weight)}"
    return said if settings.reranker is None else f"{said}, {settings.reranker}"


def describe_difference(result: PointResult) -> str:
    """Return `+0.021 [+0.004, +0.039] better`."""
    difference = result.difference
    if difference is None:
        return "baseline" if result.point.baseline else "no score"
    return f"{difference.mean:+.3f} [{difference.low:+.3f}, {difference.high:+.3f}] {difference.verdict}"


def describe_outcome(sweep: Sweep) -> str:
    """Return what follows: a setting to take over, or that none is better for sure."""
    if sweep.is_improved:
        return "The first one is better than the variant as it is. In the file of the app, in a new variant:"
    if sweep.best.point.baseline:
        return "The variant as it is has the best score."
    return (
        f"None of them is better than the variant as it is beyond chance, on {sweep.examples} examples. "
        "More examples would tell smaller differences."
    )


def write_variant(sweep: Sweep) -> str:
    """Return what the file of the app must say to search like the best point."""
    return str(yaml.safe_dump(write_settings(sweep.best.point, sweep.baseline.point), sort_keys=False))


def render_sweep(sweep: Sweep) -> dict[str, Any]:
    """Return a sweep as JSON, the best point first."""
    return {
        "app": sweep.app,
        "variant": sweep.variant,
        "collection": sweep.collection,
        "dataset": sweep.dataset,
        "version": sweep.version,
        "examples": sweep.examples,
        "passed_over": sweep.passed_over,
        "metric": sweep.metric,
        "points": [_render_result(result, sweep.baseline.point) for result in sweep.results],
    }


def _render_result(result: PointResult, baseline: Point) -> dict[str, Any]:
    index, difference = result.point.index, result.difference
    return {
        "settings": write_settings(result.point, baseline),
        "baseline": result.point.baseline,
        "on_front": result.on_front,
        "index": {
            "name": index.name,
            "embedder": index.embedder,
            "chunk_tokens": index.chunk_tokens,
            "chunk_overlap": index.chunk_overlap,
            "passages": index.chunks,
            "bytes": index.bytes,
            "build_seconds": _round(index.build_seconds),
        },
        "top_k": result.point.settings.top_k,
        "dense_weight": result.point.settings.dense_weight,
        "candidates": result.point.settings.candidates,
        "reranker": result.point.settings.reranker,
        "quality": _render_quality(result.quality),
        "difference": None
        if difference is None
        else {
            "mean": _round(difference.mean),
            "low": _round(difference.low),
            "high": _round(difference.high),
            "p": _round(difference.p),
            "verdict": difference.verdict,
        },
        "latency_ms": {"p50": _round(result.latency_p50), "p95": _round(result.latency_p95)},
        "context_tokens": _round(result.context_tokens),
        "failed": result.failed,
    }


def _render_quality(quality: Mapping[str, Estimate]) -> dict[str, Any]:
    return {
        name: {
            "mean": _round(one.mean),
            "low": _round(one.low),
            "high": _round(one.high),
            "n": one.n,
            "missing": one.missing,
        }
        for name, one in quality.items()
    }


def _round(value: float | None) -> float | None:
    """NaN and infinity are no JSON."""
    return None if value is None or not abs(value) < float("inf") else round(value, 6)
