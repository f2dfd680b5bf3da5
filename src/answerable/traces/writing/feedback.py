"""What users made of a run, on its own row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from psycopg.rows import dict_row

from answerable.db.database import Connection
from answerable.traces.reading.rows import TRACE_COLUMNS, to_trace
from answerable.traces.types import Trace

_NEAR: Final = timedelta(hours=1)
_RUNS: Final = (
    "SELECT span_id, started_at, keep_days FROM trace WHERE id = %s AND started_at BETWEEN %s AND %s"
    " ORDER BY started_at, span_id"
)
_EVER: Final = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


async def note_feedback(
    tx: Connection,
    trace_id: str,
    *,
    span_id: str | None,
    began: datetime | None,
    thumb: int | None,
    accepted: bool | None,
) -> Trace | None:
    """Set both on the run with the span, or else on the first run of the trace, and return it; None without one.

    `began` is about when it began. Without, every partition is locked until the transaction ends: that is for few.
    """
    # Found first and changed then, so that the change looks at one partition and not at all.
    within = _EVER if began is None else (began - _NEAR, began + _NEAR)
    places = await (await tx.execute(_RUNS, (trace_id, *within), prepare=False)).fetchall()
    for place in places:
        if span_id is None or place[0] == span_id:
            cursor = tx.cursor(row_factory=dict_row)
            await cursor.execute(
                "UPDATE trace SET thumb = %s, accepted = %s"
                " WHERE id = %s AND span_id = %s AND started_at = %s AND keep_days = %s"
                f" RETURNING {TRACE_COLUMNS}",
                (thumb, accepted, trace_id, *place),
                prepare=False,
            )
            row = await cursor.fetchone()
            return None if row is None else to_trace(row)
    return None
