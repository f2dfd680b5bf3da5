"""Checks of models as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from answerable.evaluation.canaries.types import Check, Seen, Standing


def render_check(check: Check) -> dict[str, Any]:
    """Return the check. What is unknown is null; an app of null is a model that was asked for a word alone."""
    return {
        "id": str(check.id),
        "model": check.model,
        "app": check.app or None,
        "label": check.label or None,
        "variant": check.variant or None,
        "at": check.at.isoformat(),
        "by": check.by,
        "state": check.state,
        "changes": [asdict(change) for change in check.changes],
        "reason": check.reason,
        "seen": _render_seen(check.seen),
        "run_id": None if check.run_id is None else str(check.run_id),
        "dataset": None if check.version is None else f"{check.dataset}@{check.version}",
        "report": check.report,
    }


def render_standing(standing: Standing) -> dict[str, Any]:
    """Return the newest check of a model, and since when it is held against what."""
    baseline, accepted_at = standing.baseline, standing.accepted_at
    return {
        "check": render_check(standing.check),
        "baseline": None if baseline is None else render_check(baseline),
        "accepted_at": None if accepted_at is None else accepted_at.isoformat(),
        "accepted_by": standing.accepted_by,
    }


def _render_seen(seen: Seen) -> dict[str, Any]:
    return {
        "models": list(seen.models),
        "fingerprints": list(seen.fingerprints),
        "context_window": seen.context_window,
        "input_usd_per_million": None if seen.input_price is None else float(seen.input_price),
        "output_usd_per_million": None if seen.output_price is None else float(seen.output_price),
    }
