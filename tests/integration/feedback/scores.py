"""Scores for tests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from answerable.core.ids import new_trace_id
from answerable.feedback.types import Score

AT = datetime(2026, 3, 4, 10, 20, 30, tzinfo=UTC)


def make_score(**changes: Any) -> Score:
    """Return a thumb up of a trace of its own, at AT."""
    values: dict[str, Any] = {
        "trace_id": new_trace_id(),
        "app": "ask",
        "variant": "main@0123456789ab",
        "answered_at": AT,
        "name": "thumb",
        "source": "user",
        "value": 1.0,
    }
    return Score(**{**values, **changes})
