"""Queues and candidates for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from answerable.core.ids import new_trace_id
from answerable.reviews.spec import QueueSpec, read_spec
from answerable.reviews.types import Candidate

LABELS: list[dict[str, Any]] = [
    {"name": "correct", "kind": "boolean"},
    {
        "name": "fault",
        "kind": "category",
        "options": [{"value": "wrong"}, {"value": "old"}],
        "required": False,
    },
]
YES, NO = {"correct": True}, {"correct": False}
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def make_spec(**changes: Any) -> QueueSpec:
    return read_spec({"name": f"queue-{uuid4().hex[:8]}", "labels": LABELS, **changes})


def make_candidates(count: int, **changes: Any) -> list[Candidate]:
    return [
        Candidate(
            trace_id=new_trace_id(),
            span_id=f"{number:016x}",
            started_at=BEGAN + timedelta(seconds=number),
            reason="random",
            **changes,
        )
        for number in range(count)
    ]
