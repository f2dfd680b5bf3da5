"""The SQL of traces."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from answerable.db.database import Connection
from answerable.llm.types import Attempt, Usage
from answerable.traces.types import RunTotals, Trace

_COLUMNS = (
    "id, started_at, duration_ms, app, variant, variant_hash, status, key_id, user_id, conversation_id, model, input,"
    " output, raw, sources, attempts, timings, usage, cost_usd, saved_usd, cached, abstained, verdicts, error_code,"
    " error_detail"
)


async def insert(tx: Connection, traces: Sequence[Trace]) -> None:
    """Write traces; one whose id is there already is left as it is, so that a batch may be written twice."""
    rows = [_to_row(trace) for trace in traces]
    try:
        async with tx.transaction(), tx.cursor().copy(f"COPY trace ({_COLUMNS}) FROM STDIN") as copy:
            for row in rows:
                await copy.write_row(row)
    except psycopg.errors.UniqueViolation:
        places = ", ".join(["%s"] * len(rows[0]))
        await tx.cursor().executemany(
            f"INSERT INTO trace ({_COLUMNS}) VALUES ({places}) ON CONFLICT DO NOTHING", rows
        )


async def find(tx: Connection, trace_id: str) -> Trace | None:
    cursor = await tx.execute(f"SELECT {_COLUMNS} FROM trace WHERE id = %s", (trace_id,))
    row = await cursor.fetchone()
    return None if row is None else _to_trace(row)


async def list_newest(tx: Connection, *, app: str | None, limit: int) -> list[Trace]:
    """Return the newest traces, of one app or of all."""
    where, values = ("WHERE app = %s", (app,)) if app else ("", ())
    cursor = await tx.execute(
        f"SELECT {_COLUMNS} FROM trace {where} ORDER BY started_at DESC LIMIT %s", (*values, limit)
    )
    return [_to_trace(row) async for row in cursor]


async def delete_conversation(tx: Connection, name: str, *, key_id: UUID | None, user: str) -> None:
    """Delete the traces of one key's and user's conversation."""
    await tx.execute(
        "DELETE FROM trace WHERE conversation_id = %s AND key_id IS NOT DISTINCT FROM %s"
        " AND coalesce(user_id, '') = %s",
        (name, key_id, user),
    )


async def sum_by_app(tx: Connection, *, hours: int) -> dict[str, RunTotals]:
    """Return what the runs of each app came to in the last hours; an app without runs is left out."""
    cursor = await tx.execute(
        "SELECT app, count(*), count(*) FILTER (WHERE status = 'error'), coalesce(sum(cost_usd), 0),"
        " count(*) FILTER (WHERE cost_usd IS NULL) FROM trace"
        " WHERE started_at >= now() - make_interval(hours => %s) GROUP BY app",
        (hours,),
    )
    return {app: RunTotals(*totals) async for app, *totals in cursor}


def _to_row(trace: Trace) -> tuple[Any, ...]:
    return (
        trace.id, trace.started_at, trace.duration_ms, trace.app, trace.variant, trace.variant_hash, trace.status,
        trace.key_id, trace.user, trace.conversation_id, trace.model, _json(trace.input), _clean(trace.output),
        [_clean(text) for text in trace.raw], [_clean(text) for text in trace.sources],
        _json([asdict(attempt) for attempt in trace.attempts]), _json(trace.timings_ms), _json(asdict(trace.usage)),
        trace.cost_usd, trace.saved_usd, trace.cached, trace.abstained, _json(trace.verdicts), trace.error_code,
        None if trace.error_detail is None else _clean(trace.error_detail),
    )  # fmt: skip


def _json(value: Any) -> Jsonb:
    return Jsonb(value, dumps=_dump)


def _dump(value: Any) -> str:
    """Write JSON that PostgreSQL takes: it refuses NUL and lone surrogates also when they are escaped."""
    return _clean(json.dumps(value, ensure_ascii=False)).replace("\\u0000", "\ufffd")


def _clean(text: str) -> str:
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def _to_trace(row: tuple[Any, ...]) -> Trace:
    return Trace(
        id=row[0], started_at=row[1], duration_ms=row[2], app=row[3], variant=row[4], variant_hash=row[5],
        status=row[6], key_id=row[7], user=row[8], conversation_id=row[9], model=row[10], input=row[11],
        output=row[12], raw=tuple(row[13]), sources=tuple(row[14]),
        attempts=tuple(Attempt(**attempt) for attempt in row[15]), timings_ms=row[16], usage=Usage(**row[17]),
        cost_usd=row[18], saved_usd=row[19], cached=row[20], abstained=row[21], verdicts=row[22], error_code=row[23],
        error_detail=row[24],
    )  # fmt: skip
