"""The SQL of `signal_queue` and `asked_run`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from answerable.core.texts import to_storable
from answerable.db.database import Connection
from answerable.feedback.asked.types import AskedRun

_COLUMNS: Final = (
    "trace_id, span_id, app, variant, key_id, user_id, conversation_id, started_at, ended_at, status,"
    " question"
)


async def insert(tx: Connection, runs: Sequence[AskedRun]) -> None:
    """Keep runs; one that is there already is left as it is."""
    places = ", ".join(["%s"] * len(_COLUMNS.split(",")))
    await tx.cursor().executemany(
        f"INSERT INTO asked_run ({_COLUMNS}, asker) VALUES ({places}, %s) ON CONFLICT DO NOTHING",
        [
            (run.trace_id, run.span_id, run.app, run.variant, run.key_id, to_storable(run.user),
             to_storable(run.conversation_id), run.started_at, run.ended_at, run.status, to_storable(run.question),
             to_storable(run.asker))
            for run in runs
        ],
    )  # fmt: skip


async def enqueue(tx: Connection, runs: Sequence[tuple[str, str]]) -> None:
    """Put runs, by trace and span, in the queue; one that is in it already keeps its place."""
    await tx.execute(
        "INSERT INTO signal_queue (trace_id, span_id) SELECT * FROM unnest(%s::text[], %s::text[])"
        " ON CONFLICT DO NOTHING",
        ([trace_id for trace_id, _ in runs], [span_id for _, span_id in runs]),
    )


async def lease(tx: Connection, *, limit: int, seconds: float) -> list[tuple[str, str]]:
    """Return the runs that wait longest; nobody else gets them for so long."""
    cursor = await tx.execute(
        """UPDATE signal_queue SET leased_until = clock_timestamp() + make_interval(secs => %s)
        WHERE (trace_id, span_id) IN (SELECT trace_id, span_id FROM signal_queue
            WHERE leased_until < clock_timestamp() ORDER BY written_at LIMIT %s FOR UPDATE SKIP LOCKED)
        RETURNING trace_id, span_id""",
        (seconds, limit),
    )
    return [(row[0], row[1]) async for row in cursor]


async def finish(tx: Connection, runs: Sequence[tuple[str, str]]) -> None:
    """Take runs out of the queue."""
    await tx.execute(
        "DELETE FROM signal_queue WHERE (trace_id, span_id) IN (SELECT * FROM unnest(%s::text[], %s::text[]))",
        ([trace_id for trace_id, _ in runs], [span_id for _, span_id in runs]),
    )


async def list_near(
    tx: Connection, runs: Sequence[tuple[str, str]], *, within: timedelta, limit: int
) -> dict[tuple[str, str], list[AskedRun]]:
    """Return, for each run by trace and span, what the same asker asked shortly before and after it, oldest first.

    The run itself is among them, and up to `limit` on each side; runs of nobody known are left out.
    """
    near = ", ".join(f"near.{name.strip()}" for name in _COLUMNS.split(","))
    cursor = await tx.execute(
        f"""SELECT me.trace_id, me.span_id, {near}
        FROM asked_run me CROSS JOIN LATERAL (
            (SELECT * FROM asked_run WHERE asker = me.asker AND asker <> ''
                AND started_at BETWEEN me.started_at - %(within)s AND me.started_at
                ORDER BY started_at DESC LIMIT %(limit)s + 1)
            UNION
            (SELECT * FROM asked_run WHERE asker = me.asker AND asker <> ''
                AND started_at BETWEEN me.started_at AND me.started_at + %(within)s
                ORDER BY started_at LIMIT %(limit)s + 1)
        ) near
        WHERE (me.trace_id, me.span_id) IN (SELECT * FROM unnest(%(traces)s::text[], %(spans)s::text[]))
        ORDER BY near.started_at, near.trace_id, near.span_id""",
        {
            "within": within, "limit": limit, "traces": [trace_id for trace_id, _ in runs],
            "spans": [span_id for _, span_id in runs],
        },
    )  # fmt: skip
    found: dict[tuple[str, str], list[AskedRun]] = defaultdict(list)
    async for trace_id, span_id, *values in cursor:
        found[trace_id, span_id].append(AskedRun(*values))
    return found


async def delete_older(tx: Connection, *, minutes: int) -> None:
    """Delete what was taken in so long ago."""
    await tx.execute("DELETE FROM asked_run WHERE seen_at < now() - make_interval(mins => %s)", (minutes,))


async def delete_of_traces(tx: Connection, trace_ids: Sequence[str]) -> None:
    ids = list(trace_ids)
    await tx.execute("DELETE FROM signal_queue WHERE trace_id = ANY(%s)", (ids,))
    await tx.execute("DELETE FROM asked_run WHERE trace_id = ANY(%s)", (ids,))


async def delete_of_user(tx: Connection, user: str) -> None:
    await tx.execute("DELETE FROM asked_run WHERE user_id = %s", (user,))
