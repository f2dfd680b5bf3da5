"""Runs that the roll-ups know of, without the traces themselves."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from answerable.core.ids import new_trace_id
from answerable.db.database import Database
from answerable.feedback.service import FeedbackService
from answerable.feedback.types import Score
from answerable.llm.types import Usage
from answerable.traces.rollups import store as rollups
from answerable.traces.rollups.facts import to_facts
from answerable.traces.rollups.sums import add_up
from answerable.traces.types import Trace

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def make_run(**changes: Any) -> Trace:
    """Return a good run of the app `ask`, a second long, for a cent."""
    values: dict[str, Any] = {
        "id": new_trace_id(),
        "started_at": NOON,
        "app": "ask",
        "variant": "main@0123456789ab",
        "variant_hash": "0123456789ab" * 5 + "0123",
        "status": "ok",
        "input": {"input": {"question": "Why?"}},
        "duration_ms": 1000.0,
        "model": "openai:gpt-5-mini",
        "usage": Usage(input_tokens=100, output_tokens=20),
        "cost_usd": Decimal("0.01"),
        "span_id": "00000000000000ab",
    }
    return Trace(**{**values, **changes})


async def note_runs(database: Database, runs: Iterable[Trace]) -> None:
    """Add the runs to the roll-ups."""
    async with database.transaction() as tx:
        await rollups.add(tx, add_up([to_facts(run) for run in runs]))


async def note_score(database: Database, run: Trace, name: str, value: float, **changes: Any) -> None:
    """Score a run, as a user would."""
    values: dict[str, Any] = {"source": "user", **changes}
    score = Score(run.id, run.app, run.variant, run.started_at, name, value=value, **values)
    async with database.transaction() as tx:
        await FeedbackService(database).add_score(tx, score)
